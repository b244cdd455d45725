//! The three tables together: schedules with their groups and exceptions, and what is wrong with any of them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::attributes::name_fault;
use super::order::{GroupsRead, order};
use super::shown::{cut, plain, shown};
use super::{Defaults, exception, group, nearest, schedule};
use crate::model::{Notebook, Problem, Schedule, ScheduleName, Source, TagValue};
use crate::ports::{Item, Table};

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

impl Tables {
    /// The tag values of all schedules whose names can be read, each with its schedules; the rest of an item may be at fault.
    #[must_use]
    pub fn tag_values(&self) -> BTreeMap<TagValue, Vec<ScheduleName>> {
        let mut values = BTreeMap::<TagValue, Vec<ScheduleName>>::new();
        for item in &self.schedules {
            let text = |name: &str| item.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
            if let (Ok(value), Ok(name)) = (TagValue::new(text("TagValue")), ScheduleName::new(text("ScheduleName"))) {
                values.entry(value).or_default().push(name);
            }
        }
        values
    }
}

/// An item of one of the tables, by its place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ItemIndex {
    pub(super) table: Table,
    pub(super) index: usize,
}

/// A problem, and the item that has it, if it is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Located {
    pub(super) item: Option<ItemIndex>,
    /// The earlier item of the same name, when it is there twice.
    pub(super) other: Option<ItemIndex>,
    pub(super) problem: Problem,
}

/// The problems of items while they are read.
#[derive(Default)]
struct Problems(Vec<Located>);

impl Problems {
    fn push(&mut self, table: Table, index: usize, problem: Problem) {
        self.0.push(Located { item: Some(ItemIndex { table, index }), other: None, problem });
    }

    fn extend(&mut self, table: Table, index: usize, problems: Vec<Problem>) {
        for problem in problems {
            self.push(table, index, problem);
        }
    }

    fn twice(&mut self, name: &ScheduleName, first: usize, index: usize) {
        let table = Table::Schedule;
        let label = format!("Schedule {}", plain(name.as_str()));
        let problem = of_schedule(name, label, "ScheduleName", "is there twice".to_owned());
        let problem = Problem { holds: Some(cut(name.as_str())), ..problem };
        let other = Some(ItemIndex { table, index: first });
        self.0.push(Located { item: Some(ItemIndex { table, index }), other, problem });
    }
}

/// The items of schedules by name, each with its place in the list.
type Items<'a> = BTreeMap<ScheduleName, (usize, &'a Item)>;

/// Reads the tables: the schedules that can be understood, by name, and every problem.
///
/// A fault of a schedule or of one of its groups leaves that schedule out; a faulty exception is left out by itself.
/// `today` tells old exceptions from others.
#[must_use]
pub fn read(tables: &Tables, defaults: Defaults, today: NaiveDate) -> (Vec<Schedule>, Vec<Problem>) {
    let (schedules, mut located) = read_located(tables, defaults, today);
    bound(&mut located);
    (schedules, located.into_iter().map(|located| located.problem).collect())
}

/// Reads the tables, with the place of each problem.
pub(super) fn read_located(tables: &Tables, defaults: Defaults, today: NaiveDate) -> (Vec<Schedule>, Vec<Located>) {
    let mut problems = Problems::default();
    let mut items: Items<'_> = BTreeMap::new();
    let mut faulty: BTreeSet<ScheduleName> = BTreeSet::new();
    for (index, item) in tables.schedules.iter().enumerate() {
        let problem = match owner(item) {
            Ok(name) if Notebook::takes(&name) => {
                Problem { holds: holds(item), ..nameless("Schedule", "is a name that is used within") }
            }
            Ok(name) => {
                if let Some((first, _)) = items.get(&name) {
                    problems.twice(&name, *first, index);
                    problems.extend(Table::Schedule, index, schedule::read(item, Some(&name), defaults).1);
                    faulty.insert(name);
                } else {
                    items.insert(name, (index, item));
                }
                continue;
            }
            Err(message) => Problem { holds: holds(item), ..nameless("Schedule", &message) },
        };
        problems.push(Table::Schedule, index, problem);
        // Whatever it is called, the rest of it is told too.
        problems.extend(Table::Schedule, index, schedule::read(item, None, defaults).1);
    }
    let mut groups = groups(tables, &items, &mut problems);
    let mut schedules = Vec::new();
    for (name, (index, item)) in &items {
        let (schedule, found) = schedule::read(item, Some(name), defaults);
        problems.extend(Table::Schedule, *index, found);
        let groups = order(name, groups.remove(name).unwrap_or_default(), &tables.groups, &mut problems.0);
        if let (Some(schedule), Some(groups), false) = (schedule, groups, faulty.contains(name)) {
            schedules.push(Schedule { groups, ..schedule });
        }
    }
    exceptions(tables, &items, &mut schedules, &mut problems, today);
    shared_tags(&schedules, &items, &mut problems);
    (schedules, problems.0)
}

/// The most problems that are told and remembered: more than anybody reads, and few enough for one item (rule S6).
const MOST_PROBLEMS: usize = 1000;

/// Keeps the problems that leave a schedule as it is, and of the others as many as can be told.
pub(super) fn bound(problems: &mut Vec<Located>) {
    problems.sort_by_key(|located| !located.problem.stops_schedule);
    let more = problems.len().saturating_sub(MOST_PROBLEMS);
    if more > 0 {
        problems.truncate(MOST_PROBLEMS);
        let message = format!("there are {more} more problems with items of the tables");
        let problem = Problem { attribute: String::new(), ..nameless("the tables", &message) };
        problems.push(Located { item: None, other: None, problem });
    }
}

fn groups(tables: &Tables, items: &Items<'_>, problems: &mut Problems) -> BTreeMap<ScheduleName, GroupsRead> {
    let mut groups: BTreeMap<_, GroupsRead> = items.keys().map(|name| (name.clone(), GroupsRead::default())).collect();
    for (index, item) in tables.groups.iter().enumerate() {
        let label = label("ScheduleServerGroup", item.get("GroupName"));
        let name = match owner(item) {
            Ok(name) => name,
            Err(message) => {
                let problem = Problem { holds: holds(item), ..nameless(&label, &message) };
                problems.push(Table::ServerGroup, index, problem);
                problems.extend(Table::ServerGroup, index, group::read(item, None).problems);
                continue;
            }
        };
        let Some(of_schedule) = groups.get_mut(&name) else {
            problems.push(Table::ServerGroup, index, orphan(&name, &label, items));
            problems.extend(Table::ServerGroup, index, group::read(item, None).problems);
            continue;
        };
        let read = group::read(item, Some(&name));
        problems.extend(Table::ServerGroup, index, read.problems);
        of_schedule.is_faulty |= read.is_faulty;
        of_schedule.has_nameless |= read.group.is_none();
        of_schedule.groups.extend(read.group.map(|group| (index, group)));
    }
    groups
}

fn exceptions(
    tables: &Tables,
    items: &Items<'_>,
    schedules: &mut [Schedule],
    problems: &mut Problems,
    today: NaiveDate,
) {
    let since = today.checked_sub_days(Problem::WORTH_MENDING_FOR).unwrap_or(NaiveDate::MIN);
    for (index, item) in tables.exceptions.iter().enumerate() {
        let is_old = exception::date_of(item).is_some_and(|date| date < since);
        let label = label("ScheduleException", item.get("ExceptionUuid"));
        let found = match owner(item) {
            Ok(name) if !items.contains_key(&name) && is_old => Vec::new(),
            Ok(name) if !items.contains_key(&name) => {
                let mut found = vec![orphan(&name, &label, items)];
                found.extend(exception::read(item, None).1);
                found
            }
            Ok(name) => {
                let (exception, found) = exception::read(item, Some(&name));
                let schedule = schedules.iter_mut().find(|schedule| schedule.name == name);
                if let Some((exception, schedule)) = exception.zip(schedule) {
                    schedule.exceptions.entry(exception.date).or_default().push(exception);
                }
                found
            }
            Err(message) => {
                let mut found = vec![Problem { holds: holds(item), ..nameless(&label, &message) }];
                found.extend(exception::read(item, None).1);
                found
            }
        };
        if !is_old {
            problems.extend(Table::Exception, index, found);
        }
    }
    for schedule in schedules {
        for exceptions in schedule.exceptions.values_mut() {
            exceptions.sort_by(|one, other| (one.kind, &one.id).cmp(&(other.kind, &other.id)));
        }
    }
}

/// Schedules that share instances would start and stop one another's.
fn shared_tags(schedules: &[Schedule], items: &Items<'_>, problems: &mut Problems) {
    for (position, schedule) in schedules.iter().enumerate() {
        let shares = |other: &&Schedule| {
            other.tag_value == schedule.tag_value && other.scopes.iter().any(|scope| schedule.scopes.contains(scope))
        };
        if let Some(other) = schedules.iter().take(position).find(shares) {
            let message = format!(
                "is the TagValue of schedule `{}` too: both start and stop the same instances",
                plain(other.name.as_str())
            );
            let label = format!("Schedule {}", plain(schedule.name.as_str()));
            let problem = of_schedule(&schedule.name, label, "TagValue", message);
            let problem = Problem { holds: Some(plain(schedule.tag_value.as_str())), stops_schedule: false, ..problem };
            let index = items.get(&schedule.name).map_or(0, |(index, _)| *index);
            problems.push(Table::Schedule, index, problem);
        }
    }
}

/// Whose item it is, or what is wrong with its `ScheduleName`.
fn owner(item: &Item) -> Result<ScheduleName, String> {
    const ALLOWED: &str = "the name of a schedule";
    match item.get("ScheduleName") {
        Some(serde_json::Value::String(name)) => {
            ScheduleName::new(name).map_err(|error| format!("{}; allowed: {ALLOWED}", name_fault(&error)))
        }
        Some(_) => Err(format!("is not text; allowed: {ALLOWED}")),
        None => Err(format!("is missing; allowed: {ALLOWED}")),
    }
}

/// What the `ScheduleName` of an item holds.
fn holds(item: &Item) -> Option<String> {
    item.get("ScheduleName").map(shown)
}

/// How an item is called whose schedule is not known.
fn label(table: &str, name: Option<&serde_json::Value>) -> String {
    let name = name.map(shown).unwrap_or_default();
    format!("{table} {name}").trim().to_owned()
}

pub(super) fn nameless(label: &str, message: &str) -> Problem {
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

fn orphan(name: &ScheduleName, label: &str, items: &Items<'_>) -> Problem {
    let near = nearest(name.as_str(), items.keys().map(ScheduleName::as_str));
    let near = near.map(|near| format!("; did you mean `{}`?", plain(near))).unwrap_or_default();
    Problem { holds: Some(cut(name.as_str())), ..nameless(label, &format!("there is no schedule of this name{near}")) }
}

pub(super) fn of_schedule(name: &ScheduleName, item: String, attribute: &str, message: String) -> Problem {
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
