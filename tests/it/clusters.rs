//! DB clusters and hibernation over the wire.

use std::collections::{BTreeMap, BTreeSet};

use lamplighter::model::{Action, FailureKind, GroupName, InstanceKind, InstanceState, Refusal};
use lamplighter::ports::Fleet as _;
use wiremock::matchers::body_string_contains;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::fleet::{DEV, ec2_keys, failures, fleet, key, minute, query, seen, since};
use crate::support::moto::{self, Moto, REGION};

#[tokio::test(flavor = "multi_thread")]
async fn clusters_are_stopped_and_started_and_their_members_left_alone() {
    let moto = Moto::start().await;
    let (fleet, counts) = fleet(moto.config());
    let group = ("ScheduleGroupName", "DB");
    moto.create_cluster("orders", &[DEV, group, ("Name", "orders of all shops")], &[DEV, group]).await;
    moto.create_cluster("reports", &[DEV], &[]).await;
    moto.create_cluster("untagged", &[], &[DEV]).await;
    moto.create_cluster("other", &[("ScheduleName", "Other")], &[("ScheduleName", "Other")]).await;

    let found = fleet.inventory(&query(&["Dev"]), minute()).await;
    assert_eq!(found.unreachable, BTreeMap::new());
    let keys: Vec<String> = found.instances.keys().map(ToString::to_string).collect();
    assert_eq!(keys, ["rds/untagged-writer", "cluster/orders", "cluster/reports"]);
    let orders = seen(&found, InstanceKind::RdsCluster, "orders");
    assert_eq!((orders.group_tag.clone(), &orders.state), (GroupName::new("DB").ok(), &InstanceState::Running));
    assert_eq!(orders.label.name.as_deref(), Some("orders of all shops"));
    assert_eq!(orders.label.engine.as_deref(), Some("aurora-postgresql"));
    assert_eq!(orders.refusal, None);
    let lonely = seen(&found, InstanceKind::RdsInstance, "untagged-writer");
    assert_eq!(lonely.refusal, Some(Refusal::ClusterMember("untagged".to_owned())));

    let clusters = ["orders", "reports", "gone"].map(|id| key(InstanceKind::RdsCluster, id));
    let before = counts.snapshot();
    let outcomes = fleet.act(Action::Stop, &clusters, minute()).await;
    assert_eq!(failures(&outcomes), BTreeMap::from([("gone", FailureKind::Gone)]));
    assert_eq!(since(&counts, &before), (0, 3), "a call a cluster");
    assert_eq!(moto.cluster_state("orders").await, "stopped");
    assert_eq!(moto.cluster_state("other").await, "available");
    assert_eq!(moto.database_state("orders-writer").await, "available", "nobody asked for it: moto has no cascade");
    let found = fleet.inventory(&query(&["Dev"]), minute()).await;
    assert_eq!(seen(&found, InstanceKind::RdsCluster, "orders").state, InstanceState::Stopped);

    // What is stopped already is in the wrong state for that.
    let outcomes = fleet.act(Action::Stop, &clusters[..1], minute()).await;
    assert_eq!(failures(&outcomes), BTreeMap::from([("orders", FailureKind::WrongState)]));
    assert_eq!(failures(&fleet.act(Action::Start, &clusters[..2], minute()).await), BTreeMap::new());
    let found = fleet.inventory(&query(&["Dev"]), minute()).await;
    assert_eq!(seen(&found, InstanceKind::RdsCluster, "orders").state, InstanceState::Running);
}

#[tokio::test(flavor = "multi_thread")]
async fn clusters_that_aws_would_refuse_show_when_looking() {
    let moto = Moto::start().await;
    let (fleet, _) = fleet(moto.config());
    let tag = || aws_sdk_rds::types::Tag::builder().key(DEV.0).value(DEV.1).build();
    moto.create_cluster("orders", &[DEV], &[]).await;
    let replica = moto.rds().create_db_cluster().db_cluster_identifier("copy").engine("aurora-postgresql");
    let arn = format!("arn:aws:rds:{REGION}:123456789012:cluster:orders");
    let replica = replica.master_username("test").master_user_password("test-password");
    replica.replication_source_identifier(&arn).tags(tag()).send().await.unwrap();
    let standbys = moto.rds().create_db_cluster().db_cluster_identifier("standbys").engine("postgres");
    let standbys = standbys.master_username("test").master_user_password("test-password");
    let standbys = standbys.db_cluster_instance_class("db.m6gd.large").allocated_storage(100).iops(1_000);
    standbys.storage_type("io1").tags(tag()).send().await.unwrap();

    let found = fleet.inventory(&query(&["Dev"]), minute()).await;
    let refusal = |id| seen(&found, InstanceKind::RdsCluster, id).refusal.clone();
    assert_eq!(refusal("orders"), Some(Refusal::ReplicaSource(arn.replace("orders", "copy"))));
    assert_eq!(refusal("copy"), Some(Refusal::ReadReplica(arn)));
    assert_eq!(refusal("standbys"), Some(Refusal::MultiAzCluster));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_region_whose_clusters_cannot_be_seen_is_not_looked_at_in_half() {
    let server = MockServer::start().await;
    let nothing = "<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances/></DescribeDBInstancesResult></DescribeDBInstancesResponse>";
    let denied = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized to perform: rds:DescribeDBClusters</Message></Error></ErrorResponse>";
    let no_instances = "<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>";
    for (action, status, body) in [
        ("DescribeDBInstances", 200, nothing),
        ("DescribeDBClusters", 403, denied),
        ("DescribeInstances", 200, no_instances),
    ] {
        Mock::given(body_string_contains(format!("Action={action}&")))
            .respond_with(ResponseTemplate::new(status).set_body_string(body))
            .mount(&server)
            .await;
    }
    let (fleet, _) = fleet(&moto::config(&server.uri()).await);
    let found = fleet.inventory(&query(&["Dev"]), minute()).await;
    assert_eq!((found.seen, found.instances), (BTreeSet::new(), BTreeMap::new()));
    let failure = found.unreachable.into_values().next().unwrap();
    assert_eq!(failure.kind, FailureKind::Denied);
    assert!(failure.message.contains("rds:DescribeDBClusters"), "{failure}");
}

/// An EC2 with two running instances, of which the first asks to be hibernated and can.
async fn sleepy() -> MockServer {
    let server = MockServer::start().await;
    let instance = |id: &str, tags: &str, configured: bool| {
        format!(
            "<item><instanceId>{id}</instanceId><instanceState><code>16</code><name>running</name></instanceState>\
             <hibernationOptions><configured>{configured}</configured></hibernationOptions>\
             <launchTime>2026-11-20T09:00:00.000Z</launchTime>\
             <tagSet><item><key>ScheduleName</key><value>Dev</value></item>{tags}</tagSet></item>"
        )
    };
    let asks = "<item><key>lamplighter:hibernate</key><value>true</value></item>";
    let instances = [instance("i-1", asks, true), instance("i-2", asks, false), instance("i-3", "", true)].concat();
    let seen = format!(
        "<DescribeInstancesResponse><reservationSet><item><instancesSet>{instances}</instancesSet></item></reservationSet></DescribeInstancesResponse>"
    );
    let stopped = "<StopInstancesResponse><instancesSet/></StopInstancesResponse>".to_owned();
    let empty = |what: &str| {
        format!(
            "<Describe{what}Response><Describe{what}Result><{what}/></Describe{what}Result></Describe{what}Response>"
        )
    };
    for (action, body) in [
        ("DescribeInstances", seen),
        ("StopInstances", stopped),
        ("DescribeDBInstances", empty("DBInstances")),
        ("DescribeDBClusters", empty("DBClusters")),
    ] {
        Mock::given(body_string_contains(format!("Action={action}&")))
            .respond_with(ResponseTemplate::new(200).set_body_string(body))
            .mount(&server)
            .await;
    }
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_it_and_can_is_hibernated() {
    let server = sleepy().await;
    let (fleet, _) = fleet(&moto::config(&server.uri()).await);
    let keys = ec2_keys(&["i-1", "i-2", "i-3"].map(str::to_owned));
    let stops = async |fleet: &lamplighter::aws::AwsFleet| {
        let before = server.received_requests().await.unwrap().len();
        assert_eq!(failures(&fleet.act(Action::Stop, &keys, minute()).await), BTreeMap::new());
        let requests = server.received_requests().await.unwrap();
        let mut bodies: Vec<String> =
            requests.iter().skip(before).map(|sent| String::from_utf8(sent.body.clone()).unwrap()).collect();
        bodies.sort();
        bodies
    };
    // Before anybody has looked nothing is known of it.
    let bodies = stops(&fleet).await;
    assert!(bodies.len() == 1 && !bodies[0].contains("Hibernate"), "{bodies:?}");
    assert_eq!(fleet.inventory(&query(&["Dev"]), minute()).await.instances.len(), 3);
    let bodies = stops(&fleet).await;
    assert_eq!(bodies.len(), 2, "{bodies:?}");
    assert!(bodies[0].contains("InstanceId.1=i-1&Hibernate=true"), "{bodies:?}");
    assert!(bodies[1].contains("InstanceId.1=i-2&InstanceId.2=i-3"), "{bodies:?}");
    assert!(!bodies[1].contains("Hibernate") && !bodies.concat().contains("Force"), "{bodies:?}");
}
