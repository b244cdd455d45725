//! Every fault of several files, each with its place.

use super::*;

#[test]
fn every_fault_has_its_file_and_line() {
    let mut sources = Sources::default();
    let good =
        "Schedule: {ScheduleName: Good, TagValue: G, DaysActive: all, Enabled: true, StartTime: 9:00, StopTime: None}";
    sources.add("a.yaml", good);
    let text = "Schedule:
  ScheduleName: S
  TagValue: S
  Enabled: true
  Periods:
    - Weekdays: mon
      StartTime: 25:99
      StopTime: 18:00
    - {Weekdays: tue, StartTime: 9:00}
ServerGroups:
  - {GroupName: A, InstanceType: EC2, Dependency: [B]}
  - {GroupName: A, InstanceType: EC2}
Exceptions:
  - {ExceptionDate: 2026-12-25, ExceptionType: stpo, ExceptionValue: None}
";
    sources.add("b.yaml", text);
    // Its timetable is fine, but half of the file is in the dark.
    sources.add(
        "c.yaml",
        &format!("{}\nExceptons: []", good.replace("Good", "Half").replace("TagValue: G", "TagValue: H")),
    );
    sources.add("d.yaml", &good.replace("TagValue: G", "TagValue: D"));
    sources.add_unreadable("e.yaml", "permission denied");
    let (schedules, faults) = sources.read(Defaults::default(), NaiveDate::MIN);
    let names: Vec<&str> = schedules.iter().map(|schedule| schedule.name.as_str()).collect();
    assert_eq!(names, Vec::<&str>::new());
    let lines: Vec<String> =
        faults.iter().map(|fault| fault.to_string().split("; allowed").next().unwrap().to_owned()).collect();
    assert_eq!(
        lines,
        [
            "b.yaml:7: Schedule S: Periods[0].StartTime = `25:99`: is no time of day",
            "b.yaml:9: Schedule S: Periods[1].StopTime: is missing",
            "b.yaml:11: ScheduleServerGroup S/A: Dependency = `[\"B\"]`: group `A` depends on `B`, which is no group of the schedule",
            "b.yaml:12: ScheduleServerGroup S/A: GroupName = `A`: group `A` is there twice: also in b.yaml:11",
            "b.yaml:14: ScheduleException 2026-12-25 of S: ExceptionType = `stpo`: is no type of exception (did you mean `stop`?)",
            "c.yaml:2: `Exceptons` is no part of a schedule file; did you mean `Exceptions`?",
            "d.yaml:1: Schedule Good: ScheduleName = `Good`: is there twice: also in a.yaml:1",
            "e.yaml: permission denied",
        ],
    );
}

/// The faults of files, each without what is allowed.
fn told(files: &[(&str, &str)]) -> Vec<String> {
    let mut sources = Sources::default();
    for (name, text) in files {
        sources.add(name, text);
    }
    let (_, faults) = sources.read(Defaults::default(), NaiveDate::MIN);
    faults.iter().map(|fault| fault.to_string().split("; allowed").next().unwrap().to_owned()).collect()
}

const REST: &str = "TagValue: S, DaysActive: all, Enabled: true, StartTime: 9:00, StopTime: 9:00";

#[test]
fn a_file_without_a_name_is_told_once_and_the_rest_of_it_too() {
    let groups = "ServerGroups:\n  - {GroupName: A, InstanceType: EC3}\nExceptions:\n  - {ExceptionDate: 2026-12-25, ExceptionType: stpo, ExceptionValue: None}\n";
    let same = |name: &str| {
        vec![
            format!("a.yaml:1: Schedule: {name}StopTime = `9:00`: start and stop are both 09:00: is that never, or always? `00:00` to `24:00` is all day"),
            "a.yaml:3: ScheduleServerGroup A: InstanceType = `EC3`: is no kind of instance (did you mean `EC2`?)".to_owned(),
            "a.yaml:5: ScheduleException 2026-12-25: ExceptionType = `stpo`: is no type of exception (did you mean `stop`?)".to_owned(),
        ]
    };
    let cases = [
        ("", "a.yaml:1: `Schedule` with a `ScheduleName` is missing"),
        ("ScheduleName: 5, ", "a.yaml:1: Schedule: ScheduleName = `5`: is not text"),
        (
            "ScheduleName: \"a\\tb\", ",
            "a.yaml:1: Schedule: ScheduleName = `a\\tb`: holds a control character (a name has up to 256 characters, none of them such)",
        ),
        (
            "ScheduleName: !x a, ",
            "a.yaml:1: ScheduleName: holds the tag `!x`, which means nothing here; expected plain text, a number, true, false, a list or a mapping",
        ),
    ];
    for (name, expected) in cases {
        let mut expected: Vec<String> = [expected.to_owned()].into_iter().chain(same("")).collect();
        let mut lines = told(&[("a.yaml", &format!("Schedule: {{{name}{REST}}}\n{groups}"))]);
        expected.sort();
        lines.sort();
        assert_eq!(lines, expected, "{name}");
    }
}

#[test]
fn what_cannot_be_read_is_told_once() {
    let text = "Schedule:
  ScheduleName: S
  TagValue: !x A3
  DaysActive: weekdys
  Enabled: true
  Periods: !x []
ServerGroups:
  - {GroupName: A, InstanceType: EC2, Dependency: [B]}
  - text
";
    let tag =
        "holds the tag `!x`, which means nothing here; expected plain text, a number, true, false, a list or a mapping";
    assert_eq!(
        told(&[("a.yaml", text)]),
        [
            format!("a.yaml:3: TagValue: {tag}"),
            "a.yaml:4: Schedule S: DaysActive = `weekdys`: `weekdys` is no day (did you mean `weekdays`?)".to_owned(),
            format!("a.yaml:6: Periods: {tag}"),
            "a.yaml:9: expected a mapping of attributes".to_owned(),
        ]
    );
}

#[test]
fn of_two_files_of_one_schedule_each_is_judged() {
    let text = format!(
        "Schedule: {{ScheduleName: S, {REST}}}\nServerGroups: [{{GroupName: A, InstanceType: EC2}}]\nExceptions:\n  - {{ExceptionUuid: e1, ExceptionDate: 2026-12-25, ExceptionType: stop, ExceptionValue: None}}\n"
    );
    let faulty = "Schedule S: StopTime = `9:00`: start and stop are both 09:00: is that never, or always? `00:00` to `24:00` is all day";
    assert_eq!(
        told(&[("a.yaml", &text), ("b\n.yaml", &text)]),
        [
            &format!("a.yaml:1: {faulty}"),
            "b\\n.yaml:1: Schedule S: ScheduleName = `S`: is there twice: also in a.yaml:1",
            &format!("b\\n.yaml:1: {faulty}"),
            "b\\n.yaml:4: ScheduleException e1 of S: ExceptionUuid = `e1`: is there twice, and one would take the place of the other in the tables: also in a.yaml:4",
        ]
    );
}

#[test]
fn many_faults_are_told_and_more_are_counted() {
    let exceptions =
        |count: usize| format!("Schedule: {{ScheduleName: S, {REST}}}\nExceptions:\n{}", "- 5\n".repeat(count));
    assert_eq!(told(&[("a.yaml", &exceptions(1_500))]).len(), 1_501);
    let lines = told(&[("a.yaml", &exceptions(10_005))]);
    assert_eq!((lines.len(), lines.last().unwrap().as_str()), (10_001, "the files: there are 6 more faults"));
}
