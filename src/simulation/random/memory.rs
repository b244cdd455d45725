//! What people do to the run table, which is what ticks remember: they delete items, or write nonsense into them.

use serde_json::{Value, json};

use super::dice::Dice;
use super::edits::{back_at, edit};
use super::rows;
use super::scene::{Scene, incident};
use crate::document::{NOTEBOOK_KEY, STATE_RUN_ID};
use crate::ports::{Item, Table};
use crate::simulation::{Incident, What};

/// Draws what somebody does to what is remembered of a schedule, or to the notebook of what was told.
pub(super) fn forgotten(dice: &mut Dice, scene: &Scene<'_>) -> Option<Vec<Incident>> {
    let (schedule, at) = scene.schedule(dice)?;
    let name = schedule.name.as_str();
    let deletes = |at, key| incident(at, What::Deletes { table: Table::Run, key });
    Some(match dice.between(0, 99) {
        0..20 => vec![deletes(at, key(name, STATE_RUN_ID))],
        // With its history.
        20..27 => vec![deletes(at, rows::item([("ScheduleName", json!(name))]))],
        27..82 => {
            let (attribute, value) = nonsense(dice);
            spoilt(dice, scene, edit(at, (Table::Run, key(name, STATE_RUN_ID)), attribute, value))
        }
        82..90 => vec![deletes(at, key(NOTEBOOK_KEY.0, NOTEBOOK_KEY.1))],
        _ => {
            let (attribute, value) = dice.either(("Told", Some(json!("all"))), &[("Version", None), ("Told", None)]);
            spoilt(dice, scene, edit(at, (Table::Run, key(NOTEBOOK_KEY.0, NOTEBOOK_KEY.1)), attribute, value))
        }
    })
}

fn key(schedule: &str, run_id: &str) -> Item {
    rows::item([("ScheduleName", json!(schedule)), ("RunId", json!(run_id))])
}

/// An edit, and mostly what its report advises: the item is deleted.
fn spoilt(dice: &mut Dice, scene: &Scene<'_>, done: Incident) -> Vec<Incident> {
    let What::Edits { table, key, .. } = done.what.clone() else { return vec![done] };
    let mended = incident(back_at(dice, scene, done.at), What::Deletes { table, key });
    if dice.chance(80) { vec![done, mended] } else { vec![done] }
}

/// An attribute of a state and what is never written there, or what is missed when it is gone.
fn nonsense(dice: &mut Dice) -> (&'static str, Option<Value>) {
    match dice.between(0, 6) {
        0 => ("Runs", dice.either(None, &[Some(json!([{"At": "now"}]))])),
        1 => ("Settled", dice.either(None, &[Some(json!([{"At": "yesterday", "Action": "stop"}]))])),
        2 => ("Warning", dice.either(None, &[Some(json!({"StopAt": "soon", "Cause": "timetable"}))])),
        3 => ("LeaseUntil", Some(json!(7))),
        4 => ("Refused", Some(json!(["nobody"]))),
        5 => ("Resting", None),
        _ => ("Version", dice.either(None, &[Some(json!(1)), Some(json!(i64::MAX)), Some(json!("three"))])),
    }
}
