//! The words for the journal: one event a decision or observation.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::engine::Held;
use crate::model::{
    Detail, End, Event, EventKind, Failure, GroupName, InstanceKey, Problem, Run, ScheduleName, Standing,
};

/// Makes events of one schedule at one instant.
#[derive(Debug, Clone)]
pub(super) struct Events {
    pub(super) schedule: Option<ScheduleName>,
    pub(super) at: DateTime<Utc>,
}

impl Events {
    fn event(&self, kind: EventKind, details: Vec<(&'static str, Detail)>) -> Event {
        Event { at: self.at, kind, schedule: self.schedule.clone(), group: None, instance: None, details }
    }

    pub(super) fn of_instance(&self, kind: EventKind, group: Option<GroupName>, key: &InstanceKey, run: &Run) -> Event {
        let details = vec![("run", run.id().into()), ("cause", run.cause.as_str().into())];
        Event { group, instance: Some(key.clone()), ..self.event(kind, details) }
    }

    pub(super) fn failed(&self, group: Option<GroupName>, key: &InstanceKey, run: &Run, failure: &Failure) -> Event {
        let mut event = self.of_instance(EventKind::Failed, group, key, run);
        event.details.push(("code", failure.code.as_str().into()));
        event.details.push(("reason", failure.message.as_str().into()));
        event
    }

    pub(super) fn held(&self, held: &Held) -> Event {
        let (group, details) = match held {
            Held::Groups { group, waits_for } => {
                let names = waits_for.iter().map(GroupName::to_string).collect();
                (group.clone(), vec![("waits_for", Detail::Names(names))])
            }
            Held::Warning { until_at } => {
                (None, vec![("waits_for", "the lead of its warning".into()), ("until", time(*until_at).into())])
            }
            Held::Lease { owner } => (None, vec![("waits_for", format!("tick {owner}").into())]),
            Held::Unreachable => (None, vec![("waits_for", "a complete look at the instances".into())]),
        };
        Event { group, ..self.event(EventKind::Held, details) }
    }

    pub(super) fn warning(&self, stop_at: DateTime<Utc>) -> Event {
        self.event(EventKind::Warning, vec![("stop_at", time(stop_at).into())])
    }

    pub(super) fn extended(&self, stop_at: DateTime<Utc>, by: &str) -> Event {
        self.event(EventKind::Extended, vec![("stop_at", time(stop_at).into()), ("by", by.into())])
    }

    pub(super) fn run_done(&self, run: &Run, end: End) -> Event {
        let end = match end {
            End::Done => "done",
            End::Replaced => "replaced",
            End::Cancelled => "cancelled",
            End::Notified => "notified",
        };
        let took = (self.at - run.opened_at).num_seconds();
        let there = run.instances.values().filter(|progress| progress.standing == Standing::Reached).count();
        let details = vec![
            ("run", run.id().into()),
            ("action", run.action.as_str().into()),
            ("end", end.into()),
            ("took_seconds", Detail::Number(took)),
            ("instances", Detail::Number(i64::try_from(there).unwrap_or(i64::MAX))),
        ];
        self.event(EventKind::RunDone, details)
    }

    pub(super) fn untold(&self, error: &impl std::fmt::Display) -> Event {
        self.event(EventKind::Untold, vec![("reason", error.to_string().into())])
    }

    pub(super) fn problem(&self, problem: &Problem) -> Event {
        let mut details = vec![("item", problem.item.as_str().into())];
        if !problem.attribute.is_empty() {
            details.push(("attribute", problem.attribute.as_str().into()));
        }
        details.push(("message", problem.message.as_str().into()));
        Event { schedule: problem.schedule.clone(), ..self.event(EventKind::Problem, details) }
    }
}

/// What two events about the same waiting have in common.
pub(super) fn sameness(event: &Event) -> String {
    format!("{:?} {:?} {:?} {:?}", event.kind, event.schedule, event.group, event.details)
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
