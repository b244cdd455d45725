//! What is told in chat: one notice an event.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use super::{Action, Cause, GroupName, InstanceKey, Label, Problem, ScheduleName};

/// Some instances of a group, with what is said about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The group; `None`: the instances without one.
    pub group: Option<GroupName>,
    /// Which instances, how they are called, and a remark (a failure, a state; often empty).
    pub instances: Vec<(InstanceKey, Label, String)>,
}

/// Something that somebody may need to look at (rule C1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A stop is near.
    Warning {
        /// The schedule.
        schedule: ScheduleName,
        /// Its zone, in which times are told.
        zone: Tz,
        /// Why it will stop.
        cause: Cause,
        /// The stop as the timetable has it; what is outside the timetable was found then.
        planned_at: DateTime<Utc>,
        /// When it will really stop: never sooner than this.
        stop_at: DateTime<Utc>,
        /// What would be stopped.
        stretches: Vec<Stretch>,
        /// By how much chat may still move the stop, counted from `stop_at`; zero: it cannot be moved.
        extensible_by: Duration,
        /// Whether whoever sees the message may answer it: the schedule lists no people and no rooms. Otherwise only
        /// what says who answers counts: a command, or a button whose clicks are signed.
        is_for_all: bool,
    },
    /// AWS has accepted to start or stop these.
    Acted {
        /// The schedule.
        schedule: ScheduleName,
        /// Its zone.
        zone: Tz,
        /// Start or stop.
        action: Action,
        /// Why.
        cause: Cause,
        /// When AWS accepted.
        at: DateTime<Utc>,
        /// Exactly what it was done to: one group.
        stretch: Stretch,
        /// For a forced start: when the timetable stops it again.
        until_at: Option<DateTime<Utc>>,
    },
    /// A run is over.
    RunDone {
        /// The schedule.
        schedule: ScheduleName,
        /// Its zone.
        zone: Tz,
        /// Start or stop.
        action: Action,
        /// Why.
        cause: Cause,
        /// When it ended.
        at: DateTime<Utc>,
        /// How long it took.
        took: Duration,
        /// How many instances it was done to.
        instances: usize,
        /// What AWS refused.
        refused: usize,
    },
    /// `Mode` is `notify`: what would have been done.
    WouldAct {
        /// The schedule.
        schedule: ScheduleName,
        /// Its zone.
        zone: Tz,
        /// Start or stop.
        action: Action,
        /// The transition's instant.
        at: DateTime<Utc>,
        /// What would have been started or stopped, in order.
        stretches: Vec<Stretch>,
    },
    /// AWS said no; it is tried again unless it is refused for good.
    Failed {
        /// The schedule.
        schedule: ScheduleName,
        /// Its zone.
        zone: Tz,
        /// What was tried.
        action: Action,
        /// Whether it is not tried again.
        is_final: bool,
        /// AWS's code or our own word for it.
        code: String,
        /// What it was tried on, with AWS's words.
        stretch: Stretch,
    },
    /// A group is not there after a long time.
    Slow {
        /// The schedule.
        schedule: ScheduleName,
        /// Its zone.
        zone: Tz,
        /// What was asked for.
        action: Action,
        /// For how long it has been waited.
        waited: Duration,
        /// What is not there, and in which state it is.
        stretch: Stretch,
        /// The groups that wait for it.
        held: Vec<GroupName>,
    },
    /// A stop was moved later.
    Extended {
        /// The schedule.
        schedule: ScheduleName,
        /// Its zone.
        zone: Tz,
        /// The new stop.
        stop_at: DateTime<Utc>,
        /// By whom.
        by: String,
    },
    /// Faulty items and unreachable places, told once per change.
    Problems(Vec<Problem>),
    /// Somebody tries out whether messages arrive.
    Trial,
}
