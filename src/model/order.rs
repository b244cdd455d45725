//! What a person asks for, in chat, on the page behind a link, or at a terminal: rule C5.

use chrono::{DateTime, Duration, NaiveDate, Utc, Weekday};

use super::{Action, ClockValue, ExceptionKind, ScheduleName};

/// A date as people say it; which one it is, the schedule's zone decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    /// This one.
    Date(NaiveDate),
    /// Today.
    Today,
    /// Tomorrow.
    Tomorrow,
    /// The next such day, today among them.
    Next(Weekday),
}

/// How much later a stop is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Later {
    /// By so much, from when it is planned now.
    By(Duration),
    /// At this time by the schedule's wall clock: the first such time after the planned stop.
    Until(ClockValue),
    /// At this instant: what a button or a link says, so that a second click changes nothing.
    At(DateTime<Utc>),
}

/// What is asked of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// What runs now, and what comes next.
    Status,
    /// The timetable, and what it makes of a date.
    Info {
        /// The date; `None`: today.
        day: Option<Day>,
    },
    /// The exceptions from a date on.
    Exceptions {
        /// The date; `None`: today.
        day: Option<Day>,
    },
    /// Writes an exception.
    SetException {
        /// The date.
        day: Day,
        /// Which end of the window.
        kind: ExceptionKind,
        /// When; `None`: not at all.
        local_time: Option<ClockValue>,
    },
    /// Takes an exception away.
    DeleteException {
        /// The date.
        day: Day,
        /// Which end of the window.
        kind: ExceptionKind,
    },
    /// Moves the next stop later (rule C6).
    Extend(Later),
    /// Leaves the next stop out.
    Skip,
    /// Raises the flag `ForceStart` or `ForceStop` (rule T11).
    Force {
        /// Start or stop.
        action: Action,
        /// For a start: for how long; `None`: until the next stop.
        lasts: Option<Duration>,
    },
    /// Takes back a force flag that is still up, else the extension or the skipping of the next stop.
    Cancel,
}

impl Order {
    /// Whether it changes anything, or only asks.
    #[must_use]
    pub fn changes(&self) -> bool {
        !matches!(self, Self::Status | Self::Info { .. } | Self::Exceptions { .. })
    }
}

/// Who asks, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orderer {
    /// Their name as people see it; never an e-mail address.
    pub name: String,
    /// What allow lists may name them by: ids, names, e-mail addresses; never shown and never logged.
    pub ids: Vec<String>,
    /// What allow lists may name the room by; never logged.
    pub rooms: Vec<String>,
    /// The room's name as people see it, for the audit line.
    pub room: Option<String>,
    /// Through what: `jandi`, `slack`, `link`, `cli`, …: the attribute `CreatedVia`.
    pub via: &'static str,
}

impl Orderer {
    /// What is written where somebody has no name.
    pub const SOMEBODY: &str = "somebody";
    /// What is written for whoever is at a terminal and says no name.
    pub const A_TERMINAL: &str = "a terminal";
    /// What is told where a table was changed by hand, and its item says no name.
    pub const AN_EDIT: &str = "an edit of the tables";
}

/// An order for a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// The schedule as it was named.
    pub schedule: ScheduleName,
    /// What is asked.
    pub order: Order,
}
