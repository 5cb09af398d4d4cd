//! Where on the line the counted cells lie.

/// The values counted in one cell lie in `[low, high]`.
///
/// Cells are in increasing order and do not overlap (they may touch, or leave gaps in which
/// there is no value).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// No value of the cell is below.
    pub low: f64,
    /// No value of the cell is above.
    pub high: f64,
    /// All its values, on both sides, are one and the same (wherever in the cell it is).
    pub single: bool,
}

/// Cells of a binning with the given inner edges, bounded by the values that occurred.
///
/// `edges` (increasing) make `edges.len() + 1` left-closed cells, the outer two unbounded;
/// `minimum` and `maximum` are the smallest and largest finite values counted, of both sides
/// when both are compared: every cell is cut to that range. `single(i)` says whether cell i
/// holds one value. The bounds are the edges as given: an upper edge is not a member of the cell
/// but values come as near as floats do.
#[must_use]
pub fn from_edges(edges: &[f64], minimum: f64, maximum: f64, single: &dyn Fn(usize) -> bool) -> Vec<Cell> {
    let cut = |value: f64| value.max(minimum).min(maximum);
    (0..=edges.len())
        .map(|index| {
            let low = if index == 0 { minimum } else { cut(edges[index - 1]) };
            let high = edges.get(index).map_or(maximum, |&edge| cut(edge));
            Cell { low, high, single: single(index) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_to_what_occurred() {
        let cells = from_edges(&[0.0, 1.0, 2.0], 0.5, 7.0, &|index| index == 2);
        let cell = |low, high, single| Cell { low, high, single };
        let expected =
            [cell(0.5, 0.5, false), cell(0.5, 1.0, false), cell(1.0, 2.0, true), cell(2.0, 7.0, false)];
        assert_eq!(cells, expected);
        assert_eq!(from_edges(&[], -1.0, 1.0, &|_| false), [cell(-1.0, 1.0, false)]);
    }
}
