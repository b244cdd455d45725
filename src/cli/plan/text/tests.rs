//! Plans as people see them in a pipe.

use super::super::tests::plan;
use super::*;

/// The plan without colours.
fn plain(schedules: &[&str], from: &str, to: &str) -> String {
    coloured(schedules, from, to, 100).1
}

fn coloured(schedules: &[&str], from: &str, to: &str, width: usize) -> (String, String) {
    let text = print(&plan(schedules, from, to), Screen { width, breaks: false });
    let plain = anstream::adapter::strip_str(&text).to_string();
    (text, plain)
}

#[test]
fn a_week_with_a_holiday_and_a_late_night() {
    let office = "weekdays 9:15-18:00 Europe/Berlin | 2026-12-25 start None Christmas | 2026-12-25 stop None Christmas | 2026-12-22 stop 25:30 Release";
    insta::assert_snapshot!(plain(&[office, "all 22:00-6:00 Europe/Berlin; StopWarningMinutes: 0"], "2026-12-21", "2026-12-28"), @r#"
Mon 21 Dec 2026 to Sun 27 Dec 2026, Europe/Berlin    █ runs  · off

S1  Europe/Berlin
            00          06          12          18          24
Mon 21 Dec  ··················▐█████████████████············  09:15–18:00            8 h 45 min
Tue 22 Dec  ··················▐█████████████████████████████  09:15–…               14 h 45 min  * stop 25:30: Release
Wed 23 Dec  ███···············▐█████████████████············  …–01:30, 09:15–18:00  10 h 15 min
Thu 24 Dec  ··················▐█████████████████············  09:15–18:00            8 h 45 min
Fri 25 Dec  ················································                                     * no start, no stop: Christmas
Sat 26 Dec  ················································  off
Sun 27 Dec  ················································  off

S2  Europe/Berlin
            00          06          12          18          24
Mon 21 Dec  ████████████································████  …–06:00, 22:00–…  8 h
Tue 22 Dec  ████████████································████  …–06:00, 22:00–…  8 h
Wed 23 Dec  ████████████································████  …–06:00, 22:00–…  8 h
Thu 24 Dec  ████████████································████  …–06:00, 22:00–…  8 h
Fri 25 Dec  ████████████································████  …–06:00, 22:00–…  8 h
Sat 26 Dec  ████████████································████  …–06:00, 22:00–…  8 h
Sun 27 Dec  ████████████································████  …–06:00, 22:00–…  8 h

                      on           off  switched off
S1           42 h 30 min  125 h 30 min         74.7%    warned 10 min before each stop
S2                  56 h         112 h         66.7%    no warning before stops
Total        98 h 30 min  237 h 30 min         70.7%
"#);
}

#[test]
fn what_has_ended_as_the_stretch_begins_is_not_shown() {
    let cases: [(&[&str], &str, &[&str]); 4] = [
        (&["sun 00:00-24:00 UTC", "mon 9:00-24:00 UTC"], "2026-11-23", &["off", "09:00–24:00  15 h"]),
        (&["sun,mon 22:00-24:00 UTC"], "2026-11-23", &["22:00–24:00  2 h"]),
        (&["all 9:00-18:00 UTC"], "2026-11-23T18:00:00Z", &["off"]),
        // What changes nothing is shown: no time of running ends with it.
        (&["mon None-00:00 UTC"], "2026-11-23", &["stop 00:00"]),
    ];
    for (schedules, from, expected) in cases {
        let text = plain(schedules, from, "2026-11-24");
        let rows = text.lines().filter_map(|line| line.strip_prefix("Mon 23 Nov  "));
        let times: Vec<&str> = rows.map(|row| row.trim_start_matches(['·', '█', '╌', ' '])).collect();
        assert_eq!(times, expected, "{schedules:?} {from}\n{text}");
    }
}

#[test]
fn weeks_in_which_clocks_change() {
    insta::assert_snapshot!(plain(&["all 1:30-5:00 Europe/Berlin"], "2026-03-28", "2026-03-30"), @r#"
Sat 28 Mar 2026 to Sun 29 Mar 2026, Europe/Berlin    █ runs  · off

S1  Europe/Berlin
            00          06          12          18          24
Sat 28 Mar  ···███████······································  01:30–05:00  3 h 30 min
Sun 29 Mar  ···█  ████······································  01:30–05:00  2 h 30 min  * clocks go forward: a day of 23 h

                      on           off  switched off
S1                   6 h          41 h         87.2%    warned 10 min before each stop
"#);
    insta::assert_snapshot!(plain(&["sun 1:30-2:30 America/New_York"], "2026-10-31", "2026-11-02"), @r#"
Sat 31 Oct 2026 to Sun 1 Nov 2026, America/New_York    █ runs  · off

S1  America/New_York
            00          06          12          18          24
Sat 31 Oct  ················································  off
Sun 1 Nov   ··███···········································  01:30 EDT–02:30  2 h  * clocks go back: a day of 25 h

                      on           off  switched off
S1                   2 h          47 h         95.9%    warned 10 min before each stop
"#);
}

#[test]
fn what_is_not_carried_out_says_so() {
    let schedules = [
        "all 9:00-18:00 UTC; Enabled: false",
        "all 9:00-18:00 UTC; Mode: 'off'",
        "all 9:00-18:00 UTC; Mode: notify",
        "all 00:00-24:00 UTC",
        "all None-None UTC | 2026-11-24 start 8:00 First",
    ];
    insta::assert_snapshot!(plain(&schedules, "2026-11-23", "2026-11-25"), @r#"
Mon 23 Nov 2026 to Tue 24 Nov 2026, UTC    █ runs  · off  ╌ before the first start or stop

S1  UTC
            disabled: only force start and force stop act

S2  UTC
            mode off: nothing is started or stopped

S3  UTC
            mode notify: says what it would do, does nothing
            00          06          12          18          24
Mon 23 Nov  ··················██████████████████············  09:00–18:00  9 h
Tue 24 Nov  ··················██████████████████············  09:00–18:00  9 h

S4  UTC
            00          06          12          18          24
Mon 23 Nov  ████████████████████████████████████████████████  all day  24 h
Tue 24 Nov  ████████████████████████████████████████████████  all day  24 h

S5  UTC
            00          06          12          18          24
Mon 23 Nov  ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
Tue 24 Nov  ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌████████████████████████████████  08:00–…  16 h  * start 08:00: First

                      on           off       neither  switched off
S1                     –             –             –             –    no warnings
S2                     –             –             –             –    no warnings
S3                  18 h          30 h             –         62.5%    no warnings
S4                  48 h           0 h             –          0.0%    warned 10 min before each stop
S5                  16 h           0 h          32 h          0.0%    warned 10 min before each stop
Total               64 h           0 h          32 h          0.0%    of those that are started and stopped
"#);
}

#[test]
fn notes_stand_in_one_column() {
    let note =
        "2026-11-24 start None Off | 2026-11-24 stop None Off | 2026-11-25 stop 20:00 Late | 2026-11-26 start None Off";
    for (schedule, expected) in [
        (format!("weekdays 9:00-18:30 UTC | {note}"), 3),
        // Nothing runs at all: there is no other column.
        ("sat 9:00-18:00 UTC | 2026-11-23 start None Off | 2026-11-24 start None Off".to_owned(), 2),
    ] {
        let text = plain(&[&schedule], "2026-11-23", "2026-11-27");
        let columns: Vec<usize> = text.lines().filter_map(|line| Some(line.split_once(" * ")?.0.width())).collect();
        assert!(columns.len() == expected && columns.iter().all(|column| Some(column) == columns.first()), "{text}");
        assert!(text.lines().all(|line| line.trim_end() == line), "{text}");
    }
}

#[test]
fn a_long_stretch_has_months() {
    let text = plain(&["mon 9:00-18:00 UTC"], "2026-11-29", "2027-02-02");
    let months: Vec<&str> = text
        .lines()
        .filter(|line| line.ends_with("18          24"))
        .map(|line| line.split("  ").next().unwrap())
        .collect();
    assert_eq!(months, ["Nov 2026", "Dec 2026", "Jan 2027", "Feb 2027"]);
    assert_eq!(text.lines().filter(|line| line.contains("09:00–18:00  9 h")).count(), 10);
}

#[test]
fn the_bar_fits_the_terminal() {
    for (width, cells) in [(60, 24), (89, 24), (90, 48), (159, 48), (160, 96), (400, 96)] {
        let (_, text) = coloured(&["all 00:00-24:00 UTC"], "2026-11-23", "2026-11-24", width);
        let bar = text.lines().find(|line| line.starts_with("Mon 23 Nov  ")).unwrap();
        assert_eq!(bar.matches(bar::FULL).count(), cells, "{width}");
    }
}

#[test]
fn colours_are_there_and_text_from_outside_brings_none() {
    let schedule = "all 9:00-18:00 UTC | 2026-11-23 stop 19:00 \"\\x1b[31mred\\x07\"";
    let (text, plain) = coloured(&[schedule], "2026-11-23", "2026-11-24", 100);
    assert!(text.contains(&format!("{ON}██")), "{text:?}");
    assert!(!text.contains("\u{1b}[31mred"), "{text:?}");
    assert!(plain.contains("* stop 19:00: \u{fffd}[31mred\u{fffd}"), "{plain}");
}

#[test]
fn problems_stand_at_the_end() {
    let schedule = "all 9:00-18:00 UTC | 2026-11-23 stop 25:99 Late | 2026-11-24 stop 19:00 One";
    let text = plain(&[schedule], "2026-11-23", "2026-11-25");
    let (_, problems) = text.split_once("1 problem\n").unwrap();
    assert!(problems.contains("ExceptionValue = `25:99`"), "{text}");
    assert_eq!(problems.lines().count(), 1, "{text}");
}

#[test]
fn notes_for_which_there_is_no_room_stand_below() {
    let office = "weekdays 9:00-18:00 UTC | 2026-12-25 start None Christmas Day and the day after";
    for (width, is_below) in [(60, true), (80, true), (159, false)] {
        let text = print(&plan(&[office], "2026-12-24", "2026-12-26"), Screen { width, breaks: true });
        let text = anstream::adapter::strip_str(&text).to_string();
        assert_eq!(text.contains("\n            * no start: Christmas Day"), is_below, "{width}\n{text}");
        let notes = text.lines().filter(|line| line.contains("* no start"));
        assert!(notes.map(unicode_width::UnicodeWidthStr::width).all(|of_line| of_line <= width), "{width}\n{text}");
    }
}
