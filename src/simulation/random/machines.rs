//! The instances at the beginning.

use chrono::Duration;
use serde_json::Value;

use super::Stretch;
use super::dice::Dice;
use super::rows::Drawn;
use crate::document::{self, Defaults, Tables};
use crate::engine::calendar;
use crate::memory::Machine;
use crate::model::{
    Action, GroupName, InstanceId, InstanceKey, InstanceKind, InstanceState, Refusal, Region, Scope, TagValue,
};
use crate::ports::Item;

/// The most instances in a case.
const MOST: usize = 60;

pub(super) fn machines(dice: &mut Dice, stretch: &Stretch, schedules: &[Drawn], tables: &Tables) -> Vec<Machine> {
    let (understood, _) = document::read(tables, Defaults::default(), stretch.from.date_naive());
    let mut machines = Vec::new();
    for schedule in schedules {
        let model = understood.iter().find(|model| model.name.as_str() == schedule.name);
        let wanted = model.and_then(|model| calendar::last_transition(model, stretch.from));
        let wanted = wanted.map_or(Action::Stop, |transition| transition.action);
        // Mostly as it should be, else the other way round or anyhow.
        let wanted = dice.mostly(Some(wanted), &[(12, None), (12, Some(other(wanted)))]);
        // Some groups have no instances.
        let full: Vec<&Item> = schedule.groups.iter().filter(|_| !dice.chance(14)).collect();
        let count = match dice.between(0, 99) {
            0..3 => 0,
            3..35 => dice.between(1, 4),
            35..88 => dice.between(4, 9),
            _ => dice.between(9, 20),
        };
        for index in 0..count {
            let turn = usize::try_from(index).ok().and_then(|index| full.get(index)).filter(|_| dice.chance(75));
            let group = turn.or_else(|| dice.one(&full)).copied();
            machines.extend(machine(dice, stretch, schedule, group, machines.len(), wanted));
        }
    }
    never_there(dice, &mut machines);
    // Nobody's: never touched.
    if dice.chance(15)
        && let Some(first) = machines.first()
    {
        let stranger = stranger(first);
        machines.extend(stranger);
    }
    machines.truncate(MOST);
    machines
}

/// One that never comes up, or never comes out of what it is at: their runs have no end, which makes them costly.
fn never_there(dice: &mut Dice, machines: &mut [Machine]) {
    let last = i64::try_from(machines.len()).unwrap_or_default() - 1;
    let index = usize::try_from(dice.between(0, last)).unwrap_or_default();
    let fate = dice.between(0, 99);
    let Some(machine) = machines.get_mut(index) else { return };
    match fate {
        0..7 => machine.falls_back = u32::MAX,
        7..16 if machine.instance.key.kind != InstanceKind::Ec2 => {
            machine.instance.state = InstanceState::Changing { raw: "rebooting".to_owned() };
            machine.instance.restarts_at = None;
        }
        _ => {}
    }
}

fn other(action: Action) -> Action {
    match action {
        Action::Start => Action::Stop,
        Action::Stop => Action::Start,
    }
}

fn stranger(like: &Machine) -> Option<Machine> {
    let mut stranger = like.clone();
    stranger.instance.key.id = InstanceId::new("stranger").ok()?;
    stranger.instance.schedule_tag = TagValue::new("Nobody").ok()?;
    Some(stranger)
}

fn machine(
    dice: &mut Dice,
    stretch: &Stretch,
    schedule: &Drawn,
    group: Option<&Item>,
    number: usize,
    wanted: Option<Action>,
) -> Option<Machine> {
    let text = |name: &str| group.and_then(|group| group.get(name)).and_then(Value::as_str);
    let is_rds = match text("InstanceType") {
        // Now and then it is of the wrong kind for its group.
        Some(kind) => (kind == "RDS") != dice.chance(2),
        None => dice.chance(25),
    };
    let kind = match (is_rds, dice.chance(30)) {
        (false, _) => InstanceKind::Ec2,
        (true, false) => InstanceKind::RdsInstance,
        (true, true) => InstanceKind::RdsCluster,
    };
    let id = format!("{}{number}", if is_rds { "d" } else { "i-" });
    let region = dice.one(&schedule.regions).and_then(|region| Region::new(region).ok());
    let key = InstanceKey { scope: Scope { account: None, region }, kind, id: InstanceId::new(&id).ok()? };
    let tag = text("GroupName").and_then(|name| match dice.between(0, 99) {
        0..5 => None,
        5..10 => GroupName::new(&format!("{name}s")).ok(),
        _ => GroupName::new(name).ok(),
    });
    let mut machine = Machine::new(key, TagValue::new(&schedule.tag).ok()?, tag);
    times(dice, &mut machine);
    machine.instance.refusal = dice.chance(4).then(|| refusal(dice, kind));
    machine.instance.state = state(dice, kind, wanted);
    let rests = machine.instance.state == InstanceState::Stopped && kind != InstanceKind::Ec2;
    if rests {
        let earliest = if dice.chance(20) { Duration::minutes(40) } else { Duration::days(2) };
        let latest = if earliest < Duration::days(1) { stretch.quiet_from - stretch.from } else { Duration::days(7) };
        machine.instance.restarts_at = Some(stretch.from + dice.span(earliest, latest));
    }
    Some(machine)
}

/// How long it takes, and what goes wrong by itself.
fn times(dice: &mut Dice, machine: &mut Machine) {
    let is_ec2 = machine.instance.key.kind == InstanceKind::Ec2;
    machine.boots_in = match dice.between(0, 99) {
        0..50 => dice.seconds(5, 60),
        50..85 => dice.seconds(60, 300),
        _ => dice.seconds(300, 1800),
    };
    machine.halts_in = if dice.chance(65) { dice.seconds(5, 60) } else { dice.seconds(60, 600) };
    machine.falls_back = dice.mostly(0, &[(3, 1), (2, 2), (1, 3)]);
    if is_ec2 && dice.chance(55) {
        machine.checks_in = dice.seconds(20, 300);
    }
    if !is_ec2 && dice.chance(30) {
        let word = dice.either("backing-up", &["modifying", "storage-optimization", "configuring-enhanced-monitoring"]);
        machine.busy_at_first = Some((word.to_owned(), dice.seconds(30, 1500)));
    }
}

fn refusal(dice: &mut Dice, kind: InstanceKind) -> Refusal {
    let name = || "other".to_owned();
    match kind {
        InstanceKind::Ec2 => dice.either(Refusal::InstanceStore, &[Refusal::AutoScaling(name())]),
        _ => dice.either(
            Refusal::SqlServerMultiAz,
            &[Refusal::ReadReplica(name()), Refusal::ReplicaSource(name()), Refusal::ClusterMember(name())],
        ),
    }
}

fn state(dice: &mut Dice, kind: InstanceKind, wanted: Option<Action>) -> InstanceState {
    let wanted = match wanted {
        Some(action) if !dice.chance(6) => action,
        _ => dice.either(Action::Start, &[Action::Stop]),
    };
    let usual = if wanted == Action::Start { InstanceState::Running } else { InstanceState::Stopped };
    let raw = |word: &str| word.to_owned();
    if kind == InstanceKind::Ec2 {
        return dice.mostly(usual, &[(1, InstanceState::Gone)]);
    }
    let broken = InstanceState::Broken { raw: raw("storage-full") };
    dice.mostly(usual, &[(2, broken), (1, InstanceState::Gone)])
}
