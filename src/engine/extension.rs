//! Moving tonight's stop later: rule C6.

use chrono::{DateTime, Duration, DurationRound as _, NaiveDate, Utc};

use super::local_day::local_day;
use super::{calendar, runs};
use crate::model::{Action, Cause, ClockValue, Exception, ExceptionKind, Schedule, ScheduleState, Warning};

/// The exception that an extension writes: a stop for the local date on which the window in progress ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension {
    /// The date of the exception.
    pub date: NaiveDate,
    /// Its value, past 24:00 if the stop is on the next day.
    pub local_stop: ClockValue,
    /// The stop that it moves.
    pub planned_at: DateTime<Utc>,
    /// The new stop.
    pub stop_at: DateTime<Utc>,
}

/// Why there is no extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExtensionError {
    /// No stop is planned, so there is none to move.
    #[error("no stop is planned")]
    NoStop,
    /// The new stop is not later than the planned one: an extension only moves a stop later.
    #[error("the stop is planned for {0} already")]
    NotLater(DateTime<Utc>),
    /// More than the schedule allows for one stop.
    #[error("a stop may be moved by {} minutes in all", .0.num_minutes())]
    TooMuch(Duration),
    /// Another window follows on the same date.
    #[error("another window follows on that date, and only the last stop of a date can be moved")]
    NotLast,
    /// Another exception for the date counts, and the stop would stay where it is.
    #[error("another exception for that date counts, and the stop would stay where it is")]
    Overruled,
    /// The new stop is too far from the window's date for a clock value.
    #[error("the new stop is too late for the date of its window")]
    TooLate,
}

/// The stop that waits for an answer, or else the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ahead {
    /// The local date to which it belongs.
    pub date: NaiveDate,
    /// When it is planned.
    pub planned_at: DateTime<Utc>,
    /// When people expect it: as planned, or as late as chat has named it; of one that is due, not before now.
    pub expected_at: DateTime<Utc>,
    /// When the timetable has it, stop exceptions apart, or when it is planned, if that is earlier: what is added is
    /// counted from here.
    pub original_at: DateTime<Utc>,
    /// It may be moved until then.
    pub latest_at: DateTime<Utc>,
    /// Whether it is the last stop of its date, which is the only one that a stop exception moves.
    pub is_last: bool,
}

/// The stop that can be moved: the one that waits for an answer, or else the next one.
#[must_use]
pub fn ahead(schedule: &Schedule, state: &ScheduleState, now: DateTime<Utc>) -> Option<Ahead> {
    let next = || calendar::next_transition(schedule, now, Some(Action::Stop));
    let pending = runs::pending_stop(schedule, state, now);
    let planned_at = pending.or_else(next)?.at;
    let date = date_of_stop(schedule, planned_at)?;
    let is_its = |warning: &Warning| warning.stop_at == planned_at && warning.cause == Cause::Timetable;
    let named_at = state.warning.filter(is_its).and_then(|warning| warning.named_at);
    // To the minute, as the wall clock shows it: who asks in the second of the stop means that stop.
    let this_minute = now.duration_trunc(Duration::minutes(1)).unwrap_or(now);
    let expected_at = [named_at, pending.map(|_| this_minute)].into_iter().flatten().fold(planned_at, DateTime::max);
    let original_at = counted_from(schedule, date).unwrap_or(planned_at).min(planned_at);
    // By what the stop comes late anyway, nobody has had more time.
    let latest_at = (original_at + schedule.max_extension).max(planned_at) + (expected_at - planned_at);
    Some(Ahead {
        date,
        planned_at,
        expected_at,
        original_at,
        latest_at,
        is_last: last_stop(schedule, date) == Some(planned_at),
    })
}

/// The last stop of a date as the timetable has it, stop exceptions apart.
#[must_use]
pub fn original_stop(schedule: &Schedule, date: NaiveDate) -> Option<DateTime<Utc>> {
    let mut original = schedule.clone();
    if let Some(exceptions) = original.exceptions.get_mut(&date) {
        exceptions.retain(|exception| exception.kind != ExceptionKind::Stop);
    }
    last_stop(&original, date)
}

/// The stop of a date from which it is counted by how much it was moved: that of the timetable, or where a stop ends what
/// somebody has started for some time, its first time.
fn counted_from(schedule: &Schedule, date: NaiveDate) -> Option<DateTime<Utc>> {
    let counting = calendar::counting(schedule, date, ExceptionKind::Stop);
    match counting.and_then(|exception| exception.ends_start) {
        Some(first) => {
            let midnight = date.and_time(chrono::NaiveTime::MIN);
            let local = midnight.checked_add_signed(Duration::minutes(first.minutes()))?;
            Some(calendar::instant(schedule.zone, local))
        }
        None => original_stop(schedule, date),
    }
}

/// Moves the stop that waits for an answer, or else the next one, to `stop_at`; counted against what the timetable says
/// without a stop exception.
///
/// # Errors
/// When there is no stop ahead, or the new one is not later, or later than the schedule allows.
pub fn extend(
    schedule: &Schedule,
    state: &ScheduleState,
    now: DateTime<Utc>,
    stop_at: DateTime<Utc>,
) -> Result<Extension, ExtensionError> {
    let Ahead { date, planned_at, expected_at, latest_at, is_last, .. } =
        ahead(schedule, state, now).ok_or(ExtensionError::NoStop)?;
    if stop_at <= expected_at {
        return Err(ExtensionError::NotLater(expected_at));
    }
    // A stop exception moves the last stop of its date: an earlier one cannot be moved by it.
    if !is_last {
        return Err(ExtensionError::NotLast);
    }
    if stop_at > latest_at {
        return Err(ExtensionError::TooMuch(schedule.max_extension));
    }
    let extension = exact(schedule, date, planned_at, stop_at).ok_or(ExtensionError::TooLate)?;
    if moves(schedule, &extension) { Ok(extension) } else { Err(ExtensionError::Overruled) }
}

/// Leaves the stop out that waits for an answer, or else the next one: a stop exception without a time.
///
/// # Errors
/// When there is no stop ahead, or it is not the last of its date, or it would come all the same.
pub fn skip(schedule: &Schedule, state: &ScheduleState, now: DateTime<Utc>) -> Result<Ahead, ExtensionError> {
    let ahead = ahead(schedule, state, now).ok_or(ExtensionError::NoStop)?;
    if !ahead.is_last {
        return Err(ExtensionError::NotLast);
    }
    let after = with_stop(schedule, ahead.date, None);
    let left = calendar::transitions(&after, ahead.planned_at, ahead.planned_at + Duration::nanoseconds(1));
    if left.iter().any(|transition| transition.action == Action::Stop) {
        return Err(ExtensionError::Overruled);
    }
    Ok(ahead)
}

/// So far ahead it is seen to that an exception changes nothing else.
const OTHERS_WITHIN: Duration = Duration::days(8);

/// The stop exception that adds a stop at `stop_at`, not before it, where the timetable has the schedule stopped, and
/// changes nothing else that is ahead: for what is started by hand for some time. `None`: there is none.
#[must_use]
pub fn stop_alone(schedule: &Schedule, now: DateTime<Utc>, stop_at: DateTime<Utc>) -> Option<Extension> {
    let today = calendar::local_date(schedule.zone, stop_at);
    let until_at = now + OTHERS_WITHIN;
    let before = calendar::transitions(schedule, now, until_at);
    // A date of which the stop is in the future has a stop of its own, which has to stay.
    [Some(today), today.pred_opt()].into_iter().flatten().find_map(|date| {
        let extension = exact(schedule, date, stop_at, stop_at)?;
        let after = with_stop(schedule, date, Some(extension.local_stop));
        let mut left = calendar::transitions(&after, now, until_at);
        let place = left.iter().position(|one| one.at == extension.stop_at && one.action == Action::Stop)?;
        left.remove(place);
        (left == before).then_some(extension)
    })
}

/// The schedule with one more stop exception.
pub(crate) fn with_stop(schedule: &Schedule, date: NaiveDate, local_time: Option<ClockValue>) -> Schedule {
    let mut after = schedule.clone();
    after.exceptions.entry(date).or_default().push(Exception {
        id: String::new(),
        date,
        kind: ExceptionKind::Stop,
        local_time,
        created_by: None,
        reason: None,
        ends_start: None,
    });
    after
}

/// Whether the planned stop is gone once the exception is written: another one for the date may count instead (rule T3).
fn moves(schedule: &Schedule, extension: &Extension) -> bool {
    let after = with_stop(schedule, extension.date, Some(extension.local_stop));
    let left = calendar::transitions(&after, extension.planned_at, extension.stop_at);
    left.iter().all(|transition| transition.action == Action::Start)
}

/// The stop that a stop exception of a date would move: the last on the wall clock, also that of a window which a change of
/// the clocks leaves no time.
fn last_stop(schedule: &Schedule, date: NaiveDate) -> Option<DateTime<Utc>> {
    let stops = local_day(schedule, date).spans.into_iter().filter_map(|span| span.stop?.local(date));
    stops.max().map(|local| calendar::instant(schedule.zone, local))
}

/// The exception whose stop is not before the wanted one: to the next minute, and behind the hour that comes twice.
fn exact(
    schedule: &Schedule,
    date: NaiveDate,
    planned_at: DateTime<Utc>,
    wanted_at: DateTime<Utc>,
) -> Option<Extension> {
    let midnight = date.and_time(chrono::NaiveTime::MIN);
    let local = wanted_at.with_timezone(&schedule.zone).naive_local();
    let mut minutes = whole_minutes(local - midnight);
    for _ in 0..2 {
        let stop_at = calendar::instant(schedule.zone, midnight.checked_add_signed(Duration::minutes(minutes))?);
        let short = wanted_at - stop_at;
        if short <= Duration::zero() {
            let minutes = u16::try_from(minutes).ok()?;
            let local_stop = ClockValue::at(minutes / 60, minutes % 60).ok()?;
            return Some(Extension { date, local_stop, planned_at, stop_at });
        }
        minutes += whole_minutes(short);
    }
    None
}

/// So many minutes that it is not less.
fn whole_minutes(length: Duration) -> i64 {
    let minutes = length.num_minutes();
    minutes + i64::from(length > Duration::minutes(minutes))
}

/// By how much a planned stop can still be moved, what it has been moved by taken off.
pub(super) fn room(schedule: &Schedule, planned_at: DateTime<Utc>) -> Duration {
    let date = date_of_stop(schedule, planned_at).filter(|date| last_stop(schedule, *date) == Some(planned_at));
    let Some(date) = date else { return Duration::zero() };
    let before = counted_from(schedule, date).unwrap_or(planned_at).min(planned_at);
    (before + schedule.max_extension - planned_at).max(Duration::zero())
}

/// The local date whose window ends at this instant.
pub(super) fn date_of_stop(schedule: &Schedule, stop_at: DateTime<Utc>) -> Option<NaiveDate> {
    let last = calendar::local_date(schedule.zone, stop_at);
    let ends_then = |date: &NaiveDate| {
        let day = local_day(schedule, *date);
        calendar::placed(schedule.zone, *date, &day).any(|(_, stop)| stop.is_some_and(|(_, at)| at == stop_at))
    };
    last.iter_days().rev().take(4).find(ends_then)
}

/// The exception that makes a stop, if one does: not just any one of its date, but the one that counts (rule T3).
#[must_use]
pub fn behind(schedule: &Schedule, stop_at: DateTime<Utc>) -> Option<&Exception> {
    let makes_it = |date: NaiveDate| {
        let exception = calendar::counting(schedule, date, ExceptionKind::Stop)?;
        let has_it = calendar::of_date(schedule, date).contains(&(Action::Stop, stop_at));
        (has_it && exception.local_time.is_some()).then_some(exception)
    };
    let last = calendar::local_date(schedule.zone, stop_at);
    last.iter_days().rev().take(4).find_map(makes_it)
}

/// The exception that has left out a stop which people expected at this time, if one has.
pub(super) fn leaving_out(schedule: &Schedule, stop_at: DateTime<Utc>) -> Option<&Exception> {
    let last = calendar::local_date(schedule.zone, stop_at);
    let is_its = |date: &NaiveDate| original_stop(schedule, *date).is_some_and(|original_at| original_at <= stop_at);
    let date = last.iter_days().rev().take(4).find(is_its)?;
    calendar::counting(schedule, date, ExceptionKind::Stop).filter(|exception| exception.local_time.is_none())
}

#[cfg(test)]
mod tests;
