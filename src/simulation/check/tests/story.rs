//! Histories by hand, a line an entry.
//!
//! `HH:MM[:SS] word …`; hours from 24 are the next day. The schedule is `S`, in UTC, every day from 09:00 to 18:00, with the
//! groups `A` and `B`, which depends on `A`; the instances are `a` and `b` in them, `x` without a group, `db` as a database
//! in `A` if it is named in the first line, or a whole key.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::super::check;
use crate::memory::Machine;
use crate::model::{
    Action, Cause, Failure, FailureKind, GroupName, InstanceKey, InstanceState, Inventory, Notice, Problem, Region,
    ScheduleName, Scope, Source, Stretch, TagValue,
};
use crate::ports::{ChatError, Item, Table};
use crate::simulation::case::{Case, ChatFault, Incident, What};
use crate::simulation::history::{Entry, Happened, HowEnded, Whom};
use crate::tick::Report;

pub(super) struct Story {
    pub(super) case: Case,
    pub(super) history: Vec<Entry>,
    row: Item,
    states: BTreeMap<InstanceKey, InstanceState>,
    /// Of those that people have given another schedule tag.
    tags: BTreeMap<InstanceKey, TagValue>,
    /// Where the instances may be.
    scopes: Vec<Scope>,
}

/// Histories, each with what it is, the attributes of its world, whether it breaks the promise, and its lines.
pub(super) type Cases<'a> = &'a [(&'a str, &'a str, bool, &'a str)];

/// Holds each history of a table against one promise.
#[track_caller]
pub(super) fn all(promise: u8, cases: Cases<'_>) {
    for (what, attributes, is_broken, lines) in cases {
        let story = Story::new(attributes, lines);
        let found = check(&story.case, &story.history);
        let is_found = found.iter().any(|violation| violation.promise == promise);
        assert_eq!(is_found, *is_broken, "{what}: {found:#?}");
    }
}

pub(super) fn at(text: &str) -> DateTime<Utc> {
    let parts: Vec<i64> = text.split(':').map(|part| part.parse().unwrap()).collect();
    let midnight: DateTime<Utc> = "2026-11-23T00:00:00Z".parse().unwrap();
    let seconds = parts.get(2).copied().unwrap_or_default();
    midnight + Duration::seconds(parts[0] * 3600 + parts[1] * 60 + seconds)
}

fn key(id: &str) -> InstanceKey {
    if id.contains('/') {
        return id.parse().unwrap();
    }
    let kind = if id.starts_with("db") { "rds" } else { "ec2" };
    format!("{kind}/{id}").parse().unwrap()
}

fn state(word: &str) -> InstanceState {
    match word {
        "stopped" => InstanceState::Stopped,
        "starting" => InstanceState::Starting,
        "running" => InstanceState::Running,
        "stopping" => InstanceState::Stopping,
        "gone" => InstanceState::Gone,
        "failed" => InstanceState::Broken { raw: word.to_owned() },
        _ => InstanceState::Serving { raw: word.to_owned() },
    }
}

fn action(word: &str) -> Action {
    if word == "start" { Action::Start } else { Action::Stop }
}

fn item(value: &Value) -> Item {
    value.as_object().unwrap().clone()
}

fn name() -> ScheduleName {
    ScheduleName::new("S").unwrap()
}

impl Story {
    /// `attributes` as `Enforce=true StopTime=20:00 from=08:00 to=24:00 with=a,b,x`.
    pub(super) fn new(attributes: &str, lines: &str) -> Self {
        let row = item(&json!({
            "ScheduleName": "S", "TagValue": "S", "DaysActive": "all", "StartTime": "09:00", "StopTime": "18:00",
            "Enabled": true, "Timezone": "UTC",
        }));
        let case = Case {
            seed: 0,
            from: at("08:00"),
            to: at("36:00"),
            defaults: crate::document::Defaults::default(),
            cron: Duration::minutes(5),
            on_change: true,
            tables: crate::document::Tables::default(),
            machines: Vec::new(),
            incidents: Vec::new(),
        };
        let mut story =
            Self { case, history: Vec::new(), row, states: BTreeMap::new(), tags: BTreeMap::new(), scopes: Vec::new() };
        let mut with = "a,b".to_owned();
        for word in attributes.split_whitespace() {
            let (attribute, value) = word.split_once('=').unwrap();
            match attribute {
                "from" => story.case.from = at(value),
                "to" => story.case.to = at(value),
                "with" => value.clone_into(&mut with),
                _ => _ = story.row.insert(attribute.to_owned(), parsed(value)),
            }
        }
        story.begin(&with);
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let words: Vec<&str> = line.split_whitespace().collect();
            story.line(at(words[0]), &words[1..]);
        }
        story
    }

    fn begin(&mut self, with: &str) {
        let from = self.case.from;
        let regions = self.row.get("Regions").and_then(Value::as_array).cloned().unwrap_or_default();
        let region = |region: &Value| Region::new(region.as_str().unwrap()).ok();
        self.scopes = regions.iter().map(|value| Scope { account: None, region: region(value) }).collect();
        if self.scopes.is_empty() {
            self.scopes.push(Scope::default());
        }
        for id in with.split(',') {
            let group = match id.rsplit('/').next().and_then(|id| id.chars().next()) {
                Some('a' | 'd') => GroupName::new("A").ok(),
                Some('b') => GroupName::new("B").ok(),
                _ => None,
            };
            let machine = Machine::new(key(id), TagValue::new("S").unwrap(), group);
            self.states.insert(key(id), InstanceState::Stopped);
            self.case.machines.push(machine);
        }
        let service = if with.contains("db") { "RDS" } else { "EC2" };
        let rows = [
            (Table::Schedule, self.row.clone()),
            (Table::ServerGroup, item(&json!({"ScheduleName": "S", "GroupName": "A", "InstanceType": service}))),
            (
                Table::ServerGroup,
                item(&json!({"ScheduleName": "S", "GroupName": "B", "InstanceType": "EC2", "Dependency": ["A"]})),
            ),
        ];
        for (table, row) in rows {
            self.push(from, Happened::Row { table, before: None, after: Some(row), by: Whom::Beginning });
        }
    }

    fn push(&mut self, at: DateTime<Utc>, what: Happened) {
        self.history.push(Entry { at, what });
    }

    fn line(&mut self, at: DateTime<Utc>, words: &[&str]) {
        let number = |index: usize| words[index].parse::<u32>().unwrap();
        match words[0] {
            "began" => self.push(at, Happened::Began(number(1))),
            "ended" => self.push(at, Happened::Ended(number(1), HowEnded::Done(Report::default()))),
            "killed" => self.push(at, Happened::Ended(number(1), HowEnded::Killed)),
            "reads" => self.read(at, number(1)),
            "sees" => self.see(at, number(1), &words[2..]),
            // Begins, reads and sees.
            "tick" => {
                self.push(at, Happened::Began(number(1)));
                self.read(at, number(1));
                self.see(at, number(1), &words[2..]);
            }
            "asks" => self.ask(at, number(1), &words[2..]),
            "wrote" => self.write(at, number(1), ("S", "@state"), true),
            // The notebook of problems.
            "noted" => self.write(at, number(1), ("@lamplighter", "@told"), true),
            "lost" => self.write(at, number(1), ("S", "@state"), false),
            "state" => self.state(at, key(words[1]), state(words[2]), words.get(3).copied()),
            "console" => {
                let what = What::Console { instance: key(words[2]), action: action(words[1]) };
                self.incident(at, what);
                let to = if words[1] == "start" { "running" } else { "stopped" };
                self.state(at, key(words[2]), state(to), Some("person"));
            }
            "leaves" => self.retag(at, &key(words[1]), "T"),
            "joins" => self.retag(at, &key(words[1]), "S"),
            "edits" => self.edit(at, words[1], Whom::Person),
            "lowered" => self.edit(at, &format!("{}=false", words[1]), Whom::Function(1)),
            // What is remembered of a schedule, or the notebook, is deleted.
            "forgets" => self.forget(at, words[1]),
            "excepts" => self.except(at, words[1], words[2], words[3]),
            "answered" => {
                let answer = Ok(super::story::at(words[1]));
                self.push(at, Happened::Answered { schedule: name(), answer });
            }
            "chat" => self
                .incident(at, What::ChatFails { how: ChatFault::Down, times: None, until: super::story::at(words[2]) }),
            "outage" => self.incident(at, What::Outage { until: super::story::at(words[1]) }),
            "clock" => {
                let (by, until) = (Duration::seconds(8), super::story::at(words[1]));
                self.incident(at, What::ClockOff { by, until });
            }
            "tells" => self.tell(at, number(1), words[2], &words[3..], true),
            "cannot" => self.tell(at, number(1), words[2], &words[3..], false),
            word => panic!("{word}"),
        }
    }

    fn incident(&mut self, at: DateTime<Utc>, what: What) {
        self.case.incidents.push(Incident { at, what: what.clone() });
        self.push(at, Happened::Incident(what));
    }

    fn write(&mut self, at: DateTime<Utc>, invocation: u32, (schedule, run_id): (&str, &str), took_effect: bool) {
        let (schedule, run_id) = (schedule.to_owned(), run_id.to_owned());
        self.push(at, Happened::Wrote { invocation, schedule, run_id, took_effect, answer: Ok(()) });
    }

    fn read(&mut self, at: DateTime<Utc>, invocation: u32) {
        for table in [Table::Schedule, Table::ServerGroup, Table::Exception] {
            self.push(at, Happened::Read(invocation, table));
        }
    }

    /// What the instances are, but for those for which the look shows something else, and for regions `-that` do not answer.
    fn see(&mut self, at: DateTime<Utc>, invocation: u32, others: &[&str]) {
        let mut inventory = Inventory::default();
        let is_seen = |scope: &&Scope| {
            let region = scope.region.as_ref().map(ToString::to_string).unwrap_or_default();
            !others.iter().any(|other| other.strip_prefix('-') == Some(region.as_str()))
        };
        inventory.seen.extend(self.scopes.iter().filter(is_seen).cloned());
        for machine in &self.case.machines {
            let mut instance = machine.instance.clone();
            instance.state = self.states[&instance.key].clone();
            if let Some(tag) = self.tags.get(&instance.key) {
                instance.schedule_tag = tag.clone();
            }
            for (id, word) in others.iter().filter_map(|other| other.split_once('=')) {
                if instance.key == key(id) && word == "unchecked" {
                    instance.checks_passed = Some(false);
                } else if instance.key == key(id) {
                    instance.state = state(word);
                }
            }
            inventory.instances.insert(instance.key.clone(), instance);
        }
        self.push(at, Happened::Looked(invocation, inventory));
    }

    /// `start a b`, `stop a !Denied`: the instances are then on their way there if there is no failure.
    fn ask(&mut self, at: DateTime<Utc>, invocation: u32, words: &[&str]) {
        let action = action(words[0]);
        let kind = words.last().and_then(|word| word.strip_prefix('!'));
        let failure = kind.map(|kind| Failure {
            kind: match kind {
                "Denied" => FailureKind::Denied,
                "Refused" => FailureKind::Refused,
                _ => FailureKind::Throttled,
            },
            code: kind.to_owned(),
            message: String::new(),
        });
        for id in words[1..].iter().filter(|word| !word.starts_with('!')) {
            let answer = failure.clone().map_or(Ok(()), Err);
            let (key, took_effect) = (key(id), failure.is_none());
            let what = Happened::Asked { invocation, action, key: key.clone(), took_effect, answer };
            self.push(at, what);
            if took_effect {
                let to = if action == Action::Start { InstanceState::Starting } else { InstanceState::Stopping };
                self.state(at, key, to, None);
            }
        }
    }

    fn state(&mut self, at: DateTime<Utc>, key: InstanceKey, state: InstanceState, by: Option<&str>) {
        let by = if by == Some("person") { Whom::Person } else { Whom::Aws };
        self.states.insert(key.clone(), state.clone());
        self.push(at, Happened::State { key, state, checks_passed: true, by });
    }

    fn retag(&mut self, at: DateTime<Utc>, key: &InstanceKey, tag: &str) {
        let tag = TagValue::new(tag).unwrap();
        let machine = self.case.machines.iter().find(|machine| machine.instance.key == *key).unwrap();
        let instance = crate::model::Instance { schedule_tag: tag.clone(), ..machine.instance.clone() };
        self.tags.insert(key.clone(), tag);
        self.push(at, Happened::Retagged(instance));
    }

    fn edit(&mut self, at: DateTime<Utc>, text: &str, by: Whom) {
        let (attribute, value) = text.split_once('=').unwrap();
        let before = Some(self.row.clone());
        self.row.insert(attribute.to_owned(), parsed(value));
        let after = Some(self.row.clone());
        self.push(at, Happened::Row { table: Table::Schedule, before, after, by });
    }

    fn except(&mut self, at: DateTime<Utc>, date: &str, kind: &str, value: &str) {
        let row = item(&json!({
            "ExceptionUuid": "e", "ScheduleName": "S", "ExceptionDate": date, "ExceptionType": kind,
            "ExceptionValue": value,
        }));
        let what = Happened::Row { table: Table::Exception, before: None, after: Some(row), by: Whom::Person };
        self.push(at, what);
    }

    fn forget(&mut self, at: DateTime<Utc>, name: &str) {
        let run_id = if name.starts_with('@') { "@told" } else { "@state" };
        let row = item(&json!({"ScheduleName": name, "RunId": run_id}));
        self.incident(at, What::Deletes { table: Table::Run, key: row.clone() });
        self.push(at, Happened::Row { table: Table::Run, before: Some(row), after: None, by: Whom::Person });
    }

    fn tell(&mut self, at: DateTime<Utc>, invocation: u32, what: &str, words: &[&str], arrived: bool) {
        let (schedule, zone, cause) = (name(), Tz::UTC, Cause::Timetable);
        let stretch = |ids: &[&str]| Stretch {
            group: None,
            instances: ids.iter().map(|id| (key(id), crate::model::Label::default(), String::new())).collect(),
        };
        let notice = match what {
            "warning" => Notice::Warning {
                schedule,
                zone,
                cause,
                planned_at: super::story::at(words[0]),
                stop_at: super::story::at(words[0]),
                stretches: Vec::new(),
                extensible_by: Duration::zero(),
                is_for_all: true,
            },
            "acted" => {
                let (action, stretch) = (action(words[0]), stretch(&words[1..]));
                Notice::Acted { schedule, zone, action, cause, at, stretch, until_at: None }
            }
            "done" => {
                let (action, took) = (action(words[0]), Duration::zero());
                Notice::RunDone { schedule, zone, action, cause, at, took, instances: 0, refused: 0 }
            }
            "failed" => {
                let (action, code) = (action(words[0]), words[1].to_owned());
                Notice::Failed { schedule, zone, action, is_final: false, code, stretch: stretch(&words[2..]) }
            }
            "slow" => {
                let (action, waited, stretch) = (action(words[0]), Duration::minutes(20), stretch(&words[1..]));
                Notice::Slow { schedule, zone, action, waited, stretch, held: Vec::new() }
            }
            "would" => {
                let (action, at) = (action(words[0]), super::story::at(words[1]));
                Notice::WouldAct { schedule, zone, action, at, stretches: Vec::new() }
            }
            "extended" => {
                let (stop_at, by) = (super::story::at(words[0]), "somebody".to_owned());
                Notice::Extended { schedule, zone, stop_at, by }
            }
            "problem" => Notice::Problems(vec![Problem {
                source: match words.get(1) {
                    Some(&"instances") => Source::Instances(schedule.clone()),
                    Some(&"scope") => Source::Scope(Scope::default()),
                    _ => Source::Tables,
                },
                schedule: Some(schedule),
                item: words[0].to_owned(),
                attribute: String::new(),
                holds: None,
                message: String::new(),
                stops_schedule: true,
            }]),
            word => panic!("{word}"),
        };
        let answer = if arrived { Ok(()) } else { Err(ChatError::Unavailable(String::new())) };
        self.push(at, Happened::Told { invocation, notice, arrived, answer });
    }
}

fn parsed(value: &str) -> Value {
    serde_json::from_str(value).unwrap_or_else(|_| json!(value))
}
