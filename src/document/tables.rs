//! The three tables together: schedules with their groups and exceptions, and what is wrong with any of them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{Defaults, exception, group, nearest, schedule};
use crate::model::{Groups, GroupsError, Notebook, Problem, Schedule, ScheduleName, ServerGroup, Source};
use crate::ports::Item;

/// The items of the three tables that people edit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tables {
    /// `Schedule`.
    pub schedules: Vec<Item>,
    /// `ScheduleServerGroup`.
    pub groups: Vec<Item>,
    /// `ScheduleException`.
    pub exceptions: Vec<Item>,
}

/// Reads the tables: the schedules that can be understood, by name, and every problem.
///
/// A fault of a schedule or of one of its groups leaves that schedule out; a faulty exception is left out by itself.
/// `today` tells old exceptions from others.
#[must_use]
pub fn read(tables: &Tables, defaults: Defaults, today: NaiveDate) -> (Vec<Schedule>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut items: BTreeMap<ScheduleName, &Item> = BTreeMap::new();
    let mut faulty: BTreeSet<ScheduleName> = BTreeSet::new();
    for item in &tables.schedules {
        match owner(item) {
            Ok(name) if Notebook::takes(&name) => problems.push(nameless("Schedule", "is a name that is used within")),
            Ok(name) if items.contains_key(&name) => {
                problems.push(of_schedule(&name, format!("Schedule {name}"), "", "is there twice".to_owned()));
                faulty.insert(name);
            }
            Ok(name) => _ = items.insert(name, item),
            Err(message) => problems.push(nameless("Schedule", &message)),
        }
    }
    let mut groups = groups(tables, &items, &mut problems);
    let mut schedules = Vec::new();
    for (name, item) in &items {
        let (schedule, found) = schedule::read(item, name, defaults);
        problems.extend(found);
        let groups = groups.remove(name).unwrap_or_default();
        let groups = groups.and_then(|groups| order(name, groups, &mut problems));
        if let (Some(schedule), Some(groups), false) = (schedule, groups, faulty.contains(name)) {
            schedules.push(Schedule { groups, ..schedule });
        }
    }
    exceptions(tables, &items, &mut schedules, &mut problems, today);
    shared_tags(&schedules, &mut problems);
    bound(&mut problems);
    (schedules, problems)
}

/// The most problems that are told and remembered: more than anybody reads, and few enough for one item (rule S6).
const MOST_PROBLEMS: usize = 1000;

/// Keeps the problems that leave a schedule as it is, and of the others as many as can be told.
fn bound(problems: &mut Vec<Problem>) {
    problems.sort_by_key(|problem| !problem.stops_schedule);
    let more = problems.len().saturating_sub(MOST_PROBLEMS);
    if more > 0 {
        problems.truncate(MOST_PROBLEMS);
        let message = format!("there are {more} more problems with items of the tables");
        problems.push(Problem { attribute: String::new(), ..nameless("the tables", &message) });
    }
}

type GroupsOf = BTreeMap<ScheduleName, Option<Vec<ServerGroup>>>;

/// The groups of each schedule; `None` where one of them is at fault.
fn groups(tables: &Tables, items: &BTreeMap<ScheduleName, &Item>, problems: &mut Vec<Problem>) -> GroupsOf {
    let mut groups: GroupsOf = items.keys().map(|name| (name.clone(), Some(Vec::new()))).collect();
    for item in &tables.groups {
        let label = item.get("GroupName").and_then(|name| name.as_str()).unwrap_or_default();
        let label = format!("ScheduleServerGroup {label}");
        let name = match owner(item) {
            Ok(name) => name,
            Err(message) => {
                problems.push(nameless(label.trim(), &message));
                continue;
            }
        };
        let (group, found) = group::read(item, &name);
        let Some(of_schedule) = groups.get_mut(&name) else {
            problems.push(orphan(&name, &label, items));
            continue;
        };
        problems.extend(found);
        match (group, of_schedule.as_mut()) {
            (Some(group), Some(of_schedule)) => of_schedule.push(group),
            (None, _) => *of_schedule = None,
            (Some(_), None) => {}
        }
    }
    groups
}

/// Puts groups in order; a missing dependency or a cycle is a fault of the schedule.
fn order(name: &ScheduleName, groups: Vec<ServerGroup>, problems: &mut Vec<Problem>) -> Option<Groups> {
    let names: Vec<String> = groups.iter().map(|group| group.name.to_string()).collect();
    let errors = match Groups::new(groups) {
        Ok(groups) => return Some(groups),
        Err(errors) => errors,
    };
    for error in errors {
        let (item, attribute) = match &error {
            GroupsError::Twice(group) => (group.to_string(), "GroupName"),
            GroupsError::Missing { group, .. } => (group.to_string(), "Dependency"),
            GroupsError::Cycle(groups) => (groups.first().map(ToString::to_string).unwrap_or_default(), "Dependency"),
        };
        let near = match &error {
            GroupsError::Missing { missing, .. } => nearest(missing.as_str(), names.iter().map(String::as_str)),
            _ => None,
        };
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let item = format!("ScheduleServerGroup {name}/{item}");
        problems.push(of_schedule(name, item, attribute, format!("{error}{near}")));
    }
    None
}

fn exceptions(
    tables: &Tables,
    items: &BTreeMap<ScheduleName, &Item>,
    schedules: &mut [Schedule],
    problems: &mut Vec<Problem>,
    today: NaiveDate,
) {
    for item in &tables.exceptions {
        let is_old = exception::date_of(item).is_some_and(|date| date < today - Problem::WORTH_MENDING_FOR);
        let label = item.get("ExceptionUuid").and_then(|id| id.as_str()).unwrap_or_default();
        let label = format!("ScheduleException {label}");
        let found = match owner(item) {
            Ok(name) if !items.contains_key(&name) && is_old => Vec::new(),
            Ok(name) if !items.contains_key(&name) => vec![orphan(&name, &label, items)],
            Ok(name) => {
                let (exception, found) = exception::read(item, &name);
                let schedule = schedules.iter_mut().find(|schedule| schedule.name == name);
                if let Some((exception, schedule)) = exception.zip(schedule) {
                    schedule.exceptions.entry(exception.date).or_default().push(exception);
                }
                found
            }
            Err(message) => vec![nameless(label.trim(), &message)],
        };
        if !is_old {
            problems.extend(found);
        }
    }
    for schedule in schedules {
        for exceptions in schedule.exceptions.values_mut() {
            exceptions.sort_by(|one, other| (one.kind, &one.id).cmp(&(other.kind, &other.id)));
        }
    }
}

/// Schedules that share instances would start and stop one another's.
fn shared_tags(schedules: &[Schedule], problems: &mut Vec<Problem>) {
    for (index, schedule) in schedules.iter().enumerate() {
        let shares = |other: &&Schedule| {
            other.tag_value == schedule.tag_value && other.scopes.iter().any(|scope| schedule.scopes.contains(scope))
        };
        if let Some(other) = schedules.iter().take(index).find(shares) {
            let message =
                format!("is the TagValue of schedule `{}` too: both start and stop the same instances", other.name);
            let problem = of_schedule(&schedule.name, format!("Schedule {}", schedule.name), "TagValue", message);
            problems.push(Problem { holds: Some(schedule.tag_value.to_string()), stops_schedule: false, ..problem });
        }
    }
}

/// Whose item it is, or what is wrong with its `ScheduleName`.
fn owner(item: &Item) -> Result<ScheduleName, String> {
    const ALLOWED: &str = "the name of a schedule";
    match item.get("ScheduleName") {
        Some(serde_json::Value::String(name)) => {
            ScheduleName::new(name).map_err(|error| format!("{error}; allowed: {ALLOWED}"))
        }
        Some(_) => Err(format!("is not text; allowed: {ALLOWED}")),
        None => Err(format!("is missing; allowed: {ALLOWED}")),
    }
}

fn nameless(label: &str, message: &str) -> Problem {
    Problem {
        source: Source::Tables,
        schedule: None,
        item: label.to_owned(),
        attribute: "ScheduleName".to_owned(),
        holds: None,
        message: message.to_owned(),
        stops_schedule: false,
    }
}

fn orphan(name: &ScheduleName, label: &str, items: &BTreeMap<ScheduleName, &Item>) -> Problem {
    let near = nearest(name.as_str(), items.keys().map(ScheduleName::as_str));
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    Problem { holds: Some(name.to_string()), ..nameless(label, &format!("is no schedule in the table{near}")) }
}

fn of_schedule(name: &ScheduleName, item: String, attribute: &str, message: String) -> Problem {
    Problem {
        source: Source::Tables,
        schedule: Some(name.clone()),
        item,
        attribute: attribute.to_owned(),
        holds: None,
        message,
        stops_schedule: true,
    }
}

#[cfg(test)]
mod tests;
