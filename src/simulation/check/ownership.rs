//! Promise 3: no instance is touched that a schedule does not own, or that has reached its target in this run; and nothing
//! is asked for that neither timetable nor order wants.

use chrono::{DateTime, Utc};

use super::life::Life;
use super::rows::{Rules, is_at};
use super::{Ask, Finding, SLACK, World, time};
use crate::model::{Action, InstanceKind, Mode};

pub(super) fn judge(world: &World<'_>, ask: &Ask<'_, '_>) -> Option<Finding> {
    let reason = not_owned(ask).or_else(|| reached(world, ask)).or_else(|| unwanted(world, ask))?;
    Some(Finding { promise: 3, message: format!("{} {reason}", ask.words()) })
}

fn not_owned(ask: &Ask<'_, '_>) -> Option<String> {
    if let Some(refusal) = &ask.instance.refusal {
        return Some(format!("which {refusal}"));
    }
    if ask.rules.mode != Mode::Act {
        return Some("though Mode is not `act`".to_owned());
    }
    let is_meant = ask.rules.is_enabled || ask.rules.order.is_some();
    (!is_meant).then(|| "though the schedule is disabled and there is no order".to_owned())
}

/// Whether AWS may have started it by itself, so that it is stopped again (rule T12).
fn is_restarted(world: &World<'_>, ask: &Ask<'_, '_>) -> bool {
    let restarted = world.things.get(&ask.instance.key).is_some_and(|thing| thing.restarted_at.is_some());
    ask.action == Action::Stop && ask.instance.key.kind != InstanceKind::Ec2 && restarted
}

/// Rule T9.
fn reached(world: &World<'_>, ask: &Ask<'_, '_>) -> Option<String> {
    let life = world.lives.get(ask.place)?;
    let reached = world.things.get(&ask.instance.key)?.reached?;
    let is_same = (reached.schedule, reached.epoch, reached.action) == (ask.place, life.epoch.0, ask.action);
    // With a clock that is fast the next transition may have come already.
    let turns = ask.rules.next(ask.at).is_some_and(|next| next.at <= ask.at + SLACK);
    // What is held is brought back, but not asked for where it is.
    let is_brought_back = ask.rules.enforce && !is_at(&ask.instance.state, ask.action);
    if !is_same || is_brought_back || turns || is_restarted(world, ask) {
        return None;
    }
    Some(format!("though it had reached its target in this run, as was written down at {}", time(reached.at)))
}

/// Rules T7, T8, T9, T11 and T12.
fn unwanted(world: &World<'_>, ask: &Ask<'_, '_>) -> Option<String> {
    let life = world.lives.get(ask.place)?;
    let rules = ask.rules;
    if rules.order == Some(ask.action) || is_restarted(world, ask) || (rules.enforce && is_held(life, ask)) {
        return None;
    }
    let wanted = wanted(rules, ask.call.decides, ask.action);
    if ask.action == Action::Stop && wanted.is_none() {
        // A stop that has begun goes on after an edit.
        let last_start = rules.last_of(Action::Start, ask.call.decides.0);
        if life.begun_at.is_some_and(|begun_at| last_start.is_none_or(|start_at| start_at <= begun_at)) {
            return None;
        }
    }
    let Some(wanted_at) = wanted else {
        let last = rules.last(ask.call.decides.1);
        let last = last.map_or("there is none".to_owned(), |last| {
            format!("it is the {} of {}", last.action.as_str(), time(last.at))
        });
        return Some(format!("though neither an order nor the last transition wants it: {last}"));
    };
    // An order that was carried out stands against what was before it (rule T11).
    let moment = ask.call.view.first().copied().unwrap_or_default();
    let (order, raised_at, lowered_at) = life.last_done(moment)?;
    let is_overruled = order != ask.action && wanted_at < raised_at - SLACK && life.edited_at <= raised_at;
    is_overruled.then(|| {
        let (order, raised, lowered) = (order.as_str(), time(raised_at), time(lowered_at));
        format!(
            "by the transition of {}, though the order to {order} of {raised} (lowered at {lowered}) is newer",
            time(wanted_at)
        )
    })
}

/// Whether it may be what is held (rule T9) though the timetable wants something else: what people have ordered or edited
/// since the last transition leads elsewhere, or a run that was over before an edit is held on.
fn is_held(life: &Life<'_>, ask: &Ask<'_, '_>) -> bool {
    ask.rules.last(ask.call.decides.0).is_none_or(|turned| turned.at <= life.edited_at)
}

/// The transition that wants it at some instant for which the invocation may have decided.
fn wanted(rules: &Rules, (first, last): (DateTime<Utc>, DateTime<Utc>), action: Action) -> Option<DateTime<Utc>> {
    if !rules.is_enabled {
        return None;
    }
    let within = rules.last_of(action, last)?;
    let is_current = rules.last(last).is_some_and(|last| last.at == within)
        || within >= first
        || rules.last(first).is_some_and(|last| last.at == within);
    is_current.then_some(within)
}
