//! What things are: schedules, server groups, instances, runs, and what is said about them.
//!
//! Constructors refuse nonsense, so that the engine never meets it. Knows no IO, no serde and no clock.

mod channel;
mod clock_value;
mod dates;
mod days;
mod event;
mod failure;
mod group;
mod instance;
mod name;
mod notice;
mod order;
mod problem;
mod run;
mod schedule;

pub use channel::{Channel, ChannelError};
pub use clock_value::{ClockValue, ClockValueError};
pub use dates::{Dates, DatesError, Monthdays, Months, Weekdays};
pub use days::{Days, DaysError};
pub use event::{Detail, Event, EventKind};
pub use failure::{Failure, FailureKind, NO_ANSWER, NOT_ASKED_YET, is_quota, kind_of};
pub use group::{Groups, GroupsError, Ready, ServerGroup, ServiceType};
pub use instance::{Instance, InstanceKey, InstanceKind, InstanceState, Inventory, Label, Refusal, Scope};
pub use name::{GroupName, InstanceId, NameError, Region, RoleArn, ScheduleName, TagValue};
pub use notice::{Notice, Stretch};
pub use order::{Day, Later, Order, Ordered, Orderer};
pub use problem::{Problem, Source};
pub use run::{
    Cause, End, Ended, Lease, Notebook, Progress, Rest, Run, ScheduleState, Settled, Standing, Told, Trouble, Warning,
};
pub use schedule::{Action, Allowed, Exception, ExceptionKind, Mode, Period, Schedule, Timetable, TimetableError};
