//! What happens: how much of it, and in which order.

use serde_json::Value;

use super::dice::Dice;
use super::scene::{Scene, incident};
use super::{Faults, Stretch, apply, edits, fitting, people, trouble};
use crate::document::{self, Defaults, Tables};
use crate::memory::Machine;
use crate::ports::{Item, Table};
use crate::simulation::{Incident, What};

/// Draws what happens, in the order of time.
pub(super) fn incidents(
    dice: &mut Dice,
    stretch: &Stretch,
    faults: Faults,
    tables: &Tables,
    machines: &[Machine],
) -> Vec<Incident> {
    let scene = Scene::new(stretch, tables, machines);
    let count = match dice.between(0, 99) {
        0..3 => 0,
        3..40 => dice.between(1, 3),
        40..70 => dice.between(4, 8),
        70..87 => dice.between(9, 15),
        _ => dice.between(16, 30),
    };
    let count = usize::try_from(count).unwrap_or_default();
    let by_people = if faults == Faults::None { 100 } else { 35 };
    let mut incidents = Vec::new();
    // Not everything can happen in every world.
    for _ in 0..4 * count {
        if incidents.len() >= count {
            break;
        }
        let drawn = if dice.chance(by_people) {
            people::people(dice, &scene, faults)
        } else {
            trouble::trouble(dice, &scene, faults)
        };
        incidents.extend(drawn);
    }
    if count > 0 {
        incidents.extend(fitting::fitting(dice, &scene));
    }
    incidents.sort_by_key(|incident: &Incident| incident.at);
    if faults == Faults::None {
        only_right(stretch, tables, incidents)
    } else {
        mend(dice, stretch, tables, &mut incidents);
        incidents
    }
}

/// Leaves out what would make a row faulty.
fn only_right(stretch: &Stretch, tables: &Tables, incidents: Vec<Incident>) -> Vec<Incident> {
    let mut now = tables.clone();
    let before = understood(stretch, tables).len();
    let mut is_right = |incident: &Incident| {
        let mut then = now.clone();
        if apply::apply(&mut then, &incident.what) {
            if understood(stretch, &then).len() < before {
                return false;
            }
            now = then;
        }
        true
    };
    incidents.into_iter().filter(|incident| is_right(incident)).collect()
}

/// Mostly puts the rows right that are faulty in the end.
fn mend(dice: &mut Dice, stretch: &Stretch, tables: &Tables, incidents: &mut Vec<Incident>) {
    let mut last = tables.clone();
    for incident in incidents.iter() {
        apply::apply(&mut last, &incident.what);
    }
    let (right, end) = (understood(stretch, tables), understood(stretch, &last));
    for name in right.iter().filter(|name| !end.contains(name)) {
        if dice.chance(15) {
            continue;
        }
        let is_its = |row: &&Item| row.get("ScheduleName").and_then(Value::as_str) == Some(name);
        let at = stretch.quiet_from;
        for row in last.groups.iter().filter(is_its).filter(|row| !tables.groups.contains(row)) {
            incidents.push(incident(at, What::Deletes { table: Table::ServerGroup, key: edits::group_key(row) }));
        }
        let rows = tables.schedules.iter().map(|row| (Table::Schedule, row));
        for (table, row) in rows.chain(tables.groups.iter().map(|row| (Table::ServerGroup, row))) {
            if is_its(&row) {
                incidents.push(incident(at, What::Writes { table, item: row.clone() }));
            }
        }
    }
}

/// The names of the schedules that can be understood.
fn understood(stretch: &Stretch, tables: &Tables) -> Vec<String> {
    let (schedules, _) = document::read(tables, Defaults::default(), stretch.from.date_naive());
    schedules.into_iter().map(|schedule| schedule.name.to_string()).collect()
}
