//! What is remembered between ticks, as items of the `ScheduleRun` table.
//!
//! Under each schedule lies one item with `RunId` [`STATE_RUN_ID`], which is what ticks read and write. Instances at
//! rest are kept as bare keys, and a large item is [packed](super::packed): the state of a schedule with ten thousand
//! instances fits into one.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::packed;
use crate::model::{
    Action, Cause, End, Ended, GroupName, InstanceKey, Label, Lease, Progress, Rest, Run, ScheduleName, ScheduleState,
    Settled, Standing, Trouble, Warning,
};
use crate::ports::{Item, LAST_VERSION};

/// The `RunId` of the item that holds a schedule's state; no run is called so.
pub const STATE_RUN_ID: &str = "@state";

/// The item is not what was written.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// An attribute is missing or of the wrong type.
    #[error("is not as it was written")]
    Shape(#[source] serde_json::Error),
    /// What was packed cannot be unpacked.
    #[error("is not as it was written")]
    Packed,
    /// A name, key or word in it is not known.
    #[error("holds `{0}`, which was never written there")]
    Word(String),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StateItem {
    schedule_name: String,
    run_id: String,
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    lease_owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lease_until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opening: Option<String>,
    #[serde(default)]
    instances: u32,
    #[serde(default)]
    settled: Vec<SettledItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<WarningItem>,
    #[serde(default)]
    runs: Vec<RunItem>,
    #[serde(default)]
    refused: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    resting: BTreeMap<String, RestItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rest_seen_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    watched_until: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RestItem {
    restarts_at: String,
    #[serde(default)]
    was_seen: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SettledItem {
    at: String,
    action: String,
    #[serde(default)]
    forced: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WarningItem {
    stop_at: String,
    cause: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tried_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    named_at: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RunItem {
    at: String,
    action: String,
    cause: String,
    opened_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<String>,
    #[serde(default)]
    end_told: bool,
    /// Instances that were at the target when they were first seen.
    #[serde(default)]
    found: Vec<String>,
    /// Instances that have not been asked yet.
    #[serde(default)]
    due: Vec<String>,
    /// Instances that were brought to the target, of which all has been told.
    #[serde(default)]
    done: Vec<String>,
    /// All others, by key.
    #[serde(default)]
    progress: BTreeMap<String, ProgressItem>,
    #[serde(default)]
    slow_told: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ProgressItem {
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    engine: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    standing: String,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted_at: Option<String>,
    accepted_told: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<TroubleItem>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    told_codes: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TroubleItem {
    code: String,
    message: String,
    told: bool,
    retry_at: String,
}

pub(super) const ACTIONS: [(&str, Action); 2] = [("start", Action::Start), ("stop", Action::Stop)];
pub(super) const CAUSES: [(&str, Cause); 4] = [
    ("timetable", Cause::Timetable),
    ("force", Cause::Force),
    ("enforce", Cause::Enforce),
    ("restart", Cause::Restart),
];
pub(super) const ENDS: [(&str, End); 4] =
    [("done", End::Done), ("replaced", End::Replaced), ("cancelled", End::Cancelled), ("notified", End::Notified)];
const STANDINGS: [(&str, Standing); 6] = [
    ("due", Standing::Due),
    ("asking", Standing::Asking),
    ("asked", Standing::Asked),
    ("failed", Standing::Failed),
    ("reached", Standing::Reached),
    ("refused", Standing::Refused),
];

pub(super) fn word<T: Copy + PartialEq>(words: &[(&'static str, T)], value: T) -> String {
    words.iter().find(|(_, other)| *other == value).map_or("", |(word, _)| *word).to_owned()
}

fn meaning<T: Copy>(words: &[(&'static str, T)], text: &str) -> Result<T, StateError> {
    let found = words.iter().find(|(word, _)| *word == text);
    found.map(|(_, value)| *value).ok_or_else(|| StateError::Word(text.to_owned()))
}

/// Fractions of a second are kept: what is read back must be what was written.
pub(super) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

pub(super) fn instant(text: &str) -> Result<DateTime<Utc>, StateError> {
    let parsed = DateTime::parse_from_rfc3339(text).map_err(|_| StateError::Word(text.to_owned()))?;
    Ok(parsed.with_timezone(&Utc))
}

/// A version that counts, or 0.
pub(super) fn version(version: u64) -> Result<u64, StateError> {
    if version <= LAST_VERSION { Ok(version) } else { Err(StateError::Word(version.to_string())) }
}

fn key(text: &str) -> Result<InstanceKey, StateError> {
    text.parse().map_err(|_| StateError::Word(text.to_owned()))
}

fn group(text: Option<String>) -> Result<Option<GroupName>, StateError> {
    text.map(|text| GroupName::new(&text).map_err(|_| StateError::Word(text))).transpose()
}

pub(super) fn lease(owner: Option<String>, until: Option<String>) -> Result<Option<Lease>, StateError> {
    let both = owner.zip(until);
    both.map(|(owner, until)| Ok(Lease { owner, until_at: instant(&until)? })).transpose()
}

pub(super) fn object(value: Value) -> Item {
    match value {
        Value::Object(item) => item,
        _ => Item::new(),
    }
}

/// The item that holds a schedule's state.
#[must_use]
pub fn state_item(schedule: &ScheduleName, state: &ScheduleState) -> Item {
    let settled = |settled: &Settled| SettledItem {
        at: time(settled.at),
        action: word(&ACTIONS, settled.action),
        forced: settled.forced,
    };
    let warning = |warning: Warning| WarningItem {
        stop_at: time(warning.stop_at),
        cause: word(&CAUSES, warning.cause),
        tried_at: warning.tried_at.map(time),
        named_at: warning.named_at.map(time),
    };
    let item = StateItem {
        schedule_name: schedule.to_string(),
        run_id: STATE_RUN_ID.to_owned(),
        version: state.version,
        lease_owner: state.lease.as_ref().map(|lease| lease.owner.clone()),
        lease_until: state.lease.as_ref().map(|lease| time(lease.until_at)),
        opening: state.opening.map(time),
        instances: state.instances,
        settled: state.settled.iter().map(settled).collect(),
        warning: state.warning.map(warning),
        runs: state.runs.iter().map(run_item).collect(),
        refused: state.refused.iter().map(ToString::to_string).collect(),
        resting: state.resting.iter().map(|(key, rest)| (key.to_string(), rest_item(*rest))).collect(),
        rest_seen_at: state.rest_seen_at.map(time),
        watched_until: state.watched_until.map(time),
    };
    packed::pack(object(serde_json::to_value(item).unwrap_or_default()))
}

fn rest_item(rest: Rest) -> RestItem {
    RestItem { restarts_at: time(rest.restarts_at), was_seen: rest.was_seen }
}

/// Whether nothing about an instance is left to tell or try, so that its key says it all.
fn is_at_rest(progress: &Progress) -> bool {
    let is_quiet = progress.trouble.as_ref().is_none_or(|trouble| trouble.told);
    match progress.standing {
        Standing::Reached => progress.accepted_told && is_quiet,
        // Of a run of which only is told what it would do, the names are still needed.
        Standing::Due => progress.trouble.is_none() && progress.accepted_at.is_none(),
        _ => false,
    }
}

fn run_item(run: &Run) -> RunItem {
    let names_matter = run.ended.is_some_and(|ended| !ended.told);
    let is_bare = |progress: &Progress| is_at_rest(progress) && !(names_matter && progress.standing == Standing::Due);
    let at_rest = |standing: Standing, was_asked: bool| {
        let members = run.instances.iter().filter(|(_, progress)| is_bare(progress) && progress.standing == standing);
        members.filter(|(_, p)| p.accepted_at.is_some() == was_asked).map(|(key, _)| key.to_string()).collect()
    };
    let moving = run.instances.iter().filter(|(_, progress)| !is_bare(progress));
    RunItem {
        at: time(run.at),
        action: word(&ACTIONS, run.action),
        cause: word(&CAUSES, run.cause),
        opened_at: time(run.opened_at),
        ended_at: run.ended.map(|ended| time(ended.at)),
        end: run.ended.map(|ended| word(&ENDS, ended.how)),
        end_told: run.ended.is_some_and(|ended| ended.told),
        found: at_rest(Standing::Reached, false),
        due: at_rest(Standing::Due, false),
        done: at_rest(Standing::Reached, true),
        progress: moving.map(|(key, progress)| (key.to_string(), progress_item(progress))).collect(),
        slow_told: run.slow_told.iter().cloned().collect(),
    }
}

fn progress_item(progress: &Progress) -> ProgressItem {
    let trouble = |trouble: &Trouble| TroubleItem {
        code: trouble.code.clone(),
        message: trouble.message.clone(),
        told: trouble.told,
        retry_at: time(trouble.retry_at),
    };
    ProgressItem {
        group: progress.group.as_ref().map(ToString::to_string),
        name: progress.label.name.clone(),
        engine: progress.label.engine.clone(),
        zone: progress.label.zone.clone(),
        standing: word(&STANDINGS, progress.standing),
        attempts: progress.attempts,
        accepted_at: progress.accepted_at.map(time),
        accepted_told: progress.accepted_told,
        trouble: progress.trouble.as_ref().map(trouble),
        told_codes: progress.told_codes.iter().cloned().collect(),
    }
}

/// Reads a schedule's state back.
///
/// # Errors
/// When the item is not as it was written.
pub fn state(item: &Item) -> Result<ScheduleState, StateError> {
    let item = packed::unpack(item)?.into_owned();
    let item: StateItem = serde_json::from_value(Value::Object(item)).map_err(StateError::Shape)?;
    let lease = lease(item.lease_owner, item.lease_until)?;
    let settled = |item: &SettledItem| {
        Ok(Settled { at: instant(&item.at)?, action: meaning(&ACTIONS, &item.action)?, forced: item.forced })
    };
    let warning = |item: &WarningItem| -> Result<Warning, StateError> {
        Ok(Warning {
            stop_at: instant(&item.stop_at)?,
            cause: meaning(&CAUSES, &item.cause)?,
            tried_at: item.tried_at.as_deref().map(instant).transpose()?,
            named_at: item.named_at.as_deref().map(instant).transpose()?,
        })
    };
    let rest = |item: &RestItem| Ok(Rest { restarts_at: instant(&item.restarts_at)?, was_seen: item.was_seen });
    let resting = item.resting.iter().map(|(text, item)| Ok((key(text)?, rest(item)?)));
    Ok(ScheduleState {
        version: version(item.version)?,
        lease,
        runs: item.runs.into_iter().map(run).collect::<Result<_, _>>()?,
        warning: item.warning.as_ref().map(warning).transpose()?,
        settled: item.settled.iter().map(settled).collect::<Result<_, StateError>>()?,
        opening: item.opening.as_deref().map(instant).transpose()?,
        instances: item.instances,
        refused: item.refused.iter().map(|text| key(text)).collect::<Result<_, _>>()?,
        resting: resting.collect::<Result<_, StateError>>()?,
        rest_seen_at: item.rest_seen_at.as_deref().map(instant).transpose()?,
        watched_until: item.watched_until.as_deref().map(instant).transpose()?,
    })
}

fn run(item: RunItem) -> Result<Run, StateError> {
    let opened_at = instant(&item.opened_at)?;
    let mut instances = BTreeMap::new();
    let at_rest = |was_asked: bool| Progress {
        standing: Standing::Reached,
        attempts: u32::from(was_asked),
        accepted_at: was_asked.then_some(opened_at),
        ..Progress::due(None, Label::default())
    };
    for text in &item.due {
        instances.insert(key(text)?, Progress::due(None, Label::default()));
    }
    for text in &item.found {
        instances.insert(key(text)?, at_rest(false));
    }
    for text in &item.done {
        instances.insert(key(text)?, at_rest(true));
    }
    for (text, item) in item.progress {
        instances.insert(key(&text)?, progress(item)?);
    }
    let ended = match (item.ended_at, item.end) {
        (Some(at), Some(how)) => Some(Ended { at: instant(&at)?, how: meaning(&ENDS, &how)?, told: item.end_told }),
        _ => None,
    };
    Ok(Run {
        at: instant(&item.at)?,
        action: meaning(&ACTIONS, &item.action)?,
        cause: meaning(&CAUSES, &item.cause)?,
        opened_at,
        ended,
        instances,
        slow_told: item.slow_told.into_iter().collect(),
    })
}

fn progress(item: ProgressItem) -> Result<Progress, StateError> {
    let trouble = |item: TroubleItem| -> Result<Trouble, StateError> {
        let retry_at = instant(&item.retry_at)?;
        Ok(Trouble { code: item.code, message: item.message, told: item.told, retry_at })
    };
    Ok(Progress {
        group: group(item.group)?,
        label: Label { name: item.name, engine: item.engine, zone: item.zone },
        standing: meaning(&STANDINGS, &item.standing)?,
        attempts: item.attempts,
        accepted_at: item.accepted_at.as_deref().map(instant).transpose()?,
        accepted_told: item.accepted_told,
        trouble: item.trouble.map(trouble).transpose()?,
        told_codes: item.told_codes.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests;
