//! Tells what is wrong with items and places, once per change.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::journal::Events;
use super::work::{LEASE, TELL_WITHIN};
use super::{Done, Options, look};
use crate::document;
use crate::engine::{self, Found, SeenSchedule, Untold};
use crate::model::{Channel, Lease, Notebook, Notice, Problem, ScheduleName, Source, Told};
use crate::ports::{AnyPorts, Chat as _, ChatError, Clock as _, Journal as _, Store as _, StoreError};

/// So long a tick over a part of the schedules waits for its turn to tell: one that died holds the others off for a lease.
const TURN_WITHIN: Duration = Duration::seconds(150);

/// A turn comes this long before the tick has to be over, or not at all.
const TURN_TAKES: Duration = Duration::seconds(5);

/// Tells the problems in one message for each channel, and writes down that they are told.
///
/// Whether it was its turn: else another tick is telling, which tells the same, unless each has looked at a part only.
pub(super) async fn tell(
    ports: &impl AnyPorts,
    options: &Options,
    schedules: &[SeenSchedule],
    (before, untold, now): (&Notebook, &Untold, DateTime<Utc>),
) -> (Done, bool) {
    let mut done = Done::default();
    if !untold.has_news {
        return (done, true);
    }
    if before.lease.as_ref().is_some_and(|lease| now < lease.until_at) {
        return (done, false);
    }
    let is_its_turn = match write_and_tell(ports, options, schedules, (before, untold), &mut done).await {
        Ok(()) => true,
        Err(StoreError::Conflict) => false,
        Err(error) => {
            done.causes.push(error.to_string());
            true
        }
    };
    (done, is_its_turn)
}

/// Waits for its turn to tell what was found; another tick that tells of other schedules takes a second or two.
pub(super) async fn tell_in_turn(
    ports: &impl AnyPorts,
    options: &Options,
    schedules: &[SeenSchedule],
    found: &BTreeMap<Source, Found>,
) -> Done {
    let until_at = (ports.clock().now() + TURN_WITHIN).min(options.deadline - TURN_TAKES);
    let pause = pause(&options.owner);
    while ports.clock().now() + pause < until_at {
        ports.clock().sleep(pause).await;
        let notebook = match look::notebook(ports).await {
            Ok(notebook) => notebook,
            Err(error) => return Done { causes: vec![error.to_string()], ..Done::default() },
        };
        let (untold, now) = (engine::untold(found, &notebook), ports.clock().now());
        if let (done, true) = tell(ports, options, schedules, (&notebook, &untold, now)).await {
            return done;
        }
    }
    let events = Events { schedule: None, at: ports.clock().now() };
    let waits = vec![events.untold(&"other ticks were telling of problems all the time")];
    Done { untold: 1, waits, ..Done::default() }
}

/// From one second to two, another for each tick, so that those that wait do not come all at once again and again.
fn pause(owner: &str) -> Duration {
    let spread = owner.bytes().fold(7_i64, |sum, byte| (sum * 31 + i64::from(byte)) % 1_000);
    Duration::milliseconds(1_000 + spread)
}

async fn write_and_tell(
    ports: &impl AnyPorts,
    options: &Options,
    schedules: &[SeenSchedule],
    (before, untold): (&Notebook, &Untold),
    done: &mut Done,
) -> Result<(), StoreError> {
    let write = async |notebook: &Notebook| {
        ports.store().put_run(document::notebook_item(notebook), Some(notebook.version.saturating_sub(1))).await
    };
    let mut next = Notebook { version: before.version + 1, lease: None, ..untold.notebook.clone() };
    if untold.problems.is_empty() {
        stamp(&mut next, before, ports.clock().now());
        return write(&next).await;
    }
    let until_at = ports.clock().now() + LEASE;
    let lease = Some(Lease { owner: options.owner.clone(), until_at });
    write(&Notebook { version: next.version, lease, ..before.clone() }).await?;
    next.version += 1;
    let events = Events { schedule: None, at: ports.clock().now() };
    untold.problems.iter().for_each(|problem| ports.journal().note(&events.problem(problem)));
    let until_at = ports.clock().now() + TELL_WITHIN;
    for (channels, problems) in by_channels(schedules, &untold.problems) {
        let budget = (until_at.min(options.deadline) - ports.clock().now()).max(Duration::zero());
        if let Err(error) = ports.chat().tell(&Notice::Problems(problems), channels, budget).await {
            done.untold += 1;
            done.is_chat_down |= !matches!(error, ChatError::Partly(_));
            done.waits.push(events.untold(&error));
            next.told.clone_from(&before.told);
            next.was_damaged = before.was_damaged;
        }
    }
    stamp(&mut next, before, ports.clock().now());
    write(&next).await
}

/// What has changed was written now.
fn stamp(next: &mut Notebook, before: &Notebook, now: DateTime<Utc>) {
    let changed = next.told.iter_mut().filter(|(source, told)| before.told.get(source) != Some(told));
    changed.for_each(|(_, told): (_, &mut Told)| told.written_at = Some(now));
}

/// The problems by where they are told: those of a schedule where its messages go, as far as that is known.
fn by_channels<'a>(schedules: &'a [SeenSchedule], problems: &[Problem]) -> Vec<(&'a [Channel], Vec<Problem>)> {
    let mut parts: Vec<(&[Channel], Vec<Problem>)> = Vec::new();
    for problem in problems {
        let its = |name: &ScheduleName| schedules.iter().find(|seen| seen.schedule.name == *name);
        let seen = problem.schedule.as_ref().and_then(its);
        let channels = seen.map_or(&[][..], |seen| seen.schedule.channels.as_slice());
        match parts.iter_mut().find(|(of_part, _)| *of_part == channels) {
            Some((_, part)) => part.push(problem.clone()),
            None => parts.push((channels, vec![problem.clone()])),
        }
    }
    parts
}
