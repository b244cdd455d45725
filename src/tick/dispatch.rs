//! Dispatch: for a fleet that is too large for one function, batches of schedules go on a queue, and a tick is run for each.
//!
//! A schedule is never split, so that its order and its lease are what they are in any tick; and a batch that comes twice, late
//! or not at all is a tick that comes twice, late or not at all (rules A7, A8). Nothing is started, stopped or told here but
//! what is wrong with the tables: no batch sees all of them.

use std::collections::BTreeSet;

use super::look::Aim;
use super::{About, Options, Report, Tick, TickError, look};
use crate::document;
use crate::engine::{self, Held, Plan, SeenSchedule, Snapshot};
use crate::model::{ScheduleName, Scope};
use crate::ports::{AnyPorts, Queue};

/// A batch holds at most so many schedules: three rounds of those that are worked on side by side.
const SCHEDULES: usize = 50;

/// A batch is complete with so many instances, as last seen: well below what one function can do.
const INSTANCES: usize = 1_000;

/// Puts the schedules that have something to do on the queue.
///
/// # Errors
/// When the tables could not be read or written, or the queue did not take a batch; the others are on it.
pub async fn dispatch(ports: &impl AnyPorts, queue: &impl Queue, options: &Options) -> Result<Report, TickError> {
    let mut tick = Tick::new(ports, options);
    match look::read(ports, Aim { only: None, ..Aim::of(options) }).await {
        Ok((snapshot, now)) => {
            // Without a look at instances nothing can be decided, but who has nothing to do is left out.
            let plan = engine::plan(&snapshot, now);
            tick.report.passes = 1;
            tick.count(&snapshot, &plan);
            tick.put(queue, &batches(&due(&snapshot, &plan, &options.about))).await;
            let news = (&snapshot.notebook, &plan.untold, now);
            let (told, _) = super::problems::tell(ports, options, &snapshot.schedules, news).await;
            tick.add(told);
        }
        Err(error) => tick.cause(error.to_string()),
    }
    tick.end()
}

impl<P: AnyPorts> Tick<'_, P> {
    async fn put(&mut self, queue: &impl Queue, batches: &[Vec<&ScheduleName>]) {
        let restarted = match &self.options.about {
            About::Restarted(key) => Some(key),
            About::All | About::Instance(_) => None,
        };
        let texts: Vec<String> =
            batches.iter().map(|batch| document::batch_text(batch.iter().copied(), restarted)).collect();
        if texts.is_empty() {
            return;
        }
        let mut lost = 0;
        for (batch, outcome) in batches.iter().zip(queue.put(&texts).await) {
            match outcome {
                Ok(()) => {
                    self.report.batches += 1;
                    self.report.dispatched += batch.len();
                }
                Err(error) => {
                    lost += batch.len();
                    self.cause(error.to_string());
                }
            }
        }
        if lost > 0 {
            self.cause(format!("{lost} schedules wait for the next tick"));
        }
    }
}

/// The schedules that have something to do, those in the same places side by side.
fn due<'a>(snapshot: &'a Snapshot, plan: &Plan, about: &About) -> Vec<&'a SeenSchedule> {
    let is_taken = |held: &Held| matches!(held, Held::Lease { .. });
    // What another tick has taken is that one's affair.
    let names: BTreeSet<&ScheduleName> =
        plan.schedules.iter().filter(|plan| !plan.held.iter().any(is_taken)).map(|plan| &plan.schedule).collect();
    let is_meant = |seen: &SeenSchedule| match about {
        About::All => true,
        About::Restarted(_) => seen.restarted.is_some(),
        About::Instance(id) => seen.state.open_run().is_some_and(|run| run.instances.keys().any(|key| key.id == *id)),
    };
    let mut due: Vec<&SeenSchedule> =
        snapshot.schedules.iter().filter(|seen| names.contains(&seen.schedule.name) && is_meant(seen)).collect();
    // Each batch looks at each of its places: the fewer, the better.
    let places = |seen: &SeenSchedule| seen.schedule.scopes.iter().cloned().collect::<BTreeSet<Scope>>();
    due.sort_by_cached_key(|seen| (places(seen), seen.schedule.name.clone()));
    due
}

/// Parts them into batches, each of which one function can do.
fn batches<'a>(due: &[&'a SeenSchedule]) -> Vec<Vec<&'a ScheduleName>> {
    let mut batches: Vec<Vec<&ScheduleName>> = Vec::new();
    let mut instances = 0;
    for seen in due {
        // One that was never looked at has an instance at least.
        let more = usize::try_from(seen.state.instances).unwrap_or(INSTANCES).max(1);
        match batches.last_mut() {
            Some(batch) if batch.len() < SCHEDULES && instances + more <= INSTANCES => {
                batch.push(&seen.schedule.name);
                instances += more;
            }
            _ => {
                batches.push(vec![&seen.schedule.name]);
                instances = more;
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests;
