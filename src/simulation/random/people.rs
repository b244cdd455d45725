//! What people do: at the console, to tags, in chat, with the flags, and to rows.

use chrono::Duration;
use serde_json::json;

use super::dice::Dice;
use super::scene::{Scene, incident, schedule_key, text};
use super::{Faults, edits, memory, trouble};
use crate::model::{Action, GroupName, TagValue};
use crate::ports::Table;
use crate::simulation::{Incident, What};

/// Draws what somebody does, sometimes in several incidents.
pub(super) fn people(dice: &mut Dice, scene: &Scene<'_>, faults: Faults) -> Vec<Incident> {
    let wrong = match faults {
        Faults::None => 0,
        Faults::Some => 30,
        Faults::All => 55,
    };
    match dice.between(0, 99) {
        0..12 => console(dice, scene).unwrap_or_default(),
        12..15 => launched(dice, scene).unwrap_or_default(),
        15..20 => retagged(dice, scene).unwrap_or_default(),
        20..38 => extends(dice, scene, faults).unwrap_or_default(),
        38..54 => orders(dice, scene).unwrap_or_default(),
        54..58 => switched_off(dice, scene).unwrap_or_default(),
        58..70 if faults != Faults::None => memory::forgotten(dice, scene).unwrap_or_default(),
        _ if dice.chance(wrong) => edits::wrong(dice, scene).unwrap_or_default(),
        _ => edits::right(dice, scene).unwrap_or_default(),
    }
}

fn console(dice: &mut Dice, scene: &Scene<'_>) -> Option<Vec<Incident>> {
    let mut at = scene.time(dice);
    let mut done = Vec::new();
    let action = dice.either(Action::Start, &[Action::Stop]);
    for _ in 0..dice.mostly(1, &[(25, 2), (10, 4)]) {
        done.push(incident(at, What::Console { instance: scene.instance(dice)?, action }));
        at = scene.within(at + dice.seconds(0, 120));
    }
    Some(done)
}

fn launched(dice: &mut Dice, scene: &Scene<'_>) -> Option<Vec<Incident>> {
    Some(vec![incident(scene.time(dice), What::Launched { instance: scene.instance(dice)? })])
}

/// An instance that comes to another schedule, to another group, to none, or to nobody; and mostly the way back.
fn retagged(dice: &mut Dice, scene: &Scene<'_>) -> Option<Vec<Incident>> {
    let own = &dice.one(scene.machines)?.instance;
    let at = scene.time(dice);
    let schedules = &scene.tables.schedules;
    let of_tag = |tag: &TagValue| schedules.iter().find(|row| text(row, "TagValue") == tag.as_str());
    let to = match dice.between(0, 99) {
        0..20 => TagValue::new("Nobody").ok()?,
        20..60 => TagValue::new(text(dice.one(schedules)?, "TagValue")).ok()?,
        _ => own.schedule_tag.clone(),
    };
    let schedule = of_tag(&to).map(|row| text(row, "ScheduleName"));
    let is_its = |row: &&crate::ports::Item| Some(text(row, "ScheduleName")) == schedule;
    let groups: Vec<&str> = scene.tables.groups.iter().filter(is_its).map(|row| text(row, "GroupName")).collect();
    let group = dice.one(&groups).filter(|_| !dice.chance(12)).and_then(|name| GroupName::new(name).ok());
    let retag = |at, schedule_tag, group_tag| {
        incident(at, What::Retagged { instance: own.key.clone(), schedule_tag, group_tag })
    };
    let mut done = vec![retag(at, to, group)];
    if dice.chance(60) {
        done.push(retag(edits::back_at(dice, scene, at), own.schedule_tag.clone(), own.group_tag.clone()));
    }
    Some(done)
}

/// Extensions in the minutes around a stop, also of several people at once, also too long ones.
fn extends(dice: &mut Dice, scene: &Scene<'_>, faults: Faults) -> Option<Vec<Incident>> {
    if faults != Faults::None && dice.chance(14) {
        return untold(dice, scene, faults);
    }
    let (schedule, mut at) = match scene.moment(dice, Some(Action::Stop)).filter(|_| dice.chance(90)) {
        Some(moment) => {
            let before = if dice.chance(30) { Duration::minutes(-90) } else { Duration::minutes(-12) };
            // Often while a tick is about to begin the stop.
            let is_close = dice.chance(35);
            let after = if is_close {
                Duration::milliseconds(dice.between(0, 900))
            } else {
                dice.span(before, Duration::minutes(4))
            };
            (moment.schedule.clone(), scene.within(moment.at + after))
        }
        None => (dice.one(&scene.schedules)?.name.clone(), scene.time(dice)),
    };
    let mut asked = Vec::new();
    for _ in 0..dice.mostly(1, &[(20, 2), (12, 3), (5, 5)]) {
        let minutes = dice.mostly(30, &[(30, 60), (10, 15), (8, 120), (6, 240), (6, 360), (3, 1)]);
        let what = What::Extends { schedule: schedule.clone(), by: Duration::minutes(minutes) };
        asked.push(incident(at, what));
        at = scene.within(at + if dice.chance(60) { dice.seconds(0, 3) } else { dice.seconds(3, 3600) });
    }
    Some(asked)
}

/// An extension once people are warned, of which chat cannot be told.
fn untold(dice: &mut Dice, scene: &Scene<'_>, faults: Faults) -> Option<Vec<Incident>> {
    let moment = scene.moment(dice, Some(Action::Stop))?;
    let schedule = scene.schedules.iter().find(|schedule| schedule.name == moment.schedule)?;
    let at = scene.within(moment.at - dice.span(Duration::seconds(20), schedule.warning_lead));
    let what = What::Extends { schedule: schedule.name.clone(), by: Duration::minutes(30) };
    let until = scene.within(at + dice.seconds(120, 1200)).max(at + Duration::seconds(1));
    Some(vec![incident(at, what), incident(at, trouble::chat_fails(dice, faults, None, until))])
}

/// Somebody disables a schedule while its run is under way, and mostly enables it again.
fn switched_off(dice: &mut Dice, scene: &Scene<'_>) -> Option<Vec<Incident>> {
    let action = dice.either(Action::Stop, &[Action::Stop, Action::Start]);
    let moment = scene.moment(dice, Some(action))?;
    let schedule = scene.schedules.iter().find(|schedule| schedule.name == moment.schedule)?;
    let own: Vec<_> = scene.machines_of(schedule).collect();
    let machine = *dice.one(&own)?;
    let takes = if action == Action::Start { machine.boots_in } else { machine.halts_in };
    let at = scene.within(scene.tick_after(moment.at) + dice.span(Duration::seconds(1), takes));
    let place = (Table::Schedule, schedule_key(schedule.name.as_str()));
    let done = edits::edit(at, place, "Enabled", Some(json!(false)));
    Some(edits::and_back(dice, scene, done, Some(json!(true))))
}

/// An order shortly before a stop of the timetable, or a start of it, takes its place.
fn overtaken(dice: &mut Dice, scene: &Scene<'_>, flag: Action) -> Option<Vec<Incident>> {
    let action = if dice.chance(75) { Action::Stop } else { flag };
    let moment = scene.moment(dice, Some(action))?;
    let at = scene.within(scene.tick_after(moment.at) - dice.seconds(3, 60));
    Some(vec![incident(at, What::Orders { schedule: moment.schedule.clone(), flag, raised: true })])
}

/// Orders inside and outside windows, withdrawn in the middle, or contradictory.
fn orders(dice: &mut Dice, scene: &Scene<'_>) -> Option<Vec<Incident>> {
    let (schedule, at) = scene.schedule(dice)?;
    let at = if dice.chance(40) { dice.instant(scene.stretch.from, scene.stretch.quiet_from) } else { at };
    let order = |at, flag, raised| incident(at, What::Orders { schedule: schedule.name.clone(), flag, raised });
    let (flag, other) = dice.either((Action::Start, Action::Stop), &[(Action::Stop, Action::Start)]);
    if dice.chance(14) {
        return overtaken(dice, scene, flag);
    }
    if dice.chance(12) {
        // The one, and in the middle of it the other instead.
        let (at, then) = (scene.within(at), scene.within(at + dice.seconds(3, 90)));
        let instead = scene.within(then + dice.seconds(0, 1));
        return Some(vec![order(at, flag, true), order(then, flag, false), order(instead, other, true)]);
    }
    let mut orders = vec![order(scene.within(at), flag, true)];
    let mut withdrawn = dice.chance(35);
    if dice.chance(12) {
        // Both at once: neither is obeyed until one is lowered.
        let second = scene.within(at + if dice.chance(50) { dice.seconds(0, 2) } else { dice.seconds(2, 600) });
        orders.push(order(second, other, true));
        withdrawn = true;
        if dice.chance(30) {
            orders.push(order(scene.within(second + dice.seconds(60, 1800)), other, false));
        }
    }
    if withdrawn {
        let after = if dice.chance(40) { dice.seconds(2, 40) } else { dice.seconds(40, 1200) };
        orders.push(order(scene.within(at + after), flag, false));
    }
    Some(orders)
}
