//! A world in which everything goes wrong that can: the real tick over embedded tables, instances and chat, from one seed.
//!
//! A [`Case`] says all that there is and all that happens from outside: schedules, instances, faults of every port, ticks
//! that die, come twice, late or not at all, and people at the console, at the tables and in chat. [`run`](run::run) lives
//! through it with [`tick::run`](crate::tick::run), the code that runs in Lambda, and writes down what happened in the
//! world; [`check`](check::check) judges that history by the promises, and shares no code with the planner. The same case
//! gives the same history. [`random`] makes cases from seeds, [`shrink`] cuts a failing one down to what is needed.
//!
//! The queue of a large fleet is not in it: a batch of schedules is a tick that leaves the others alone, and what can happen to
//! a batch (late, twice, never, killed, two at once) happens to ticks here. Where a batch is more than that, `tick/dispatch`
//! has its tests.
//!
//! Knows no AWS, reads no clock and no environment.

pub mod case;
pub mod check;
pub mod counts;
pub mod file;
mod function;
pub mod history;
pub mod missed;
mod people;
pub mod random;
pub mod run;
pub mod shrink;
mod stage;
mod twice;

pub use case::{Case, Incident, What};
pub use history::{Entry, Happened};
