//! Which dates the day fields of rule T2 cover, by writing out all days of the month.

use chrono::{Datelike as _, NaiveDate};

/// Which dates a timetable or a period covers; weekdays count from 0 = Monday, months and days of the month from 1.
#[derive(Debug, Clone)]
pub(crate) enum Days {
    /// `DaysActive: all`.
    All,
    /// `DaysActive: weekdays`.
    Weekdays,
    /// `DaysActive: weekends`.
    Weekends,
    /// `DaysActive` as a list.
    Listed(Vec<WeekdayPart>),
    /// The fields of a period; absent ones cover everything.
    Fields { weekdays: Option<Vec<WeekdayPart>>, monthdays: Option<Vec<MonthdayPart>>, months: Option<Vec<MonthPart>> },
}

#[derive(Debug, Clone)]
pub(crate) enum WeekdayPart {
    /// `mon`
    Day(u32),
    /// `fri-mon`
    Range(u32, u32),
    /// `mon#2`
    Nth(u32, usize),
    /// `friL`
    Last(u32),
}

#[derive(Debug, Clone)]
pub(crate) enum MonthdayPart {
    /// `15`
    Day(u32),
    /// `1-7`
    Range(u32, u32),
    /// `1-31/2`
    Stepped(u32, u32, u32),
    /// `1/15`: from the 1st on, every 15 days.
    From(u32, u32),
    /// `L`
    Last,
    /// `15W`
    Nearest(u32),
}

#[derive(Debug, Clone)]
pub(crate) enum MonthPart {
    /// `jan`
    Month(u32),
    /// `nov-feb`
    Range(u32, u32),
    /// `nov-feb/2`
    Stepped(u32, u32, u32),
    /// `jan/3`: from January on, every three months to the year's end.
    From(u32, u32),
}

impl Days {
    pub(crate) fn cover(&self, date: NaiveDate) -> bool {
        let weekday = weekday(date);
        match self {
            Self::All => true,
            Self::Weekdays => weekday < 5,
            Self::Weekends => weekday >= 5,
            Self::Listed(parts) => parts.iter().any(|part| weekdays(part, date).contains(&date)),
            Self::Fields { weekdays: on, monthdays: at, months: within } => {
                on.as_ref().is_none_or(|parts| parts.iter().any(|part| weekdays(part, date).contains(&date)))
                    && at.as_ref().is_none_or(|parts| parts.iter().any(|part| monthdays(part, date).contains(&date)))
                    && within.as_ref().is_none_or(|parts| parts.iter().any(|part| months(part).contains(&date.month())))
            }
        }
    }
}

impl Days {
    /// The kinds of parts that cover a date.
    pub(crate) fn kinds(&self, date: NaiveDate) -> Vec<&'static str> {
        let (on, at, within): (&[_], &[_], &[_]) = match self {
            Self::All => return vec!["days: `all`"],
            Self::Weekdays => return vec!["days: `weekdays`"],
            Self::Weekends => return vec!["days: `weekends`"],
            Self::Listed(parts) => (parts, &[], &[]),
            Self::Fields { weekdays, monthdays, months } => (
                weekdays.as_deref().unwrap_or_default(),
                monthdays.as_deref().unwrap_or_default(),
                months.as_deref().unwrap_or_default(),
            ),
        };
        let on = on.iter().filter(|part| weekdays(part, date).contains(&date)).map(|part| match part {
            WeekdayPart::Day(_) => "days: `mon`",
            WeekdayPart::Range(first, last) if first > last => "days: `fri-mon`",
            WeekdayPart::Range(..) => "days: `mon-fri`",
            WeekdayPart::Nth(..) => "days: `mon#2`",
            WeekdayPart::Last(_) => "days: `friL`",
        });
        let at = at.iter().filter(|part| monthdays(part, date).contains(&date)).map(|part| match part {
            MonthdayPart::Day(_) => "days: `15`",
            MonthdayPart::Range(..) => "days: `1-7`",
            MonthdayPart::Stepped(..) => "days: `1-31/2`",
            MonthdayPart::From(..) => "days: `5/10`",
            MonthdayPart::Last => "days: `L`",
            MonthdayPart::Nearest(day) if *day == date.day() => "days: `15W` on the 15th",
            MonthdayPart::Nearest(_) => "days: `15W` on another day",
        });
        let within = within.iter().filter(|part| months(part).contains(&date.month())).map(|part| match part {
            MonthPart::Month(_) => "days: `jan`",
            MonthPart::Range(first, last) if first > last => "days: `nov-feb`",
            MonthPart::Range(..) => "days: `jan-mar`",
            MonthPart::Stepped(first, last, _) if first > last => "days: `nov-feb/2`",
            MonthPart::Stepped(..) => "days: `jan-mar/2`",
            MonthPart::From(..) => "days: `jan/3`",
        });
        on.chain(at).chain(within).collect()
    }
}

fn weekday(date: NaiveDate) -> u32 {
    date.weekday().num_days_from_monday()
}

/// All days of the month in which a date lies.
fn month_of(date: NaiveDate) -> Vec<NaiveDate> {
    (1..=31).filter_map(|day| NaiveDate::from_ymd_opt(date.year(), date.month(), day)).collect()
}

/// The days of the date's month that the part means.
fn weekdays(part: &WeekdayPart, date: NaiveDate) -> Vec<NaiveDate> {
    let month = month_of(date);
    let all = |day: u32| month.iter().copied().filter(|date| weekday(*date) == day).collect::<Vec<_>>();
    match part {
        WeekdayPart::Day(day) => all(*day),
        WeekdayPart::Range(first, last) => {
            let mut days = all(*first);
            let mut day = *first;
            while day != *last {
                day = if day == 6 { 0 } else { day + 1 };
                days.extend(all(day));
            }
            days
        }
        WeekdayPart::Nth(day, nth) => all(*day).into_iter().skip(nth - 1).take(1).collect(),
        WeekdayPart::Last(day) => all(*day).into_iter().next_back().into_iter().collect(),
    }
}

fn monthdays(part: &MonthdayPart, date: NaiveDate) -> Vec<NaiveDate> {
    let month = month_of(date);
    let last = *month.last().unwrap();
    let stepped = |first: u32, last: u32, step: u32| {
        let mut days = Vec::new();
        let mut day = first;
        while day <= last {
            days.extend(month.iter().copied().filter(|date| date.day() == day));
            day += step;
        }
        days
    };
    match part {
        MonthdayPart::Day(day) => stepped(*day, *day, 1),
        MonthdayPart::Range(first, last) => stepped(*first, *last, 1),
        MonthdayPart::Stepped(first, last, step) => stepped(*first, *last, *step),
        MonthdayPart::From(first, step) => stepped(*first, 31, *step),
        MonthdayPart::Last => vec![last],
        MonthdayPart::Nearest(day) => {
            let wanted = month.iter().copied().find(|date| date.day() == *day).unwrap_or(last);
            let far = |date: &NaiveDate| (*date - wanted).num_days().abs();
            month.into_iter().filter(|date| weekday(*date) < 5).min_by_key(far).into_iter().collect()
        }
    }
}

fn months(part: &MonthPart) -> Vec<u32> {
    let walk = |first: u32, last: u32| {
        let mut months = vec![first];
        let mut month = first;
        while month != last {
            month = if month == 12 { 1 } else { month + 1 };
            months.push(month);
        }
        months
    };
    match part {
        MonthPart::Month(month) => vec![*month],
        MonthPart::Range(first, last) => walk(*first, *last),
        MonthPart::Stepped(first, last, step) => walk(*first, *last).into_iter().step_by(*step as usize).collect(),
        MonthPart::From(first, step) => walk(*first, 12).into_iter().step_by(*step as usize).collect(),
    }
}
