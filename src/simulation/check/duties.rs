//! Promise 7: what has to be told though nothing was asked for: that a stop was moved of which people were warned, and
//! what would have been done in the mode `notify`.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::calm::is_hindered;
use super::rows::{Rules, is_at};
use super::told::TOLD_WITHIN;
use super::world::World;
use super::{SLACK, time};
use crate::model::{Action, Cause, InstanceState, Mode, Notice, ScheduleName};
use crate::ports::Table;
use crate::simulation::history::{Entry, Happened, Invocation, Whom};

/// A clock that is fast tells so long before the time.
const EARLY: Duration = Duration::seconds(60);

/// The stop of the timetable of which people have been warned last, with nothing in between that could have begun it.
#[derive(Debug, Clone, Copy)]
struct Warned {
    planned_at: DateTime<Utc>,
}

/// What has to be told, and from when on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Duty {
    /// That the stop of this time was moved.
    Moved(DateTime<Utc>),
    /// What this transition would have done.
    WouldAct(Action, DateTime<Utc>),
}

/// What has to be told.
#[derive(Debug, Default)]
pub(super) struct Duties {
    /// Warnings that are told and not yet written down.
    open: BTreeMap<(Invocation, usize), Warned>,
    warned: BTreeMap<usize, Warned>,
    /// Since when it has to be told, by schedule.
    untold: BTreeMap<(usize, Duty), DateTime<Utc>>,
}

/// What was never told, of which schedule.
type Untold = (ScheduleName, String);

impl Duties {
    /// A transition of the timetable has come.
    pub(super) fn turn(&mut self, world: &World<'_>, place: usize, at: DateTime<Utc>) {
        self.warned.remove(&place);
        let reading = world.read_now(place);
        let Some(rules) = reading.rules().filter(|rules| rules.mode == Mode::Notify && rules.is_enabled) else {
            return;
        };
        let is_alone = rules.next(at).is_none_or(|next| next.at - at > TOLD_WITHIN);
        if let Some(turned) = rules.last(at).filter(|last| last.at == at && rules.order.is_none() && is_alone) {
            self.untold.insert((place, Duty::WouldAct(turned.action, at)), at);
        }
    }

    /// Takes an entry that the world knows already.
    pub(super) fn take(&mut self, world: &World<'_>, entry: &Entry) {
        match &entry.what {
            Happened::Row { table, before, after, by } => {
                for name in [before, after].into_iter().flatten().filter_map(super::rows::owner) {
                    let Some(place) = world.place_of(&name) else { continue };
                    let is_timetable = matches!(table, Table::Schedule | Table::Exception) && *by == Whom::Person;
                    self.note_edit(world, place, is_timetable);
                    // Who deletes what is remembered of it takes away what was told.
                    self.open.retain(|(_, of), _| *table != Table::Run || *of != place);
                }
            }
            Happened::Told { invocation, notice, arrived: true, answer } => {
                self.note_told(world, *invocation, notice, answer.is_ok());
            }
            Happened::Wrote { invocation, schedule, run_id, took_effect, .. } if run_id == "@state" => {
                let place = ScheduleName::new(schedule).ok().and_then(|name| world.place_of(&name));
                let warned = place.and_then(|place| Some((place, self.open.remove(&(*invocation, place))?)));
                self.warned.extend(warned.filter(|_| *took_effect));
            }
            Happened::Asked { invocation, action: Action::Stop, key, .. } => {
                let Some((call, thing)) = world.calls.get(invocation).zip(world.things.get(key)) else { return };
                for (place, _) in world.owners(thing.instance, call.view) {
                    self.warned.remove(&place);
                }
            }
            Happened::Ended(invocation, _) => self.open.retain(|(of, _), _| of != invocation),
            _ => {}
        }
    }

    fn note_told(&mut self, world: &World<'_>, invocation: Invocation, notice: &Notice, is_ok: bool) {
        match notice {
            Notice::Warning { schedule, stop_at, cause: Cause::Timetable, .. } if is_ok => {
                let Some((place, call)) = world.place_of(schedule).zip(world.calls.get(&invocation)) else { return };
                let reading = world.read(place, call.view);
                let Some(rules) = reading.rules().filter(|rules| rules.order.is_none() && !rules.enforce) else {
                    return;
                };
                // Of a stop that is due already it is not known whether it has begun, nor while an older one is under way.
                let next = rules.next(world.now).filter(|next| next.action == Action::Stop && next.at <= *stop_at);
                let is_up = rules.last(world.now).is_some_and(|last| last.action == Action::Start);
                if let Some(planned) = next.filter(|_| is_up) {
                    self.open.insert((invocation, place), Warned { planned_at: planned.at });
                }
            }
            Notice::Extended { schedule, .. } => {
                let Some(place) = world.place_of(schedule) else { return };
                self.warned.remove(&place);
                self.untold.retain(|(of, duty), _| *of != place || !matches!(duty, Duty::Moved(_)));
            }
            Notice::WouldAct { schedule, action, at, .. } => {
                let place = world.place_of(schedule);
                place.and_then(|place| self.untold.remove(&(place, Duty::WouldAct(*action, *at))));
            }
            _ => {}
        }
    }

    /// After an edit nothing that was to be told before it has to be told, but that a stop has been moved by it.
    fn note_edit(&mut self, world: &World<'_>, place: usize, is_timetable: bool) {
        self.untold.retain(|(of, _), _| *of != place);
        let Some(Warned { planned_at }) = self.warned.get(&place).copied() else { return };
        let reading = world.read_now(place);
        let rules = reading.rules().filter(|rules| is_timetable && rules.is_enabled && rules.order.is_none());
        let Some(rules) = rules.filter(|_| world.now < planned_at - SLACK) else {
            self.warned.remove(&place);
            return;
        };
        let is_planned =
            rules.transitions.iter().any(|one| (planned_at..planned_at + Duration::seconds(1)).contains(&one.at));
        let next = rules.transitions.iter().find(|one| one.at > world.now && one.action == Action::Stop);
        // The dates end a few days after the case, and with them a window that never stops.
        let is_real = |at: DateTime<Utc>| at < world.case.to + Duration::days(2);
        if !is_planned && next.is_some_and(|next| next.at > planned_at && is_real(next.at)) {
            self.untold.insert((place, Duty::Moved(planned_at)), world.now);
        }
    }

    /// What should have been told by now, as nothing was in the way.
    pub(super) fn overdue(&mut self, world: &World<'_>, at: DateTime<Utc>) -> Vec<Untold> {
        let late: Vec<_> =
            self.untold.iter().filter(|(_, since)| at - **since >= TOLD_WITHIN).map(|(it, at)| (*it, *at)).collect();
        let mut found = Vec::new();
        for ((place, duty), since) in late {
            self.untold.remove(&(place, duty));
            let (Some(life), reading) = (world.lives.get(place), world.read_now(place)) else { continue };
            let (from, message) = match duty {
                Duty::Moved(planned_at) => {
                    let planned_at = time(planned_at);
                    let message =
                        format!("people were warned of the stop of {planned_at}, and not told that it was moved");
                    (since + Duration::seconds(2), message)
                }
                Duty::WouldAct(action, at) => {
                    let message = format!("nobody is told what the {} of {} would do", action.as_str(), time(at));
                    (since - EARLY, message)
                }
            };
            // Where all is as it should be, nothing would be done and nothing is told.
            let would_act = |rules: &Rules| match duty {
                Duty::Moved(_) => true,
                Duty::WouldAct(action, at) => world.counted(rules).any(|thing| {
                    let is_at_rest = matches!(thing.state, InstanceState::Stopped | InstanceState::Running);
                    is_at_rest && !is_at(thing.state, action) && thing.since < at - EARLY
                }),
            };
            // What is remembered of it cannot be read, as people have written it.
            let is_due = life.spoilt_at.is_none() && reading.rules().is_some_and(would_act);
            if is_due && !is_hindered(world, life, (from, since + TOLD_WITHIN)) {
                found.push((life.name.clone(), format!("{}: {message}", time(at))));
            }
        }
        found
    }
}
