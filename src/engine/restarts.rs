//! Databases that AWS starts by itself when they have been stopped for seven days: rule T12.
//!
//! What people start by hand stands (rule T9), so the two have to be told apart. AWS says of a stopped database when it
//! will start it: it is looked at just before that time and from that time on. One that was still stopped then, and is up
//! now, was started by AWS; unless something that needs it is up too. An event of AWS that says so is worth the same. Without
//! either nothing is claimed. That time moves when people start and stop a database in between: an hourly look finds the
//! new one.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};

use super::order;
use super::plan::SeenSchedule;
use crate::model::{
    Action, Cause, Groups, Instance, InstanceKey, InstanceKind, InstanceState, Mode, Rest, Schedule, ScheduleState,
};

/// So long before its time a database has to be seen stopped: three ticks of five minutes.
const SEEN_BEFORE: Duration = Duration::minutes(15);

/// So long after its time it is waited for.
const AWAITED_FOR: Duration = Duration::hours(2);

/// So often the databases of a stopped stretch are looked at, whatever is known of them.
const LOOK_EVERY: Duration = Duration::hours(1);

/// With `Enforce` a database that is up is stopped in any case.
fn is_managed(schedule: &Schedule) -> bool {
    schedule.enabled && schedule.mode == Mode::Act && !schedule.enforce
}

/// Whether databases have to be looked at now.
pub(super) fn is_look_due(seen: &SeenSchedule, now: DateTime<Utc>) -> bool {
    let SeenSchedule { schedule, state, restarted, .. } = seen;
    if !is_managed(schedule) || state.open_run().is_some() || state.direction() != Some(Action::Stop) {
        return false;
    }
    let is_near = |Rest { restarts_at, was_seen }: &Rest| {
        let is_before = now < *restarts_at && *restarts_at - now <= SEEN_BEFORE;
        is_before || (*was_seen && *restarts_at <= now && now - *restarts_at < AWAITED_FOR)
    };
    restarted.is_some()
        || state.warning.is_some_and(|warning| warning.cause == Cause::Restart)
        || state.resting.values().any(is_near)
        || state.rest_seen_at.is_some_and(|seen_at| now - seen_at >= LOOK_EVERY)
}

/// Notes which databases rest and until when, and gives those that AWS has started; of one it may have said so itself.
pub(super) fn note(
    schedule: &Schedule,
    state: &mut ScheduleState,
    (instances, said): (&[&Instance], Option<&InstanceKey>),
    now: DateTime<Utc>,
) -> BTreeSet<InstanceKey> {
    let mut restarted = BTreeSet::new();
    if !is_managed(schedule) || state.direction() != Some(Action::Stop) {
        state.resting.clear();
        state.rest_seen_at = None;
        return restarted;
    }
    let mut before = std::mem::take(&mut state.resting);
    let is_said = |one: &&&Instance| said.is_some_and(|said| is_same(&one.key, said));
    for one in instances.iter().filter(is_said) {
        // AWS's word is as good as a look just before: also after an outage over that time.
        before.insert(one.key.clone(), Rest { restarts_at: now, was_seen: true });
    }
    // Stopped just before its time, and up after it.
    let was_due = |one: &Instance| {
        let rest = before.get(&one.key).filter(|_| one.state != InstanceState::Stopped);
        rest.filter(|rest| rest.was_seen && rest.restarts_at <= now)
    };
    // Else somebody has started it, or what needs it: it is theirs. Others that AWS has started do not need it, and go
    // down before it; while one of them is not up yet or busy, it waits.
    let others: Vec<&Instance> = instances.iter().filter(|one| was_due(one).is_none()).copied().collect();
    let is_ready = |one: &Instance| was_due(one).is_some() && one.state == InstanceState::Running;
    let unready: Vec<&Instance> = instances.iter().filter(|one| !is_ready(one)).copied().collect();
    let is_database = |one: &&&Instance| one.key.kind != InstanceKind::Ec2 && one.refusal.is_none();
    let databases: Vec<&Instance> = instances.iter().filter(is_database).copied().collect();
    if databases.is_empty() {
        state.rest_seen_at = None;
    } else if state.rest_seen_at.is_none_or(|seen_at| now - seen_at >= LOOK_EVERY) {
        // Not at every look: each change is a write.
        state.rest_seen_at = Some(now);
    }
    for instance in databases {
        let rest = if instance.state == InstanceState::Stopped {
            instance.restarts_at.map(|restarts_at| Rest { restarts_at, was_seen: restarts_at - now <= SEEN_BEFORE })
        } else {
            was_due(instance).filter(|_| !is_needed(&schedule.groups, instance, &others)).copied()
        };
        let is_free = || !is_needed(&schedule.groups, instance, &unready);
        if rest.is_some() && instance.state == InstanceState::Running && is_free() {
            restarted.insert(instance.key.clone());
        }
        state.resting.extend(rest.map(|rest| (instance.key.clone(), rest)));
    }
    restarted
}

/// Whether an event is about this database: one with its name in another account or region is another one. A place without a
/// region is the function's own, where events come from.
fn is_same(key: &InstanceKey, said: &InstanceKey) -> bool {
    let is_there = key.scope.account == said.scope.account
        && (key.scope.region.is_none() || key.scope.region == said.scope.region);
    is_there && (key.kind, &key.id) == (said.kind, &said.id)
}

/// Whether anything that depends on the instance's group, by way of other groups too, is up.
fn is_needed(groups: &Groups, instance: &Instance, instances: &[&Instance]) -> bool {
    let mut below: Vec<_> = order::group_of(groups, instance).into_iter().map(|group| &group.name).collect();
    let mut dependents = BTreeSet::new();
    while let Some(name) = below.pop() {
        below.extend(groups.dependents(name).map(|group| &group.name).filter(|name| dependents.insert(*name)));
    }
    instances.iter().any(|other| {
        let group = order::group_of(groups, other);
        !other.state.is_down() && group.is_some_and(|group| dependents.contains(&group.name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_about_the_database_in_its_own_place() {
        let said: InstanceKey = "eu-west-1|rds/orders".parse().unwrap();
        for (key, expected) in [
            ("rds/orders", true),
            ("eu-west-1|rds/orders", true),
            ("us-east-1|rds/orders", false),
            ("arn:aws:iam::1:role/x|eu-west-1|rds/orders", false),
            ("arn:aws:iam::1:role/x||rds/orders", false),
            ("cluster/orders", false),
            ("rds/order", false),
        ] {
            assert_eq!(is_same(&key.parse().unwrap(), &said), expected, "{key}");
        }
    }
}
