//! Moving tonight's stop later: rule C6.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::local_day::local_day;
use super::{calendar, runs};
use crate::model::{Action, ClockValue, Exception, ExceptionKind, Schedule, ScheduleState};

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
    let next = || calendar::next_transition(schedule, now, Some(Action::Stop));
    let planned = runs::pending_stop(schedule, state, now).or_else(next).ok_or(ExtensionError::NoStop)?;
    if stop_at <= planned.at {
        return Err(ExtensionError::NotLater(planned.at));
    }
    let date = date_of_stop(schedule, planned.at).ok_or(ExtensionError::NoStop)?;
    // A stop exception moves the last stop of its date: an earlier one cannot be moved by it.
    if last_stop(schedule, date) != Some(planned.at) {
        return Err(ExtensionError::NotLast);
    }
    let mut original = schedule.clone();
    if let Some(exceptions) = original.exceptions.get_mut(&date) {
        exceptions.retain(|exception| exception.kind != ExceptionKind::Stop);
    }
    let before = last_stop(&original, date);
    if stop_at - before.unwrap_or(planned.at).min(planned.at) > schedule.max_extension {
        return Err(ExtensionError::TooMuch(schedule.max_extension));
    }
    let extension = exact(schedule, date, planned.at, stop_at).ok_or(ExtensionError::TooLate)?;
    if moves(schedule, &extension) { Ok(extension) } else { Err(ExtensionError::Overruled) }
}

/// Whether the planned stop is gone once the exception is written: another one for the date may count instead (rule T3).
fn moves(schedule: &Schedule, extension: &Extension) -> bool {
    let mut after = schedule.clone();
    after.exceptions.entry(extension.date).or_default().push(Exception {
        id: String::new(),
        date: extension.date,
        kind: ExceptionKind::Stop,
        local_time: Some(extension.local_stop),
        created_by: None,
        reason: None,
    });
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
    let mut minutes = (local - midnight + Duration::seconds(59)).num_minutes();
    for _ in 0..2 {
        let stop_at = calendar::instant(schedule.zone, midnight.checked_add_signed(Duration::minutes(minutes))?);
        let short = wanted_at - stop_at;
        if short <= Duration::zero() {
            let minutes = u16::try_from(minutes).ok()?;
            let local_stop = ClockValue::at(minutes / 60, minutes % 60).ok()?;
            return Some(Extension { date, local_stop, planned_at, stop_at });
        }
        minutes += (short + Duration::seconds(59)).num_minutes();
    }
    None
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

#[cfg(test)]
mod tests;
