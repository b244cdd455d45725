//! The English words. Times are told in the schedule's zone, with the date where it may not be today's.

mod hints;
mod words;

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use super::advice::Advice;
use super::{capitalised, items, shared_remark};
use crate::chat::message::{Message, Tone};
use crate::chat::offer::WayBack;
use crate::chat::person::in_english;
use crate::model::{Action, Cause, GroupName, InstanceKind, Notice, Problem, ScheduleName, Stretch};
use hints::hint;
use words::{clock, count, dated, duration, instance, relative};

/// The title of the field that says how many fields are missing.
pub(super) const MORE: &str = "More";

/// What the link to the page of choices says.
pub(super) const PAGE: &str = "Keep it running longer";

pub(super) fn rest(missing: usize) -> String {
    format!("… and {missing} more")
}

/// `Until 22:30`, `Until Tue 00:30`.
pub(super) fn until(until_at: DateTime<Utc>, stop_at: DateTime<Utc>, zone: Tz) -> String {
    let [until, stop] = [until_at, stop_at].map(|at| at.with_timezone(&zone));
    let format = if until.date_naive() == stop.date_naive() { "Until %H:%M" } else { "Until %a %H:%M" };
    until.format(format).to_string()
}

/// The order that takes back an extension.
pub(super) const CANCEL: &str = "cancel";

/// The order that moves a stop: `extend 1h`.
pub(super) fn extend(written: &str) -> String {
    format!("extend {written}")
}

pub(super) fn command(command: &str) -> String {
    format!("To keep it running longer, write `{command}`")
}

/// How an extension is taken back.
pub(super) fn way_back(way: &WayBack) -> (&'static str, Vec<String>) {
    let lines = match way {
        WayBack::Command(command) => vec![format!("Write `{command}`")],
        WayBack::Terminal(command) => vec![
            format!("At a terminal: `{command}`"),
            "Or delete the exception that moves the stop from the table `ScheduleException`.".to_owned(),
        ],
        WayBack::Tables => vec!["Undo the edit in the tables.".to_owned()],
    };
    ("To take it back", lines)
}

/// The words of a notice.
pub(super) fn message(notice: &Notice) -> Message {
    match notice {
        Notice::Warning { schedule, zone, cause, stop_at, stretches, .. } => {
            // A warning may go out a day before: the date is always told.
            let title = format!("{schedule} stops on {}", dated(*stop_at, *zone));
            let why = match cause {
                Cause::Timetable | Cause::Force => None,
                Cause::Enforce => Some("`Enforce` holds the timetable: what was started by hand is stopped again."),
                Cause::Restart => Some(
                    "AWS has started it by itself, as it does after seven days. To keep it running, set `ForceStart`.",
                ),
            };
            by_group(Message::new(Tone::Warning, &title), stretches).field("Why", why.map(str::to_owned))
        }
        Notice::Acted { schedule, zone, action, cause, at, stretch, until_at } => {
            let when = Happened { zone: *zone, action: *action, cause: *cause, at: *at };
            acted(schedule, &when, stretch, *until_at)
        }
        Notice::RunDone { schedule, zone, action, cause, at, took, instances, refused } => {
            let when = Happened { zone: *zone, action: *action, cause: *cause, at: *at };
            run_done(schedule, &when, *took, *instances, *refused)
        }
        Notice::WouldAct { schedule, zone, action, at, stretches } => {
            let title = format!("{schedule} would {} on {}", action.as_str(), dated(*at, *zone));
            by_group(Message::new(Tone::Info, &title), stretches)
                .field("Nothing is done", ["`Mode` is `notify`; with `act` it would be done.".to_owned()])
        }
        Notice::Failed { schedule, zone: _, action, is_final, code, stretch } => {
            failed(schedule, *action, *is_final, code, stretch)
        }
        Notice::Slow { schedule, zone: _, action, waited, stretch, held } => {
            slow(schedule, *action, *waited, stretch, held)
        }
        Notice::Extended { schedule, zone, stop_at, by } => {
            let title = format!("{schedule} stops later: on {}", dated(*stop_at, *zone));
            Message::new(Tone::Info, &title).field("By", [in_english(by).to_owned()])
        }
        Notice::Problems(problems) => faults(problems),
        Notice::Trial => Message::new(Tone::Info, "This is a test: messages of Lamplighter arrive here")
            .field("Nothing was started or stopped", ["Somebody has run `lamplighter doctor --chat`.".to_owned()]),
    }
}

/// What happened when and why, as far as several notices have it.
struct Happened {
    zone: Tz,
    action: Action,
    cause: Cause,
    at: DateTime<Utc>,
}

impl Happened {
    fn tone(&self) -> Tone {
        match self.action {
            Action::Start => Tone::Start,
            Action::Stop => Tone::Stop,
        }
    }

    /// The time, and what brought it about.
    fn when_and_why(&self) -> String {
        let why = match (self.cause, self.action) {
            (Cause::Timetable, _) => "by the timetable",
            (Cause::Force, Action::Start) => "by force start",
            (Cause::Force, Action::Stop) => "by force stop",
            (Cause::Enforce, _) => "to hold the timetable, as `Enforce` asks",
            (Cause::Restart, _) => "since AWS has started it by itself after seven days",
        };
        format!("{}, {why}", clock(self.at, self.zone))
    }
}

fn acted(schedule: &ScheduleName, when: &Happened, stretch: &Stretch, until_at: Option<DateTime<Utc>>) -> Message {
    let doing = match when.action {
        Action::Start => "starting",
        Action::Stop => "stopping",
    };
    let (who, be) = (who(stretch), if stretch.instances.len() == 1 { "is" } else { "are" });
    let message = Message::new(when.tone(), &format!("{schedule}: {who} {be} {doing}"))
        .field("Instances", lines(stretch))
        .field("When", [when.when_and_why()]);
    if (when.cause, when.action) != (Cause::Force, Action::Start) {
        return message;
    }
    let until = match until_at {
        Some(stop_at) => format!("{}, when the timetable stops it", relative(stop_at, when.at, when.zone)),
        None => "nothing in the timetable stops it; `ForceStop` does".to_owned(),
    };
    message.field("Until", [until])
}

fn run_done(schedule: &ScheduleName, when: &Happened, took: Duration, instances: usize, refused: usize) -> Message {
    let (did, verb) = match when.action {
        Action::Start => ("started", "start"),
        Action::Stop => ("stopped", "stop"),
    };
    let title = match instances {
        0 => format!("{schedule}: the {verb} is over, no instance was {did}"),
        _ => format!("{schedule} has {did}: {} in {}", count(instances), duration(took)),
    };
    let left =
        (refused > 0).then(|| format!("{}, since AWS refused; the reason was told at that time", count(refused)));
    Message::new(when.tone(), &title).field("When", [when.when_and_why()]).field("Left as they are", left)
}

fn failed(schedule: &ScheduleName, action: Action, is_final: bool, code: &str, stretch: &Stretch) -> Message {
    let what = match (action, is_final) {
        (Action::Start, false) => "did not start",
        (Action::Stop, false) => "did not stop",
        (Action::Start, true) => "cannot be started",
        (Action::Stop, true) => "cannot be stopped",
    };
    let next = match (action, is_final) {
        (Action::Start, false) => "Tried again, less and less often. What depends on it waits.",
        (Action::Stop, false) => "Tried again, less and less often. What it depends on runs meanwhile.",
        (Action::Start, true) => "Not tried again. What depends on it waits until somebody starts it.",
        (Action::Stop, true) => "Not tried again. Nothing waits for it.",
    };
    let shared = shared_remark(stretch);
    let names = stretch.instances.iter().map(|(key, label, words)| {
        let remark = if shared.is_some() { "" } else { words };
        instance(key, label, remark)
    });
    let answer = [code, shared.unwrap_or_default()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let kinds: Vec<InstanceKind> = stretch.instances.iter().map(|(key, ..)| key.kind).collect();
    Message::new(Tone::Failure, &format!("{schedule}: {} {what}", who(stretch)))
        .field("Instances", names)
        .field("AWS says", (!answer.is_empty()).then(|| answer.join(": ")))
        .field("What to do", [hint(Advice::of(code, action), action, &kinds)])
        .field("What happens next", [next.to_owned()])
}

fn slow(schedule: &ScheduleName, action: Action, waited: Duration, stretch: &Stretch, held: &[GroupName]) -> Message {
    let state = match action {
        Action::Start => "ready",
        Action::Stop => "stopped",
    };
    let be = if stretch.instances.len() == 1 { "is" } else { "are" };
    let title = format!("{schedule}: {} {be} not {state} after {}", who(stretch), duration(waited));
    let waiting: Vec<&str> = held.iter().map(GroupName::as_str).collect();
    Message::new(Tone::Failure, &title)
        .field("Instances", lines(stretch))
        .field("Waiting for it", (!waiting.is_empty()).then(|| waiting.join(", ")))
        .field(
            "What to do",
            ["If it lasts, look in the AWS console. What waits goes on by itself once it is there.".to_owned()],
        )
}

/// Faulty items, each with its faults and what follows from them.
fn faults(problems: &[Problem]) -> Message {
    let items = items(problems);
    let title = match items.as_slice() {
        [(item, _)] => format!("{} needs a look", capitalised(item)),
        _ => format!("{} items need a look", items.len()),
    };
    items.iter().fold(Message::new(Tone::Failure, &title), |message, (item, problems)| {
        let stopped = problems.iter().find(|problem| problem.stops_schedule);
        let result = stopped.map(|problem| match &problem.schedule {
            Some(schedule) => {
                format!("Until this is mended, {schedule} is left as it is: nothing starts, nothing stops.")
            }
            None => "Until this is mended, the schedule is left as it is: nothing starts, nothing stops.".to_owned(),
        });
        let title = if items.len() == 1 { "What is wrong".to_owned() } else { capitalised(item) };
        message.field(&title, problems.iter().map(|problem| fault(problem)).chain(result))
    })
}

/// One fault: the attribute, what it holds, what is wrong and what is allowed.
fn fault(problem: &Problem) -> String {
    let Problem { attribute, holds, message, .. } = problem;
    match (attribute.is_empty(), holds) {
        (true, None) => message.clone(),
        (true, Some(holds)) => format!("`{holds}`: {message}"),
        (false, None) => format!("{attribute}: {message}"),
        (false, Some(holds)) => format!("{attribute} holds `{holds}`: {message}"),
    }
}

/// A field for each group, with its instances.
fn by_group(message: Message, stretches: &[Stretch]) -> Message {
    let is_alone = stretches.len() == 1;
    stretches.iter().fold(message, |message, stretch| {
        let title = match &stretch.group {
            Some(group) => format!("Group {group}"),
            None if is_alone => "Instances".to_owned(),
            None => "Without a group".to_owned(),
        };
        message.field(&title, lines(stretch))
    })
}

fn lines(stretch: &Stretch) -> impl Iterator<Item = String> {
    stretch.instances.iter().map(|(key, label, remark)| instance(key, label, remark))
}

/// `2 instances of API`.
fn who(stretch: &Stretch) -> String {
    let count = count(stretch.instances.len());
    match &stretch.group {
        Some(group) => format!("{count} of {group}"),
        None => count,
    }
}

#[cfg(test)]
mod tests;
