//! What hardly ever comes up by chance, where a world is made for it: what `Enforce` puts right, orders to those who are only
//! told, databases that AWS starts, and broken ones that people launch.

use chrono::{DateTime, Duration, Utc};
use serde_json::json;

use super::dice::Dice;
use super::edits::edit;
use super::scene::{Scene, incident, schedule_key};
use crate::memory::Machine;
use crate::model::{Action, InstanceState, Mode, Schedule};
use crate::ports::Table;
use crate::simulation::{Incident, What};

/// Draws what fits the world.
pub(super) fn fitting(dice: &mut Dice, scene: &Scene<'_>) -> Vec<Incident> {
    let mut incidents = Vec::new();
    for schedule in &scene.schedules {
        if schedule.enforce && dice.chance(80) {
            incidents.extend(breached(dice, scene, schedule).unwrap_or_default());
        }
        if schedule.mode == Mode::Notify && dice.chance(35) {
            let flag = dice.either(Action::Start, &[Action::Stop]);
            incidents.push(order(scene.time(dice), schedule, flag));
        }
    }
    for machine in scene.machines {
        let chance = match machine.instance.state {
            InstanceState::Broken { .. } => 18,
            InstanceState::Changing { .. } => 47,
            _ => 0,
        };
        if chance > 0 && dice.chance(chance) {
            incidents.push(incident(scene.time(dice), What::Launched { instance: machine.instance.key.clone() }));
        }
    }
    let starts = |machine: &&Machine| machine.instance.restarts_at.is_some_and(|at| at < scene.stretch.quiet_from);
    let started: Vec<&Machine> = scene.machines.iter().filter(starts).collect();
    if let Some(machine) = dice.one(&started).filter(|_| dice.chance(32)) {
        incidents.extend(restarted(dice, scene, machine));
    }
    incidents
}

fn order(at: DateTime<Utc>, schedule: &Schedule, flag: Action) -> Incident {
    incident(at, What::Orders { schedule: schedule.name.clone(), flag, raised: true })
}

/// Somebody does what `Enforce` then puts right; often another order, or an end of it all, comes while it does.
fn breached(dice: &mut Dice, scene: &Scene<'_>, schedule: &Schedule) -> Option<Vec<Incident>> {
    let own: Vec<&Machine> = scene.machines_of(schedule).collect();
    let machine = *dice.one(&own)?;
    let (moment_at, wanted) = scene.moment_of(dice, schedule, None)?;
    let action = if wanted == Action::Start { Action::Stop } else { Action::Start };
    // It holds what is wanted from ten minutes after a run on.
    let run_takes = Duration::minutes(10) + machine.boots_in.max(machine.halts_in);
    let at = scene.tick_after(moment_at + run_takes) + dice.seconds(60, 2400);
    let mut done = vec![incident(scene.within(at), What::Console { instance: machine.instance.key.clone(), action })];
    let (begins_at, lasts) = match action {
        Action::Stop => (at + machine.halts_in + Duration::seconds(2), machine.boots_in),
        Action::Start => (scene.tick_after(at + machine.boots_in + schedule.warning_lead), machine.halts_in),
    };
    let then_at = scene.within(begins_at + dice.span(Duration::seconds(1), lasts));
    match dice.between(0, 99) {
        0..44 => done.push(order(then_at, schedule, action)),
        44..88 => {
            let place = (Table::Schedule, schedule_key(schedule.name.as_str()));
            done.push(edit(then_at, place, "Enabled", Some(json!(false))));
        }
        _ => {}
    }
    Some(done)
}

/// An order to start while a database that AWS has started by itself is stopped again.
fn restarted(dice: &mut Dice, scene: &Scene<'_>, machine: &Machine) -> Option<Incident> {
    let tag = &machine.instance.schedule_tag;
    let schedule = scene.schedules.iter().find(|schedule| schedule.tag_value == *tag)?;
    let runs_at = machine.instance.restarts_at? + machine.boots_in;
    let stops_at = scene.tick_after(runs_at + schedule.warning_lead);
    let at = stops_at + dice.span(Duration::seconds(1), machine.halts_in);
    Some(order(scene.within(at), schedule, Action::Start))
}
