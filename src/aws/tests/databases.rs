//! Answers of RDS to the starting and stopping of databases.

use aws_sdk_rds::Client;
use aws_sdk_rds::operation::start_db_cluster::StartDbClusterOutput;
use aws_sdk_rds::operation::stop_db_cluster::StopDbClusterOutput;
use aws_sdk_rds::operation::stop_db_instance::StopDbInstanceOutput;
use aws_smithy_mocks::mock;

use super::super::databases::act;
use super::*;
use crate::model::{Action, InstanceKind};
use FailureKind::{Capacity, Denied, Gone, Refused, Throttled, WrongState};

/// A code, its status, RDS's words, what it comes to, and the tries of the one call.
pub(super) const CASES: [(&str, u16, &str, FailureKind, u64); 13] = [
    ("Throttling", 400, "Rate exceeded", Throttled, 3),
    ("RequestLimitExceeded", 503, "Request limit exceeded.", Throttled, 3),
    ("AccessDenied", 403, "User: … is not authorized to perform: rds:StopDBInstance", Denied, 1),
    ("ExpiredToken", 403, "The security token included in the request is expired", Denied, 1),
    ("DBInstanceNotFound", 404, "DBInstance b not found.", Gone, 1),
    ("DBClusterNotFoundFault", 404, "DBCluster b not found.", Gone, 1),
    ("InvalidDBInstanceState", 400, "Instance b is not in available state.", WrongState, 1),
    (
        "InvalidDBClusterStateFault",
        400,
        "DbCluster b is in stopped state but expected it to be one of available.",
        WrongState,
        1,
    ),
    ("InvalidDBShardGroupState", 400, "The DB shard group must be in the available state.", WrongState, 1),
    (
        "InvalidParameterCombination",
        400,
        "aurora-postgresql DB instances are not eligible for stopping and starting.",
        Refused,
        1,
    ),
    ("InsufficientDBInstanceCapacity", 400, "The specified DB instance class isn't available.", Capacity, 1),
    ("KMSKeyNotAccessibleFault", 400, "An error occurred accessing an AWS KMS key.", FailureKind::Other, 1),
    ("InternalFailure", 500, "An internal failure has occurred", FailureKind::Unreachable, 3),
];

/// Refuses all calls for `b`, of any kind.
fn refusing(status: u16, code: &str, message: &str) -> Vec<Rule> {
    let body = rds_error(code, message);
    vec![
        mock!(Client::stop_db_instance)
            .match_requests(|asked| asked.db_instance_identifier() == Some("b"))
            .sequence()
            .http_status(status, body.clone())
            .repeatedly()
            .build(),
        mock!(Client::stop_db_cluster)
            .match_requests(|asked| asked.db_cluster_identifier() == Some("b"))
            .sequence()
            .http_status(status, body)
            .repeatedly()
            .build(),
        mock!(Client::stop_db_instance).then_output(|| StopDbInstanceOutput::builder().build()),
        mock!(Client::stop_db_cluster).then_output(|| StopDbClusterOutput::builder().build()),
    ]
}

#[tokio::test]
async fn answers_for_one_database_among_others() {
    for (code, status, message, kind, tries) in CASES {
        for what in [InstanceKind::RdsInstance, InstanceKind::RdsCluster] {
            let (client, counts) = rds(&refusing(status, code, message));
            let outcomes = act(&client, Action::Stop, what, ids(&["a", "b", "c"]), soon()).await;
            assert_eq!(failures(3, &outcomes), BTreeMap::from([("b", kind)]), "{code}, {what:?}");
            assert_eq!(counts.total(), 2 + tries, "{code}, {what:?}");
        }
    }
}

#[tokio::test]
async fn a_cluster_of_a_global_database_is_refused_for_good() {
    let message = "You can only stop and start a cluster that's part of an Aurora global database if it's the only cluster in \
                   the global database.";
    let (client, _) = rds(&refusing(400, "InvalidDBClusterStateFault", message));
    let outcomes = act(&client, Action::Stop, InstanceKind::RdsCluster, ids(&["a", "b"]), soon()).await;
    assert_eq!(failures(2, &outcomes), BTreeMap::from([("b", Refused)]));
}

#[tokio::test]
async fn a_cluster_is_asked_for_as_a_cluster() {
    let rules = [
        mock!(Client::start_db_cluster)
            .match_requests(|asked| asked.db_cluster_identifier() == Some("orders"))
            .then_output(|| StartDbClusterOutput::builder().build()),
        mock!(Client::stop_db_cluster)
            .match_requests(|asked| asked.db_cluster_identifier() == Some("orders"))
            .then_output(|| StopDbClusterOutput::builder().build()),
    ];
    let (client, counts) = rds(&rules);
    for action in [Action::Start, Action::Stop] {
        let outcomes = act(&client, action, InstanceKind::RdsCluster, ids(&["orders"]), soon()).await;
        assert_eq!(failures(1, &outcomes), BTreeMap::new());
    }
    assert_eq!((rules[0].num_calls(), rules[1].num_calls(), counts.total()), (1, 1, 2));
}
