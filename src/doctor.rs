//! What is wrong with an installed system, and what to do about it: from what was seen to findings.
//!
//! Pure: adapters look, the command prints. A finding names what to do in words that can be followed at once: a command, a
//! policy statement, a setting. What could not be looked at is left out and says so; nothing passes for fine unseen.

mod account;
mod chat;
mod instances;
mod places;
mod policy;
mod rights;
mod settings;
mod tables;
mod ticks;

pub use account::{Caller, clock, credentials};
pub use chat::{Answer, Try, chat_function, webhooks};
pub use instances::{Tagged, instances};
pub use places::places;
pub use rights::{DRY_RUN, DRY_RUN_IGNORED, DryRun, Write, WriteTry, databases, dry_runs, writes};
pub use settings::{Unread, Unreadable, settings};
pub use tables::{Described, TableLook, items, tables};
pub use ticks::ticks;

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// Whose credentials these are, and where they lead.
    Credentials,
    /// This machine's clock.
    Clock,
    /// What is set at this terminal.
    Settings,
    /// The tables: there, keyed rightly, cleared of what is old.
    Tables,
    /// What people have written into them.
    Items,
    /// The accounts and regions in which schedules look.
    Places,
    /// What may be written, started and stopped.
    Rights,
    /// Schedules that have no instances.
    Schedules,
    /// Instances that have no schedule.
    Instances,
    /// Groups and the instances that name them.
    Groups,
    /// Whether ticks come.
    Ticks,
    /// Whether messages arrive.
    Webhooks,
    /// Whether the function that answers people is there.
    Chat,
}

impl Check {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Clock => "clock",
            Self::Settings => "settings",
            Self::Tables => "tables",
            Self::Items => "items",
            Self::Places => "places",
            Self::Rights => "rights",
            Self::Schedules => "schedules",
            Self::Instances => "instances",
            Self::Groups => "groups",
            Self::Ticks => "ticks",
            Self::Webhooks => "webhooks",
            Self::Chat => "chat",
        }
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Ok,
    /// Not looked at, with the reason.
    LeftOut,
    /// May be meant so, or harms nothing yet.
    Warning,
    /// Something does not work.
    Error,
}

impl Level {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::LeftOut => "left out",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What a look has shown, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub check: Check,
    /// How bad it is.
    pub level: Level,
    /// Where: a table, a place, a schedule, a setting.
    pub place: Option<String>,
    /// What was seen: lower case, without a full stop.
    pub what: String,
    /// What to do.
    pub hints: Vec<String>,
    /// Whether nobody answered, which says nothing of how the system is configured.
    pub is_unanswered: bool,
}

impl Finding {
    fn new(check: Check, level: Level, what: impl Into<String>) -> Self {
        Self { check, level, place: None, what: what.into(), hints: Vec::new(), is_unanswered: false }
    }

    /// All is well.
    pub(crate) fn ok(check: Check, what: impl Into<String>) -> Self {
        Self::new(check, Level::Ok, what)
    }

    /// It was not looked at.
    pub(crate) fn left_out(check: Check, what: impl Into<String>) -> Self {
        Self::new(check, Level::LeftOut, what)
    }

    fn warning(check: Check, what: impl Into<String>) -> Self {
        Self::new(check, Level::Warning, what)
    }

    fn error(check: Check, what: impl Into<String>) -> Self {
        Self::new(check, Level::Error, what)
    }

    /// Where it is.
    pub(crate) fn at(self, place: impl Into<String>) -> Self {
        Self { place: Some(place.into()), ..self }
    }

    /// What to do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    fn unanswered(self, is_unanswered: bool) -> Self {
        Self { is_unanswered, ..self }
    }
}

/// The findings, or in their absence that all is well.
fn or_ok(findings: Vec<Finding>, ok: impl FnOnce() -> Finding) -> Vec<Finding> {
    if findings.is_empty() { vec![ok()] } else { findings }
}

/// `1 table`, `2 tables`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The first of a list, and how many more there are.
fn listed<T: ToString>(all: impl IntoIterator<Item = T>) -> String {
    joined(all, ", ")
}

fn joined<T: ToString>(all: impl IntoIterator<Item = T>, separator: &str) -> String {
    /// More than anybody reads in a line.
    const MOST: usize = 5;
    let mut all: Vec<String> = all.into_iter().map(|one| one.to_string()).collect();
    let more = all.len().saturating_sub(MOST);
    all.truncate(MOST);
    let names = all.join(separator);
    if more == 0 { names } else { format!("{names} and {more} more") }
}

/// The same, each between backticks.
fn quoted<T: ToString>(all: impl IntoIterator<Item = T>) -> String {
    listed(all.into_iter().map(|one| format!("`{}`", one.to_string())))
}

/// Findings as tests compare them: level, place and words, then the hints, a line each.
#[cfg(test)]
fn shown(findings: &[Finding]) -> String {
    let mut lines = Vec::new();
    for Finding { check, level, place, what, hints, is_unanswered } in findings {
        let place = place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        let mark = if *is_unanswered { " (unanswered)" } else { "" };
        lines.push(format!("{} {}{mark} {place}{what}", level.as_str(), check.as_str()));
        lines.extend(hints.iter().map(|hint| format!("  {hint}")));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(listed(["a", "b"]), "a, b");
        assert_eq!(quoted(1..=7), "`1`, `2`, `3`, `4`, `5` and 2 more");
        assert_eq!((counted(1, "table"), counted(0, "table")), ("1 table".to_owned(), "0 tables".to_owned()));
    }
}
