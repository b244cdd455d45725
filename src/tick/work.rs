//! Act, tell and record for one schedule, in the order that loses nothing.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::journal::Events;
use super::{Done, Options};
use crate::document;
use crate::engine::{self, Held, Message, Receipt, SchedulePlan, SeenSchedule};
use crate::model::{
    Action, Cause, End, EventKind, GroupName, InstanceKey, Lease, Notice, Run, Schedule, ScheduleState,
};
use crate::ports::{AnyPorts, Chat as _, ChatError, Clock as _, Fleet as _, Journal as _, Store as _, StoreError};

/// So long before its end a tick may have looked for the last time: what changes from then on needs a tick of its own.
const LAST_LOOK: Duration = Duration::seconds(15);

/// A tick that died lets a schedule go after this long: less than the pause between two cron ticks.
pub(super) const LEASE: Duration = Duration::seconds(120);

/// The most time for the calls of one schedule in one pass.
const ACT_WITHIN: Duration = Duration::seconds(60);

/// The most time for the messages of one schedule in one pass: chat is never in the way (rule C8).
pub(super) const TELL_WITHIN: Duration = Duration::seconds(15);

/// An ended run of which chat could not be told is given up after this long.
const TELL_NO_LATER_THAN: Duration = Duration::hours(24);

/// Does what the plan says for one schedule.
pub(super) async fn work(
    ports: &impl AnyPorts,
    (options, looks_on_until): (&Options, Option<DateTime<Utc>>),
    seen: &SeenSchedule,
    plan: SchedulePlan,
    (now, is_chat_down): (DateTime<Utc>, bool),
) -> Done {
    let events = Events { schedule: Some(seen.schedule.name.clone()), at: now };
    let waits = plan.held.iter().map(|held| events.held(held)).collect();
    let done = Done { waits, is_chat_down, ..Done::default() };
    let is_leased = plan.held.iter().any(|held| matches!(held, Held::Lease { .. }));
    let has_untold = !engine::messages(&seen.schedule, &plan.state).is_empty() || !plan.messages.is_empty();
    let has_ended = plan.state.runs.iter().any(|run| run.ended.is_some());
    let has_effects = !plan.steps.is_empty() || plan.finish.is_some() || plan.lower_before.is_some();
    let has_news = plan.state != seen.state || plan.announces.is_some();
    if is_leased || !(has_effects || has_untold || has_ended || has_news) {
        return done;
    }
    let state = plan.state.clone();
    let mut work = Work { ports, options, looks_on_until, schedule: &seen.schedule, state, events, done };
    if let Err(error) = work.all(seen, &plan, has_effects || has_untold || has_ended).await {
        match error {
            StoreError::Conflict => {
                let other = Held::Lease { owner: "of the same time".to_owned() };
                work.done.waits.push(work.events.held(&other));
            }
            error => work.done.causes.push(format!("schedule `{}`: {error}", seen.schedule.name)),
        }
    }
    work.done
}

/// One schedule at work.
struct Work<'a, P> {
    ports: &'a P,
    options: &'a Options,
    /// So long the tick looks on, if it does.
    looks_on_until: Option<DateTime<Utc>>,
    schedule: &'a Schedule,
    state: ScheduleState,
    events: Events,
    done: Done,
}

impl<P: AnyPorts> Work<'_, P> {
    async fn all(&mut self, seen: &SeenSchedule, plan: &SchedulePlan, has_effects: bool) -> Result<(), StoreError> {
        if !has_effects {
            self.write(None).await?;
            self.note_seen(plan);
            self.done.announced = plan.announces;
            return Ok(());
        }
        if let Some(flag) = plan.lower_before {
            // Before the new run is written down: while the flag is up, its order would take the place of the run again.
            let planned = std::mem::replace(&mut self.state, seen.state.clone());
            self.write(Some(self.lease())).await?;
            if let Err(error) = self.ports.store().lower_flag(&self.schedule.name, flag).await {
                self.write(None).await?;
                return Err(error);
            }
            self.state = ScheduleState { version: self.state.version, ..planned };
        }
        self.write(Some(self.lease())).await?;
        self.note_seen(plan);
        self.act(plan).await;
        let finished = self.finish(plan).await;
        self.tell(plan).await;
        // What has been done and told is written whatever becomes of the history.
        let archived = self.archive().await;
        let watched =
            self.looks_on_until.filter(|_| self.state.open_run().is_some()).map(|until_at| until_at - LAST_LOOK);
        self.state.watched_until = watched.filter(|until_at| *until_at > self.events.at);
        self.write(None).await?;
        self.done.announced = plan.announces;
        finished.and(archived)
    }

    fn lease(&self) -> Lease {
        Lease { owner: self.options.owner.clone(), until_at: self.ports.clock().now() + LEASE }
    }

    /// Writes the state, on the version that was read or last written.
    async fn write(&mut self, lease: Option<Lease>) -> Result<(), StoreError> {
        let expected = self.state.version;
        self.state.version += 1;
        self.state.lease = lease;
        let item = document::state_item(&self.schedule.name, &self.state);
        self.ports.store().put_run(item, Some(expected)).await
    }

    /// Notes the end of a run that another one has replaced, and what has arrived.
    fn note_seen(&self, plan: &SchedulePlan) {
        // A run that another has taken the place of: it ended when this was decided.
        let ended_now = |run: &Run| run.ended.filter(|ended| ended.at == self.events.at);
        for (run, ended) in self.state.runs.iter().filter_map(|run| Some((run, ended_now(run)?))) {
            self.ports.journal().note(&self.events.run_done(run, ended.how));
        }
        let Some(run) = self.state.open_run() else { return };
        let kind = if run.action == Action::Start { EventKind::Ready } else { EventKind::Stopped };
        for (group, key) in &plan.arrived {
            self.ports.journal().note(&self.events.of_instance(kind, group.clone(), key, run));
        }
    }

    async fn act(&mut self, plan: &SchedulePlan) {
        let groups: BTreeMap<InstanceKey, Option<GroupName>> = plan
            .steps
            .iter()
            .flat_map(|step| step.instances.iter().map(|key| (key.clone(), step.group.clone())))
            .collect();
        let Some(action) = plan.steps.first().map(|step| step.action) else { return };
        let keys: Vec<InstanceKey> = groups.keys().cloned().collect();
        let budget = ACT_WITHIN.min(self.options.deadline - self.ports.clock().now()).max(Duration::zero());
        let outcomes = self.ports.fleet().act(action, &keys, budget).await;
        self.events.at = self.ports.clock().now();
        engine::outcomes(&mut self.state, &outcomes, self.events.at);
        let Some(run) = self.state.open_run() else { return };
        let accepted = outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).map(|(key, _)| key.clone());
        self.done.acted = Some((action, run.cause, accepted.collect()));
        for (key, outcome) in &outcomes {
            let group = groups.get(key).cloned().flatten();
            let event = match (outcome, action) {
                (Ok(()), Action::Start) => {
                    self.done.started += 1;
                    self.events.of_instance(EventKind::Start, group, key, run)
                }
                (Ok(()), Action::Stop) => {
                    self.done.stopped += 1;
                    self.events.of_instance(EventKind::Stop, group, key, run)
                }
                (Err(failure), _) => {
                    self.done.failures += 1;
                    self.events.failed(group, key, run, failure)
                }
            };
            self.ports.journal().note(&event);
        }
    }

    /// Ends the run; an order only once its flag is lowered, or it would be carried out again.
    async fn finish(&mut self, plan: &SchedulePlan) -> Result<(), StoreError> {
        let (Some(end), Some(run)) = (plan.finish, self.state.open_run().cloned()) else { return Ok(()) };
        if run.cause == Cause::Force && matches!(end, End::Done | End::Notified) {
            self.ports.store().lower_flag(&self.schedule.name, run.action).await?;
        }
        self.state.end_run(self.events.at, end);
        self.ports.journal().note(&self.events.run_done(&run, end));
        Ok(())
    }

    /// Tells everything that is not told yet; what chat does not take stays marked and is told by a later tick.
    async fn tell(&mut self, plan: &SchedulePlan) {
        let started_at = self.ports.clock().now();
        for message in plan.messages.iter().cloned().chain(engine::messages(self.schedule, &self.state)) {
            let now = self.ports.clock().now();
            let message = engine::timely(message, self.schedule, &self.state, now);
            let budget = (TELL_WITHIN - (now - started_at)).min(self.options.deadline - now);
            let is_given_up = self.done.is_chat_down && !matches!(message.receipt, Receipt::Warning { .. });
            let has_asked = !is_given_up && budget > Duration::zero();
            let told = if has_asked {
                self.ports.chat().tell(&message.notice, &self.schedule.channels, budget).await
            } else {
                Err(ChatError::Unavailable("it did not answer before, or there was no time left".to_owned()))
            };
            match told {
                Ok(()) => self.note_told(&message),
                Err(ChatError::Partly(why)) if matches!(message.receipt, Receipt::Warning { .. }) => {
                    // People are warned: to name them another time because of one chat that is down would be worse.
                    self.note_told(&message);
                    self.done.waits.push(self.events.untold(&ChatError::Partly(why)));
                }
                Err(error) => {
                    if has_asked {
                        engine::not_taken(&mut self.state, &message.receipt, self.ports.clock().now());
                    }
                    self.done.untold += 1;
                    self.done.is_chat_down |= matches!(error, ChatError::Unavailable(_));
                    self.done.waits.push(self.events.untold(&error));
                }
            }
        }
    }

    fn note_told(&mut self, message: &Message) {
        self.events.at = self.ports.clock().now();
        engine::receipt(&mut self.state, &message.receipt);
        if let Receipt::Warning { named_at } = &message.receipt {
            self.ports.journal().note(&self.events.warning(*named_at));
        }
        if let Notice::Extended { stop_at, by, .. } = &message.notice {
            self.ports.journal().note(&self.events.extended(*stop_at, by));
        }
    }

    /// Moves runs that are over and told of into the history.
    async fn archive(&mut self) -> Result<(), StoreError> {
        let now = self.events.at;
        let is_due = |run: &Run| run.ended.is_some_and(|ended| is_told(run) || now - ended.at > TELL_NO_LATER_THAN);
        let is_over = |run: &Run| is_due(run) && !engine::is_settling(run, now);
        let over: Vec<Run> = self.state.runs.iter().filter(|run| is_over(run)).cloned().collect();
        for run in over {
            self.ports.store().put_run(document::history_item(&self.schedule.name, &run), None).await?;
            self.state.runs.retain(|other| other.id() != run.id());
        }
        Ok(())
    }
}

fn is_told(run: &Run) -> bool {
    run.ended.is_some_and(|ended| ended.told)
        && run.instances.values().all(|progress| {
            let is_announced = progress.accepted_at.is_none() || progress.accepted_told;
            let is_calm = progress.trouble.as_ref().is_none_or(|trouble| trouble.told);
            is_announced && is_calm
        })
}
