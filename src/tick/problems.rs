//! Tells what is wrong with items and places, once per change.

use chrono::{DateTime, Duration, Utc};

use super::journal::Events;
use super::work::{LEASE, TELL_WITHIN};
use super::{Done, Options};
use crate::document;
use crate::engine::{Plan, Snapshot};
use crate::model::{Channel, Lease, Notebook, Notice, Problem, ScheduleName};
use crate::ports::{Chat, ChatError, Clock, Journal, Ports, Store, StoreError};

/// Tells the plan's problems in one message and writes down that they are told.
pub(super) async fn tell<S, F, C, T, J>(
    ports: &Ports<'_, S, F, C, T, J>,
    options: &Options,
    snapshot: &Snapshot,
    plan: &Plan,
    now: DateTime<Utc>,
) -> Done
where
    S: Store,
    C: Chat,
    T: Clock,
    J: Journal,
{
    let (before, mut done) = (&snapshot.notebook, Done::default());
    let is_leased = before.lease.as_ref().is_some_and(|lease| now < lease.until_at);
    if is_leased || (plan.problems.is_empty() && plan.notebook.told == before.told) {
        return done;
    }
    match write_and_tell(ports, options, snapshot, plan, &mut done).await {
        // Another tick tells the same at the same time.
        Ok(()) | Err(StoreError::Conflict) => {}
        Err(error) => done.causes.push(error.to_string()),
    }
    done
}

async fn write_and_tell<S, F, C, T, J>(
    ports: &Ports<'_, S, F, C, T, J>,
    options: &Options,
    snapshot: &Snapshot,
    plan: &Plan,
    done: &mut Done,
) -> Result<(), StoreError>
where
    S: Store,
    C: Chat,
    T: Clock,
    J: Journal,
{
    let before = &snapshot.notebook;
    let write = async |notebook: &Notebook| {
        let notebook = &Notebook { written_at: Some(ports.clock.now()), ..notebook.clone() };
        ports.store.put_run(document::notebook_item(notebook), Some(notebook.version.saturating_sub(1))).await
    };
    let mut next = Notebook { version: before.version + 1, lease: None, ..plan.notebook.clone() };
    if plan.problems.is_empty() {
        return write(&next).await;
    }
    let until_at = ports.clock.now() + LEASE;
    let lease = Some(Lease { owner: options.owner.clone(), until_at });
    write(&Notebook { version: next.version, lease, ..before.clone() }).await?;
    next.version += 1;
    let events = Events { schedule: None, at: ports.clock.now() };
    plan.problems.iter().for_each(|problem| ports.journal.note(&events.problem(problem)));
    let until_at = ports.clock.now() + TELL_WITHIN;
    for (channels, problems) in by_channels(snapshot, &plan.problems) {
        let budget = (until_at.min(options.deadline) - ports.clock.now()).max(Duration::zero());
        if let Err(error) = ports.chat.tell(&Notice::Problems(problems), channels, budget).await {
            done.untold += 1;
            done.is_chat_down |= !matches!(error, ChatError::Partly(_));
            done.waits.push(events.untold(&error));
            next.told.clone_from(&before.told);
            next.was_damaged = before.was_damaged;
        }
    }
    write(&next).await
}

/// The problems by where they are told: those of a schedule where its messages go, as far as that is known.
fn by_channels<'a>(snapshot: &'a Snapshot, problems: &[Problem]) -> Vec<(&'a [Channel], Vec<Problem>)> {
    let mut parts: Vec<(&[Channel], Vec<Problem>)> = Vec::new();
    for problem in problems {
        let its = |name: &ScheduleName| snapshot.schedules.iter().find(|seen| seen.schedule.name == *name);
        let seen = problem.schedule.as_ref().and_then(its);
        let channels = seen.map_or(&[][..], |seen| seen.schedule.channels.as_slice());
        match parts.iter_mut().find(|(of_part, _)| *of_part == channels) {
            Some((_, part)) => part.push(problem.clone()),
            None => parts.push((channels, vec![problem.clone()])),
        }
    }
    parts
}
