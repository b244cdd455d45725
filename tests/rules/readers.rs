//! Rule S6: whatever is in a file or an item, reading it neither panics nor hangs, nor does what follows from it.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, Utc};
use lamplighter::document::{self, Defaults, Sources, Tables, file};
use lamplighter::engine::calendar;
use lamplighter::model::{Action, Schedule};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

use crate::bombs;
use crate::cases;
use crate::text;

/// Far more than any input takes, on a busy machine too.
const LIMIT: Duration = Duration::from_secs(30);

/// Runs it in a thread of its own, whose stack is small, and fails if it does not come back.
fn in_time<T: Send + 'static>(what: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(LIMIT).unwrap_or_else(|error| panic!("{what}: {error}"))
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

/// Reads a file as the commands do, and looks at what it says.
fn read(text: &str) {
    let faults = file::read(text).faults;
    assert_eq!(file::items(text).is_err(), !faults.is_empty(), "both readers say the same of {text:?}");
    let mut sources = Sources::default();
    sources.add("S.yaml", text);
    sources.add("same.yaml", text);
    let (schedules, faults) = sources.read(Defaults::default(), today());
    let _ = faults.iter().map(ToString::to_string).collect::<Vec<_>>();
    schedules.iter().for_each(look);
    let _ = sources.into_tables();
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Asks the calendar about a schedule, also at the first and the last instant that can be written.
fn look(schedule: &Schedule) {
    let now = today().and_hms_opt(9, 0, 0).unwrap().and_utc();
    let dates = [schedule.exceptions.keys().next(), schedule.exceptions.keys().next_back()].into_iter().flatten();
    let instants = dates.filter_map(|date| Some(date.and_hms_opt(12, 0, 0)?.and_utc()));
    for at in instants.chain([now, at("0000-01-01T00:00:00Z"), at("9999-12-31T23:59:59Z")]) {
        let (from, to) = (at.checked_sub_days(Days::new(7)), at.checked_add_days(Days::new(7)));
        let _ = calendar::transitions(schedule, from.unwrap_or(at), to.unwrap_or(at));
        let _ = calendar::last_transition(schedule, at);
        let _ = calendar::next_transition(schedule, at, None);
        let _ = calendar::next_transition(schedule, at, Some(Action::Stop));
    }
    let _ = calendar::contradictions(schedule, NaiveDate::MIN);
}

/// What people paste by mistake, and what breaks parsers.
const ODD: [&str; 48] = [
    "\t",
    "\u{feff}",
    "\0",
    "\r",
    "\u{85}",
    "\u{2028}",
    "\u{202e}",
    "🦀",
    "\\",
    "\"",
    "'",
    ":",
    ": ",
    "? ",
    "- ",
    "#",
    " #",
    "&a ",
    "*a",
    "*b",
    "!!str ",
    "!!binary ",
    "!<tag> ",
    "%YAML 1.2\n---\n",
    "---\n",
    "...\n",
    "|",
    ">-\n",
    "|9\n",
    "{",
    "}",
    "[",
    "]",
    ",",
    "<<: ",
    "~",
    "null",
    "true",
    "1e999",
    "-.inf",
    ".nan",
    "0x1F",
    "0o17",
    "99999999999999999999",
    "\"\\ud800\"",
    "\"\\x\"",
    "Schedule:\n",
    "  ScheduleName: S\n",
];

/// A value that an attribute may hold in a table, sound or not.
fn value() -> impl Strategy<Value = Value> {
    let sound = select(vec![
        "S",
        "all",
        "weekdays",
        "mon,wed",
        "fri-mon",
        "mon#2",
        "friL",
        "1-31/2",
        "L",
        "31W",
        "nov-feb",
        "jan/3",
        "09:30",
        "22:00",
        "47:59",
        "25:30",
        "None",
        "start",
        "stop",
        "2026-11-23",
        "9999-12-31",
        "0000-01-01",
        "Europe/Berlin",
        "EC2",
        "RDS",
        "act",
        "running",
        "eu-west-1",
    ]);
    let odd = select(vec![
        "",
        " ",
        "ALL",
        "weekdys",
        "25:99",
        "-1:00",
        "48:00",
        "9:5",
        "9:300",
        "stpo",
        "2026-02-30",
        "+9999-01-01",
        "mon#0",
        "mon#6",
        "L-1",
        "1/0",
        "/10",
        "1/15",
        "0W",
        "32",
        "15WW",
        "jan-",
        "-",
        ",",
        ",,,",
        "mon-tue-wed",
        "١٢:٣٠",
        "Ａ",
        "ı",
        "İ",
        "K",
        "\u{0}",
        "🦀:🦀",
        "Mars/Olympus",
        "1-1/99999999999",
        "5-1",
        "feb/12/3",
        "#",
        "L",
        "W",
        "monL#2",
    ]);
    let leaf = prop_oneof![
        6 => sound.prop_map(Value::from),
        6 => odd.prop_map(Value::from),
        2 => ".{0,40}".prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => (-5_i64..2000).prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((attribute(), inner), 0..6)
                .prop_map(|pairs| Value::from(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn attribute() -> impl Strategy<Value = String> {
    let known = select(vec![
        "ScheduleName",
        "TagValue",
        "DaysActive",
        "Enabled",
        "StartTime",
        "StopTime",
        "ForceStart",
        "ForceStop",
        "Timezone",
        "Periods",
        "Weekdays",
        "Monthdays",
        "Months",
        "StopWarningMinutes",
        "Enforce",
        "Mode",
        "MaxExtensionMinutes",
        "Regions",
        "Channels",
        "Accounts",
        "Description",
        "Owner",
        "GroupName",
        "InstanceType",
        "Dependency",
        "Ready",
        "SlowAfterMinutes",
        "ExceptionUuid",
        "ExceptionDate",
        "ExceptionType",
        "ExceptionValue",
        "CreatedBy",
        "Reason",
        "ExpiresAt",
    ]);
    prop_oneof![20 => known.prop_map(str::to_owned), 1 => ".{0,12}"]
}

/// An item that is sound but for a few attributes.
fn item(sound: &Value) -> impl Strategy<Value = Map<String, Value>> + use<> {
    let sound = sound.as_object().unwrap().clone();
    (prop::collection::vec((attribute(), value()), 0..5), prop::collection::vec(attribute(), 0..2)).prop_map(
        move |(set, removed)| {
            let mut item = sound.clone();
            item.extend(set);
            item.retain(|name, _| !removed.contains(name));
            item
        },
    )
}

fn tables() -> impl Strategy<Value = Tables> {
    let schedule = json!({"ScheduleName": "S", "TagValue": "S", "DaysActive": "all", "Enabled": true, "StartTime": "9:00",
        "StopTime": "18:00"});
    let period = json!([{"Weekdays": "mon#2,friL", "Monthdays": "1-31/2,L,15W", "Months": "nov-feb,jan/3",
        "StartTime": "22:00", "StopTime": "06:00"}]);
    let periods = json!({"ScheduleName": "P", "TagValue": "P", "Enabled": true, "Periods": period});
    let group = json!({"ScheduleName": "S", "GroupName": "G", "InstanceType": "EC2", "Dependency": []});
    let exception = json!({"ScheduleName": "S", "ExceptionUuid": "1", "ExceptionDate": "2026-11-23",
        "ExceptionType": "stop", "ExceptionValue": "25:00"});
    let schedules = prop::collection::vec(prop_oneof![item(&schedule), item(&periods)], 0..4);
    let groups = prop::collection::vec(item(&group), 0..4);
    let exceptions = prop::collection::vec(item(&exception), 0..6);
    (schedules, groups, exceptions).prop_map(|(schedules, groups, exceptions)| Tables { schedules, groups, exceptions })
}

/// A sound file with some of its text removed, doubled, or replaced by something odd.
fn mutated() -> impl Strategy<Value = String> {
    let file = prop_oneof![cases::plain(), cases::periods()].prop_map(|case| text::file(&case.table, case.style));
    let change = (any::<Index>(), 0..12_usize, select(ODD.to_vec()), 0..4_u8);
    (file, prop::collection::vec(change, 1..8)).prop_map(|(file, changes)| {
        let mut chars: Vec<char> = file.chars().collect();
        for (at, length, odd, what) in changes {
            let at = at.index(chars.len() + 1);
            let end = (at + length).min(chars.len());
            let part: Vec<char> = chars[at..end].to_vec();
            match what {
                0 => _ = chars.splice(at..end, []),
                1 => _ = chars.splice(at..at, part),
                2 => _ = chars.splice(at..at, odd.chars()),
                _ => _ = chars.splice(at..end, odd.chars()),
            }
        }
        chars.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]

    #[test]
    fn no_text_is_too_odd(parts in prop::collection::vec(prop_oneof![select(ODD.to_vec()).prop_map(str::to_owned), ".{0,8}", "[ \n]{1,6}"], 0..40)) {
        let text = parts.concat();
        in_time(&text.clone(), move || read(&text));
    }

    #[test]
    fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        in_time(&text.clone(), move || read(&text));
    }

    #[test]
    fn no_damage_is_too_bad(text in mutated()) {
        in_time(&text.clone(), move || read(&text));
    }

    #[test]
    fn no_item_is_too_odd(tables in tables()) {
        let told = format!("{tables:?}");
        in_time(&told, move || {
            let (schedules, problems) = document::read(&tables, Defaults::default(), today());
            schedules.iter().for_each(look);
            let _ = problems.iter().map(ToString::to_string).collect::<Vec<_>>();
        });
    }
}

#[test]
fn no_bomb_goes_off() {
    for (what, text) in bombs::bombs() {
        in_time(what, move || read(&text));
    }
}
