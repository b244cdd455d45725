//! What has to be told: everything in the runs that is marked as untold, and what a look has shown (rule C1).
//!
//! A notice follows from what is written down, not from the moment: a tick that dies, or a chat that is down, only
//! delays it (rule A8).

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::warnings::{self, Moved};
use super::{calendar, extension, order};
use crate::model::{
    Action, Allowed, Cause, End, GroupName, Instance, InstanceKey, Inventory, Label, Notice, Problem, Progress, Run,
    Schedule, ScheduleState, Source, Standing, Stretch,
};

/// A notice, and what to write down once chat has taken it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What is told.
    pub notice: Notice,
    /// What is then known to be told.
    pub receipt: Receipt,
}

/// What is known to be told once chat has taken a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    /// The warning of the next stop.
    Warning {
        /// The time that was named.
        named_at: DateTime<Utc>,
    },
    /// That the stop of a warning has been moved: that warning is used up.
    Moved {
        /// The stop as it was planned.
        stop_at: DateTime<Utc>,
    },
    /// That AWS accepted to act on these.
    Accepted {
        /// The run's id.
        run: String,
        /// The instances.
        instances: Vec<InstanceKey>,
    },
    /// What went wrong with these.
    Trouble {
        /// The run's id.
        run: String,
        /// The instances.
        instances: Vec<InstanceKey>,
    },
    /// That a group is slow.
    Slow {
        /// The run's id.
        run: String,
        /// The group's name; empty: the instances without one.
        group: String,
    },
    /// That a run is over.
    End {
        /// The run's id.
        run: String,
    },
}

/// Everything that the schedule's runs hold untold, oldest first: what was done, what failed, what is over.
#[must_use]
pub fn messages(schedule: &Schedule, state: &ScheduleState) -> Vec<Message> {
    let mut messages = Vec::new();
    for run in &state.runs {
        messages.extend(accepted(schedule, run));
        messages.extend(troubles(schedule, run));
        messages.extend(ending(schedule, run));
    }
    messages
}

/// Whether a run holds something untold that was there before this tick, so that nothing else would bring it up.
pub(super) fn has_untold(run: &Run, before: &ScheduleState) -> bool {
    let is_old = before.runs.iter().any(|old| old.id() == run.id());
    let progress_untold = |progress: &Progress| {
        is_unannounced(progress) || progress.trouble.as_ref().is_some_and(|trouble| !trouble.told)
    };
    is_old && (run.instances.values().any(progress_untold) || run.ended.is_some())
}

fn is_unannounced(progress: &Progress) -> bool {
    progress.accepted_at.is_some() && !progress.accepted_told
}

fn accepted(schedule: &Schedule, run: &Run) -> Vec<Message> {
    let mut groups: BTreeMap<Option<GroupName>, Vec<(&InstanceKey, &Progress)>> = BTreeMap::new();
    for (key, progress) in run.instances.iter().filter(|(_, progress)| is_unannounced(progress)) {
        groups.entry(progress.group.clone()).or_default().push((key, progress));
    }
    let until_at = (run.cause == Cause::Force && run.action == Action::Start && schedule.enabled)
        .then(|| calendar::next_transition(schedule, run.opened_at, Some(Action::Stop)))
        .flatten()
        .map(|transition| transition.at);
    let message = |(group, members): (Option<GroupName>, Vec<(&InstanceKey, &Progress)>)| Message {
        notice: Notice::Acted {
            schedule: schedule.name.clone(),
            zone: schedule.zone,
            action: run.action,
            cause: run.cause,
            at: members.iter().filter_map(|(_, progress)| progress.accepted_at).min().unwrap_or(run.opened_at),
            stretch: stretch(group, &members, |_| String::new()),
            until_at,
        },
        receipt: Receipt::Accepted { run: run.id(), instances: keys(&members) },
    };
    groups.into_iter().map(message).collect()
}

fn troubles(schedule: &Schedule, run: &Run) -> Vec<Message> {
    type Members<'a> = Vec<(&'a InstanceKey, &'a Progress)>;
    let mut kinds: BTreeMap<(Option<GroupName>, String, bool), Members<'_>> = BTreeMap::new();
    for (key, progress) in &run.instances {
        if let Some(trouble) = progress.trouble.as_ref().filter(|trouble| !trouble.told) {
            let is_final = progress.standing == Standing::Refused;
            let kind = (progress.group.clone(), trouble.code.clone(), is_final);
            kinds.entry(kind).or_default().push((key, progress));
        }
    }
    let words = |progress: &Progress| progress.trouble.as_ref().map(|trouble| trouble.message.clone());
    let message = |((group, code, is_final), members): ((Option<GroupName>, String, bool), Members<'_>)| Message {
        notice: Notice::Failed {
            schedule: schedule.name.clone(),
            zone: schedule.zone,
            action: run.action,
            is_final,
            code,
            stretch: stretch(group, &members, |progress| words(progress).unwrap_or_default()),
        },
        receipt: Receipt::Trouble { run: run.id(), instances: keys(&members) },
    };
    kinds.into_iter().map(message).collect()
}

fn ending(schedule: &Schedule, run: &Run) -> Option<Message> {
    let ended = run.ended.filter(|ended| !ended.told)?;
    let (schedule_name, zone) = (schedule.name.clone(), schedule.zone);
    let notice = if ended.how == End::Notified {
        let mut groups: BTreeMap<Option<GroupName>, Vec<(&InstanceKey, &Progress)>> = BTreeMap::new();
        for (key, progress) in run.instances.iter().filter(|(_, progress)| progress.standing == Standing::Due) {
            groups.entry(progress.group.clone()).or_default().push((key, progress));
        }
        let stretches =
            groups.into_iter().map(|(group, members)| stretch(group, &members, |_| String::new())).collect();
        Notice::WouldAct { schedule: schedule_name, zone, action: run.action, at: run.at, stretches }
    } else {
        let count = |standing| run.instances.values().filter(|progress| progress.standing == standing).count();
        let done = run.instances.values().filter(|progress| progress.accepted_at.is_some());
        Notice::RunDone {
            schedule: schedule_name,
            zone,
            action: run.action,
            cause: run.cause,
            at: ended.at,
            took: ended.at - run.opened_at,
            instances: done.count(),
            refused: count(Standing::Refused),
        }
    };
    Some(Message { notice, receipt: Receipt::End { run: run.id() } })
}

fn keys(members: &[(&InstanceKey, &Progress)]) -> Vec<InstanceKey> {
    members.iter().map(|(key, _)| (*key).clone()).collect()
}

fn stretch(
    group: Option<GroupName>,
    members: &[(&InstanceKey, &Progress)],
    remark: impl Fn(&Progress) -> String,
) -> Stretch {
    let instance =
        |(key, progress): &(&InstanceKey, &Progress)| ((*key).clone(), progress.label.clone(), remark(progress));
    Stretch { group, instances: members.iter().map(instance).collect() }
}

/// The warning of a stop.
pub(super) fn warning(
    schedule: &Schedule,
    (planned_at, cause): (DateTime<Utc>, Cause),
    instances: &[(Option<GroupName>, InstanceKey, Label)],
    stop_at: DateTime<Utc>,
) -> Message {
    let mut groups: BTreeMap<Option<GroupName>, Vec<(InstanceKey, Label, String)>> = BTreeMap::new();
    for (group, key, label) in instances {
        groups.entry(group.clone()).or_default().push((key.clone(), label.clone(), String::new()));
    }
    let stretches = groups.into_iter().map(|(group, instances)| Stretch { group, instances }).collect();
    Message {
        notice: Notice::Warning {
            schedule: schedule.name.clone(),
            zone: schedule.zone,
            cause,
            planned_at,
            stop_at,
            stretches,
            // What is stopped outside the timetable has no stop that could be moved.
            extensible_by: if cause == Cause::Timetable {
                extension::room(schedule, planned_at)
            } else {
                Duration::zero()
            },
            is_for_all: schedule.chat == Allowed::default(),
        },
        receipt: Receipt::Warning { named_at: stop_at },
    }
}

/// The message as it is to be told now: a warning names a time that leaves people their lead from now on (rule T10).
#[must_use]
pub fn timely(message: Message, schedule: &Schedule, state: &ScheduleState, now: DateTime<Utc>) -> Message {
    match (message, state.warning) {
        (
            Message {
                notice:
                    Notice::Warning {
                        schedule: name, zone, cause, planned_at, stretches, extensible_by, is_for_all, ..
                    },
                ..
            },
            Some(warning),
        ) => {
            let stop_at = warnings::named_if_told(warning, now, schedule.warning_lead);
            let notice = Notice::Warning {
                schedule: name,
                zone,
                cause,
                planned_at,
                stop_at,
                stretches,
                extensible_by,
                is_for_all,
            };
            Message { notice, receipt: Receipt::Warning { named_at: stop_at } }
        }
        (message, _) => message,
    }
}

/// That the stop of which people were warned has been moved.
pub(super) fn moved(schedule: &Schedule, moved: Moved) -> Message {
    let Moved { from_at, to_at, by } = moved;
    let notice = Notice::Extended { schedule: schedule.name.clone(), zone: schedule.zone, stop_at: to_at, by };
    Message { notice, receipt: Receipt::Moved { stop_at: from_at } }
}

/// The groups that have been on their way for too long, each told once a run.
pub(super) fn slow(schedule: &Schedule, run: &Run, instances: &[&Instance], now: DateTime<Utc>) -> Vec<Message> {
    let units = order::units(&schedule.groups, instances, Some(run));
    let settled = order::settled(&schedule.groups, &units, run.action);
    let mut messages = Vec::new();
    for unit in &units {
        let name = unit.group.map(|group| group.name.as_str()).unwrap_or_default();
        if run.slow_told.contains(name) || !order::waits_for(unit, &schedule.groups, &settled, run.action).is_empty() {
            continue;
        }
        let progress = |instance: &&&Instance| run.instances.get(&instance.key);
        let is_done =
            |instance: &&&Instance| progress(instance).is_some_and(|progress| progress.standing == Standing::Reached);
        let held: Vec<GroupName> = units
            .iter()
            .filter(|other| !other.instances.iter().all(|instance| is_done(&instance)))
            .filter(|other| {
                let waits = order::waits_for(other, &schedule.groups, &settled, run.action);
                waits.iter().any(|waited| waited.as_str() == name)
            })
            .filter_map(order::Unit::name)
            .collect();
        // What has turned up since the run began, and has not been asked, is not late.
        let late = unit.instances.iter().filter(|instance| progress(instance).is_some());
        let late = late.filter(|instance| !unit.is_there(instance, run.action));
        // What was there and was moved by hand is the affair of whoever did it, unless others wait for it.
        let late: Vec<&&Instance> = late.filter(|instance| !is_done(instance) || !held.is_empty()).collect();
        let since = late.iter().filter_map(progress).filter_map(|progress| progress.accepted_at).min();
        let waited = now - since.unwrap_or(run.opened_at);
        // One that is asked only now may have waited for others until now.
        let is_new = since.is_none() && late.iter().filter_map(progress).any(|late| late.standing == Standing::Asking);
        // Of a failure people have been told already.
        let is_told = |late: &&&Instance| progress(late).is_some_and(|progress| progress.trouble.is_some());
        let is_news = late.iter().any(|late| is_done(late) || !is_told(late));
        if !is_news || is_new || waited < unit.slow_after() {
            continue;
        }
        let line = |late: &&&Instance| (late.key.clone(), late.label.clone(), late.state.as_str().to_owned());
        messages.push(Message {
            notice: Notice::Slow {
                schedule: schedule.name.clone(),
                zone: schedule.zone,
                action: run.action,
                waited,
                stretch: Stretch { group: unit.name(), instances: late.iter().map(line).collect() },
                held,
            },
            receipt: Receipt::Slow { run: run.id(), group: name.to_owned() },
        });
    }
    messages
}

/// The accounts and regions that could not be looked at; an account whose role could not be assumed is one.
pub(super) fn unreachable(inventory: &Inventory) -> Vec<Problem> {
    let problem = |source: Source, item: String, message: String| Problem {
        source,
        schedule: None,
        item,
        attribute: String::new(),
        holds: None,
        message,
        stops_schedule: false,
    };
    let scopes = inventory.unreachable.iter().map(|(scope, failure)| {
        let message = format!(
            "could not be looked at, so what is there is left as it is, and groups elsewhere may wait for it: {failure}"
        );
        problem(Source::Scope(scope.clone()), scope.to_string(), message)
    });
    let accounts = inventory.closed.iter().map(|(role, failure)| {
        let message = format!("could not be assumed, so what is in its account is left as it is, and groups elsewhere may wait for it: {failure}");
        problem(Source::Account(role.clone()), format!("role {role}"), message)
    });
    scopes.chain(accounts).collect()
}
