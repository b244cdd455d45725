//! A history as a readable day: a line for everything that somebody would want to know, in the order of time.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use chrono::{DateTime, Duration, FixedOffset, NaiveDate, Offset as _, Utc};
use chrono_tz::Tz;

use super::words::{self, Actor};
use crate::chat::{Field, Language, Message};
use crate::cli::{BOLD, FAINT};
use crate::document::plain;
use crate::model::{Action, Detail, Event, EventKind, InstanceKey, InstanceState, Notice, ScheduleName};
use crate::ports::{ChatError, Item, Outcome};
use crate::simulation::history::{Fault, HowEnded, Whom};
use crate::simulation::{Entry, Happened, What};

/// A line of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    at: DateTime<Utc>,
    actor: Actor,
    /// What comes before the instances and after them, if it is about some: such lines in a row become one.
    parts: (String, String),
    instances: Vec<InstanceKey>,
}

impl Line {
    fn text(&self) -> String {
        let keys: Vec<String> = self.instances.iter().map(ToString::to_string).collect();
        let (before, after) = &self.parts;
        let after = if keys.len() > 1 {
            after.replacen(" is ", " are ", 1).replacen(" has ", " have ", 1)
        } else {
            after.clone()
        };
        // What people write into rows and files must not steer a terminal.
        plain(format!("{before}{}{after}", keys.join(", ")).trim_end())
    }
}

/// A history in lines, coloured, with a heading for each day.
pub(super) fn text<'a>(history: impl Iterator<Item = &'a Entry>, zone: Tz) -> String {
    let history: Vec<&Entry> = history.collect();
    let mut writer = Writer { zone, ..Writer::default() };
    for entry in &history {
        if let Happened::Asked { key, took_effect: true, .. } = &entry.what {
            writer.asked.insert((key.clone(), entry.at));
        }
    }
    for entry in history {
        writer.take(entry);
    }
    let mut text = String::new();
    let (mut date, mut offset): (Option<NaiveDate>, Option<FixedOffset>) = (None, None);
    for line in &writer.lines {
        let local = line.at.with_timezone(&zone);
        if date != Some(local.date_naive()) {
            let gap = if date.is_some() { "\n" } else { "" };
            _ = writeln!(text, "{gap}{BOLD}{}{BOLD:#}", local.format("%a %-d %b %Y"));
            date = Some(local.date_naive());
        }
        let new_offset = local.offset().fix();
        if let Some(before) = offset.replace(new_offset).filter(|before| *before != new_offset) {
            // Without it, times that come twice would seem to be out of order.
            _ = writeln!(text, "{FAINT}          clocks have changed from UTC{before} to UTC{new_offset}{FAINT:#}");
        }
        let style = style(line.actor);
        let time = local.format("%H:%M:%S");
        _ = writeln!(text, "{FAINT}{time}{FAINT:#}  {style}{:6}{style:#}  {}", line.actor.as_str(), line.text());
    }
    text
}

fn style(actor: Actor) -> Style {
    match actor {
        Actor::Tick => AnsiColor::Green.on_default(),
        Actor::Chat => AnsiColor::Cyan.on_default(),
        Actor::Aws => Style::new(),
        Actor::Person => AnsiColor::Yellow.on_default(),
        Actor::Fault => AnsiColor::Red.on_default(),
    }
}

/// What is said of several instances within so long is said in one line.
const SOON: Duration = Duration::seconds(5);

#[derive(Default)]
struct Writer {
    zone: Tz,
    lines: Vec<Line>,
    /// What is known of instances.
    states: BTreeMap<InstanceKey, (InstanceState, bool)>,
    /// When which instance was asked, with effect.
    asked: BTreeSet<(InstanceKey, DateTime<Utc>)>,
    /// Which instance an incident has just made busy.
    busy: Option<(InstanceKey, DateTime<Utc>)>,
    /// What waits and has been said, by schedule.
    held: BTreeSet<(Option<ScheduleName>, String)>,
}

impl Writer {
    fn take(&mut self, entry: &Entry) {
        let (at, zone) = (entry.at, self.zone);
        match &entry.what {
            Happened::Incident(what) => {
                if let What::Busy { instance, .. } = what {
                    self.busy = Some((instance.clone(), at));
                }
                self.line(at, Actor::of(what), words::incident(what, at, zone));
            }
            Happened::Fault(fault) => self.fault(at, *fault),
            Happened::Ended(id, how) => self.ended(at, *id, how),
            Happened::Asked { action, key, took_effect, answer, .. } => {
                self.asked(at, *action, key, *took_effect, answer);
            }
            Happened::State { key, state, checks_passed, by } => self.state(at, key, (state, *checks_passed), *by),
            Happened::Row { before: Some(before), after: Some(after), by: Whom::Function(_), .. } => {
                self.line(at, Actor::Tick, changed(before, after));
            }
            Happened::Told { notice, arrived, answer, .. } => self.told(at, notice, *arrived, answer),
            Happened::Answered { schedule, answer } => {
                let answer = match answer {
                    Ok(until) => format!("{schedule} runs until {}", words::moment(*until, at, zone)),
                    Err(reason) => format!("{schedule} is not extended: {reason}"),
                };
                self.line(at, Actor::Chat, answer);
            }
            Happened::Noted(_, event) => self.noted(at, event),
            Happened::PlansDiffer { .. } => {
                self.line(at, Actor::Fault, "the same snapshot and time gave two plans".to_owned());
            }
            Happened::Began(_)
            | Happened::Read(..)
            | Happened::Looked(..)
            | Happened::Retagged(_)
            | Happened::Row { .. }
            | Happened::Wrote { .. } => {}
        }
    }

    fn line(&mut self, at: DateTime<Utc>, actor: Actor, text: String) {
        self.lines.push(Line { at, actor, parts: (text, String::new()), instances: Vec::new() });
    }

    /// A fault that comes up, once for several in a row.
    fn fault(&mut self, at: DateTime<Utc>, fault: Fault) {
        let Some(text) = words::fault(fault) else { return };
        if self.lines.last().is_none_or(|last| (last.actor, &last.parts.0) != (Actor::Fault, &text)) {
            self.line(at, Actor::Fault, text);
        }
    }

    /// A line about an instance; it joins the last line if that says the same of another one.
    fn of_instance(&mut self, at: DateTime<Utc>, actor: Actor, key: &InstanceKey, parts: (String, String)) {
        let is_same = |line: &&mut Line| {
            line.actor == actor && line.parts == parts && !line.instances.is_empty() && at - line.at < SOON
        };
        match self.lines.last_mut().filter(is_same) {
            Some(line) if !line.instances.contains(key) => line.instances.push(key.clone()),
            _ => self.lines.push(Line { at, actor, parts, instances: vec![key.clone()] }),
        }
    }

    fn ended(&mut self, at: DateTime<Utc>, id: u32, how: &HowEnded) {
        match how {
            HowEnded::Done(_) => {}
            HowEnded::Failed(causes) => self.line(at, Actor::Tick, format!("is incomplete: {}", causes.join("; "))),
            HowEnded::Killed => self.line(at, Actor::Fault, format!("tick {id} is killed")),
            HowEnded::TimedOut => self.line(at, Actor::Fault, format!("tick {id} has no time left")),
        }
    }

    fn asked(&mut self, at: DateTime<Utc>, action: Action, key: &InstanceKey, took_effect: bool, answer: &Outcome) {
        let verb = words::verb(action);
        let parts = match answer {
            Ok(()) => (format!("{verb}s "), String::new()),
            Err(failure) if took_effect => (format!("{verb}s "), format!(" and is answered: {failure}")),
            Err(failure) => (format!("cannot {verb} "), format!(": {failure}")),
        };
        self.of_instance(at, Actor::Tick, key, parts);
    }

    fn state(&mut self, at: DateTime<Utc>, key: &InstanceKey, (state, checks): (&InstanceState, bool), by: Whom) {
        let before = self.states.insert(key.clone(), (state.clone(), checks));
        let is_asked = self.asked.contains(&(key.clone(), at));
        let is_said =
            matches!(state, InstanceState::Starting | InstanceState::Stopping) && (is_asked || by == Whom::Person);
        if by == Whom::Beginning || is_said {
            return;
        }
        let says = match (&before, state) {
            (Some((known, false)), _) if known == state && checks => " has passed its status checks".to_owned(),
            (Some((known, _)), _) if known == state => return,
            // The incident says it.
            (_, InstanceState::Gone) => return,
            (_, InstanceState::Serving { .. }) if self.busy == Some((key.clone(), at)) => return,
            (_, InstanceState::Starting) => " is started by AWS itself".to_owned(),
            (_, state) => format!(" is {}", state.as_str()),
        };
        self.of_instance(at, Actor::Aws, key, (String::new(), says));
    }

    fn told(&mut self, at: DateTime<Utc>, notice: &Notice, arrived: bool, answer: &Result<(), ChatError>) {
        let says = said(notice);
        match (arrived, answer) {
            (true, Ok(())) => self.line(at, Actor::Chat, says),
            (true, Err(_)) => self.line(at, Actor::Chat, format!("{says} (and the answer is lost)")),
            (false, _) => self.line(at, Actor::Chat, format!("(does not arrive) {says}")),
        }
    }

    /// What waits, and runs that end otherwise than by being done; everything else is seen from outside.
    fn noted(&mut self, at: DateTime<Utc>, event: &Event) {
        let detail = |name: &str| event.details.iter().find(|(known, _)| *known == name).map(|(_, value)| value);
        let schedule = event.schedule.as_ref().map(ToString::to_string).unwrap_or_default();
        match event.kind {
            EventKind::Held => {
                let group = event.group.as_ref().map(|group| format!("/{group}")).unwrap_or_default();
                let for_what = detail("waits_for").map(ToString::to_string).unwrap_or_default();
                let until = detail("until").map(ToString::to_string).and_then(|until| until.parse().ok());
                let says = match (for_what.strip_prefix("tick "), until) {
                    (Some("of the same time"), _) => {
                        format!("leaves {schedule} to another tick, which was a moment earlier")
                    }
                    (Some(owner), _) => {
                        let number = owner.trim_start_matches("invocation ");
                        format!("leaves {schedule} to tick {number}, which has taken it")
                    }
                    (None, Some(until)) => {
                        let until = words::minute(until, at, self.zone);
                        format!(
                            "waits with the stop of {schedule} until {until}, to give people time after its warning"
                        )
                    }
                    (None, None) => format!("{schedule}{group} waits for {for_what}"),
                };
                if self.held.insert((event.schedule.clone(), says.clone())) {
                    self.line(at, Actor::Tick, says);
                }
            }
            EventKind::RunDone => {
                self.held.retain(|(held, _)| *held != event.schedule);
                let end = detail("end").map(ToString::to_string).unwrap_or_default();
                let action = detail("action").map(Detail::to_string).unwrap_or_default();
                let says = match end.as_str() {
                    "done" => return,
                    "replaced" => "ends unfinished, since another run takes its place".to_owned(),
                    "cancelled" => "is called off".to_owned(),
                    "notified" => "is told and not done, as `Mode` says".to_owned(),
                    end => format!("is {end}"),
                };
                self.line(at, Actor::Tick, format!("{schedule}: the {action} {says}"));
            }
            _ => {}
        }
    }
}

/// The attributes of a row that an invocation has changed.
fn changed(before: &Item, after: &Item) -> String {
    let name = after.get("ScheduleName").and_then(|name| name.as_str()).unwrap_or_default();
    let changes = after.iter().filter(|(attribute, value)| before.get(*attribute) != Some(value));
    let changes: Vec<String> = changes.map(|(attribute, value)| format!("{attribute} of {name} to {value}")).collect();
    format!("sets {}", changes.join(", "))
}

/// So many items or instances of a message are told; of more it is said how many there are.
const MOST_TOLD: usize = 3;

/// A message in one line: its title, and what the title does not say.
fn said(notice: &Notice) -> String {
    let Message { title, fields, .. } = crate::chat::text::message(notice, Language::En);
    let is_told = |title: &str| match notice {
        Notice::Slow { .. } => ["Instances", "Waiting for it"].contains(&title),
        Notice::RunDone { .. } => title == "Left as they are",
        Notice::WouldAct { .. } => title != "Nothing is done",
        Notice::Problems(_) => true,
        _ => ["AWS says", "Until", "Why", "By"].contains(&title),
    };
    let told: Vec<&Field> = fields.iter().filter(|field| is_told(&field.title)).collect();
    if matches!(notice, Notice::Problems(_)) {
        // With one item alone the title names it.
        let is_alone = told.len() == 1;
        let items = told.iter().map(|field| {
            let faults = field.lines.join(" · ");
            if is_alone { faults } else { format!("{}: {faults}", field.title) }
        });
        return joined(std::iter::once(title), items, " · ");
    }
    let fields = told.iter().map(|field| {
        let lines = joined(std::iter::empty(), field.lines.iter().cloned(), ", ");
        format!("{}: {lines}", field.title)
    });
    std::iter::once(title).chain(fields).collect::<Vec<_>>().join(" · ")
}

/// A head, the first few of a list, and how many more there are.
fn joined(head: impl Iterator<Item = String>, list: impl ExactSizeIterator<Item = String>, between: &str) -> String {
    let more = list.len().saturating_sub(MOST_TOLD);
    let more = (more > 0).then(|| format!("and {more} more"));
    head.chain(list.take(MOST_TOLD)).chain(more).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests;
