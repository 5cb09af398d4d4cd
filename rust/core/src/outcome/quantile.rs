//! Columns that foretell quantiles of a label: what is counted of their losses.

use std::sync::Arc;

use super::number::{from_zero, learn_derived, spread};
use super::read_binning;
use crate::binning::{self, Binning};
use crate::codec::bytes::{Reader, Writer};
use crate::error::{Result, parameter};
use crate::measure::residual::pinball_loss;

/// Most quantiles of an outcome.
pub const MAX_QUANTILES: usize = 16;

/// A column that labels are expected to be at or below with a declared share.
#[derive(Clone, Debug)]
pub struct Quantile {
    /// The column.
    pub column: String,
    /// The declared share, in (0, 1).
    pub share: f64,
    /// Grids of the pinball loss and its square.
    pub loss: Arc<Binning>,
}

impl Quantile {
    /// Learns the grids from predictions and labels of the same rows; what is missing is NaN.
    ///
    /// # Errors
    /// When the share is not in (0, 1).
    pub fn learn(column: String, share: f64, rows: impl IntoIterator<Item = (f64, f64)>) -> Result<Self> {
        check_share(share)?;
        let (mut losses, mut predictions) = (Vec::new(), Vec::new());
        for (prediction, label) in rows {
            losses.extend(pinball_loss(label, prediction, share));
            predictions.push(prediction);
        }
        if losses.is_empty() {
            // No label yet: losses are likely no larger than what the predictions differ by.
            losses = spread(&predictions).0.into_iter().filter_map(|d| pinball_loss(d, 0.0, share)).collect();
        }
        Ok(Self { column, share, loss: learn_derived(losses)? })
    }

    /// Pinball loss of a label that is so far above the prediction.
    pub(crate) fn loss_of(&self, above: f64) -> f64 {
        if above >= 0.0 { self.share * above } else { (self.share - 1.0) * above }
    }

    pub(super) fn write_identity(&self, writer: &mut Writer) {
        writer.text(&self.column);
        writer.float(self.share);
        writer.raw(self.loss.id());
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.text(&self.column);
        writer.float(self.share);
        binning::write(writer, &self.loss.parts());
    }

    pub(super) fn read(reader: &mut Reader<'_>, longest_name: usize) -> Result<Self> {
        let column = reader.text(longest_name)?.to_owned();
        Ok(Self { column, share: reader.float()?, loss: read_binning(reader)? })
    }
}

fn check_share(share: f64) -> Result<()> {
    if share > 0.0 && share < 1.0 {
        Ok(())
    } else {
        Err(parameter("quantile", "a share above 0 and below 1"))
    }
}

/// Quantiles in the order of the format: ascending shares, each share and each column once.
///
/// # Errors
/// When there are too many, one stands there twice, or a share or a grid is none.
pub(super) fn in_order(mut quantiles: Vec<Quantile>) -> Result<Vec<Quantile>> {
    quantiles.iter().try_for_each(|quantile| check_share(quantile.share))?;
    quantiles.sort_by(|a, b| a.share.total_cmp(&b.share));
    let mut columns: Vec<&str> = quantiles.iter().map(|quantile| quantile.column.as_str()).collect();
    columns.sort_unstable();
    let twice = quantiles.windows(2).any(|pair| pair[0].share >= pair[1].share)
        || columns.windows(2).any(|pair| pair[0] == pair[1]);
    let sound = quantiles.iter().all(|quantile| from_zero(&quantile.loss));
    if twice || !sound || quantiles.len() > MAX_QUANTILES {
        return Err(parameter("quantiles", "at most 16 columns and shares, each once"));
    }
    Ok(quantiles)
}

/// How many follow in the bytes, and these.
pub(super) fn read_all(reader: &mut Reader<'_>, longest_name: usize) -> Result<Vec<Quantile>> {
    let count = reader.length(9)?;
    reader.ensure((1..=MAX_QUANTILES).contains(&count), "1 to 16 quantiles")?;
    let read: Vec<Quantile> =
        (0..count).map(|_| Quantile::read(reader, longest_name)).collect::<Result<_>>()?;
    reader.ensure(read.windows(2).all(|pair| pair[0].share < pair[1].share), "ascending shares")?;
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::super::Number;
    use super::Quantile;

    #[test]
    fn each_share_and_column_once() {
        let of = |column: &str, share| Quantile::learn(column.into(), share, []);
        assert!(of("a", 0.0).is_err() && of("a", 1.0).is_err() && of("a", f64::NAN).is_err());
        let with = |quantiles| Number::learn([]).unwrap().with_quantiles(quantiles);
        let (low, high) = (of("a", 0.1).unwrap(), of("b", 0.9).unwrap());
        let sorted = with(vec![high.clone(), low.clone()]).unwrap();
        assert_eq!(sorted.quantiles[0].share, 0.1);
        assert!(with(vec![low.clone(), low.clone()]).is_err());
        assert!(with(vec![low.clone(), of("a", 0.2).unwrap()]).is_err());
        assert!(with(vec![low, of("b", 0.1).unwrap()]).is_err());
        let many = (1..=17).map(|i| of(&i.to_string(), f64::from(i) / 20.0).unwrap());
        assert!(with(many.collect()).is_err());
    }
}
