//! How far event time has come: windows that end before have been seen whole.

use crate::clock::{Moment, second};

/// An event may be this far ahead of the clock and still move time on.
const AHEAD_SECONDS: i64 = 60;

/// The latest event, and when it came.
#[derive(Debug)]
pub(crate) struct Watermark {
    lateness_seconds: i64,
    latest: Option<i64>,
    seen: i64,
}

impl Watermark {
    pub fn new(lateness_seconds: i64) -> Self {
        Self { lateness_seconds, latest: None, seen: 0 }
    }

    /// Sees an event; whether it is from a time that has not come.
    ///
    /// Such a one does not move time on: a single row from the year 9999 would close every window.
    pub fn see(&mut self, event: i64, now: Moment) -> bool {
        let most = second(now.wall).saturating_add(AHEAD_SECONDS);
        if event > most {
            return true;
        }
        // Where the clock was set back, time goes on from where it stands now.
        let latest = self.latest.filter(|latest| *latest <= most);
        if latest.is_none_or(|latest| event > latest) {
            self.latest = Some(event);
            self.seen = now.steady;
        }
        false
    }

    /// The second before which every window is closed; `None` before the first event.
    ///
    /// While no rows come time goes on as the steady clock does, so that an idle worker holds
    /// nothing back, whether its rows are of today or are replayed from last year.
    pub fn at(&self, now: Moment) -> Option<i64> {
        let idle = second(now.steady.saturating_sub(self.seen)).max(0);
        let time = self.latest?.saturating_add(idle).min(second(now.wall).saturating_add(AHEAD_SECONDS));
        Some(time.saturating_sub(self.lateness_seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::{AHEAD_SECONDS, Watermark};
    use crate::clock::Moment;
    use proptest::prelude::*;

    fn at(wall: i64, steady: i64) -> Moment {
        Moment { wall: wall * 1_000_000, steady: steady * 1_000_000 }
    }

    #[test]
    fn time_follows_the_latest_event_and_goes_on_while_idle() {
        let mut mark = Watermark::new(30);
        assert_eq!(mark.at(at(5_000, 0)), None);
        assert!(!mark.see(1_000, at(5_000, 0)));
        assert!(!mark.see(900, at(5_000, 1)));
        assert_eq!(mark.at(at(5_000, 0)), Some(970));
        assert_eq!(mark.at(at(5_600, 600)), Some(1_570));
    }

    #[test]
    fn the_future_closes_nothing() {
        let mut mark = Watermark::new(0);
        mark.see(1_000, at(1_000, 0));
        assert!(mark.see(1_000 + AHEAD_SECONDS + 1, at(1_000, 0)));
        assert!(mark.see(i64::MAX, at(1_000, 0)));
        assert_eq!(mark.at(at(1_000, 0)), Some(1_000));
    }

    #[test]
    fn a_clock_that_was_set_forward_and_back_is_caught_up_with() {
        let day = 86_400;
        let mut mark = Watermark::new(0);
        mark.see(1_000, at(1_000, 0));
        mark.see(1_001 + day, at(1_001 + day, 1));
        assert_eq!(mark.at(at(1_002 + day, 2)), Some(1_002 + day));
        // Set back: rows come at the right time again, and the next one moves time on.
        mark.see(1_003, at(1_003, 3));
        assert_eq!(mark.at(at(1_003, 3)), Some(1_003));
    }

    proptest! {
        #[test]
        fn the_mark_is_never_beyond_the_clock(events in prop::collection::vec((any::<i64>(), -10_000_i64..10_000, 0_i64..100), 1..40)) {
            let mut mark = Watermark::new(5);
            let mut steady = 0;
            for (event, wall, passed) in events {
                steady += passed;
                let now = at(wall, steady);
                mark.see(event, now);
                prop_assert!(mark.at(now).is_none_or(|mark| mark <= wall + AHEAD_SECONDS - 5));
            }
        }
    }
}
