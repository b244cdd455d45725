//! What people do to rows and schedules that are nowhere in the world: likely slips. Knows the rows of a case, and no file
//! but this one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Case, FileError, What, WorldFile};
use crate::document::{NOTEBOOK_KEY, nearest, plain, shown};
use crate::memory::key_attributes;
use crate::ports::{Item, Table};

impl WorldFile {
    /// A remark for each incident of a schedule or of a row that is nowhere in the case, neither at the beginning nor by what
    /// people write, and for each that means a row without its key.
    #[must_use]
    pub fn unknown_rows(&self, case: &Case) -> Vec<FileError> {
        let rows = Rows::of(self, case);
        let places = self.incidents.iter().zip(&self.incident_paths);
        let remark = |(incident, path): (&super::Incident, &String)| {
            let (at, message) = rows.schedule_fault(&incident.what).or_else(|| rows.row_fault(&incident.what))?;
            Some(self.remark(&format!("{path}.{at}"), &message))
        };
        places.filter_map(remark).collect()
    }

    /// A remark on an attribute.
    pub(super) fn remark(&self, path: &str, message: &str) -> FileError {
        FileError { line: self.lines.of(path), message: plain(&format!("{path}{message}")) }
    }
}

/// All rows that there are at any time, as far as the file says it.
struct Rows {
    rows: Vec<(Table, Item)>,
    /// Whether there may be exceptions that the file does not hold.
    has_extensions: bool,
}

impl Rows {
    fn of(world: &WorldFile, case: &Case) -> Self {
        let tables = [
            (Table::Schedule, &case.tables.schedules),
            (Table::ServerGroup, &case.tables.groups),
            (Table::Exception, &case.tables.exceptions),
        ];
        let rows = tables.into_iter().flat_map(|(table, items)| items.iter().map(move |item| (table, item.clone())));
        let mut rows: Vec<(Table, Item)> = rows.collect();
        for incident in &world.incidents {
            match &incident.what {
                What::Writes { table, item } => rows.push((*table, item.clone())),
                What::Edits { table, key, attribute, value: Some(value) } => {
                    let edited = rows.iter().find(|(of, item)| of == table && matches(item, key)).cloned();
                    rows.extend(edited.map(|(table, mut item)| {
                        item.insert(attribute.clone(), value.clone());
                        (table, item)
                    }));
                }
                _ => {}
            }
        }
        let has_extensions = world.incidents.iter().any(|incident| matches!(incident.what, What::Extends { .. }));
        Self { rows, has_extensions }
    }

    fn of_table(&self, table: Table) -> impl Iterator<Item = &Item> + Clone {
        self.rows.iter().filter(move |(of, _)| *of == table).map(|(_, item)| item)
    }

    /// Where a schedule is named that is none, and what is wrong with it.
    fn schedule_fault(&self, what: &What) -> Option<(String, String)> {
        let (at, name) = match what {
            What::Extends { schedule, .. } | What::Orders { schedule, .. } => ("Schedule", schedule.as_str()),
            What::Edits { table, key, .. } | What::Deletes { table, key } => {
                let name = key.get("ScheduleName")?.as_str()?;
                // What Lamplighter remembers of the problems that it has told is no schedule's.
                if *table == Table::Run && name == NOTEBOOK_KEY.0 {
                    return None;
                }
                ("Key.ScheduleName", name)
            }
            What::Writes { table: Table::ServerGroup | Table::Exception, item } => {
                ("Item.ScheduleName", item.get("ScheduleName")?.as_str()?)
            }
            _ => return None,
        };
        let known = self.of_table(Table::Schedule).filter_map(|row| row.get("ScheduleName")?.as_str());
        let known: BTreeSet<&str> = known.map(str::trim).collect();
        if known.contains(name.trim()) {
            return None;
        }
        let near = meant(name, known.iter().copied());
        Some((at.to_owned(), format!(" = `{name}`: is no schedule of this world{near}")))
    }

    /// Where a row is meant that is none, or without its key, and what is wrong with it.
    fn row_fault(&self, what: &What) -> Option<(String, String)> {
        match what {
            What::Writes { table, item } => {
                let missing = key_attributes(*table).iter().find(|name| !item.contains_key(**name))?;
                let message = format!(": is missing, and without it AWS takes no row; allowed: {}", key_of(*table));
                Some((format!("Item.{missing}"), message))
            }
            // What is remembered is written by the ticks.
            What::Edits { table: Table::Run, .. } | What::Deletes { table: Table::Run, .. } => None,
            What::Edits { table, key, .. } => {
                let all = self.of_table(*table).filter(|row| matches(row, key)).map(|row| identity(*table, row));
                let many = all.collect::<BTreeSet<_>>().len();
                if many > 1 {
                    let message = format!(
                        ": {many} rows of `{}` have it, and one of them is edited; allowed: {}",
                        table.as_str(),
                        key_of(*table)
                    );
                    return Some(("Key".to_owned(), message));
                }
                self.key_fault(*table, key)
            }
            What::Deletes { table, key } => self.key_fault(*table, key),
            _ => None,
        }
    }

    /// What is wrong with a key that no row has.
    fn key_fault(&self, table: Table, key: &Item) -> Option<(String, String)> {
        let rows = self.of_table(table);
        if rows.clone().any(|row| matches(row, key)) || (table == Table::Exception && self.has_extensions) {
            return None;
        }
        for (name, value) in key {
            let others = || rows.clone().filter(|row| key.iter().all(|(of, value)| of == name || has(row, of, value)));
            let held: BTreeSet<&str> = others().filter_map(|row| row.get(name)?.as_str()).collect();
            let is_known = rows.clone().any(|row| row.contains_key(name));
            if !is_known {
                let names: BTreeSet<&str> = rows.clone().flat_map(|row| row.keys().map(String::as_str)).collect();
                let near = meant(name, names.into_iter());
                return Some((
                    format!("Key.{name}"),
                    format!(": no row of `{}` has this attribute{near}", table.as_str()),
                ));
            }
            if others().next().is_some() {
                let near = meant(value.as_str().unwrap_or_default(), held.into_iter());
                let message = format!(" = `{}`: no such row of `{}`{near}", shown(value), table.as_str());
                return Some((format!("Key.{name}"), message));
            }
        }
        Some(("Key".to_owned(), format!(": no row of `{}` has it", table.as_str())))
    }
}

/// Which one may have been meant.
pub(super) fn meant<'a>(text: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest(text, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

fn matches(row: &Item, key: &Item) -> bool {
    key.iter().all(|(name, value)| has(row, name, value))
}

fn has(row: &Item, name: &str, value: &Value) -> bool {
    row.get(name) == Some(value)
}

/// What tells a row from others of its table.
fn identity(table: Table, row: &Item) -> Vec<String> {
    key_attributes(table).iter().map(|name| row.get(*name).map(Value::to_string).unwrap_or_default()).collect()
}

fn key_of(table: Table) -> String {
    key_attributes(table).iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Tables;

    #[test]
    fn what_is_nowhere_is_likely_a_slip() {
        let row = |text: &str| serde_json::from_str::<Item>(text).unwrap();
        let tables = Tables {
            schedules: vec![row(r#"{"ScheduleName": "Office", "TagValue": "O"}"#)],
            groups: vec![
                row(r#"{"ScheduleName": "Office", "GroupName": "API"}"#),
                row(r#"{"ScheduleName": "Office", "GroupName": "Database"}"#),
            ],
            exceptions: Vec::new(),
        };
        let is_none = "is no schedule of this world";
        let cases = [
            ("orders, Schedule: Office, Flag: ForceStop", None),
            ("orders, Schedule: Later, Flag: ForceStop", None),
            ("orders, Schedule: Offic, Flag: ForceStop", Some(format!("Schedule = `Offic`: {is_none}; did you mean `Office`?"))),
            ("extends, Schedule: Nobody, By: 1h", Some(format!("Schedule = `Nobody`: {is_none}"))),
            ("deletes, Table: ScheduleRun, Key: {ScheduleName: '@lamplighter', RunId: '@told'}", None),
            ("deletes, Table: ScheduleRun, Key: {ScheduleName: Office, RunId: '@state'}", None),
            (
                "deletes, Table: ScheduleRun, Key: {ScheduleName: office}",
                Some(format!("Key.ScheduleName = `office`: {is_none}; did you mean `Office`?")),
            ),
            (
                "writes, Table: ScheduleException, Item: {ExceptionUuid: e, ScheduleName: Ofice}",
                Some(format!("Item.ScheduleName = `Ofice`: {is_none}; did you mean `Office`?")),
            ),
            (
                "writes, Table: ScheduleException, Item: {ScheduleName: Office}",
                Some("Item.ExceptionUuid: is missing, and without it AWS takes no row; allowed: `ExceptionUuid`".to_owned()),
            ),
            ("edits, Table: Schedule, Key: {ScheduleName: Office}, Attribute: StopTime", None),
            ("edits, Table: ScheduleServerGroup, Key: {GroupName: API}, Attribute: Ready", None),
            ("edits, Table: ScheduleServerGroup, Key: {ScheduleName: Office, GroupName: Web}, Attribute: Ready", None),
            (
                "edits, Table: ScheduleServerGroup, Key: {ScheduleName: Office}, Attribute: Ready",
                Some("Key: 3 rows of `ScheduleServerGroup` have it, and one of them is edited; allowed: `ScheduleName` and `GroupName`".to_owned()),
            ),
            (
                "deletes, Table: ScheduleServerGroup, Key: {ScheduleName: Office, GroupName: Databse}",
                Some("Key.GroupName = `Databse`: no such row of `ScheduleServerGroup`; did you mean `Database`?".to_owned()),
            ),
            (
                "edits, Table: ScheduleServerGroup, Key: {GrupName: API}, Attribute: Ready",
                Some("Key.GrupName: no row of `ScheduleServerGroup` has this attribute; did you mean `GroupName`?".to_owned()),
            ),
            (
                "deletes, Table: ScheduleException, Key: {ExceptionUuid: e}",
                Some("Key.ExceptionUuid: no row of `ScheduleException` has this attribute".to_owned()),
            ),
        ];
        for (incident, expected) in cases {
            let text = format!(
                "Incidents:\n  - {{At: 2026-11-23T03:00:00Z, What: {incident}}}\n  - {{At: 2026-11-23T02:00:00Z, What: writes, Table: Schedule, Item: {{ScheduleName: Later}}}}\n  - {{At: 2026-11-23T02:00:00Z, What: writes, Table: ScheduleServerGroup, Item: {{ScheduleName: Office, GroupName: Web}}}}\n"
            );
            let world = super::super::read(&text, &|text| text.parse().map_err(|_| String::new())).unwrap();
            let stretch = ("2026-11-23T01:00:00Z".parse().unwrap(), "2026-11-23T11:00:00Z".parse().unwrap());
            let case = world.clone().case(tables.clone(), stretch, 0);
            let remarks: Vec<String> = world.unknown_rows(&case).iter().map(ToString::to_string).collect();
            let expected = expected.map(|expected| format!("line 2: Incidents[0].{expected}"));
            assert_eq!(remarks, Vec::from_iter(expected), "{incident}");
        }
    }
}
