//! `lamplighter explain`: the rule, the item and the instant behind the answer, and what comes next.

use std::path::Path;

use serde_json::Value;

use crate::support::{lamplighter, repository};

/// What is said of a schedule of a folder at an instant.
#[track_caller]
fn explain(folder: &Path, schedule: &str, at: &str) -> String {
    let done = lamplighter(folder, &["explain", schedule, ".", "--at", at]);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""), "{}", done.stdout);
    done.stdout
}

fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("s.yaml"), text).unwrap();
    folder
}

#[test]
fn a_night_off_with_all_that_is_behind_it() {
    let schedules = repository().join("schedules");
    insta::assert_snapshot!(explain(&schedules, "Development", "2026-11-21T12:00:00+09:00"), @r#"
    Sat 2026-11-21 12:00 (Asia/Seoul): Development should be off

    since    Fri 2026-11-20 22:00  stop   `StopTime` 22:00 of Fri 2026-11-20  [T7 T2]
    date     Sat 2026-11-21               `DaysActive` does not cover it; no exception
    next     Mon 2026-11-23 09:30  start  `StartTime` 09:30 of Mon 2026-11-23  [T2]
    then     Mon 2026-11-23 22:00  stop   `StopTime` 22:00 of Mon 2026-11-23  [T2]
    warning  Mon 2026-11-23 21:50         of the stop at Mon 2026-11-23 22:00, if anything would be stopped  [T10]
    order    Database                     starts at once; stops when API, Cache have stopped  [O1 O2]
             Cache                        starts when Database is ready; stops when API has stopped  [O1 O2]
             API                          starts when Cache, Database are ready; stops when Batch has stopped  [O1 O2]
             Batch                        starts when API is ready; stops at once  [O1 O2]
    "#);
}

#[test]
fn periods_exceptions_and_changes_of_the_clocks() {
    let text = "Schedule:
  ScheduleName: Berlin
  TagValue: Berlin
  Enabled: true
  Enforce: true
  ForceStart: true
  Timezone: Europe/Berlin
  StopWarningMinutes: 0
  Periods:
    - {Weekdays: sun, StartTime: '02:30', StopTime: '12:00'}
    - {Weekdays: sun, StartTime: '12:00', StopTime: '18:00'}
Exceptions:
  - {ExceptionDate: 2026-03-29, ExceptionType: stop, ExceptionValue: '25:00', Reason: Release, CreatedBy: Jiyeon}
";
    insta::assert_snapshot!(explain(folder(text).path(), "Berlin", "2026-03-29T11:00:00+02:00"), @r#"
    Sun 2026-03-29 11:00 (Europe/Berlin): Berlin should be on by the timetable, and is ordered to start

    mode                                      `Enforce` is true: what people start or stop by hand is undone  [T9]
    order                                     `ForceStart` is true: everything is started now, until the next stop  [T11]
    since        Sun 2026-03-29 03:30  start  `Periods[0].StartTime` 02:30 of Sun 2026-03-29; 02:30 does not exist there, the clocks go forward  [T7 T2 T6]
    date         Sun 2026-03-29               `Periods[0]`, `Periods[1]` cover it; exception `stop 25:00` (Release, Jiyeon)
    passed over  Sun 2026-03-29 12:00  stop   `Periods[0].StopTime` 12:00 of Sun 2026-03-29; changes nothing, the windows are one  [T4]
                 Sun 2026-03-29 12:00  start  `Periods[1].StartTime` 12:00 of Sun 2026-03-29; changes nothing, the windows are one  [T4]
    next         Mon 2026-03-30 01:00  stop   exception `stop 25:00` (Release, Jiyeon) of Sun 2026-03-29, on the next day  [T3]
    then         Sun 2026-04-05 02:30  start  `Periods[0].StartTime` 02:30 of Sun 2026-04-05  [T2]
    "#);
}

#[test]
fn times_are_shown_as_they_are_written() {
    // start and stop, an exception, the instant; the stop and the date that it is shown with.
    let cases = [
        (
            "9:00 24:00",
            "",
            "2026-12-30",
            "Thu 2026-12-31 00:00  stop   `StopTime` 24:00 of Wed 2026-12-30, on the next day  [",
        ),
        (
            "9:00 25:30",
            "",
            "2026-12-30",
            "Thu 2026-12-31 01:30  stop   `StopTime` 25:30 of Wed 2026-12-30, on the next day  [",
        ),
        (
            "22:00 6:00",
            "",
            "2026-11-20",
            "Sat 2026-11-21 06:00  stop   `StopTime` 06:00 of Fri 2026-11-20, on the next day  [",
        ),
        ("9:00 18:00", "", "2026-11-20", "Fri 2026-11-20 18:00  stop   `StopTime` 18:00 of Fri 2026-11-20  ["),
        (
            "47:00 24:30",
            "",
            "2026-11-20",
            "Sun 2026-11-22 00:30  stop   `StopTime` 24:30 of Fri 2026-11-20, two days later  [",
        ),
        (
            "22:00 6:00",
            "7:00",
            "2026-11-20",
            "Sat 2026-11-21 07:00  stop   exception `stop 07:00` of Fri 2026-11-20, on the next day  [",
        ),
        (
            "9:00 18:00",
            "25:00",
            "2026-11-20",
            "Sat 2026-11-21 01:00  stop   exception `stop 25:00` of Fri 2026-11-20, on the next day  [",
        ),
    ];
    for (times, exception, date, expected) in cases {
        let (start, stop) = times.split_once(' ').unwrap();
        let mut text = format!(
            "Schedule: {{ScheduleName: S, TagValue: S, DaysActive: 'wed,fri', Enabled: true, StartTime: '{start}', StopTime: '{stop}'}}\n"
        );
        if !exception.is_empty() {
            text += &format!(
                "Exceptions:\n  - {{ExceptionDate: '{date}', ExceptionType: stop, ExceptionValue: '{exception}'}}\n"
            );
        }
        let said = explain(folder(&text).path(), "S", &format!("{date}T14:00:00+09:00"));
        assert!(said.contains(expected), "{times} {exception}: {expected}\n{said}");
    }
}

#[test]
fn nothing_lies_ahead() {
    let text = "Schedule: {ScheduleName: S, TagValue: S, DaysActive: all, Enabled: true, Mode: notify, StartTime: None, StopTime: None}";
    insta::assert_snapshot!(explain(folder(text).path(), "S", "2026-03-29"), @r#"
    Sun 2026-03-29 00:00 (Asia/Seoul): S is not managed yet

    mode                     `Mode` is `notify`: it is said what would be done, and nothing is done
    since                    no start or stop lies before: nothing is wanted until the first  [T7]
    date   Sun 2026-03-29    `DaysActive` covers it; no exception
    next                     nothing: no start or stop lies ahead
    "#);
}

#[test]
fn a_timetable_that_is_not_followed_wants_nothing() {
    let text =
        "Schedule: {ScheduleName: S, TagValue: S, DaysActive: all, Enabled: false, StartTime: 9:00, StopTime: 18:00}";
    insta::assert_snapshot!(explain(folder(text).path(), "S", "2026-03-29"), @r#"
    Sun 2026-03-29 00:00 (Asia/Seoul): S is left alone

    mode                    `Enabled` is false: only force start and force stop act
    date  Sun 2026-03-29    `DaysActive` covers it; no exception
    next                    nothing: the timetable is not followed
    "#);
}

#[test]
fn a_stop_after_a_stop_says_since_when_it_has_been_off() {
    let schedules = repository().join("schedules");
    let since = |schedule: &Path, name: &str, at: &str| {
        let said = explain(schedule, name, at);
        said.lines().find(|line| line.starts_with("since")).unwrap().to_owned()
    };
    // Christmas Day is off; on Saturday the last stop is Friday's, at which nothing was running.
    let said = since(&schedules, "Development", "2026-12-26T12:00");
    assert!(said.contains("Fri 2026-12-25 22:00  stop   `StopTime` 22:00 of Fri 2026-12-25, without a start (off since Thu 2026-12-24 22:00)  [T7 T2 T5]"), "{said}");
    let said = since(&schedules, "Development", "2026-12-25T12:00");
    assert!(said.contains("Thu 2026-12-24 22:00  stop   `StopTime` 22:00 of Thu 2026-12-24  [T7 T2]"), "{said}");
    // Starts alone, after a stop once; and where nothing ever stops, since when is not known.
    let text =
        "Schedule: {ScheduleName: S, TagValue: S, DaysActive: all, Enabled: true, StartTime: '9:00', StopTime: None}
Exceptions:
  - {ExceptionDate: 2026-11-20, ExceptionType: stop, ExceptionValue: '18:00'}
";
    let said = since(folder(text).path(), "S", "2026-11-23T12:00");
    assert!(said.contains("without a stop (on since Sat 2026-11-21 09:00)"), "{said}");
    let said = since(folder(text).path(), "S", "2026-11-19T12:00");
    assert!(said.contains("of Thu 2026-11-19, without a stop  ["), "{said}");
}

#[test]
fn a_local_time_is_one_of_the_schedule() {
    let text = "Schedule: {ScheduleName: S, TagValue: S, DaysActive: all, Enabled: true, StartTime: '9:00', StopTime: '18:00', Timezone: Europe/Berlin}";
    let folder = folder(text);
    let at = |at: &str| explain(folder.path(), "S", at);
    let expected = at("2026-12-24T12:30:00+01:00");
    for local in ["2026-12-24T12:30", "2026-12-24T12:30:00", "2026-12-24 12:30", "2026-12-24 12:30:00"] {
        assert_eq!(at(local), expected, "{local}");
    }
}

#[test]
fn programs_get_the_same() {
    let arguments = ["explain", "Development", "schedules", "--at", "2026-11-23T13:00:00Z", "--format", "json"];
    let done = lamplighter(repository(), &arguments);
    let object: Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(
        (object["desired"].as_str(), object["last"]["at"].as_str()),
        (Some("stopped"), Some("2026-11-23T13:00:00Z"))
    );
    let cause = &object["last"]["causes"][0];
    assert_eq!((cause["item"].as_str(), cause["attribute"].as_str()), (Some("Schedule Development"), Some("StopTime")));
    assert_eq!(cause["rules"][0], "T2");
    assert_eq!(
        (object["next"][0]["at"].as_str(), object["next"][0]["action"].as_str()),
        (Some("2026-11-24T00:30:00Z"), Some("start"))
    );
    assert_eq!(object["warning"]["at"], "2026-11-24T12:50:00Z");
    assert_eq!(object["groups"][0]["group"], "Database");
}

#[test]
fn a_name_that_is_not_there_and_a_schedule_at_fault() {
    let done = lamplighter(repository(), &["explain", "development", "schedules"]);
    assert_eq!(
        (done.code, done.stderr.as_str()),
        (1, "error: there is no schedule `development`\nhint: did you mean `Development`?\n")
    );
    let broken = repository().join("tests/files/broken");
    let done = lamplighter(&broken, &["explain", "PartUnknown", "."]);
    insta::assert_snapshot!(done.stderr, @r#"
    error: `PartUnknown` cannot be understood, so it is left exactly as it is
    hint: correct ./part-unknown.yaml:9: `Exeptions` is no part of a schedule file; did you mean `Exceptions`?
    "#);
    assert_eq!(done.code, 1);
    let done = lamplighter(repository(), &["explain", "Development", "schedules", "--at", "tomorrow"]);
    assert_eq!(done.code, 2);
}
