//! Keys that order as the true values do, also of two sides of different types.

use std::fmt::Debug;

use tallystick_kernels::Number;

use crate::batch::Numbers;
use crate::scalar::Countable;

/// An unsigned integer that orders as the values of both sides do, equal for equal ones only.
pub(super) trait Key: Copy + Ord + Default + Send + Sync + Debug + 'static {
    /// The key in 64 bits, where it has no more.
    fn narrow(self) -> u64;
    /// Bits of the distance from `origin`, which is not above.
    fn bits_from(self, origin: Self) -> u32;
    /// Steps of `2^shift` keys from `origin`, which is not above.
    fn steps_from(self, origin: Self, shift: u32) -> usize;
}

macro_rules! keys {
    ($($t:ty),*) => {$(
        impl Key for $t {
            fn narrow(self) -> u64 {
                self as u64
            }
            fn bits_from(self, origin: Self) -> u32 {
                Self::BITS - (self - origin).leading_zeros()
            }
            fn steps_from(self, origin: Self, shift: u32) -> usize {
                ((self - origin) >> shift) as usize
            }
        }
    )*};
}
keys!(u64, u128);

/// How the values of all chunks become keys.
pub(super) trait Line: Sync + 'static {
    type Key: Key;
    /// Whether keys are those of the values' own type, so that equal steps of the key make sense.
    const OWN: bool;
    fn key<T: Countable>(value: T) -> Self::Key;
}

/// All chunks are floats, or all are signed integers, or all are unsigned ones: types of one
/// kind share their keys.
pub(super) struct Own;

/// Any mixture. An integer lies at or above some nearest double, by less than 2^16: that double's
/// key, then the distance.
pub(super) struct Mixed;

impl Line for Own {
    type Key = u64;
    const OWN: bool = true;
    #[inline]
    fn key<T: Countable>(value: T) -> u64 {
        value.key()
    }
}

impl Line for Mixed {
    type Key = u128;
    const OWN: bool = false;
    #[inline]
    fn key<T: Countable>(value: T) -> u128 {
        let near = value.to_f64();
        if !T::INTEGER {
            return u128::from(near.key()) << 16;
        }
        let whole = value.to_i128();
        let below = if near as i128 > whole { near.next_down() } else { near };
        u128::from(below.key()) << 16 | (whole - below as i128) as u128
    }
}

/// Types that share their keys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Float,
    Signed,
    Unsigned,
}

impl Kind {
    pub(super) fn of(numbers: &Numbers<'_>) -> Self {
        match numbers {
            Numbers::F64(_) | Numbers::F32(_) => Self::Float,
            Numbers::I8(_) | Numbers::I16(_) | Numbers::I32(_) | Numbers::I64(_) => Self::Signed,
            Numbers::U8(_) | Numbers::U16(_) | Numbers::U32(_) | Numbers::U64(_) => Self::Unsigned,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Mixed};
    use proptest::prelude::*;

    fn integers() -> impl Strategy<Value = i128> {
        let near_power = (0..64_u32, -3..4_i128).prop_map(|(bit, by)| (1_i128 << bit) + by);
        let positive =
            prop_oneof![near_power, any::<i64>().prop_map(i128::from), any::<u64>().prop_map(i128::from)];
        (positive, any::<bool>()).prop_map(|(x, negative)| if negative { -x } else { x })
    }

    proptest! {
        #[test]
        fn mixed_keys_order_by_true_value(a in integers(), b in integers(), float in any::<f64>()) {
            let key = |x: i128| match (i64::try_from(x), u64::try_from(x)) {
                (Ok(signed), _) => Some(Mixed::key(signed)),
                (_, Ok(unsigned)) => Some(Mixed::key(unsigned)),
                _ => None,
            };
            if let (Some(x), Some(y)) = (key(a), key(b)) {
                prop_assert_eq!(x.cmp(&y), a.cmp(&b));
            }
            if let (Some(x), false) = (key(a), float.is_nan()) {
                // The nearest double of an integer compared with a float decides, unless equal.
                let order = (a as f64).total_cmp(&(float + 0.0));
                let order = if (a as f64) == float { a.cmp(&(float as i128)) } else { order };
                prop_assert_eq!(x.cmp(&Mixed::key(float)), order);
                let round = a as f64;
                prop_assert_eq!(x.cmp(&Mixed::key(round)), a.cmp(&(round as i128)));
            }
        }
    }
}
