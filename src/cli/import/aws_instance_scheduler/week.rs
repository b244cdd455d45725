//! Periods that only begin or only end, among periods of a week: when AWS starts and stops, minute by minute.
//!
//! In AWS's scheduler a period that only begins says "running" from then to midnight and "any" before; one that only ends
//! says "any" until then and "stopped" after. "Running" outweighs "any", which outweighs "stopped"; a start comes where
//! "running" begins, a stop where "stopped" begins, and "any" changes nothing. A week of that, counted out, is exact.

use std::collections::{BTreeMap, BTreeSet};

use super::period::{DAY, Period};

const WEEK: usize = 7 * DAY;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Stopped,
    Any,
    Running,
}

/// A window, a start alone or a stop alone, in minutes after midnight, and its days of the week (0 is Monday).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stretch {
    pub(super) days: BTreeSet<usize>,
    pub(super) start: Option<usize>,
    pub(super) stop: Option<usize>,
}

/// What a week of these periods gives; `None` when one of them counts something else than days of the week.
pub(super) fn stretches(periods: &[&Period]) -> Option<Vec<Stretch>> {
    let states = states(periods)?;
    let at = |minute: usize| states.get(minute % WEEK).copied();
    let mut found: BTreeMap<(Option<usize>, Option<usize>), BTreeSet<usize>> = BTreeMap::new();
    let mut add = |minute: usize, start, stop| _ = found.entry((start, stop)).or_default().insert(minute / DAY % 7);
    if states.iter().all(|state| *state == State::Running) {
        (0..7).for_each(|day| add(day * DAY, Some(0), Some(DAY)));
    }
    for minute in 0..WEEK {
        let (before, now) = (at(minute + WEEK - 1), at(minute));
        if before == now {
            continue;
        }
        match now {
            Some(State::Running) => {
                let end = (minute..minute + WEEK).find(|minute| at(*minute) != Some(State::Running)).unwrap_or(minute);
                if at(end) == Some(State::Stopped) {
                    // Day by day: what touches is one window.
                    let mut from = minute;
                    while from < end {
                        let midnight = (from / DAY + 1) * DAY;
                        let to = midnight.min(end);
                        add(from, Some(from % DAY), Some(to + DAY - midnight));
                        from = to;
                    }
                } else {
                    add(minute, Some(minute % DAY), None);
                }
            }
            // After "running" the window says it.
            Some(State::Stopped) if before == Some(State::Any) => add(minute, None, Some(minute % DAY)),
            _ => {}
        }
    }
    let mut found: Vec<Stretch> =
        found.into_iter().map(|((start, stop), days)| Stretch { days, start, stop }).collect();
    found.sort();
    Some(found)
}

/// The wanted state in every minute of a week.
fn states(periods: &[&Period]) -> Option<Vec<State>> {
    let mut states = vec![State::Stopped; WEEK];
    for wanted in [State::Any, State::Running] {
        for period in periods {
            let (from, to) = match (wanted, period.begin, period.end) {
                (State::Running, begin, Some(_)) if begin.is_none() => continue,
                (State::Running, begin, end) => (begin.unwrap_or(0), end.unwrap_or(DAY)),
                (_, Some(begin), None) => (0, begin),
                (_, None, Some(end)) => (0, end),
                _ => continue,
            };
            for day in period.dates.plain_weekdays()? {
                if let Some(stretch) = states.get_mut(day * DAY + from..day * DAY + to) {
                    stretch.fill(wanted);
                }
            }
        }
    }
    if periods.len() > 1 {
        // AWS does not stop for a single minute between two periods.
        let is_running = |minute: usize| states.get(minute % WEEK) == Some(&State::Running);
        let is_gap = |minute: &usize| {
            states.get(*minute) == Some(&State::Stopped) && is_running(minute + WEEK - 1) && is_running(minute + 1)
        };
        let gaps: Vec<usize> = (0..WEEK).filter(is_gap).collect();
        for minute in gaps {
            if let Some(state) = states.get_mut(minute) {
                *state = State::Running;
            }
        }
    }
    Some(states)
}

#[cfg(test)]
mod tests {
    use super::super::dates::dates;
    use super::*;

    /// `mon-fri 09:00-`: a period that only begins.
    fn period(text: &str) -> Period {
        let (days, times) = text.split_once(' ').unwrap();
        let (begin, end) = times.split_once('-').unwrap();
        let minutes = |text: &str| {
            let (hour, minute) = text.split_once(':')?;
            Some(hour.parse::<usize>().unwrap() * 60 + minute.parse::<usize>().unwrap())
        };
        let dates = dates(Some(&[days.to_owned()]), None, None).unwrap();
        Period { name: text.to_owned(), description: None, begin: minutes(begin), end: minutes(end), dates }
    }

    fn shown(periods: &[&str]) -> String {
        let periods: Vec<Period> = periods.iter().map(|text| period(text)).collect();
        let stretches = stretches(&periods.iter().collect::<Vec<_>>()).unwrap();
        let time = |minutes: Option<usize>| {
            minutes.map_or_else(|| "none".to_owned(), |m| format!("{:02}:{:02}", m / 60, m % 60))
        };
        let line = |stretch: &Stretch| {
            let days: Vec<String> = stretch.days.iter().map(ToString::to_string).collect();
            format!("{} {}-{}", days.join(","), time(stretch.start), time(stretch.stop))
        };
        stretches.iter().map(line).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn starts_and_stops_as_aws_does() {
        let cases: [(&[&str], &str); 10] = [
            // Stopped only when the next date is none of its own.
            (&["mon-fri 09:00-"], "0,1,2,3 09:00-none; 4 09:00-24:00"),
            (&["* 09:00-"], "0,1,2,3,4,5,6 09:00-none"),
            (&["mon,wed 09:00-"], "0,2 09:00-24:00"),
            (&["mon-fri -18:00"], "0,1,2,3,4 none-18:00"),
            // The two halves of a working day never stop in AWS but for the weekend.
            (&["mon-fri 09:00-", "mon-fri -18:00"], "0,1,2,3 09:00-none; 4 09:00-24:00"),
            // From Monday morning to Friday evening, as AWS's samples once had it.
            (&["mon 09:00-", "tue-thu -", "fri -17:00"], "0 09:00-none; 4 none-17:00"),
            // Over midnight.
            (&["mon 22:00-", "tue -06:00"], "0 22:00-none; 1 none-06:00"),
            (&["mon 22:00-24:00", "tue 00:00-06:00"], "0 22:00-24:00; 1 00:00-06:00"),
            // A minute between two periods is no stop.
            (&["mon 09:00-12:00", "mon 12:01-17:00"], "0 09:00-17:00"),
            (&["mon-sun -"], "0,1,2,3,4,5,6 00:00-24:00"),
        ];
        for (periods, expected) in cases {
            assert_eq!(shown(periods), expected, "{periods:?}");
        }
    }
}
