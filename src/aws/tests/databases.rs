//! Answers of RDS to the starting and stopping of databases.

use super::super::databases::act;
use super::*;
use crate::model::{Action, InstanceKind};
use FailureKind::{Capacity, Denied, Gone, Other, Refused, Throttled, Unreachable, WrongState};

/// A code, its status, RDS's words, what it comes to, and the tries of the one call.
pub(super) const CASES: [(&str, u16, &str, FailureKind, usize); 13] = [
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
    ("KMSKeyNotAccessibleFault", 400, "An error occurred accessing an AWS KMS key.", Other, 1),
    ("InternalFailure", 500, "An internal failure has occurred", Unreachable, 3),
];

/// The database that a call is for.
fn id(asked: &Asked) -> Option<&str> {
    asked.get("DBInstanceIdentifier").or(asked.get("DBClusterIdentifier"))
}

/// Refuses all calls for `b`, of any kind.
fn refusing(status: u16, code: &'static str, message: &'static str) -> Stub {
    Stub::new(move |asked| match id(asked) {
        Some("b") => rds_error(status, code, message),
        _ => rds_done(asked, ""),
    })
}

#[tokio::test]
async fn answers_for_one_database_among_others() {
    for (code, status, message, kind, tries) in CASES {
        for what in [InstanceKind::RdsInstance, InstanceKind::RdsCluster] {
            let stub = refusing(status, code, message);
            let outcomes = act(&stub.rds(), Action::Stop, what, ids(["a", "b", "c"]), soon()).await;
            assert_eq!(failures(3, &outcomes), BTreeMap::from([("b", kind)]), "{code}, {what:?}");
            assert_eq!(stub.calls(), 2 + tries, "{code}, {what:?}");
        }
    }
}

#[tokio::test]
async fn a_cluster_of_a_global_database_is_refused_for_good() {
    let message = "You can only stop and start a cluster that's part of an Aurora global database if it's the only cluster in \
                   the global database.";
    let stub = refusing(400, "InvalidDBClusterStateFault", message);
    let outcomes = act(&stub.rds(), Action::Stop, InstanceKind::RdsCluster, ids(["a", "b"]), soon()).await;
    assert_eq!(failures(2, &outcomes), BTreeMap::from([("b", Refused)]));
}

#[tokio::test]
async fn each_kind_has_its_calls() {
    let stub = Stub::new(|asked| rds_done(asked, ""));
    for what in [InstanceKind::RdsInstance, InstanceKind::RdsCluster] {
        for action in [Action::Start, Action::Stop] {
            let outcomes = act(&stub.rds(), action, what, ids(["orders"]), soon()).await;
            assert_eq!(failures(1, &outcomes), BTreeMap::new());
        }
    }
    let asked: Vec<String> = stub.asked().iter().map(|asked| asked.action().to_owned()).collect();
    assert_eq!(asked, ["StartDBInstance", "StopDBInstance", "StartDBCluster", "StopDBCluster"]);
    assert!(stub.asked().iter().all(|asked| id(asked) == Some("orders")), "{:?}", stub.asked());
}
