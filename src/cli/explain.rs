//! `lamplighter explain`: why a schedule is as it is, and what comes next.

use std::io::Write as _;
use std::path::PathBuf;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::moment::Moment;
use super::{Error, ErrorKind, Format, source};
use crate::document::{Defaults, Fault};
use crate::engine::calendar;
use crate::engine::explain::{Change, Explanation, explain};
use crate::engine::forecast::is_followed;
use crate::model::{Action, Schedule, ScheduleName};

#[cfg(feature = "live")]
mod now;
mod words;

use words::Row;

/// Say why a schedule is as it is: the desired state, the rule and the item behind it, what waits on what, what is next.
///
/// From schedule files, or without a path from the tables; then also what is under way at this moment.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The schedule's name.
    #[arg(value_name = "SCHEDULE")]
    schedule: String,

    /// Schedule files, or folders of them (`*.yaml`, `*.yml`, `*.json`); without a path the tables are read.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The instant to explain: a time such as `2026-11-23T09:00:00+09:00`, or in the schedule's zone a local time such as
    /// `2026-11-23T09:00` or a date; default now.
    #[arg(long, value_name = "T")]
    at: Option<Moment>,

    /// How to print it.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What is known of the schedule beyond its timetable: rows for people, an object for programs.
#[derive(Debug, Default)]
struct Now {
    rows: Vec<Row>,
    object: Option<Value>,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<(), Error> {
    if arguments.paths.is_empty() {
        return from_tables(arguments);
    }
    let sources = source::files(&arguments.paths)?;
    let now = crate::clock::now();
    let defaults = source::defaults()?;
    let (schedules, faults) = source::read(&sources, defaults, today(arguments, defaults, now));
    let schedule = find(&arguments.schedule, schedules, &sources.schedule_names(), &faults)?;
    print(arguments, &schedule, &faults, now, Now::default())
}

#[cfg(feature = "live")]
fn from_tables(arguments: &Arguments) -> Result<(), Error> {
    now::run(arguments)
}

#[cfg(not(feature = "live"))]
fn from_tables(arguments: &Arguments) -> Result<(), Error> {
    source::load(&arguments.paths).map(|_| ())
}

/// The date from which exceptions are worth a word.
fn today(arguments: &Arguments, defaults: Defaults, now: DateTime<Utc>) -> chrono::NaiveDate {
    let at = arguments.at.map_or(now, |at| at.at(defaults.zone));
    calendar::local_date(defaults.zone, at)
}

/// The schedule of this name; `names` are all that there are, understood or not.
fn find(name: &str, schedules: Vec<Schedule>, names: &[ScheduleName], faults: &[Fault]) -> Result<Schedule, Error> {
    let name = name.trim();
    if let Some(schedule) = schedules.into_iter().find(|schedule| schedule.name.as_str() == name) {
        return Ok(schedule);
    }
    if names.iter().any(|known| known.as_str() == name) {
        let is_its = |fault: &&Fault| {
            fault.problem.stops_schedule && fault.problem.schedule.as_ref().is_some_and(|its| its.as_str() == name)
        };
        let error =
            Error::new(ErrorKind::Input, format!("`{name}` cannot be understood, so it is left exactly as it is"));
        return Err(faults.iter().filter(is_its).fold(error, |error, fault| error.hint(format!("correct {fault}"))));
    }
    Err(source::unknown_schedule(name, names))
}

fn print(
    arguments: &Arguments,
    schedule: &Schedule,
    faults: &[Fault],
    now: DateTime<Utc>,
    state: Now,
) -> Result<(), Error> {
    let at = arguments.at.map_or(now, |at| at.at(schedule.zone));
    let explanation = explain(schedule, at);
    let of_schedule = |fault: &&Fault| fault.problem.schedule.as_ref() == Some(&schedule.name);
    let faults: Vec<&Fault> = faults.iter().filter(of_schedule).collect();
    let mut out = anstream::stdout().lock();
    if arguments.format == Format::Json {
        let mut object = object(schedule, &explanation);
        if let (Some(object), Some(now)) = (object.as_object_mut(), state.object) {
            object.insert("now".to_owned(), now);
        }
        if let Some(object) = object.as_object_mut() {
            let problems = faults.iter().map(|fault| super::validate::listing(fault)).collect();
            object.insert("problems".to_owned(), Value::Array(problems));
        }
        writeln!(out, "{object}")?;
        return Ok(());
    }
    writeln!(out, "{}", words::headline(schedule, &explanation))?;
    writeln!(out)?;
    let mut rows = words::rows(schedule, &explanation);
    rows.extend(state.rows);
    words::write(&mut out, &rows)?;
    for fault in faults {
        writeln!(out, "problem  {fault}")?;
    }
    Ok(())
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The desired state in a word.
fn desired(explanation: &Explanation) -> &'static str {
    match explanation.last.as_ref().map(|last| last.transition.action) {
        Some(Action::Start) => "running",
        Some(Action::Stop) => "stopped",
        None => "unmanaged",
    }
}

/// The explanation for programs.
fn object(schedule: &Schedule, explanation: &Explanation) -> Value {
    let cause = |cause: &crate::engine::explain::Cause| {
        json!({
            "date": cause.date.to_string(),
            "local": cause.local.format("%Y-%m-%dT%H:%M").to_string(),
            "action": cause.action.as_str(),
            "item": words::item(schedule, cause),
            "attribute": words::attribute(schedule, cause),
            "rules": cause.rules(),
            "words": words::cause(schedule, cause),
        })
    };
    let change = |change: &Change| {
        json!({
            "at": instant(change.transition.at),
            "action": change.transition.action.as_str(),
            "causes": change.causes.iter().map(cause).collect::<Vec<_>>(),
        })
    };
    let idle: Vec<Value> = explanation
        .idle
        .iter()
        .map(|idle| json!({"at": instant(idle.at), "rule": idle.rule(), "cause": cause(&idle.cause)}))
        .collect();
    let warning = explanation.warning.map(|(at, stop_at)| json!({"at": instant(at), "stop_at": instant(stop_at)}));
    let groups: Vec<Value> = words::groups(schedule)
        .into_iter()
        .map(|(name, after, before)| json!({"group": name.as_str(), "starts_after": after, "stops_after": before}))
        .collect();
    json!({
        "schedule": schedule.name.as_str(),
        "at": instant(explanation.at),
        "zone": schedule.zone.name(),
        "desired": desired(explanation),
        "is_followed": is_followed(schedule),
        "notes": words::notes(schedule).iter().map(|(_, text, rule)| json!({"words": text, "rule": rule})).collect::<Vec<_>>(),
        "last": explanation.last.as_ref().map(change),
        "same_since": explanation.same_since.map(instant),
        "next": explanation.next.iter().map(change).collect::<Vec<_>>(),
        "warning": warning,
        "date": {"date": explanation.day.date.to_string(), "words": words::day(schedule, &explanation.day)},
        "without_effect": idle,
        "groups": groups,
    })
}
