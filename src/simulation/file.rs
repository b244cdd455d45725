//! The world file: what a simulated world holds besides schedules, and what happens in it, as YAML or JSON.
//!
//! What is written is read back as the same case. Knows no disk and no command line.
//!
#![doc = include_str!("file/reference.md")]

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::{Case, Incident, What};
use crate::document::file::{self, FileError, Lines};
use crate::document::{self, Defaults, Tables, yaml};
use crate::memory::Machine;
use crate::model::InstanceKey;
use crate::ports::{Item, Table};

mod attributes;
mod incident;
mod keep;
mod machine;
mod outside;
mod slips;
mod tags;
mod words;

use attributes::Attributes;
pub use keep::{Kept, WORLD, keep, keep_rows};

/// What a world file may hold, in Markdown.
pub const REFERENCE: &str = include_str!("file/reference.md");

/// What is allowed where an instance is asked for.
const KEY: &str = "a key such as `ec2/i-1`, `rds/orders-db` or `cluster/orders`, with the region before it if it is in \
                   another one: `eu-west-1|rds/orders-db`";

/// How far apart ticks are if the file does not say it.
const CRON: Duration = Duration::minutes(5);
const SHORTEST_CRON: Duration = Duration::seconds(10);
const LONGEST_CRON: Duration = Duration::hours(24);

/// What a world file holds.
#[derive(Debug, Clone)]
pub struct WorldFile {
    /// `Seed`.
    pub seed: Option<u64>,
    /// `From`.
    pub from: Option<DateTime<Utc>>,
    /// `To`.
    pub to: Option<DateTime<Utc>>,
    /// `Cron`.
    pub cron: Duration,
    /// `OnChange`.
    pub on_change: bool,
    /// `Rows`.
    pub rows: Tables,
    /// `Instances`.
    pub machines: Vec<Machine>,
    /// `Incidents`, in the order of time.
    pub incidents: Vec<Incident>,
    /// An incident of an instance that is not there: likely a slip.
    remarks: Vec<FileError>,
    /// Where each instance stands, such as `Instances[0]`.
    machine_paths: Vec<String>,
    /// Where each incident stands.
    incident_paths: Vec<String>,
    lines: Lines,
}

impl WorldFile {
    /// Whether it holds rows of schedules, or people write some.
    #[must_use]
    pub fn has_schedules(&self) -> bool {
        let is_written = |incident: &Incident| matches!(incident.what, What::Writes { table: Table::Schedule, .. });
        !self.rows.schedules.is_empty() || self.incidents.iter().any(is_written)
    }

    /// What is likely a slip in a case of this world, by line; times in a zone.
    #[must_use]
    pub fn slips(&self, case: &Case, zone: Tz) -> Vec<FileError> {
        let mut slips = self.remarks.clone();
        let outside = self.outside((case.from, case.to), zone);
        if outside.len() > 1 && outside.len() == self.incidents.len() {
            let (from, to) = (time_text(case.from, zone), time_text(case.to, zone));
            slips.push(
                self.remark("Incidents", &format!(": none of the {} lies between {from} and {to}", outside.len())),
            );
        }
        slips.extend(outside);
        slips.extend(self.unknown_tags(case));
        slips.extend(self.unknown_rows(case));
        slips.sort_by_key(|slip| slip.line);
        slips
    }

    /// The case of this world with the rows of schedule files, in a stretch of time.
    #[must_use]
    pub fn case(self, mut tables: Tables, (from, to): (DateTime<Utc>, DateTime<Utc>), seed: u64) -> Case {
        // As `apply` writes them: exceptions of files have a key.
        let changes = document::difference(&tables, &Tables::default()).into_iter();
        let keyed = changes.filter(|change| change.table == Table::Exception).map(|change| change.item);
        for (item, keyed) in tables.exceptions.iter_mut().zip(keyed) {
            if !item.contains_key("ExceptionUuid") {
                *item = keyed;
            }
        }
        tables.schedules.extend(self.rows.schedules);
        tables.groups.extend(self.rows.groups);
        tables.exceptions.extend(self.rows.exceptions);
        let Self { cron, on_change, machines, incidents, .. } = self;
        Case { seed, from, to, defaults: Defaults::default(), cron, on_change, tables, machines, incidents }
    }
}

/// Reads a world file; `read_time` reads a time, or says what is allowed.
///
/// # Errors
/// All that is wrong with it, by line.
pub fn read(
    text: &str,
    read_time: &dyn Fn(&str) -> Result<DateTime<Utc>, String>,
) -> Result<WorldFile, Vec<FileError>> {
    let (item, lines) = file::mapping(text)?;
    let mut attributes = Attributes::new(&item, &lines, read_time);
    let world = world(&mut attributes);
    attributes.refuse_unknown();
    let mut faults = attributes.faults;
    faults.sort_by_key(|fault| fault.line);
    let world = WorldFile { lines, ..world };
    if faults.is_empty() { Ok(world) } else { Err(faults) }
}

/// The attributes of a world file.
const PARTS: [&str; 8] = ["From", "To", "Cron", "OnChange", "Seed", "Instances", "Incidents", "Rows"];

/// Whether a text is a world file and no schedule file: a mapping with one of its attributes, and without `Schedule`.
#[must_use]
pub fn is_world(text: &str) -> bool {
    let has_part = |item: &Item| PARTS.iter().any(|name| item.contains_key(*name));
    file::mapping(text).is_ok_and(|(item, _)| has_part(&item) && !item.contains_key("Schedule"))
}

fn world(attributes: &mut Attributes<'_>) -> WorldFile {
    let (from, to) = (attributes.time("From"), attributes.time("To"));
    let cron = attributes.length("Cron").unwrap_or(CRON);
    if !(SHORTEST_CRON..=LONGEST_CRON).contains(&cron) {
        attributes.fault("Cron", "is out of bounds; allowed: `10s` to `24h`");
    }
    let on_change = attributes.flag("OnChange").unwrap_or(true);
    let seed = attributes.number("Seed");
    let rows = match attributes.raw("Rows").filter(|rows| !rows.is_null()) {
        Some(Value::Object(item)) => attributes.within("Rows", item, rows),
        Some(_) => {
            attributes.fault("Rows", "is no mapping of tables to lists of rows");
            Tables::default()
        }
        None => Tables::default(),
    };
    let (machines, machine_paths) = machines(attributes);
    let (incidents, remarks) = incidents(attributes, &machines);
    let (incidents, incident_paths) = incidents.into_iter().unzip();
    let lines = Lines::default();
    WorldFile {
        seed,
        from,
        to,
        cron,
        on_change,
        rows,
        machines,
        incidents,
        remarks,
        machine_paths,
        incident_paths,
        lines,
    }
}

fn rows(attributes: &mut Attributes<'_>) -> Tables {
    let mut rows = |table: Table| -> Vec<Item> {
        attributes.items(table.as_str()).into_iter().map(|(_, item)| item.clone()).collect()
    };
    Tables { schedules: rows(Table::Schedule), groups: rows(Table::ServerGroup), exceptions: rows(Table::Exception) }
}

fn machines(attributes: &mut Attributes<'_>) -> (Vec<Machine>, Vec<String>) {
    let (mut machines, mut paths) = (Vec::<Machine>::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for (path, item) in attributes.items("Instances") {
        let Some(machine) = attributes.within(&path, item, machine::read) else { continue };
        if !seen.insert(machine.instance.key.clone()) {
            attributes.fault(&path, format!("`{}` is there twice", machine.instance.key));
        }
        machines.push(machine);
        paths.push(path);
    }
    (machines, paths)
}

/// An incident, and where it stands.
type Placed = (Incident, String);

fn incidents(attributes: &mut Attributes<'_>, machines: &[Machine]) -> (Vec<Placed>, Vec<FileError>) {
    let keys: Vec<String> = machines.iter().map(|machine| machine.instance.key.to_string()).collect();
    let (mut incidents, mut remarks) = (Vec::<Placed>::new(), Vec::new());
    for (path, item) in attributes.items("Incidents") {
        let Some(incident) = attributes.within(&path, item, incident::read) else { continue };
        let missing = instance_of(&incident.what).map(ToString::to_string).filter(|key| !keys.contains(key));
        if let Some(key) = missing {
            let near = document::nearest(&key, keys.iter().map(String::as_str));
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let message = format!("{path}.Instance = `{key}`: is no instance of this world{hint}");
            remarks.push(FileError { line: attributes.line(&format!("{path}.Instance")), message });
        }
        incidents.push((incident, path));
    }
    incidents.sort_by_key(|(incident, _)| incident.at);
    (incidents, remarks)
}

/// The instance that an incident is about.
#[must_use]
pub fn instance_of(what: &What) -> Option<&InstanceKey> {
    match what {
        What::AwsFails { instance, .. } => instance.as_ref(),
        What::Busy { instance, .. }
        | What::Terminated { instance }
        | What::Launched { instance }
        | What::Retagged { instance, .. }
        | What::Console { instance, .. } => Some(instance),
        _ => None,
    }
}

/// The attributes of an incident as a world file spells them, `What` the first of them; times in a zone.
#[must_use]
pub fn incident_attributes(what: &What, zone: Tz) -> Vec<(&'static str, Value)> {
    incident::write(what, zone)
}

/// The world file of a case, with these rows in it; times in a zone, and a remark at its head.
#[must_use]
pub fn write(case: &Case, rows: &Tables, zone: Tz, remark: &str) -> String {
    let Case { seed, from, to, cron, on_change, machines, incidents, .. } = case;
    let mut text = yaml::comment("", remark);
    let head = [
        ("From", json!(time_text(*from, zone))),
        ("To", json!(time_text(*to, zone))),
        ("Cron", json!(words::length_text(*cron))),
        ("OnChange", json!(on_change)),
        ("Seed", json!(seed)),
    ];
    for (name, value) in head {
        text += &format!("{name}: {}\n", yaml::flow(&value));
    }
    let list = |name: &str, indent: &str, lines: Vec<String>| {
        let lines = lines.into_iter().map(|line| format!("{indent}  - {{{line}}}\n"));
        let lines: String = lines.collect();
        if lines.is_empty() { lines } else { format!("{indent}{name}:\n{lines}") }
    };
    let pairs = |pairs: &[(&'static str, Value)]| yaml::pairs_of(pairs.iter().map(|(name, value)| (*name, value)));
    text += &list("Instances", "", machines.iter().map(|machine| pairs(&machine::write(machine, zone))).collect());
    let incident = |incident: &Incident| {
        let at = [("At", json!(time_text(incident.at, zone)))];
        let attributes: Vec<_> = at.into_iter().chain(incident::write(&incident.what, zone)).collect();
        pairs(&attributes)
    };
    text += &list("Incidents", "", incidents.iter().map(incident).collect());
    let row = |item: &Item| yaml::pairs_of(item.iter().map(|(name, value)| (name.as_str(), value)));
    let rows =
        [(Table::Schedule, &rows.schedules), (Table::ServerGroup, &rows.groups), (Table::Exception, &rows.exceptions)];
    let list_of = |table: Table, items: &[Item]| list(table.as_str(), "  ", items.iter().map(row).collect());
    let rows: String = rows.into_iter().map(|(table, items)| list_of(table, items)).collect();
    if rows.is_empty() { text } else { format!("{text}Rows:\n{rows}") }
}

/// A time as it is written: RFC 3339 with the zone's offset, `Z` in UTC.
fn time_text(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::AutoSi, zone == Tz::UTC)
}

#[cfg(test)]
mod tests;
