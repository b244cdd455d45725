use super::*;

fn exception(date: &str, reason: &str) -> Item {
    let pairs = [
        ("ScheduleName", "S"),
        ("ExceptionDate", date),
        ("ExceptionType", "start"),
        ("ExceptionValue", "None"),
        ("CreatedVia", "holidays import"),
        ("Reason", reason),
    ];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
}

/// Two exceptions into a file; `+` stands for them in what is expected: in YAML, and in JSON.
#[track_caller]
fn check(text: &str, expected: &str) {
    let added = [exception("2026-01-01", "New Year's: \"first\""), exception("2026-05-05", "설날")];
    let yaml = ["2026-01-01", "2026-05-05"].map(|date| {
        let reason = if date == "2026-01-01" { r#""New Year's: \"first\"""# } else { "\"설날\"" };
        format!(
            "{{ExceptionDate: \"{date}\", ExceptionType: start, ExceptionValue: \"None\", Reason: {reason}, CreatedVia: holidays import}}"
        )
    });
    let json = yaml.clone().map(|item| {
        let item = item.replace("start,", "\"start\",").replace("holidays import", "\"holidays import\"");
        ["ExceptionDate", "ExceptionType", "ExceptionValue", "Reason", "CreatedVia"]
            .iter()
            .fold(item, |item, name| item.replace(&format!("{name}: "), &format!("\"{name}\": ")))
    });
    let expected = expected.replace("+1", &yaml[0]).replace("+2", &yaml[1]);
    let expected = expected.replace("*1", &json[0]).replace("*2", &json[1]);
    let edited = with_exceptions(text, &added).map_err(|error| error.to_string());
    assert_eq!(edited.as_deref(), Ok(expected.as_str()), "{text}");
    // The same again at the end of what is there now.
    assert!(with_exceptions(&expected, &added).is_ok(), "{expected}");
    assert_eq!(with_exceptions(text, &[]).as_deref(), Ok(text));
}

const OLD: &str = "{ExceptionDate: 2026-12-25, ExceptionType: start, ExceptionValue: None}";

#[test]
fn lists_by_indentation_grow_at_their_end() {
    let head = "# About\nSchedule: {ScheduleName: S} # one\n";
    let cases = [
        ("Exceptions:\n  - OLD\n", "Exceptions:\n  - OLD\n  - +1\n  - +2\n"),
        ("Exceptions:\n  - OLD", "Exceptions:\n  - OLD\n  - +1\n  - +2"),
        (
            "Exceptions: # days off\n- OLD # Christmas\n\n# end\n",
            "Exceptions: # days off\n- OLD # Christmas\n- +1\n- +2\n\n# end\n",
        ),
        (
            "Exceptions:\n    - ExceptionDate: 2026-12-25\n      ExceptionType: start # a\n      ExceptionValue: 'None' # b\n# c\nServerGroups: []\n",
            "Exceptions:\n    - ExceptionDate: 2026-12-25\n      ExceptionType: start # a\n      ExceptionValue: 'None' # b\n    - +1\n    - +2\n# c\nServerGroups: []\n",
        ),
        (
            "Exceptions:\n  - {ExceptionDate: 2026-12-25,\n     ExceptionType: start}   # two lines\nServerGroups:\n",
            "Exceptions:\n  - {ExceptionDate: 2026-12-25,\n     ExceptionType: start}   # two lines\n  - +1\n  - +2\nServerGroups:\n",
        ),
        (
            "Exceptions:\n  - ExceptionType: stop\n    Reason: |\n      a\n      b\n\nServerGroups:\n",
            "Exceptions:\n  - ExceptionType: stop\n    Reason: |\n      a\n      b\n  - +1\n  - +2\n\nServerGroups:\n",
        ),
        ("Exceptions:\n  - OLD\n...\n", "Exceptions:\n  - OLD\n  - +1\n  - +2\n...\n"),
    ];
    for (text, expected) in cases {
        check(&format!("{head}{}", text.replace("OLD", OLD)), &format!("{head}{}", expected.replace("OLD", OLD)));
    }
}

#[test]
fn lists_in_brackets_grow_at_their_end() {
    let head = "Schedule: {ScheduleName: S}\n";
    let cases = [
        ("Exceptions: [OLD]\n", "Exceptions: [OLD,\n  +1,\n  +2]\n"),
        ("Exceptions: [OLD] # c\n# d\n", "Exceptions: [OLD,\n  +1,\n  +2] # c\n# d\n"),
        ("Exceptions: [\n    OLD # c\n  ]\n", "Exceptions: [\n    OLD, # c\n    +1,\n    +2\n  ]\n"),
        ("Exceptions: [\n  OLD, # c\n]\n", "Exceptions: [\n  OLD, # c\n  +1,\n  +2\n]\n"),
        ("Exceptions: [\n  OLD,\n]\nServerGroups: []\n", "Exceptions: [\n  OLD,\n  +1,\n  +2\n]\nServerGroups: []\n"),
    ];
    for (text, expected) in cases {
        check(&format!("{head}{}", text.replace("OLD", OLD)), &format!("{head}{}", expected.replace("OLD", OLD)));
    }
}

#[test]
fn lists_that_are_not_there_are_made() {
    let head = "# About\nSchedule:\n  ScheduleName: S\n";
    let cases = [
        ("", "Exceptions:\n  - +1\n  - +2\n"),
        ("# end\n", "# end\nExceptions:\n  - +1\n  - +2\n"),
        ("# end", "# end\nExceptions:\n  - +1\n  - +2\n"),
        ("Exceptions:\n", "Exceptions:\n  - +1\n  - +2\n"),
        ("Exceptions:", "Exceptions:\n  - +1\n  - +2"),
        ("Exceptions: # none\n# yet\n", "Exceptions: # none\n  - +1\n  - +2\n# yet\n"),
        ("Exceptions: []  # none\nServerGroups:\n", "Exceptions:  # none\n  - +1\n  - +2\nServerGroups:\n"),
        ("Exceptions:   [ ]\n", "Exceptions:\n  - +1\n  - +2\n"),
        ("Exceptions: ~\nServerGroups:\n", "Exceptions:\n  - +1\n  - +2\nServerGroups:\n"),
        ("Exceptions: null # none\n", "Exceptions: # none\n  - +1\n  - +2\n"),
    ];
    for (text, expected) in cases {
        check(&format!("{head}{text}"), &format!("{head}{expected}"));
        // Line ends stay as they are, and so does a byte order mark.
        check(&format!("{head}{text}").replace('\n', "\r\n"), &format!("{head}{expected}").replace('\n', "\r\n"));
        check(&format!("\u{feff}{head}{text}"), &format!("\u{feff}{head}{expected}"));
    }
    check("  Schedule: {ScheduleName: S}\n", "  Schedule: {ScheduleName: S}\n  Exceptions:\n    - +1\n    - +2\n");
}

#[test]
fn json_stays_json() {
    let old = OLD.replace("2026-12-25", "\"2026-12-25\"").replace(" None", " \"None\"").replace(" start", " \"start\"");
    let names = ["ExceptionDate", "ExceptionType", "ExceptionValue"];
    let old = names.iter().fold(old, |old, name| old.replace(&format!("{name}:"), &format!("\"{name}\":")));
    let cases = [
        (
            r#"{"Schedule": {"ScheduleName": "S"}, "Exceptions": [OLD]}"#,
            "{\"Schedule\": {\"ScheduleName\": \"S\"}, \"Exceptions\": [OLD,\n  *1,\n  *2]}",
        ),
        (
            "{\n  \"Schedule\": {\n    \"ScheduleName\": \"S\"\n  },\n  \"Exceptions\": [\n    OLD\n  ]\n}\n",
            "{\n  \"Schedule\": {\n    \"ScheduleName\": \"S\"\n  },\n  \"Exceptions\": [\n    OLD,\n    *1,\n    *2\n  ]\n}\n",
        ),
        (
            "{\n  \"Schedule\": {\"ScheduleName\": \"S\"}\n}\n",
            "{\n  \"Schedule\": {\"ScheduleName\": \"S\"},\n  \"Exceptions\": [\n    *1,\n    *2\n  ]\n}\n",
        ),
        (
            "{\n  \"Exceptions\": [],\n  \"Schedule\": {\"ScheduleName\": \"S\"}\n}\n",
            "{\n  \"Exceptions\": [\n    *1,\n    *2\n  ],\n  \"Schedule\": {\"ScheduleName\": \"S\"}\n}\n",
        ),
        (
            "{\"Exceptions\": null, \"Schedule\": {\"ScheduleName\": \"S\"}}",
            "{\"Exceptions\": [\n  *1,\n  *2\n], \"Schedule\": {\"ScheduleName\": \"S\"}}",
        ),
        (
            "{\"Schedule\": {\"ScheduleName\": \"S\"}}",
            "{\"Schedule\": {\"ScheduleName\": \"S\"}, \"Exceptions\": [\n  *1,\n  *2\n]}",
        ),
    ];
    for (text, expected) in cases {
        // What JSON writes as a pair of escapes, and what only looks like one.
        let escaped = old.replace("\"None\"", r#""None", "Reason": "\ud83c\udf84 \\u0041""#);
        for old in [&old, &escaped] {
            check(&text.replace("OLD", old), &expected.replace("OLD", old));
        }
        let text = text.replace("OLD", &old);
        let edited = with_exceptions(&text, &[exception("2026-01-01", "a \\ b")]).unwrap();
        assert!(serde_json::from_str::<Value>(&edited).is_ok(), "{edited}");
    }
}

#[test]
fn what_cannot_be_edited_is_refused() {
    let cases = [
        // A document after the end of the document would be another one.
        "Schedule: {ScheduleName: S}\n...\n",
        // The list is that of another attribute.
        "Schedule: {ScheduleName: S, Other: &r [{a: 1}]}\nExceptions: *r\n",
        "Schedule: {ScheduleName: S}\nExceptions:\n  -\n    ExceptionType: stop\n",
        "Schedule: {ScheduleName: S}\nExceptions: {}\n",
        "Schedule: {",
        "",
    ];
    for text in cases {
        assert_eq!(with_exceptions(text, &[exception("2026-01-01", "x")]), Err(EditError), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_odd(
        list in "(Exceptions:)?[ \n\t]{0,3}([-\\[{]|[ \n]{0,2}- )?(\\{a: 1\\}|[a: #'\",\\]|>&*~\n]{0,8})?[\\]}]?\\PC{0,3}\n?",
        reason in ".{0,20}",
    ) {
        _ = with_exceptions(&format!("Schedule: {{ScheduleName: S}}\n{list}"), &[exception("2026-01-01", &reason)]);
    }
}
