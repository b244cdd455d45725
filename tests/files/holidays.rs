//! `lamplighter holidays import` into copies of schedule files.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

use tempfile::TempDir;

use crate::support::{Done, lamplighter, repository};

/// A copy of `schedules/` without its folders, and the calendars of this folder beside it.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("schedules")).unwrap();
    let copy = |from: &Path, to: &Path| {
        for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    };
    copy(&repository().join("schedules"), &folder.path().join("schedules"));
    copy(&repository().join("schedules/holidays"), folder.path());
    copy(&repository().join("tests/files/holidays"), folder.path());
    // As in the repository: calendars in a folder of the schedules are in nobody's way.
    std::fs::create_dir(folder.path().join("schedules/holidays")).unwrap();
    copy(&repository().join("schedules/holidays"), &folder.path().join("schedules/holidays"));
    folder
}

fn import(folder: &TempDir, arguments: &[&str]) -> Done {
    let arguments: Vec<&str> = ["holidays", "import"].iter().chain(arguments).copied().collect();
    lamplighter(folder.path(), &arguments)
}

fn text(folder: &TempDir, file: &str) -> String {
    std::fs::read_to_string(folder.path().join(file)).unwrap()
}

fn names(folder: &TempDir) -> BTreeSet<OsString> {
    std::fs::read_dir(folder.path().join("schedules")).unwrap().map(|entry| entry.unwrap().file_name()).collect()
}

const DEVELOPMENT: &str = "schedules/development.yaml";

#[test]
fn an_import_adds_lines_and_changes_no_other() {
    let folder = folder();
    let files = names(&folder);
    let stretch = ["--from", "2026-01-01", "--to", "2028-12-31"];
    let arguments = [&["kr.ics", "--schedule", "Development", "--out", "schedules"], &stretch[..]].concat();
    let (before, other) = (text(&folder, DEVELOPMENT), text(&folder, "schedules/reporting.yaml"));
    let done = import(&folder, &arguments);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    let first = "kr.ics, in Asia/Seoul: 64 days off: 22 in 2026, 24 in 2027, 18 in 2028\nDevelopment (schedules/development.yaml)\n  + 2026-01-01  New Year's Day\n";
    assert!(done.stdout.starts_with(first), "{}", done.stdout);
    assert!(done.stdout.contains("\n  + 2028-10-03  Chuseok; National Foundation Day\n"), "{}", done.stdout);
    assert!(done.stdout.ends_with("\n  63 added, 1 there already, 0 left alone\n"), "{}", done.stdout);

    let after = text(&folder, DEVELOPMENT);
    let added = after.strip_prefix(&before).unwrap();
    assert_eq!(added.lines().count(), 63);
    let first = r#"  - {ExceptionDate: "2026-01-01", ExceptionType: start, ExceptionValue: "None", Reason: "New Year's Day", CreatedVia: holidays import}"#;
    assert_eq!(added.lines().next(), Some(first));
    assert_eq!(text(&folder, "schedules/reporting.yaml"), other);

    let done = import(&folder, &arguments);
    assert_eq!(done.code, 0);
    assert!(
        done.stdout.ends_with("Development (schedules/development.yaml)\n  0 added, 64 there already, 0 left alone\n")
    );
    assert_eq!(text(&folder, DEVELOPMENT), after);
    let validated = lamplighter(folder.path(), &["validate", "schedules"]);
    assert_eq!((validated.code, validated.stdout.as_str()), (0, "2 files, no fault\n"), "{}", validated.stderr);
    // What it was written in on the way is gone.
    assert_eq!(names(&folder), files);
}

#[test]
fn exports_of_the_python_package_give_the_same_days_as_the_files_that_lie_there() {
    for (export, file) in [("export-kr-2026.ics", "kr.ics"), ("export-us-2026.ics", "us.ics")] {
        let dates = |calendar: &str| {
            let arguments = [
                calendar,
                "--all",
                "--out",
                "schedules",
                "--from",
                "2026-01-01",
                "--to",
                "2026-12-31",
                "--format",
                "json",
            ];
            let done = import(&folder(), &arguments);
            assert_eq!((done.code, done.stderr.as_str()), (0, ""));
            let told: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
            let schedules = told["schedules"].as_array().unwrap().clone();
            schedules.iter().map(|schedule| schedule["added"].as_array().unwrap().clone()).collect::<Vec<_>>()
        };
        let exported = dates(export);
        assert!(exported.len() == 2 && exported.iter().all(|added| added.len() > 10), "{exported:?}");
        assert_eq!(exported, dates(file));
    }
}

#[test]
fn a_change_calendar_gives_the_dates_that_it_closes_in_the_zone_of_the_schedule() {
    let folder = folder();
    let schedule = "Schedule: {ScheduleName: NY, TagValue: NY, DaysActive: all, Enabled: true, StartTime: 09:00, StopTime: 18:00, Timezone: America/New_York}\n";
    std::fs::write(folder.path().join("schedules/ny.yml"), schedule).unwrap();
    let stretch = ["--from", "2026-11-01", "--to", "2026-12-31"];
    let done =
        import(&folder, &[&["change-calendar.ics", "--schedule", "NY", "--out", "schedules"], &stretch[..]].concat());
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    let expected = "change-calendar.ics, in America/New_York: 5 days off: 5 in 2026
  left out line 38 `Night change window`: covers 22:00-24:00 only, not the day from midnight to midnight, on 2026-11-02 and 3 more dates
NY (schedules/ny.yml)
  + 2026-11-07  Audit weekend
  + 2026-11-08  Audit weekend
  + 2026-12-24  Year-end freeze
  + 2026-12-25  Year-end freeze
  + 2026-12-26  Year-end freeze
  5 added, 0 there already, 0 left alone
";
    assert_eq!(done.stdout, expected);

    let closed = text(&folder, "change-calendar.ics").replace("DEFAULT_OPEN", "DEFAULT_CLOSED");
    std::fs::write(folder.path().join("closed.ics"), closed).unwrap();
    let done = import(&folder, &["closed.ics", "--schedule", "NY", "--out", "schedules"]);
    assert_eq!((done.code, done.stdout.as_str()), (1, ""));
    assert!(
        done.stderr.starts_with("error: closed.ics:4: is a change calendar of type `DEFAULT_CLOSED`"),
        "{}",
        done.stderr
    );
}

#[test]
fn somebodys_decision_stands_and_is_told() {
    let folder = folder();
    let path = folder.path().join(DEVELOPMENT);
    let file = text(&folder, DEVELOPMENT);
    let file = file.replace(
        "Exceptions:\n",
        "Exceptions:\n  # The demo day\n  - {ExceptionDate: 2026-05-05, ExceptionType: start, ExceptionValue: 10:00}\n",
    );
    std::fs::write(&path, &file).unwrap();
    let arguments =
        ["kr.ics", "--schedule", "Development", "--from", "2026-05-02", "--to", "2026-05-24", "--out", "schedules"];
    let done = import(&folder, &arguments);
    let expected = "kr.ics, in Asia/Seoul: 2 days off: 2 in 2026
Development (schedules/development.yaml)
  + 2026-05-24  Buddha's Birthday
  ! 2026-05-05  has a start exception `10:00`: somebody's decision, left alone
  1 added, 0 there already, 1 left alone
";
    assert_eq!((done.code, done.stdout.as_str()), (0, expected));
    let done = import(&folder, &[&arguments[..], &["--format", "json"]].concat());
    let expected = r#"{"calendar":"kr.ics","schedules":[{"added":[],"already":["2026-05-24"],"faulty":[],"file":"schedules/development.yaml","followed_to":null,"left_alone":[{"date":"2026-05-05","value":"10:00"}],"left_out":[],"none_since":null,"over":0,"schedule":"Development","years":[{"days":2,"year":2026}],"zone":"Asia/Seoul"}]}"#;
    assert_eq!(done.stdout.trim_end(), expected);
}

#[test]
fn a_faulty_exception_is_told_as_a_fault() {
    let folder = folder();
    let file = text(&folder, DEVELOPMENT);
    let faulty = "Exceptions:\n  - {ExceptionDate: 2026-05-05, ExceptionType: start, ExceptionValue: 99:00}\n";
    std::fs::write(folder.path().join(DEVELOPMENT), file.replace("Exceptions:\n", faulty)).unwrap();
    let arguments =
        ["kr.ics", "--schedule", "Development", "--from", "2026-05-02", "--to", "2026-05-05", "--out", "schedules"];
    let done = import(&folder, &arguments);
    let expected = "kr.ics, in Asia/Seoul: 1 day off: 1 in 2026
Development (schedules/development.yaml)
  ! 2026-05-05  has a start exception `99:00` that is faulty and has no effect, so the date is no day off: correct it or take it away, and import again
  0 added, 0 there already, 0 left alone, 1 faulty
";
    assert_eq!((done.code, done.stdout.as_str()), (0, expected), "{}", done.stderr);
    let done = import(&folder, &[&arguments[..], &["--format", "json"]].concat());
    assert!(done.stdout.contains(r#""faulty":[{"date":"2026-05-05","value":"99:00"}]"#), "{}", done.stdout);
}

#[test]
fn a_calendar_of_the_past_is_told() {
    let folder = folder();
    let calendar = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20200101\nDTEND:20200103\nEND:VEVENT\nEND:VCALENDAR\n";
    std::fs::write(folder.path().join("old.ics"), calendar).unwrap();
    let before = text(&folder, DEVELOPMENT);
    let done = import(&folder, &["old.ics", "--schedule", "Development", "--out", "schedules"]);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    let expected = "old.ics, in Asia/Seoul: 0 days off\n  2 dates before today are left out; `--from DATE` adds them too\n  ! the calendar has no day off from ";
    assert!(done.stdout.starts_with(expected), "{}", done.stdout);
    assert_eq!(text(&folder, DEVELOPMENT), before);
}

#[test]
fn a_rule_without_an_end_stops_where_it_is_said_and_what_is_written_can_be_read() {
    let folder = folder();
    let calendar = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:99971231\nRRULE:FREQ=DAILY\nEND:VEVENT\nEND:VCALENDAR\n";
    std::fs::write(folder.path().join("late.ics"), calendar).unwrap();
    let done = import(&folder, &["late.ics", "--schedule", "Development", "--out", "schedules", "--format", "json"]);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    let told: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    let schedule = &told["schedules"][0];
    assert_eq!(schedule["followed_to"], "9998-12-31");
    let last = schedule["added"].as_array().unwrap().last().unwrap();
    assert_eq!(last["date"], "9998-12-31");
    let validated = lamplighter(folder.path(), &["validate", "schedules"]);
    assert_eq!(validated.code, 0, "{}{}", validated.stdout, validated.stderr);
}

#[test]
fn a_read_only_file_is_not_replaced() {
    let folder = folder();
    let path = folder.path().join(DEVELOPMENT);
    let before = text(&folder, DEVELOPMENT);
    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).unwrap();
    let done = import(&folder, &["kr.ics", "--schedule", "Development", "--out", "schedules", "--from", "2026-01-01"]);
    assert_eq!((done.code, done.stdout.as_str()), (1, ""));
    assert!(
        done.stderr.starts_with("error: schedules/development.yaml: the file is read-only; 0 of 1 files"),
        "{}",
        done.stderr
    );
    assert_eq!(text(&folder, DEVELOPMENT), before);
}

#[test]
fn what_is_wrong_is_told_and_nothing_is_written() {
    let folder = folder();
    let before = text(&folder, DEVELOPMENT);
    std::fs::write(
        folder.path().join("odd.ics"),
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:soon\nEND:VEVENT\nEND:VCALENDAR\n",
    )
    .unwrap();
    std::fs::create_dir(folder.path().join("odd")).unwrap();
    std::fs::write(folder.path().join("odd/a.yaml"), "Schedule: {ScheduleName: A, TagValue: A}").unwrap();
    std::fs::write(folder.path().join("odd/b.json"), "{").unwrap();
    let cases: &[(&[&str], i32, &[&str])] = &[
        (
            &["kr.ics", "--schedule", "Developmnt", "--out", "schedules"],
            1,
            &["error: `Developmnt` is no schedule of schedules; did you mean `Development`?\n"],
        ),
        (
            &["kr.ics", "--schedule", "Development", "--schedule", "X", "--out", "schedules"],
            1,
            &["error: `X` is no schedule of schedules\n"],
        ),
        (
            &["kr.ics", "--schedule", "A", "--out", "odd"],
            1,
            &[
                "error: `A` of odd is at fault: not even its time zone is sure\n",
                "hint: ",
                "odd/b.json:2: ",
                "Schedule A: Enabled: is missing",
            ],
        ),
        (&["kr.ics", "--all", "--out", "odd"], 1, &["error: not every schedule is understood, so none was changed\n"]),
        (&["none.ics", "--all", "--out", "schedules"], 1, &["error: none.ics: "]),
        (
            &["odd.ics", "--all", "--out", "schedules"],
            1,
            &["error: odd.ics:3: DTSTART: `soon` is no date or time such as ", "hint: nothing was written\n"],
        ),
        (
            &[DEVELOPMENT, "--all", "--out", "schedules"],
            1,
            &["error: schedules/development.yaml:1: is no iCalendar file: it begins with `BEGIN:VCALENDAR`\n"],
        ),
        (&["kr.ics", "--all", "--out", "nowhere"], 1, &["error: nowhere: "]),
        (
            &["kr.ics", "--all", "--out", "schedules", "--from", "2027-01-01", "--to", "2026-01-01"],
            2,
            &["error: `--from 2027-01-01` is after `--to 2026-01-01`"],
        ),
        (&["kr.ics", "--out", "schedules"], 2, &["--schedule <NAME>"]),
        (&["kr.ics", "--all", "--out", "schedules", "--from", "soon"], 2, &["--from <DATE>"]),
    ];
    for (arguments, code, expected) in cases {
        let done = import(&folder, arguments);
        assert_eq!((done.code, done.stdout.as_str()), (*code, ""), "{arguments:?} {}", done.stderr);
        for expected in *expected {
            assert!(done.stderr.contains(expected), "{arguments:?} {}", done.stderr);
        }
    }
    assert_eq!(text(&folder, DEVELOPMENT), before);
}

#[test]
fn one_file_that_cannot_be_edited_is_enough_to_write_none() {
    let folder = folder();
    let before = text(&folder, DEVELOPMENT);
    let odd = text(&folder, "schedules/reporting.yaml") + "...\n";
    std::fs::write(folder.path().join("schedules/reporting.yaml"), &odd).unwrap();
    let done = import(&folder, &["us.ics", "--all", "--out", "schedules", "--from", "2026-01-01"]);
    assert_eq!((done.code, done.stdout.as_str()), (1, ""));
    assert!(
        done.stderr.starts_with("error: schedules/reporting.yaml: its `Exceptions` cannot be added to"),
        "{}",
        done.stderr
    );
    assert_eq!(text(&folder, DEVELOPMENT), before);
    assert_eq!(text(&folder, "schedules/reporting.yaml"), odd);
}
