//! Instances and groups that do not fit together, and instances that AWS will not stop (rules O5, O6).

use super::order;
use crate::model::{GroupName, Instance, InstanceKey, InstanceState, Problem, Refusal, Schedule, Source};

/// What does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misfit {
    /// No instance carries the schedule's tag value.
    NoInstance,
    /// No instance of the schedule is in this group.
    EmptyGroup(GroupName),
    /// AWS would refuse to stop it.
    Refused(InstanceKey, Refusal),
    /// It names no group, and the schedule has some.
    NoGroup(InstanceKey),
    /// It names a group that holds instances of another service.
    OtherService(InstanceKey, GroupName),
    /// It names a group that the schedule does not have.
    UnknownGroup(InstanceKey, GroupName),
}

/// What does not fit between a schedule and its instances, which have to be all of them.
#[must_use]
pub fn misfits(schedule: &Schedule, instances: &[&Instance]) -> Vec<Misfit> {
    let counted: Vec<&&Instance> = instances.iter().filter(|instance| instance.state != InstanceState::Gone).collect();
    if counted.is_empty() {
        return vec![Misfit::NoInstance];
    }
    let mut misfits = Vec::new();
    for group in schedule.groups.iter() {
        let is_member =
            |instance: &&Instance| order::group_of(&schedule.groups, instance).is_some_and(|of| of.name == group.name);
        if !counted.iter().any(|instance| is_member(instance)) {
            misfits.push(Misfit::EmptyGroup(group.name.clone()));
        }
    }
    for instance in counted {
        let key = instance.key.clone();
        if let Some(refusal) = &instance.refusal {
            misfits.push(Misfit::Refused(key, refusal.clone()));
        } else if !schedule.groups.is_empty() && order::group_of(&schedule.groups, instance).is_none() {
            misfits.push(match &instance.group_tag {
                None => Misfit::NoGroup(key),
                Some(tag) if schedule.groups.get(tag).is_some() => Misfit::OtherService(key, tag.clone()),
                Some(tag) => Misfit::UnknownGroup(key, tag.clone()),
            });
        }
    }
    misfits
}

/// The same as problems, for chat.
pub(super) fn problems(schedule: &Schedule, instances: &[&Instance]) -> Vec<Problem> {
    misfits(schedule, instances).into_iter().map(|misfit| problem(schedule, misfit)).collect()
}

fn problem(schedule: &Schedule, misfit: Misfit) -> Problem {
    const ALONE: &str = "it starts and stops without waiting for others";
    let name = &schedule.name;
    let instance = |key: &InstanceKey| format!("instance {key} of schedule {name}");
    let group_tag = "server group tag";
    let (item, attribute, holds, message) = match misfit {
        Misfit::NoInstance => {
            let message = "no instance carries this value in its schedule tag".to_owned();
            (format!("Schedule {name}"), "TagValue", Some(schedule.tag_value.to_string()), message)
        }
        Misfit::EmptyGroup(group) => {
            let message = "no instance of the schedule is in this group: it counts as ready".to_owned();
            (format!("ScheduleServerGroup {name}/{group}"), "", None, message)
        }
        Misfit::Refused(key, refusal) => (instance(&key), "", None, format!("it {refusal}; it is left alone")),
        Misfit::NoGroup(key) => (instance(&key), group_tag, None, format!("has no server group: {ALONE}")),
        Misfit::OtherService(key, tag) => (
            instance(&key),
            group_tag,
            Some(tag.to_string()),
            format!("the group is for another InstanceType: {ALONE}"),
        ),
        Misfit::UnknownGroup(key, tag) => {
            (instance(&key), group_tag, Some(tag.to_string()), format!("is no server group of the schedule: {ALONE}"))
        }
    };
    Problem {
        source: Source::Instances(name.clone()),
        schedule: Some(name.clone()),
        item,
        attribute: attribute.to_owned(),
        holds,
        message,
        stops_schedule: false,
    }
}
