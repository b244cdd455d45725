//! What the desk knows when it decides: the tables, and what is remembered of the schedule, read in this order.
//!
//! What is remembered is read last: an exception that was seen in its place, and no announcement of the stop after that,
//! counts (rule C6).

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::future::try_join3;
use serde_json::Value;

use super::limit;
use super::{Desk, Why};
use crate::document::{self, Tables, nearest};
use crate::engine::calendar;
use crate::engine::extension::{Ahead, original_stop};
use crate::model::{Action, Exception, ExceptionKind, Orderer, Schedule, ScheduleName, ScheduleState};
use crate::ports::{Clock, Item, Store, StoreError, Table};

/// The most names of schedules that are told.
const MOST_NAMES: usize = 20;

/// The most faults of a schedule that are told.
const MOST_PROBLEMS: usize = 5;

/// What was seen.
pub(super) struct Seen {
    pub(super) schedule: Schedule,
    pub(super) state: ScheduleState,
    pub(super) tables: Tables,
    pub(super) now: DateTime<Utc>,
    /// The item that counts the orders of a minute.
    pub(super) counter: Option<Item>,
}

/// Tables that gave no answer.
pub(super) fn unread(error: StoreError) -> Why {
    Why::Store { error, may_be_done: false }
}

impl<S: Store, T: Clock> Desk<'_, S, T> {
    /// Reads the tables, and finds the schedule.
    pub(super) async fn look(&self, by: &Orderer, named: &str) -> Result<Seen, Why> {
        let now = self.clock.now();
        let scan = |table| self.store.scan(table);
        let read = try_join3(scan(Table::Schedule), scan(Table::ServerGroup), scan(Table::Exception));
        let (schedules, groups, exceptions) = read.await.map_err(unread)?;
        let tables = Tables { schedules, groups, exceptions };
        let (schedules, problems) = document::read(&tables, self.defaults, now.date_naive());
        let Some(name) = find(&tables, named) else {
            let may_see = |name: &str| {
                schedules.iter().any(|schedule| schedule.name.as_str() == name && schedule.chat.has_room(&by.rooms))
                    || by.via == super::TERMINAL
            };
            return Err(unknown(&tables, named, may_see));
        };
        let Some(schedule) = schedules.into_iter().find(|schedule| schedule.name == name) else {
            let its = problems.iter().filter(|problem| problem.schedule.as_ref() == Some(&name));
            let problems = its.filter(|problem| problem.stops_schedule).take(MOST_PROBLEMS);
            return Err(Why::Faulty { problems: problems.map(ToString::to_string).collect() });
        };
        let (state, counter) = self.remembered(&name).await?;
        Ok(Seen { schedule, state, tables, now, counter })
    }

    /// What is remembered of a schedule, and the item that counts its orders.
    async fn remembered(&self, name: &ScheduleName) -> Result<(ScheduleState, Option<Item>), Why> {
        let ids = [document::STATE_RUN_ID, limit::RUN_ID];
        let keys = ids.map(|id| (name.to_string(), id.to_owned()));
        let mut items = self.store.runs(&keys).await.map_err(unread)?;
        let mut take = |id: &str| {
            let place = items.iter().position(|item| item.get("RunId").and_then(Value::as_str) == Some(id))?;
            Some(items.swap_remove(place))
        };
        let state = match take(document::STATE_RUN_ID).as_ref().map(document::state).transpose() {
            Ok(state) => state.unwrap_or_default(),
            Err(error) => {
                let text = format!("ScheduleRun {name} {}: {error}", document::STATE_RUN_ID);
                return Err(Why::Faulty { problems: vec![text] });
            }
        };
        Ok((state, take(limit::RUN_ID)))
    }

    /// What is remembered of a schedule now.
    pub(super) async fn state(&self, name: &ScheduleName) -> Result<ScheduleState, Why> {
        self.remembered(name).await.map(|(state, _)| state)
    }
}

fn names(tables: &Tables) -> Vec<ScheduleName> {
    let text = |item: &Item| item.get("ScheduleName").and_then(Value::as_str).map(ScheduleName::new);
    let mut names: Vec<ScheduleName> = tables.schedules.iter().filter_map(text).filter_map(Result::ok).collect();
    names.sort();
    names.dedup();
    names
}

/// The schedule of this name; case does not matter where only one is meant.
fn find(tables: &Tables, named: &str) -> Option<ScheduleName> {
    let named = named.trim();
    let all = names(tables);
    if let Some(same) = all.iter().find(|name| name.as_str() == named) {
        return Some(same.clone());
    }
    let folded = named.to_lowercase();
    let mut alike = all.into_iter().filter(|name| name.as_str().to_lowercase() == folded);
    alike.next().filter(|_| alike.next().is_none())
}

fn unknown(tables: &Tables, named: &str, may_see: impl Fn(&str) -> bool) -> Why {
    let mut all = names(tables);
    all.retain(|name| may_see(name.as_str()));
    let near = nearest(named.trim(), all.iter().map(ScheduleName::as_str)).map(str::to_owned);
    let near = all.iter().find(|name| Some(name.as_str()) == near.as_deref()).cloned();
    all.truncate(MOST_NAMES);
    Why::NoSchedule { near, names: all }
}

/// Whether a stop is under way, or is over that was planned for this time or a later one.
pub(super) fn has_begun(state: &ScheduleState, planned_at: Option<DateTime<Utc>>) -> bool {
    let is_over = |planned_at: DateTime<Utc>| {
        state.settled.iter().any(|settled| settled.action == Action::Stop && settled.at >= planned_at)
    };
    state.open_run().is_some_and(|run| run.action == Action::Stop) || planned_at.is_some_and(is_over)
}

impl Seen {
    pub(super) fn today(&self) -> NaiveDate {
        calendar::local_date(self.schedule.zone, self.now)
    }

    /// The exceptions of one end of a date.
    pub(super) fn exceptions(&self, date: NaiveDate, kind: ExceptionKind) -> impl Iterator<Item = &Exception> {
        let of_date = self.schedule.exceptions.get(&date).into_iter().flatten();
        of_date.filter(move |exception| exception.kind == kind)
    }

    /// The item of the exception table with this key.
    pub(super) fn item(&self, id: &str) -> Option<&Item> {
        self.tables.exceptions.iter().find(|item| item.get("ExceptionUuid").and_then(Value::as_str) == Some(id))
    }

    /// Whose place an exception of ours takes: that of our own, else of the one that counts, made by other hands. Where it
    /// stood beside another one, which of them counts would be reported each time.
    pub(super) fn standing(&self, date: NaiveDate, kind: ExceptionKind) -> Option<&Item> {
        let ours = document::exception_id(&self.schedule.name, date, kind);
        self.item(&ours).or_else(|| self.item(&self.counting(date, kind)?.id))
    }

    /// The exception that counts for one end of a date.
    pub(super) fn counting(&self, date: NaiveDate, kind: ExceptionKind) -> Option<&Exception> {
        calendar::counting(&self.schedule, date, kind)
    }

    /// Who has moved the stop of a date, if an exception has.
    pub(super) fn mover(&self, date: NaiveDate) -> Option<String> {
        self.counting(date, ExceptionKind::Stop)?.created_by.clone()
    }

    /// The stop that somebody has left out and that would be the next one, or this one.
    pub(super) fn left_out(&self, ahead: Option<Ahead>, planned_at: Option<DateTime<Utc>>) -> Option<LeftOut> {
        let dates = self.today().pred_opt()?.iter_days().take(9);
        let stops = dates.filter_map(|date| {
            let exception = self.counting(date, ExceptionKind::Stop).filter(|one| one.local_time.is_none())?;
            let by = exception.created_by.clone();
            Some(LeftOut { planned_at: original_stop(&self.schedule, date)?, by })
        });
        // Until the next start or stop after it what it has left running still runs, and it is the one that is meant; as a
        // ticket means it that was given out for the time to which it had been moved before.
        let lasts_until = |stop: &LeftOut, at: DateTime<Utc>| {
            calendar::next_transition(&self.schedule, stop.planned_at, None).is_none_or(|next| next.at > at)
        };
        let is_meant = |stop: &LeftOut| match planned_at {
            Some(planned_at) => stop.planned_at <= planned_at && lasts_until(stop, planned_at),
            None => ahead.is_none_or(|ahead| stop.planned_at < ahead.planned_at) && lasts_until(stop, self.now),
        };
        stops.into_iter().find(is_meant)
    }
}

/// A stop that was left out.
pub(super) struct LeftOut {
    pub(super) planned_at: DateTime<Utc>,
    pub(super) by: Option<String>,
}
