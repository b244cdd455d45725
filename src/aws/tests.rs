//! What AWS answers, in its own words: rules of `aws-smithy-mocks` in place of the network, below the SDK's own retries.
//!
//! The table of them is in the documentation of [`aws`](super).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_sdk_ec2::config::{Credentials, Region};
use aws_smithy_mocks::{MockResponseInterceptor, Rule, create_mock_http_client};
use tokio::time::Instant;

use super::calls::{CallCounts, Counter, Service};
use super::failure::CapacityIsFinal;
use super::fleet::{Looking, TagKeys, Values};
use crate::model::{FailureKind, InstanceId, Scope, TagValue};
use crate::ports::Outcome;

mod databases;
mod looks;
mod servers;

/// Tries as in an account, without the pauses between them.
fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(super::ATTEMPTS).with_initial_backoff(Duration::from_millis(1))
}

fn mocks(rules: &[Rule]) -> MockResponseInterceptor {
    rules.iter().fold(MockResponseInterceptor::new(), MockResponseInterceptor::with_rule)
}

/// An EC2 that answers by the first rule that fits, and the number of calls made to it.
fn ec2(rules: &[Rule]) -> (aws_sdk_ec2::Client, Arc<CallCounts>) {
    let counts = Arc::new(CallCounts::default());
    let config = aws_sdk_ec2::Config::builder()
        .behavior_version_latest()
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::for_tests())
        .retry_config(retries())
        .http_client(create_mock_http_client())
        .interceptor(mocks(rules))
        .interceptor(Counter { service: Service::Ec2, counts: Arc::clone(&counts) })
        .retry_classifier(CapacityIsFinal);
    (aws_sdk_ec2::Client::from_conf(config.build()), counts)
}

/// The same for RDS.
fn rds(rules: &[Rule]) -> (aws_sdk_rds::Client, Arc<CallCounts>) {
    let counts = Arc::new(CallCounts::default());
    let config = aws_sdk_rds::Config::builder()
        .behavior_version_latest()
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::for_tests())
        .retry_config(retries())
        .http_client(create_mock_http_client())
        .interceptor(mocks(rules))
        .interceptor(Counter { service: Service::Rds, counts: Arc::clone(&counts) });
    (aws_sdk_rds::Client::from_conf(config.build()), counts)
}

/// An error as EC2 writes it.
fn ec2_error(code: &str, message: &str) -> Option<String> {
    Some(format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
         <RequestID>r</RequestID></Response>"
    ))
}

/// An error as RDS writes it.
fn rds_error(code: &str, message: &str) -> Option<String> {
    Some(format!(
        "<ErrorResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    ))
}

fn looking() -> Looking {
    Looking {
        scope: Scope::default(),
        values: Values::These([TagValue::new("Dev").unwrap()].into()),
        status_checks: BTreeSet::new(),
        tags: TagKeys { schedule: "ScheduleName".to_owned(), group: "ScheduleGroupName".to_owned() },
    }
}

fn ids(ids: &[&str]) -> BTreeSet<InstanceId> {
    ids.iter().map(|id| InstanceId::new(id).unwrap()).collect()
}

fn soon() -> Instant {
    Instant::now() + Duration::from_mins(1)
}

/// What went wrong, by id; each instance has one outcome.
fn failures(asked: usize, outcomes: &[(InstanceId, Outcome)]) -> BTreeMap<&str, FailureKind> {
    let by_id: BTreeMap<&str, &Outcome> = outcomes.iter().map(|(id, outcome)| (id.as_str(), outcome)).collect();
    assert_eq!((outcomes.len(), by_id.len()), (asked, asked), "{outcomes:?}");
    by_id.into_iter().filter_map(|(id, outcome)| Some((id, outcome.as_ref().err()?.kind))).collect()
}

#[test]
fn every_answer_that_is_tested_stands_in_the_documentation() {
    let documentation = include_str!("../aws.rs");
    for code in servers::CASES.iter().map(|case| case.code).chain(databases::CASES.iter().map(|case| case.0)) {
        assert!(documentation.contains(&format!("`{code}`")), "`{code}`");
    }
}
