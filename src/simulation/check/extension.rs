//! Promise 4: a granted extension is never cut short.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde_json::Value;

use super::{Ask, Finding, SLACK, World, rows, time};
use crate::model::Action;
use crate::ports::{Item, Table};
use crate::simulation::history::{Entry, Happened, Whom};

/// An extension is answered so long after its exception was written at the latest.
const ANSWERED_WITHIN: Duration = Duration::minutes(10);

#[derive(Debug, Clone)]
struct Granted {
    at: DateTime<Utc>,
    until: DateTime<Utc>,
    /// The dates of which it may have written the exception; none: it found what it wants.
    dates: BTreeSet<String>,
}

impl Granted {
    /// Whether an exception of this date may take it back: one of its own date, or of a window before its stop.
    fn is_about(&self, date: &str) -> bool {
        let is_between = |date: NaiveDate| {
            let day = Duration::days(1);
            (self.at.date_naive() - day..=self.until.date_naive() + day).contains(&date)
        };
        self.dates.is_empty() || self.dates.contains(date) || date.parse().is_ok_and(is_between)
    }
}

/// The extensions that hold.
#[derive(Debug, Default)]
pub(super) struct Extensions {
    granted: BTreeMap<usize, Granted>,
    /// When exceptions were written.
    written: BTreeMap<(usize, String), DateTime<Utc>>,
}

impl Extensions {
    pub(super) fn judge(&self, world: &World<'_>, ask: &Ask<'_, '_>) -> Option<Finding> {
        let granted = self.granted.get(&ask.place).filter(|granted| ask.at < granted.until - SLACK)?;
        let is_ordered = |rules: &rows::Rules| rules.order == Some(Action::Stop);
        let now = world.read_now(ask.place);
        if ask.action == Action::Start || is_ordered(ask.rules) || now.rules().is_some_and(is_ordered) {
            return None;
        }
        // Nothing ran when a later stop was moved: what AWS starts before that, and what is held down, is stopped again.
        let last = now.rules().and_then(|rules| rules.last(ask.at));
        if last.is_some_and(|last| last.action == Action::Stop && last.at <= granted.at) {
            return None;
        }
        // With the extension the wanted state is another one; what is stopped has an older stop, as where there are no
        // starts, and AWS has started a database.
        let last = now.rules().and_then(|rules| rules.last(ask.at - SLACK));
        if last.is_some_and(|last| last.action == Action::Stop) {
            return None;
        }
        // A forced stop that is held was there before: what is moved is a stop that comes after it.
        let done = world.lives.get(ask.place).and_then(|life| life.last_done(world.moment));
        if ask.rules.enforce && done.is_some_and(|(action, at, _)| action == Action::Stop && at <= granted.at) {
            return None;
        }
        let (until, at) = (time(granted.until), time(granted.at));
        let message = format!("{} before {until}, until when it was extended at {at}", ask.words());
        Some(Finding { promise: 4, message })
    }

    pub(super) fn take(&mut self, world: &World<'_>, entry: &Entry) {
        match &entry.what {
            Happened::Answered { schedule, answer: Ok(until) } => {
                let Some(place) = world.place_of(schedule) else { return };
                let is_its =
                    |(of, _): &(usize, String), at: DateTime<Utc>| *of == place && entry.at - at <= ANSWERED_WITHIN;
                let dates =
                    self.written.iter().filter(|(key, at)| is_its(key, **at)).map(|((_, date), _)| date.clone());
                let mut granted = Granted { at: entry.at, until: *until, dates: dates.collect() };
                if let Some(before) = self.granted.remove(&place).filter(|before| before.until > entry.at) {
                    granted.until = granted.until.max(before.until);
                    granted.dates.extend(before.dates);
                }
                self.granted.insert(place, granted);
            }
            Happened::Row { table, before, after, by: Whom::Person } => {
                for item in [before, after].into_iter().flatten() {
                    let Some(place) = rows::owner(item).and_then(|owner| world.place_of(&owner)) else { continue };
                    let date = item.get("ExceptionDate").and_then(Value::as_str).unwrap_or_default();
                    let is_its = |granted: &Granted| match table {
                        Table::Schedule => true,
                        Table::Exception if is_later(before.as_ref(), after.as_ref()) => false,
                        Table::Exception => granted.is_about(date),
                        // What ticks have forgotten, they have to find out again; groups have no times.
                        Table::Run | Table::ServerGroup => false,
                    };
                    if self.granted.get(&place).is_some_and(is_its) {
                        self.granted.remove(&place);
                    }
                    if *table == Table::Exception {
                        self.written.insert((place, date.to_owned()), entry.at);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether an exception moves its stop later, as another extension does.
fn is_later(before: Option<&Item>, after: Option<&Item>) -> bool {
    let (Some(before), Some(after)) = (before, after) else { return false };
    let value = |item: &Item| rows::clock(item, "ExceptionValue").flatten();
    let is_same = |name: &str| before.get(name) == after.get(name);
    ["ScheduleName", "ExceptionDate", "ExceptionType"].into_iter().all(is_same) && value(before) <= value(after)
}
