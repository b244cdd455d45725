//! Days and times of a schedule, so that transitions fall into the stretch.

use chrono::{Datelike as _, Days, Duration, NaiveDate, Timelike as _};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::Stretch;
use super::dice::Dice;

const DAY: i64 = 24 * 60;

/// The last minute that a clock value can have.
const LAST: i64 = 2 * DAY - 1;

/// The attributes of a timetable.
pub(super) fn timetable(dice: &mut Dice, stretch: &Stretch, zone: Tz) -> Vec<(&'static str, Value)> {
    let (date, stop) = aim(dice, stretch, zone);
    if dice.chance(10) {
        return vec![("Periods", periods(dice, date, stop))];
    }
    let days = if stretch.is_week && dice.chance(50) { day(date).to_owned() } else { days(dice, date) };
    let (start, stop) = match dice.between(0, 99) {
        0..4 => (clock(dice, 0), "24:00".to_owned()),
        4..9 => ("None".to_owned(), clock(dice, stop)),
        9..12 => (clock(dice, stop), "None".to_owned()),
        _ => window(dice, stop),
    };
    vec![("DaysActive", json!(days)), ("StartTime", json!(start)), ("StopTime", json!(stop))]
}

/// The local date and minute of the day at which there should be a stop.
fn aim(dice: &mut Dice, stretch: &Stretch, zone: Tz) -> (NaiveDate, i64) {
    let first = stretch.from + Duration::minutes(20);
    let local = dice.instant(first, stretch.quiet_from).with_timezone(&zone).naive_local();
    let minute = i64::from(local.hour() * 60 + local.minute());
    let minute = match dice.between(0, 99) {
        // The hours in which clocks change.
        0..40 if stretch.changing == Some(zone) => dice.between(0, 4 * 60),
        40..48 => dice.between(DAY - 12, DAY - 1),
        48..75 => minute,
        _ => minute / 5 * 5,
    };
    (local.date(), minute)
}

/// The start and stop of a window that ends at this minute of a day.
fn window(dice: &mut Dice, stop: i64) -> (String, String) {
    let long = match dice.between(0, 99) {
        // Short enough that a run is replaced by the next.
        0..28 => dice.between(20, 90),
        28..40 => DAY - dice.between(20, 90),
        _ => dice.between(3 * 60, 15 * 60),
    };
    let (mut start, mut stop) = if stop > long { (stop - long, stop) } else { (stop - long + DAY, stop + DAY) };
    if stop >= DAY && dice.chance(50) {
        stop -= DAY;
    } else if stop < DAY && dice.chance(4) {
        (start, stop) = (start + DAY, stop + DAY);
    }
    (clock(dice, start), clock(dice, stop))
}

/// Several windows a day, the last of which ends at this minute.
fn periods(dice: &mut Dice, date: NaiveDate, last: i64) -> Value {
    let mut stop = if last < 6 * 60 { last + DAY } else { last };
    let mut periods = Vec::new();
    for _ in 0..dice.between(1, 3) {
        let start = stop - dice.between(25, 170);
        let mut period = json!({"StartTime": clock(dice, start), "StopTime": clock(dice, stop)});
        if dice.chance(70)
            && let Some(period) = period.as_object_mut()
        {
            period.insert("Weekdays".to_owned(), json!(days(dice, date)));
        }
        periods.insert(0, period);
        stop = start - dice.between(20, 120);
        if stop < 180 {
            break;
        }
    }
    Value::Array(periods)
}

/// A clock value of a minute, counted from the midnight at which its date begins.
pub(super) fn clock(dice: &mut Dice, minute: i64) -> String {
    let minute = minute.clamp(0, LAST);
    let (hour, minute) = (minute / 60, minute % 60);
    if dice.chance(5) { format!("{hour}:{minute}") } else { format!("{hour:02}:{minute:02}") }
}

fn day(date: NaiveDate) -> &'static str {
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        .into_iter()
        .cycle()
        .nth(usize::try_from(date.weekday().num_days_from_monday()).unwrap_or_default())
        .unwrap_or("mon")
}

/// Days of the week, in any of the ways to write them, mostly with this date among them.
pub(super) fn days(dice: &mut Dice, date: NaiveDate) -> String {
    let is_weekend = date.weekday().num_days_from_monday() >= 5;
    let near = |days: u64| date.checked_add_days(Days::new(days)).unwrap_or(date);
    let before = date.checked_sub_days(Days::new(1)).unwrap_or(date);
    let text = match dice.between(0, 99) {
        0..40 => "all".to_owned(),
        40..60 if is_weekend => "weekends".to_owned(),
        40..60 => "weekdays".to_owned(),
        60..68 => format!("{},{}", day(before), day(date)),
        68..80 => format!("{},{},{}", day(date), day(near(1)), day(near(3))),
        80..92 => {
            let (first, last) = (dice.between(0, 2), dice.between(1, 3));
            let first = date.checked_sub_signed(Duration::days(first)).unwrap_or(date);
            format!("{}-{}", day(first), day(near(last.unsigned_abs())))
        }
        92..95 => format!("{},{}-{}", day(date), day(near(2)), day(near(4))),
        _ => format!("{},{}", day(near(1)), day(near(2))),
    };
    match dice.between(0, 9) {
        0 => text.to_uppercase(),
        1 => format!(" {} ", text.replace(',', " , ")),
        _ => text,
    }
}
