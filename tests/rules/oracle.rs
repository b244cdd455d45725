//! The rules of time T1 to T7, slowly and obviously: every minute is looked at.
//!
//! Written from the text of the rules without a look at the library's calendar, and shares no code and no type with it:
//! where the two agree, it is not because they make the same mistake.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;

mod days;
mod zone;

pub(crate) use days::{Days, MonthPart, MonthdayPart, WeekdayPart};
use zone::Found;
pub(crate) use zone::{DAY, Zone};

/// When a schedule runs; times are minutes after a date's midnight, `None` is no start or no stop.
#[derive(Debug, Clone)]
pub(crate) struct Timetable {
    pub(crate) zone: Tz,
    /// One for `DaysActive`, or those of `Periods`.
    pub(crate) periods: Vec<Period>,
    pub(crate) exceptions: Vec<Exception>,
}

#[derive(Debug, Clone)]
pub(crate) struct Period {
    pub(crate) days: Days,
    pub(crate) start: Option<i64>,
    pub(crate) stop: Option<i64>,
}

#[derive(Debug, Clone)]
pub(crate) struct Exception {
    pub(crate) date: NaiveDate,
    pub(crate) is_start: bool,
    pub(crate) time: Option<i64>,
}

/// A start (`true`) or stop at a UTC minute since 1970.
pub(crate) type Change = (i64, bool);

/// A local date's start and stop before rule T2.
type Pair = (Option<i64>, Option<i64>);

/// What came up while the oracle worked: a test that never meets a case proves nothing about it.
pub(crate) type Seen = BTreeSet<&'static str>;

/// The longest that a window lies after its date's midnight, and then some: 71:59, and a whole day that a zone skips.
const REACH: i64 = 6;

/// The transitions in the UTC minutes from `from` up to and without `to`. `zone` is the timetable's.
pub(crate) fn transitions(zone: &mut Zone, table: &Timetable, from: i64, to: i64) -> (Vec<Change>, Seen) {
    let mut seen = Seen::new();
    let mut minutes = Minutes::new(from, to);
    let (first, last) = (zone.shown(from), zone.shown(to));
    for day in first.div_euclid(DAY) - REACH..=last.div_euclid(DAY) + 2 {
        let mut of_date = Seen::new();
        for pair in pairs(table, date(day), &mut of_date) {
            minutes.mark(pair, day, zone, &mut of_date);
        }
        if (first..last).contains(&(day * DAY)) {
            seen.extend(of_date);
        }
    }
    if (from..to).step_by(60).any(|utc| zone.shown(utc) - first != utc - from) {
        seen.insert("a change of the clocks");
    }
    (minutes.changes(&mut seen), seen)
}

/// What holds at each UTC minute of the stretch, and of enough days before it for every window that reaches into it.
struct Minutes {
    from: i64,
    to: i64,
    running: Vec<bool>,
    lone_start: Vec<bool>,
    lone_stop: Vec<bool>,
    windows: Vec<(i64, i64)>,
}

impl Minutes {
    fn new(from: i64, to: i64) -> Self {
        let none = vec![false; usize::try_from(to - from + REACH * DAY).unwrap()];
        Self { from, to, running: none.clone(), lone_start: none.clone(), lone_stop: none, windows: Vec::new() }
    }

    /// Where a UTC minute is in the lists; outside of them the first or the one after the last.
    fn index(&self, utc: i64) -> usize {
        usize::try_from(utc.clamp(self.from - REACH * DAY, self.to) - (self.from - REACH * DAY)).unwrap()
    }

    /// T2, T4 and T6: marks the minutes of a pair's window, or where it starts or stops if it is alone.
    fn mark(&mut self, pair: Pair, day: i64, zone: &mut Zone, seen: &mut Seen) {
        let mut at = |time: i64| {
            let (utc, found) = zone.instant(day * DAY + time);
            match found {
                Found::Once => (),
                Found::InFold => _ = seen.insert("a time that comes twice"),
                Found::InGap => _ = seen.insert("a time that is skipped"),
            }
            utc
        };
        match pair {
            (None, None) => (),
            (Some(start), None) => {
                let index = self.index(at(start));
                self.lone_start.iter_mut().skip(index).take(1).for_each(|minute| *minute = true);
            }
            (None, Some(stop)) => {
                let index = self.index(at(stop));
                self.lone_stop.iter_mut().skip(index).take(1).for_each(|minute| *minute = true);
            }
            (Some(start), Some(stop)) => {
                let Some(stop) = next_day_if_need_be(start, stop) else {
                    seen.insert("a pair that is void");
                    return;
                };
                let (start, stop) = (at(start), at(stop));
                if start >= stop {
                    seen.insert("a window that a gap or fold swallows");
                    return;
                }
                if self.windows.iter().any(|(begin, end)| start < *end && *begin < stop) {
                    seen.insert("windows that overlap");
                }
                if self.windows.iter().any(|(begin, end)| start == *end || *begin == stop) {
                    seen.insert("windows that touch");
                }
                self.windows.push((start, stop));
                let (start, stop) = (self.index(start), self.index(stop));
                self.running[start..stop].fill(true);
            }
        }
    }

    /// T4 and T5: what changes from one minute to the next.
    fn changes(&self, seen: &mut Seen) -> Vec<Change> {
        let mut changes = Vec::new();
        let mut was = self.running[self.index(self.from - 1)];
        for utc in self.from..self.to {
            let now = self.index(utc);
            let is = self.running[now];
            let (lone_start, lone_stop) = (self.lone_start[now], self.lone_stop[now]);
            // Inside a window neither counts.
            if is && (lone_start || lone_stop) {
                seen.insert("a lone start or stop inside a window");
            }
            let start = (is && !was) || (!is && lone_start);
            let stop = !is && (was || lone_stop);
            // Where both fall on one instant, the start stands.
            if start {
                changes.push((utc, true));
            } else if stop {
                changes.push((utc, false));
            }
            if start && stop {
                seen.insert("a start and a stop at one instant");
            } else if !is && lone_start {
                seen.insert("a lone start");
            } else if !is && lone_stop {
                seen.insert("a lone stop");
            }
            was = is;
        }
        changes
    }
}

pub(crate) fn date(day: i64) -> NaiveDate {
    DateTime::from_timestamp(day * 24 * 60 * 60, 0).unwrap().date_naive()
}

/// T2: a stop that is not later than the start is on the next day; equal ones, or one that is still not later, give nothing.
fn next_day_if_need_be(start: i64, stop: i64) -> Option<i64> {
    match stop.cmp(&start) {
        Ordering::Equal => None,
        Ordering::Greater => Some(stop),
        Ordering::Less => Some(stop + DAY).filter(|stop| *stop > start),
    }
}

/// T3: a date's starts and stops after its exceptions.
fn pairs(table: &Timetable, date: NaiveDate, seen: &mut Seen) -> Vec<Pair> {
    let base: Vec<Pair> = table
        .periods
        .iter()
        .filter(|period| period.days.cover(date))
        .map(|period| (period.start, period.stop))
        .collect();
    seen.extend(
        table.periods.iter().filter(|period| period.days.cover(date)).flat_map(|period| period.days.kinds(date)),
    );
    if base.len() > 1 {
        seen.insert("several periods on a date");
    }
    let of_type = |is_start: bool| -> Vec<Option<i64>> {
        let of_date = table.exceptions.iter().filter(|exception| exception.date == date);
        of_date.filter(|exception| exception.is_start == is_start).map(|exception| exception.time).collect()
    };
    let (starts, stops) = (of_type(true), of_type(false));
    note(&base, &starts, &stops, seen);
    // Of two starts the earlier counts, and `None` gives way.
    let start: Option<Option<i64>> = (!starts.is_empty()).then(|| starts.iter().flatten().copied().min());
    let mut pairs = base.clone();
    match start {
        None => (),
        Some(None) => pairs.iter_mut().for_each(|pair| pair.0 = None),
        Some(Some(time)) if base.is_empty() => {
            // An inactive date becomes active, until the latest StopTime of all.
            pairs = vec![(Some(time), table.periods.iter().filter_map(|period| period.stop).max())];
        }
        Some(Some(time)) => {
            for index in first_starts(&base).unwrap_or_else(|| last_stops(&base)) {
                pairs[index].0 = Some(time);
            }
        }
    }
    if stops.is_empty() {
        return pairs;
    }
    if pairs.is_empty() {
        pairs = vec![(None, None)];
    }
    let which = match base.len() {
        0 => vec![0],
        _ if base.iter().all(|pair| pair.1.is_none()) => first_starts(&base).unwrap_or_else(|| last_stops(&base)),
        _ => last_stops(&base),
    };
    for index in which {
        pairs[index].1 = latest(pairs[index].0, &stops);
    }
    pairs
}

/// The pairs with the first start of a date, if one has a start.
fn first_starts(pairs: &[Pair]) -> Option<Vec<usize>> {
    let first = pairs.iter().filter_map(|(start, _)| *start).min()?;
    Some((0..pairs.len()).filter(|index| pairs[*index].0 == Some(first)).collect())
}

/// The pairs that end last; one without a stop comes before all that have one.
fn last_stops(pairs: &[Pair]) -> Vec<usize> {
    let end = |(start, stop): Pair| match (start, stop) {
        (Some(start), Some(stop)) => next_day_if_need_be(start, stop),
        (None, stop) => stop,
        (_, None) => None,
    };
    let last = pairs.iter().map(|pair| end(*pair)).max().unwrap();
    (0..pairs.len()).filter(|index| end(pairs[*index]) == last).collect()
}

/// Of several stops the latest by what they mean after a start; `None` is the latest of all. One that would leave no
/// window is none: in doubt, keep running.
fn latest(start: Option<i64>, stops: &[Option<i64>]) -> Option<i64> {
    if stops.contains(&None) {
        return None;
    }
    let meaning = |stop: i64| match start {
        Some(start) => next_day_if_need_be(start, stop),
        None => Some(stop),
    };
    stops.iter().flatten().copied().max_by_key(|stop| meaning(*stop))
}

/// Notes what kinds of exceptions a date has.
fn note(base: &[Pair], starts: &[Option<i64>], stops: &[Option<i64>], seen: &mut Seen) {
    let mut on = |is_so: bool, what: &'static str| is_so.then(|| seen.insert(what));
    let has_time = |items: &[Option<i64>]| items.iter().any(Option::is_some);
    on(base.is_empty() && has_time(starts), "an inactive date made active");
    on(base.is_empty() && has_time(starts) && !stops.is_empty(), "an inactive date with both exceptions");
    on(base.is_empty() && starts.is_empty() && !stops.is_empty(), "a stop exception alone on an inactive date");
    on(!base.is_empty() && has_time(starts), "a start moved");
    on(!base.is_empty() && has_time(stops), "a stop moved");
    on(!base.is_empty() && has_time(starts) && has_time(stops), "start and stop moved");
    on(!base.is_empty() && starts.contains(&None) && !has_time(starts), "a start removed");
    on(!base.is_empty() && stops.contains(&None), "a stop removed");
    on(starts.len() > 1, "two starts for a date");
    on(stops.len() > 1, "two stops for a date");
    on(stops.len() > 1 && !stops.contains(&None), "two stops with a time for a date");
    on(stops.iter().flatten().any(|stop| *stop >= DAY), "a stop exception after midnight, as hour 24 or later");
    on(base.len() > 1 && has_time(starts), "a start moved among several periods");
    on(base.len() > 1 && has_time(stops), "a stop moved among several periods");
    on(base.len() > 1 && starts.contains(&None) && !has_time(starts), "all starts of several periods removed");
    on(base.len() > 1 && stops.contains(&None), "the last stop of several periods removed");
    on(base.len() > 1 && base.iter().any(|pair| pair.0.is_none()) && !starts.is_empty(), "periods without a start");
    on(base.len() > 1 && base.iter().any(|pair| pair.1.is_none()) && !stops.is_empty(), "periods without a stop");
    let ties = |values: Vec<Option<i64>>| {
        let values: Vec<i64> = values.into_iter().flatten().collect();
        values.iter().collect::<BTreeSet<_>>().len() < values.len()
    };
    on(ties(base.iter().map(|pair| pair.0).collect()) && has_time(starts), "periods with one start, moved");
    on(ties(base.iter().map(|pair| pair.1).collect()) && !stops.is_empty(), "periods with one stop, moved or removed");
}
