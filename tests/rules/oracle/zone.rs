//! Rule T6 by looking at every minute: what the clocks on the wall show, and when they show a given time first.

use std::collections::BTreeMap;

use chrono::DateTime;
use chrono_tz::Tz;

pub(crate) const DAY: i64 = 24 * 60;

/// What the clocks of a zone show at every minute of the UTC days that were asked for.
///
/// Minutes count from 1970-01-01 00:00, in UTC as on the wall.
#[derive(Debug)]
pub(crate) struct Zone {
    name: Tz,
    days: BTreeMap<i64, WallDay>,
    /// Wall-clock minutes that were looked for before.
    known: BTreeMap<i64, (i64, Found)>,
}

/// What the clocks show during a UTC day.
#[derive(Debug)]
struct WallDay {
    shown: Vec<i64>,
    earliest: i64,
    latest: i64,
}

impl WallDay {
    fn new(zone: Tz, day: i64) -> Self {
        let look = |minute: i64| {
            let wall = DateTime::from_timestamp(minute * 60, 0).unwrap().with_timezone(&zone).naive_local();
            let seconds = wall.and_utc().timestamp();
            assert_eq!(seconds % 60, 0, "zones are looked at where their offsets are whole minutes");
            seconds / 60
        };
        let mut shown = Vec::new();
        for hour in (day * DAY..(day + 1) * DAY).step_by(60) {
            let (first, last) = (look(hour), look(hour + 59));
            // An hour through which the clocks just go on needs no look at each minute.
            let is_plain = last - first == 59;
            shown.extend((0..60).map(|minute| if is_plain { first + minute } else { look(hour + minute) }));
        }
        let (earliest, latest) = (*shown.iter().min().unwrap(), *shown.iter().max().unwrap());
        Self { shown, earliest, latest }
    }
}

/// How a wall-clock time was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// It comes once.
    Once,
    /// It comes twice; this is the first.
    InFold,
    /// It is skipped; this is as much later as the clocks were moved.
    InGap,
}

impl Zone {
    pub(crate) fn new(zone: Tz) -> Self {
        Self { name: zone, days: BTreeMap::new(), known: BTreeMap::new() }
    }

    fn day(&mut self, day: i64) -> &WallDay {
        self.days.entry(day).or_insert_with(|| WallDay::new(self.name, day))
    }

    /// What the clocks show at a UTC minute.
    pub(crate) fn shown(&mut self, utc: i64) -> i64 {
        self.day(utc.div_euclid(DAY)).shown[usize::try_from(utc.rem_euclid(DAY)).unwrap()]
    }

    /// The UTC minutes at which the clocks show `wall`, in order.
    fn showing(&mut self, wall: i64) -> Vec<i64> {
        let today = wall.div_euclid(DAY);
        let mut minutes = Vec::new();
        for day in today - 2..=today + 2 {
            let of_day = self.day(day);
            // Days on which the clocks never show it need no look at each minute.
            if (of_day.earliest..=of_day.latest).contains(&wall) {
                let indices = of_day.shown.iter().enumerate().filter(|(_, shown)| **shown == wall);
                minutes.extend(indices.map(|(index, _)| day * DAY + i64::try_from(index).unwrap()));
            }
        }
        minutes
    }

    /// The UTC minute of a wall-clock minute: of two the first; of none, the one as much later as the gap is long.
    pub(crate) fn instant(&mut self, wall: i64) -> (i64, Found) {
        if let Some(known) = self.known.get(&wall) {
            return *known;
        }
        let found = match self.showing(wall).as_slice() {
            [] => (self.after_gap(wall), Found::InGap),
            [only] => (*only, Found::Once),
            [first, ..] => (*first, Found::InFold),
        };
        self.known.insert(wall, found);
        found
    }

    fn after_gap(&mut self, wall: i64) -> i64 {
        for utc in wall - 2 * DAY..wall + 2 * DAY {
            let (before, after) = (self.shown(utc - 1), self.shown(utc));
            if before < wall && wall < after {
                let skipped = after - before - 1;
                return self.showing(wall + skipped)[0];
            }
        }
        panic!("{} never shows and never skips {wall}", self.name)
    }
}
