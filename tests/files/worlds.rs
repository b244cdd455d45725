//! `lamplighter simulate` with files of one's own: which are taken, and what is said of slips in them.

use std::path::Path;

use serde_json::Value;

use crate::support::{Done, lamplighter};

const SCHEDULE: &str = "Schedule:
  ScheduleName: Office
  TagValue: Office
  DaysActive: all
  Enabled: true
  StartTime: \"09:30\"
  StopTime: \"22:00\"
  Timezone: Europe/Berlin
ServerGroups:
  - {GroupName: Database, InstanceType: RDS}
";
const WORLD: &str = "From: 2026-11-23T09:25
To: 2026-11-23T09:45
Instances:
  - {Instance: rds/db, ScheduleName: Office, ScheduleGroupName: Database}
";

/// Runs it in a folder with these files.
fn simulate(files: &[(&str, &str)], arguments: &str) -> Done {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    run(folder.path(), arguments)
}

fn run(folder: &Path, arguments: &str) -> Done {
    let arguments: Vec<&str> = ["simulate"].into_iter().chain(arguments.split_whitespace()).collect();
    lamplighter(folder, &arguments)
}

#[test]
fn nothing_is_simulated_on_half_of_the_schedules() {
    let faulty = SCHEDULE.replace("DaysActive: all", "DaysActive: al").replace("22:00", "25:99");
    let other = SCHEDULE.replace("Office", "Other");
    let done = simulate(&[("o.yaml", &faulty), ("p.yaml", &other), ("w.yaml", WORLD)], "o.yaml p.yaml --world w.yaml");
    assert_eq!((done.code, done.stdout.as_str()), (1, ""));
    assert_eq!(
        done.stderr,
        "error: o.yaml:4: Schedule Office: DaysActive = `al`: `al` is no day (did you mean `all`?); allowed: `all`, `weekdays`, `weekends`, or a list of days and ranges such as `mon,wed,fri`, `mon-thu`, `fri-mon`
error: o.yaml:7: Schedule Office: StopTime = `25:99`: is no time of day; allowed: `H:M` with hour 0-47 and minute 0-59, such as `09:30` (hours from 24 mean the next day), or `None`
hint: nothing is simulated on half of the schedules; `lamplighter validate o.yaml` checks them alone
"
    );
}

#[test]
fn faults_are_told_as_validate_tells_them() {
    let many = "  - {ExceptionDate: x}\n".repeat(30);
    let twice = "Exceptions:\n  - {ExceptionDate: 2026-11-24, ExceptionType: stop, ExceptionValue: \"19:00\"}\n  - {ExceptionDate: 2026-11-24, ExceptionType: stop, ExceptionValue: \"20:00\"}\n";
    for text in [
        "Schedul: {}\n".to_owned(),
        "Schedule: [".to_owned(),
        SCHEDULE.replace("TagValue", "TagValu"),
        SCHEDULE.replace("RDS", "RSD"),
        format!("{SCHEDULE}{twice}"),
        format!("{SCHEDULE}Exceptions:\n{many}"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("o.yaml"), &text).unwrap();
        std::fs::write(folder.path().join("w.yaml"), WORLD).unwrap();
        let done = run(folder.path(), ". --world w.yaml");
        assert_eq!((done.code, done.stdout.as_str()), (1, ""), "{text}: {}", done.stderr);
        let told = done.stderr.lines().filter_map(|line| line.strip_prefix("error: ./"));
        let told: Vec<&str> = told.collect();
        let validated = lamplighter(folder.path(), &["validate", "o.yaml"]).stdout;
        let validated: Vec<&str> = validated.lines().take(20).collect();
        assert!(!told.is_empty() && told == validated, "{told:#?} {validated:#?}");
    }
}

#[test]
fn worlds_among_the_schedule_files_are_left_out() {
    let other = "Cron: 10m\nInstances:\n  - {Instance: rds/other, ScheduleName: Office}\n";
    let files = [("team/o.yaml", SCHEDULE), ("team/sample.yaml", other), ("mine.yaml", WORLD)];
    // A folder with a world in it, and one's own world from elsewhere.
    let done = simulate(&files, "team --world mine.yaml");
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    assert!(done.stdout.contains("starts rds/db") && !done.stdout.contains("rds/other"), "{}", done.stdout);
    // As a shell spells `team/*.yaml`.
    let done = simulate(&files, "team/o.yaml team/sample.yaml --world mine.yaml");
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(
        done.stderr,
        "remark: team/sample.yaml: is a world, and not the one that `--world` names: it is left out\n"
    );
    // With both in one folder, the other one.
    let done = simulate(&files, "team --world team/sample.yaml --from 2026-11-23T09:00 --to 2026-11-23T10:00");
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stdout.contains("starts rds/other"), "{}", done.stdout);
}

#[test]
fn without_a_path_the_schedule_files_beside_the_world_are_taken() {
    let files = [
        ("team/o.yaml", SCHEDULE),
        ("team/w.yaml", WORLD),
        ("alone/w.yaml", WORLD),
        ("o.yaml", SCHEDULE),
        ("w.yaml", WORLD),
    ];
    let named = simulate(&files, "team/o.yaml --world team/w.yaml");
    for arguments in ["--world team/w.yaml", "--world w.yaml", "--world ./w.yaml"] {
        let beside = simulate(&files, arguments);
        assert_eq!((beside.code, beside.stderr.as_str(), &beside.stdout), (0, "", &named.stdout), "{arguments}");
    }
    let hint = "hint: name schedule files, or folders of them, before `--world`; rows may stand under `Rows` of the world file, too\n";
    let cases = [
        ("--world alone/w.yaml", "error: there is no schedule: alone/w.yaml has no schedule file beside it\n"),
        ("alone --world w.yaml", "error: there is no schedule in alone\n"),
    ];
    for (arguments, said) in cases {
        let done = simulate(&files, arguments);
        assert_eq!((done.code, done.stderr), (1, format!("{said}{hint}")), "{arguments}");
    }
    let rows = "Rows: {Schedule: [{ScheduleName: R, TagValue: R, DaysActive: all, Enabled: true, StartTime: \"09:30\", StopTime: None}]}\n";
    let done = simulate(&[("w.yaml", &format!("{WORLD}{rows}"))], "--world w.yaml");
    assert_eq!(done.code, 0, "{}", done.stderr);
    // A fault beside the world names the file.
    let done = simulate(&[("w.yaml", WORLD), ("s.yaml", "Schedule: 1")], "--world w.yaml");
    assert_eq!(done.code, 1, "{}", done.stderr);
    assert!(done.stderr.starts_with("error: s.yaml:1: "), "{}", done.stderr);
}

#[test]
fn slips_in_the_world_are_remarked_with_their_line_and_what_may_be_meant() {
    let incidents = "Incidents:
  - At: 2026-11-23T09:40
    What: orders
    Schedule: Offic
    Flag: ForceStop
  - {At: 2026-11-23T09:40, What: extends, Schedule: office, By: 1h}
  - {At: 2026-11-23T09:40, What: edits, Table: ScheduleServerGroup, Key: {ScheduleName: Office, GroupName: Databse}, Attribute: Ready}
  - {At: 2026-11-23T09:40, What: launched, Instance: rds/bd}
  - {At: 2026-11-23T09:40, What: retagged, Instance: rds/db, ScheduleName: Offices, ScheduleGroupName: Database}
  - {At: 2026-11-23T09:40, What: deletes, Table: ScheduleRun, Key: {ScheduleName: \"@lamplighter\", RunId: \"@told\"}}
  - {At: 2026-11-23T10:40, What: retagged, Instance: rds/db, ScheduleName: null}
";
    let world = WORLD.replace("ScheduleGroupName: Database", "ScheduleGroupName: Databas");
    let done = simulate(&[("s.yaml", SCHEDULE), ("w.yaml", &format!("{world}{incidents}"))], "s.yaml --world w.yaml");
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(
        done.stderr,
        "remark: w.yaml:4: Instances[0].ScheduleGroupName = `Databas`: is no group of Office; did you mean `Database`?
remark: w.yaml:8: Incidents[0].Schedule = `Offic`: is no schedule of this world; did you mean `Office`?
remark: w.yaml:10: Incidents[1].Schedule = `office`: is no schedule of this world; did you mean `Office`?
remark: w.yaml:11: Incidents[2].Key.GroupName = `Databse`: no such row of `ScheduleServerGroup`; did you mean `Database`?
remark: w.yaml:12: Incidents[3].Instance = `rds/bd`: is no instance of this world; did you mean `rds/db`?
remark: w.yaml:13: Incidents[4].ScheduleName = `Offices`: is the TagValue of no schedule of this world; did you mean `Office`?
remark: w.yaml:15: Incidents[6].At = `2026-11-23T10:40:00+01:00`: is not before the end of the stretch: it does not happen (2026-11-23T09:45:00+01:00)
"
    );
}

#[test]
fn incidents_outside_the_stretch_are_remarked_in_the_zone_of_the_schedule() {
    let incidents = "Incidents:
  - {At: 2026-11-23T09:30, What: console, Instance: rds/db, Action: start}
  - {At: 2026-11-23T09:31, What: outage, Until: 2026-11-23T09:40}
";
    let files = [("s.yaml", SCHEDULE), ("w.yaml", &format!("{WORLD}{incidents}"))];
    let done = simulate(&files, "s.yaml --world w.yaml --from 2026-11-23T10:00 --to 2026-11-23T11:00");
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(
        done.stderr,
        "remark: w.yaml:5: Incidents: none of the 2 lies between 2026-11-23T10:00:00+01:00 and 2026-11-23T11:00:00+01:00
remark: w.yaml:6: Incidents[0].At = `2026-11-23T09:30:00+01:00`: is before the beginning of the stretch: it happens at the beginning (2026-11-23T10:00:00+01:00)
remark: w.yaml:7: Incidents[1].Until = `2026-11-23T09:40:00+01:00`: is not after the beginning of the stretch: it is over before (2026-11-23T10:00:00+01:00)
"
    );
    let done = simulate(&files, "s.yaml --world w.yaml --to 2026-11-23T09:00");
    let said = "error: the end (2026-11-23T09:00:00+01:00) is not after the beginning (2026-11-23T09:25:00+01:00)\n";
    assert_eq!((done.code, done.stderr.as_str()), (2, said));
}

#[test]
fn what_there_was_no_time_to_ask_for_is_asked_by_the_next_tick_without_a_word() {
    let instances = "  - {Instance: rds/db-2, ScheduleName: Office, ScheduleGroupName: Database}
  - {Instance: rds/db-3, ScheduleName: Office, ScheduleGroupName: Database}
";
    let slow = "Incidents:\n  - {At: 2026-11-23T09:26, What: aws-fails, Call: start, How: slow, Times: 2, Until: 2026-11-23T09:40}\n";
    let files = [("s.yaml", SCHEDULE), ("w.yaml", &format!("{WORLD}{instances}{slow}"))];
    let done = simulate(&files, "s.yaml --world w.yaml");
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(done.stdout, @r"
    Office  Mon 23 Nov 2026 09:25 to 09:45, Europe/Berlin, ticks every 5 min and on changes, seed 0

    Mon 23 Nov 2026
    09:26:00  fault   AWS: a start is slow 2 times until 09:40
    09:30:50  tick    starts rds/db
    09:31:00  tick    starts rds/db-2 and is answered: NoAnswer: AWS did not answer in the time left
    09:31:00  chat    Office: 1 instance of Database is starting
    09:31:50  AWS     rds/db is running
    09:31:54  tick    starts rds/db-3
    09:31:54  chat    Office: 1 instance of Database is starting
    09:32:00  AWS     rds/db-2 is running
    09:32:54  AWS     rds/db-3 is running
    09:32:55  chat    Office has started: 2 instances in 2 min

    7 ticks, 3 starts, 0 stops, 3 messages: no promise broken
    ");
}

#[test]
fn what_was_due_and_came_to_nothing_is_said_at_the_end() {
    let incident = "Incidents:\n  - {At: 2026-11-23T00:00, What: tables-fail, Call: scan, How: missing, Until: 2026-11-25T12:00}\n";
    let files = [("s.yaml", SCHEDULE), ("w.yaml", &format!("{WORLD}{incident}"))];
    let two_days = "s.yaml --world w.yaml --from 2026-11-23T06:00 --to 2026-11-25T06:00";
    let done = simulate(&files, two_days);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let end = "0 starts, 0 stops, 0 messages: no promise broken
2 transitions of the timetable were due and not one instance was asked
  Mon 23 Nov 09:30  start  Office
  Tue 24 Nov 09:30  start  Office
";
    assert!(done.stdout.ends_with(end), "{}", done.stdout);
    let done = simulate(&files, &format!("{two_days} --format json"));
    let summary: Value = serde_json::from_str(done.stdout.lines().last().unwrap()).unwrap();
    let missed = serde_json::json!([
        {"at": "2026-11-23T08:30:00Z", "schedule": "Office", "action": "start"},
        {"at": "2026-11-24T08:30:00Z", "schedule": "Office", "action": "start"},
    ]);
    assert_eq!(summary["missed"], missed);
    // Once the tables are back what is due is caught up.
    let done = simulate(&files, &two_days.replace("11-25T06", "11-25T13"));
    assert!(done.stdout.contains("starts rds/db") && done.stdout.contains("2 transitions"), "{}", done.stdout);
}

/// Every text in a value that has the form of an instant.
fn instants(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => {
            let is_instant = text.len() >= 19 && text.as_bytes()[10] == b'T' && text.starts_with("20");
            Vec::from_iter(is_instant.then(|| text.clone()))
        }
        Value::Array(values) => values.iter().flat_map(instants).collect(),
        Value::Object(map) => map.values().flat_map(instants).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn json_is_in_the_order_of_time_with_instants_in_utc() {
    let incidents = "Incidents:
  - {At: 2026-11-23T09:26, What: clocks-apart, By: 40s, Until: 2026-11-23T09:40}
  - {At: 2026-11-23T09:31, What: doubled, By: 3s, Until: 2026-11-23T09:40}
  - {At: 2026-11-23T09:41, What: extends, Schedule: Office, By: 1h}
";
    let world = WORLD.replace("09:45", "23:45");
    let files = [("s.yaml", SCHEDULE), ("w.yaml", &format!("{world}{incidents}"))];
    let done = simulate(&files, "s.yaml --world w.yaml --format json");
    let lines: Vec<Value> = done.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let times: Vec<&str> = lines.iter().filter_map(|line| line["at"].as_str()).collect();
    assert!(
        times.len() > 20 && times.is_sorted_by_key(|at| chrono::DateTime::parse_from_rfc3339(at).unwrap()),
        "{times:?}"
    );
    let others: Vec<String> =
        lines.iter().flat_map(instants).filter(|text| !text.split('/').next().unwrap().ends_with('Z')).collect();
    assert_eq!(others, [""; 0]);
    assert!(lines.iter().any(|line| line["until"] == "2026-11-23T08:40:00Z"), "{}", done.stdout);
}

#[test]
fn the_help_says_what_a_world_may_hold() {
    let done = run(Path::new("."), "--help");
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    for said in ["\nAn incident:\n", "\n  outage ", "\n  retagged ", "\n  BusyAtFirst ", "`tests/scenarios`"] {
        assert!(done.stdout.contains(said), "{said}: {}", done.stdout);
    }
    assert!(!run(Path::new("."), "-h").stdout.contains("An incident"));
}
