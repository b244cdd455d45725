//! Dates, times and lengths as people write them in a command. An error holds what may have been meant.

use chrono::{Duration, NaiveDate, Weekday};

use crate::document::nearest;
use crate::model::{ClockValue, Day, ExceptionKind, Later};

/// What may have been meant.
pub(crate) type Near = Option<String>;

/// More than any order may ask for: the rest is judged where the schedule is known.
const MOST_MINUTES: i64 = 7 * 24 * 60;

const WEEKDAYS: [(Weekday, &[&str]); 7] = [
    (Weekday::Mon, &["mon", "monday", "월", "월요일"]),
    (Weekday::Tue, &["tue", "tuesday", "tues", "화", "화요일"]),
    (Weekday::Wed, &["wed", "wednesday", "수", "수요일"]),
    (Weekday::Thu, &["thu", "thursday", "thur", "thurs", "목", "목요일"]),
    (Weekday::Fri, &["fri", "friday", "금", "금요일"]),
    (Weekday::Sat, &["sat", "saturday", "토", "토요일"]),
    (Weekday::Sun, &["sun", "sunday", "일", "일요일"]),
];

/// `2026-11-23`, `today`, `tomorrow`, `mon`.
pub(super) fn day(text: &str) -> Result<Day, Near> {
    let text = text.to_lowercase();
    match text.as_str() {
        "today" | "오늘" => return Ok(Day::Today),
        "tomorrow" | "내일" => return Ok(Day::Tomorrow),
        _ => {}
    }
    if let Some((weekday, _)) = WEEKDAYS.iter().find(|(_, words)| words.contains(&text.as_str())) {
        return Ok(Day::Next(*weekday));
    }
    if let Some(date) = date(&text) {
        return Ok(Day::Date(date));
    }
    let words = WEEKDAYS.iter().flat_map(|(_, words)| words.iter().copied()).filter(|word| word.chars().count() > 2);
    // Other ways to write a date are too many to guess; those with the year first are plain.
    let year_first: Vec<&str> = text.split(['.', '/', '-']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let spelt = match year_first.as_slice() {
        [year, month, day] if year.len() == 4 => date(&format!("{year}-{month:0>2}-{day:0>2}")),
        _ => None,
    };
    let near = nearest(&text, words.chain(["today", "tomorrow"])).map(str::to_owned);
    Err(spelt.map(|date| date.to_string()).or(near))
}

fn date(text: &str) -> Option<NaiveDate> {
    let is_plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| is_plain)
}

/// `start` or `stop`.
pub(super) fn kind(text: &str) -> Result<ExceptionKind, Near> {
    match text.to_lowercase().as_str() {
        "start" | "시작" => Ok(ExceptionKind::Start),
        "stop" | "중지" | "정지" | "종료" => Ok(ExceptionKind::Stop),
        text => Err(nearest(text, ["start", "stop"]).map(str::to_owned)),
    }
}

/// `H:M` or `None`.
pub(super) fn time(text: &str) -> Result<Option<ClockValue>, Near> {
    match text.to_lowercase().as_str() {
        "none" | "없음" => Ok(None),
        text => clock(text).map(Some).ok_or_else(|| nearest(text, ["none"]).map(|_| "None".to_owned())),
    }
}

/// `1h`, `30m`, `1h30m`, or `22:30`.
pub(crate) fn later(text: &str) -> Result<Later, Near> {
    let text = text.to_lowercase();
    match clock(&text) {
        Some(value) => Ok(Later::Until(value)),
        None => length(&text).map(Later::By),
    }
}

/// A time of the day: `22:30`, `22시 30분`, `22시`.
fn clock(text: &str) -> Option<ClockValue> {
    let text = text.strip_suffix("까지").unwrap_or(text);
    if let Ok(value) = text.parse() {
        return Some(value);
    }
    // `1시간` is a length, and so is `1시간30분`.
    let (hour, minute) = text.split_once('시').filter(|(_, minute)| !minute.starts_with('간'))?;
    let minute = if minute.is_empty() { "0" } else { minute.strip_suffix('분')? };
    format!("{}:{}", hour.trim(), minute.trim()).parse().ok()
}

/// `1h`, `90m`, `1h30m`, `1시간 30분`, `1.5h`: some minutes, more than none.
pub(crate) fn length(text: &str) -> Result<Duration, Near> {
    let lower = text.to_lowercase();
    let mut text = lower.trim_start_matches('+');
    for filler in ["동안", "더"] {
        text = text.strip_suffix(filler).unwrap_or(text);
    }
    let mut minutes: i64 = 0;
    let mut last = i64::MAX;
    let mut rest = text;
    while !rest.is_empty() {
        let end =
            rest.find(|character: char| !character.is_ascii_digit() && character != '.').ok_or_else(|| plain(text))?;
        let (number, after) = rest.split_at(end);
        let unit_ends = after.find(|character: char| character.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_ends);
        let unit = match unit.trim() {
            "h" | "hr" | "hrs" | "hour" | "hours" | "시간" => 60,
            "m" | "min" | "mins" | "minute" | "minutes" | "분" => 1,
            _ => return Err(None),
        };
        // Each unit once, the larger one first.
        if unit >= last {
            return Err(None);
        }
        last = unit;
        minutes += of_number(number, unit).ok_or(None)?;
        rest = after;
    }
    if minutes == 0 || minutes > MOST_MINUTES { Err(None) } else { Ok(Duration::minutes(minutes)) }
}

/// A number of units in minutes; halves and quarters of an hour too.
fn of_number(number: &str, unit: i64) -> Option<i64> {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || whole.len() > 5 || part.len() > 2 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let hundredths: i64 = format!("{part:0<2}").parse().ok()?;
    let whole: i64 = whole.parse().ok()?;
    (hundredths * unit % 100 == 0).then_some(whole * unit + hundredths * unit / 100)
}

/// A bare number: minutes may be meant, or hours.
fn plain(text: &str) -> Near {
    let number = text.parse::<u16>().ok()?;
    Some(if number <= 8 { format!("{number}h") } else { format!("{number}m") })
}
