//! Smallest, largest and zero values of a block of finite values.

use crate::Number;
use crate::isa::cloned;

const LANES: usize = 8;

cloned! {
/// Smallest value, largest value and number of zeros; `None` for no values.
pub fn extremes<T: Number>(values: &[T]) -> Option<(T, T, u64)> {
    let &first = values.first()?;
    let (mut low, mut high) = ([first; LANES], [first; LANES]);
    let mut zeros = [0_u64; LANES];
    // Lanes of plain comparisons: none waits for another, and they become vectors.
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            let value = chunk[lane];
            low[lane] = if value < low[lane] { value } else { low[lane] };
            high[lane] = if value > high[lane] { value } else { high[lane] };
        }
    }
    for chunk in chunks {
        for lane in 0..LANES {
            zeros[lane] = zeros[lane].wrapping_add(u64::from(chunk[lane] == T::ZERO));
        }
    }
    for &value in rest {
        low[0] = if value < low[0] { value } else { low[0] };
        high[0] = if value > high[0] { value } else { high[0] };
        zeros[0] = zeros[0].wrapping_add(u64::from(value == T::ZERO));
    }
    let low = low.into_iter().fold(first, |a, b| if b < a { b } else { a });
    let high = high.into_iter().fold(first, |a, b| if b > a { b } else { a });
    Some((low, high, zeros.iter().sum()))
}
}

#[cfg(test)]
mod tests {
    use super::extremes;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_the_naive_ones(values in prop::collection::vec(-5_i32..5, 0..40)) {
            let naive = values.iter().min().map(|low| {
                (*low, *values.iter().max().unwrap(), values.iter().filter(|v| **v == 0).count() as u64)
            });
            prop_assert_eq!(extremes(&values), naive);
        }
    }
}
