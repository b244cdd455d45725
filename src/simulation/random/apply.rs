//! What the rows are after people have edited them.

use super::scene::key;
use crate::document::Tables;
use crate::ports::{Item, Table};
use crate::simulation::What;

/// Does to the rows what happens; whether it is about them. Extensions and flags are not.
pub(super) fn apply(tables: &mut Tables, what: &What) -> bool {
    let has = |row: &Item, key: &Item| key.iter().all(|(name, value)| row.get(name) == Some(value));
    match what {
        What::Writes { table, item } => {
            let Some((rows, names)) = rows(tables, *table) else { return false };
            let key = key(item, names);
            match rows.iter_mut().find(|row| has(row, &key)) {
                Some(row) => row.clone_from(item),
                None => rows.push(item.clone()),
            }
        }
        What::Edits { table, key, attribute, value } => {
            let Some((rows, _)) = rows(tables, *table) else { return false };
            for row in rows.iter_mut().filter(|row| has(row, key)) {
                match value {
                    Some(value) => _ = row.insert(attribute.clone(), value.clone()),
                    None => _ = row.remove(attribute),
                }
            }
        }
        What::Deletes { table, key } => {
            let Some((rows, _)) = rows(tables, *table) else { return false };
            rows.retain(|row| !has(row, key));
        }
        _ => return false,
    }
    true
}

/// The rows of a table, and the attributes of its key.
fn rows(tables: &mut Tables, table: Table) -> Option<(&mut Vec<Item>, &'static [&'static str])> {
    match table {
        Table::Schedule => Some((&mut tables.schedules, &["ScheduleName"])),
        Table::ServerGroup => Some((&mut tables.groups, &["ScheduleName", "GroupName"])),
        Table::Exception => Some((&mut tables.exceptions, &["ExceptionUuid"])),
        Table::Run => None,
    }
}
