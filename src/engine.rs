//! Pure functions on the model: `now` is always an argument, and the same input gives the same answer, byte for byte.
//!
//! Nothing here does IO, reads a clock or can fail: what is wrong becomes data in the answer.

pub mod calendar;
mod decide;
pub mod explain;
pub mod extension;
pub mod forecast;
mod local_day;
mod misfits;
mod notices;
mod order;
mod plan;
mod record;
mod restarts;
mod runs;
mod told;
mod warnings;

pub use local_day::{Edge, LocalDay, Origin, Span, local_day};
pub use misfits::{Misfit, misfits};
pub use notices::{Message, Receipt, messages, timely};
pub use order::is_settling;
pub use plan::{Held, Plan, SchedulePlan, SeenSchedule, Snapshot, Step, needs_look, plan, preview};
pub use record::{not_taken, outcomes, receipt};
pub use runs::untaken;
pub use told::{Found, Untold, untold};
