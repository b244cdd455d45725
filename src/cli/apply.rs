//! `lamplighter apply`: writes schedule files into the tables, after showing what would change.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::live::{self, block_on, settings, unreachable};
use super::{Error, ErrorKind, Format, source};
use crate::aws::SystemClock;
use crate::document::{self, Change, Defaults, Tables};
use crate::live::Live;
use crate::ports::{Clock as _, Item, Store as _, Table};

/// Write the schedule files of a folder into the tables; shows what would change and asks first.
///
/// Items that are in the tables only are left alone, and so are `ForceStart` and `ForceStop` of schedules that are there.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A folder of schedule files (`*.yaml`, `*.yml`, `*.json`), or one file.
    #[arg(value_name = "DIR")]
    path: PathBuf,

    /// Write without asking.
    #[arg(long)]
    yes: bool,

    /// Make the tables that are missing.
    #[arg(long)]
    create_tables: bool,

    /// How to print the changes.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<(), Error> {
    let settings = settings()?;
    let files = faultless(&arguments.path, settings.defaults)?;
    block_on(&settings, async |live| apply(arguments, live, &files).await)
}

/// The items of the files; a single fault is enough to write none of them.
fn faultless(path: &Path, defaults: Defaults) -> Result<Tables, Error> {
    let sources = source::files(&[path.to_owned()])?;
    let faults = source::read(&sources, defaults, SystemClock.now().date_naive()).1;
    match faults.split_first() {
        None => Ok(sources.into_tables()),
        Some((first, rest)) => {
            let all = rest.iter().fold(first.to_string(), |all, fault| format!("{all}\n       {fault}"));
            Err(Error::new(ErrorKind::Input, all).hint("nothing was written"))
        }
    }
}

async fn apply(arguments: &Arguments, live: &Live, files: &Tables) -> Result<(), Error> {
    let mut out = anstream::stdout();
    if arguments.create_tables && (arguments.yes || confirm("make the tables that are missing")?) {
        for table in live.store.create_tables().await.map_err(|error| unreachable(&error))? {
            if arguments.format == Format::Text {
                writeln!(out, "made table {table}")?;
            }
        }
    }
    let tables = live::tables(live).await?;
    let changes = document::difference(files, &tables);
    match arguments.format {
        Format::Text => show(&changes, &document::only_in_tables(files, &tables))?,
        Format::Json => writeln!(out, "{}", listing(&changes))?,
    }
    refuse_lost_groups(live, files, &tables).await?;
    if changes.is_empty() || !(arguments.yes || confirm(&format!("write {}", items(changes.len())))?) {
        return Ok(());
    }
    for (index, change) in changes.iter().enumerate() {
        let written = live.store.put(change.table, change.item.clone()).await;
        written.map_err(|error| match index {
            0 => unreachable(&error),
            _ => Error::new(ErrorKind::Partly, format!("{index} of {} items are written: {error}", changes.len()))
                .hint("run the command again: what is written already is not written twice"),
        })?;
    }
    if arguments.format == Format::Text {
        writeln!(out, "wrote {}", items(changes.len()))?;
    }
    Ok(())
}

/// In a table keyed by `GroupName` alone, as the predecessor's, a group would replace another schedule's of its name.
async fn refuse_lost_groups(live: &Live, files: &Tables, tables: &Tables) -> Result<(), Error> {
    let text = |item: &Item, name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let all = || files.groups.iter().chain(&tables.groups);
    let lost = files.groups.iter().find_map(|item| {
        let is_rival = |other: &&Item| {
            text(other, "GroupName") == text(item, "GroupName")
                && text(other, "ScheduleName") != text(item, "ScheduleName")
        };
        all().find(is_rival).map(|other| (item, other))
    });
    let Some((item, other)) = lost else { return Ok(()) };
    let keys = live.store.key_of(Table::ServerGroup).await.map_err(|error| unreachable(&error))?;
    if keys.len() > 1 {
        return Ok(());
    }
    let name = |item: &Item| format!("{}/{}", text(item, "ScheduleName"), text(item, "GroupName"));
    let message =
        format!("group `{}` would replace `{}`: the table is keyed by `GroupName` alone", name(item), name(other));
    Err(Error::new(ErrorKind::Input, message)
        .hint("give the group a name of its own, or use a table keyed by `ScheduleName` and `GroupName`"))
}

fn items(count: usize) -> String {
    if count == 1 { "1 item".to_owned() } else { format!("{count} items") }
}

fn table_name(table: Table) -> &'static str {
    match table {
        Table::Schedule => "schedule",
        Table::ServerGroup => "group",
        Table::Exception => "exception",
        Table::Run => "run",
    }
}

fn show(changes: &[Change], left_alone: &[(Table, String)]) -> Result<(), Error> {
    let mut out = anstream::stdout().lock();
    if changes.is_empty() {
        writeln!(out, "nothing to change: the tables hold what the files say")?;
    }
    for (table, name) in left_alone {
        writeln!(out, "= {:9} {name}: in the table only, left alone", table_name(*table))?;
    }
    let value = |value: &Option<Value>| match value {
        None => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    let green = anstyle::AnsiColor::Green.on_default();
    let yellow = anstyle::AnsiColor::Yellow.on_default();
    for change in changes {
        let (sign, style) = if change.is_new { ("+", green) } else { ("~", yellow) };
        writeln!(out, "{style}{sign}{style:#} {:9} {}", table_name(change.table), change.name)?;
        for (attribute, before, after) in change.attributes.iter().filter(|_| !change.is_new) {
            writeln!(out, "              {attribute}: {} -> {}", value(before), value(after))?;
        }
    }
    Ok(())
}

fn listing(changes: &[Change]) -> Value {
    let attributes = |change: &Change| -> BTreeMap<String, Value> {
        let pairs = change.attributes.iter();
        pairs.map(|(name, before, after)| (name.clone(), json!({"before": before, "after": after}))).collect()
    };
    let change = |change: &Change| {
        let kind = if change.is_new { "new" } else { "changed" };
        json!({"table": table_name(change.table), "item": change.name, "change": kind, "attributes": attributes(change)})
    };
    json!({"changes": changes.iter().map(change).collect::<Vec<_>>()})
}

/// Asks on a terminal; elsewhere nobody could answer.
pub(super) fn confirm(what: &str) -> Result<bool, Error> {
    if !std::io::stdin().is_terminal() {
        let message = format!("there is no terminal to ask on whether to {what}; nothing was written");
        return Err(Error::new(ErrorKind::Input, message).hint("`--yes` goes ahead without asking"));
    }
    write!(anstream::stderr(), "{what}? [y/N] ")?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}
