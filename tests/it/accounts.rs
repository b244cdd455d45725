//! Several accounts and regions at once: roles, sessions, what is written on instances, and an account that lets nobody in.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use serde_json::json;

use crate::estate::Estate;
use crate::support::gate;
use crate::support::moto::{self, Moto, REGION};

const TAG: (&str, &str) = ("ScheduleName", "Dev");
const ACCOUNTS: [&str; 2] = ["111111111111", "222222222222"];
const CLOSED: &str = "333333333333";
const REGIONS: [&str; 2] = [REGION, "eu-west-1"];

fn role(account: &str) -> String {
    format!("arn:aws:iam::{account}:role/lamplighter")
}

/// The states in a place, and how many instances have each.
async fn states(place: &SdkConfig) -> BTreeMap<String, usize> {
    let seen = aws_sdk_ec2::Client::new(place).describe_instances().send().await.unwrap();
    let mut states = BTreeMap::new();
    for instance in seen.reservations().iter().flat_map(aws_sdk_ec2::types::Reservation::instances) {
        let state = instance.state().and_then(|state| state.name()).unwrap().to_string();
        *states.entry(state).or_default() += 1;
    }
    states
}

/// What is written on the instances of a place, each value once.
async fn marks(place: &SdkConfig) -> Vec<String> {
    let tags = aws_sdk_ec2::Client::new(place).describe_tags().send().await.unwrap();
    let marks = tags.tags().iter().filter(|tag| tag.key() == Some("lamplighter:last-action"));
    let mut values: Vec<String> = marks.filter_map(|tag| tag.value()).map(str::to_owned).collect();
    values.sort();
    values.dedup();
    values
}

/// Moto behind a gate that lets nobody assume the role in [`CLOSED`], and wants the external id for the others.
async fn behind_a_gate(moto: &Moto) -> (wiremock::MockServer, SdkConfig) {
    let gate = gate::before(moto, |body| {
        let is_let_in = !body.contains(CLOSED) && body.contains("ExternalId=team-1");
        (body.contains("Action=AssumeRole&") && !is_let_in)
            .then(|| gate::error(403, "AccessDenied", "User: x is not authorized to perform: sts:AssumeRole", false))
    })
    .await;
    let config = moto::config(&gate.uri()).await;
    (gate, config)
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_and_regions_are_stopped_side_by_side_and_a_closed_account_is_one_message() {
    let moto = Moto::start().await;
    let (_gate, config) = behind_a_gate(&moto).await;
    let mut places = Vec::new();
    for account in [None, Some(ACCOUNTS[0]), Some(ACCOUNTS[1]), Some(CLOSED)] {
        for region in REGIONS {
            let place = moto.place(account, region).await;
            moto::run_instances(&place, (1, 3), &[TAG]).await;
            places.push(place);
        }
    }
    let estate = Estate::new(&config).await;
    let accounts = ["own".to_owned(), role(ACCOUNTS[0]), role(ACCOUNTS[1]), role(CLOSED)];
    estate.put_schedule("Dev", &json!({"Regions": REGIONS, "Accounts": accounts})).await;
    // Another schedule has nothing to do with it.
    moto.run_instances(1, &[("ScheduleName", "Other")]).await;
    estate.put_schedule("Other", &json!({})).await;

    let ticked = estate.tick("18:00").await;
    let report = ticked.result.expect("another account is no reason to fail");
    assert_eq!((report.stopped, report.failures, report.problems), (3 * 6 + 1, 0, 1));
    let told = ticked.problems.join("\n");
    assert_eq!(ticked.problems.len(), 1, "{told}");
    assert!(told.starts_with(&format!("role {}: could not be assumed", role(CLOSED))), "{told}");
    assert!(told.contains("AccessDenied: User: x is not authorized"), "{told}");
    // Two are let in, and one is not each time it is looked at; moto's instances are down at once.
    assert_eq!(ticked.calls["sts"], 2 + u64::from(report.passes));
    let stopped = BTreeMap::from([("stopped".to_owned(), 3)]);
    for place in &places[1..6] {
        assert_eq!(states(place).await, stopped);
        assert_eq!(marks(place).await, ["stopped 2026-11-23T18:00:00Z by the timetable"]);
    }
    for place in &places[6..] {
        assert_eq!(states(place).await, BTreeMap::from([("running".to_owned(), 3)]));
    }

    // While the function is warm, only the closed account is asked for again, and nobody is told again.
    let ticked = estate.tick("18:05").await;
    assert_eq!(ticked.calls["sts"], 1);
    assert_eq!((ticked.result.unwrap().stopped, ticked.problems.len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_may_not_be_looked_at_harms_no_other() {
    let moto = Moto::start().await;
    let place = moto.place(Some(ACCOUNTS[0]), REGION).await;
    moto::run_instances(&place, (1, 2), &[TAG]).await;
    moto.run_instances(2, &[TAG]).await;
    let gate = gate::before(&moto, |body| {
        // Its account may not describe; by moto's lights a role can do everything.
        let is_denied = body.contains("Action=DescribeInstances&") && body.contains("ElseWhere");
        is_denied.then(|| gate::error(403, "UnauthorizedOperation", "You are not authorized.", true))
    })
    .await;
    let estate = Estate::new(&moto::config(&gate.uri()).await).await;
    estate.put_schedule("Dev", &json!({"Accounts": ["own", role(ACCOUNTS[0])]})).await;
    estate.put_schedule("Far", &json!({"TagValue": "ElseWhere", "Accounts": [role(ACCOUNTS[1])]})).await;
    let ticked = estate.tick("18:00").await;
    let report = ticked.result.expect("another account is no reason to fail");
    assert_eq!((report.stopped, ticked.problems.len()), (4, 1), "{:?}", ticked.problems);
    assert!(ticked.problems[0].contains(&role(ACCOUNTS[1])), "{:?}", ticked.problems);
    assert_eq!(states(&place).await, BTreeMap::from([("stopped".to_owned(), 2)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn databases_are_marked_twenty_in_a_call() {
    let moto = Moto::start().await;
    for n in 0..25 {
        moto.create_database(&format!("db-{n}"), &[TAG]).await;
    }
    let estate = Estate::new(moto.config()).await;
    estate.put_schedule("Dev", &json!({})).await;
    let ticked = estate.tick("18:00").await;
    assert_eq!((ticked.result.unwrap().stopped, ticked.calls["tagging"]), (25, 2));
    let seen = moto.rds().describe_db_instances().send().await.unwrap();
    for database in seen.db_instances() {
        let mark = database.tag_list().iter().find(|tag| tag.key() == Some("lamplighter:last-action"));
        assert_eq!(mark.and_then(|tag| tag.value()), Some("stopped 2026-11-23T18:00:00Z by the timetable"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_that_may_not_be_written_are_in_nobodys_way() {
    let moto = Moto::start().await;
    let ids = moto.run_instances(2, &[TAG]).await;
    moto.create_database("orders", &[TAG]).await;
    let gate = gate::before(&moto, |body| {
        let message = "You are not authorized to perform: ec2:CreateTags";
        body.contains("Action=CreateTags&").then(|| gate::error(403, "UnauthorizedOperation", message, true))
    })
    .await;
    let estate = Estate::new(&moto::config(&gate.uri()).await).await;
    estate.put_schedule("Dev", &json!({})).await;
    let ticked = estate.tick("18:00").await;
    let report = ticked.result.unwrap();
    assert_eq!((report.stopped, report.failures, report.problems), (3, 0, 0));
    assert_eq!(ticked.problems.len(), 1, "{:?}", ticked.problems);
    assert!(ticked.problems[0].contains("could not be tagged"), "{:?}", ticked.problems);
    assert_eq!(moto.instance_state(&ids[0]).await, "stopped");
}
