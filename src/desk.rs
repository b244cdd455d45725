//! Where people's orders are taken: over the tables, with conditional writes (rules C5, C6, S1).
//!
//! Two people at once, two clicks, a click and a stop in the same second leave the tables right: every write holds only if
//! what it changes is as it was read, and is thought over again if it is not. The desk starts and stops nothing: it writes
//! exceptions and force flags, and the scheduler acts on them. Knows no instance, no platform and no words.

mod answer;
mod audit;
mod exceptions;
mod extend;
mod force;
mod limit;
mod look;
mod show;
#[cfg(test)]
mod tests;
mod write;

pub use answer::{Answer, Cancelled, Done, Info, Refusal, RunNow, Status, Why};
pub use audit::Audit;

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use futures_util::future::{Either, select};

use extend::Wish;

use crate::document::{self, Defaults};
use crate::model::{Order, Orderer, ScheduleName};
use crate::ports::{Clock, Store, StoreError, Table};

/// What [`Orderer::via`] is at a terminal: whoever has the tables at hand is asked for no leave.
pub const TERMINAL: &str = "cli";

/// So often an order is thought over when others write at the same time.
const ATTEMPTS: u32 = 6;

/// Takes orders.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a, S, T> {
    /// The tables.
    pub store: &'a S,
    /// Time.
    pub clock: &'a T,
    /// What holds for schedules that do not say it.
    pub defaults: Defaults,
    /// While a stop is about to begin, it is waited so long to see whether it has: chat wants its answer in three seconds.
    pub patience: Duration,
    /// So many orders a minute are taken for a schedule; `None`: any number.
    pub orders_a_minute: Option<u32>,
    /// An order is answered within this time, whatever the tables do; `None`: when it is done.
    pub time_limit: Option<Duration>,
    /// Who takes it, unique to this invocation: the id of the Lambda request. Of two at the same time one is told from the
    /// other by it.
    pub owner: &'a str,
    /// What tells the request from all others: an order with one is taken once. `None`: it may be given again.
    pub request: Option<&'a str>,
}

impl<'a, S, T> Desk<'a, S, T> {
    /// A desk that takes any number of orders, and takes its time for each.
    pub const fn new(store: &'a S, clock: &'a T, defaults: Defaults, patience: Duration) -> Self {
        Self { store, clock, defaults, patience, orders_a_minute: None, time_limit: None, owner: "", request: None }
    }
}

impl<S: Store, T: Clock> Desk<'_, S, T> {
    /// Carries out an order for the schedule of this name.
    ///
    /// # Errors
    /// When there is no such schedule, this person may not, or the order makes no sense now; what it says is for people.
    pub async fn order(&self, by: &Orderer, schedule: &str, order: &Order) -> Result<Answer, Refusal> {
        self.order_for(by, schedule, None, order).await
    }

    /// The same for a button or a link: an order about one planned stop (`Ticket::planned_at`), which does nothing to
    /// another one.
    ///
    /// # Errors
    /// As above, and when another stop is the next one now.
    pub async fn order_for(
        &self,
        by: &Orderer,
        schedule: &str,
        planned_at: Option<DateTime<Utc>>,
        order: &Order,
    ) -> Result<Answer, Refusal> {
        let work = std::pin::pin!(self.work(by, schedule, planned_at, order));
        let Some(limit) = self.time_limit else { return work.await };
        match select(work, std::pin::pin!(self.clock.sleep(limit))).await {
            Either::Left((result, _)) => result,
            Either::Right(_) => {
                let table = Table::Schedule.as_str().to_owned();
                let error = StoreError::Unavailable { table, message: "the time for an answer is over".to_owned() };
                let why = Why::Store { error, may_be_done: order.changes() };
                Err(Refusal {
                    schedule: document::plain(schedule),
                    zone: self.defaults.zone,
                    at: self.clock.now(),
                    why,
                })
            }
        }
    }

    /// The order, however long it takes.
    async fn work(
        &self,
        by: &Orderer,
        schedule: &str,
        planned_at: Option<DateTime<Utc>>,
        order: &Order,
    ) -> Result<Answer, Refusal> {
        let refused = |name: &str, zone: Tz, why: Why| {
            let at = self.clock.now();
            Err(Refusal { schedule: document::plain(name), zone, at, why })
        };
        let seen = match self.look(by, schedule).await {
            Ok(seen) => seen,
            Err(why) => return refused(schedule, self.defaults.zone, why),
        };
        let (name, zone): (ScheduleName, Tz) = (seen.schedule.name.clone(), seen.schedule.zone);
        match self.carry_out(by, seen, planned_at, order).await {
            Ok(done) => Ok(Answer { schedule: name, zone, at: self.clock.now(), done }),
            Err(why) => refused(name.as_str(), zone, why),
        }
    }

    async fn carry_out(
        &self,
        by: &Orderer,
        seen: look::Seen,
        planned_at: Option<DateTime<Utc>>,
        order: &Order,
    ) -> Result<Done, Why> {
        self.admit(by, &seen, order).await?;
        match order {
            Order::Status => Ok(seen.status()),
            Order::Info { day } => Ok(seen.info(*day)),
            Order::Exceptions { day } => Ok(seen.listed(*day)),
            Order::SetException { day, kind, local_time } => self.set(by, seen, (*day, *kind), *local_time).await,
            Order::DeleteException { day, kind } => self.delete(by, seen, *day, *kind).await,
            Order::Extend(later) => self.move_stop(by, seen, planned_at, Wish::Later(later)).await,
            Order::Skip => self.move_stop(by, seen, planned_at, Wish::Never).await,
            Order::Force { action, lasts } => self.force(by, seen, *action, *lasts).await,
            Order::Cancel => self.cancel(by, seen).await,
        }
    }
}
