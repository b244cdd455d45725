//! Many instances: all pages, and how many calls a tick makes for them, counted as they go out.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Duration, Timelike as _};
use lamplighter::aws::{AwsFleet, CallCounts, DynamoStore, SystemClock, TableNames, TagKeys};
use lamplighter::document::Defaults;
use lamplighter::model::{Action, Channel, Event, InstanceKey, InstanceKind, InstanceState, Notice};
use lamplighter::ports::{Chat, ChatError, Fleet as _, Journal, Ports, Store as _, Table};
use lamplighter::tick::{self, Options, Report};
use serde_json::{Value, json};

use crate::fleet::{DEV, failures, fleet, minute, query, since};
use crate::stage::now;
use crate::support::moto::Moto;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_instances_and_a_hundred_and_fifty_databases_over_several_pages() {
    let moto = Moto::start().await;
    let (fleet, counts) = fleet(&moto.patient());
    // Moto's pages are of reservations: one more than a page takes.
    let servers = moto.run_reservations(501, 2, &[DEV]).await;
    moto.run_reservations(1, 20, &[("ScheduleName", "Other")]).await;
    moto.create_databases("orders-", 150, &[DEV]).await;
    assert_eq!(servers.len(), 1_002);

    let found = fleet.inventory(&query(&["Dev"])).await;
    assert_eq!(found.unreachable, BTreeMap::new());
    assert_eq!(found.instances.len(), 1_152);
    assert_eq!(since(&counts, &BTreeMap::from([("ec2", 0), ("rds", 0)])), (2, 3), "one call a page");

    let keys: Vec<InstanceKey> = found.instances.into_keys().collect();
    for (action, state, calls) in
        [(Action::Stop, InstanceState::Stopped, (6, 150)), (Action::Start, InstanceState::Running, (21, 150))]
    {
        let before = counts.snapshot();
        let outcomes = fleet.act(action, &keys, minute()).await;
        assert_eq!((outcomes.len(), failures(&outcomes)), (1_152, BTreeMap::new()));
        assert_eq!(since(&counts, &before), calls, "{action:?}");
        let found = fleet.inventory(&query(&["Dev"])).await;
        assert!(found.instances.values().all(|seen| seen.state == state), "{action:?}");
    }
}

/// Takes every message.
struct Silent;

impl Chat for Silent {
    async fn tell(&self, _: &Notice, _: &[Channel], _: Duration) -> Result<(), ChatError> {
        Ok(())
    }
}

impl Journal for Silent {
    fn note(&self, _: &Event) {}
}

/// The adapters of a function.
struct Function {
    store: DynamoStore,
    fleet: AwsFleet,
    counts: Arc<CallCounts>,
}

impl Function {
    async fn over(moto: &Moto) -> Self {
        let counts = Arc::new(CallCounts::default());
        let tags = TagKeys { schedule: "ScheduleName".to_owned(), group: "ScheduleGroupName".to_owned() };
        let config = moto.patient();
        let store = DynamoStore::new(&config, TableNames::default(), Arc::clone(&counts));
        store.create_tables().await.unwrap();
        Self { store, fleet: AwsFleet::new(&config, tags, Arc::clone(&counts)), counts }
    }

    /// A schedule that was to stop everything two minutes ago.
    async fn put_schedule(&self, name: &str) {
        let at = now() - Duration::minutes(2);
        let item = json!({
            "ScheduleName": name, "TagValue": name, "DaysActive": "all", "Enabled": true, "Timezone": "Etc/UTC",
            "StartTime": "None", "StopTime": format!("{}:{}", at.hour(), at.minute()), "StopWarningMinutes": 0,
        });
        let Value::Object(item) = item else { panic!("it is an object") };
        self.store.put(Table::Schedule, item).await.unwrap();
    }

    /// A tick, and the calls that it has made.
    async fn tick(&self) -> (Report, BTreeMap<&'static str, u64>) {
        let before = self.counts.snapshot();
        let options = Options {
            owner: "test".to_owned(),
            deadline: now() + Duration::minutes(4),
            settle: Duration::minutes(1),
            defaults: Defaults::default(),
        };
        let Self { store, fleet, .. } = self;
        let ports = Ports { store, fleet, chat: &Silent, clock: &SystemClock, journal: &Silent };
        let report = tick::run(&ports, &options).await.unwrap();
        let calls = self.counts.snapshot().into_iter().map(|(service, calls)| (service, calls - before[service]));
        (report, calls.filter(|(_, calls)| *calls > 0).collect())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calls_of_a_tick_that_stops_a_thousand_instances() {
    let moto = Moto::start().await;
    let function = Function::over(&moto).await;
    function.put_schedule("Dev").await;
    // A thousand instances, on two pages.
    moto.run_reservations(498, 2, &[DEV]).await;
    moto.run_reservations(4, 1, &[DEV]).await;
    let (report, calls) = function.tick().await;
    assert_eq!((report.stopped, report.failures, report.in_flight), (1_000, 0, false));
    assert!(calls.values().sum::<u64>() <= 40, "{calls:?}");
    // Announce, stop, see them stopped: three looks of a call a page, and the stops.
    assert_eq!((report.passes, calls["ec2"], calls["rds"]), (3, 3 * 2 + 5, 3 * 2), "{calls:?}");
    let (report, calls) = function.tick().await;
    assert_eq!((report.passes, calls), (1, BTreeMap::from([("dynamodb", 4)])), "nothing is due");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calls_of_a_tick_that_stops_a_hundred_databases() {
    let moto = Moto::start().await;
    let function = Function::over(&moto).await;
    function.put_schedule("Dev").await;
    moto.create_databases("orders-", 98, &[DEV]).await;
    moto.create_cluster("shops", &[DEV], &[DEV]).await;
    moto.create_cluster("parts", &[DEV], &[DEV]).await;
    let (report, calls) = function.tick().await;
    assert_eq!((report.stopped, report.failures, report.in_flight), (100, 0, false));
    // Three looks: a page of instances, a page of clusters, and none of EC2; one call a database.
    assert_eq!((report.passes, calls["ec2"], calls["rds"]), (3, 3, 3 * 2 + 100), "{calls:?}");
    assert!(calls["ec2"] + calls["rds"] <= 112, "{calls:?}");
    let found = function.fleet.inventory(&query(&["Dev"])).await;
    let stopped = |kind| {
        let of_kind = found.instances.values().filter(|seen| seen.key.kind == kind);
        of_kind.filter(|seen| seen.state == InstanceState::Stopped).count()
    };
    assert_eq!((stopped(InstanceKind::RdsInstance), stopped(InstanceKind::RdsCluster)), (98, 2));
}
