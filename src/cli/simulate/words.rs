//! What happens from outside, in words.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use crate::document::yaml;
use crate::model::{Action, GroupName};
use crate::ports::{Item, Table};
use crate::simulation::What;
use crate::simulation::case::{AwsCall, AwsFault, ChatFault, TableCall, TableFault};
use crate::simulation::file::instance_of;
use crate::simulation::history::Fault;

/// Who is at work in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Actor {
    Tick,
    Chat,
    Aws,
    Person,
    Fault,
}

impl Actor {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Tick => "tick",
            Self::Chat => "chat",
            Self::Aws => "AWS",
            Self::Person => "person",
            Self::Fault => "fault",
        }
    }

    /// Whose doing an incident is.
    pub(super) fn of(what: &What) -> Self {
        match what {
            What::Busy { .. } | What::Terminated { .. } => Self::Aws,
            What::Launched { .. }
            | What::Retagged { .. }
            | What::Console { .. }
            | What::Extends { .. }
            | What::Orders { .. }
            | What::Writes { .. }
            | What::Edits { .. }
            | What::Deletes { .. } => Self::Person,
            _ => Self::Fault,
        }
    }
}

/// An incident of this instant in a line.
pub(super) fn incident(what: &What, at: DateTime<Utc>, zone: Tz) -> String {
    let until = |until: &DateTime<Utc>| format!("until {}", moment(*until, at, zone));
    match what {
        What::Outage { until: end } => format!("no event reaches the function {}", until(end)),
        What::Late { by, until: end } => format!("events come {} late {}", length(*by), until(end)),
        What::Doubled { by, until: end } => {
            format!("every event comes twice, {} apart, {}", length(*by), until(end))
        }
        What::Killed { after } => format!("the next tick is killed at its wait number {}", after + 1),
        What::ClockOff { by, until: end } => {
            let side = if *by < Duration::zero() { "slow" } else { "fast" };
            format!("the function's clock is {} {side} {}", length(by.abs()), until(end))
        }
        What::ClocksApart { by, until: end } => {
            format!("each tick has a clock of its own, up to {} off, {}", length(*by), until(end))
        }
        What::ShortLimit { limit, until: end } => {
            format!("the function has a timeout of {} {}", length(*limit), until(end))
        }
        What::TablesFail { call, how, times, until: end } => {
            format!("tables: {} {}{} {}", table_call(*call), table_fault(*how), at_most(*times), until(end))
        }
        What::AwsFails { call, how, times, until: end, .. } => {
            let of = instance_of(what).map(|key| format!(" of {key}")).unwrap_or_default();
            format!("AWS: {}{of} {}{} {}", aws_call(*call), aws_fault(*how), at_most(*times), until(end))
        }
        What::Stale { by, until: end } => format!("describe shows what was {} ago {}", length(*by), until(end)),
        What::ChatFails { how, times, until: end } => {
            format!("chat {}{} {}", chat_fault(*how), at_most(*times), until(end))
        }
        What::Busy { instance, state, until: end } => format!("{instance} is {state} {}", until(end)),
        What::Terminated { instance } => format!("{instance} is terminated"),
        What::Launched { instance } => format!("launches {instance}"),
        What::Retagged { instance, schedule_tag, group_tag } => {
            let given = |name: &str, value: Option<&str>| match value {
                Some(value) => format!("{name} {value}"),
                None => format!("no {name}"),
            };
            let tag = given("ScheduleName", Some(schedule_tag.as_str()).filter(|tag| !tag.is_empty()));
            let group = given("ScheduleGroupName", group_tag.as_ref().map(GroupName::as_str));
            format!("tags {instance} with {tag} and {group}")
        }
        What::Console { instance, action } => format!("{}s {instance} at the console", verb(*action)),
        What::Extends { schedule, by } => format!("asks in chat for {} more of {schedule}", length(*by)),
        What::Orders { schedule, flag, raised } => {
            let flag = if *flag == Action::Start { "ForceStart" } else { "ForceStop" };
            format!("{} {flag} of {schedule}", if *raised { "raises" } else { "lowers" })
        }
        What::Writes { table, item } => format!("writes {}", row(*table, item)),
        What::Edits { table, key, attribute, value: Some(value) } => {
            format!("sets {attribute} of {} to {}", row(*table, key), yaml::flow(value))
        }
        What::Edits { table, key, attribute, value: None } => {
            format!("takes {attribute} away from {}", row(*table, key))
        }
        What::Deletes { table, key } => format!("deletes {}", row(*table, key)),
    }
}

/// A fault that comes up, in the words of its incident; those of starts, stops and messages are seen in their answers.
pub(super) fn fault(fault: Fault) -> Option<String> {
    match fault {
        Fault::Tables(how) => Some(format!("tables: a call {}", table_fault(how))),
        Fault::Aws(AwsCall::Describe, how) => Some(format!("AWS: {} {}", aws_call(AwsCall::Describe), aws_fault(how))),
        Fault::Stale => Some("describe shows what was some time ago".to_owned()),
        Fault::Aws(AwsCall::Start | AwsCall::Stop, _) | Fault::Chat(_) => None,
    }
}

/// A row by its attributes.
pub(super) fn row(table: Table, item: &Item) -> String {
    format!("{} {{{}}}", table.as_str(), yaml::pairs_of(item.iter().map(|(name, value)| (name.as_str(), value))))
}

/// `start` or `stop`, to which an `s` may be added.
pub(super) fn verb(action: Action) -> &'static str {
    match action {
        Action::Start => "start",
        Action::Stop => "stop",
    }
}

/// A time with its seconds, if it has any; with its day where that is not the day of `at`.
pub(super) fn moment(time: DateTime<Utc>, at: DateTime<Utc>, zone: Tz) -> String {
    let seconds = if time.timestamp() % 60 == 0 { String::new() } else { time.format(":%S").to_string() };
    format!("{}{seconds}", minute(time, at, zone))
}

/// A time without its seconds; with its day where that is not the day of `at`.
pub(super) fn minute(time: DateTime<Utc>, at: DateTime<Utc>, zone: Tz) -> String {
    let (time, at) = (time.with_timezone(&zone), at.with_timezone(&zone));
    let day = if time.date_naive() == at.date_naive() { "" } else { "%a " };
    time.format(&format!("{day}%H:%M")).to_string()
}

/// A length of time: `250 ms`, `90 s`, `6 min`, `1 h 30 min`.
pub(super) fn length(length: Duration) -> String {
    let (millis, seconds) = (length.num_milliseconds(), length.num_seconds());
    match (seconds / 3600, seconds / 60 % 60) {
        _ if millis % 1000 != 0 => format!("{millis} ms"),
        _ if seconds % 60 != 0 || seconds == 0 => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

fn at_most(times: Option<u32>) -> String {
    match times {
        None => String::new(),
        Some(1) => " once".to_owned(),
        Some(times) => format!(" {times} times"),
    }
}

fn table_call(call: TableCall) -> &'static str {
    match call {
        TableCall::Any => "every call",
        TableCall::Scan => "a scan",
        TableCall::Runs => "reading the runs",
        TableCall::PutRun => "writing a run",
        TableCall::PutHistory => "writing the history",
        TableCall::LowerFlag => "lowering a flag",
    }
}

fn table_fault(fault: TableFault) -> &'static str {
    match fault {
        TableFault::Unavailable => "gets no answer",
        TableFault::Denied => "is denied",
        TableFault::LostAnswer => "works and its answer is lost",
        TableFault::OwnConflict => "works and then conflicts with itself",
        TableFault::Slow => "is slow",
        TableFault::Missing => "finds no table",
        TableFault::Other => "is answered with another error",
    }
}

fn aws_call(call: AwsCall) -> &'static str {
    match call {
        AwsCall::Describe => "a look",
        AwsCall::Start => "a start",
        AwsCall::Stop => "a stop",
    }
}

fn aws_fault(fault: AwsFault) -> &'static str {
    match fault {
        AwsFault::Throttled => "is throttled",
        AwsFault::Denied => "is denied",
        AwsFault::Unreachable => "gets no answer",
        AwsFault::LostAnswer => "works and its answer is lost",
        AwsFault::Capacity => "finds no capacity",
        AwsFault::WrongState => "is not possible in the present state",
        AwsFault::Refused => "is refused for good",
        AwsFault::Gone => "finds no such instance",
        AwsFault::Other => "is answered with another error",
        AwsFault::Partial => "is throttled for every second instance",
        AwsFault::Slow => "is slow",
    }
}

fn chat_fault(fault: ChatFault) -> &'static str {
    match fault {
        ChatFault::Down => "is down",
        ChatFault::Refused => "refuses messages",
        ChatFault::LostAnswer => "takes messages and its answers are lost",
        ChatFault::Slow => "is too slow",
        ChatFault::Late => "takes messages late",
        ChatFault::TooMany => "takes no more messages for now",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::file;

    #[test]
    fn every_kind_of_incident_has_words() {
        let text = include_str!("../../simulation/file/tests/all.yaml");
        let world = file::read(text, &|text| text.parse().map_err(|_| "a time".to_owned())).unwrap();
        let lines: Vec<String> = world
            .incidents
            .iter()
            .map(|happens| {
                format!("{} {}", Actor::of(&happens.what).as_str(), incident(&happens.what, happens.at, Tz::UTC))
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        fault no event reaches the function until 02:00
        fault events come 90 s late until 02:00
        fault every event comes twice, 250 ms apart, until 02:00
        fault the next tick is killed at its wait number 4
        fault the next tick is killed at its wait number 1
        fault the function's clock is 8 s slow until 02:00
        fault each tick has a clock of its own, up to 8 s off, until 02:00
        fault the function has a timeout of 30 s until 02:00
        fault tables: writing a run works and then conflicts with itself 2 times until 02:00
        fault tables: every call is slow until 02:00
        fault tables: a scan finds no table until 02:00
        fault tables: a scan is answered with another error until 02:00
        fault AWS: a stop of ec2/i-2 is throttled for every second instance once until 02:00
        fault AWS: a look gets no answer until 02:00
        fault describe shows what was 1 min ago until 02:00
        fault chat takes messages and its answers are lost once until 02:00
        fault chat takes messages late until 02:00
        fault chat takes no more messages for now until 02:00
        AWS rds/orders-db is backing-up until 02:00
        AWS ec2/i-2 is terminated
        person launches ec2/i-2
        person tags ec2/i-2 with ScheduleName 서울 and ScheduleGroupName DB
        person tags ec2/i-2 with ScheduleName A b and no ScheduleGroupName
        person tags ec2/i-2 with no ScheduleName and no ScheduleGroupName
        person starts ec2/i-2 at the console
        person asks in chat for 1 h more of A b
        person raises ForceStop of A b
        person lowers ForceStart of A b
        person writes ScheduleException {ExceptionUuid: "1", X: [1, -2.5, null, {"a: b": "c\n\"d\"\U00002028"}]}
        person sets StopTime of Schedule {ScheduleName: A b} to null
        person takes StopTime away from Schedule {ScheduleName: A b}
        person deletes ScheduleServerGroup {GroupName: DB, ScheduleName: A b}
        "#);
    }

    #[test]
    fn faults_that_are_seen_nowhere_else_have_words() {
        let cases = [
            (Fault::Tables(TableFault::OwnConflict), Some("tables: a call works and then conflicts with itself")),
            (Fault::Aws(AwsCall::Describe, AwsFault::Throttled), Some("AWS: a look is throttled")),
            (Fault::Stale, Some("describe shows what was some time ago")),
            (Fault::Aws(AwsCall::Stop, AwsFault::Throttled), None),
            (Fault::Chat(ChatFault::Down), None),
        ];
        for (happened, expected) in cases {
            assert_eq!(fault(happened).as_deref(), expected);
        }
    }

    #[test]
    fn lengths_and_times_are_short() {
        let lengths = [
            (0, "0 s"),
            (250, "250 ms"),
            (90_000, "90 s"),
            (360_000, "6 min"),
            (5_400_000, "1 h 30 min"),
            (7_200_000, "2 h"),
        ];
        for (millis, expected) in lengths {
            assert_eq!(length(Duration::milliseconds(millis)), expected);
        }
        let at: DateTime<Utc> = "2026-11-23T14:30:00Z".parse().unwrap();
        let times = [(0, "14:30"), (5, "14:30:05"), (34_200, "Tue 00:00")];
        for (seconds, expected) in times {
            assert_eq!(moment(at + Duration::seconds(seconds), at, Tz::UTC), expected);
        }
    }
}
