//! How often each kind of thing came up in a history: what a simulation has really been through.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use serde_json::Value;

use super::What;
use super::history::{Entry, Happened, HowEnded, Invocation, Whom};
use crate::document::{NOTEBOOK_KEY, STATE_RUN_ID};
use crate::model::{Action, Event, EventKind, FailureKind, InstanceKey, InstanceKind, InstanceState, Notice};
use crate::ports::{Item, StoreError, Table};

/// How often each thing came up, by its name; names are words for people, grouped by what stands before the colon.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts(pub BTreeMap<String, u64>);

impl AddAssign<&Counts> for Counts {
    fn add_assign(&mut self, other: &Self) {
        for (name, count) in &other.0 {
            *self.0.entry(name.clone()).or_default() += count;
        }
    }
}

impl Counts {
    /// Counts what is in a history.
    #[must_use]
    pub fn of(history: &[Entry]) -> Self {
        let mut counter = Counter::default();
        for entry in history {
            counter.entry(entry);
        }
        counter.counts
    }

    /// How often it came up.
    #[must_use]
    pub fn get(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or_default()
    }
}

#[derive(Default)]
struct Counter {
    counts: Counts,
    open: BTreeSet<Invocation>,
    states: BTreeMap<InstanceKey, InstanceState>,
}

impl Counter {
    fn add(&mut self, name: impl Into<String>) {
        self.add_many(name, 1);
    }

    fn add_many(&mut self, name: impl Into<String>, count: u64) {
        *self.counts.0.entry(name.into()).or_default() += count;
    }

    fn entry(&mut self, entry: &Entry) {
        match &entry.what {
            Happened::Incident(what) => self.incident(what),
            Happened::Fault(fault) => self.add(format!("faults: {fault}")),
            Happened::Began(invocation) => self.began(*invocation),
            Happened::Ended(invocation, how) => self.ended(*invocation, how),
            Happened::Read(_, table) => self.add(format!("tables: read {}", name_of(*table))),
            Happened::Looked(_, inventory) => {
                self.add("looks: at instances");
                if !inventory.unreachable.is_empty() {
                    self.add("looks: at instances, not complete");
                }
            }
            Happened::Asked { action, took_effect, answer, .. } => {
                let answer = answer.as_ref().map_err(|failure| failure.kind).copied();
                self.asked(*action, *took_effect, answer);
            }
            Happened::State { key, state, by, .. } => self.state(key, state, *by),
            Happened::Retagged(_) => self.add("states: tags changed"),
            Happened::Row { table, before, after, by } => self.row(*table, before.as_ref(), after.as_ref(), *by),
            Happened::Wrote { run_id, took_effect, answer, .. } => self.wrote(run_id, *took_effect, answer.as_ref()),
            Happened::Told { notice, arrived, answer, .. } => {
                let how = match (arrived, answer.is_ok()) {
                    (true, true) => "arrived",
                    (true, false) => "arrived, answer lost",
                    (false, _) => "did not arrive",
                };
                self.add(format!("messages: {} {how}", kind_of(notice)));
            }
            Happened::Answered { answer, .. } => {
                self.add(if answer.is_ok() { "extensions: granted" } else { "extensions: denied" });
            }
            Happened::Noted(_, event) => self.noted(event),
            Happened::PlansDiffer { .. } => self.add("plans: not the same twice"),
        }
    }

    fn began(&mut self, invocation: Invocation) {
        self.add("invocations: began");
        if !self.open.is_empty() {
            self.add("invocations: began while another was at work");
        }
        self.open.insert(invocation);
    }

    fn ended(&mut self, invocation: Invocation, how: &HowEnded) {
        self.open.remove(&invocation);
        match how {
            HowEnded::Done(report) => {
                self.add("invocations: done");
                self.add_many("looks: passes", u64::from(report.passes));
                if report.in_flight {
                    self.add("invocations: done, with something on its way");
                }
            }
            HowEnded::Failed(_) => self.add("invocations: failed"),
            HowEnded::Killed => self.add("invocations: killed"),
            HowEnded::TimedOut => self.add("invocations: timed out"),
        }
    }

    fn asked(&mut self, action: Action, took_effect: bool, answer: Result<(), FailureKind>) {
        let verb = action.as_str();
        let name = match (took_effect, answer) {
            (true, Ok(())) => format!("{verb}s: accepted"),
            (true, Err(_)) => format!("{verb}s: accepted, answer lost"),
            (false, Ok(())) => format!("{verb}s: accepted, was there already"),
            (false, Err(kind)) => format!("{verb}s: {}", word_of(kind)),
        };
        self.add(name);
    }

    fn state(&mut self, key: &InstanceKey, state: &InstanceState, by: Whom) {
        let before = self.states.insert(key.clone(), state.clone());
        let word = match state {
            InstanceState::Serving { .. } => "busy while it serves",
            InstanceState::Changing { .. } => "changing",
            InstanceState::Broken { .. } => "broken",
            other => other.as_str(),
        };
        match by {
            Whom::Beginning => self.add(format!("states: {word} at the beginning")),
            Whom::Person => self.add(format!("states: {word}, by a person")),
            Whom::Aws | Whom::Function(_) => self.add(format!("states: {word}")),
        }
        if *state == InstanceState::Stopped && before == Some(InstanceState::Starting) {
            self.add("states: stopped again when it should be up");
        }
        let is_restart = *state == InstanceState::Starting
            && before == Some(InstanceState::Stopped)
            // Not after a call, nor by a person.
            && by == Whom::Aws
            && key.kind != InstanceKind::Ec2;
        if is_restart {
            self.add("states: database started by AWS after seven days");
        }
    }

    fn row(&mut self, table: Table, before: Option<&Item>, after: Option<&Item>, by: Whom) {
        let name = name_of(table);
        let has_lowered = |flag: &str| {
            let is = |row: Option<&Item>, value: bool| row.and_then(|row| row.get(flag)) == Some(&Value::Bool(value));
            is(before, true) && is(after, false)
        };
        match (by, before, after) {
            (Whom::Beginning, ..) => self.add(format!("rows: {name} at the beginning")),
            (Whom::Person, None, Some(_)) => self.add(format!("rows: {name} added by a person")),
            (Whom::Person, Some(_), None) => self.add(format!("rows: {name} deleted by a person")),
            (Whom::Person, ..) => self.add(format!("rows: {name} changed by a person")),
            (Whom::Function(_), ..) if has_lowered("ForceStart") => self.add("rows: force start lowered"),
            (Whom::Function(_), ..) if has_lowered("ForceStop") => self.add("rows: force stop lowered"),
            (Whom::Function(_) | Whom::Aws, ..) => self.add(format!("rows: {name} written by an invocation")),
        }
    }

    fn wrote(&mut self, run_id: &str, took_effect: bool, answer: Result<&(), &StoreError>) {
        let what = match run_id {
            STATE_RUN_ID => "state",
            _ if run_id == NOTEBOOK_KEY.1 => "told problems",
            _ => "history",
        };
        let how = match (took_effect, answer) {
            (true, Ok(())) => "written",
            (true, Err(StoreError::Conflict)) => "written, a conflict with itself",
            (true, Err(_)) => "written, answer lost",
            (false, Err(StoreError::Conflict)) => "not written, a conflict",
            (false, _) => "not written",
        };
        self.add(format!("runs: {what} {how}"));
    }

    fn noted(&mut self, event: &Event) {
        let detail = |name: &str| {
            let found = event.details.iter().find(|(detail, _)| *detail == name);
            found.map(|(_, detail)| detail.to_string()).unwrap_or_default()
        };
        if event.kind != EventKind::RunDone {
            self.add(format!("events: {}", event.kind.as_str().replace('_', " ")));
            return;
        }
        // A run is called by its time and by what it does, such as `…/force-start`.
        let run = detail("run");
        let what = run.rsplit('/').next().unwrap_or_default();
        self.add(format!("runs: {} {}", what.replace('-', " "), detail("end")));
    }

    fn incident(&mut self, what: &What) {
        let name = match what {
            What::Outage { .. } => "outage".to_owned(),
            What::Late { .. } => "events late".to_owned(),
            What::Doubled { .. } => "events doubled".to_owned(),
            What::Killed { .. } => "kill".to_owned(),
            What::ClockOff { .. } => "clock off".to_owned(),
            What::ClocksApart { .. } => "clocks apart".to_owned(),
            What::ShortLimit { .. } => "short limit".to_owned(),
            What::TablesFail { call, how, .. } => {
                format!("tables, {}: {}", spaced(call.as_str()), spaced(how.as_str()))
            }
            What::AwsFails { call, how, .. } => format!("AWS, {}: {}", call.as_str(), spaced(how.as_str())),
            What::Stale { .. } => "looks stale".to_owned(),
            What::ChatFails { how, .. } => format!("chat: {}", spaced(how.as_str())),
            What::Busy { .. } => "instance busy".to_owned(),
            What::Terminated { .. } => "instance terminated".to_owned(),
            What::Launched { .. } => "instance launched".to_owned(),
            What::Retagged { .. } => "instance retagged".to_owned(),
            What::Console { action, .. } => format!("{} at the console", action.as_str()),
            What::Extends { .. } => "extension asked for".to_owned(),
            What::Orders { flag, raised, .. } => {
                format!("force {} {}", flag.as_str(), if *raised { "raised" } else { "withdrawn" })
            }
            What::Writes { table, .. } => format!("{} row written", name_of(*table)),
            What::Edits { table, attribute, .. } => format!("{} row edited, {attribute}", name_of(*table)),
            What::Deletes { table, .. } => format!("{} row deleted", name_of(*table)),
        };
        self.add(format!("incidents: {name}"));
    }
}

/// A word of several parts, as words.
fn spaced(word: &str) -> String {
    word.replace('-', " ")
}

fn name_of(table: Table) -> &'static str {
    match table {
        Table::Schedule => "schedule",
        Table::ServerGroup => "group",
        Table::Exception => "exception",
        Table::Run => "run",
    }
}

fn kind_of(notice: &Notice) -> &'static str {
    match notice {
        Notice::Warning { .. } => "warning",
        Notice::Acted { action: Action::Start, .. } => "started",
        Notice::Acted { action: Action::Stop, .. } => "stopped",
        Notice::RunDone { .. } => "run done",
        Notice::WouldAct { .. } => "would act",
        Notice::Failed { .. } => "failed",
        Notice::Slow { .. } => "slow",
        Notice::Extended { .. } => "extended",
        Notice::Problems(_) => "problems",
        Notice::Trial => "test",
    }
}

fn word_of(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Throttled => "throttled",
        FailureKind::Denied => "denied",
        FailureKind::Gone => "no such instance",
        FailureKind::WrongState => "wrong state",
        FailureKind::Refused => "refused for good",
        FailureKind::Capacity => "no capacity",
        FailureKind::Unreachable => "no answer",
        FailureKind::Other => "another answer",
    }
}

#[cfg(test)]
mod tests;
