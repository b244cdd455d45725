//! The days of the week on which a schedule is active: `DaysActive`.

use std::str::FromStr;

use chrono::Weekday;

/// A set of weekdays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Days(u8);

/// The parts of `DaysActive` that are not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is no day", .parts.join("`, `"))]
pub struct DaysError {
    /// The parts, in lower case and without spaces.
    pub parts: Vec<String>,
}

const WEEK: [(&str, Weekday); 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];

impl Days {
    /// What a reader of an error should be told is allowed.
    pub const ALLOWED: &'static str =
        "`all`, `weekdays`, `weekends`, or a list of days and ranges such as `mon,wed,fri`, `mon-thu`, `fri-mon`";

    /// Every word that may stand in `DaysActive`, for the nearest one to a misspelt word.
    pub const WORDS: [&'static str; 10] =
        ["all", "weekdays", "weekends", "mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// The English names of the days; the first three letters are the word.
    pub const FULL_NAMES: [&'static str; 7] =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    /// Whether the day is in the set.
    #[must_use]
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & bit(day) != 0
    }

    /// The set with one more day.
    pub(super) fn with(self, day: Weekday) -> Self {
        Self(self.0 | bit(day))
    }

    /// The days of either set.
    pub(super) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The days from `first` to `last`, both included, over the weekend if need be.
    fn range(first: Weekday, last: Weekday) -> Self {
        let mut days = Self::default().with(first);
        let mut day = first;
        while day != last {
            day = day.succ();
            days = days.with(day);
        }
        days
    }
}

fn bit(day: Weekday) -> u8 {
    1 << day.num_days_from_monday()
}

pub(super) fn day(text: &str) -> Option<Weekday> {
    WEEK.iter().find(|(name, _)| text.eq_ignore_ascii_case(name)).map(|(_, day)| *day)
}

impl FromStr for Days {
    type Err = DaysError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
        match text.as_str() {
            "all" => return Ok(Self::range(Weekday::Mon, Weekday::Sun)),
            "weekdays" => return Ok(Self::range(Weekday::Mon, Weekday::Fri)),
            "weekends" => return Ok(Self::range(Weekday::Sat, Weekday::Sun)),
            _ => {}
        }
        let mut days = Self::default();
        let mut parts = Vec::new();
        for part in text.split(',') {
            let range = match part.split_once('-') {
                Some((first, last)) => day(first).zip(day(last)).map(|(first, last)| Self::range(first, last)),
                None => day(part).map(|day| Self::default().with(day)),
            };
            match range {
                Some(range) => days = days.union(range),
                None => parts.push(part.to_owned()),
            }
        }
        if parts.is_empty() { Ok(days) } else { Err(DaysError { parts }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lists_and_ranges() {
        let cases = [
            ("all", Ok("mon tue wed thu fri sat sun")),
            ("ALL", Ok("mon tue wed thu fri sat sun")),
            ("weekdays", Ok("mon tue wed thu fri")),
            (" Week Ends ", Ok("sat sun")),
            ("mon,wed,fri", Ok("mon wed fri")),
            ("Mon , WED", Ok("mon wed")),
            ("mon-thu", Ok("mon tue wed thu")),
            ("fri-mon", Ok("mon fri sat sun")),
            ("sun-fri", Ok("mon tue wed thu fri sun")),
            ("tue-tue", Ok("tue")),
            ("weekdys", Err("weekdys")),
            ("weekend", Err("weekend")),
            ("monday", Err("monday")),
            ("mon,,tue", Err("")),
            ("", Err("")),
            ("mon-", Err("mon-")),
            ("mno,tue,teu,weekend", Err("mno teu weekend")),
        ];
        for (text, expected) in cases {
            let read = text.parse::<Days>();
            let shown = read.map(|days| {
                let names: Vec<&str> =
                    WEEK.iter().filter(|(_, day)| days.contains(*day)).map(|(name, _)| *name).collect();
                names.join(" ")
            });
            assert_eq!(
                shown,
                expected
                    .map(str::to_owned)
                    .map_err(|parts| DaysError { parts: parts.split(' ').map(str::to_owned).collect() }),
                "{text:?}"
            );
        }
    }
}
