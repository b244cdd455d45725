//! The ways out of the core: tables, instances, chat, time, the journal and the queue. No AWS types.
//!
//! `aws/` and `chat/` stand behind these traits in an account, [`memory`](crate::memory) in the demo, the simulation and
//! fast tests. An adapter decides nothing: it looks, does what it is told, and says how it went in the words of the tick.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use chrono::{DateTime, Duration, Utc};

use crate::model::{Action, Channel, Event, Failure, InstanceKey, Inventory, Notice, ScheduleName, Scope, TagValue};

/// An item of a table: attribute names to JSON values; sets are arrays, numbers are JSON numbers.
pub type Item = serde_json::Map<String, serde_json::Value>;

/// The tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// `Schedule`.
    Schedule,
    /// `ScheduleServerGroup`.
    ServerGroup,
    /// `ScheduleException`.
    Exception,
    /// `ScheduleRun`.
    Run,
}

impl Table {
    /// The table's name, unless a setting says another one.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Schedule => "Schedule",
            Self::ServerGroup => "ScheduleServerGroup",
            Self::Exception => "ScheduleException",
            Self::Run => "ScheduleRun",
        }
    }
}

/// Why a table could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The item is not at the version that was expected: somebody else has written it.
    #[error("somebody else has written the item since it was read")]
    Conflict,
    /// There is no such table.
    #[error("table `{0}` does not exist in this region: create it, or name it in `{1}`")]
    MissingTable(String, &'static str),
    /// A permission is missing.
    #[error("not allowed to use table `{table}`: {message}")]
    Denied {
        /// The table's name.
        table: String,
        /// AWS's words.
        message: String,
    },
    /// No answer, or too many calls; later.
    #[error("table `{table}` did not answer: {message}")]
    Unavailable {
        /// The table's name.
        table: String,
        /// What was seen.
        message: String,
    },
    /// Anything else.
    #[error("table `{table}`: {message}")]
    Other {
        /// The table's name.
        table: String,
        /// What was seen.
        message: String,
    },
}

/// The attribute of exceptions and of the run table by which DynamoDB deletes what is old: seconds since 1970.
pub const EXPIRES_AT: &str = "ExpiresAt";

/// The last version that an item of the run table may have: one that can still be counted up.
pub const LAST_VERSION: u64 = u64::MAX / 2 - 1;

/// What tells whether an exception is as it was read: what it says, and who has written it when.
pub const EXCEPTION_IS_SAME: [&str; 6] =
    ["ScheduleName", "ExceptionDate", "ExceptionType", "ExceptionValue", "CreatedBy", "CreatedAt"];

/// Whether an exception's item is as it was read; other attributes do not count.
#[must_use]
pub fn is_same_exception(one: &Item, other: &Item) -> bool {
    EXCEPTION_IS_SAME.iter().all(|name| one.get(*name) == other.get(*name))
}

/// The tables, as items; what they mean is [`document`](crate::document)'s affair.
pub trait Store: Sync {
    /// All items of a table, over all its pages.
    fn scan(&self, table: Table) -> impl Future<Output = Result<Vec<Item>, StoreError>> + Send;

    /// The items of the run table with these keys (`ScheduleName`, `RunId`), read consistently; absent ones are left out.
    fn runs(&self, keys: &[(String, String)]) -> impl Future<Output = Result<Vec<Item>, StoreError>> + Send;

    /// Writes an item of the run table, if its attribute `Version` is the expected one; with `None` in any case.
    /// 0 expects that there is no item yet, or one without a version that counts (1 to [`LAST_VERSION`]). [`StoreError::Conflict`] when it is not.
    fn put_run(&self, item: Item, expected_version: Option<u64>)
    -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Sets `ForceStart` or `ForceStop` of a schedule back to false, if it is true; nothing else of the item is touched.
    fn lower_flag(&self, schedule: &ScheduleName, flag: Action) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Sets `ForceStart` or `ForceStop` of a schedule to true, and the other one back to false if it is true: of two that
    /// are up neither is obeyed. Nothing else of the item is touched; [`StoreError::Conflict`] when there is no such item.
    fn raise_flag(&self, schedule: &ScheduleName, flag: Action) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Writes an exception, if the item with its key is still the expected one ([`is_same_exception`]), or absent with
    /// `None`. [`StoreError::Conflict`] when it is not, unless it is what was to be written.
    fn put_exception(&self, item: Item, expected: Option<&Item>)
    -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Deletes an exception, if its item is still this one; none is as good. [`StoreError::Conflict`] when it is another.
    fn delete_exception(&self, item: &Item) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Writes an item of any table but the run table, in place of one with the same key.
    fn put(&self, table: Table, item: Item) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// What to look for: one look serves all schedules of a tick (rule A1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// The tag values to look for, by account and region.
    pub tag_values: BTreeMap<Scope, BTreeSet<TagValue>>,
    /// The tag values whose running EC2 instances need their status checks read.
    pub status_checks: BTreeSet<TagValue>,
}

/// What became of a call for one instance; an accepted call does not mean that it runs (rule A4).
pub type Outcome = Result<(), Failure>;

/// EC2 instances and databases.
pub trait Fleet: Sync {
    /// Looks for instances by tag, all pages; never fails as a whole: what could not be seen, or not within `budget`, is in
    /// [`Inventory::unreachable`].
    fn inventory(&self, query: &Query, budget: Duration) -> impl Future<Output = Inventory> + Send;

    /// Asks AWS to start or stop these, in as few calls as it takes, isolating bad ids (rule A2); one outcome for each.
    /// What could not be asked within `budget` is answered as throttled.
    fn act(
        &self,
        action: Action,
        instances: &[InstanceKey],
        budget: Duration,
    ) -> impl Future<Output = BTreeMap<InstanceKey, Outcome>> + Send;

    /// Writes on these what was last done to them, for people who see it in AWS's console; nothing where that is switched
    /// off. It is a courtesy: what could not be written within `budget` is answered by place, and never tried again.
    fn mark(
        &self,
        instances: &[InstanceKey],
        note: &str,
        budget: Duration,
    ) -> impl Future<Output = BTreeMap<Scope, Failure>> + Send;
}

/// Why a message did not arrive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChatError {
    /// Down, slow or too many messages; later. Holds no address: a webhook's path is a secret.
    #[error("chat did not take the message: {0}")]
    Unavailable(String),
    /// Some have taken it, others are down, slow or take no more messages: later. What else there is to tell may still
    /// reach those that are not; a warning that some have taken is told.
    #[error("not every chat took the message: {0}")]
    Partly(String),
    /// The webhook refuses for good: wrong address, or it was removed.
    #[error("chat refuses the message: {0}")]
    Refused(String),
}

/// The chat that people read.
pub trait Chat: Sync {
    /// Sends one notice to these channels, without any to the default one, trying again within `budget` (rule C8); `Ok`
    /// when there is no chat to tell.
    fn tell(
        &self,
        notice: &Notice,
        channels: &[Channel],
        budget: Duration,
    ) -> impl Future<Output = Result<(), ChatError>> + Send;
}

/// Why a message did not get on the queue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the queue did not take it: {0}")]
pub struct QueueError(pub String);

/// The queue that has a tick run for each of its messages.
pub trait Queue: Sync {
    /// Puts messages on the queue, in as few calls as it takes; one outcome for each, in order. One that is there may come
    /// out several times.
    fn put(&self, messages: &[String]) -> impl Future<Output = Vec<Result<(), QueueError>>> + Send;
}

/// Time: the only way to learn it.
pub trait Clock: Sync {
    /// The time now.
    fn now(&self) -> DateTime<Utc>;

    /// Waits.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;
}

/// Where events go as they happen: the log of the function, the screen of the demo, the checker of the simulation.
pub trait Journal: Sync {
    /// Takes one event.
    fn note(&self, event: &Event);
}

/// For whoever only looks: nobody is told.
impl Chat for () {
    async fn tell(&self, _: &Notice, _: &[Channel], _: Duration) -> Result<(), ChatError> {
        Ok(())
    }
}

/// For whoever only looks: nothing is kept.
impl Journal for () {
    fn note(&self, _: &Event) {}
}

/// The ports together, as the tick takes them.
#[derive(Debug)]
pub struct Ports<'a, S, F, C, T, J> {
    /// The tables.
    pub store: &'a S,
    /// The instances.
    pub fleet: &'a F,
    /// The chat.
    pub chat: &'a C,
    /// Time.
    pub clock: &'a T,
    /// The journal.
    pub journal: &'a J,
}

/// [`Ports`], whatever is behind them: one name for code that works with all of them.
pub trait AnyPorts: Sync {
    /// The tables.
    type Store: Store;
    /// The instances.
    type Fleet: Fleet;
    /// The chat.
    type Chat: Chat;
    /// Time.
    type Clock: Clock;
    /// The journal.
    type Journal: Journal;

    /// The tables.
    fn store(&self) -> &Self::Store;
    /// The instances.
    fn fleet(&self) -> &Self::Fleet;
    /// The chat.
    fn chat(&self) -> &Self::Chat;
    /// Time.
    fn clock(&self) -> &Self::Clock;
    /// The journal.
    fn journal(&self) -> &Self::Journal;
}

impl<S: Store, F: Fleet, C: Chat, T: Clock, J: Journal> AnyPorts for Ports<'_, S, F, C, T, J> {
    type Store = S;
    type Fleet = F;
    type Chat = C;
    type Clock = T;
    type Journal = J;

    fn store(&self) -> &S {
        self.store
    }

    fn fleet(&self) -> &F {
        self.fleet
    }

    fn chat(&self) -> &C {
        self.chat
    }

    fn clock(&self) -> &T {
        self.clock
    }

    fn journal(&self) -> &J {
        self.journal
    }
}
