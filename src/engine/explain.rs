//! Why a schedule's desired state is what it is: the transition behind it, and what in the timetable or the exceptions
//! that comes from.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, Utc};

use super::calendar::{self, ClockChange, Placed, Transition};
use super::forecast;
use super::local_day::{LocalDay, Origin, local_day};
use crate::model::{Action, Exception, ExceptionKind, Schedule};

/// The answer for one schedule and instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The instant asked for.
    pub at: DateTime<Utc>,
    /// The last change at or before it: it decides the desired state (rule T7). `None`: no start or stop lies before, so
    /// that nothing is wanted yet.
    pub last: Option<Change>,
    /// Since when the same has been wanted, if `last` came after another change to the same; `None`, too, where that is
    /// longer ago than anybody asks.
    pub same_since: Option<DateTime<Utc>>,
    /// The changes that come next, at most two.
    pub next: Vec<Change>,
    /// The next stop and when it is warned of (rule T10); `None` without a stop ahead, or without a warning.
    pub warning: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// What the local date of the instant gives.
    pub day: Day,
    /// Starts and stops of about that day which change nothing.
    pub idle: Vec<Idle>,
}

/// A transition and what it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When, and to what.
    pub transition: Transition,
    /// The starts or stops of local dates that fall on it; more than one where windows begin or end together.
    pub causes: Vec<Cause>,
}

/// A start or a stop of a local date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The date to which it belongs.
    pub date: NaiveDate,
    /// Its wall-clock time.
    pub local: NaiveDateTime,
    /// Whether it is a start or a stop.
    pub action: Action,
    /// The index of its period in the timetable, unless an exception has made it.
    pub period: Option<usize>,
    /// The exception that has made it.
    pub exception: Option<Exception>,
    /// Whether only an exception makes its date active.
    pub is_extra: bool,
    /// Whether it has no counterpart: a start without a stop, or a stop without a start (rule T5).
    pub is_alone: bool,
    /// What a change of the clocks does to its wall-clock time.
    pub clock_change: ClockChange,
}

impl Cause {
    /// The rules by which it is where it is.
    #[must_use]
    pub fn rules(&self) -> Vec<&'static str> {
        let by_exception = self.exception.is_some() || self.is_extra;
        let mut rules = vec![if by_exception { "T3" } else { "T2" }];
        rules.extend(self.is_alone.then_some("T5"));
        rules.extend((self.clock_change != ClockChange::None).then_some("T6"));
        rules
    }
}

/// A start or stop that changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idle {
    /// When it would be.
    pub at: DateTime<Utc>,
    /// What it comes from.
    pub cause: Cause,
}

impl Idle {
    /// The rule by which it changes nothing: T4 for an end of a window within another, T5 for a start or stop alone.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        if self.cause.is_alone { "T5" } else { "T4" }
    }
}

/// A local date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The date.
    pub date: NaiveDate,
    /// The indices of the periods that cover it.
    pub periods: Vec<usize>,
    /// Its exceptions.
    pub exceptions: Vec<Exception>,
    /// What it gives: windows, starts and stops.
    pub local_day: LocalDay,
}

/// Explains the desired state of a schedule at an instant, as its timetable and exceptions have it.
#[must_use]
pub fn explain(schedule: &Schedule, at: DateTime<Utc>) -> Explanation {
    // A timetable that is not followed wants nothing.
    let is_followed = forecast::is_followed(schedule);
    let ahead = |from, action| if is_followed { calendar::next_transition(schedule, from, action) } else { None };
    let last = if is_followed { calendar::last_transition(schedule, at) } else { None };
    let next = ahead(at, None);
    let after = next.and_then(|next| ahead(next.at, None));
    let stop = ahead(at, Some(Action::Stop));
    let has_warning = schedule.warning_lead > Duration::zero();
    let change = |transition: Transition| Change { transition, causes: causes(schedule, transition) };
    Explanation {
        at,
        last: last.map(change),
        same_since: last.and_then(|last| same_since(schedule, last)),
        next: next.into_iter().chain(after).map(change).collect(),
        warning: stop.filter(|_| has_warning).map(|stop| (stop.at - schedule.warning_lead, stop.at)),
        day: day(schedule, calendar::local_date(schedule.zone, at)),
        idle: if is_followed { idle(schedule, at, last, next) } else { Vec::new() },
    }
}

fn day(schedule: &Schedule, date: NaiveDate) -> Day {
    let periods = schedule.timetable.periods().iter().enumerate();
    Day {
        date,
        periods: periods.filter(|(_, period)| period.covers(date)).map(|(index, _)| index).collect(),
        exceptions: schedule.exceptions.get(&date).cloned().unwrap_or_default(),
        local_day: local_day(schedule, date),
    }
}

/// The starts or stops that fall on a transition.
fn causes(schedule: &Schedule, transition: Transition) -> Vec<Cause> {
    let date = calendar::local_date(schedule.zone, transition.at);
    let all = edges(schedule, calendar::back(date, calendar::REACH_DAYS), calendar::ahead(date, 1));
    let is_its = |(at, cause): &(DateTime<Utc>, Cause)| *at == transition.at && cause.action == transition.action;
    all.into_iter().filter(is_its).map(|(_, cause)| cause).collect()
}

/// How far back it is looked since when the same has been wanted.
const SINCE_DAYS: i64 = 400;

fn same_since(schedule: &Schedule, last: Transition) -> Option<DateTime<Utc>> {
    let before = calendar::transitions(schedule, last.at - Duration::days(SINCE_DAYS), last.at);
    let other = before.iter().rposition(|transition| transition.action != last.action)?;
    before.get(other + 1).map(|first| first.at)
}

/// As many starts and stops without effect as are told: the nearest before the instant and the nearest after it.
const MOST_IDLE: usize = 2;

/// The starts and stops from the last transition to the next that are none, near the instant.
fn idle(schedule: &Schedule, at: DateTime<Utc>, last: Option<Transition>, next: Option<Transition>) -> Vec<Idle> {
    let date = calendar::local_date(schedule.zone, at);
    let near = Duration::days(1);
    let has_effect = |when: DateTime<Utc>, action: Action| {
        [last, next].into_iter().flatten().any(|transition| transition.at == when && transition.action == action)
    };
    let is_between = |when: DateTime<Utc>| {
        last.is_none_or(|last| last.at <= when) && next.is_none_or(|next| when <= next.at) && (when - at).abs() <= near
    };
    let all = edges(schedule, calendar::back(date, calendar::REACH_DAYS), calendar::ahead(date, 2));
    let mut idle: Vec<Idle> = all
        .into_iter()
        .filter(|(when, cause)| is_between(*when) && !has_effect(*when, cause.action))
        .map(|(at, cause)| Idle { at, cause })
        .collect();
    idle.sort_by_key(|idle| idle.at);
    let before = idle.partition_point(|idle| idle.at <= at);
    let first = before.saturating_sub(1).min(idle.len().saturating_sub(MOST_IDLE));
    idle.into_iter().skip(first).take(MOST_IDLE).collect()
}

/// Every start and stop that the dates from `first` to `last` give, with its instant.
fn edges(schedule: &Schedule, first: NaiveDate, last: NaiveDate) -> Vec<(DateTime<Utc>, Cause)> {
    let mut all = Vec::new();
    for date in first.iter_days().take_while(|date| *date <= last) {
        let is_active = schedule.timetable.periods().iter().any(|period| period.covers(date));
        let exceptions = schedule.exceptions.get(&date).map_or(&[][..], Vec::as_slice);
        for (start, stop) in calendar::placed(schedule.zone, date, &local_day(schedule, date)) {
            let is_alone = start.is_none() || stop.is_none();
            let cause = |(edge, at): Placed, action: Action| {
                let local = edge.local(date)?;
                let (_, clock_change) = calendar::instant_and_change(schedule.zone, local);
                let (period, exception) = match edge.origin {
                    Origin::Period(index) => (Some(index), None),
                    Origin::Exception(index) => (None, exceptions.get(index).cloned()),
                };
                // A stop alone on an inactive date is not made active by anything but itself.
                let is_extra = !is_active && exceptions.iter().any(|one| one.kind == ExceptionKind::Start);
                Some((at, Cause { date, local, action, period, exception, is_extra, is_alone, clock_change }))
            };
            all.extend(start.and_then(|start| cause(start, Action::Start)));
            all.extend(stop.and_then(|stop| cause(stop, Action::Stop)));
        }
    }
    all
}

#[cfg(test)]
mod tests;
