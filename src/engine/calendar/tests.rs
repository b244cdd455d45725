//! A case for each sentence of the rules of time, and for each fault that earlier schedulers had there.

use super::*;
use crate::testing::{local, schedule};

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
fn t3_exceptions_replace_one_end() {
    let expected = |stop: &str| vec!["Mon 11-23 09:30 +09:00 start".to_owned(), stop.to_owned()];
    let cases = [
        (vec!["2026-11-23 stop 23:00"], expected("Mon 11-23 23:00 +09:00 stop")),
        // A stop of 1:30 after a start at 9:30 is half past one the next morning; so is 25:30.
        (vec!["2026-11-23 stop 1:30"], expected("Tue 11-24 01:30 +09:00 stop")),
        (vec!["2026-11-23 stop 25:30"], expected("Tue 11-24 01:30 +09:00 stop")),
        // Of two stops the later wins, by what they mean; no stop is the latest of all.
        (vec!["2026-11-23 stop 23:00", "2026-11-23 stop 1:30"], expected("Tue 11-24 01:30 +09:00 stop")),
        (vec!["2026-11-23 stop 23:00", "2026-11-23 stop None"], vec!["Mon 11-23 09:30 +09:00 start".to_owned()]),
        // A holiday.
        (vec!["2026-11-23 start None"], vec!["Mon 11-23 22:00 +09:00 stop".to_owned()]),
        // Of two starts the earlier wins, and no start gives way to a time.
        (
            vec!["2026-11-23 start None", "2026-11-23 start 8:00", "2026-11-23 start 7:00"],
            vec!["Mon 11-23 07:00 +09:00 start".to_owned(), "Mon 11-23 22:00 +09:00 stop".to_owned()],
        ),
        (vec!["2026-11-23 start 22:00"], vec![]),
    ];
    for (exceptions, expected) in cases {
        let schedule = schedule("DaysActive: mon\nStartTime: 09:30\nStopTime: 22:00", &exceptions);
        check(&schedule, "2026-11-23", "2026-11-25", &expected.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[test]
fn t3_contradictions_are_reported() {
    let schedule =
        office(&["2026-11-23 stop 23:00", "2026-11-23 stop 22:30", "2026-11-24 start 22:00", "2026-11-02 start 22:00"]);
    let since = "2026-11-16".parse().unwrap();
    let lines: Vec<String> = contradictions(&schedule, since).iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "ScheduleException 2026-11-23 of S: there are 2 `stop` exceptions for this date: the latest counts",
            "ScheduleException 2026-11-24 of S: start and stop of this date come out equal: it has no window",
        ],
    );
}

#[test]
fn t3_exceptions_on_an_inactive_date() {
    let cases: [(&[&str], &[&str]); 4] = [
        // Saturday work: the start makes the date active, with the usual stop.
        (&["2026-11-21 start 10:00"], &["Sat 11-21 10:00 +09:00 start", "Sat 11-21 22:00 +09:00 stop"]),
        (
            &["2026-11-21 start 10:00", "2026-11-21 stop 14:00"],
            &["Sat 11-21 10:00 +09:00 start", "Sat 11-21 14:00 +09:00 stop"],
        ),
        (&["2026-11-21 stop 14:00"], &["Sat 11-21 14:00 +09:00 stop"]),
        (&["2026-11-21 start None", "2026-11-21 stop None"], &[]),
    ];
    for (exceptions, expected) in cases {
        check(&office(exceptions), "2026-11-21", "2026-11-23", expected);
    }
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
fn t6_gaps_and_folds() {
    let check_zone = |zone: &str, times: &str, (from, to): (&str, &str), expected: &[&str]| {
        let (start, stop) = times.split_once('-').unwrap();
        let text = format!("Timezone: {zone}\nStartTime: '{start}'\nStopTime: '{stop}'");
        check(&schedule(&text, &[]), from, to, expected);
    };
    // The spring gap moves 02:30 to 03:30; in the fall the first 01:30 counts, and nothing flaps.
    let spring = ("2026-03-08", "2026-03-09");
    check_zone(
        "America/New_York",
        "02:30-05:00",
        spring,
        &["Sun 03-08 03:30 -04:00 start", "Sun 03-08 05:00 -04:00 stop"],
    );
    let fall = ("2026-11-01", "2026-11-02");
    check_zone(
        "America/New_York",
        "01:30-05:00",
        fall,
        &["Sun 11-01 01:30 -04:00 start", "Sun 11-01 05:00 -05:00 stop"],
    );
    // Both ends in the gap: they keep their distance.
    check_zone(
        "Europe/Berlin",
        "02:10-02:50",
        ("2026-03-29", "2026-03-30"),
        &["Sun 03-29 03:10 +02:00 start", "Sun 03-29 03:50 +02:00 stop"],
    );
    // The start falls into the gap and comes out behind the stop: no window.
    check_zone("Europe/Berlin", "02:30-03:15", ("2026-03-29", "2026-03-30"), &[]);
    // Half an hour, midnight, and a whole day.
    check_zone(
        "Australia/Lord_Howe",
        "02:15-05:00",
        ("2026-10-04", "2026-10-05"),
        &["Sun 10-04 02:45 +11:00 start", "Sun 10-04 05:00 +11:00 stop"],
    );
    check_zone(
        "America/Santiago",
        "00:30-05:00",
        ("2026-09-06", "2026-09-07"),
        &["Sun 09-06 01:30 -03:00 start", "Sun 09-06 05:00 -03:00 stop"],
    );
    check_zone(
        "Pacific/Apia",
        "09:00-18:00",
        ("2011-12-29", "2012-01-01"),
        &[
            "Thu 12-29 09:00 -10:00 start",
            "Thu 12-29 18:00 -10:00 stop",
            "Sat 12-31 09:00 +14:00 start",
            "Sat 12-31 18:00 +14:00 stop",
        ],
    );
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
