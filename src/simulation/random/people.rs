//! What people do: at the console, to tags, in chat, with the flags, and to rows.

use chrono::Duration;

use super::Faults;
use super::dice::Dice;
use super::edits;
use super::memory;
use super::scene::{Scene, incident, text};
use crate::model::{Action, GroupName, TagValue};
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
        15..21 => retagged(dice, scene).unwrap_or_default(),
        21..40 => extends(dice, scene).unwrap_or_default(),
        40..56 => orders(dice, scene).unwrap_or_default(),
        56..69 if faults != Faults::None => memory::forgotten(dice, scene).unwrap_or_default(),
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
fn extends(dice: &mut Dice, scene: &Scene<'_>) -> Option<Vec<Incident>> {
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

/// Orders inside and outside windows, withdrawn in the middle, or contradictory.
fn orders(dice: &mut Dice, scene: &Scene<'_>) -> Option<Vec<Incident>> {
    let (schedule, at) = scene.schedule(dice)?;
    let at = if dice.chance(40) { dice.instant(scene.stretch.from, scene.stretch.quiet_from) } else { at };
    let order = |at, flag, raised| incident(at, What::Orders { schedule: schedule.name.clone(), flag, raised });
    let (flag, other) =
        dice.either((Action::Start, Action::Stop), &[(Action::Start, Action::Stop), (Action::Stop, Action::Start)]);
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
        orders.push(order(scene.within(at + dice.seconds(2, 1200)), flag, false));
    }
    Some(orders)
}
