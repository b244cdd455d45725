//! Looks over several pages, and what becomes of a look when one of them fails.

use aws_sdk_ec2::operation::describe_instance_status::DescribeInstanceStatusOutput;
use aws_sdk_ec2::operation::describe_instances::DescribeInstancesOutput;
use aws_sdk_ec2::types::{
    Instance, InstanceState, InstanceStateName, InstanceStatus, InstanceStatusSummary, Reservation, SummaryStatus, Tag,
};
use aws_sdk_rds::operation::describe_db_clusters::DescribeDbClustersOutput;
use aws_sdk_rds::operation::describe_db_instances::DescribeDbInstancesOutput;
use aws_sdk_rds::types::{DbCluster, DbInstance};
use aws_smithy_mocks::mock;

use super::*;
use FailureKind::{Denied, Throttled, Unreachable};

type Ec2 = aws_sdk_ec2::Client;
type Rds = aws_sdk_rds::Client;

fn running(id: &str) -> Instance {
    Instance::builder()
        .instance_id(id)
        .state(InstanceState::builder().name(InstanceStateName::Running).build())
        .tags(Tag::builder().key("ScheduleName").value("Dev").build())
        .build()
}

/// A page of running instances, with a next one or not.
fn page(ids: &[String], next: Option<&str>) -> DescribeInstancesOutput {
    let instances = ids.iter().map(|id| running(id)).collect();
    let reservation = Reservation::builder().set_instances(Some(instances)).build();
    DescribeInstancesOutput::builder().reservations(reservation).set_next_token(next.map(str::to_owned)).build()
}

fn names(from: usize, to: usize) -> Vec<String> {
    (from..to).map(|n| format!("i-{n:03}")).collect()
}

/// Answers to the first page, and refuses the second so.
fn broken_off(status: u16, code: &str) -> Vec<Rule> {
    vec![
        mock!(Ec2::describe_instances)
            .match_requests(|asked| asked.next_token().is_none())
            .then_output(|| page(&names(0, 2), Some("2"))),
        mock!(Ec2::describe_instances)
            .match_requests(|asked| asked.next_token() == Some("2"))
            .sequence()
            .http_status(status, ec2_error(code, "No."))
            .repeatedly()
            .build(),
    ]
}

#[tokio::test]
async fn a_page_of_instances_that_fails_is_no_look() {
    for (code, status, kind, tries) in [
        ("RequestLimitExceeded", 503, Throttled, 3),
        ("UnauthorizedOperation", 403, Denied, 1),
        ("RequestExpired", 400, Denied, 1),
        ("InternalError", 500, Unreachable, 3),
    ] {
        let (client, counts) = ec2(&broken_off(status, code));
        let found = super::super::ec2::look(&client, &looking()).await;
        assert_eq!(found.map_err(|failure| failure.kind).unwrap_err(), kind, "{code}");
        assert_eq!(counts.total(), 1 + tries, "{code}");
    }
}

#[tokio::test]
async fn a_page_of_databases_or_clusters_that_fails_is_no_look() {
    let instances = |marker: Option<&str>| {
        let marker = marker.map(str::to_owned);
        let seen = DbInstance::builder().db_instance_identifier("orders").build();
        DescribeDbInstancesOutput::builder().db_instances(seen).set_marker(marker).build()
    };
    let clusters = |marker: Option<&str>| {
        let marker = marker.map(str::to_owned);
        let seen = DbCluster::builder().db_cluster_identifier("shops").build();
        DescribeDbClustersOutput::builder().db_clusters(seen).set_marker(marker).build()
    };
    // Which of them has a second page that fails.
    for (more_instances, more_clusters) in [(Some("2"), None), (None, Some("2"))] {
        let refusal = rds_error("Throttling", "Rate exceeded");
        let (client, _) = rds(&[
            mock!(Rds::describe_db_instances)
                .match_requests(|asked| asked.marker().is_none())
                .then_output(move || instances(more_instances)),
            mock!(Rds::describe_db_clusters)
                .match_requests(|asked| asked.marker().is_none())
                .then_output(move || clusters(more_clusters)),
            mock!(Rds::describe_db_instances).sequence().http_status(400, refusal.clone()).repeatedly().build(),
            mock!(Rds::describe_db_clusters).sequence().http_status(400, refusal).repeatedly().build(),
        ]);
        let found = super::super::databases::look(&client, &looking()).await;
        assert_eq!(found.map_err(|failure| failure.kind), Err(Throttled), "{more_instances:?}");
    }
}

fn status(id: &str) -> InstanceStatus {
    let ok = || InstanceStatusSummary::builder().status(SummaryStatus::Ok).build();
    InstanceStatus::builder().instance_id(id).instance_status(ok()).system_status(ok()).build()
}

#[tokio::test]
async fn status_checks_are_read_a_hundred_at_a_time() {
    let checks = mock!(Ec2::describe_instance_status)
        .match_requests(|asked| (1..=100).contains(&asked.instance_ids().len()))
        .then_compute_output(|asked| {
            // The last one has not passed them yet: EC2 says `initializing`.
            let passed = asked.instance_ids().iter().filter(|id| *id != "i-249").map(|id| status(id)).collect();
            DescribeInstanceStatusOutput::builder().set_instance_statuses(Some(passed)).build()
        });
    let instances = mock!(Ec2::describe_instances).then_output(|| page(&names(0, 250), None));
    let (client, counts) = ec2(&[instances, checks]);
    let waiting = Looking { status_checks: [TagValue::new("Dev").unwrap()].into(), ..looking() };
    let (found, _) = super::super::ec2::look(&client, &waiting).await.unwrap();
    let passed = found.iter().filter(|seen| seen.checks_passed == Some(true)).count();
    assert_eq!((found.len(), passed), (250, 249));
    assert_eq!(counts.total(), 1 + 3, "a page, and three hundreds");
    // Nobody waits for them.
    let (found, _) = super::super::ec2::look(&client, &looking()).await.unwrap();
    assert!(found.iter().all(|seen| seen.checks_passed.is_none()));
    assert_eq!(counts.total(), 5);
}

#[tokio::test]
async fn an_instance_that_goes_between_look_and_checks_costs_no_look() {
    let gone = ec2_error("InvalidInstanceID.NotFound", "The instance ID 'i-000' does not exist");
    let (client, _) = ec2(&[
        mock!(Ec2::describe_instances).then_output(|| page(&names(0, 2), None)),
        mock!(Ec2::describe_instance_status).sequence().http_status(400, gone).repeatedly().build(),
    ]);
    let waiting = Looking { status_checks: [TagValue::new("Dev").unwrap()].into(), ..looking() };
    let (found, _) = super::super::ec2::look(&client, &waiting).await.unwrap();
    assert_eq!(found.iter().map(|seen| seen.checks_passed).collect::<Vec<_>>(), [None, None]);
}
