//! An embedded world behind the same ports as AWS: tables, instances that take time to boot, a chat, a clock moved by hand.
//!
//! For the demo, the simulation and fast tests. It answers as AWS does (a second start of a database is refused, the state
//! changes some time after the call) and fails where it is told to.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use crate::model::{
    Action, Channel, Event, Failure, FailureKind, GroupName, Instance, InstanceKey, InstanceState, Inventory, Notice,
    ScheduleName, Scope, TagValue,
};
use crate::ports::{
    Chat, ChatError, Clock, Fleet, Item, Journal, LAST_VERSION, Outcome, Query, Store, StoreError, Table,
    is_same_exception,
};

mod machine;

pub use machine::Machine;

/// A call that fails on purpose.
#[derive(Debug, Clone)]
pub struct Fault {
    /// On which instance.
    pub key: InstanceKey,
    /// Which call.
    pub action: Action,
    /// With which answer.
    pub failure: Failure,
    /// Until when.
    pub until_at: DateTime<Utc>,
}

#[derive(Debug, Default)]
struct Inner {
    now: DateTime<Utc>,
    tables: BTreeMap<Table, Vec<Item>>,
    machines: BTreeMap<InstanceKey, Machine>,
    changes: Vec<(DateTime<Utc>, Instance)>,
    faults: Vec<Fault>,
    unreachable: BTreeMap<Scope, Failure>,
    chat_down_until: Option<DateTime<Utc>>,
    messages: Vec<(DateTime<Utc>, Notice)>,
    events: Vec<Event>,
    looks: usize,
    asked: Vec<(DateTime<Utc>, Action, InstanceKey)>,
    marks: BTreeMap<InstanceKey, String>,
    unmarkable: BTreeMap<Scope, Failure>,
}

/// The embedded world; it stands for every port.
#[derive(Debug)]
pub struct World(Mutex<Inner>);

impl World {
    /// An empty world at this time.
    #[must_use]
    pub fn new(now: DateTime<Utc>) -> Self {
        Self(Mutex::new(Inner { now, ..Inner::default() }))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the clock; instances go on meanwhile. A time in the past is ignored.
    pub fn advance_to(&self, at: DateTime<Utc>) {
        let mut inner = self.inner();
        inner.now = inner.now.max(at);
        inner.settle();
    }

    /// Writes an item, as a person would in the console.
    pub fn put_item(&self, table: Table, item: Item) {
        _ = self.replace_item(table, item);
    }

    /// Writes an item, and gives the one whose place it takes.
    pub fn replace_item(&self, table: Table, item: Item) -> Option<Item> {
        self.inner().put(table, item)
    }

    /// The items of a table.
    #[must_use]
    pub fn items(&self, table: Table) -> Vec<Item> {
        self.inner().tables.get(&table).cloned().unwrap_or_default()
    }

    /// Puts an instance into the world, in place of one with the same key; what is on its way comes to its end.
    pub fn put_machine(&self, mut machine: Machine) {
        let mut inner = self.inner();
        let now = inner.now;
        machine.begin(now);
        inner.changes.push((now, machine.instance.clone()));
        inner.machines.insert(machine.instance.key.clone(), machine);
    }

    /// Sets the state of an instance at once, as a person at the console would.
    pub fn set_state(&self, key: &InstanceKey, state: InstanceState) {
        let mut inner = self.inner();
        let now = inner.now;
        if let Some(machine) = inner.machines.get_mut(key) {
            machine.set(state, now);
            let seen = machine.instance.clone();
            inner.changes.push((now, seen));
        }
    }

    /// Gives an instance other tags; as it is then, if it is there.
    pub fn retag(&self, key: &InstanceKey, schedule_tag: TagValue, group_tag: Option<GroupName>) -> Option<Instance> {
        let mut inner = self.inner();
        let now = inner.now;
        let machine = inner.machines.get_mut(key)?;
        (machine.instance.schedule_tag, machine.instance.group_tag) = (schedule_tag, group_tag);
        let seen = machine.instance.clone();
        inner.changes.push((now, seen.clone()));
        Some(seen)
    }

    /// Keeps an instance that runs busy until then, such as a database in `backing-up`.
    pub fn occupy(&self, key: &InstanceKey, raw: &str, until_at: DateTime<Utc>) {
        let mut inner = self.inner();
        let now = inner.now;
        let Some(machine) = inner.machines.get_mut(key) else { return };
        if machine.occupy(raw, now, until_at) {
            let seen = machine.instance.clone();
            inner.changes.push((now, seen));
        }
    }

    /// Starts or stops an instance as AWS does when it is called, past all faults.
    ///
    /// # Errors
    /// When there is no such instance, or it is in no state for that.
    pub fn call(&self, action: Action, key: &InstanceKey) -> Outcome {
        self.inner().call(action, key)
    }

    /// What has become of which instance since the beginning, the newest last; the first `known` are left out.
    #[must_use]
    pub fn changes(&self, known: usize) -> Vec<(DateTime<Utc>, Instance)> {
        self.inner().changes.iter().skip(known).cloned().collect()
    }

    /// An instance as it was then.
    #[must_use]
    pub fn instance_at(&self, key: &InstanceKey, at: DateTime<Utc>) -> Option<Instance> {
        let inner = self.inner();
        let mut past = inner.changes.iter().rev().filter(|(_, instance)| instance.key == *key);
        past.find(|(since, _)| *since <= at).map(|(_, instance)| instance.clone())
    }

    /// Deletes the items of a table with these attributes; what was deleted.
    pub fn delete_items(&self, table: Table, key: &Item) -> Vec<Item> {
        let mut inner = self.inner();
        let items = inner.tables.entry(table).or_default();
        let (gone, kept) =
            items.drain(..).partition(|item| key.iter().all(|(name, value)| item.get(name) == Some(value)));
        *items = kept;
        gone
    }

    /// The state of an instance.
    #[must_use]
    pub fn state(&self, key: &InstanceKey) -> Option<InstanceState> {
        self.inner().machines.get(key).map(|machine| machine.instance.state.clone())
    }

    /// When the next instance reaches the state that it is on its way to.
    #[must_use]
    pub fn next_change(&self) -> Option<DateTime<Utc>> {
        self.inner().machines.values().filter_map(Machine::next_change).min()
    }

    /// When AWS starts the next database by itself.
    #[must_use]
    pub fn next_restart(&self) -> Option<DateTime<Utc>> {
        self.inner().machines.values().filter_map(Machine::restarts_at).min()
    }

    /// Takes an instance out of the world.
    pub fn remove_machine(&self, key: &InstanceKey) {
        self.inner().machines.remove(key);
    }

    /// Makes calls fail.
    pub fn put_fault(&self, fault: Fault) {
        self.inner().faults.push(fault);
    }

    /// Makes a place answer no look; `None` mends it.
    pub fn set_unreachable(&self, scope: Scope, failure: Option<Failure>) {
        let mut inner = self.inner();
        match failure {
            Some(failure) => _ = inner.unreachable.insert(scope, failure),
            None => _ = inner.unreachable.remove(&scope),
        }
    }

    /// Makes a place take no marks.
    pub fn set_unmarkable(&self, scope: Scope, failure: Failure) {
        self.inner().unmarkable.insert(scope, failure);
    }

    /// What was last written on an instance.
    #[must_use]
    pub fn mark_of(&self, key: &InstanceKey) -> Option<String> {
        self.inner().marks.get(key).cloned()
    }

    /// Lets chat take no message until then.
    pub fn set_chat_down_until(&self, at: DateTime<Utc>) {
        self.inner().chat_down_until = Some(at);
    }

    /// Takes the messages that chat has got since the last time.
    #[must_use]
    pub fn take_messages(&self) -> Vec<(DateTime<Utc>, Notice)> {
        std::mem::take(&mut self.inner().messages)
    }

    /// Takes the events noted since the last time.
    #[must_use]
    pub fn take_events(&self) -> Vec<Event> {
        std::mem::take(&mut self.inner().events)
    }

    /// How often the instances were looked at.
    #[must_use]
    pub fn looks(&self) -> usize {
        self.inner().looks
    }

    /// Takes the accepted calls since the last time, in order.
    #[must_use]
    pub fn take_asked(&self) -> Vec<(DateTime<Utc>, Action, InstanceKey)> {
        std::mem::take(&mut self.inner().asked)
    }
}

/// The attributes that make up a table's key.
pub(crate) fn key_attributes(table: Table) -> &'static [&'static str] {
    match table {
        Table::Schedule => &["ScheduleName"],
        Table::ServerGroup => &["ScheduleName", "GroupName"],
        Table::Exception => &["ExceptionUuid"],
        Table::Run => &["ScheduleName", "RunId"],
    }
}

impl Inner {
    fn settle(&mut self) {
        let now = self.now;
        let mut changes = Vec::new();
        for machine in self.machines.values_mut() {
            while let Some(at) = machine.step(now) {
                changes.push((at, machine.instance.clone()));
            }
        }
        changes.sort_by_key(|(at, _)| *at);
        self.changes.append(&mut changes);
    }

    fn put(&mut self, table: Table, item: Item) -> Option<Item> {
        let items = self.tables.entry(table).or_default();
        let is_same = |other: &Item| key_attributes(table).iter().all(|name| other.get(*name) == item.get(*name));
        if let Some(other) = items.iter_mut().find(|other| is_same(other)) {
            return Some(std::mem::replace(other, item));
        }
        items.push(item);
        None
    }

    fn ask(&mut self, action: Action, key: &InstanceKey) -> Outcome {
        let now = self.now;
        let fault =
            self.faults.iter().find(|fault| fault.key == *key && fault.action == action && now < fault.until_at);
        if let Some(fault) = fault {
            return Err(fault.failure.clone());
        }
        self.call(action, key)
    }

    fn call(&mut self, action: Action, key: &InstanceKey) -> Outcome {
        let now = self.now;
        let Some(machine) = self.machines.get_mut(key) else {
            let message = format!("there is no {key}");
            return Err(Failure { kind: FailureKind::Gone, code: "NotFound".to_owned(), message });
        };
        let (outcome, has_changed) = machine.ask(action, now);
        if has_changed {
            self.changes.push((now, machine.instance.clone()));
        }
        if outcome.is_ok() {
            self.asked.push((now, action, key.clone()));
        }
        outcome
    }
}

impl Store for World {
    async fn scan(&self, table: Table) -> Result<Vec<Item>, StoreError> {
        Ok(self.items(table))
    }

    async fn runs(&self, keys: &[(String, String)]) -> Result<Vec<Item>, StoreError> {
        let text = |item: &Item, name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut items = self.items(Table::Run);
        items.retain(|item| keys.contains(&(text(item, "ScheduleName"), text(item, "RunId"))));
        Ok(items)
    }

    async fn put_run(&self, item: Item, expected_version: Option<u64>) -> Result<(), StoreError> {
        let mut inner = self.inner();
        if let Some(expected) = expected_version {
            let is_same =
                |other: &&Item| key_attributes(Table::Run).iter().all(|name| other.get(*name) == item.get(*name));
            let before = inner.tables.get(&Table::Run).and_then(|items| items.iter().find(is_same));
            let version = before.and_then(|before| before.get("Version")).and_then(Value::as_u64);
            let version = version.filter(|version| *version <= LAST_VERSION).unwrap_or_default();
            if version != expected {
                return Err(StoreError::Conflict);
            }
        }
        _ = inner.put(Table::Run, item);
        Ok(())
    }

    async fn lower_flag(&self, schedule: &ScheduleName, flag: Action) -> Result<(), StoreError> {
        let attribute = match flag {
            Action::Start => "ForceStart",
            Action::Stop => "ForceStop",
        };
        let mut inner = self.inner();
        for item in inner.tables.entry(Table::Schedule).or_default() {
            let is_meant = item.get("ScheduleName").and_then(Value::as_str) == Some(schedule.as_str());
            if is_meant && item.get(attribute) == Some(&Value::Bool(true)) {
                item.insert(attribute.to_owned(), Value::Bool(false));
            }
        }
        Ok(())
    }

    async fn raise_flag(&self, schedule: &ScheduleName, flag: Action) -> Result<(), StoreError> {
        let (up, down) = match flag {
            Action::Start => ("ForceStart", "ForceStop"),
            Action::Stop => ("ForceStop", "ForceStart"),
        };
        let mut inner = self.inner();
        let items = inner.tables.entry(Table::Schedule).or_default();
        let is_meant = |item: &&mut Item| item.get("ScheduleName").and_then(Value::as_str) == Some(schedule.as_str());
        let item = items.iter_mut().find(is_meant).ok_or(StoreError::Conflict)?;
        item.insert(up.to_owned(), Value::Bool(true));
        if item.get(down) == Some(&Value::Bool(true)) {
            item.insert(down.to_owned(), Value::Bool(false));
        }
        Ok(())
    }

    async fn put_exception(&self, item: Item, expected: Option<&Item>) -> Result<(), StoreError> {
        let mut inner = self.inner();
        let items = inner.tables.entry(Table::Exception).or_default();
        let standing = items.iter().find(|other| other.get("ExceptionUuid") == item.get("ExceptionUuid"));
        let is_as_read = match (standing, expected) {
            (None, None) => true,
            (Some(standing), Some(expected)) if is_same_exception(standing, expected) => true,
            (Some(standing), _) => *standing == item,
            (None, Some(_)) => false,
        };
        if !is_as_read {
            return Err(StoreError::Conflict);
        }
        _ = inner.put(Table::Exception, item);
        Ok(())
    }

    async fn delete_exception(&self, item: &Item) -> Result<(), StoreError> {
        let mut inner = self.inner();
        let items = inner.tables.entry(Table::Exception).or_default();
        let Some(place) = items.iter().position(|other| other.get("ExceptionUuid") == item.get("ExceptionUuid")) else {
            return Ok(());
        };
        if !items.get(place).is_some_and(|standing| is_same_exception(standing, item)) {
            return Err(StoreError::Conflict);
        }
        items.remove(place);
        Ok(())
    }

    async fn put(&self, table: Table, item: Item) -> Result<(), StoreError> {
        self.put_item(table, item);
        Ok(())
    }
}

impl Fleet for World {
    async fn inventory(&self, query: &Query, _: Duration) -> Inventory {
        let mut inner = self.inner();
        inner.settle();
        inner.looks += 1;
        let mut inventory = Inventory::default();
        for (scope, tag_values) in &query.tag_values {
            if let Some(failure) = inner.unreachable.get(scope) {
                inventory.unreachable.insert(scope.clone(), failure.clone());
                continue;
            }
            inventory.seen.insert(scope.clone());
            let instances = inner.machines.values().map(|machine| &machine.instance);
            let is_asked =
                |instance: &&Instance| instance.key.scope == *scope && tag_values.contains(&instance.schedule_tag);
            inventory
                .instances
                .extend(instances.filter(is_asked).map(|instance| (instance.key.clone(), instance.clone())));
        }
        inventory
    }

    async fn act(&self, action: Action, instances: &[InstanceKey], _: Duration) -> BTreeMap<InstanceKey, Outcome> {
        let mut inner = self.inner();
        inner.settle();
        instances.iter().map(|key| (key.clone(), inner.ask(action, key))).collect()
    }

    async fn mark(&self, instances: &[InstanceKey], note: &str, _: Duration) -> BTreeMap<Scope, Failure> {
        let mut inner = self.inner();
        let mut failures = BTreeMap::new();
        for key in instances {
            if let Some(failure) = inner.unmarkable.get(&key.scope) {
                failures.insert(key.scope.clone(), failure.clone());
            } else {
                inner.marks.insert(key.clone(), note.to_owned());
            }
        }
        failures
    }
}

impl Chat for World {
    async fn tell(&self, notice: &Notice, _: &[Channel], _: Duration) -> Result<(), ChatError> {
        let mut inner = self.inner();
        let now = inner.now;
        if inner.chat_down_until.is_some_and(|until_at| now < until_at) {
            return Err(ChatError::Unavailable("the embedded chat is down".to_owned()));
        }
        inner.messages.push((now, notice.clone()));
        Ok(())
    }
}

impl Clock for World {
    fn now(&self) -> DateTime<Utc> {
        self.inner().now
    }

    async fn sleep(&self, duration: Duration) {
        let until_at = self.now() + duration;
        self.advance_to(until_at);
    }
}

impl Journal for World {
    fn note(&self, event: &Event) {
        self.inner().events.push(event.clone());
    }
}
