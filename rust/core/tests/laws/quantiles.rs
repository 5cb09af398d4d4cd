//! Columns that foretell quantiles: what is counted of them is what their rows say.

use proptest::prelude::*;
use tallystick_core::outcome::Target;

use crate::rows::{count, number, of_kinds, plan, row, with_quantiles};

proptest! {
    #[test]
    fn quantiles_are_counted_as_their_rows(rows in prop::collection::vec(row(), 1..200)) {
        let profile = count(&plan(), &rows, &[70]);
        let states = &of_kinds(&profile.all().outcomes).1[0].quantiles;
        let Target::Number(number) = with_quantiles(number("amount", "float")).target else { panic!("a number") };
        // Label, lower and upper column of the rows that have a final label.
        let labelled: Vec<(f64, f64, i64)> = rows
            .iter()
            .filter(|r| r.second < 280_000)
            .filter_map(|r| Some((r.float.filter(|y| y.is_finite())?, f64::from(r.amount), r.integer)))
            .collect();
        let lower: Vec<&(f64, f64, i64)> = labelled.iter().filter(|(_, low, _)| low.is_finite()).collect();
        let below = |count: &dyn Fn(&(f64, f64, i64)) -> bool| labelled.iter().filter(|row| count(row)).count() as u64;
        let [low, high] = states.each.as_slice() else { panic!("two quantiles") };
        prop_assert_eq!((low.rows, high.rows), (lower.len() as u64, labelled.len() as u64));
        prop_assert_eq!(low.at_or_below, below(&|(y, low, _)| low.is_finite() && y <= low));
        // No float of these rows comes so near to an integer that rounding it would matter.
        prop_assert_eq!(high.at_or_below, below(&|(y, _, high)| *y <= *high as f64));
        prop_assert_eq!(states.interval_rows, low.rows);
        prop_assert_eq!(states.inside, below(&|(y, low, high)| low.is_finite() && low <= y && *y <= *high as f64));
        let loss = |(y, low, _): &&(f64, f64, i64)| if y >= low { 0.25 * (y - low) } else { 0.75 * (low - y) };
        let expected: f64 = lower.iter().map(loss).sum();
        let measured = low.measured(&number.quantiles[0]);
        let slack = 1e-12 * expected + 2_f64.powi(-41) * lower.len() as f64;
        prop_assert!((measured.sum - expected).abs() <= slack || expected.max(measured.sum) > 1e307);
        // A slice holds what its rows hold.
        let parts: Vec<_> = profile.leaves().map(|(_, leaf)| &of_kinds(&leaf.outcomes).1[0].quantiles).collect();
        prop_assert_eq!(parts.iter().map(|part| part.inside).sum::<u64>(), states.inside);
        let units = parts.iter().map(|part| part.each[1].loss.first.units).sum::<i128>();
        prop_assert_eq!(units, high.loss.first.units);
    }
}
