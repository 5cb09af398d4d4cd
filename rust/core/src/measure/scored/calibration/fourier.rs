//! A cosine sum at many points, by the fast Fourier transform (J. W. Cooley and J. W. Tukey, 1965).

use std::f64::consts::PI;

/// Turns exp(i pi j / points) for j = 0 .. points, for sums at so many points or fewer.
///
/// Each is from its own sine, so that errors do not add up.
pub(super) fn turns(points: usize) -> Vec<[f64; 2]> {
    let turn = |j: usize| (PI * j as f64 / points as f64).sin_cos();
    (0..points).map(turn).map(|(sine, cosine)| [cosine, sine]).collect()
}

/// `sum_k c_k cos(pi k j / points)` for j = 0 ..= points.
///
/// `points` is a power of two above the highest k, and so is the number of turns, which is not less.
pub(super) fn cosine_sum(coefficients: &[f64], points: usize, turns: &[[f64; 2]]) -> Vec<f64> {
    let length = 2 * points;
    let mut values = vec![[0.0; 2]; length];
    let bits = length.trailing_zeros();
    for (k, &coefficient) in coefficients.iter().enumerate().take(length) {
        values[k.reverse_bits() >> (usize::BITS - bits)][0] = coefficient;
    }
    let mut half = 1;
    while half < length {
        let stride = turns.len() / half;
        for block in values.chunks_exact_mut(2 * half) {
            let (low, high) = block.split_at_mut(half);
            for (place, (a, b)) in low.iter_mut().zip(high).enumerate() {
                let [cosine, sine] = turns[place * stride];
                let turned = [b[0] * cosine - b[1] * sine, b[0] * sine + b[1] * cosine];
                (*a, *b) = ([a[0] + turned[0], a[1] + turned[1]], [a[0] - turned[0], a[1] - turned[1]]);
            }
        }
        half *= 2;
    }
    values.iter().take(points + 1).map(|value| value[0]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_summed_directly() {
        let coefficients = [0.3, -1.0, 0.25, 2.0, 0.0, 1e-3];
        for points in [8, 64] {
            let fast = cosine_sum(&coefficients, points, &turns(64));
            assert_eq!(fast.len(), points + 1);
            for (j, value) in fast.iter().enumerate() {
                let angle = PI * j as f64 / points as f64;
                let direct: f64 =
                    coefficients.iter().enumerate().map(|(k, c)| c * (k as f64 * angle).cos()).sum();
                assert!((value - direct).abs() < 1e-14, "{points} {j}");
            }
        }
    }
}
