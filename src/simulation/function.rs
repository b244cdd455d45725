//! The ports as one invocation of the function has them: they take time, they fail as the case says, and all is written down.
//!
//! Every call waits before and after it takes effect, so that the executor can do anything else in between, or kill it.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use chrono::{DateTime, Duration, Utc};
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg32;
use serde_json::Value;

use self::answers::{failure, is_refused, out_of_time, refuse, unavailable};
use super::case::{AwsCall, AwsFault, ChatFault, TableCall, TableFault, What};
use super::history::{Fault, Happened, Invocation, Whom};
use super::stage::{Alarm, Stage, Timer};
use super::twice::Shown;
use crate::document::{NOTEBOOK_KEY, STATE_RUN_ID};
use crate::model::{
    Action, Channel, Event, Failure, InstanceKey, InstanceKind, Inventory, Notice, ScheduleName, Scope,
};
use crate::ports::{Chat, ChatError, Clock, Fleet, Item, Journal, Outcome, Query, Store, StoreError, Table};

mod answers;

/// A slow call of the tables takes so long.
const SLOW_TABLES: Duration = Duration::seconds(20);

/// A slow call of AWS takes so long, or as long as the caller allows.
const SLOW_AWS: Duration = Duration::seconds(50);

/// A chat that is down is tried again for so long.
const CHAT_IS_TRIED: Duration = Duration::seconds(4);

/// One invocation of the function.
pub(super) struct Function<'a> {
    stage: &'a Stage,
    id: Invocation,
    random: Mutex<Pcg32>,
    /// How far its clock is off where each has one of its own, in thousandths of the most.
    skew: i32,
    /// What its look has been shown so far, if it decides twice on it.
    shown: Option<Mutex<Shown>>,
}

impl<'a> Function<'a> {
    pub(super) fn new(stage: &'a Stage, id: Invocation, seed: u64, decides_twice: bool) -> Self {
        let skew = Pcg32::seed_from_u64(!seed).random_range(-1000..=1000);
        let shown = decides_twice.then(Mutex::default);
        Self { stage, id, random: Mutex::new(Pcg32::seed_from_u64(seed)), skew, shown }
    }

    fn shown(&self) -> Option<MutexGuard<'_, Shown>> {
        self.shown.as_ref().map(|shown| shown.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Decides twice on the look that is complete with this.
    fn decide_twice(&self, query: &Query, inventory: &Inventory) {
        let Some(shown) = self.shown() else { return };
        let [one, other] = shown.plans((query, inventory), self.stage.defaults, u64::from(self.id));
        if one != other {
            self.stage.note(Happened::PlansDiffer { one: format!("{one:?}"), other: format!("{other:?}") });
        }
    }

    fn random(&self) -> MutexGuard<'_, Pcg32> {
        self.random.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for as long as a part of a call takes.
    async fn pause(&self, milliseconds: std::ops::Range<i64>) {
        let takes = self.random().random_range(milliseconds);
        self.wait(Duration::milliseconds(takes)).await;
    }

    async fn wait(&self, duration: Duration) {
        let until_at = self.stage.now() + duration;
        Wait { stage: self.stage, invocation: self.id, until_at, alarm: None }.await;
    }

    fn shuffled(&self, mut items: Vec<Item>) -> Vec<Item> {
        items.shuffle(&mut *self.random());
        items
    }

    /// Waits as a call of the tables does, and gives its fault, if it has one.
    async fn call_tables(&self, call: TableCall) -> Option<TableFault> {
        self.pause(2..40).await;
        let is_meant = |which: TableCall| {
            which == call || which == TableCall::Any || (which, call) == (TableCall::PutRun, TableCall::PutHistory)
        };
        let fault = self.stage.fault(|what| match what {
            What::TablesFail { call: which, how, .. } if is_meant(*which) => Some(*how),
            _ => None,
        });
        if let Some(fault) = fault {
            self.stage.note(Happened::Fault(Fault::Tables(fault)));
        }
        if fault == Some(TableFault::Slow) {
            self.wait(SLOW_TABLES).await;
        }
        fault.filter(|fault| *fault != TableFault::Slow)
    }

    fn aws_fault(&self, call: AwsCall, key: Option<&InstanceKey>) -> Option<AwsFault> {
        let fault = self.stage.fault(|what| match what {
            What::AwsFails { call: which, instance, how, .. } if *which == call && instance.as_ref() == key => {
                Some(*how)
            }
            _ => None,
        });
        if let Some(fault) = fault {
            self.stage.note(Happened::Fault(Fault::Aws(call, fault)));
        }
        fault
    }

    /// Which half of a call is spared by a fault of every second part of it: the first part as often as not.
    fn half(&self, fault: Option<AwsFault>) -> Option<usize> {
        (fault == Some(AwsFault::Partial)).then(|| self.random().random_range(0..2))
    }

    /// Waits as a slow call of AWS does; whether it is given up before it is answered.
    async fn is_given_up(&self, until_at: DateTime<Utc>) -> bool {
        let left = (until_at - self.stage.now()).max(Duration::zero());
        self.wait(SLOW_AWS.min(left)).await;
        left < SLOW_AWS
    }

    /// Asks for one instance, at once; of a call that is given up the answer is not waited for.
    fn ask(&self, action: Action, key: &InstanceKey, fault: Option<AwsFault>, is_given_up: bool) -> Outcome {
        let reaches_aws = matches!(fault, None | Some(AwsFault::LostAnswer | AwsFault::Slow));
        let (effect, took_effect) = if reaches_aws {
            let effect = self.stage.world.call(action, key);
            let took_effect = effect.is_ok();
            (effect, took_effect)
        } else {
            (Ok(()), false)
        };
        _ = self.stage.note_states(Whom::Function(self.id));
        let answer = if is_given_up {
            Err(out_of_time(true))
        } else {
            fault.and_then(|fault| failure(fault, key.kind)).map_or(effect, Err)
        };
        let (invocation, key) = (self.id, key.clone());
        self.stage.note(Happened::Asked { invocation, action, key, took_effect, answer: answer.clone() });
        answer
    }
}

impl Function<'_> {
    /// Writes what a person has ordered; no tick does that.
    async fn order(
        &self,
        table: Table,
        (key, value): (&str, Option<&Value>),
        write: impl Future<Output = Result<(), StoreError>>,
    ) -> Result<(), StoreError> {
        let fault = self.call_tables(TableCall::Any).await;
        if let Some(fault) = fault.filter(|fault| is_refused(*fault)) {
            return Err(refuse(fault, table.as_str()));
        }
        let row = || self.stage.world.items(table).into_iter().find(|item| item.get(key) == value);
        let before = row();
        let answer = write.await;
        self.stage.note_order(table, before, row());
        self.pause(2..40).await;
        if fault.is_some() { Err(unavailable(table.as_str())) } else { answer }
    }
}

impl Store for Function<'_> {
    async fn scan(&self, table: Table) -> Result<Vec<Item>, StoreError> {
        if let Some(fault) = self.call_tables(TableCall::Scan).await {
            return Err(refuse(fault, table.as_str()));
        }
        let items = self.shuffled(self.stage.world.items(table));
        if let Some(mut shown) = self.shown() {
            shown.note_scan(table, &items);
        }
        self.stage.note(Happened::Read(self.id, table));
        self.pause(2..40).await;
        Ok(items)
    }

    async fn runs(&self, keys: &[(String, String)]) -> Result<Vec<Item>, StoreError> {
        if let Some(fault) = self.call_tables(TableCall::Runs).await {
            return Err(refuse(fault, "ScheduleRun"));
        }
        let items = self.shuffled(self.stage.world.runs(keys).await?);
        if let Some(mut shown) = self.shown() {
            shown.note_runs(&items);
        }
        self.pause(2..40).await;
        Ok(items)
    }

    async fn put_run(&self, item: Item, expected_version: Option<u64>) -> Result<(), StoreError> {
        let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (schedule, run_id) = (text("ScheduleName"), text("RunId"));
        let is_history = run_id != STATE_RUN_ID && run_id != NOTEBOOK_KEY.1;
        let call = if is_history { TableCall::PutHistory } else { TableCall::PutRun };
        let fault = self.call_tables(call).await;
        let effect = match fault {
            Some(fault) if is_refused(fault) => None,
            _ => Some(self.stage.world.put_run(item, expected_version).await),
        };
        let took_effect = effect == Some(Ok(()));
        let answer = match (fault, effect) {
            (Some(TableFault::OwnConflict), Some(Ok(()))) if expected_version.is_some() => Err(StoreError::Conflict),
            (Some(TableFault::OwnConflict | TableFault::LostAnswer), Some(Ok(()))) => Err(unavailable("ScheduleRun")),
            (_, Some(effect)) => effect,
            (fault, None) => Err(refuse(fault.unwrap_or(TableFault::Unavailable), "ScheduleRun")),
        };
        let (invocation, answered) = (self.id, answer.clone());
        self.stage.note(Happened::Wrote { invocation, schedule, run_id, took_effect, answer: answered });
        self.pause(2..40).await;
        answer
    }

    async fn lower_flag(&self, schedule: &ScheduleName, flag: Action) -> Result<(), StoreError> {
        let fault = self.call_tables(TableCall::LowerFlag).await;
        if let Some(fault) = fault.filter(|fault| is_refused(*fault)) {
            return Err(refuse(fault, "Schedule"));
        }
        let row = || {
            let items = self.stage.world.items(Table::Schedule);
            items.into_iter().find(|item| item.get("ScheduleName").and_then(Value::as_str) == Some(schedule.as_str()))
        };
        let before = row();
        self.stage.world.lower_flag(schedule, flag).await?;
        self.stage.note_row(Table::Schedule, before, row(), Whom::Function(self.id));
        self.pause(2..40).await;
        if fault.is_some() { Err(unavailable("Schedule")) } else { Ok(()) }
    }

    async fn raise_flag(&self, schedule: &ScheduleName, flag: Action) -> Result<(), StoreError> {
        let name = Value::from(schedule.as_str());
        self.order(Table::Schedule, ("ScheduleName", Some(&name)), self.stage.world.raise_flag(schedule, flag)).await
    }

    async fn put_exception(&self, item: Item, expected: Option<&Item>) -> Result<(), StoreError> {
        let id = item.get("ExceptionUuid").cloned();
        let put = self.stage.world.put_exception(item, expected);
        self.order(Table::Exception, ("ExceptionUuid", id.as_ref()), put).await
    }

    async fn delete_exception(&self, item: &Item) -> Result<(), StoreError> {
        let id = item.get("ExceptionUuid");
        self.order(Table::Exception, ("ExceptionUuid", id), self.stage.world.delete_exception(item)).await
    }

    async fn put(&self, table: Table, item: Item) -> Result<(), StoreError> {
        // The tick writes runs only.
        self.stage.world.put(table, item).await
    }
}

impl Fleet for Function<'_> {
    async fn inventory(&self, query: &Query, budget: Duration) -> Inventory {
        let until_at = self.stage.now() + budget;
        self.pause(50..400).await;
        let fault = self.aws_fault(AwsCall::Describe, None);
        let is_given_up = fault == Some(AwsFault::Slow) && self.is_given_up(until_at).await;
        let mut inventory = self.stage.world.inventory(query, budget).await;
        let stale = self.stage.shifts(|what| match what {
            What::Stale { by, .. } => Some(*by),
            _ => None,
        });
        // AWS is so far behind, whatever else makes it so.
        if let Some(stale) = stale.into_iter().max() {
            self.stage.note(Happened::Fault(Fault::Stale));
            let at = self.stage.now() - stale;
            for (key, instance) in &mut inventory.instances {
                if let Some(before) = self.stage.world.instance_at(key, at) {
                    *instance = before;
                }
            }
        }
        if fault == Some(AwsFault::Gone) {
            // Of status checks none are read if one instance is gone by then; that is no failure of the look.
            for instance in inventory.instances.values_mut().filter(|one| one.key.kind == InstanceKind::Ec2) {
                instance.checks_passed = None;
            }
        } else if let Some(failure) =
            is_given_up.then(|| out_of_time(true)).or_else(|| fault.and_then(|fault| failure(fault, InstanceKind::Ec2)))
        {
            // Of several places, only every second one answers.
            let half = self.half(fault);
            let is_spared = |index: usize| half.is_some_and(|half| index % 2 == half);
            for scope in query.tag_values.keys().enumerate().filter(|(index, _)| !is_spared(*index)).map(|(_, it)| it) {
                inventory.seen.remove(scope);
                inventory.instances.retain(|key, _| key.scope != *scope);
                inventory.unreachable.insert(scope.clone(), failure.clone());
            }
        }
        self.stage.note(Happened::Looked(self.id, inventory.clone()));
        self.decide_twice(query, &inventory);
        self.pause(50..400).await;
        inventory
    }

    async fn act(&self, action: Action, instances: &[InstanceKey], budget: Duration) -> BTreeMap<InstanceKey, Outcome> {
        let until_at = self.stage.now() + budget;
        let call = if action == Action::Start { AwsCall::Start } else { AwsCall::Stop };
        let mut outcomes = BTreeMap::new();
        self.pause(50..600).await;
        let (batch, each): (Vec<_>, Vec<_>) = instances.iter().partition(|key| key.kind == InstanceKind::Ec2);
        let answers = [batch].into_iter().filter(|keys| !keys.is_empty()).chain(each.into_iter().map(|key| vec![key]));
        for mut keys in answers {
            if self.stage.now() >= until_at {
                outcomes.extend(keys.into_iter().map(|key| (key.clone(), Err(out_of_time(false)))));
                continue;
            }
            // A fault for all holds for the whole call; what AWS would say to one instance is asked for each.
            let of_all = self.aws_fault(call, None);
            let mut is_given_up = of_all == Some(AwsFault::Slow) && self.is_given_up(until_at).await;
            let half = self.half(of_all);
            let names_one = of_all == Some(AwsFault::Gone);
            if names_one {
                keys.shuffle(&mut *self.random());
            }
            for (index, key) in keys.into_iter().enumerate() {
                let is_spared = half.is_some_and(|half| index % 2 == half) || (names_one && index > 0);
                if names_one && index == 1 {
                    // The others are asked for in a call of their own.
                    self.pause(20..300).await;
                }
                let fault = of_all.filter(|_| !is_spared).or_else(|| self.aws_fault(call, Some(key)));
                if of_all.is_none() && fault == Some(AwsFault::Slow) {
                    is_given_up |= self.is_given_up(until_at).await;
                }
                outcomes.insert(key.clone(), self.ask(action, key, fault, is_given_up));
            }
            self.pause(20..300).await;
        }
        outcomes
    }

    async fn mark(&self, instances: &[InstanceKey], note: &str, budget: Duration) -> BTreeMap<Scope, Failure> {
        self.stage.world.mark(instances, note, budget).await
    }
}

impl Chat for Function<'_> {
    async fn tell(&self, notice: &Notice, _: &[Channel], budget: Duration) -> Result<(), ChatError> {
        self.pause(30..500).await;
        let fault = self.stage.fault(|what| match what {
            What::ChatFails { how, .. } => Some(*how),
            _ => None,
        });
        let (arrived, takes) = match fault {
            None => (true, Duration::zero()),
            Some(ChatFault::Down) => (false, CHAT_IS_TRIED.min(budget)),
            Some(ChatFault::Refused | ChatFault::TooMany) => (false, Duration::zero()),
            Some(ChatFault::LostAnswer) => (true, CHAT_IS_TRIED.min(budget)),
            Some(ChatFault::Slow) => (false, budget),
            Some(ChatFault::Late) => (true, budget * 9 / 10),
        };
        let answer = match fault {
            None | Some(ChatFault::Late) => Ok(()),
            Some(ChatFault::TooMany) => {
                Err(ChatError::Unavailable("it takes no more messages for now; it asks to wait 60 s".to_owned()))
            }
            Some(ChatFault::Refused) => Err(ChatError::Refused("404 Not Found".to_owned())),
            Some(_) => Err(ChatError::Unavailable("no answer in time".to_owned())),
        };
        if let Some(fault) = fault {
            self.stage.note(Happened::Fault(Fault::Chat(fault)));
        }
        if fault == Some(ChatFault::Late) {
            self.wait(takes).await;
        }
        let (notice, answered) = (notice.clone(), answer.clone());
        self.stage.note(Happened::Told { invocation: self.id, notice, arrived, answer: answered });
        if fault != Some(ChatFault::Late) {
            self.wait(takes).await;
        }
        self.pause(10..200).await;
        answer
    }
}

impl Clock for Function<'_> {
    fn now(&self) -> DateTime<Utc> {
        let off = self.stage.shift(|what| match what {
            What::ClockOff { by, .. } => Some(*by),
            What::ClocksApart { by, .. } => Some(*by * self.skew / 1000),
            _ => None,
        });
        let now = self.stage.now() + off;
        if let Some(mut shown) = self.shown() {
            shown.note_time(now);
        }
        now
    }

    async fn sleep(&self, duration: Duration) {
        self.wait(duration).await;
    }
}

impl Journal for Function<'_> {
    fn note(&self, event: &Event) {
        self.stage.note(Happened::Noted(self.id, event.clone()));
    }
}

/// Ready when the true time has come.
struct Wait<'a> {
    stage: &'a Stage,
    invocation: Invocation,
    until_at: DateTime<Utc>,
    alarm: Option<Alarm>,
}

impl Future for Wait<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.stage.now() >= self.until_at {
            return Poll::Ready(());
        }
        if let Some(alarm) = &self.alarm {
            self.stage.reset_timer(alarm, context.waker());
        } else {
            let timer = Timer { invocation: self.invocation, waker: context.waker().clone() };
            self.alarm = Some(self.stage.set_timer(self.until_at, timer));
        }
        Poll::Pending
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if let Some(alarm) = &self.alarm {
            self.stage.drop_timer(alarm);
        }
    }
}
