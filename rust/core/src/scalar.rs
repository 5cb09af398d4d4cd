//! Single numbers in the type of their column.

use tallystick_kernels::Number;
use tallystick_kernels::log_linear::LogLinear;

/// Resolution of dates and timestamps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// Days since 1970-01-01.
    Day,
    /// Seconds since 1970-01-01T00:00Z.
    Second,
    /// Milliseconds.
    Millisecond,
    /// Microseconds.
    Microsecond,
    /// Nanoseconds.
    Nanosecond,
}

impl Unit {
    /// Nanoseconds in one.
    #[must_use]
    pub fn nanoseconds(self) -> i128 {
        match self {
            Self::Day => 86_400_000_000_000,
            Self::Second => 1_000_000_000,
            Self::Millisecond => 1_000_000,
            Self::Microsecond => 1_000,
            Self::Nanosecond => 1,
        }
    }

    /// `value` of this unit in units of `to`: rounded down when `to` is coarser (which keeps
    /// every comparison with an edge of `to` exact), at the rim of i64 when it does not fit.
    #[must_use]
    pub fn convert(self, value: i64, to: Self) -> i64 {
        let wide = (i128::from(value) * self.nanoseconds()).div_euclid(to.nanoseconds());
        wide.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
    }
}

/// The kind of number a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// f32 and f64.
    Float,
    /// Signed and unsigned integers, compared as integers.
    Integer,
    /// Dates and timestamps, integers of a unit.
    Temporal(Unit),
}

/// One number of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// Of a float column.
    Float(f64),
    /// Of an integer, date or timestamp column; wide enough for i64 and u64.
    Integer(i128),
}

impl Scalar {
    /// The nearest double.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        match self {
            Self::Float(v) => v,
            Self::Integer(v) => v as f64,
        }
    }

    /// Whether this one is smaller; both are of one column, hence of one kind.
    #[must_use]
    pub fn below(self, other: Self) -> bool {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a < b,
            (a, b) => a.to_f64() < b.to_f64(),
        }
    }
}

/// A number type that can be counted: converts edges of its column into itself, exactly.
pub trait Countable: Number + LogLinear {
    /// Smallest value of this type that is not below `edge`; `None` when all are below.
    fn ceil_float(edge: f64) -> Option<Self>;
    /// Smallest value of this type that is not below `edge`; `None` when all are below.
    fn ceil_integer(edge: i128) -> Option<Self>;
    /// The value as an integer, rounded toward zero.
    fn to_i128(self) -> i128;
    /// The value modulo 2^64: differences of near values are right even where it wraps.
    fn wrapping(self) -> i64;
    /// Whether the type holds integers.
    const INTEGER: bool;
}

macro_rules! countable_integer {
    ($($t:ty),*) => {$(
        impl Countable for $t {
            const INTEGER: bool = true;
            fn ceil_float(edge: f64) -> Option<Self> {
                // A cast to i128 saturates, far outside of every column type.
                Self::ceil_integer(edge.ceil() as i128)
            }
            fn ceil_integer(edge: i128) -> Option<Self> {
                if edge > i128::from(Self::MAX) { None } else { Some(edge.max(i128::from(Self::MIN)) as Self) }
            }
            #[inline]
            fn to_i128(self) -> i128 {
                i128::from(self)
            }
            #[inline]
            fn wrapping(self) -> i64 {
                self as i64
            }
        }
    )*};
}
countable_integer!(i8, i16, i32, i64, u8, u16, u32, u64);

impl Countable for f64 {
    const INTEGER: bool = false;
    fn ceil_float(edge: f64) -> Option<Self> {
        Some(edge)
    }
    fn ceil_integer(edge: i128) -> Option<Self> {
        let near = edge as f64;
        Some(if (near as i128) < edge { near.next_up() } else { near })
    }
    #[inline]
    fn to_i128(self) -> i128 {
        self as i128
    }
    #[inline]
    fn wrapping(self) -> i64 {
        self as i64
    }
}

impl Countable for f32 {
    const INTEGER: bool = false;
    fn ceil_float(edge: f64) -> Option<Self> {
        let near = edge as f32;
        Some(if f64::from(near) < edge { near.next_up() } else { near })
    }
    fn ceil_integer(edge: i128) -> Option<Self> {
        Self::ceil_float(f64::ceil_integer(edge)?)
    }
    #[inline]
    fn to_i128(self) -> i128 {
        self as i128
    }
    #[inline]
    fn wrapping(self) -> i64 {
        self as i64
    }
}

/// Edges of a column, ascending, in the column's own kind of number.
#[derive(Clone, Debug, PartialEq)]
pub enum Edges {
    /// Of a float column.
    Float(Vec<f64>),
    /// Of an integer, date or timestamp column.
    Integer(Vec<i128>),
}

impl Edges {
    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Float(e) => e.len(),
            Self::Integer(e) => e.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Edge `i`.
    #[must_use]
    pub fn get(&self, i: usize) -> Scalar {
        match self {
            Self::Float(e) => Scalar::Float(e[i]),
            Self::Integer(e) => Scalar::Integer(e[i]),
        }
    }

    /// The edges in another type: comparing a value of that type with them gives the same
    /// answer as comparing with the originals. Edges that no value reaches are left out.
    #[must_use]
    pub fn convert<T: Countable>(&self) -> Vec<T> {
        match self {
            Self::Float(e) => e.iter().map_while(|&e| T::ceil_float(e)).collect(),
            Self::Integer(e) => e.iter().map_while(|&e| T::ceil_integer(e)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Countable, Edges, Unit};
    use proptest::prelude::*;

    #[test]
    fn edges_of_another_type_compare_alike() {
        let edges = Edges::Float(vec![-1e300, -0.5, 0.1, 2.5, 1e300]);
        assert_eq!(edges.convert::<i8>(), vec![-128, 0, 1, 3]);
        assert_eq!(edges.convert::<f32>()[2], 0.1_f32);
        let wide = Edges::Integer(vec![i128::from(i64::MIN), (1 << 53) + 1, i128::from(u64::MAX)]);
        assert_eq!(wide.convert::<i64>(), vec![i64::MIN, (1 << 53) + 1]);
        assert_eq!(wide.convert::<f64>()[1], 9_007_199_254_740_994.0);
    }

    #[test]
    fn time_units_round_down() {
        assert_eq!(Unit::Nanosecond.convert(-1, Unit::Microsecond), -1);
        assert_eq!(Unit::Day.convert(1, Unit::Millisecond), 86_400_000);
        assert_eq!(Unit::Day.convert(i64::MAX, Unit::Nanosecond), i64::MAX);
    }

    proptest! {
        #[test]
        fn narrowing_keeps_every_comparison(edge in any::<f64>(), value in any::<f32>()) {
            prop_assume!(!edge.is_nan() && !value.is_nan());
            let narrow = f32::ceil_float(edge).unwrap();
            prop_assert_eq!(value >= narrow, f64::from(value) >= edge);
        }

        #[test]
        fn integers_against_float_edges(edge in any::<f64>(), value in any::<i32>()) {
            prop_assume!(!edge.is_nan());
            let narrow = i32::ceil_float(edge);
            prop_assert_eq!(narrow.is_some_and(|n| value >= n), f64::from(value) >= edge);
        }
    }
}
