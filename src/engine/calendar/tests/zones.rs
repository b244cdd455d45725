//! Time zones: changes of the clocks (rule T6), and which date an exception is for.

use super::*;

#[test]
fn t3_an_exceptions_date_is_that_of_the_zone_and_of_one_year() {
    // Eight in Seoul is eleven at night of the day before in UTC, six in Los Angeles two in the morning of the day after.
    let cases = [
        ("Asia/Seoul", "08:00", "20:00", "+09:00"),
        ("America/Los_Angeles", "18:00", "22:00", "-08:00"),
        ("Pacific/Kiritimati", "00:00", "13:00", "+14:00"),
    ];
    for (zone, start, stop, offset) in cases {
        let text = format!("Timezone: {zone}\nStartTime: '{start}'\nStopTime: '{stop}'");
        let schedule = schedule(&text, &["2026-12-25 start None", "2026-12-25 stop None"]);
        let of = |day: &str| [format!("{day} {start} {offset} start"), format!("{day} {stop} {offset} stop")];
        let neighbours = [of("Thu 12-24"), of("Sat 12-26")].concat();
        check(&schedule, "2026-12-24", "2026-12-27", &neighbours.iter().map(String::as_str).collect::<Vec<_>>());
        let next_year = of("Sat 12-25");
        check(&schedule, "2027-12-25", "2027-12-26", &next_year.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[test]
fn t6_zones_that_change_at_midnight_or_by_odd_amounts() {
    // zone, the date of the change, start and stop, what comes of it
    let cases: [(&str, &str, &str, &[&str]); 10] = [
        (
            "America/Havana",
            "2026-03-08",
            "00:30-05:00",
            &["Sun 03-08 01:30 -04:00 start", "Sun 03-08 05:00 -04:00 stop"],
        ),
        (
            "America/Havana",
            "2026-11-01",
            "00:30-05:00",
            &["Sun 11-01 00:30 -04:00 start", "Sun 11-01 05:00 -05:00 stop"],
        ),
        ("Africa/Cairo", "2026-04-24", "00:00-06:00", &["Fri 04-24 01:00 +03:00 start", "Fri 04-24 06:00 +03:00 stop"]),
        ("Africa/Cairo", "2026-10-29", "20:00-23:30", &["Thu 10-29 20:00 +03:00 start", "Thu 10-29 23:30 +03:00 stop"]),
        (
            "Pacific/Chatham",
            "2026-09-27",
            "03:00-05:00",
            &["Sun 09-27 04:00 +13:45 start", "Sun 09-27 05:00 +13:45 stop"],
        ),
        (
            "Pacific/Chatham",
            "2026-04-05",
            "03:00-05:00",
            &["Sun 04-05 03:00 +13:45 start", "Sun 04-05 05:00 +12:45 stop"],
        ),
        (
            "Atlantic/Azores",
            "2026-03-29",
            "00:30-05:00",
            &["Sun 03-29 01:30 +00:00 start", "Sun 03-29 05:00 +00:00 stop"],
        ),
        (
            "Atlantic/Azores",
            "2026-10-25",
            "00:30-05:00",
            &["Sun 10-25 00:30 +00:00 start", "Sun 10-25 05:00 -01:00 stop"],
        ),
        (
            "Australia/Lord_Howe",
            "2026-04-05",
            "01:45-05:00",
            &["Sun 04-05 01:45 +11:00 start", "Sun 04-05 05:00 +10:30 stop"],
        ),
        // The start is moved by half an hour to 02:40, behind the stop.
        ("Australia/Lord_Howe", "2026-10-04", "02:10-02:35", &[]),
    ];
    for (zone, date, times, expected) in cases {
        let (start, stop) = times.split_once('-').unwrap();
        let text = format!("Timezone: {zone}\nStartTime: '{start}'\nStopTime: '{stop}'");
        let from: NaiveDate = date.parse().unwrap();
        check(&schedule(&text, &[]), date, &ahead(from, 1).to_string(), expected);
    }
}

#[test]
fn t6_a_date_that_a_zone_leaves_out() {
    // Apia had no Friday, 30 December 2011: its times are moved by the whole day.
    let apia = |text: &str| schedule(&format!("Timezone: Pacific/Apia\n{text}"), &[]);
    check(
        &apia("DaysActive: fri\nStartTime: '09:00'\nStopTime: '18:00'"),
        "2011-12-29",
        "2012-01-02",
        &["Sat 12-31 09:00 +14:00 start", "Sat 12-31 18:00 +14:00 stop"],
    );
    // The night before it lasts its eight hours; Friday's own would end before it starts and is dropped.
    check(
        &apia("StartTime: '22:00'\nStopTime: '06:00'"),
        "2011-12-29",
        "2012-01-01",
        &[
            "Thu 12-29 06:00 -10:00 stop",
            "Thu 12-29 22:00 -10:00 start",
            "Sat 12-31 06:00 +14:00 stop",
            "Sat 12-31 22:00 +14:00 start",
        ],
    );
}

#[test]
fn t6_an_event_in_a_skipped_or_repeated_hour_comes_once() {
    // Cloud Custodian matches the exact hour: never in the one case, twice in the other.
    let new_york = |text: &str| schedule(&format!("Timezone: America/New_York\n{text}"), &[]);
    for (end, action) in [("StartTime", "start"), ("StopTime", "stop")] {
        let days = |lines: &[&str]| lines.iter().map(|line| format!("{line} {action}")).collect::<Vec<_>>();
        let skipped = days(&["Sat 03-07 02:30 -05:00", "Sun 03-08 03:30 -04:00", "Mon 03-09 02:30 -04:00"]);
        check(
            &new_york(&format!("{end}: '02:30'")),
            "2026-03-07",
            "2026-03-10",
            &skipped.iter().map(String::as_str).collect::<Vec<_>>(),
        );
        let repeated = days(&["Sat 10-31 01:30 -04:00", "Sun 11-01 01:30 -04:00", "Mon 11-02 01:30 -05:00"]);
        check(
            &new_york(&format!("{end}: '01:30'")),
            "2026-10-31",
            "2026-11-03",
            &repeated.iter().map(String::as_str).collect::<Vec<_>>(),
        );
    }
}

#[test]
fn t6_gaps_and_folds() {
    let check_zone = |zone: &str, times: &str, (from, to): (&str, &str), expected: &[&str]| {
        let (start, stop) = times.split_once('-').unwrap();
        let text = format!("Timezone: {zone}\nStartTime: '{start}'\nStopTime: '{stop}'");
        check(&schedule(&text, &[]), from, to, expected);
    };
    // The spring gap moves 02:30 to 03:30; in the fall the first 01:30 counts, and nothing flaps.
    let spring = ("2026-03-08", "2026-03-09");
    check_zone(
        "America/New_York",
        "02:30-05:00",
        spring,
        &["Sun 03-08 03:30 -04:00 start", "Sun 03-08 05:00 -04:00 stop"],
    );
    let fall = ("2026-11-01", "2026-11-02");
    check_zone(
        "America/New_York",
        "01:30-05:00",
        fall,
        &["Sun 11-01 01:30 -04:00 start", "Sun 11-01 05:00 -05:00 stop"],
    );
    // Both ends in the gap: they keep their distance.
    check_zone(
        "Europe/Berlin",
        "02:10-02:50",
        ("2026-03-29", "2026-03-30"),
        &["Sun 03-29 03:10 +02:00 start", "Sun 03-29 03:50 +02:00 stop"],
    );
    // The start falls into the gap and comes out behind the stop: no window.
    check_zone("Europe/Berlin", "02:30-03:15", ("2026-03-29", "2026-03-30"), &[]);
    // Half an hour, midnight, and a whole day.
    check_zone(
        "Australia/Lord_Howe",
        "02:15-05:00",
        ("2026-10-04", "2026-10-05"),
        &["Sun 10-04 02:45 +11:00 start", "Sun 10-04 05:00 +11:00 stop"],
    );
    check_zone(
        "America/Santiago",
        "00:30-05:00",
        ("2026-09-06", "2026-09-07"),
        &["Sun 09-06 01:30 -03:00 start", "Sun 09-06 05:00 -03:00 stop"],
    );
    check_zone(
        "Pacific/Apia",
        "09:00-18:00",
        ("2011-12-29", "2012-01-01"),
        &[
            "Thu 12-29 09:00 -10:00 start",
            "Thu 12-29 18:00 -10:00 stop",
            "Sat 12-31 09:00 +14:00 start",
            "Sat 12-31 18:00 +14:00 stop",
        ],
    );
}
