//! For each rule of time, the answer to "why".

use super::*;
use crate::testing::{local, schedule};

/// The explanation in short, a line each.
#[track_caller]
fn check(schedule: &Schedule, at: &str, expected: &[&str]) {
    let explanation = explain(schedule, local(schedule, at));
    let when = |at: DateTime<Utc>| at.with_timezone(&schedule.zone).format("%a %d %H:%M").to_string();
    let cause = |cause: &Cause| {
        let origin = match (&cause.period, &cause.exception) {
            (Some(index), _) => format!("period {index}"),
            (None, exception) => format!("exception {}", exception.as_ref().unwrap().id),
        };
        let rules = cause.rules().join(" ");
        format!(
            "{} {} by {origin} of {} ({rules})",
            cause.action.as_str(),
            cause.local.format("%H:%M"),
            cause.date.format("%a")
        )
    };
    let change = |name: &str, change: &Change| {
        let causes: Vec<String> = change.causes.iter().map(cause).collect();
        format!("{name} {}: {}", when(change.transition.at), causes.join("; "))
    };
    let mut lines: Vec<String> = explanation.last.iter().map(|last| change("last", last)).collect();
    lines.extend(explanation.next.iter().take(1).map(|next| change("next", next)));
    lines.extend(
        explanation.idle.iter().map(|idle| format!("idle {}: {} ({})", when(idle.at), cause(&idle.cause), idle.rule())),
    );
    assert_eq!(lines, expected);
}

fn office(exceptions: &[&str]) -> Schedule {
    schedule("DaysActive: weekdays\nStartTime: 09:30\nStopTime: 22:00", exceptions)
}

#[test]
fn the_timetable_and_its_exceptions() {
    check(
        &office(&[]),
        "2026-11-23 12:00",
        &[
            "last Mon 23 09:30: start 09:30 by period 0 of Mon (T2)",
            "next Mon 23 22:00: stop 22:00 by period 0 of Mon (T2)",
        ],
    );
    check(
        &office(&["2026-11-23 stop 25:00"]),
        "2026-11-23 23:00",
        &[
            "last Mon 23 09:30: start 09:30 by period 0 of Mon (T2)",
            "next Tue 24 01:00: stop 01:00 by exception e0 of Mon (T3)",
        ],
    );
    // Saturday work ends at the usual time, but only because of the exception.
    check(
        &office(&["2026-11-21 start 10:00"]),
        "2026-11-21 11:00",
        &[
            "last Sat 21 10:00: start 10:00 by exception e0 of Sat (T3)",
            "next Sat 21 22:00: stop 22:00 by period 0 of Sat (T3)",
        ],
    );
    check(
        &office(&["2026-11-21 stop 14:00"]),
        "2026-11-21 15:00",
        &[
            "last Sat 21 14:00: stop 14:00 by exception e0 of Sat (T3 T5)",
            "next Mon 23 09:30: start 09:30 by period 0 of Mon (T2)",
        ],
    );
}

#[test]
fn what_changes_nothing_is_named() {
    let whole_days = schedule("DaysActive: weekdays\nStartTime: 00:00\nStopTime: 24:00", &[]);
    check(
        &whole_days,
        "2026-11-24 12:00",
        &[
            "last Mon 23 00:00: start 00:00 by period 0 of Mon (T2)",
            "next Sat 28 00:00: stop 00:00 by period 0 of Fri (T2)",
            "idle Tue 24 00:00: start 00:00 by period 0 of Tue (T2) (T4)",
            "idle Wed 25 00:00: stop 00:00 by period 0 of Tue (T2) (T4)",
        ],
    );
    // On the first and on the last day nothing is passed over on one side: a stop and a start that fall together.
    check(
        &whole_days,
        "2026-11-23 12:00",
        &[
            "last Mon 23 00:00: start 00:00 by period 0 of Mon (T2)",
            "next Sat 28 00:00: stop 00:00 by period 0 of Fri (T2)",
            "idle Tue 24 00:00: stop 00:00 by period 0 of Mon (T2) (T4)",
            "idle Tue 24 00:00: start 00:00 by period 0 of Tue (T2) (T4)",
        ],
    );
    check(
        &whole_days,
        "2026-11-27 12:00",
        &[
            "last Mon 23 00:00: start 00:00 by period 0 of Mon (T2)",
            "next Sat 28 00:00: stop 00:00 by period 0 of Fri (T2)",
            "idle Fri 27 00:00: stop 00:00 by period 0 of Thu (T2) (T4)",
            "idle Fri 27 00:00: start 00:00 by period 0 of Fri (T2) (T4)",
        ],
    );
    // A holiday after a long night: the stop that is left of it falls into the night's window.
    let night = schedule(
        "DaysActive: all\nStartTime: 22:00\nStopTime: 06:00",
        &["2026-11-24 start None", "2026-11-23 stop 08:00"],
    );
    check(
        &night,
        "2026-11-24 05:00",
        &[
            "last Mon 23 22:00: start 22:00 by period 0 of Mon (T2)",
            "next Tue 24 08:00: stop 08:00 by exception e1 of Mon (T3)",
            "idle Tue 24 06:00: stop 06:00 by period 0 of Tue (T2 T5) (T5)",
        ],
    );
}

#[test]
fn changes_of_the_clocks_are_named() {
    let gap = schedule("Timezone: Europe/Berlin\nStartTime: 02:30\nStopTime: 08:00", &[]);
    check(
        &gap,
        "2026-03-29 04:00",
        &[
            "last Sun 29 03:30: start 02:30 by period 0 of Sun (T2 T6)",
            "next Sun 29 08:00: stop 08:00 by period 0 of Sun (T2)",
        ],
    );
    let fold = schedule("Timezone: Europe/Berlin\nStartTime: 02:30\nStopTime: 08:00", &[]);
    check(
        &fold,
        "2026-10-25 04:00",
        &[
            "last Sun 25 02:30: start 02:30 by period 0 of Sun (T2 T6)",
            "next Sun 25 08:00: stop 08:00 by period 0 of Sun (T2)",
        ],
    );
}

#[test]
fn a_window_that_the_clocks_leave_no_time_is_not_there() {
    let berlin = |periods: &str| schedule(&format!("Timezone: Europe/Berlin\nPeriods: [{periods}]"), &[]);
    let (lost, around) = ("{StartTime: '02:30', StopTime: '03:15'}", "{StartTime: '00:30', StopTime: '08:00'}");
    check(
        &berlin(&format!("{lost}, {around}")),
        "2027-03-28 04:00",
        &[
            "last Sun 28 00:30: start 00:30 by period 1 of Sun (T2)",
            "next Sun 28 08:00: stop 08:00 by period 1 of Sun (T2)",
        ],
    );
    // Neither the end of another window: there it would be a second cause of it.
    check(
        &berlin(&format!("{lost}, {{StartTime: '00:30', StopTime: '03:15'}}")),
        "2027-03-28 03:20",
        &[
            "last Sun 28 03:15: stop 03:15 by period 1 of Sun (T2)",
            "next Mon 29 00:30: start 00:30 by period 1 of Mon (T2)",
        ],
    );
}

#[test]
fn nothing_lies_before_or_ahead() {
    check(&schedule("", &[]), "2026-11-23 12:00", &[]);
    check(
        &schedule("", &["2026-11-24 start 9:00"]),
        "2026-11-23 12:00",
        &["next Tue 24 09:00: start 09:00 by exception e0 of Tue (T3 T5)"],
    );
    let explanation = explain(&office(&[]), local(&office(&[]), "2026-11-21 12:00"));
    assert_eq!((explanation.day.periods.len(), explanation.day.local_day), (0, LocalDay::default()));
    assert_eq!(explanation.warning.map(|(at, stop_at)| stop_at - at), Some(Duration::minutes(10)));
}
