//! Transitions of timetables that came to nothing, as it can be seen from outside: what was wanted was not there, and not
//! one instance was asked. The checker says nothing of them where a fault explains them; people want to know all the same.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};

use super::{Case, Entry, Happened};
use crate::document::{self, Tables};
use crate::engine::calendar::{self, Transition};
use crate::model::{Action, Instance, InstanceKey, InstanceState, Mode, Schedule, ScheduleName};
use crate::ports::{Item, Table};

/// Nothing is said of a transition that is followed by another one, or by the end, within so much time and the warning's lead.
const GRACE: Duration = Duration::minutes(30);

/// A transition that was due and for which no instance was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// When it was due.
    pub at: DateTime<Utc>,
    /// Whose.
    pub schedule: ScheduleName,
    /// Start or stop.
    pub action: Action,
}

/// The transitions that came to nothing, by time: up to the next one, or to the end, instances were not as wanted, and none of
/// them was asked. What stood due at the beginning counts too; where a person has given an order, nothing does.
#[must_use]
pub fn missed(case: &Case, history: &[Entry]) -> Vec<Missed> {
    let mut walk = Walk { case, now: case.from, ..Walk::new(case) };
    walk.read(true);
    for entry in history.iter().filter(|entry| entry.at < case.to) {
        walk.advance_to(entry.at);
        walk.take(&entry.what);
    }
    walk.advance_to(case.to);
    let names: Vec<ScheduleName> = walk.due.keys().cloned().collect();
    for name in names {
        walk.close(&name, case.to);
    }
    walk.missed.sort_by(|one, other| (one.at, &one.schedule).cmp(&(other.at, &other.schedule)));
    walk.missed
}

/// A transition since it is due.
struct Due {
    transition: Transition,
    /// What was not as wanted then.
    wanted: BTreeSet<InstanceKey>,
    lead: Duration,
    is_asked: bool,
}

struct Walk<'a> {
    case: &'a Case,
    now: DateTime<Utc>,
    tables: BTreeMap<Table, Vec<Item>>,
    /// Those that are there, as they are now.
    instances: BTreeMap<InstanceKey, Instance>,
    schedules: BTreeMap<ScheduleName, (Schedule, Option<Transition>)>,
    due: BTreeMap<ScheduleName, Due>,
    missed: Vec<Missed>,
}

impl<'a> Walk<'a> {
    fn new(case: &'a Case) -> Self {
        let Tables { schedules, groups, exceptions } = case.tables.clone();
        let machines = case.machines.iter().map(|machine| machine.instance.clone());
        let instances = machines.filter(|instance| !case.is_launched(&instance.key));
        Self {
            case,
            now: case.from,
            tables: [(Table::Schedule, schedules), (Table::ServerGroup, groups), (Table::Exception, exceptions)].into(),
            instances: instances.map(|instance| (instance.key.clone(), instance)).collect(),
            schedules: BTreeMap::new(),
            due: BTreeMap::new(),
            missed: Vec::new(),
        }
    }

    /// Reads the rows as they are now; at the beginning what was due last is due still.
    fn read(&mut self, is_beginning: bool) {
        let items = |table| self.tables.get(&table).cloned().unwrap_or_default();
        let tables = Tables {
            schedules: items(Table::Schedule),
            groups: items(Table::ServerGroup),
            exceptions: items(Table::Exception),
        };
        let (schedules, _) = document::read(&tables, self.case.defaults, self.now.date_naive());
        self.schedules.clear();
        for schedule in schedules {
            let last = calendar::last_transition(&schedule, self.now);
            let is_at_work = schedule.enabled && schedule.mode == Mode::Act && schedule.force.is_none();
            // What an edit has moved, or an order has replaced, is due no longer.
            let is_due = |due: &Due| is_at_work && last == Some(due.transition);
            if self.due.get(&schedule.name).is_some_and(|due| !is_due(due)) {
                self.due.remove(&schedule.name);
            }
            if let Some(last) = last.filter(|_| is_beginning) {
                self.open(&schedule, last);
            }
            let next = calendar::next_transition(&schedule, self.now, None);
            self.schedules.insert(schedule.name.clone(), (schedule, next));
        }
    }

    /// Lets the transitions before `at` come.
    fn advance_to(&mut self, at: DateTime<Utc>) {
        loop {
            let coming = self.schedules.values().filter_map(|(schedule, next)| Some((next.as_ref()?.at, schedule)));
            let Some((next_at, schedule)) = coming.filter(|(next_at, _)| *next_at < at).min_by_key(|(at, _)| *at)
            else {
                break;
            };
            let schedule = schedule.clone();
            self.now = next_at;
            self.close(&schedule.name, next_at);
            let next = calendar::next_transition(&schedule, next_at, None);
            if let Some((_, coming)) = self.schedules.get_mut(&schedule.name) {
                let transition = std::mem::replace(coming, next);
                if let Some(transition) = transition {
                    self.open(&schedule, transition);
                }
            }
        }
        self.now = self.now.max(at);
    }

    fn open(&mut self, schedule: &Schedule, transition: Transition) {
        if !schedule.enabled || schedule.mode != Mode::Act || schedule.force.is_some() {
            return;
        }
        let is_its = |instance: &&Instance| {
            instance.schedule_tag == schedule.tag_value && schedule.scopes.contains(&instance.key.scope)
        };
        let own = self.instances.values().filter(is_its);
        let wanted = own.filter(|instance| is_off(instance, transition.action));
        let wanted = wanted.map(|instance| instance.key.clone()).collect();
        let due = Due { transition, wanted, lead: schedule.warning_lead, is_asked: false };
        self.due.insert(schedule.name.clone(), due);
    }

    /// Judges what was due until now.
    fn close(&mut self, name: &ScheduleName, at: DateTime<Utc>) {
        let Some(Due { transition, wanted, lead, is_asked }) = self.due.remove(name) else { return };
        let is_still_off =
            |key: &InstanceKey| self.instances.get(key).is_some_and(|instance| is_off(instance, transition.action));
        let had_time = at - transition.at.max(self.case.from) >= GRACE + lead + self.case.cron;
        if had_time && !is_asked && wanted.iter().any(is_still_off) {
            let Transition { at, action } = transition;
            self.missed.push(Missed { at, schedule: name.clone(), action });
        }
    }

    fn take(&mut self, what: &Happened) {
        match what {
            Happened::State { key, state, .. } => self.state(key, state),
            Happened::Retagged(instance) => {
                self.instances.insert(instance.key.clone(), instance.clone());
                // What belongs to another schedule now is not wanted by this one.
                for due in self.due.values_mut() {
                    due.wanted.remove(&instance.key);
                }
            }
            Happened::Asked { action, key, .. } => {
                let of = self.due.values_mut().filter(|due| due.transition.action == *action);
                for due in of.filter(|due| due.wanted.contains(key)) {
                    due.is_asked = true;
                }
            }
            Happened::Row { table, before: Some(before), after, .. } => self.row(*table, Some(before), after.as_ref()),
            Happened::Row { table, before: None, after, by } if *by != super::history::Whom::Beginning => {
                self.row(*table, None, after.as_ref());
            }
            _ => {}
        }
    }

    fn state(&mut self, key: &InstanceKey, state: &InstanceState) {
        if let Some(instance) = self.instances.get_mut(key) {
            instance.state = state.clone();
        } else if let Some(machine) = self.case.machines.iter().find(|machine| machine.instance.key == *key) {
            // It is launched.
            self.instances.insert(key.clone(), Instance { state: state.clone(), ..machine.instance.clone() });
        }
    }

    fn row(&mut self, table: Table, before: Option<&Item>, after: Option<&Item>) {
        let items = self.tables.entry(table).or_default();
        let place = before.and_then(|before| items.iter().position(|item| item == before));
        match (place.and_then(|place| items.get_mut(place)), place, after) {
            (Some(item), _, Some(after)) => item.clone_from(after),
            (_, Some(place), None) => _ = items.remove(place),
            (_, _, Some(after)) => items.push(after.clone()),
            (_, None, None) => {}
        }
        if table != Table::Run {
            self.read(false);
        }
    }
}

/// Whether an instance is not where a transition wants it, and could be asked.
fn is_off(instance: &Instance, action: Action) -> bool {
    let is_up = match instance.state {
        InstanceState::Running | InstanceState::Starting | InstanceState::Serving { .. } => true,
        InstanceState::Stopped | InstanceState::Stopping => false,
        InstanceState::Changing { .. } | InstanceState::Broken { .. } | InstanceState::Gone => return false,
    };
    instance.refusal.is_none() && is_up == (action == Action::Stop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::{file, run};

    const ROWS: &str = "Rows:
  Schedule:
    - {ScheduleName: S, TagValue: S, DaysActive: all, Enabled: true, StartTime: \"09:30\", StopTime: \"22:00\", Timezone: UTC}
";

    /// What is missed in two days with one instance.
    fn two_days(state: &str, from: &str, rows: &str, incidents: &[&str]) -> Vec<String> {
        let incidents: Vec<String> = incidents.iter().map(|incident| format!("{{{incident}}}")).collect();
        let text = format!(
            "Cron: 10m\nInstances: [{{Instance: ec2/i-1, ScheduleName: S, State: {state}}}]\nIncidents: [{}]\n{rows}",
            incidents.join(", ")
        );
        let world = file::read(&text, &|text| text.parse().map_err(|_| String::new())).unwrap();
        let stretch = (from.parse().unwrap(), "2026-11-25T00:00:00Z".parse().unwrap());
        let case = world.case(Tables::default(), stretch, 0);
        let missed = missed(&case, &run::run(&case)).into_iter();
        missed.map(|Missed { at, action, .. }| format!("{} {}", action.as_str(), at.format("%d %H:%M"))).collect()
    }

    #[test]
    fn what_was_due_and_not_asked_is_missed() {
        let early = "2026-11-23T06:00:00Z";
        let no_tables =
            "At: 2026-11-23T00:00:00Z, What: tables-fail, Call: any, How: missing, Until: 2026-11-26T00:00:00Z";
        let denied = "At: 2026-11-23T00:00:00Z, What: aws-fails, Call: start, How: denied, Until: 2026-11-26T00:00:00Z";
        let person = "At: 2026-11-23T10:00:00Z, What: console, Instance: ec2/i-1, Action: start";
        let outage = "At: 2026-11-23T09:00:00Z, What: outage, Until: 2026-11-23T12:00:00Z";
        // At the console: the desk, where people order else, has no tables either.
        let order = "At: 2026-11-23T09:20:00Z, What: edits, Table: Schedule, Key: {ScheduleName: S}, Attribute: ForceStop, Value: true";
        let later = "At: 2026-11-23T09:20:00Z, What: edits, Table: Schedule, Key: {ScheduleName: S}, Attribute: StartTime, Value: \"21:45\"";
        let moved = "At: 2026-11-23T09:31:00Z, What: edits, Table: Schedule, Key: {ScheduleName: S}, Attribute: StartTime, Value: \"12:00\"";
        let untagged = "At: 2026-11-23T10:00:00Z, What: retagged, Instance: ec2/i-1, ScheduleName: null";
        let cases: [(&str, &str, &[&str], &[&str]); 11] = [
            ("stopped", early, &[], &[]),
            ("stopped", early, &[no_tables], &["start 23 09:30", "start 24 09:30"]),
            // The stop of the day before is due still.
            ("running", early, &[no_tables], &["stop 22 22:00", "stop 23 22:00", "stop 24 22:00"]),
            ("stopped", "2026-11-23T23:45:00Z", &[no_tables], &["start 24 09:30"]),
            // Asked, without success.
            ("stopped", early, &[denied], &[]),
            ("stopped", early, &[no_tables, person], &["stop 23 22:00", "stop 24 22:00"]),
            // Caught up.
            ("stopped", early, &[outage], &[]),
            ("stopped", early, &[no_tables, order], &[]),
            // Too near to the stop.
            ("stopped", early, &[no_tables, later], &[]),
            ("stopped", early, &[no_tables, untagged], &[]),
            ("stopped", early, &[no_tables, moved], &["start 23 12:00", "start 24 12:00"]),
        ];
        for (state, from, incidents, expected) in cases {
            assert_eq!(two_days(state, from, ROWS, incidents), expected, "{state} {from} {incidents:?}");
        }
        for (from, to) in [("Enabled: true", "Enabled: false"), ("Timezone: UTC", "Timezone: UTC, Mode: notify")] {
            assert_eq!(two_days("stopped", early, &ROWS.replace(from, to), &[no_tables]), [""; 0], "{to}");
        }
    }
}
