//! The rows of the three tables at the beginning.

use chrono::{DateTime, Duration, NaiveDate, Timelike as _, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::dice::Dice;
use super::timetable;
use super::{Faults, Stretch};
use crate::ports::Item;

/// A schedule with its groups.
#[derive(Debug, Clone)]
pub(super) struct Drawn {
    pub(super) name: String,
    pub(super) tag: String,
    pub(super) zone: Tz,
    pub(super) regions: Vec<String>,
    pub(super) item: Item,
    pub(super) groups: Vec<Item>,
}

const ZONES: [Tz; 9] = [
    Tz::UTC,
    Tz::America__New_York,
    Tz::Europe__Berlin,
    Tz::Australia__Lord_Howe,
    Tz::Asia__Kolkata,
    Tz::Asia__Kathmandu,
    Tz::America__Santiago,
    Tz::Pacific__Kiritimati,
    Tz::Africa__Cairo,
];

const NAMES: [&str; 4] = ["Alpha", "Beta", "Gamma", "Delta"];

pub(super) fn schedules(dice: &mut Dice, stretch: &Stretch) -> Vec<Drawn> {
    let count = dice.mostly(1, &[(25, 2), (12, 3), (8, 4)]);
    let mut schedules: Vec<Drawn> = NAMES.iter().take(count).map(|name| schedule(dice, stretch, name)).collect();
    // Both start and stop the same instances: this is told, and done.
    if dice.between(0, 199) == 0
        && let [first, second, ..] = schedules.as_mut_slice()
    {
        second.tag.clone_from(&first.tag);
        second.item.insert("TagValue".to_owned(), json!(first.tag));
    }
    schedules
}

fn schedule(dice: &mut Dice, stretch: &Stretch, name: &str) -> Drawn {
    let zone = match stretch.changing {
        Some(zone) if dice.chance(70) => zone,
        _ => dice.either(Tz::Asia__Seoul, &ZONES),
    };
    let tag = if dice.chance(80) { name.to_owned() } else { format!("{}-servers", name.to_lowercase()) };
    let is_given = zone != Tz::Asia__Seoul || dice.chance(50);
    let regions: Vec<&str> = dice.mostly(vec![], &[(5, vec!["eu-west-1"]), (5, vec!["eu-west-1", "us-east-1"])]);
    let regions: Vec<String> = regions.into_iter().map(str::to_owned).collect();
    let mut pairs = timetable::timetable(dice, stretch, zone);
    pairs.extend([
        ("ScheduleName", json!(name)),
        ("TagValue", json!(tag)),
        ("Enabled", json!(!dice.chance(5))),
        ("ForceStart", json!(false)),
    ]);
    let lead = dice.mostly(None, &[(10, Some(0)), (18, Some(5)), (12, Some(10)), (18, Some(30)), (2, Some(90))]);
    let most = dice.mostly(None, &[(8, Some(30)), (8, Some(60)), (6, Some(480)), (3, Some(0))]);
    let optional = [
        ("Timezone", is_given.then(|| json!(zone.name()))),
        ("ForceStop", dice.chance(40).then_some(Value::Bool(false))),
        ("StopWarningMinutes", lead.map(Value::from)),
        ("MaxExtensionMinutes", most.map(Value::from)),
        ("Enforce", dice.mostly(None, &[(15, Some(true)), (8, Some(false))]).map(Value::from)),
        ("Mode", dice.mostly(None, &[(6, Some("act")), (5, Some("notify")), (3, Some("off"))]).map(Value::from)),
        ("Regions", (!regions.is_empty()).then(|| json!(regions))),
        ("Owner", dice.chance(10).then(|| json!("the team"))),
    ];
    pairs.extend(optional.into_iter().filter_map(|(attribute, value)| Some((attribute, value?))));
    Drawn { name: name.to_owned(), tag, zone, regions, item: item(pairs), groups: groups(dice, name) }
}

pub(super) fn item(pairs: impl IntoIterator<Item = (&'static str, Value)>) -> Item {
    pairs.into_iter().map(|(attribute, value)| (attribute.to_owned(), value)).collect()
}

const GROUPS: [&str; 6] = ["db", "cache", "api", "web", "batch", "edge"];

/// How groups depend on one another.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Chain,
    Diamond,
    Layers,
    Loose,
}

fn groups(dice: &mut Dice, schedule: &str) -> Vec<Item> {
    let count = dice.mostly(3, &[(12, 0), (10, 1), (16, 2), (20, 4), (10, 5), (8, 6)]);
    let shape = dice.either(Shape::Chain, &[Shape::Diamond, Shape::Layers, Shape::Loose]);
    let names: Vec<&str> = GROUPS.into_iter().take(count).collect();
    let mut groups = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let earlier: Vec<&str> = names.iter().take(index).copied().collect();
        let needed = needed(dice, shape, &earlier);
        groups.push(group(dice, schedule, name, &needed));
    }
    groups
}

/// What a group depends on, of those that came before it.
fn needed(dice: &mut Dice, shape: Shape, earlier: &[&'static str]) -> Vec<&'static str> {
    match shape {
        Shape::Chain => earlier.last().copied().into_iter().collect(),
        // One, then two side by side, then one again, and so on.
        Shape::Diamond => match earlier.len() % 3 {
            0 => earlier.iter().rev().take(2).copied().collect(),
            which => earlier.iter().rev().nth(which - 1).copied().into_iter().collect(),
        },
        Shape::Layers => earlier.iter().copied().filter(|_| dice.chance(45)).collect(),
        Shape::Loose => Vec::new(),
    }
}

fn group(dice: &mut Dice, schedule: &str, name: &str, needed: &[&str]) -> Item {
    let is_rds = dice.chance(if name == "db" { 75 } else { 20 });
    let ready = if is_rds { None } else { dice.mostly(None, &[(22, Some("status-ok")), (6, Some("running"))]) };
    let slow = dice.mostly(None, &[(8, Some(3)), (5, Some(20))]);
    let has_list = !needed.is_empty() || dice.chance(60);
    let pairs = [
        ("ScheduleName", Some(json!(schedule))),
        ("GroupName", Some(json!(name))),
        ("InstanceType", Some(json!(if is_rds { "RDS" } else { "EC2" }))),
        ("Dependency", has_list.then(|| json!(needed))),
        ("Ready", ready.map(Value::from)),
        ("SlowAfterMinutes", slow.map(Value::from)),
    ];
    item(pairs.into_iter().filter_map(|(attribute, value)| Some((attribute, value?))))
}

/// The exceptions at the beginning.
pub(super) fn exceptions(dice: &mut Dice, stretch: &Stretch, schedules: &[Drawn]) -> Vec<Item> {
    let mut rows = Vec::new();
    for schedule in schedules {
        let count = dice.mostly(0, &[(22, 1), (10, 2), (6, 3)]);
        for _ in 0..count {
            let at = dice.instant(stretch.from, stretch.quiet_from);
            let id = format!("x{}", rows.len());
            rows.push(exception(dice, (&schedule.name, schedule.zone), &id, at));
        }
        // Two for one date.
        if let Some(twin) = rows.last().filter(|_| count > 0).cloned()
            && dice.chance(25)
        {
            let mut twin = twin;
            let minute = dice.between(0, 30 * 60);
            twin.insert("ExceptionUuid".to_owned(), json!(format!("x{}", rows.len())));
            twin.insert("ExceptionValue".to_owned(), json!(timetable::clock(dice, minute)));
            rows.push(twin);
        }
        if stretch.is_week {
            let date = local_date(schedule.zone, stretch.from) + Duration::days(7);
            for (days, kind) in [(0, "start"), (0, "stop"), (1, "start"), (1, "stop")] {
                let id = format!("x{}", rows.len());
                rows.push(exception_of(&schedule.name, &id, date + Duration::days(days), kind, "None"));
            }
        }
    }
    rows
}

/// Makes an exception faulty, now and then.
pub(super) fn spoil(dice: &mut Dice, exceptions: &mut [Item], faults: Faults) {
    let fault = dice.mostly(None, &[(4, Some(("ExceptionType", "stpo"))), (4, Some(("ExceptionValue", "25:99")))]);
    if let (Some((attribute, value)), Some(row)) = (fault, exceptions.first_mut())
        && faults != Faults::None
    {
        row.insert(attribute.to_owned(), json!(value));
    }
}

pub(super) fn local_date(zone: Tz, at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

/// An exception for about this time.
pub(super) fn exception(dice: &mut Dice, (schedule, zone): (&str, Tz), id: &str, at: DateTime<Utc>) -> Item {
    let local = at.with_timezone(&zone);
    let minute = i64::from(local.hour() * 60 + local.minute());
    let kind = dice.either("start", &["stop", "stop"]);
    let (date, minute) = match dice.between(0, 9) {
        // The window of the day before, past midnight.
        0 | 1 if kind == "stop" => (local.date_naive() - Duration::days(1), minute + 24 * 60),
        _ => (local.date_naive(), minute),
    };
    let value = if dice.chance(22) { "None".to_owned() } else { timetable::clock(dice, minute) };
    exception_of(schedule, id, date, kind, &value)
}

fn exception_of(schedule: &str, id: &str, date: NaiveDate, kind: &str, value: &str) -> Item {
    item([
        ("ExceptionUuid", json!(id)),
        ("ScheduleName", json!(schedule)),
        ("ExceptionDate", json!(date.to_string())),
        ("ExceptionType", json!(kind)),
        ("ExceptionValue", json!(value)),
    ])
}
