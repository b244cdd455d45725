//! What goes wrong by itself: calls, answers, events, clocks and instances.

use chrono::{DateTime, Duration, Utc};

use super::Faults;
use super::dice::Dice;
use super::scene::{Scene, incident};
use crate::model::Action;
use crate::simulation::case::{AwsCall, AwsFault, ChatFault, TableCall, TableFault};
use crate::simulation::{Incident, What};

/// Draws one trouble, sometimes in several incidents.
pub(super) fn trouble(dice: &mut Dice, scene: &Scene<'_>, faults: Faults) -> Vec<Incident> {
    if faults == Faults::All && dice.chance(38) {
        return match dice.between(0, 99) {
            0..42 => killed(dice, scene),
            42..60 => vec![doubled(dice, scene)],
            60..68 => vec![clock_off(dice, scene)],
            68..76 => vec![clocks_apart(dice, scene)],
            76..86 => short_limit(dice, scene),
            _ => vec![stale(dice, scene)],
        };
    }
    match dice.between(0, 99) {
        0..32 => several(dice, |dice| tables(dice, scene, faults)),
        32..67 => several(dice, |dice| aws(dice, scene, faults)),
        67..81 => several(dice, |dice| chat(dice, scene, faults)),
        81..86 => vec![outage(dice, scene)],
        86..90 => vec![late(dice, scene)],
        90..95 => busy(dice, scene).into_iter().collect(),
        _ => terminated(dice, scene).into_iter().collect(),
    }
}

/// Mostly one, now and then more of the kind.
fn several(dice: &mut Dice, mut draw: impl FnMut(&mut Dice) -> Incident) -> Vec<Incident> {
    (0..dice.mostly(1, &[(25, 2), (12, 3)])).map(|_| draw(dice)).collect()
}

/// Kills, often several near one transition.
fn killed(dice: &mut Dice, scene: &Scene<'_>) -> Vec<Incident> {
    let mut at = scene.time(dice);
    let mut kills = Vec::new();
    for _ in 0..dice.mostly(1, &[(20, 2), (15, 3), (10, 5)]) {
        let most = dice.either(6, &[20, 60]);
        let after = u32::try_from(dice.between(0, most)).unwrap_or_default();
        kills.push(incident(at, What::Killed { after }));
        at = scene.within(at + if dice.chance(60) { dice.seconds(0, 90) } else { dice.seconds(90, 600) });
    }
    kills
}

fn doubled(dice: &mut Dice, scene: &Scene<'_>) -> Incident {
    let at = scene.time(dice);
    let by = if dice.chance(70) { dice.seconds(0, 3) } else { dice.seconds(3, 600) };
    incident(at, What::Doubled { by, until: scene.until(dice, at) })
}

fn clock_off(dice: &mut Dice, scene: &Scene<'_>) -> Incident {
    let at = scene.time(dice);
    incident(at, What::ClockOff { by: dice.seconds(-8, 8), until: scene.until(dice, at) })
}

fn clocks_apart(dice: &mut Dice, scene: &Scene<'_>) -> Incident {
    let at = scene.time(dice);
    incident(at, What::ClocksApart { by: dice.seconds(2, 8), until: scene.until(dice, at) })
}

/// Less time than usual, mostly with calls that take longer than usual.
fn short_limit(dice: &mut Dice, scene: &Scene<'_>) -> Vec<Incident> {
    let at = scene.time(dice);
    let longer = scene.within(at + dice.seconds(60, 1200));
    let until = scene.until(dice, at).max(longer);
    let mut done = vec![incident(at, What::ShortLimit { limit: dice.seconds(5, 90), until })];
    if dice.chance(75) {
        let times = dice.mostly(None, &[(30, Some(2))]);
        let slow = if dice.chance(70) {
            let call = dice.either(TableCall::Any, &[TableCall::PutRun, TableCall::Scan, TableCall::LowerFlag]);
            What::TablesFail { call, how: TableFault::Slow, times, until }
        } else {
            What::AwsFails { call: AwsCall::Describe, instance: None, how: AwsFault::Slow, times, until }
        };
        done.push(incident(at, slow));
    }
    done
}

fn stale(dice: &mut Dice, scene: &Scene<'_>) -> Incident {
    let at = scene.time(dice);
    incident(at, What::Stale { by: dice.seconds(5, 60), until: scene.until(dice, at) })
}

fn outage(dice: &mut Dice, scene: &Scene<'_>) -> Incident {
    let at = scene.time(dice);
    incident(at, What::Outage { until: scene.until(dice, at) })
}

fn late(dice: &mut Dice, scene: &Scene<'_>) -> Incident {
    let at = scene.time(dice);
    let by = if dice.chance(60) { dice.seconds(1, 60) } else { dice.seconds(60, 600) };
    incident(at, What::Late { by, until: scene.until(dice, at) })
}

/// How many calls fail, the first few or all, and until when: the first few also when they come hours later.
fn extent(dice: &mut Dice, scene: &Scene<'_>, at: DateTime<Utc>) -> (Option<u32>, DateTime<Utc>) {
    let times = dice.mostly(None, &[(30, Some(1)), (12, Some(2)), (12, Some(3))]);
    let until = match times {
        Some(_) => scene.within(at + dice.seconds(3600, 6 * 3600)).max(at + Duration::seconds(1)),
        None => scene.until(dice, at),
    };
    (times, until)
}

/// Shortly before the calls that a transition makes, or any time.
fn before_calls(dice: &mut Dice, scene: &Scene<'_>, action: Action) -> DateTime<Utc> {
    match scene.moment(dice, Some(action)).filter(|_| dice.chance(80)) {
        Some(moment) => scene.within(moment.at + dice.seconds(-120, 100)),
        None => scene.time(dice),
    }
}

fn tables(dice: &mut Dice, scene: &Scene<'_>, faults: Faults) -> Incident {
    let at = scene.time(dice);
    let call = dice.mostly(
        TableCall::PutRun,
        &[
            (19, TableCall::Any),
            (16, TableCall::Scan),
            (16, TableCall::Runs),
            (15, TableCall::LowerFlag),
            (9, TableCall::PutHistory),
        ],
    );
    let how = match faults {
        Faults::All if dice.chance(30) => dice.either(TableFault::LostAnswer, &[TableFault::OwnConflict]),
        _ => dice.mostly(
            TableFault::Unavailable,
            &[(20, TableFault::Denied), (24, TableFault::Slow), (18, TableFault::Missing), (18, TableFault::Other)],
        ),
    };
    let (times, mut until) = extent(dice, scene, at);
    if call == TableCall::PutHistory {
        // Long enough for a run to end.
        until = until.max(scene.within(at + dice.seconds(300, 1800)));
    }
    incident(at, What::TablesFail { call, how, times, until })
}

fn aws(dice: &mut Dice, scene: &Scene<'_>, faults: Faults) -> Incident {
    let call = dice.mostly(AwsCall::Stop, &[(20, AwsCall::Describe), (42, AwsCall::Start)]);
    let instance = if call != AwsCall::Describe && dice.chance(20) { scene.instance(dice) } else { None };
    let common = [AwsFault::Throttled, AwsFault::Denied, AwsFault::Unreachable, AwsFault::Slow, AwsFault::Slow];
    let how = match (faults, call) {
        (Faults::All, _) if dice.chance(20) => AwsFault::LostAnswer,
        (_, AwsCall::Describe) if dice.chance(18) => dice.either(AwsFault::Gone, &[AwsFault::Other]),
        (_, AwsCall::Describe) => dice.either(AwsFault::Partial, &common),
        (_, AwsCall::Start) if dice.chance(22) => AwsFault::Capacity,
        // That AWS will never do it is remembered.
        _ if dice.chance(16) => AwsFault::Refused,
        _ if dice.chance(16) => AwsFault::WrongState,
        _ if dice.chance(26) => dice.either(AwsFault::Gone, &[AwsFault::Other]),
        _ => dice.either(AwsFault::Partial, &common),
    };
    let at = match call {
        AwsCall::Start => before_calls(dice, scene, Action::Start),
        AwsCall::Stop => before_calls(dice, scene, Action::Stop),
        AwsCall::Describe => scene.time(dice),
    };
    let (times, mut until) = extent(dice, scene, at);
    if dice.chance(85) {
        // Long enough for the call to come.
        until = until.max(scene.within(at + dice.seconds(180, 1200)));
    }
    incident(at, What::AwsFails { call, instance, how, times, until })
}

fn chat(dice: &mut Dice, scene: &Scene<'_>, faults: Faults) -> Incident {
    if let Some(at) = slow_at(dice, scene).filter(|_| dice.chance(25)) {
        let until = scene.within(at + dice.seconds(300, 1200)).max(at + Duration::seconds(1));
        return incident(at, chat_fails(dice, faults, None, until));
    }
    let at = scene.time(dice);
    let (times, until) = extent(dice, scene, at);
    incident(at, chat_fails(dice, faults, times, until))
}

pub(super) fn chat_fails(dice: &mut Dice, faults: Faults, times: Option<u32>, until: DateTime<Utc>) -> What {
    let how = match faults {
        Faults::All if dice.chance(35) => ChatFault::LostAnswer,
        _ => dice.mostly(
            ChatFault::Down,
            &[(15, ChatFault::Refused), (22, ChatFault::Slow), (20, ChatFault::Late), (18, ChatFault::TooMany)],
        ),
    };
    What::ChatFails { how, times, until }
}

/// When people are likely to be told that a group is slow.
fn slow_at(dice: &mut Dice, scene: &Scene<'_>) -> Option<DateTime<Utc>> {
    let mut slow = Vec::new();
    for schedule in &scene.schedules {
        for machine in scene.machines_of(schedule) {
            let group = machine.instance.group_tag.as_ref().and_then(|tag| schedule.groups.get(tag));
            let after = group.map(|group| group.slow_after);
            slow.extend(
                after.filter(|after| machine.falls_back > 3 || machine.boots_in > *after).map(|it| (schedule, it)),
            );
        }
    }
    let (schedule, after) = *dice.one(&slow)?;
    let (at, _) = scene.moment_of(dice, schedule, Some(Action::Start))?;
    Some(scene.within(scene.tick_after(at) + after - Duration::seconds(20)))
}

fn busy(dice: &mut Dice, scene: &Scene<'_>) -> Option<Incident> {
    let at = scene.time(dice);
    let databases: Vec<_> = scene.databases().collect();
    let instance = dice.one(&databases).map_or_else(|| scene.instance(dice), |key| Some((*key).clone()))?;
    let state = dice.either("backing-up", &["modifying", "storage-optimization", "upgrading"]).to_owned();
    let until = scene.until(dice, at).max(at + Duration::seconds(2));
    Some(incident(at, What::Busy { instance, state, until }))
}

fn terminated(dice: &mut Dice, scene: &Scene<'_>) -> Option<Incident> {
    Some(incident(scene.time(dice), What::Terminated { instance: scene.instance(dice)? }))
}
