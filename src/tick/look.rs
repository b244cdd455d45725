//! Look: tables, what is remembered, and the instances of the schedules for which something is due.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use futures_util::future::try_join3;

use super::{About, Options};
use crate::document::{self, Defaults, Tables};
use crate::engine::{self, SeenSchedule, Snapshot};
use crate::model::{Inventory, Notebook, Problem, Ready, Schedule, ScheduleName, Source};
use crate::ports::{AnyPorts, Clock as _, Fleet as _, Item, Query, Store as _, StoreError, Table};

/// What a look is for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Aim<'a> {
    /// What holds for schedules that do not say it.
    pub(super) defaults: Defaults,
    /// The schedules to look at; `None`: all.
    pub(super) only: Option<&'a BTreeSet<ScheduleName>>,
    /// What the event says.
    pub(super) about: &'a About,
}

impl<'a> Aim<'a> {
    /// What a tick looks for.
    pub(super) fn of(options: &'a Options) -> Self {
        let Options { defaults, only, about, .. } = options;
        Self { defaults: *defaults, only: only.as_ref(), about }
    }
}

/// The instances as a pass has seen them.
#[derive(Debug)]
pub(super) struct Looked {
    /// What was looked for.
    pub(super) query: Query,
    /// When.
    pub(super) at: DateTime<Utc>,
    /// What was seen; empty while the snapshot has it.
    pub(super) inventory: Inventory,
}

/// A pass that follows at once on another one, which has only announced a stop, decides on what that one has seen of the
/// instances, if it is no older than this: what people have changed meanwhile is in the tables.
const HOLDS_FOR: Duration = Duration::seconds(5);

/// The most time for one look at the instances: an account or region that hangs is not to keep the others waiting.
const LOOK_WITHIN: Duration = Duration::seconds(45);

/// Reads everything that a decision needs, and the time for which it holds.
///
/// # Errors
/// When a table could not be read; what could not be seen of the instances is in the snapshot's inventory.
pub async fn look(ports: &impl AnyPorts, defaults: Defaults) -> Result<(Snapshot, DateTime<Utc>), StoreError> {
    let (snapshot, now, _) = look_again(ports, Aim { defaults, only: None, about: &About::All }, None).await?;
    Ok((snapshot, now))
}

/// The same for what the look is for, and on the instances as they were `before`, if that is what would be looked for.
pub(super) async fn look_again(
    ports: &impl AnyPorts,
    aim: Aim<'_>,
    before: Option<Looked>,
) -> Result<(Snapshot, DateTime<Utc>, Looked), StoreError> {
    let (mut snapshot, now) = read(ports, aim).await?;
    let query = query(&snapshot, now);
    let is_whole = |seen: &Inventory| seen.unreachable.is_empty() && seen.closed.is_empty();
    let holds = |before: &Looked| before.query == query && now - before.at <= HOLDS_FOR && is_whole(&before.inventory);
    let mut at = now;
    if let Some(before) = before.filter(holds) {
        (snapshot.inventory, at) = (before.inventory, before.at);
    } else if !query.tag_values.is_empty() {
        snapshot.inventory = ports.fleet().inventory(&query, LOOK_WITHIN).await;
    }
    Ok((snapshot, now, Looked { query, at, inventory: Inventory::default() }))
}

/// Reads the tables and what is remembered, without a look at instances.
pub(super) async fn read(
    ports: &impl AnyPorts,
    Aim { defaults, only, about }: Aim<'_>,
) -> Result<(Snapshot, DateTime<Utc>), StoreError> {
    let store = ports.store();
    // Before the tables are read: what people have changed up to this instant is in what is read. And one instant for
    // all that follows: what is not looked at is not due.
    let now = ports.clock().now();
    let (schedules, groups, exceptions) =
        try_join3(store.scan(Table::Schedule), store.scan(Table::ServerGroup), store.scan(Table::Exception)).await?;
    let mut tables = Tables { schedules, groups, exceptions };
    // All items, also for a part of the schedules: two of them may be at odds.
    let understand = |tables: &Tables| {
        let (mut schedules, problems) = document::read(tables, defaults, now.date_naive());
        schedules.retain(|schedule| only.is_none_or(|only| only.contains(&schedule.name)));
        (schedules, if only.is_none() { problems } else { Vec::new() })
    };
    let (mut schedules, mut problems) = understand(&tables);
    let items = store.runs(&keys(&schedules)).await?;
    if schedules.iter().any(|schedule| schedule.force.is_some()) {
        // A flag that another tick has lowered since must not be obeyed again: flags are read after the state, whose
        // version then vouches for them (rule A7).
        tables.schedules = store.scan(Table::Schedule).await?;
        (schedules, problems) = understand(&tables);
    }
    let mut snapshot = Snapshot { problems, is_part: only.is_some(), ..Snapshot::default() };
    remember(&mut snapshot, schedules, &items);
    for SeenSchedule { state, is_watched, restarted, .. } in &mut snapshot.schedules {
        match about {
            About::All => {}
            About::Instance(_) => *is_watched = state.watched_until.is_some_and(|until_at| now < until_at),
            // Who has no databases that are stopped has nothing to do with it.
            About::Restarted(key) => *restarted = state.rest_seen_at.map(|_| key.clone()),
        }
    }
    Ok((snapshot, now))
}

/// The keys of what is remembered: of each schedule, and of the problems.
#[must_use]
pub fn keys(schedules: &[Schedule]) -> Vec<(String, String)> {
    let (notebook_name, notebook_id) = document::NOTEBOOK_KEY;
    let states = schedules.iter().map(|schedule| (schedule.name.to_string(), document::STATE_RUN_ID.to_owned()));
    std::iter::once((notebook_name.to_owned(), notebook_id.to_owned())).chain(states).collect()
}

/// Reads once more of which problems chat has been told.
pub(super) async fn notebook(ports: &impl AnyPorts) -> Result<Notebook, StoreError> {
    let (name, id) = document::NOTEBOOK_KEY;
    let items = ports.store().runs(&[(name.to_owned(), id.to_owned())]).await?;
    Ok(items.first().map(notebook_of).unwrap_or_default())
}

fn notebook_of(item: &Item) -> Notebook {
    document::notebook(item).unwrap_or_else(|_| document::damaged_notebook(item))
}

/// Puts schedules and what is remembered of them, the items with their [`keys`], together.
pub fn remember(snapshot: &mut Snapshot, schedules: Vec<Schedule>, items: &[Item]) {
    let find = |name: &str, id: &str| {
        items.iter().find(|item| {
            let is = |attribute: &str, text: &str| item.get(attribute).and_then(|value| value.as_str()) == Some(text);
            is("ScheduleName", name) && is("RunId", id)
        })
    };
    let (notebook_name, notebook_id) = document::NOTEBOOK_KEY;
    if let Some(item) = find(notebook_name, notebook_id) {
        snapshot.notebook = notebook_of(item);
        if snapshot.notebook.was_damaged {
            let message = "is not as it was written: it is written anew".to_owned();
            snapshot.problems.push(unreadable(None, document::NOTEBOOK_KEY, message));
        }
    }
    for schedule in schedules {
        match find(schedule.name.as_str(), document::STATE_RUN_ID).map(document::state).transpose() {
            Ok(state) => {
                let state = state.unwrap_or_default();
                snapshot.schedules.push(SeenSchedule::new(schedule, state));
            }
            Err(error) => {
                let name = schedule.name.clone();
                let key = (name.as_str(), document::STATE_RUN_ID);
                let message = format!("{error}: delete the item to let the schedule begin anew");
                snapshot.problems.push(unreadable(Some(schedule.name), key, message));
            }
        }
    }
}

fn unreadable(schedule: Option<ScheduleName>, (name, id): (&str, &str), message: String) -> Problem {
    Problem {
        source: Source::Tables,
        stops_schedule: schedule.is_some(),
        schedule,
        item: format!("ScheduleRun {name} {id}"),
        attribute: String::new(),
        holds: None,
        message,
    }
}

/// What to look for: the instances of all schedules for which something may be due, and of no others.
fn query(snapshot: &Snapshot, now: DateTime<Utc>) -> Query {
    let mut query = Query::default();
    let is_free = |seen: &&SeenSchedule| seen.state.lease.as_ref().is_none_or(|lease| lease.until_at <= now);
    for SeenSchedule { schedule, .. } in
        snapshot.schedules.iter().filter(is_free).filter(|seen| engine::needs_look(seen, now))
    {
        for scope in &schedule.scopes {
            query.tag_values.entry(scope.clone()).or_default().insert(schedule.tag_value.clone());
        }
        if schedule.groups.iter().any(|group| group.ready == Ready::StatusOk) {
            query.status_checks.insert(schedule.tag_value.clone());
        }
    }
    query
}
