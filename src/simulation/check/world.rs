//! What is known of the world at a place in the history, from what can be seen from outside.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use chrono::{DateTime, Duration, Utc};

use super::SLACK;
use super::book::{Book, Moment, View, place};
use super::life::Life;
use super::rows::{self, Reading};
use super::thing::{Reached, Thing};
use crate::model::{Action, FailureKind, Instance, InstanceKey, InstanceState, Inventory, Mode, ScheduleName};
use crate::ports::Table;
use crate::simulation::history::{Entry, Happened, HowEnded, Invocation, Whom};
use crate::simulation::{Case, What};

/// A tick decides for an instant at most so long before it has read the first table.
const READS_WITHIN: Duration = Duration::seconds(30);

/// An invocation, as far as it has come.
#[derive(Debug)]
pub(super) struct Call<'a> {
    /// When the tables were read in this pass.
    pub(super) view: View,
    /// The time for which it decides lies between these.
    pub(super) decides: (DateTime<Utc>, DateTime<Utc>),
    /// What it was last shown, and when.
    pub(super) shown: Option<(DateTime<Utc>, &'a Inventory)>,
    last_at: DateTime<Utc>,
    is_reading: bool,
}

impl<'a> Call<'a> {
    /// An instance as the invocation was last shown it: with the tags of that instant.
    pub(super) fn instance(&self, key: &InstanceKey) -> Option<&'a Instance> {
        self.shown.and_then(|(_, shown)| shown.instances.get(key))
    }
}

/// The world at a place in the history.
#[derive(Debug)]
pub(super) struct World<'a> {
    pub(super) case: &'a Case,
    pub(super) moment: Moment,
    pub(super) now: DateTime<Utc>,
    pub(super) lives: Vec<Life<'a>>,
    pub(super) calls: BTreeMap<Invocation, Call<'a>>,
    pub(super) things: BTreeMap<&'a InstanceKey, Thing<'a>>,
    /// When an invocation was last killed or ran out of time.
    pub(super) crashed_at: Option<DateTime<Utc>>,
    places: BTreeMap<ScheduleName, usize>,
    next_at: Option<DateTime<Utc>>,
}

impl<'a> World<'a> {
    pub(super) fn new(case: &'a Case) -> Self {
        let instances = case.machines.iter().map(|machine| &machine.instance);
        Self {
            case,
            moment: 0,
            now: case.from,
            lives: Vec::new(),
            calls: BTreeMap::new(),
            things: instances.map(|instance| (&instance.key, Thing::new(case, instance))).collect(),
            crashed_at: None,
            places: BTreeMap::new(),
            next_at: None,
        }
    }

    pub(super) fn place_of(&self, schedule: &ScheduleName) -> Option<usize> {
        self.places.get(schedule).copied()
    }

    /// What the rows of a schedule say now.
    pub(super) fn read_now(&self, place: usize) -> Rc<Reading> {
        self.read(place, [self.moment; 3])
    }

    /// What the rows of a schedule said to one who read them at these moments.
    pub(super) fn read(&self, place: usize, view: View) -> Rc<Reading> {
        self.lives.get(place).map_or_else(|| Rc::new(Reading::Absent), |life| life.book.read(view))
    }

    /// The schedules that own an instance in the eyes of one who read the rows then.
    pub(super) fn owners(&self, instance: &Instance, view: View) -> Vec<(usize, Rc<Reading>)> {
        let all = (0..self.lives.len()).map(|place| (place, self.read(place, view)));
        all.filter(|(_, reading)| reading.rules().is_some_and(|rules| rules.owns(instance))).collect()
    }

    /// The instances of a schedule that count, as they really are.
    pub(super) fn counted(&self, rules: &rows::Rules) -> impl Iterator<Item = &Thing<'a>> {
        let all = self.things.values().filter(|thing| rules.owns(thing.instance));
        all.filter(|thing| *thing.state != InstanceState::Gone && thing.instance.refusal.is_none())
    }

    /// The schedule whose transition comes next until `at`, if there is one: it has to be turned before going on.
    pub(super) fn turning(&self, at: DateTime<Utc>) -> Option<(usize, DateTime<Utc>)> {
        self.next_at.filter(|next| *next <= at)?;
        let next = |(place, life): (usize, &Life<'a>)| life.next_at.map(|next| (place, next));
        self.lives.iter().enumerate().filter_map(next).min_by_key(|(_, next)| *next).filter(|(_, next)| *next <= at)
    }

    /// Begins a new epoch of a schedule.
    pub(super) fn turn(&mut self, place: usize, at: DateTime<Utc>) {
        let reading = self.read_now(place);
        if let Some(life) = self.lives.get_mut(place) {
            if life.is_silent {
                life.silent_at = Some(at);
            }
            life.is_silent = reading.rules().is_some_and(|rules| rules.mode != Mode::Act);
            life.epoch = (life.epoch.0 + 1, at);
            life.next_at = reading.rules().and_then(|rules| rules.next(at)).map(|next| next.at);
            life.note_understood(*reading != Reading::Faulty, at);
        }
        self.next_at = self.lives.iter().filter_map(|life| life.next_at).min();
    }

    /// Takes an entry of the history into what is known.
    pub(super) fn take(&mut self, entry: &'a Entry) {
        self.now = entry.at;
        match &entry.what {
            Happened::Incident(what) => self.touch(what),
            Happened::Began(invocation) => self.begin(*invocation),
            Happened::Ended(invocation, how) => {
                if matches!(how, HowEnded::Killed | HowEnded::TimedOut) {
                    self.crashed_at = Some(entry.at);
                }
                self.calls.remove(invocation);
            }
            Happened::Read(invocation, table) => self.note_read(*invocation, *table),
            Happened::Looked(invocation, inventory) => {
                if let Some(call) = self.calls.get_mut(invocation) {
                    call.shown = Some((entry.at, inventory));
                }
            }
            Happened::Asked { action, key, took_effect, answer, invocation } => {
                let is_refused = answer.as_ref().is_err_and(|failure| failure.kind == FailureKind::Refused);
                self.note_asked(*invocation, *action, key, *took_effect, is_refused);
            }
            Happened::State { key, state, checks_passed, by } => {
                if let Some(thing) = self.things.get_mut(key) {
                    thing.come(entry.at, state, *by);
                    thing.has_checks = *checks_passed;
                }
            }
            Happened::Retagged(instance) => {
                if let Some(thing) = self.things.get_mut(&instance.key) {
                    thing.retag(entry.at, instance);
                }
            }
            Happened::Row { table, before, after, by } => {
                self.note_row(*table, before.as_ref(), after.as_ref(), *by);
            }
            Happened::Wrote { invocation, schedule, run_id, took_effect: true, .. } if run_id == "@state" => {
                let place = ScheduleName::new(schedule).ok().and_then(|name| self.place_of(&name));
                if let Some(life) = place.and_then(|place| self.lives.get_mut(place)) {
                    life.spoilt_at = None;
                }
                self.note_reached(*invocation, schedule);
            }
            _ => {}
        }
        self.note_time(entry);
        self.moment += 1;
    }

    fn begin(&mut self, invocation: Invocation) {
        let now = self.now;
        let call = Call { view: [self.moment; 3], decides: (now, now), shown: None, last_at: now, is_reading: false };
        self.calls.insert(invocation, call);
    }

    /// Every sign of life tells when the next pass can have begun at the earliest.
    fn note_time(&mut self, entry: &Entry) {
        let (Happened::Looked(invocation, _)
        | Happened::Asked { invocation, .. }
        | Happened::Wrote { invocation, .. }
        | Happened::Told { invocation, .. }) = &entry.what
        else {
            return;
        };
        if let Some(call) = self.calls.get_mut(invocation) {
            call.last_at = entry.at;
            call.is_reading = false;
        }
    }

    fn note_read(&mut self, invocation: Invocation, table: Table) {
        let (now, moment) = (self.now, self.moment);
        let Some(call) = self.calls.get_mut(&invocation) else { return };
        let Some(read) = place(table).and_then(|place| call.view.get_mut(place)) else { return };
        *read = moment;
        if !call.is_reading {
            call.is_reading = true;
            call.decides = (call.last_at.max(now - READS_WITHIN) - SLACK, now + SLACK);
        }
    }

    fn note_asked(&mut self, invocation: Invocation, action: Action, key: &InstanceKey, did: bool, is_refused: bool) {
        let now = self.now;
        let Some(thing) = self.things.get_mut(key) else { return };
        thing.ask(now, action, did, is_refused);
        let Some(call) = self.calls.get(&invocation) else { return };
        let (instance, view) = (call.instance(key).unwrap_or(thing.instance), call.view);
        for (place, _) in self.owners(instance, view) {
            if let Some(life) = self.lives.get_mut(place) {
                life.asked.insert(action, (life.epoch.0, now));
            }
        }
    }

    fn touch(&mut self, what: &What) {
        let key = match what {
            What::Console { instance, action } => {
                if let (Some(thing), Action::Start) = (self.things.get_mut(instance), action) {
                    thing.note_start_asked(self.now);
                }
                instance
            }
            What::Terminated { instance } | What::Launched { instance } => instance,
            _ => return,
        };
        if let Some(thing) = self.things.get_mut(key) {
            if matches!(what, What::Launched { .. }) && *thing.state == InstanceState::Gone {
                thing.joined_at = Some(self.now);
            }
            thing.touched_at = Some(self.now);
        }
    }

    fn note_row(
        &mut self,
        table: Table,
        before: Option<&'a crate::ports::Item>,
        after: Option<&'a crate::ports::Item>,
        by: Whom,
    ) {
        let names: BTreeSet<ScheduleName> = [before, after].into_iter().flatten().filter_map(rows::owner).collect();
        for name in names {
            let place = self.place_or_new(name.clone());
            let mine = |item: &&'a crate::ports::Item| rows::owner(item).as_ref() == Some(&name);
            let (old, new) = (before.filter(mine), after.filter(mine));
            let (moment, now) = (self.moment, self.now);
            if let Some(life) = self.lives.get_mut(place) {
                life.book.write(table, moment, old, new);
                if matches!(by, Whom::Person) {
                    life.edited_at = now;
                    life.begun_at = life.asked.get(&Action::Stop).map(|(_, at)| *at).max(life.stop_noted_at);
                }
                if table == Table::Run {
                    life.forgotten_at = Some(now);
                    let is_state = before.or(after).and_then(|item| item.get("RunId")).is_some_and(|id| id == "@state");
                    life.spoilt_at = if is_state { after.and(life.spoilt_at.or(Some(now))) } else { life.spoilt_at };
                }
                if table == Table::Schedule {
                    life.note_orders((moment, now), old, new, matches!(by, Whom::Function(_)));
                }
            }
            self.turn(place, now);
        }
    }

    fn place_or_new(&mut self, name: ScheduleName) -> usize {
        let count = self.lives.len();
        let place = *self.places.entry(name.clone()).or_insert(count);
        if place == count {
            self.lives.push(Life {
                name,
                book: Book::new(rows::Frame::of(self.case)),
                epoch: (0, self.now),
                edited_at: self.case.from,
                forgotten_at: None,
                spoilt_at: None,
                orders: Vec::new(),
                asked: BTreeMap::new(),
                stop_noted_at: None,
                begun_at: None,
                silent_at: None,
                faulty_since: None,
                understood_since: (true, self.now),
                next_at: None,
                is_silent: false,
            });
        }
        place
    }

    /// An invocation has written down what it saw: what is at the target of what was asked for in this epoch, has reached
    /// it.
    fn note_reached(&mut self, invocation: Invocation, schedule: &str) {
        let Some(call) = self.calls.get(&invocation) else { return };
        let Some(place) = ScheduleName::new(schedule).ok().and_then(|name| self.place_of(&name)) else { return };
        let stops = |reading: &Reading| {
            let last = reading.rules().and_then(|rules| rules.last(call.decides.1));
            last.is_some_and(|last| last.action == Action::Stop)
        };
        let (stops, now) = (stops(&self.read(place, call.view)), self.now);
        if let Some(life) = self.lives.get_mut(place).filter(|_| stops) {
            life.stop_noted_at = Some(now);
        }
        let Some(((_, inventory), life)) = call.shown.zip(self.lives.get(place)) else { return };
        let Some((action, (epoch, _))) = life.asked.iter().max_by_key(|(_, (_, at))| *at) else { return };
        // What was read before the epoch began may belong to a run before it.
        if *epoch != life.epoch.0 || call.decides.1 < life.epoch.1 + SLACK {
            return;
        }
        let reading = life.book.read(call.view);
        let Some(rules) = reading.rules() else { return };
        let reached = Reached { schedule: place, epoch: *epoch, action: *action, at: self.now };
        let there: Vec<&InstanceKey> = rules
            .counted(inventory)
            .filter(|instance| rules.is_there(instance, reached.action))
            .map(|instance| &instance.key)
            .collect();
        for key in there {
            let Some(thing) = self.things.get_mut(key) else { continue };
            let is_known = thing.reached.is_some_and(|one| (one.epoch, one.action) == (reached.epoch, reached.action));
            if !is_known {
                thing.reached = Some(reached);
            }
        }
    }
}
