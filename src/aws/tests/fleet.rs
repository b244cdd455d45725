//! The fleet over several places: what a look leaves for those who act, and sessions that end.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::model::{Action, InstanceKey, Inventory, RoleArn};
use crate::ports::{Fleet as _, Query};
use FailureKind::{Capacity, Denied};

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

fn region(name: &str) -> Scope {
    Scope { account: None, region: crate::model::Region::new(name).ok() }
}

/// Another account, by a digit.
fn account(digit: u32, region_name: &str) -> Scope {
    let role = format!("arn:aws:iam::{}:role/x", digit.to_string().repeat(12));
    Scope { account: RoleArn::new(&role).ok(), ..region(region_name) }
}

/// A session in an account, the so-manieth in it.
fn session(asked: &Asked, nth: usize, minutes: i64) -> Answer {
    let digit = asked.get("RoleArn").and_then(|role| role.chars().nth("arn:aws:iam::".len())).unwrap();
    let expiration = (crate::clock::now() + chrono::Duration::minutes(minutes)).to_rfc3339();
    let credentials = format!(
        "<Credentials><AccessKeyId>KEY{digit}-{nth}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>\
         <SessionToken>token</SessionToken><Expiration>{expiration}</Expiration></Credentials>"
    );
    rds_done(asked, &credentials)
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
    let found = fleet.inventory(&query([Scope::default()]), minute()).await;
    let keys: Vec<InstanceKey> = found.instances.into_keys().collect();
    let before = stub.calls();
    let outcomes = fleet.act(Action::Start, &keys, minute()).await;
    let failed: Vec<_> = outcomes.values().filter_map(|outcome| Some(outcome.as_ref().err()?.kind)).collect();
    assert_eq!((outcomes.len(), failed), (50, vec![Capacity; 20]));
    assert_eq!(stub.calls() - before, 1 + 4 + 14, "all, each type, and one in parts");
}

#[tokio::test]
async fn databases_are_marked_also_when_the_session_was_renewed_since_the_look() {
    let sessions = AtomicUsize::new(0);
    let stub = Stub::new(move |asked| match asked.get("Action") {
        // About to end, so that it is renewed for each use.
        Some("AssumeRole") => session(asked, sessions.fetch_add(1, Ordering::Relaxed), 19),
        Some("DescribeDBInstances") => {
            let tag = "<TagList><Tag><Key>ScheduleName</Key><Value>Dev</Value></Tag></TagList>";
            let arn = "<DBInstanceArn>arn:aws:rds:eu-west-1:1:db:orders</DBInstanceArn>";
            let id = "<DBInstanceIdentifier>orders</DBInstanceIdentifier>";
            rds_done(asked, &format!("<DBInstances><DBInstance>{id}{arn}{tag}</DBInstance></DBInstances>"))
        }
        Some(_) => rds_done(asked, ""),
        // The tagging API speaks JSON.
        None => (200, "{}".to_owned()),
    });
    let (fleet, place) = (stub.fleet(), account(1, "eu-west-1"));
    let found = fleet.inventory(&query([place.clone()]), minute()).await;
    let mut keys: Vec<InstanceKey> = found.instances.into_keys().collect();
    assert_eq!((keys.len(), fleet.mark(&keys, "stopped", minute()).await), (1, BTreeMap::new()));
    let asked = stub.asked().pop().unwrap();
    assert!(asked.signed.contains("KEY1-1/"), "in a session of its own: {asked:?}");
    assert!(format!("{asked:?}").contains("arn:aws:rds:eu-west-1:1:db:orders"), "{asked:?}");
    // Nobody has seen this one: the others are marked, and it is told.
    keys.push(InstanceKey { id: InstanceId::new("stranger").unwrap(), ..keys[0].clone() });
    let failures = fleet.mark(&keys, "stopped", minute()).await;
    assert_eq!(failures[&place].message, "RDS has not said the ARN of `stranger`");
    assert!(format!("{:?}", stub.asked().pop()).contains("db:orders"));
}

/// Accounts in which there are instances; which of their calls are never answered, `hangs` says.
fn hanging(hangs: impl Fn(&Asked) -> bool + Send + Sync + 'static) -> Stub {
    Stub::new(move |asked| match asked.action() {
        _ if hangs(asked) => (NEVER, String::new()),
        "AssumeRole" if asked.get("RoleArn").unwrap().contains("999999999999") => rds_error(403, "AccessDenied", "No."),
        "AssumeRole" => session(asked, 0, 60),
        "DescribeInstances" => of_types(2, &["t3.micro"]),
        _ => rds_done(asked, ""),
    })
}

/// Looks at these places with little time, and what comes of it.
async fn look_in_a_hurry(stub: &Stub, places: &[Scope]) -> Inventory {
    let began = Instant::now();
    let found = stub.fleet().inventory(&query(places.to_vec()), chrono::Duration::seconds(2)).await;
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    found
}

#[tokio::test]
async fn a_place_that_hangs_is_given_up_and_all_others_are_seen() {
    let stub = hanging(|asked| asked.action() == "DescribeInstances" && asked.signed.contains("KEY1-0/"));
    let hung = account(1, "eu-west-1");
    let mut places = vec![region("eu-west-1"), hung.clone(), account(2, "eu-west-1"), account(3, "us-east-1")];
    let found = look_in_a_hurry(&stub, &places).await;
    let message = "AWS did not answer in the time left";
    assert_eq!(
        found.unreachable.iter().map(|(scope, why)| (scope, why.message.as_str())).collect::<Vec<_>>(),
        [(&hung, message)]
    );
    places.retain(|place| *place != hung);
    assert_eq!((found.seen, found.instances.len(), found.closed), (places.into_iter().collect(), 6, BTreeMap::new()));
}

#[tokio::test]
async fn the_own_account_waits_for_no_other() {
    // More places than are looked at side by side, and one account into which nobody is let in time.
    for hung in ["DescribeInstances", "AssumeRole"] {
        let stub = hanging(move |asked| {
            asked.action() == hung && (hung == "AssumeRole" || !asked.signed.contains("Credential=test/"))
        });
        let others: Vec<Scope> =
            (1..=3).flat_map(|n| ["a-1", "b-1", "c-1", "d-1"].map(|name| account(n, name))).collect();
        let own: Vec<Scope> = (0..10).map(|n| region(&format!("own-{n}"))).collect();
        let places: Vec<Scope> = others.iter().chain(&own).cloned().collect();
        let found = look_in_a_hurry(&stub, &places).await;
        assert_eq!(found.seen, own.into_iter().collect(), "{hung}");
        assert_eq!(found.unreachable.keys().collect::<Vec<_>>(), others.iter().collect::<Vec<_>>(), "{hung}");
        let words: BTreeSet<&str> = found.unreachable.values().map(|why| why.message.as_str()).collect();
        let expected = ["AWS did not answer in the time left", "there was no time left to ask AWS"];
        assert_eq!(words, expected.into(), "{hung}: eight were asked, and four not");
    }
}

#[tokio::test]
async fn a_role_is_assumed_once_for_all_places_and_an_account_that_is_closed_is_one() {
    let stub = hanging(|_| false);
    let regions = ["eu-west-1", "us-east-1", "us-west-2"];
    let places: Vec<Scope> = [1, 9].into_iter().flat_map(|n| regions.map(|name| account(n, name))).collect();
    let found = look_in_a_hurry(&stub, &places).await;
    assert_eq!(found.seen, places[..3].iter().cloned().collect());
    assert_eq!(found.unreachable, BTreeMap::new());
    assert_eq!(found.closed.keys().collect::<Vec<_>>(), [places[3].account.as_ref().unwrap()]);
    assert_eq!(stub.asked().iter().filter(|asked| asked.action() == "AssumeRole").count(), 2);
}

/// Accounts of which a session is refused to whom `is_revoked` says.
fn refusing(code: &'static str, is_revoked: impl Fn(&Asked) -> bool + Send + Sync + 'static) -> Stub {
    let sessions = AtomicUsize::new(0);
    Stub::new(move |asked| match asked.action() {
        "AssumeRole" => session(asked, sessions.fetch_add(1, Ordering::Relaxed), 60),
        "DescribeInstances" if is_revoked(asked) => ec2_error(403, code, "No."),
        "DescribeInstances" => of_types(2, &["t3.micro"]),
        _ => rds_done(asked, ""),
    })
}

fn sessions(stub: &Stub) -> usize {
    stub.asked().iter().filter(|asked| asked.action() == "AssumeRole").count()
}

#[tokio::test]
async fn a_session_that_is_refused_is_not_kept() {
    for code in ["AuthFailure", "InvalidClientTokenId", "AccessDenied", "ExpiredToken"] {
        let stub = refusing(code, |asked| asked.signed.contains("KEY1-0/"));
        let (fleet, places) = (stub.fleet(), [account(1, "eu-west-1")]);
        let found = fleet.inventory(&query(places.clone()), minute()).await;
        assert_eq!(found.unreachable[&places[0]].kind, Denied, "{code}");
        for _ in 0..2 {
            assert_eq!(fleet.inventory(&query(places.clone()), minute()).await.seen, places.clone().into(), "{code}");
        }
        assert_eq!(sessions(&stub), 2, "{code}: the second one is kept");
    }
}

#[tokio::test]
async fn who_is_denied_for_good_asks_for_one_session_a_look() {
    let stub = refusing("UnauthorizedOperation", |asked| !asked.signed.contains("/eu-west-1/"));
    let regions = ["eu-west-1", "us-east-1", "us-west-2"];
    let (fleet, places) = (stub.fleet(), regions.map(|name| account(1, name)));
    for nth in 1..=3 {
        let found = fleet.inventory(&query(places.clone()), minute()).await;
        assert_eq!((found.seen, found.unreachable.len()), (places[..1].iter().cloned().collect(), 2));
        assert_eq!(sessions(&stub), nth);
        let keys: Vec<InstanceKey> = found.instances.into_keys().collect();
        assert!(fleet.act(Action::Stop, &keys, minute()).await.values().all(Result::is_ok));
    }
    // What is not denied lets go of nothing.
    let stub = refusing("InternalError", |_| true);
    let fleet = stub.fleet();
    for _ in 0..3 {
        assert_eq!(fleet.inventory(&query(places.clone()), minute()).await.unreachable.len(), 3);
    }
    assert_eq!(sessions(&stub), 1);
}
