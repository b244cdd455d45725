//! Promise 2: no stop without its warning (rule T10), except a force stop.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::{Ask, Finding, SLACK, World, rows, time};
use crate::model::{Action, Notice, ScheduleName};
use crate::simulation::history::{Entry, Happened};

/// Between the decision to warn and the call of chat.
const TRIED_WITHIN: Duration = Duration::seconds(60);

/// A warning is good for so long after the time that it named: who was told at night does not expect the stop of the morning.
const GOOD_FOR: Duration = Duration::hours(1);

#[derive(Debug, Clone, Copy)]
struct Warned {
    at: DateTime<Utc>,
    stop_at: DateTime<Utc>,
    /// The lead at that time.
    lead: Duration,
    /// Somebody was at work on the stop while the warning was good: it may have begun, and then it goes on.
    is_used: bool,
}

impl Warned {
    /// The last instant at which the stop may go ahead at the latest; one that chat has not taken holds it up by a lead.
    fn good_until(&self) -> DateTime<Utc> {
        self.stop_at.max(self.at) + GOOD_FOR + SLACK
    }

    fn is_good(&self, at: DateTime<Utc>) -> bool {
        self.is_used || at <= self.good_until()
    }
}

/// What is known of a schedule's warnings.
#[derive(Debug, Default)]
struct Known {
    warned: Vec<Warned>,
    /// Those that chat did not take.
    tried: Vec<Warned>,
    /// When a stop was last asked for rightly.
    begun: Option<DateTime<Utc>>,
    /// When that stop was first asked for.
    first_asked_at: Option<DateTime<Utc>>,
    stop_asked_at: Option<DateTime<Utc>>,
    /// The first start after a stop.
    started_at: Option<DateTime<Utc>>,
}

/// The warnings of all schedules.
#[derive(Debug, Default)]
pub(super) struct Warnings(BTreeMap<usize, Known>);

impl Warnings {
    pub(super) fn judge(&mut self, world: &World<'_>, ask: &Ask<'_, '_>) -> Option<Finding> {
        if ask.action == Action::Start {
            return None;
        }
        if ask.rules.order == Some(Action::Stop) {
            // A stop of the timetable may go on with it.
            let known = self.0.entry(ask.place).or_default();
            known.first_asked_at = known.first_asked_at.filter(|_| known.begun.is_some()).or(Some(ask.at));
            known.begun = Some(ask.at);
            return None;
        }
        let lead_now = world.read_now(ask.place).rules().map(|rules| rules.lead);
        let lead = lead_now.map_or(ask.rules.lead, |now| now.min(ask.rules.lead));
        let known = self.0.entry(ask.place).or_default();
        // Where the order that started something was withdrawn, the stop before it is on again.
        let withdrawn = world.lives.get(ask.place).and_then(|life| life.orders.last());
        let withdrawn = withdrawn.filter(|order| !order.is_up && !order.by_function).map(|order| order.at);
        if known.started_at < withdrawn {
            known.started_at = None;
        }
        let reached_at = reached_at(world, ask);
        let left_at = world.things.get(&ask.instance.key).and_then(|thing| thing.left.get(&Action::Stop));
        let was_up = known.first_asked_at.is_some_and(|first| left_at.is_none_or(|left| *left < first));
        known.note_taken_over(taken_over(world, ask));
        let goes_on = known.goes_on(ask, reached_at, was_up);
        // What belongs to the schedule only since the stop under way has begun comes as a surprise to its people.
        let joined_at = world.things.get(&ask.instance.key).and_then(|thing| thing.joined_at);
        let joined_at = joined_at.filter(|at| goes_on && known.first_asked_at.is_some_and(|first| first < *at));
        let is_part = goes_on && joined_at.is_none();
        if lead <= Duration::zero() || is_part || known.is_warned(ask, lead, reached_at.max(joined_at)) {
            known.begun = Some(ask.at);
            known.first_asked_at = known.first_asked_at.filter(|_| goes_on).or(Some(ask.at));
            return None;
        }
        let last = known.warned.last().map_or("there was none".to_owned(), |last| {
            format!("the last one arrived at {} and named {}", time(last.at), time(last.stop_at))
        });
        let message = format!("{} without a warning {} minutes before: {last}", ask.words(), lead.num_minutes());
        Some(Finding { promise: 2, message })
    }

    pub(super) fn take(&mut self, world: &World<'_>, entry: &Entry) {
        match &entry.what {
            Happened::Told { notice: Notice::Warning { schedule, stop_at, .. }, arrived, answer, .. } => {
                let Some(place) = world.place_of(schedule) else { return };
                let known = self.0.entry(place).or_default();
                let lead = world.read_now(place).rules().map_or(Duration::zero(), |rules| rules.lead);
                let warned = Warned { at: entry.at, stop_at: *stop_at, lead, is_used: false };
                if *arrived {
                    known.warned.push(warned);
                }
                if !*arrived || answer.is_err() {
                    known.tried.push(Warned { stop_at: stop_at.max(&entry.at).to_owned() + lead, ..warned });
                }
            }
            Happened::Wrote { invocation, schedule, run_id, took_effect: true, .. } if run_id == "@state" => {
                let Some(call) = world.calls.get(invocation) else { return };
                let Some(place) = ScheduleName::new(schedule).ok().and_then(|name| world.place_of(&name)) else {
                    return;
                };
                let reading = world.read(place, call.view);
                let stops =
                    |rules: &rows::Rules| rules.last(call.decides.1).is_some_and(|last| last.action == Action::Stop);
                if reading.rules().is_some_and(stops) {
                    self.0.entry(place).or_default().note_at_work(call.decides.1);
                }
            }
            Happened::Told { notice: Notice::RunDone { schedule, action: Action::Stop, at, .. }, .. } => {
                let known = world.place_of(schedule).and_then(|place| self.0.get_mut(&place));
                if let Some(known) = known {
                    known.note_over(*at);
                }
            }
            Happened::Asked { invocation, action, key, took_effect, .. } => {
                let Some((call, thing)) = world.calls.get(invocation).zip(world.things.get(key)) else { return };
                let owners = world.owners(call.instance(key).unwrap_or(thing.instance), call.view);
                // Of two owners it is not seen who has asked.
                for (place, _) in owners.iter().filter(|_| *action == Action::Stop || owners.len() == 1) {
                    self.0.entry(*place).or_default().note_asked(*action, *took_effect, entry.at);
                }
            }
            _ => {}
        }
    }
}

/// Since when there was an order to stop that the timetable's stop has taken over, and when that was.
fn taken_over(world: &World<'_>, ask: &Ask<'_, '_>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let (_, raised_at, lowered_at) =
        world.lives.get(ask.place)?.last_done(world.moment).filter(|(action, ..)| *action == Action::Stop)?;
    let planned_at = ask.rules.last_of(Action::Stop, ask.call.decides.1)?;
    (raised_at <= planned_at && planned_at <= lowered_at + SLACK).then_some((raised_at, lowered_at))
}

/// When it was written down that a stop had brought it to its end: what comes up after that is stopped by another stop.
fn reached_at(world: &World<'_>, ask: &Ask<'_, '_>) -> Option<DateTime<Utc>> {
    let reached = world.things.get(&ask.instance.key)?.reached?;
    (reached.action == Action::Stop && reached.schedule == ask.place).then_some(reached.at)
}

impl Known {
    /// An invocation in whose eyes a stop is wanted has written something down.
    fn note_at_work(&mut self, at: DateTime<Utc>) {
        for warned in self.warned.iter_mut().chain(&mut self.tried) {
            warned.is_used |= warned.stop_at <= at + SLACK && at <= warned.good_until();
        }
    }

    /// A stop is over, and with it what people were told of it.
    fn note_over(&mut self, at: DateTime<Utc>) {
        for warned in self.warned.iter_mut().chain(&mut self.tried) {
            warned.is_used &= warned.stop_at > at;
        }
        self.begun = self.begun.filter(|begun| *begun > at - SLACK);
    }

    /// The timetable's stop goes on with one that was ordered, whether or not that could ask for anything.
    fn note_taken_over(&mut self, taken_over: Option<(DateTime<Utc>, DateTime<Utc>)>) {
        let Some((raised_at, at)) = taken_over.filter(|(_, at)| self.begun.is_none_or(|begun| begun < *at)) else {
            return;
        };
        self.first_asked_at = self.first_asked_at.filter(|_| self.begun.is_some()).max(Some(raised_at));
        self.begun = Some(at);
    }

    fn note_asked(&mut self, action: Action, took_effect: bool, at: DateTime<Utc>) {
        if action == Action::Stop {
            self.stop_asked_at = Some(at);
        } else if took_effect && self.stop_asked_at.is_some_and(|stop| self.started_at.is_none_or(|start| start < stop))
        {
            self.started_at = Some(at);
        }
    }

    /// Whether this is part of a stop that has begun.
    fn goes_on(&self, ask: &Ask<'_, '_>, reached_at: Option<DateTime<Utc>>, was_up: bool) -> bool {
        let Some(begun) = self.begun else { return false };
        let is_after = |at: Option<DateTime<Utc>>| at.is_some_and(|at| at > begun + SLACK);
        let (first, _) = ask.call.decides;
        // A stop that comes while another is under way takes over what that one has not stopped yet.
        let is_new = is_after(ask.rules.last_of(Action::Start, first))
            || (is_after(ask.rules.last_of(Action::Stop, first)) && !was_up)
            || self.started_at.is_some_and(|at| at > begun);
        // What an earlier stop has brought to its end does not matter to this one.
        !is_new && reached_at.is_none_or(|at| self.first_asked_at.is_some_and(|first| at < first))
    }

    /// Whether people were warned, of an instance that is new to this stop since an instant.
    fn is_warned(&self, ask: &Ask<'_, '_>, lead: Duration, new_since: Option<DateTime<Utc>>) -> bool {
        let (first, last) = ask.call.decides;
        let started_at = ask.rules.last_of(Action::Start, first);
        // What was started since, or stopped and started, needs a warning after that, or one of a later stop.
        let floor = [started_at, new_since].into_iter().flatten().map(|at| at - SLACK).chain(self.started_at).max();
        let is_after = |at: DateTime<Utc>| floor.is_none_or(|floor| at > floor);
        let is_fresh = |warned: &Warned| {
            warned.at < ask.at && warned.is_good(ask.at) && (is_after(warned.at) || is_after(warned.stop_at))
        };
        let planned_by =
            |at: DateTime<Utc>| ask.rules.last(at).filter(|last| last.action == Action::Stop).map(|last| last.at);
        // Right before a stop it is not known whether the tick decides for this one or for the one before it.
        let planned = [planned_by(first).or(planned_by(last)), planned_by(last)];
        let is_enough_for = |warned: &Warned, planned: Option<DateTime<Utc>>| {
            let lead = lead.min(warned.lead);
            let planned_at = planned.unwrap_or(warned.stop_at);
            // Who had half of the time may be stopped when it was planned, others get all of it.
            let was_in_time = planned_at - warned.at >= lead / 2 - SLACK;
            let is_for_it = warned.stop_at >= planned_at - SLACK && warned.stop_at <= ask.at + SLACK;
            is_for_it && (was_in_time || ask.at - warned.at >= lead - SLACK)
        };
        let is_enough = |warned: &Warned| planned.iter().any(|planned| is_enough_for(warned, *planned));
        let is_tried =
            |tried: &&Warned| is_after(tried.at) && tried.is_good(ask.at) && tried.at <= ask.at - lead + TRIED_WITHIN;
        self.warned.iter().rev().filter(|warned| is_fresh(warned)).any(is_enough)
            || self.tried.iter().rev().any(|tried| is_tried(&tried))
    }
}
