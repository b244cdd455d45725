use proptest::prelude::*;

use super::*;

/// A command, in a few words.
fn read(text: &str) -> String {
    match parse(text) {
        Ok(Command::Help) => "help".to_owned(),
        Ok(Command::For { schedule, order }) => format!("{schedule}: {order:?}"),
        Err(error) => format!("{error:?}"),
    }
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(read(text), *expected, "{text}");
    }
}

#[test]
fn every_order_has_its_words() {
    check(&[
        ("", "help"),
        ("/lamp", "help"),
        ("help", "help"),
        ("/lamp HELP extend", "help"),
        ("도움말", "help"),
        ("Dev status", "Dev: Status"),
        ("Dev s", "Dev: Status"),
        ("Dev 상태", "Dev: Status"),
        ("/lamp Dev S", "Dev: Status"),
        ("Dev info", "Dev: Info { day: None }"),
        ("Dev i 2026-11-23", "Dev: Info { day: Some(Date(2026-11-23)) }"),
        ("Dev i fri", "Dev: Info { day: Some(Next(Fri)) }"),
        ("개발 정보 내일", "개발: Info { day: Some(Tomorrow) }"),
        ("Dev e i", "Dev: Exceptions { day: None }"),
        ("Dev exception info today", "Dev: Exceptions { day: Some(Today) }"),
        ("Dev skip", "Dev: Skip"),
        ("개발 건너뛰기", "개발: Skip"),
        ("Dev cancel", "Dev: Cancel"),
        ("개발 취소", "개발: Cancel"),
        ("Dev force_stop", "Dev: Force { action: Stop, lasts: None }"),
        ("Dev force-start", "Dev: Force { action: Start, lasts: None }"),
        ("Dev force start", "Dev: Force { action: Start, lasts: None }"),
        ("Dev force_start for 2h", "Dev: Force { action: Start, lasts: Some(TimeDelta { secs: 7200, nanos: 0 }) }"),
        ("개발 시작 2시간 동안", "개발: Force { action: Start, lasts: Some(TimeDelta { secs: 7200, nanos: 0 }) }"),
        ("개발 2시간 동안 시작", "개발: Force { action: Start, lasts: Some(TimeDelta { secs: 7200, nanos: 0 }) }"),
    ]);
}

#[test]
fn exceptions_are_set_and_deleted() {
    check(&[
        (
            "Dev exception set 2017-07-01 stop 24:00",
            "Dev: SetException { day: Date(2017-07-01), kind: Stop, local_time: Some(ClockValue(1440)) }",
        ),
        ("Dev e s tomorrow start None", "Dev: SetException { day: Tomorrow, kind: Start, local_time: None }"),
        ("개발 예외 설정 월 중지 없음", "개발: SetException { day: Next(Mon), kind: Stop, local_time: None }"),
        (
            "개발 예외 설정 내일 시작 9시 30분",
            "개발: SetException { day: Tomorrow, kind: Start, local_time: Some(ClockValue(570)) }",
        ),
        ("Dev exception del 2017-07-01 stop", "Dev: DeleteException { day: Date(2017-07-01), kind: Stop }"),
        ("Dev e d mon start", "Dev: DeleteException { day: Next(Mon), kind: Start }"),
    ]);
}

#[test]
fn an_extension_is_a_length_or_a_time() {
    let by = |minutes: i64| format!("Dev: Extend(By(TimeDelta {{ secs: {}, nanos: 0 }}))", minutes * 60);
    let until = |minutes: i64| format!("Dev: Extend(Until(ClockValue({minutes})))");
    let cases = [
        ("1h", by(60)),
        ("30m", by(30)),
        ("1h30m", by(90)),
        ("1h 30m", by(90)),
        ("1H30MIN", by(90)),
        ("by 2 hours", by(120)),
        ("for 90 minutes", by(90)),
        ("1.5h", by(90)),
        ("+1h", by(60)),
        ("1시간", by(60)),
        ("30분", by(30)),
        ("1시간30분", by(90)),
        ("1시간 30분 더", by(90)),
        ("22:30", until(1350)),
        ("until 22:30", until(1350)),
        ("25:30", until(1530)),
        ("22시", until(1320)),
        ("22시 30분까지", until(1350)),
        ("22:30 까지", until(1350)),
    ];
    for (text, expected) in cases {
        for command in [format!("Dev extend {text}"), format!("Dev 연장 {text}"), format!("Dev {text} 연장")] {
            assert_eq!(read(&command), expected, "{command}");
        }
    }
}

#[test]
fn a_name_may_have_spaces() {
    check(&[
        ("Dev Team status", "Dev Team: Status"),
        ("\"Dev Team\" status", "Dev Team: Status"),
        ("“status page” s", "status page: Status"),
        ("'/dev' s", "/dev: Status"),
        ("\"help\" status", "help: Status"),
        // A word of ours within the name: the reading that makes sense is taken.
        ("Team s status", "Team s: Status"),
        ("Stop and start status", "Stop and start: Status"),
        ("status status", "status: Status"),
        ("\"Dev Team status", "Quote"),
    ]);
}

#[test]
fn a_name_in_quotes_is_read_as_it_is() {
    let cases = [
        ("Dev", "Dev"),
        ("Dev Team", "\"Dev Team\""),
        ("the \"big\" one", "'the \"big\" one'"),
        ("Jo's \"big\" one", "“Jo's \"big\" one”"),
        ("/dev", "\"/dev\""),
        ("`x`", "\"`x`\""),
        ("help", "\"help\""),
        ("개발", "개발"),
        ("도움말", "\"도움말\""),
    ];
    for (name, expected) in cases {
        assert_eq!(quoted(name), expected);
        assert_eq!(read(&format!("{expected} skip")), format!("{name}: Skip"));
    }
}

#[test]
fn half_a_command_says_what_is_missing() {
    let missing = |verb: &str, part: &str| format!("Missing {{ schedule: \"Dev\", verb: {verb}, part: {part} }}");
    let cases = [
        ("Dev", "NoOrder { schedule: \"Dev\" }".to_owned()),
        ("Dev extend", missing("Extend", "Later")),
        ("Dev extend by", missing("Extend", "Later")),
        ("Dev e", missing("Exception", "ExceptionVerb")),
        ("Dev e s", missing("ExceptionSet", "Date")),
        ("Dev e s today", missing("ExceptionSet", "Kind")),
        ("Dev e s today stop", missing("ExceptionSet", "Time")),
        ("Dev e d", missing("ExceptionDelete", "Date")),
        ("Dev force_start for", missing("ForceStart", "Length")),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn a_misspelt_part_gets_what_may_have_been_meant() {
    let bad = |verb: &str, part: &str, text: &str, near: Option<&str>| {
        format!("Bad {{ schedule: \"Dev\", verb: {verb}, part: {part}, text: {text:?}, near: {near:?} }}")
    };
    let unknown = |word: &str, near: Option<&str>, rest: &str| {
        format!("UnknownWord {{ schedule: \"Dev\", word: {word:?}, near: {near:?}, rest: {rest:?} }}")
    };
    let cases = [
        ("Dev statsu", unknown("statsu", Some("status"), "")),
        ("Dev extnd 1h", unknown("extnd", Some("extend"), "1h")),
        ("Dev xyzzy", unknown("xyzzy", None, "")),
        ("Dev extnd \"1 h\"  more", unknown("extnd", Some("extend"), "\"1 h\" more")),
        ("Dev i 2026-13-01", bad("Info", "Date", "2026-13-01", None)),
        ("Dev i 2026/11/3", bad("Info", "Date", "2026/11/3", Some("2026-11-03"))),
        ("Dev i tomorow", bad("Info", "Date", "tomorow", Some("tomorrow"))),
        ("Dev e st today", bad("Exception", "ExceptionVerb", "st", Some("set"))),
        ("Dev e s today stpo 22:00", bad("ExceptionSet", "Kind", "stpo", Some("stop"))),
        ("Dev e s today stop 25:99", bad("ExceptionSet", "Time", "25:99", None)),
        ("Dev e s today stop non", bad("ExceptionSet", "Time", "non", Some("None"))),
        ("Dev extend 1", bad("Extend", "Later", "1", Some("1h"))),
        ("Dev extend 90", bad("Extend", "Later", "90", Some("90m"))),
        ("Dev extend 0m", bad("Extend", "Later", "0m", None)),
        ("Dev extend -1h", bad("Extend", "Later", "-1h", None)),
        ("Dev extend 1h1h", bad("Extend", "Later", "1h1h", None)),
        ("Dev extend 99999999h", bad("Extend", "Later", "99999999h", None)),
        // Not a force stop of a schedule called `Dev e s tomorow`.
        ("Dev e s tomorow stop", bad("ExceptionSet", "Date", "tomorow", Some("tomorrow"))),
        ("Dev force_start for ever", bad("ForceStart", "Length", "for ever", None)),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), expected, "{text}");
    }
    let extra = "Extra { schedule: \"Dev\", verb: Skip, text: \"now please\" }";
    assert_eq!(read("Dev skip now please"), extra);
}

#[test]
fn a_long_command_is_refused() {
    assert!(parse(&"x ".repeat(250)).is_err());
    assert_eq!(parse(&"x".repeat(501)), Err(CommandError::TooLong));
    assert_eq!(parse(&"가".repeat(100_000)), Err(CommandError::TooLong));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gets_an_answer(text in "\\PC{0,600}") {
        _ = parse(&text);
    }

    #[test]
    fn any_words_of_ours_get_an_answer(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "Dev", "e", "s", "i", "d", "set", "extend", "연장", "1h", "30분", "22:30", "\"", "force", "start", "for",
                "today", "2026-02-30", "None", "/lamp", "시", "분", ".", "1.", "9시간", "까지", "\u{0}", "help",
            ]),
            0..120,
        )
    ) {
        _ = parse(&words.join(" "));
        _ = parse(&words.concat());
    }
}
