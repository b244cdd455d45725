//! Accounts with schedules and instances, and the real tick over them in this process, by a clock that is moved by hand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_config::SdkConfig;
use chrono::{DateTime, Duration, Utc};
use lamplighter::aws::{AwsFleet, CallCounts, DynamoStore, TableNames, TagKeys};
use lamplighter::chat::send::{WebhookChat, Webhooks};
use lamplighter::chat::{Answers, Language, Voice};
use lamplighter::document::Defaults;
use lamplighter::model::{Action, Event, EventKind, Failure, InstanceKey, Inventory, Scope};
use lamplighter::ports::{Clock, Fleet, Journal, Outcome, Ports, Query, Store as _, Table};
use lamplighter::tick::{self, About, Options, Report, TickError};
use serde_json::Value;

use crate::support::moto::patient;

/// The calls of a tick, by service.
pub(crate) type Calls = BTreeMap<&'static str, u64>;

/// A tick's day in the made-up accounts: a Monday, in UTC.
const DAY: &str = "2026-11-23";

/// A clock that stands still but for whoever waits.
struct HandClock(Mutex<DateTime<Utc>>);

impl Clock for HandClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        *self.0.lock().unwrap() += duration.max(Duration::zero());
    }
}

/// What a tick notes.
#[derive(Default)]
struct Notes(Mutex<Vec<Event>>);

impl Journal for Notes {
    fn note(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

/// The instances, looked at for as long as it takes: moto is slow at what AWS does at once, and what is counted here is calls.
struct Patient<'a>(&'a AwsFleet);

impl Fleet for Patient<'_> {
    async fn inventory(&self, query: &Query, _: Duration) -> Inventory {
        self.0.inventory(query, Duration::minutes(10)).await
    }

    async fn act(&self, action: Action, instances: &[InstanceKey], budget: Duration) -> BTreeMap<InstanceKey, Outcome> {
        self.0.act(action, instances, budget).await
    }

    async fn mark(&self, instances: &[InstanceKey], note: &str, budget: Duration) -> BTreeMap<Scope, Failure> {
        self.0.mark(instances, note, budget).await
    }
}

/// The adapters over an account.
pub(crate) struct Estate {
    store: DynamoStore,
    fleet: AwsFleet,
    chat: WebhookChat,
    counts: Arc<CallCounts>,
    /// Schedules, group and instances may be of a zone of their own.
    defaults: Defaults,
}

/// What came of a tick.
pub(crate) struct Ticked {
    pub(crate) result: Result<Report, TickError>,
    pub(crate) calls: Calls,
    /// The messages of the problems that were noted.
    pub(crate) problems: Vec<String>,
}

impl Ticked {
    /// All calls.
    pub(crate) fn total(&self) -> u64 {
        self.calls.values().sum()
    }
}

impl Estate {
    /// An account with empty tables; time does not matter to it.
    pub(crate) async fn new(config: &SdkConfig) -> Self {
        let config = &patient(config);
        let counts = Arc::new(CallCounts::default());
        let store = DynamoStore::new(config, TableNames::default(), Arc::clone(&counts));
        store.create_tables().await.unwrap();
        let tags = TagKeys { schedule: "ScheduleName".to_owned(), group: "ScheduleGroupName".to_owned() };
        let fleet = AwsFleet::new(config, tags, Arc::clone(&counts)).with_marks(true);
        let fleet = fleet.with_external_id(Some("team-1".to_owned()));
        let voice = Voice { language: Language::En, answers: Answers::default() };
        let chat = WebhookChat::new(Webhooks::default(), voice);
        let defaults = Defaults { zone: chrono_tz::Tz::UTC, ..Defaults::default() };
        Self { store, fleet, chat, counts, defaults }
    }

    /// Writes a schedule from 9 to 18 o'clock without a warning, with these changes.
    pub(crate) async fn put_schedule(&self, name: &str, changes: &Value) {
        let mut item = serde_json::json!({
            "ScheduleName": name, "TagValue": name, "DaysActive": "all", "Enabled": true, "StartTime": "09:00",
            "StopTime": "18:00", "ForceStart": false, "StopWarningMinutes": 0,
        });
        item.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        self.store.put(Table::Schedule, item.as_object().unwrap().clone()).await.unwrap();
    }

    /// One tick at this time of day.
    pub(crate) async fn tick(&self, time: &str) -> Ticked {
        let now: DateTime<Utc> = format!("{DAY}T{time}:00Z").parse().unwrap();
        let (clock, notes) = (HandClock(Mutex::new(now)), Notes::default());
        let fleet = Patient(&self.fleet);
        let ports = Ports { store: &self.store, fleet: &fleet, chat: &self.chat, clock: &clock, journal: &notes };
        let options = Options {
            owner: "test".to_owned(),
            deadline: now + Duration::minutes(5),
            settle: Duration::seconds(60),
            defaults: self.defaults,
            only: None,
            about: About::All,
        };
        let before = self.counts.snapshot();
        let result = tick::run(&ports, &options).await;
        let calls = self.counts.snapshot().into_iter().map(|(service, calls)| (service, calls - before[service]));
        let problems = notes.0.into_inner().unwrap();
        let problems = problems
            .iter()
            .filter(|event| event.kind == EventKind::Problem)
            .map(|event| event.details.iter().map(|(_, value)| value.to_string()).collect::<Vec<_>>().join(": "));
        Ticked { result, calls: calls.collect(), problems: problems.collect() }
    }
}
