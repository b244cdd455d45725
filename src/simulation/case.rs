//! What there is in a simulated world, and what happens to it from outside: data, and nothing that acts.

use chrono::{DateTime, Duration, Utc};

use crate::document::{Defaults, Tables};
use crate::memory::Machine;
use crate::model::{Action, GroupName, InstanceKey, ScheduleName, TagValue};
use crate::ports::{Item, Table};

mod faults;

pub(super) use faults::word_of;
pub use faults::{AwsCall, AwsFault, ChatFault, TableCall, TableFault};

/// Nothing happens from outside in so much time at the end of a case that is made or cut down, so that every run can end.
pub(super) const QUIET: Duration = Duration::hours(4);

/// A world, a stretch of time, and all that goes wrong in it.
#[derive(Debug, Clone)]
pub struct Case {
    /// What the small print is drawn from: how long calls take, in which order a scan gives items.
    pub seed: u64,
    /// When the world begins.
    pub from: DateTime<Utc>,
    /// When it ends; ticks under way go on until they are over.
    pub to: DateTime<Utc>,
    /// What holds for schedules that do not say it.
    pub defaults: Defaults,
    /// How far apart the cron ticks are.
    pub cron: Duration,
    /// Whether a change of an instance's state or of a row makes a tick too, as the rules of EventBridge and the streams of
    /// the tables do.
    pub on_change: bool,
    /// The rows of the three tables at the beginning.
    pub tables: Tables,
    /// The instances at the beginning.
    pub machines: Vec<Machine>,
    /// What happens, in the order of time.
    pub incidents: Vec<Incident>,
}

impl Case {
    /// Whether an instance is there only once it is launched.
    #[must_use]
    pub fn is_launched(&self, key: &InstanceKey) -> bool {
        self.incidents.iter().any(|one| matches!(&one.what, What::Launched { instance } if instance == key))
    }
}

/// Something that happens from outside.
#[derive(Debug, Clone, PartialEq)]
pub struct Incident {
    /// When it happens, or from when on it holds.
    pub at: DateTime<Utc>,
    /// What it is.
    pub what: What,
}

/// The kinds of things that happen. What holds for a time holds from [`Incident::at`] until before `until`.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// No event reaches the function: ticks are missing.
    Outage {
        /// Until when.
        until: DateTime<Utc>,
    },
    /// Events reach the function late.
    Late {
        /// By how much.
        by: Duration,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// Every event comes twice; with a small `by` there are two invocations at once.
    Doubled {
        /// How long after the first one the second one comes.
        by: Duration,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// The first invocation that waits for anything from now on is killed there.
    Killed {
        /// How many more times it waits before that; it waits before and after every call takes effect.
        after: u32,
    },
    /// The clock of the function is off.
    ClockOff {
        /// Added to the true time; a few seconds, also negative.
        by: Duration,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// Each invocation has a clock of its own: some are fast, some slow.
    ClocksApart {
        /// The most that one is off, either way.
        by: Duration,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// The invocations that begin have less time than usual.
    ShortLimit {
        /// The function's timeout.
        limit: Duration,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// Calls of the tables fail.
    TablesFail {
        /// Which calls.
        call: TableCall,
        /// In which way.
        how: TableFault,
        /// The first so many of them; `None`: all.
        times: Option<u32>,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// Calls of EC2 and RDS fail.
    AwsFails {
        /// Which calls.
        call: AwsCall,
        /// For this instance only; `None`: for all.
        instance: Option<InstanceKey>,
        /// In which way.
        how: AwsFault,
        /// The first so many of them; `None`: all.
        times: Option<u32>,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// Describe shows instances as they were some time ago.
    Stale {
        /// How long ago.
        by: Duration,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// Messages are not taken by chat.
    ChatFails {
        /// In which way.
        how: ChatFault,
        /// The first so many of them; `None`: all.
        times: Option<u32>,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// AWS is at work on a running instance, such as a database in `backing-up`: it serves and cannot be stopped.
    Busy {
        /// The instance; nothing happens if it does not run.
        instance: InstanceKey,
        /// AWS's word for the state.
        state: String,
        /// Until when; then it runs.
        until: DateTime<Utc>,
    },
    /// An instance is terminated.
    Terminated {
        /// The instance.
        instance: InstanceKey,
    },
    /// A person launches an instance of the case: it is not there before, and comes in the state that it has there.
    Launched {
        /// The instance; nothing happens if it is there already.
        instance: InstanceKey,
    },
    /// A person gives an instance other tags.
    Retagged {
        /// The instance; nothing happens if it is not there.
        instance: InstanceKey,
        /// The value of its tag `ScheduleName` from now on; [`TagValue::absent`]: it has none.
        schedule_tag: TagValue,
        /// The value of its tag `ScheduleGroupName` from now on; `None`: it has none.
        group_tag: Option<GroupName>,
    },
    /// A person starts or stops an instance at the console.
    Console {
        /// The instance.
        instance: InstanceKey,
        /// Start or stop; nothing happens if it is not in a state for that.
        action: Action,
    },
    /// A person asks in chat for the next stop to be later. It is granted if there is one, if the limit allows it, and if
    /// it has not begun when that is looked at after the exception was written.
    Extends {
        /// The schedule.
        schedule: ScheduleName,
        /// By how much.
        by: Duration,
    },
    /// A person raises or lowers `ForceStart` or `ForceStop`.
    Orders {
        /// The schedule.
        schedule: ScheduleName,
        /// Which flag.
        flag: Action,
        /// Raised or lowered.
        raised: bool,
    },
    /// A person writes a row, also a faulty one.
    Writes {
        /// Which table.
        table: Table,
        /// The row; it takes the place of one with the same key.
        item: Item,
    },
    /// A person sets one attribute of a row, also to nonsense.
    Edits {
        /// Which table.
        table: Table,
        /// The key: the attributes by which the row is found. Nothing happens if there is none.
        key: Item,
        /// Which attribute.
        attribute: String,
        /// The new value; `None` takes the attribute away.
        value: Option<serde_json::Value>,
    },
    /// A person deletes a row.
    Deletes {
        /// Which table.
        table: Table,
        /// The key.
        key: Item,
    },
}

impl What {
    /// Until when it holds, if it holds for a time.
    #[must_use]
    pub fn until(&self) -> Option<DateTime<Utc>> {
        self.clone().until_mut().copied()
    }

    /// The table of which a person touches a row.
    #[must_use]
    pub fn table(&self) -> Option<Table> {
        match self {
            Self::Writes { table, .. } | Self::Edits { table, .. } | Self::Deletes { table, .. } => Some(*table),
            _ => None,
        }
    }

    /// Until when it holds, to be changed.
    pub fn until_mut(&mut self) -> Option<&mut DateTime<Utc>> {
        match self {
            Self::Outage { until }
            | Self::Late { until, .. }
            | Self::Doubled { until, .. }
            | Self::ClockOff { until, .. }
            | Self::ClocksApart { until, .. }
            | Self::ShortLimit { until, .. }
            | Self::TablesFail { until, .. }
            | Self::AwsFails { until, .. }
            | Self::Stale { until, .. }
            | Self::ChatFails { until, .. }
            | Self::Busy { until, .. } => Some(until),
            Self::Killed { .. }
            | Self::Terminated { .. }
            | Self::Launched { .. }
            | Self::Retagged { .. }
            | Self::Console { .. }
            | Self::Extends { .. }
            | Self::Orders { .. }
            | Self::Writes { .. }
            | Self::Edits { .. }
            | Self::Deletes { .. } => None,
        }
    }
}
