//! A stretch of time by local dates: what is wanted at which time of the wall clock.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Offset as _, TimeZone as _, Utc};
use chrono_tz::Tz;

use super::{Desired, Phase};
use crate::engine::calendar;

/// A local date, as far as it lies in the stretch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The date.
    pub date: NaiveDate,
    /// Where it, or the stretch, begins.
    pub from_at: DateTime<Utc>,
    /// Where it, or the stretch, ends.
    pub to_at: DateTime<Utc>,
    /// What is wanted when, in the order of time.
    pub pieces: Vec<Piece>,
    /// The time that really passes from midnight to midnight: 23 or 25 hours where the clocks change.
    pub whole: Duration,
    /// The time that really passes while the schedule runs, within the stretch.
    pub on: Duration,
}

/// A part of a day on the wall clock, in seconds after midnight.
///
/// Where clocks are put back two pieces hold the same times; where they are put forward no piece holds those left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Its beginning, from 0.
    pub local_from: i64,
    /// Its end, up to 86400.
    pub local_to: i64,
    /// What is wanted.
    pub desired: Desired,
}

const A_DAY: i64 = 86_400;

/// Divides the phases of a schedule in this zone by local dates.
#[must_use]
pub fn days(zone: Tz, phases: &[Phase]) -> Vec<Day> {
    let (Some(first), Some(last)) = (phases.first(), phases.last()) else { return Vec::new() };
    let (from, to) = (first.from_at, last.to_at);
    // Clocks that are put back over midnight show the date before once more: a date later, to miss nothing.
    let end = calendar::local_date(zone, to).succ_opt();
    let dates = calendar::local_date(zone, from).iter_days().take_while(|date| Some(*date) <= end);
    dates.filter_map(|date| day(zone, phases, date, (from, to))).collect()
}

/// What a date holds; `None` when it lies outside of the stretch.
fn day(zone: Tz, phases: &[Phase], date: NaiveDate, (from, to): (DateTime<Utc>, DateTime<Utc>)) -> Option<Day> {
    let begin_at = calendar::instant(zone, date.and_time(NaiveTime::MIN));
    let end_at = calendar::instant(zone, date.succ_opt()?.and_time(NaiveTime::MIN));
    let (from_at, to_at) = (begin_at.max(from), end_at.min(to));
    if from_at >= to_at {
        return None;
    }
    let mut pieces: Vec<Piece> = Vec::new();
    let mut on = Duration::zero();
    let first = phases.partition_point(|phase| phase.to_at <= from_at);
    for phase in phases.iter().skip(first).take_while(|phase| phase.from_at < to_at) {
        let (begin_at, end_at) = (phase.from_at.max(from_at), phase.to_at.min(to_at));
        if phase.desired == Desired::Running {
            on += end_at - begin_at;
        }
        for (begin_at, end_at, offset) in even_clock(zone, begin_at, end_at) {
            let midnight = date.and_time(NaiveTime::MIN).and_utc();
            let local = |at: DateTime<Utc>| ((at - midnight).num_seconds() + offset).clamp(0, A_DAY);
            let piece = Piece { local_from: local(begin_at), local_to: local(end_at), desired: phase.desired };
            if piece.local_from < piece.local_to {
                pieces.push(piece);
            }
        }
    }
    Some(Day { date, from_at, to_at, pieces, whole: end_at - begin_at, on })
}

/// Divides a time of at most a few days where the clock is changed; with the seconds that it is ahead of UTC.
fn even_clock(zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<(DateTime<Utc>, DateTime<Utc>, i64)> {
    let offset = |at: DateTime<Utc>| {
        let offset = zone.offset_from_utc_datetime(&at.naive_utc()).fix();
        i64::from(offset.local_minus_utc())
    };
    let mut parts = Vec::new();
    let mut begin_at = from;
    while begin_at < to {
        let here = offset(begin_at);
        let last = (to - begin_at - Duration::nanoseconds(1)).num_seconds();
        let change = if offset(begin_at + Duration::seconds(last)) == here {
            None
        } else {
            // The first second that has another offset lies in (same, other].
            let (mut same, mut other) = (0, last);
            while other - same > 1 {
                let middle = i64::midpoint(same, other);
                if offset(begin_at + Duration::seconds(middle)) == here { same = middle } else { other = middle }
            }
            Some(begin_at + Duration::seconds(other))
        };
        let end_at = change.unwrap_or(to);
        parts.push((begin_at, end_at, here));
        begin_at = end_at;
    }
    parts
}
