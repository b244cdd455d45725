//! Promise 4: a granted extension is never cut short.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Ask, Finding, SLACK, World, rows, time};
use crate::model::Action;
use crate::ports::{Item, Table};
use crate::simulation::history::{Entry, Happened, Whom};

#[derive(Debug, Clone, Copy)]
struct Granted {
    at: DateTime<Utc>,
    until: DateTime<Utc>,
}

/// The extensions that hold.
#[derive(Debug, Default)]
pub(super) struct Extensions(BTreeMap<usize, Granted>);

impl Extensions {
    pub(super) fn judge(&self, world: &World<'_>, ask: &Ask<'_, '_>) -> Option<Finding> {
        let granted = self.0.get(&ask.place).filter(|granted| ask.at < granted.until - SLACK)?;
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
                let before = self.0.get(&place).map_or(*until, |granted| granted.until);
                self.0.insert(place, Granted { at: entry.at, until: before.max(*until) });
            }
            Happened::Row { table, before, after, by: Whom::Person } => {
                // What ticks have forgotten, they have to find out again.
                if *table == Table::Run || (*table == Table::Exception && is_later(before.as_ref(), after.as_ref())) {
                    return;
                }
                for owner in [before, after].into_iter().flatten().filter_map(rows::owner) {
                    if let Some(place) = world.place_of(&owner) {
                        self.0.remove(&place);
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
