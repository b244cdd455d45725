//! Dates, times, zones and lengths as iCalendar writes them (RFC 5545 section 3.3).

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Tz;

use super::content::Property;
use crate::engine::calendar;

/// The zones of `TZID`s that are no IANA names, from the file's own `VTIMEZONE`s.
pub(super) type Zones = BTreeMap<String, Tz>;

/// A date, or a local time with the zone that it is in; without one it is a time in the schedule's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Date(NaiveDate),
    Time(NaiveDateTime, Option<Tz>),
}

impl Moment {
    /// Reads `20260101`, `20260101T090000` or `20260101T000000Z`, in a zone where it names none.
    pub(super) fn read(text: &str, zone: Option<Tz>) -> Result<Self, String> {
        let fault =
            || format!("`{text}` is no date or time such as `20260101`, `20260101T090000` or `20260101T000000Z`");
        let text = text.trim();
        let (date, time) = text.split_once(['T', 't']).map_or((text, None), |(date, time)| (date, Some(time)));
        let [year, month, day] = numbers(date, [4, 2, 2]).ok_or_else(fault)?;
        let date = i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
        let date = date.filter(|_| year > 0).ok_or_else(fault)?;
        let Some(time) = time else { return Ok(Self::Date(date)) };
        let (time, zone) = match time.strip_suffix(['Z', 'z']) {
            Some(time) => (time, Some(Tz::UTC)),
            None => (time, zone),
        };
        let [hour, minute, second] = numbers(time, [2, 2, 2]).ok_or_else(fault)?;
        // A leap second counts as the second before it.
        let time = date.and_hms_opt(hour, minute, if second == 60 { 59 } else { second }).ok_or_else(fault)?;
        Ok(Self::Time(time, zone))
    }

    /// The date itself, or the date in the schedule's zone. Midnight in UTC is how some programs write a date.
    pub(super) fn date(self, zone: Tz) -> NaiveDate {
        match self {
            Self::Date(date) => date,
            Self::Time(time, Some(Tz::UTC)) if time.time() == NaiveTime::MIN => time.date(),
            Self::Time(time, Some(own)) => calendar::local_date(zone, calendar::instant(own, time)),
            Self::Time(time, None) => time.date(),
        }
    }

    /// Its instant, of a date the first one; what names no zone is in the schedule's.
    pub(super) fn at(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Date(date) => calendar::instant(zone, date.and_time(NaiveTime::MIN)),
            Self::Time(time, own) => calendar::instant(own.unwrap_or(zone), time),
        }
    }
}

/// Digits in parts of these lengths, and nothing else.
fn numbers<const N: usize>(text: &str, lengths: [usize; N]) -> Option<[u32; N]> {
    let mut numbers = [0; N];
    let mut rest = text;
    for (number, length) in numbers.iter_mut().zip(lengths) {
        let (digits, more) = rest.split_at_checked(length)?;
        *number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
        rest = more;
    }
    rest.is_empty().then_some(numbers)
}

/// The moments of a property, such as `DTSTART;TZID=Asia/Seoul:20260101T000000`; `EXDATE` may have several.
pub(super) fn moments(property: &Property, zones: &Zones) -> Result<Vec<Moment>, String> {
    let texts: Vec<&str> = property.value.split(',').collect();
    let zone = zone_of(property, zones, &texts)?;
    texts.into_iter().map(|text| Moment::read(text, zone)).collect()
}

/// The moments of `RDATE`, with the length of each that brings one along (`VALUE=PERIOD`).
pub(super) fn periods(property: &Property, zones: &Zones) -> Result<Vec<(Moment, Option<Length>)>, String> {
    let texts: Vec<&str> = property.value.split(',').collect();
    let zone = zone_of(property, zones, &texts)?;
    let period = |text: &str| match text.split_once('/') {
        None => Ok((Moment::read(text, zone)?, None)),
        Some((start, end)) => {
            let start = Moment::read(start, zone)?;
            let length = if end.trim().starts_with(['P', 'p', '+', '-']) {
                Length::read(end)?
            } else {
                Length::between(start, Moment::read(end, zone)?)?
            };
            Ok((start, Some(length)))
        }
    };
    texts.into_iter().map(period).collect()
}

/// The zone of `TZID`; one that no time of the property needs does not matter.
fn zone_of(property: &Property, zones: &Zones, texts: &[&str]) -> Result<Option<Tz>, String> {
    let Some(name) = property.parameter("TZID") else { return Ok(None) };
    let is_needed = texts.iter().any(|text| text.contains(['T', 't']) && !text.trim().ends_with(['Z', 'z']));
    if !is_needed {
        return Ok(None);
    }
    let found = zones.get(name).copied().or_else(|| zone(name));
    found.map(Some).ok_or_else(|| format!("`{name}` is no known time zone: use an IANA name such as `Asia/Seoul`"))
}

/// A zone by its IANA name, also where a vendor's prefix stands before it (`/example.org/Europe/Berlin`).
pub(super) fn zone(name: &str) -> Option<Tz> {
    const MOST_PARTS: usize = 8;
    let parts: Vec<&str> = name.splitn(MOST_PARTS, '/').collect();
    let ends = (0..parts.len()).filter_map(|start| parts.get(start..));
    // A prefix is only taken off in front of `Area/City`: `…/EST` might be anything.
    ends.filter(|end| end.len() == parts.len() || end.len() > 1).find_map(|end| end.join("/").parse().ok())
}

/// How long an event is: first by the clock of its zone, then in elapsed time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Length {
    pub(super) clock: Duration,
    pub(super) elapsed: Duration,
}

impl Length {
    pub(super) const A_DAY: Self = Self { clock: Duration::days(1), elapsed: Duration::zero() };
    pub(super) const NOTHING: Self = Self { clock: Duration::zero(), elapsed: Duration::zero() };

    /// From a start to the end that is no longer part of it. By the clock, so that every occurrence of a rule goes from
    /// midnight to midnight if one does, whatever the clocks do that day.
    pub(super) fn between(start: Moment, end: Moment) -> Result<Self, String> {
        let clock = match (start, end) {
            // Some programs repeat the first date in place of the one after the last.
            (Moment::Date(start), Moment::Date(end)) if start == end => Duration::days(1),
            (Moment::Date(start), Moment::Date(end)) => end - start,
            (Moment::Time(start, Some(zone)), Moment::Time(end, Some(other))) => {
                calendar::instant(other, end).with_timezone(&zone).naive_local() - start
            }
            (Moment::Time(start, None), Moment::Time(end, None)) => end - start,
            _ => return Err("start and end are not of one form: both dates, or both times with a zone".to_owned()),
        };
        if clock < Duration::zero() {
            return Err("the end is before the start".to_owned());
        }
        Ok(Self { clock, elapsed: Duration::zero() })
    }

    /// Reads `P1D`, `P2W`, `PT8H` or `P1DT12H30M`.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let fault = || format!("`{}` is no length such as `P1D`, `P2W` or `PT8H`", text.trim());
        let upper = text.trim().to_uppercase();
        let text = upper.strip_prefix('+').unwrap_or(&upper).strip_prefix('P').ok_or_else(fault)?;
        let (days, times) = text.split_once('T').map_or((text, None), |(days, times)| (days, Some(times)));
        let mut length = Self::NOTHING;
        for (count, unit) in parts(days).ok_or_else(fault)? {
            length.clock += match unit {
                'W' => Duration::weeks(count),
                'D' => Duration::days(count),
                _ => return Err(fault()),
            };
        }
        for (count, unit) in times.map_or(Some(Vec::new()), parts).ok_or_else(fault)? {
            length.elapsed += match unit {
                'H' => Duration::hours(count),
                'M' => Duration::minutes(count),
                'S' => Duration::seconds(count),
                _ => return Err(fault()),
            };
        }
        if text.is_empty() || times.is_some_and(str::is_empty) { Err(fault()) } else { Ok(length) }
    }
}

/// `1D12H` as counts and units; at most seven digits and four parts.
fn parts(text: &str) -> Option<Vec<(i64, char)>> {
    let mut parts = Vec::new();
    let mut digits = String::new();
    for letter in text.chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
        } else {
            parts.push((digits.parse().ok().filter(|_| digits.len() <= 7)?, letter));
            digits.clear();
        }
    }
    (digits.is_empty() && parts.len() <= 4).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_every_form() {
        let seoul = Some(Tz::Asia__Seoul);
        let cases = [
            ("20260101", Some("2026-01-01")),
            ("20260101T093000", Some("2026-01-01 09:30:00 Asia/Seoul")),
            ("20260101T093000Z", Some("2026-01-01 09:30:00 UTC")),
            ("20260101t235960", Some("2026-01-01 23:59:59 Asia/Seoul")),
            ("20260230", None),
            ("00000101", None),
            ("2026-01-01", None),
            ("20260101T0930", None),
            ("20260101T246000", None),
            ("+2260101", None),
            ("２0260101", None),
            ("", None),
            ("T", None),
        ];
        for (text, expected) in cases {
            let shown = Moment::read(text, seoul).ok().map(|moment| match moment {
                Moment::Date(date) => date.to_string(),
                Moment::Time(time, zone) => format!("{time} {}", zone.unwrap()),
            });
            assert_eq!(shown.as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn lengths_are_read() {
        let cases = [
            ("P1D", Some((24 * 60, 0))),
            ("P2W", Some((14 * 24 * 60, 0))),
            ("PT8H", Some((0, 8 * 60))),
            ("+P1DT12H30M", Some((24 * 60, 12 * 60 + 30))),
            ("P1DT0H0M0S", Some((24 * 60, 0))),
            ("-P1D", None),
            ("P", None),
            ("PT", None),
            ("P1", None),
            ("P1H", None),
            ("P99999999D", None),
            ("1D", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let read = Length::read(text).ok().map(|length| (length.clock.num_minutes(), length.elapsed.num_minutes()));
            assert_eq!(read, expected, "{text:?}");
        }
    }

    #[test]
    fn zones_are_known_by_their_iana_names() {
        let cases = [
            ("Asia/Seoul", Some(Tz::Asia__Seoul)),
            ("/freeassociation.sourceforge.net/Europe/Berlin", Some(Tz::Europe__Berlin)),
            ("America/Argentina/Ushuaia", Some(Tz::America__Argentina__Ushuaia)),
            ("UTC", Some(Tz::UTC)),
            ("Korea Standard Time", None),
            ("a/b/UTC", None),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(zone(name), expected, "{name:?}");
        }
    }
}
