//! Promise 7, the other half: every event is told once only if nothing crashed.
//!
//! A message has been told once its invocation has also written that down; one that could not be is told again by right
//! (rule A8). So nothing has to be left out for a crash, a lost answer or a doubled tick.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};

use super::about::{About, abouts, is_throttled};
use super::edits::Edits;
use super::rows::{self, Rules};
use super::told::GIVEN_UP_AFTER;
use super::world::{Call, World};
use super::{Finding, SLACK, time};
use crate::model::{Action, Cause, InstanceKey, InstanceState, Notice, ScheduleName};
use crate::ports::Table;
use crate::simulation::history::{Entry, Fault, Happened, HowEnded, Invocation, Whom};

/// A warning is good for an hour: who was told in the evening is told again when the stop comes in the morning.
const WARNED_FOR: Duration = Duration::minutes(55);

/// A tick comes so long after a turn at the latest, if nothing is in the way.
const SEEN_WITHIN: Duration = Duration::minutes(20);

/// For what there was reason, and what of it was told and that written down.
#[derive(Debug, Default)]
struct Count {
    /// When it was told last.
    last_at: Option<DateTime<Utc>>,
    /// The epochs with a reason for which it is not told yet, and when that last came up.
    owed: BTreeMap<u32, DateTime<Utc>>,
    /// The epochs for which it was told.
    paid: BTreeSet<u32>,
}

impl Count {
    fn owe(&mut self, epochs: impl IntoIterator<Item = u32>, at: DateTime<Utc>) {
        let paid = &self.paid;
        self.owed.extend(epochs.into_iter().filter(|epoch| !paid.contains(epoch)).map(|epoch| (epoch, at)));
    }

    /// It is told, in one of these epochs; what is older than a day is not told any more.
    fn pay(&mut self, at: DateTime<Utc>, here: &BTreeSet<u32>) {
        self.owed.retain(|_, since| at - *since <= GIVEN_UP_AFTER);
        match self.owed.pop_first() {
            Some((epoch, _)) => _ = self.paid.insert(epoch),
            None if here.len() == 1 => self.paid.extend(here),
            None => {}
        }
        self.last_at = Some(at);
    }

    fn is_again(&self, now: DateTime<Utc>) -> bool {
        self.last_at.is_some() && !self.owed.values().any(|since| now - *since <= GIVEN_UP_AFTER)
    }

    fn forget(&mut self, at: DateTime<Utc>) {
        let paid = std::mem::take(&mut self.paid);
        self.owe(paid, at);
        self.last_at = None;
    }
}

/// What was told, and when.
type Telling = (About, DateTime<Utc>);

/// The last warning of a schedule.
#[derive(Debug, Clone, Copy)]
struct Warned {
    at: DateTime<Utc>,
    /// What was edited after this, whoever warned did not know.
    decided_at: DateTime<Utc>,
    stop_at: DateTime<Utc>,
    cause: Cause,
    epoch: u32,
}

/// What has been told how often.
#[derive(Debug, Default)]
pub(super) struct Once {
    counts: BTreeMap<About, Count>,
    /// What an invocation has told and not written down yet.
    open: BTreeMap<(Invocation, Option<usize>), Vec<Telling>>,
    warned: BTreeMap<usize, Warned>,
    /// When a schedule's last warning was told, written down or not.
    warned_at: BTreeMap<usize, DateTime<Utc>>,
    restarted: BTreeSet<InstanceKey>,
    /// Epochs in which somebody died at work, or something could not be told or written down, and when: what then is
    /// left over is told in a later one.
    rough: BTreeMap<usize, BTreeMap<u32, DateTime<Utc>>>,
    /// The epochs in which something was asked for, and when.
    asked: BTreeMap<(usize, Action), BTreeMap<u32, DateTime<Utc>>>,
    /// The schedules for which each invocation has written something down.
    at_work: BTreeSet<(Invocation, usize)>,
    edits: Edits,
}

impl Once {
    pub(super) fn take(&mut self, world: &World<'_>, entry: &Entry) -> Option<Finding> {
        self.edits.take(world, entry);
        match &entry.what {
            Happened::Fault(Fault::Tables(_)) => self.note_rough(world, 0..world.lives.len()),
            Happened::Ended(invocation, how) => {
                let told = self.open.keys().filter(|(of, _)| of == invocation).filter_map(|(_, place)| *place);
                let at_work = self.at_work.iter().filter(|(of, _)| of == invocation).map(|(_, place)| *place);
                let places: BTreeSet<usize> = told.chain(at_work).collect();
                self.open.retain(|(of, _), _| of != invocation);
                self.at_work.retain(|(of, _)| of != invocation);
                if matches!(how, HowEnded::Killed | HowEnded::TimedOut) {
                    self.note_rough(world, places);
                }
            }
            Happened::Row { table, before, after, by } => {
                let is_memory = *table == Table::Run && *by == Whom::Person;
                for item in [before, after].into_iter().flatten().filter(|_| is_memory) {
                    // A schedule that is not known has been told nothing of.
                    let place = rows::owner(item).map(|name| world.place_of(&name));
                    if place != Some(None) {
                        self.forget(place.flatten(), entry.at);
                    }
                }
            }
            Happened::Asked { invocation, action, key, answer, .. } => {
                let code = answer.as_ref().err().map(|failure| failure.code.as_str());
                self.note_asked(world, *invocation, (*action, key), code);
            }
            Happened::Wrote { invocation, schedule, run_id, took_effect, .. } => {
                let place = ScheduleName::new(schedule).ok().and_then(|name| world.place_of(&name));
                self.at_work.extend(place.map(|place| (*invocation, place)));
                if run_id == "@state" || place.is_none() {
                    self.note_written(world, (*invocation, place), *took_effect);
                }
            }
            Happened::Told { invocation, notice, arrived, answer } => {
                if answer.is_err() {
                    self.note_rough(world, abouts(world, notice).iter().filter_map(About::place));
                }
                let is_heard = *arrived && answer.is_ok();
                let again = arrived.then(|| self.again(world, *invocation, notice, entry.at)).flatten();
                for about in abouts(world, notice).into_iter().filter(|_| is_heard) {
                    self.open.entry((*invocation, about.place())).or_default().push((about, entry.at));
                }
                if let Notice::Warning { schedule, .. } = notice {
                    self.warned_at.extend(world.place_of(schedule).map(|place| (place, entry.at)));
                }
                return again.map(|message| Finding { promise: 7, message: format!("{}: {message}", time(entry.at)) });
            }
            _ => {}
        }
        None
    }

    /// Who edits what is remembered of a schedule takes away what was told of it: that may be told again, and for what
    /// there was reason is kept. Without a schedule it is the notebook of problems.
    fn forget(&mut self, place: Option<usize>, at: DateTime<Utc>) {
        for (_, count) in self.counts.iter_mut().filter(|(about, _)| about.place() == place) {
            count.forget(at);
        }
        self.open.retain(|(_, of), _| *of != place);
        if let Some(place) = place {
            self.warned.remove(&place);
            self.warned_at.remove(&place);
        }
    }

    fn note_rough(&mut self, world: &World<'_>, places: impl IntoIterator<Item = usize>) {
        for (place, life) in places.into_iter().filter_map(|place| Some((place, world.lives.get(place)?))) {
            self.rough.entry(place).or_default().insert(life.epoch.0, world.now);
        }
    }

    /// An invocation has written down, or failed to, what it has told since the last time.
    fn note_written(&mut self, world: &World<'_>, by: (Invocation, Option<usize>), took_effect: bool) {
        for (about, at) in self.open.remove(&by).into_iter().flatten().filter(|_| took_effect) {
            if let (About::Warning(place, stop_at, cause), Some(life)) =
                (&about, by.1.and_then(|place| world.lives.get(place)))
            {
                let decided_at = world.calls.get(&by.0).map_or(at, |call| call.decides.0);
                self.warned
                    .insert(*place, Warned { at, decided_at, stop_at: *stop_at, cause: *cause, epoch: life.epoch.0 });
            }
            let rough = about.place().and_then(|place| self.rough.get(&place));
            let here = about.place().map(|place| epochs(world, world.calls.get(&by.0), place)).unwrap_or_default();
            let is_claim = matches!(about, About::Acted(..));
            let count = self.counts.entry(about).or_default();
            // What one who died was about to ask for is told once it came about, whoever did it.
            let is_rough = |epoch: &u32| is_claim && rough.is_some_and(|rough| rough.contains_key(epoch));
            count.owe(here.iter().copied().filter(is_rough), at);
            count.pay(at, &here);
        }
    }

    fn note_asked(
        &mut self,
        world: &World<'_>,
        invocation: Invocation,
        (action, key): (Action, &InstanceKey),
        code: Option<&str>,
    ) {
        let Some((call, thing)) = world.calls.get(&invocation).zip(world.things.get(key)) else { return };
        if thing.restarted_at.is_some() {
            // What AWS has started by itself is stopped once more in the same stretch (rule T12).
            self.restarted.insert(key.clone());
        }
        for (place, _) in world.owners(call.instance(key).unwrap_or(thing.instance), call.view) {
            let epochs = epochs(world, Some(call), place);
            let failed = code.map(|code| About::Failed(place, action, key.clone(), code.to_owned()));
            let abouts = [About::Acted(place, action, key.clone()), About::Done(place, action)];
            for about in abouts.into_iter().chain(failed) {
                self.counts.entry(about).or_default().owe(epochs.iter().copied(), world.now);
            }
            let asked = self.asked.entry((place, action)).or_default();
            asked.extend(epochs.iter().map(|epoch| (*epoch, world.now)));
        }
    }

    /// What is told once more than there was reason for.
    fn again(
        &mut self,
        world: &World<'_>,
        invocation: Invocation,
        notice: &Notice,
        at: DateTime<Utc>,
    ) -> Option<String> {
        let call = world.calls.get(&invocation);
        if let Notice::Warning { schedule, stop_at, cause, .. } = notice {
            return self.warned_again(world, call, world.place_of(schedule)?, (*stop_at, *cause));
        }
        let about = abouts(world, notice).into_iter().find(|about| self.is_again(world, call, about))?;
        let is_held = |place: usize| world.read_now(place).rules().is_some_and(|rules| rules.enforce);
        // What is held may have to be done again and again in one run (rule T9).
        let is_of_run = !matches!(about, About::WouldAct(..) | About::Extended(_) | About::Done(..));
        if is_of_run && about.place().is_some_and(is_held) {
            return None;
        }
        let before = self.counts.get(&about).and_then(|count| count.last_at).unwrap_or(at);
        let what = match &about {
            About::Acted(_, action, key) => format!("that {key} was asked to {}", action.as_str()),
            About::Failed(_, action, key, code) => format!("that {key} did not {} ({code})", action.as_str()),
            About::Slow(_, action, group) => format!("that group `{group}` is slow to {}", action.as_str()),
            About::Done(_, action) => format!("that the {} is over", action.as_str()),
            About::WouldAct(_, action, of) => format!("what the {} of {} would do", action.as_str(), time(*of)),
            About::Extended(_) => "that the stop was moved".to_owned(),
            About::Problem(..) => format!("a problem, and nothing that it is about has changed ({notice:?}),"),
            About::Warning(..) => return None,
        };
        Some(format!("{what} is told once more, as it was at {}", time(before)))
    }

    fn is_again(&mut self, world: &World<'_>, call: Option<&Call<'_>>, about: &About) -> bool {
        let is_restarted = |keys: &BTreeSet<InstanceKey>, place: usize| {
            let reading = world.read_now(place);
            reading.rules().is_some_and(|rules| owned(world, rules).any(|key| keys.contains(key)))
        };
        let (here, now) = (about.place().map(|place| epochs(world, call, place)).unwrap_or_default(), world.now);
        let last_at = self.counts.get(about).and_then(|count| count.last_at);
        match about {
            About::Problem(_, subject) => {
                return last_at.is_some_and(|before| !self.edits.may_be_back(world, subject, before));
            }
            About::Extended(place) => {
                let warned_at = self.warned_at.get(place);
                return last_at.is_some_and(|before| warned_at.is_none_or(|warned_at| *warned_at < before));
            }
            About::WouldAct(..) => return last_at.is_some(),
            About::Warning(..) => return false,
            About::Acted(_, _, key) if self.restarted.contains(key) => return false,
            // What was on its way is taken over by the next run, and its arrival told by it.
            About::Done(place, action) if asked_since(world, *place, *action, last_at) => return false,
            About::Acted(..) | About::Done(..) => {}
            About::Slow(place, Action::Stop, _) | About::Failed(place, Action::Stop, ..)
                if is_restarted(&self.restarted, *place) =>
            {
                return false;
            }
            About::Slow(place, action, _) => {
                // Where nothing was asked for, and nothing is on its way, nothing can be slow.
                let is_on_its_way = is_on_its_way(world, *place);
                let asked = self.asked.get(&(*place, *action));
                let was_asked = |epoch: &u32| asked.is_some_and(|asked| asked.contains_key(epoch));
                let is_reason = |epoch: &u32| is_on_its_way || was_asked(epoch) || was_asked(&epoch.saturating_sub(1));
                self.counts.entry(about.clone()).or_default().owe(here.iter().copied().filter(is_reason), now);
            }
            About::Failed(place, action, key, code) => {
                let is_broken =
                    world.things.get(key).is_some_and(|thing| matches!(thing.state, InstanceState::Broken { .. }));
                let asked = self.asked.get(&(*place, *action));
                let count = self.counts.entry(about.clone()).or_default();
                // What AWS has not answered itself: it was accepted and did not come about, or there was no time to ask.
                let is_answered = !count.owed.is_empty() || !count.paid.is_empty();
                // What was on its way when a run took the place of another is that one's affair too.
                let is_own = code.starts_with("DidNot");
                if is_broken || is_own {
                    count.owe(here.iter().copied(), now);
                }
                let turned = world.lives.get(*place).map(|life| life.epoch).filter(|_| is_own);
                let just_before = turned.filter(|(_, began_at)| now - *began_at <= SEEN_WITHIN);
                count.owe(just_before.map(|(epoch, _)| epoch.saturating_sub(1)), now);
                for (epoch, at) in asked.into_iter().flatten().filter(|_| !is_answered || is_throttled(about)) {
                    count.owe([*epoch], *at);
                }
            }
        }
        // What goes wrong may be told without a call in the epoch; what was done only where one died who was to ask for it.
        let goes_wrong = matches!(about, About::Failed(..) | About::Slow(..));
        let rough = about.place().and_then(|place| self.rough.get(&place));
        let rough = rough.into_iter().flatten().filter(|(epoch, _)| goes_wrong || here.contains(epoch));
        let Some(count) = self.counts.get_mut(about) else { return false };
        for (epoch, at) in rough {
            count.owe([*epoch], *at);
        }
        count.is_again(now)
    }

    /// A stop has one warning, and one more if it was moved.
    fn warned_again(
        &self,
        world: &World<'_>,
        call: Option<&Call<'_>>,
        place: usize,
        (stop_at, cause): (DateTime<Utc>, Cause),
    ) -> Option<String> {
        let (life, before) = (world.lives.get(place)?, self.warned.get(&place)?);
        let reading = world.read_now(place);
        let rules = reading.rules()?;
        let is_new = life.edited_at >= before.decided_at;
        let is_same = before.stop_at == stop_at;
        // What AWS starts is stopped with a warning of its own (rule T12), and what is held too (rule T9).
        let has_restarted = || {
            let is_restarted =
                |key: &InstanceKey| world.things.get(key).is_some_and(|thing| thing.restarted_at.is_some());
            owned(world, rules).any(is_restarted)
        };
        let is_in_epoch = epochs(world, call, place) == BTreeSet::from([before.epoch]);
        let is_plain =
            (cause, before.cause) == (Cause::Timetable, Cause::Timetable) && !rules.enforce && !has_restarted();
        let is_still_good = world.now <= before.stop_at + WARNED_FOR;
        let is_again = !is_new && (is_same || (is_plain && is_in_epoch && is_still_good));
        is_again.then(|| {
            let (at, before_at) = (time(before.at), time(before.stop_at));
            format!("the warning of {} came at {at} already, and named {before_at}", time(stop_at))
        })
    }
}

/// Whether anything was asked for after this.
fn asked_since(world: &World<'_>, place: usize, action: Action, since: Option<DateTime<Utc>>) -> bool {
    let asked = world.lives.get(place).and_then(|life| life.asked.get(&action));
    asked.zip(since).is_some_and(|((_, at), since)| *at > since)
}

/// Whether an instance of a schedule is neither up nor down.
fn is_on_its_way(world: &World<'_>, place: usize) -> bool {
    let is_at_rest = |state: &InstanceState| matches!(state, InstanceState::Stopped | InstanceState::Running);
    let reading = world.read_now(place);
    reading.rules().is_some_and(|rules| world.counted(rules).any(|thing| !is_at_rest(thing.state)))
}

/// The instances of a schedule.
fn owned<'w>(world: &'w World<'_>, rules: &'w Rules) -> impl Iterator<Item = &'w InstanceKey> {
    world.things.values().filter(|thing| rules.owns(thing.instance)).map(|thing| &thing.instance.key)
}

/// The epochs for which an invocation may do what it does now: near a turn also the one before, or the one behind.
fn epochs(world: &World<'_>, call: Option<&Call<'_>>, place: usize) -> BTreeSet<u32> {
    let Some(life) = world.lives.get(place) else { return BTreeSet::new() };
    let (epoch, began_at) = life.epoch;
    let (first, last) = call.map_or((world.now, world.now), |call| call.decides);
    // What was decided before an edit belongs to a run of its own; a tick comes right after a transition, and means it.
    let is_older = if began_at <= life.edited_at { first < began_at } else { first + SLACK < began_at };
    let of_last = is_older.then(|| epoch.saturating_sub(1));
    let of_next = life.next_at.is_some_and(|next| next <= last).then(|| epoch + 1);
    of_last.into_iter().chain([epoch]).chain(of_next).collect()
}
