use super::*;
use crate::testing;

#[test]
fn times_without_quotes_are_read_as_text() {
    let text = "Schedule: {ScheduleName: S, TagValue: S, DaysActive: all, Enabled: true, StartTime: 09:30, StopTime: 22:00}\nExceptions: [{ExceptionDate: 2026-12-25, ExceptionType: start, ExceptionValue: None}]";
    let (schedules, problems) = testing::read(text);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(schedules[0].exceptions.len(), 1);
}

#[test]
fn json_is_read_too() {
    let text = r#"{"Schedule": {"ScheduleName": "S", "TagValue": "S", "DaysActive": "all", "Enabled": true, "StartTime": "09:30", "StopTime": "22:00"}}"#;
    assert_eq!(testing::read(text).0.len(), 1);
}

#[test]
fn a_faulty_file_says_where() {
    let cases = [
        ("Schedule: {", "line 2: is no YAML: "),
        ("a: 1\na: 2", "line 2: is no YAML: duplicated key in mapping"),
        ("[]", "line 1: expected a mapping with `Schedule`, `ServerGroups` and `Exceptions`"),
        ("", "line 1: a file holds one document"),
        (
            "Schedule:\n  ScheduleName: S\nServerGroup: []",
            "line 3: `ServerGroup` is no part of a schedule file; did you mean `ServerGroups`?",
        ),
        ("Schedule:\n  TagValue: S", "line 2: `Schedule` with a `ScheduleName` is missing"),
        ("Schedule: {ScheduleName: S}\nExceptions:\n  a: b", "line 3: expected a list of items"),
    ];
    for (text, expected) in cases {
        let error = items(text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error:?} for {text:?}");
    }
    let error = items(&"#".repeat(MAX_BYTES + 1)).unwrap_err().to_string();
    assert_eq!(error, "line 1: the file is larger than 1048576 bytes");
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_odd(text in ".{0,200}") {
        _ = items(&text);
    }
}

#[test]
fn every_fault_of_a_file_is_told_at_once() {
    let text = "Schedul:
Schedule:
  ScheduleName: S
  1: odd
  When: 2026-01-01
Exceptions:
  - {ScheduleName: T}
  - text
";
    let faults: Vec<String> = read(text).faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            "line 1: `Schedul` is no part of a schedule file; did you mean `Schedule`?",
            "line 4: expected a name",
            "line 7: ScheduleName = `T`: another `ScheduleName` than the file's; allowed: `S`, or none: leave it out, or give it a file of its own",
            "line 8: expected a mapping of attributes",
        ],
    );
}

#[test]
fn the_line_of_each_attribute_is_known() {
    let text = "Schedule:
  ScheduleName: S
  Periods:
    - Weekdays: mon
      StartTime: 09:00
    - {Weekdays: tue}
ServerGroups:
  - GroupName: A
    Dependency:
      - B
";
    let file = read(text);
    let lines = |lines: &Lines| -> Vec<String> {
        lines.attributes.iter().map(|(path, line)| format!("{line} {path}")).collect()
    };
    assert_eq!(
        lines(&file.schedule_lines[0]),
        [
            "3 Periods",
            "4 Periods[0]",
            "5 Periods[0].StartTime",
            "4 Periods[0].Weekdays",
            "6 Periods[1]",
            "6 Periods[1].Weekdays",
            "2 ScheduleName",
        ],
    );
    assert_eq!(lines(&file.group_lines[0]), ["9 Dependency", "10 Dependency[0]", "8 GroupName"]);
}

#[test]
fn json_as_programs_write_it() {
    let text = "\u{feff}{\r\n\t\"Schedule\": {\r\n\t\t\"ScheduleName\": \"\\ud83d\\ude00\\u00e9\\\\ud83d\", \"Owner\": \"a\\/b\"\r\n\t}\r\n}\r\n";
    let tables = items(text).unwrap();
    assert_eq!(tables.schedules[0]["ScheduleName"], "😀é\\ud83d");
    assert_eq!(tables.schedules[0]["Owner"], "a/b");
}

#[test]
fn bombs_are_refused() {
    let level = |n: usize| format!("a{n}: &a{n} [*a{0}, *a{0}, *a{0}, *a{0}]", n - 1);
    let levels = (1..30).map(level).collect::<Vec<_>>().join("\n");
    let bombs = [
        "[".repeat(500_000),
        "- ".repeat(400_000),
        "? ".repeat(300_000),
        "{a: ".repeat(200_000),
        format!("a0: &a0 [x]\n{levels}"),
    ];
    for bomb in bombs {
        let beginning: String = bomb.chars().take(20).collect();
        assert!(items(&bomb).is_err(), "{beginning}");
    }
}

#[test]
fn what_cannot_be_read_takes_nothing_else_with_it() {
    let text = "Schedule:
  ScheduleName: S
  TagValue: !x A3
  StopWarningMinutes: .nan
  MaxExtensionMinutes: 1e999
  Enabled: true
ServerGroups:
  - {GroupName: A, Dependency: [B, !x C]}
";
    let file = read(text);
    let faults: Vec<String> = file.faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            "line 3: TagValue: holds the tag `!x`, which means nothing here; expected plain text, a number, true, false, a list or a mapping",
            "line 4: StopWarningMinutes: holds `NaN`, which is no number that can be kept; expected a finite one",
            "line 5: MaxExtensionMinutes: holds `inf`, which is no number that can be kept; expected a finite one",
            "line 8: Dependency[1]: holds the tag `!x`, which means nothing here; expected plain text, a number, true, false, a list or a mapping",
        ],
    );
    assert_eq!(file.tables.schedules[0]["Enabled"], true);
    assert_eq!(file.tables.groups[0]["Dependency"][0], "B");
}
