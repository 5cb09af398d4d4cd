//! Smallest, largest and zero values of a block of finite values.

use crate::Number;

/// Smallest value, largest value and number of zeros; `None` for no values.
#[must_use]
pub fn extremes<T: Number>(values: &[T]) -> Option<(T, T, u64)> {
    let (&first, rest) = values.split_first()?;
    let (mut low, mut high) = ([first; 4], [first; 4]);
    let mut zeros = [0_u64; 4];
    zeros[0] += u64::from(first == T::ZERO);
    // Four lanes, plain comparisons: no lane waits for another.
    for (i, &value) in rest.iter().enumerate() {
        let lane = i % 4;
        low[lane] = if value < low[lane] { value } else { low[lane] };
        high[lane] = if value > high[lane] { value } else { high[lane] };
        zeros[lane] = zeros[lane].wrapping_add(u64::from(value == T::ZERO));
    }
    let low = low.into_iter().fold(first, |a, b| if b < a { b } else { a });
    let high = high.into_iter().fold(first, |a, b| if b > a { b } else { a });
    Some((low, high, zeros.iter().sum()))
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
