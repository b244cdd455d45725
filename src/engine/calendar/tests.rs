//! A case for each sentence of the rules of time, and for each fault that earlier schedulers had there.

use super::*;
use crate::testing::{local, read, schedule};

mod exceptions;
mod zones;

/// The transitions from one local midnight to another, a line each.
#[track_caller]
fn check(schedule: &Schedule, from: &str, to: &str, expected: &[&str]) {
    let (from, to) = (local(schedule, &format!("{from} 00:00")), local(schedule, &format!("{to} 00:00")));
    let lines: Vec<String> = transitions(schedule, from, to)
        .iter()
        .map(|found| {
            let at = found.at.with_timezone(&schedule.zone);
            format!("{} {}", at.format("%a %m-%d %H:%M %:z"), found.action.as_str())
        })
        .collect();
    assert_eq!(lines, expected);
}

fn office(exceptions: &[&str]) -> Schedule {
    schedule("DaysActive: weekdays\nStartTime: 09:30\nStopTime: 22:00", exceptions)
}

#[test]
fn t2_a_window_a_day() {
    check(
        &office(&[]),
        "2026-11-20",
        "2026-11-24",
        &[
            "Fri 11-20 09:30 +09:00 start",
            "Fri 11-20 22:00 +09:00 stop",
            "Mon 11-23 09:30 +09:00 start",
            "Mon 11-23 22:00 +09:00 stop",
        ],
    );
}

#[test]
fn t2_equal_values_are_a_fault() {
    // start, stop, whether it is understood
    let cases = [
        ("09:30", "9:30", false),
        ("00:00", "0:0", false),
        ("24:00", "24:00", false),
        ("25:30", "25:30", false),
        // Midnight at the other end of the day is another time, and so is its minute before.
        ("00:00", "24:00", true),
        ("09:30", "9:29", true),
        ("09:30", "33:30", true),
        // On the next day it would be the same midnight.
        ("24:00", "00:00", false),
    ];
    for (start, stop, is_understood) in cases {
        let text = format!(
            "Schedule: {{ScheduleName: S, TagValue: S, DaysActive: all, Enabled: true, StartTime: '{start}', StopTime: '{stop}'}}"
        );
        let (schedules, problems) = read(&text);
        assert_eq!(
            (schedules.len() == 1, problems.is_empty()),
            (is_understood, is_understood),
            "{start} {stop} {problems:?}"
        );
    }
}

#[test]
fn t2_an_inactive_date_gives_nothing() {
    check(&office(&[]), "2026-11-21", "2026-11-23", &[]);
}

#[test]
fn t2_a_range_of_days_that_wraps_works_by_night_too() {
    // Kubernetes downscalers misread `Sun-Fri` and refuse `22:00-06:00`: Saturday alone is left out.
    let nights = schedule("DaysActive: Sun-Fri\nStartTime: '22:00'\nStopTime: '06:00'", &[]);
    check(
        &nights,
        "2026-11-20",
        "2026-11-24",
        &[
            "Fri 11-20 06:00 +09:00 stop",
            "Fri 11-20 22:00 +09:00 start",
            "Sat 11-21 06:00 +09:00 stop",
            "Sun 11-22 22:00 +09:00 start",
            "Mon 11-23 06:00 +09:00 stop",
            "Mon 11-23 22:00 +09:00 start",
        ],
    );
}

#[test]
fn t2_a_stop_not_later_than_the_start_is_on_the_next_day() {
    // Friday night's window belongs to Friday: it stops on Saturday morning, not on Friday morning.
    let night = schedule("DaysActive: fri\nStartTime: '22:00'\nStopTime: '06:00'", &[]);
    check(&night, "2026-11-20", "2026-11-23", &["Fri 11-20 22:00 +09:00 start", "Sat 11-21 06:00 +09:00 stop"]);
}

#[test]
fn t1_hours_past_24_are_on_the_next_day() {
    let late = schedule("DaysActive: mon\nStartTime: 24:30\nStopTime: 26:00", &[]);
    check(&late, "2026-11-23", "2026-11-25", &["Tue 11-24 00:30 +09:00 start", "Tue 11-24 02:00 +09:00 stop"]);
}

#[test]
fn t2_a_period_covers_the_dates_that_all_of_its_fields_cover() {
    let text = "Periods: [{Weekdays: mon#2, StartTime: 09:00, StopTime: 10:00}, {Monthdays: L, Months: nov, StartTime: 20:00, StopTime: None}]";
    check(
        &schedule(text, &[]),
        "2026-11-01",
        "2027-01-01",
        &[
            "Mon 11-09 09:00 +09:00 start",
            "Mon 11-09 10:00 +09:00 stop",
            "Mon 11-30 20:00 +09:00 start",
            "Mon 12-14 09:00 +09:00 start",
            "Mon 12-14 10:00 +09:00 stop",
        ],
    );
}

#[test]
fn t7_a_rare_start_is_found_from_far_away() {
    let leap =
        schedule("Periods: [{Monthdays: 29, Months: feb, Weekdays: tue, StartTime: 9:00, StopTime: 10:00}]", &[]);
    let shown = |found: Option<Transition>| found.map(|found| found.at.to_rfc3339());
    let now = local(&leap, "2026-11-20 00:00");
    // 2000 and 2028 have a Tuesday, 29 February; then 2056.
    assert_eq!(shown(last_transition(&leap, now)), Some("2000-02-29T01:00:00+00:00".to_owned()));
    assert_eq!(shown(next_transition(&leap, now, None)), Some("2028-02-29T00:00:00+00:00".to_owned()));
    let after = local(&leap, "2028-03-01 00:00");
    assert_eq!(shown(next_transition(&leap, after, None)), Some("2056-02-29T00:00:00+00:00".to_owned()));
}

#[test]
fn t4_windows_that_overlap_or_touch_are_one() {
    let whole_days = schedule("DaysActive: weekdays\nStartTime: 00:00\nStopTime: 24:00", &[]);
    check(
        &whole_days,
        "2026-11-16",
        "2026-11-24",
        &["Mon 11-16 00:00 +09:00 start", "Sat 11-21 00:00 +09:00 stop", "Mon 11-23 00:00 +09:00 start"],
    );
    let extended = office(&["2026-11-23 stop 34:00"]);
    check(&extended, "2026-11-23", "2026-11-25", &["Mon 11-23 09:30 +09:00 start", "Tue 11-24 22:00 +09:00 stop"]);
}

#[test]
fn t5_a_start_or_stop_alone() {
    let start_only = schedule("DaysActive: mon\nStartTime: 09:30", &[]);
    check(&start_only, "2026-11-23", "2026-11-30", &["Mon 11-23 09:30 +09:00 start"]);
    let stop_only = schedule("DaysActive: all\nStopTime: 20:00", &[]);
    check(&stop_only, "2026-11-23", "2026-11-24", &["Mon 11-23 20:00 +09:00 stop"]);
    // Inside a window: dropped. At its end: the start stands.
    check(
        &office(&["2026-11-22 stop 35:00", "2026-11-22 start None"]),
        "2026-11-23",
        "2026-11-24",
        &["Mon 11-23 09:30 +09:00 start", "Mon 11-23 22:00 +09:00 stop"],
    );
    check(
        &office(&["2026-11-22 start 46:00", "2026-11-22 stop None"]),
        "2026-11-23",
        "2026-11-24",
        &["Mon 11-23 09:30 +09:00 start", "Mon 11-23 22:00 +09:00 start"],
    );
}

#[test]
fn t4_what_one_of_two_periods_keeps_is_kept() {
    let cases: [(&str, &[&str]); 4] = [
        // Two rules that overlap never stop what one of them keeps (Kubernetes downscalers).
        (
            "{StartTime: 08:00, StopTime: 20:00}, {StartTime: 18:00, StopTime: 23:00}",
            &["Mon 11-23 08:00 +09:00 start", "Mon 11-23 23:00 +09:00 stop"],
        ),
        (
            "{StartTime: 08:00, StopTime: 20:00}, {StartTime: 12:00, StopTime: 13:00}",
            &["Mon 11-23 08:00 +09:00 start", "Mon 11-23 20:00 +09:00 stop"],
        ),
        (
            "{StartTime: 08:00, StopTime: 12:00}, {StartTime: 12:00, StopTime: 20:00}",
            &["Mon 11-23 08:00 +09:00 start", "Mon 11-23 20:00 +09:00 stop"],
        ),
        // A minute is a pause: until 23:59 is not until midnight.
        (
            "{StartTime: 08:00, StopTime: '11:59'}, {StartTime: 12:00, StopTime: 20:00}",
            &[
                "Mon 11-23 08:00 +09:00 start",
                "Mon 11-23 11:59 +09:00 stop",
                "Mon 11-23 12:00 +09:00 start",
                "Mon 11-23 20:00 +09:00 stop",
            ],
        ),
    ];
    for (periods, expected) in cases {
        check(&schedule(&format!("Periods: [{periods}]"), &[]), "2026-11-23", "2026-11-24", expected);
    }
    // A night of two periods (AWS's Instance Scheduler), one until midnight and one from it, does not stop there.
    let night = "Periods: [{Weekdays: fri, StartTime: '22:00', StopTime: '24:00'}, {Weekdays: sat, StartTime: 00:00, StopTime: 06:00}]";
    let expected = ["Fri 11-20 22:00 +09:00 start", "Sat 11-21 06:00 +09:00 stop"];
    check(&schedule(night, &[]), "2026-11-20", "2026-11-23", &expected);
    // Two one-sided periods start and stop as well.
    let night = "Periods: [{Weekdays: fri, StartTime: '22:00', StopTime: None}, {Weekdays: sat, StartTime: None, StopTime: 06:00}]";
    check(&schedule(night, &[]), "2026-11-20", "2026-11-23", &expected);
}

#[test]
fn t5_a_lone_end_inside_a_window_is_dropped() {
    let nine_to_six = ["Mon 11-23 09:00 +09:00 start", "Mon 11-23 18:00 +09:00 stop"];
    let nine_then_six = ["Mon 11-23 09:00 +09:00 start", "Mon 11-23 18:00 +09:00 start"];
    let later = [nine_to_six[0], nine_to_six[1], "Mon 11-23 18:01 +09:00 start"];
    let earlier = ["Mon 11-23 08:59 +09:00 stop", nine_to_six[0], nine_to_six[1]];
    let cases: [(&str, &[&str]); 9] = [
        ("StartTime: 09:00, StopTime: None", &nine_to_six),
        ("StartTime: 12:00, StopTime: None", &nine_to_six),
        ("StartTime: '17:59', StopTime: None", &nine_to_six),
        // The window's end is not in it: there the start stands.
        ("StartTime: 18:00, StopTime: None", &nine_then_six),
        ("StartTime: '18:01', StopTime: None", &later),
        ("StartTime: None, StopTime: '08:59'", &earlier),
        ("StartTime: None, StopTime: 09:00", &nine_to_six),
        ("StartTime: None, StopTime: 12:00", &nine_to_six),
        ("StartTime: None, StopTime: 18:00", &nine_to_six),
    ];
    for (lone, expected) in cases {
        let text = format!("Periods: [{{StartTime: 09:00, StopTime: 18:00}}, {{{lone}}}]");
        check(&schedule(&text, &[]), "2026-11-23", "2026-11-24", expected);
    }
}

#[test]
fn t7_the_last_transition_decides() {
    let schedule = office(&[]);
    let last = |text: &str| {
        let found = last_transition(&schedule, local(&schedule, text)).unwrap();
        (found.at, found.action)
    };
    assert_eq!(last("2026-11-23 09:29"), (local(&schedule, "2026-11-20 22:00"), Action::Stop));
    assert_eq!(last("2026-11-23 09:30"), (local(&schedule, "2026-11-23 09:30"), Action::Start));
    assert_eq!(last("2026-11-23 22:00"), (local(&schedule, "2026-11-23 22:00"), Action::Stop));
    let never = crate::testing::schedule("", &[]);
    assert_eq!(last_transition(&never, local(&never, "2026-11-23 12:00")), None);
}

#[test]
fn t7_a_window_without_end_has_one_start() {
    let always = schedule("StartTime: 00:00\nStopTime: 24:00", &[]);
    let one = last_transition(&always, local(&always, "2026-11-23 12:00")).unwrap();
    let other = last_transition(&always, local(&always, "2027-11-23 12:00")).unwrap();
    assert_eq!((one, one.action), (other, Action::Start));
    assert_eq!(next_transition(&always, local(&always, "2026-11-23 12:00"), None), None);
    // A stretch of weeks that began far behind the first horizon.
    let long = schedule("StartTime: 00:00\nStopTime: 24:00", &["2026-10-01 start None", "2026-10-01 stop None"]);
    let found = last_transition(&long, local(&long, "2026-11-23 12:00")).unwrap();
    assert_eq!(found.at, local(&long, "2026-10-02 00:00"));
}

#[test]
fn the_next_transition() {
    let schedule = office(&[]);
    let next = |text: &str, action| next_transition(&schedule, local(&schedule, text), action).unwrap().at;
    assert_eq!(next("2026-11-20 22:00", None), local(&schedule, "2026-11-23 09:30"));
    assert_eq!(next("2026-11-20 22:00", Some(Action::Stop)), local(&schedule, "2026-11-23 22:00"));
    assert_eq!(next("2026-11-20 21:59", None), local(&schedule, "2026-11-20 22:00"));
}

#[test]
fn a_stretch_gives_the_same_transitions_whole_or_in_parts() {
    let schedules = [
        office(&["2026-11-23 stop 34:00", "2026-11-21 start 46:00", "2026-11-26 start None"]),
        schedule("StartTime: '22:00'\nStopTime: '06:00'", &["2026-11-24 stop 47:00"]),
        schedule("StartTime: 47:00\nStopTime: 46:00", &[]),
        schedule("StartTime: 00:00\nStopTime: 24:00", &["2026-11-24 stop 12:00"]),
    ];
    for schedule in schedules {
        let at = |hour: i64| local(&schedule, "2026-11-16 00:00") + Duration::hours(hour);
        let whole = transitions(&schedule, at(0), at(14 * 24));
        let parts: Vec<Transition> =
            (0..14 * 24).flat_map(|hour| transitions(&schedule, at(hour), at(hour + 1))).collect();
        assert_eq!(whole, parts);
        for transition in whole {
            assert_eq!(last_transition(&schedule, transition.at), Some(transition));
        }
    }
}
