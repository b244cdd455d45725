//! The world file: what a simulated world holds besides schedules, and what happens in it, as YAML or JSON.
//!
//! ```yaml
//! From: 2026-11-23T09:25     # where the stretch begins and ends, unless the command says otherwise
//! To: 2026-11-23T12:00
//! Cron: 5m                   # how far apart the ticks are
//! OnChange: true             # whether a change of an instance makes a tick too
//! Seed: 7                    # for the small print: how long calls take
//! Instances:
//!   - {Instance: rds/orders-db, ScheduleName: Development, ScheduleGroupName: Database, BootsIn: 6m, HaltsIn: 90s}
//! Incidents:
//!   - {At: 2026-11-23T10:00, What: console, Instance: rds/orders-db, Action: stop}
//!   - {At: 2026-11-23T10:30, What: outage, Until: 2026-11-23T11:00}
//! ```
//!
//! Schedules stand in schedule files; rows that fit into none, such as faulty ones, may stand under `Rows`. What is written
//! is read back as the same case. Knows no disk and no command line.
//!
//! A time is RFC 3339, a local time in the zone of the schedules, or a date; a length is such as `90s`, `6m` or `1h30m`, up
//! to `366d`; a key is such as `ec2/i-1`, `rds/orders-db` or `cluster/orders`, with the region before it if it is in another
//! one: `eu-west-1|rds/orders-db`.
//!
//! # The file
//!
//! | Attribute | Type | Default |
//! |---|---|---|
//! | `From`, `To` | time | none: `--from` and `--to` have to say it, and win if both do |
//! | `Cron` | length from `10s` to `24h` | `5m` |
//! | `OnChange` | `true` or `false` | `true` |
//! | `Seed` | whole number of up to 64 bits | 0 |
//! | `Instances` | list of instances | none |
//! | `Incidents` | list of incidents | none |
//! | `Rows` | mapping of `Schedule`, `ScheduleServerGroup` and `ScheduleException` to lists of rows | none |
//!
//! # An instance
//!
//! `ScheduleName` and `ScheduleGroupName` are the values of its tags: the first is the schedule's `TagValue`, and not the name
//! of the schedule. An instance of which an incident says that it is `launched` is not there before.
//!
//! | Attribute | Type | Default |
//! |---|---|---|
//! | `Instance` | key | has to be there |
//! | `ScheduleName` | value of the tag: the `TagValue` of a schedule | has to be there |
//! | `ScheduleGroupName` | value of the tag: the `GroupName` of a group | no tag |
//! | `Name`, `Engine`, `Zone` | text, as AWS shows it | none |
//! | `State` | `stopped`, `starting`, `running`, `stopping`, `gone`; `serving`, `changing` or `broken` with AWS's word | `stopped` |
//! | `StateReason` | text: why it is in this state | none |
//! | `Checks` | status checks: `passed`, `failing`, `unknown` | `passed` |
//! | `RestartsAt` | time at which AWS starts it by itself | never |
//! | `Refusal` | why AWS refuses to stop it: `instance-store`, `sql-server-multi-az`; `auto-scaling`, `read-replica`, `replica-source` or `cluster-member` with a name | it does not |
//! | `BootsIn` | length: how long a start takes | `1m` |
//! | `HaltsIn` | length: how long a stop takes | `30s` |
//! | `FallsBack` | whole number: how many starts come to nothing | 0 |
//! | `ChecksIn` | length: how long its status checks take once it runs; EC2 | `0s` |
//! | `BusyAtFirst` | `{State: AWS's word, For: length}`: what it is busy with after a start | nothing |
//!
//! # An incident
//!
//! `At` (a time) and `What` (the kind) have to be there, and so do all attributes without a default here. `Until` is a time after
//! `At`. `Times` is a whole number from 1: the first so many calls; omitted it means all. `Schedule` is the name of a schedule,
//! and not the value of its tag.
//!
//! | `What` | Attributes |
//! |---|---|
//! | `outage` | `Until` |
//! | `late` | `By`: length; `Until` |
//! | `doubled` | `By`: length; `Until` |
//! | `killed` | `After`: whole number of waits before it (default 0) |
//! | `clock-off` | `By`: length, with `-` before it a negative one; `Until` |
//! | `clocks-apart` | `By`: length: the most that the clock of an invocation is off; `Until` |
//! | `short-limit` | `Limit`: length: the function's timeout, else `5m`; `Until` |
//! | `tables-fail` | `Call`: `any`, `scan`, `runs`, `put-run`, `lower-flag`; `How`: `unavailable`, `denied`, `lost-answer`, `own-conflict`, `slow`, `missing`, `other`; `Times` (default all); `Until` |
//! | `aws-fails` | `Call`: `describe`, `start`, `stop`; `Instance`: key, not with `describe` (default the whole call); `How`: `throttled`, `denied`, `unreachable`, `lost-answer`, `capacity`, `wrong-state`, `refused`, `partial`, `slow`; `Times` (default all); `Until` |
//! | `stale` | `By`: length; `Until` |
//! | `chat-fails` | `How`: `down`, `refused`, `lost-answer`, `slow`, `late`, `too-many`; `Times` (default all); `Until` |
//! | `busy` | `Instance`: key; `State`: AWS's word; `Until` |
//! | `terminated` | `Instance`: key |
//! | `launched` | `Instance`: key of one of `Instances`; it is not there before, and comes in its `State`: `stopped` if it says none |
//! | `retagged` | `Instance`: key; `ScheduleName`: value of the tag, or `null` (the tag is taken away); `ScheduleGroupName`: value of the tag (default: the tag is taken away) |
//! | `console` | `Instance`: key; `Action`: `start`, `stop` |
//! | `extends` | `Schedule`: name; `By`: length |
//! | `orders` | `Schedule`: name; `Flag`: `ForceStart`, `ForceStop`; `Raised`: `true` or `false` (default `true`) |
//! | `writes` | `Table`; `Item`: the row |
//! | `edits` | `Table`; `Key`: attributes by which the row is found, at least one; `Attribute`: its name; `Value`: anything, also `null` (default: the attribute is taken away) |
//! | `deletes` | `Table`; `Key`: as above |
//!
//! `Table` is `Schedule`, `ScheduleServerGroup`, `ScheduleException` or `ScheduleRun`.

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
        slips.extend(self.outside((case.from, case.to), zone));
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
