//! `RRULE`: the occurrences of a rule, by the clock of its event's zone (RFC 5545 section 3.3.10).
//!
//! The crate `rrule` follows the rule in a time without zones; what a local time means is decided elsewhere. `UNTIL` is
//! kept from it, because it refuses the forms that many programs write.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;
use rrule::{RRule, RRuleSet, Unvalidated};

use super::moment::Moment;
use crate::engine::calendar;

/// A rule that is known to be valid for its event.
#[derive(Debug)]
pub(super) struct Rule {
    rule: RRule<Unvalidated>,
    until: Option<Moment>,
}

impl Rule {
    /// Reads the rule of an event that begins at `start`.
    pub(super) fn read(text: &str, start: Moment) -> Result<Self, String> {
        const ALLOWED: &str = "=;,+-:";
        let text = text.trim().to_ascii_uppercase();
        if !text.chars().all(|letter| letter.is_ascii_alphanumeric() || ALLOWED.contains(letter)) {
            return Err("is no rule such as `FREQ=YEARLY`".to_owned());
        }
        let (mut kept, mut until) = (Vec::new(), None);
        for part in text.split(';').filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some(("UNTIL", value)) => until = Some(Moment::read(value, None)?),
                Some((name, value)) => {
                    refuse(name, value, &text)?;
                    kept.push(part);
                }
                None => return Err(format!("`{part}` is no part of a rule such as `FREQ=YEARLY`")),
            }
        }
        let rule: RRule<Unvalidated> = kept.join(";").parse().map_err(|error: rrule::RRuleError| error.to_string())?;
        let rule = Self { rule, until };
        let validated = rule.rule.clone().validate(plain(clock(start))).map_err(|error| error.to_string())?;
        // A rule that never comes is found out once here: the search for it is long.
        match occurrences(validated, start).next() {
            Some(_) => Ok(rule),
            None => Err(format!("`{text}` never comes")),
        }
    }

    /// Whether neither `UNTIL` nor `COUNT` ends it.
    pub(super) fn is_endless(&self) -> bool {
        self.until.is_none() && self.rule.get_count().is_none()
    }

    /// The starts of its occurrences in order, until the end of a date; without one for ever if the rule is endless.
    ///
    /// The event's own start is one of them only if the rule says so: RFC 5545 leaves it open what else is meant.
    pub(super) fn starts(&self, start: Moment, zone: Tz, last: Option<NaiveDate>) -> Box<dyn Iterator<Item = Moment>> {
        let until = self.until.map(|until| clock_until(until, start, zone));
        let until = until.into_iter().chain(last.map(end_of)).min();
        let rule = match until {
            None => self.rule.clone(),
            Some(until) => self.rule.clone().until(plain(until)),
        };
        // Not valid is now only a rule that is over before it begins.
        match rule.validate(plain(clock(start))) {
            Ok(rule) => Box::new(occurrences(rule, start)),
            Err(_) => Box::new(std::iter::empty()),
        }
    }
}

fn occurrences(rule: RRule, start: Moment) -> impl Iterator<Item = Moment> {
    let set = RRuleSet::new(plain(clock(start))).rrule(rule).limit();
    (&set).into_iter().map(move |at| match start {
        Moment::Date(_) => Moment::Date(at.date_naive()),
        Moment::Time(_, zone) => Moment::Time(at.naive_utc(), zone),
    })
}

/// Refuses what gives no days off, and what the crate reads as something else.
fn refuse(name: &str, value: &str, rule: &str) -> Result<(), String> {
    let often = || Err(format!("`{rule}` comes more often than daily, so it gives no days off"));
    match name {
        "FREQ" if ["HOURLY", "MINUTELY", "SECONDLY"].contains(&value) => often(),
        "BYHOUR" | "BYMINUTE" | "BYSECOND" if value.contains(',') => often(),
        "BYDAY" if value.contains(|letter: char| letter.is_ascii_digit()) => {
            let may_count = ["FREQ=MONTHLY", "FREQ=YEARLY"].iter().any(|frequency| rule.contains(frequency));
            let fault = || format!("`BYDAY={value}` counts weekdays: that needs `FREQ=MONTHLY` or `FREQ=YEARLY`");
            if may_count { Ok(()) } else { Err(fault()) }
        }
        _ => Ok(()),
    }
}

/// By the clock of the event's zone.
fn clock(start: Moment) -> NaiveDateTime {
    match start {
        Moment::Date(date) => date.and_time(NaiveTime::MIN),
        Moment::Time(time, _) => time,
    }
}

/// The last moment of a rule by the clock of its event's zone, in whatever form `UNTIL` is written; a date counts whole.
fn clock_until(until: Moment, start: Moment, zone: Tz) -> NaiveDateTime {
    match (start, until) {
        (Moment::Date(_), until) => end_of(until.date(zone)),
        (Moment::Time(..), Moment::Date(date)) => end_of(date),
        (Moment::Time(..), Moment::Time(time, None)) => time,
        (Moment::Time(_, own), Moment::Time(time, Some(utc))) => {
            calendar::instant(utc, time).with_timezone(&own.unwrap_or(zone)).naive_local()
        }
    }
}

fn end_of(date: NaiveDate) -> NaiveDateTime {
    date.and_hms_opt(23, 59, 59).unwrap_or_else(|| date.and_time(NaiveTime::MIN))
}

/// A clock that no zone changes.
fn plain(time: NaiveDateTime) -> DateTime<rrule::Tz> {
    time.and_utc().with_timezone(&rrule::Tz::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEOUL: Tz = Tz::Asia__Seoul;

    fn check(start: &str, rule: &str, expected: &[&str]) {
        let (start, zone) = start.split_once(' ').map_or((start, None), |(start, zone)| (start, zone.parse().ok()));
        let start = Moment::read(start, zone).unwrap();
        let starts = match Rule::read(rule, start) {
            Ok(rule) => {
                let last = rule.is_endless().then(|| "2028-12-31".parse().unwrap());
                let starts = rule.starts(start, SEOUL, last);
                starts.map(|start| clock(start).format("%Y-%m-%d %H:%M").to_string().replace(" 00:00", "")).collect()
            }
            Err(fault) => vec![fault],
        };
        assert_eq!(starts, expected, "{start:?} {rule}");
    }

    #[test]
    fn rules_are_followed() {
        let cases: &[(&str, &str, &[&str])] = &[
            ("20260101", "FREQ=YEARLY", &["2026-01-01", "2027-01-01", "2028-01-01"]),
            ("20260101", "freq=yearly;count=2", &["2026-01-01", "2027-01-01"]),
            ("20261126", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", &["2026-11-26", "2027-11-25", "2028-11-23"]),
            ("20260525", "FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", &["2026-05-25", "2027-05-31", "2028-05-29"]),
            ("20240229", "FREQ=YEARLY", &["2024-02-29", "2028-02-29"]),
            ("20260102", "FREQ=WEEKLY;INTERVAL=2;COUNT=3", &["2026-01-02", "2026-01-16", "2026-01-30"]),
            ("20260131", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=2", &["2026-01-31", "2026-02-28"]),
            ("20260130", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2", &["2026-01-30", "2026-02-27"]),
            // What clocks do in spring is no matter of the rule.
            (
                "20260307T023000 America/New_York",
                "FREQ=DAILY;COUNT=3",
                &["2026-03-07 02:30", "2026-03-08 02:30", "2026-03-09 02:30"],
            ),
        ];
        for (start, rule, expected) in cases {
            check(start, rule, expected);
        }
    }

    #[test]
    fn until_is_understood_in_every_form() {
        let two: &[&str] = &["2026-01-01", "2026-01-02"];
        let two_times: &[&str] = &["2026-01-01 22:00", "2026-01-02 22:00"];
        let cases: &[(&str, &str, &[&str])] = &[
            ("20260101", "20260102", two),
            ("20260101", "20260102T000000", two),
            ("20260101", "20260102T235959", two),
            ("20260101", "20260102T000000Z", two),
            // The end of January 2nd in Seoul.
            ("20260101", "20260102T145959Z", two),
            ("20260101", "20260102T150000Z", &["2026-01-01", "2026-01-02", "2026-01-03"]),
            ("20260101T220000", "20260102", two_times),
            ("20260101T220000", "20260102T220000", two_times),
            ("20260101T220000", "20260102T215959", &["2026-01-01 22:00"]),
            ("20260101T220000", "20260102T130000Z", two_times),
            ("20260101T220000 America/New_York", "20260102", two_times),
            ("20260101T220000 America/New_York", "20260102T220000", two_times),
            ("20260101T220000 America/New_York", "20260103T030000Z", two_times),
            ("20260101T220000 America/New_York", "20260103T025959Z", &["2026-01-01 22:00"]),
            ("20260101T220000Z", "20260102T220000Z", two_times),
            ("20260101T220000Z", "20260102", two_times),
            ("20260101T220000Z", "20260102T220000", two_times),
            ("20260101", "20251231", &[]),
        ];
        for (start, until, expected) in cases {
            check(start, &format!("FREQ=DAILY;UNTIL={until}"), expected);
        }
    }

    #[test]
    fn what_gives_no_days_off_is_refused() {
        let often = |rule: &str| format!("`{rule}` comes more often than daily, so it gives no days off");
        let never = |rule: &str| format!("`{rule}` never comes");
        let cases = [
            ("FREQ=HOURLY", often("FREQ=HOURLY")),
            ("FREQ=SECONDLY;COUNT=2", often("FREQ=SECONDLY;COUNT=2")),
            ("FREQ=DAILY;BYHOUR=1,2", often("FREQ=DAILY;BYHOUR=1,2")),
            ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", never("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")),
            ("FREQ=DAILY;INTERVAL=0", never("FREQ=DAILY;INTERVAL=0")),
            ("FREQ=DAILY;COUNT=0", never("FREQ=DAILY;COUNT=0")),
            (
                "FREQ=WEEKLY;BYDAY=1MO",
                "`BYDAY=1MO` counts weekdays: that needs `FREQ=MONTHLY` or `FREQ=YEARLY`".to_owned(),
            ),
            ("every year", "is no rule such as `FREQ=YEARLY`".to_owned()),
            ("YEARLY", "`YEARLY` is no part of a rule such as `FREQ=YEARLY`".to_owned()),
            (
                "FREQ=DAILY;UNTIL=2026",
                "`2026` is no date or time such as `20260101`, `20260101T090000` or `20260101T000000Z`".to_owned(),
            ),
        ];
        for (rule, expected) in &cases {
            check("20260101", rule, &[expected]);
        }
        for rule in ["", "COUNT=2", "FREQ=FORTNIGHTLY", "FREQ=DAILY;FREQ=DAILY", "FREQ=YEARLY;BYMONTH=13"] {
            let fault = Rule::read(rule, Moment::read("20260101", None).unwrap());
            assert!(fault.is_err(), "{rule}");
        }
    }
}
