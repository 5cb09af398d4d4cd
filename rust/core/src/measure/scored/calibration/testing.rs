//! What the tests of calibration share: tables, their coarser form, draws.

use super::super::{ScoreCell, Scored};
use proptest::prelude::*;

/// Rows with scores that have many digits, two digits, or are certain.
pub fn rows() -> impl Strategy<Value = Vec<(f64, bool)>> {
    let score = prop_oneof![
        4 => 0.0..1.0_f64,
        4 => (0_u8..=100).prop_map(|percent| f64::from(percent) / 100.0),
        1 => prop_oneof![Just(0.0), Just(1.0)],
    ];
    prop::collection::vec((score, any::<bool>()), 1..200)
}

/// A table of `count` rows of each score, every second one positive.
pub fn scored(groups: &[(f64, usize)]) -> Scored {
    let rows = groups.iter().flat_map(|&(p, count)| (0..count).map(move |row| (p, row % 2 == 1)));
    Scored::of_rows(rows)
}

/// The table with its cells joined to `[i/60, (i+1)/60)`, as a profile's grid would have them.
///
/// 1 has a cell of its own, as it has there. Sums over all rows stay what they are.
pub fn joined(scored: &Scored) -> Scored {
    let mut coarse = Scored { cells: Vec::new(), ..scored.clone() };
    for cell in &scored.cells {
        let at = (1..60).take_while(|&i| f64::from(i) / 60.0 <= cell.low).count() as f64;
        let (low, high) =
            if cell.low < 1.0 { (at / 60.0, (at + 1.0) / 60.0) } else { (1.0, 1.0_f64.next_up()) };
        let empty = ScoreCell { low, high, single: low == 1.0, rows: [0.0; 2], scores: [0.0; 2] };
        if coarse.cells.last().is_none_or(|last| last.low != low) {
            coarse.cells.push(empty);
        }
        let last = coarse.cells.last_mut().expect("one was pushed");
        for class in 0..2 {
            last.rows[class] += cell.rows[class];
            last.scores[class] += cell.scores[class];
        }
    }
    coarse
}

/// Every row counted `weight` times without more rows being known.
pub fn weighted(scored: &Scored, weight: f64) -> Scored {
    let mut heavy = scored.clone();
    for cell in &mut heavy.cells {
        cell.rows = cell.rows.map(|rows| rows * weight);
        cell.scores = cell.scores.map(|scores| scores * weight);
    }
    let sums = &mut heavy.sums;
    sums.squares = sums.squares.map(|sum| sum * weight);
    sums.information = sums.information.map(|sum| sum * weight);
    (sums.spiegelhalter, sums.slope) = (sums.spiegelhalter * weight, sums.slope * weight);
    (sums.log_loss, sums.infinite_loss) = (sums.log_loss * weight, sums.infinite_loss * weight);
    heavy
}

/// Whether two numbers agree to 1e-12, relative above 1.
pub fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * a.abs().max(1.0)
}

/// Steele, Lea and Flood's splitmix64: a few lines, and the same on every machine.
pub struct Draws(pub u64);

impl Draws {
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A score of the shape: uniform, rare events (mean 2 %), U-shaped (arcsine law).
    pub fn score(&mut self, shape: Shape) -> f64 {
        let u = self.uniform();
        match shape {
            Shape::Uniform => u,
            // Density 49 (1 - p)^48: the beta law (1, 49).
            Shape::Rare => 1.0 - u.powf(1.0 / 49.0),
            Shape::Ends => (u * std::f64::consts::FRAC_PI_2).sin().powi(2),
        }
    }
}

/// Shapes of scores met in practice.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    Uniform,
    Rare,
    Ends,
}
