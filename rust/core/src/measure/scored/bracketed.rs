//! A value that the cells tell within certain bounds.

use crate::measure::Bracket;

/// A value and the range that holds it for certain, whatever the order of the rows inside cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bracketed {
    /// The one number to show, within the bracket.
    pub value: f64,
    /// Holds the value that the single rows have.
    pub bracket: Bracket,
}

impl Bracketed {
    /// Ends in either order, the value held between them; `None` when anything is not finite.
    pub(crate) fn new(value: f64, one: f64, other: f64) -> Option<Self> {
        let (lower, upper) = (one.min(other), one.max(other));
        let finite = value.is_finite() && one.is_finite() && other.is_finite();
        finite.then(|| Self { value: value.max(lower).min(upper), bracket: Bracket { lower, upper } })
    }

    /// The same, with value and bracket held within a range whose ends are finite and in order.
    pub(crate) fn within(self, low: f64, high: f64) -> Self {
        let hold = |x: f64| x.max(low).min(high);
        let Bracket { lower, upper } = self.bracket;
        Self { value: hold(self.value), bracket: Bracket { lower: hold(lower), upper: hold(upper) } }
    }

    /// Whether the bracket holds a value, give or take rounding.
    #[cfg(test)]
    pub(crate) fn holds(&self, value: f64) -> bool {
        self.bracket.lower - 1e-12 <= value && value <= self.bracket.upper + 1e-12
    }

    /// Whether the cells tell everything.
    #[cfg(test)]
    pub(crate) fn is_exact(&self) -> bool {
        self.bracket.lower == self.bracket.upper
    }
}
