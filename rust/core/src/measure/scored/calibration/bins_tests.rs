//! Bins against rows between edges.

use super::*;
use crate::measure::scored::calibration::testing::{joined, rows, scored};
use proptest::prelude::*;

#[test]
fn edges_are_compared_with_never_multiplied() {
    // 0.29 * 100 is 28.999999999999996 and 0.58 * 50 is 28.999999999999996, too.
    for (score, bins, bin) in [(0.29, 100, 29), (0.58, 50, 29), (0.0, 7, 0), (1.0, 7, 6), (0.1, 1, 0)] {
        assert_eq!(bin_of(score, bins), bin);
    }
    for bins in [1, 2, 3, 7, 10, 49, 100, 1000] {
        for i in 0..bins {
            let edge = f64::from(i) / f64::from(bins);
            assert_eq!(bin_of(edge, bins), i);
            assert_eq!(bin_of(edge.next_down(), bins), i.saturating_sub(1));
        }
    }
    for score in [-3.0, 2.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for bins in [1, 10, u32::MAX] {
            assert!(bin_of(score, bins) < bins);
        }
    }
}

#[test]
fn a_cell_across_an_edge_has_no_bin() {
    let mut table = Scored::of_rows([(0.05, false), (0.2, true)]);
    table.cells[0].single = false;
    table.cells[0].high = 0.1;
    assert!(equal_width(&table, 10).is_some() && equal_width(&table, 15).is_none());
    assert_eq!(equal_width(&table, 0), None);
    assert_eq!(equal_mass(&table, 0), None);
    assert_eq!(equal_width(&Scored::default(), 10), None);
    assert_eq!(equal_mass(&Scored::default(), 10), None);
    let outside = Scored::of_rows([(-0.5, false), (1.5, true)]);
    let bins = equal_width(&outside, 10).expect("rows");
    assert_eq!((bins[0].low, bins[1].high, bins.len()), (0.0, 1.0, 2));
}

#[test]
fn equal_scores_are_never_parted() {
    let table = scored(&[(0.1, 3), (0.2, 9), (0.9, 8)]);
    let of = |bins| -> Vec<f64> { equal_mass(&table, bins).expect("rows").iter().map(Bin::total).collect() };
    assert_eq!((of(2), of(4), of(1)), (vec![12.0, 8.0], vec![12.0, 8.0], vec![20.0]));
    // Ranks 3, 6, 9, ...: the first three rows are a quantile of their own.
    assert_eq!(of(7), [3.0, 9.0, 8.0]);
}

proptest! {
    #[test]
    fn bins_hold_the_rows_between_their_edges(rows in rows(), bins in 1_u32..40) {
        let table = Scored::of_rows(rows.iter().copied());
        for bin in equal_width(&table, bins).expect("rows") {
            let inside = |p: f64| p >= bin.low && (p < bin.high || bin.high == 1.0);
            let here: Vec<_> = rows.iter().filter(|row| inside(row.0)).collect();
            prop_assert_eq!(here.len() as f64, bin.total());
            let naive: f64 = here.iter().map(|row| row.0 - f64::from(u8::from(row.1))).sum();
            prop_assert!((naive - bin.excess()).abs() < 1e-12);
            let variance: f64 = here.iter().map(|row| row.0 * (1.0 - row.0)).sum();
            prop_assert!((variance - bin.variance).abs() < 1e-12);
        }
        prop_assert_eq!(equal_width(&joined(&table), 12).map(|b| b.len()), equal_width(&table, 12).map(|b| b.len()));
    }

    #[test]
    fn equal_mass_cuts_at_ranks(rows in rows(), bins in 1_usize..20) {
        let table = Scored::of_rows(rows.iter().copied());
        let mut sorted: Vec<f64> = rows.iter().map(|row| row.0).collect();
        sorted.sort_by(f64::total_cmp);
        let mut cuts: Vec<f64> = (1..=bins).map(|i| sorted[(i * sorted.len()).div_ceil(bins) - 1]).collect();
        cuts.dedup();
        let highest: Vec<f64> = equal_mass(&table, bins as u32).expect("rows").iter().map(|b| b.high.next_down()).collect();
        prop_assert_eq!(cuts, highest);
    }
}
