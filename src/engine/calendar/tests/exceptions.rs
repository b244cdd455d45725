//! Exceptions of a date (rule T3).

use super::*;

#[test]
fn t3_a_date_without_a_year_is_a_fault_and_the_timetable_stands() {
    let text = "Schedule: {ScheduleName: S, TagValue: S, DaysActive: weekdays, Enabled: true, StartTime: 09:30, StopTime: 22:00}";
    for date in ["12-25", "2026-13-25", "2026-12-32", "2026-02-29"] {
        let exception = format!(
            "Exceptions: [{{ExceptionUuid: x, ExceptionDate: '{date}', ExceptionType: start, ExceptionValue: None}}]"
        );
        let (schedules, problems) = read(&format!("{text}\n{exception}"));
        assert_eq!((schedules.len(), problems.len()), (1, 1), "{date} {problems:?}");
        assert_eq!(schedules[0].exceptions.len(), 0, "{date}");
    }
}

#[test]
fn t3_exceptions_replace_one_end() {
    let expected = |stop: &str| vec!["Mon 11-23 09:30 +09:00 start".to_owned(), stop.to_owned()];
    let cases = [
        (vec!["2026-11-23 stop 23:00"], expected("Mon 11-23 23:00 +09:00 stop")),
        // A stop of 1:30 after a start at 9:30 is half past one the next morning; so is 25:30.
        (vec!["2026-11-23 stop 1:30"], expected("Tue 11-24 01:30 +09:00 stop")),
        (vec!["2026-11-23 stop 25:30"], expected("Tue 11-24 01:30 +09:00 stop")),
        (vec!["2026-11-23 stop 24:30"], expected("Tue 11-24 00:30 +09:00 stop")),
        // A start without a stop.
        (vec!["2026-11-23 stop None"], vec!["Mon 11-23 09:30 +09:00 start".to_owned()]),
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
    let lines: Vec<String> = contradictions(&schedule, since).iter().map(|(_, problem)| problem.to_string()).collect();
    assert_eq!(
        lines,
        [
            "ScheduleException 2026-11-23 of S: there are 2 `stop` exceptions for this date: the latest counts",
            "ScheduleException 2026-11-24 of S: the stop of this date comes out at its start or before it: there is no window",
        ],
    );
}

#[test]
fn t3_two_starts_of_a_date_are_reported() {
    let cases: [(&[&str], &[&str]); 4] = [
        (
            &["2026-11-23 start 8:00", "2026-11-23 start 7:00"],
            &["ScheduleException 2026-11-23 of S: there are 2 `start` exceptions for this date: the earliest counts"],
        ),
        (
            &["2026-11-23 start None", "2026-11-23 start 7:00"],
            &["ScheduleException 2026-11-23 of S: there are 2 `start` exceptions for this date: the earliest counts"],
        ),
        // One of each kind contradicts nothing, nor do two dates.
        (&["2026-11-23 start 8:00", "2026-11-23 stop 20:00"], &[]),
        (&["2026-11-23 start 8:00", "2026-11-24 start 8:00"], &[]),
    ];
    for (exceptions, expected) in cases {
        let since = "2026-11-16".parse().unwrap();
        let found = contradictions(&office(exceptions), since);
        assert_eq!(
            found.iter().map(|(_, problem)| problem.to_string()).collect::<Vec<_>>(),
            expected,
            "{exceptions:?}"
        );
    }
}

#[test]
fn t3_of_periods_that_start_or_end_together_all_are_moved() {
    let together = |periods: &str, exception: &str, expected: &[&str]| {
        let text = format!("Periods: [{periods}]");
        check(&schedule(&text, &[exception]), "2026-11-23", "2026-11-24", expected);
    };
    // If one of them stayed, the window would begin at nine, or end at six, as if there were no exception.
    let starts =
        "{StartTime: 09:00, StopTime: 12:00}, {StartTime: 09:00, StopTime: 18:00}, {StartTime: 15:00, StopTime: 16:00}";
    together(starts, "2026-11-23 start 10:00", &["Mon 11-23 10:00 +09:00 start", "Mon 11-23 18:00 +09:00 stop"]);
    let stops =
        "{StartTime: 09:00, StopTime: 18:00}, {StartTime: 14:00, StopTime: 18:00}, {StartTime: 10:00, StopTime: 11:00}";
    together(stops, "2026-11-23 stop 16:00", &["Mon 11-23 09:00 +09:00 start", "Mon 11-23 16:00 +09:00 stop"]);
    // Without a stop both starts are alone.
    let lone = "{StartTime: 09:00, StopTime: 18:00}, {StartTime: 14:00, StopTime: 18:00}";
    together(lone, "2026-11-23 stop None", &["Mon 11-23 09:00 +09:00 start", "Mon 11-23 14:00 +09:00 start"]);
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

/// Office hours with a lunch break on weekdays, and a night on Fridays.
fn periods(exceptions: &[&str]) -> Schedule {
    schedule(
        "Periods: [{Weekdays: mon-fri, StartTime: 09:00, StopTime: 12:00}, {Weekdays: mon-fri, StartTime: 13:00, StopTime: 18:00}, {Weekdays: fri, StartTime: 22:00, StopTime: 06:00}]",
        exceptions,
    )
}

#[test]
fn t3_exceptions_with_several_periods() {
    let friday =
        ["20 09:00 start", "20 12:00 stop", "20 13:00 start", "20 18:00 stop", "20 22:00 start", "21 06:00 stop"];
    let cases: [(&[&str], &[&str]); 11] = [
        (&[], &friday),
        // The first start, and no other.
        (&["20 start 10:00"], &["20 10:00 start", friday[1], friday[2], friday[3], friday[4], friday[5]]),
        // The last stop is that of the window which ends last: of the night, on the next morning.
        (&["20 stop 7:00"], &[friday[0], friday[1], friday[2], friday[3], friday[4], "21 07:00 stop"]),
        (&["20 stop 23:00"], &[friday[0], friday[1], friday[2], friday[3], friday[4], "20 23:00 stop"]),
        (&["20 stop None"], &[friday[0], friday[1], friday[2], friday[3], friday[4]]),
        // Of two, the later by what it means.
        (&["20 stop 23:00", "20 stop 7:00"], &[friday[0], friday[1], friday[2], friday[3], friday[4], "21 07:00 stop"]),
        // A holiday: the stops stay, each at its own time of that date.
        (&["20 start None"], &["20 06:00 stop", "20 12:00 stop", "20 18:00 stop"]),
        (&["20 start None", "20 stop 19:00"], &["20 12:00 stop", "20 18:00 stop", "20 19:00 stop"]),
        // A window without time is dropped, the others stay.
        (&["20 start 12:00"], &[friday[2], friday[3], friday[4], friday[5]]),
        // An inactive date: the latest StopTime of all periods.
        (
            &["22 start 10:00"],
            &[friday[0], friday[1], friday[2], friday[3], friday[4], friday[5], "22 10:00 start", "22 18:00 stop"],
        ),
        (&["22 stop 10:00"], &[friday[0], friday[1], friday[2], friday[3], friday[4], friday[5], "22 10:00 stop"]),
    ];
    for (exceptions, expected) in cases {
        let exceptions: Vec<String> = exceptions.iter().map(|text| format!("2026-11-{text}")).collect();
        let exceptions: Vec<&str> = exceptions.iter().map(String::as_str).collect();
        let schedule = periods(&exceptions);
        let (from, to) = (local(&schedule, "2026-11-20 00:00"), local(&schedule, "2026-11-23 00:00"));
        let lines = transitions(&schedule, from, to).into_iter().map(|found| {
            format!("{} {}", found.at.with_timezone(&schedule.zone).format("%d %H:%M"), found.action.as_str())
        });
        assert_eq!(lines.collect::<Vec<_>>(), expected, "{exceptions:?}");
    }
}

#[test]
fn t3_an_end_that_no_period_has_is_added() {
    let stops = schedule(
        "Periods: [{StartTime: None, StopTime: 12:00}, {StartTime: None, StopTime: 18:00}]",
        &["2026-11-20 start 9:00"],
    );
    check(&stops, "2026-11-20", "2026-11-21", &["Fri 11-20 09:00 +09:00 start", "Fri 11-20 18:00 +09:00 stop"]);
    let starts = schedule(
        "Periods: [{StartTime: 13:00, StopTime: None}, {StartTime: 09:00, StopTime: None}]",
        &["2026-11-20 stop 18:00"],
    );
    check(&starts, "2026-11-20", "2026-11-21", &["Fri 11-20 09:00 +09:00 start", "Fri 11-20 18:00 +09:00 stop"]);
}
