//! From the windows of local dates to transitions: rules T4 to T7.
//!
//! Each local date gives windows, starts and stops; windows that overlap or touch are one. What happens on a date shows
//! within four days of it, so every answer needs a few dates before the stretch asked for.

use chrono::offset::LocalResult;
use chrono::{DateTime, Days, Duration, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, TimeZone as _, Utc};
use chrono_tz::Tz;

use super::local_day::{Edge, LocalDay, local_day};
use crate::model::{Action, Exception, ExceptionKind, Problem, Schedule, Source};

/// An instant at which the wanted state changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transition {
    /// When.
    pub at: DateTime<Utc>,
    /// To running or to stopped.
    pub action: Action,
}

/// How far a date reaches: a start at 47:59 with a stop "on the next day" ends before the fourth day after it.
pub(super) const REACH_DAYS: u64 = 4;

/// How far back or ahead a transition is looked for, in days: the pattern of a week, then that of a year.
const HORIZON_DAYS: [u64; 2] = [8, 400];

/// How far ahead a rare one is looked for: the weekdays of all dates, leap days included, come again after 28 years.
const RARE_DAYS: u64 = 28 * 366;

/// The first date of all: a window without end begins here, so that its start does not move from day to day.
const FIRST_DATE: Option<NaiveDate> = NaiveDate::from_ymd_opt(2000, 1, 1);

/// Turns a local time of a zone into its instant by the rule called "compatible" (RFC 5545, Temporal, jiff): a time in a
/// gap moves forward by the gap's length, of a time that comes twice the first is taken (rule T6).
#[must_use]
pub fn instant(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    instant_and_change(zone, local).0
}

/// What a change of the clocks does to a local time (rule T6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockChange {
    /// Nothing: the time comes once.
    None,
    /// The time does not exist: it is moved forward by the gap.
    Gap,
    /// The time comes twice: the first counts.
    Fold,
}

/// The only place where local time becomes an instant.
pub(super) fn instant_and_change(zone: Tz, local: NaiveDateTime) -> (DateTime<Utc>, ClockChange) {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) => (at.with_timezone(&Utc), ClockChange::None),
        LocalResult::Ambiguous(one, other) => (one.min(other).with_timezone(&Utc), ClockChange::Fold),
        LocalResult::None => {
            // In a gap: the offset that held before it. A day before the local time, read as UTC, is before the gap in
            // every zone (offsets stay within 14 hours) and after the change of the clock that came before it.
            let day_before = local.checked_sub_signed(Duration::days(1)).unwrap_or(local);
            let offset = zone.offset_from_utc_datetime(&day_before).fix();
            let at = Utc.from_utc_datetime(&local.checked_sub_offset(offset).unwrap_or(local));
            (at, ClockChange::Gap)
        }
    }
}

/// A start or a stop of a date with its instant.
pub(super) type Placed = (Edge, DateTime<Utc>);

/// Puts the windows of a date, and its starts and stops alone, on the line of time; drops a window whose start is then not
/// before its stop (rule T6).
pub(super) fn placed(
    zone: Tz,
    date: NaiveDate,
    day: &LocalDay,
) -> impl Iterator<Item = (Option<Placed>, Option<Placed>)> {
    let place = move |edge: Edge| Some((edge, instant(zone, edge.local(date)?)));
    let ends = day.spans.iter().map(move |span| (span.start.and_then(place), span.stop.and_then(place)));
    ends.filter(|ends| match ends {
        (Some((_, start_at)), Some((_, stop_at))) => start_at < stop_at,
        _ => true,
    })
}

/// The starts and stops that belong to a date, by time; whether they change anything, other dates may decide (T4, T5).
#[must_use]
pub fn of_date(schedule: &Schedule, date: NaiveDate) -> Vec<(Action, DateTime<Utc>)> {
    let day = local_day(schedule, date);
    let ends = placed(schedule.zone, date, &day).flat_map(|(start, stop)| {
        let start = start.map(|(_, at)| (Action::Start, at));
        let stop = stop.map(|(_, at)| (Action::Stop, at));
        [start, stop].into_iter().flatten()
    });
    let mut ends: Vec<(Action, DateTime<Utc>)> = ends.collect();
    ends.sort_by_key(|(action, at)| (*at, *action));
    ends
}

/// The exception that counts for one end of a date: of several the one that alone would make the same day (rule T3).
#[must_use]
pub fn counting(schedule: &Schedule, date: NaiveDate, kind: ExceptionKind) -> Option<&Exception> {
    let day = of_date(schedule, date);
    let makes_the_day = |exception: &&Exception| {
        let mut alone = schedule.clone();
        if let Some(exceptions) = alone.exceptions.get_mut(&date) {
            exceptions.retain(|other| other.kind != kind || other.id == exception.id);
        }
        of_date(&alone, date) == day
    };
    let of_date = schedule.exceptions.get(&date).into_iter().flatten();
    of_date.filter(|exception| exception.kind == kind).find(makes_the_day)
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
    HORIZON_DAYS.into_iter().chain([RARE_DAYS]).find_map(|days| {
        of_dates(schedule, back(today, REACH_DAYS + 1), ahead(today, days))
            .into_iter()
            // Near the far end a window may still go on on the next date.
            .filter(|transition| local_date(schedule.zone, transition.at) < ahead(today, days))
            .find(|transition| transition.at > after && action.is_none_or(|action| action == transition.action))
    })
}

/// The transitions that the dates from `first` to `last` give.
fn of_dates(schedule: &Schedule, first: NaiveDate, last: NaiveDate) -> Vec<Transition> {
    let mut windows: Vec<(DateTime<Utc>, DateTime<Utc>)> = Vec::new();
    let mut alone: Vec<Transition> = Vec::new();
    let mut day = LocalDay::default();
    let (first, last) = bounds(schedule, first, last);
    let mut changed = schedule.exceptions.range(first..=last.max(first)).peekable();
    for date in first.iter_days().take_while(|date| *date <= last) {
        let exceptions = changed.next_if(|(changed, _)| **changed == date).map_or(&[][..], |(_, found)| found);
        day.set(schedule.timetable.periods(), date, exceptions);
        for (start, stop) in placed(schedule.zone, date, &day) {
            match (start, stop) {
                (Some((_, start_at)), Some((_, stop_at))) => windows.push((start_at, stop_at)),
                (Some((_, at)), None) => alone.push(Transition { at, action: Action::Start }),
                (None, Some((_, at))) => alone.push(Transition { at, action: Action::Stop }),
                (None, None) => {}
            }
        }
    }
    let windows = merge(windows);
    alone.retain(|transition| !is_inside(&windows, transition.at));
    let ends = windows.iter().flat_map(|(start_at, stop_at)| {
        [Transition { at: *start_at, action: Action::Start }, Transition { at: *stop_at, action: Action::Stop }]
    });
    let mut found: Vec<Transition> = ends.chain(alone).collect();
    // Where a start and a stop fall on one instant, the start comes first here, and stands (rule T5).
    found.sort_unstable();
    found.dedup_by_key(|transition| transition.at);
    found
}

/// The dates among these that can give anything: where the timetable is empty, those with exceptions.
fn bounds(schedule: &Schedule, first: NaiveDate, last: NaiveDate) -> (NaiveDate, NaiveDate) {
    let mut periods = schedule.timetable.periods().iter();
    if periods.any(|period| period.local_start().is_some() || period.local_stop().is_some()) {
        return (first, last);
    }
    let dates = || schedule.exceptions.keys().copied();
    (first.max(dates().next().unwrap_or(NaiveDate::MAX)), last.min(dates().next_back().unwrap_or(NaiveDate::MIN)))
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

pub(super) fn back(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN)
}

pub(super) fn ahead(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}

/// What is wrong with exceptions together, as far as it is still worth correcting.
pub fn problems(schedule: &Schedule, now: DateTime<Utc>) -> impl Iterator<Item = Problem> {
    let since = local_date(schedule.zone, now).checked_sub_days(Problem::WORTH_MENDING_FOR).unwrap_or(NaiveDate::MIN);
    contradictions(schedule, since).into_iter().map(|(_, problem)| problem)
}

/// Exceptions that contradict one another, from `since` on, each with its date: told, and settled in favour of running (rule T3).
#[must_use]
pub fn contradictions(schedule: &Schedule, since: NaiveDate) -> Vec<(NaiveDate, Problem)> {
    let problem = |date: NaiveDate, message: String| {
        let problem = Problem {
            source: Source::Tables,
            schedule: Some(schedule.name.clone()),
            item: format!("ScheduleException {date} of {}", schedule.name),
            attribute: String::new(),
            holds: None,
            message,
            stops_schedule: false,
        };
        (date, problem)
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
            let message = "the stop of this date comes out at its start or before it: there is no window".to_owned();
            problems.push(problem(*date, message));
        }
    }
    problems
}

#[cfg(test)]
mod tests;
