//! What people do at the tables and in chat.

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use super::case::What;
use super::history::{Happened, Whom};
use super::stage::Stage;
use crate::document::{self, Tables};
use crate::engine::calendar;
use crate::engine::extension::{self, Extension};
use crate::model::{Action, ExceptionKind, Schedule, ScheduleName, ScheduleState};
use crate::ports::{Item, Table};

/// A stop that waits for an answer is looked for so far back.
const PENDING_FOR: Duration = Duration::hours(2);

/// An extension that is written and not yet answered: it has to be seen first whether the stop has begun.
#[derive(Debug, Clone)]
pub(super) struct Granted {
    schedule: ScheduleName,
    /// The stop that was to be moved.
    planned_at: DateTime<Utc>,
    /// To when.
    stop_at: DateTime<Utc>,
    /// The exception, and the one whose place it took: what is not granted is taken back.
    written: (Item, Option<Item>),
    /// How often it was looked already.
    looks: u32,
}

/// People wait for an answer while so many looks show a stop that is about to begin.
const MOST_LOOKS: u32 = 8;

/// Asks for a later stop, as chat will: writes the exception, if there may be one.
pub(super) fn extend(stage: &Stage, name: &ScheduleName, by: Duration) -> Option<Granted> {
    let now = stage.now();
    let answer = |answer: &str| {
        stage.note(Happened::Answered { schedule: name.clone(), answer: Err(answer.to_owned()) });
        None
    };
    let Some(schedule) = read(stage).into_iter().find(|schedule| schedule.name == *name) else {
        return answer("there is no such schedule, or it is faulty");
    };
    let Some(known) = state(stage, name) else {
        return answer("what is remembered of the schedule cannot be read");
    };
    if has_begun(&known, None) {
        return answer("the stop has begun");
    }
    let pending = calendar::last_transition(&schedule, now).filter(|last| now - last.at < PENDING_FOR);
    let planned = pending.into_iter().chain(calendar::next_transition(&schedule, now, Some(Action::Stop)));
    let mut refused = "no stop is planned".to_owned();
    for planned in planned.filter(|planned| planned.action == Action::Stop) {
        match extension::extend(&schedule, &known, now, planned.at + by) {
            Ok(extension) => {
                let value = Some(extension.local_stop);
                let by = ("somebody", "chat");
                let item = document::exception_item(name, extension.date, ExceptionKind::Stop, value, by, now);
                let before = put(stage, Table::Exception, item.clone());
                let written = (item, before);
                let Extension { planned_at, stop_at, .. } = extension;
                return Some(Granted { schedule: name.clone(), planned_at, stop_at, written, looks: 0 });
            }
            Err(error) => refused = error.to_string(),
        }
    }
    answer(&refused)
}

/// Looks whether the stop had begun before the exception was written, and answers; where it is about to begin, that has to
/// be seen a little later: then the question is given back.
pub(super) fn grant(stage: &Stage, granted: Granted) -> Option<Granted> {
    let Granted { schedule, planned_at, stop_at, written, looks } = granted.clone();
    let answer = match state(stage, &schedule) {
        Some(known) if has_begun(&known, Some(planned_at)) => Err("the stop had begun".to_owned()),
        Some(known) if known.opening.is_none() => Ok(stop_at),
        _ if looks < MOST_LOOKS => return Some(Granted { looks: looks + 1, ..granted }),
        _ => Err("the stop may have begun".to_owned()),
    };
    let (item, before) = written;
    // Somebody may have been granted more meanwhile: then it is theirs.
    let is_there = stage.world.items(Table::Exception).contains(&item);
    if answer.is_err() && is_there {
        match before {
            Some(before) => _ = put(stage, Table::Exception, before),
            None => delete(stage, Table::Exception, &item),
        }
    }
    stage.note(Happened::Answered { schedule, answer });
    None
}

/// Whether a stop is under way, or is over that was planned for this time or a later one.
fn has_begun(state: &ScheduleState, planned_at: Option<DateTime<Utc>>) -> bool {
    let is_over = |planned_at: DateTime<Utc>| {
        state.settled.iter().any(|settled| settled.action == Action::Stop && settled.at >= planned_at)
    };
    state.open_run().is_some_and(|run| run.action == Action::Stop) || planned_at.is_some_and(is_over)
}

/// The schedules that can be understood now.
fn read(stage: &Stage) -> Vec<Schedule> {
    let items = |table| stage.world.items(table);
    let tables = Tables {
        schedules: items(Table::Schedule),
        groups: items(Table::ServerGroup),
        exceptions: items(Table::Exception),
    };
    document::read(&tables, stage.defaults, stage.now().date_naive()).0
}

/// What is remembered of a schedule; `None`: it cannot be read.
fn state(stage: &Stage, name: &ScheduleName) -> Option<ScheduleState> {
    let is_meant = |item: &Item| {
        let is = |attribute: &str, text: &str| item.get(attribute).and_then(Value::as_str) == Some(text);
        is("ScheduleName", name.as_str()) && is("RunId", document::STATE_RUN_ID)
    };
    let item = stage.world.items(Table::Run).into_iter().find(is_meant);
    item.map_or_else(|| Some(ScheduleState::default()), |item| document::state(&item).ok())
}

/// Edits rows at the console.
pub(super) fn edit(stage: &Stage, what: &What) {
    match what {
        What::Orders { schedule, flag, raised } => {
            let attribute = if *flag == Action::Start { "ForceStart" } else { "ForceStop" };
            let key = Item::from_iter([("ScheduleName".to_owned(), Value::from(schedule.as_str()))]);
            set(stage, Table::Schedule, &key, attribute, Some(&Value::Bool(*raised)));
        }
        What::Writes { table, item } => _ = put(stage, *table, item.clone()),
        What::Edits { table, key, attribute, value } => set(stage, *table, key, attribute, value.as_ref()),
        What::Deletes { table, key } => {
            delete(stage, *table, key);
        }
        _ => {}
    }
}

fn put(stage: &Stage, table: Table, item: Item) -> Option<Item> {
    let before = stage.world.replace_item(table, item.clone());
    stage.note_row(table, before.clone(), Some(item), Whom::Person);
    before
}

fn delete(stage: &Stage, table: Table, key: &Item) {
    for item in stage.world.delete_items(table, key) {
        stage.note_row(table, Some(item), None, Whom::Person);
    }
}

fn set(stage: &Stage, table: Table, key: &Item, attribute: &str, value: Option<&Value>) {
    let is_meant = |item: &&Item| key.iter().all(|(name, value)| item.get(name) == Some(value));
    let Some(before) = stage.world.items(table).iter().find(is_meant).cloned() else { return };
    let mut after = before.clone();
    match value {
        Some(value) => _ = after.insert(attribute.to_owned(), value.clone()),
        None => _ = after.remove(attribute),
    }
    // A change of the key makes another row, as deleting and writing does.
    stage.world.delete_items(table, &before);
    stage.world.put_item(table, after.clone());
    stage.note_row(table, Some(before), Some(after), Whom::Person);
}
