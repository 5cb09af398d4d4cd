//! Work shared between threads that live as long as the call: nothing is kept between calls, so
//! that a fork finds no pool that it has no threads of.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Does `pieces` pieces of work on at most `threads` threads, each adding to a state of its own,
/// and adds the states up. Which thread does which piece is left to chance: the result must not
/// depend on it.
pub fn add_up<S: Send>(
    pieces: usize,
    threads: usize,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) + Sync,
    mut add: impl FnMut(&mut S, S),
) -> S {
    let next = AtomicUsize::new(0);
    let run = || {
        let mut own = state();
        loop {
            let piece = next.fetch_add(1, Ordering::Relaxed);
            if piece >= pieces {
                return own;
            }
            work(&mut own, piece);
        }
    };
    let others = threads.min(pieces).saturating_sub(1);
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..others).map(|_| scope.spawn(run)).collect();
        let mut total = run();
        for thread in running {
            match thread.join() {
                Ok(state) => add(&mut total, state),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        total
    })
}

/// Does `pieces` pieces of work on at most `threads` threads: what each makes, in their order.
pub fn each<R: Send>(pieces: usize, threads: usize, work: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let make = |made: &mut Vec<(usize, R)>, piece: usize| made.push((piece, work(piece)));
    let mut made = add_up(pieces, threads, Vec::new, make, Extend::extend);
    made.sort_unstable_by_key(|(piece, _)| *piece);
    made.into_iter().map(|(_, made)| made).collect()
}

#[cfg(test)]
mod tests {
    use super::{add_up, each};

    #[test]
    fn what_is_made_is_in_order() {
        for (pieces, threads) in [(0, 1), (1, 8), (100, 1), (100, 3), (3, 100)] {
            let squares: Vec<usize> = (0..pieces).map(|i| i * i).collect();
            assert_eq!(each(pieces, threads, |i| i * i), squares);
        }
    }

    #[test]
    fn every_piece_is_done_once_on_any_number_of_threads() {
        for (pieces, threads) in [(0, 1), (1, 8), (100, 1), (100, 3), (3, 100)] {
            let done = add_up(pieces, threads, Vec::new, Vec::push, Extend::extend);
            let mut done: Vec<usize> = done;
            done.sort_unstable();
            assert_eq!(done, (0..pieces).collect::<Vec<_>>());
        }
    }
}
