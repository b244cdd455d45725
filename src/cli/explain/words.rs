//! The words of an explanation.

use std::io::Write;

use chrono::{DateTime, NaiveDate, Utc};

use super::desired;
use crate::cli::{BOLD, Error, FAINT};
use crate::engine::calendar::ClockChange;
use crate::engine::explain::{Cause, Change, Day, Explanation};
use crate::engine::forecast::is_followed;
use crate::model::{Action, Exception, GroupName, Mode, Schedule, ServerGroup, Timetable};

/// A row: what it is about, when, what happens, why, and the rules.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) when: String,
    pub(super) what: String,
    pub(super) why: String,
    pub(super) rules: String,
}

/// What is wanted at the instant, for the first line.
pub(super) fn headline(schedule: &Schedule, explanation: &Explanation) -> String {
    let state = match desired(explanation) {
        "running" => "should be on",
        "stopped" => "should be off",
        _ => "is not managed yet",
    };
    let state = if is_followed(schedule) { state } else { "is left alone" };
    let order = match schedule.force.filter(|_| schedule.mode != Mode::Off) {
        Some(order) => format!(" by the timetable, and is ordered to {}", order.as_str()),
        None => String::new(),
    };
    let (at, zone, name) = (time(schedule, explanation.at), schedule.zone.name(), &schedule.name);
    format!("{at} ({zone}): {BOLD}{name}{BOLD:#} {state}{order}")
}

/// All rows of an explanation but those of what is under way.
pub(super) fn rows(schedule: &Schedule, explanation: &Explanation) -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, why, rules) in notes(schedule) {
        rows.push(Row { name, why, rules: rules.to_owned(), ..Row::default() });
    }
    match &explanation.last {
        Some(last) => {
            let mut since = change(schedule, "since", last, "T7");
            if let (Some(at), Some(first)) = (explanation.same_since, since.first_mut()) {
                let state = if last.transition.action == Action::Start { "on" } else { "off" };
                first.why += &format!(" ({state} since {})", time(schedule, at));
            }
            rows.extend(since);
        }
        None if !is_followed(schedule) => {}
        None => rows.push(Row {
            name: "since",
            why: "no start or stop lies before: nothing is wanted until the first".to_owned(),
            rules: "T7".to_owned(),
            ..Row::default()
        }),
    }
    rows.push(Row {
        name: "date",
        when: date(explanation.day.date),
        why: day(schedule, &explanation.day),
        ..Row::default()
    });
    for idle in &explanation.idle {
        let what = if idle.cause.is_alone { "changes nothing" } else { "changes nothing, the windows are one" };
        rows.push(Row {
            name: "passed over",
            when: time(schedule, idle.at),
            what: idle.cause.action.as_str().to_owned(),
            why: format!("{}; {what}", cause(schedule, &idle.cause)),
            rules: idle.rule().to_owned(),
        });
    }
    for (name, next) in ["next", "then"].into_iter().zip(&explanation.next) {
        rows.extend(change(schedule, name, next, ""));
    }
    if explanation.next.is_empty() {
        let why = if is_followed(schedule) { "no start or stop lies ahead" } else { "the timetable is not followed" };
        rows.push(Row { name: "next", why: format!("nothing: {why}"), ..Row::default() });
    }
    if let Some((at, stop_at)) = explanation.warning {
        rows.push(Row {
            name: "warning",
            when: time(schedule, at),
            why: format!("of the stop at {}, if anything would be stopped", time(schedule, stop_at)),
            rules: "T10".to_owned(),
            ..Row::default()
        });
    }
    rows.extend(groups(schedule).into_iter().map(|(name, after, before)| order(name, &after, &before)));
    rows
}

fn order(name: &GroupName, after: &[&str], before: &[&str]) -> Row {
    let verb = |names: &[&str], one: &'static str, several: &'static str| if names.len() == 1 { one } else { several };
    let start = match after {
        [] => "starts at once".to_owned(),
        names => format!("starts when {} {} ready", names.join(", "), verb(names, "is", "are")),
    };
    let stop = match before {
        [] => "stops at once".to_owned(),
        names => format!("stops when {} {} stopped", names.join(", "), verb(names, "has", "have")),
    };
    Row {
        name: "order",
        when: name.to_string(),
        why: format!("{start}; {stop}"),
        rules: "O1 O2".to_owned(),
        ..Row::default()
    }
}

/// Each group with those that it waits for at a start, and at a stop; what others need comes first.
pub(super) fn groups(schedule: &Schedule) -> Vec<(&GroupName, Vec<&str>, Vec<&str>)> {
    let mut left: Vec<&ServerGroup> = schedule.groups.iter().collect();
    let mut ordered: Vec<&ServerGroup> = Vec::new();
    while !left.is_empty() {
        let is_next = |group: &&ServerGroup| {
            group.dependencies.iter().all(|name| ordered.iter().any(|other| other.name == *name))
        };
        let (next, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(is_next);
        // There are no cycles, so there always is a next one.
        if next.is_empty() {
            break;
        }
        ordered.extend(next);
        left = rest;
    }
    let names = |group: &ServerGroup| {
        let dependents = schedule.groups.iter().filter(|other| other.dependencies.contains(&group.name));
        dependents.map(|other| other.name.as_str()).collect()
    };
    let row = |group: &'_ &ServerGroup| names(group);
    ordered
        .iter()
        .map(|group| (&group.name, group.dependencies.iter().map(GroupName::as_str).collect(), row(group)))
        .collect()
}

/// What stands above the timetable.
pub(super) fn notes(schedule: &Schedule) -> Vec<(&'static str, String, &'static str)> {
    let mut notes = Vec::new();
    match schedule.mode {
        Mode::Act => {}
        Mode::Notify => {
            notes.push(("mode", "`Mode` is `notify`: it is said what would be done, and nothing is done", ""));
        }
        Mode::Off => notes.push(("mode", "`Mode` is `off`: nothing is done", "")),
    }
    if !schedule.enabled {
        notes.push(("mode", "`Enabled` is false: only force start and force stop act", ""));
    }
    if schedule.enforce {
        notes.push(("mode", "`Enforce` is true: what people start or stop by hand is undone", "T9"));
    }
    match schedule.force {
        Some(Action::Start) => {
            notes.push(("order", "`ForceStart` is true: everything is started now, until the next stop", "T11"));
        }
        Some(Action::Stop) => notes.push(("order", "`ForceStop` is true: everything is stopped now", "T11")),
        None => {}
    }
    notes.into_iter().map(|(name, text, rule)| (name, text.to_owned(), rule)).collect()
}

fn change(schedule: &Schedule, name: &'static str, change: &Change, rule: &str) -> Vec<Row> {
    let at = change.transition.at;
    let action = change.transition.action.as_str().to_owned();
    let mut rows: Vec<Row> = change
        .causes
        .iter()
        .map(|found| Row { why: cause(schedule, found), rules: found.rules().join(" "), ..Row::default() })
        .collect();
    if rows.is_empty() {
        rows.push(Row::default());
    }
    if let Some(first) = rows.first_mut() {
        let rules = format!("{rule} {}", first.rules);
        *first = Row {
            name,
            when: time(schedule, at),
            what: action,
            rules: rules.trim().to_owned(),
            why: first.why.clone(),
        };
    }
    rows
}

/// The item behind a start or stop.
pub(super) fn item(schedule: &Schedule, cause: &Cause) -> String {
    match &cause.exception {
        Some(exception) => format!("ScheduleException {}", exception.id),
        None => format!("Schedule {}", schedule.name),
    }
}

/// The attribute behind a start or stop.
pub(super) fn attribute(schedule: &Schedule, cause: &Cause) -> String {
    let name = match cause.action {
        Action::Start => "StartTime",
        Action::Stop => "StopTime",
    };
    match (&schedule.timetable, cause.period) {
        (_, None) => "ExceptionValue".to_owned(),
        (Timetable::Daily(_), Some(_)) => name.to_owned(),
        (Timetable::Periods(_), Some(index)) => format!("Periods[{index}].{name}"),
    }
}

/// The time of a start or stop as it stands in the timetable, where it may be past 24:00.
fn written(schedule: &Schedule, cause: &Cause) -> String {
    let period = cause.period.and_then(|index| schedule.timetable.periods().get(index));
    let value = period.and_then(|period| match cause.action {
        Action::Start => period.local_start(),
        Action::Stop => period.local_stop(),
    });
    value.map_or_else(|| cause.local.format("%H:%M").to_string(), |value| value.to_string())
}

/// Where a start or stop comes from.
pub(super) fn cause(schedule: &Schedule, cause: &Cause) -> String {
    let clock = cause.local.format("%H:%M");
    let mut words = match &cause.exception {
        Some(exception) => format!("exception {}", exception_words(exception)),
        None => format!("`{}` {}", attribute(schedule, cause), written(schedule, cause)),
    };
    words += &format!(" of {}", date(cause.date));
    if cause.exception.is_none() && cause.is_extra {
        words += ", which an exception makes active";
    }
    words += match (cause.local.date() - cause.date).num_days() {
        0 => "",
        1 => ", on the next day",
        _ => ", two days later",
    };
    match (cause.is_alone, cause.action) {
        (false, _) => {}
        (true, Action::Start) => words += ", without a stop",
        (true, Action::Stop) => words += ", without a start",
    }
    match cause.clock_change {
        ClockChange::None => {}
        ClockChange::Gap => words += &format!("; {clock} does not exist there, the clocks go forward"),
        ClockChange::Fold => words += &format!("; {clock} comes twice there, the first counts"),
    }
    words
}

/// What a local date gives.
pub(super) fn day(schedule: &Schedule, day: &Day) -> String {
    let covered = match (&schedule.timetable, day.periods.as_slice()) {
        (Timetable::Daily(_), []) => "`DaysActive` does not cover it".to_owned(),
        (Timetable::Daily(_), _) => "`DaysActive` covers it".to_owned(),
        (Timetable::Periods(_), []) => "no period covers it".to_owned(),
        (Timetable::Periods(_), periods) => {
            let names: Vec<String> = periods.iter().map(|index| format!("`Periods[{index}]`")).collect();
            let verb = if names.len() == 1 { "covers" } else { "cover" };
            format!("{} {verb} it", names.join(", "))
        }
    };
    let exceptions: Vec<String> = day.exceptions.iter().map(exception_words).collect();
    let exceptions = match exceptions.as_slice() {
        [] => "no exception".to_owned(),
        [one] => format!("exception {one}"),
        several => format!("exceptions {}", several.join(", ")),
    };
    let void = if day.local_day.is_void { "; no time is left between start and stop" } else { "" };
    format!("{covered}; {exceptions}{void}")
}

fn exception_words(exception: &Exception) -> String {
    let value = exception.local_time.map_or_else(|| "None".to_owned(), |value| value.to_string());
    let notes: Vec<&str> =
        [&exception.reason, &exception.created_by].into_iter().flatten().map(String::as_str).collect();
    let notes = if notes.is_empty() {
        String::new()
    } else {
        format!(" ({})", notes.join(", ").replace(char::is_control, " "))
    };
    format!("`{} {value}`{notes}", exception.kind.as_str())
}

fn date(date: NaiveDate) -> String {
    date.format("%a %Y-%m-%d").to_string()
}

pub(super) fn time(schedule: &Schedule, at: DateTime<Utc>) -> String {
    at.with_timezone(&schedule.zone).format("%a %Y-%m-%d %H:%M").to_string()
}

/// Writes rows in columns; a name is written once for the rows that share it.
pub(super) fn write(out: &mut impl Write, rows: &[Row]) -> Result<(), Error> {
    let width = |cell: fn(&Row) -> &str| rows.iter().map(|row| cell(row).chars().count()).max().unwrap_or_default();
    let (names, whens, whats) = (width(|row| row.name), width(|row| &row.when), width(|row| &row.what));
    let mut last = "";
    for row in rows {
        let name = if row.name == last { "" } else { row.name };
        last = row.name;
        let Row { when, what, why, rules, .. } = row;
        write!(out, "{BOLD}{name:names$}{BOLD:#}  {when:whens$}  {what:whats$}  {why}")?;
        if rules.is_empty() {
            writeln!(out)?;
        } else {
            writeln!(out, "  {FAINT}[{rules}]{FAINT:#}")?;
        }
    }
    Ok(())
}
