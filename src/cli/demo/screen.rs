//! The demo for people: a line whenever something has changed, the groups on the left, the chat on the right.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use chrono::{DateTime, Utc};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::super::Error;
use super::{Happened, team};
use crate::chat::{Language, Tone, text};
use crate::model::{Event, EventKind, InstanceKey, Notice, Schedule};

/// What an instance is doing, as its last event says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Light {
    Off,
    Starting,
    On,
    Stopping,
    Failed,
}

impl Light {
    fn sign(self) -> (&'static str, Style) {
        match self {
            Self::Off => ("○", Style::new().dimmed()),
            Self::Starting => ("▲", AnsiColor::Yellow.on_default()),
            Self::On => ("●", AnsiColor::Green.on_default()),
            Self::Stopping => ("▼", AnsiColor::Yellow.on_default()),
            Self::Failed => ("✗", AnsiColor::Red.on_default()),
        }
    }

    fn after(kind: EventKind) -> Option<Self> {
        match kind {
            EventKind::Start => Some(Self::Starting),
            EventKind::Ready => Some(Self::On),
            EventKind::Stop => Some(Self::Stopping),
            EventKind::Stopped => Some(Self::Off),
            EventKind::Failed => Some(Self::Failed),
            _ => None,
        }
    }
}

/// A group's column.
struct Column {
    schedule: &'static str,
    group: &'static str,
    members: Vec<InstanceKey>,
}

/// What is on the right of a line.
struct Said {
    text: String,
    style: Style,
    /// Shown on one line, whatever is lost.
    is_cut: bool,
}

/// The screen.
pub(super) struct Screen {
    columns: Vec<Column>,
    lights: BTreeMap<InstanceKey, Light>,
    zone: chrono_tz::Tz,
    width: usize,
    pause: Duration,
    shown: Option<String>,
}

const TIME_WIDTH: usize = 10;
/// Below this many columns for the chat, it goes under the groups.
const LEAST_CHAT_WIDTH: usize = 40;
const DEFAULT_WIDTH: usize = 140;
const DEFAULT_PAUSE: Duration = Duration::from_millis(250);

impl Screen {
    pub(super) fn new(
        schedules: &[Schedule],
        members: &[(&'static str, &'static str, InstanceKey)],
        pace: Option<u64>,
    ) -> Self {
        let mut columns: Vec<Column> = Vec::new();
        for (schedule, group, key) in members {
            match columns.iter_mut().find(|column| column.schedule == *schedule && column.group == *group) {
                Some(column) => column.members.push(key.clone()),
                None => columns.push(Column { schedule, group, members: vec![key.clone()] }),
            }
        }
        let is_terminal = std::io::stdout().is_terminal();
        let default_pause = if is_terminal { DEFAULT_PAUSE } else { Duration::ZERO };
        let terminal = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        Self {
            columns,
            lights: members.iter().map(|(_, _, key)| (key.clone(), Light::Off)).collect(),
            zone: schedules.first().map_or(team::ZONE, |schedule| schedule.zone),
            width: terminal.unwrap_or(DEFAULT_WIDTH),
            pause: pace.map_or(default_pause, Duration::from_millis),
            shown: None,
        }
    }

    /// The heading.
    pub(super) fn begin(&self, at: DateTime<Utc>) -> Result<(), Error> {
        let mut out = anstream::stdout().lock();
        let date = at.with_timezone(&self.zone).format("%A, %-d %B %Y");
        writeln!(out, "A working day of an example team, sped up: {date}, {} time", self.zone)?;
        let legend = [
            (Light::On, "running"),
            (Light::Starting, "starting"),
            (Light::Stopping, "stopping"),
            (Light::Off, "stopped"),
            (Light::Failed, "refused by AWS, tried again"),
        ];
        let signs = legend.map(|(light, word)| {
            let (sign, style) = light.sign();
            format!("{style}{sign}{style:#} {word}")
        });
        writeln!(out, "{}\n", signs.join("   "))?;
        let bold = Style::new().bold();
        write!(out, "{:TIME_WIDTH$}", "")?;
        for (index, column) in self.columns.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|index| self.columns.get(index));
            if before.is_none_or(|before| before.schedule != column.schedule) {
                let of_schedule = self.columns.iter().filter(|other| other.schedule == column.schedule);
                let width = of_schedule.map(|column| self.column_width(column)).sum();
                write!(out, "{bold}{:width$}{bold:#}", column.schedule)?;
            }
        }
        let chat = if self.is_beside() { "Chat" } else { "" };
        writeln!(out, "{bold}{chat}{bold:#}")?;
        write!(out, "{:TIME_WIDTH$}", "Time")?;
        for column in &self.columns {
            write!(out, "{:width$}", column.group, width = self.column_width(column))?;
        }
        writeln!(out)?;
        Ok(())
    }

    /// One tick: a line for each instant at which something happened.
    pub(super) fn show(&mut self, happened: &Happened) -> Result<(), Error> {
        let mut instants: Vec<DateTime<Utc>> = happened.events.iter().map(|event| event.at).collect();
        instants.extend(happened.messages.iter().map(|(at, _)| *at));
        instants.sort_unstable();
        instants.dedup();
        for at in instants {
            for event in happened.events.iter().filter(|event| event.at == at) {
                self.take(event);
            }
            let said = happened.messages.iter().filter(|(when, _)| *when == at);
            let said: Vec<Said> = said.flat_map(|(_, notice)| said_of(notice)).collect();
            self.line(at, &said)?;
        }
        Ok(())
    }

    fn take(&mut self, event: &Event) {
        if let (Some(key), Some(light)) = (&event.instance, Light::after(event.kind)) {
            self.lights.insert(key.clone(), light);
        }
    }

    /// A line, unless it would say what the last one said.
    fn line(&mut self, at: DateTime<Utc>, said: &[Said]) -> Result<(), Error> {
        let lights = self.lights();
        if said.is_empty() && self.shown.as_ref() == Some(&lights) {
            return Ok(());
        }
        let mut out = anstream::stdout().lock();
        let time = at.with_timezone(&self.zone).format("%H:%M:%S").to_string();
        let row = format!("{time:TIME_WIDTH$}{lights}");
        let indent = if self.is_beside() { self.left_width() } else { TIME_WIDTH };
        let lines: Vec<_> = said.iter().flat_map(|said| wrap(said, self.width.saturating_sub(indent))).collect();
        let below = if let Some(((text, style), below)) = lines.split_first().filter(|_| self.is_beside()) {
            writeln!(out, "{row}{style}{text}{style:#}")?;
            below
        } else {
            writeln!(out, "{}", row.trim_end())?;
            lines.as_slice()
        };
        for (text, style) in below {
            writeln!(out, "{:indent$}{style}{text}{style:#}", "")?;
        }
        out.flush()?;
        drop(out);
        self.shown = Some(lights);
        #[expect(clippy::disallowed_methods, reason = "the pause is for the person who watches, not for the world")]
        std::thread::sleep(self.pause);
        Ok(())
    }

    fn lights(&self) -> String {
        let mut text = String::new();
        for column in &self.columns {
            let width = self.column_width(column) - column.members.len();
            for key in &column.members {
                let (sign, style) = self.lights.get(key).copied().unwrap_or(Light::Off).sign();
                text += &format!("{style}{sign}{style:#}");
            }
            text += &" ".repeat(width);
        }
        text
    }

    fn column_width(&self, column: &Column) -> usize {
        let of_schedule = self.columns.iter().filter(|other| other.schedule == column.schedule).count();
        // A schedule's name stands over its first column and may reach over the others.
        let name = if of_schedule == 1 { column.schedule.width() } else { 0 };
        column.group.width().max(column.members.len()).max(name) + 2
    }

    fn left_width(&self) -> usize {
        TIME_WIDTH + self.columns.iter().map(|column| self.column_width(column)).sum::<usize>()
    }

    fn is_beside(&self) -> bool {
        self.width >= self.left_width() + LEAST_CHAT_WIDTH
    }
}

/// A message in lines: what it says, and below it which instances.
///
/// The time stands on the left already; lists are cut at the end of the line, except where something went wrong.
fn said_of(notice: &Notice) -> Vec<Said> {
    let message = text::message(notice, Language::En);
    let style = match message.tone {
        Tone::Warning => AnsiColor::Yellow.on_default(),
        Tone::Start => AnsiColor::Green.on_default(),
        Tone::Stop => AnsiColor::Blue.on_default(),
        Tone::Failure => AnsiColor::Red.on_default(),
        Tone::Info => AnsiColor::Cyan.on_default(),
    };
    let mut said = vec![Said { text: message.title.clone(), style: style.bold(), is_cut: false }];
    for field in message.fields.iter().filter(|field| field.title != "When") {
        let text = format!("  {}: {}", field.title, field.lines.join(" · "));
        said.push(Said { text, style: Style::new().dimmed(), is_cut: message.tone != Tone::Failure });
    }
    said
}

/// Breaks a text at blanks; what follows is indented as its first line is.
fn wrap(said: &Said, width: usize) -> Vec<(String, Style)> {
    if said.is_cut {
        return vec![(cut(&said.text, width), said.style)];
    }
    let indent = said.text.len() - said.text.trim_start().len();
    let mut lines = vec![" ".repeat(indent)];
    for word in said.text.split_whitespace() {
        let Some(line) = lines.last_mut() else { continue };
        let is_begun = line.width() > indent;
        if is_begun && line.width() + 1 + word.width() > width {
            lines.push(format!("{}{word}", " ".repeat(indent + 2)));
        } else {
            if is_begun {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.into_iter().map(|line| (line, said.style)).collect()
}

/// The beginning of a text, with `…` if the end does not fit.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for character in text.chars() {
        if kept.width() + character.width().unwrap_or_default() + 1 > width {
            break;
        }
        kept.push(character);
    }
    kept + "…"
}
