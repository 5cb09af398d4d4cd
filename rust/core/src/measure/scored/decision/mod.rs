//! What comes of acting on a score: rows at or above a threshold are predicted positive.
//!
//! At a cell's lower end the counts of the four outcomes are exact. A threshold inside a cell
//! leaves open which of its rows are selected; measures then come with a bracket.

pub mod confusion;
pub mod log_loss;
pub mod metric;
pub mod rate_ratio;
pub mod threshold;

pub use confusion::{Confusion, Decision, decide};
pub use log_loss::{LogLoss, log_loss, log_loss_skill};
pub use metric::Metric;
pub use rate_ratio::rate_ratio;
pub use threshold::{Best, Costs, best_by, best_youden, cheapest};
