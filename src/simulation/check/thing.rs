//! An instance through time.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::rows::is_at;
use crate::model::{Action, Instance, InstanceState};
use crate::simulation::Case;
use crate::simulation::history::Whom;

/// An instance that an invocation has seen at the target, and has written that down.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reached {
    pub(super) schedule: usize,
    pub(super) epoch: u32,
    pub(super) action: Action,
    pub(super) at: DateTime<Utc>,
}

/// An instance through time.
#[derive(Debug)]
pub(super) struct Thing<'a> {
    pub(super) instance: &'a Instance,
    pub(super) state: &'a InstanceState,
    pub(super) has_checks: bool,
    /// When it last left the state to which a start, and a stop, leads.
    pub(super) left: BTreeMap<Action, DateTime<Utc>>,
    /// When it came to its state.
    pub(super) since: DateTime<Utc>,
    pub(super) reached: Option<Reached>,
    /// When AWS last answered that it will never be started, or stopped.
    pub(super) refused_at: BTreeMap<Action, DateTime<Utc>>,
    /// When AWS was last asked to start it, and to stop it.
    pub(super) asked_at: BTreeMap<Action, DateTime<Utc>>,
    /// AWS has started it by itself, and nobody has asked for anything since.
    pub(super) restarted_at: Option<DateTime<Utc>>,
    /// When a person or an accident last had to do with it.
    pub(super) touched_at: Option<DateTime<Utc>>,
    /// When it was launched, or last given the tag of another schedule.
    pub(super) joined_at: Option<DateTime<Utc>>,
    start_asked_at: Option<DateTime<Utc>>,
}

impl<'a> Thing<'a> {
    pub(super) fn new(case: &Case, instance: &'a Instance) -> Self {
        Self {
            instance,
            // What is launched is not there before.
            state: if case.is_launched(&instance.key) { &InstanceState::Gone } else { &instance.state },
            has_checks: instance.checks_passed == Some(true),
            left: BTreeMap::new(),
            since: case.from,
            reached: None,
            refused_at: BTreeMap::new(),
            asked_at: BTreeMap::new(),
            restarted_at: None,
            touched_at: None,
            joined_at: None,
            start_asked_at: None,
        }
    }

    /// A person has given it other tags.
    pub(super) fn retag(&mut self, now: DateTime<Utc>, instance: &'a Instance) {
        if instance.schedule_tag != self.instance.schedule_tag {
            self.joined_at = Some(now);
        }
        self.instance = instance;
        self.touched_at = self.touched_at.max(Some(now));
    }

    /// Notes that somebody has asked AWS to start it.
    pub(super) fn note_start_asked(&mut self, now: DateTime<Utc>) {
        self.start_asked_at = Some(now);
    }

    /// Notes that an invocation has asked AWS to start or stop it.
    pub(super) fn ask(&mut self, now: DateTime<Utc>, action: Action, did: bool, is_refused: bool) {
        self.asked_at.insert(action, now);
        if is_refused {
            self.refused_at.insert(action, now);
        }
        if did && action == Action::Start {
            self.note_start_asked(now);
            self.restarted_at = self.restarted_at.filter(|at| now - *at > Duration::seconds(1));
        }
    }

    /// Comes to a state.
    pub(super) fn come(&mut self, now: DateTime<Utc>, state: &'a InstanceState, by: Whom) {
        for action in [Action::Start, Action::Stop] {
            if is_at(self.state, action) && !is_at(state, action) {
                self.left.insert(action, now);
            }
        }
        if *state == InstanceState::Starting {
            let was_asked = self.start_asked_at.take().is_some();
            let by_itself = by == Whom::Aws && !was_asked && *self.state == InstanceState::Stopped;
            self.restarted_at = by_itself.then_some(now);
        }
        if by == Whom::Person {
            self.touched_at = Some(now);
            self.restarted_at = None;
        }
        if *state == InstanceState::Stopped {
            self.restarted_at = None;
            self.start_asked_at = None;
        }
        self.state = state;
        self.since = now;
    }
}
