//! A case as files that people keep: a schedule file for each schedule, and the world file.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::Value;

use super::{Case, Item, Tables, write, yaml};
use crate::document::{Defaults, Sources, file};
use crate::engine::calendar;

/// Files that hold a case.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Names and texts; `world.yaml` is the world file.
    pub files: Vec<(String, String)>,
    /// The case that they hold: its rows are in the order of the files.
    pub case: Case,
}

/// The name of the world file.
pub const WORLD: &str = "world.yaml";

/// Writes a case as schedule files and a world file; rows that fit into no schedule file stand in the world file.
#[must_use]
pub fn keep(case: &Case, zone: Tz, remark: &str) -> Kept {
    let (files, rows) = split(&case.tables, case.defaults);
    let mut tables = Tables::default();
    for text in files.values() {
        let of_file = file::items(text).unwrap_or_default();
        tables.schedules.extend(of_file.schedules);
        tables.groups.extend(of_file.groups);
        tables.exceptions.extend(of_file.exceptions);
    }
    tables.schedules.extend(rows.schedules.clone());
    tables.groups.extend(rows.groups.clone());
    tables.exceptions.extend(rows.exceptions.clone());
    let mut files: Vec<(String, String)> = files.into_iter().collect();
    files.push((WORLD.to_owned(), write(case, &rows, zone, remark)));
    Kept { files, case: Case { tables, ..case.clone() } }
}

/// Writes a case as a world file alone, with all rows in their order: where the outcome hangs on that order.
#[must_use]
pub fn keep_rows(case: &Case, zone: Tz, remark: &str) -> Kept {
    let files = vec![(WORLD.to_owned(), write(case, &case.tables, zone, remark))];
    Kept { files, case: case.clone() }
}

/// The schedule files of rows by name, and the rows that fit into none: in a schedule file nothing may be wrong.
fn split(tables: &Tables, defaults: Defaults) -> (BTreeMap<String, String>, Tables) {
    let mut refused = BTreeSet::new();
    loop {
        let (files, rest) = split_without(tables, &refused);
        let mut sources = Sources::default();
        for (name, (_, text)) in &files {
            sources.add(name, text);
        }
        let before = refused.len();
        let faulty = faulty_files(&sources, defaults);
        refused.extend(faulty.iter().filter_map(|file| Some(files.get(file)?.0.clone())));
        if refused.len() == before {
            return (files.into_iter().map(|(name, (_, text))| (name, text)).collect(), rest);
        }
    }
}

/// The files in which anything is at fault.
fn faulty_files(sources: &Sources, defaults: Defaults) -> BTreeSet<String> {
    let (schedules, faults) = sources.read(defaults, NaiveDate::MIN);
    let of_dates = schedules.iter().flat_map(|schedule| {
        let problems = calendar::contradictions(schedule, NaiveDate::MIN).into_iter();
        problems.filter_map(|(date, problem)| sources.fault_of_date(schedule, date, problem).file)
    });
    faults.iter().filter_map(|fault| fault.file.clone()).chain(of_dates).collect()
}

/// The schedule files of rows by name, each with its schedule, but for these schedules; and the rows that are left.
fn split_without(tables: &Tables, refused: &BTreeSet<String>) -> (BTreeMap<String, (String, String)>, Tables) {
    let name_of = |item: &Item| item.get("ScheduleName").and_then(Value::as_str).map(str::to_owned);
    // In a schedule file an exception without a key is given one.
    let has_key = |item: &Item| item.contains_key("ExceptionUuid");
    let is_alone = |name: &String| tables.schedules.iter().filter(|item| name_of(item).as_ref() == Some(name)).count();
    let (mut files, mut rest) = (BTreeMap::new(), Tables::default());
    let mut placed: Vec<String> = Vec::new();
    for item in &tables.schedules {
        let Some(name) = name_of(item).filter(|name| is_alone(name) == 1 && !refused.contains(name)) else {
            rest.schedules.push(item.clone());
            continue;
        };
        let of_schedule = |items: &[Item]| -> Vec<Item> {
            items.iter().filter(|item| name_of(item).as_ref() == Some(&name)).cloned().collect()
        };
        let exceptions: Vec<Item> = of_schedule(&tables.exceptions).into_iter().filter(has_key).collect();
        let text = schedule_file(item, &of_schedule(&tables.groups), &exceptions);
        files.insert(file_name(&name, &files), (name.clone(), text));
        placed.push(name);
    }
    let is_left = |item: &&Item| name_of(item).is_none_or(|name| !placed.contains(&name));
    rest.groups.extend(tables.groups.iter().filter(is_left).cloned());
    rest.exceptions.extend(tables.exceptions.iter().filter(|item| is_left(item) || !has_key(item)).cloned());
    (files, rest)
}

/// A file name that no other schedule has.
fn file_name<T>(schedule: &str, taken: &BTreeMap<String, T>) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let stem: String = schedule.chars().take(40).map(plain).collect();
    let names = (1_usize..).map(|number| {
        let suffix = if number == 1 { String::new() } else { format!("-{number}") };
        format!("schedule-{stem}{suffix}.yaml")
    });
    names.into_iter().find(|name| !taken.contains_key(name)).unwrap_or_default()
}

fn schedule_file(schedule: &Item, groups: &[Item], exceptions: &[Item]) -> String {
    let mut text = "Schedule:\n".to_owned();
    for (name, value) in schedule {
        text += &format!("  {}: {}\n", yaml::text(name), yaml::flow(value));
    }
    for (name, items) in [("ServerGroups", groups), ("Exceptions", exceptions)] {
        if !items.is_empty() {
            text += &format!("{name}:\n");
        }
        for item in items {
            let others = item.iter().filter(|(name, _)| *name != "ScheduleName");
            let pairs = yaml::pairs_of(others.map(|(name, value)| (name.as_str(), value)));
            text += &format!("  - {{{pairs}}}\n");
        }
    }
    text
}
