//! Judges a history by the promises, from what can be seen from outside.
//!
//! Reads the raw rows itself and has a calendar of its own: must not know the engine, nor what else interprets rows. Where
//! it cannot be sure that a promise is broken, it says nothing.
//!
//! | promise | |
//! | --- | --- |
//! | 1 | Nothing starts before what it depends on is ready; nothing stops while what depends on it runs. |
//! | 2 | No stop without its warning (rule T10), except a force stop. |
//! | 3 | No instance is touched that a schedule does not own, or that has reached its target in this run. |
//! | 4 | A granted extension is never cut short. |
//! | 5 | When faults end, every run ends: what is wanted is there, or a report says why not. |
//! | 6 | The same snapshot and time give the same plan. |
//! | 7 | Every event is told at least once, and once only if nothing crashed. |

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, SecondsFormat, Utc};

use super::Case;
use super::history::{Entry, Happened, Whom};
use crate::model::{Action, Instance, InstanceKey, Notice, ScheduleName};
use crate::ports::Outcome;

mod about;
mod book;
mod calm;
mod days;
mod duties;
mod edits;
mod ending;
mod extension;
mod life;
mod once;
mod order;
mod ownership;
mod rows;
mod thing;
mod timetable;
mod told;
mod warning;
mod world;

use duties::Duties;
use ending::Reports;
use extension::Extensions;
use once::Once;
use told::Told;
use warning::Warnings;
use world::{Call, World};

/// The clocks of two invocations may be off by ten seconds each, and a tick acts seconds after it has looked.
const SLACK: Duration = Duration::seconds(25);

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The promise's number, 1 to 7.
    pub promise: u8,
    /// When it was broken.
    pub at: DateTime<Utc>,
    /// Of which schedule, if it is one.
    pub schedule: Option<ScheduleName>,
    /// What, to which instance, why, and when, so that it can be found in the history.
    pub message: String,
}

/// A broken promise before it is known of which schedule.
#[derive(Debug)]
struct Finding {
    promise: u8,
    message: String,
}

/// A call to start or stop an instance, in the eyes of one schedule that owns it.
#[derive(Debug)]
struct Ask<'w, 'a> {
    at: DateTime<Utc>,
    invocation: u32,
    action: Action,
    instance: &'a Instance,
    call: &'w Call<'a>,
    /// The schedule's place among those that are known.
    place: usize,
    /// What its rows said to the invocation.
    rules: &'w rows::Rules,
}

impl Ask<'_, '_> {
    fn words(&self) -> String {
        let Self { at, invocation, action, instance, .. } = self;
        format!("{}: invocation {invocation} asked to {} {}", time(*at), action.as_str(), instance.key)
    }
}

/// An instant as it stands in messages.
fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Judges a history; in the order of time.
#[must_use]
pub fn check(case: &Case, history: &[Entry]) -> Vec<Violation> {
    let mut checker = Checker {
        world: World::new(case),
        warnings: Warnings::default(),
        extensions: Extensions::default(),
        reports: Reports::default(),
        told: Told::default(),
        once: Once::default(),
        duties: Duties::default(),
        found: Vec::new(),
    };
    for entry in history {
        checker.turn(entry.at);
        checker.judge(entry);
        checker.warnings.take(&checker.world, entry);
        checker.extensions.take(&checker.world, entry);
        checker.reports.take(entry);
        checker.hear(entry);
        checker.world.take(entry);
        checker.duties.take(&checker.world, entry);
    }
    checker.turn(case.to);
    checker.end();
    checker.found
}

/// How a world came to rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settled {
    /// After how many ticks; `None`: there was no time left to settle in.
    pub after: Option<u32>,
    /// That was so since a transition, a restart or anything from outside came in the last half hour.
    pub is_disturbed: bool,
    /// A schedule has not come to what is wanted: what is done for it is not counted.
    pub is_incomplete: bool,
}

/// How many invocations began after the last disturbance (an incident, an edit, a transition) until the last call for an
/// instance, or the last end of a run, of the schedules that have come to what is wanted. What is only written down, or
/// told later, does not count.
#[must_use]
pub fn settled(case: &Case, history: &[Entry]) -> Settled {
    /// So long nothing more has to happen for all to be quiet.
    const QUIET_FOR: Duration = Duration::minutes(30);
    let mut world = World::new(case);
    // When something was last done for each schedule.
    let mut worked_at: BTreeMap<usize, DateTime<Utc>> = BTreeMap::new();
    // A database that AWS has started by itself is a disturbance too, also once it is stopped again.
    let mut restarted_at = case.from;
    for entry in history {
        worked_at.extend(worked_on(&world, &entry.what).into_iter().map(|place| (place, entry.at)));
        world.take(entry);
        if matches!(entry.what, Happened::State { .. }) {
            let restarted = world.things.values().filter_map(|thing| thing.restarted_at);
            restarted_at = restarted.chain([restarted_at]).max().unwrap_or(restarted_at);
        }
    }
    let calm_at = calm::all_calm_since(&world).max(restarted_at);
    let (reached, left): (Vec<_>, Vec<_>) =
        worked_at.into_iter().partition(|(place, _)| ending::is_reached(&world, *place));
    let last_at = reached.into_iter().map(|(_, at)| at).max().unwrap_or(case.from);
    let is_disturbed = case.to - calm_at < QUIET_FOR;
    let settled = Settled { after: None, is_disturbed, is_incomplete: !left.is_empty() };
    if is_disturbed || case.to - last_at < QUIET_FOR {
        return settled;
    }
    let is_counted =
        |entry: &&Entry| matches!(entry.what, Happened::Began(_)) && calm_at < entry.at && entry.at <= last_at;
    Settled { after: u32::try_from(history.iter().filter(is_counted).count()).ok(), ..settled }
}

/// The schedules for which something is asked for here, or whose run ends.
fn worked_on(world: &World<'_>, what: &Happened) -> Vec<usize> {
    let named = |schedule: &ScheduleName| world.place_of(schedule).into_iter().collect();
    match what {
        Happened::Asked { invocation, key, .. } => {
            let asked = world.calls.get(invocation).zip(world.things.get(key));
            let owners = asked.map(|(call, thing)| world.owners(thing.instance, call.view)).unwrap_or_default();
            owners.into_iter().map(|(place, _)| place).collect()
        }
        Happened::Told { notice: Notice::RunDone { schedule, .. } | Notice::WouldAct { schedule, .. }, .. } => {
            named(schedule)
        }
        // An order is over when its flag is lowered.
        Happened::Row { before: Some(row), by: Whom::Function(_), .. } => {
            rows::owner(row).map(|schedule| named(&schedule)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// All that is known while walking through a history.
struct Checker<'a> {
    world: World<'a>,
    warnings: Warnings,
    extensions: Extensions,
    reports: Reports,
    told: Told,
    once: Once,
    duties: Duties,
    found: Vec<Violation>,
}

impl<'a> Checker<'a> {
    /// Lets the transitions until `at` come.
    fn turn(&mut self, at: DateTime<Utc>) {
        while let Some((place, turns_at)) = self.world.turning(at) {
            self.world.turn(place, turns_at);
            self.duties.turn(&self.world, place, turns_at);
        }
        for (schedule, message) in self.duties.overdue(&self.world, at) {
            self.found.push(Violation { promise: 7, at, schedule: Some(schedule), message });
        }
    }

    /// Judges what is told.
    fn hear(&mut self, entry: &Entry) {
        let at = entry.at;
        if let Some((schedule, message)) = self.told.take(&self.world, entry) {
            self.found.push(Violation { promise: 7, at, schedule, message });
        }
        if let Some(Finding { promise, message }) = self.once.take(&self.world, entry) {
            self.found.push(Violation { promise, at, schedule: None, message });
        }
    }

    fn judge(&mut self, entry: &'a Entry) {
        match &entry.what {
            Happened::Asked { invocation, action, key, took_effect, answer } => {
                self.judge_asked(entry, *invocation, (*action, key), (*took_effect, answer));
            }
            Happened::PlansDiffer { one, other } => {
                let message = format!("{}: the same snapshot gave `{one}` and `{other}`", time(entry.at));
                self.found.push(Violation { promise: 6, at: entry.at, schedule: None, message });
            }
            _ => {}
        }
    }

    /// Judges what has become of it all.
    fn end(&mut self) {
        for place in 0..self.world.lives.len() {
            let schedule = self.world.lives.get(place).map(|life| life.name.clone());
            let mut findings = ending::judge(&self.world, place, &self.reports);
            findings.extend(self.told.judge(&self.world, place));
            let at = self.world.case.to;
            self.found.extend(findings.into_iter().map(|Finding { promise, message }| Violation {
                promise,
                at,
                schedule: schedule.clone(),
                message,
            }));
        }
    }

    /// Where several schedules own an instance, it is enough that it is right for one of them.
    fn judge_asked(
        &mut self,
        entry: &Entry,
        invocation: u32,
        (action, key): (Action, &InstanceKey),
        (took_effect, answer): (bool, &Outcome),
    ) {
        let at = entry.at;
        let nobodys = |message: String| {
            let message = format!("{}: invocation {invocation} asked to {} {key} {message}", time(at), action.as_str());
            Violation { promise: 3, at, schedule: None, message }
        };
        let Some(call) = self.world.calls.get(&invocation) else {
            return self.found.push(nobodys("though it is not under way".to_owned()));
        };
        // With the tags that it was shown with.
        let Some(instance) = call.instance(key).filter(|_| self.world.things.contains_key(key)) else {
            return self.found.push(nobodys("which it was not shown".to_owned()));
        };
        let owners = self.world.owners(instance, call.view);
        if owners.is_empty() {
            let message = format!("with the tag {}, which no schedule that was understood has", instance.schedule_tag);
            return self.found.push(nobodys(message));
        }
        if took_effect {
            self.told.note_accepted(action, key, at);
        }
        let mut fewest: Option<Vec<Violation>> = None;
        for (place, reading) in &owners {
            let Some(rules) = reading.rules() else { continue };
            let ask = Ask { at, invocation, action, instance, call, place: *place, rules };
            if owners.len() == 1 {
                let epoch = self.world.lives.get(*place).map_or(0, |life| life.epoch.0);
                self.told.take_asked(&ask, epoch, took_effect, answer);
            }
            let findings = [
                order::judge(&self.world, &ask),
                self.warnings.judge(&self.world, &ask),
                ownership::judge(&self.world, &ask),
                self.extensions.judge(&self.world, &ask),
            ];
            let schedule = self.world.lives.get(*place).map(|life| life.name.clone());
            let found: Vec<Violation> = findings
                .into_iter()
                .flatten()
                .map(|Finding { promise, message }| Violation { promise, at, schedule: schedule.clone(), message })
                .collect();
            if fewest.as_ref().is_none_or(|fewest| found.len() < fewest.len()) {
                fewest = Some(found);
            }
        }
        self.found.extend(fewest.unwrap_or_default());
    }
}

#[cfg(test)]
mod tests;
