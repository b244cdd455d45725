//! What would have to be written so that the tables hold what schedule files say.

use serde_json::Value;

use super::exception;
use super::tables::Tables;
use crate::model::{ExceptionKind, ScheduleName};
use crate::ports::{EXPIRES_AT, Item, Table};

/// An item that has to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Where.
    pub table: Table,
    /// How the item is called, such as `Development/Database`.
    pub name: String,
    /// Whether there is none with its key yet.
    pub is_new: bool,
    /// Attributes that differ, with what the table holds and what the file says.
    pub attributes: Vec<(String, Option<Value>, Option<Value>)>,
    /// The item to write.
    pub item: Item,
}

/// A person's orders: what the table holds stands, whatever a file says.
const ORDERS: [&str; 2] = ["ForceStart", "ForceStop"];

/// Compares what files say with what the tables hold; items that are in the tables only are left alone.
///
/// Exceptions without a key get the one that follows from schedule, date and type.
#[must_use]
pub fn difference(files: &Tables, tables: &Tables) -> Vec<Change> {
    let exceptions: Vec<Item> = files.exceptions.iter().map(with_key).collect();
    let of = |table, wanted: &[Item], held: &[Item]| -> Vec<Change> {
        wanted.iter().filter_map(|item| change(table, item, held)).collect()
    };
    let mut changes = of(Table::Schedule, &files.schedules, &tables.schedules);
    changes.extend(of(Table::ServerGroup, &files.groups, &tables.groups));
    changes.extend(of(Table::Exception, &exceptions, &tables.exceptions));
    changes
}

/// The groups and exceptions that the tables hold for the files' schedules, and the files do not: they stay in force.
#[must_use]
pub fn only_in_tables(files: &Tables, tables: &Tables) -> Vec<(Table, String)> {
    let is_ours =
        |item: &&Item| files.schedules.iter().any(|ours| ours.get("ScheduleName") == item.get("ScheduleName"));
    let names =
        |table, items: &[Item]| -> Vec<String> { items.iter().filter(is_ours).map(|item| name(table, item)).collect() };
    let missing = |table, held: &[Item], wanted: &[Item]| -> Vec<(Table, String)> {
        let wanted = names(table, wanted);
        names(table, held).into_iter().filter(|name| !wanted.contains(name)).map(|name| (table, name)).collect()
    };
    let mut only = missing(Table::ServerGroup, &tables.groups, &files.groups);
    only.extend(missing(Table::Exception, &tables.exceptions, &files.exceptions));
    only
}

fn change(table: Table, wanted: &Item, held: &[Item]) -> Option<Change> {
    let key: &[&str] = match table {
        Table::Schedule => &["ScheduleName"],
        Table::ServerGroup | Table::Run => &["ScheduleName", "GroupName"],
        Table::Exception => &["ExceptionUuid"],
    };
    let before = held.iter().find(|item| key.iter().all(|name| item.get(*name) == wanted.get(*name)));
    let mut item = wanted.clone();
    for order in ORDERS {
        if let Some(value) = before.and_then(|before| before.get(order)) {
            item.insert(order.to_owned(), value.clone());
        }
    }
    let empty = Item::new();
    let before_item = before.unwrap_or(&empty);
    let mut names: Vec<&String> = item.keys().chain(before_item.keys()).collect();
    names.sort();
    names.dedup();
    let differs = |name: &&&String| item.get(**name) != before_item.get(**name);
    let attributes: Vec<_> = names
        .iter()
        .filter(differs)
        .map(|name| ((*name).clone(), before_item.get(*name).cloned(), item.get(*name).cloned()))
        .collect();
    (!attributes.is_empty()).then(|| Change {
        table,
        name: name(table, &item),
        is_new: before.is_none(),
        attributes,
        item,
    })
}

fn name(table: Table, item: &Item) -> String {
    let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    match table {
        Table::Schedule | Table::Run => text("ScheduleName"),
        Table::ServerGroup => format!("{}/{}", text("ScheduleName"), text("GroupName")),
        Table::Exception => format!("{} {} {}", text("ScheduleName"), text("ExceptionDate"), text("ExceptionType")),
    }
}

fn with_key(item: &Item) -> Item {
    let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
    let kind = match text("ExceptionType").to_lowercase().as_str() {
        "start" => ExceptionKind::Start,
        _ => ExceptionKind::Stop,
    };
    let mut keyed = item.clone();
    if let (Ok(schedule), Some(date)) = (ScheduleName::new(text("ScheduleName")), exception::date_of(item)) {
        let uuid = exception::uuid(&schedule, date, kind).to_string();
        keyed.entry("ExceptionUuid").or_insert_with(|| uuid.into());
        keyed.entry(EXPIRES_AT).or_insert_with(|| exception::expires_at(date).into());
    }
    keyed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::file;

    const FILE: &str = "Schedule: {ScheduleName: S, StartTime: 09:30, ForceStart: false}
ServerGroups: [{GroupName: A, InstanceType: EC2}]
Exceptions: [{ExceptionDate: 2026-12-25, ExceptionType: start, ExceptionValue: None}]";

    fn written(changes: &[Change]) -> Tables {
        let of =
            |table| changes.iter().filter(|change| change.table == table).map(|change| change.item.clone()).collect();
        Tables { schedules: of(Table::Schedule), groups: of(Table::ServerGroup), exceptions: of(Table::Exception) }
    }

    #[test]
    fn writing_twice_changes_nothing() {
        let files = file::items(FILE).unwrap();
        let changes = difference(&files, &Tables::default());
        let names: Vec<&str> = changes.iter().map(|change| change.name.as_str()).collect();
        assert_eq!(names, ["S", "S/A", "S 2026-12-25 start"]);
        assert!(changes.iter().all(|change| change.is_new));
        assert_eq!(difference(&files, &written(&changes)), []);
    }

    #[test]
    fn what_a_file_no_longer_says_is_named() {
        let tables = written(&difference(&file::items(FILE).unwrap(), &Tables::default()));
        let files = file::items("Schedule: {ScheduleName: S}").unwrap();
        let only = only_in_tables(&files, &tables);
        assert_eq!(only, [(Table::ServerGroup, "S/A".to_owned()), (Table::Exception, "S 2026-12-25 start".to_owned())]);
        assert_eq!(only_in_tables(&file::items(FILE).unwrap(), &tables), []);
    }

    #[test]
    fn an_edit_is_one_attribute_and_an_order_stands() {
        let mut tables = written(&difference(&file::items(FILE).unwrap(), &Tables::default()));
        tables.schedules[0].insert("ForceStart".to_owned(), true.into());
        let files = file::items(&FILE.replace("09:30", "10:00")).unwrap();
        let changes = difference(&files, &tables);
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].attributes, [("StartTime".to_owned(), Some("09:30".into()), Some("10:00".into()))]);
        assert_eq!(changes[0].item["ForceStart"], true);
    }
}
