//! The exact law of the Kolmogorov-Smirnov distance of two small samples, given their ties.
//!
//! Under no change every order of the n + m pooled rows is equally likely. An order is a path of
//! n steps to the right and m steps up; after i and j of them the gap is `|i m - j n|`, but it
//! counts only where the pooled values go over from one to the next: inside a group of ties there
//! is no point at which the two distribution functions could be read. The paths that reach the
//! observed gap at the end of a group are summed up, as probabilities, when they first do so:
//! nothing is subtracted, so that small tails keep their digits, and gaps are compared as
//! integers (Schroer and Trenkler 1995; R's `ks.test(exact = TRUE)`).

/// Most `n m` for which all paths are followed, a step of each at a time.
pub const MOST_PRODUCT: u64 = 4_000_000;

/// Chance of a gap `|i m - j n|` of at least `gap` somewhere, given that pooled groups of ties end
/// after `ends` rows (ascending; the last one is n + m and tells nothing).
///
/// `None` when a side is empty, `n m` exceeds [`MOST_PRODUCT`] or an end is beyond n + m.
/// Relative error about 1e-16 (n + m). Time O(n m), memory O(min(n, m)).
#[must_use]
pub fn p_value(n: u64, m: u64, ends: &[u64], gap: u128) -> Option<f64> {
    let (few, many) = (n.min(m), n.max(m));
    let product = few.checked_mul(many).filter(|product| (1..=MOST_PRODUCT).contains(product))?;
    if ends.last().is_some_and(|end| *end > few + many) {
        return None;
    }
    if gap == 0 {
        return Some(1.0);
    }
    if gap > u128::from(product) {
        return Some(0.0);
    }
    // Both are below 2^23 here, as is every gap.
    Some(Paths::new(few as i64, many as i64).exits(ends, gap as i64).min(1.0))
}

/// The paths that have not reached the gap yet, by their steps to the right.
struct Paths {
    n: i64,
    m: i64,
    /// Steps taken.
    steps: i64,
    /// 0 to n, as doubles.
    places: Vec<f64>,
    /// Chance of having taken i of them to the right, and having stayed inside so far.
    inside: Vec<f64>,
    next: Vec<f64>,
    /// Outside of these i nothing is left inside.
    low: i64,
    high: i64,
}

impl Paths {
    fn new(n: i64, m: i64) -> Self {
        let mut inside = vec![0.0; n as usize + 1];
        inside[0] = 1.0;
        let places = (0..=n).map(|i| i as f64).collect();
        Self { n, m, steps: 0, places, next: inside.clone(), inside, low: 0, high: 0 }
    }

    fn exits(mut self, ends: &[u64], gap: i64) -> f64 {
        let mut exits = 0.0;
        let whole = (self.n + self.m) as u64;
        for &end in ends.iter().filter(|end| **end < whole) {
            while self.steps < end as i64 && self.low <= self.high {
                self.step();
            }
            exits += self.leave(gap);
        }
        exits
    }

    /// One more step of every path: to the right with the chance that rows left give it.
    fn step(&mut self) {
        let share = 1.0 / (self.n + self.m - self.steps) as f64;
        let (low, high) = (self.low as usize, (self.high + 1).min(self.n) as usize);
        // Of i to the right, m - (steps - i) upward steps are left; of i - 1, n - (i - 1) others.
        let (up, right) = ((self.m - self.steps) as f64, (self.n + 1) as f64);
        self.next[low] = self.inside[low] * (up + self.places[low]).max(0.0) * share;
        let stay = &self.inside[low + 1..=high];
        let come = &self.inside[low..high];
        let places = &self.places[low + 1..=high];
        for (((next, stay), come), i) in self.next[low + 1..=high].iter_mut().zip(stay).zip(come).zip(places)
        {
            *next = (stay * (up + i) + come * (right - i)) * share;
        }
        std::mem::swap(&mut self.inside, &mut self.next);
        self.steps += 1;
        // Below here more than m steps would have been upward.
        (self.low, self.high) = (self.low.max(self.steps - self.m), high as i64);
        // Beside the range stands a zero, which the next step reads.
        if let Some(beyond) = self.inside.get_mut(high + 1) {
            *beyond = 0.0;
        }
    }

    /// Takes out the paths whose gap is reached here: those furthest to either side.
    fn leave(&mut self, gap: i64) -> f64 {
        let steps = self.steps;
        let difference = |i: i64| i * self.m - (steps - i) * self.n;
        let mut left = 0.0;
        while self.low <= self.high && difference(self.low) <= -gap {
            left += self.inside[self.low as usize];
            self.low += 1;
        }
        while self.low <= self.high && difference(self.high) >= gap {
            left += std::mem::take(&mut self.inside[self.high as usize]);
            self.high -= 1;
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use super::p_value;
    use proptest::prelude::*;

    /// The share of all orders of the pooled rows whose gap is reached, counted one by one.
    fn naive(n: u32, m: u32, ends: &[u64], gap: u128) -> f64 {
        let (mut reached, mut all) = (0_u32, 0_u32);
        for order in (0_u32..1 << (n + m)).filter(|order| order.count_ones() == n) {
            all += 1;
            let differs = |end: u64| {
                let i = i64::from((order & ((1_u32 << end) - 1)).count_ones());
                u128::from((i * i64::from(m) - (end as i64 - i) * i64::from(n)).unsigned_abs()) >= gap
            };
            reached += u32::from(ends.iter().any(|end| differs(*end)));
        }
        f64::from(reached) / f64::from(all)
    }

    proptest! {
        #[test]
        fn as_counted_one_by_one(n in 1..8_u32, m in 1..8_u32, cuts: u16, gap in 1..50_u64) {
            let whole = u64::from(n + m);
            let mut ends: Vec<u64> = (1..whole).filter(|end| cuts >> end & 1 == 1).collect();
            ends.push(whole);
            let expected = naive(n, m, &ends, u128::from(gap));
            let found = p_value(u64::from(n), u64::from(m), &ends, u128::from(gap)).unwrap();
            prop_assert!((found - expected).abs() <= 1e-14 * expected, "{found} {expected}");
        }
    }

    #[test]
    fn one_value_or_no_gap_is_no_change() {
        assert_eq!(p_value(5, 7, &[12], 3), Some(0.0));
        assert_eq!(p_value(5, 7, &[12], 0), Some(1.0));
        assert_eq!(p_value(5, 0, &[5], 0), None);
        assert_eq!(p_value(5, 7, &[13], 1), None);
        assert_eq!(p_value(2001, 2000, &[4001], 1), None);
    }

    #[test]
    fn tiny_tails_keep_their_digits() {
        // All of one side before the other: two orders of all.
        let orders: f64 = (1..=300).map(|k| (f64::from(300 + k) / f64::from(k)).ln()).sum();
        let ends: Vec<u64> = (1..=600).collect();
        let p = p_value(300, 300, &ends, 300 * 300).unwrap();
        assert!((p.ln() - (2.0_f64.ln() - orders)).abs() < 1e-11, "{p}");
    }
}
