//! A schedule: when a set of instances runs, and how it is to be treated.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Duration, NaiveDate};
use chrono_tz::Tz;

use super::{Channel, ClockValue, Dates, Groups, ScheduleName, Scope, TagValue};

/// What a transition, a run or an order does to instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// To be running from then on.
    Start,
    /// To be stopped from then on.
    Stop,
}

impl Action {
    /// `start` or `stop`: the word used in tables, events and messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
        }
    }
}

/// What Lamplighter may do for a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Start and stop.
    #[default]
    Act,
    /// Say what would be done, do nothing.
    Notify,
    /// Nothing at all.
    Off,
}

/// A window, or a start or stop alone, on each of some dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    dates: Dates,
    local_start: Option<ClockValue>,
    local_stop: Option<ClockValue>,
}

/// Why a period makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimetableError {
    /// Start equal to stop: is that never, or always? It is not guessed (rule T2).
    #[error("start and stop are both {0}")]
    StartIsStop(ClockValue),
    /// Even on the next day the stop is not after the start.
    #[error("even on the next day a stop at {stop} is not after a start at {start}")]
    StopBeforeStart {
        /// The start.
        start: ClockValue,
        /// The stop.
        stop: ClockValue,
    },
}

impl Period {
    /// A window from `local_start` to `local_stop` on each of `dates`; `None` is "no start" or "no stop".
    ///
    /// # Errors
    /// When start and stop are equal, or the stop is not after the start even on the next day.
    pub fn new(
        dates: Dates,
        local_start: Option<ClockValue>,
        local_stop: Option<ClockValue>,
    ) -> Result<Self, TimetableError> {
        match (local_start, local_stop) {
            (Some(start), Some(stop)) if start == stop => Err(TimetableError::StartIsStop(start)),
            (Some(start), Some(stop)) if stop.minutes() + 24 * 60 <= start.minutes() => {
                Err(TimetableError::StopBeforeStart { start, stop })
            }
            _ => Ok(Self { dates, local_start, local_stop }),
        }
    }

    /// Whether the period holds for this local date.
    #[must_use]
    pub fn covers(&self, date: NaiveDate) -> bool {
        self.dates.contains(date)
    }

    /// The start of the window on each date.
    #[must_use]
    pub fn local_start(&self) -> Option<ClockValue> {
        self.local_start
    }

    /// The stop of the window on each date; not later than the start means the next day.
    #[must_use]
    pub fn local_stop(&self) -> Option<ClockValue> {
        self.local_stop
    }
}

/// When a schedule's instances run, exceptions apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Timetable {
    /// One window a day: `DaysActive`, `StartTime` and `StopTime`.
    Daily(Period),
    /// Several: `Periods`.
    Periods(Vec<Period>),
}

impl Timetable {
    /// Its periods.
    #[must_use]
    pub fn periods(&self) -> &[Period] {
        match self {
            Self::Daily(period) => std::slice::from_ref(period),
            Self::Periods(periods) => periods,
        }
    }
}

/// Which end of a date's window an exception changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExceptionKind {
    /// The start.
    Start,
    /// The stop.
    Stop,
}

impl ExceptionKind {
    /// `start` or `stop`, as in `ExceptionType`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
        }
    }
}

/// A change of a schedule's start or stop for one date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The key of its item.
    pub id: String,
    /// The local date on which the window starts.
    pub date: NaiveDate,
    /// Which end it changes.
    pub kind: ExceptionKind,
    /// The new time; `None` removes the start or stop.
    pub local_time: Option<ClockValue>,
    /// Who made it, if it says so.
    pub created_by: Option<String>,
    /// Why, if it says so: the name of a holiday.
    pub reason: Option<String>,
    /// Of a stop that ends what somebody has started for some time, moved or not: when that was to end at first.
    pub ends_start: Option<ClockValue>,
}

/// Who may order in chat, and from where: names and ids as people have written them; `None`: everybody, from everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Allowed {
    /// `ChatPeople`.
    pub people: Option<BTreeSet<String>>,
    /// `ChatRooms`.
    pub rooms: Option<BTreeSet<String>>,
}

impl Allowed {
    /// Whether one of a person's ids or names is on the list, or there is none.
    #[must_use]
    pub fn has_person(&self, ids: &[String]) -> bool {
        is_listed(self.people.as_ref(), ids)
    }

    /// Whether one of a room's ids or names is on the list, or there is none.
    #[must_use]
    pub fn has_room(&self, rooms: &[String]) -> bool {
        is_listed(self.rooms.as_ref(), rooms)
    }
}

/// Case and white space around do not count: people write e-mail addresses either way.
fn is_listed(list: Option<&BTreeSet<String>>, ids: &[String]) -> bool {
    let is_same = |one: &str, other: &str| one.trim().to_lowercase() == other.trim().to_lowercase();
    list.is_none_or(|list| ids.iter().any(|id| !id.trim().is_empty() && list.iter().any(|other| is_same(id, other))))
}

/// When a set of instances runs: the item of the `Schedule` table with its groups and exceptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Its name.
    pub name: ScheduleName,
    /// Instances whose schedule tag has this value belong to it.
    pub tag_value: TagValue,
    /// False: only force start and force stop act.
    pub enabled: bool,
    /// When it runs.
    pub timetable: Timetable,
    /// The zone of every local date and time of the schedule.
    pub zone: Tz,
    /// A person's order that has not been carried out yet.
    pub force: Option<Action>,
    /// How long before a stop chat is warned; zero: no warning.
    pub warning_lead: Duration,
    /// Hold the desired state on every tick (rule T9).
    pub enforce: bool,
    /// What may be done at all.
    pub mode: Mode,
    /// The most that chat may add to one stop.
    pub max_extension: Duration,
    /// Where its instances are; never empty.
    pub scopes: Vec<Scope>,
    /// Where its messages go; without any, to the default.
    pub channels: Vec<Channel>,
    /// Its server groups: complete and free of cycles.
    pub groups: Groups,
    /// Who may order in chat, and from where.
    pub chat: Allowed,
    /// Its exceptions, by the local date that they change.
    pub exceptions: BTreeMap<NaiveDate, Vec<Exception>>,
}
