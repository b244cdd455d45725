//! `lamplighter plan`: what will happen in a stretch of time. Foretells from the timetables; looks at no instance.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use clap::ValueEnum;

use super::moment::Moment;
use super::{Error, ErrorKind, source};
use crate::document::{self, About, Defaults, Fault, Sources};
use crate::engine::calendar;
use crate::engine::forecast::{self, Forecast, Phase, Totals};
use crate::model::{Schedule, ScheduleName};

mod bar;
mod ics;
mod json;
mod svg;
mod text;
mod words;

/// Show what will happen in a stretch of time: starts, stops, warnings, days off, and how much of it is switched off.
///
/// T is a time such as `2026-11-23T09:00:00+09:00` (RFC 3339), a local time such as `2026-11-23T09:00`, or a date such as
/// `2026-11-23`: its midnight. Local times and dates are in the schedules' time zone if they all have the same one, else in
/// the default zone. `--from` is part of the stretch, `--to` is not.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Schedule files, or folders of them (`*.yaml`, `*.yml`, `*.json`); without a path the tables are read.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Where the stretch begins; by default today.
    #[arg(long, value_name = "T")]
    from: Option<Moment>,

    /// Where the stretch ends, itself not part of it; by default seven days after its beginning.
    #[arg(long, value_name = "T")]
    to: Option<Moment>,

    /// Only this schedule; may be given several times.
    #[arg(long = "schedule", value_name = "NAME")]
    schedules: Vec<String>,

    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    format: Output,
}

/// How a plan is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Output {
    /// For people: a row a day, coloured on a terminal.
    #[default]
    Text,
    /// For programs: one object.
    Json,
    /// For calendar programs: iCalendar, an event for each time of running.
    Ics,
    /// A picture of up to six weeks.
    Svg,
}

/// What is printed.
#[derive(Debug)]
struct Plan {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    /// In which the stretch is named.
    zone: Tz,
    /// By name.
    entries: Vec<Entry>,
    forecast: Forecast,
    problems: Vec<Fault>,
}

/// A schedule in the plan.
#[derive(Debug)]
struct Entry {
    schedule: Schedule,
    about: About,
    phases: Vec<Phase>,
    totals: Totals,
}

/// The longest stretch: ten years.
const MOST_DAYS: i64 = 3653;

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<(), Error> {
    let (sources, defaults) = source::load(&arguments.paths)?;
    let (plan, missing) = plan(arguments, sources, defaults)?;
    let printed = match arguments.format {
        Output::Text => text::print(&plan, text::Screen::of_stdout()),
        Output::Json => json::print(&plan),
        Output::Ics => ics::print(&plan),
        Output::Svg => svg::print(&plan).map_err(|error| {
            Error::new(ErrorKind::Input, error.to_string()).hint("`--format text` shows stretches of any length")
        })?,
    };
    let mut out = anstream::stdout().lock();
    out.write_all(printed.as_bytes())?;
    out.flush()?;
    if matches!(arguments.format, Output::Ics | Output::Svg) && !plan.problems.is_empty() {
        // The picture or calendar may go into a file: what is wrong is told beside it.
        anstream::stderr().lock().write_all(text::problems(&plan.problems).as_bytes())?;
    }
    missing.map_or(Ok(()), Err)
}

/// The plan, and what is missing from it.
fn plan(arguments: &Arguments, sources: Sources, defaults: Defaults) -> Result<(Plan, Option<Error>), Error> {
    let today = || Moment::Date(calendar::local_date(defaults.zone, crate::clock::now()));
    let beginning = arguments.from.unwrap_or_else(today);
    let (schedules, faults) = sources.read(defaults, beginning.date());
    let names = sources.schedule_names();
    let wanted: BTreeSet<&str> = arguments.schedules.iter().map(|name| name.trim()).collect();
    let missing = missing(&schedules, &names, sources.has_nameless_schedules(), &wanted)?;

    let zone = zone(&schedules, defaults);
    let (from, to) = stretch(beginning, arguments.to, zone)?;
    let is_wanted = |name: &str| wanted.is_empty() || wanted.contains(name);
    let schedules: Vec<Schedule> = schedules.into_iter().filter(|schedule| is_wanted(schedule.name.as_str())).collect();
    let of_wanted = |fault: &Fault| fault.problem.schedule.as_ref().is_none_or(|name| is_wanted(name.as_str()));
    let mut problems: Vec<Fault> = faults.into_iter().filter(of_wanted).collect();
    for schedule in &schedules {
        let told = forecast::contradictions(schedule, from, to).into_iter();
        problems.extend(told.map(|(date, problem)| sources.fault_of_date(schedule, date, problem)));
    }
    problems.sort();
    problems.dedup();
    let forecast = forecast::forecast(&schedules, from, to);
    let tables = sources.into_tables();
    let entry = |schedule: Schedule| {
        let phases = forecast::phases(&schedule, from, to);
        let about = document::about(&tables, &schedule.name);
        Entry { about, totals: Totals::of(&phases), phases, schedule }
    };
    let entries = schedules.into_iter().map(entry).collect();
    Ok((Plan { from, to, zone, entries, forecast, problems }, missing))
}

/// Says which schedules are not in the plan because they could not be understood.
///
/// Fails where a wanted one is not there at all.
fn missing(
    schedules: &[Schedule],
    names: &[ScheduleName],
    has_nameless: bool,
    wanted: &BTreeSet<&str>,
) -> Result<Option<Error>, Error> {
    let is_read = |name: &str| schedules.iter().any(|schedule| schedule.name.as_str() == name);
    let unknown = wanted.iter().find(|name| !names.iter().any(|known| known.as_str() == **name));
    if let Some(name) = unknown {
        let error = source::unknown_schedule(name, names);
        let unread =
            has_nameless.then_some("the name of a schedule could not be read: a plan without `--schedule` says why");
        return Err(unread.into_iter().fold(error, Error::hint));
    }
    let lost: BTreeSet<&str> = names.iter().map(ScheduleName::as_str).filter(|name| !is_read(name)).collect();
    let lost: Vec<&str> = lost.into_iter().filter(|name| wanted.is_empty() || wanted.contains(name)).collect();
    let is_whole = lost.is_empty() && (!has_nameless || !wanted.is_empty());
    if is_whole {
        return Ok(None);
    }
    let message = if lost.is_empty() {
        "what is in a file could not be read and is missing from the plan".to_owned()
    } else {
        format!("could not be understood and is missing from the plan: `{}`", lost.join("`, `"))
    };
    Ok(Some(Error::new(ErrorKind::Input, message)))
}

/// The zone of all schedules, if they have the same one.
fn zone(schedules: &[Schedule], defaults: Defaults) -> Tz {
    let zones: BTreeSet<&str> = schedules.iter().map(|schedule| schedule.zone.name()).collect();
    let first = schedules.first().filter(|_| zones.len() == 1);
    first.map_or(defaults.zone, |schedule| schedule.zone)
}

/// The stretch that is asked for.
fn stretch(beginning: Moment, end: Option<Moment>, zone: Tz) -> Result<(DateTime<Utc>, DateTime<Utc>), Error> {
    let from = beginning.at(zone);
    let to = end.map_or_else(|| beginning.a_week_later(zone), |to| to.at(zone));
    let shown = |at: DateTime<Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
    if to <= from {
        let message = format!("`--to` ({}) is not after `--from` ({})", shown(to), shown(from));
        return Err(
            Error::new(ErrorKind::Usage, message).hint("`--to` is not part of the stretch: for one day give the next")
        );
    }
    if to - from > Duration::days(MOST_DAYS) {
        let message = format!("from {} to {} is more than ten years", shown(from), shown(to));
        return Err(Error::new(ErrorKind::Input, message));
    }
    Ok((from, to))
}

#[cfg(test)]
mod tests;
