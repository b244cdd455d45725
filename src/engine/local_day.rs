//! What the timetable and the exceptions make of one local date: rules T1 to T3. Knows wall-clock times only: no zone, no
//! instant.

use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime};

use crate::model::{ClockValue, Exception, ExceptionKind, Period, Schedule};

/// What a start or a stop comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The period of the timetable with this index.
    Period(usize),
    /// The exception with this index among those of the date.
    Exception(usize),
}

/// A start or a stop of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Minutes on the wall clock from the date's midnight; a stop may be past the next one.
    pub minutes: i64,
    /// Why it is there.
    pub origin: Origin,
}

impl Edge {
    /// Its wall-clock time.
    #[must_use]
    pub fn local(self, date: NaiveDate) -> Option<NaiveDateTime> {
        date.and_time(NaiveTime::MIN).checked_add_signed(Duration::minutes(self.minutes))
    }
}

/// A window of a date, or a start or stop alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Its start.
    pub start: Option<Edge>,
    /// Its stop, after the start.
    pub stop: Option<Edge>,
}

/// The windows, starts and stops that belong to a date.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LocalDay {
    /// In the order of the timetable's periods.
    pub spans: Vec<Span>,
    /// Exceptions have left no time between a start and its stop: that window is dropped, which is reported (rule T3).
    pub is_void: bool,
}

/// What a local date gives.
#[must_use]
pub fn local_day(schedule: &Schedule, date: NaiveDate) -> LocalDay {
    let mut day = LocalDay::default();
    day.set(schedule.timetable.periods(), date, schedule.exceptions.get(&date).map_or(&[], Vec::as_slice));
    day
}

impl LocalDay {
    /// Makes this the day of a date; the list is used again, since a year of a schedule has many dates.
    pub(super) fn set(&mut self, periods: &[Period], date: NaiveDate, exceptions: &[Exception]) {
        self.spans.clear();
        self.is_void = false;
        for (index, period) in periods.iter().enumerate().filter(|(_, period)| period.covers(date)) {
            let edge = |value: ClockValue| Edge { minutes: value.minutes(), origin: Origin::Period(index) };
            self.spans.push(Span { start: period.local_start().map(edge), stop: period.local_stop().map(edge) });
        }
        if !exceptions.is_empty() {
            self.except(periods, exceptions);
        }
        self.settle();
    }

    /// Replaces starts and stops by those of exceptions (rule T3).
    fn except(&mut self, periods: &[Period], exceptions: &[Exception]) {
        let new_start = start_exception(exceptions);
        if self.spans.is_empty() {
            // Nothing but exceptions makes something of the date: a window, or a stop alone.
            let start = new_start.flatten();
            let stop = stop_exception(exceptions, start).unwrap_or_else(|| start.and_then(|_| latest_stop(periods)));
            self.spans.push(Span { start, stop });
            return;
        }
        // Which start is the first and which stop the last is the timetable's matter: an exception does not change it. Of
        // several all are meant: were one of 9:00-18:00 and 12:00-18:00 left, a stop at 15:00 would change nothing.
        let first_start = self.spans.iter().filter_map(start_of).min();
        let last_stop = self.spans.iter().filter_map(stop_of).max();
        for span in &mut self.spans {
            // Where there is no start, the span that ends last gets it; where there is no stop, the one that begins first.
            let (is_first, is_last) = (start_of(span) == first_start, stop_of(span) == last_stop);
            let begins = if first_start.is_some() { is_first } else { is_last };
            let ends = if last_stop.is_some() { is_last } else { is_first };
            if let Some(start) = new_start.filter(|start| start.is_none() || begins) {
                span.start = start;
            }
            if let Some(stop) = stop_exception(exceptions, span.start).filter(|_| ends) {
                span.stop = stop;
            }
        }
    }

    /// Puts stops that are not later than their start on the next day (rule T2), and drops what has no time then.
    fn settle(&mut self) {
        let mut is_void = false;
        self.spans.retain_mut(|span| match (span.start, &mut span.stop) {
            (Some(start), Some(stop)) => {
                stop.minutes = stop_minutes(Some(start), stop.minutes);
                is_void |= stop.minutes <= start.minutes;
                start.minutes < stop.minutes
            }
            (start, stop) => start.is_some() || stop.is_some(),
        });
        self.is_void = is_void;
    }
}

fn start_of(span: &Span) -> Option<i64> {
    span.start.map(|start| start.minutes)
}

/// The end of a span as rule T2 has it.
fn stop_of(span: &Span) -> Option<i64> {
    span.stop.map(|stop| stop_minutes(span.start, stop.minutes))
}

/// Minutes from the date's midnight to its stop: a stop that is not later than the start is on the next day (rule T2).
fn stop_minutes(start: Option<Edge>, stop: i64) -> i64 {
    match start {
        Some(start) if stop < start.minutes => stop + 24 * 60,
        _ => stop,
    }
}

/// The stop of a date that only an exception makes active.
fn latest_stop(periods: &[Period]) -> Option<Edge> {
    let stops = periods.iter().enumerate().filter_map(|(index, period)| Some((period.local_stop()?, index)));
    stops.max().map(|(value, index)| Edge { minutes: value.minutes(), origin: Origin::Period(index) })
}

/// What exceptions say of one end of a date: nothing, none of it, or a time for it.
type Change = Option<Option<Edge>>;

fn edges(exceptions: &[Exception], kind: ExceptionKind) -> impl Iterator<Item = Option<Edge>> {
    let of_kind = exceptions.iter().enumerate().filter(move |(_, exception)| exception.kind == kind);
    of_kind.map(|(index, exception)| {
        let edge = |value: ClockValue| Edge { minutes: value.minutes(), origin: Origin::Exception(index) };
        exception.local_time.map(edge)
    })
}

/// Of several start exceptions of a date the earliest; "no start" gives way to a time.
fn start_exception(exceptions: &[Exception]) -> Change {
    edges(exceptions, ExceptionKind::Start).min_by_key(|edge| edge.map_or(i64::MAX, |edge| edge.minutes))
}

/// Of several stop exceptions of a date the latest by what they mean after its start; "no stop" is the latest of all.
fn stop_exception(exceptions: &[Exception], start: Option<Edge>) -> Change {
    let meant = |edge: &Option<Edge>| edge.map_or(i64::MAX, |edge| stop_minutes(start, edge.minutes));
    edges(exceptions, ExceptionKind::Stop).max_by_key(meant)
}
