//! What the executor and the invocations share: the world, its true time, timers, faults in force, and the history.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use chrono::{DateTime, Duration, Utc};

use super::case::{Incident, What};
use super::history::{Entry, Happened, Invocation, Whom};
use crate::document::Defaults;
use crate::memory::World;
use crate::model::{GroupName, InstanceKey, InstanceKind, InstanceState, TagValue};
use crate::ports::{Clock as _, Item, Table};

/// When a timer rings; the number tells timers of one instant apart, in the order in which they were set.
pub(super) type Alarm = (DateTime<Utc>, u64);

/// Invocations for people's orders are numbered from here: they are none of the function that ticks.
pub(super) const PEOPLE: Invocation = 1 << 30;

/// The world and what happens in it.
pub(super) struct Stage {
    pub(super) world: World,
    /// What holds for schedules that do not say it.
    pub(super) defaults: Defaults,
    shared: Mutex<Shared>,
}

/// A timer that an invocation waits for.
pub(super) struct Timer {
    pub(super) invocation: Invocation,
    pub(super) waker: Waker,
}

#[derive(Default)]
struct Shared {
    history: Vec<Entry>,
    timers: BTreeMap<Alarm, Timer>,
    timers_set: u64,
    known_changes: usize,
    faults: Vec<Fault>,
    kills: Vec<Kill>,
    doomed: BTreeSet<Invocation>,
    has_orders: bool,
}

/// An incident in force, and how often it may still come up.
struct Fault {
    what: What,
    left: Option<u32>,
    until_at: DateTime<Utc>,
}

/// An invocation that is to be killed after so many more waits; the first one that waits.
struct Kill {
    after: u32,
    victim: Option<Invocation>,
}

impl Stage {
    pub(super) fn new(from: DateTime<Utc>, defaults: Defaults) -> Self {
        Self { world: World::new(from), defaults, shared: Mutex::new(Shared::default()) }
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The true time.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.world.now()
    }

    /// Moves the true time on; gives the changes of instances that came about meanwhile.
    pub(super) fn advance_to(&self, at: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        self.world.advance_to(at);
        self.note_states(Whom::Aws)
    }

    /// Writes what happened into the history.
    pub(super) fn note(&self, what: Happened) {
        let at = self.now();
        self.shared().history.push(Entry { at, what });
    }

    /// Writes the changes of instances since the last time into the history; those of which events tell, by their times.
    pub(super) fn note_states(&self, by: Whom) -> Vec<DateTime<Utc>> {
        let mut shared = self.shared();
        let changes = self.world.changes(shared.known_changes);
        shared.known_changes += changes.len();
        let mut events = Vec::new();
        for (at, instance) in changes {
            if is_told(&instance.state, instance.key.kind) && by != Whom::Beginning {
                events.push(at);
            }
            let (key, state) = (instance.key, instance.state);
            let checks_passed = instance.checks_passed == Some(true);
            shared.history.push(Entry { at, what: Happened::State { key, state, checks_passed, by } });
        }
        events
    }

    /// Gives an instance other tags. That is no change of its state: no event tells of it.
    pub(super) fn retag(&self, key: &InstanceKey, schedule_tag: &TagValue, group_tag: Option<&GroupName>) {
        if let Some(instance) = self.world.retag(key, schedule_tag.clone(), group_tag.cloned()) {
            self.shared().known_changes += 1;
            self.note(Happened::Retagged(instance));
        }
    }

    /// Notes that a person's order has made a row as it is now, of which an event tells.
    pub(super) fn note_order(&self, table: Table, before: Option<Item>, after: Option<Item>) {
        if before != after {
            self.shared().has_orders = true;
            self.note_row(table, before, after, Whom::Person);
        }
    }

    /// Whether orders have changed rows since the last time.
    pub(super) fn take_orders(&self) -> bool {
        std::mem::take(&mut self.shared().has_orders)
    }

    /// Notes that a row is now as it is.
    pub(super) fn note_row(&self, table: Table, before: Option<Item>, after: Option<Item>, by: Whom) {
        if before != after || by == Whom::Beginning {
            self.note(Happened::Row { table, before, after, by });
        }
    }

    pub(super) fn take_history(&self) -> Vec<Entry> {
        std::mem::take(&mut self.shared().history)
    }

    /// Puts an incident in force that holds for a time.
    pub(super) fn put_fault(&self, incident: &Incident, until_at: DateTime<Utc>) {
        let left = match &incident.what {
            What::TablesFail { times, .. } | What::AwsFails { times, .. } | What::ChatFails { times, .. } => *times,
            _ => None,
        };
        self.shared().faults.push(Fault { what: incident.what.clone(), left, until_at });
    }

    /// What `pick` makes of the first incident in force that it knows; one use of it is then up.
    pub(super) fn fault<T>(&self, pick: impl Fn(&What) -> Option<T>) -> Option<T> {
        let now = self.now();
        let mut shared = self.shared();
        shared.faults.retain(|fault| now < fault.until_at && fault.left != Some(0));
        for fault in &mut shared.faults {
            if let Some(picked) = pick(&fault.what) {
                fault.left = fault.left.map(|left| left - 1);
                return Some(picked);
            }
        }
        None
    }

    /// How far each of the incidents in force shifts something.
    pub(super) fn shifts(&self, pick: impl Fn(&What) -> Option<Duration>) -> Vec<Duration> {
        let now = self.now();
        let shared = self.shared();
        let in_force = shared.faults.iter().filter(|fault| now < fault.until_at);
        in_force.filter_map(|fault| pick(&fault.what)).collect()
    }

    /// The sum of how far they do.
    pub(super) fn shift(&self, pick: impl Fn(&What) -> Option<Duration>) -> Duration {
        self.shifts(pick).into_iter().fold(Duration::zero(), |sum, by| sum + by)
    }

    pub(super) fn put_kill(&self, after: u32) {
        self.shared().kills.push(Kill { after, victim: None });
    }

    /// Whether the invocation is to be killed where it waits.
    pub(super) fn is_doomed(&self, invocation: Invocation) -> bool {
        self.shared().doomed.remove(&invocation)
    }

    /// Sets a timer, which counts as a wait.
    pub(super) fn set_timer(&self, at: DateTime<Utc>, timer: Timer) -> Alarm {
        let mut shared = self.shared();
        let invocation = timer.invocation;
        shared.timers_set += 1;
        let alarm = (at, shared.timers_set);
        shared.timers.insert(alarm, timer);
        // What takes people's orders is another function, which is not killed.
        let is_mine = |kill: &&mut Kill| invocation < PEOPLE && kill.victim.is_none_or(|victim| victim == invocation);
        let mut is_doomed = false;
        for kill in shared.kills.iter_mut().filter(is_mine) {
            kill.victim = Some(invocation);
            is_doomed |= kill.after == 0;
            kill.after = kill.after.saturating_sub(1);
        }
        if is_doomed {
            shared.kills.retain(|kill| kill.victim != Some(invocation));
            shared.doomed.insert(invocation);
        }
        alarm
    }

    /// Lets a timer that is set already wake somebody else.
    pub(super) fn reset_timer(&self, alarm: &Alarm, waker: &Waker) {
        if let Some(timer) = self.shared().timers.get_mut(alarm) {
            timer.waker.clone_from(waker);
        }
    }

    pub(super) fn drop_timer(&self, alarm: &Alarm) {
        self.shared().timers.remove(alarm);
    }

    /// When the next timer rings.
    pub(super) fn next_timer(&self) -> Option<DateTime<Utc>> {
        self.shared().timers.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes the next timer if it rings now.
    pub(super) fn ring(&self) -> Option<Timer> {
        let now = self.now();
        let mut shared = self.shared();
        let first = shared.timers.first_entry().filter(|entry| entry.key().0 <= now)?;
        Some(first.remove())
    }

    /// An invocation that is over leaves no wish to kill it behind.
    pub(super) fn forget(&self, invocation: Invocation) {
        let mut shared = self.shared();
        shared.doomed.remove(&invocation);
        for kill in shared.kills.iter_mut().filter(|kill| kill.victim == Some(invocation)) {
            kill.victim = None;
        }
    }
}

/// Whether EventBridge tells the function of this state.
fn is_told(state: &InstanceState, kind: InstanceKind) -> bool {
    match state {
        InstanceState::Running | InstanceState::Stopped | InstanceState::Gone => true,
        InstanceState::Serving { .. } => kind != InstanceKind::Ec2,
        _ => false,
    }
}
