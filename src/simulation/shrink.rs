//! Cuts a failing case down to what is needed for it to fail.
//!
//! Takes parts away and keeps what still fails: many at once, then fewer, then one by one (delta debugging). Knows nothing
//! of why it fails.

use chrono::Duration;
use serde_json::Value;

use super::case::QUIET;
use super::file::instance_of;
use super::{Case, What};
use crate::memory::Machine;
use crate::model::InstanceKey;
use crate::ports::Item;

/// The most cases that are tried.
const MOST_TRIES: u32 = 600;

/// Cuts a case down while `still_fails` says so; asks it at most 600 times.
#[must_use]
pub fn shrink(case: Case, still_fails: impl FnMut(&Case) -> bool) -> Case {
    let mut shrinker = Shrinker { best: case, tries_left: MOST_TRIES, still_fails };
    loop {
        let before = size(&shrinker.best);
        shrinker.thin(|case| &mut case.incidents);
        shrinker.schedules();
        shrinker.thin(|case| &mut case.machines);
        shrinker.groups();
        shrinker.thin(|case| &mut case.tables.exceptions);
        shrinker.attributes();
        shrinker.machines();
        shrinker.windows();
        shrinker.stretch();
        if shrinker.tries_left == 0 || size(&shrinker.best) == before {
            return shrinker.best;
        }
    }
}

/// How much there is in a case: it gets less with whatever is taken away.
fn size(case: &Case) -> (usize, Duration) {
    let rows = [&case.tables.schedules, &case.tables.groups, &case.tables.exceptions];
    let attributes: usize = rows.into_iter().flatten().map(|row| row.len() + 1).sum();
    (case.incidents.len() + case.machines.len() + attributes, case.to - case.from)
}

struct Shrinker<F> {
    best: Case,
    tries_left: u32,
    still_fails: F,
}

impl<F: FnMut(&Case) -> bool> Shrinker<F> {
    /// Keeps what `change` makes of the best case, if it still fails.
    fn attempt(&mut self, change: impl FnOnce(&mut Case)) -> bool {
        if self.tries_left == 0 {
            return false;
        }
        self.tries_left -= 1;
        let mut case = self.best.clone();
        change(&mut case);
        let fails = (self.still_fails)(&case);
        if fails {
            self.best = case;
        }
        fails
    }

    /// Takes away as much as possible of a list.
    fn thin<T>(&mut self, list: fn(&mut Case) -> &mut Vec<T>) {
        let mut length = list(&mut self.best).len();
        while length > 0 && self.tries_left > 0 {
            let mut has_less = false;
            let mut at = 0;
            while at < list(&mut self.best).len() {
                let is_less = self.attempt(|case| {
                    let list = list(case);
                    list.drain(at..list.len().min(at + length));
                });
                has_less |= is_less;
                if !is_less {
                    at += length;
                }
            }
            if !has_less {
                length /= 2;
            }
            length = length.min(list(&mut self.best).len());
        }
    }

    /// Takes whole schedules away, with all that is about them.
    fn schedules(&mut self) {
        for name in names(&self.best.tables.schedules, "ScheduleName") {
            self.attempt(|case| without_schedule(case, &name));
        }
    }

    /// Takes groups away: with their instances, or without.
    fn groups(&mut self) {
        for row in self.best.tables.groups.clone() {
            if !self.attempt(|case| without_group(case, &row, true)) {
                self.attempt(|case| without_group(case, &row, false));
            }
        }
    }

    /// Takes away attributes that may be absent, and single dependencies.
    fn attributes(&mut self) {
        for index in 0..self.best.tables.schedules.len() {
            self.attributes_of(|case| case.tables.schedules.get_mut(index), &OF_SCHEDULE);
        }
        for index in 0..self.best.tables.groups.len() {
            self.attributes_of(|case| case.tables.groups.get_mut(index), &OF_GROUP);
            self.dependencies(index);
        }
    }

    fn attributes_of(&mut self, row: impl Fn(&mut Case) -> Option<&mut Item>, names: &[&str]) {
        for name in names {
            if row(&mut self.best).is_some_and(|row| row.contains_key(*name)) {
                self.attempt(|case| _ = row(case).and_then(|row| row.remove(*name)));
            }
        }
    }

    fn dependencies(&mut self, index: usize) {
        let list = |case: &Case| case.tables.groups.get(index).and_then(|row| row.get("Dependency")).cloned();
        let Some(Value::Array(needed)) = list(&self.best) else { return };
        for name in needed {
            self.attempt(|case| {
                let row = case.tables.groups.get_mut(index);
                if let Some(Value::Array(needed)) = row.and_then(|row| row.get_mut("Dependency")) {
                    needed.retain(|other| *other != name);
                }
            });
        }
    }

    /// Makes instances plain: all of them in one respect, or else one by one.
    fn machines(&mut self) {
        for (is_plain, make_plain) in PLAIN {
            if self.best.machines.iter().all(is_plain)
                || self.attempt(|case| case.machines.iter_mut().for_each(make_plain))
            {
                continue;
            }
            for index in 0..self.best.machines.len() {
                if self.best.machines.get(index).is_some_and(|machine| !is_plain(machine)) {
                    self.attempt(|case| case.machines.get_mut(index).into_iter().for_each(make_plain));
                }
            }
        }
    }

    /// Shortens what holds for a time.
    fn windows(&mut self) {
        for index in 0..self.best.incidents.len() {
            for _ in 0..3 {
                let Some(length) = self.window(index).filter(|length| *length > Duration::minutes(1)) else { break };
                let is_shorter = self.attempt(|case| {
                    let Some(incident) = case.incidents.get_mut(index) else { return };
                    if let Some(until) = incident.what.until_mut() {
                        *until = incident.at + length / 4;
                    }
                });
                if !is_shorter {
                    break;
                }
            }
        }
    }

    fn window(&mut self, index: usize) -> Option<Duration> {
        let incident = self.best.incidents.get_mut(index)?;
        incident.what.until_mut().map(|until| *until - incident.at)
    }

    /// Lets the case end earlier and begin later, by whole hours.
    fn stretch(&mut self) {
        let ends = self.best.incidents.iter_mut().map(|one| one.what.until_mut().map_or(one.at, |until| *until));
        let last = ends.max().unwrap_or(self.best.from);
        let first = self.best.incidents.iter().map(|incident| incident.at).min();
        let mut hours = (self.best.to - self.best.from).num_hours() / 2;
        while hours > 0 {
            let by = Duration::hours(hours);
            let can_end = self.best.to - by >= last + QUIET;
            let is_shorter = can_end && self.attempt(|case| case.to -= by);
            let can_begin =
                first.is_none_or(|first| self.best.from + by < first) && self.best.from + by + QUIET < self.best.to;
            let is_later = can_begin && self.attempt(|case| case.from += by);
            if !is_shorter && !is_later {
                hours /= 2;
            }
        }
    }
}

/// Attributes of a schedule that may be absent and whose absence does not move instances elsewhere.
const OF_SCHEDULE: [&str; 8] =
    ["Owner", "Description", "ForceStop", "Mode", "Enforce", "StopWarningMinutes", "MaxExtensionMinutes", "Timezone"];

const OF_GROUP: [&str; 3] = ["Ready", "SlowAfterMinutes", "Dependency"];

type Respect = (fn(&Machine) -> bool, fn(&mut Machine));

/// In what instances can be plain.
const PLAIN: [Respect; 5] = [
    (|machine| machine.falls_back == 0, |machine| machine.falls_back = 0),
    (|machine| machine.checks_in.is_zero(), |machine| machine.checks_in = Duration::zero()),
    (|machine| machine.busy_at_first.is_none(), |machine| machine.busy_at_first = None),
    (|machine| machine.boots_in == Duration::minutes(1), |machine| machine.boots_in = Duration::minutes(1)),
    (|machine| machine.halts_in == Duration::seconds(30), |machine| machine.halts_in = Duration::seconds(30)),
];

fn text<'a>(row: &'a Item, name: &str) -> Option<&'a str> {
    row.get(name).and_then(Value::as_str)
}

fn names(rows: &[Item], attribute: &str) -> Vec<String> {
    rows.iter().filter_map(|row| text(row, attribute)).map(str::to_owned).collect()
}

fn without_schedule(case: &mut Case, name: &str) {
    let is_its = |row: &Item| text(row, "ScheduleName") == Some(name);
    let Some(tag) = case.tables.schedules.iter().find(|row| is_its(row)).and_then(|row| row.get("TagValue")).cloned()
    else {
        return;
    };
    let exceptions: Vec<Value> = case
        .tables
        .exceptions
        .iter()
        .filter(|row| is_its(row))
        .filter_map(|row| row.get("ExceptionUuid").cloned())
        .collect();
    let is_of_exception = |row: &Item| {
        row.get("ExceptionUuid").is_some_and(|id| exceptions.contains(id) && !row.contains_key("ScheduleName"))
    };
    case.tables.schedules.retain(|row| !is_its(row));
    case.tables.groups.retain(|row| !is_its(row));
    case.tables.exceptions.retain(|row| !is_its(row));
    if case.tables.schedules.iter().all(|row| row.get("TagValue") != Some(&tag)) {
        without_machines(case, |machine| tag == machine.instance.schedule_tag.as_str());
    }
    case.incidents.retain(|incident| match &incident.what {
        What::Extends { schedule, .. } | What::Orders { schedule, .. } => schedule.as_str() != name,
        What::Writes { item: row, .. } | What::Edits { key: row, .. } | What::Deletes { key: row, .. } => {
            !is_its(row) && !is_of_exception(row)
        }
        _ => true,
    });
}

fn without_machines(case: &mut Case, is_gone: impl Fn(&Machine) -> bool) {
    case.machines.retain(|machine| !is_gone(machine));
    let keys: Vec<InstanceKey> = case.machines.iter().map(|machine| machine.instance.key.clone()).collect();
    case.incidents.retain(|incident| instance_of(&incident.what).is_none_or(|instance| keys.contains(instance)));
}

fn without_group(case: &mut Case, row: &Item, with_machines: bool) {
    let (schedule, Some(name)) = (row.get("ScheduleName"), text(row, "GroupName")) else { return };
    case.tables.groups.retain(|other| other != row);
    for other in case.tables.groups.iter_mut().filter(|other| other.get("ScheduleName") == schedule) {
        if let Some(Value::Array(needed)) = other.get_mut("Dependency") {
            needed.retain(|needed| needed != name);
        }
    }
    let of_schedule = case.tables.schedules.iter().find(|other| other.get("ScheduleName") == schedule);
    let Some(tag) = of_schedule.and_then(|row| row.get("TagValue")).cloned() else { return };
    let is_member = |machine: &Machine| {
        let is_tagged = machine.instance.group_tag.as_ref().is_some_and(|tag| tag.as_str() == name);
        is_tagged && tag == machine.instance.schedule_tag.as_str()
    };
    if with_machines {
        without_machines(case, is_member);
    } else {
        for machine in case.machines.iter_mut().filter(|machine| is_member(machine)) {
            machine.instance.group_tag = None;
        }
    }
}

#[cfg(test)]
mod tests;
