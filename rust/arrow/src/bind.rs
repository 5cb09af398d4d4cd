//! Record batches as batches of the core.

use arrow_array::{Array, ArrayRef, RecordBatch, new_null_array};
use arrow_schema::DataType;
use tallystick_core::batch::{Batch, Values};
use tallystick_core::plan::{Counter, Plan};

use crate::labels::labels;
use crate::numbers::{numbers, spelt_out, times, validity};
use crate::supported::domain;

/// A record batch laid out as a plan needs it; owns what the core borrows.
pub struct Bound {
    rows: usize,
    columns: Vec<Option<ArrayRef>>,
    time: Option<ArrayRef>,
}

/// Lays out record batches for one plan.
#[derive(Clone, Copy)]
pub struct Binder<'p>(pub &'p Plan);

impl Binder<'_> {
    /// Picks the plan's columns from a batch. One that is not there is counted as absent.
    #[must_use]
    pub fn bind(&self, batch: &RecordBatch) -> Bound {
        let fields = batch.schema_ref().fields();
        // Columns mostly come in the plan's order: the next one is looked at before all are, since
        // searching for each of a thousand among a thousand takes longer than counting them.
        let mut next = 0;
        let mut column = |name: &str| {
            let here = fields.get(next).is_some_and(|field| field.name() == name);
            let found = if here { next } else { batch.schema_ref().index_of(name).ok()? };
            next = found + 1;
            Some(batch.column(found).clone())
        };
        let columns = self.0.columns().iter();
        Bound {
            rows: batch.num_rows(),
            columns: columns.map(|c| column(&c.name).map(|array| plain(array, &c.counter))).collect(),
            time: self.0.time().and_then(column),
        }
    }
}

/// Numbers of a dictionary are spelt out; everything else stays as it is.
fn plain(array: ArrayRef, counter: &Counter) -> ArrayRef {
    match (array.data_type(), counter) {
        (DataType::Dictionary(_, values), Counter::Numeric(_)) if domain(values).is_some() => {
            spelt_out(array)
        }
        (DataType::Null, Counter::Numeric(_)) => new_null_array(&DataType::Float64, array.len()),
        _ => array,
    }
}

impl Bound {
    /// The batch as the core takes it; labels of rows from that second on are not final.
    #[must_use]
    pub fn batch(&self, plan: &Plan, immature_from: Option<i64>) -> Batch<'_> {
        let columns = plan.columns().iter().zip(&self.columns);
        Batch {
            rows: self.rows,
            columns: columns.map(|(c, array)| values(array.as_ref(), &c.counter)).collect(),
            time: self.time.as_ref().and_then(|array| times(array.as_ref())),
            immature_from,
        }
    }
}

fn values<'a>(array: Option<&'a ArrayRef>, counter: &Counter) -> Values<'a> {
    let Some(array) = array.map(AsRef::as_ref) else { return Values::Absent };
    let found = match counter {
        Counter::Categorical(_) => labels(array).map(Values::Labels),
        Counter::Numeric(_) => numbers(array)
            .map(|numbers| Values::Numbers { numbers, validity: validity(array) })
            .or_else(|| times(array)),
    };
    found.unwrap_or_else(|| Values::Mistyped { validity: validity(array) })
}
