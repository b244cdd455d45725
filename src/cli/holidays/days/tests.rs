use std::fmt::Write as _;

use super::*;
use crate::cli::holidays::calendar::events;

const TODAY: &str = "2026-01-01";

/// What events of these lines give in a zone: a line a date, then what is left out, in short.
#[track_caller]
fn check_in(zone: Tz, range: &str, lines: &[&str], expected: &[&str]) {
    let mut text = "BEGIN:VCALENDAR\n".to_owned();
    for event in lines {
        let lines = event.replace("; ", "\n");
        writeln!(text, "BEGIN:VEVENT\n{lines}\nEND:VEVENT").unwrap();
    }
    text += "END:VCALENDAR\n";
    assert_eq!(found(text.as_bytes(), zone, range), expected, "{text}");
}

fn found(bytes: &[u8], zone: Tz, range: &str) -> Vec<String> {
    let (first, last) = range.split_once("..").unwrap();
    let range = Range { first: first.parse().ok(), last: last.parse().ok(), today: TODAY.parse().unwrap() };
    let found = match events(bytes).and_then(|events| days_off(&events, zone, range)) {
        Ok(found) => found,
        Err(fault) => return vec![fault.to_string()],
    };
    let date = |(date, names): (&NaiveDate, &Vec<String>)| format!("{date} {}", names.join("; ")).trim().to_owned();
    let left_out = found.left_out.iter().map(|LeftOut { line, dates, why, .. }| {
        let dates: Vec<String> = dates.iter().map(NaiveDate::to_string).collect();
        format!("line {line} {} {why}", dates.join(" ")).replace(" only, not the day from midnight to midnight", "")
    });
    let followed = found.followed_to.map(|date| format!("to {date}"));
    let over = (found.over > 0).then(|| format!("{} over", found.over));
    found.dates.iter().map(date).chain(left_out).chain(followed).chain(over).collect()
}

#[track_caller]
fn check(lines: &[&str], expected: &[&str]) {
    check_in(Tz::Asia__Seoul, "..", lines, expected);
}

#[test]
fn an_event_of_dates_is_those_dates() {
    let cases: &[(&str, &[&str])] = &[
        ("SUMMARY:New Year; DTSTART;VALUE=DATE:20260101", &["2026-01-01 New Year"]),
        ("DTSTART:20260101", &["2026-01-01"]),
        ("DTSTART:20260101; DTEND:20260102", &["2026-01-01"]),
        ("DTSTART:20260101; DTEND:20260101", &["2026-01-01"]),
        ("DTSTART:20260101; DTEND:20260103", &["2026-01-01", "2026-01-02"]),
        ("DTSTART:20260101; DURATION:P1D", &["2026-01-01"]),
        ("DTSTART:20260101; DURATION:P2D", &["2026-01-01", "2026-01-02"]),
        ("DTSTART:20260101; DURATION:PT24H", &["2026-01-01"]),
        ("DTSTART;TZID=Nowhere/Known:20260101", &["2026-01-01"]),
        ("DTSTART:20260101; TRANSP:TRANSPARENT", &["2026-01-01"]),
        ("DTSTART:20260101; STATUS:TENTATIVE", &["2026-01-01"]),
        ("DTSTART:20260101; STATUS:CANCELLED", &["line 2  is cancelled"]),
    ];
    for (event, expected) in cases {
        for zone in [Tz::Asia__Seoul, Tz::America__New_York, Tz::UTC] {
            check_in(zone, "..", &[event], expected);
        }
    }
}

#[test]
fn an_event_of_times_has_to_cover_the_date_from_midnight_to_midnight() {
    let cases: &[(&str, &[&str])] = &[
        // Without a zone: the schedule's.
        ("DTSTART:20260101T000000; DTEND:20260102T000000", &["2026-01-01"]),
        ("DTSTART:20260101T000000; DURATION:P1D", &["2026-01-01"]),
        ("DTSTART:20260101T000000; DURATION:PT24H", &["2026-01-01"]),
        (
            "DTSTART;TZID=Asia/Seoul:20260101T000000; DTEND;TZID=Asia/Seoul:20260103T000000",
            &["2026-01-01", "2026-01-02"],
        ),
        ("DTSTART:20251231T150000Z; DTEND:20260101T150000Z", &["2026-01-01"]),
        ("DTSTART;TZID=Asia/Seoul:20260101T000000; DTEND:20260101T150000Z", &["2026-01-01"]),
        // Midnight elsewhere.
        (
            "DTSTART:20260101T000000Z; DTEND:20260103T000000Z",
            &["2026-01-02", "line 2 2026-01-01 2026-01-03 covers 09:00-24:00"],
        ),
        ("DTSTART:20260101T090000; DTEND:20260101T180000", &["line 2 2026-01-01 covers 09:00-18:00"]),
        ("DTSTART:20260101T000000; DTEND:20260101T235900", &["line 2 2026-01-01 covers 00:00-23:59"]),
        ("DTSTART:20260101T090000", &["line 2 2026-01-01 covers 09:00-09:00"]),
        ("DTSTART:20260101T000000", &["line 2 2026-01-01 covers 00:00-00:00"]),
        (
            "DTSTART:20260102T180000; DTEND:20260105T080000",
            &["2026-01-03", "2026-01-04", "line 2 2026-01-02 2026-01-05 covers 18:00-24:00"],
        ),
    ];
    for (event, expected) in cases {
        check(&[event], expected);
    }
}

#[test]
fn dates_of_23_and_25_hours_are_covered_too() {
    // In New York March 8th 2026 has 23 hours and November 1st 25.
    let weekends = "DTSTART;TZID=America/New_York:20260307T000000; DTEND;TZID=America/New_York:20260309T000000; RRULE:FREQ=WEEKLY;INTERVAL=34;COUNT=2";
    check_in(Tz::America__New_York, "..", &[weekends], &["2026-03-07", "2026-03-08", "2026-10-31", "2026-11-01"]);
    let hours = "DTSTART;TZID=America/New_York:20261101T000000; DURATION:PT24H";
    check_in(Tz::America__New_York, "..", &[hours], &["line 2 2026-11-01 covers 00:00-23:00"]);
    // In Cairo April 24th 2026 begins at one o'clock.
    let cairo = "DTSTART;TZID=Africa/Cairo:20260424T000000; DURATION:P1D";
    check_in(Tz::Africa__Cairo, "..", &[cairo], &["2026-04-24"]);
}

#[test]
fn what_another_event_covers_as_a_whole_is_not_left_out() {
    check(
        &[
            "SUMMARY:A; DTSTART:20260101",
            "SUMMARY:B; DTSTART:20260101T090000; DURATION:PT1H",
            "SUMMARY:A; DTSTART:20260101",
        ],
        &["2026-01-01 A"],
    );
    check(&["SUMMARY:A; DTSTART:20260101", "SUMMARY:B; DTSTART:20260101"], &["2026-01-01 A; B"]);
}

#[test]
fn occurrences_come_and_go() {
    let cases: &[(&[&str], &[&str])] = &[
        (
            &["DTSTART:20260101; RRULE:FREQ=DAILY;COUNT=4; EXDATE;VALUE=DATE:20260102,20260103"],
            &["2026-01-01", "2026-01-04"],
        ),
        (&["DTSTART:20260101; RDATE;VALUE=DATE:20260301; RDATE:20260401"], &["2026-01-01", "2026-03-01", "2026-04-01"]),
        // A date in place of a time, and a time in place of a date.
        (&["DTSTART:20260101; RRULE:FREQ=DAILY;COUNT=2; EXDATE:20260102T000000"], &["2026-01-01"]),
        (&["DTSTART:20260101; RRULE:FREQ=DAILY;COUNT=2; EXDATE:20260102T000000Z"], &["2026-01-01"]),
        (
            &["DTSTART:20260101T000000; DURATION:P1D; RRULE:FREQ=DAILY;COUNT=2; EXDATE;VALUE=DATE:20260102"],
            &["2026-01-01"],
        ),
        (&["DTSTART:20260101T000000; DURATION:P1D; RDATE;VALUE=DATE:20260301"], &["2026-01-01", "2026-03-01"]),
        (
            &[
                "DTSTART;TZID=Asia/Seoul:20260101T000000; DURATION:P1D; RRULE:FREQ=DAILY;COUNT=2; EXDATE:20260101T150000Z",
            ],
            &["2026-01-01"],
        ),
        (
            &[
                "DTSTART:20260101T000000; DURATION:P1D; RDATE;VALUE=PERIOD:20260301T000000/P2D,20260401T000000/20260402T000000",
            ],
            &["2026-01-01", "2026-03-01", "2026-03-02", "2026-04-01"],
        ),
        (
            &[
                "SUMMARY:A; UID:1; DTSTART:20260101; RRULE:FREQ=YEARLY;COUNT=3",
                "SUMMARY:B; UID:1; RECURRENCE-ID:20270101; DTSTART:20270104",
                "UID:1; RECURRENCE-ID;VALUE=DATE:20280101; DTSTART:20280101; STATUS:CANCELLED",
                "SUMMARY:C; UID:2; DTSTART:20280101",
            ],
            &["2026-01-01 A", "2027-01-04 B", "2028-01-01 C", "line 14  is cancelled"],
        ),
        (
            &[
                "UID:1; DTSTART;TZID=Asia/Seoul:20260101T000000; DURATION:P1D; RRULE:FREQ=DAILY;COUNT=2",
                "UID:1; RECURRENCE-ID:20260101T150000Z; DTSTART:20260105T000000; DURATION:P1D",
            ],
            &["2026-01-01", "2026-01-05"],
        ),
        (&["DTSTART:20260601; RRULE:FREQ=YEARLY;UNTIL=20250101"], &[NO_DATE]),
        (&["DTSTART:20260101; EXDATE:20260101"], &[NO_DATE]),
        (&["DTSTART:20260101; RRULE:FREQ=DAILY;COUNT=2; EXDATE:20260101,20260102"], &[NO_DATE]),
    ];
    for (events, expected) in cases {
        check(events, expected);
    }
}

const NO_DATE: &str = "line 2  has no date: its rule ends before it begins, or `EXDATE` takes out all";

#[test]
fn a_date_that_its_own_rule_does_not_give_is_told() {
    let own = "begins with a date that its `RRULE` does not give: that date is not taken; an `RDATE` adds it";
    let (told, first) = (format!("line 2 2026-01-01 {own}"), ["2026-11-26", "2027-11-25"]);
    let event = "DTSTART:20260101; RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=2";
    check(&[event], &[first[0], first[1], &told]);
    // Not where it makes no difference.
    check(&[&format!("{event}; EXDATE:20260101")], &first);
    check_in(Tz::Asia__Seoul, "2026-01-02..", &[event], &first);
    check(&[event, "DTSTART:20260101"], &["2026-01-01", first[0], first[1]]);
}

#[test]
fn without_a_first_date_it_is_today_and_what_is_over_is_counted() {
    let cases: &[(&str, &[&str])] = &[
        ("DTSTART:20251231", &["1 over"]),
        ("DTSTART:20251230; DTEND:20260102", &["2026-01-01", "2 over"]),
        ("DTSTART:20251231T090000; DURATION:PT1H", &[]),
        (
            "DTSTART:20000101; RRULE:FREQ=YEARLY",
            &["2026-01-01", "2027-01-01", "2028-01-01", "to 2028-12-31", "26 over"],
        ),
        (
            "DTSTART:16041225; RRULE:FREQ=YEARLY",
            &["2026-12-25", "2027-12-25", "2028-12-25", "to 2028-12-31", "56 over"],
        ),
    ];
    for (event, expected) in cases {
        check(&[event], expected);
    }
    check_in(Tz::Asia__Seoul, "2025-12-31..2025-12-31", &["DTSTART:20251230; DTEND:20260102"], &["2025-12-31"]);
}

#[test]
fn a_calendar_that_goes_no_further_than_today_is_told() {
    let cases = [
        ("..", "20251231", true),
        ("2025-01-01..", "20251231", true),
        ("..", "20260101", false),
        // Whoever asks for a last date knows where it ends.
        ("2025-01-01..2025-12-31", "20251231", false),
    ];
    for (range, date, is_told) in cases {
        let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:{date}\nEND:VEVENT\nEND:VCALENDAR");
        let (first, last) = range.split_once("..").unwrap();
        let today = TODAY.parse().unwrap();
        let range = Range { first: first.parse().ok(), last: last.parse().ok(), today };
        let found = days_off(&events(text.as_bytes()).unwrap(), Tz::Asia__Seoul, range).unwrap();
        assert_eq!(found.none_since, is_told.then_some(today), "{range:?} {date}");
    }
}

#[test]
fn no_date_is_given_that_schedule_files_cannot_hold() {
    let outside = "line 2  has no date in the years 1970 to 9998";
    let cases: &[(&str, &[&str])] = &[
        ("DTSTART:99991231; RRULE:FREQ=YEARLY", &[outside, "to 9998-12-31"]),
        ("DTSTART:99991231", &[outside]),
        ("DTSTART:16040101", &[outside]),
        ("DTSTART:99981230; DTEND:99990102", &["9998-12-30", "9998-12-31"]),
        ("DTSTART:99981231; RRULE:FREQ=DAILY", &["9998-12-31", "to 9998-12-31"]),
    ];
    for (event, expected) in cases {
        check(&[event], expected);
    }
    check_in(Tz::Asia__Seoul, "0001-01-01..", &["DTSTART:19691231; DTEND:19700102"], &["1970-01-01"]);
    check_in(
        Tz::Asia__Seoul,
        "..+11000-01-01",
        &["DTSTART:99980101; RRULE:FREQ=YEARLY"],
        &["9998-01-01", "to 9998-12-31"],
    );
}

#[test]
fn what_never_ends_goes_no_further_than_where_it_is_said_to_end() {
    let to = "to 2028-12-31";
    let yearly = ["2026-01-01", "2027-01-01", "2028-01-01", to];
    let zones = [Tz::Asia__Seoul, Tz::America__New_York, Tz::Pacific__Kiritimati, Tz::UTC];
    for zone in zones {
        check_in(zone, "..", &["DTSTART;VALUE=DATE:20260101; RRULE:FREQ=YEARLY"], &yearly);
        check_in(
            zone,
            "..2026-01-02",
            &["DTSTART:20260101; RRULE:FREQ=DAILY"],
            &["2026-01-01", "2026-01-02", "to 2026-01-02"],
        );
    }
    // The last occurrence goes beyond the end.
    let long = ["DTSTART:20271231; DTEND:20280103; RRULE:FREQ=YEARLY"];
    check_in(Tz::Asia__Seoul, "..2028-01-01", &long, &["2027-12-31", "2028-01-01", "to 2028-01-01"]);
}

#[test]
fn what_never_ends_is_followed_to_the_second_year_after_the_latest_start_or_to_the_end_asked_for() {
    let yearly = ["DTSTART:20250501; RRULE:FREQ=YEARLY", "DTSTART:20260301"];
    let all = ["2026-03-01", "2026-05-01", "2027-05-01", "2028-05-01", "to 2028-12-31", "1 over"];
    check(&yearly, &all);
    check_in(
        Tz::Asia__Seoul,
        "2025-01-01..2026-05-01",
        &yearly,
        &["2025-05-01", "2026-03-01", "2026-05-01", "to 2026-05-01"],
    );
    check_in(Tz::Asia__Seoul, "2026-03-02..2026-12-31", &yearly, &["2026-05-01", "to 2026-12-31"]);
    check_in(Tz::Asia__Seoul, "2030-01-01..2030-12-31", &yearly, &["2030-05-01", "to 2030-12-31"]);
    // What ends by itself is read to its end.
    check(&["DTSTART:20260101; RRULE:FREQ=YEARLY;INTERVAL=10;COUNT=3"], &["2026-01-01", "2036-01-01", "2046-01-01"]);
    check(&["DTSTART:20260101; RRULE:FREQ=YEARLY;INTERVAL=10;UNTIL=20361231"], &["2026-01-01", "2036-01-01"]);
}

#[test]
fn dates_outside_of_the_range_are_left_out() {
    let events = ["DTSTART:20260101; DTEND:20260105"];
    check_in(Tz::Asia__Seoul, "2026-01-02..2026-01-03", &events, &["2026-01-02", "2026-01-03"]);
    check_in(Tz::Asia__Seoul, "2026-01-05..", &events, &[]);
    check_in(Tz::Asia__Seoul, "2025-01-01..2025-12-31", &events, &[]);
}

#[test]
fn there_is_an_end_to_everything() {
    let days = "line 2: the event makes it more than 5000 days off: `--to DATE` sets a last date";
    let steps = "line 2: the event makes it more than 50000 occurrences and dates: `--to DATE` sets a last date";
    check(&["DTSTART:00010101; DTEND:99991231"], &[days]);
    check(&["DTSTART:20260101; RRULE:FREQ=DAILY;UNTIL=99991231"], &[days]);
    check(&["DTSTART:20260101T090000; DURATION:PT1H; RRULE:FREQ=DAILY;COUNT=99999999"], &[steps]);
    check_in(Tz::Asia__Seoul, "9999-01-01..", &["DTSTART:00010101; RRULE:FREQ=DAILY;COUNT=99999999"], &[steps]);
    let names =
        ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"].map(|name| format!("SUMMARY:{name}; DTSTART:20260101"));
    check(&names.each_ref().map(String::as_str), &["2026-01-01 a; b; c; d; e; f; g; h; i; j"]);
    check_in(Tz::Asia__Seoul, "9998-12-31..", &["DTSTART:00010101; DURATION:P3652059D"], &["9998-12-31"]);
}

#[test]
fn zones_that_the_file_describes_are_understood() {
    let text = "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Seoul time\nX-LIC-LOCATION:Asia/Seoul\nEND:VTIMEZONE\n\
                BEGIN:VEVENT\nDTSTART;TZID=Seoul time:20260101T000000\nDURATION:P1D\nEND:VEVENT\nEND:VCALENDAR\n\
                BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260201\nEND:VEVENT\nEND:VCALENDAR\n";
    assert_eq!(found(text.as_bytes(), Tz::Asia__Seoul, ".."), ["2026-01-01", "2026-02-01"]);
}

proptest::proptest! {
    #[test]
    fn no_bytes_are_too_odd(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
        _ = found(&bytes, Tz::Asia__Seoul, "..");
    }

    #[test]
    fn no_event_is_too_odd(lines in proptest::collection::vec(line(), 0..8)) {
        let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260308T023000\n{}\nEND:VEVENT\nEND:VCALENDAR", lines.join("\n"));
        _ = found(text.as_bytes(), Tz::America__New_York, "..");
    }

    #[test]
    fn no_rule_is_too_odd(rule in rule(), start in "(1604|2024|2026|9999)(0131|0229|1231)") {
        let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:{start}\nRRULE:{rule}\nEND:VEVENT\nEND:VCALENDAR");
        _ = found(text.as_bytes(), Tz::America__New_York, "..");
    }
}

/// Lines that come near to those of events.
fn line() -> impl proptest::strategy::Strategy<Value = String> {
    let name = "(DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|RECURRENCE-ID|SUMMARY|BEGIN|END|\\PC{0,3})";
    let parameter = "(|;VALUE=DATE|;VALUE=PERIOD|;TZID=Asia/Seoul|;TZID=\"/x/Europe/Berlin\"|;\\PC{0,5})";
    let value = "(:|[:=\t ]?)([0-9]{4}(0[1-9]|1[0-3])[0-3][0-9](|T[0-2][0-9]0000|T000000Z)(|/P1D|,20260101)|-?P[0-9]{1,8}[WDT]|VEVENT|\\PC{0,20})";
    proptest::strategy::Strategy::prop_map((name, parameter, value), |(name, parameter, value)| {
        name + &parameter + &value
    })
}

/// Rules that come near to those of calendars.
fn rule() -> impl proptest::strategy::Strategy<Value = String> {
    let frequency = "FREQ=(YEARLY|MONTHLY|WEEKLY|DAILY|HOURLY)";
    let part = "(;(INTERVAL=[0-9]{1,6}|COUNT=[0-9]{1,11}|BYDAY=[-+]?[0-9]{0,3}(MO|SU)(,TU)?|BYMONTHDAY=-?[0-9]{1,3}|BYMONTH=[0-9]{1,2}|BYWEEKNO=-?[0-9]{1,2}|BYYEARDAY=-?[0-9]{1,3}|BYSETPOS=-?[0-9]{1,3}|BYHOUR=[0-9]{1,2}|BYSECOND=60|WKST=(SU|X)|UNTIL=[0-9]{8}|UNTIL=9999[0-9]{4}T000000Z|[A-Z]{1,4}=[-A-Z0-9]{0,4})){0,4}";
    proptest::strategy::Strategy::prop_map((frequency, part), |(frequency, part)| frequency + &part)
}
