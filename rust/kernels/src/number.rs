//! The number types that columns are made of.

/// Where differences are taken from: the same number as each type subtracts it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pivot {
    /// For floats.
    pub float: f64,
    /// For integers, modulo 2^64.
    pub integer: i64,
    /// Whether integers subtract integers: not in a column of floats.
    pub whole: bool,
}

/// A number type of a column, with an order-preserving integer key.
pub trait Number: Copy + PartialOrd + std::fmt::Debug + Send + Sync + 'static {
    /// The zero of the type.
    const ZERO: Self;
    /// Whether differences of keys are proportional to differences of values.
    const LINEAR_KEY: bool;
    /// An integer that orders as the value does; `-0.0` and `0.0` share one. NaN has none.
    fn key(self) -> u64;
    /// The same order in as few bits as the type has; only values of one type compare.
    fn narrow_key(self) -> u64;
    /// `((narrow_key - origin) >> shift)`, between 0 and `last`.
    fn key_entry(self, origin: u64, shift: u32, last: u32) -> u32;
    /// `(value - origin) * scale`, rounded down, between 0 and `last` < 2^24.
    fn grid_entry(self, origin: f64, scale: f64, last: f64) -> u32;
    /// The nearest `f64` (exact but for 64-bit integers beyond 2^53).
    fn to_f64(self) -> f64;
    /// `value - pivot`, right while it fits 2^53.
    fn difference(self, pivot: Pivot) -> f64;
    /// Neither NaN nor infinite.
    fn is_finite(self) -> bool;
    /// NaN.
    fn is_nan(self) -> bool;
}

/// `step` rounded down, between 0 and `last`; NaN becomes 0.
macro_rules! clamped {
    ($step:expr, $last:expr) => {{
        let (step, last) = ($step, $last);
        let step = if step > 0.0 { step } else { 0.0 };
        let step = if step < last { step } else { last };
        // SAFETY: step lies between 0 and `last`, which is below 2^24; NaN became 0 above.
        unsafe { step.to_int_unchecked::<i32>() as u32 }
    }};
}
pub(crate) use clamped;

macro_rules! integers {
    ($($t:ty: $narrow:ty, $key:expr, $narrow_key:expr;)*) => {$(
        impl Number for $t {
            const ZERO: Self = 0;
            const LINEAR_KEY: bool = true;
            #[inline(always)]
            fn key(self) -> u64 {
                $key(self)
            }
            #[inline(always)]
            fn narrow_key(self) -> u64 {
                u64::from($narrow_key(self))
            }
            #[inline(always)]
            fn key_entry(self, origin: u64, shift: u32, last: u32) -> u32 {
                ($narrow_key(self).saturating_sub(origin as $narrow) >> shift).min(last as $narrow) as u32
            }
            #[inline(always)]
            fn grid_entry(self, origin: f64, scale: f64, last: f64) -> u32 {
                clamped!((self as f64 - origin) * scale, last)
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn difference(self, pivot: Pivot) -> f64 {
                if pivot.whole { (self as i64).wrapping_sub(pivot.integer) as f64 } else { self as f64 - pivot.float }
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                true
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                false
            }
        }
    )*};
}

const TOP: u64 = 1 << 63;
const NARROW_TOP: u32 = 1 << 31;

integers! {
    i8: u32, |v| (i64::from(v) as u64) ^ TOP, |v| (i32::from(v) as u32) ^ NARROW_TOP;
    i16: u32, |v| (i64::from(v) as u64) ^ TOP, |v| (i32::from(v) as u32) ^ NARROW_TOP;
    i32: u32, |v| (i64::from(v) as u64) ^ TOP, |v| (v as u32) ^ NARROW_TOP;
    i64: u64, |v| (v as u64) ^ TOP, |v| (v as u64) ^ TOP;
    u8: u32, u64::from, u32::from;
    u16: u32, u64::from, u32::from;
    u32: u32, u64::from, |v| v;
    u64: u64, |v| v, |v| v;
}

macro_rules! floats {
    ($($t:ty: $bits:ty, $signed:ty;)*) => {$(
        impl Number for $t {
            const ZERO: Self = 0.0;
            const LINEAR_KEY: bool = false;
            #[inline(always)]
            fn key(self) -> u64 {
                f64::from(self).narrow_key()
            }
            #[inline(always)]
            fn narrow_key(self) -> u64 {
                u64::from(order(self))
            }
            #[inline(always)]
            fn key_entry(self, origin: u64, shift: u32, last: u32) -> u32 {
                (order(self).saturating_sub(origin as $bits) >> shift).min(last as $bits) as u32
            }
            #[inline(always)]
            fn grid_entry(self, origin: f64, scale: f64, last: f64) -> u32 {
                // Subtraction, multiplication and clamping are monotone, each correctly rounded
                // with one variable operand; an overflow to infinity is clamped too.
                clamped!((self - origin as $t) * scale as $t, last as $t)
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn difference(self, pivot: Pivot) -> f64 {
                f64::from(self) - pivot.float
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                self.abs() < <$t>::INFINITY
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                <$t>::is_nan(self)
            }
        }

        impl Ordered for $t {
            type Bits = $bits;
            #[inline(always)]
            fn order(self) -> $bits {
                // Adding 0.0 turns -0.0 into 0.0. Negative numbers order backwards by their bits.
                let bits = (self + 0.0).to_bits();
                let negative = ((bits as $signed) >> (<$bits>::BITS - 1)) as $bits;
                bits ^ (negative | 1 << (<$bits>::BITS - 1))
            }
        }
    )*};
}

/// The double with this [`Number::key`].
#[must_use]
#[inline]
pub fn float_of(key: u64) -> f64 {
    f64::from_bits(if key & TOP == 0 { !key } else { key ^ TOP })
}

/// Bits in the order of the numbers.
trait Ordered {
    type Bits;
    fn order(self) -> Self::Bits;
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
fn order<T: Ordered>(value: T) -> T::Bits {
    value.order()
}

floats! {
    f32: u32, i32;
    f64: u64, i64;
}

#[cfg(test)]
mod tests {
    use super::{Number, float_of};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_order_as_the_numbers_do(a in any::<f64>(), b in any::<f64>(), c in any::<f32>(), d in any::<f32>()) {
            prop_assume!(!a.is_nan() && !b.is_nan() && !c.is_nan() && !d.is_nan());
            prop_assert_eq!(a.key().cmp(&b.key()), a.partial_cmp(&b).unwrap());
            prop_assert_eq!(c.narrow_key().cmp(&d.narrow_key()), c.partial_cmp(&d).unwrap());
            prop_assert_eq!(float_of(a.key()), a);
            prop_assert_eq!(float_of(0.0_f64.key()).to_bits(), float_of((-0.0_f64).key()).to_bits());
        }

        #[test]
        fn integers_too(a in any::<i64>(), b in any::<i64>(), c in any::<i16>(), d in any::<i16>()) {
            prop_assert_eq!((a.key().cmp(&b.key()), a.narrow_key().cmp(&b.narrow_key())), (a.cmp(&b), a.cmp(&b)));
            prop_assert_eq!((c.key().cmp(&d.key()), c.narrow_key().cmp(&d.narrow_key())), (c.cmp(&d), c.cmp(&d)));
        }
    }
}
