//! What people do to rows, right and wrong.

use chrono::{DateTime, Duration, Timelike as _, Utc};
use serde_json::{Value, json};

use super::dice::Dice;
use super::rows;
use super::scene::{Scene, incident, key, schedule_key, text};
use super::timetable;
use crate::model::{Action, Schedule};
use crate::ports::{Item, Table};
use crate::simulation::{Incident, What};

/// The key of a group's row.
pub(super) fn group_key(row: &Item) -> Item {
    key(row, &["ScheduleName", "GroupName"])
}

fn exception_key(row: &Item) -> Item {
    key(row, &["ExceptionUuid"])
}

pub(super) fn edit(at: DateTime<Utc>, (table, key): (Table, Item), attribute: &str, value: Option<Value>) -> Incident {
    incident(at, What::Edits { table, key, attribute: attribute.to_owned(), value })
}

/// An edit, and mostly the way back some time later.
pub(super) fn and_back(dice: &mut Dice, scene: &Scene<'_>, done: Incident, before: Option<Value>) -> Vec<Incident> {
    let What::Edits { table, key, attribute, .. } = done.what.clone() else { return vec![done] };
    let at = back_at(dice, scene, done.at);
    let back = incident(at, What::Edits { table, key, attribute, value: before });
    if dice.chance(75) { vec![done, back] } else { vec![done] }
}

pub(super) fn back_at(dice: &mut Dice, scene: &Scene<'_>, at: DateTime<Utc>) -> DateTime<Utc> {
    let later = match dice.between(0, 99) {
        0..20 => dice.seconds(1, 20),
        20..70 => dice.seconds(20, 1800),
        _ => dice.seconds(1800, 4 * 3600),
    };
    scene.within(at + later)
}

fn row<'a>(scene: &Scene<'a>, schedule: &Schedule) -> Option<&'a Item> {
    scene.tables.schedules.iter().find(|row| text(row, "ScheduleName") == schedule.name.as_str())
}

/// Draws an edit that leaves the rows understandable, by itself.
pub(super) fn right(dice: &mut Dice, scene: &Scene<'_>) -> Option<Vec<Incident>> {
    match dice.between(0, 99) {
        0..26 => shift(dice, scene),
        26..50 => attribute(dice, scene),
        50..66 => exception(dice, scene),
        66..83 => group(dice, scene),
        83..88 => rewritten(dice, scene),
        _ => {
            let row = dice.one(&scene.tables.exceptions)?;
            let what = What::Deletes { table: Table::Exception, key: exception_key(row) };
            Some(vec![incident(scene.time(dice), what)])
        }
    }
}

/// Moves today's start or stop earlier or later, by minutes mostly.
fn shift(dice: &mut Dice, scene: &Scene<'_>) -> Option<Vec<Incident>> {
    let action = dice.either(Some(Action::Stop), &[Some(Action::Start), None]);
    let moment = scene.moment(dice, action)?.clone();
    let schedule = scene.schedules.iter().find(|schedule| schedule.name == moment.schedule)?;
    let row = row(scene, schedule)?;
    let name = if moment.action == Action::Start { "StartTime" } else { "StopTime" };
    let before = row.get(name)?.clone();
    let by = match dice.between(0, 99) {
        0..60 => dice.between(-15, 25),
        60..85 => dice.between(-90, 120),
        _ => dice.between(-6 * 60, 6 * 60),
    };
    let local = (moment.at + Duration::minutes(by)).with_timezone(&schedule.zone);
    let value = timetable::clock(dice, i64::from(local.hour() * 60 + local.minute()));
    let at = scene.around(dice, &moment) - if dice.chance(50) { dice.seconds(0, 1800) } else { Duration::zero() };
    let place = (Table::Schedule, schedule_key(schedule.name.as_str()));
    let done = edit(scene.within(at), place, name, Some(json!(value)));
    Some(and_back(dice, scene, done, Some(before)))
}

/// Sets one attribute of a schedule.
fn attribute(dice: &mut Dice, scene: &Scene<'_>) -> Option<Vec<Incident>> {
    let (schedule, at) = scene.schedule(dice)?;
    let row = row(scene, schedule)?;
    let date = rows::local_date(schedule.zone, at);
    let (name, value) = match dice.between(0, 99) {
        0..20 => (
            "StopWarningMinutes",
            dice.mostly(
                Some(json!(30)),
                &[(15, Some(json!(0))), (25, Some(json!(5))), (15, Some(json!(60))), (15, None)],
            ),
        ),
        20..38 => ("Enabled", Some(json!(!schedule.enabled))),
        38..50 => ("Enforce", Some(json!(!schedule.enforce))),
        50..62 => ("Mode", dice.either(Some(json!("notify")), &[Some(json!("off")), Some(json!("act")), None])),
        62..71 => ("MaxExtensionMinutes", dice.either(Some(json!(0)), &[Some(json!(45)), Some(json!(300)), None])),
        71..78 if row.contains_key("DaysActive") => ("DaysActive", Some(json!(timetable::days(dice, date)))),
        78..84 => ("Timezone", Some(json!(dice.either("UTC", &["Europe/London", "Asia/Tokyo", "America/New_York"])))),
        84..88 if row.contains_key("StartTime") => ("StartTime", Some(json!("None"))),
        88..91 if row.contains_key("StopTime") => ("StopTime", Some(json!("None"))),
        _ => ("Description", Some(json!("edited"))),
    };
    let place = (Table::Schedule, schedule_key(schedule.name.as_str()));
    Some(and_back(dice, scene, edit(at, place, name, value), row.get(name).cloned()))
}

/// Writes or changes an exception for what is near.
fn exception(dice: &mut Dice, scene: &Scene<'_>) -> Option<Vec<Incident>> {
    let (schedule, at) = scene.schedule(dice)?;
    let about = at + dice.span(Duration::minutes(-60), Duration::minutes(180));
    let id = format!("by-hand-{}", at.timestamp_millis());
    let item = rows::exception(dice, (schedule.name.as_str(), schedule.zone), &id, about);
    let table = Table::Exception;
    let key = exception_key(&item);
    let before = item.get("ExceptionValue").cloned();
    let mut done = vec![incident(at, What::Writes { table, item })];
    match dice.between(0, 99) {
        0..20 => done.push(incident(back_at(dice, scene, at), What::Deletes { table, key })),
        20..35 => {
            let value = dice.either(json!("None"), &[json!("12:00"), json!("25:15")]);
            let changed = edit(back_at(dice, scene, at), (table, key), "ExceptionValue", Some(value));
            done.extend(and_back(dice, scene, changed, before));
        }
        _ => {}
    }
    Some(done)
}

/// Changes what a group waits for or how it is ready, adds one, takes one away that nobody needs, or renames it.
fn group(dice: &mut Dice, scene: &Scene<'_>) -> Option<Vec<Incident>> {
    let row = dice.one(&scene.tables.groups)?;
    let at = scene.time(dice);
    let table = Table::ServerGroup;
    let place = (table, group_key(row));
    let before = |name: &str| row.get(name).cloned();
    match dice.between(0, 99) {
        0..27 => {
            let ready = dice.either("status-ok", &["running"]);
            Some(and_back(dice, scene, edit(at, place, "Ready", Some(json!(ready))), before("Ready")))
        }
        27..54 => {
            let done = edit(at, place, "Dependency", Some(json!([])));
            Some(and_back(dice, scene, done, before("Dependency")))
        }
        54..71 => {
            let mut item = row.clone();
            item.insert("GroupName".to_owned(), json!("extra"));
            item.insert("Dependency".to_owned(), json!([text(row, "GroupName")]));
            let key = group_key(&item);
            let deleted = incident(back_at(dice, scene, at), What::Deletes { table, key });
            Some(vec![incident(at, What::Writes { table, item }), deleted])
        }
        71..86 => {
            let back = incident(back_at(dice, scene, at), What::Writes { table, item: row.clone() });
            Some(vec![incident(at, What::Deletes { table, key: place.1 }), back])
        }
        _ => Some(renamed(dice, scene, row, at)),
    }
}

/// Renames a group in all rows, and mostly back; its instances keep their tags.
fn renamed(dice: &mut Dice, scene: &Scene<'_>, row: &Item, at: DateTime<Utc>) -> Vec<Incident> {
    let table = Table::ServerGroup;
    let (old, new) = (text(row, "GroupName").to_owned(), format!("{}2", text(row, "GroupName")));
    let schedule = text(row, "ScheduleName");
    let rename = |at: DateTime<Utc>, old: &str, new: &str, pause: Duration| {
        let key = rows::item([("ScheduleName", json!(schedule)), ("GroupName", json!(old))]);
        let mut edits = vec![edit(at, (table, key), "GroupName", Some(json!(new)))];
        let is_near = |other: &&Item| text(other, "ScheduleName") == schedule;
        for (other, count) in scene.tables.groups.iter().filter(is_near).zip(1..) {
            let Some(Value::Array(needed)) = other.get("Dependency") else { continue };
            if needed.iter().any(|name| name == text(row, "GroupName")) {
                let names =
                    needed.iter().map(|name| if name == text(row, "GroupName") { json!(new) } else { name.clone() });
                let at = scene.within(at + pause * count);
                edits.push(edit(at, (table, group_key(other)), "Dependency", Some(names.collect())));
            }
        }
        edits
    };
    let mut edits = rename(at, &old, &new, dice.seconds(0, 20));
    if dice.chance(75) {
        let at = back_at(dice, scene, at);
        edits.extend(rename(at, &new, &old, dice.seconds(0, 20)));
    }
    edits
}

/// Writes a row again as it was at the beginning.
fn rewritten(dice: &mut Dice, scene: &Scene<'_>) -> Option<Vec<Incident>> {
    let (schedule, at) = scene.schedule(dice)?;
    let mut item = row(scene, schedule)?.clone();
    item.insert("Description".to_owned(), json!("written again"));
    Some(vec![incident(at, What::Writes { table: Table::Schedule, item })])
}

/// Draws an edit that makes a row faulty, and mostly its mending.
pub(super) fn wrong(dice: &mut Dice, scene: &Scene<'_>) -> Option<Vec<Incident>> {
    let (schedule, at) = scene.schedule(dice)?;
    let row = row(scene, schedule)?;
    let place = (Table::Schedule, schedule_key(schedule.name.as_str()));
    match dice.between(0, 99) {
        0..42 => {
            let (name, value) = nonsense(dice, row);
            Some(and_back(dice, scene, edit(at, place, name, value), row.get(name).cloned()))
        }
        42..49 => {
            let back = incident(back_at(dice, scene, at), What::Writes { table: place.0, item: row.clone() });
            Some(vec![incident(at, What::Deletes { table: place.0, key: place.1 }), back])
        }
        49..53 => {
            let done = edit(at, place, "TagValue", Some(json!("Somebody")));
            Some(and_back(dice, scene, done, row.get("TagValue").cloned()))
        }
        53..75 => {
            let row = dice.one(&scene.tables.groups)?;
            wrong_group(dice, scene, row, at)
        }
        _ => {
            let row = dice.one(&scene.tables.exceptions)?;
            let (name, value) = dice.either(
                ("ExceptionType", Some(json!("stpo"))),
                &[
                    ("ExceptionDate", Some(json!("2026-13-01"))),
                    ("ExceptionValue", Some(json!("25:99"))),
                    ("ExceptionValue", None),
                    ("ScheduleName", Some(json!("Aplha"))),
                ],
            );
            let place = (Table::Exception, exception_key(row));
            Some(and_back(dice, scene, edit(at, place, name, value), row.get(name).cloned()))
        }
    }
}

/// An attribute of a schedule and what it may not hold.
fn nonsense(dice: &mut Dice, row: &Item) -> (&'static str, Option<Value>) {
    let of_days = [
        ("DaysActive", Some(json!("weekdys"))),
        ("DaysActive", None),
        ("StartTime", Some(json!("25:99"))),
        ("StartTime", row.get("StopTime").cloned()),
        ("StopTime", Some(json!(true))),
        ("StopTime", Some(json!("half past six"))),
        ("StopTime", None),
    ];
    if row.contains_key("DaysActive") && dice.chance(45) {
        return dice.either(("DaysActive", Some(json!("monday"))), &of_days);
    }
    let of_all = [
        ("Enabled", Some(json!("true"))),
        ("Timezone", Some(json!("Asia/Soul"))),
        ("StopWarningMinutes", Some(json!("ten"))),
        ("StopWarningMinutes", Some(json!(-5))),
        ("Mode", Some(json!("atc"))),
        ("Enforce", Some(json!("yes"))),
        ("ForceStart", Some(json!("true"))),
        ("ForceStop", Some(json!(1))),
        ("TagValue", Some(json!(""))),
        ("TagValue", None),
        ("MaxExtensionMinutes", Some(json!(1_000_000))),
        ("Periods", Some(json!([]))),
        ("DayActive", Some(json!("all"))),
    ];
    dice.either(("Enabled", None), &of_all)
}

fn wrong_group(dice: &mut Dice, scene: &Scene<'_>, row: &Item, at: DateTime<Utc>) -> Option<Vec<Incident>> {
    let table = Table::ServerGroup;
    let itself = text(row, "GroupName");
    let is_near = |other: &&Item| text(other, "ScheduleName") == text(row, "ScheduleName");
    let last = scene.tables.groups.iter().rfind(is_near)?;
    let choices = [
        ("Dependency", Some(json!([text(last, "GroupName")]))),
        ("Dependency", Some(json!([itself]))),
        ("Dependency", Some(json!(7))),
        ("InstanceType", Some(json!("EC3"))),
        ("InstanceType", None),
        ("Ready", Some(json!("status_ok"))),
        ("GroupName", Some(json!(format!("{itself}3")))),
        ("ScheduleName", Some(json!("Aplha"))),
    ];
    let (name, value) = dice.either(("Dependency", Some(json!(["nowhere"]))), &choices);
    let done = edit(at, (table, group_key(row)), name, value.clone());
    let mut edits = and_back(dice, scene, done, row.get(name).cloned());
    // The row has another key then.
    if let (Some(Incident { what: What::Edits { key, .. }, .. }), true, Some(value)) =
        (edits.get_mut(1), name == "GroupName" || name == "ScheduleName", value)
    {
        key.insert(name.to_owned(), value);
    }
    Some(edits)
}
