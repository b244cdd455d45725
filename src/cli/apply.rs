//! `lamplighter apply`: writes schedule files into the tables, after showing what would change.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::live::{block_on, settings, unreachable};
use super::{Error, ErrorKind, Format};
use crate::document::{self, Change, Defaults, Tables, file};
use crate::live::Live;
use crate::model::Problem;
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
    let files = read(&arguments.path, settings.defaults)?;
    block_on(&settings, async |live| apply(arguments, live, &files).await)
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
    let scan = async |table| live.store.scan(table).await.map_err(|error| unreachable(&error));
    let tables = Tables {
        schedules: scan(Table::Schedule).await?,
        groups: scan(Table::ServerGroup).await?,
        exceptions: scan(Table::Exception).await?,
    };
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

/// Reads the files of a folder; every fault of every file is told.
fn read(path: &Path, defaults: Defaults) -> Result<Tables, Error> {
    let mut all = Tables::default();
    let mut faults = Vec::new();
    let today = crate::aws::SystemClock.now().date_naive();
    for path in paths(path)? {
        let name = path.display().to_string();
        let tables = match text(&path).and_then(|text| file::items(&text).map_err(|error| error.to_string())) {
            Ok(tables) => tables,
            Err(fault) => {
                faults.push(format!("{name}: {fault}"));
                continue;
            }
        };
        faults.extend(problems(&tables, defaults, today).iter().map(|problem| format!("{name}: {problem}")));
        all.schedules.extend(tables.schedules);
        all.groups.extend(tables.groups);
        all.exceptions.extend(tables.exceptions);
    }
    if faults.is_empty() {
        faults.extend(problems(&all, defaults, today).iter().map(Problem::to_string));
    }
    match faults.split_first() {
        None => Ok(all),
        Some((first, rest)) => {
            let all = rest.iter().fold(first.clone(), |all, fault| format!("{all}\n       {fault}"));
            Err(Error::new(ErrorKind::Input, all).hint("nothing was written"))
        }
    }
}

fn problems(tables: &Tables, defaults: Defaults, today: chrono::NaiveDate) -> Vec<Problem> {
    document::read(tables, defaults, today).1
}

fn text(path: &Path) -> Result<String, String> {
    let size = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > file::MAX_BYTES as u64 {
        return Err(file::FileError::TooLarge.to_string());
    }
    std::fs::read_to_string(path).map_err(|error| error.to_string())
}

/// The schedule files of a folder by name, or the one file.
fn paths(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let fault = |error: std::io::Error| Error::new(ErrorKind::Input, format!("{}: {error}", path.display()));
    if std::fs::metadata(path).map_err(fault)?.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(path).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        if path.extension().is_some_and(|end| ["yaml", "yml", "json"].iter().any(|known| end == *known)) {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        let message = format!("{}: holds no schedule file (`*.yaml`, `*.yml`, `*.json`)", path.display());
        return Err(Error::new(ErrorKind::Input, message));
    }
    Ok(paths)
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
fn confirm(what: &str) -> Result<bool, Error> {
    if !std::io::stdin().is_terminal() {
        let message = format!("there is no terminal to ask on whether to {what}; nothing was written");
        return Err(Error::new(ErrorKind::Input, message).hint("`--yes` goes ahead without asking"));
    }
    write!(anstream::stderr(), "{what}? [y/N] ")?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}
