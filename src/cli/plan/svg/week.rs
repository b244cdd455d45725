//! Some days of all schedules, side by side: a row a schedule.

use chrono::{DateTime, Datelike as _, Duration, NaiveDate, Utc, Weekday};

use super::super::{Entry, words};
use super::pen::{Anchor, Font, Ink, Pen, real};
use super::{EDGE, WIDTH};
use crate::engine::calendar;
use crate::engine::forecast::{self, Day, Desired, Phase, Totals, is_followed};
use crate::model::Schedule;

/// Where the days begin and end.
pub(super) const LEFT: f64 = 178.0;
pub(super) const RIGHT: f64 = 788.0;
/// Of the names of the days above their columns.
const HEAD: f64 = 46.0;
const BAR: f64 = 22.0;
/// From the top of a row to its bars.
const ABOVE_BAR: f64 = 24.0;
/// Of times below one another; a day of more windows shows the others when the mouse rests on them.
const MOST_LINES: usize = 4;
const LINE: f64 = 13.0;
const A_DAY: f64 = 86_400.0;

/// Some days side by side.
pub(super) struct Week<'a> {
    dates: &'a [NaiveDate],
    columns: usize,
    /// The column of the first date.
    first: usize,
}

/// A part of a row in which the schedule runs without a break, in pixels.
struct Bar {
    from_x: f64,
    to_x: f64,
    label: String,
}

impl<'a> Week<'a> {
    /// These dates, in as many columns as weeks have in the picture; where they are fewer, below those of their weekdays.
    pub(super) fn new(dates: &'a [NaiveDate], columns: usize) -> Self {
        let weekday =
            dates.first().map_or(0, |date| usize::try_from(date.weekday().num_days_from_monday()).unwrap_or(0));
        let first = if dates.len() < columns { weekday } else { 0 };
        Self { dates, columns, first }
    }

    fn column(&self) -> f64 {
        (RIGHT - LEFT) / real(self.columns)
    }

    /// Where a time of a day is.
    fn x(&self, index: usize, seconds: i64) -> f64 {
        LEFT + (real(self.first + index) + real(usize::try_from(seconds).unwrap_or_default()) / A_DAY) * self.column()
    }

    fn begin(&self) -> f64 {
        self.x(0, 0)
    }

    fn end(&self) -> f64 {
        self.x(self.dates.len(), 0)
    }

    /// Draws the week below `y`; gives where it ends.
    pub(super) fn draw(&self, pen: &mut Pen, y: f64, entries: &[Entry], days: &[Vec<Day>]) -> f64 {
        let first_y = y + HEAD;
        let mut rows = Pen::default();
        let mut end_y = first_y;
        for (entry, days) in entries.iter().zip(days) {
            rows.line(Ink::Line, (EDGE, end_y), (WIDTH - EDGE, end_y), false);
            end_y = self.row(&mut rows, end_y, entry, days);
        }
        self.days(pen, y, end_y);
        pen.append(&rows);
        end_y
    }

    /// The names of the days, the hours, and the ground of weekends.
    fn days(&self, pen: &mut Pen, y: f64, end_y: f64) {
        for (index, date) in self.dates.iter().enumerate() {
            let (x, next_x) = (self.x(index, 0), self.x(index + 1, 0));
            if matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
                pen.rectangle(Ink::Weekend, (x, y, next_x - x, end_y - y), 0.0, "");
            }
            let middle = f64::midpoint(x, next_x);
            let font = Font::bold(12.0);
            let whole = date.format("%a %-d %b").to_string();
            let has_room = font.width(&whole) <= self.column() - 6.0;
            let name = if has_room || index == 0 { whole } else { date.format("%a %-d").to_string() };
            pen.text(Ink::Text, (middle, y + 14.0), font, Anchor::Middle, &name);
            let step = if self.column() > 250.0 { 3 } else { 6 };
            for hour in (step..24).step_by(step) {
                let hour_x = self.x(index, i64::try_from(hour).unwrap_or_default() * 3600);
                pen.text(Ink::Dim, (hour_x, y + 32.0), Font::plain(9.0), Anchor::Middle, &format!("{hour:02}"));
                pen.line(Ink::Line, (hour_x, y + 36.0), (hour_x, y + HEAD), false);
            }
        }
        for index in 0..=self.dates.len() {
            let x = self.x(index, 0);
            pen.line(Ink::Line, (x, y + 24.0), (x, y + HEAD), false);
        }
    }

    /// A schedule; gives where its row ends.
    fn row(&self, pen: &mut Pen, y: f64, entry: &Entry, days: &[Day]) -> f64 {
        let schedule = &entry.schedule;
        let width = LEFT - EDGE - 10.0;
        let name = Font::bold(14.0).cut(schedule.name.as_str(), width);
        pen.text(Ink::Text, (EDGE, y + 28.0), Font::bold(14.0), Anchor::Start, &name);
        let about = [Some(schedule.zone.name()), entry.about.owner.as_deref()];
        for (index, about) in about.into_iter().flatten().enumerate() {
            let text = Font::plain(11.0).cut(about, width);
            pen.text(Ink::Dim, (EDGE, y + 44.0 + 14.0 * real(index)), Font::plain(11.0), Anchor::Start, &text);
        }
        let bar_y = y + ABOVE_BAR;
        if !is_followed(schedule) {
            let idleness = words::idleness(schedule).unwrap_or_default();
            pen.line(Ink::Dim, (self.begin(), bar_y + BAR / 2.0), (self.end(), bar_y + BAR / 2.0), true);
            pen.text(Ink::Dim, (self.begin() + 8.0, bar_y + BAR + 14.0), Font::plain(11.0), Anchor::Start, idleness);
            return y + 76.0;
        }
        let days: Vec<(usize, &Day)> = self.of_week(days);
        self.ground(pen, bar_y, &days);
        let bars = self.bars(entry, &days);
        for bar in &bars {
            let rectangle = (bar.from_x, bar_y, (bar.to_x - bar.from_x).max(1.5), BAR);
            pen.rectangle(Ink::On, rectangle, 4.0, &format!("{} runs {}", schedule.name, bar.label));
        }
        self.exceptions(pen, bar_y, entry, &days);
        self.warnings(pen, bar_y, entry, &days);
        let lines = self.labels(pen, bar_y + BAR + 14.0, &bars);
        share(pen, bar_y, entry, &days);
        y + (ABOVE_BAR + BAR + 16.0 + LINE * real(lines)).max(76.0)
    }

    fn of_week<'b>(&self, days: &'b [Day]) -> Vec<(usize, &'b Day)> {
        let index = |day: &Day| self.dates.iter().position(|date| *date == day.date);
        days.iter().filter_map(|day| index(day).map(|index| (index, day))).collect()
    }

    /// What lies below the bars: switched off, or not decided yet.
    fn ground(&self, pen: &mut Pen, y: f64, days: &[(usize, &Day)]) {
        let (mut off, mut unmanaged) = (Vec::new(), Vec::new());
        for (index, day) in days {
            for piece in &day.pieces {
                // Below the bars as well, so that the ground does not end at their round corners.
                let parts = if piece.desired == Desired::Unmanaged { &mut unmanaged } else { &mut off };
                join(parts, self.x(*index, piece.local_from), self.x(*index, piece.local_to));
            }
        }
        for (from_x, to_x) in unmanaged {
            pen.line(Ink::Dim, (from_x, y + BAR / 2.0), (to_x, y + BAR / 2.0), true);
        }
        for (from_x, to_x) in &off {
            pen.rectangle(Ink::Off, (*from_x, y, to_x - from_x, BAR), 4.0, "");
        }
        for (index, _) in days.iter().skip(1) {
            let x = self.x(*index, 0);
            if off.iter().any(|(from_x, to_x)| *from_x < x && x < *to_x) {
                pen.line(Ink::Card, (x, y), (x, y + BAR), false);
            }
        }
    }

    /// The times of running, over midnight in one piece.
    fn bars(&self, entry: &Entry, days: &[(usize, &Day)]) -> Vec<Bar> {
        let (Some((_, first)), Some((_, last))) = (days.first(), days.last()) else { return Vec::new() };
        let mut bars = Vec::new();
        let running = entry.phases.iter().filter(|phase| phase.desired == Desired::Running);
        for phase in running.filter(|phase| phase.from_at < last.to_at && first.from_at < phase.to_at) {
            let mut parts: Vec<(f64, f64)> = Vec::new();
            for (index, day) in days.iter().filter(|(_, day)| phase.from_at < day.to_at && day.from_at < phase.to_at) {
                for day in forecast::days(entry.schedule.zone, &[clipped(phase, day)]) {
                    for piece in &day.pieces {
                        join(&mut parts, self.x(*index, piece.local_from), self.x(*index, piece.local_to));
                    }
                }
            }
            let label = label(entry, phase, (first.from_at, last.to_at));
            for (part, (from_x, to_x)) in parts.into_iter().enumerate() {
                let label = if part == 0 { label.clone() } else { String::new() };
                bars.push(Bar { from_x, to_x, label });
            }
        }
        bars
    }

    /// Marks the days that exceptions change, with the reason above.
    fn exceptions(&self, pen: &mut Pen, y: f64, entry: &Entry, days: &[(usize, &Day)]) {
        for (index, day) in days {
            let notes = words::exceptions(&entry.schedule, day.date);
            let told = notes.iter().map(words::Noted::line).chain(words::clock_change(day)).collect::<Vec<_>>();
            let (x, width) = (self.x(*index, 0), self.column());
            if is_day_off(&entry.schedule, day) {
                pen.outline(Ink::Exception, (x + 2.0, y, width - 4.0, BAR), &told.join("; "));
            }
            let short = notes.iter().map(|note| note.reason.clone().unwrap_or_else(|| note.effects.join(", ")));
            let short = short.chain(words::clock_change(day).map(|_| format!("{} day", words::length(day.whole))));
            let short = short.collect::<Vec<_>>().join("; ");
            if !short.is_empty() {
                let font = Font::bold(10.0);
                let text = font.cut(&short, width - 4.0);
                pen.text(Ink::Exception, (x + width / 2.0, y - 9.0), font, Anchor::Middle, &text);
            }
        }
    }

    /// Marks when people are warned.
    fn warnings(&self, pen: &mut Pen, y: f64, entry: &Entry, days: &[(usize, &Day)]) {
        let entry_end = entry.phases.last().map_or(DateTime::<Utc>::MAX_UTC, |phase| phase.to_at);
        for (index, day) in days {
            // The stop of what is off already is planned too, but there is nobody to be warned.
            let ends = |at| {
                entry
                    .phases
                    .iter()
                    .any(|phase| phase.desired == Desired::Running && phase.to_at >= at && phase.from_at < at)
            };
            for (at, stop_at) in forecast::warnings(&entry.schedule, day.from_at, day.to_at) {
                if !ends(stop_at.min(entry_end)) {
                    continue;
                }
                let zone = entry.schedule.zone;
                let local = at.with_timezone(&zone).time();
                let seconds = i64::from(chrono::Timelike::num_seconds_from_midnight(&local));
                let told =
                    format!("warning at {} of the stop at {}", words::moment(zone, at), words::moment(zone, stop_at));
                pen.triangle(Ink::Warning, (self.x(*index, seconds), y), &told);
            }
        }
    }

    /// Writes the times below their bars, on several lines where they would meet; gives the number of lines.
    fn labels(&self, pen: &mut Pen, y: f64, bars: &[Bar]) -> usize {
        let font = Font::plain(10.5);
        let mut ends: Vec<f64> = vec![LEFT - 4.0];
        for bar in bars.iter().filter(|bar| !bar.label.is_empty()) {
            let half = font.width(&bar.label) / 2.0;
            let (left, right) = self.room(bar, half * 2.0);
            let middle = f64::midpoint(bar.from_x, bar.to_x).clamp(left + half, (right - half).max(left + half));
            let free = ends.iter().position(|end| *end + 4.0 <= middle - half);
            let line = match free {
                Some(line) => line,
                None if ends.len() < MOST_LINES => {
                    ends.push(LEFT - 4.0);
                    ends.len() - 1
                }
                // No room: what the mouse shows has to do.
                None => continue,
            };
            if let Some(end) = ends.get_mut(line) {
                *end = middle + half;
            }
            pen.text(Ink::Dim, (middle, y + LINE * real(line)), font, Anchor::Middle, &bar.label);
        }
        ends.len()
    }

    /// Where the label of a bar may lie: in the column of its day, if it is within one.
    fn room(&self, bar: &Bar, width: f64) -> (f64, f64) {
        let index = ((bar.from_x - LEFT) / self.column()).floor();
        let (left, right) = (LEFT + index * self.column(), LEFT + (index + 1.0) * self.column());
        let is_within = bar.to_x <= right + 0.01 && width <= right - left;
        if is_within { (left, right) } else { (self.begin(), self.end()) }
    }
}

/// Whether a schedule has an exception on a day and does not run.
pub(super) fn is_day_off(schedule: &Schedule, day: &Day) -> bool {
    is_followed(schedule) && day.on.is_zero() && schedule.exceptions.contains_key(&day.date)
}

/// Adds a part to parts; one that begins where the last ends makes it longer.
fn join(parts: &mut Vec<(f64, f64)>, from_x: f64, to_x: f64) {
    match parts.last_mut() {
        Some((_, end)) if from_x <= *end + 0.01 => *end = end.max(to_x),
        _ => parts.push((from_x, to_x)),
    }
}

/// The part of a phase that lies on a day.
fn clipped(phase: &Phase, day: &Day) -> Phase {
    Phase { from_at: phase.from_at.max(day.from_at), to_at: phase.to_at.min(day.to_at), ..*phase }
}

/// From when to when a phase runs, as far as it lies in the week.
fn label(entry: &Entry, phase: &Phase, (from, to): (DateTime<Utc>, DateTime<Utc>)) -> String {
    let zone = entry.schedule.zone;
    let begins = phase.from_at >= from && !phase.began_before();
    let ends = phase.to_at < to || (phase.to_at == to && !phase.goes_on);
    // Of more than a day, one has to know which days.
    let is_long = phase.to_at - phase.since_at.unwrap_or(phase.from_at) > Duration::days(1);
    let time = |at: DateTime<Utc>| {
        let local = at.with_timezone(&zone);
        local.format(if is_long { "%a %H:%M" } else { "%H:%M" }).to_string()
    };
    let date = calendar::local_date(zone, phase.to_at - Duration::nanoseconds(1));
    let end = match words::clock(zone, date, phase.to_at) {
        end if end == "24:00" && is_long => format!("{} {end}", date.format("%a")),
        end if end == "24:00" => end,
        _ => time(phase.to_at),
    };
    match (begins, ends) {
        (true, true) => format!("{}–{end}", time(phase.from_at)),
        (true, false) => format!("{}–…", time(phase.from_at)),
        (false, true) => format!("…–{end}"),
        (false, false) => "all the time".to_owned(),
    }
}

/// The share of these days that is switched off.
fn share(pen: &mut Pen, y: f64, entry: &Entry, days: &[(usize, &Day)]) {
    let (Some((_, first)), Some((_, last))) = (days.first(), days.last()) else { return };
    let totals = Totals::of(&forecast::phases(&entry.schedule, first.from_at, last.to_at));
    let share = format!("{} off", words::share(totals.off_per_mille()));
    pen.text(Ink::Text, (WIDTH - EDGE, y + 15.0), Font::bold(13.0), Anchor::End, &share);
    let on = format!("{} on", words::length(totals.on));
    pen.text(Ink::Dim, (WIDTH - EDGE, y + 31.0), Font::plain(11.0), Anchor::End, &on);
}
