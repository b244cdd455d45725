//! An incident in a world file.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::attributes::Attributes;
use super::words::{self, Words};
use super::{KEY, time_text};
use crate::model::{GroupName, InstanceKey, ScheduleName, TagValue};
use crate::simulation::case::{AwsCall, AwsFault, ChatFault, TableCall, TableFault, word_of};
use crate::simulation::{Incident, What};

/// The kinds, in the order of [`What`].
#[derive(Clone, Copy)]
enum Kind {
    Outage,
    Late,
    Doubled,
    Killed,
    ClockOff,
    ClocksApart,
    ShortLimit,
    TablesFail,
    AwsFails,
    Stale,
    ChatFails,
    Busy,
    Terminated,
    Launched,
    Retagged,
    Console,
    Extends,
    Orders,
    Writes,
    Edits,
    Deletes,
}

const KINDS: &Words<Kind> = &[
    ("outage", Kind::Outage),
    ("late", Kind::Late),
    ("doubled", Kind::Doubled),
    ("killed", Kind::Killed),
    ("clock-off", Kind::ClockOff),
    ("clocks-apart", Kind::ClocksApart),
    ("short-limit", Kind::ShortLimit),
    ("tables-fail", Kind::TablesFail),
    ("aws-fails", Kind::AwsFails),
    ("stale", Kind::Stale),
    ("chat-fails", Kind::ChatFails),
    ("busy", Kind::Busy),
    ("terminated", Kind::Terminated),
    ("launched", Kind::Launched),
    ("retagged", Kind::Retagged),
    ("console", Kind::Console),
    ("extends", Kind::Extends),
    ("orders", Kind::Orders),
    ("writes", Kind::Writes),
    ("edits", Kind::Edits),
    ("deletes", Kind::Deletes),
];

/// Reads an incident.
pub(super) fn read(attributes: &mut Attributes<'_>) -> Option<Incident> {
    let at = attributes.required_time("At");
    let Some(kind) = attributes.word("What", KINDS) else {
        // Without its kind nobody knows which attributes it has.
        attributes.accept_all();
        return None;
    };
    let what = what(attributes, kind);
    let incident = Incident { at: at?, what: what? };
    if incident.what.until().is_some_and(|until| until <= incident.at) {
        attributes.fault("Until", "is not after `At`");
    }
    Some(incident)
}

fn what(attributes: &mut Attributes<'_>, kind: Kind) -> Option<What> {
    match kind {
        Kind::Outage
        | Kind::Late
        | Kind::Doubled
        | Kind::Killed
        | Kind::ClockOff
        | Kind::ClocksApart
        | Kind::ShortLimit
        | Kind::Stale => of_the_function(attributes, kind),
        Kind::TablesFail | Kind::AwsFails | Kind::ChatFails => failing(attributes, kind),
        Kind::Busy | Kind::Terminated | Kind::Launched | Kind::Retagged | Kind::Console => {
            of_an_instance(attributes, kind)
        }
        Kind::Extends | Kind::Orders | Kind::Writes | Kind::Edits | Kind::Deletes => of_a_person(attributes, kind),
    }
}

fn of_the_function(attributes: &mut Attributes<'_>, kind: Kind) -> Option<What> {
    if matches!(kind, Kind::Killed) {
        return Some(What::Killed { after: attributes.number("After").unwrap_or_default() });
    }
    let until = attributes.required_time("Until");
    if matches!(kind, Kind::Outage) {
        return Some(What::Outage { until: until? });
    }
    if matches!(kind, Kind::ShortLimit) {
        let limit = attributes.required_length("Limit");
        return Some(What::ShortLimit { limit: limit?, until: until? });
    }
    let by = match kind {
        Kind::ClockOff => attributes.required("By", "`-8s`, `8s` and the like", words::length),
        _ => attributes.required_length("By"),
    };
    let (by, until) = by.zip(until)?;
    Some(match kind {
        Kind::Late => What::Late { by, until },
        Kind::Doubled => What::Doubled { by, until },
        Kind::ClockOff => What::ClockOff { by, until },
        Kind::ClocksApart => What::ClocksApart { by, until },
        _ => What::Stale { by, until },
    })
}

fn failing(attributes: &mut Attributes<'_>, kind: Kind) -> Option<What> {
    // None at all would be no fault: who wants that leaves the incident out.
    let times = attributes.number_from("Times", 1);
    let until = attributes.required_time("Until");
    match kind {
        Kind::TablesFail => {
            let call = attributes.word("Call", TableCall::WORDS);
            let how = attributes.word("How", TableFault::WORDS);
            Some(What::TablesFail { call: call?, how: how?, times, until: until? })
        }
        Kind::AwsFails => {
            let call = attributes.word("Call", AwsCall::WORDS);
            let instance = attributes.optional("Instance", KEY, str::parse::<InstanceKey>);
            if instance.is_some() && call == Some(AwsCall::Describe) {
                let message =
                    "a look is never for one instance; allowed: nothing, or with `Call: start` or `Call: stop`";
                attributes.fault("Instance", message);
            }
            let how = attributes.word("How", AwsFault::WORDS);
            Some(What::AwsFails { call: call?, instance, how: how?, times, until: until? })
        }
        _ => {
            let how = attributes.word("How", ChatFault::WORDS);
            Some(What::ChatFails { how: how?, times, until: until? })
        }
    }
}

fn of_an_instance(attributes: &mut Attributes<'_>, kind: Kind) -> Option<What> {
    let instance = attributes.required("Instance", KEY, str::parse::<InstanceKey>);
    match kind {
        Kind::Busy => {
            let state = attributes.text("State", "AWS's word, such as `backing-up`");
            let until = attributes.required_time("Until");
            Some(What::Busy { instance: instance?, state: state?, until: until? })
        }
        Kind::Console => {
            let action = attributes.word("Action", words::ACTIONS);
            Some(What::Console { instance: instance?, action: action? })
        }
        Kind::Retagged => {
            let allowed = "the value of its tag `ScheduleName`, or `null`: the tag is taken away";
            let tag = match attributes.raw("ScheduleName") {
                Some(value) if is_nothing(value) => Some(TagValue::absent()),
                _ => attributes.required("ScheduleName", allowed, TagValue::new),
            };
            let group_tag = match attributes.raw("ScheduleGroupName") {
                Some(value) if is_nothing(value) => None,
                _ => {
                    let allowed = "the value of its tag `ScheduleGroupName`";
                    attributes.optional("ScheduleGroupName", allowed, GroupName::new)
                }
            };
            Some(What::Retagged { instance: instance?, schedule_tag: tag?, group_tag })
        }
        Kind::Launched => Some(What::Launched { instance: instance? }),
        _ => Some(What::Terminated { instance: instance? }),
    }
}

/// Whether a tag is to be taken away: in the console an empty value is as good as none.
fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

fn of_a_person(attributes: &mut Attributes<'_>, kind: Kind) -> Option<What> {
    if matches!(kind, Kind::Extends | Kind::Orders) {
        let schedule = attributes.required("Schedule", "the name of a schedule", ScheduleName::new);
        if matches!(kind, Kind::Extends) {
            let by = attributes.required_length("By");
            return Some(What::Extends { schedule: schedule?, by: by? });
        }
        let flag = attributes.word("Flag", words::FLAGS);
        let raised = attributes.flag("Raised").unwrap_or(true);
        return Some(What::Orders { schedule: schedule?, flag: flag?, raised });
    }
    let table = attributes.word("Table", words::TABLES);
    if matches!(kind, Kind::Writes) {
        let item = attributes.item("Item");
        return Some(What::Writes { table: table?, item: item? });
    }
    let key = attributes.key("Key");
    if matches!(kind, Kind::Deletes) {
        return Some(What::Deletes { table: table?, key: key? });
    }
    let attribute = attributes.text("Attribute", "the name of an attribute");
    let value = attributes.raw("Value").cloned();
    Some(What::Edits { table: table?, key: key?, attribute: attribute?, value })
}

/// The attributes of an incident without its time, in the order in which they are written.
pub(super) fn write(what: &What, zone: Tz) -> Vec<(&'static str, Value)> {
    let time = |at: &DateTime<Utc>| json!(time_text(*at, zone));
    let length = |length| json!(words::length_text(length));
    let key = |key: &InstanceKey| json!(key.to_string());
    let table = |table| json!(word_of(words::TABLES, table));
    let some = |name, value| (name, Some(value));
    let (kind, attributes) = match what {
        What::Outage { .. } => (Kind::Outage, vec![]),
        What::Late { by, .. } => (Kind::Late, vec![some("By", length(*by))]),
        What::Doubled { by, .. } => (Kind::Doubled, vec![some("By", length(*by))]),
        What::Killed { after } => (Kind::Killed, vec![some("After", json!(after))]),
        What::ClockOff { by, .. } => (Kind::ClockOff, vec![some("By", length(*by))]),
        What::ClocksApart { by, .. } => (Kind::ClocksApart, vec![some("By", length(*by))]),
        What::ShortLimit { limit, .. } => (Kind::ShortLimit, vec![some("Limit", length(*limit))]),
        What::Stale { by, .. } => (Kind::Stale, vec![some("By", length(*by))]),
        What::TablesFail { call, how, times, .. } => {
            let call = json!(call.as_str());
            let how = json!(how.as_str());
            (Kind::TablesFail, vec![some("Call", call), some("How", how), ("Times", times.map(|times| json!(times)))])
        }
        What::AwsFails { call, instance, how, times, .. } => {
            let call = some("Call", json!(call.as_str()));
            let how = some("How", json!(how.as_str()));
            let instance = ("Instance", instance.as_ref().map(key));
            (Kind::AwsFails, vec![call, instance, how, ("Times", times.map(|times| json!(times)))])
        }
        What::ChatFails { how, times, .. } => {
            let how = some("How", json!(how.as_str()));
            (Kind::ChatFails, vec![how, ("Times", times.map(|times| json!(times)))])
        }
        What::Busy { instance, state, .. } => {
            (Kind::Busy, vec![some("Instance", key(instance)), some("State", json!(state))])
        }
        What::Terminated { instance } => (Kind::Terminated, vec![some("Instance", key(instance))]),
        What::Launched { instance } => (Kind::Launched, vec![some("Instance", key(instance))]),
        What::Retagged { instance, schedule_tag, group_tag } => {
            let is_absent = *schedule_tag == TagValue::absent();
            let tag = some("ScheduleName", if is_absent { Value::Null } else { json!(schedule_tag.as_str()) });
            let group = ("ScheduleGroupName", group_tag.as_ref().map(|group| json!(group.as_str())));
            (Kind::Retagged, vec![some("Instance", key(instance)), tag, group])
        }
        What::Console { instance, action } => {
            let action = some("Action", json!(word_of(words::ACTIONS, action)));
            (Kind::Console, vec![some("Instance", key(instance)), action])
        }
        What::Extends { schedule, by } => {
            (Kind::Extends, vec![some("Schedule", json!(schedule.as_str())), some("By", length(*by))])
        }
        What::Orders { schedule, flag, raised } => {
            let flag = some("Flag", json!(word_of(words::FLAGS, flag)));
            (Kind::Orders, vec![some("Schedule", json!(schedule.as_str())), flag, some("Raised", json!(raised))])
        }
        What::Writes { table: of, item } => {
            (Kind::Writes, vec![some("Table", table(of)), some("Item", Value::Object(item.clone()))])
        }
        What::Edits { table: of, key, attribute, value } => {
            let key = some("Key", Value::Object(key.clone()));
            let attribute = some("Attribute", json!(attribute));
            (Kind::Edits, vec![some("Table", table(of)), key, attribute, ("Value", value.clone())])
        }
        What::Deletes { table: of, key } => {
            (Kind::Deletes, vec![some("Table", table(of)), some("Key", Value::Object(key.clone()))])
        }
    };
    let word = KINDS.get(kind as usize).map_or("", |(word, _)| word);
    let attributes = attributes.into_iter().chain([("Until", what.until().as_ref().map(time))]);
    let attributes = attributes.filter_map(|(name, value)| Some((name, value?)));
    std::iter::once(("What", json!(word))).chain(attributes).collect()
}
