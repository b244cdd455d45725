//! Exceptions into the schedule files of a folder.

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::Event;
use super::{Import, Known, edit, show};
use crate::cli::{Error, ErrorKind, source, write};
use crate::document::{Sources, file};
use crate::model::ScheduleName;

/// Adds the days off to the files that hold the schedules, after every one of them has been found fit.
pub(super) fn import(import: &Import, events: &[Event], out: &Path, now: DateTime<Utc>) -> Result<(), Error> {
    let files = source::of_path(out)?;
    let mut sources = Sources::default();
    let mut read: Vec<(PathBuf, String, Option<ScheduleName>)> = Vec::new();
    for path in files {
        let name = path.display().to_string();
        match source::text(&path) {
            Ok(text) => {
                sources.add(&name, &text);
                let name = schedule_of(&text);
                read.push((path, text, name));
            }
            Err(message) => sources.add_unreadable(&name, &message),
        }
    }
    let (schedules, mut faults) = sources.read(source::defaults()?, NaiveDate::MIN);
    // A fault of one exception is no reason to refuse others; a file that cannot be read may hold any schedule.
    faults.retain(|fault| fault.problem.stops_schedule || fault.problem.schedule.is_none());
    let names = sources.schedule_names();
    let tables = sources.into_tables();
    let place = out.display().to_string();
    let known =
        Known { place: &place, names: &names, schedules: &schedules, faults: &faults, exceptions: &tables.exceptions };
    let mut decisions = import.decide(events, now, &known)?;
    let mut edited = Vec::new();
    for decision in &mut decisions {
        let holder = read.iter().find(|(_, _, name)| name.as_ref() == Some(&decision.schedule));
        let Some((path, text, _)) = holder else { continue };
        let name = path.display().to_string();
        let new = edit::with_exceptions(text, &decision.added);
        let new =
            new.map_err(|error| Error::new(ErrorKind::Input, format!("{name}: {error}")).hint("nothing was written"))?;
        decision.file = Some(name);
        if new != *text {
            edited.push((path, new));
        }
    }
    for (index, (path, text)) in edited.iter().enumerate() {
        write::replace(path, text).map_err(|error| {
            let kind = if index == 0 { ErrorKind::Input } else { ErrorKind::Partly };
            let message = format!("{}: {error}; {index} of {} files are written", path.display(), edited.len());
            Error::new(kind, message).hint("run the command again: what is written already is not written twice")
        })?;
    }
    show::show(&import.file, import.format, &decisions)
}

/// The schedule that a file holds.
fn schedule_of(text: &str) -> Option<ScheduleName> {
    let items = file::items(text).ok()?.schedules;
    ScheduleName::new(items.first()?.get("ScheduleName")?.as_str()?).ok()
}
