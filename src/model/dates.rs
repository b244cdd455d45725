//! The dates that a period covers: `Weekdays`, `Monthdays` and `Months`.

use std::str::FromStr;

use chrono::{Datelike as _, Days as DayCount, NaiveDate, Weekday};

use super::Days;
use super::days::day;

/// The dates that a period covers: those that each of its fields covers; the default covers every date (rule T2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dates {
    /// On which days of the week.
    pub weekdays: Option<Weekdays>,
    /// On which days of the month.
    pub monthdays: Option<Monthdays>,
    /// In which months.
    pub months: Option<Months>,
}

impl Dates {
    /// Whether this date is covered.
    #[must_use]
    pub fn contains(&self, date: NaiveDate) -> bool {
        self.weekdays.is_none_or(|days| days.contains(date))
            && self.months.is_none_or(|months| months.contains(date))
            && self.monthdays.is_none_or(|days| days.contains(date))
    }
}

/// The parts of a list that are not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is no {what}", .parts.join("`, `"))]
pub struct DatesError {
    /// The parts, in lower case and without spaces.
    pub parts: Vec<String>,
    /// What each should be.
    pub what: &'static str,
}

/// Days of the week, and single ones of a month: `mon-fri`, `mon#2` (the second Monday), `friL` (the last Friday).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weekdays {
    every: Days,
    /// For each week of the month, the days that are meant in it.
    nth: [Days; 5],
    last: Days,
}

impl Weekdays {
    /// What a reader of an error should be told is allowed.
    pub const ALLOWED: &'static str = "days and ranges such as `mon,wed`, `mon-fri`, `fri-mon`, `mon#2` (the second Monday), `friL` (the last Friday)";

    fn contains(self, date: NaiveDate) -> bool {
        let day = date.weekday();
        let week = usize::try_from(date.day0() / 7).unwrap_or_default();
        self.every.contains(day)
            || self.nth.get(week).is_some_and(|days| days.contains(day))
            || (self.last.contains(day) && date.day() + 7 > last_day(date))
    }
}

impl From<Days> for Weekdays {
    fn from(every: Days) -> Self {
        Self { every, ..Self::default() }
    }
}

impl FromStr for Weekdays {
    type Err = DatesError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut weekdays = Self::default();
        all(text, "day of the week", |part| weekdays.add(part))?;
        Ok(weekdays)
    }
}

impl Weekdays {
    fn add(&mut self, part: &str) -> Option<()> {
        if let Ok(days) = part.parse() {
            self.every = self.every.union(days);
        } else if let Some((name, number)) = part.split_once('#') {
            let week = number.parse::<usize>().ok()?.checked_sub(1)?;
            let days = self.nth.get_mut(week).filter(|_| number.len() == 1)?;
            *days = days.with(day(name)?);
        } else {
            self.last = self.last.with(day(part.strip_suffix('l')?)?);
        }
        Some(())
    }
}

/// Days of the month: `1`, `1-7`, `1-31/2`, `5/10` (every tenth from the 5th), `L` (the last), `15W` (the nearest weekday).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Monthdays {
    /// Bit `n`: the day `n`.
    days: u32,
    /// Bit `n`: the weekday nearest to the day `n`.
    nearest: u32,
    last: bool,
}

impl Monthdays {
    /// What a reader of an error should be told is allowed.
    pub const ALLOWED: &'static str = "days 1-31, ranges and steps such as `1,15`, `1-7`, `1-31/2`, `5/10`, `L` (the last day), `15W` (the weekday nearest to the 15th)";

    fn contains(&self, date: NaiveDate) -> bool {
        bit(self.days, date.day())
            || (self.last && date.day() == last_day(date))
            || (self.nearest != 0 && self.is_nearest(date))
    }

    /// Whether the date is the weekday nearest to one of the days, within the month; a day that the month has not counts
    /// as its last.
    fn is_nearest(&self, date: NaiveDate) -> bool {
        let last = last_day(date);
        (1..=31).filter(|day| bit(self.nearest, *day)).any(|day| {
            let day = day.min(last);
            let weekday = date.with_day(day).map(|date| date.weekday());
            let nearest = match weekday {
                Some(Weekday::Sat) if day == 1 => day + 2,
                Some(Weekday::Sat) => day - 1,
                Some(Weekday::Sun) if day == last => day - 2,
                Some(Weekday::Sun) => day + 1,
                _ => day,
            };
            nearest == date.day()
        })
    }

    fn add(&mut self, part: &str) -> Option<()> {
        if part == "l" {
            self.last = true;
        } else if let Some(day) = part.strip_suffix('w') {
            self.nearest |= 1 << number(day, 1, 31)?;
        } else {
            let (range, step) = stepped(part)?;
            let (first, last) = match range.split_once('-') {
                Some((first, last)) => (number(first, 1, 31)?, number(last, 1, 31)?),
                None => (number(range, 1, 31)?, if step.is_some() { 31 } else { number(range, 1, 31)? }),
            };
            if first > last {
                return None;
            }
            for day in (first..=last).step_by(step.unwrap_or(1)) {
                self.days |= 1 << day;
            }
        }
        Some(())
    }
}

impl FromStr for Monthdays {
    type Err = DatesError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut monthdays = Self::default();
        all(text, "day of the month", |part| monthdays.add(part))?;
        Ok(monthdays)
    }
}

/// Months: `jan`, `1`, `jan-mar`, `nov-feb` (over New Year), `jan/3` (every third from January).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Months(u32);

impl Months {
    /// What a reader of an error should be told is allowed.
    pub const ALLOWED: &'static str =
        "months, ranges and steps such as `jan,jul`, `jan-mar`, `nov-feb`, `1-3`, `jan/3`";

    /// The names of the months.
    pub const NAMES: [&'static str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    /// Their English names in full; the first three letters are the name.
    pub const FULL_NAMES: [&'static str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];

    fn contains(self, date: NaiveDate) -> bool {
        bit(self.0, date.month())
    }

    fn add(&mut self, part: &str) -> Option<()> {
        let (range, step) = stepped(part)?;
        let (first, last) = match range.split_once('-') {
            Some((first, last)) => (month(first)?, month(last)?),
            None => (month(range)?, if step.is_some() { 12 } else { month(range)? }),
        };
        // A range may go over New Year.
        let last = if last < first { last + 12 } else { last };
        for month in (first..=last).step_by(step.unwrap_or(1)) {
            self.0 |= 1 << ((month - 1) % 12 + 1);
        }
        Some(())
    }
}

impl FromStr for Months {
    type Err = DatesError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut months = Self::default();
        all(text, "month", |part| months.add(part))?;
        Ok(months)
    }
}

/// Takes each part of a list; case and spaces do not matter. Every part that is not understood is told.
fn all(text: &str, what: &'static str, mut add: impl FnMut(&str) -> Option<()>) -> Result<(), DatesError> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
    let parts: Vec<String> = text.split(',').filter(|part| add(part).is_none()).map(str::to_owned).collect();
    if parts.is_empty() { Ok(()) } else { Err(DatesError { parts, what }) }
}

/// A range and its step, if it has one.
fn stepped(part: &str) -> Option<(&str, Option<usize>)> {
    match part.split_once('/') {
        Some((range, step)) => Some((range, Some(number(step, 1, 31)? as usize))),
        None => Some((part, None)),
    }
}

fn month(text: &str) -> Option<u32> {
    let named = (1..).zip(Months::NAMES).find(|(_, name)| *name == text);
    named.map(|(number, _)| number).or_else(|| number(text, 1, 12))
}

/// Digits only: `+1` is no day.
fn number(text: &str, least: u32, most: u32) -> Option<u32> {
    let is_plain = !text.is_empty() && text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_plain && (least..=most).contains(number))
}

fn bit(bits: u32, index: u32) -> bool {
    bits & (1 << index) != 0
}

/// The number of days of the date's month.
fn last_day(date: NaiveDate) -> u32 {
    // The 28th and four days are always in the next month; that day's number says how far.
    let next = date.with_day(28).and_then(|date| date.checked_add_days(DayCount::new(4)));
    next.map_or(31, |next| 32 - next.day())
}

#[cfg(test)]
mod tests;
