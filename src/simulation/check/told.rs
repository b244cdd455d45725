//! Promise 7: every event is told at least once, what is told has happened.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};

use super::calm::quiet_for;
use super::life::Life;
use super::rows::{Reading, is_at};
use super::world::World;
use super::{Ask, Finding, SLACK, ending, time};
use crate::model::{Action, Failure, FailureKind, InstanceKey, InstanceState, Mode, Notice, ScheduleName, Stretch};
use crate::ports::Outcome;
use crate::simulation::history::{Entry, Happened, HowEnded, Invocation};

/// What is still untold after so long without a disturbance will never be.
pub(super) const TOLD_WITHIN: Duration = Duration::minutes(30);

/// An invocation that has read what is remembered works on that for at most so long.
const WRITTEN_WITHIN: Duration = Duration::minutes(5);

/// A message is given up after a day.
pub(super) const GIVEN_UP_AFTER: Duration = Duration::hours(26);

/// What fails so often in one run is no passing failure: a few times nobody needs to know.
const LASTS_AFTER: u32 = 5;

/// What is to be told: an accepted call, or a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Accepted,
    Failed,
}

type About = (Kind, usize, Action, InstanceKey);

/// An event that is not told yet.
#[derive(Debug)]
struct Untold {
    at: DateTime<Utc>,
    invocation: Invocation,
    code: String,
    /// It is written down, or can be seen: an invocation that dies before that takes the knowledge with it.
    is_known: bool,
}

/// What has to be told and what has been.
#[derive(Debug, Default)]
pub(super) struct Told {
    untold: BTreeMap<About, Untold>,
    /// In which epoch, with which code, and how often in a row it failed in a way that usually goes away by itself.
    passing: BTreeMap<(usize, Action, InstanceKey), (u32, String, u32)>,
    /// What was told in the run under way: it is not told again.
    said: BTreeSet<(About, String)>,
    /// When AWS last accepted.
    accepted: BTreeMap<(Action, InstanceKey), DateTime<Utc>>,
    /// The first call that AWS accepted since a run of this kind was last said to be over.
    under_way: BTreeMap<(usize, Action), DateTime<Utc>>,
    problems: BTreeMap<ScheduleName, DateTime<Utc>>,
    /// The schedules for which each invocation has written something down.
    at_work: BTreeMap<Invocation, BTreeSet<usize>>,
    /// What was not at its target when an invocation died, or could not write down, what it was about to ask for, or had
    /// asked for: who finds it there takes it for done.
    in_doubt: BTreeMap<(Action, InstanceKey), DateTime<Utc>>,
}

impl Told {
    /// Notes that AWS has accepted.
    pub(super) fn note_accepted(&mut self, action: Action, key: &InstanceKey, at: DateTime<Utc>) {
        self.accepted.insert((action, key.clone()), at);
    }

    /// Takes a call to start or stop an instance that only one schedule owns: who tells of another's is not known.
    pub(super) fn take_asked(&mut self, ask: &Ask<'_, '_>, epoch: u32, took_effect: bool, answer: &Outcome) {
        let (place, action, key) = (ask.place, ask.action, ask.instance.key.clone());
        if answer.is_ok() || took_effect {
            self.passing.remove(&(place, action, key.clone()));
        }
        let opposite = if action == Action::Start { Action::Stop } else { Action::Start };
        if took_effect {
            // The run before is over, told or not.
            self.under_way.remove(&(place, opposite));
            self.said.retain(|((_, of, way, _), _)| (*of, *way) != (place, opposite));
        }
        let (kind, code) = match answer {
            Ok(()) if took_effect => (Kind::Accepted, String::new()),
            Err(failure) if is_news(failure.kind) || self.lasts(ask, epoch, failure) => {
                (Kind::Failed, failure.code.clone())
            }
            _ => return,
        };
        if kind == Kind::Accepted {
            self.under_way.entry((place, action)).or_insert(ask.at);
        }
        let about = (kind, place, action, key);
        if !self.said.contains(&(about.clone(), code.clone())) {
            let untold = Untold { at: ask.at, invocation: ask.invocation, code, is_known: false };
            self.untold.entry(about).or_insert(untold);
        }
    }

    /// Whether a failure that usually goes away by itself has come so often that people have to know.
    fn lasts(&mut self, ask: &Ask<'_, '_>, epoch: u32, failure: &Failure) -> bool {
        let about = (ask.place, ask.action, ask.instance.key.clone());
        let (of, code, times) = self.passing.entry(about).or_insert_with(|| (epoch, failure.code.clone(), 0));
        if (*of, &*code) != (epoch, &failure.code) {
            (*of, *code, *times) = (epoch, failure.code.clone(), 0);
        }
        *times += 1;
        *times >= LASTS_AFTER
    }

    /// Takes any other entry; gives what is told and has not happened.
    pub(super) fn take(&mut self, world: &World<'_>, entry: &Entry) -> Option<(Option<ScheduleName>, String)> {
        match &entry.what {
            Happened::Wrote { invocation, schedule, run_id, took_effect, answer } if run_id == "@state" => {
                let place = ScheduleName::new(schedule).ok().and_then(|name| world.place_of(&name));
                self.at_work.entry(*invocation).or_default().extend(place);
                if *took_effect {
                    self.note_known(world, *invocation, place);
                }
                if answer.is_err() {
                    self.doubt(world, *invocation, place, entry.at);
                }
            }
            Happened::Ended(invocation, how) => {
                for place in self.at_work.remove(invocation).into_iter().flatten() {
                    if matches!(how, HowEnded::Killed | HowEnded::TimedOut) {
                        self.doubt(world, *invocation, Some(place), entry.at);
                    }
                }
            }
            Happened::Told { notice, arrived: true, .. } => return self.take_notice(world, notice, entry.at),
            _ => {}
        }
        None
    }

    /// Of the instances of a schedule that an invocation has seen elsewhere it is not known what it did to them.
    fn doubt(&mut self, world: &World<'_>, invocation: Invocation, place: Option<usize>, at: DateTime<Utc>) {
        let Some((place, call)) = place.zip(world.calls.get(&invocation)) else { return };
        let reading = world.read(place, call.view);
        let Some((rules, (_, shown))) = reading.rules().zip(call.shown) else { return };
        for instance in rules.counted(shown) {
            for action in [Action::Start, Action::Stop].into_iter().filter(|action| !is_at(&instance.state, *action)) {
                self.in_doubt.insert((action, instance.key.clone()), at);
            }
        }
    }

    fn note_known(&mut self, world: &World<'_>, invocation: Invocation, place: Option<usize>) {
        let shown = world.calls.get(&invocation).and_then(|call| call.shown);
        for ((kind, of, action, key), untold) in self.untold.iter_mut().filter(|(_, untold)| !untold.is_known) {
            let is_seen = |at: DateTime<Utc>, state: &InstanceState| {
                let is_up = state.serves() || *state == InstanceState::Starting;
                *kind == Kind::Accepted && at > untold.at && (*action == Action::Start) == is_up
            };
            let seen = shown.and_then(|(at, shown)| Some((at, &shown.instances.get(key)?.state)));
            let is_seen = seen.is_some_and(|(at, state)| is_seen(at, state));
            untold.is_known = Some(*of) == place && (untold.invocation == invocation || is_seen);
        }
    }

    fn take_notice(
        &mut self,
        world: &World<'_>,
        notice: &Notice,
        at: DateTime<Utc>,
    ) -> Option<(Option<ScheduleName>, String)> {
        match notice {
            Notice::Acted { schedule, action, stretch, .. } => {
                self.clear(world, (Kind::Accepted, schedule, *action), stretch, "");
                let false_one = stretch.instances.iter().find(|(key, _, _)| !self.may_be_told(*action, key, at));
                return false_one.map(|(key, _, _)| {
                    let message = format!(
                        "{}: it was told that {key} was to {}, which AWS has not accepted",
                        time(at),
                        action.as_str()
                    );
                    (Some(schedule.clone()), message)
                });
            }
            Notice::Failed { schedule, action, stretch, code, .. } => {
                self.clear(world, (Kind::Failed, schedule, *action), stretch, code);
            }
            Notice::RunDone { schedule, action, .. } => {
                let place = world.place_of(schedule)?;
                self.under_way.remove(&(place, *action));
                self.said.retain(|((_, of, way, _), _)| (*of, *way) != (place, *action));
            }
            Notice::Problems(problems) => {
                for problem in problems.iter().filter(|problem| problem.stops_schedule) {
                    self.problems.extend(problem.schedule.clone().map(|schedule| (schedule, at)));
                }
            }
            _ => {}
        }
        None
    }

    fn clear(
        &mut self,
        world: &World<'_>,
        (kind, schedule, action): (Kind, &ScheduleName, Action),
        stretch: &Stretch,
        code: &str,
    ) {
        let Some(place) = world.place_of(schedule) else { return };
        for (key, _, _) in &stretch.instances {
            let about = (kind, place, action, key.clone());
            self.untold.remove(&about);
            self.said.insert((about, code.to_owned()));
        }
    }

    /// Whether it was done, or who was to do it died.
    fn may_be_told(&self, action: Action, key: &InstanceKey, at: DateTime<Utc>) -> bool {
        let about = (action, key.clone());
        let since = self.accepted.get(&about).max(self.in_doubt.get(&about));
        since.is_some_and(|since| at - *since <= GIVEN_UP_AFTER)
    }

    /// What of a schedule is never told.
    pub(super) fn judge(&self, world: &World<'_>, place: usize) -> Vec<Finding> {
        let reading = world.read_now(place);
        let Some(life) = world.lives.get(place) else { return Vec::new() };
        let mut messages = Vec::new();
        if *reading == Reading::Faulty {
            let since = life.faulty_since.unwrap_or(world.case.from);
            let is_told = self.problems.get(&life.name).is_some_and(|at| *at >= since);
            if !is_told && quiet_for(world, life, None, since) >= TOLD_WITHIN {
                messages.push(format!("it is not understood since {} and nobody is told", time(since)));
            }
        }
        if reading.rules().is_some() {
            let is_known = |untold: &Untold| untold.is_known && !is_forgotten(life, untold.at);
            let of_it = self.untold.iter().filter(|((_, of, _, _), untold)| *of == place && is_known(untold));
            for ((kind, _, action, key), untold) in of_it {
                if quiet_for(world, life, reading.rules(), untold.at) >= TOLD_WITHIN {
                    let (at, action) = (time(untold.at), action.as_str());
                    messages.push(match kind {
                        Kind::Accepted => format!("AWS accepted at {at} to {action} {key} and nobody is told"),
                        Kind::Failed => {
                            format!("{key} failed to {action} at {at} ({}) and nobody is told", untold.code)
                        }
                    });
                }
            }
        }
        messages.extend(self.not_done(world, place));
        let message = |message| Finding { promise: 7, message: format!("{}: {message}", time(world.case.to)) };
        messages.into_iter().map(message).collect()
    }

    /// Whether a run is complete and nobody was told that it is over.
    fn not_done(&self, world: &World<'_>, place: usize) -> Option<String> {
        let (life, reading) = (world.lives.get(place)?, world.read_now(place));
        let rules = reading.rules().filter(|rules| rules.mode == Mode::Act && rules.is_enabled && !rules.enforce)?;
        if ending::is_shared(world, place, rules) {
            return None;
        }
        let mut under_way = self.under_way.iter().filter(|((of, _), _)| *of == place);
        let (((_, action), since), None) = (under_way.next()?, under_way.next()) else { return None };
        // A transition or an edit may have put an end to it that is not told; an edit also just before it was asked for.
        let is_edited = life.edited_at > *since - SLACK || is_forgotten(life, *since);
        let is_its = rules.last(world.case.to).is_some_and(|last| last.at <= *since) && !is_edited;
        let there = |thing: &super::thing::Thing<'_>| {
            let needs_checks = rules.group_of(thing.instance).is_some_and(|(_, group)| group.needs_checks);
            is_at(thing.state, *action) && (thing.has_checks || *action == Action::Stop || !needs_checks)
        };
        let is_complete = world.counted(rules).all(there);
        let there_at = world.counted(rules).map(|thing| thing.since).max()?;
        let is_long = quiet_for(world, life, Some(rules), there_at) >= TOLD_WITHIN;
        (is_its && is_complete && is_long).then(|| {
            let (action, since, there_at) = (action.as_str(), time(*since), time(there_at));
            format!("the {action} begun at {since} is complete since {there_at} and nobody is told")
        })
    }
}

/// Whether a person has taken the knowledge of what was done at an instant away, or what an invocation under way would
/// have written of it.
fn is_forgotten(life: &Life<'_>, at: DateTime<Utc>) -> bool {
    life.forgotten_at.is_some_and(|forgotten_at| at <= forgotten_at + WRITTEN_WITHIN)
}

/// Whether a failure is told at once, and not only when it comes again and again.
fn is_news(kind: FailureKind) -> bool {
    matches!(kind, FailureKind::Denied | FailureKind::Capacity | FailureKind::Refused | FailureKind::Other)
}
