//! Who calls AWS by its own lights, and by how much this machine's clock differs from its. Knows STS and the header `Date`.

use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use chrono::{DateTime, Duration, Utc};

use super::calls::{CallCounts, Counter, Service};
use super::clock::SystemClock;
use super::failure::failure_of;
use crate::doctor::Caller;
use crate::model::{Failure, FailureKind};
use crate::ports::Clock as _;

/// Asks STS whose credentials these are, which everybody may: the caller, or what AWS or the lack of credentials says
/// instead; and how far this machine's clock is ahead of AWS's, if an answer came.
pub async fn caller(config: &SdkConfig, counts: Arc<CallCounts>) -> (Result<Caller, Failure>, Option<Duration>) {
    let Some(region) = config.region().map(ToString::to_string) else {
        let message = "no region is set".to_owned();
        return (Err(Failure { kind: FailureKind::Other, code: "NoRegion".to_owned(), message }), None);
    };
    let dates = Dates::default();
    let config = aws_sdk_sts::config::Builder::from(config)
        .interceptor(Counter { service: Service::Sts, counts })
        .interceptor(dates.clone());
    let answer = aws_sdk_sts::Client::from_conf(config.build()).get_caller_identity().send().await;
    let caller = answer.map_err(|error| plainly(failure_of(&error))).map(|answer| Caller {
        account: answer.account.unwrap_or_default(),
        arn: answer.arn.unwrap_or_default(),
        region,
    });
    (caller, dates.ahead())
}

/// That there are no credentials, without all the places in which the SDK has looked for them.
fn plainly(failure: Failure) -> Failure {
    if !failure.message.contains("no credentials") {
        return failure;
    }
    let (code, message) = ("NoCredentials".to_owned(), "there are none".to_owned());
    Failure { code, message, ..failure }
}

/// Notes how far this machine's clock is ahead of the time in answers, also in those that are errors: a clock that is far
/// off is why AWS refuses signatures.
#[derive(Debug, Clone, Default)]
struct Dates(Arc<Mutex<Option<Duration>>>);

impl Dates {
    fn ahead(&self) -> Option<Duration> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How far `now` is ahead of the time in a header.
fn ahead(now: DateTime<Utc>, date: &str) -> Option<Duration> {
    DateTime::parse_from_rfc2822(date.trim()).ok().map(|at| now - at.with_timezone(&Utc))
}

#[dyn_dispatch_hint]
impl Intercept for Dates {
    fn name(&self) -> &'static str {
        "Dates"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let seen = context.response().headers().get("date").and_then(|date| ahead(SystemClock.now(), date));
        if let Some(seen) = seen {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_config::{BehaviorVersion, Region};
    use aws_sdk_sts::config::Credentials;
    use wiremock::matchers::any;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    async fn asked(answer: ResponseTemplate) -> (Result<Caller, Failure>, Option<Duration>) {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let loader = aws_config::defaults(BehaviorVersion::latest()).endpoint_url(server.uri());
        let credentials = Credentials::new("test", "hidden", None, None, "test");
        let config = loader.region(Region::new("eu-west-1")).credentials_provider(credentials).load().await;
        caller(&config, Arc::default()).await
    }

    fn dated(answer: ResponseTemplate, minutes: i64) -> ResponseTemplate {
        let at = SystemClock.now() + Duration::minutes(minutes);
        answer.insert_header("date", at.format("%a, %d %b %Y %H:%M:%S GMT").to_string().as_str())
    }

    #[tokio::test]
    async fn sts_says_who_calls_and_what_time_it_is() {
        let body = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/x</Arn><UserId>U</UserId>\
                    <Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
        let (seen, ahead) = asked(dated(ResponseTemplate::new(200).set_body_string(body), -2)).await;
        let (account, arn, region) = ("1".to_owned(), "arn:aws:iam::1:user/x".to_owned(), "eu-west-1".to_owned());
        assert_eq!(seen, Ok(Caller { account, arn, region }));
        assert!((118..=125).contains(&ahead.unwrap().num_seconds()), "{ahead:?}");
    }

    #[tokio::test]
    async fn a_refusal_tells_the_time_too() {
        let body = "<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>Signature expired\
                    </Message></Error></ErrorResponse>";
        let (seen, ahead) = asked(dated(ResponseTemplate::new(403).set_body_string(body), 20)).await;
        assert_eq!(seen.map_err(|failure| failure.code), Err("SignatureDoesNotMatch".to_owned()));
        assert!((-1_202..=-1_195).contains(&ahead.unwrap().num_seconds()), "{ahead:?}");
    }

    #[test]
    fn the_lack_of_credentials_is_told_in_a_word() {
        let message = "dispatch failure: no credentials found in chain. Attempted: Environment: …".to_owned();
        let failure = Failure { kind: FailureKind::Unreachable, code: "NoAnswer".to_owned(), message };
        assert_eq!(plainly(failure).to_string(), "NoCredentials: there are none");
    }

    #[test]
    fn what_is_no_date_says_nothing() {
        let now = "2026-11-28T12:00:00Z".parse().unwrap();
        assert_eq!(ahead(now, "Sat, 28 Nov 2026 11:59:30 GMT"), Some(Duration::seconds(30)));
        assert_eq!(ahead(now, "yesterday"), None);
    }
}
