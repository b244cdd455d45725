//! When a stop may go ahead, and of what people are warned before it: rule T10.

use chrono::{DateTime, Duration, Utc};

use super::{calendar, extension};
use crate::model::{Action, Cause, ExceptionKind, Schedule, ScheduleState, Warning};

/// The stop of which people have to be warned now, though its time has not come.
pub(super) fn upcoming(schedule: &Schedule, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if schedule.warning_lead <= Duration::zero() || !schedule.enabled {
        return None;
    }
    let next = calendar::next_transition(schedule, now, None)?;
    (next.action == Action::Stop && next.at - now <= schedule.warning_lead).then_some(next.at)
}

/// A warning is good for so long after the time that it named; who was told at night is not warned in the morning.
const GOOD_FOR: Duration = Duration::hours(1);

/// The warning of this stop, if it has been tried and still counts.
pub(super) fn of_stop(
    schedule: &Schedule,
    state: &ScheduleState,
    stop_at: DateTime<Utc>,
    cause: Cause,
    now: DateTime<Utc>,
) -> Option<Warning> {
    let is_good = |warning: &Warning| now <= release_at(*warning, schedule.warning_lead) + GOOD_FOR;
    state.warning.filter(|warning| warning.stop_at == stop_at && warning.cause == cause).filter(is_good)
}

/// The warning of a stop outside the timetable that is waited for, if it still counts.
pub(super) fn of_breach(
    schedule: &Schedule,
    state: &ScheduleState,
    cause: Cause,
    now: DateTime<Utc>,
) -> Option<Warning> {
    let warning = state.warning.filter(|warning| warning.cause == cause)?;
    of_stop(schedule, state, warning.stop_at, cause, now)
}

/// The earliest instant at which the stop may go ahead.
///
/// On time, if people had at least half of the lead to answer; else a whole lead after they were told. A chat that does
/// not take the warning delays the stop by one lead at most.
pub(super) fn release_at(warning: Warning, lead: Duration) -> DateTime<Utc> {
    let latest = warning.stop_at.max(warning.tried_at) + lead;
    match warning.told_at {
        Some(told_at) if (warning.stop_at - told_at) * 2 >= lead => warning.stop_at,
        Some(told_at) => latest.min(told_at + lead),
        None => latest,
    }
}

/// Where the stop of which people were warned has been moved to, and by whom: nobody else would tell them.
///
/// Only a stop that has not begun, and only to a later time: of an earlier one people are warned anew.
pub(super) fn moved(schedule: &Schedule, state: &ScheduleState, now: DateTime<Utc>) -> Option<(DateTime<Utc>, String)> {
    let warning = state.warning.filter(|warning| warning.cause == Cause::Timetable && warning.told_at.is_some())?;
    let has_begun = state.open_run().is_some_and(|run| run.action == Action::Stop)
        || state.settled.iter().any(|settled| settled.at == warning.stop_at);
    let is_planned =
        !calendar::transitions(schedule, warning.stop_at, warning.stop_at + Duration::seconds(1)).is_empty();
    if !schedule.enabled || has_begun || is_planned || now > release_at(warning, schedule.warning_lead) + GOOD_FOR {
        return None;
    }
    let next = calendar::next_transition(schedule, now, Some(Action::Stop)).filter(|next| next.at > warning.stop_at)?;
    let date = extension::date_of_stop(schedule, next.at)?;
    let exceptions = schedule.exceptions.get(&date).into_iter().flatten();
    let by =
        exceptions.filter(|exception| exception.kind == ExceptionKind::Stop).find_map(|one| one.created_by.clone());
    Some((next.at, by.unwrap_or_else(|| "an edit of the tables".to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_warning_delays_the_stop() {
        let at = |minute: i64| DateTime::<Utc>::UNIX_EPOCH + Duration::minutes(minute);
        // lead, tried, told, stop, released
        let cases = [
            (10, 90, Some(90), 100, 100),
            (10, 95, Some(95), 100, 100),
            (10, 96, Some(96), 100, 106),
            (10, 100, Some(100), 100, 110),
            (10, 700, Some(700), 100, 710),
            // Chat was down at first: ten minutes more at most.
            (10, 90, Some(98), 100, 108),
            (10, 90, Some(105), 100, 110),
            (10, 90, None, 100, 110),
            (10, 700, None, 100, 710),
            (10, 700, Some(705), 100, 710),
        ];
        for (lead, tried, told, stop, released) in cases {
            let warning =
                Warning { stop_at: at(stop), cause: Cause::Timetable, tried_at: at(tried), told_at: told.map(at) };
            assert_eq!(release_at(warning, Duration::minutes(lead)), at(released), "tried {tried}, told {told:?}");
        }
    }
}
