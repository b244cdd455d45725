//! A time as it is typed: an instant, or a local time or date whose zone is known later.

use std::str::FromStr;

use chrono::format::{ParseErrorKind, ParseResult};
use chrono::{DateTime, Datelike as _, Days, Duration, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Tz;

use crate::engine::calendar;

/// A typed time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// RFC 3339.
    At(DateTime<FixedOffset>),
    /// A time without an offset.
    Local(NaiveDateTime),
    /// The midnight with which the date begins.
    Date(NaiveDate),
}

/// Why a text is no time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum MomentError {
    /// None of the forms.
    #[error(
        "allowed: a time such as `2026-11-23T09:00:00Z` or `2026-11-23T09:00:00+09:00`, a local time such as \
         `2026-11-23T09:00`, or a date such as `2026-11-23`"
    )]
    Form,
    /// A form with a day, hour or minute that does not exist.
    #[error("there is no such date or time")]
    Nowhere,
    /// Out of bounds.
    #[error("allowed: years from {FIRST_YEAR} to {LAST_YEAR}")]
    Year,
}

const FIRST_YEAR: i32 = 1970;
/// The time zones' rules are known until then.
const LAST_YEAR: i32 = 2099;

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let moment = if is_date(text) {
            Self::Date(date(text)?)
        } else if let Some((date_text, time_text)) = local_parts(text) {
            Self::Local(date(date_text)?.and_time(time(time_text)?))
        } else {
            Self::At(read(DateTime::parse_from_rfc3339(text))?)
        };
        let is_bounded = (FIRST_YEAR..=LAST_YEAR).contains(&moment.date().year());
        if is_bounded { Ok(moment) } else { Err(MomentError::Year) }
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

/// The date and the time of a text without an offset.
fn local_parts(text: &str) -> Option<(&str, &str)> {
    let (date, time) = text.split_once(['T', ' '])?;
    let is_time = time.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    (is_date(date) && is_time).then_some((date, time))
}

fn date(text: &str) -> Result<NaiveDate, MomentError> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| MomentError::Nowhere)
}

/// Hours and minutes, maybe with seconds.
fn time(text: &str) -> Result<NaiveTime, MomentError> {
    let has_seconds = text.matches(':').count() > 1;
    read(NaiveTime::parse_from_str(text, if has_seconds { "%H:%M:%S%.f" } else { "%H:%M" }))
}

fn read<T>(read: ParseResult<T>) -> Result<T, MomentError> {
    read.map_err(|error| match error.kind() {
        ParseErrorKind::OutOfRange | ParseErrorKind::Impossible => MomentError::Nowhere,
        _ => MomentError::Form,
    })
}

impl Moment {
    /// The date as it was typed.
    pub(super) fn date(self) -> NaiveDate {
        match self {
            Self::At(at) => at.date_naive(),
            Self::Local(local) => local.date(),
            Self::Date(date) => date,
        }
    }

    /// The instant, with local times and dates in this zone (rule T6).
    pub(super) fn at(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::At(at) => at.with_timezone(&Utc),
            Self::Local(local) => calendar::instant(zone, local),
            Self::Date(date) => calendar::instant(zone, date.and_time(NaiveTime::MIN)),
        }
    }

    /// Seven days later: dates where a date or a local time was typed, else as many hours.
    pub(super) fn a_week_later(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::At(at) => at.with_timezone(&Utc) + Duration::days(7),
            Self::Local(local) => Self::Local(local.checked_add_days(Days::new(7)).unwrap_or(local)).at(zone),
            Self::Date(date) => Self::Date(date.checked_add_days(Days::new(7)).unwrap_or(date)).at(zone),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_instants_and_dates() {
        let cases = [
            ("2026-11-23T00:30:00Z", Ok("2026-11-23T00:30:00+00:00")),
            ("2026-11-23T09:30:00+09:00", Ok("2026-11-23T00:30:00+00:00")),
            // Midnight in Berlin, and seven dates later in spite of the 25-hour day.
            ("2026-10-25", Ok("2026-10-24T22:00:00+00:00")),
            (" 2026-10-25 ", Ok("2026-10-24T22:00:00+00:00")),
            ("2026-02-30", Err(MomentError::Nowhere)),
            ("2026-02-30T00:00:00Z", Err(MomentError::Nowhere)),
            ("2026-02-03T24:00:00Z", Err(MomentError::Nowhere)),
            ("2026-2-3", Err(MomentError::Form)),
            ("2026-11-23T09:30", Ok("2026-11-23T08:30:00+00:00")),
            ("2026-11-23T09:30:15", Ok("2026-11-23T08:30:15+00:00")),
            ("2026-11-23 09:30", Ok("2026-11-23T08:30:00+00:00")),
            ("2026-11-23 09:30:15", Ok("2026-11-23T08:30:15+00:00")),
            // In the gap, and in the hour that comes twice.
            ("2026-03-29T02:30", Ok("2026-03-29T01:30:00+00:00")),
            ("2026-10-25T02:30", Ok("2026-10-25T00:30:00+00:00")),
            ("2026-02-30T09:30", Err(MomentError::Nowhere)),
            ("2026-11-23T24:00", Err(MomentError::Nowhere)),
            ("2026-11-23T09:60", Err(MomentError::Nowhere)),
            ("2026-11-23T09", Err(MomentError::Form)),
            ("2026-11-23T09:30:", Err(MomentError::Form)),
            ("2026-11-23T+9:30", Err(MomentError::Form)),
            ("2026-11-23T", Err(MomentError::Form)),
            ("2026-11-23  09:30", Err(MomentError::Form)),
            ("2026-1-23T09:30", Err(MomentError::Form)),
            ("2100-01-01T00:00", Err(MomentError::Year)),
            ("tomorrow", Err(MomentError::Form)),
            ("", Err(MomentError::Form)),
            ("1969-12-31", Err(MomentError::Year)),
            ("2100-01-01T00:00:00Z", Err(MomentError::Year)),
            ("-0001-01-01", Err(MomentError::Form)),
        ];
        for (text, expected) in cases {
            let read = text.parse::<Moment>().map(|moment| moment.at(Tz::Europe__Berlin).to_rfc3339());
            assert_eq!(read, expected.map(str::to_owned), "{text:?}");
        }
    }

    #[test]
    fn a_week_is_seven_dates_or_as_many_hours() {
        let cases = [
            ("2026-10-25", "2026-10-31T23:00:00+00:00"),
            ("2026-10-24T12:00", "2026-10-31T11:00:00+00:00"),
            ("2026-10-24T22:00:00Z", "2026-10-31T22:00:00+00:00"),
        ];
        for (text, expected) in cases {
            let moment: Moment = text.parse().unwrap();
            assert_eq!(moment.a_week_later(Tz::Europe__Berlin).to_rfc3339(), expected, "{text}");
        }
    }
}
