//! When a stop may go ahead, and of what people are warned before it: rule T10.

use chrono::{DateTime, Duration, Utc};

use super::{calendar, extension};
use crate::model::{Action, Cause, Orderer, Schedule, ScheduleState, Warning};

/// The stop of which people have to be warned now, though its time has not come.
pub(super) fn upcoming(schedule: &Schedule, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if schedule.warning_lead <= Duration::zero() || !schedule.enabled {
        return None;
    }
    // Only as far as the lead: a schedule that never stops would be searched for years, on every tick.
    let after_now = Duration::nanoseconds(1);
    let near = calendar::transitions(schedule, now + after_now, now + schedule.warning_lead + after_now);
    near.first().filter(|next| next.action == Action::Stop).map(|next| next.at)
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
    let is_good = |warning: &Warning| {
        release_at(*warning, schedule.warning_lead).is_none_or(|release_at| now <= release_at + GOOD_FOR)
    };
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

/// The earliest instant at which the stop may go ahead; `None` as long as nobody has tried to tell people.
///
/// The time that people were told; a chat that does not take the warning delays the stop by one lead at most. A tick that
/// died before it could ask chat has warned nobody.
pub(super) fn release_at(warning: Warning, lead: Duration) -> Option<DateTime<Utc>> {
    let latest = |tried_at| warning.stop_at.max(tried_at) + lead;
    warning.named_at.or(warning.tried_at.map(latest))
}

/// The time to name if people are told now: on time, if they have at least half of the lead to answer, else a whole lead
/// from now, but for what the first tries have taken of it.
pub(super) fn named_if_told(warning: Warning, now: DateTime<Utc>, lead: Duration) -> DateTime<Utc> {
    // A tick that comes at half of the lead has taken some seconds to look.
    let grace = Duration::seconds(20).min(lead / 20);
    if (warning.stop_at - now + grace) * 2 >= lead {
        return warning.stop_at;
    }
    let latest = warning.stop_at.max(warning.tried_at.unwrap_or(now)) + lead;
    latest.min(now + lead)
}

/// A stop of which people were warned, and which somebody has moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moved {
    pub(super) from_at: DateTime<Utc>,
    pub(super) to_at: DateTime<Utc>,
    pub(super) by: String,
}

/// Where the stop of which people were warned has been moved to, and by whom: nobody else would tell them.
///
/// Only a stop that has not begun, and only to a later time: of an earlier one people are warned anew.
pub(super) fn moved(schedule: &Schedule, state: &ScheduleState, now: DateTime<Utc>) -> Option<Moved> {
    let warning = state.warning.filter(|warning| warning.cause == Cause::Timetable && warning.named_at.is_some())?;
    let has_begun = state.open_run().is_some_and(|run| run.action == Action::Stop)
        || state.settled.iter().any(|settled| settled.at == warning.stop_at);
    let is_over = release_at(warning, schedule.warning_lead).is_none_or(|release_at| now > release_at + GOOD_FOR);
    let is_planned =
        !calendar::transitions(schedule, warning.stop_at, warning.stop_at + Duration::seconds(1)).is_empty();
    if !schedule.enabled || has_begun || is_planned || is_over {
        return None;
    }
    // A stop that was moved to a time which has passed meanwhile is due, and warned of late.
    let next = calendar::next_transition(schedule, warning.stop_at, Some(Action::Stop)).filter(|next| next.at > now)?;
    let left_out = extension::leaving_out(schedule, warning.stop_at);
    let exception = left_out.or_else(|| extension::behind(schedule, next.at));
    let by = exception.and_then(|exception| exception.created_by.clone());
    let by = by.unwrap_or_else(|| Orderer::AN_EDIT.to_owned());
    Some(Moved { from_at: warning.stop_at, to_at: next.at, by })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c1_whoever_has_made_the_new_stop_is_told() {
        type Case<'a> = (&'a [(&'a str, &'a str)], Option<(&'a str, &'a str)>);
        let at = |text: &str| calendar::instant(chrono_tz::Tz::Asia__Seoul, text.parse().unwrap());
        // The exceptions with who made them, and what is told after a warning of the stop at 22:00.
        let cases: [Case<'_>; 11] = [
            (&[("2026-11-23 stop 23:00", "jane")], Some(("2026-11-23T23:00:00", "jane"))),
            // The later of two stops counts, in whichever order they come.
            (
                &[("2026-11-23 stop 22:30", "kim"), ("2026-11-23 stop 23:00", "jane")],
                Some(("2026-11-23T23:00:00", "jane")),
            ),
            (
                &[("2026-11-23 stop 23:00", "jane"), ("2026-11-23 stop 22:30", "kim")],
                Some(("2026-11-23T23:00:00", "jane")),
            ),
            (
                &[("2026-11-23 stop 23:00", ""), ("2026-11-23 stop 22:30", "kim")],
                Some(("2026-11-23T23:00:00", Orderer::AN_EDIT)),
            ),
            // By what it means after its start: 1:30 is on the next day.
            (
                &[("2026-11-23 stop 23:00", "kim"), ("2026-11-23 stop 1:30", "jane")],
                Some(("2026-11-24T01:30:00", "jane")),
            ),
            // Left out: whoever has done that, not whoever has moved the one that is next.
            (&[("2026-11-23 stop None", "jane")], Some(("2026-11-24T22:00:00", "jane"))),
            (
                &[("2026-11-23 stop 23:00", "kim"), ("2026-11-23 stop None", "jane")],
                Some(("2026-11-24T22:00:00", "jane")),
            ),
            (
                &[("2026-11-23 stop None", "jane"), ("2026-11-24 stop 23:00", "kim")],
                Some(("2026-11-24T23:00:00", "jane")),
            ),
            (
                &[("2026-11-22 stop None", "kim"), ("2026-11-23 stop 23:00", "jane")],
                Some(("2026-11-23T23:00:00", "jane")),
            ),
            (&[("2026-11-24 stop None", "jane")], None),
            (&[], None),
        ];
        for (exceptions, expected) in cases {
            let texts: Vec<&str> = exceptions.iter().map(|(text, _)| *text).collect();
            let mut schedule = crate::testing::schedule("StartTime: '9:30'\nStopTime: '22:00'", &texts);
            for exception in schedule.exceptions.values_mut().flatten() {
                let index: usize = exception.id.trim_start_matches('e').parse().unwrap();
                exception.created_by = Some(exceptions[index].1.to_owned()).filter(|by| !by.is_empty());
            }
            let stop_at = at("2026-11-23T22:00:00");
            let named_at = Some(stop_at);
            let warning = Warning { stop_at, cause: Cause::Timetable, tried_at: named_at, named_at };
            let state = ScheduleState { warning: Some(warning), ..ScheduleState::default() };
            let moved = moved(&schedule, &state, at("2026-11-23T21:55:00"));
            let told = moved.map(|moved| (moved.to_at, moved.by));
            assert_eq!(told, expected.map(|(to_at, by)| (at(to_at), by.to_owned())), "{exceptions:?}");
        }
    }

    #[test]
    fn a_late_warning_delays_the_stop() {
        let at = |minute: i64| DateTime::<Utc>::UNIX_EPOCH + Duration::minutes(minute);
        // lead, tried, told, stop, released
        let cases = [
            (10, Some(90), Some(90), 100, Some(100)),
            (10, None, Some(95), 100, Some(100)),
            (10, Some(96), Some(96), 100, Some(106)),
            (10, None, Some(100), 100, Some(110)),
            (10, Some(700), Some(700), 100, Some(710)),
            // Chat was down at first: ten minutes more at most.
            (10, Some(90), Some(98), 100, Some(108)),
            (10, Some(90), Some(105), 100, Some(110)),
            (10, Some(90), None, 100, Some(110)),
            (10, Some(700), None, 100, Some(710)),
            (10, Some(700), Some(705), 100, Some(710)),
            // A tick died before it could ask chat: nobody has been warned, however late it is.
            (10, None, None, 100, None),
        ];
        for (lead, tried, told, stop, released) in cases {
            let lead = Duration::minutes(lead);
            let warning =
                Warning { stop_at: at(stop), cause: Cause::Timetable, tried_at: tried.map(at), named_at: None };
            let named_at = told.map(|told| named_if_told(warning, at(told), lead));
            let release_at = release_at(Warning { named_at, ..warning }, lead);
            assert_eq!(release_at, released.map(at), "tried {tried:?}, told {told:?}");
        }
    }
}
