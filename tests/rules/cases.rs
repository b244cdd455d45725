//! Random timetables as people write them, over stretches of days in which mostly the clocks are changed.

use std::sync::LazyLock;

use chrono::{DateTime, Datelike as _, NaiveDate, Offset as _, TimeZone as _};
use chrono_tz::Tz;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::oracle::{DAY, Days, Exception, MonthPart, MonthdayPart, Period, Timetable, WeekdayPart, date};
use crate::text::Style;

/// A timetable and a stretch of time, in seconds since 1970.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) table: Timetable,
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) style: Style,
}

/// Zones with the ways in which clocks are changed: by 30 minutes, at midnight, by a whole day, at odd offsets, not at all.
const ZONES: [Tz; 14] = [
    Tz::America__New_York,
    Tz::Europe__Berlin,
    Tz::Australia__Lord_Howe,
    Tz::America__Santiago,
    Tz::Pacific__Apia,
    Tz::Africa__Cairo,
    Tz::America__Havana,
    Tz::Pacific__Chatham,
    Tz::Atlantic__Azores,
    Tz::Africa__Casablanca,
    Tz::America__Scoresbysund,
    Tz::Asia__Tehran,
    Tz::Asia__Seoul,
    Tz::Asia__Kolkata,
];

/// The first and the last day that is looked at: 2009-01-01 and 2030-12-31.
const YEARS: (i64, i64) = (14_245, 22_279);

/// What clocks show: the day since 1970, and minutes after midnight.
type Wall = (i64, i64);

/// What the clocks of each zone show when they are changed.
static CHANGES: LazyLock<Vec<(Tz, Vec<Wall>)>> = LazyLock::new(|| {
    let offset = |zone: Tz, minute: i64| {
        let utc = DateTime::from_timestamp(minute * 60, 0).unwrap().naive_utc();
        i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc() / 60)
    };
    let changes = |zone: Tz| {
        let stays = |from: i64, length: i64| offset(zone, from) == offset(zone, from + length);
        let days = (YEARS.0..YEARS.1).map(|day| day * DAY).filter(|day| !stays(*day, DAY));
        let minutes = days.map(|day| (day..day + DAY).find(|minute| !stays(*minute, 1)).unwrap() + 1);
        minutes.map(|minute| minute + offset(zone, minute - 1)).map(|wall| (wall / DAY, wall % DAY)).collect()
    };
    ZONES.iter().map(|zone| (*zone, changes(*zone))).collect()
});

/// A stretch of 2 to 12 days, now and then not from one full minute to another.
#[derive(Debug, Clone)]
struct Stretch {
    zone: Tz,
    from: i64,
    to: i64,
    /// What the clocks show when they are changed, if they are.
    change: i64,
}

fn stretch() -> impl Strategy<Value = Stretch> {
    let seconds = prop_oneof![3 => Just(0), 1 => 0..60_i64];
    let on_a_change = prop::bool::weighted(0.9);
    (any::<Index>(), any::<Index>(), on_a_change, 2..=12_i64, any::<Index>(), 0..DAY, seconds).prop_map(
        |(zone, day, on_a_change, length, lead, minute, seconds)| {
            let (zone, changes) = zone.get(&CHANGES);
            let (middle, change) = if on_a_change && !changes.is_empty() {
                *day.get(changes)
            } else {
                (YEARS.0 + 20 * i64::try_from(day.index(100)).unwrap(), 0)
            };
            let lead = i64::try_from(lead.index(usize::try_from(length).unwrap())).unwrap();
            let from = ((middle - lead) * DAY + minute) * 60 + seconds;
            Stretch { zone: *zone, from, to: from + length * DAY * 60 + seconds, change }
        },
    )
}

/// A time of day, before it is known where.
#[derive(Debug, Clone, Copy)]
enum Time {
    /// Minutes after midnight.
    At(i64),
    /// So long after the clocks are changed.
    FromChange(i64),
    /// The time that is in the case several times; on the next day or not.
    Again(bool),
}

/// Up to 47:59: often full and half hours, the hours in which clocks are changed, and one time in several places.
fn time() -> impl Strategy<Value = Time> {
    let hour = prop_oneof![4 => 0..=4_i64, 3 => 5..=23_i64, 3 => 22..=28_i64, 2 => 0..=47_i64];
    let minute = prop_oneof![4 => Just(0), 3 => Just(30), 2 => Just(59), 1 => Just(1), 2 => 0..=59_i64];
    prop_oneof![
        12 => (hour, minute).prop_map(|(hour, minute)| Time::At(hour * 60 + minute)),
        1 => select(vec![0, DAY, 2 * DAY - 1]).prop_map(Time::At),
        9 => (select(vec![-60, -30, -1, 0, 10, 30, 45, 60]), prop::bool::weighted(0.3)).prop_map(|(after, next_day)| {
            Time::FromChange(after + if next_day { DAY } else { 0 })
        }),
        7 => any::<bool>().prop_map(Time::Again),
    ]
}

fn time_or_none() -> impl Strategy<Value = Option<Time>> {
    prop_oneof![9 => time().prop_map(Some), 1 => Just(None)]
}

type Times = (Option<Time>, Option<Time>);

/// A start and a stop; now and then both of them about the time at which the clocks are changed.
fn times() -> impl Strategy<Value = Times> {
    let within_a_change = (0..60_i64, 1..60_i64)
        .prop_map(|(start, length)| (Some(Time::FromChange(start)), Some(Time::FromChange(start + length))));
    prop_oneof![6 => (time_or_none(), time_or_none()), 1 => within_a_change]
}

/// A start and a stop as a reader accepts them: not equal, and the stop later on the next day at the latest.
fn sound(start: Option<i64>, stop: Option<i64>) -> (Option<i64>, Option<i64>) {
    match (start, stop) {
        (Some(start), Some(stop)) if start == stop || stop + DAY <= start => {
            (Some(start), Some(start - 1).filter(|stop| *stop >= 0))
        }
        both => both,
    }
}

fn weekday_parts(with_nth: bool) -> impl Strategy<Value = Vec<WeekdayPart>> {
    let day = || 0..7_u32;
    let last = if with_nth { 4 } else { 2 };
    let part = (0..last, day(), day(), 1..=5_usize).prop_map(|(which, one, other, nth)| match which {
        0 => WeekdayPart::Day(one),
        1 => WeekdayPart::Range(one, other),
        2 => WeekdayPart::Nth(one, nth),
        _ => WeekdayPart::Last(one),
    });
    prop::collection::vec(part, 1..=3)
}

fn monthday_parts() -> impl Strategy<Value = Vec<MonthdayPart>> {
    let part = (0..7, 1..=31_u32, 0..12_u32, 1..=4_u32).prop_map(|(which, first, more, step)| match which {
        0 => MonthdayPart::Day(first),
        1 => MonthdayPart::Range(first, (first + more).min(31)),
        2 => MonthdayPart::Stepped(first, (first + more).min(31), step),
        3 => MonthdayPart::From(first, step + 1),
        4 => MonthdayPart::Last,
        _ => MonthdayPart::Nearest(first),
    });
    prop::collection::vec(part, 1..=3)
}

fn month_parts() -> impl Strategy<Value = Vec<MonthPart>> {
    let month = || 1..=12_u32;
    let part = (0..4, month(), month(), 1..=4_u32).prop_map(|(which, one, other, step)| match which {
        0 => MonthPart::Month(one),
        1 => MonthPart::Range(one, other),
        2 => MonthPart::Stepped(one, other, step),
        _ => MonthPart::From(one, step),
    });
    prop::collection::vec(part, 1..=3)
}

fn days_active() -> impl Strategy<Value = Days> {
    prop_oneof![
        2 => Just(Days::All),
        2 => Just(Days::Weekdays),
        1 => Just(Days::Weekends),
        4 => weekday_parts(false).prop_map(Days::Listed),
    ]
}

fn fields() -> impl Strategy<Value = Days> {
    let weekdays = prop::option::weighted(0.5, weekday_parts(true));
    let monthdays = prop::option::weighted(0.3, monthday_parts());
    let months = prop::option::weighted(0.3, month_parts());
    (weekdays, monthdays, months).prop_map(|(weekdays, monthdays, months)| Days::Fields { weekdays, monthdays, months })
}

/// Moves a period's months and days of the month to where they come up in the stretch.
fn near(days: Days, middle: NaiveDate) -> Days {
    let Days::Fields { weekdays, monthdays, months } = days else { return days };
    let day = |day: u32| (middle.day() + day / 4).saturating_sub(4).clamp(1, 31);
    let month = |month: u32| (middle.month() + month / 4 + 9) % 12 + 1;
    let monthdays = monthdays.map(|parts| {
        let near = |part| match part {
            MonthdayPart::Day(one) => MonthdayPart::Day(day(one)),
            MonthdayPart::Range(one, other) => MonthdayPart::Range(day(one), day(other)),
            MonthdayPart::Nearest(one) => MonthdayPart::Nearest(day(one)),
            part => part,
        };
        parts.into_iter().map(near).collect()
    });
    let months = months.map(|parts| {
        let near = |part| match part {
            MonthPart::Month(one) => MonthPart::Month(month(one)),
            part => part,
        };
        parts.into_iter().map(near).collect()
    });
    Days::Fields { weekdays, monthdays, months }
}

/// Up to six exceptions, on any day of the stretch or on one or two of its days only.
fn exceptions() -> impl Strategy<Value = Vec<(i64, bool, Option<Time>)>> {
    let value = || prop_oneof![4 => time().prop_map(Some), 1 => Just(None)];
    let scattered = prop::collection::vec((-2..=12_i64, any::<bool>(), value()), 0..=6);
    let together = (0..=6_i64, prop::collection::vec((0..=1_i64, any::<bool>(), value()), 2..=6))
        .prop_map(|(day, items)| items.into_iter().map(|(more, kind, value)| (day + more, kind, value)).collect());
    // A stop, and at the same instant a start that belongs to the next date.
    let handed_over = (0..=9_i64).prop_map(|day| {
        vec![(day, false, Some(Time::Again(true))), (day + 1, true, Some(Time::Again(false))), (day + 1, false, None)]
    });
    prop_oneof![5 => scattered, 3 => together, 1 => handed_over]
}

fn case(periods: impl Strategy<Value = Vec<(Days, Times)>>) -> impl Strategy<Value = Case> {
    let again = (0..48_i64, select(vec![0, 0, 30, 59])).prop_map(|(half, minute)| (half / 2 * 60 + minute) % DAY);
    (periods, exceptions(), stretch(), again, any::<Style>()).prop_map(
        |(periods, exceptions, stretch, again, style)| {
            let Stretch { zone, from, to, change } = stretch;
            let first = from.div_euclid(DAY * 60);
            let middle = date(i64::midpoint(first, to.div_euclid(DAY * 60)));
            let time = |time: Option<Time>| {
                let minutes = match time? {
                    Time::At(minute) => minute,
                    Time::FromChange(after) => (change + after).rem_euclid(2 * DAY),
                    Time::Again(next_day) => again + if next_day { DAY } else { 0 },
                };
                Some(minutes)
            };
            let period = |(days, (start, stop)): (Days, Times)| {
                let (start, stop) = sound(time(start), time(stop));
                Period { days: near(days, middle), start, stop }
            };
            let exception = |(day, is_start, value): (i64, bool, Option<Time>)| Exception {
                date: date(first + day),
                is_start,
                time: time(value),
            };
            let periods = periods.into_iter().map(period).collect();
            let exceptions = exceptions.into_iter().map(exception).collect();
            Case { table: Timetable { zone, periods, exceptions }, from, to, style }
        },
    )
}

/// Schedules with `DaysActive`, `StartTime` and `StopTime`.
pub(crate) fn plain() -> impl Strategy<Value = Case> {
    case((days_active(), times()).prop_map(|period| vec![period]))
}

/// Schedules with one to four `Periods`, of which now and then two start or stop together.
pub(crate) fn periods() -> impl Strategy<Value = Case> {
    let periods = (prop::collection::vec((fields(), times()), 1..=4), 0..8);
    case(periods.prop_map(|(mut periods, together)| {
        if let [(_, one), .., (_, other)] = periods.as_mut_slice() {
            match together {
                0 => other.0 = one.0,
                1 => other.1 = one.1,
                _ => (),
            }
        }
        periods
    }))
}

/// Schedules with one rare period, over the 400 days from one of a few days on.
pub(crate) fn rare() -> impl Strategy<Value = Case> {
    let parts = (weekday_parts(true), monthday_parts(), month_parts(), 0..4_u8);
    let days = parts.prop_map(|(mut weekdays, mut monthdays, mut months, without)| {
        weekdays.truncate(1);
        monthdays.truncate(1);
        months.truncate(1);
        Days::Fields {
            weekdays: (without != 1).then_some(weekdays),
            monthdays: (without != 2).then_some(monthdays),
            months: (without != 3).then_some(months),
        }
    });
    let from = select(vec![14_300_i64, 16_450, 19_722]).prop_map(|day| day * DAY * 60);
    (case((days, times()).prop_map(|period| vec![period])), from).prop_map(|(mut case, from)| {
        case.table.exceptions.clear();
        Case { from, to: from + 400 * DAY * 60, ..case }
    })
}
