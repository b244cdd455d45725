//! What comes of an order: typed, without words. `chat::answer` has the words.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::model::{Action, Cause, ClockValue, Exception, ExceptionKind, Mode, ScheduleName};
use crate::ports::StoreError;

/// An order that was carried out, or a question that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The schedule, as it is spelt in the table.
    pub schedule: ScheduleName,
    /// Its zone, in which times are told.
    pub zone: Tz,
    /// When it was answered: a date is told where it is not this one's.
    pub at: DateTime<Utc>,
    /// What was done.
    pub done: Done,
}

/// What was done, or is so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// What runs now, and what comes next.
    Status(Box<Status>),
    /// What the timetable makes of a date.
    Info(Box<Info>),
    /// The exceptions from a date on.
    Exceptions {
        /// The first date that was asked for.
        from: NaiveDate,
        /// The next ones, by date.
        exceptions: Vec<Exception>,
        /// How many more there are.
        more: usize,
    },
    /// An exception was written.
    ExceptionSet {
        /// The exception as it counts now.
        date: NaiveDate,
        /// Which end of the window.
        kind: ExceptionKind,
        /// When; `None`: not at all.
        local_time: Option<ClockValue>,
        /// False: it was there already, just so.
        is_new: bool,
        /// What it took the place of, the one that counted first.
        was: Vec<Exception>,
        /// What the date has now.
        day: Vec<(Action, DateTime<Utc>)>,
        /// The stop of that date has begun, and is not turned round.
        has_begun: bool,
    },
    /// Exceptions were taken away.
    ExceptionDeleted {
        /// The date.
        date: NaiveDate,
        /// Which end of the window.
        kind: ExceptionKind,
        /// Those that there were, the one that counted first.
        was: Vec<Exception>,
        /// What the date has now.
        day: Vec<(Action, DateTime<Utc>)>,
        /// The stop of that date has begun, and is not turned round.
        has_begun: bool,
    },
    /// A stop was moved later.
    Extended {
        /// When the stop was planned before.
        planned_at: DateTime<Utc>,
        /// When it is now.
        stop_at: DateTime<Utc>,
        /// Who has moved it there: whoever asks, or who was there before with as much or more.
        by: Option<String>,
        /// False: it was so already, and nothing was written.
        is_new: bool,
        /// Until when it may be moved in all.
        latest_at: DateTime<Utc>,
    },
    /// The next stop was left out.
    Skipped {
        /// The stop that does not come.
        planned_at: DateTime<Utc>,
        /// The next one that does; `None`: none is planned.
        next_stop_at: Option<DateTime<Utc>>,
        /// Who has left it out.
        by: Option<String>,
        /// False: it was so already.
        is_new: bool,
    },
    /// A force flag was raised; the scheduler acts on it.
    Forced {
        /// Start or stop.
        action: Action,
        /// For a start: when it is stopped again; `None`: nothing stops it. For a stop: when it is started again.
        until_at: Option<DateTime<Utc>>,
        /// For how long was asked, where the timetable has something else.
        asked_until_at: Option<DateTime<Utc>>,
        /// False: the flag was up already.
        is_new: bool,
        /// The order that it took the place of.
        instead_of: Option<Action>,
        /// `Mode` is `notify`: it is only told what would be done.
        is_only_told: bool,
    },
    /// Something was taken back.
    Cancelled(Cancelled),
}

/// What was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cancelled {
    /// A force flag; what has been asked of AWS already goes on.
    Force {
        /// Start or stop.
        action: Action,
        /// Something has been asked of AWS already.
        is_under_way: bool,
        /// What is started already is stopped again then; `None`: nothing stops it.
        until_at: Option<DateTime<Utc>>,
    },
    /// An extension.
    Extension {
        /// The stop that was to be.
        from_at: DateTime<Utc>,
        /// When the stop is now; it may be past: then people are warned anew before it.
        stop_at: Option<DateTime<Utc>>,
        /// Who had ordered it.
        by: Option<String>,
    },
    /// The skipping of a stop.
    Skip {
        /// When the stop is now; it may be past: then people are warned anew before it.
        stop_at: Option<DateTime<Utc>>,
        /// Who had ordered it.
        by: Option<String>,
    },
}

/// What runs now, and what comes next: as the tables have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// False: only orders act.
    pub enabled: bool,
    /// What may be done at all.
    pub mode: Mode,
    /// What the timetable wants; `None`: nothing yet.
    pub wanted: Option<Action>,
    /// Since when.
    pub wanted_since: Option<DateTime<Utc>>,
    /// Where the last run has led, or an open one leads; `None`: there was none.
    pub led_to: Option<Action>,
    /// The run that is under way.
    pub run: Option<RunNow>,
    /// An order that is up.
    pub force: Option<Action>,
    /// A stop that is due and waits until then, since people were warned late.
    pub waits_until: Option<DateTime<Utc>>,
    /// The next stop.
    pub next_stop_at: Option<DateTime<Utc>>,
    /// Who has moved it, if an exception has.
    pub next_stop_by: Option<String>,
    /// The next start.
    pub next_start_at: Option<DateTime<Utc>>,
    /// How many instances it had when they were last looked at.
    pub instances: u32,
    /// The next stop may be moved until then; `None`: it cannot be moved.
    pub latest_at: Option<DateTime<Utc>>,
}

/// A run that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunNow {
    /// Start or stop.
    pub action: Action,
    /// Why.
    pub cause: Cause,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// How many instances are there.
    pub reached: usize,
    /// Of how many.
    pub instances: usize,
    /// How many wait to be tried again.
    pub failed: usize,
}

/// What the timetable makes of a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// The date.
    pub date: NaiveDate,
    /// False: only orders act.
    pub enabled: bool,
    /// What may be done at all.
    pub mode: Mode,
    /// What it has: starts and stops, by time.
    pub day: Vec<(Action, DateTime<Utc>)>,
    /// Its exceptions.
    pub exceptions: Vec<Exception>,
    /// The timetable as its item has it, a line a window: `weekdays 09:30-22:00`.
    pub timetable: Vec<String>,
    /// What the schedule is for.
    pub description: Option<String>,
    /// Whose it is.
    pub owner: Option<String>,
    /// The server groups, each with those that it depends on.
    pub groups: Vec<(String, Vec<String>)>,
}

/// Why nothing was done, or it is not known whether.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The schedule as it was named, or as the table spells it.
    pub schedule: String,
    /// Its zone, if it is known.
    pub zone: Tz,
    /// When it was refused.
    pub at: DateTime<Utc>,
    /// Why.
    pub why: Why,
}

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// There is no such schedule.
    NoSchedule {
        /// The one whose name comes nearest.
        near: Option<ScheduleName>,
        /// The first of those that there are.
        names: Vec<ScheduleName>,
    },
    /// The schedule's item cannot be understood.
    Faulty {
        /// What is wrong with it, as in the message about it.
        problems: Vec<String>,
    },
    /// This person may not.
    NotThisPerson,
    /// Not from here.
    NotFromHere,
    /// Too many orders in a minute.
    TooMany {
        /// The bound.
        a_minute: u32,
    },
    /// The same request has come before, and was taken then.
    Again,
    /// `Mode` is `off`, or the schedule is disabled: the order would have no effect.
    NotFollowed {
        /// `Mode` is `off`: not even a force flag counts.
        is_off: bool,
    },
    /// No stop is planned.
    NoStop,
    /// The stop is planned for later already.
    NotLater {
        /// For when.
        stop_at: DateTime<Utc>,
    },
    /// More than the schedule allows for one stop.
    TooMuch {
        /// The most in all.
        most: Duration,
        /// The stop may be moved until then.
        latest_at: DateTime<Utc>,
    },
    /// The schedule allows no later stop at all.
    NotMovable,
    /// Only the last stop of a date can be moved or left out.
    NotLast,
    /// Another exception for that date counts, and nothing would change.
    Overruled,
    /// The new stop is too far from its date.
    TooLate,
    /// The stop has begun, or is over: a force start starts all again.
    HasBegun,
    /// The stop is about to begin, and could not be held.
    MayHaveBegun,
    /// The date is past.
    Past {
        /// The date.
        date: NaiveDate,
    },
    /// The date is too far ahead.
    TooFar {
        /// The last date that is taken.
        last: NaiveDate,
    },
    /// A force start for no time, or for too long.
    Length {
        /// The most.
        most: Duration,
    },
    /// There is no such exception.
    NoException {
        /// The date.
        date: NaiveDate,
        /// Which end of the window.
        kind: ExceptionKind,
    },
    /// There is nothing to take back.
    NothingToCancel,
    /// The last order was a force start or stop that the scheduler has carried out already, or is about to.
    CarriedOut {
        /// Start or stop.
        action: Action,
        /// When the timetable, or the end of a start for some time, turns it round; `None`: never.
        until_at: Option<DateTime<Utc>>,
    },
    /// A force start for some time that nothing would end: the schedule is disabled.
    NoEnd,
    /// Others write at the same time, again and again.
    Busy,
    /// The ticket is for a stop that is no longer the next one.
    OtherStop {
        /// The next one now.
        stop_at: Option<DateTime<Utc>>,
    },
    /// The tables do not answer.
    Store {
        /// What was seen.
        error: StoreError,
        /// Whether something may have been written all the same.
        may_be_done: bool,
    },
}
