//! The library's transitions of random schedule files against the oracle's.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use lamplighter::document::{Defaults, Sources};
use lamplighter::engine::calendar;
use lamplighter::model::{Action, Schedule};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::cases::{self, Case};
use crate::oracle::{self, Change, Seen, Zone};
use crate::text;

/// A start (`true`) or stop, in seconds since 1970.
type Changes = Vec<(i64, bool)>;

/// What was seen of each zone so far.
type Zones = BTreeMap<&'static str, Zone>;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap()
}

fn schedule(text: &str, today: i64) -> Schedule {
    let mut sources = Sources::default();
    sources.add("S.yaml", text);
    let (mut schedules, faults) = sources.read(Defaults::default(), at(today).date_naive());
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults, Vec::<String>::new(), "{text}");
    schedules.pop().unwrap()
}

fn change(transition: calendar::Transition) -> (i64, bool) {
    (transition.at.timestamp(), transition.action == Action::Start)
}

fn shown(changes: &Changes, zone: chrono_tz::Tz) -> String {
    let line = |(second, is_start): &(i64, bool)| {
        let local = at(*second).with_timezone(&zone);
        format!("  {} {}\n", local.format("%a %F %T %:z"), if *is_start { "start" } else { "stop" })
    };
    changes.iter().map(line).collect()
}

/// What the oracle says of the minutes that begin in `[from, to)`, in seconds.
fn expected(zones: &mut Zones, case: &Case, from: i64, to: i64) -> (Changes, Seen) {
    let up = |seconds: i64| -(-seconds).div_euclid(60);
    let zone = zones.entry(case.table.zone.name()).or_insert_with(|| Zone::new(case.table.zone));
    let (changes, seen) = oracle::transitions(zone, &case.table, up(from), up(to.max(from)));
    (changes.into_iter().map(|(minute, is_start): Change| (minute * 60, is_start)).collect(), seen)
}

fn check(zones: &mut Zones, case: &Case) -> Result<Seen, TestCaseError> {
    let file = text::file(&case.table, case.style);
    let schedule = schedule(&file, case.from);
    let (expected, seen) = expected(zones, case, case.from, case.to);
    let zone = case.table.zone;
    let found: Changes = calendar::transitions(&schedule, at(case.from), at(case.to)).into_iter().map(change).collect();
    let (from, to) = (at(case.from).with_timezone(&zone), at(case.to).with_timezone(&zone));
    let told = format!("{zone}, from {from} to {to}\n{file}");
    prop_assert!(found == expected, "{told}\noracle:\n{}\nlibrary:\n{}", shown(&expected, zone), shown(&found, zone));
    let some = usize::try_from(case.from / 60).unwrap() % expected.len().max(1);
    let some = expected.get(some).map_or(vec![], |(second, _)| vec![second - 1, *second, second + 1]);
    for now in some.into_iter().chain([case.to - 1]).filter(|now| (case.from..case.to).contains(now)) {
        let told = || format!("at {}\n{told}", at(now).with_timezone(&zone));
        if let Some(wanted) = expected.iter().rev().find(|(second, _)| *second <= now) {
            let last = calendar::last_transition(&schedule, at(now)).map(change);
            prop_assert!(last == Some(*wanted), "last: {wanted:?}, {last:?} {}", told());
        }
        for action in ANY {
            if let Some(wanted) = expected.iter().find(|found| found.0 > now && fits(action, **found)) {
                let next = calendar::next_transition(&schedule, at(now), action).map(change);
                prop_assert!(next == Some(*wanted), "next {action:?}: {wanted:?}, {next:?} {}", told());
            }
        }
    }
    // Looking beyond the stretch takes its time: some cases are enough.
    if case.from / 60 % 6 == 0 {
        let action = ANY[usize::try_from(case.from / 360 % 3).unwrap()];
        let last = calendar::last_transition(&schedule, at(case.from - 1)).map(change);
        prop_assert!(is_beyond(zones, case, None, false, last), "last before: {last:?}\n{told}");
        let next = calendar::next_transition(&schedule, at(case.to - 1), action).map(change);
        prop_assert!(is_beyond(zones, case, action, true, next), "next {action:?} beyond: {next:?}\n{told}");
    }
    Ok(seen)
}

const ANY: [Option<Action>; 3] = [None, Some(Action::Start), Some(Action::Stop)];

fn fits(action: Option<Action>, (_, is_start): (i64, bool)) -> bool {
    action.is_none_or(|action| is_start == (action == Action::Start))
}

/// Whether what the library finds next after the stretch, or last before it, is a transition by the oracle too, and none
/// that fits lies between: at both ends of what lies between, since it may be years.
fn is_beyond(zones: &mut Zones, case: &Case, action: Option<Action>, ahead: bool, found: Option<(i64, bool)>) -> bool {
    const SOME_DAYS: i64 = 20 * 24 * 60 * 60;
    let (from, to) = match (ahead, found) {
        (true, None) => (case.to, case.to + SOME_DAYS),
        (true, Some((second, _))) => (case.to, second),
        (false, None) => (case.from - SOME_DAYS, case.from),
        (false, Some((second, _))) => (second + 60, case.from),
    };
    if let Some((second, is_start)) = found {
        let is_there = expected(zones, case, second, second + 60).0 == [(second, is_start)];
        // A window without an end counts as begun on the first date that the library looks at.
        let days = (at(second).with_timezone(&case.table.zone).date_naive() - first_date()).num_days();
        let is_first = (0..=2).contains(&days);
        if !(is_there || is_first) || (ahead && second < case.to) || (!ahead && second >= case.from) {
            return false;
        }
    }
    let mut none_between = |from, to| !expected(zones, case, from, to).0.into_iter().any(|found| fits(action, found));
    none_between(from, to.min(from + SOME_DAYS)) && none_between(from.max(to - SOME_DAYS), to)
}

fn first_date() -> NaiveDate {
    NaiveDate::from_ymd_opt(2000, 1, 1).unwrap()
}

/// Cases of these must come up: a generator that seldom hits something proves nothing about it.
const OF_ALL: [&str; 25] = [
    "a change of the clocks",
    "a lone start",
    "a lone start or stop inside a window",
    "a lone stop",
    "a pair that is void",
    "a start and a stop at one instant",
    "a start moved",
    "a start removed",
    "a stop exception after midnight, as hour 24 or later",
    "a stop exception alone on an inactive date",
    "a stop moved",
    "a stop removed",
    "a time that comes twice",
    "a time that is skipped",
    "a window that a gap or fold swallows",
    "an inactive date made active",
    "an inactive date with both exceptions",
    "days: `fri-mon`",
    "days: `mon-fri`",
    "days: `mon`",
    "two starts for a date",
    "two stops for a date",
    "two stops with a time for a date",
    "windows that overlap",
    "windows that touch",
];

/// Cases of these too, where there are several periods.
const OF_PERIODS: [&str; 26] = [
    "a start moved among several periods",
    "a stop moved among several periods",
    "all starts of several periods removed",
    "days: `1-31/2`",
    "days: `1-7`",
    "days: `15W` on another day",
    "days: `15W` on the 15th",
    "days: `15`",
    "days: `5/10`",
    "days: `L`",
    "days: `friL`",
    "days: `jan-mar/2`",
    "days: `jan-mar`",
    "days: `jan/3`",
    "days: `jan`",
    "days: `mon#2`",
    "days: `nov-feb/2`",
    "days: `nov-feb`",
    "periods with one start, moved",
    "periods with one stop, moved or removed",
    "periods without a start",
    "periods without a stop",
    "several periods on a date",
    "start and stop moved",
    "the last stop of several periods removed",
    "windows that touch",
];

/// Runs random cases, prints what they came across, and fails if they seldom came across what they must.
fn prove(cases: u32, strategy: impl Strategy<Value = Case>, must_see: &[&str]) {
    let defaults = Config::default();
    let config = Config { cases: defaults.cases.max(cases), failure_persistence: None, ..defaults };
    let mut runner = TestRunner::new(config);
    let zones = RefCell::new(Zones::default());
    let counts = RefCell::new(BTreeMap::<&str, u32>::new());
    let (passed, failed_after) = (Cell::new(0_u32), Cell::new(None));
    let done = runner.run(&strategy, |case| {
        let seen = check(&mut zones.borrow_mut(), &case);
        if seen.is_err() && failed_after.get().is_none() {
            failed_after.set(Some(passed.get()));
        }
        for what in seen? {
            *counts.borrow_mut().entry(what).or_default() += 1;
        }
        passed.set(passed.get() + 1);
        Ok(())
    });
    if let Err(error) = done {
        panic!("after {} cases: {error}", failed_after.get().unwrap_or_default());
    }
    let counts = counts.into_inner();
    for (what, count) in &counts {
        println!("{count:6} {what}");
    }
    for what in must_see {
        let count = counts.get(what).copied().unwrap_or_default();
        assert!(count >= cases / 200, "only {count} cases with {what}");
    }
}

#[test]
fn plain_timetables_follow_the_rules() {
    prove(5_500, cases::plain(), &OF_ALL);
}

#[test]
fn periods_follow_the_rules() {
    prove(5_500, cases::periods(), &[&OF_ALL[..], &OF_PERIODS].concat());
}

#[test]
fn rare_periods_follow_the_rules() {
    prove(60, cases::rare(), &[]);
}
