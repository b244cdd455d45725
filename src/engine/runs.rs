//! Which run there should be: the last transition, a person's order, or the holding of the desired state (T7 to T9, T11).

use chrono::{DateTime, Utc};

use super::calendar::{self, Transition};
use crate::model::{Action, Cause, Mode, Run, Schedule, ScheduleState};

/// What is to become of a schedule's open run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// No run is open, and none is due.
    Nothing,
    /// The open run goes on.
    Keep,
    /// A run for this is due, in place of the open one if there is one.
    New {
        /// The transition's instant, or now for an order.
        at: DateTime<Utc>,
        action: Action,
        cause: Cause,
    },
    /// The open run has lost its reason: its order was withdrawn, or the schedule disabled.
    Cancel,
}

/// Decides which run there should be, from the timetable, the orders and what is remembered.
///
/// [`Cause::Enforce`] is not decided here: whether the desired state is broken shows in the instances only.
pub(super) fn wanted(schedule: &Schedule, state: &ScheduleState, now: DateTime<Utc>) -> Wanted {
    let open = state.open_run();
    let due = if schedule.enabled && schedule.mode != Mode::Off { due(schedule, state, now) } else { None };
    let start_due = |due: Transition| Wanted::New { at: due.at, action: due.action, cause: Cause::Timetable };
    match (schedule.force.filter(|_| schedule.mode != Mode::Off), open) {
        // A newer transition replaces an order under way: a force start lasts until the next stop (T11).
        (Some(order), Some(run)) if run.cause == Cause::Force && run.action == order => {
            due.map_or(Wanted::Keep, start_due)
        }
        (Some(order), _) => Wanted::New { at: now, action: order, cause: Cause::Force },
        (None, Some(run)) => match due {
            Some(due) => start_due(due),
            None if run.cause == Cause::Force || schedule.mode == Mode::Off || !schedule.enabled => Wanted::Cancel,
            None if is_called_off(schedule, state, run, now) => Wanted::Cancel,
            None => Wanted::Keep,
        },
        (None, None) => due.map_or(Wanted::Nothing, start_due),
    }
}

/// The transition of the timetable that is due and that no tick has taken up.
#[must_use]
pub fn untaken(schedule: &Schedule, state: &ScheduleState, now: DateTime<Utc>) -> Option<Transition> {
    match wanted(schedule, state, now) {
        Wanted::New { at, action, cause: Cause::Timetable } => Some(Transition { at, action }),
        _ => None,
    }
}

/// Whether a start under way has been taken out of the timetable: a stop that has begun is not turned round. What holds an
/// order's state was never in it.
fn is_called_off(schedule: &Schedule, state: &ScheduleState, run: &Run, now: DateTime<Utc>) -> bool {
    let last = calendar::last_transition(schedule, now);
    let holds_order = run.cause == Cause::Enforce && state.settled.last().is_some_and(|settled| settled.forced);
    run.action == Action::Start && !holds_order && last.is_none_or(|last| last.action == Action::Stop)
}

/// The stop that is due and has not begun, since people are still to answer its warning.
pub(super) fn pending_stop(schedule: &Schedule, state: &ScheduleState, now: DateTime<Utc>) -> Option<Transition> {
    due(schedule, state, now).filter(|due| due.action == Action::Stop)
}

/// The last transition, if no run has been opened for it yet and nothing newer has taken its place (T8).
fn due(schedule: &Schedule, state: &ScheduleState, now: DateTime<Utc>) -> Option<Transition> {
    let last = calendar::last_transition(schedule, now)?;
    if let Some(run) = state.open_run() {
        let is_its_run = run.at == last.at && run.action == last.action;
        // An order stands against all that came before it; an edit that leads the same way changes nothing.
        let is_older = last.at <= run.at && (run.cause == Cause::Force || run.action == last.action);
        if is_its_run || is_older {
            return None;
        }
    }
    let is_settled = state.settled.iter().any(|settled| {
        let is_its_run = settled.at == last.at && settled.action == last.action;
        is_its_run || (settled.forced && last.at <= settled.at)
    });
    let leads_nowhere_new =
        state.settled.last().is_some_and(|settled| last.at <= settled.at && settled.action == last.action);
    (!is_settled && !leads_nowhere_new).then_some(last)
}
