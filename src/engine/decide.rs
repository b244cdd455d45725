//! The decision for one schedule: which run there is, what it may ask for, and of what people are warned.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};

use super::plan::{Held, SchedulePlan, Step};
use super::runs::Wanted;
use super::{calendar, notices, order, restarts, runs, warnings};
use crate::model::{
    Action, Cause, End, GroupName, Instance, InstanceKey, InstanceState, Label, Mode, Progress, Run, Schedule,
    Standing, Warning,
};

/// `Enforce` lets this long pass after a run before it makes another.
const HOLD_AFTER: Duration = Duration::minutes(10);

/// The decision for one schedule whose instances are known.
pub(super) struct Planner<'a> {
    pub(super) schedule: &'a Schedule,
    pub(super) instances: Vec<&'a Instance>,
    /// Whether these are all of them. If some place has not answered, the run goes on with what waits for nobody in the
    /// others (rule A6), and does not end.
    pub(super) is_whole: bool,
    pub(super) now: DateTime<Utc>,
    /// The stop of which it was announced before this look that it begins.
    pub(super) announced: Option<DateTime<Utc>>,
    /// The database of which AWS says that it has started it by itself.
    pub(super) restarted: Option<&'a InstanceKey>,
    /// What comes of it.
    pub(super) plan: &'a mut SchedulePlan,
}

impl Planner<'_> {
    /// Decides.
    pub(super) fn run(&mut self) {
        let restarted = self.note_resting();
        match runs::wanted(self.schedule, &self.plan.state, self.now) {
            // What these would end or begin is judged by all instances.
            Wanted::Cancel | Wanted::Nothing if !self.is_whole => {}
            Wanted::Cancel => self.cancel(),
            Wanted::Keep => {
                self.take_up(&restarted);
                self.advance();
            }
            Wanted::New { at, action, cause } => self.begin(at, action, cause),
            Wanted::Nothing if self.schedule.enforce => self.hold(),
            Wanted::Nothing => self.stop_restarted(&restarted),
        }
        self.warn_ahead();
    }

    /// Notes until when databases rest, and gives those that AWS has started.
    fn note_resting(&mut self) -> BTreeSet<InstanceKey> {
        if !self.is_whole {
            return BTreeSet::new();
        }
        restarts::note(self.schedule, &mut self.plan.state, (&self.instances, self.restarted), self.now)
    }

    /// Opens a run, a stop of the timetable only once people have been warned.
    fn begin(&mut self, at: DateTime<Utc>, action: Action, cause: Cause) {
        if action == Action::Stop && cause != Cause::Force && !self.may_stop(at, cause) {
            return;
        }
        let is_announced = action == Action::Stop && cause == Cause::Timetable && self.schedule.mode == Mode::Act;
        if is_announced && self.announced != Some(at) {
            self.plan.state.opening = Some(at);
            self.plan.announces = Some(at);
            self.wake(Some(self.now));
            return;
        }
        if let Some(until_at) = self.settles_at(action) {
            return self.wake(Some(until_at));
        }
        let open = self.plan.state.open_run().map(|run| (run.cause, run.action));
        if let Some((Cause::Force, order)) = open.filter(|_| cause != Cause::Force) {
            self.plan.lower_before = Some(order);
        }
        // What is complete all the same is told as done.
        let how = if self.look_back() { End::Done } else { End::Replaced };
        let mut on_their_way = self.on_their_way(action);
        self.plan.state.end_run(self.now, how);
        if action == Action::Start {
            // A stop that comes back after it, since an order is withdrawn, is warned of anew.
            self.plan.state.warning = self.plan.state.warning.filter(|warning| warning.stop_at > self.now);
        }
        if !matches!(cause, Cause::Enforce | Cause::Restart) {
            self.plan.state.refused.clear();
            self.plan.state.resting.clear();
        }
        let mut run = Run {
            at,
            action,
            cause,
            opened_at: self.now,
            ended: None,
            instances: BTreeMap::new(),
            slow_told: BTreeSet::new(),
        };
        for unit in order::units(&self.schedule.groups, &self.instances, None) {
            for instance in &unit.instances {
                let due = Progress::due(unit.name(), instance.label.clone());
                run.instances.insert(instance.key.clone(), on_their_way.remove(&instance.key).unwrap_or(due));
            }
        }
        self.plan.state.runs.push(run);
        self.use_warning_up(at);
        if matches!(cause, Cause::Timetable | Cause::Force) {
            // A stop that finds everything down is over at once: until when databases rest is noted all the same.
            _ = self.note_resting();
        }
        self.advance();
    }

    /// When it will be seen what becomes of what a run has asked for the other way a moment ago: until then AWS may show it
    /// as it was before, and the new run would take it for done.
    fn settles_at(&self, action: Action) -> Option<DateTime<Utc>> {
        let others = self.plan.state.runs.iter().filter(|run| run.action != action);
        let looks_done = self.instances.iter().filter(|instance| match action {
            Action::Start => instance.state.serves(),
            Action::Stop => instance.state == InstanceState::Stopped,
        });
        let keys: BTreeSet<&InstanceKey> = looks_done.map(|instance| &instance.key).collect();
        let asked = others.flat_map(|run| &run.instances).filter(|(key, _)| keys.contains(key));
        asked.filter_map(|(_, progress)| order::settles_at(progress)).filter(|at| self.now < *at).max()
    }

    /// What the open run has asked for and has not seen arrive: a run the same way takes it over, and tells when it is
    /// there. That AWS accepted is told by the run that asked; what goes wrong from now on, by the new one.
    fn on_their_way(&self, action: Action) -> BTreeMap<InstanceKey, Progress> {
        let open = self.plan.state.open_run().filter(|run| run.action == action);
        let asked = open.into_iter().flat_map(|run| &run.instances);
        let asked = asked.filter(|(_, progress)| progress.standing == Standing::Asked);
        let as_new = |progress: &Progress| {
            let Progress { standing, accepted_at, .. } = *progress;
            // It counts as tried in this run: only then is the run's end told.
            Progress {
                standing,
                accepted_at,
                attempts: 1,
                ..Progress::due(progress.group.clone(), progress.label.clone())
            }
        };
        asked.map(|(key, progress)| (key.clone(), as_new(progress))).collect()
    }

    /// Brings the open run up to what is seen, without asking for anything: before it ends, so that what a tick that
    /// died has asked for is still told (rule A8). Whether it is over.
    fn look_back(&mut self) -> bool {
        let Some(run) = self.plan.state.open_run_mut() else { return false };
        let (nothing, cause) = (order::MayAsk::Nothing, run.cause);
        let seen = order::Seen { instances: &self.instances, is_whole: self.is_whole };
        let advance = order::advance(run, &self.schedule.groups, seen, nothing, self.now);
        self.plan.arrived = advance.arrived;
        self.is_over(advance.is_complete, cause)
    }

    /// Whether a run is over: a tag that is mistyped when the time comes finds nobody, and the run waits for them until
    /// the next transition.
    fn is_over(&self, is_complete: bool, cause: Cause) -> bool {
        let finds_nobody = self.instances.iter().all(|instance| instance.state == InstanceState::Gone);
        is_complete && !(finds_nobody && cause == Cause::Timetable)
    }

    fn advance(&mut self) {
        if self.schedule.mode == Mode::Notify {
            return self.notify();
        }
        let Some((action, may_ask)) = self.may_ask() else { return };
        let Some(run) = self.plan.state.open_run_mut() else { return };
        let cause = run.cause;
        let seen = order::Seen { instances: &self.instances, is_whole: self.is_whole };
        let advance = order::advance(run, &self.schedule.groups, seen, may_ask, self.now);
        if self.is_whole {
            self.plan.messages.extend(notices::slow(self.schedule, run, &self.instances, self.now));
        }
        let steps = advance.asks.into_iter().map(|(group, instances)| Step { group, action, instances });
        self.plan.steps = steps.collect();
        self.plan.held.extend(advance.held);
        self.plan.arrived = advance.arrived;
        self.plan.finish = self.is_over(advance.is_complete, cause).then_some(End::Done);
        self.wake(advance.wake_at);
    }

    /// The open run's action, and what it may ask for: people have to be warned of a stop, also of one that turned up only
    /// after the run began.
    fn may_ask(&mut self) -> Option<(Action, order::MayAsk)> {
        let run = self.plan.state.open_run()?;
        let (at, action, cause) = (run.at, run.action, run.cause);
        let is_new = |instance: &&Instance| !run.instances.contains_key(&instance.key) && !instance.state.is_down();
        let units = order::units(&self.schedule.groups, &self.instances, Some(run));
        let has_new = units.iter().any(|unit| unit.instances.iter().any(is_new));
        let needs_warning = action == Action::Stop && cause != Cause::Force && has_new;
        let may_all = !needs_warning || self.may_stop(at, cause);
        if needs_warning && may_all {
            self.use_warning_up(at);
            self.note_new();
        }
        Some((action, if may_all { order::MayAsk::All } else { order::MayAsk::Known }))
    }

    /// A stop goes ahead: who turns up later was not warned by what was told before.
    fn use_warning_up(&mut self, stop_at: DateTime<Utc>) {
        self.plan.state.warning = self.plan.state.warning.filter(|warning| warning.stop_at != stop_at);
    }

    /// Notes those that turned up and of whom people are warned now: they are the stop's affair from here on.
    fn note_new(&mut self) {
        let Some(run) = self.plan.state.open_run_mut() else { return };
        for unit in order::units(&self.schedule.groups, &self.instances, None) {
            for instance in unit.instances.iter().filter(|instance| !instance.state.is_down()) {
                let due = Progress::due(unit.name(), instance.label.clone());
                run.instances.entry(instance.key.clone()).or_insert(due);
            }
        }
    }

    /// Only says what would be done.
    fn notify(&mut self) {
        self.look_back();
        let Some(run) = self.plan.state.open_run_mut() else { return };
        for unit in order::units(&self.schedule.groups, &self.instances, None) {
            for instance in &unit.instances {
                if let Some(progress) = run.instances.get_mut(&instance.key) {
                    // What is at rest is remembered without its names.
                    progress.group = unit.name();
                    progress.label = instance.label.clone();
                }
            }
        }
        self.plan.finish = Some(End::Notified);
    }

    /// The order was withdrawn or the schedule disabled; what is complete all the same counts as done.
    fn cancel(&mut self) {
        self.plan.finish = Some(if self.look_back() { End::Done } else { End::Cancelled });
    }

    /// Holds the desired state (rule T9): a breach makes a run of its own.
    fn hold(&mut self) {
        let Some(action) = self.held_state() else { return };
        let is_breach = |instance: &&&Instance| match action {
            Action::Start => instance.state == InstanceState::Stopped,
            Action::Stop => instance.state == InstanceState::Running,
        };
        let refused = self.plan.state.refused.clone();
        let is_broken = order::units(&self.schedule.groups, &self.instances, None).iter().any(|unit| {
            let mut asked = unit.instances.iter().filter(|instance| !refused.contains(&instance.key));
            asked.any(|instance| is_breach(&instance))
        });
        let seen_before = warnings::of_breach(self.schedule, &self.plan.state, Cause::Enforce, self.now);
        if is_broken {
            self.begin(seen_before.map_or(self.now, |warning| warning.stop_at), action, Cause::Enforce);
        } else if self.plan.state.warning.is_some_and(|warning| warning.cause == Cause::Enforce) {
            self.plan.state.warning = None;
        }
    }

    /// Stops databases that AWS has started by itself (rule T12), and nothing else.
    fn stop_restarted(&mut self, restarted: &BTreeSet<InstanceKey>) {
        if restarted.is_empty() {
            if self.plan.state.warning.is_some_and(|warning| warning.cause == Cause::Restart) {
                self.plan.state.warning = None;
            }
            return;
        }
        let seen_before = warnings::of_breach(self.schedule, &self.plan.state, Cause::Restart, self.now);
        let all = self.instances.clone();
        self.instances.retain(|instance| restarted.contains(&instance.key));
        self.begin(seen_before.map_or(self.now, |warning| warning.stop_at), Action::Stop, Cause::Restart);
        self.instances = all;
    }

    /// Takes databases that AWS has started by itself up into a stop that is still under way: what it had stopped is to be
    /// stopped again, once people are warned of that (rule T12); the same with all that `Enforce` holds. A run for such
    /// databases knows no other instances.
    fn take_up(&mut self, restarted: &BTreeSet<InstanceKey>) {
        let Some(run) = self.plan.state.open_run_mut() else { return };
        if run.cause == Cause::Restart {
            let known: BTreeSet<InstanceKey> = run.instances.keys().cloned().collect();
            self.instances.retain(|instance| known.contains(&instance.key));
            return;
        }
        let is_stop = run.action == Action::Stop && run.cause == Cause::Timetable;
        // What `Enforce` holds, it holds also while a run is unfinished (rule T9).
        let is_held = self.schedule.enforce && self.now - run.opened_at >= HOLD_AFTER;
        let has_left = |instance: &&&Instance| match run.action {
            Action::Start => instance.state == InstanceState::Stopped,
            Action::Stop => instance.state == InstanceState::Running,
        };
        let left = self.instances.iter().filter(|_| is_held).filter(has_left).map(|instance| &instance.key);
        let has_reached = |progress: &Progress| progress.standing == Standing::Reached;
        let again: Vec<InstanceKey> = left
            .chain(restarted.iter().filter(|_| is_stop))
            .filter(|key| run.instances.get(*key).is_some_and(has_reached))
            .cloned()
            .collect();
        for key in &again {
            run.instances.remove(key);
        }
    }

    /// The state that `Enforce` holds now: that of the last run, if the timetable still wants it or a person has ordered
    /// it, and not so soon after that run that an instance which stops by itself would be started all day long.
    fn held_state(&self) -> Option<Action> {
        let last = self.plan.state.settled.last()?;
        let is_wanted = last.forced
            || calendar::last_transition(self.schedule, self.now).is_some_and(|wanted| wanted.action == last.action);
        let is_held = self.schedule.enabled && self.schedule.mode == Mode::Act;
        (is_held && is_wanted && self.now - last.at >= HOLD_AFTER).then_some(last.action)
    }

    /// Whether a stop may go ahead; if people have to be warned first, they are.
    fn may_stop(&mut self, stop_at: DateTime<Utc>, cause: Cause) -> bool {
        let lead = self.schedule.warning_lead;
        let is_silent = self.schedule.mode == Mode::Notify;
        let known = warnings::of_stop(self.schedule, &self.plan.state, stop_at, cause, self.now);
        // What people have been told holds, also if the lead has been changed since.
        let is_bound = lead > Duration::zero() || known.is_some_and(|warning| warning.named_at.is_some());
        if !is_bound || is_silent || self.would_stop(stop_at, cause).is_empty() {
            return true;
        }
        let warning = self.warning(stop_at, cause);
        if warnings::release_at(warning, lead).is_some_and(|until_at| self.now >= until_at) {
            return true;
        }
        let until_at = self.tell_warning(warning);
        self.plan.held.push(Held::Warning { until_at });
        self.wake(Some(until_at));
        false
    }

    /// Warns of a stop whose time is near.
    fn warn_ahead(&mut self) {
        let Some(stop_at) = warnings::upcoming(self.schedule, self.now) else { return };
        // A stop that waits for its own warning, or is about to begin, comes first.
        let is_waiting = self.plan.held.iter().any(|held| matches!(held, Held::Warning { .. }));
        let is_waiting = is_waiting || self.plan.announces.is_some();
        if self.schedule.mode != Mode::Act || is_waiting || self.would_stop(stop_at, Cause::Timetable).is_empty() {
            return;
        }
        let warning = self.warning(stop_at, Cause::Timetable);
        _ = self.tell_warning(warning);
    }

    /// The warning of a stop, noted if it is new.
    fn warning(&mut self, stop_at: DateTime<Utc>, cause: Cause) -> Warning {
        let new = Warning { stop_at, cause, tried_at: None, named_at: None };
        let warning = warnings::of_stop(self.schedule, &self.plan.state, stop_at, cause, self.now).unwrap_or(new);
        self.plan.state.warning = Some(warning);
        warning
    }

    /// Tells people, if they have not been told; when the stop may go ahead if chat takes the warning now.
    fn tell_warning(&mut self, warning: Warning) -> DateTime<Utc> {
        if let Some(named_at) = warning.named_at {
            return named_at;
        }
        let stop_at = warnings::named_if_told(warning, self.now, self.schedule.warning_lead);
        let warned_of = self.would_stop(warning.stop_at, warning.cause);
        self.plan.messages.push(notices::warning(self.schedule, (warning.stop_at, warning.cause), &warned_of, stop_at));
        stop_at
    }

    /// What a stop would stop, in the order of the groups' names. The stop under way does not touch again what it has
    /// stopped (rule T9), but a new one does; of what is being stopped already people have been told, unless the order
    /// for it has been withdrawn.
    fn would_stop(&self, stop_at: DateTime<Utc>, cause: Cause) -> Vec<(Option<GroupName>, InstanceKey, Label)> {
        let mut found = Vec::new();
        let is_ordered = self.schedule.force == Some(Action::Stop);
        // Where they should have been up meanwhile, people do not expect it any more.
        let was_to_start = |run: &Run| {
            calendar::transitions(self.schedule, run.at, stop_at).iter().any(|passed| passed.action == Action::Start)
        };
        let is_wanted = |run: &&Run| (run.cause != Cause::Force || is_ordered) && !was_to_start(run);
        let open = self.plan.state.open_run().filter(|run| run.action == Action::Stop).filter(is_wanted);
        let is_same = open.is_some_and(|run| (run.at, run.cause) == (stop_at, cause));
        let is_done = |key: &InstanceKey| {
            let progress = open.and_then(|run| run.instances.get(key));
            let has_ended = |standing| matches!(standing, Standing::Reached | Standing::Refused);
            progress.is_some_and(|progress| is_same || !has_ended(progress.standing))
                || (cause == Cause::Enforce && self.plan.state.refused.contains(key))
        };
        for unit in order::units(&self.schedule.groups, &self.instances, None) {
            let is_up = |instance: &&&Instance| !instance.state.is_down() && !is_done(&instance.key);
            found.extend(
                unit.instances
                    .iter()
                    .filter(is_up)
                    .map(|instance| (unit.name(), instance.key.clone(), instance.label.clone())),
            );
        }
        found
    }

    fn wake(&mut self, at: Option<DateTime<Utc>>) {
        self.plan.wake_at = match (self.plan.wake_at, at) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
}
