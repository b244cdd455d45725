//! `lamplighter validate`: each fault of a file, with its place.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{lamplighter, repository};

fn broken() -> std::path::PathBuf {
    repository().join("tests/files/broken")
}

#[test]
fn each_fault_has_its_file_line_attribute_and_what_is_allowed() {
    let done = lamplighter(&broken(), &["validate", "."]);
    assert_eq!((done.code, done.stderr.as_str()), (1, "error: 50 faults in 31 files\n"));
    insta::assert_snapshot!(done.stdout, @r#"
    ./attribute-missing.yaml:3: Schedule AttributeMissing: Enabled: is missing: true or false (type BOOL)
    ./attribute-unknown.yaml:9: Schedule AttributeUnknown: StopWarningMinute = `15`: is not a known attribute and has no effect; did you mean `StopWarningMinutes`?
    ./day-misspelt.yaml:5: Schedule DayMisspelt: DaysActive = `weekdys`: `weekdys` is no day (did you mean `weekdays`?); allowed: `all`, `weekdays`, `weekends`, or a list of days and ranges such as `mon,wed,fri`, `mon-thu`, `fri-mon`
    ./days-misspelt.yaml:5: Schedule DaysMisspelt: DaysActive = `mno,tue,teu,weekend,mon-friday`: `mno` is no day (did you mean `mon`?), `teu` is no day (did you mean `tue`?), `weekend` is no day, `mon-friday` is no day (did you mean `mon-fri`?); allowed: `all`, `weekdays`, `weekends`, or a list of days and ranges such as `mon,wed,fri`, `mon-thu`, `fri-mon`
    ./days-misspelt.yaml:8: Schedule DaysMisspelt: StopTime = `09:30`: start and stop are both 09:30: is that never, or always? `00:00` to `24:00` is all day
    ./enabled-yes.yaml:6: Schedule EnabledYes: Enabled = `yes`: is not true or false (type BOOL): write `true`
    ./exception-date.yaml:10: ScheduleException 25.12.2026 of ExceptionDate: ExceptionDate = `25.12.2026`: is no date; allowed: a date `YYYY-MM-DD`
    ./exception-id-twice.yaml:11: ScheduleException off of ExceptionIdTwice: ExceptionUuid = `off`: is there twice, and one would take the place of the other in the tables: also in ./exception-id-twice.yaml:10; allowed: an id of its own, or none
    ./exception-twice.yaml:11: ScheduleException 2026-12-24 of ExceptionTwice: there are 2 `stop` exceptions for this date: the latest counts
    ./exception-type.yaml:10: ScheduleException 2026-12-25 of ExceptionType: ExceptionType = `stpo`: is no type of exception (did you mean `stop`?); allowed: `start` or `stop`
    ./exception-void.yaml:10: ScheduleException 2026-12-24 of ExceptionVoid: the stop of this date comes out at its start or before it: there is no window
    ./forged.yaml:5: Schedule Forged: DaysActive = `mon\n./zone.yaml:9: all is well\u{202e}`: `mon./zone.yaml:9:alliswell\u{202e}` is no day; allowed: `all`, `weekdays`, `weekends`, or a list of days and ranges such as `mon,wed,fri`, `mon-thu`, `fri-mon`
    ./groups-cycle.yaml:10: ScheduleServerGroup GroupsCycle/A: Dependency = `["B"]`: the groups wait for one another: A -> B -> A; allowed: nothing, since no other group does without it
    ./groups-hidden.yaml:10: ScheduleServerGroup GroupsHidden/Cache: InstanceType = `EC3`: is no kind of instance (did you mean `EC2`?); allowed: `EC2` or `RDS`
    ./groups-hidden.yaml:11: ScheduleServerGroup GroupsHidden/API: Dependency = `["Cache","Web"]`: the groups wait for one another: API -> Web -> API; allowed: `Cache`
    ./groups-hidden.yaml:12: ScheduleServerGroup GroupsHidden/Web: Dependency = `["API","Chache"]`: group `Web` depends on `Chache`, which is no group of the schedule (did you mean `Cache`?); allowed: `API`, `Cache`
    ./groups-hidden.yaml:13: ScheduleServerGroup GroupsHidden/Web: GroupName = `Web`: group `Web` is there twice: also in ./groups-hidden.yaml:12
    ./groups-hidden.yaml:13: ScheduleServerGroup GroupsHidden/Web: InstanceType = `RSD`: is no kind of instance (did you mean `RDS`?); allowed: `EC2` or `RDS`
    ./groups-missing.yaml:11: ScheduleServerGroup GroupsMissing/API: Dependency = `["Databse"]`: group `API` depends on `Databse`, which is no group of the schedule (did you mean `Database`?); allowed: `Database`
    ./groups-type.yaml:10: ScheduleServerGroup GroupsType/Cache: InstanceType = `ElastiCache`: is no kind of instance; allowed: `EC2` or `RDS`
    ./json.json:7: Schedule Json: StartTime = `570`: is not text (type S); allowed: `H:M` with hour 0-47 and minute 0-59, such as `09:30` (hours from 24 mean the next day), or `None`
    ./minutes-nan.yaml:9: StopWarningMinutes: holds `NaN`, which is no number that can be kept; expected a finite one
    ./minutes-nan.yaml:10: MaxExtensionMinutes: holds `inf`, which is no number that can be kept; expected a finite one
    ./name-control.yaml:3: Schedule: ScheduleName = `a\nb`: holds a control character (a name has up to 256 characters, none of them such); allowed: the name of a schedule
    ./name-control.yaml:8: Schedule: StopTime = `25:99`: is no time of day; allowed: `H:M` with hour 0-47 and minute 0-59, such as `09:30` (hours from 24 mean the next day), or `None`
    ./name-control.yaml:10: ScheduleServerGroup API: InstanceType = `EC3`: is no kind of instance (did you mean `EC2`?); allowed: `EC2` or `RDS`
    ./name-missing.yaml:3: `Schedule` with a `ScheduleName` is missing
    ./name-missing.yaml:7: Schedule: StopTime = `25:99`: is no time of day; allowed: `H:M` with hour 0-47 and minute 0-59, such as `09:30` (hours from 24 mean the next day), or `None`
    ./name-missing.yaml:9: ScheduleServerGroup API: InstanceType = `EC3`: is no kind of instance (did you mean `EC2`?); allowed: `EC2` or `RDS`
    ./name-other.yaml:10: ScheduleName = `Other`: another `ScheduleName` than the file's; allowed: `NameOther`, or none: leave it out, or give it a file of its own
    ./near.yaml:9: Schedule Near: Timezone = `Seoul`: is no time zone (did you mean `Asia/Seoul`?); allowed: an IANA name such as `Asia/Seoul`
    ./near.yaml:10: Schedule Near: Mode = `notfy`: is no mode (did you mean `notify`?); allowed: `act`, `notify` or `off`
    ./near.yaml:11: Schedule Near: Regions = `["eu west"]`: `eu west` is no name of a region; allowed: names such as `eu-west-1`
    ./near.yaml:13: ScheduleServerGroup Near/API: InstanceType = `RSD`: is no kind of instance (did you mean `RDS`?); allowed: `EC2` or `RDS`
    ./near.yaml:13: ScheduleServerGroup Near/API: Ready = `status-okay`: is no kind of readiness (did you mean `status-ok`?); allowed: `running` or `status-ok`
    ./part-unknown.yaml:9: `Exeptions` is no part of a schedule file; did you mean `Exceptions`?
    ./periods.yaml:7: Schedule Periods: Periods[0].Weekdays = `mno-fri`: `mno-fri` is no day of the week (did you mean `mon-fri`?); allowed: days and ranges such as `mon,wed`, `mon-fri`, `fri-mon`, `mon#2` (the second Monday), `friL` (the last Friday)
    ./periods.yaml:8: Schedule Periods: Periods[0].Monthdays = `/10`: `/10` is no day of the month; allowed: days 1-31, ranges and steps such as `1,15`, `1-7`, `1-31/2`, `5/10`, `L` (the last day), `15W` (the weekday nearest to the 15th)
    ./periods.yaml:9: Schedule Periods: Periods[0].Months = `jan,fbe`: `fbe` is no month (did you mean `feb`?); allowed: months, ranges and steps such as `jan,jul`, `jan-mar`, `nov-feb`, `1-3`, `jan/3`
    ./periods.yaml:11: Schedule Periods: Periods[0].StopTime = `18:00`: start and stop are both 18:00: is that never, or always? `00:00` to `24:00` is all day
    ./periods.yaml:12: Schedule Periods: Periods[0].Weekday = `mon`: is not a known attribute and has no effect; did you mean `Weekdays`?
    ./start-is-stop.yaml:8: Schedule StartIsStop: StopTime = `09:30`: start and stop are both 09:30: is that never, or always? `00:00` to `24:00` is all day
    ./tag.yaml:4: TagValue: holds the tag `!x`, which means nothing here; expected plain text, a number, true, false, a list or a mapping
    ./tag.yaml:8: Schedule Tag: StopTime = `25:99`: is no time of day; allowed: `H:M` with hour 0-47 and minute 0-59, such as `09:30` (hours from 24 mean the next day), or `None`
    ./time.yaml:7: Schedule Time: StartTime = `25:99`: is no time of day; allowed: `H:M` with hour 0-47 and minute 0-59, such as `09:30` (hours from 24 mean the next day), or `None`
    ./twice-2.yaml:3: Schedule Twice: ScheduleName = `Twice`: is there twice: also in ./twice-1.yaml:3
    ./twice-2.yaml:8: Schedule Twice: StopTime = `25:99`: is no time of day; allowed: `H:M` with hour 0-47 and minute 0-59, such as `09:30` (hours from 24 mean the next day), or `None`
    ./yaml-key-twice.yaml:9: is no YAML: duplicated key in mapping
    ./yaml.yaml:10: is no YAML: while parsing a node, did not find expected node content
    ./zone.yaml:9: Schedule Zone: Timezone = `Asia/Soul`: is no time zone (did you mean `Asia/Seoul`?); allowed: an IANA name such as `Asia/Seoul`
    "#);
    let files = std::fs::read_dir(broken()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    for file in files.filter(|file| file != "twice-1.yaml") {
        assert!(done.stdout.contains(&format!("./{file}:")), "nothing is said of {file}");
    }
}

#[test]
fn programs_get_every_part_of_a_fault() {
    let done = lamplighter(&broken(), &["validate", "time.yaml", "--format", "json"]);
    assert_eq!(done.code, 1);
    let listed: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    let fault = &listed["faults"][0];
    assert_eq!(listed["files"], 1);
    assert_eq!((fault["file"].as_str(), fault["line"].as_u64()), (Some("time.yaml"), Some(7)));
    assert_eq!(fault["item"], "Schedule Time");
    assert_eq!((fault["attribute"].as_str(), fault["holds"].as_str()), (Some("StartTime"), Some("25:99")));
    assert!(fault["message"].as_str().unwrap().starts_with("is no time of day; allowed: `H:M`"));
}

#[test]
fn what_is_fine_is_fine() {
    let done = lamplighter(repository(), &["validate", "schedules"]);
    assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (0, "2 files, no fault\n", ""));
}

#[test]
fn what_is_not_there_is_wrong_input() {
    let empty = tempfile::tempdir().unwrap();
    let check = |folder: &Path, path: &str, expected: &str| {
        let done = lamplighter(folder, &["validate", path]);
        assert_eq!((done.code, done.stderr.as_str()), (1, expected), "{path}");
    };
    check(empty.path(), "nowhere", "error: nowhere: No such file or directory (os error 2)\n");
    check(empty.path(), ".", "error: .: holds no schedule file (`*.yaml`, `*.yml`, `*.json`)\n");
    let done = lamplighter(&broken(), &["validate", "enabled-yes.yaml", "nowhere", "exception-type.yaml"]);
    let places: Vec<&str> = done.stdout.lines().filter_map(|line| line.split(": ").next()).collect();
    assert_eq!(
        (done.code, places),
        (1, vec!["enabled-yes.yaml:6", "exception-type.yaml:10", "nowhere"]),
        "one path that is not there hides no other"
    );
}

#[test]
fn a_file_is_read_once() {
    let folder = repository().join("schedules");
    let done = lamplighter(&folder, &["validate", ".", "development.yaml", "../schedules/development.yaml"]);
    assert_eq!((done.code, done.stdout.as_str()), (0, "2 files, no fault\n"));
}

#[cfg(unix)]
#[test]
fn a_pipe_in_a_folder_is_a_fault_and_one_that_is_named_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new("mkfifo").arg(folder.path().join("x.yaml")).status().unwrap();
    assert!(made.success());
    std::fs::create_dir(folder.path().join("y.yaml")).unwrap();
    let done = lamplighter(folder.path(), &["validate", "."]);
    assert_eq!((done.code, done.stdout.as_str()), (1, "./x.yaml: is no regular file\n./y.yaml: is no regular file\n"));
    for path in ["-", "/dev/stdin"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_lamplighter"))
            .args(["validate", path])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let text = std::fs::read(broken().join("enabled-yes.yaml")).unwrap();
        child.stdin.take().unwrap().write_all(&text).unwrap();
        let output = child.wait_with_output().unwrap();
        let line = String::from_utf8(output.stdout).unwrap();
        assert!(line.starts_with(&format!("{path}:6: Schedule EnabledYes: Enabled = `yes`: ")), "{line}");
    }
    let done = lamplighter(folder.path(), &["validate", "/dev/zero"]);
    assert_eq!((done.code, done.stdout.as_str()), (1, "/dev/zero: is larger than 1048576 bytes\n"));
}

#[test]
fn who_reads_no_further_is_told_by_the_exit_code() {
    for (path, code) in [(broken(), 1), (repository().join("schedules"), 0)] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = Command::new(env!("CARGO_BIN_EXE_lamplighter")).arg("validate").arg(path).stdout(writer).output();
        let output = output.unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(code), b"".as_slice()));
    }
}
