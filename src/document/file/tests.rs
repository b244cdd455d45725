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
        ("[]", "line 1: expected a mapping with `Schedule`, `ServerGroups` and `Exceptions`"),
        ("", "line 1: a file holds one document with one schedule"),
        (
            "Schedule:\n  ScheduleName: S\nServerGroup: []",
            "line 3: `ServerGroup` is no part of a schedule file; did you mean `ServerGroups`?",
        ),
        ("Schedule:\n  TagValue: S", "line 1: `Schedule` with a `ScheduleName` is missing"),
        ("Schedule: {ScheduleName: S}\nExceptions:\n  a: b", "line 3: expected a list of items"),
    ];
    for (text, expected) in cases {
        let error = items(text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error:?} for {text:?}");
    }
    assert_eq!(items(&"#".repeat(MAX_BYTES + 1)), Err(FileError::TooLarge));
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_odd(text in ".{0,200}") {
        _ = items(&text);
    }
}
