//! Exceptions into the tables of an account.

use std::io::Write as _;

use chrono::{DateTime, Utc};

use super::calendar::Event;
use super::{Import, Known, show};
use crate::cli::apply::confirm;
use crate::cli::live::{block_on, settings, unreachable};
use crate::cli::{Error, ErrorKind, Format};
use crate::document::{self, Defaults, Fault, Tables};
use crate::live::Live;
use crate::model::ScheduleName;
use crate::ports::{Item, Store as _, Table};

/// Adds the days off to the tables, after showing them and asking.
pub(super) fn import(import: &Import, events: &[Event], now: DateTime<Utc>) -> Result<(), Error> {
    let settings = settings()?;
    let defaults = settings.defaults;
    block_on(&settings, async |live| add(import, events, now, live, defaults).await)
}

async fn add(
    import: &Import,
    events: &[Event],
    now: DateTime<Utc>,
    live: &Live,
    defaults: Defaults,
) -> Result<(), Error> {
    let scan = async |table| live.store.scan(table).await.map_err(|error| unreachable(&error));
    let held = Tables {
        schedules: scan(Table::Schedule).await?,
        groups: scan(Table::ServerGroup).await?,
        exceptions: scan(Table::Exception).await?,
    };
    let (schedules, problems) = document::read(&held, defaults, now.date_naive());
    let fault = |problem| Fault { file: None, line: None, problem };
    // A fault that does not stop its schedule is no reason to refuse.
    let faults: Vec<Fault> = problems.into_iter().filter(|problem| problem.stops_schedule).map(fault).collect();
    let name = |item: &Item| ScheduleName::new(item.get("ScheduleName")?.as_str()?).ok();
    let names: Vec<ScheduleName> = held.schedules.iter().filter_map(name).collect();
    let known = Known {
        place: "the tables",
        names: &names,
        schedules: &schedules,
        faults: &faults,
        exceptions: &held.exceptions,
    };
    let decisions = import.decide(events, now, &known)?;
    show::show(&import.file, import.format, &decisions)?;
    let exceptions = decisions.into_iter().flat_map(|decision| decision.added).collect();
    let changes = document::difference(&Tables { exceptions, ..Tables::default() }, &held);
    let count = changes.len();
    let exceptions = if count == 1 { "1 exception".to_owned() } else { format!("{count} exceptions") };
    if changes.is_empty() || !(import.yes || confirm(&format!("write {exceptions}"))?) {
        return Ok(());
    }
    for (index, change) in changes.into_iter().enumerate() {
        let written = live.store.put(change.table, change.item).await;
        written.map_err(|error| match index {
            0 => unreachable(&error),
            _ => Error::new(ErrorKind::Partly, format!("{index} of {exceptions} are written: {error}"))
                .hint("run the command again: what is written already is not written twice"),
        })?;
    }
    if import.format == Format::Text {
        writeln!(anstream::stdout(), "wrote {exceptions}")?;
    }
    Ok(())
}
