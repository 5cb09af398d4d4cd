//! Where an edge between two values may stand.
//!
//! Learned float edges stand on rounding midpoints of `f32`, so that a value and its `f32`
//! cast share a cell: training in f64 and serving in f32 is no drift. Only where that would
//! merge two distinct values of the sample does an edge stand on the f64 value itself.

/// A number line on which cells are laid out.
pub(super) trait Axis: Copy + PartialOrd {
    /// An edge `e` with `before < e <= value`.
    fn edge_below(before: Option<Self>, value: Self) -> Self;
    /// An edge `e` with `value < e <= after`.
    fn edge_above(value: Self, after: Option<Self>) -> Self;
    /// `self + steps` where `steps` may be negative; `None` beyond the line's end.
    fn offset(self, steps: f64) -> Option<Self>;
    /// Nearest double.
    fn to_f64(self) -> f64;
    /// Half the way between, for the pivot.
    fn distance(self, other: Self) -> f64;
}

/// The smallest double that rounds to `f` or above.
fn class_start(f: f32) -> f64 {
    let middle = f64::midpoint(f64::from(f.next_down()), f64::from(f));
    // A tie goes to the even mantissa.
    if f.to_bits() & 1 == 0 { middle } else { middle.next_up() }
}

impl Axis for f64 {
    fn edge_below(before: Option<Self>, value: Self) -> Self {
        let f = value as f32;
        if !f.is_finite() || !f.next_down().is_finite() {
            return value;
        }
        let edge = class_start(f);
        if edge <= value && before.is_none_or(|b| b < edge) { edge } else { value }
    }

    fn edge_above(value: Self, after: Option<Self>) -> Self {
        let next = (value as f32).next_up();
        if !next.is_finite() {
            return value.next_up();
        }
        let edge = class_start(next);
        if edge > value && after.is_none_or(|a| edge <= a) { edge } else { value.next_up() }
    }

    fn offset(self, steps: f64) -> Option<Self> {
        let value = self + steps;
        value.is_finite().then_some(value)
    }

    fn to_f64(self) -> f64 {
        self
    }

    fn distance(self, other: Self) -> f64 {
        (self - other).abs().min(f64::MAX)
    }
}

impl Axis for i128 {
    fn edge_below(_: Option<Self>, value: Self) -> Self {
        value
    }

    fn edge_above(value: Self, _: Option<Self>) -> Self {
        value + 1
    }

    fn offset(self, steps: f64) -> Option<Self> {
        let value = self + steps as Self;
        // No column holds integers beyond these.
        (Self::from(i64::MIN)..=Self::from(u64::MAX)).contains(&value).then_some(value)
    }

    fn to_f64(self) -> f64 {
        self as f64
    }

    fn distance(self, other: Self) -> f64 {
        (self - other).abs() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::Axis;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_value_and_its_cast_lie_on_one_side(value in any::<f32>(), nudge in -3_i64..3) {
            prop_assume!(value.is_finite() && value.abs() < 1e38 && value.abs() > 1e-37);
            let edge = f64::edge_below(None, f64::from(value));
            // Doubles around the edge itself are where rounding could betray us.
            let near = f64::from_bits((edge.to_bits() as i64 + nudge) as u64);
            prop_assert_eq!(near >= edge, f64::from(near as f32) >= edge);
        }

        #[test]
        fn edges_separate(a in any::<f64>(), b in any::<f64>()) {
            prop_assume!(a.is_finite() && b.is_finite() && a < b);
            let below = f64::edge_below(Some(a), b);
            prop_assert!(a < below && below <= b);
            let above = f64::edge_above(a, Some(b));
            prop_assert!(a < above && above <= b);
        }
    }
}
