//! Events to days off: the dates that an event covers from midnight to midnight in a schedule's zone. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike as _, Duration, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

use super::Fault;
use super::calendar::Event;
use super::moment::{Length, Moment};
use crate::engine::calendar;

/// The most occurrences and dates that are looked at: more than anybody keeps in a calendar, and soon looked at.
const MOST_STEPS: usize = 50_000;

/// The most days off of one calendar.
const MOST_DAYS: usize = 5_000;

/// The most names that are kept for one date.
const MOST_NAMES: usize = 10;

/// The years of which dates are taken: those that schedule files and tables can hold, with a year to spare.
const YEARS: RangeInclusive<i32> = 1970..=9998;

/// The dates that are asked for, both included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    /// `None` for today.
    pub(super) first: Option<NaiveDate>,
    /// `None` for as long as the calendar goes.
    pub(super) last: Option<NaiveDate>,
    /// Today in the zone of the schedule.
    pub(super) today: NaiveDate,
}

/// What a calendar says for a zone.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct DaysOff {
    /// The names of what falls on each date, without the empty ones.
    pub(super) dates: BTreeMap<NaiveDate, Vec<String>>,
    /// Events that are no days off, or not on each of their dates, by line.
    pub(super) left_out: Vec<LeftOut>,
    /// Where following the rules that never end was ended, if there are any.
    pub(super) followed_to: Option<NaiveDate>,
    /// How many dates before today are left out, because no first date was asked for.
    pub(super) over: usize,
    /// Today, if the calendar goes no further although no last date was asked for.
    pub(super) none_since: Option<NaiveDate>,
}

/// An event, or some dates of it, without effect.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LeftOut {
    pub(super) line: usize,
    pub(super) summary: String,
    /// On which dates; none where it is the whole event.
    pub(super) dates: Vec<NaiveDate>,
    pub(super) why: String,
}

impl DaysOff {
    /// How many days off each year has.
    pub(super) fn years(&self) -> BTreeMap<i32, usize> {
        let mut years = BTreeMap::new();
        for date in self.dates.keys() {
            *years.entry(date.year()).or_default() += 1;
        }
        years
    }
}

/// Finds the days off of events in a zone.
///
/// A rule that never ends is followed to the end of the range, and without one to the end of the second year after today
/// or after the latest start of an event, whichever is later.
pub(super) fn days_off(events: &[Event], zone: Tz, range: Range) -> Result<DaysOff, Fault> {
    let mut finder = Finder { zone, range, steps: 0, found: DaysOff::default(), over: BTreeSet::new() };
    let latest = events.iter().map(|event| event.start.date(zone).year()).chain([range.today.year()]).max();
    let end_of_horizon = || NaiveDate::from_ymd_opt(latest?.saturating_add(2).min(*YEARS.end()), 12, 31);
    let horizon = range.last.or_else(end_of_horizon).map(|last| last.min(end_of_years()));
    let mut replaced: BTreeMap<&str, Excluded> = BTreeMap::new();
    for event in events {
        if let (Some(uid), Some(replaces)) = (&event.uid, event.replaces) {
            replaced.entry(uid).or_default().add(replaces, zone);
        }
    }
    for event in events {
        if event.is_cancelled {
            finder.leave_out(event, Vec::new(), "is cancelled");
            continue;
        }
        let replaced = event.uid.as_deref().filter(|_| event.replaces.is_none()).and_then(|uid| replaced.get(uid));
        finder.event(event, replaced, horizon)?;
    }
    let Finder { mut found, over, .. } = finder;
    found.over = over.len();
    let goes_on = found.dates.last_key_value().is_some_and(|(last, _)| *last >= range.today);
    found.none_since = Some(range.today).filter(|_| range.last.is_none() && !goes_on);
    // What another event covers as a whole is not worth a word.
    for left_out in found.left_out.iter_mut().filter(|left_out| !left_out.dates.is_empty()) {
        left_out.dates.retain(|date| !found.dates.contains_key(date));
        if left_out.dates.is_empty() {
            left_out.why.clear();
        }
    }
    found.left_out.retain(|left_out| !left_out.why.is_empty());
    Ok(found)
}

/// The first and the last date that may be taken.
fn start_of_years() -> NaiveDate {
    NaiveDate::from_ymd_opt(*YEARS.start(), 1, 1).unwrap_or_default()
}

fn end_of_years() -> NaiveDate {
    NaiveDate::from_ymd_opt(*YEARS.end(), 12, 31).unwrap_or_default()
}

/// Starts that do not count, however they are written.
#[derive(Debug, Default)]
struct Excluded {
    /// Written as dates: every start on one of them.
    dates: BTreeSet<NaiveDate>,
    instants: BTreeSet<DateTime<Utc>>,
    /// The dates of all of them, for events that begin with a date.
    all: BTreeSet<NaiveDate>,
}

impl Excluded {
    fn add(&mut self, moment: Moment, zone: Tz) {
        self.all.insert(moment.date(zone));
        match moment {
            Moment::Date(date) => _ = self.dates.insert(date),
            Moment::Time(..) => _ = self.instants.insert(moment.at(zone)),
        }
    }

    fn has(&self, start: Moment, zone: Tz) -> bool {
        match start {
            Moment::Date(date) => self.all.contains(&date),
            Moment::Time(time, _) => self.dates.contains(&time.date()) || self.instants.contains(&start.at(zone)),
        }
    }
}

struct Finder {
    zone: Tz,
    range: Range,
    steps: usize,
    found: DaysOff,
    /// The dates before today, where only those from today on are asked for.
    over: BTreeSet<NaiveDate>,
}

/// What is noticed about one event.
#[derive(Debug, Default)]
struct Noticed {
    /// What it covers of the dates of which it does not cover all.
    partly: BTreeMap<NaiveDate, String>,
    /// Whether it takes place at all, and whether in years of which dates are taken.
    takes_place: bool,
    is_in_years: bool,
    /// Whether its rule gives the date with which it begins.
    has_own: bool,
}

impl Finder {
    fn event(&mut self, event: &Event, replaced: Option<&Excluded>, horizon: Option<NaiveDate>) -> Result<(), Fault> {
        let zone = self.zone;
        let mut excluded = Excluded::default();
        event.except.iter().for_each(|moment| excluded.add(*moment, zone));
        let is_endless = event.rule.as_ref().is_some_and(super::rule::Rule::is_endless);
        if is_endless {
            self.found.followed_to = horizon;
        }
        let last = if is_endless { horizon } else { self.range.last };
        let last = last.unwrap_or_else(end_of_years).min(end_of_years());
        // A day more: the same instant may be another date in the zone of the event.
        let until = if is_endless || self.range.last.is_some() { last.succ_opt() } else { None };
        let of_rule: Box<dyn Iterator<Item = Moment>> = match &event.rule {
            Some(rule) => rule.starts(event.start, zone, until),
            None => Box::new(std::iter::once(event.start)),
        };
        let own = of_rule.map(|start| (start, event.length));
        let more = event.more.iter().map(|(start, length)| match as_start(*start, event.start, zone) {
            start @ Moment::Date(_) => (start, event.length),
            start @ Moment::Time(..) => (start, length.unwrap_or(event.length)),
        });
        let mut noticed = Noticed::default();
        for (start, length) in own.chain(more) {
            self.step(event)?;
            noticed.has_own |= start == event.start;
            if excluded.has(start, zone) {
                continue;
            }
            noticed.takes_place = true;
            if replaced.is_some_and(|replaced| replaced.has(start, zone)) {
                noticed.is_in_years = true;
                continue;
            }
            self.occurrence(event, (start, length), last, &mut noticed)?;
        }
        let own_counts = noticed.has_own || excluded.has(event.start, zone);
        self.tell(event, noticed, own_counts, last);
        Ok(())
    }

    /// Notes for people where an event is not what it seems to be.
    fn tell(&mut self, event: &Event, noticed: Noticed, own_counts: bool, last: NaiveDate) {
        let own = event.start.date(self.zone);
        let is_after = own > last && own <= end_of_years();
        if !noticed.takes_place && own <= last {
            self.leave_out(event, Vec::new(), "has no date: its rule ends before it begins, or `EXDATE` takes out all");
        } else if !noticed.is_in_years && !is_after {
            let why = format!("has no date in the years {} to {}", YEARS.start(), YEARS.end());
            self.leave_out(event, Vec::new(), &why);
        } else if !own_counts && self.first() <= own && own <= last {
            let why = "begins with a date that its `RRULE` does not give: that date is not taken; an `RDATE` adds it";
            self.leave_out(event, vec![own], why);
        }
        if let Some(covered) = noticed.partly.values().next().cloned() {
            let dates = noticed.partly.into_keys().collect();
            self.leave_out(event, dates, &format!("covers {covered} only, not the day from midnight to midnight"));
        }
    }

    /// The first date that is asked for.
    fn first(&self) -> NaiveDate {
        self.range.first.unwrap_or(self.range.today).max(start_of_years())
    }

    /// Notes the dates of one occurrence until a last one, those that it covers in part apart.
    fn occurrence(
        &mut self,
        event: &Event,
        (start, length): (Moment, Length),
        last: NaiveDate,
        noticed: &mut Noticed,
    ) -> Result<(), Fault> {
        let zone = self.zone;
        let too_far = || event.fault("ends after the year 9999");
        let stretch = match start {
            Moment::Date(date) => Stretch::Dates(date, date.checked_add_signed(length.clock).ok_or_else(too_far)?),
            Moment::Time(time, own) => {
                let end = time.checked_add_signed(length.clock).ok_or_else(too_far)?;
                let end_at = calendar::instant(own.unwrap_or(zone), end).checked_add_signed(length.elapsed);
                Stretch::Instants(start.at(zone), end_at.ok_or_else(too_far)?)
            }
        };
        let (from, to) = stretch.dates(zone);
        noticed.is_in_years |= from <= end_of_years() && to >= start_of_years();
        let wanted = self.first();
        // Without a first date that is asked for, those before today are counted.
        let from = if self.range.first.is_some() { from.max(wanted) } else { from.max(start_of_years()) };
        for date in from.iter_days().take_while(|date| *date <= to.min(last)) {
            self.step(event)?;
            match stretch.misses(date, zone) {
                None if date < wanted => _ = self.over.insert(date),
                None => self.add(event, date)?,
                Some(_) if date < wanted => {}
                Some(covered) => _ = noticed.partly.insert(date, covered),
            }
        }
        Ok(())
    }

    fn add(&mut self, event: &Event, date: NaiveDate) -> Result<(), Fault> {
        let names = self.found.dates.entry(date).or_default();
        let has_room = names.len() < MOST_NAMES && !event.summary.is_empty();
        if has_room && !names.contains(&event.summary) {
            names.push(event.summary.clone());
        }
        if self.found.dates.len() > MOST_DAYS {
            return Err(event.fault(&format!("makes it more than {MOST_DAYS} days off: `--to DATE` sets a last date")));
        }
        Ok(())
    }

    fn step(&mut self, event: &Event) -> Result<(), Fault> {
        self.steps += 1;
        let fault = || {
            let message =
                format!("makes it more than {MOST_STEPS} occurrences and dates: `--to DATE` sets a last date");
            event.fault(&message)
        };
        if self.steps > MOST_STEPS { Err(fault()) } else { Ok(()) }
    }

    fn leave_out(&mut self, event: &Event, dates: Vec<NaiveDate>, why: &str) {
        let (line, summary) = (event.line, event.summary.clone());
        self.found.left_out.push(LeftOut { line, summary, dates, why: why.to_owned() });
    }
}

impl Event {
    fn fault(&self, message: &str) -> Fault {
        Fault { line: self.line, message: format!("the event {message}") }
    }
}

/// A further start in the form of the event's own: a date in place of a time means the same time of that date.
fn as_start(more: Moment, start: Moment, zone: Tz) -> Moment {
    match (start, more) {
        (Moment::Date(_), more) => Moment::Date(more.date(zone)),
        (Moment::Time(time, own), Moment::Date(date)) => Moment::Time(date.and_time(time.time()), own),
        (Moment::Time(..), more) => more,
    }
}

/// What an occurrence covers; the end is no longer part of it.
enum Stretch {
    Dates(NaiveDate, NaiveDate),
    Instants(DateTime<Utc>, DateTime<Utc>),
}

impl Stretch {
    /// The first and the last date that it touches.
    fn dates(&self, zone: Tz) -> (NaiveDate, NaiveDate) {
        match self {
            Self::Dates(first, end) => (*first, end.pred_opt().unwrap_or(*end)),
            Self::Instants(start_at, end_at) => {
                let last_at = end_at.checked_sub_signed(Duration::nanoseconds(1)).unwrap_or(*end_at);
                (calendar::local_date(zone, *start_at), calendar::local_date(zone, last_at.max(*start_at)))
            }
        }
    }

    /// What it covers of a date, unless it is all of it.
    fn misses(&self, date: NaiveDate, zone: Tz) -> Option<String> {
        let Self::Instants(start_at, end_at) = *self else { return None };
        let midnight = |date: NaiveDate| calendar::instant(zone, date.and_time(NaiveTime::MIN));
        let (from, to) = (midnight(date), date.succ_opt().map(midnight)?);
        let clock = |at: DateTime<Utc>| at.with_timezone(&zone).format("%H:%M").to_string();
        let begin = if start_at <= from { "00:00".to_owned() } else { clock(start_at) };
        let end = if end_at >= to { "24:00".to_owned() } else { clock(end_at) };
        (start_at > from || end_at < to).then(|| format!("{begin}-{end}"))
    }
}

#[cfg(test)]
mod tests;
