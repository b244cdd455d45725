//! One line of the journal: a decision or an observation, as it happens.

use std::fmt;

use chrono::{DateTime, Utc};

use super::{GroupName, InstanceKey, ScheduleName};

/// What happened; the word is part of the command line's contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// Chat was warned of a stop.
    Warning,
    /// AWS accepted to start an instance.
    Start,
    /// An instance has been seen ready.
    Ready,
    /// AWS accepted to stop an instance.
    Stop,
    /// An instance has been seen stopped.
    Stopped,
    /// AWS said no.
    Failed,
    /// Something waits, and for what.
    Held,
    /// A stop was moved later.
    Extended,
    /// An item or a place is at fault.
    Problem,
    /// A run is over.
    RunDone,
    /// Chat did not take a message, which is sent again by the next tick.
    Untold,
}

impl EventKind {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Start => "start",
            Self::Ready => "ready",
            Self::Stop => "stop",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Held => "held",
            Self::Extended => "extended",
            Self::Problem => "problem",
            Self::RunDone => "run_done",
            Self::Untold => "untold",
        }
    }
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub kind: EventKind,
    /// The schedule, if it is about one.
    pub schedule: Option<ScheduleName>,
    /// The group, if it is about one.
    pub group: Option<GroupName>,
    /// The instance, if it is about one.
    pub instance: Option<InstanceKey>,
    /// Further values by name: `run`, `stop_at`, `waits_for`, `reason`, `code`, ….
    pub details: Vec<(&'static str, Detail)>,
}

/// A further value of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// A text; an instant as RFC 3339 in UTC.
    Text(String),
    /// A number.
    Number(i64),
    /// Names, in order.
    Names(Vec<String>),
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
            Self::Names(names) => f.write_str(&names.join(", ")),
        }
    }
}

impl From<&str> for Detail {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Detail {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
