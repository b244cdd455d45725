//! A plan for people: a row a day, a bar for the times of running, and the totals.

use std::io::IsTerminal as _;

use anstyle::{AnsiColor, Style};
use chrono::{Datelike as _, Duration, NaiveDate, Weekday};
use unicode_width::UnicodeWidthStr as _;

use super::bar::{self, Shade};
use super::{Entry, Plan, words};
use crate::document::Fault;
use crate::engine::forecast::{self, Day, Desired, Totals, is_followed};
use crate::model::Mode;

/// How much room there is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Screen {
    /// In columns.
    pub(super) width: usize,
    /// Whether longer lines would be broken: on a terminal.
    pub(super) breaks: bool,
}

impl Screen {
    /// That of the standard output; a fixed one where it is no terminal.
    pub(super) fn of_stdout() -> Self {
        let terminal = std::io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
        let width = terminal.map_or(DEFAULT_WIDTH, |(width, _)| usize::from(width.0));
        Self { width, breaks: terminal.is_some() }
    }

    /// As many cells a day as leave room for the times on the right.
    fn cells(self) -> i64 {
        match self.width {
            0..90 => 24,
            90..160 => 48,
            _ => 96,
        }
    }
}

const DEFAULT_WIDTH: usize = 100;
/// Of `Mon 21 Dec` and the gap after it.
const DATE_WIDTH: usize = 12;
/// Of a column of the totals.
const CELL_WIDTH: usize = 14;
/// A longer stretch has a heading for each month.
const MOST_DAYS_WITHOUT_MONTHS: i64 = 62;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const ON: Style = AnsiColor::Green.on_default();
const NOTE: Style = AnsiColor::Yellow.on_default();
const SHARE: Style = AnsiColor::Green.on_default().bold();

/// The plan, with its problems at the end.
pub(super) fn print(plan: &Plan, screen: Screen) -> String {
    let mut text = heading(plan);
    for entry in &plan.entries {
        text += "\n";
        text += &schedule(entry, plan, screen);
    }
    if !plan.entries.is_empty() {
        text += "\n";
        text += &totals(&plan.entries);
    }
    if !plan.problems.is_empty() {
        text += "\n";
        text += &problems(&plan.problems);
    }
    text
}

/// The problems, one a line.
pub(super) fn problems(problems: &[Fault]) -> String {
    let count = problems.len();
    let title = if count == 1 { "1 problem".to_owned() } else { format!("{count} problems") };
    let mut text = format!("{bad}{title}{bad:#}\n", bad = super::super::BAD);
    for fault in problems {
        let (place, what) = fault.place_and_words();
        text += &format!("  {BOLD}{}{BOLD:#}: {}\n", words::plain(&place), words::plain(&what));
    }
    text
}

fn heading(plan: &Plan) -> String {
    let stretch = words::stretch(plan.zone, plan.from, plan.to);
    if plan.entries.is_empty() {
        return format!("{BOLD}{stretch}{BOLD:#}, {}: no schedule\n", plan.zone);
    }
    let mut legend = format!("{ON}{}{ON:#} runs  {DIM}{}{DIM:#} off", bar::FULL, bar::OFF);
    let is_unmanaged = |entry: &Entry| is_followed(&entry.schedule) && !entry.totals.unmanaged.is_zero();
    if plan.entries.iter().any(is_unmanaged) {
        legend += &format!("  {DIM}{}{DIM:#} before the first start or stop", bar::UNMANAGED);
    }
    format!("{BOLD}{stretch}{BOLD:#}, {}    {legend}\n", plan.zone)
}

fn schedule(entry: &Entry, plan: &Plan, screen: Screen) -> String {
    let schedule = &entry.schedule;
    let about = [Some(schedule.zone.name()), entry.about.description.as_deref(), entry.about.owner.as_deref()];
    let about: Vec<String> = about.into_iter().flatten().map(words::plain).collect();
    let mut text = format!("{BOLD}{}{BOLD:#}  {DIM}{}{DIM:#}\n", schedule.name, about.join(" · "));
    if let Some(idleness) = words::idleness(schedule) {
        text += &format!("{:DATE_WIDTH$}{NOTE}{idleness}{NOTE:#}\n", "");
    }
    if !is_followed(schedule) {
        return text;
    }
    let rows: Vec<Row> = forecast::days(schedule.zone, &entry.phases).iter().map(|day| row(entry, day)).collect();
    let times_width = rows.iter().map(|row| row.times.width()).max().unwrap_or_default();
    let length_width = rows.iter().map(|row| row.length.width()).max().unwrap_or_default();
    let ruler = bar::ruler(screen.cells());
    let has_months = plan.to - plan.from > Duration::days(MOST_DAYS_WITHOUT_MONTHS);
    let mut month = None;
    for row in &rows {
        let of_row = (row.day.date.year(), row.day.date.month());
        if month.is_none() || (has_months && month != Some(of_row)) {
            let name = if has_months { row.day.date.format("%b %Y").to_string() } else { String::new() };
            text += &format!("{BOLD}{name:DATE_WIDTH$}{BOLD:#}{DIM}{ruler}{DIM:#}\n");
            month = Some(of_row);
        }
        text += &row.line(screen, times_width, length_width);
    }
    text
}

/// A day of a schedule.
struct Row {
    day: Day,
    times: String,
    length: String,
    notes: Vec<String>,
}

fn row(entry: &Entry, day: &Day) -> Row {
    let mut times = words::times(&entry.schedule, &entry.phases, day).join(", ");
    let length = if day.on.is_zero() { String::new() } else { words::length(day.on) };
    let exceptions = words::exceptions(&entry.schedule, day.date);
    let notes: Vec<String> = exceptions.iter().map(words::Noted::line).chain(words::clock_change(day)).collect();
    let is_stopped = day.pieces.iter().any(|piece| piece.desired == Desired::Stopped);
    if times.is_empty() && is_stopped && notes.is_empty() {
        "off".clone_into(&mut times);
    }
    Row { day: day.clone(), times, length, notes }
}

impl Row {
    fn line(&self, screen: Screen, times_width: usize, length_width: usize) -> String {
        let date = self.day.date.format("%a %-d %b").to_string();
        let is_quiet = is_weekend(self.day.date) || self.day.on.is_zero();
        let date_style = if is_quiet { DIM } else { Style::new() };
        let mut line = format!("{date_style}{date:DATE_WIDTH$}{date_style:#}{}", bar(&self.day, screen.cells()));
        let times_style = if self.day.on.is_zero() { DIM } else { Style::new() };
        line += &cell(&self.times, times_style, times_width, false);
        line += &cell(&self.length, BOLD, length_width, true);
        let notes = self.notes.join("; ");
        let columns = [times_width, length_width].into_iter().filter(|width| *width > 0).map(|width| width + 2);
        let width = DATE_WIDTH + bar::ruler(screen.cells()).width() + columns.sum::<usize>();
        if screen.breaks && !notes.is_empty() && width + "  * ".len() + notes.width() > screen.width {
            // No room beside the bar: below it.
            line = format!("{}\n{:DATE_WIDTH$}{NOTE}* {notes}{NOTE:#}", line.trim_end(), "");
        } else if !notes.is_empty() {
            line += &format!("  {NOTE}* {notes}{NOTE:#}");
        }
        format!("{}\n", line.trim_end())
    }
}

/// A gap and a text in a column; nothing where the column is empty in every row.
fn cell(text: &str, style: Style, width: usize, is_right: bool) -> String {
    let gap = width.saturating_sub(text.width());
    match (width, text) {
        (0, _) => String::new(),
        (_, "") => " ".repeat(width + 2),
        _ if is_right => format!("  {:gap$}{style}{text}{style:#}", ""),
        _ => format!("  {style}{text}{style:#}{:gap$}", ""),
    }
}

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The cells of a day; equal ones share a style.
fn bar(day: &Day, count: i64) -> String {
    let mut bar = String::new();
    for run in bar::cells(&day.pieces, count).chunk_by(|(one, _), (other, _)| one == other) {
        let signs: String = run.iter().map(|(_, sign)| *sign).collect();
        let style = match run.first().map(|(shade, _)| *shade) {
            Some(Shade::On) => ON,
            Some(Shade::Off | Shade::Unmanaged) => DIM,
            Some(Shade::Outside) | None => Style::new(),
        };
        bar += &format!("{style}{signs}{style:#}");
    }
    bar
}

/// A table: hours on and off and the share switched off, by schedule and in total.
fn totals(entries: &[Entry]) -> String {
    let is_done = |entry: &&Entry| entry.schedule.enabled && entry.schedule.mode == Mode::Act;
    let mut rows: Vec<(String, Option<Totals>, String)> = Vec::new();
    for entry in entries {
        let totals = is_followed(&entry.schedule).then_some(entry.totals);
        rows.push((entry.schedule.name.to_string(), totals, words::warning(&entry.schedule)));
    }
    if entries.len() > 1 && entries.iter().any(|entry| is_done(&entry)) {
        let all = entries.iter().filter(is_done).fold(Totals::default(), |all, entry| all.plus(entry.totals));
        let is_part = entries.iter().any(|entry| !is_done(&entry));
        let note = if is_part { "of those that are started and stopped" } else { "" };
        rows.push(("Total".to_owned(), Some(all), note.to_owned()));
    }
    let has_unmanaged = rows.iter().any(|(_, totals, _)| totals.is_some_and(|totals| !totals.unmanaged.is_zero()));
    let name_width = rows.iter().map(|(name, ..)| name.width()).max().unwrap_or_default().max(DATE_WIDTH - 2);
    let title = |text: &str| format!("{text:>CELL_WIDTH$}");
    let mut text = format!("{DIM}{:name_width$}{}{}", "", title("on"), title("off"));
    if has_unmanaged {
        text += &title("neither");
    }
    text += &format!("{}{DIM:#}\n", title("switched off"));
    for (name, totals, note) in rows {
        let style = if name == "Total" { BOLD } else { Style::new() };
        let gap = name_width.saturating_sub(name.width());
        let mut line = format!("{style}{name}{style:#}{:gap$}", "");
        let cell = |value: Option<String>| format!("{:>CELL_WIDTH$}", value.unwrap_or_else(|| "–".to_owned()));
        line += &cell(totals.map(|totals| words::length(totals.on)));
        line += &cell(totals.map(|totals| words::length(totals.off)));
        if has_unmanaged {
            let unmanaged = totals.filter(|totals| !totals.unmanaged.is_zero());
            line += &cell(unmanaged.map(|totals| words::length(totals.unmanaged)));
        }
        let share = cell(totals.map(|totals| words::share(totals.off_per_mille())));
        line += &format!("{SHARE}{share}{SHARE:#}    {DIM}{note}{DIM:#}");
        text += line.trim_end();
        text += "\n";
    }
    text
}

#[cfg(test)]
mod tests;
