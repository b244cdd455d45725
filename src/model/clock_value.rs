//! Wall-clock values: `H:M`, with hours past midnight for the next day.

use std::fmt;
use std::str::FromStr;

/// A wall-clock value of a local date, as minutes after its midnight.
///
/// Hours 24 to 47 mean the next day: `25:30` is half past one the next morning, `24:00` the end of the day (rule T1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClockValue(u16);

/// The text is not `H:M` with hour 0-47 and minute 0-59.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is no time of day")]
pub struct ClockValueError;

impl ClockValue {
    /// What a reader of an error should be told is allowed.
    pub const ALLOWED: &'static str =
        "`H:M` with hour 0-47 and minute 0-59, such as `09:30` (hours from 24 mean the next day)";

    /// The value at this hour and minute.
    ///
    /// # Errors
    /// When the hour is above 47 or the minute above 59.
    pub fn at(hour: u16, minute: u16) -> Result<Self, ClockValueError> {
        if hour > 47 || minute > 59 {
            return Err(ClockValueError);
        }
        Ok(Self(hour * 60 + minute))
    }

    /// Minutes after the midnight that begins the date, 0 to 2879.
    #[must_use]
    pub fn minutes(self) -> i64 {
        i64::from(self.0)
    }
}

impl FromStr for ClockValue {
    type Err = ClockValueError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (hour, minute) = text.trim().split_once(':').ok_or(ClockValueError)?;
        let number = |part: &str| -> Result<u16, ClockValueError> {
            if part.is_empty() || part.len() > 2 || !part.bytes().all(|b| b.is_ascii_digit()) {
                return Err(ClockValueError);
            }
            part.parse().map_err(|_| ClockValueError)
        };
        Self::at(number(hour)?, number(minute)?)
    }
}

impl fmt::Display for ClockValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_hours_up_to_47() {
        let cases = [
            ("0:0", Some("00:00")),
            ("9:5", Some("09:05")),
            (" 09:30 ", Some("09:30")),
            ("24:00", Some("24:00")),
            ("47:59", Some("47:59")),
            ("48:00", None),
            ("25:99", None),
            ("930", None),
            ("9:300", None),
            ("-1:00", None),
            ("+9:00", None),
            ("９:30", None),
            ("", None),
            (":", None),
        ];
        for (text, expected) in cases {
            let read = text.parse::<ClockValue>().ok().map(|value| value.to_string());
            assert_eq!(read.as_deref(), expected, "{text:?}");
        }
    }
}
