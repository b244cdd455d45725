//! When a schedule wants its instances to start and to stop: the rules of time T1 to T7, written from their text.
//!
//! Shares nothing with the calendar that ticks decide by, so that the two do not make the same mistake.

use std::collections::BTreeMap;

use chrono::offset::LocalResult;
use chrono::{DateTime, Datelike as _, Days, Duration, NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;

use crate::model::Action;

/// Minutes of a day.
const DAY: i64 = 24 * 60;

/// An instant from which on the instances should run, or should not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Transition {
    pub(super) at: DateTime<Utc>,
    pub(super) action: Action,
}

/// A part of a list of days: a date is covered when one of them holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A day of the week, from Monday = 0.
    Weekday(u32),
    /// Its nth in the month, from 1.
    Nth(u32, u32),
    /// Its last in the month.
    LastWeekday(u32),
    /// A day of the month.
    Day(u32),
    /// The last day of the month.
    LastDay,
    /// The working day nearest to a day of the month.
    Nearest(u32),
    /// A month.
    Month(u32),
}

impl Part {
    fn holds(self, date: NaiveDate) -> bool {
        let weekday = date.weekday().num_days_from_monday();
        let (day, last) = (date.day(), last_day(date));
        match self {
            Self::Weekday(wanted) => weekday == wanted,
            Self::Nth(wanted, nth) => weekday == wanted && day.div_ceil(7) == nth,
            Self::LastWeekday(wanted) => weekday == wanted && day + 7 > last,
            Self::Day(wanted) => day == wanted,
            Self::LastDay => day == last,
            Self::Nearest(wanted) => Some(date) == nearest(date, wanted.min(last)),
            Self::Month(wanted) => date.month() == wanted,
        }
    }
}

fn last_day(date: NaiveDate) -> u32 {
    (28..=31).rev().find(|day| date.with_day(*day).is_some()).unwrap_or(28)
}

/// Of the days Monday to Friday in the month of `date` the one nearest to this day.
fn nearest(date: NaiveDate, wanted: u32) -> Option<NaiveDate> {
    let days = (1..=31).filter_map(|day| date.with_day(day));
    let working = days.filter(|day| day.weekday().num_days_from_monday() < 5);
    working.min_by_key(|day| day.day().abs_diff(wanted))
}

/// A window, or a start or a stop alone, on each date that all its lists cover; times are minutes after midnight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) lists: Vec<Vec<Part>>,
    pub(super) start: Option<i64>,
    pub(super) stop: Option<i64>,
}

/// What people have changed about a date: `None` in a list is "no start" or "no stop".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Changes {
    pub(super) starts: Vec<Option<i64>>,
    pub(super) stops: Vec<Option<i64>>,
}

/// The timetable of a schedule with its exceptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Timetable {
    pub(super) zone: Tz,
    pub(super) periods: Vec<Period>,
    pub(super) changes: BTreeMap<NaiveDate, Changes>,
}

/// What an exception makes of a start or a stop, if there is one.
type Change = Option<Option<i64>>;
type Pair = (Option<i64>, Option<i64>);
type Instants = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// Where a stop lies on the line of minutes: what comes before its start is on the next day (rule T2).
fn meant(start: Option<i64>, stop: i64) -> i64 {
    if start.is_some_and(|start| stop < start) { stop + DAY } else { stop }
}

impl Timetable {
    /// What a date gives: rules T2 and T3.
    fn pairs(&self, date: NaiveDate) -> Vec<Pair> {
        let covers = |period: &&Period| period.lists.iter().all(|list| list.iter().any(|part| part.holds(date)));
        let mut pairs: Vec<Pair> =
            self.periods.iter().filter(covers).map(|period| (period.start, period.stop)).collect();
        if let Some(changes) = self.changes.get(&date) {
            if pairs.is_empty() {
                pairs.push(self.made_active(changes));
            } else {
                change(&mut pairs, changes);
            }
        }
        for (start, stop) in &mut pairs {
            *stop = stop.map(|stop| meant(*start, stop));
        }
        pairs.retain(|(start, stop)| match (start, stop) {
            (Some(start), Some(stop)) => start < stop,
            _ => true,
        });
        pairs
    }

    /// A date that has nothing but exceptions.
    fn made_active(&self, changes: &Changes) -> Pair {
        let start = new_start(changes).flatten();
        let usual = || self.periods.iter().filter_map(|period| period.stop).max().filter(|_| start.is_some());
        (start, new_stop(changes, start).unwrap_or_else(usual))
    }

    /// The transitions that the dates from `first` to `last` give, by time: rules T4 to T6.
    pub(super) fn transitions(&self, first: NaiveDate, last: NaiveDate) -> Vec<Transition> {
        let mut windows: Vec<(DateTime<Utc>, DateTime<Utc>)> = Vec::new();
        let mut alone: Vec<Transition> = Vec::new();
        for date in first.iter_days().take_while(|date| *date <= last) {
            for pair in self.pairs(date) {
                match self.instants(date, pair) {
                    (Some(start), Some(stop)) if start < stop => windows.push((start, stop)),
                    (Some(at), None) => alone.push(Transition { at, action: Action::Start }),
                    (None, Some(at)) => alone.push(Transition { at, action: Action::Stop }),
                    _ => {}
                }
            }
        }
        let windows = merged(windows);
        alone.retain(|lone| {
            let begun = windows.iter().take_while(|(start, _)| *start <= lone.at).last();
            begun.is_none_or(|(_, stop)| lone.at >= *stop)
        });
        let mut all = alone;
        for (start, stop) in windows {
            all.push(Transition { at: start, action: Action::Start });
            all.push(Transition { at: stop, action: Action::Stop });
        }
        // At one instant the start stands (rule T5).
        all.sort_by_key(|one| (one.at, one.action));
        all.dedup_by_key(|one| one.at);
        all
    }

    fn instants(&self, date: NaiveDate, (start, stop): Pair) -> Instants {
        let place = |minutes: i64| {
            let local = date.and_time(NaiveTime::MIN).checked_add_signed(Duration::minutes(minutes))?;
            instant(self.zone, local)
        };
        (start.and_then(place), stop.and_then(place))
    }

    /// The transitions from some time before `from` up to a few days after `to`: the last one before `from` is among them, if
    /// there is any.
    pub(super) fn around(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Transition> {
        let ahead = local_date(self.zone, to).checked_add_days(Days::new(3)).unwrap_or(NaiveDate::MAX);
        let mut found = Vec::new();
        let is_empty = self.periods.iter().all(|period| period.start.is_none() && period.stop.is_none());
        // A week, a year, and the 28 years after which all weekdays of all dates come again.
        let stretches: &[u64] = if is_empty { &[400] } else { &[12, 400, 28 * 366] };
        for days in stretches {
            let first = local_date(self.zone, from).checked_sub_days(Days::new(*days)).unwrap_or(NaiveDate::MIN);
            found = self.transitions(first, ahead);
            if found.first().is_some_and(|first| first.at <= from) {
                break;
            }
        }
        found
    }
}

fn new_start(changes: &Changes) -> Change {
    // "No start" gives way to a time.
    let earliest = changes.starts.iter().flatten().min().copied();
    (!changes.starts.is_empty()).then_some(earliest)
}

fn new_stop(changes: &Changes, start: Option<i64>) -> Change {
    if changes.stops.contains(&None) {
        return Some(None);
    }
    changes.stops.iter().flatten().max_by_key(|stop| meant(start, **stop)).map(|stop| Some(*stop))
}

/// Exceptions on a date that the timetable covers.
fn change(pairs: &mut [Pair], changes: &Changes) {
    let end = |(start, stop): &Pair| stop.map(|stop| meant(*start, stop));
    let first = pairs.iter().filter_map(|(start, _)| *start).min();
    let last = pairs.iter().filter_map(end).max();
    for pair in pairs {
        let (begins_first, ends_last) = (pair.0 == first, end(pair) == last);
        // A start where there is none goes to the window that would end last, a stop to the one that begins first.
        let takes_start = if first.is_some() { begins_first } else { ends_last };
        let takes_stop = if last.is_some() { ends_last } else { begins_first };
        match new_start(changes) {
            Some(None) => pair.0 = None,
            Some(start) if takes_start => pair.0 = start,
            _ => {}
        }
        if let Some(stop) = new_stop(changes, pair.0).filter(|_| takes_stop) {
            pair.1 = stop;
        }
    }
}

/// Windows that overlap or touch are one (rule T4).
fn merged(mut windows: Vec<(DateTime<Utc>, DateTime<Utc>)>) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    windows.sort();
    let mut all: Vec<(DateTime<Utc>, DateTime<Utc>)> = Vec::new();
    for (start, stop) in windows {
        if let Some(open) = all.last_mut().filter(|open| start <= open.1) {
            open.1 = open.1.max(stop);
        } else {
            all.push((start, stop));
        }
    }
    all
}

pub(super) fn local_date(zone: Tz, at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

/// The instant of a local time: one that is skipped lies as far behind the change of the clocks as it would without, of one
/// that comes twice the first is meant (rule T6).
fn instant(zone: Tz, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    const STEP: i64 = 15;
    // No clock was ever moved by more than a day and a bit.
    for steps in 0..120 {
        let behind = Duration::minutes(STEP * steps);
        let before = match zone.from_local_datetime(&local.checked_sub_signed(behind)?) {
            LocalResult::Single(at) => at,
            // Before a gap it is the second one that leads up to it.
            LocalResult::Ambiguous(one, other) => {
                if steps == 0 {
                    one.min(other)
                } else {
                    one.max(other)
                }
            }
            LocalResult::None => continue,
        };
        return Some(before.with_timezone(&Utc) + behind);
    }
    None
}

#[cfg(test)]
mod tests;
