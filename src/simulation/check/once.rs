//! Promise 7, the other half: every event is told once only if nothing crashed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::world::World;
use super::{Finding, time};
use crate::model::{Action, Cause, InstanceKey, Notice, Source};
use crate::ports::Table;
use crate::simulation::What;
use crate::simulation::case::{AwsFault, ChatFault};
use crate::simulation::history::{Entry, Fault, Happened};

/// How often something was told, and in how many epochs there was reason for it.
#[derive(Debug, Default)]
struct Count {
    told: u32,
    epochs: BTreeSet<u32>,
}

/// What has been told how often.
#[derive(Debug, Default)]
pub(super) struct Once {
    acted: BTreeMap<(usize, Action, InstanceKey), Count>,
    done: BTreeMap<(usize, Action), Count>,
    restarted: BTreeSet<InstanceKey>,
    warned: BTreeMap<(usize, DateTime<Utc>), DateTime<Utc>>,
    problems: BTreeMap<Uuid, DateTime<Utc>>,
    written_at: Option<DateTime<Utc>>,
    has_lost: bool,
}

/// Whether the case has things in it after which a message may come twice.
fn is_rough(world: &World<'_>) -> bool {
    let doubles = |what: &What| {
        matches!(what, What::Doubled { .. } | What::ClockOff { .. } | What::ClocksApart { .. } | What::Killed { .. })
    };
    world.crashed_at.is_some()
        || world.case.incidents.iter().any(|one| doubles(&one.what) || one.what.table() == Some(Table::Run))
}

/// Whether after this fault it is not sure what is written down, or what was told.
fn loses(fault: Fault) -> bool {
    matches!(fault, Fault::Tables(_) | Fault::Aws(_, AwsFault::LostAnswer) | Fault::Chat(ChatFault::LostAnswer))
}

impl Once {
    pub(super) fn take(&mut self, world: &World<'_>, entry: &Entry) -> Option<Finding> {
        match &entry.what {
            Happened::Fault(fault) => self.has_lost |= loses(*fault),
            Happened::Row { .. } => self.written_at = Some(entry.at),
            Happened::Asked { invocation, action, key, .. } => self.note_asked(world, *invocation, (*action, key)),
            Happened::Told { notice, arrived: true, .. } => {
                let again = self.again(world, notice, entry.at);
                let message = again.filter(|_| !self.has_lost && !is_rough(world))?;
                return Some(Finding { promise: 7, message: format!("{}: {message}", time(entry.at)) });
            }
            _ => {}
        }
        None
    }

    fn note_asked(&mut self, world: &World<'_>, invocation: u32, (action, key): (Action, &InstanceKey)) {
        let Some((call, thing)) = world.calls.get(&invocation).zip(world.things.get(key)) else { return };
        if thing.restarted_at.is_some() {
            // What AWS has started by itself is stopped once more in the same stretch (rule T12).
            self.restarted.insert(key.clone());
        }
        for (place, _) in world.owners(call.instance(key).unwrap_or(thing.instance), call.view) {
            let Some(life) = world.lives.get(place) else { continue };
            let (epoch, began_at) = life.epoch;
            // What was decided before an edit began the epoch belongs to a run of its own.
            let is_older = began_at <= life.edited_at && call.decides.0 < life.edited_at;
            let of_last = is_older.then(|| epoch.saturating_sub(1));
            let epochs = of_last.into_iter().chain([epoch]);
            self.acted.entry((place, action, key.clone())).or_default().epochs.extend(epochs.clone());
            self.done.entry((place, action)).or_default().epochs.extend(epochs);
        }
    }

    /// What is told once more than there was reason for.
    fn again(&mut self, world: &World<'_>, notice: &Notice, at: DateTime<Utc>) -> Option<String> {
        let is_run = |cause: &Cause| matches!(cause, Cause::Timetable | Cause::Force);
        match notice {
            Notice::Acted { schedule, action, stretch, cause, .. } if is_run(cause) => {
                let place = world.place_of(schedule)?;
                // What is held may have to be done again and again in one run (rule T9).
                if world.read_now(place).rules().is_some_and(|rules| rules.enforce) {
                    return None;
                }
                let mut again = None;
                for (key, _, _) in stretch.instances.iter().filter(|(key, _, _)| !self.restarted.contains(key)) {
                    let count = self.acted.entry((place, *action, key.clone())).or_default();
                    count.told += 1;
                    if count.told as usize > count.epochs.len() {
                        again = Some(format!("that {key} was asked to {} is told once more", action.as_str()));
                    }
                }
                again
            }
            Notice::RunDone { schedule, action, cause, .. } if is_run(cause) => {
                let count = self.done.entry((world.place_of(schedule)?, *action)).or_default();
                count.told += 1;
                let is_again = count.told as usize > count.epochs.len();
                is_again.then(|| format!("that the {} is over is told once more", action.as_str()))
            }
            Notice::Warning { schedule, stop_at, .. } => {
                let (place, life) = world.named(schedule)?;
                let before = self.warned.insert((place, *stop_at), at)?;
                let is_again = life.edited_at < before;
                is_again.then(|| format!("the warning of {} came at {} already", time(*stop_at), time(before)))
            }
            Notice::Problems(problems) => {
                let mut again = None;
                for problem in problems.iter().filter(|problem| problem.source == Source::Tables) {
                    let before = self.problems.insert(problem.fingerprint(), at);
                    if before.is_some_and(|before| self.written_at.is_none_or(|written| written < before)) {
                        again = Some(format!("`{problem}` is told once more, and no row has changed"));
                    }
                }
                again
            }
            _ => None,
        }
    }
}
