//! A notice as plain JSON, for servers that do something with it themselves. Pure.
//!
//! One object a message. `event`, `text` and `language` are always there, the rest where the notice has it:
//!
//! | field | holds |
//! | --- | --- |
//! | `event` | `warning`, `start`, `stop`, `run_done`, `would_start`, `would_stop`, `failed`, `slow`, `extended`, `problem`, `test` |
//! | `text` | what people read on other platforms, at most [`TEXT_CHARS`] characters |
//! | `language` | the language of all that is written for people: `en`, `ko` |
//! | `schedule`, `timezone` | the schedule's name and its time zone |
//! | `action` | `start` or `stop` |
//! | `cause` | `timetable`, `force` or `enforce` |
//! | `at` | when it happened, or would have |
//! | `stop_at` | when it stops (`warning`, `extended`) |
//! | `planned_at` | of a `warning`: when it would stop by the timetable |
//! | `extensible_by_minutes` | of a `warning`: by how much the stop may still be moved, counted from `stop_at`; 0: not at all |
//! | `choices` | of a `warning` that can be answered: an object of `offers` (objects of `minutes` after `stop_at`, `until_at`, `label`), `page` (the address of a page that offers the same; a secret: whoever has it can move the stop), `page_label`, `command` (what to write in chat) |
//! | `until_at` | when the timetable stops what was started by force; `null`: never |
//! | `instances` | what it is about: objects of `id`, `kind` (`ec2`, `rds`, `cluster`), `name`, `group`, `engine` (or EC2's instance type), `availability_zone`, `region` and `account` if it is elsewhere, `remark` |
//! | `left_out` | how many more there are, beyond the first [`MOST`] instances or problems |
//! | `instance_count`, `refused_count`, `took_seconds` | of a `run_done` |
//! | `code`, `is_final` | of a `failed`: AWS's code, and whether it is not tried again |
//! | `waited_seconds`, `held` | of a `slow`: how long it has been waited, and the groups that wait for it |
//! | `by` | of an `extended`: by whom |
//! | `cancel_command` | of an `extended`: what to write in chat to take it back, if there are commands |
//! | `problems` | of a `problem`: objects of `item`, `attribute`, `holds`, `message`, `schedule`, `stops_schedule` |
//!
//! Instants are RFC 3339 in UTC, with `Z`.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value};

use super::{Choices, Platform, Voice, offer, text};
use crate::model::{Action, Cause, GroupName, InstanceKey, Label, Notice, Problem, Region, ScheduleName, Stretch};

/// What the body is.
pub const CONTENT_TYPE: &str = "application/json";
/// The longest `text`, in characters, its title not counted.
pub const TEXT_CHARS: usize = 5_000;
/// The most instances or problems in one message.
pub const MOST: usize = 500;

/// The JSON of a notice.
#[must_use]
pub fn render(notice: &Notice, voice: &Voice) -> Value {
    let mut fields = Fields::default();
    fields.put("text", super::message(Platform::Json, notice, voice).within(TEXT_CHARS).to_text());
    fields.put("language", voice.language.as_str());
    match notice {
        Notice::Warning { schedule, zone, cause, planned_at, stop_at, stretches, extensible_by, is_for_all: _ } => {
            fields.head("warning", schedule.as_str(), zone.name());
            fields.put("cause", cause.as_str());
            fields.time("stop_at", *stop_at);
            fields.time("planned_at", *planned_at);
            fields.put("extensible_by_minutes", extensible_by.num_minutes());
            fields.put_if("choices", offer::choices(notice, &voice.answers, voice.language).as_ref().map(choices));
            fields.instances(stretches);
        }
        Notice::Acted { schedule, zone, action, cause, at, stretch, until_at } => {
            fields.head(action.as_str(), schedule.as_str(), zone.name());
            fields.happened(*action, Some(*cause), *at);
            fields.instances([stretch]);
            match until_at {
                Some(until_at) => fields.time("until_at", *until_at),
                None if (*cause, *action) == (Cause::Force, Action::Start) => fields.put("until_at", Value::Null),
                None => {}
            }
        }
        Notice::RunDone { schedule, zone, action, cause, at, took, instances, refused } => {
            fields.head("run_done", schedule.as_str(), zone.name());
            fields.happened(*action, Some(*cause), *at);
            fields.put("took_seconds", took.num_seconds());
            fields.put("instance_count", *instances);
            fields.put("refused_count", *refused);
        }
        Notice::WouldAct { schedule, zone, action, at, stretches } => {
            fields.head(would(*action), schedule.as_str(), zone.name());
            fields.happened(*action, None, *at);
            fields.instances(stretches);
        }
        Notice::Failed { schedule, zone, action, is_final, code, stretch } => {
            fields.head("failed", schedule.as_str(), zone.name());
            fields.put("action", action.as_str());
            fields.put("code", code.as_str());
            fields.put("is_final", *is_final);
            fields.instances([stretch]);
        }
        Notice::Slow { schedule, zone, action, waited, stretch, held } => {
            fields.head("slow", schedule.as_str(), zone.name());
            fields.put("action", action.as_str());
            fields.put("waited_seconds", waited.num_seconds());
            fields.put("held", held.iter().map(ToString::to_string).collect::<Vec<_>>());
            fields.instances([stretch]);
        }
        Notice::Extended { schedule, zone, stop_at, by } => {
            fields.head("extended", schedule.as_str(), zone.name());
            fields.time("stop_at", *stop_at);
            fields.put("by", text::person(by));
            fields.put_if("cancel_command", offer::cancel(notice, &voice.answers, voice.language));
        }
        Notice::Problems(problems) => {
            fields.put("event", "problem");
            fields.list("problems", problems.iter().map(problem));
        }
        Notice::Trial => fields.put("event", "test"),
    }
    Value::Object(fields.0)
}

fn choices(choices: &Choices) -> Value {
    let mut fields = Fields::default();
    let offers = choices.offers.iter().map(|offer| {
        let mut fields = Fields::default();
        fields.put_if("minutes", offer.id.parse::<i64>().ok());
        fields.time("until_at", offer.until_at);
        fields.put("label", offer.label.as_str());
        Value::Object(fields.0)
    });
    fields.put("offers", offers.collect::<Vec<_>>());
    if let Some(page) = &choices.page {
        fields.put("page", page.as_str());
        fields.put("page_label", choices.page_label.as_str());
    }
    fields.put_if("command", choices.command.as_deref());
    Value::Object(fields.0)
}

fn would(action: Action) -> &'static str {
    match action {
        Action::Start => "would_start",
        Action::Stop => "would_stop",
    }
}

/// The object as it grows.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    fn put_if(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    fn time(&mut self, name: &str, at: DateTime<Utc>) {
        self.put(name, at.to_rfc3339_opts(SecondsFormat::Secs, true));
    }

    fn head(&mut self, event: &str, schedule: &str, zone: &str) {
        self.put("event", event);
        self.put("schedule", schedule);
        self.put("timezone", zone);
    }

    fn happened(&mut self, action: Action, cause: Option<Cause>, at: DateTime<Utc>) {
        self.put("action", action.as_str());
        self.put_if("cause", cause.map(Cause::as_str));
        self.time("at", at);
    }

    /// The first of a list, and how many more there are.
    fn list(&mut self, name: &str, values: impl Iterator<Item = Value>) {
        let mut values: Vec<Value> = values.collect();
        let left_out = values.len().saturating_sub(MOST);
        values.truncate(MOST);
        self.put(name, values);
        self.put_if("left_out", (left_out > 0).then_some(left_out));
    }

    fn instances<'a>(&mut self, stretches: impl IntoIterator<Item = &'a Stretch>) {
        let of = |stretch: &'a Stretch| stretch.instances.iter().map(move |line| (stretch, line));
        let instances = stretches.into_iter().flat_map(of);
        let values = instances.map(|(stretch, (key, label, remark))| instance(stretch, key, label, remark));
        self.list("instances", values);
    }
}

fn instance(stretch: &Stretch, key: &InstanceKey, label: &Label, remark: &str) -> Value {
    let mut fields = Fields::default();
    fields.put("id", key.id.as_str());
    fields.put("kind", key.kind.as_str());
    fields.put_if("group", stretch.group.as_ref().map(GroupName::as_str));
    fields.put_if("name", label.name.as_deref());
    fields.put_if("engine", label.engine.as_deref());
    fields.put_if("availability_zone", label.zone.as_deref());
    fields.put_if("region", key.scope.region.as_ref().map(Region::as_str));
    fields.put_if("account", key.scope.account.as_ref().map(text::account));
    fields.put_if("remark", (!remark.is_empty()).then_some(remark));
    Value::Object(fields.0)
}

fn problem(problem: &Problem) -> Value {
    let mut fields = Fields::default();
    fields.put("item", problem.item.as_str());
    fields.put_if("attribute", (!problem.attribute.is_empty()).then_some(problem.attribute.as_str()));
    fields.put_if("holds", problem.holds.as_deref());
    fields.put("message", problem.message.as_str());
    fields.put_if("schedule", problem.schedule.as_ref().map(ScheduleName::as_str));
    fields.put("stops_schedule", problem.stops_schedule);
    Value::Object(fields.0)
}

#[cfg(test)]
mod tests;
