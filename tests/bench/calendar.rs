//! How long the calendar takes: a year of transitions of a thousand schedules, and what each of them does next.
//!
//! `cargo bench --no-default-features --bench calendar`

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark may fail loudly")]

use std::hint::black_box;

use chrono::{DateTime, Days, NaiveDate, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use lamplighter::document::{self, Defaults, Tables};
use lamplighter::engine::calendar;
use lamplighter::model::{Action, Schedule};
use serde_json::{Map, Value, json};

const ZONES: [&str; 5] = ["Asia/Seoul", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago"];

/// The attributes that differ: plain timetables, one by day, one overnight and one without an end, and periods.
fn timetable(index: usize) -> Value {
    match index % 5 {
        0 => json!({"DaysActive": "weekdays", "StartTime": "09:30", "StopTime": "22:00"}),
        1 => json!({"DaysActive": "sun-thu", "StartTime": "22:00", "StopTime": "06:00"}),
        2 => json!({"DaysActive": "all", "StartTime": "00:00", "StopTime": "24:00"}),
        3 => json!({"Periods": [
            {"Weekdays": "mon-fri", "StartTime": "08:00", "StopTime": "12:00"},
            {"Weekdays": "mon-fri", "StartTime": "13:00", "StopTime": "19:00"},
        ]}),
        _ => json!({"Periods": [
            {"Weekdays": "mon#2,friL", "StartTime": "06:00", "StopTime": "26:00"},
            {"Monthdays": "1-7,15W,L", "Months": "nov-feb,jan/3", "StartTime": "09:00", "StopTime": "18:00"},
            {"Weekdays": "sat-sun", "StartTime": "10:00", "StopTime": "None"},
        ]}),
    }
}

fn item(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

/// A thousand schedules with fifty exceptions each, spread over the year.
fn schedules(first: NaiveDate) -> Vec<Schedule> {
    let mut tables = Tables::default();
    for index in 0..1000_usize {
        let name = format!("S{index:04}");
        let mut schedule = item(&timetable(index));
        let zone = ZONES[index / 5 % ZONES.len()];
        schedule.extend(item(&json!({"ScheduleName": name, "TagValue": name, "Enabled": true, "Timezone": zone})));
        tables.schedules.push(schedule);
        for number in 0..50_usize {
            let date = first + Days::new((number * 7 + index % 7) as u64);
            let (kind, value) =
                [("start", "None"), ("stop", "25:30"), ("start", "07:15"), ("stop", "None")][number % 4];
            tables.exceptions.push(item(&json!({"ScheduleName": name, "ExceptionUuid": format!("{name}-{number}"),
                "ExceptionDate": date.to_string(), "ExceptionType": kind, "ExceptionValue": value})));
        }
    }
    let (schedules, problems) = document::read(&tables, Defaults::default(), first);
    assert!(problems.is_empty(), "{}", problems.first().map(ToString::to_string).unwrap_or_default());
    schedules
}

fn calendar(criterion: &mut Criterion) {
    let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let from: DateTime<Utc> = first.and_hms_opt(0, 0, 0).unwrap().and_utc();
    let to = from + Days::new(365);
    let now = from + Days::new(120);
    let schedules = schedules(first);
    let mut group = criterion.benchmark_group("calendar of 1000 schedules");
    group.sample_size(20);
    group.bench_function("transitions of a year", |bencher| {
        bencher
            .iter(|| schedules.iter().map(|schedule| calendar::transitions(schedule, from, to).len()).sum::<usize>());
    });
    group.bench_function("last transition", |bencher| {
        bencher.iter(|| schedules.iter().filter_map(|each| calendar::last_transition(each, black_box(now))).count());
    });
    group.bench_function("next transition", |bencher| {
        bencher
            .iter(|| schedules.iter().filter_map(|each| calendar::next_transition(each, black_box(now), None)).count());
    });
    group.bench_function("next stop", |bencher| {
        let next = |each| calendar::next_transition(each, black_box(now), Some(Action::Stop));
        bencher.iter(|| schedules.iter().filter_map(next).count());
    });
    // The worst for a search: it looks through the 28 years after which all dates come again.
    let mut endless = schedules[2].clone();
    endless.exceptions.clear();
    group.bench_function("next stop of one that never stops", |bencher| {
        bencher.iter(|| calendar::next_transition(&endless, black_box(now), Some(Action::Stop)));
    });
    group.finish();
}

criterion_group!(benches, calendar);
criterion_main!(benches);
