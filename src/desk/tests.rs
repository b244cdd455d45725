//! Orders over the embedded world: tables of cases, and races written out step by step.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::*;
use crate::chat::command::{Command, parse};
use crate::engine::calendar;
use crate::memory::World;
use crate::model::{Action, ClockValue, Exception, ExceptionKind, ScheduleState, Settled};
use crate::ports::{Item, Table};

mod late;
mod orders;
mod races;
mod taken_back;

const ZONE: Tz = Tz::Asia__Seoul;

pub(super) fn at(text: &str) -> DateTime<Utc> {
    calendar::instant(ZONE, NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap())
}

pub(super) fn item(value: Value) -> Item {
    let Value::Object(item) = value else { panic!("{value} is no item") };
    item
}

/// A world with one schedule, weekdays from 9:30 to 22:00, on Monday evening or whenever it is told.
pub(super) fn office(now: &str, attributes: &Value) -> World {
    let world = World::new(at(now));
    let mut schedule = item(json!({
        "ScheduleName": "Dev", "TagValue": "Dev", "DaysActive": "weekdays", "Enabled": true, "StartTime": "9:30",
        "StopTime": "22:00",
    }));
    schedule.extend(item(attributes.clone()));
    world.put_item(Table::Schedule, schedule);
    world
}

pub(super) fn by(name: &str) -> Orderer {
    Orderer {
        name: name.to_owned(),
        ids: vec![format!("{name}@x.org")],
        rooms: vec!["R1".to_owned()],
        room: None,
        via: "slack",
    }
}

pub(super) fn desk(world: &World) -> Desk<'_, World, World> {
    Desk::new(world, world, Defaults::default(), Duration::seconds(2))
}

/// What somebody writes, and what comes of it, in a few words.
pub(super) fn say(world: &World, who: &str, text: &str) -> String {
    let Ok(Command::For { schedule, order }) = parse(text) else { panic!("{text}: {:?}", parse(text)) };
    told(pollster::block_on(desk(world).order(&by(who), &schedule, &order)))
}

/// An answer in a few words.
pub(super) fn told(result: Result<Answer, Refusal>) -> String {
    let time = |at: &DateTime<Utc>| at.with_timezone(&ZONE).format("%a %H:%M").to_string();
    let maybe = |at: &Option<DateTime<Utc>>| at.as_ref().map_or("-".to_owned(), time);
    let who = |by: &Option<String>| by.clone().unwrap_or("-".to_owned());
    let day = |day: &[(Action, DateTime<Utc>)]| {
        day.iter().map(|(action, at)| format!("{} {}", action.as_str(), time(at))).collect::<Vec<_>>().join(", ")
    };
    let value = |value: &Option<ClockValue>| value.map_or("None".to_owned(), |value| value.to_string());
    let before = |was: &[Exception]| {
        let one = |one: &Exception| format!("{} by {}", value(&one.local_time), who(&one.created_by));
        was.iter().map(one).collect::<Vec<_>>().join(" and ")
    };
    let new = |is_new: &bool| if *is_new { "" } else { "already " };
    match result.map(|answer| answer.done) {
        Ok(Done::Extended { planned_at, stop_at, by, is_new, latest_at }) => {
            let (from, latest) = (time(&planned_at), time(&latest_at));
            format!("{}extended from {from} to {} by {}, at most {latest}", new(&is_new), time(&stop_at), who(&by))
        }
        Ok(Done::Skipped { planned_at, next_stop_at, by, is_new }) => {
            format!("{}skipped {} by {}, next {}", new(&is_new), time(&planned_at), who(&by), maybe(&next_stop_at))
        }
        Ok(Done::Forced { action, until_at, asked_until_at, is_new, instead_of, .. }) => {
            let asked = asked_until_at.map(|at| format!(", asked {}", time(&at))).unwrap_or_default();
            let instead = instead_of.map(|flag| format!(" instead of {}", flag.as_str())).unwrap_or_default();
            format!("{}force {}{instead} until {}{asked}", new(&is_new), action.as_str(), maybe(&until_at))
        }
        Ok(Done::Cancelled(Cancelled::Force { action, is_under_way, until_at })) => {
            let rest = if is_under_way { format!(", under way until {}", maybe(&until_at)) } else { String::new() };
            format!("cancelled force {}{rest}", action.as_str())
        }
        Ok(Done::Cancelled(Cancelled::Extension { from_at, stop_at, by })) => {
            format!("cancelled {}'s extension to {}, stops {}", who(&by), time(&from_at), maybe(&stop_at))
        }
        Ok(Done::Cancelled(Cancelled::Skip { stop_at, by })) => {
            format!("cancelled {}'s skip, stops {}", who(&by), maybe(&stop_at))
        }
        Ok(Done::ExceptionSet { date, kind, local_time, is_new, was, day: ends, has_begun }) => {
            let value = value(&local_time);
            let was = if was.is_empty() { String::new() } else { format!(" in place of {}", before(&was)) };
            let begun = if has_begun { ", has begun" } else { "" };
            format!("{}set {date} {} {value}{was}: {}{begun}", new(&is_new), kind.as_str(), day(&ends))
        }
        Ok(Done::ExceptionDeleted { date, kind, was, day: ends, .. }) => {
            format!("deleted {date} {}, which was {}: {}", kind.as_str(), before(&was), day(&ends))
        }
        Ok(Done::Exceptions { exceptions, more, .. }) => format!("{} exceptions, {more} more", exceptions.len()),
        Ok(Done::Info(info)) => format!("{}: {} | {}", info.date, day(&info.day), info.timetable.join("; ")),
        Ok(Done::Status(status)) => format!(
            "wants {:?}, next stop {} by {}, start {}, at most {}",
            status.wanted,
            maybe(&status.next_stop_at),
            who(&status.next_stop_by),
            maybe(&status.next_start_at),
            maybe(&status.latest_at)
        ),
        Err(Refusal { why: Why::TooMuch { most, latest_at }, .. }) => {
            format!("no: {} minutes, at most {}", most.num_minutes(), time(&latest_at))
        }
        Err(Refusal { why: Why::CarriedOut { action, until_at }, .. }) => {
            format!("no: force {} is carried out, until {}", action.as_str(), maybe(&until_at))
        }
        Err(Refusal { why: Why::NotLater { stop_at }, .. }) => format!("no: not later than {}", time(&stop_at)),
        Err(Refusal { why: Why::OtherStop { stop_at }, .. }) => format!("no: the next stop is {}", maybe(&stop_at)),
        Err(Refusal { why: Why::NoSchedule { near, names }, .. }) => {
            let names: Vec<&str> = names.iter().map(ScheduleName::as_str).collect();
            format!("no: {} of {}", near.map_or("-".to_owned(), |near| near.to_string()), names.join(" "))
        }
        Err(Refusal { why, .. }) => format!("no: {why:?}"),
    }
}

/// The exceptions in the table, a line each, by key.
pub(super) fn rows(world: &World) -> Vec<String> {
    let text = |item: &Item, name: &str| item.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
    let mut rows: Vec<String> = world
        .items(Table::Exception)
        .iter()
        .map(|item| {
            let parts = ["ExceptionDate", "ExceptionType", "ExceptionValue", "CreatedBy"].map(|name| text(item, name));
            parts.join(" ")
        })
        .collect();
    rows.sort();
    rows
}

/// What ticks remember of the schedule.
pub(super) fn remember(world: &World, change: impl FnOnce(&mut ScheduleState)) {
    let name = ScheduleName::new("Dev").unwrap();
    let mut state = ScheduleState { version: 1, ..ScheduleState::default() };
    change(&mut state);
    world.put_item(Table::Run, document::state_item(&name, &state));
}

/// Everything up to the last start is carried out.
pub(super) fn started(state: &mut ScheduleState) {
    state.settled.push(Settled { at: at("2026-11-23 09:30"), action: Action::Start, forced: false });
}

/// The run for tonight's stop.
pub(super) fn stopping(state: &mut ScheduleState) {
    state.runs.push(crate::model::Run {
        at: at("2026-11-23 22:00"),
        action: Action::Stop,
        cause: crate::model::Cause::Timetable,
        opened_at: at("2026-11-23 22:00"),
        ended: None,
        instances: std::collections::BTreeMap::new(),
        slow_told: std::collections::BTreeSet::new(),
    });
}

pub(super) fn by_hand(id: &str, date: &str, kind: &str, value: &str) -> Item {
    item(json!({
        "ExceptionUuid": id, "ScheduleName": "Dev", "ExceptionDate": date, "ExceptionType": kind, "ExceptionValue": value,
        "CreatedBy": "hand",
    }))
}

/// The key of our own exception.
pub(super) fn our_id(date: &str, kind: ExceptionKind) -> String {
    document::exception_id(&ScheduleName::new("Dev").unwrap(), date.parse().unwrap(), kind)
}
