//! Smallest, largest and zero values of a block of finite values.

use crate::Number;
use crate::isa::cloned;

/// Enough for four vectors of the widest set, so that no comparison waits for the last.
const LANES: usize = 32;

cloned! {
/// Smallest value, largest value and number of zeros; `None` for no values.
pub fn extremes<T: Number>(values: &[T]) -> Option<(T, T, u64)> {
    let &first = values.first()?;
    let (mut low, mut high) = ([first; LANES], [first; LANES]);
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            let value = chunk[lane];
            low[lane] = if value < low[lane] { value } else { low[lane] };
            high[lane] = if value > high[lane] { value } else { high[lane] };
        }
    }
    for &value in rest {
        low[0] = if value < low[0] { value } else { low[0] };
        high[0] = if value > high[0] { value } else { high[0] };
    }
    let low = low.into_iter().fold(first, |a, b| if b < a { b } else { a });
    let high = high.into_iter().fold(first, |a, b| if b > a { b } else { a });
    // Hardly any column has zeros somewhere and nowhere near: a block of one sign is not read.
    let zeros = if low <= T::ZERO && high >= T::ZERO { zeros(values) } else { 0 };
    Some((low, high, zeros))
}
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "compiled anew in each clone of its callers")]
fn zeros<T: Number>(values: &[T]) -> u64 {
    let mut zeros = 0_u64;
    for &value in values {
        zeros = zeros.wrapping_add(u64::from(value == T::ZERO));
    }
    zeros
}

#[cfg(test)]
mod tests {
    use super::extremes;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_the_naive_ones(values in prop::collection::vec(-5_i32..5, 0..100)) {
            let naive = values.iter().min().map(|low| {
                (*low, *values.iter().max().unwrap(), values.iter().filter(|v| **v == 0).count() as u64)
            });
            prop_assert_eq!(extremes(&values), naive);
            let floats: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
            prop_assert_eq!(extremes(&floats), naive.map(|(l, h, z)| (f64::from(l), f64::from(h), z)));
        }
    }
}
