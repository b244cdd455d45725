//! EC2 and RDS over the wire: looking by tag, starting, stopping, and what goes wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::Duration;
use lamplighter::aws::{AwsFleet, CallCounts, TagKeys};
use lamplighter::model::{
    Action, FailureKind, GroupName, Instance, InstanceId, InstanceKey, InstanceKind, InstanceState, Inventory, Refusal,
    Scope, TagValue,
};
use lamplighter::ports::{Fleet as _, Outcome, Query};
use wiremock::matchers::{body_string_contains, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::moto::{self, Moto};

pub(crate) const DEV: (&str, &str) = ("ScheduleName", "Dev");

pub(crate) fn fleet(config: &aws_config::SdkConfig) -> (AwsFleet, Arc<CallCounts>) {
    let counts = Arc::new(CallCounts::default());
    let tags = TagKeys { schedule: "ScheduleName".to_owned(), group: "ScheduleGroupName".to_owned() };
    (AwsFleet::new(config, tags, Arc::clone(&counts)), counts)
}

pub(crate) fn query(values: &[&str]) -> Query {
    let values = values.iter().map(|value| TagValue::new(value).unwrap()).collect();
    Query { tag_values: [(Scope::default(), values)].into(), status_checks: BTreeSet::new() }
}

pub(crate) fn key(kind: InstanceKind, id: &str) -> InstanceKey {
    InstanceKey { scope: Scope::default(), kind, id: InstanceId::new(id).unwrap() }
}

pub(crate) fn ec2_keys(ids: &[String]) -> Vec<InstanceKey> {
    ids.iter().map(|id| key(InstanceKind::Ec2, id)).collect()
}

pub(crate) fn minute() -> Duration {
    Duration::minutes(1)
}

pub(crate) fn seen<'a>(inventory: &'a Inventory, kind: InstanceKind, id: &str) -> &'a Instance {
    &inventory.instances[&key(kind, id)]
}

/// The kinds of the failures, by id.
pub(crate) fn failures(outcomes: &BTreeMap<InstanceKey, Outcome>) -> BTreeMap<&str, FailureKind> {
    let failed = outcomes.iter().filter_map(|(key, outcome)| Some((key, outcome.as_ref().err()?)));
    failed.map(|(key, failure)| (key.id.as_str(), failure.kind)).collect()
}

/// The calls made meanwhile.
pub(crate) fn since(counts: &CallCounts, before: &BTreeMap<&'static str, u64>) -> (u64, u64) {
    let now = counts.snapshot();
    (now["ec2"] - before["ec2"], now["rds"] - before["rds"])
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_are_found_by_tag_over_all_pages() {
    let moto = Moto::start().await;
    let (fleet, counts) = fleet(&moto.patient());
    let dev: BTreeSet<String> = moto.run_instances(501, &[DEV]).await.into_iter().collect();
    moto.run_instances(2, &[("ScheduleName", "Development")]).await;
    moto.run_instances(1, &[("Name", "untagged")]).await;
    for n in 0..101 {
        moto.create_database(&format!("dev-{n:03}"), &[DEV]).await;
    }
    moto.create_database("other", &[("ScheduleName", "Other")]).await;

    let found = fleet.inventory(&query(&["Dev", "Nobody", "De*"]), minute()).await;
    assert_eq!(found.unreachable, BTreeMap::new());
    assert_eq!(found.seen, BTreeSet::from([Scope::default()]));
    let (servers, databases): (Vec<_>, Vec<_>) = found.instances.keys().partition(|key| key.kind == InstanceKind::Ec2);
    assert_eq!(servers.iter().map(|key| key.id.to_string()).collect::<BTreeSet<_>>(), dev);
    assert_eq!(databases.len(), 101);
    assert!(databases.iter().all(|key| key.id.as_str().starts_with("dev-")), "{databases:?}");
    assert_eq!((counts.snapshot()["ec2"], counts.snapshot()["rds"]), (2, 3), "one call a page");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_tag_values_than_a_filter_takes() {
    let moto = Moto::start().await;
    let (fleet, counts) = fleet(moto.config());
    for value in ["V000", "V200", "V249"] {
        moto.run_instances(1, &[("ScheduleName", value)]).await;
    }
    let values: Vec<String> = (0..250).map(|n| format!("V{n:03}")).collect();
    let found = fleet.inventory(&query(&values.iter().map(String::as_str).collect::<Vec<_>>()), minute()).await;
    let tags: BTreeSet<_> = found.instances.values().map(|instance| instance.schedule_tag.as_str()).collect();
    assert_eq!(tags, BTreeSet::from(["V000", "V200", "V249"]));
    assert_eq!(counts.snapshot()["ec2"], 2, "200 values a call");
}

#[tokio::test(flavor = "multi_thread")]
async fn both_kinds_are_stopped_and_started() {
    let moto = Moto::start().await;
    let (fleet, counts) = fleet(moto.config());
    let ids = moto.run_reservations(1, 60, &[DEV, ("ScheduleGroupName", "API"), ("Name", "api")]).await;
    moto.create_database("orders", &[DEV, ("ScheduleGroupName", "DB")]).await;
    let mut keys = ec2_keys(&ids);
    keys.push(key(InstanceKind::RdsInstance, "orders"));

    let before = counts.snapshot();
    let outcomes = fleet.act(Action::Stop, &keys, minute()).await;
    assert_eq!(outcomes.len(), 61);
    assert_eq!(failures(&outcomes), BTreeMap::new());
    assert_eq!(since(&counts, &before), (1, 1), "200 instances a call, a call a database");
    let found = fleet.inventory(&query(&["Dev"]), minute()).await;
    assert!(found.instances.values().all(|instance| instance.state == InstanceState::Stopped), "{found:?}");

    let server = seen(&found, InstanceKind::Ec2, &ids[0]);
    assert_eq!(server.group_tag, GroupName::new("API").ok());
    assert_eq!(server.label.name.as_deref(), Some("api"));
    assert!(server.label.engine.is_some() && server.label.zone.is_some(), "{server:?}");
    assert!(server.state_reason.as_ref().is_some_and(|reason| reason.contains("User initiated")), "{server:?}");
    let database = seen(&found, InstanceKind::RdsInstance, "orders");
    assert_eq!(database.group_tag, GroupName::new("DB").ok());
    assert_eq!(database.label.engine.as_deref(), Some("postgres"));

    let before = counts.snapshot();
    assert_eq!(failures(&fleet.act(Action::Start, &keys, minute()).await), BTreeMap::new());
    assert_eq!(since(&counts, &before), (2, 1), "50 instances a call, a call a database");
    let found = fleet.inventory(&query(&["Dev"]), minute()).await;
    assert!(found.instances.values().all(|instance| instance.state == InstanceState::Running), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_id_does_not_keep_the_others_from_stopping() {
    let moto = Moto::start().await;
    let (fleet, counts) = fleet(moto.config());
    let ids = moto.run_instances(5, &[DEV]).await;
    let mut keys = ec2_keys(&ids);
    keys.push(key(InstanceKind::Ec2, "i-0123456789abcdef0"));

    let outcomes = fleet.act(Action::Stop, &keys, minute()).await;
    assert_eq!(failures(&outcomes), BTreeMap::from([("i-0123456789abcdef0", FailureKind::Gone)]));
    for id in &ids {
        assert_eq!(moto.instance_state(id).await, "stopped");
    }
    assert_eq!(counts.snapshot()["ec2"], 2, "the bad one, then the others");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_database_does_not_keep_the_others_from_stopping() {
    let moto = Moto::start().await;
    let (fleet, _) = fleet(moto.config());
    for id in ["a", "b", "c"] {
        moto.create_database(id, &[DEV]).await;
    }
    let databases = ["a", "b", "c", "gone"].map(|id| key(InstanceKind::RdsInstance, id));
    fleet.act(Action::Stop, &databases[..1], minute()).await;
    let outcomes = fleet.act(Action::Stop, &databases, minute()).await;
    assert_eq!(
        failures(&outcomes),
        BTreeMap::from([("a", FailureKind::WrongState), ("gone", FailureKind::Gone)]),
        "stopped already; not there"
    );
    assert_eq!(moto.database_state("c").await, "stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_aws_would_refuse_shows_when_looking() {
    let moto = Moto::start().await;
    let (fleet, _) = fleet(moto.config());
    let ids = moto.run_instances(3, &[DEV]).await;
    let group = aws_sdk_ec2::types::Tag::builder().key("aws:autoscaling:groupName").value("web").build();
    moto.ec2().create_tags().resources(&ids[1]).tags(group).send().await.unwrap();
    moto.ec2().terminate_instances().instance_ids(&ids[2]).send().await.unwrap();
    moto.create_database("orders", &[DEV]).await;
    let tag = aws_sdk_rds::types::Tag::builder().key(DEV.0).value(DEV.1).build();
    moto.rds()
        .create_db_instance_read_replica()
        .db_instance_identifier("reports")
        .source_db_instance_identifier("orders")
        .tags(tag)
        .send()
        .await
        .unwrap();

    let found = fleet.inventory(&query(&["Dev"]), minute()).await;
    assert_eq!(seen(&found, InstanceKind::Ec2, &ids[0]).refusal, None);
    assert_eq!(seen(&found, InstanceKind::Ec2, &ids[1]).refusal, Some(Refusal::AutoScaling("web".to_owned())));
    assert_eq!(seen(&found, InstanceKind::Ec2, &ids[2]).state, InstanceState::Gone);
    let database = |id| seen(&found, InstanceKind::RdsInstance, id).refusal.clone();
    assert_eq!(database("orders"), Some(Refusal::ReplicaSource("reports".to_owned())));
    assert_eq!(database("reports"), Some(Refusal::ReadReplica("orders".to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn status_checks_are_read_only_where_they_are_waited_for() {
    let moto = Moto::start().await;
    let (fleet, counts) = fleet(moto.config());
    let waited = moto.run_instances(2, &[DEV]).await;
    let other = moto.run_instances(1, &[("ScheduleName", "Other")]).await;
    fleet.act(Action::Stop, &ec2_keys(&waited[1..]), minute()).await;

    let before = counts.snapshot();
    let mut query = query(&["Dev", "Other"]);
    fleet.inventory(&query, minute()).await;
    assert_eq!(since(&counts, &before), (1, 2));
    query.status_checks.insert(TagValue::new("Dev").unwrap());
    let found = fleet.inventory(&query, minute()).await;
    assert_eq!(since(&counts, &before), (3, 4));
    let checks = |id: &str| seen(&found, InstanceKind::Ec2, id).checks_passed;
    assert_eq!([checks(&waited[0]), checks(&waited[1]), checks(&other[0])], [Some(true), None, None]);
}

/// An EC2 that refuses every call of one kind, in EC2's own words.
async fn refusing(action: &str, status: u16, code: &str, message: &str) -> MockServer {
    let server = MockServer::start().await;
    let body = format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors><RequestID>r</RequestID></Response>"
    );
    Mock::given(method("POST"))
        .and(body_string_contains(format!("Action={action}&")))
        .respond_with(ResponseTemplate::new(status).set_body_string(body))
        .mount(&server)
        .await;
    server
}

fn made_up(count: usize) -> Vec<InstanceKey> {
    (0..count).map(|n| key(InstanceKind::Ec2, &format!("i-{n:017x}"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_is_tried_again_but_never_split() {
    let server = refusing("StopInstances", 503, "RequestLimitExceeded", "Request limit exceeded.").await;
    let (fleet, counts) = fleet(&moto::config(&server.uri()).await);
    let outcomes = fleet.act(Action::Stop, &made_up(50), minute()).await;
    assert_eq!(outcomes.len(), 50);
    assert!(failures(&outcomes).values().all(|kind| *kind == FailureKind::Throttled), "{outcomes:?}");
    assert_eq!(failures(&outcomes).len(), 50);
    assert_eq!(counts.snapshot()["ec2"], 3, "the SDK's tries of one call");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_batch_is_asked_for_once_and_its_blob_stays_here() {
    let message = "You are not authorized to perform this operation. Encoded authorization failure message: c2VjcmV0";
    let server = refusing("StopInstances", 403, "UnauthorizedOperation", message).await;
    let (fleet, counts) = fleet(&moto::config(&server.uri()).await);
    let outcomes = fleet.act(Action::Stop, &made_up(50), minute()).await;
    assert_eq!(counts.snapshot()["ec2"], 1);
    assert_eq!(outcomes.len(), 50);
    for outcome in outcomes.into_values() {
        let failure = outcome.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Denied);
        assert_eq!(failure.code, "UnauthorizedOperation");
        assert_eq!(failure.message, "You are not authorized to perform this operation.");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_capacity_is_neither_tried_again_at_once_nor_chased_to_the_last_instance() {
    let server = refusing("StartInstances", 500, "InsufficientInstanceCapacity", "Insufficient capacity.").await;
    let (fleet, counts) = fleet(&moto::config(&server.uri()).await);
    let outcomes = fleet.act(Action::Start, &made_up(50), minute()).await;
    assert_eq!(failures(&outcomes).len(), 50);
    assert!(failures(&outcomes).values().all(|kind| *kind == FailureKind::Capacity), "{outcomes:?}");
    assert_eq!(counts.snapshot()["ec2"], 15);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_time_nothing_is_asked() {
    let moto = Moto::start().await;
    let (fleet, counts) = fleet(moto.config());
    let mut keys = made_up(1);
    keys.push(key(InstanceKind::RdsInstance, "orders"));
    let outcomes = fleet.act(Action::Stop, &keys, Duration::zero()).await;
    let codes: Vec<_> = outcomes.values().map(|outcome| outcome.as_ref().unwrap_err().code.as_str()).collect();
    assert_eq!(codes, ["NotAskedYet", "NotAskedYet"]);
    assert_eq!(counts.total(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_look_is_no_look() {
    let server = refusing("DescribeInstances", 403, "UnauthorizedOperation", "You are not authorized.").await;
    // RDS answers that there is nothing.
    for what in ["DBInstances", "DBClusters"] {
        let nothing = format!(
            "<Describe{what}Response><Describe{what}Result><{what}/></Describe{what}Result></Describe{what}Response>"
        );
        Mock::given(body_string_contains(format!("Action=Describe{what}&")))
            .respond_with(ResponseTemplate::new(200).set_body_string(nothing))
            .mount(&server)
            .await;
    }
    let (fleet, counts) = fleet(&moto::config(&server.uri()).await);
    let found = fleet.inventory(&query(&["Dev"]), minute()).await;
    assert_eq!(found.seen, BTreeSet::new());
    assert_eq!(found.unreachable[&Scope::default()].kind, FailureKind::Denied);
    assert_eq!(found.instances, BTreeMap::new());
    assert_eq!(since(&counts, &CallCounts::default().snapshot()), (1, 2));
}
