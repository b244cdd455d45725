//! Made-up configurations: the files do what AWS does, and nothing is too odd.

use chrono::{DateTime, Datelike as _, Duration, NaiveDate, NaiveTime, Utc, Weekday};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::engine::calendar;
use crate::model::Action;

/// A field of dates as text, and what AWS documents of it.
type Field = (&'static str, &'static str, fn(NaiveDate) -> bool);

fn month_has(date: NaiveDate, days: i64) -> bool {
    (date + Duration::days(days)).month() == date.month()
}

const FIELDS: [Field; 12] = [
    ("weekdays", "*", |_| true),
    ("weekdays", "mon-fri", |date| date.weekday().num_days_from_monday() < 5),
    ("weekdays", "5,0-1", |date| [Weekday::Sat, Weekday::Mon, Weekday::Tue].contains(&date.weekday())),
    ("weekdays", "Sat-Sun", |date| date.weekday().num_days_from_monday() > 4),
    ("weekdays", "fri-mon", |date| !(1..4).contains(&date.weekday().num_days_from_monday())),
    ("weekdays", "wed", |date| date.weekday() == Weekday::Wed),
    // The fields from here on are not plain days of the week.
    ("weekdays", "tue#2", |date| date.weekday() == Weekday::Tue && (8..=14).contains(&date.day())),
    ("weekdays", "4L", |date| date.weekday() == Weekday::Fri && !month_has(date, 7)),
    ("monthdays", "1/15", |date| [1, 16, 31].contains(&date.day())),
    ("monthdays", "L", |date| !month_has(date, 1)),
    ("monthdays", "3-9/3,12", |date| [3, 6, 9, 12].contains(&date.day())),
    ("months", "dec/3,feb", |date| [12, 2].contains(&date.month())),
];
const PLAIN: usize = 6;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Running,
    Any,
    Stopped,
}

/// What a period wants, as AWS's documentation has it; 23:59 after a begin is the end of the day.
fn wanted(field: Field, begin: Option<i64>, end: Option<i64>, date: NaiveDate, minute: i64) -> Wanted {
    if !(field.2)(date) {
        return Wanted::Stopped;
    }
    let end = end.map(|end| if begin.is_some() && end == 1439 { 1440 } else { end });
    match (begin, end) {
        (Some(begin), None) if minute < begin => Wanted::Any,
        (_, None) => Wanted::Running,
        (None, Some(end)) if minute < end => Wanted::Any,
        (Some(begin), Some(end)) if (begin..end).contains(&minute) => Wanted::Running,
        _ => Wanted::Stopped,
    }
}

fn time(minutes: i64) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Half hours, and the last minute of the day.
fn times() -> impl Strategy<Value = (Option<i64>, Option<i64>)> {
    let moment = (0_i64..49).prop_map(|half| (half * 30).min(1439));
    let pair = (moment.clone(), moment).prop_filter_map("begins before it ends", |(one, other)| {
        (one != other && (one, other) != (1410, 1439)).then(|| (Some(one.min(other)), Some(one.max(other))))
    });
    let begin = (0_i64..48).prop_map(|half| (Some(half * 30), None));
    let end = (1_i64..49).prop_map(|half| (None, Some((half * 30).min(1439))));
    prop_oneof![4 => pair, 1 => begin, 1 => end, 1 => Just((None, None))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Minute for minute what AWS does, for every schedule that is written at all.
    #[test]
    fn starts_and_stops_when_aws_does(periods in proptest::collection::vec((0..FIELDS.len(), times()), 1..4)) {
        let items: Vec<Value> = periods.iter().map(|(field, (begin, end))| {
            let mut item = json!({FIELDS[*field].0: [FIELDS[*field].1]});
            if let Some(begin) = begin { item["begintime"] = time(*begin).into(); }
            if let Some(end) = end { item["endtime"] = time(*end).into(); }
            item
        }).collect();
        let text = match file_of(json!({}), &items) {
            Ok(text) => text,
            Err(faults) => {
                let is_plain = periods.iter().all(|(field, _)| *field < PLAIN);
                prop_assert!(!is_plain, "{:?}", faults);
                return Ok(());
            }
        };
        let schedule = schedule_of(&text);
        let midnight = |date: NaiveDate| date.and_time(NaiveTime::MIN).and_utc();
        let (first, last) = (NaiveDate::from_ymd_opt(2027, 11, 22).unwrap(), NaiveDate::from_ymd_opt(2028, 3, 5).unwrap());
        let mut transitions = calendar::transitions(&schedule, midnight(first), midnight(last)).into_iter().peekable();
        let mut state = calendar::last_transition(&schedule, midnight(first)).map(|found| found.action);
        let mut at: DateTime<Utc> = midnight(first);
        let mut before = None;
        while at < midnight(last) {
            let mut changes = Vec::new();
            while let Some(found) = transitions.next_if(|found| found.at <= at) {
                prop_assert_eq!(found.at, at, "at another time");
                changes.push(found.action);
                state = Some(found.action);
            }
            let minute = (at - midnight(at.date_naive())).num_minutes();
            let of_periods: Vec<Wanted> = periods.iter().map(|(field, (begin, end))| {
                wanted(FIELDS[*field], *begin, *end, at.date_naive(), minute)
            }).collect();
            let now = [Wanted::Running, Wanted::Any].into_iter().find(|wanted| of_periods.contains(wanted));
            let now = now.unwrap_or(Wanted::Stopped);
            let begins = before.is_some_and(|before| before != now);
            before = Some(now);
            match now {
                Wanted::Running => {
                    prop_assert_eq!(state, Some(Action::Start), "{} in\n{}", at, text);
                    prop_assert!(!begins || changes.contains(&Action::Start), "{} {:?} in\n{}", at, changes, text);
                }
                Wanted::Any => prop_assert!(changes.is_empty(), "{} {:?} in\n{}", at, changes, text),
                Wanted::Stopped => {
                    prop_assert!(state != Some(Action::Start), "{} in\n{}", at, text);
                    prop_assert!(!begins || changes.contains(&Action::Stop), "{} {:?} in\n{}", at, changes, text);
                }
            }
            // Half hour by half hour, and the last minute of the day.
            at += Duration::minutes(match minute { 1410 => 29, 1439 => 1, _ => 30 });
        }
    }

    #[test]
    fn no_bytes_are_too_odd(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        _ = import(&[("aws.json".to_owned(), bytes)], None);
    }

    #[test]
    fn no_json_is_too_odd(
        keys in proptest::collection::vec(
            proptest::sample::select(vec!["Schedules", "Periods", "Items", "Item", "Schedule", "Name", "type", "name", "S", "SS", "NextToken"]),
            1..6,
        ),
        is_list in proptest::collection::vec(any::<bool>(), 6),
        leaf in prop_oneof![Just(json!(null)), Just(json!("schedule")), Just(json!(1)), Just(json!({"S": "s"})), Just(json!(["p"]))],
    ) {
        let nested = keys.iter().zip(is_list).fold(leaf, |inner, (key, is_list)| {
            let inner = if is_list { json!([inner, {"type": "schedule", "name": "s"}]) } else { inner };
            json!({*key: inner, "type": "schedule"})
        });
        _ = import(&[("aws.json".to_owned(), nested.to_string().into_bytes())], None);
    }

    /// Whatever the attributes hold, what is made of them can be read.
    #[test]
    fn no_item_is_too_odd(
        attributes in proptest::collection::btree_map(
            proptest::sample::select(vec![
                "periods", "timezone", "override_status", "enforced", "description", "overwrite", "hibernate", "begintime",
                "endtime", "weekdays", "monthdays", "months", "regions", "default_timezone", "tagname", "odd",
            ]),
            prop_oneof![
                ".{0,20}".prop_map(Value::from),
                proptest::sample::select(vec!["09:00", "23:59", "mon-fri", "1/10", "L", "p", "p@t3.nano", "UTC", "running", "stopped"]).prop_map(Value::from),
                any::<bool>().prop_map(Value::from),
                any::<i64>().prop_map(Value::from),
                proptest::collection::vec(".{0,5}", 0..3).prop_map(Value::from),
                Just(json!({"SS": ["p"]})),
            ],
            0..6,
        ),
        name in ".{0,20}",
    ) {
        let mut items = Vec::new();
        for kind in ["schedule", "period", "config"] {
            let mut item = json!(attributes);
            item["type"] = kind.into();
            item["name"] = if kind == "period" { "p".into() } else { name.clone().into() };
            items.push(item);
        }
        for file in imported(&Value::from(items)).files {
            // A region of the configuration is not judged before.
            let faults = output::faults(&file.text);
            prop_assert!(faults.iter().all(|(attribute, ..)| ["Regions", "ScheduleName"].contains(&attribute.as_str())), "{:?}\n{}", faults, file.text);
        }
    }
}
