//! `lamplighter import aws-instance-scheduler`.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::support::lamplighter;

/// What AWS's solution brings along, as its command line prints it.
const SCHEDULES: &str = r#"{"Schedules": [
  {"Name": "running", "Type": "schedule", "Description": "Instances running", "UseMetrics": false, "OverrideStatus": "running"},
  {"Name": "stopped", "Type": "schedule", "Description": "Instances stopped", "UseMetrics": false, "OverrideStatus": "stopped"},
  {"Name": "scale-up-down", "Type": "schedule", "Description": "Vertical scaling on weekdays, based on UTC time",
   "Timezone": "UTC", "Periods": ["working-days@t2.micro", "weekends@t2.nano"]},
  {"Name": "seattle-office-hours", "Type": "schedule", "Description": "Office hours in Seattle (Pacific)",
   "Timezone": "US/Pacific", "Periods": ["office-hours"]},
  {"Name": "uk-office-hours", "Type": "schedule", "Description": "Office hours in UK", "Timezone": "Europe/London",
   "Periods": ["office-hours"]}
]}"#;
const PERIODS: &str = r#"{"Periods": [
  {"Name": "first-monday-in-quarter", "Type": "period", "Description": "Every first Monday of each quarter",
   "Weekdays": ["mon#1"], "Months": ["jan/3"]},
  {"Name": "office-hours", "Type": "period", "Description": "Office hours", "Weekdays": ["mon-fri"], "Begintime": "09:00",
   "Endtime": "17:00"},
  {"Name": "weekends", "Type": "period", "Description": "Days in weekend", "Weekdays": ["sat-sun"]},
  {"Name": "working-days", "Type": "period", "Description": "Working days", "Weekdays": ["mon-fri"]}
]}"#;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn import(folder: &Path, arguments: &[&str]) -> crate::support::Done {
    lamplighter(folder, &[&["import", "aws-instance-scheduler"], arguments].concat())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn imports_what_aws_brings_along() {
    let folder = folder(&[("schedules.json", SCHEDULES), ("periods.json", PERIODS)]);
    let done = import(folder.path(), &["schedules.json", "periods.json", "--out", "made/here"]);
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(done.stdout, @r#"
    written    made/here/running.yaml
    written    made/here/scale-up-down.yaml
    written    made/here/seattle-office-hours.yaml
    written    made/here/stopped.yaml
    written    made/here/uk-office-hours.yaml

    Not the same here
      schedule scale-up-down, periods `weekends@t2.nano`
          has no equal: the times of the period are imported, the type of an instance is not changed
      schedule scale-up-down, periods `working-days@t2.micro`
          has no equal: the times of the period are imported, the type of an instance is not changed
      schedule stopped, override_status `stopped`
          has no equal: `Enabled: false` is written, which starts nothing and stops nothing; what still runs
          is stopped once by `ForceStop: true`
      schedules, stop_new_instances `true`
          an instance that is new and runs outside its schedule is stopped at once by AWS; here at the next
          stop, or, with `Enforce: true`, in the next tick

    Good to know
      config
          switch AWS's scheduler off (its EventBridge rule) before these files are applied: two schedulers
          undo each other's work
      config, tagname `Schedule`
          is not in the files, so AWS's default is taken; instances carry the schedule's name in this tag:
          with the setting `SCHEDULE_TAG_KEY=Schedule` they need no new one
      period first-monday-in-quarter
          is used by no schedule; nothing was made of it
      schedule running, override_status `running`
          is written as a window without an end
    "#);
    let made = folder.path().join("made/here");
    let expected =
        ["running.yaml", "scale-up-down.yaml", "seattle-office-hours.yaml", "stopped.yaml", "uk-office-hours.yaml"];
    assert_eq!(names(&made), expected);
    insta::assert_snapshot!(fs::read_to_string(made.join("uk-office-hours.yaml")).unwrap(), @r#"
    # Made by `lamplighter import` from the schedule `uk-office-hours` of AWS's Instance Scheduler.
    Schedule:
      ScheduleName: uk-office-hours
      TagValue: uk-office-hours
      Description: Office hours in UK
      # office-hours: Office hours
      DaysActive: weekdays
      Enabled: true
      StartTime: "09:00"
      StopTime: "17:00"
      Timezone: Europe/London
      ForceStart: false
    "#);
    insta::assert_snapshot!(fs::read_to_string(made.join("scale-up-down.yaml")).unwrap(), @r#"
    # Made by `lamplighter import` from the schedule `scale-up-down` of AWS's Instance Scheduler.
    # Not the same here:
    # - periods `weekends@t2.nano`: has no equal: the times of the period are imported, the type of an instance is not
    # changed
    # - periods `working-days@t2.micro`: has no equal: the times of the period are imported, the type of an instance is
    # not changed
    Schedule:
      ScheduleName: scale-up-down
      TagValue: scale-up-down
      Description: "Vertical scaling on weekdays, based on UTC time"
      Enabled: true
      Periods:
        # weekends: Days in weekend
        - {Weekdays: "sat,sun", StartTime: "00:00", StopTime: "24:00"}
        # working-days: Working days
        - {Weekdays: mon-fri, StartTime: "00:00", StopTime: "24:00"}
      Timezone: UTC
      ForceStart: false
    "#);

    let valid = lamplighter(folder.path(), &["validate", "made/here"]);
    assert_eq!(valid.code, 0, "{}{}", valid.stdout, valid.stderr);

    let again = import(folder.path(), &["periods.json", "schedules.json", "--out", "made/here"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_eq!(again.stdout.matches("unchanged").count(), 5, "{}", again.stdout);
}

#[test]
fn a_faulty_schedule_is_left_out_and_the_others_are_written() {
    let items = r#"{"Items": [
      {"type": {"S": "schedule"}, "name": {"S": "good"}, "periods": {"SS": ["day"]}, "timezone": {"S": "Asia/Seoul"}, "enforced": {"BOOL": true}},
      {"type": {"S": "schedule"}, "name": {"S": "bad"}, "periods": {"SS": ["day", "night"]}},
      {"type": {"S": "period"}, "name": {"S": "day"}, "begintime": {"S": "09:00"}, "endtime": {"S": "17:00"}},
      {"type": {"S": "period"}, "name": {"S": "night"}, "begintime": {"S": "22:00"}, "endtime": {"S": "06:00"}}
    ], "Count": 4, "ScannedCount": 4, "ConsumedCapacity": null}"#;
    let folder = folder(&[("scan.json", items)]);
    let done = import(folder.path(), &["scan.json", "--out", "made", "--format", "json"]);
    assert_eq!(done.code, 4, "{}", done.stderr);
    assert!(done.stderr.contains("1 of 2 schedules could not be written"), "{}", done.stderr);
    let told: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    let files = serde_json::json!([
        {"schedule": "bad", "path": null, "state": "left out"},
        {"schedule": "good", "path": "made/good.yaml", "state": "written"},
    ]);
    assert_eq!(told["files"], files);
    let note = |item: &str| told["notes"].as_array().unwrap().iter().find(|note| note["item"] == item).unwrap().clone();
    let night = note("period night");
    assert_eq!(
        (&night["kind"], &night["attribute"], &night["holds"]),
        (&"fault".into(), &"endtime".into(), &"06:00".into())
    );
    assert!(night["message"].as_str().unwrap().starts_with("is before begintime"), "{night}");
    assert_eq!(names(&folder.path().join("made")), ["good.yaml"]);
}

#[test]
fn a_file_that_differs_is_left_as_it_is() {
    let folder = folder(&[("schedules.json", SCHEDULES), ("periods.json", PERIODS)]);
    fs::create_dir(folder.path().join("made")).unwrap();
    let mine = folder.path().join("made/uk-office-hours.yaml");
    fs::write(&mine, "# mine\n").unwrap();
    let arguments = ["schedules.json", "periods.json", "--out", "made"];
    let done = import(folder.path(), &arguments);
    assert_eq!(done.code, 4, "{}", done.stderr);
    assert!(done.stdout.contains("made/uk-office-hours.yaml is there already"), "{}", done.stdout);
    assert!(done.stderr.contains("`--force` writes over"), "{}", done.stderr);
    assert_eq!(fs::read_to_string(&mine).unwrap(), "# mine\n");

    let done = import(folder.path(), &[&arguments[..], &["--force"]].concat());
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(fs::read_to_string(&mine).unwrap().contains("StartTime: \"09:00\""));
}

#[test]
fn a_file_that_cannot_be_written_is_told_and_the_others_are_written() {
    let items = r#"[{"type": "schedule", "name": "S", "override_status": "running", "retain_running": true},
                    {"type": "schedule", "name": "s", "override_status": "running"},
                    {"type": "schedule", "name": "t", "override_status": "running"},
                    {"type": "schedule", "name": "u", "override_status": "running"}]"#;
    let folder = folder(&[("items.json", items)]);
    let made = folder.path().join("made");
    fs::create_dir_all(made.join("s-2.yaml")).unwrap();
    let locked = made.join("t.yaml");
    fs::write(&locked, "# mine\n").unwrap();
    let mut permissions = fs::metadata(&locked).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&locked, permissions).unwrap();
    let done = import(folder.path(), &["items.json", "--out", "made", "--force"]);
    assert_eq!(done.code, 4, "{}", done.stderr);
    let files =
        "written    made/S.yaml\nfailed     made/s-2.yaml\nfailed     made/t.yaml\nwritten    made/u.yaml\n\nFaults\n";
    assert!(done.stdout.starts_with(files), "{}", done.stdout);
    for expected in [
        "\n  schedule s\n      made/s-2.yaml could not be written: ",
        "\n  schedule t\n      made/t.yaml could not be written: the file is read-only\n",
        "\n  schedule S, retain_running `true`\n",
        "\nGood to know\n",
    ] {
        assert!(done.stdout.contains(expected), "{expected}: {}", done.stdout);
    }
    assert!(done.stderr.starts_with("error: 2 of 4 schedules could not be written\n"), "{}", done.stderr);
    assert_eq!(names(&made), ["S.yaml", "s-2.yaml", "t.yaml", "u.yaml"]);
    assert_eq!(fs::read_to_string(&locked).unwrap(), "# mine\n");
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let folder = folder(&[("schedules.json", SCHEDULES), ("periods.json", PERIODS)]);
    let done = import(folder.path(), &["schedules.json", "periods.json", "--out", "periods.json/made"]);
    assert_eq!(done.code, 1, "{}", done.stderr);
    assert!(done.stderr.starts_with("error: no schedule could be written\n"), "{}", done.stderr);
    assert_eq!(done.stdout.matches("failed  ").count(), 5, "{}", done.stdout);
}

#[test]
fn no_name_leads_out_of_the_folder() {
    let items = r#"[{"type": "schedule", "name": "../../out", "override_status": "running"},
                    {"type": "schedule", "name": "/tmp/x", "override_status": "running"}]"#;
    let folder = folder(&[("items.json", items)]);
    let done = import(folder.path(), &["items.json", "--out", "made"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(names(&folder.path().join("made")), ["out.yaml", "tmp-x.yaml"]);
    assert_eq!(names(folder.path()), ["items.json", "made"]);
}

#[test]
fn input_that_is_none_is_told() {
    let page = r#"{"Items": [], "LastEvaluatedKey": {"name": {"S": "x"}}}"#;
    let folder =
        folder(&[("csv.json", "Name,Type"), ("none.json", "[]"), ("page.json", page), ("bad.json", SCHEDULES)]);
    let cases = [
        (&["csv.json"][..], 1, "csv.json: line 1: is no JSON"),
        (&["none.json"], 1, "hold no schedule"),
        (&["page.json"], 1, "only a page of the table"),
        (&["missing.json"], 1, "missing.json: "),
        (&["."], 1, "is no file"),
        (&["bad.json", "--default-timezone", "Mars"], 2, "is no time zone"),
        (&[], 2, "<FILE>"),
    ];
    for (arguments, code, expected) in cases {
        let done = import(folder.path(), &[arguments, &["--out", "made"]].concat());
        assert_eq!((done.code, done.stdout.as_str()), (code, ""), "{arguments:?} {}", done.stderr);
        assert!(done.stderr.contains(expected), "{arguments:?} {}", done.stderr);
    }
    assert!(!folder.path().join("made").exists());
}
