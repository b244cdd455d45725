//! An embedded world behind the same ports as AWS: tables, instances that take time to boot, a chat, a clock moved by hand.
//!
//! For the demo, the simulation and fast tests. It answers as AWS does (a second start of a database is refused, the state
//! changes some time after the call) and fails where it is told to.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use crate::model::{
    Action, Event, Failure, FailureKind, GroupName, Instance, InstanceKey, InstanceKind, InstanceState, Inventory,
    Label, Notice, ScheduleName, Scope, TagValue,
};
use crate::ports::{Chat, ChatError, Clock, Fleet, Item, Journal, Outcome, Query, Store, StoreError, Table};

/// An instance of the embedded world.
#[derive(Debug, Clone)]
pub struct Machine {
    /// What a look shows.
    pub instance: Instance,
    /// How long a start takes.
    pub boots_in: Duration,
    /// How long a stop takes.
    pub halts_in: Duration,
    /// The state that comes next, and when.
    becomes: Option<(InstanceState, DateTime<Utc>)>,
}

impl Machine {
    /// A stopped instance in the own account and region; it takes a minute up and half a minute down.
    #[must_use]
    pub fn new(key: InstanceKey, schedule_tag: TagValue, group_tag: Option<GroupName>) -> Self {
        Self {
            instance: Instance {
                key,
                schedule_tag,
                group_tag,
                label: Label::default(),
                state: InstanceState::Stopped,
                state_reason: None,
                restarts_at: None,
                checks_passed: Some(true),
                refusal: None,
            },
            boots_in: Duration::minutes(1),
            halts_in: Duration::seconds(30),
            becomes: None,
        }
    }

    /// Comes to a state; AWS starts a database by itself that has been stopped for seven days.
    fn enter(&mut self, state: InstanceState, at: DateTime<Utc>) {
        let rests = state == InstanceState::Stopped && self.instance.key.kind != InstanceKind::Ec2;
        self.instance.restarts_at = rests.then(|| at + Duration::days(7));
        self.instance.state = state;
    }
}

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
    faults: Vec<Fault>,
    unreachable: BTreeMap<Scope, Failure>,
    chat_down_until: Option<DateTime<Utc>>,
    messages: Vec<(DateTime<Utc>, Notice)>,
    events: Vec<Event>,
    looks: usize,
    asked: Vec<(DateTime<Utc>, Action, InstanceKey)>,
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
        self.inner().put(table, item);
    }

    /// The items of a table.
    #[must_use]
    pub fn items(&self, table: Table) -> Vec<Item> {
        self.inner().tables.get(&table).cloned().unwrap_or_default()
    }

    /// Puts an instance into the world, in place of one with the same key.
    pub fn put_machine(&self, machine: Machine) {
        self.inner().machines.insert(machine.instance.key.clone(), machine);
    }

    /// Sets the state of an instance at once, as a person at the console would.
    pub fn set_state(&self, key: &InstanceKey, state: InstanceState) {
        let mut inner = self.inner();
        let now = inner.now;
        if let Some(machine) = inner.machines.get_mut(key) {
            machine.enter(state, now);
            machine.becomes = None;
        }
    }

    /// The state of an instance.
    #[must_use]
    pub fn state(&self, key: &InstanceKey) -> Option<InstanceState> {
        self.inner().machines.get(key).map(|machine| machine.instance.state.clone())
    }

    /// When the next instance reaches the state that it is on its way to.
    #[must_use]
    pub fn next_change(&self) -> Option<DateTime<Utc>> {
        self.inner().machines.values().filter_map(|machine| machine.becomes.as_ref().map(|(_, at)| *at)).min()
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
fn key_attributes(table: Table) -> &'static [&'static str] {
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
        for machine in self.machines.values_mut() {
            if let Some((state, at)) = machine.becomes.take_if(|(_, at)| *at <= now) {
                machine.enter(state, at);
            }
            if let Some(at) = machine.instance.restarts_at.filter(|at| *at <= now) {
                machine.enter(InstanceState::Starting, at);
                machine.becomes = Some((InstanceState::Running, now + machine.boots_in));
            }
        }
    }

    fn put(&mut self, table: Table, item: Item) {
        let items = self.tables.entry(table).or_default();
        let is_same = |other: &Item| key_attributes(table).iter().all(|name| other.get(*name) == item.get(*name));
        match items.iter_mut().find(|other| is_same(other)) {
            Some(other) => *other = item,
            None => items.push(item),
        }
    }

    fn ask(&mut self, action: Action, key: &InstanceKey) -> Outcome {
        let now = self.now;
        let fault =
            self.faults.iter().find(|fault| fault.key == *key && fault.action == action && now < fault.until_at);
        if let Some(fault) = fault {
            return Err(fault.failure.clone());
        }
        let failure = |kind, code: &str, message: String| Failure { kind, code: code.to_owned(), message };
        let Some(machine) = self.machines.get_mut(key) else {
            return Err(failure(FailureKind::Gone, "NotFound", format!("there is no {key}")));
        };
        let state = &machine.instance.state;
        let (from, via, to, takes) = match action {
            Action::Start => {
                (InstanceState::Stopped, InstanceState::Starting, InstanceState::Running, machine.boots_in)
            }
            Action::Stop => (InstanceState::Running, InstanceState::Stopping, InstanceState::Stopped, machine.halts_in),
        };
        let is_repeated = (*state == via || *state == to) && key.kind == InstanceKind::Ec2;
        if *state != from && !is_repeated {
            let message = format!("{key} is {} and cannot {}", state.as_str(), action.as_str());
            return Err(failure(FailureKind::WrongState, "IncorrectState", message));
        }
        if *state == from {
            machine.enter(via, now);
            machine.becomes = Some((to, now + takes));
        }
        self.asked.push((now, action, key.clone()));
        Ok(())
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
            let version = before.and_then(|before| before.get("Version")).and_then(Value::as_u64).unwrap_or_default();
            if version != expected {
                return Err(StoreError::Conflict);
            }
        }
        inner.put(Table::Run, item);
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

    async fn put(&self, table: Table, item: Item) -> Result<(), StoreError> {
        self.put_item(table, item);
        Ok(())
    }
}

impl Fleet for World {
    async fn inventory(&self, query: &Query) -> Inventory {
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
}

impl Chat for World {
    async fn tell(&self, notice: &Notice, _: Duration) -> Result<(), ChatError> {
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
