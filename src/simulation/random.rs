//! Makes cases from seeds: schedules with transitions ahead, their instances, and what goes wrong around them.
//!
//! Draws what is likely to matter, not what is likely: many incidents fall into the minutes around a warning, a start or a
//! stop. Where those are, the calendar says. Knows nothing of how a case is lived through or judged.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

use self::dice::Dice;
use super::Case;
use super::case::QUIET;
use crate::document::{Defaults, Tables};

mod apply;
mod dice;
mod edits;
mod fitting;
mod incidents;
mod machines;
mod memory;
mod people;
mod rows;
mod scene;
mod timetable;
mod trouble;

/// What may go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Faults {
    /// Nothing: there are only people who start, stop, extend and edit.
    None,
    /// Calls fail, chat is down, ticks are late or missing, rows are faulty; nothing is killed, and no answer is lost.
    Some,
    /// Everything.
    All,
}

/// From when to when, and how often ticks come.
#[derive(Debug, Clone)]
struct Stretch {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    /// Nothing from outside happens from then on.
    quiet_from: DateTime<Utc>,
    cron: Duration,
    /// The zone whose clocks change in it.
    changing: Option<Tz>,
    /// Whether databases are stopped for so long that AWS starts them.
    is_week: bool,
}

/// Makes the case of a seed; the same on every machine. The world is the same for each kind of faults.
#[must_use]
pub fn case(seed: u64, faults: Faults) -> Case {
    let mut dice = Dice::new(seed);
    let stretch = stretch(&mut dice);
    let schedules = rows::schedules(&mut dice, &stretch);
    let mut tables = Tables {
        schedules: schedules.iter().map(|schedule| schedule.item.clone()).collect(),
        groups: schedules.iter().flat_map(|schedule| schedule.groups.clone()).collect(),
        exceptions: rows::exceptions(&mut dice, &stretch, &schedules),
    };
    let machines = machines::machines(&mut dice, &stretch, &schedules, &tables);
    rows::spoil(&mut dice, &mut tables.exceptions, faults);
    let on_change = dice.chance(88);
    let incidents = incidents::incidents(&mut dice, &stretch, faults, &tables, &machines);
    let Stretch { from, to, cron, .. } = stretch;
    Case { seed, from, to, defaults: Defaults::default(), cron, on_change, tables, machines, incidents }
}

/// Days on which clocks change.
const CHANGES: [(Tz, (i32, u32, u32)); 16] = [
    (Tz::America__New_York, (2026, 3, 8)),
    (Tz::America__New_York, (2026, 11, 1)),
    (Tz::America__New_York, (2027, 3, 14)),
    (Tz::America__New_York, (2027, 11, 7)),
    (Tz::Europe__Berlin, (2026, 3, 29)),
    (Tz::Europe__Berlin, (2026, 10, 25)),
    (Tz::Europe__Berlin, (2027, 3, 28)),
    (Tz::Europe__Berlin, (2027, 10, 31)),
    (Tz::Australia__Lord_Howe, (2026, 4, 5)),
    (Tz::Australia__Lord_Howe, (2026, 10, 4)),
    (Tz::Australia__Lord_Howe, (2027, 4, 4)),
    (Tz::Australia__Lord_Howe, (2027, 10, 3)),
    (Tz::Africa__Cairo, (2026, 4, 24)),
    (Tz::Africa__Cairo, (2026, 10, 30)),
    (Tz::America__Santiago, (2026, 4, 5)),
    (Tz::America__Santiago, (2026, 9, 6)),
];

fn stretch(dice: &mut Dice) -> Stretch {
    let is_week = dice.between(0, 199) < 3;
    let change = if dice.chance(30) { dice.one(&CHANGES) } else { None };
    let hours = match dice.between(0, 99) {
        _ if is_week => 9 * 24,
        0..68 => dice.between(12, 16),
        68..92 => dice.between(16, 30),
        _ => dice.between(32, 50),
    };
    let day = match change {
        Some((_, (year, month, day))) => NaiveDate::from_ymd_opt(*year, *month, *day),
        None => Some(NaiveDate::default() + Duration::days(dice.between(FIRST_DAY, FIRST_DAY + 725))),
    };
    let minutes = match change {
        // Early enough that the change falls into the part in which things happen.
        Some((zone, _)) => {
            let offset = i64::from(hours_east(*zone)) * 60;
            -offset - dice.between(0, (hours - QUIET.num_hours() - 4).min(20) * 60)
        }
        None => dice.between(0, 24 * 60),
    };
    let from = day.unwrap_or_default().and_time(NaiveTime::MIN).and_utc() + Duration::minutes(minutes);
    let to = from + Duration::hours(hours);
    let minutes = match hours {
        _ if is_week => 15,
        12..=14 => dice.mostly(5, &[(15, 1), (15, 10), (15, 15)]),
        _ => dice.mostly(5, &[(20, 10), (25, 15)]),
    };
    let cron = Duration::minutes(minutes);
    Stretch { from, to, quiet_from: to - QUIET, cron, changing: change.map(|(zone, _)| *zone), is_week }
}

/// 2026-01-02, in days since 1970-01-01.
const FIRST_DAY: i64 = 20_455;

/// About how far a zone is ahead of UTC; enough to aim at a day.
fn hours_east(zone: Tz) -> i32 {
    match zone {
        Tz::America__New_York => -5,
        Tz::America__Santiago => -4,
        Tz::Europe__Berlin => 1,
        Tz::Africa__Cairo => 2,
        Tz::Australia__Lord_Howe => 11,
        Tz::Asia__Seoul => 9,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
