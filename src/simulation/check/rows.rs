//! What the rows of a schedule say, read from the items themselves; a row that is not understood makes it faulty.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use super::days;
use super::timetable::{Changes, Period, Timetable, Transition};
use crate::model::{
    Action, GroupName, Instance, InstanceKind, InstanceState, Inventory, Mode, Region, ScheduleName, Scope, TagValue,
};
use crate::ports::Item;
use crate::simulation::Case;

/// A group of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) is_ec2: bool,
    pub(super) needs_checks: bool,
    pub(super) dependencies: BTreeSet<GroupName>,
}

/// A schedule that is understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rules {
    pub(super) tag: TagValue,
    pub(super) scopes: Vec<Scope>,
    pub(super) is_enabled: bool,
    pub(super) mode: Mode,
    /// The order that stands; of two that contradict each other neither does.
    pub(super) order: Option<Action>,
    pub(super) enforce: bool,
    pub(super) lead: Duration,
    pub(super) groups: BTreeMap<GroupName, Group>,
    /// Around the stretch of the case, by time.
    pub(super) transitions: Vec<Transition>,
}

/// What the rows say of a schedule.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reading {
    /// There is no such schedule.
    Absent,
    /// It is not understood: nothing may be done to it.
    Faulty,
    /// It is understood.
    Rules(Rules),
}

impl Reading {
    pub(super) fn rules(&self) -> Option<&Rules> {
        match self {
            Self::Rules(rules) => Some(rules),
            _ => None,
        }
    }
}

impl Rules {
    /// The last transition at or before an instant.
    pub(super) fn last(&self, at: DateTime<Utc>) -> Option<Transition> {
        let count = self.transitions.partition_point(|one| one.at <= at);
        self.transitions.get(count.checked_sub(1)?).copied()
    }

    /// The last start, or the last stop, at or before an instant.
    pub(super) fn last_of(&self, action: Action, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let count = self.transitions.partition_point(|one| one.at <= at);
        self.transitions.iter().take(count).rev().find(|one| one.action == action).map(|one| one.at)
    }

    /// The first transition after an instant.
    pub(super) fn next(&self, after: DateTime<Utc>) -> Option<Transition> {
        let count = self.transitions.partition_point(|one| one.at <= after);
        self.transitions.get(count).copied()
    }

    /// The group of an instance by its tag and kind.
    pub(super) fn group_of(&self, instance: &Instance) -> Option<(&GroupName, &Group)> {
        let tag = instance.group_tag.as_ref()?;
        let (name, group) = self.groups.get_key_value(tag)?;
        (group.is_ec2 == (instance.key.kind == InstanceKind::Ec2)).then_some((name, group))
    }

    pub(super) fn owns(&self, instance: &Instance) -> bool {
        instance.schedule_tag == self.tag && self.scopes.contains(&instance.key.scope)
    }

    /// The groups that a group waits for.
    pub(super) fn waits_for<'a>(&'a self, name: &'a GroupName, action: Action) -> Vec<&'a GroupName> {
        match action {
            Action::Start => self.groups.get(name).into_iter().flat_map(|group| &group.dependencies).collect(),
            Action::Stop => {
                let waiting = self.groups.iter().filter(|(_, group)| group.dependencies.contains(name));
                waiting.map(|(other, _)| other).collect()
            }
        }
    }

    /// The instances in an inventory that are this schedule's and count (rule O6).
    pub(super) fn counted<'a>(&'a self, seen: &'a Inventory) -> impl Iterator<Item = &'a Instance> {
        let all = seen.instances.values().filter(|instance| self.owns(instance));
        all.filter(|instance| instance.state != InstanceState::Gone && instance.refusal.is_none())
    }

    /// Whether an instance is where an action leads, as far as those who wait for it care (rule O1).
    pub(super) fn is_there(&self, instance: &Instance, action: Action) -> bool {
        let needs_checks = action == Action::Start
            && instance.key.kind == InstanceKind::Ec2
            && self.group_of(instance).is_some_and(|(_, group)| group.needs_checks);
        let has_checks = !needs_checks || instance.checks_passed == Some(true);
        is_at(&instance.state, action) && has_checks
    }
}

/// Whether a state is where an action leads.
pub(super) fn is_at(state: &InstanceState, action: Action) -> bool {
    match action {
        Action::Start => matches!(state, InstanceState::Running | InstanceState::Serving { .. }),
        Action::Stop => *state == InstanceState::Stopped,
    }
}

/// The schedule to which an item belongs.
pub(super) fn owner(item: &Item) -> Option<ScheduleName> {
    let name = ScheduleName::new(item.get("ScheduleName")?.as_str()?).ok()?;
    (name.as_str() != "@lamplighter").then_some(name)
}

/// What rows are read for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Transitions are found from before this.
    pub(super) from: DateTime<Utc>,
    /// And until after this.
    pub(super) to: DateTime<Utc>,
    /// The zone of a schedule that names none.
    pub(super) zone: Tz,
    /// The lead of a schedule that names none.
    pub(super) lead: Duration,
}

impl Frame {
    pub(super) fn of(case: &Case) -> Self {
        let (zone, lead) = (case.defaults.zone, case.defaults.warning_lead);
        Self { from: case.from, to: case.to, zone, lead }
    }
}

/// Reads the rows of a schedule.
pub(super) fn read(schedules: &[&Item], groups: &[&Item], exceptions: &[&Item], frame: Frame) -> Reading {
    let item = match schedules {
        [] => return Reading::Absent,
        [item] => item,
        // Two of one name: which one is meant is not guessed.
        _ => return Reading::Faulty,
    };
    let rules = schedule(item, exceptions, frame);
    match rules.zip(all_groups(groups)) {
        Some((rules, groups)) => Reading::Rules(Rules { groups, ..rules }),
        None => Reading::Faulty,
    }
}

/// An attribute that is there.
fn value<'a>(item: &'a Item, name: &str) -> Option<&'a Value> {
    item.get(name).filter(|value| !value.is_null())
}

/// Text that has to be there and not to be empty.
fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    Some(value(item, name)?.as_str()?.trim()).filter(|text| !text.is_empty())
}

/// An attribute that may be absent; `None` is a fault.
fn optional<T>(item: &Item, name: &str, absent: T, read: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
    match value(item, name) {
        None => Some(absent),
        Some(value) => read(value),
    }
}

fn flag(item: &Item, name: &str) -> Option<bool> {
    optional(item, name, false, Value::as_bool)
}

fn minutes(item: &Item, name: &str, absent: i64, most: i64) -> Option<i64> {
    optional(item, name, absent, |value| value.as_i64().filter(|minutes| (0..=most).contains(minutes)))
}

fn word<T: Copy>(item: &Item, name: &str, absent: T, words: &[(&str, T)]) -> Option<T> {
    optional(item, name, absent, |value| {
        let text = value.as_str()?.trim().to_lowercase();
        words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning)
    })
}

/// Whether notes for people are text, if they are there.
fn are_texts(item: &Item, names: &[&str]) -> bool {
    names.iter().all(|name| value(item, name).is_none_or(Value::is_string))
}

fn schedule(item: &Item, exceptions: &[&Item], frame: Frame) -> Option<Rules> {
    const MODES: [(&str, Mode); 3] = [("act", Mode::Act), ("notify", Mode::Notify), ("off", Mode::Off)];
    if !are_texts(item, &["Description", "Owner"]) {
        return None;
    }
    minutes(item, "MaxExtensionMinutes", 0, 2880)?;
    let zone = optional(item, "Timezone", frame.zone, |value| value.as_str()?.trim().parse().ok())?;
    let order = match (flag(item, "ForceStart")?, flag(item, "ForceStop")?) {
        (true, false) => Some(Action::Start),
        (false, true) => Some(Action::Stop),
        _ => None,
    };
    let mut timetable = Timetable { zone, periods: periods(item)?, changes: BTreeMap::new() };
    for exception in exceptions {
        if let Some((date, is_start, time)) = self::exception(exception) {
            let changes: &mut Changes = timetable.changes.entry(date).or_default();
            if is_start { &mut changes.starts } else { &mut changes.stops }.push(time);
        }
    }
    Some(Rules {
        tag: TagValue::new(text(item, "TagValue")?).ok()?,
        scopes: scopes(item)?,
        is_enabled: value(item, "Enabled")?.as_bool()?,
        mode: word(item, "Mode", Mode::Act, &MODES)?,
        order,
        enforce: flag(item, "Enforce")?,
        lead: Duration::minutes(minutes(item, "StopWarningMinutes", frame.lead.num_minutes(), 1440)?),
        groups: BTreeMap::new(),
        transitions: timetable.around(frame.from, frame.to),
    })
}

/// `H:M` in minutes, or `None` as it stands in a row.
type Time = Option<i64>;

/// A start or stop time; `None` is a fault.
pub(super) fn clock(item: &Item, name: &str) -> Option<Time> {
    let text = text(item, name)?;
    if text.eq_ignore_ascii_case("none") {
        return Some(None);
    }
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute) = (days::number(hour)?, days::number(minute)?);
    (hour < 48 && minute < 60).then_some(Some(i64::from(hour * 60 + minute)))
}

fn times(item: &Item) -> Option<(Time, Time)> {
    let (start, stop) = (clock(item, "StartTime")?, clock(item, "StopTime")?);
    let is_sound = start.zip(stop).is_none_or(|(start, stop)| start != stop && start < stop + 24 * 60);
    is_sound.then_some((start, stop))
}

fn periods(item: &Item) -> Option<Vec<Period>> {
    let Some(periods) = value(item, "Periods") else {
        let (start, stop) = times(item)?;
        return Some(vec![Period { lists: vec![days::days_active(text(item, "DaysActive")?)?], start, stop }]);
    };
    let periods = periods.as_array().filter(|periods| (1..=100).contains(&periods.len()))?;
    let read = |period: &Value| {
        let period = period.as_object()?;
        let (start, stop) = times(period)?;
        let mut lists = Vec::new();
        for (name, part) in days::LISTS {
            if let Some(value) = value(period, name) {
                lists.push(days::list(value, part)?);
            }
        }
        Some(Period { lists, start, stop })
    };
    periods.iter().map(read).collect()
}

fn scopes(item: &Item) -> Option<Vec<Scope>> {
    let list = |name| optional(item, name, Vec::new(), |value| value.as_array().cloned());
    let region = |region: &Value| {
        let text = region.as_str()?.trim();
        let is_plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let is_bare = text.trim_matches('-') == text;
        Region::new(text).ok().filter(|_| is_plain && is_bare)
    };
    // The worlds know the function's own account only.
    let is_own = |account: &Value| account.as_str().is_some_and(|text| text.trim().eq_ignore_ascii_case("own"));
    if !list("Accounts")?.iter().all(is_own) {
        return None;
    }
    let regions: Vec<Region> = list("Regions")?.iter().map(region).collect::<Option<_>>()?;
    let scopes = regions.into_iter().map(|region| Scope { account: None, region: Some(region) });
    let scopes: Vec<Scope> = scopes.collect();
    Some(if scopes.is_empty() { vec![Scope::default()] } else { scopes })
}

/// The groups, if all of them are understood, none is there twice, and each can have its turn.
fn all_groups(items: &[&Item]) -> Option<BTreeMap<GroupName, Group>> {
    let groups: BTreeMap<GroupName, Group> = items.iter().copied().map(group).collect::<Option<_>>()?;
    if groups.len() != items.len() || groups.len() > 500 {
        return None;
    }
    let mut done: BTreeSet<&GroupName> = BTreeSet::new();
    loop {
        let can_go = |group: &Group| group.dependencies.iter().all(|name| done.contains(name));
        let next: Vec<&GroupName> =
            groups.iter().filter(|(name, group)| !done.contains(name) && can_go(group)).map(|(name, _)| name).collect();
        if next.is_empty() {
            // A dependency that does not exist never has its turn, nor does a circle.
            return (done.len() == groups.len()).then_some(groups);
        }
        done.extend(next);
    }
}

fn group(item: &Item) -> Option<(GroupName, Group)> {
    let name = GroupName::new(text(item, "GroupName")?).ok()?;
    let is_ec2 = match text(item, "InstanceType")?.to_uppercase().as_str() {
        "EC2" => true,
        "RDS" => false,
        _ => return None,
    };
    let dependencies = optional(item, "Dependency", BTreeSet::new(), |value| {
        let name = |value: &Value| GroupName::new(value.as_str()?).ok();
        value.as_array()?.iter().map(name).collect::<Option<BTreeSet<_>>>()
    })?;
    let needs_checks = word(item, "Ready", false, &[("running", false), ("status-ok", true)])?;
    minutes(item, "SlowAfterMinutes", 0, 1440)?;
    Some((name, Group { is_ec2, needs_checks, dependencies }))
}

/// The date, whether it is about the start, and the new time; a faulty one is ignored and the timetable stands.
fn exception(item: &Item) -> Option<(NaiveDate, bool, Time)> {
    if !are_texts(item, &["ExceptionUuid", "CreatedBy", "CreatedVia", "CreatedAt", "Reason"]) {
        return None;
    }
    let date = text(item, "ExceptionDate")?;
    let is_plain = date.len() == 10 && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok().filter(|_| is_plain)?;
    text(item, "ExceptionType")?;
    let is_start = word(item, "ExceptionType", false, &[("start", true), ("stop", false)])?;
    Some((date, is_start, clock(item, "ExceptionValue")?))
}
