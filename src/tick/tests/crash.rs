//! Ticks that die, and ticks at the same time.

use std::collections::BTreeMap;
use std::future::{Future, pending};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Waker};

use chrono::Duration;

use super::*;
use crate::model::{Failure, InstanceKey, Inventory, Scope};
use crate::ports::{Item, Outcome, Query, StoreError};

/// A fleet whose calls take effect and never return, as for an invocation that is killed meanwhile.
struct Deadly<'a>(&'a World, bool);

impl Fleet for Deadly<'_> {
    async fn inventory(&self, query: &Query, budget: Duration) -> Inventory {
        self.0.inventory(query, budget).await
    }

    async fn act(&self, action: Action, keys: &[InstanceKey], budget: Duration) -> BTreeMap<InstanceKey, Outcome> {
        if self.1 {
            self.0.act(action, keys, budget).await;
        }
        pending().await
    }

    async fn mark(&self, _: &[InstanceKey], _: &str, _: Duration) -> BTreeMap<Scope, Failure> {
        pending().await
    }
}

/// Runs a tick until it waits for ever, and drops it there.
pub(super) fn tick_that_dies(town: &Town, has_effect: bool) {
    let world = &town.world;
    let fleet = Deadly(world, has_effect);
    let ports = Ports { store: world, fleet: &fleet, chat: world, clock: world, journal: world };
    let options = town.options("dead");
    let tick = pin!(run(&ports, &options));
    assert!(tick.poll(&mut Context::from_waker(Waker::noop())).is_pending());
}

#[test]
fn a8_a_tick_that_dies_during_a_call_loses_nothing() {
    for has_effect in [true, false] {
        let town = chain("2026-11-23 09:30");
        tick_that_dies(&town, has_effect);
        // The dead tick's lease holds the next one off; it ends by itself.
        town.tick().unwrap();
        assert_eq!(town.log(), ["09:30:00 held waits_for=tick dead"]);
        let lines = town.run_and_find("2026-11-23 09:50", "db");
        let told = lines.iter().filter(|line| line.contains("chat: start A: db")).count();
        assert_eq!(told, 1, "{has_effect}: {lines:#?}");
        assert!(lines.iter().any(|line| line.contains("ready A rds/db")), "{has_effect}: {lines:#?}");
        assert_eq!(town.state("ec2/c"), "running");
    }
}

#[test]
fn a7_what_another_tick_has_taken_is_not_told_either() {
    let town = chain("2026-11-23 09:30");
    town.world.set_chat_down_until(town.at("2026-11-23 09:32"));
    town.run_until("2026-11-23 09:31");
    // Something is untold, and a tick that has taken the schedule has died.
    town.world.advance_to(town.at("2026-11-23 09:33"));
    town.edit("ForceStop", true);
    tick_that_dies(&town, true);
    town.tick().unwrap();
    let told: Vec<String> = town.log().into_iter().filter(|line| line.contains("chat: ")).collect();
    assert_eq!(told, [""; 0]);
}

/// A store in which another tick runs, from its beginning to its end, just after the first one has read what is
/// remembered: the worst moment.
struct Racing<'a> {
    town: &'a Town,
    has_raced: AtomicBool,
}

impl Store for Racing<'_> {
    async fn scan(&self, table: Table) -> Result<Vec<Item>, StoreError> {
        self.town.world.scan(table).await
    }

    async fn runs(&self, keys: &[(String, String)]) -> Result<Vec<Item>, StoreError> {
        let items = self.town.world.runs(keys).await;
        if !self.has_raced.swap(true, Ordering::Relaxed) {
            self.town.tick().unwrap();
        }
        items
    }

    async fn put_run(&self, item: Item, expected_version: Option<u64>) -> Result<(), StoreError> {
        self.town.world.put_run(item, expected_version).await
    }

    async fn lower_flag(&self, schedule: &ScheduleName, flag: Action) -> Result<(), StoreError> {
        self.town.world.lower_flag(schedule, flag).await
    }

    async fn raise_flag(&self, schedule: &ScheduleName, flag: Action) -> Result<(), StoreError> {
        self.town.world.raise_flag(schedule, flag).await
    }

    async fn put_exception(&self, item: Item, expected: Option<&Item>) -> Result<(), StoreError> {
        self.town.world.put_exception(item, expected).await
    }

    async fn delete_exception(&self, item: &Item) -> Result<(), StoreError> {
        self.town.world.delete_exception(item).await
    }

    async fn put(&self, table: Table, item: Item) -> Result<(), StoreError> {
        self.town.world.put(table, item).await
    }
}

fn raced_tick(town: &Town) {
    let world = &town.world;
    let store = Racing { town, has_raced: AtomicBool::new(false) };
    let ports = Ports { store: &store, fleet: world, chat: world, clock: world, journal: world };
    let options = Options { settle: Duration::zero(), ..town.options("other") };
    pollster::block_on(run(&ports, &options)).unwrap();
}

#[test]
fn a7_two_ticks_at_once_act_and_warn_once() {
    let town = chain("2026-11-23 09:30");
    raced_tick(&town);
    let asked: Vec<String> = town.world.take_asked().into_iter().map(|(_, _, key)| key.to_string()).collect();
    assert_eq!(asked, ["rds/db", "ec2/b1", "ec2/b2"]);
    let lines = town.log();
    assert_eq!(lines.iter().filter(|line| line.contains("chat: start A")).count(), 1, "{lines:#?}");
    town.run_until("2026-11-23 21:45");
    town.world.advance_to(town.at("2026-11-23 21:50"));
    raced_tick(&town);
    assert_eq!(town.log().iter().filter(|line| line.contains("stops at")).count(), 1);
}
