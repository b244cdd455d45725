//! Several schedule files together: their items, and where in which file each fault is.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use serde_json::Value;

use super::attributes::UNKNOWN;
use super::file::{self, FileError, Lines};
use super::shown::{plain, shown};
use super::tables::{self, ItemIndex, Located};
use super::{Defaults, Tables};
use crate::model::{Problem, Schedule, ScheduleName};
use crate::ports::{Item, Table};

/// What is wrong, and where in which file; in the tables there are neither files nor lines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, as it was named.
    pub file: Option<String>,
    /// The line in it, from 1.
    pub line: Option<usize>,
    /// What is wrong; its item is the file when that is wrong as a whole.
    pub problem: Problem,
}

impl Fault {
    /// Where it is, such as `development.yaml:7`, and what is wrong there. In the tables the place is the item.
    #[must_use]
    pub fn place_and_words(&self) -> (String, String) {
        let Self { file, line, problem } = self;
        let Some(file) = file else { return (problem.item.clone(), problem.words()) };
        let place = line.map_or_else(|| file.clone(), |line| format!("{file}:{line}"));
        let words = if *file == problem.item { problem.words() } else { problem.to_string() };
        (place, words)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (place, words) = self.place_and_words();
        write!(f, "{place}: {words}")
    }
}

/// Schedule files together.
#[derive(Debug, Default)]
pub struct Sources {
    tables: Tables,
    /// For each item of the tables, in their order, its file and its lines.
    schedules: Vec<(usize, Lines)>,
    groups: Vec<(usize, Lines)>,
    exceptions: Vec<(usize, Lines)>,
    names: Vec<String>,
    /// What is wrong with the shape of files.
    faults: Vec<Fault>,
}

impl Sources {
    /// The items of tables, which have neither files nor lines.
    #[must_use]
    pub fn of_tables(tables: Tables) -> Self {
        Self { tables, ..Self::default() }
    }

    /// Adds a file under the name by which its faults are told.
    pub fn add(&mut self, name: &str, text: &str) {
        let number = self.names.len();
        self.names.push(plain(name));
        let file = file::read(text);
        let schedule = file.tables.schedules.iter().find_map(schedule_name);
        for FileError { line, message } in file.faults {
            let mut fault = Fault { line: Some(line), ..shape(name, &message) };
            fault.problem.stops_schedule = schedule.is_some();
            fault.problem.schedule.clone_from(&schedule);
            self.faults.push(fault);
        }
        let of_file = |lines: Vec<Lines>| lines.into_iter().map(move |lines| (number, lines));
        self.schedules.extend(of_file(file.schedule_lines));
        self.groups.extend(of_file(file.group_lines));
        self.exceptions.extend(of_file(file.exception_lines));
        self.tables.schedules.extend(file.tables.schedules);
        self.tables.groups.extend(file.tables.groups);
        self.tables.exceptions.extend(file.tables.exceptions);
    }

    /// Adds a file that could not be read.
    pub fn add_unreadable(&mut self, name: &str, message: &str) {
        self.names.push(plain(name));
        self.faults.push(shape(name, message));
    }

    /// How many files there are.
    #[must_use]
    pub fn files(&self) -> usize {
        self.names.len()
    }

    /// The names of all schedules, understood or not.
    #[must_use]
    pub fn schedule_names(&self) -> Vec<ScheduleName> {
        self.tables.schedules.iter().filter_map(schedule_name).collect()
    }

    /// The schedules that can be understood, by name, and every fault of an item, by file and line.
    ///
    /// The schedule of a file whose shape is at fault is left out. `today` tells old exceptions from others.
    #[must_use]
    pub fn read(&self, defaults: Defaults, today: NaiveDate) -> (Vec<Schedule>, Vec<Fault>) {
        let (mut schedules, mut located) = tables::read_located(&self.tables, defaults, today);
        if self.names.is_empty() {
            tables::bound(&mut located);
        } else {
            refuse_unknown_attributes(&mut located, &mut schedules);
        }
        schedules.retain(|schedule| !self.is_misshapen(schedule));
        let mut faults = self.faults.clone();
        faults.extend(located.into_iter().filter_map(|located| self.fault(located)));
        faults.extend(self.ids_twice());
        sort(&mut faults);
        let more = faults.len().saturating_sub(MOST_FAULTS);
        if more > 0 {
            faults.truncate(MOST_FAULTS);
            faults.push(Fault { file: None, ..shape("the files", &format!("there are {more} more faults")) });
        }
        (schedules, faults)
    }

    /// Whether there are schedules of which not even the name could be read, or files in which they might be.
    #[must_use]
    pub fn has_nameless_schedules(&self) -> bool {
        let is_nameless = |item: &Item| schedule_name(item).is_none();
        self.faults.iter().any(|fault| fault.problem.schedule.is_none())
            || self.tables.schedules.iter().any(is_nameless)
    }

    /// The items as tables would hold them.
    #[must_use]
    pub fn into_tables(self) -> Tables {
        self.tables
    }

    fn is_misshapen(&self, schedule: &Schedule) -> bool {
        self.faults.iter().any(|fault| fault.problem.schedule.as_ref() == Some(&schedule.name))
    }

    /// The fault with its place; `None` when it only follows from another that is told.
    fn fault(&self, located: Located) -> Option<Fault> {
        let Located { item, other, mut problem } = located;
        let (Some(index), Some(place)) = (item, item.and_then(|item| self.place(item))) else {
            return Some(self.at(None, problem));
        };
        let (file, lines) = place;
        let has_name = |item: &Item| item.get("ScheduleName").is_some_and(|name| !name.is_null());
        // Groups and exceptions of a file have the schedule of the file; that there is none is told as such.
        let is_of_name = problem.attribute == "ScheduleName"
            && (index.table != Table::Schedule || !self.tables.schedules.get(index.index).is_some_and(has_name));
        // Where the periods cannot be read, nobody misses what stands instead of them.
        let is_instead = lines.unreadable.contains("Periods")
            && problem.holds.is_none()
            && ["DaysActive", "StartTime", "StopTime"].contains(&problem.attribute.as_str());
        let is_told = lines.unreadable.contains("") || lines.unreadable.contains(&problem.attribute);
        if is_of_name || is_instead || is_told {
            return None;
        }
        if let Some((first, lines)) = other.and_then(|other| self.place(other)) {
            // Of two files of one schedule it is told that they are, not what follows for their groups.
            if index.table != Table::Schedule && first != file {
                return None;
            }
            let name = self.names.get(*first).map(String::as_str).unwrap_or_default();
            problem.message = format!("{}: also in {name}:{}", problem.message, lines.of(&problem.attribute));
        }
        Some(self.at(Some(place), problem))
    }

    fn place(&self, item: ItemIndex) -> Option<&(usize, Lines)> {
        let lines = match item.table {
            Table::Schedule => &self.schedules,
            Table::ServerGroup => &self.groups,
            Table::Exception => &self.exceptions,
            Table::Run => return None,
        };
        lines.get(item.index)
    }

    /// Exceptions of one key: in the tables one would take the place of the other.
    fn ids_twice(&self) -> Vec<Fault> {
        let mut seen: BTreeMap<&str, &(usize, Lines)> = BTreeMap::new();
        let mut faults = Vec::new();
        for (item, place) in self.tables.exceptions.iter().zip(&self.exceptions) {
            let Some(value) = item.get("ExceptionUuid") else { continue };
            let Some(id) = value.as_str().map(str::trim).filter(|id| !id.is_empty()) else { continue };
            let Some((first, lines)) = seen.get(id) else {
                seen.insert(id, place);
                continue;
            };
            let first = self.names.get(*first).map(String::as_str).unwrap_or_default();
            let also = format!("also in {first}:{}", lines.of("ExceptionUuid"));
            let message = format!(
                "is there twice, and one would take the place of the other in the tables: {also}; allowed: an id of its own, or none"
            );
            let schedule = schedule_name(item);
            let owner = schedule.as_ref().map(|name| format!(" of {}", plain(name.as_str()))).unwrap_or_default();
            let label = format!("ScheduleException {}{owner}", shown(value));
            let problem = Problem {
                schedule,
                attribute: "ExceptionUuid".to_owned(),
                holds: Some(shown(value)),
                ..tables::nameless(&label, &message)
            };
            faults.push(self.at(Some(place), problem));
        }
        faults
    }

    /// The fault that is the problem of a date of a schedule, whose place is that of its last exception there.
    #[must_use]
    pub fn fault_of_date(&self, schedule: &Schedule, date: NaiveDate, problem: Problem) -> Fault {
        let is_its = |item: &Item| {
            item.get("ScheduleName").and_then(Value::as_str) == Some(schedule.name.as_str())
                && item.get("ExceptionDate").and_then(Value::as_str) == Some(date.to_string().as_str())
        };
        let place = self.tables.exceptions.iter().zip(&self.exceptions).rfind(|(item, _)| is_its(item));
        self.at(place.map(|(_, place)| place), problem)
    }

    fn at(&self, place: Option<&(usize, Lines)>, problem: Problem) -> Fault {
        let line = place.map(|(_, lines)| lines.of(&problem.attribute));
        Fault { file: place.and_then(|(number, _)| self.names.get(*number).cloned()), line, problem }
    }
}

/// In a table other tools may keep attributes of their own; in a file an unknown one is a slip, and what was meant by it is
/// not guessed. An exception stands all the same.
fn refuse_unknown_attributes(located: &mut [Located], schedules: &mut Vec<Schedule>) {
    for Located { item, problem, .. } in located {
        let is_slip = problem.message.starts_with(UNKNOWN);
        if is_slip && item.is_some_and(|item| matches!(item.table, Table::Schedule | Table::ServerGroup)) {
            problem.stops_schedule = true;
            schedules.retain(|schedule| problem.schedule.as_ref() != Some(&schedule.name));
        }
    }
}

fn schedule_name(item: &Item) -> Option<ScheduleName> {
    ScheduleName::new(item.get("ScheduleName")?.as_str()?).ok()
}

/// The most faults of files that are told: nobody mends more at once.
const MOST_FAULTS: usize = 10_000;

/// Puts faults in the order of files and lines; what is said of all files stands last.
pub fn sort(faults: &mut [Fault]) {
    faults.sort_by(|one, other| (one.file.is_none(), one).cmp(&(other.file.is_none(), other)));
}

/// What is wrong with a file as a whole, or with its shape.
fn shape(name: &str, message: &str) -> Fault {
    let name = plain(name);
    let problem = Problem { attribute: String::new(), ..tables::nameless(&name, &plain(message)) };
    Fault { file: Some(name), line: None, problem }
}

#[cfg(test)]
mod tests;
