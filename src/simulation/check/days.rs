//! Lists of days as people write them: `DaysActive`, and the lists of a period.

use serde_json::Value;

use super::timetable::Part;

const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const YEAR: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Reads a part of a list; `None` is a fault.
pub(super) type ReadPart = fn(&str) -> Option<Vec<Part>>;

/// The lists of a period.
pub(super) const LISTS: [(&str, ReadPart); 3] =
    [("Weekdays", weekdays_of_period), ("Monthdays", monthdays), ("Months", months)];

/// One or two digits.
pub(super) fn number(text: &str) -> Option<u32> {
    let is_plain = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

fn within(text: &str, least: u32, most: u32) -> Option<u32> {
    number(text).filter(|number| (least..=most).contains(number))
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase()
}

fn place(names: &[&str], text: &str) -> Option<u32> {
    (0..).zip(names).find(|(_, name)| **name == text).map(|(index, _)| index)
}

/// `DaysActive`.
pub(super) fn days_active(text: &str) -> Option<Vec<Part>> {
    let text = squeezed(text);
    if let Some(days) = whole(&text) {
        return Some(days);
    }
    let parts: Option<Vec<Vec<Part>>> = text.split(',').map(weekdays).collect();
    parts.map(|parts| parts.concat())
}

/// The words that stand for several days.
fn whole(text: &str) -> Option<Vec<Part>> {
    let days = match text {
        "all" => 0..7,
        "weekdays" => 0..5,
        "weekends" => 5..7,
        _ => return None,
    };
    Some(days.map(Part::Weekday).collect())
}

/// A day or a range of days, over the weekend if need be.
fn weekdays(part: &str) -> Option<Vec<Part>> {
    let (first, last) = part.split_once('-').unwrap_or((part, part));
    let (first, last) = (place(&WEEK, first)?, place(&WEEK, last)?);
    let count = (last + 7 - first) % 7;
    Some((0..=count).map(|step| Part::Weekday((first + step) % 7)).collect())
}

fn weekdays_of_period(part: &str) -> Option<Vec<Part>> {
    if let Some(days) = whole(part).or_else(|| weekdays(part)) {
        return Some(days);
    }
    if let Some((day, nth)) = part.split_once('#') {
        let nth = within(nth, 1, 5).filter(|_| nth.len() == 1)?;
        return Some(vec![Part::Nth(place(&WEEK, day)?, nth)]);
    }
    Some(vec![Part::LastWeekday(place(&WEEK, part.strip_suffix('l')?)?)])
}

/// Splits `1-7/2` into its range and step.
fn stepped(part: &str) -> Option<(&str, Option<u32>)> {
    match part.split_once('/') {
        None => Some((part, None)),
        Some((range, step)) => Some((range, Some(within(step, 1, 31)?))),
    }
}

fn monthdays(part: &str) -> Option<Vec<Part>> {
    if part == "l" {
        return Some(vec![Part::LastDay]);
    }
    if let Some(day) = part.strip_suffix('w') {
        return Some(vec![Part::Nearest(within(day, 1, 31)?)]);
    }
    let (range, step) = stepped(part)?;
    let (first, last) = match range.split_once('-') {
        Some((first, last)) => (within(first, 1, 31)?, within(last, 1, 31)?),
        None => (within(range, 1, 31)?, if step.is_some() { 31 } else { within(range, 1, 31)? }),
    };
    let days = (first..=last).step_by(step.unwrap_or(1) as usize).map(Part::Day);
    (first <= last).then(|| days.collect())
}

fn month(text: &str) -> Option<u32> {
    place(&YEAR, text).map(|index| index + 1).or_else(|| within(text, 1, 12))
}

/// Over New Year if need be.
fn months(part: &str) -> Option<Vec<Part>> {
    let (range, step) = stepped(part)?;
    let (first, last) = match range.split_once('-') {
        Some((first, last)) => (month(first)?, month(last)?),
        None => (month(range)?, if step.is_some() { 12 } else { month(range)? }),
    };
    let last = if last < first { last + 12 } else { last };
    Some((first..=last).step_by(step.unwrap_or(1) as usize).map(|month| Part::Month((month - 1) % 12 + 1)).collect())
}

/// A list of a period: text, a number, or a list of these.
pub(super) fn list(value: &Value, part: ReadPart) -> Option<Vec<Part>> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_u64() => Some(number.to_string()),
        _ => None,
    };
    let text = match value {
        Value::Array(elements) if !elements.is_empty() => {
            elements.iter().map(text).collect::<Option<Vec<_>>>()?.join(",")
        }
        value => text(value)?,
    };
    let parts: Option<Vec<Vec<Part>>> = squeezed(&text).split(',').map(part).collect();
    parts.map(|parts| parts.concat())
}
