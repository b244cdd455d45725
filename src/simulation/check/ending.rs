//! Promise 5: when faults end, every run ends: desired equals observed, or a report says why not.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};

use super::calm::{is_disturbed, quiet_for};
use super::life::Life;
use super::rows::{Rules, is_at};
use super::thing::Thing;
use super::world::World;
use super::{Finding, SLACK, time};
use crate::model::{Action, GroupName, InstanceKey, InstanceKind, InstanceState, Mode, Notice, ScheduleName};
use crate::simulation::history::{Entry, Happened};

/// A run is over so long after the last disturbance: several groups of which each takes half an hour, and pauses between
/// tries.
const ENDS_WITHIN: Duration = Duration::hours(3);

/// The longest time from one try of a start that comes to nothing to the next: half an hour to boot, a pause of a quarter of
/// an hour, and a tick that comes a quarter of an hour later.
const TRIED_WITHIN: Duration = Duration::minutes(75);

/// What was done to an instance may be shown so long after it.
const SHOWN_LATE: Duration = Duration::minutes(2);

/// What has been said about instances that do not come to their target.
#[derive(Debug, Default)]
pub(super) struct Reports {
    instances: BTreeMap<(Action, InstanceKey), DateTime<Utc>>,
    /// Schedules that are not understood.
    schedules: BTreeMap<ScheduleName, DateTime<Utc>>,
}

impl Reports {
    pub(super) fn take(&mut self, entry: &Entry) {
        let Happened::Told { notice, arrived: true, .. } = &entry.what else { return };
        if let Notice::Problems(problems) = notice {
            let stopped = problems.iter().filter(|problem| problem.stops_schedule);
            self.schedules.extend(stopped.filter_map(|problem| Some((problem.schedule.clone()?, entry.at))));
        }
        let (Notice::Failed { action, stretch, .. } | Notice::Slow { action, stretch, .. }) = notice else { return };
        for (key, _, _) in &stretch.instances {
            self.instances.insert((*action, key.clone()), entry.at);
        }
    }

    fn say(&self, action: Action, key: &InstanceKey, since: DateTime<Utc>) -> bool {
        self.instances.get(&(action, key.clone())).is_some_and(|at| *at >= since - SLACK)
    }
}

/// What is wanted of a schedule at the end, and since when.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    action: Action,
    since: DateTime<Utc>,
    /// The flag that is still up.
    is_ordered: bool,
}

/// Judges a schedule at the end of the case.
pub(super) fn judge(world: &World<'_>, place: usize, reports: &Reports) -> Vec<Finding> {
    let reading = world.read_now(place);
    let (Some(life), Some(rules)) = (world.lives.get(place), reading.rules()) else { return Vec::new() };
    let is_reported = |at: DateTime<Utc>| reports.schedules.get(&life.name).is_some_and(|told_at| *told_at >= at);
    let is_spoilt = life.spoilt_at.is_some_and(is_reported);
    if rules.mode != Mode::Act || is_spoilt || is_shared(world, place, rules) {
        return Vec::new();
    }
    let all = wanted(world, life, rules).into_iter();
    let findings = all.map(|wanted| judge_wanted(world, (life, rules), wanted, reports));
    findings.min_by_key(Vec::len).unwrap_or_default()
}

/// Whether all that is wanted of a schedule has come about, so that nothing more is to be done for it.
pub(super) fn is_reached(world: &World<'_>, place: usize) -> bool {
    let reading = world.read_now(place);
    let (Some(life), Some(rules)) = (world.lives.get(place), reading.rules()) else { return false };
    let is_at_rest = |wanted: Wanted| !wanted.is_ordered && late(world, life, rules, wanted).is_empty();
    rules.mode == Mode::Act && !is_shared(world, place, rules) && wanted(world, life, rules).into_iter().all(is_at_rest)
}

fn judge_wanted(
    world: &World<'_>,
    (life, rules): (&Life<'_>, &Rules),
    wanted: Wanted,
    reports: &Reports,
) -> Vec<Finding> {
    let was_silent = life.silent_at.is_some_and(|at| at >= wanted.since);
    if was_silent || quiet_for(world, life, Some(rules), wanted.since) < ENDS_WITHIN {
        return Vec::new();
    }
    let finding = |message: String| Finding { promise: 5, message: format!("{}: {message}", time(world.case.to)) };
    let late = late(world, life, rules, wanted);
    let excused = excused(world, (life, rules), &late, wanted, reports);
    let mut findings: Vec<Finding> = late
        .iter()
        .filter(|thing| !excused.contains(&thing.instance.key))
        .map(|thing| {
            let (key, state, action) = (&thing.instance.key, thing.state.as_str(), wanted.action.as_str());
            let (since, wanted) = (time(thing.since), time(wanted.since));
            finding(format!(
                "{key} is {state} since {since}, the {action} of {wanted} is not done and no report says why"
            ))
        })
        .collect();
    if wanted.is_ordered && world.counted(rules).all(|thing| is_at(thing.state, wanted.action)) {
        let message = format!("the order to {} of {} is still up", wanted.action.as_str(), time(wanted.since));
        findings.push(finding(message));
    }
    findings.extend(restarted(world, life, rules, wanted).map(|thing| {
        let since = time(thing.restarted_at.unwrap_or(thing.since));
        finding(format!("{} was started by AWS at {since} and not stopped again", thing.instance.key))
    }));
    findings
}

/// Whether another schedule has the same instances.
pub(super) fn is_shared(world: &World<'_>, place: usize, rules: &Rules) -> bool {
    (0..world.lives.len()).any(|other| other != place && shares(world, other, rules))
}

fn shares(world: &World<'_>, other: usize, rules: &Rules) -> bool {
    let reading = world.read_now(other);
    reading
        .rules()
        .is_some_and(|other| other.tag == rules.tag && other.scopes.iter().any(|scope| rules.scopes.contains(scope)))
}

/// What the timetable or an order wants; where a transition came while an order was up, it depends on when the order was
/// seen which of them is newer.
fn wanted(world: &World<'_>, life: &Life<'_>, rules: &Rules) -> Vec<Wanted> {
    if let Some(action) = rules.order {
        let raised = life.orders.iter().rev().find(|order| order.is_up && order.action == action);
        return raised.map(|raised| Wanted { action, since: raised.at, is_ordered: true }).into_iter().collect();
    }
    let last = rules.last(world.case.to).filter(|_| rules.is_enabled);
    let last = last.map(|last| Wanted { action: last.action, since: last.at, is_ordered: false });
    let kept = withdrawn_too_late(world, life, rules);
    if let Some(kept) = kept.filter(|(_, until)| last.is_none_or(|last| last.since <= *until)).map(|(kept, _)| kept) {
        return last.into_iter().chain([kept]).collect();
    }
    let Some((action, since, lowered_at)) = life.last_done(world.moment) else { return last.into_iter().collect() };
    let done = Wanted { action, since, is_ordered: false };
    match last {
        Some(last) if last.since > lowered_at + SLACK => vec![last],
        // With another tag the order was about other instances, or about none.
        _ if is_of_others(life, rules, since) => Vec::new(),
        Some(last) if last.since >= since - SLACK => vec![last, done],
        _ => vec![done],
    }
}

/// Whether the last order that was lowered was about other instances; or was not carried out, since a transition came
/// that does not stand in the rows any more.
fn is_of_others(life: &Life<'_>, rules: &Rules, raised_at: DateTime<Utc>) -> bool {
    let lowered = life.orders.iter().rev().find(|order| !order.is_up && order.by_function);
    let then = lowered.map(|order| life.book.read([order.since; 3]));
    let then = then.as_ref().and_then(|reading| reading.rules());
    let was_replaced = |then: &Rules| {
        let last = lowered.and_then(|lowered| then.last(lowered.at));
        last.is_some_and(|last| last.at > raised_at && (!rules.is_enabled || rules.last(last.at) != Some(last)))
    };
    then.is_some_and(|then| (&then.tag, &then.scopes) != (&rules.tag, &rules.scopes) || was_replaced(then))
}

/// The last order, if it had come about before somebody withdrew it, and when that was: that it is done may be seen only
/// then, and it counts.
fn withdrawn_too_late(world: &World<'_>, life: &Life<'_>, rules: &Rules) -> Option<(Wanted, DateTime<Utc>)> {
    let withdrawn = life.orders.last().filter(|order| !order.is_up && !order.by_function)?;
    let action = withdrawn.action;
    let raised = life.orders.iter().rev().find(|order| order.is_up && order.action == action)?;
    // Who takes the whole row away withdraws the order when it is back.
    let until = withdrawn.at.max(life.edited_at);
    let was_there = |thing: &Thing<'_>| is_at(thing.state, action) && thing.since <= until;
    let kept = Wanted { action, since: raised.at, is_ordered: false };
    world.counted(rules).all(was_there).then_some((kept, until))
}

/// Whether what is wanted is held (rule T9), and nobody has changed that since.
fn is_held(life: &Life<'_>, rules: &Rules, wanted: Wanted) -> bool {
    rules.enforce && rules.is_enabled && life.edited_at < wanted.since
}

/// The instances that have not been at the target since it was wanted; what is held has to be there now.
fn late<'w, 'a>(world: &'w World<'a>, life: &Life<'_>, rules: &Rules, wanted: Wanted) -> Vec<&'w Thing<'a>> {
    let Wanted { action, since, .. } = wanted;
    let is_held = is_held(life, rules, wanted);
    let was_there = |thing: &Thing<'_>| !is_held && thing.left.get(&action).is_some_and(|left| *left >= since - SLACK);
    world.counted(rules).filter(|thing| !is_at(thing.state, action) && !was_there(thing)).collect()
}

/// Those of which it is known why, and those that wait for one of them.
fn excused(
    world: &World<'_>,
    (life, rules): (&Life<'_>, &Rules),
    late: &[&Thing<'_>],
    wanted: Wanted,
    reports: &Reports,
) -> BTreeSet<InstanceKey> {
    let Wanted { action, since, .. } = wanted;
    let is_held = is_held(life, rules, wanted);
    // What was asked for after a person had to do with it is the run's affair again, and what is held always is.
    let is_of_people = |thing: &Thing<'_>| {
        if is_held {
            return false;
        }
        let floor = thing.asked_at.get(&action).map_or(since, |asked_at| since.max(*asked_at)) - SHOWN_LATE;
        thing.touched_at.is_some_and(|at| at >= floor)
    };
    let is_known = |thing: &Thing<'_>| {
        is_of_people(thing)
            // What is held is not asked for while it is broken.
            || (rules.enforce && matches!(thing.state, InstanceState::Broken { .. }))
            // What is refused for good is not asked for again in the run.
            || thing.refused_at.get(&action).is_some_and(|at| *at >= since - SLACK)
            || (reports.say(action, &thing.instance.key, since) && is_held_down(world, thing, action))
    };
    let known: Vec<&&Thing<'_>> = late.iter().filter(|thing| is_known(thing)).collect();
    // What was touched after it had been there holds others too.
    let away = world.counted(rules).filter(|thing| !is_at(thing.state, action) && is_known(thing));
    let blocked: BTreeSet<&GroupName> =
        away.filter_map(|thing| rules.group_of(thing.instance).map(|(name, _)| name)).collect();
    let waits = |thing: &Thing<'_>| {
        let Some((group, _)) = rules.group_of(thing.instance) else { return false };
        let mut seen: BTreeSet<&GroupName> = BTreeSet::new();
        let mut open = rules.waits_for(group, action);
        while let Some(name) = open.pop() {
            if seen.insert(name) {
                open.extend(rules.waits_for(name, action));
            }
        }
        seen.iter().any(|name| blocked.contains(*name))
    };
    let waiting = late.iter().filter(|thing| waits(thing));
    known.into_iter().chain(waiting).map(|thing| thing.instance.key.clone()).collect()
}

/// Whether the world still keeps an instance from its target: it is at work, or broken, or comes to nothing though it is
/// tried again and again. A report alone is no excuse: what failed hours ago may work by now.
fn is_held_down(world: &World<'_>, thing: &Thing<'_>, action: Action) -> bool {
    let is_tried = || thing.asked_at.get(&action).is_some_and(|at| world.case.to - *at <= TRIED_WITHIN);
    !matches!(thing.state, InstanceState::Stopped | InstanceState::Running) || is_tried()
}

/// Databases that AWS has started in a stopped stretch in which nothing else happened (rule T12).
fn restarted<'w, 'a>(
    world: &'w World<'a>,
    life: &'w Life<'a>,
    rules: &'w Rules,
    wanted: Wanted,
) -> impl Iterator<Item = &'w Thing<'a>> {
    let is_managed = wanted.action == Action::Stop && rules.is_enabled && !wanted.is_ordered;
    let all_down = world
        .counted(rules)
        .all(|thing| thing.instance.key.kind != InstanceKind::Ec2 || *thing.state == InstanceState::Stopped);
    let is_left = move |thing: &&Thing<'a>| {
        let Some(at) = thing.restarted_at.filter(|_| is_managed && all_down) else { return false };
        let is_old = world.case.to - at >= ENDS_WITHIN && at - wanted.since >= Duration::days(6);
        let stretch = (at - Duration::hours(1), world.case.to);
        is_old
            && !is_disturbed(world, life, Some(rules), stretch)
            && thing.touched_at.is_none_or(|touched| touched < at)
    };
    world.counted(rules).filter(is_left)
}
