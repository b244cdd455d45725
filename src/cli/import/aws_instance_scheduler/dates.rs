//! The dates of a period: `weekdays`, `monthdays` and `months` as AWS writes them, and as schedule files do.
//!
//! Everything is counted out (`1/15` is the 1st, 16th and 31st) and written in the shortest form that both the reader of
//! schedule files and a person understand. Source: AWS's "Period reference", and how versions 1 to 3 read it.

use std::collections::BTreeSet;

use super::items::cut;
use crate::model;

pub(super) const WEEK: [&str; 7] = model::Days::FULL_NAMES;
const YEAR: [&str; 12] = model::Months::FULL_NAMES;

/// The dates that a period covers; an absent field covers everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Dates {
    pub(super) weekdays: Option<Weekdays>,
    pub(super) monthdays: Option<Monthdays>,
    /// 1 to 12.
    pub(super) months: Option<BTreeSet<usize>>,
    /// What AWS reads otherwise than it documents it.
    pub(super) remarks: Vec<(&'static str, String)>,
}

/// Days of the week, and single ones of each month.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Weekdays {
    /// 0 is Monday.
    pub(super) every: BTreeSet<usize>,
    /// The first to the fifth (1 to 5) or the last (6) of a month.
    single: BTreeSet<(usize, usize)>,
}

const LAST: usize = 6;

/// Days of the month.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Monthdays {
    days: BTreeSet<usize>,
    nearest: BTreeSet<usize>,
    last: bool,
}

impl Dates {
    /// Whether nothing but whole days of the week counts; the days then.
    pub(super) fn plain_weekdays(&self) -> Option<BTreeSet<usize>> {
        if self.monthdays.is_some() || self.months.is_some() {
            return None;
        }
        match &self.weekdays {
            None => Some((0..7).collect()),
            Some(weekdays) if weekdays.single.is_empty() => Some(weekdays.every.clone()),
            Some(_) => None,
        }
    }

    /// Whether the date after one that is covered is never covered itself.
    pub(super) fn are_apart(&self) -> bool {
        let weekdays = self.weekdays.as_ref().is_some_and(|weekdays| {
            let days: BTreeSet<usize> =
                weekdays.every.iter().chain(weekdays.single.iter().map(|(day, _)| day)).copied().collect();
            days.iter().all(|day| !days.contains(&((day + 1) % 7)))
        });
        let monthdays = self
            .monthdays
            .as_ref()
            .is_some_and(|monthdays| monthdays.days.len() + monthdays.nearest.len() + usize::from(monthdays.last) == 1);
        weekdays || monthdays
    }

    pub(super) fn shown_weekdays(&self) -> Option<String> {
        let weekdays = self.weekdays.as_ref()?;
        let single = weekdays.single.iter().map(|(day, which)| {
            let day = short(&WEEK, *day);
            if *which == LAST { format!("{day}L") } else { format!("{day}#{which}") }
        });
        Some(spans_round(&weekdays.every, &WEEK).into_iter().chain(single).collect::<Vec<_>>().join(","))
    }

    pub(super) fn shown_monthdays(&self) -> Option<String> {
        let monthdays = self.monthdays.as_ref()?;
        let days = spans(&monthdays.days)
            .into_iter()
            .map(|(first, last)| span(&first.to_string(), &last.to_string(), last - first));
        let nearest = monthdays.nearest.iter().map(|day| format!("{day}W"));
        Some(days.chain(nearest).chain(monthdays.last.then(|| "L".to_owned())).collect::<Vec<_>>().join(","))
    }

    pub(super) fn shown_months(&self) -> Option<String> {
        let months: BTreeSet<usize> = self.months.as_ref()?.iter().map(|month| month - 1).collect();
        Some(spans_round(&months, &YEAR).join(","))
    }
}

/// `DaysActive` for whole days of the week.
pub(super) fn days_active(days: &BTreeSet<usize>) -> String {
    let days: Vec<usize> = days.iter().copied().collect();
    match days.as_slice() {
        [0, 1, 2, 3, 4, 5, 6] => "all".to_owned(),
        [0, 1, 2, 3, 4] => "weekdays".to_owned(),
        [5, 6] => "weekends".to_owned(),
        _ => spans_round(&days.into_iter().collect(), &WEEK).join(","),
    }
}

/// Whole days of the week, as they are written in `Weekdays`.
pub(super) fn weekdays(days: &BTreeSet<usize>) -> Option<Weekdays> {
    (days.len() < 7).then(|| Weekdays { every: days.clone(), single: BTreeSet::new() })
}

fn short(names: &[&str], index: usize) -> String {
    names.get(index).map(|name| name.chars().take(3).collect()).unwrap_or_default()
}

fn span(first: &str, last: &str, length: usize) -> String {
    match length {
        0 => first.to_owned(),
        1 => format!("{first},{last}"),
        _ => format!("{first}-{last}"),
    }
}

/// The stretches of numbers that follow one another.
fn spans(numbers: &BTreeSet<usize>) -> Vec<(usize, usize)> {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for number in numbers {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => spans.push((*number, *number)),
        }
    }
    spans
}

/// The stretches by name; one that goes over the end of the week or year is one.
fn spans_round(numbers: &BTreeSet<usize>, names: &[&str]) -> Vec<String> {
    let mut spans = spans(numbers);
    if let (Some((first, until)), Some((from, last))) = (spans.first().copied(), spans.last().copied()) {
        let is_long = until + names.len() >= from + 2;
        if spans.len() > 1 && first == 0 && last + 1 == names.len() && is_long {
            spans.remove(0);
            spans.pop();
            spans.push((from, until + names.len()));
        }
    }
    let name = |number: usize| short(names, number % names.len());
    spans.into_iter().map(|(first, last)| span(&name(first), &name(last), last - first)).collect()
}

/// What a field counts, and from which number on.
struct Field<'a> {
    attribute: &'static str,
    names: &'a [&'a str],
    first: usize,
    last: usize,
    wraps: bool,
    allowed: &'static str,
}

const WEEKDAYS: Field<'_> = Field {
    attribute: "weekdays",
    names: &WEEK,
    first: 0,
    last: 6,
    wraps: true,
    allowed: "days such as `mon`, `mon-fri`, `0` (Monday) to `6`, `mon#1` and `friL`",
};
const MONTHDAYS: Field<'_> = Field {
    attribute: "monthdays",
    names: &[],
    first: 1,
    last: 31,
    wraps: false,
    allowed: "days such as `1`, `1-15`, `1/7`, `1-15/2`, `L` and `15W`",
};
const MONTHS: Field<'_> = Field {
    attribute: "months",
    names: &YEAR,
    first: 1,
    last: 12,
    wraps: true,
    allowed: "months such as `jan`, `jan-mar`, `1` to `12`, `jan/3` and `jan-jul/2`",
};

impl Field<'_> {
    fn fault(&self, part: &str) -> String {
        format!("`{}` is none of AWS's {}; allowed: {}", cut(part), self.attribute, self.allowed)
    }

    /// One day or month; names count by three letters at least, as AWS takes them.
    fn value(&self, text: &str) -> Option<usize> {
        let text = text.trim();
        if !text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit()) {
            return text.parse().ok().filter(|number| (self.first..=self.last).contains(number));
        }
        let text = text.to_lowercase();
        let is_it = |name: &str| text.chars().count() >= 3 && name.starts_with(&text);
        self.names.iter().position(|name| is_it(name)).map(|index| index + self.first)
    }

    fn end(&self, text: &str) -> Option<usize> {
        // `15-L` is to the end of the month; dates that a month does not have are none of it.
        if self.names.is_empty() && text.trim().eq_ignore_ascii_case("l") { Some(self.last) } else { self.value(text) }
    }

    /// A day, a range, either with a step; AWS counts a step from a single day on to the end.
    fn range(&self, part: &str, remarks: &mut Vec<(&'static str, String)>) -> Result<BTreeSet<usize>, String> {
        let fault = || self.fault(part);
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step.trim())),
            None => (part, None),
        };
        let number = |step: &str| step.parse::<usize>().ok().filter(|step| (1..=31).contains(step));
        let count = step.map_or(Some(1), number).ok_or_else(fault)?;
        let (first, last) = match range.split_once('-') {
            Some((first, last)) => (self.value(first), self.end(last)),
            None if step.is_some() => (self.value(range), Some(self.last)),
            None => (self.value(range), self.value(range)),
        };
        let (first, last) = first.zip(last).ok_or_else(fault)?;
        if first > last && !self.wraps {
            return Err(format!("`{part}` goes over the end of the month, which AWS refuses; write two ranges"));
        }
        if count >= 10 {
            let read = match count % 10 {
                0 => "as 0 and never comes to an end".to_owned(),
                digit => format!("as {digit}"),
            };
            let remark =
                format!("`{part}` is taken as AWS documents it, every {count}th; its version 3 reads the step {read}");
            remarks.push((self.attribute, remark));
        }
        let size = self.last - self.first + 1;
        let length = (last + size - first) % size;
        Ok((0..=length).step_by(count).map(|offset| (first - self.first + offset) % size + self.first).collect())
    }
}

/// Reads the fields of a period: lists of parts, each of which may be a list again.
pub(super) fn dates(
    weekdays: Option<&[String]>,
    monthdays: Option<&[String]>,
    months: Option<&[String]>,
) -> Result<Dates, (&'static str, String)> {
    let mut dates = Dates::default();
    let remarks = &mut dates.remarks;
    if let Some(parts) = parts(weekdays) {
        let read = read_weekdays(&parts, remarks).map_err(|message| ("weekdays", message))?;
        dates.weekdays = Some(read).filter(|weekdays| weekdays.every.len() < 7);
    }
    if let Some(parts) = parts(monthdays) {
        let read = read_monthdays(&parts, remarks).map_err(|message| ("monthdays", message))?;
        dates.monthdays = Some(read).filter(|monthdays| monthdays.days.len() < 31);
    }
    if let Some(parts) = parts(months) {
        let mut read = BTreeSet::new();
        for part in &parts {
            read.extend(MONTHS.range(part, remarks).map_err(|message| ("months", message))?);
        }
        dates.months = Some(read).filter(|months| months.len() < 12);
    }
    Ok(dates)
}

/// The parts of a field; `*` and `?` cover everything, as an absent field does.
fn parts(field: Option<&[String]>) -> Option<Vec<&str>> {
    let parts: Vec<&str> = field?.iter().flat_map(|text| text.split(',')).map(str::trim).collect();
    (!parts.iter().any(|part| ["*", "?"].contains(part))).then_some(parts)
}

fn read_weekdays(parts: &[&str], remarks: &mut Vec<(&'static str, String)>) -> Result<Weekdays, String> {
    let mut weekdays = Weekdays::default();
    for part in parts {
        let fault = || WEEKDAYS.fault(part);
        if let Some((day, which)) = part.split_once('#') {
            let which = which.trim().parse().ok().filter(|which| (1..=5).contains(which));
            weekdays.single.insert((WEEKDAYS.value(day).ok_or_else(fault)?, which.ok_or_else(fault)?));
        } else if part.eq_ignore_ascii_case("l") {
            // The last day of the week.
            weekdays.every.insert(WEEKDAYS.last);
        } else if let Some(day) = part.strip_suffix(['L', 'l']) {
            weekdays.single.insert((WEEKDAYS.value(day).ok_or_else(fault)?, LAST));
        } else {
            weekdays.every.extend(WEEKDAYS.range(part, remarks)?);
        }
    }
    let every = weekdays.every.clone();
    weekdays.single.retain(|(day, _)| !every.contains(day));
    Ok(weekdays)
}

fn read_monthdays(parts: &[&str], remarks: &mut Vec<(&'static str, String)>) -> Result<Monthdays, String> {
    let mut monthdays = Monthdays::default();
    for part in parts {
        if part.eq_ignore_ascii_case("l") {
            monthdays.last = true;
        } else if let Some(day) = part.strip_suffix(['W', 'w']) {
            let day = MONTHDAYS.value(day).ok_or_else(|| MONTHDAYS.fault(part))?;
            if day > 28 {
                let remark = format!(
                    "in a month without that day AWS fails on `{part}`; here it counts from the month's last day"
                );
                remarks.push(("monthdays", remark));
            }
            monthdays.nearest.insert(day);
        } else {
            monthdays.days.extend(MONTHDAYS.range(part, remarks)?);
        }
    }
    Ok(monthdays)
}

#[cfg(test)]
mod tests;
