//! The configuration of AWS's "Instance Scheduler" solution (versions 1 to 3), as schedule files.
//!
//! From bytes to texts and notes: does not know folders, nor how notes are shown. What cannot be imported exactly is
//! either said (and the rest is imported) or, where times would change, a fault that leaves the schedule out.

use std::collections::BTreeMap;

use chrono_tz::{TZ_VARIANTS, Tz};
use serde_json::Value;

use super::{File, Imported, Kind, Note};
use crate::document::nearest_zone;

mod dates;
mod items;
mod no_equal;
mod period;
mod schedule;
mod timetable;
mod week;

pub(super) use items::ItemsError;
use items::{Item, shown};
use period::Period;

/// What holds for every schedule.
#[derive(Debug, Default)]
struct Common {
    zone: CommonZone,
    regions: Vec<String>,
}

/// The time zone of schedules that have none.
#[derive(Debug, Default)]
enum CommonZone {
    /// Its name.
    Known(String),
    /// No file says it.
    #[default]
    Unknown,
    /// What the configuration says is no zone.
    Faulty,
}

/// The periods by name; `None` for one that is at fault.
type Periods = BTreeMap<String, Option<Period>>;

/// Reads files of AWS's configuration and makes schedule files of them.
///
/// # Errors
/// When a file holds no items; which one, and why.
pub(super) fn import(documents: &[(String, Vec<u8>)], zone: Option<Tz>) -> Result<Imported, (String, ItemsError)> {
    let mut imported = Imported::default();
    let mut items = Vec::new();
    for (name, bytes) in documents {
        items.extend(items::items(bytes).map_err(|error| (name.clone(), error))?);
    }
    let sorted = sort(items, &mut imported.notes);
    let common = common(of_kind(&sorted, "config").map(|(_, item)| item).next(), zone, &mut imported.notes);
    let mut periods = Periods::new();
    let mut period_notes = BTreeMap::new();
    for (name, item) in of_kind(&sorted, "period") {
        let (period, notes) = item.as_ref().map_or((None, Vec::new()), |item| period::read(item, name));
        periods.insert(name.clone(), period);
        period_notes.insert(name.clone(), notes);
    }
    let mut unused: Vec<&String> = periods.keys().collect();
    let mut is_new_stopped = false;
    for (name, item) in of_kind(&sorted, "schedule") {
        let made = item.as_ref().map(|item| schedule::make(item, name, &periods, &common));
        let Some(made) = made else {
            imported.left_out.push(name.clone());
            continue;
        };
        unused.retain(|period| !made.uses.contains(*period));
        is_new_stopped |= made.stops_new;
        match made.schedule {
            Some(schedule) => {
                let of_periods = made.uses.iter().filter_map(|period| period_notes.get(period)).flatten();
                let text = schedule.text(of_periods.chain(&made.notes));
                imported.files.push(File { schedule: name.clone(), text });
            }
            None => imported.left_out.push(name.clone()),
        }
        imported.notes.extend(made.notes);
    }
    imported.notes.extend(period_notes.into_values().flatten());
    for name in unused {
        let message = "is used by no schedule; nothing was made of it";
        imported.notes.push(Note::new(Kind::Info, &format!("period {name}"), "", None, message));
    }
    if is_new_stopped {
        let message = "an instance that is new and runs outside its schedule is stopped at once by AWS; here at the next stop, \
                       or, with `Enforce: true`, in the next tick";
        imported.notes.push(Note::new(
            Kind::Differs,
            "schedules",
            "stop_new_instances",
            Some("true".to_owned()),
            message,
        ));
    }
    Ok(imported)
}

type Sorted = BTreeMap<(String, String), Option<Item>>;

/// The items of a kind, by name.
fn of_kind<'a>(sorted: &'a Sorted, kind: &'a str) -> impl Iterator<Item = (&'a String, &'a Option<Item>)> {
    sorted.iter().filter(move |((of, _), _)| of == kind).map(|((_, name), item)| (name, item))
}

/// The items by kind and name; `None` where two that differ have the same name.
fn sort(items: Vec<Item>, notes: &mut Vec<Note>) -> Sorted {
    let mut sorted = Sorted::new();
    for item in items {
        let kind = item.kind.clone();
        let Some(name) = item.name().map(str::to_owned) else {
            let kind = if kind.is_empty() { "item" } else { &kind };
            notes.push(Note::new(Kind::Fault, kind, "name", None, "is missing; nothing was made of the item"));
            continue;
        };
        let label = format!("{} {name}", if kind.is_empty() { "item" } else { &kind });
        if !["schedule", "period", "config"].contains(&kind.as_str()) {
            let holds = (!kind.is_empty()).then(|| shown(&Value::from(kind.clone())));
            let message = "is neither `schedule`, `period` nor `config`; nothing was made of the item";
            notes.push(Note::new(Kind::Fault, &label, "type", holds, message));
            continue;
        }
        match sorted.get_mut(&(kind.clone(), name.clone())) {
            // The same file twice is no contradiction.
            Some(Some(known)) if *known == item => {}
            Some(known) => {
                if known.take().is_some() {
                    let message = "is there twice, and the two differ: give the files of one point in time";
                    notes.push(Note::new(Kind::Fault, &label, "name", Some(name), message));
                }
            }
            None => _ = sorted.insert((kind, name), Some(item)),
        }
    }
    sorted
}

/// The global configuration; from version 3 on most of it is not in the table.
fn common(config: Option<&Option<Item>>, zone: Option<Tz>, notes: &mut Vec<Note>) -> Common {
    let item = config.and_then(Option::as_ref);
    let text = |name: &str| item.and_then(|item| item.get(name)).and_then(Value::as_str);
    let tag_key = text("tagname").or(text("tag_name"));
    let message = format!(
        "{}instances carry the schedule's name in this tag: with the setting `SCHEDULE_TAG_KEY={}` they need no new one",
        if tag_key.is_some() { "" } else { "is not in the files, so AWS's default is taken; " },
        tag_key.unwrap_or("Schedule"),
    );
    notes.push(Note::new(Kind::Info, "config", "tagname", Some(tag_key.unwrap_or("Schedule").to_owned()), message));
    let message = "switch AWS's scheduler off (its EventBridge rule) before these files are applied: two schedulers undo each \
                   other's work";
    notes.push(Note::new(Kind::Info, "config", "", None, message));
    let known = |zone: Tz| CommonZone::Known(zone.name().to_owned());
    let mut common = Common::default();
    match (zone, text("default_timezone")) {
        (Some(zone), _) => common.zone = known(zone),
        (None, Some(text)) => {
            common.zone = self::zone(text).map_or_else(
                |message| {
                    notes.push(Note::new(Kind::Fault, "config", "default_timezone", Some(text.to_owned()), message));
                    CommonZone::Faulty
                },
                known,
            );
        }
        (None, None) => {}
    }
    let Some(item) = item else { return common };
    match item.get("regions").map(period::texts).transpose() {
        Ok(regions) => {
            let regions = regions.unwrap_or_default();
            let regions = regions.iter().flat_map(|text| text.split(',')).map(str::trim);
            common.regions = regions.filter(|region| !region.is_empty()).map(str::to_owned).collect();
            common.regions.sort();
            common.regions.dedup();
        }
        Err(message) => {
            let holds = item.get("regions").map(shown);
            notes.push(Note::new(Kind::Fault, "config", "regions", holds, message));
        }
    }
    notes.extend(no_equal::config("config", item));
    common
}

/// A time zone; AWS does not mind the case of its letters.
pub(super) fn zone(text: &str) -> Result<Tz, String> {
    let text = text.trim();
    let same = || TZ_VARIANTS.iter().find(|zone| zone.name().eq_ignore_ascii_case(text)).copied();
    text.parse().ok().or_else(same).ok_or_else(|| {
        let near = nearest_zone(text);
        let near = near.map(|near| format!(" (did you mean `{near}`?)"));
        format!("is no time zone{}; allowed: an IANA name such as `Asia/Seoul`", near.unwrap_or_default())
    })
}

#[cfg(test)]
mod tests;
