//! An instance of the embedded world: how it gets from state to state.

use chrono::{DateTime, Duration, Utc};

use crate::model::{
    Action, Failure, FailureKind, GroupName, Instance, InstanceKey, InstanceKind, InstanceState, Label, TagValue,
};
use crate::ports::Outcome;

/// RDS starts a database by itself that has been stopped for so long.
const RDS_RESTARTS_AFTER: Duration = Duration::days(7);

/// An instance of the embedded world.
#[derive(Debug, Clone)]
pub struct Machine {
    /// What a look shows.
    pub instance: Instance,
    /// How long a start takes.
    pub boots_in: Duration,
    /// How long a stop takes.
    pub halts_in: Duration,
    /// How many starts come to nothing: it is stopped again when it should be up.
    pub falls_back: u32,
    /// How long its status checks take once it runs; of EC2.
    pub checks_in: Duration,
    /// What it is busy with after a start, and for how long, such as a database in `backing-up`: it serves and cannot be
    /// stopped.
    pub busy_at_first: Option<(String, Duration)>,
    /// What comes next, and when.
    next: Option<(Next, DateTime<Utc>)>,
}

/// What becomes of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Next {
    /// The end of its start: it runs, or falls back.
    Booted,
    /// It comes to a state.
    State(InstanceState),
    /// Its status checks pass.
    Checked,
}

impl Machine {
    /// A stopped instance in the own account and region; it takes a minute up and half a minute down.
    #[must_use]
    pub fn new(key: InstanceKey, schedule_tag: TagValue, group_tag: Option<GroupName>) -> Self {
        Self {
            instance: Instance {
                key,
                schedule_tag,
                group_tag,
                label: Label::default(),
                state: InstanceState::Stopped,
                state_reason: None,
                restarts_at: None,
                checks_passed: Some(true),
                refusal: None,
            },
            boots_in: Duration::minutes(1),
            halts_in: Duration::seconds(30),
            falls_back: 0,
            checks_in: Duration::zero(),
            busy_at_first: None,
            next: None,
        }
    }

    /// When it changes by itself the next time, but for the restart after seven days.
    pub(super) fn next_change(&self) -> Option<DateTime<Utc>> {
        self.next.as_ref().map(|(_, at)| *at)
    }

    /// When AWS starts it by itself.
    pub(super) fn restarts_at(&self) -> Option<DateTime<Utc>> {
        self.instance.restarts_at
    }

    /// Begins its life in the state that it has: what is on its way goes on, a stopped database will be started.
    pub(super) fn begin(&mut self, now: DateTime<Utc>) {
        match self.instance.state {
            InstanceState::Starting => self.start(now),
            InstanceState::Stopping => self.next = Some((Next::State(InstanceState::Stopped), now + self.halts_in)),
            InstanceState::Stopped if self.instance.key.kind != InstanceKind::Ec2 => {
                self.instance.restarts_at.get_or_insert(now + RDS_RESTARTS_AFTER);
            }
            _ => {}
        }
    }

    /// Comes to a state at once, whatever it was on its way to.
    pub(super) fn set(&mut self, state: InstanceState, at: DateTime<Utc>) {
        self.enter(state, at);
        self.next = None;
    }

    /// Is busy with something until then, if it runs: it serves and cannot be stopped. Whether it runs.
    pub(super) fn occupy(&mut self, raw: &str, at: DateTime<Utc>, until_at: DateTime<Utc>) -> bool {
        let runs = self.instance.state == InstanceState::Running;
        if runs {
            self.enter(InstanceState::Serving { raw: raw.to_owned() }, at);
            self.next = Some((Next::State(InstanceState::Running), until_at));
        }
        runs
    }

    /// Does what is next, if its time has come; when it was.
    pub(super) fn step(&mut self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if let Some((next, at)) = self.next.take_if(|(_, at)| *at <= now) {
            match next {
                Next::Booted => self.boot(at),
                Next::State(state) => {
                    self.enter(state, at);
                    self.await_checks(at);
                }
                Next::Checked => self.instance.checks_passed = Some(true),
            }
            return Some(at);
        }
        let at = self.instance.restarts_at.filter(|at| *at <= now)?;
        self.start(at);
        Some(at)
    }

    /// Takes a call as AWS does; whether the state has changed by it.
    pub(super) fn ask(&mut self, action: Action, now: DateTime<Utc>) -> (Outcome, bool) {
        let (from, via, to) = match action {
            Action::Start => (InstanceState::Stopped, InstanceState::Starting, InstanceState::Running),
            Action::Stop => (InstanceState::Running, InstanceState::Stopping, InstanceState::Stopped),
        };
        let state = &self.instance.state;
        if *state == from {
            match action {
                Action::Start => self.start(now),
                Action::Stop => {
                    self.enter(via, now);
                    self.next = Some((Next::State(to), now + self.halts_in));
                }
            }
            return (Ok(()), true);
        }
        // EC2 accepts a second call, RDS does not.
        if (*state == via || *state == to) && self.instance.key.kind == InstanceKind::Ec2 {
            return (Ok(()), false);
        }
        let message = format!("{} is {} and cannot {}", self.instance.key, state.as_str(), action.as_str());
        (Err(Failure { kind: FailureKind::WrongState, code: "IncorrectState".to_owned(), message }), false)
    }

    fn start(&mut self, at: DateTime<Utc>) {
        self.enter(InstanceState::Starting, at);
        self.instance.checks_passed = Some(self.checks_in <= Duration::zero());
        self.next = Some((Next::Booted, at + self.boots_in));
    }

    fn boot(&mut self, at: DateTime<Utc>) {
        if self.falls_back > 0 {
            self.falls_back -= 1;
            self.enter(InstanceState::Stopped, at);
            self.instance.state_reason = Some("Server.InternalError: Internal error on launch".to_owned());
            return;
        }
        match self.busy_at_first.clone() {
            Some((raw, takes)) => {
                self.enter(InstanceState::Serving { raw }, at);
                self.next = Some((Next::State(InstanceState::Running), at + takes));
            }
            None => self.enter(InstanceState::Running, at),
        }
        self.await_checks(at);
    }

    /// Its status checks pass some time after it has come to run.
    fn await_checks(&mut self, at: DateTime<Utc>) {
        if self.instance.state == InstanceState::Running && self.instance.checks_passed == Some(false) {
            self.next = Some((Next::Checked, at + self.checks_in));
        }
    }

    /// Comes to a state; AWS says of a stopped database when it will start it.
    fn enter(&mut self, state: InstanceState, at: DateTime<Utc>) {
        let rests = state == InstanceState::Stopped && self.instance.key.kind != InstanceKind::Ec2;
        self.instance.restarts_at = rests.then(|| at + RDS_RESTARTS_AFTER);
        self.instance.state_reason = None;
        self.instance.state = state;
    }
}
