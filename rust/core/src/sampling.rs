//! Logs of which only a part was kept, and how large a part.

use xxhash_rust::xxh3::xxh3_64;

use crate::codec::bytes::{Reader, Writer};
use crate::error::{Result, parameter};
use crate::slice::Segment;
use crate::vocabulary::Vocabulary;

/// Most strata of a plan: those that are kept apart in slices.
pub const MAX_STRATA: usize = crate::vocabulary::COARSE_CATEGORIES;

/// Whether the row of this id is among those kept when a share of all is: the same answer in every
/// process, so that a prediction and its label are kept together.
#[must_use]
pub fn keeps(id: &[u8], share: f64) -> bool {
    share >= 1.0 || xxh3_64(id) < (share * 2_f64.powi(64)) as u64
}

/// Which part of the rows was kept, by the value of a segment column.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampling {
    /// The column that tells which stratum a row is of.
    column: String,
    /// Strata in the order of their names, with the share of their rows that was kept.
    rates: Vec<(String, f64)>,
}

impl Sampling {
    /// Strata of a column with their rates, in any order.
    ///
    /// # Errors
    /// When there is none or too many, one stands there twice, or a rate is not in (0, 1].
    pub fn new(column: String, mut rates: Vec<(String, f64)>) -> Result<Self> {
        rates.sort_by(|a, b| a.0.cmp(&b.0));
        let twice = rates.windows(2).any(|pair| pair[0].0 == pair[1].0);
        if rates.is_empty() || rates.len() > MAX_STRATA || twice {
            return Err(parameter("sampling.rates", "1 to 32 strata, each once"));
        }
        if !rates.iter().all(|(_, rate)| *rate > 0.0 && *rate <= 1.0) {
            return Err(parameter("sampling.rates", "shares above 0 and not above 1"));
        }
        Ok(Self { column, rates })
    }

    /// The same share of all rows, chosen without regard to what they hold: nothing has to be
    /// weighted, but counts of rows are this share of what there was.
    ///
    /// # Errors
    /// When the share is not in (0, 1].
    pub fn uniform(share: f64) -> Result<Self> {
        Self::new(String::new(), vec![(String::new(), share)])
    }

    /// The share that was kept of all rows alike; `None` when it depends on the stratum.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        match self.rates.as_slice() {
            [(stratum, share)] if self.column.is_empty() && stratum.is_empty() => Some(*share),
            _ => None,
        }
    }

    /// The column that tells which stratum a row is of.
    #[must_use]
    pub fn column(&self) -> &str {
        &self.column
    }

    /// Strata and the share of their rows that was kept.
    #[must_use]
    pub fn rates(&self) -> &[(String, f64)] {
        &self.rates
    }

    /// How many rows one of a segment stands for; `None` when its rate is not known.
    #[must_use]
    pub fn weight(&self, segment: Segment, vocabulary: &Vocabulary) -> Option<f64> {
        let Segment::Category(_) = segment else { return None };
        let text = segment.text(vocabulary);
        let found = self.rates.iter().find(|(stratum, _)| stratum == text);
        found.map(|(_, rate)| 1.0 / rate)
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.text(&self.column);
        writer.length(self.rates.len());
        for (stratum, rate) in &self.rates {
            writer.text(stratum);
            writer.float(*rate);
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>, longest_name: usize) -> Result<Self> {
        let column = reader.text(longest_name)?.to_owned();
        let count = reader.length(9)?;
        let rate = |reader: &mut Reader<'_>| {
            Ok((reader.text(crate::vocabulary::MAX_TEXT)?.to_owned(), reader.float()?))
        };
        let rates = (0..count).map(|_| rate(reader)).collect::<Result<Vec<_>>>()?;
        reader.ensure(rates.windows(2).all(|w| w[0].0 < w[1].0), "strata in the order of names")?;
        Self::new(column, rates).map_err(|_| reader.corrupt("a sampling"))
    }
}
