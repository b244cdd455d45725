//! From timetable and exceptions to transitions: rules T1 to T7.
//!
//! Each local date gives at most one window, or a start or stop alone; windows that overlap or touch are one. What
//! happens on a date shows within four days of it, so every answer needs a few dates before the stretch asked for.

use std::collections::BTreeMap;

use chrono::offset::LocalResult;
use chrono::{DateTime, Days, Duration, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, TimeZone as _, Utc};
use chrono_tz::Tz;

use crate::model::{Action, ClockValue, Exception, ExceptionKind, Problem, Schedule, Source};

/// An instant at which the wanted state changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transition {
    /// When.
    pub at: DateTime<Utc>,
    /// To running or to stopped.
    pub action: Action,
}

/// How far a date reaches: a start at 47:59 with a stop "on the next day" ends before the fourth day after it.
const REACH_DAYS: u64 = 4;

/// How far back or ahead a transition is looked for, in days: the pattern of a week, then that of a year.
const HORIZON_DAYS: [u64; 2] = [8, 400];

/// The first date of all: a window without end begins here, so that its start does not move from day to day.
const FIRST_DATE: Option<NaiveDate> = NaiveDate::from_ymd_opt(2000, 1, 1);

/// Turns a local time of a zone into its instant by the rule called "compatible" (RFC 5545, Temporal, jiff): a time in a
/// gap moves forward by the gap's length, of a time that comes twice the first is taken (rule T6).
///
/// The only place where local time becomes an instant.
#[must_use]
pub fn instant(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) => at.with_timezone(&Utc),
        LocalResult::Ambiguous(one, other) => one.min(other).with_timezone(&Utc),
        LocalResult::None => {
            // In a gap: the offset that held before it. A day before the local time, read as UTC, is before the gap in
            // every zone (offsets stay within 14 hours) and after the change of the clock that came before it.
            let day_before = local.checked_sub_signed(Duration::days(1)).unwrap_or(local);
            let offset = zone.offset_from_utc_datetime(&day_before).fix();
            Utc.from_utc_datetime(&local.checked_sub_offset(offset).unwrap_or(local))
        }
    }
}

/// The local date of an instant.
#[must_use]
pub fn local_date(zone: Tz, at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

/// The transitions within `[from, to)`, by time.
#[must_use]
pub fn transitions(schedule: &Schedule, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Transition> {
    let first = back(local_date(schedule.zone, from), REACH_DAYS + 1);
    let last = ahead(local_date(schedule.zone, to), 1);
    let mut found = of_dates(schedule, first, last);
    found.retain(|transition| from <= transition.at && transition.at < to);
    found
}

/// The last transition at or before `at`: it decides the desired state (rule T7).
///
/// A timetable without a pause counts as started on 2000-01-01.
#[must_use]
pub fn last_transition(schedule: &Schedule, at: DateTime<Utc>) -> Option<Transition> {
    let today = local_date(schedule.zone, at);
    let last_since = |first| of_dates(schedule, first, ahead(today, 1)).into_iter().rfind(|found| found.at <= at);
    for days in HORIZON_DAYS {
        // The first dates of a stretch may continue a window from before it: what they give is not taken yet.
        let sure_at = instant(schedule.zone, back(today, days).and_time(NaiveTime::MIN));
        let found = last_since(back(today, days + REACH_DAYS + 1)).filter(|found| found.at >= sure_at);
        if found.is_some() {
            return found;
        }
    }
    last_since(FIRST_DATE.unwrap_or(today))
}

/// The first transition after `after`, of one kind if `action` says so.
#[must_use]
pub fn next_transition(schedule: &Schedule, after: DateTime<Utc>, action: Option<Action>) -> Option<Transition> {
    let today = local_date(schedule.zone, after);
    HORIZON_DAYS.into_iter().find_map(|days| {
        of_dates(schedule, back(today, REACH_DAYS + 1), ahead(today, days))
            .into_iter()
            // Near the far end a window may still go on on the next date.
            .filter(|transition| local_date(schedule.zone, transition.at) < ahead(today, days))
            .find(|transition| transition.at > after && action.is_none_or(|action| action == transition.action))
    })
}

/// What a date gives, in local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LocalDay {
    /// When its window, or a start alone, begins.
    pub start: Option<NaiveDateTime>,
    /// When its window ends, or a stop alone comes.
    pub stop: Option<NaiveDateTime>,
    /// Exceptions have left no time between its start and its stop: it has no window, which is reported (rule T3).
    pub is_void: bool,
}

/// The window, start or stop that begins on a local date: rules T2 and T3.
#[must_use]
pub fn local_day(schedule: &Schedule, date: NaiveDate) -> LocalDay {
    let period = schedule.timetable.period();
    let is_active = period.covers(date);
    let exceptions = schedule.exceptions.get(&date).map_or(&[][..], Vec::as_slice);
    let changed_start = start_exception(exceptions);
    let start = match changed_start {
        Some(change) => change.value(),
        None => period.local_start().filter(|_| is_active),
    };
    // A start exception with a time makes an inactive date active.
    let has_stop = is_active || changed_start.is_some_and(|change| change != Change::Removed);
    let stop = match stop_exception(exceptions, start) {
        Some(change) => change.value(),
        None => period.local_stop().filter(|_| has_stop),
    };
    let (Some(start_value), Some(stop_value)) = (start, stop) else {
        return LocalDay {
            start: start.and_then(|value| on(date, value.minutes())),
            stop: stop.and_then(|value| on(date, value.minutes())),
            is_void: false,
        };
    };
    let stop_minutes = stop_minutes(Some(start_value), stop_value);
    if stop_minutes <= start_value.minutes() {
        return LocalDay { is_void: true, ..LocalDay::default() };
    }
    LocalDay { start: on(date, start_value.minutes()), stop: on(date, stop_minutes), is_void: false }
}

/// What exceptions make of a date's start or stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    To(ClockValue),
    Removed,
}

impl Change {
    fn value(self) -> Option<ClockValue> {
        match self {
            Self::To(value) => Some(value),
            Self::Removed => None,
        }
    }
}

/// Of several start exceptions of a date the earliest; "no start" gives way to a time.
fn start_exception(exceptions: &[Exception]) -> Option<Change> {
    let starts = || exceptions.iter().filter(|exception| exception.kind == ExceptionKind::Start);
    let earliest = starts().filter_map(|exception| exception.local_time).min();
    starts().next().map(|_| earliest.map_or(Change::Removed, Change::To))
}

/// Of several stop exceptions of a date the latest; "no stop" is the latest of all.
fn stop_exception(exceptions: &[Exception], start: Option<ClockValue>) -> Option<Change> {
    let stops = || exceptions.iter().filter(|exception| exception.kind == ExceptionKind::Stop);
    if stops().any(|exception| exception.local_time.is_none()) {
        return Some(Change::Removed);
    }
    let values = stops().filter_map(|exception| exception.local_time);
    values.max_by_key(|stop| stop_minutes(start, *stop)).map(Change::To)
}

/// Minutes from the date's midnight to its stop: a stop that is not later than the start is on the next day (rule T2).
fn stop_minutes(start: Option<ClockValue>, stop: ClockValue) -> i64 {
    match start {
        Some(start) if stop < start => stop.minutes() + 24 * 60,
        _ => stop.minutes(),
    }
}

/// The transitions that the dates from `first` to `last` give.
fn of_dates(schedule: &Schedule, first: NaiveDate, last: NaiveDate) -> Vec<Transition> {
    let mut windows: Vec<(DateTime<Utc>, DateTime<Utc>)> = Vec::new();
    let mut alone: Vec<Transition> = Vec::new();
    for date in first.iter_days().take_while(|date| *date <= last) {
        let day = local_day(schedule, date);
        let at = |local: NaiveDateTime| instant(schedule.zone, local);
        match (day.start.map(at), day.stop.map(at)) {
            (Some(start_at), Some(stop_at)) if start_at < stop_at => windows.push((start_at, stop_at)),
            (Some(_), Some(_)) | (None, None) => {}
            (Some(at), None) => alone.push(Transition { at, action: Action::Start }),
            (None, Some(at)) => alone.push(Transition { at, action: Action::Stop }),
        }
    }
    let windows = merge(windows);
    alone.retain(|transition| !is_inside(&windows, transition.at));
    // Where a start and a stop fall on one instant, the start stands (rule T5): in doubt, keep running.
    let mut by_time: BTreeMap<DateTime<Utc>, Action> = BTreeMap::new();
    let ends = windows.iter().map(|(_, stop_at)| (*stop_at, Action::Stop));
    let stops = alone.iter().filter(|lone| lone.action == Action::Stop).map(|lone| (lone.at, lone.action));
    let starts = alone.iter().filter(|lone| lone.action == Action::Start).map(|lone| (lone.at, lone.action));
    let begins = windows.iter().map(|(start_at, _)| (*start_at, Action::Start));
    by_time.extend(ends.chain(stops).chain(starts).chain(begins));
    by_time.into_iter().map(|(at, action)| Transition { at, action }).collect()
}

/// Makes windows that overlap or touch one (rule T4).
fn merge(mut windows: Vec<(DateTime<Utc>, DateTime<Utc>)>) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    windows.sort_unstable();
    let mut merged: Vec<(DateTime<Utc>, DateTime<Utc>)> = Vec::with_capacity(windows.len());
    for (start_at, stop_at) in windows {
        match merged.last_mut() {
            Some((_, end_at)) if start_at <= *end_at => *end_at = stop_at.max(*end_at),
            _ => merged.push((start_at, stop_at)),
        }
    }
    merged
}

/// Whether an instant lies in one of the windows, which are half-open and sorted.
fn is_inside(windows: &[(DateTime<Utc>, DateTime<Utc>)], at: DateTime<Utc>) -> bool {
    let begun = windows.partition_point(|(start_at, _)| *start_at <= at);
    begun.checked_sub(1).and_then(|index| windows.get(index)).is_some_and(|(_, stop_at)| at < *stop_at)
}

fn back(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN)
}

fn ahead(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}

fn on(date: NaiveDate, minutes: i64) -> Option<NaiveDateTime> {
    date.and_time(NaiveTime::MIN).checked_add_signed(Duration::minutes(minutes))
}

/// Exceptions that contradict one another, from `since` on: told, and settled in favour of running (rule T3).
#[must_use]
pub fn contradictions(schedule: &Schedule, since: NaiveDate) -> Vec<Problem> {
    let problem = |date: NaiveDate, message: String| Problem {
        source: Source::Tables,
        schedule: Some(schedule.name.clone()),
        item: format!("ScheduleException {date} of {}", schedule.name),
        attribute: String::new(),
        holds: None,
        message,
        stops_schedule: false,
    };
    let mut problems = Vec::new();
    for (date, exceptions) in schedule.exceptions.range(since..) {
        for (kind, wins) in [(ExceptionKind::Start, "the earliest"), (ExceptionKind::Stop, "the latest")] {
            let count = exceptions.iter().filter(|exception| exception.kind == kind).count();
            if count > 1 {
                let word = kind.as_str();
                problems.push(problem(
                    *date,
                    format!("there are {count} `{word}` exceptions for this date: {wins} counts"),
                ));
            }
        }
        if local_day(schedule, *date).is_void {
            let message = "start and stop of this date come out equal: it has no window".to_owned();
            problems.push(problem(*date, message));
        }
    }
    problems
}

#[cfg(test)]
mod tests;
