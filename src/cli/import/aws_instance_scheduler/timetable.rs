//! What the periods of a schedule come to, as `Periods` or as one daily window.

use std::collections::BTreeSet;

use super::dates::{self, Dates};
use super::period::{DAY, Period};
use super::week;
use crate::document::yaml;

/// When a schedule's instances run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Timetable {
    /// On whole days of the week, one window.
    Daily { comment: String, days: BTreeSet<usize>, start: Option<usize>, stop: Option<usize> },
    /// Anything else.
    Periods(Vec<Line>),
}

/// One of `Periods`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// What people called it.
    comment: String,
    dates: Dates,
    start: Option<usize>,
    stop: Option<usize>,
}

/// Makes a timetable of the periods, which are sorted and not empty.
///
/// # Errors
/// Why it cannot be imported as AWS carries it out.
pub(super) fn timetable(periods: &[&Period], remarks: &mut Vec<String>) -> Result<Timetable, String> {
    let lines = if periods.iter().any(|period| period.is_one_sided()) {
        one_sided(periods, remarks)?
    } else {
        periods.iter().map(|period| two_sided(period, periods, remarks)).collect()
    };
    match lines.as_slice() {
        [line] => match line.dates.plain_weekdays() {
            Some(days) => {
                Ok(Timetable::Daily { comment: line.comment.clone(), days, start: line.start, stop: line.stop })
            }
            None => Ok(Timetable::Periods(lines)),
        },
        _ => Ok(Timetable::Periods(lines)),
    }
}

fn two_sided(period: &Period, periods: &[&Period], remarks: &mut Vec<String>) -> Line {
    let mut stop = period.end.unwrap_or(DAY);
    let after = periods.iter().find(|other| other.begin == Some(stop + 1) && other.name != period.name);
    if let Some(after) = after {
        remarks.push(format!(
            "period `{}` ends a minute before `{}` begins, and AWS stops nothing in between: its stop is written a minute later",
            period.name, after.name
        ));
        stop += 1;
    }
    line(period, Some(period.begin.unwrap_or(0)), Some(stop))
}

/// What people called it.
fn comment(period: &Period) -> String {
    match &period.description {
        Some(description) => format!("{}: {description}", period.name),
        None => period.name.clone(),
    }
}

fn line(period: &Period, start: Option<usize>, stop: Option<usize>) -> Line {
    Line { comment: comment(period), dates: period.dates.clone(), start, stop }
}

/// Periods of which at least one only begins or only ends.
fn one_sided(periods: &[&Period], remarks: &mut Vec<String>) -> Result<Vec<Line>, String> {
    if let [period] = periods {
        if period.begin.is_none() {
            return Ok(vec![line(period, None, period.end)]);
        }
        if period.dates.plain_weekdays().is_none() && period.dates.are_apart() {
            remarks.push(format!(
                "period `{}` only begins: AWS stops at the end of the day, which is written",
                period.name
            ));
            return Ok(vec![line(period, period.begin, Some(DAY))]);
        }
    }
    let names = || periods.iter().map(|period| format!("`{}`", period.name)).collect::<Vec<_>>().join(", ");
    let stretches = week::stretches(periods).ok_or_else(|| {
        "has a period with only one of begintime and endtime, and one that counts days of the month, months or single \
         weekdays of a month: what AWS makes of them together cannot be written; give each of them both times"
            .to_owned()
    })?;
    if stretches.is_empty() {
        return Err("comes to neither a start nor a stop in any week".to_owned());
    }
    if stretches.len() > 1 || periods.len() > 1 {
        remarks.push(format!(
            "{} with only one of begintime and endtime: the starts and stops that AWS makes of it in a week are written out",
            if periods.len() == 1 { format!("a period ({})", names()) } else { format!("periods ({}), some", names()) }
        ));
    }
    // What is written out is of all of them together.
    let all = periods.iter().map(|period| comment(period)).collect::<Vec<_>>().join("; ");
    let line = |(index, stretch): (usize, week::Stretch)| {
        let comment = if index == 0 { all.clone() } else { String::new() };
        let dates = Dates { weekdays: dates::weekdays(&stretch.days), ..Dates::default() };
        Line { comment, dates, start: stretch.start, stop: stretch.stop }
    };
    Ok(stretches.into_iter().enumerate().map(line).collect())
}

fn clock(minutes: Option<usize>) -> String {
    let text = minutes.map_or_else(|| "None".to_owned(), |minutes| format!("{:02}:{:02}", minutes / 60, minutes % 60));
    yaml::quoted(&text)
}

impl Timetable {
    /// The same on every day.
    pub(super) fn every_day(start: Option<usize>, stop: Option<usize>) -> Self {
        Self::Daily { comment: String::new(), days: (0..7).collect(), start, stop }
    }

    /// The attributes, a line each, around `Enabled`, which people look for near the days.
    pub(super) fn text(&self, enabled: bool) -> String {
        match self {
            Self::Daily { comment, days, start, stop } => format!(
                "{}  DaysActive: {}\n  Enabled: {enabled}\n  StartTime: {}\n  StopTime: {}\n",
                yaml::comment("  ", comment),
                yaml::text(&dates::days_active(days)),
                clock(*start),
                clock(*stop)
            ),
            Self::Periods(lines) => {
                let lines: String = lines.iter().map(Line::text).collect();
                format!("  Enabled: {enabled}\n  Periods:\n{lines}")
            }
        }
    }
}

impl Line {
    fn text(&self) -> String {
        let fields = [
            ("Weekdays", self.dates.shown_weekdays()),
            ("Monthdays", self.dates.shown_monthdays()),
            ("Months", self.dates.shown_months()),
        ];
        let fields = fields.into_iter().filter_map(|(name, value)| Some(format!("{name}: {}, ", yaml::text(&value?))));
        let fields: String = fields.collect();
        let times = format!("StartTime: {}, StopTime: {}", clock(self.start), clock(self.stop));
        format!("{}    - {{{fields}{times}}}\n", yaml::comment("    ", &self.comment))
    }
}
