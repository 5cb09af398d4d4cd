//! The number types that columns are made of.

/// A number type of a column, with an order-preserving integer key.
pub trait Number: Copy + PartialOrd + std::fmt::Debug + Send + Sync + 'static {
    /// The zero of the type.
    const ZERO: Self;
    /// Whether differences of keys are proportional to differences of values.
    const LINEAR_KEY: bool;
    /// An integer that orders as the value does; `-0.0` and `0.0` share one. NaN has none.
    fn key(self) -> u64;
    /// The nearest `f64` (exact but for 64-bit integers beyond 2^53).
    fn to_f64(self) -> f64;
    /// Neither NaN nor infinite.
    fn is_finite(self) -> bool;
    /// NaN.
    fn is_nan(self) -> bool;
}

macro_rules! signed {
    ($($t:ty),*) => {$(
        impl Number for $t {
            const ZERO: Self = 0;
            const LINEAR_KEY: bool = true;
            #[inline]
            fn key(self) -> u64 {
                (i64::from(self) as u64) ^ (1 << 63)
            }
            #[inline]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline]
            fn is_finite(self) -> bool {
                true
            }
            #[inline]
            fn is_nan(self) -> bool {
                false
            }
        }
    )*};
}

macro_rules! unsigned {
    ($($t:ty),*) => {$(
        impl Number for $t {
            const ZERO: Self = 0;
            const LINEAR_KEY: bool = true;
            #[inline]
            fn key(self) -> u64 {
                u64::from(self)
            }
            #[inline]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline]
            fn is_finite(self) -> bool {
                true
            }
            #[inline]
            fn is_nan(self) -> bool {
                false
            }
        }
    )*};
}

signed!(i8, i16, i32, i64);
unsigned!(u8, u16, u32, u64);

impl Number for f64 {
    const ZERO: Self = 0.0;
    const LINEAR_KEY: bool = false;
    #[inline]
    fn key(self) -> u64 {
        // Adding 0.0 turns -0.0 into 0.0. Negative numbers order backwards by their bits.
        let bits = (self + 0.0).to_bits();
        let negative = ((bits as i64) >> 63) as u64;
        bits ^ (negative | (1 << 63))
    }
    #[inline]
    fn to_f64(self) -> f64 {
        self
    }
    #[inline]
    fn is_finite(self) -> bool {
        f64::is_finite(self)
    }
    #[inline]
    fn is_nan(self) -> bool {
        f64::is_nan(self)
    }
}

impl Number for f32 {
    const ZERO: Self = 0.0;
    const LINEAR_KEY: bool = false;
    #[inline]
    fn key(self) -> u64 {
        f64::from(self).key()
    }
    #[inline]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    #[inline]
    fn is_finite(self) -> bool {
        f32::is_finite(self)
    }
    #[inline]
    fn is_nan(self) -> bool {
        f32::is_nan(self)
    }
}
