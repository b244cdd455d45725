//! Decides twice on what an invocation has been shown: the order in which the tables give their items must not matter.
//!
//! It is the look of the run itself, with all that was stale, missing or faulty in it, and costs no call of its own.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rand_pcg::Pcg32;

use crate::document::Defaults;
use crate::engine::{self, Plan};
use crate::model::{Action, Failure, InstanceKey, Inventory, ScheduleName, Scope};
use crate::ports::{Clock, Fleet, Item, Outcome, Ports, Query, Store, StoreError, Table};
use crate::tick;

/// What the look under way has been shown so far.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// What the clock last said.
    last_told: DateTime<Utc>,
    /// What it said before the schedules were read.
    looked_at: DateTime<Utc>,
    scans: BTreeMap<Table, Vec<Item>>,
    runs: Vec<Item>,
}

impl Shown {
    pub(super) fn note_time(&mut self, now: DateTime<Utc>) {
        self.last_told = now;
    }

    pub(super) fn note_scan(&mut self, table: Table, items: &[Item]) {
        if table == Table::Schedule {
            self.looked_at = self.last_told;
        }
        self.scans.insert(table, items.to_vec());
    }

    pub(super) fn note_runs(&mut self, items: &[Item]) {
        self.runs = items.to_vec();
    }

    /// The plan on what was shown, and the plan on the same in another order, once the instances are known.
    pub(super) fn plans(
        &self,
        (query, inventory): (&Query, &Inventory),
        defaults: Defaults,
        seed: u64,
    ) -> [Option<Plan>; 2] {
        [None, Some(seed)].map(|shuffled_by| {
            let again = Again { shown: self, query, inventory, shuffled_by };
            let ports = Ports { store: &again, fleet: &again, chat: &(), clock: &again, journal: &() };
            let looked = pollster::block_on(tick::look(&ports, defaults)).ok();
            looked.map(|(snapshot, now)| engine::plan(&snapshot, now))
        })
    }
}

/// What was shown, once more. Nothing can be done there.
struct Again<'a> {
    shown: &'a Shown,
    query: &'a Query,
    inventory: &'a Inventory,
    /// In the order in which it was shown, or in another.
    shuffled_by: Option<u64>,
}

impl Again<'_> {
    fn ordered(&self, items: &[Item]) -> Vec<Item> {
        let mut items = items.to_vec();
        if let Some(seed) = self.shuffled_by {
            items.shuffle(&mut Pcg32::seed_from_u64(seed));
        }
        items
    }
}

impl Store for Again<'_> {
    async fn scan(&self, table: Table) -> Result<Vec<Item>, StoreError> {
        Ok(self.shown.scans.get(&table).map(|items| self.ordered(items)).unwrap_or_default())
    }

    async fn runs(&self, _: &[(String, String)]) -> Result<Vec<Item>, StoreError> {
        Ok(self.ordered(&self.shown.runs))
    }

    async fn put_run(&self, _: Item, _: Option<u64>) -> Result<(), StoreError> {
        Err(StoreError::Conflict)
    }

    async fn lower_flag(&self, _: &ScheduleName, _: Action) -> Result<(), StoreError> {
        Err(StoreError::Conflict)
    }

    async fn raise_flag(&self, _: &ScheduleName, _: Action) -> Result<(), StoreError> {
        Err(StoreError::Conflict)
    }

    async fn put_exception(&self, _: Item, _: Option<&Item>) -> Result<(), StoreError> {
        Err(StoreError::Conflict)
    }

    async fn delete_exception(&self, _: &Item) -> Result<(), StoreError> {
        Err(StoreError::Conflict)
    }

    async fn put(&self, _: Table, _: Item) -> Result<(), StoreError> {
        Err(StoreError::Conflict)
    }
}

impl Fleet for Again<'_> {
    /// Who looks for something else than the invocation did is shown nothing, which makes another plan.
    async fn inventory(&self, query: &Query, _: Duration) -> Inventory {
        if query == self.query { self.inventory.clone() } else { Inventory::default() }
    }

    async fn act(&self, _: Action, _: &[InstanceKey], _: Duration) -> BTreeMap<InstanceKey, Outcome> {
        BTreeMap::new()
    }

    async fn mark(&self, _: &[InstanceKey], _: &str, _: Duration) -> BTreeMap<Scope, Failure> {
        BTreeMap::new()
    }
}

impl Clock for Again<'_> {
    fn now(&self) -> DateTime<Utc> {
        self.shown.looked_at
    }

    async fn sleep(&self, _: Duration) {}
}

#[cfg(test)]
mod tests;
