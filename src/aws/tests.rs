//! What AWS answers, in its own words: a stub in place of the network, below the SDK's own retries.
//!
//! The table of the answers is in the documentation of [`aws`](super). The stub stands where the SDK lets one stand; its
//! ready-made ones (`aws-smithy-mocks`, the replay client) are left aside, since their feature `test-util` makes `serde_json`
//! keep the order of insertion in all of this crate's tests, and not in what is deployed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_ec2::config::{Credentials, Region, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use tokio::time::Instant;

use super::failure::CapacityIsFinal;
use super::fleet::{AwsFleet, Looking, TagKeys, Values};
use crate::model::{FailureKind, InstanceId, Scope, TagValue};
use crate::ports::Outcome;

mod databases;
mod fleet;
mod looks;
mod servers;

/// A request.
#[derive(Debug, Clone)]
struct Asked {
    /// Its parameters; `Action` is one of them.
    parameters: BTreeMap<String, String>,
    /// Who has signed it, and for which region.
    signed: String,
}

impl Asked {
    fn of(request: &HttpRequest) -> Self {
        let form = form_urlencoded::parse(request.body().bytes().unwrap());
        let signed = request.headers().get("authorization").unwrap_or_default().to_owned();
        Self { parameters: form.into_owned().collect(), signed }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    fn action(&self) -> &str {
        self.get("Action").unwrap()
    }

    /// The EC2 instances that it is about.
    fn ids(&self) -> BTreeSet<&str> {
        let ids = self.parameters.iter().filter(|(name, _)| name.starts_with("InstanceId."));
        ids.map(|(_, id)| id.as_str()).collect()
    }
}

/// The status and the body of an answer.
type Answer = (u16, String);

/// The status of an answer that does not come.
const NEVER: u16 = 0;

/// An AWS that answers by a rule, and what it was asked, each try for itself.
#[derive(Clone)]
struct Stub {
    answer: Arc<dyn Fn(&Asked) -> Answer + Send + Sync>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl std::fmt::Debug for Stub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stub")
    }
}

impl HttpConnector for Stub {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let asked = Asked::of(&request);
        let (status, body) = (self.answer)(&asked);
        self.asked.lock().unwrap().push(asked);
        if status == NEVER {
            return HttpConnectorFuture::new(std::future::pending());
        }
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))))
    }
}

impl Stub {
    fn new(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        Self { answer: Arc::new(answer), asked: Arc::default() }
    }

    fn client(&self) -> SharedHttpClient {
        let stub = self.clone();
        http_client_fn(move |_, _| SharedHttpConnector::new(stub.clone()))
    }

    /// A client of EC2 as in an account, without the pauses between tries.
    fn ec2(&self) -> aws_sdk_ec2::Client {
        let config = aws_sdk_ec2::Config::builder()
            .behavior_version_latest()
            .region(Region::new("eu-west-1"))
            .credentials_provider(credentials())
            .retry_config(retries())
            .retry_classifier(CapacityIsFinal)
            .http_client(self.client());
        aws_sdk_ec2::Client::from_conf(config.build())
    }

    /// The same of RDS.
    fn rds(&self) -> aws_sdk_rds::Client {
        let config = aws_sdk_rds::Config::builder()
            .behavior_version_latest()
            .region(Region::new("eu-west-1"))
            .credentials_provider(credentials())
            .retry_config(retries())
            .http_client(self.client());
        aws_sdk_rds::Client::from_conf(config.build())
    }

    /// The fleet in an account and in those that it has roles in.
    fn fleet(&self) -> AwsFleet {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials()))
            .retry_config(retries())
            .http_client(self.client());
        AwsFleet::new(&config.build(), tags(), Arc::default()).with_marks(true)
    }

    /// How many requests have come.
    fn calls(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    /// What has come.
    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn credentials() -> Credentials {
    Credentials::new("test", "test", None, None, "test")
}

fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(super::ATTEMPTS).with_initial_backoff(Duration::from_millis(1))
}

/// An error as EC2 writes it.
fn ec2_error(status: u16, code: &str, message: &str) -> Answer {
    let error = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    (status, format!("<Response><Errors>{error}</Errors><RequestID>r</RequestID></Response>"))
}

/// An answer of EC2 in which nothing stands.
fn ec2_done(asked: &Asked) -> Answer {
    (200, format!("<{0}Response></{0}Response>", asked.action()))
}

/// An error as RDS writes it.
fn rds_error(status: u16, code: &str, message: &str) -> Answer {
    let error = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>");
    (status, format!("<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>"))
}

/// An answer of RDS.
fn rds_done(asked: &Asked, result: &str) -> Answer {
    (200, format!("<{0}Response><{0}Result>{result}</{0}Result></{0}Response>", asked.action()))
}

/// A look at the function's own account and region.
pub(super) fn looking(values: &[&str]) -> Looking {
    Looking {
        scope: Scope::default(),
        values: Values::These(values.iter().map(|value| TagValue::new(value).unwrap()).collect()),
        status_checks: BTreeSet::new(),
        tags: tags(),
    }
}

fn tags() -> TagKeys {
    TagKeys { schedule: "ScheduleName".to_owned(), group: "ScheduleGroupName".to_owned() }
}

fn ids<'a>(ids: impl IntoIterator<Item = &'a str>) -> BTreeSet<InstanceId> {
    ids.into_iter().map(|id| InstanceId::new(id).unwrap()).collect()
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
