//! How often each kind of incident and each property of a world comes up.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::*;
use crate::memory::Machine;
use crate::model::{Action, Mode, Ready, Timetable};

/// The word for what is debugged, without what it holds.
fn word(what: &impl std::fmt::Debug) -> String {
    format!("{what:?}").split([' ', '(', '{']).next().unwrap_or_default().to_owned()
}

fn of_incident(what: &What) -> Vec<String> {
    let name = word(what);
    let few = |times: &Option<u32>| if times.is_some() { "a few times" } else { "all the time" };
    let more = match what {
        What::TablesFail { call, how, times, .. } => {
            vec![format!("{call:?}"), format!("{how:?}"), few(times).to_owned()]
        }
        What::AwsFails { call, instance, how, times, .. } => {
            let whom = if instance.is_some() { "one" } else { "all" };
            vec![format!("{call:?}"), format!("{how:?}"), few(times).to_owned(), whom.to_owned()]
        }
        What::ChatFails { how, times, .. } => vec![format!("{how:?}"), few(times).to_owned()],
        What::Console { action, .. } => vec![format!("{action:?}")],
        What::Orders { flag, raised, .. } => vec![format!("{flag:?} {raised}")],
        What::Writes { table, .. } | What::Deletes { table, .. } => vec![format!("{table:?}")],
        What::Edits { table, attribute, .. } => vec![format!("{table:?} {attribute}")],
        What::Extends { by, .. } if *by > Duration::hours(4) => vec!["too long".to_owned()],
        What::Doubled { by, .. } if *by <= Duration::seconds(3) => vec!["at once".to_owned()],
        _ => Vec::new(),
    };
    let more = more.into_iter().map(|more| format!("{name} {more}"));
    std::iter::once(name.clone()).chain(more).collect()
}

fn of_machine(machine: &Machine) -> Vec<String> {
    let mut found = vec![word(&machine.instance.state), word(&machine.instance.key.kind)];
    let properties = [
        ("no group tag", machine.instance.group_tag.is_none()),
        ("falls back for ever", machine.falls_back == u32::MAX),
        ("falls back", (1..=3).contains(&machine.falls_back)),
        ("checks", machine.checks_in > Duration::zero()),
        ("busy at first", machine.busy_at_first.is_some()),
        ("refused", machine.instance.refusal.is_some()),
        ("slow", machine.boots_in > Duration::minutes(5)),
        ("elsewhere", machine.instance.key.scope.region.is_some()),
        ("nobody's", machine.instance.schedule_tag.as_str() == "Nobody"),
    ];
    found.extend(properties.into_iter().filter(|(_, is)| *is).map(|(name, _)| name.to_owned()));
    found.into_iter().map(|name| format!("machine: {name}")).collect()
}

fn of_groups(case: &Case, schedule: &Schedule) -> [(&'static str, bool); 7] {
    let is_own = |machine: &&Machine| machine.instance.schedule_tag == schedule.tag_value;
    let own: Vec<&Machine> = case.machines.iter().filter(is_own).collect();
    let members = |name: &str| {
        own.iter().filter(|one| one.instance.group_tag.as_ref().is_some_and(|tag| tag.as_str() == name)).count()
    };
    let needed = |count: usize| schedule.groups.iter().any(|group| group.dependencies.len() >= count);
    let is_unknown = |machine: &&Machine| {
        let tag = machine.instance.group_tag.as_ref().filter(|_| !schedule.groups.is_empty());
        tag.is_some_and(|tag| schedule.groups.get(tag).is_none())
    };
    [
        ("no groups", schedule.groups.is_empty()),
        ("many groups", schedule.groups.iter().count() == 6),
        ("needs one", needed(1)),
        ("needs two", needed(2)),
        ("empty group", schedule.groups.iter().any(|group| members(group.name.as_str()) == 0)),
        ("status-ok", schedule.groups.iter().any(|group| group.ready == Ready::StatusOk)),
        ("unknown group tag", own.iter().any(is_unknown)),
    ]
}

fn of_timetable(case: &Case, schedule: &Schedule) -> [(&'static str, bool); 17] {
    let row = case.tables.schedules.iter().find(|row| row["ScheduleName"] == schedule.name.as_str()).unwrap();
    let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().trim();
    let days = text("DaysActive").to_lowercase();
    let transitions = calendar::transitions(schedule, case.from, case.to);
    let short = |action: Action| {
        let mut pairs = transitions.iter().zip(transitions.iter().skip(1));
        pairs.any(|(one, next)| one.action == action && next.at - one.at <= Duration::minutes(90))
    };
    let hour = |text: &str| text.split(':').next().and_then(|hour| hour.parse().ok()).unwrap_or(0);
    let offset = |at: DateTime<Utc>| at.with_timezone(&schedule.zone).naive_local() - at.naive_utc();
    let dates = |more_than: usize| schedule.exceptions.values().any(|of_date| of_date.len() > more_than);
    [
        ("no transition", transitions.is_empty()),
        ("short window", short(Action::Start)),
        ("short pause", short(Action::Stop)),
        ("periods", matches!(schedule.timetable, Timetable::Periods(_))),
        ("all", days == "all"),
        ("weekdays", days == "weekdays"),
        ("weekends", days == "weekends"),
        ("list of days", days.contains(',')),
        ("range of days", days.contains('-')),
        ("no start", text("StartTime") == "None"),
        ("no stop", text("StopTime") == "None"),
        ("all day", text("StopTime") == "24:00"),
        ("past midnight, counted on", hour(text("StopTime")) >= 24),
        ("shortly before midnight", hour(text("StopTime")) == 23),
        ("clocks change", offset(case.from) != offset(case.to)),
        ("exception", dates(0)),
        ("two exceptions for a date", dates(1)),
    ]
}

fn of_schedule(case: &Case, schedule: &Schedule) -> Vec<String> {
    let properties = [
        ("enforce", schedule.enforce),
        ("notify", schedule.mode == Mode::Notify),
        ("off", schedule.mode == Mode::Off),
        ("disabled", !schedule.enabled),
        ("no warning", schedule.warning_lead.is_zero()),
        ("long warning", schedule.warning_lead >= Duration::minutes(30)),
        ("small limit", schedule.max_extension <= Duration::minutes(30)),
        ("two regions", schedule.scopes.len() > 1),
    ];
    let all = properties.into_iter().chain(of_groups(case, schedule)).chain(of_timetable(case, schedule));
    all.filter(|(_, is)| *is).map(|(name, _)| format!("schedule: {name}")).collect()
}

fn of_case(case: &Case) -> BTreeSet<String> {
    let schedules = understood(case, &case.tables);
    let tags: BTreeSet<_> = schedules.iter().map(|schedule| &schedule.tag_value).collect();
    let mut found: BTreeSet<String> = schedules.iter().flat_map(|schedule| of_schedule(case, schedule)).collect();
    found.extend(case.machines.iter().flat_map(of_machine));
    found.extend(case.incidents.iter().flat_map(|incident| of_incident(&incident.what)));
    found.insert(format!("{} schedules", schedules.len()));
    found.insert(format!("cron {}", case.cron.num_minutes()));
    let restarts = case.machines.iter().filter_map(|machine| machine.instance.restarts_at);
    let properties = [
        ("shared tag", tags.len() < schedules.len()),
        ("week", case.to - case.from > Duration::days(7)),
        ("database restarts", restarts.min().is_some_and(|at| at < case.to)),
        ("no change events", !case.on_change),
        ("nothing happens", case.incidents.is_empty()),
        ("up to three incidents", (1..=3).contains(&case.incidents.len())),
        ("many incidents", case.incidents.len() >= 16),
    ];
    found.extend(properties.into_iter().filter(|(_, is)| *is).map(|(name, _)| name.to_owned()));
    found
}

/// In how many of 300 cases each has to come up at least.
#[rustfmt::skip]
const LEAST: &[(&str, u32)] = &[
    ("1 schedules", 101),
    ("2 schedules", 40),
    ("3 schedules", 19),
    ("4 schedules", 18),
    ("AwsFails", 79),
    ("AwsFails Capacity", 15),
    ("AwsFails Denied", 19),
    ("AwsFails Describe", 36),
    ("AwsFails Gone", 12),
    ("AwsFails LostAnswer", 31),
    ("AwsFails Other", 12),
    ("AwsFails Partial", 15),
    ("AwsFails Refused", 15),
    ("AwsFails Slow", 31),
    ("AwsFails Start", 54),
    ("AwsFails Stop", 46),
    ("AwsFails Throttled", 14),
    ("AwsFails Unreachable", 16),
    ("AwsFails WrongState", 13),
    ("AwsFails a few times", 61),
    ("AwsFails all", 73),
    ("AwsFails all the time", 54),
    ("AwsFails one", 24),
    ("Busy", 17),
    ("ChatFails", 51),
    ("ChatFails Down", 12),
    ("ChatFails Late", 7),
    ("ChatFails LostAnswer", 24),
    ("ChatFails Refused", 12),
    ("ChatFails Slow", 14),
    ("ChatFails TooMany", 7),
    ("ChatFails a few times", 32),
    ("ChatFails all the time", 34),
    ("ClockOff", 20),
    ("ClocksApart", 19),
    ("Console", 33),
    ("Console Start", 18),
    ("Console Stop", 18),
    ("Deletes", 24),
    ("Deletes Exception", 6),
    ("Deletes Run", 17),
    ("Deletes Schedule", 1),
    ("Deletes ServerGroup", 3),
    ("Doubled", 29),
    ("Doubled at once", 24),
    ("Edits", 61),
    ("Edits Exception ExceptionValue", 4),
    ("Edits Schedule DaysActive", 3),
    ("Edits Schedule Enabled", 5),
    ("Edits Schedule Enforce", 1),
    ("Edits Schedule MaxExtensionMinutes", 2),
    ("Edits Schedule Mode", 3),
    ("Edits Schedule StartTime", 6),
    ("Edits Schedule StopTime", 12),
    ("Edits Schedule StopWarningMinutes", 3),
    ("Edits Schedule TagValue", 4),
    ("Edits ServerGroup Dependency", 4),
    ("Edits ServerGroup Ready", 3),
    ("Extends", 48),
    ("Extends too long", 5),
    ("Killed", 66),
    ("Late", 19),
    ("Launched", 9),
    ("Orders", 50),
    ("Orders Start false", 17),
    ("Orders Start true", 37),
    ("Orders Stop false", 4),
    ("Orders Stop true", 21),
    ("Outage", 22),
    ("Retagged", 18),
    ("ShortLimit", 25),
    ("Stale", 29),
    ("TablesFail", 85),
    ("TablesFail Any", 32),
    ("TablesFail Denied", 17),
    ("TablesFail LostAnswer", 21),
    ("TablesFail LowerFlag", 36),
    ("TablesFail Missing", 23),
    ("TablesFail Other", 13),
    ("TablesFail OwnConflict", 25),
    ("TablesFail PutHistory", 14),
    ("TablesFail PutRun", 37),
    ("TablesFail Runs", 22),
    ("TablesFail Scan", 29),
    ("TablesFail Slow", 39),
    ("TablesFail Unavailable", 23),
    ("TablesFail a few times", 63),
    ("TablesFail all the time", 57),
    ("Terminated", 20),
    ("Writes", 19),
    ("Writes Exception", 11),
    ("Writes Schedule", 7),
    ("Writes ServerGroup", 6),
    ("cron 1", 11),
    ("cron 10", 40),
    ("cron 15", 41),
    ("cron 5", 87),
    ("database restarts", 52),
    ("machine: Broken", 16),
    ("machine: Changing", 3),
    ("machine: Ec2", 156),
    ("machine: Gone", 18),
    ("machine: RdsCluster", 97),
    ("machine: RdsInstance", 138),
    ("machine: Running", 126),
    ("machine: Stopped", 137),
    ("machine: busy at first", 103),
    ("machine: checks", 145),
    ("machine: elsewhere", 25),
    ("machine: falls back", 75),
    ("machine: falls back for ever", 6),
    ("machine: no group tag", 93),
    ("machine: nobody's", 25),
    ("machine: refused", 57),
    ("machine: slow", 129),
    ("many incidents", 22),
    ("no change events", 25),
    ("nothing happens", 7),
    ("schedule: all", 90),
    ("schedule: all day", 16),
    ("schedule: clocks change", 40),
    ("schedule: disabled", 14),
    ("schedule: empty group", 120),
    ("schedule: enforce", 41),
    ("schedule: exception", 88),
    ("schedule: list of days", 69),
    ("schedule: long warning", 52),
    ("schedule: many groups", 27),
    ("schedule: needs one", 121),
    ("schedule: needs two", 49),
    ("schedule: no groups", 41),
    ("schedule: no start", 18),
    ("schedule: no stop", 4),
    ("schedule: no transition", 32),
    ("schedule: no warning", 30),
    ("schedule: notify", 10),
    ("schedule: off", 10),
    ("schedule: past midnight, counted on", 63),
    ("schedule: periods", 27),
    ("schedule: range of days", 37),
    ("schedule: short pause", 25),
    ("schedule: short window", 48),
    ("schedule: shortly before midnight", 23),
    ("schedule: small limit", 30),
    ("schedule: status-ok", 74),
    ("schedule: two exceptions for a date", 51),
    ("schedule: two regions", 12),
    ("schedule: unknown group tag", 61),
    ("schedule: weekdays", 26),
    ("schedule: weekends", 18),
    ("shared tag", 1),
    ("up to three incidents", 58),
    ("week", 4),
];

#[test]
fn everything_comes_up() {
    // Chance makes less of a difference in more cases.
    const TIMES: u32 = 4;
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for found in (0..u64::from(300 * TIMES)).map(|seed| of_case(&case(seed, Faults::All))) {
        for name in found {
            *counts.entry(name).or_default() += 1;
        }
    }
    let count = |name: &str| counts.get(name).copied().unwrap_or_default();
    let seldom: Vec<_> = LEAST
        .iter()
        .map(|(name, least)| (name, least * TIMES, count(name)))
        .filter(|(_, least, count)| count < least)
        .collect();
    assert!(seldom.is_empty(), "too seldom (what, least, times): {seldom:?}; all: {counts:#?}");
}
