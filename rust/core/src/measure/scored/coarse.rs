//! What the tests of scored measures share: rows, and tables that have forgotten their order.

use proptest::prelude::{Strategy, any};

use super::{ScoreCell, Scored};

/// Rows with a score of few values, so that there are ties, and a label.
pub(crate) fn rows() -> impl Strategy<Value = Vec<(f64, bool)>> {
    let row = (0..=40_u8, any::<bool>()).prop_map(|(score, label)| (f64::from(score) / 40.0, label));
    proptest::collection::vec(row, 0..150)
}

/// The table of the rows in cells of `by` neighbouring scores whose order is forgotten.
pub(crate) fn merged(rows: &[(f64, bool)], by: usize) -> Scored {
    let fine = Scored::of_rows(rows.iter().copied());
    let cells = fine.cells.chunks(by).map(merge).collect();
    Scored { cells, ..fine }
}

fn merge(cells: &[ScoreCell]) -> ScoreCell {
    let sum =
        |of: fn(&ScoreCell) -> [f64; 2]| cells.iter().map(of).fold([0.0; 2], |[a, b], [c, d]| [a + c, b + d]);
    ScoreCell {
        low: cells[0].low,
        high: cells[cells.len() - 1].high,
        single: false,
        rows: sum(|cell| cell.rows),
        scores: sum(|cell| cell.scores),
    }
}

/// Steele, Lea and Flood's splitmix64: a few lines, and the same on every machine.
pub(crate) struct Draws(pub u64);

impl Draws {
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Positives score `U^(1/k)`, negatives `U`: the area is exactly `k / (k + 1)`.
    pub(crate) fn ranked(&mut self, negatives: usize, positives: usize, k: f64) -> Vec<(f64, bool)> {
        let mut rows: Vec<_> = (0..negatives).map(|_| (self.uniform(), false)).collect();
        rows.extend((0..positives).map(|_| (self.uniform().powf(1.0 / k), true)));
        rows
    }
}
