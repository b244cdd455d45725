//! What AWS and chat have answered, folded into what is remembered.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::notices::Receipt;
use super::order::back_off;
use crate::model::{Failure, FailureKind, InstanceKey, Progress, ScheduleState, Standing, Trouble};

/// A failure that usually goes away by itself is told only when it has come so often.
const TELL_PASSING_AFTER: u32 = 3;

/// AWS's words are kept so far; the state of all instances has to fit into one item.
const MESSAGE_CHARS: usize = 300;

/// Writes into the open run what became of each call.
pub fn outcomes(state: &mut ScheduleState, outcomes: &BTreeMap<InstanceKey, Result<(), Failure>>, now: DateTime<Utc>) {
    let Some(run) = state.open_run_mut() else { return };
    for (key, outcome) in outcomes {
        let Some(progress) = run.instances.get_mut(key) else { continue };
        match outcome {
            Ok(()) => {
                accept(progress, now);
            }
            Err(failure) => fail(progress, failure, now),
        }
    }
}

/// AWS has said yes; chat is told of the first time only, or a start that falls back again and again would flood it.
pub(super) fn accept(progress: &mut Progress, now: DateTime<Utc>) {
    progress.standing = Standing::Asked;
    if progress.accepted_at.is_none() {
        progress.accepted_told = false;
    }
    progress.accepted_at = Some(now);
}

fn fail(progress: &mut Progress, failure: &Failure, now: DateTime<Utc>) {
    let passes = matches!(
        failure.kind,
        FailureKind::Throttled | FailureKind::WrongState | FailureKind::Unreachable | FailureKind::Gone
    );
    let told = progress.told_codes.contains(&failure.code) || (passes && progress.attempts < TELL_PASSING_AFTER);
    let is_final = failure.kind == FailureKind::Refused;
    progress.standing = if is_final { Standing::Refused } else { Standing::Failed };
    let message = failure.message.chars().take(MESSAGE_CHARS).collect();
    let retry_at = now + back_off(progress.attempts);
    note_trouble(progress, Trouble { code: failure.code.clone(), message, told, retry_at });
}

/// Notes what went wrong last; but what chat has not been told yet stands until it is, if there is nothing new to tell.
pub(super) fn note_trouble(progress: &mut Progress, trouble: Trouble) {
    match &mut progress.trouble {
        Some(before) if !before.told && trouble.told => before.retry_at = trouble.retry_at,
        before => *before = Some(trouble),
    }
}

/// Writes down that chat was asked and has not taken a message; the delay of a stop counts from the first time (rule T10).
pub fn not_taken(state: &mut ScheduleState, receipt: &Receipt, now: DateTime<Utc>) {
    if let (Receipt::Warning { .. }, Some(warning)) = (receipt, &mut state.warning) {
        warning.tried_at.get_or_insert(now);
    }
}

/// Writes down that chat has been told.
pub fn receipt(state: &mut ScheduleState, receipt: &Receipt) {
    match receipt {
        Receipt::Warning { named_at } => {
            if let Some(warning) = &mut state.warning {
                warning.named_at = Some(*named_at);
            }
        }
        // In the same look people may have been warned of the stop as it is now.
        Receipt::Moved { stop_at } => state.warning = state.warning.filter(|warning| warning.stop_at != *stop_at),
        Receipt::Accepted { run, instances } => {
            for progress in touched(state, run, instances) {
                progress.accepted_told = true;
            }
        }
        Receipt::Trouble { run, instances } => {
            for progress in touched(state, run, instances) {
                if let Some(trouble) = &mut progress.trouble {
                    trouble.told = true;
                    progress.told_codes.insert(trouble.code.clone());
                }
            }
        }
        Receipt::Slow { run, group } => {
            if let Some(run) = state.runs.iter_mut().find(|other| other.id() == *run) {
                run.slow_told.insert(group.clone());
            }
        }
        Receipt::End { run } => {
            let run = state.runs.iter_mut().find(|other| other.id() == *run);
            if let Some(ended) = run.and_then(|run| run.ended.as_mut()) {
                ended.told = true;
            }
        }
    }
}

fn touched<'a>(
    state: &'a mut ScheduleState,
    run: &str,
    instances: &'a [InstanceKey],
) -> impl Iterator<Item = &'a mut Progress> {
    let run = state.runs.iter_mut().find(|other| other.id() == run);
    run.into_iter()
        .flat_map(|run| run.instances.iter_mut())
        .filter(|(key, _)| instances.contains(key))
        .map(|(_, progress)| progress)
}
