//! `lamplighter holidays import`: the days off of a calendar file as exceptions of schedules.
//!
//! A calendar file becomes events (`content`, `moment`, `rule`, `calendar`), events become the days off of a zone
//! (`days`), and those become what has to be added to a schedule (`decide`): all pure. Adding it is left to `folder`,
//! which edits schedule files (`edit`), and to `tables`.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};

use super::{Error, ErrorKind, Format};
use crate::document::{self, Fault as FileFault};
use crate::engine::calendar::local_date;
use crate::model::{Schedule, ScheduleName};
use crate::ports::Item;
use calendar::Event;
use days::Range;
use decide::Decision;

mod calendar;
mod content;
mod days;
mod decide;
mod edit;
mod folder;
mod moment;
mod rule;
mod show;
#[cfg(feature = "live")]
mod tables;

/// Import holidays from a calendar file.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Import(Import),
}

/// Add the days off of a calendar file (RFC 5545, `.ics`) to schedules, as exceptions without a start.
///
/// A day off is a date that an event covers from midnight to midnight in the schedule's time zone; what covers a part of
/// it is left out, and said. Importing twice changes nothing. A date that has a start exception with a time is left
/// alone: somebody has decided that.
///
/// Dates that are over are left out unless --from says otherwise. Without --out the exceptions go into the tables: what
/// would be added is shown, and asked about.
#[derive(Debug, clap::Args)]
struct Import {
    /// The calendar: what `schedules/holidays/make.py` makes, an AWS Change Calendar, or any other.
    #[arg(value_name = "FILE.ics")]
    file: PathBuf,

    /// The schedule that gets the days off; may be repeated.
    #[arg(long = "schedule", value_name = "NAME", required_unless_present = "all")]
    schedules: Vec<String>,

    /// Every schedule gets them.
    #[arg(long, conflicts_with = "schedules")]
    all: bool,

    /// Edit the schedule files of this folder; their comments and layout stay.
    #[arg(long, value_name = "DIR", required = cfg!(not(feature = "live")))]
    out: Option<PathBuf>,

    /// The first date; by default today.
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,

    /// The last date; by default the last that the calendar holds. What is repeated for ever is followed to the end of
    /// the second year after today, or after the latest first date of an event if that is later.
    #[arg(long, value_name = "DATE")]
    to: Option<NaiveDate>,

    /// Write into the tables without asking.
    #[cfg(feature = "live")]
    #[arg(long, conflicts_with = "out")]
    yes: bool,

    /// How to print what is added.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What is wrong with a calendar file, and where; lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
struct Fault {
    line: usize,
    message: String,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<(), Error> {
    let Command::Import(import) = &arguments.command;
    if let (Some(from), Some(to)) = (import.from, import.to)
        && from > to
    {
        return Err(Error::new(
            ErrorKind::Usage,
            format!("`--from {from}` is after `--to {to}`: there is no date between"),
        ));
    }
    let read = read(&import.file)?;
    let events = calendar::events(&read).map_err(|fault| import.fault(&fault))?;
    let now = crate::clock::now();
    match &import.out {
        Some(out) => folder::import(import, &events, out, now),
        #[cfg(feature = "live")]
        None => tables::import(import, &events, now),
        #[cfg(not(feature = "live"))]
        None => {
            Err(Error::new(ErrorKind::Input, "this build knows no AWS: `--out DIR` names a folder of schedule files"))
        }
    }
}

impl Import {
    /// An error that points into the calendar file.
    fn fault(&self, fault: &Fault) -> Error {
        // It repeats what the file holds, which may be of any length and letters.
        let message = calendar::one_line(&fault.message, MOST_TOLD);
        Error::new(ErrorKind::Input, format!("{}:{}: {message}", self.file.display(), fault.line))
            .hint("nothing was written")
    }

    /// Decides for each schedule that is asked for, in the order of their names.
    fn decide(&self, events: &[Event], now: DateTime<Utc>, known: &Known<'_>) -> Result<Vec<Decision>, Error> {
        let mut decisions = Vec::new();
        for schedule in self.chosen(known)? {
            let range = Range { first: self.from, last: self.to, today: local_date(schedule.zone, now) };
            let days = days::days_off(events, schedule.zone, range).map_err(|fault| self.fault(&fault))?;
            decisions.push(decide::decide(schedule, days, known.exceptions));
        }
        Ok(decisions)
    }

    /// The schedules that are asked for; each of them has to be understood, for its time zone.
    fn chosen<'a>(&self, known: &Known<'a>) -> Result<Vec<&'a Schedule>, Error> {
        let told = |message: String| {
            let told = |error: Error, fault: &FileFault| error.hint(fault.to_string());
            known.faults.iter().take(MOST_HINTS).fold(Error::new(ErrorKind::Input, message), told)
        };
        if self.all {
            return match known.faults {
                [] => Ok(known.schedules.iter().collect()),
                _ => Err(told("not every schedule is understood, so none was changed".to_owned())),
            };
        }
        for name in &self.schedules {
            let is_it = |known: &&ScheduleName| known.as_str() == name.trim();
            if known.schedules.iter().any(|schedule| is_it(&&schedule.name)) {
                continue;
            }
            if known.names.iter().any(|known| is_it(&known)) {
                return Err(told(format!("`{name}` of {} is at fault: not even its time zone is sure", known.place)));
            }
            let near = document::nearest(name, known.names.iter().map(ScheduleName::as_str));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(told(format!("`{name}` is no schedule of {}{near}", known.place)));
        }
        let is_wanted = |schedule: &&Schedule| self.schedules.iter().any(|name| name.trim() == schedule.name.as_str());
        Ok(known.schedules.iter().filter(is_wanted).collect())
    }
}

/// How many characters of a fault are told.
const MOST_TOLD: usize = 400;

/// How many faults are told when a schedule is not found: it may be one of them.
const MOST_HINTS: usize = 5;

/// The schedules of a folder or of the tables.
struct Known<'a> {
    /// Where that is, for people.
    place: &'a str,
    /// The names of all, those that are at fault among them.
    names: &'a [ScheduleName],
    schedules: &'a [Schedule],
    faults: &'a [FileFault],
    exceptions: &'a [Item],
}

/// Reads a file, but not much more than is taken.
fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let fault = |error: std::io::Error| Error::new(ErrorKind::Input, format!("{}: {error}", path.display()));
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(fault)?;
    file.take(content::MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(fault)?;
    Ok(bytes)
}
