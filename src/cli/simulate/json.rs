//! A history for programs: one object a line, each with `event`, and with `at` if it happened at a time: the true time, in UTC
//! with `Z`, also of what a tick notes whose clock is off. The lines are in the order of time.
//!
//! | `event` | what | further fields |
//! | --- | --- | --- |
//! | `warning`, `start`, `ready`, `stop`, `stopped`, `failed`, `held`, `extended`, `problem`, `run_done`, `untold` | what a tick notes in its journal, as in its log | see [`EventKind`] |
//! | `state` | an instance comes to a state, or is there at the beginning | `instance`, `kind`, `region`, `role`; `state`: AWS's word; `checks_passed`, if it is an EC2 instance that runs; `by`: `beginning`, `aws`, `person` or `tick` |
//! | `message` | a tick sends a message to chat | `kind`: `warning`, `start`, `stop`, `run_done`, `would_start`, `would_stop`, `failed`, `slow`, `extended`, `problem`; `schedule`, if it is about one; `text`; `arrived`; `reason`: why the tick takes it for lost |
//! | `incident` | something from outside | `what` and the attributes of the world file, in lower case |
//! | `answered` | the answer to somebody who asked for a later stop | `schedule`, `granted`, `until` or `message` |
//! | `fault` | a fault comes up in a call | `message` |
//! | `tick_killed` | a tick could not go on | `invocation`, `cause`: `killed` or `timed_out` |
//! | `violation` | a promise was broken | `promise`, `message`, `schedule`; with `--random` the `seed` |
//! | `summary` | the last line | `counts`, `violations`, `missed`: the transitions of the timetable (`at`, `schedule`, `action`) that were due and for which no instance was asked; with `--random` `worlds`, `first_seed`, `faults`, `settled_after`, `unsettled`, `failing` |
//! | `panic`, `kept` | with `--random`: a world could not be lived through; one was kept | `seed`; `command` |

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use crate::document::event_object;
use crate::model::{Event, EventKind, InstanceKey, InstanceKind, InstanceState, Notice, ScheduleName};
use crate::ports::ChatError;
use crate::simulation::check::Violation;
use crate::simulation::counts::Counts;
use crate::simulation::file::{incident_attributes, instance_of};
use crate::simulation::history::{HowEnded, Invocation};
use crate::simulation::missed::Missed;
use crate::simulation::{Entry, Happened, What};

/// The objects of a given world: those of its history, then a summary.
pub(super) fn text(history: &[Entry], violations: &[Violation], missed: &[Missed]) -> String {
    let counts = Counts::of(history);
    let missed = missed.iter().map(|Missed { at, schedule, action }| {
        json!({"at": time(*at), "schedule": schedule.as_str(), "action": action.as_str()})
    });
    let missed: Vec<Value> = missed.collect();
    let summary = json!({"event": "summary", "counts": counts.0, "violations": violations.len(), "missed": missed});
    format!("{}{summary}\n", lines(history.iter(), violations))
}

/// The objects of a history: the tick's events, states, messages, incidents and faults as they came up, what became of
/// ticks that did not end by themselves, answers to people, and the violations; in the order of time.
pub(super) fn lines<'a>(history: impl Iterator<Item = &'a Entry>, violations: &[Violation]) -> String {
    let happened = history.filter_map(|entry| Some((entry.at, object(entry)?)));
    let broken = violations.iter().map(|broken| (broken.at, violation(broken)));
    let mut objects: Vec<(DateTime<Utc>, Map<String, Value>)> = happened.chain(broken).collect();
    // What breaks a promise stands behind what happened at that time.
    objects.sort_by_key(|(at, _)| *at);
    let mut text = String::new();
    for (_, object) in objects {
        text += &format!("{}\n", Value::Object(object));
    }
    text
}

fn object(entry: &Entry) -> Option<Map<String, Value>> {
    match &entry.what {
        Happened::Noted(_, event) => {
            let mut object = event_object(event);
            // The function's clock may be off, and shows when the tick looked.
            object.insert("at".to_owned(), json!(time(entry.at)));
            Some(object)
        }
        Happened::Incident(what) => Some(incident(entry.at, what)),
        Happened::Fault(fault) => {
            let mut object = begun(entry.at, "fault");
            object.insert("message".to_owned(), json!(fault.to_string()));
            Some(object)
        }
        Happened::Ended(invocation, how) => killed(entry.at, *invocation, how),
        Happened::Answered { schedule, answer } => Some(answered(entry.at, schedule, answer)),
        Happened::State { key, state, checks_passed, by } => {
            let mut object = instance_fields(key);
            object.extend(begun(entry.at, "state"));
            object.insert("state".to_owned(), json!(state.as_str()));
            // Elsewhere AWS has nothing to say about them.
            if (key.kind, state) == (InstanceKind::Ec2, &InstanceState::Running) {
                object.insert("checks_passed".to_owned(), json!(checks_passed));
            }
            object.insert("by".to_owned(), json!(by.as_str()));
            Some(object)
        }
        Happened::Told { notice, arrived, answer, .. } => Some(message(entry.at, notice, *arrived, answer)),
        _ => None,
    }
}

/// The end of a tick that could not go on; one that ends by itself says so in its own events.
fn killed(at: DateTime<Utc>, invocation: Invocation, how: &HowEnded) -> Option<Map<String, Value>> {
    let cause = match how {
        HowEnded::Killed => "killed",
        HowEnded::TimedOut => "timed_out",
        HowEnded::Done(_) | HowEnded::Failed(_) => return None,
    };
    let mut object = begun(at, "tick_killed");
    object.insert("invocation".to_owned(), json!(invocation));
    object.insert("cause".to_owned(), json!(cause));
    Some(object)
}

/// The answer to somebody who has asked for a later stop.
fn answered(at: DateTime<Utc>, schedule: &ScheduleName, answer: &Result<DateTime<Utc>, String>) -> Map<String, Value> {
    let mut object = begun(at, "answered");
    object.insert("schedule".to_owned(), json!(schedule.as_str()));
    object.insert("granted".to_owned(), json!(answer.is_ok()));
    match answer {
        Ok(until) => object.insert("until".to_owned(), json!(time(*until))),
        Err(reason) => object.insert("message".to_owned(), json!(reason)),
    };
    object
}

/// A message, with the kind and the words that a webhook gets as JSON.
fn message(at: DateTime<Utc>, notice: &Notice, arrived: bool, answer: &Result<(), ChatError>) -> Map<String, Value> {
    let mut object = begun(at, "message");
    let rendered = crate::chat::json::render(notice, &crate::chat::Voice::default());
    for (name, of_body) in [("kind", "event"), ("schedule", "schedule"), ("text", "text")] {
        if let Some(value) = rendered.get(of_body) {
            object.insert(name.to_owned(), value.clone());
        }
    }
    object.insert("arrived".to_owned(), json!(arrived));
    if let Err(error) = answer {
        object.insert("reason".to_owned(), json!(error.to_string()));
    }
    object
}

/// An incident with the attributes of the world file, in lower case.
fn incident(at: DateTime<Utc>, what: &What) -> Map<String, Value> {
    let mut object = instance_of(what).map(instance_fields).unwrap_or_default();
    for (name, value) in incident_attributes(what, Tz::UTC) {
        if name != "Instance" {
            object.insert(name.to_lowercase(), value);
        }
    }
    object.extend(begun(at, "incident"));
    object
}

/// Which instance, in the fields that every event has for it.
fn instance_fields(key: &InstanceKey) -> Map<String, Value> {
    let at = DateTime::UNIX_EPOCH;
    let instance = Some(key.clone());
    event_object(&Event { at, kind: EventKind::Held, schedule: None, group: None, instance, details: Vec::new() })
}

/// A broken promise.
pub(super) fn violation(violation: &Violation) -> Map<String, Value> {
    let mut object = begun(violation.at, "violation");
    object.insert("promise".to_owned(), json!(violation.promise));
    object.insert("message".to_owned(), json!(violation.message));
    if let Some(schedule) = &violation.schedule {
        object.insert("schedule".to_owned(), json!(schedule.as_str()));
    }
    object
}

fn begun(at: DateTime<Utc>, event: &str) -> Map<String, Value> {
    [("at".to_owned(), json!(time(at))), ("event".to_owned(), json!(event))].into_iter().collect()
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::history::Whom;

    #[test]
    fn what_is_not_in_the_journal_has_objects_too() {
        let schedule = || ScheduleName::new("S").unwrap();
        let state =
            |key: &str, state, by| Happened::State { key: key.parse().unwrap(), state, checks_passed: true, by };
        let told = |arrived, answer| {
            let stop_at = DateTime::UNIX_EPOCH;
            let notice = Notice::Extended { schedule: schedule(), zone: Tz::UTC, stop_at, by: "Jo".to_owned() };
            Happened::Told { invocation: 1, notice, arrived, answer }
        };
        let happened = [
            Happened::Ended(1, HowEnded::Killed),
            Happened::Ended(2, HowEnded::TimedOut),
            Happened::Ended(3, HowEnded::Failed(vec!["no tables".to_owned()])),
            Happened::Answered { schedule: schedule(), answer: Ok(DateTime::UNIX_EPOCH) },
            Happened::Answered { schedule: schedule(), answer: Err("the stop has begun".to_owned()) },
            state("ec2/i-1", InstanceState::Running, Whom::Beginning),
            state("eu-west-1|rds/db", InstanceState::Serving { raw: "backing-up".to_owned() }, Whom::Aws),
            state("ec2/i-1", InstanceState::Stopping, Whom::Person),
            told(true, Ok(())),
            told(false, Err(ChatError::Unavailable("no answer".to_owned()))),
        ];
        let history: Vec<Entry> = happened.into_iter().map(|what| Entry { at: DateTime::UNIX_EPOCH, what }).collect();
        insta::assert_snapshot!(text(&history, &[], &[]), @r#"
        {"at":"1970-01-01T00:00:00Z","cause":"killed","event":"tick_killed","invocation":1}
        {"at":"1970-01-01T00:00:00Z","cause":"timed_out","event":"tick_killed","invocation":2}
        {"at":"1970-01-01T00:00:00Z","event":"answered","granted":true,"schedule":"S","until":"1970-01-01T00:00:00Z"}
        {"at":"1970-01-01T00:00:00Z","event":"answered","granted":false,"message":"the stop has begun","schedule":"S"}
        {"at":"1970-01-01T00:00:00Z","by":"beginning","checks_passed":true,"event":"state","instance":"i-1","kind":"ec2","state":"running"}
        {"at":"1970-01-01T00:00:00Z","by":"aws","event":"state","instance":"db","kind":"rds","region":"eu-west-1","state":"backing-up"}
        {"at":"1970-01-01T00:00:00Z","by":"person","event":"state","instance":"i-1","kind":"ec2","state":"stopping"}
        {"arrived":true,"at":"1970-01-01T00:00:00Z","event":"message","kind":"extended","schedule":"S","text":"S stops later: on Thu 1 Jan at 00:00 UTC\nBy: Jo\nTo take it back:\n  At a terminal: `lamplighter cancel S`\n  Or delete the exception that moves the stop from the table `ScheduleException`."}
        {"arrived":false,"at":"1970-01-01T00:00:00Z","event":"message","kind":"extended","reason":"chat did not take the message: no answer","schedule":"S","text":"S stops later: on Thu 1 Jan at 00:00 UTC\nBy: Jo\nTo take it back:\n  At a terminal: `lamplighter cancel S`\n  Or delete the exception that moves the stop from the table `ScheduleException`."}
        {"counts":{"extensions: denied":1,"extensions: granted":1,"invocations: failed":1,"invocations: killed":1,"invocations: timed out":1,"messages: extended arrived":1,"messages: extended did not arrive":1,"states: busy while it serves":1,"states: running at the beginning":1,"states: stopping, by a person":1},"event":"summary","missed":[],"violations":0}
        "#);
    }
}
