//! What is foretold, by local time, a line each.

use chrono_tz::Tz;

use super::*;
use crate::testing::{local, schedule};

const OFFICE: &str = "DaysActive: weekdays\nStartTime: 09:30\nStopTime: 22:00";

/// The phases between two local times.
#[track_caller]
fn check_spans(schedule: &Schedule, from: &str, to: &str, expected: &[&str]) {
    let (from, to) = (local(schedule, from), local(schedule, to));
    let phases = phases(schedule, from, to);
    let time = |at: DateTime<Utc>| at.with_timezone(&schedule.zone).format("%d %H:%M").to_string();
    let line = |phase: &Phase| {
        let began = if phase.began_before() { "…" } else { "" };
        let ends = if phase.goes_on { "…" } else { "" };
        format!("{began}{} {:?} {}{ends}", time(phase.from_at), phase.desired, time(phase.to_at))
    };
    assert_eq!(phases.iter().map(line).collect::<Vec<_>>(), expected);
    let totals = Totals::of(&phases);
    assert_eq!(totals.on + totals.off + totals.unmanaged, (to - from).max(Duration::zero()));
}

#[test]
fn spans_divide_the_stretch() {
    let office = schedule(OFFICE, &[]);
    check_spans(
        &office,
        "2026-11-23 00:00",
        "2026-11-24 00:00",
        &["…23 00:00 Stopped 23 09:30", "23 09:30 Running 23 22:00", "23 22:00 Stopped 24 00:00…"],
    );
    // It begins and ends with transitions: half-open.
    check_spans(&office, "2026-11-23 09:30", "2026-11-23 22:00", &["23 09:30 Running 23 22:00"]);
    check_spans(&office, "2026-11-23 12:00", "2026-11-23 13:00", &["…23 12:00 Running 23 13:00…"]);
    check_spans(&office, "2026-11-23 12:00", "2026-11-23 12:00", &[]);
    let always = schedule("StartTime: 00:00\nStopTime: 24:00", &[]);
    check_spans(&always, "2026-11-23 12:00", "2026-11-26 13:00", &["…23 12:00 Running 26 13:00…"]);
}

#[test]
fn before_the_first_transition_nothing_is_wanted() {
    let once = schedule("DaysActive: all", &["2026-11-23 start 9:00"]);
    let expected = ["22 00:00 Unmanaged 23 09:00", "23 09:00 Running 24 00:00…"];
    check_spans(&once, "2026-11-22 00:00", "2026-11-24 00:00", &expected);
    for idle in ["Enabled: false", "Mode: 'off'"] {
        let idle = schedule(&format!("{OFFICE}\n{idle}"), &[]);
        check_spans(&idle, "2026-11-23 00:00", "2026-11-24 00:00", &["23 00:00 Unmanaged 24 00:00…"]);
    }
}

#[test]
fn a_transition_that_changes_nothing_divides_nothing() {
    let starts = schedule("DaysActive: all\nStartTime: 09:00\nStopTime: None", &[]);
    check_spans(&starts, "2026-11-22 00:00", "2026-11-24 00:00", &["…22 00:00 Running 24 00:00…"]);
    assert_eq!(transitions(&starts, local(&starts, "2026-11-22 00:00"), local(&starts, "2026-11-24 00:00")).len(), 2);
}

#[test]
fn warnings_lie_a_lead_before_each_stop() {
    let at = |time: &str| format!("2026-11-23 {time}");
    // lead and mode, from, to, warnings
    let cases = [
        ("StopWarningMinutes: 10", "00:00", "24:00", vec!["21:50 of 22:00"]),
        // The stop lies after the stretch, its warning within; half-open at both ends.
        ("StopWarningMinutes: 10", "21:50", "21:51", vec!["21:50 of 22:00"]),
        ("StopWarningMinutes: 10", "21:51", "24:00", vec![]),
        ("StopWarningMinutes: 10", "21:00", "21:50", vec![]),
        ("StopWarningMinutes: 1440", "00:00", "24:00", vec!["22:00 of 22:00"]),
        ("StopWarningMinutes: 0", "00:00", "24:00", vec![]),
        ("Mode: notify", "00:00", "24:00", vec!["21:50 of 22:00"]),
        ("Mode: 'off'", "00:00", "24:00", vec![]),
        ("Enabled: false", "00:00", "24:00", vec![]),
    ];
    for (attribute, from, to, expected) in cases {
        let office = schedule(&format!("{OFFICE}\n{attribute}"), &[]);
        let to = if to == "24:00" { local(&office, "2026-11-24 00:00") } else { local(&office, &at(to)) };
        let found = warnings(&office, local(&office, &at(from)), to);
        let time = |at: &DateTime<Utc>| at.with_timezone(&office.zone).format("%H:%M").to_string();
        let lines: Vec<String> =
            found.iter().map(|(at, stop_at)| format!("{} of {}", time(at), time(stop_at))).collect();
        assert_eq!(lines, expected, "{attribute} {from}");
    }
}

#[test]
fn a_forecast_is_ordered_by_time_then_name() {
    let named = |name: &str| Schedule { name: ScheduleName::new(name).unwrap(), ..schedule(OFFICE, &[]) };
    let schedules = [named("b"), named("B"), named("a")];
    let day = |text: &str| local(&schedules[0], text);
    let forecast = forecast(&schedules, day("2026-11-23 00:00"), day("2026-11-24 00:00"));
    let transitions: Vec<_> =
        forecast.transitions.iter().map(|found| (found.schedule.as_str(), found.action)).collect();
    let (start, stop) = (Action::Start, Action::Stop);
    assert_eq!(transitions, [("B", start), ("a", start), ("b", start), ("B", stop), ("a", stop), ("b", stop)]);
    let warnings: Vec<_> = forecast.warnings.iter().map(|found| found.schedule.as_str()).collect();
    assert_eq!(warnings, ["B", "a", "b"]);
}

#[test]
fn contradictions_are_told_for_the_dates_of_the_stretch() {
    let office = schedule(
        OFFICE,
        &[
            "2026-11-15 stop 20:00",
            "2026-11-15 stop 21:00",
            "2026-11-24 stop 20:00",
            "2026-11-24 stop 21:00",
            "2026-11-26 stop 09:30",
        ],
    );
    let told = |from: &str, to: &str| {
        let problems = contradictions(&office, local(&office, from), local(&office, to));
        problems.into_iter().map(|(_, problem)| problem.item).collect::<Vec<_>>()
    };
    assert_eq!(told("2026-11-23 00:00", "2026-11-26 00:00"), ["ScheduleException 2026-11-24 of S"]);
    let both = ["ScheduleException 2026-11-24 of S", "ScheduleException 2026-11-26 of S"];
    assert_eq!(told("2026-11-24 23:00", "2026-11-26 00:01"), both);
    // A window may show some days after its date.
    assert_eq!(told("2026-11-27 00:00", "2026-11-28 00:00"), both);
    assert!(told("2026-12-02 00:00", "2026-12-03 00:00").is_empty());
}

/// The days of a schedule's stretch, with their pieces in hours.
#[track_caller]
fn check_days(schedule: &Schedule, from: &str, to: &str, expected: &[&str]) {
    let found = days(schedule.zone, &phases(schedule, local(schedule, from), local(schedule, to)));
    let hour = |seconds: i64| format!("{}:{:02}", seconds / 3600, seconds % 3600 / 60);
    let line = |day: &Day| {
        let running = day.pieces.iter().filter(|piece| piece.desired == Desired::Running);
        let running: Vec<_> =
            running.map(|piece| format!("{}-{}", hour(piece.local_from), hour(piece.local_to))).collect();
        let (on, whole) = (hour(day.on.num_seconds()), hour(day.whole.num_seconds()));
        format!("{} {} on {on} of {whole}", day.date, running.join(" "))
    };
    assert_eq!(found.iter().map(line).collect::<Vec<_>>(), expected);
}

#[test]
fn days_lie_on_the_wall_clock_and_count_the_time_that_passes() {
    let zoned = |zone: &str| schedule(&format!("Timezone: {zone}\nStartTime: 01:30\nStopTime: 05:00"), &[]);
    check_days(
        &zoned("Europe/Berlin"),
        "2026-03-28 00:00",
        "2026-03-30 00:00",
        &["2026-03-28 1:30-5:00 on 3:30 of 24:00", "2026-03-29 1:30-2:00 3:00-5:00 on 2:30 of 23:00"],
    );
    check_days(
        &zoned("America/New_York"),
        "2026-11-01 00:00",
        "2026-11-02 00:00",
        &["2026-11-01 1:30-2:00 1:00-5:00 on 4:30 of 25:00"],
    );
    check_days(
        &schedule("StartTime: '22:00'\nStopTime: '06:00'", &[]),
        "2026-11-23 00:00",
        "2026-11-24 12:00",
        &["2026-11-23 0:00-6:00 22:00-24:00 on 8:00 of 24:00", "2026-11-24 0:00-6:00 on 6:00 of 24:00"],
    );
    // The clocks go forward at midnight; a date that does not exist; clocks that go back over midnight.
    let always = |zone: &str| schedule(&format!("Timezone: {zone}\nStartTime: 00:00\nStopTime: 24:00"), &[]);
    check_days(
        &always("America/Santiago"),
        "2026-09-06 00:00",
        "2026-09-07 00:00",
        &["2026-09-06 1:00-24:00 on 23:00 of 23:00"],
    );
    check_days(
        &always("Pacific/Apia"),
        "2011-12-29 00:00",
        "2012-01-01 00:00",
        &["2011-12-29 0:00-24:00 on 24:00 of 24:00", "2011-12-31 0:00-24:00 on 24:00 of 24:00"],
    );
    check_days(
        &always("America/St_Johns"),
        "2010-11-06 00:00",
        "2010-11-08 00:00",
        &["2010-11-06 0:00-24:00 on 24:00 of 24:00", "2010-11-07 0:00-0:01 0:00-24:00 on 25:00 of 25:00"],
    );
}

#[test]
fn the_days_of_a_stretch_hold_all_of_it() {
    for zone in [Tz::Europe__Berlin, Tz::America__St_Johns, Tz::Pacific__Apia, Tz::Asia__Kathmandu, Tz::Africa__Cairo] {
        let night = Schedule { zone, ..schedule("StartTime: 22:45\nStopTime: 03:15", &[]) };
        for (from, to) in [("2010-01-01 00:00", "2012-12-31 13:37"), ("2010-11-06 23:30", "2010-11-07 00:30")] {
            let phases = phases(&night, local(&night, from), local(&night, to));
            let days = days(zone, &phases);
            let on = days.iter().fold(Duration::zero(), |sum, day| sum + day.on);
            assert_eq!(on, Totals::of(&phases).on, "{zone} {from}");
            let whole = days.iter().fold(Duration::zero(), |sum, day| sum + (day.to_at - day.from_at));
            assert_eq!(whole, local(&night, to) - local(&night, from), "{zone} {from}");
        }
    }
}

#[test]
fn a_stretch_may_be_cut_anywhere() {
    let mut office = schedule(
        "Timezone: America/New_York\nDaysActive: fri-mon\nStartTime: '22:00'\nStopTime: '06:00'\nStopWarningMinutes: 45",
        &["2026-11-03 start 8:00", "2026-11-04 stop 7:00", "2026-10-30 stop None", "2026-11-08 start None"],
    );
    let (from, to) = (local(&office, "2026-10-28 00:00"), local(&office, "2026-11-10 00:00"));
    for name in ["S", "never followed"] {
        let whole = forecast(std::slice::from_ref(&office), from, to);
        let totals = Totals::of(&phases(&office, from, to));
        for minutes in (1..(to - from).num_minutes()).step_by(97) {
            let cut_at = from + Duration::minutes(minutes);
            let mut parts = forecast(std::slice::from_ref(&office), from, cut_at);
            let rest = forecast(std::slice::from_ref(&office), cut_at, to);
            parts.transitions.extend(rest.transitions);
            parts.warnings.extend(rest.warnings);
            assert_eq!(parts, whole, "{name}, cut at {cut_at}");
            let sum = Totals::of(&phases(&office, from, cut_at)).plus(Totals::of(&phases(&office, cut_at, to)));
            assert_eq!(sum, totals, "{name}, cut at {cut_at}");
        }
        assert_eq!(whole.transitions.is_empty(), name != "S");
        office.enabled = false;
    }
}
