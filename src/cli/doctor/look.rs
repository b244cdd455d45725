//! What is looked at, and in which order: what cannot be seen leaves out what follows from it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use futures_util::future::join_all;

use crate::aws::{DynamoStore, LAST_ACTION};
use crate::chat::send::ask_chat_function;
use crate::doctor::{self, Caller, Check, Finding, TableLook, Tagged, Unread, Write, WriteTry};
use crate::document::{self, Tables};
use crate::engine::{Snapshot, calendar};
use crate::live::Live;
use crate::model::{Channel, InstanceKey, InstanceKind, InstanceState, Inventory, Schedule, ScheduleName, Scope};
use crate::ports::{Clock as _, Item, Store as _, StoreError, Table};
use crate::settings::Settings;
use crate::tick;

/// The most time for all places; whoever has many is ready to wait.
const SURVEY_WITHIN: Duration = Duration::minutes(5);

/// Looks with the settings, adapters and credentials of this terminal.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) settings: &'a Settings,
    pub(super) live: &'a Live,
    pub(super) caller: &'a Caller,
    /// Nothing is tried.
    pub(super) is_read_only: bool,
}

impl Look<'_> {
    /// Everything in AWS; with the schedules that could be read.
    pub(super) async fn all(self) -> (Vec<Finding>, Vec<Schedule>) {
        let (looks, tables) = self.tables().await;
        let mut findings = doctor::tables(&looks, self.caller);
        findings.extend(self.writes(&looks).await);
        let Some(tables) = tables else {
            let what = "schedules, instances and ticks: nothing is known of them as long as the tables cannot be read";
            findings.push(Finding::left_out(Check::Items, what));
            return (findings, Vec::new());
        };
        let now = self.live.clock.now();
        let (snapshot, is_remembered) = self.remembered(&tables, now).await;
        let schedules: Vec<Schedule> = snapshot.schedules.iter().map(|seen| seen.schedule.clone()).collect();
        let contradictions = schedules.iter().flat_map(|schedule| calendar::problems(schedule, now));
        let problems: Vec<_> = snapshot.problems.iter().cloned().chain(contradictions).collect();
        findings.extend(doctor::items(tables.schedules.len(), &problems));
        findings.extend(self.places(&tables, &schedules).await);
        if is_remembered {
            findings.extend(doctor::ticks(&snapshot.schedules, &snapshot.notebook, now));
        } else {
            findings
                .push(Finding::left_out(Check::Ticks, "what ticks remember is in the run table, which cannot be read"));
        }
        (findings, schedules)
    }

    /// How the tables were made, and what is in those that people edit, if all of them can be read.
    async fn tables(self) -> (Vec<TableLook>, Option<Tables>) {
        let store = &self.live.store;
        let edited = [Table::Schedule, Table::ServerGroup, Table::Exception];
        let (mut looks, mut items) = (Vec::new(), Vec::new());
        for (table, scanned) in edited.into_iter().zip(join_all(edited.map(|table| store.scan(table))).await) {
            let (read, scanned) = apart(scanned);
            items.extend(scanned);
            looks.push(store.look_at(table, read).await);
        }
        looks.push(store.look_at(Table::Run, store.read_runs().await).await);
        let mut items = items.into_iter();
        let tables = match (items.next(), items.next(), items.next()) {
            (Some(schedules), Some(groups), Some(exceptions)) => Some(Tables { schedules, groups, exceptions }),
            _ => None,
        };
        (looks, tables)
    }

    /// What may be written, into tables whose keys are right.
    async fn writes(self, looks: &[TableLook]) -> Vec<Finding> {
        if self.is_read_only {
            let what = "writing, starting and stopping: nothing is tried with `--read-only`";
            return vec![Finding::left_out(Check::Rights, what)];
        }
        let mut tries: Vec<WriteTry> = Vec::new();
        for (table, writes) in Write::OF_TABLES {
            let of_table = looks.iter().find(|look| look.table == table);
            let key = match of_table.map(|look| &look.described) {
                Some(Ok(described)) if described.is_keyed_rightly(table) => described.ours.clone(),
                // Of a table that may not be described it is taken for granted: another key is an answer of its own.
                Some(Err(StoreError::Denied { .. })) => DynamoStore::key_of_ours(table),
                _ => continue,
            };
            let key: Vec<String> = key.into_iter().map(str::to_owned).collect();
            tries.extend(join_all(writes.iter().map(|write| self.live.store.try_to(*write, table, &key))).await);
        }
        if tries.is_empty() { Vec::new() } else { doctor::writes(&tries, self.caller) }
    }

    /// The schedules, their places by one name each, with what ticks remember of them; and whether that could be read.
    async fn remembered(self, tables: &Tables, now: DateTime<Utc>) -> (Snapshot, bool) {
        let (mut schedules, problems) = document::read(tables, self.settings.defaults, now.date_naive());
        for schedule in &mut schedules {
            schedule.scopes = self.caller.one_name_each(std::mem::take(&mut schedule.scopes));
        }
        let items = self.live.store.runs(&tick::keys(&schedules)).await;
        let is_remembered = items.is_ok();
        let mut snapshot = Snapshot { problems, ..Snapshot::default() };
        tick::remember(&mut snapshot, schedules, &items.unwrap_or_default());
        (snapshot, is_remembered)
    }

    /// Accounts and regions, what is in them, and what may be done there.
    async fn places(self, tables: &Tables, schedules: &[Schedule]) -> Vec<Finding> {
        let Settings { schedule_tag_key, group_tag_key, .. } = self.settings;
        let mut places = BTreeMap::<Scope, Vec<ScheduleName>>::new();
        for scope in self.caller.one_name_each(self.settings.defaults.places.scopes()) {
            places.entry(scope).or_default();
        }
        for schedule in schedules {
            for scope in &schedule.scopes {
                places.entry(scope.clone()).or_default().push(schedule.name.clone());
            }
        }
        let scopes: BTreeSet<Scope> = places.keys().cloned().collect();
        let inventory = self.live.fleet.survey(&scopes, SURVEY_WITHIN).await;
        let has_external_id = self.settings.external_id.is_some();
        let mut findings = doctor::places(&places, &inventory, self.caller, has_external_id);
        let values = tables.tag_values();
        if !self.is_read_only {
            findings.extend(self.rights(schedules, &inventory).await);
        }
        findings.extend(doctor::instances(Tagged {
            schedules,
            values: &values,
            inventory: &inventory,
            schedule_key: schedule_tag_key,
            group_key: group_tag_key,
        }));
        findings
    }

    /// What may be done to instances of schedules: tried on one EC2 instance in each place.
    async fn rights(self, schedules: &[Schedule], inventory: &Inventory) -> Vec<Finding> {
        let own = schedules.iter().flat_map(|schedule| inventory.of(&schedule.tag_value, &schedule.scopes));
        let counted = own.filter(|instance| instance.state != InstanceState::Gone && instance.refusal.is_none());
        let keys: BTreeSet<&InstanceKey> = counted.map(|instance| &instance.key).collect();
        let mut first = BTreeMap::<&Scope, &InstanceKey>::new();
        for key in keys.iter().filter(|key| key.kind == InstanceKind::Ec2) {
            first.entry(&key.scope).or_insert(key);
        }
        let wanted: BTreeSet<&Scope> = schedules.iter().flat_map(|schedule| &schedule.scopes).collect();
        let is_untried = |scope: &&Scope| wanted.contains(scope) && !first.contains_key(scope);
        let untried: Vec<Scope> = inventory.seen.iter().filter(is_untried).cloned().collect();
        let samples: Vec<InstanceKey> = first.into_values().cloned().collect();
        let runs = self.live.fleet.dry_runs(&samples).await;
        let (tag_key, mark) = (self.settings.schedule_tag_key.as_str(), LAST_ACTION);
        let mut findings = doctor::dry_runs(&runs, &untried, self.caller, (tag_key, mark));
        let mark = self.settings.tags_last_action.then_some(mark);
        findings.extend(doctor::databases(keys, self.caller, tag_key, mark));
        findings
    }
}

fn apart(scanned: Result<Vec<Item>, StoreError>) -> (Result<(), StoreError>, Option<Vec<Item>>) {
    match scanned {
        Ok(items) => (Ok(()), Some(items)),
        Err(error) => (Err(error), None),
    }
}

/// Webhooks and the function that answers people, the former with the channels that schedules name. Of a setting that cannot be
/// read it is not known whether it leads anywhere.
pub(super) async fn chat(
    is_asked: bool,
    (settings, unread): (&Settings, &[Unread]),
    live: &Live,
    schedules: &[Schedule],
) -> Vec<Finding> {
    let is_unread = |name: &str| unread.iter().any(|unread| unread.name == name);
    let mut lost = BTreeMap::<&Channel, Vec<&ScheduleName>>::new();
    for schedule in schedules {
        for channel in &schedule.channels {
            let is_there = settings.webhooks.channels.contains_key(channel);
            if !is_there && !is_unread(&format!("WEBHOOK_URL_{channel}")) {
                lost.entry(channel).or_default().push(&schedule.name);
            }
        }
    }
    let tries = if is_asked { Some(live.chat.try_out().await) } else { None };
    let addressees = live.chat.addressees();
    let mut findings = if addressees.is_empty() && unread.iter().any(|unread| unread.name.starts_with("WEBHOOK_URL")) {
        vec![Finding::left_out(Check::Webhooks, "the setting that holds their addresses cannot be read")]
    } else {
        doctor::webhooks(&addressees, tries.as_deref(), &lost)
    };
    let address = settings.answers.address.as_deref();
    let answer = match address {
        Some(address) if is_asked => Some(ask_chat_function(address).await),
        _ => None,
    };
    findings.push(if ["CHAT_URL", "LINK_SECRET"].into_iter().any(is_unread) {
        Finding::left_out(Check::Chat, "the settings of the function that answers people cannot be read")
    } else {
        doctor::chat_function(address.is_some(), answer.as_ref())
    });
    findings
}
