//! The fleet over several places: what a look leaves for those who act, and sessions that end.

use super::*;
use crate::model::{Action, InstanceKey};
use crate::ports::{Fleet as _, Query};
use FailureKind::Capacity;

/// EC2 instances that are stopped, each of one of these types.
fn of_types(count: usize, types: &[&str]) -> Answer {
    let item = |n: usize| {
        format!(
            "<item><instanceId>i-{n:03}</instanceId><instanceState><code>80</code><name>stopped</name></instanceState>\
             <instanceType>{}</instanceType><placement><availabilityZone>eu-west-1a</availabilityZone></placement>\
             <tagSet><item><key>ScheduleName</key><value>Dev</value></item></tagSet></item>",
            types[n % types.len()]
        )
    };
    let items: String = (0..count).map(item).collect();
    let set = format!("<reservationSet><item><instancesSet>{items}</instancesSet></item></reservationSet>");
    (200, format!("<DescribeInstancesResponse>{set}</DescribeInstancesResponse>"))
}

fn query(scopes: impl IntoIterator<Item = Scope>) -> Query {
    let values = BTreeSet::from([TagValue::new("Dev").unwrap()]);
    Query {
        tag_values: scopes.into_iter().map(|scope| (scope, values.clone())).collect(),
        status_checks: BTreeSet::new(),
    }
}

fn minute() -> chrono::Duration {
    chrono::Duration::minutes(1)
}

#[tokio::test]
async fn a_type_without_room_keeps_no_other_type_from_starting() {
    let types = ["m5.large", "c5.large", "t3.micro", "c5.large", "r5.large"];
    let stub = Stub::new(move |asked| match asked.action() {
        "DescribeInstances" => of_types(50, &types),
        "StartInstances" => {
            let number = |id: &str| id.trim_start_matches("i-").parse::<usize>().unwrap();
            let is_refused = asked.ids().into_iter().any(|id| types[number(id) % types.len()] == "c5.large");
            let message =
                "We currently do not have sufficient c5.large capacity in the Availability Zone you requested.";
            if is_refused { ec2_error(500, "InsufficientInstanceCapacity", message) } else { ec2_done(asked) }
        }
        _ => rds_done(asked, ""),
    });
    let fleet = stub.fleet();
    let found = fleet.inventory(&query([Scope::default()])).await;
    let keys: Vec<InstanceKey> = found.instances.into_keys().collect();
    let before = stub.calls();
    let outcomes = fleet.act(Action::Start, &keys, minute()).await;
    let failed: Vec<_> = outcomes.values().filter_map(|outcome| Some(outcome.as_ref().err()?.kind)).collect();
    assert_eq!((outcomes.len(), failed), (50, vec![Capacity; 20]));
    assert_eq!(stub.calls() - before, 1 + 4 + 14, "all, each type, and one in parts");
}
