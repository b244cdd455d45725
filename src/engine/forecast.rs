//! What the timetable will do in a stretch of time: transitions, warnings, and when a schedule runs.
//!
//! The timetable alone: no instance is looked at, no order of a person counts, nothing is remembered. Knows no words and
//! no formats.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::calendar::{self, Transition};
use crate::model::{Action, Mode, Problem, Schedule, ScheduleName};

mod days;

pub use days::{Day, Piece, days};

/// What will happen to several schedules.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forecast {
    /// Starts and stops, by time, then by schedule.
    pub transitions: Vec<Planned>,
    /// Warnings of stops, by time, then by schedule.
    pub warnings: Vec<PlannedWarning>,
}

/// A transition of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Planned {
    /// When.
    pub at: DateTime<Utc>,
    /// Whose.
    pub schedule: ScheduleName,
    /// To running or to stopped.
    pub action: Action,
}

/// A warning of a stop.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlannedWarning {
    /// When it goes out.
    pub at: DateTime<Utc>,
    /// Whose.
    pub schedule: ScheduleName,
    /// The stop of which people are warned.
    pub stop_at: DateTime<Utc>,
}

/// Foretells the transitions and warnings within `[from, to)`.
#[must_use]
pub fn forecast(schedules: &[Schedule], from: DateTime<Utc>, to: DateTime<Utc>) -> Forecast {
    let mut forecast = Forecast::default();
    for schedule in schedules {
        let name = || schedule.name.clone();
        let found = transitions(schedule, from, to);
        forecast.transitions.extend(found.iter().map(|found| Planned {
            at: found.at,
            schedule: name(),
            action: found.action,
        }));
        let warned = warnings(schedule, from, to);
        let warned = warned.into_iter().map(|(at, stop_at)| PlannedWarning { at, schedule: name(), stop_at });
        forecast.warnings.extend(warned);
    }
    forecast.transitions.sort_unstable();
    forecast.warnings.sort_unstable();
    forecast
}

/// Whether the timetable does anything at all.
#[must_use]
pub fn is_followed(schedule: &Schedule) -> bool {
    schedule.enabled && schedule.mode != Mode::Off
}

/// The transitions within `[from, to)`; none where the timetable is not followed.
#[must_use]
pub fn transitions(schedule: &Schedule, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Transition> {
    if is_followed(schedule) { calendar::transitions(schedule, from, to) } else { Vec::new() }
}

/// The warnings that go out within `[from, to)`, each with its stop.
///
/// Where `Mode` is `notify` they are what would go out, as the transitions are what would be done.
#[must_use]
pub fn warnings(schedule: &Schedule, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let lead = schedule.warning_lead;
    if lead <= Duration::zero() {
        return Vec::new();
    }
    let ahead = transitions(schedule, from + lead, to + lead).into_iter();
    ahead.filter(|found| found.action == Action::Stop).map(|stop| (stop.at - lead, stop.at)).collect()
}

/// Exceptions that contradict one another, for the local dates that `[from, to)` may show.
#[must_use]
pub fn contradictions(schedule: &Schedule, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<(NaiveDate, Problem)> {
    // What happens on a date shows within some days of it.
    let since = calendar::back(calendar::local_date(schedule.zone, from), calendar::REACH_DAYS);
    let until = calendar::local_date(schedule.zone, to - Duration::nanoseconds(1));
    let mut told = calendar::contradictions(schedule, since);
    told.retain(|(date, _)| *date <= until);
    told
}

/// What the timetable wants (rule T7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Desired {
    /// To run.
    Running,
    /// To be stopped.
    Stopped,
    /// Nothing: there has been no transition yet, or the timetable is not followed.
    Unmanaged,
}

impl From<Option<Action>> for Desired {
    fn from(last: Option<Action>) -> Self {
        match last {
            Some(Action::Start) => Self::Running,
            Some(Action::Stop) => Self::Stopped,
            None => Self::Unmanaged,
        }
    }
}

/// A part of the stretch in which one thing is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phase {
    /// Its beginning, not before that of the stretch.
    pub from_at: DateTime<Utc>,
    /// Its end, not after that of the stretch.
    pub to_at: DateTime<Utc>,
    /// What is wanted.
    pub desired: Desired,
    /// The transition that began it, maybe before the stretch; `None` where there was none.
    pub since_at: Option<DateTime<Utc>>,
    /// Whether it goes on after the stretch.
    pub goes_on: bool,
}

impl Phase {
    /// How long it is.
    #[must_use]
    pub fn length(&self) -> Duration {
        self.to_at - self.from_at
    }

    /// Whether it began before the stretch.
    #[must_use]
    pub fn began_before(&self) -> bool {
        self.since_at.is_some_and(|at| at < self.from_at)
    }
}

/// Divides `[from, to)` by what is wanted; two phases that follow one another want different things.
#[must_use]
pub fn phases(schedule: &Schedule, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Phase> {
    if from >= to {
        return Vec::new();
    }
    let before = is_followed(schedule).then(|| calendar::last_transition(schedule, from)).flatten();
    let phase = |from_at, since_at, desired| Phase { from_at, to_at: to, desired, since_at, goes_on: false };
    let mut last = phase(from, before.map(|found| found.at), Desired::from(before.map(|found| found.action)));
    let mut phases = Vec::new();
    for found in transitions(schedule, from, to) {
        let desired = Desired::from(Some(found.action));
        if desired == last.desired {
            continue;
        }
        if last.from_at < found.at {
            phases.push(Phase { to_at: found.at, ..last });
        }
        last = phase(found.at, Some(found.at), desired);
    }
    let next = transitions(schedule, to, to + Duration::nanoseconds(1));
    last.goes_on = !next.iter().any(|found| Desired::from(Some(found.action)) != last.desired);
    phases.push(last);
    phases
}

/// How long what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Running.
    pub on: Duration,
    /// Stopped.
    pub off: Duration,
    /// Neither.
    pub unmanaged: Duration,
}

impl Totals {
    /// The sums of some phases.
    #[must_use]
    pub fn of(phases: &[Phase]) -> Self {
        let sum = |desired| {
            let of_kind = phases.iter().filter(|phase| phase.desired == desired);
            of_kind.fold(Duration::zero(), |sum, phase| sum + phase.length())
        };
        Self { on: sum(Desired::Running), off: sum(Desired::Stopped), unmanaged: sum(Desired::Unmanaged) }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { on: self.on + other.on, off: self.off + other.off, unmanaged: self.unmanaged + other.unmanaged }
    }

    /// The share of the whole time that is switched off, in tenths of a per cent.
    #[must_use]
    pub fn off_per_mille(self) -> i64 {
        let whole = (self.on + self.off + self.unmanaged).num_seconds();
        // Half of the divisor added: rounded to the nearest.
        (self.off.num_seconds() * 1000 + whole / 2).checked_div(whole).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
