//! A plan as a picture: a row a schedule, a column a day, weeks one below the other. Readable on light and on dark pages.

use std::collections::BTreeSet;

use chrono::{Datelike as _, Duration, NaiveDate};

use super::{Entry, Plan, words};
use crate::engine::forecast::{self, Day, Totals};
use crate::model::Mode;

mod pen;
mod week;

use pen::{Anchor, Font, Ink, Pen};
use week::Week;

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum SvgError {
    /// Too long a stretch.
    #[error("a picture holds six weeks at most, this stretch has {0} days")]
    TooLong(i64),
    /// Too many schedules.
    #[error("a picture holds {MOST_ROWS} rows at most, these would be {0} (schedules times weeks)")]
    TooTall(usize),
}

/// Six weeks, and the hour by which clocks are put back in them.
const LONGEST: Duration = Duration::hours(6 * 7 * 24 + 1);
const MOST_ROWS: usize = 300;

const WIDTH: f64 = 900.0;
const EDGE: f64 = 24.0;
const TOP: f64 = 84.0;

/// The picture.
///
/// # Errors
/// When the stretch or the number of schedules is too large to be looked at.
pub(super) fn print(plan: &Plan) -> Result<String, SvgError> {
    if plan.to - plan.from > LONGEST {
        return Err(SvgError::TooLong((plan.to - plan.from).num_days()));
    }
    let days: Vec<Vec<Day>> =
        plan.entries.iter().map(|entry| forecast::days(entry.schedule.zone, &entry.phases)).collect();
    let dates: BTreeSet<NaiveDate> = days.iter().flatten().map(|day| day.date).collect();
    let dates: Vec<NaiveDate> = dates.into_iter().collect();
    // A week that begins at different hours in different zones touches eight dates.
    let columns = if dates.len() <= 8 { dates.len().max(1) } else { 7 };
    // Of several weeks each begins on its Monday.
    let is_same_week =
        |one: &NaiveDate, other: &NaiveDate| columns == dates.len() || one.iso_week() == other.iso_week();
    let weeks: Vec<&[NaiveDate]> = dates.chunk_by(is_same_week).collect();
    let rows = weeks.len() * plan.entries.len();
    if rows > MOST_ROWS {
        return Err(SvgError::TooTall(rows));
    }
    let mut pen = Pen::default();
    let mut y = TOP;
    for dates in weeks {
        y = Week::new(dates, columns).draw(&mut pen, y, &plan.entries, &days) + 14.0;
    }
    let height = y + 34.0;
    let mut rows = plan.entries.iter().zip(&days);
    let has_days_off = rows.any(|(entry, days)| days.iter().any(|day| week::is_day_off(&entry.schedule, day)));
    legend(&mut pen, y + 8.0, plan, has_days_off);
    let title = format!("Lamplighter: {}, {}", words::stretch(plan.zone, plan.from, plan.to), plan.zone);
    let mut sheet = Pen::default();
    sheet.rectangle(Ink::Line, (0.0, 0.0, WIDTH, height), 10.0, "");
    sheet.rectangle(Ink::Card, (1.0, 1.0, WIDTH - 2.0, height - 2.0), 9.0, "");
    heading(&mut sheet, plan);
    sheet.append(&pen);
    Ok(sheet.finish((WIDTH, height), &title))
}

fn heading(pen: &mut Pen, plan: &Plan) {
    let place = |y: f64| (EDGE, y);
    pen.text(Ink::Text, place(38.0), Font::bold(19.0), Anchor::Start, "When the servers run");
    let stretch = format!("{}, {}", words::stretch(plan.zone, plan.from, plan.to), plan.zone);
    pen.text(Ink::Dim, place(59.0), Font::plain(13.0), Anchor::Start, &stretch);
    let is_done = |entry: &&Entry| entry.schedule.enabled && entry.schedule.mode == Mode::Act;
    let totals = plan.entries.iter().filter(is_done).fold(Totals::default(), |all, entry| all.plus(entry.totals));
    if totals != Totals::default() {
        let share = words::share(totals.off_per_mille());
        pen.text(Ink::Text, (WIDTH - EDGE, 40.0), Font::bold(24.0), Anchor::End, &share);
        pen.text(Ink::Dim, (WIDTH - EDGE, 59.0), Font::plain(12.0), Anchor::End, "of the time switched off");
    }
}

fn legend(pen: &mut Pen, y: f64, plan: &Plan, has_days_off: bool) {
    let mut x = EDGE;
    let font = Font::plain(11.0);
    let mut say = |pen: &mut Pen, text: &str| {
        pen.text(Ink::Dim, (x + 24.0, y + 10.0), font, Anchor::Start, text);
        let at = x;
        x += 24.0 + font.width(text) + 20.0;
        at
    };
    let at = say(pen, "runs");
    pen.rectangle(Ink::On, (at, y + 1.0, 18.0, 10.0), 3.0, "");
    let at = say(pen, "switched off");
    pen.rectangle(Ink::Off, (at, y + 1.0, 18.0, 10.0), 3.0, "");
    if !plan.forecast.warnings.is_empty() {
        let at = say(pen, "warning in chat");
        pen.triangle(Ink::Warning, (at + 10.0, y + 9.5), "");
    }
    if has_days_off {
        let at = say(pen, "day off by an exception");
        pen.outline(Ink::Exception, (at, y + 1.0, 18.0, 10.0), "");
    }
    if plan.entries.iter().any(|entry| !entry.totals.unmanaged.is_zero()) {
        let at = say(pen, "left as it is");
        pen.line(Ink::Dim, (at, y + 6.0), (at + 18.0, y + 6.0), true);
    }
}

#[cfg(test)]
mod tests;
