//! What happened in a simulated world, in the order in which it happened: what the checker judges by.
//!
//! All of it is seen from outside: rows, calls, answers, states and messages; nothing of what the planner thinks.

use std::fmt;

use chrono::{DateTime, Utc};

use super::What;
use super::case::{AwsCall, AwsFault, ChatFault, TableFault};
use crate::model::{Action, Event, Instance, InstanceKey, InstanceState, Inventory, Notice, ScheduleName};
use crate::ports::{ChatError, Item, Outcome, StoreError, Table};
use crate::tick::Report;

/// The number of an invocation of the function, from 1 in the order of their beginnings.
pub type Invocation = u32;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The true time, whatever the function's clock shows.
    pub at: DateTime<Utc>,
    /// What.
    pub what: Happened,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Happened {
    /// Something from outside; what comes of it in rows and states has entries of its own.
    Incident(What),
    /// A fault came up in a call.
    Fault(Fault),
    /// An invocation began.
    Began(Invocation),
    /// An invocation is over.
    Ended(Invocation, HowEnded),
    /// An invocation has read a table as it was at this instant.
    Read(Invocation, Table),
    /// An invocation has been shown these instances.
    Looked(Invocation, Inventory),
    /// A call to start or stop an instance reached AWS.
    Asked {
        /// Whose call.
        invocation: Invocation,
        /// Start or stop.
        action: Action,
        /// Of which instance.
        key: InstanceKey,
        /// Whether AWS accepted it: its state then changes, if it was not there or on its way already.
        took_effect: bool,
        /// What was answered, if the invocation lives to hear it.
        answer: Outcome,
    },
    /// An instance came to a state, or is there at the beginning.
    State {
        /// Which instance.
        key: InstanceKey,
        /// Which state.
        state: InstanceState,
        /// Whether its status checks have passed.
        checks_passed: bool,
        /// By whom.
        by: Whom,
    },
    /// A person has given an instance other tags: it is so now.
    Retagged(Instance),
    /// A row of the three tables is as it is now, or is there at the beginning.
    Row {
        /// Which table.
        table: Table,
        /// The row before; `None`: there was none.
        before: Option<Item>,
        /// The row now; `None`: it was deleted.
        after: Option<Item>,
        /// By whom.
        by: Whom,
    },
    /// An invocation has written an item of the run table.
    Wrote {
        /// Whose call.
        invocation: Invocation,
        /// The item's `ScheduleName`.
        schedule: String,
        /// The item's `RunId`.
        run_id: String,
        /// Whether it was written.
        took_effect: bool,
        /// What was answered, if the invocation lives to hear it.
        answer: Result<(), StoreError>,
    },
    /// An invocation has sent a message.
    Told {
        /// Whose call.
        invocation: Invocation,
        /// The message.
        notice: Notice,
        /// Whether it arrived.
        arrived: bool,
        /// What was answered, if the invocation lives to hear it.
        answer: Result<(), ChatError>,
    },
    /// A person has asked for a later stop and was answered.
    Answered {
        /// The schedule.
        schedule: ScheduleName,
        /// Until when the instances will run, or why it was not granted.
        answer: Result<DateTime<Utc>, String>,
    },
    /// The tick noted an event in its journal. For people who read the history; the checker does not look at it.
    Noted(Invocation, Event),
    /// The same snapshot and time gave two plans.
    PlansDiffer {
        /// The first.
        one: String,
        /// The second.
        other: String,
    },
}

/// A fault that came up in a call, and how; shown such as `tables: lost answer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Of a call of the tables.
    Tables(TableFault),
    /// Of a call of EC2 or RDS.
    Aws(AwsCall, AwsFault),
    /// A look showed what was some time ago.
    Stale,
    /// Of a message to chat.
    Chat(ChatFault),
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (of, how) = match self {
            Self::Tables(how) => ("tables", how.as_str()),
            Self::Aws(call, how) => (call.as_str(), how.as_str()),
            Self::Stale => (AwsCall::Describe.as_str(), "stale"),
            Self::Chat(how) => ("chat", how.as_str()),
        };
        write!(formatter, "{of}: {}", how.replace('-', " "))
    }
}

/// How an invocation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HowEnded {
    /// It did what it could.
    Done(Report),
    /// It could not look or record.
    Failed(Vec<String>),
    /// It was killed where it waited.
    Killed,
    /// It had no time left.
    TimedOut,
}

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whom {
    /// It was so at the beginning.
    Beginning,
    /// AWS, after a call or by itself.
    Aws,
    /// A person.
    Person,
    /// An invocation.
    Function(Invocation),
}

impl Whom {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Beginning => "beginning",
            Self::Aws => "aws",
            Self::Person => "person",
            Self::Function(_) => "tick",
        }
    }
}
