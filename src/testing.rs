//! Short ways to write schedules, times and worlds in tests.

use std::sync::Mutex;

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use chrono_tz::Tz;

use crate::document::{self, Defaults, file};
use crate::engine::calendar;
use crate::memory::{Fault, Machine, World};
use crate::model::{
    Action, Failure, FailureKind, GroupName, InstanceState, Notice, Problem, Schedule, ScheduleName, Stretch, TagValue,
};
use crate::ports::{Clock as _, Ports, Queue, QueueError, Table};
use crate::tick::{self, About, Options, Report, TickError};

/// The schedules of a file's text, and what is wrong with it.
pub(crate) fn read(text: &str) -> (Vec<Schedule>, Vec<String>) {
    let tables = file::items(text).unwrap();
    let (schedules, problems) = document::read(&tables, Defaults::default(), "2026-01-01".parse().unwrap());
    check_korean(&problems);
    (schedules, problems.iter().map(Problem::to_string).collect())
}

/// What is wrong can be said in Korean: a new sentence gets its line in `chat/text/ko/faults/sentences.rs`.
#[track_caller]
pub(crate) fn check_korean(problems: &[Problem]) {
    for problem in problems {
        assert!(crate::chat::has_korean(&problem.message), "no Korean for: {}", problem.message);
    }
}

/// The schedule of attributes such as `StartTime: 09:30`, one a line, with defaults for what has to be there.
/// Exceptions are written as `2026-11-23 stop 25:00`.
pub(crate) fn schedule(attributes: &str, exceptions: &[&str]) -> Schedule {
    let defaults = [("DaysActive", "all"), ("StartTime", "None"), ("StopTime", "None"), ("Enabled", "true")];
    let mut text = "Schedule:\n  ScheduleName: S\n  TagValue: S\n".to_owned();
    for line in attributes.lines().map(str::trim).filter(|line| !line.is_empty()) {
        text += &format!("  {line}\n");
    }
    let is_given = |name: &str| attributes.contains(name) || (attributes.contains("Periods") && name != "Enabled");
    for (name, value) in defaults.iter().filter(|(name, _)| !is_given(name)) {
        text += &format!("  {name}: {value}\n");
    }
    text += "Exceptions:\n";
    for (index, exception) in exceptions.iter().enumerate() {
        let [date, kind, value] = exception.split(' ').collect::<Vec<_>>()[..] else { panic!("{exception}") };
        text += &format!(
            "  - {{ExceptionUuid: e{index}, ExceptionDate: {date}, ExceptionType: {kind}, ExceptionValue: '{value}'}}\n"
        );
    }
    let (mut schedules, problems) = read(&text);
    schedules.pop().unwrap_or_else(|| panic!("{problems:?}\n{text}"))
}

/// The instant of a local time such as `2026-11-23 09:30` in the schedule's zone.
pub(crate) fn local(schedule: &Schedule, text: &str) -> DateTime<Utc> {
    calendar::instant(schedule.zone, NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap())
}

/// A world with the schedules of a file, in which ticks come every five minutes and when an instance has changed.
pub(crate) struct Town {
    pub(crate) world: World,
    zone: Tz,
}

impl Town {
    /// The file's items in the tables and a stopped machine for each `kind/id group`, at a local time.
    pub(crate) fn new(file: &str, machines: &[&str], at: &str) -> Self {
        let zone = Tz::Asia__Seoul;
        let town = Self { world: World::new(instant(zone, at)), zone };
        town.put_file(file);
        for machine in machines {
            let (key, group) = machine.split_once(' ').unwrap_or((machine, ""));
            let tag = read(file).0.first().map(|schedule| schedule.tag_value.clone());
            let tag = tag.unwrap_or_else(|| TagValue::new("S").unwrap());
            town.world.put_machine(Machine::new(key.parse().unwrap(), tag, GroupName::new(group).ok()));
        }
        town
    }

    pub(crate) fn put_file(&self, file: &str) {
        let tables = file::items(file).unwrap();
        for (table, items) in [
            (Table::Schedule, tables.schedules),
            (Table::ServerGroup, tables.groups),
            (Table::Exception, tables.exceptions),
        ] {
            for item in items {
                self.world.put_item(table, item);
            }
        }
    }

    /// Changes an attribute of the only schedule, as a person would in the console.
    pub(crate) fn edit(&self, attribute: &str, value: impl Into<serde_json::Value>) {
        let mut item = self.world.items(Table::Schedule).remove(0);
        item.insert(attribute.to_owned(), value.into());
        self.world.put_item(Table::Schedule, item);
    }

    pub(crate) fn schedule_item(&self, attribute: &str) -> serde_json::Value {
        self.world.items(Table::Schedule)[0][attribute].clone()
    }

    pub(crate) fn set_state(&self, key: &str, state: InstanceState) {
        self.world.set_state(&key.parse().unwrap(), state);
    }

    pub(crate) fn state(&self, key: &str) -> String {
        self.world.state(&key.parse().unwrap()).unwrap().as_str().to_owned()
    }

    pub(crate) fn fail(&self, action: Action, key: &str, kind: FailureKind, code: &str, until: &str) {
        let failure = Failure { kind, code: code.to_owned(), message: "AWS says no".to_owned() };
        let until_at = instant(self.zone, until);
        self.world.put_fault(Fault { key: key.parse().unwrap(), action, failure, until_at });
    }

    pub(crate) fn at(&self, local: &str) -> DateTime<Utc> {
        instant(self.zone, local)
    }

    /// Makes an instance take so many minutes to start.
    pub(crate) fn slow_down(&self, key: &str, group: &str, minutes: i64) {
        let tag = TagValue::new("S").unwrap();
        let mut machine = Machine::new(key.parse().unwrap(), tag, GroupName::new(group).ok());
        machine.boots_in = Duration::minutes(minutes);
        self.world.put_machine(machine);
    }

    /// One tick now.
    pub(crate) fn tick(&self) -> Result<Report, TickError> {
        let world = &self.world;
        let ports = Ports { store: world, fleet: world, chat: world, clock: world, journal: world };
        pollster::block_on(tick::run(&ports, &self.options("tick")))
    }

    pub(crate) fn options(&self, owner: &str) -> Options {
        Options {
            owner: owner.to_owned(),
            deadline: self.world.now() + Duration::minutes(4),
            settle: Duration::seconds(60),
            defaults: Defaults::default(),
            only: None,
            about: About::All,
        }
    }

    /// Ticks until a local time, and what happened: events and messages, a line each.
    pub(crate) fn run_until(&self, local: &str) -> Vec<String> {
        let until_at = instant(self.zone, local);
        while self.world.now() <= until_at {
            self.tick().unwrap();
            let now = self.world.now();
            let next_cron = DateTime::from_timestamp((now.timestamp() / 300 + 1) * 300, 0).unwrap();
            let next_event = self.world.next_change().map(|at| at.max(now) + Duration::seconds(1));
            self.world.advance_to(next_event.map_or(next_cron, |event| event.min(next_cron)));
        }
        self.log()
    }

    /// What happened since the last time: events and messages in the order of time, a line each.
    pub(crate) fn log(&self) -> Vec<String> {
        let mut lines: Vec<(DateTime<Utc>, String)> = Vec::new();
        for event in self.world.take_events() {
            let mut line = event.kind.as_str().to_owned();
            if let Some(group) = event.group {
                line += &format!(" {group}");
            }
            if let Some(instance) = event.instance {
                line += &format!(" {instance}");
            }
            for (name, value) in event.details.iter().filter(|(name, _)| !["run", "cause", "reason"].contains(name)) {
                line += &format!(" {name}={value}");
            }
            lines.push((event.at, line));
        }
        for (at, notice) in self.world.take_messages() {
            if let Notice::Problems(problems) = &notice {
                check_korean(problems);
            }
            lines.push((at, format!("chat: {}", summary(&notice, self.zone))));
        }
        lines.sort_by_key(|(at, _)| *at);
        lines
            .into_iter()
            .map(|(at, line)| format!("{} {line}", at.with_timezone(&self.zone).format("%H:%M:%S")))
            .collect()
    }

    /// The lines of the log until a local time that are about one thing.
    pub(crate) fn run_and_find(&self, local: &str, word: &str) -> Vec<String> {
        self.run_until(local).into_iter().filter(|line| line.contains(word)).collect()
    }
}

/// A queue that keeps what is put on it, but for messages that hold a word.
#[derive(Debug, Default)]
pub(crate) struct Line {
    pub(crate) messages: Mutex<Vec<String>>,
    pub(crate) refuses: Option<&'static str>,
}

impl Queue for Line {
    async fn put(&self, messages: &[String]) -> Vec<Result<(), QueueError>> {
        let take = |message: &String| {
            if self.refuses.is_some_and(|word| message.contains(word)) {
                return Err(QueueError("InternalError: no".to_owned()));
            }
            self.messages.lock().unwrap().push(message.clone());
            Ok(())
        };
        messages.iter().map(take).collect()
    }
}

impl Line {
    /// Takes the messages off the queue, each as the names of its batch.
    pub(crate) fn take(&self) -> Vec<String> {
        let messages = std::mem::take(&mut *self.messages.lock().unwrap());
        let names = |text: &String| {
            let names = document::batch(text).unwrap();
            names.schedules.iter().map(ScheduleName::as_str).collect::<Vec<_>>().join(" ")
        };
        messages.iter().map(names).collect()
    }
}

fn instant(zone: Tz, text: &str) -> DateTime<Utc> {
    calendar::instant(zone, NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap())
}

/// A notice in a few words.
fn summary(notice: &Notice, zone: Tz) -> String {
    let time = |at: &DateTime<Utc>| at.with_timezone(&zone).format("%a %H:%M").to_string();
    let of = |stretch: &Stretch| {
        let ids: Vec<String> = stretch.instances.iter().map(|(key, _, _)| key.id.to_string()).collect();
        let group = stretch.group.as_ref().map_or("-", GroupName::as_str);
        format!("{group}: {}", ids.join(" "))
    };
    let all = |stretches: &[Stretch]| stretches.iter().map(of).collect::<Vec<_>>().join(", ");
    match notice {
        Notice::Warning { stop_at, stretches, .. } => format!("stops at {} ({})", time(stop_at), all(stretches)),
        Notice::Acted { action, stretch, until_at, .. } => {
            let until = until_at.as_ref().map(|at| format!(" until {}", time(at))).unwrap_or_default();
            format!("{} {}{until}", action.as_str(), of(stretch))
        }
        Notice::RunDone { action, took, instances, refused, .. } => {
            format!("{} done, {instances} in {} s, {refused} refused", action.as_str(), took.num_seconds())
        }
        Notice::WouldAct { action, stretches, .. } => format!("would {} {}", action.as_str(), all(stretches)),
        Notice::Failed { action, is_final, code, stretch, .. } => {
            format!("{} failed {} {code}{}", action.as_str(), of(stretch), if *is_final { " for good" } else { "" })
        }
        Notice::Slow { action, waited, stretch, held, .. } => {
            let held: Vec<&str> = held.iter().map(GroupName::as_str).collect();
            let of = of(stretch);
            format!("{} slow {of} after {} min, held: {}", action.as_str(), waited.num_minutes(), held.join(" "))
        }
        Notice::Extended { stop_at, by, .. } => format!("extended to {} by {by}", time(stop_at)),
        Notice::Problems(problems) => {
            format!("problems: {}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
        }
        Notice::Trial => "a test".to_owned(),
    }
}
