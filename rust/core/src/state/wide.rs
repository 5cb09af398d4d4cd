//! Exact sums of values that the fixed grid does not hold: outliers far beyond the reference.
//!
//! A sum is a sparse row of 32-bit places, each an `i128`: adding never carries, so the state
//! is the same whatever the order. One addition moves a place by less than 2^98, hence 2^29
//! such outliers fit for certain; their places saturate rather than wrap beyond that.

use std::collections::BTreeMap;

/// A sum over all of double precision and its squares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wide {
    /// `places[i]` counts units of `2^(32 i)`.
    places: BTreeMap<i16, i128>,
}

impl Wide {
    /// Adds `mantissa * 2^exponent`, `|mantissa| < 2^66`.
    pub fn add(&mut self, mantissa: i128, exponent: i32) {
        if mantissa == 0 {
            return;
        }
        let place = exponent.div_euclid(32) as i16;
        self.add_place(place, mantissa << exponent.rem_euclid(32));
    }

    /// Adds a finite double exactly.
    pub fn add_float(&mut self, value: f64) {
        let (mantissa, exponent) = decompose(value);
        self.add(mantissa, exponent);
    }

    /// Adds the square of `mantissa * 2^exponent`, `|mantissa| < 2^66`, exactly.
    pub fn add_square(&mut self, mantissa: i128, exponent: i32) {
        let magnitude = mantissa.unsigned_abs();
        let (high, low) = ((magnitude >> 32) as i128, (magnitude & 0xffff_ffff) as i128);
        // (h 2^32 + l)^2, each part below 2^68 and split once more to stay narrow.
        for (part, shift) in [(high * high, 64), (2 * high * low, 32), (low * low, 0)] {
            self.add(part >> 32, 2 * exponent + shift + 32);
            self.add(part & 0xffff_ffff, 2 * exponent + shift);
        }
    }

    /// Adds the square of a finite double exactly.
    pub fn add_float_square(&mut self, value: f64) {
        let (mantissa, exponent) = decompose(value);
        self.add_square(mantissa, exponent);
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Self) {
        other.places.iter().for_each(|(&place, &units)| self.add_place(place, units));
    }

    fn add_place(&mut self, place: i16, units: i128) {
        let held = self.places.entry(place).or_default();
        *held = held.saturating_add(units);
        if *held == 0 {
            self.places.remove(&place);
        }
    }

    /// The sum divided by `count`: no step overflows unless the answer does.
    #[must_use]
    pub fn mean(&self, count: f64) -> f64 {
        let term = |(&place, &units): (&i16, &i128)| {
            let exponent = i32::from(place) * 32;
            // Two steps: 2^exponent alone may leave the range of doubles.
            units as f64 / count * 2_f64.powi(exponent / 2) * 2_f64.powi(exponent - exponent / 2)
        };
        self.places.iter().map(term).sum()
    }

    /// The places, ascending.
    #[must_use]
    pub fn places(&self) -> &BTreeMap<i16, i128> {
        &self.places
    }

    /// A sum of such places.
    #[must_use]
    pub fn from_places(places: BTreeMap<i16, i128>) -> Self {
        Self { places }
    }
}

/// `value = mantissa * 2^exponent`, exactly.
fn decompose(value: f64) -> (i128, i32) {
    let bits = value.to_bits();
    let (fraction, raw) = (i128::from(bits & ((1 << 52) - 1)), (bits >> 52 & 0x7ff) as i32);
    let (mantissa, exponent) = if raw == 0 { (fraction, -1074) } else { (fraction | 1 << 52, raw - 1075) };
    (if value < 0.0 { -mantissa } else { mantissa }, exponent)
}

#[cfg(test)]
mod tests {
    use super::Wide;
    use proptest::prelude::*;

    #[test]
    fn opposites_cancel_to_nothing() {
        let mut sum = Wide::default();
        for value in [1e308, 5e-324, 1e15 + 0.25] {
            sum.add_float(value);
            sum.add_float(-value);
        }
        assert_eq!(sum, Wide::default());
    }

    #[test]
    fn the_mean_of_the_largest_is_the_largest() {
        let mut sum = Wide::default();
        (0..10).for_each(|_| sum.add_float(f64::MAX));
        assert!((sum.mean(10.0) / f64::MAX - 1.0).abs() < 1e-15);
    }

    proptest! {
        #[test]
        fn squares_of_integers_are_exact(value in -(1_i64 << 40)..(1_i64 << 40)) {
            let mut sum = Wide::default();
            sum.add_square(i128::from(value), 0);
            let exact: i128 = sum.places().iter().map(|(p, u)| u << (32 * i32::from(*p))).sum();
            prop_assert_eq!(exact, i128::from(value) * i128::from(value));
            let mut float = Wide::default();
            float.add_float_square(value as f64);
            prop_assert!((float.mean(1.0) - (value as f64) * (value as f64)).abs() <= (value as f64).powi(2) * 1e-15);
        }

        #[test]
        fn order_does_not_matter(values in prop::collection::vec(any::<f64>(), 0..40)) {
            let (mut forward, mut backward) = (Wide::default(), Wide::default());
            values.iter().filter(|v| v.is_finite()).for_each(|v| forward.add_float(*v));
            values.iter().rev().filter(|v| v.is_finite()).for_each(|v| backward.add_float(*v));
            prop_assert_eq!(forward, backward);
        }
    }
}
