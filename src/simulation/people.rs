//! What people do at the tables and in chat.

use std::pin::Pin;

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use super::case::What;
use super::function::Function;
use super::history::{Happened, Whom};
use super::stage::Stage;
use crate::desk::{Desk, Done, Why};
use crate::model::{Action, Later, Order, Orderer};
use crate::ports::{Item, Table};

/// An order that is being taken.
pub(super) type Asking<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// People wait so long while a stop is about to begin.
const PATIENCE: Duration = Duration::seconds(8);

/// What a person asks for at the desk, which is a function of its own: its calls take time, and fail as others do.
pub(super) fn ask<'a>(stage: &'a Stage, function: Function<'a>, what: &What) -> Option<Asking<'a>> {
    let (schedule, order) = match what {
        What::Extends { schedule, by } => (schedule.clone(), Order::Extend(Later::By(*by))),
        What::Orders { schedule, flag, raised: true } => {
            (schedule.clone(), Order::Force { action: *flag, lasts: None })
        }
        _ => return None,
    };
    Some(Box::pin(async move {
        let desk = Desk::new(&function, &function, stage.defaults, PATIENCE);
        let by = Orderer { name: "somebody".to_owned(), ids: Vec::new(), rooms: Vec::new(), room: None, via: "chat" };
        let answer = desk.order(&by, schedule.as_str(), &order).await;
        if matches!(order, Order::Extend(_)) {
            let answer = answer.map(|answer| answer.done).map_err(|refusal| words(&refusal.why));
            let answer = answer.and_then(|done| granted(&done));
            stage.note(Happened::Answered { schedule, answer });
        }
    }))
}

/// Until when an extension was granted.
fn granted(done: &Done) -> Result<DateTime<Utc>, String> {
    match done {
        Done::Extended { stop_at, .. } => Ok(*stop_at),
        Done::Skipped { .. } => Err("the stop is left out".to_owned()),
        other => Err(other.word().to_owned()),
    }
}

fn words(why: &Why) -> String {
    match why {
        Why::NoSchedule { .. } | Why::Faulty { .. } => "there is no such schedule, or it is faulty".to_owned(),
        Why::HasBegun => "the stop has begun".to_owned(),
        Why::MayHaveBegun => "the stop may have begun".to_owned(),
        Why::NoStop => "no stop is planned".to_owned(),
        Why::TooMuch { most, .. } => format!("a stop may be moved by {} minutes in all", most.num_minutes()),
        other => other.word().replace('_', " "),
    }
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
