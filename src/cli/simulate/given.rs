//! A world that is given: schedule files over the instances and incidents of a world file.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::str::FromStr as _;

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

use super::files::{self, Files};
use super::{Arguments, day, ended, json, report};
use crate::cli::moment::Moment;
use crate::cli::{Error, ErrorKind, Format, HINT, source};
use crate::document::file::FileError;
use crate::document::{Defaults, plain};
use crate::model::Schedule;
use crate::simulation::file::{self, WorldFile};
use crate::simulation::{Case, check, missed, run as life};

/// The most cron ticks of a stretch: a year of ticks every five minutes.
const MOST_TICKS: i64 = 110_000;

/// Runs schedule files over a world.
pub(super) fn run(arguments: &Arguments, world: &Path) -> Result<(), Error> {
    let Given { case, zone, remarks } = read_all(arguments, world)?;
    let mut out = anstream::stderr().lock();
    for remark in remarks {
        // There is nobody left to tell if this fails.
        _ = writeln!(out, "{HINT}remark:{HINT:#} {remark}");
    }
    drop(out);
    live(&case, zone, arguments.format)
}

/// What the files and flags say.
pub(super) struct Given {
    pub(super) case: Case,
    zone: Tz,
    /// What is likely a slip.
    remarks: Vec<String>,
}

/// Reads the schedule files and the world file.
pub(super) fn read_all(arguments: &Arguments, world: &Path) -> Result<Given, Error> {
    let text = source::text(world)
        .map_err(|message| Error::new(ErrorKind::Input, format!("{}: {message}", world.display())))?;
    let defaults = source::defaults()?;
    let Files { sources, schedules, mut remarks } = files::read(&arguments.paths, world, defaults)?;
    let zones: BTreeSet<&str> = schedules.iter().map(|schedule| schedule.zone.name()).collect();
    let zone = zone(&schedules, &zones, defaults);
    let world_file = read(world, &text, zone, zones.len() > 1)?;
    if schedules.is_empty() && !world_file.has_schedules() {
        return Err(files::none(&arguments.paths, world));
    }
    let stretch = stretch(arguments, &world_file, zone)?;
    let seed = arguments.seed.or(world_file.seed).unwrap_or_default();
    let case = Case { defaults, ..world_file.clone().case(sources.into_tables(), stretch, seed) };
    remarks.extend(world_file.slips(&case, zone).iter().map(|slip| placed(world, slip)));
    Ok(Given { case, zone, remarks })
}

/// What is wrong with the world file, with its place in it.
fn placed(world: &Path, FileError { line, message }: &FileError) -> String {
    plain(&format!("{}:{line}: {message}", world.display()))
}

fn live(case: &Case, zone: Tz, format: Format) -> Result<(), Error> {
    let history = life::run(case);
    let violations = check::check(case, &history);
    let missed = missed::missed(case, &history);
    let text = match format {
        Format::Json => json::text(&history, &violations, &missed),
        Format::Text => {
            let head = report::head(case, zone);
            let end = report::end(&history, &violations, &missed, zone);
            format!("{head}\n{}\n{end}", day::text(history.iter(), zone))
        }
    };
    let mut out = anstream::stdout().lock();
    let printed = out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Error::from);
    let broken = (!violations.is_empty()).then(|| {
        let many = if violations.len() == 1 { "violation" } else { "violations" };
        Error::new(ErrorKind::Input, format!("{} {many} of the promises", violations.len()))
    });
    ended(printed, broken)
}

/// The zone of all schedules; UTC where they have several.
fn zone(schedules: &[Schedule], zones: &BTreeSet<&str>, defaults: Defaults) -> Tz {
    match schedules.first() {
        None => defaults.zone,
        Some(first) if zones.len() == 1 => first.zone,
        Some(_) => Tz::UTC,
    }
}

fn read(path: &Path, text: &str, zone: Tz, has_several: bool) -> Result<WorldFile, Error> {
    let read_time = |text: &str| match Moment::from_str(text) {
        Ok(Moment::At(at)) => Ok(at.with_timezone(&Utc)),
        Ok(_) if has_several => {
            Err("the schedules have several time zones; allowed: with an offset, such as `2026-11-23T09:00:00Z`"
                .to_owned())
        }
        Ok(local) => Ok(local.at(zone)),
        Err(error) => Err(error.to_string()),
    };
    file::read(text, &read_time).map_err(|faults| {
        let mut faults = faults.iter().map(|fault| placed(path, fault));
        let error = Error::new(ErrorKind::Input, faults.next().unwrap_or_default());
        faults.fold(error, Error::also).hint("`lamplighter simulate --help` lists what a world may hold")
    })
}

/// The stretch that is asked for, or else the world file's.
fn stretch(arguments: &Arguments, world: &WorldFile, zone: Tz) -> Result<(DateTime<Utc>, DateTime<Utc>), Error> {
    let missing = |flag: &str, attribute: &str| {
        let message = format!("`{flag} T` is missing");
        Error::new(ErrorKind::Usage, message).hint(format!("the world file may say it in `{attribute}`"))
    };
    let from = arguments.from.map(|from| from.at(zone)).or(world.from).ok_or_else(|| missing("--from", "From"))?;
    let to = arguments.to.map(|to| to.at(zone)).or(world.to).ok_or_else(|| missing("--to", "To"))?;
    let shown = |at: DateTime<Utc>| at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::AutoSi, true);
    if to <= from {
        let message = format!("the end ({}) is not after the beginning ({})", shown(to), shown(from));
        // It is the file's doing if no flag says otherwise.
        let has_flag = arguments.from.is_some() || arguments.to.is_some();
        let kind = if has_flag { ErrorKind::Usage } else { ErrorKind::Input };
        return Err(Error::new(kind, message));
    }
    if (to - from).num_seconds() / world.cron.num_seconds().max(1) > MOST_TICKS {
        let message = format!("from {} to {} are more than {MOST_TICKS} ticks", shown(from), shown(to));
        return Err(Error::new(ErrorKind::Input, message).hint("a longer `Cron` or a shorter stretch has fewer"));
    }
    Ok((from, to))
}
