//! The function that answers HTTP: requests in, answers out, and nothing that could start or stop (rules S1, S3).
//!
//! Only DynamoDB's client is made, so that a cold start is quick; the one for Slack's follow-ups when it is needed. What is
//! logged of a request is its line, which holds no secret (rule S4). Decides nothing.

use std::sync::{Arc, OnceLock};
use std::time::Duration as StdDuration;

use chrono::Duration;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use reqwest::{Client, redirect};
use serde_json::Value;

use crate::aws::{self, CallCounts, DynamoStore, SystemClock};
use crate::desk::Desk;
use crate::ports::{Clock, Store};
use crate::settings::{Answering, Settings};
use crate::web::{self, FollowUp, Line, Reply, UnknownEvent, Web};

/// While a stop is about to begin, an order waits so long: what is left of the platforms' three seconds.
const PATIENCE: Duration = Duration::milliseconds(1_100);

/// An order is answered within this time, so that with a follow-up and a cold start three seconds are enough.
const TIME_LIMIT: Duration = Duration::milliseconds(1_700);

/// So many orders a minute are taken for a schedule.
const ORDERS_A_MINUTE: u32 = 30;

/// A follow-up that has not arrived by then is left: the click itself has to be answered in time.
const FOLLOW_UP_TIMEOUT: StdDuration = StdDuration::from_millis(700);

/// Takes requests from Lambda, one after the other, until there are no more.
///
/// # Errors
/// When the runtime API of Lambda cannot be reached.
pub(super) async fn run(settings: &Settings) -> Result<(), lambda_runtime::Error> {
    let config = aws::load_quick_config().await;
    let store = DynamoStore::new(&config, settings.tables.clone(), Arc::new(CallCounts::default()));
    let (store, clock) = (&store, &SystemClock);
    lambda_runtime::run(service_fn(|event| async move { handle(store, clock, settings, event).await })).await
}

/// What Lambda tells its caller.
impl From<UnknownEvent> for Diagnostic {
    fn from(error: UnknownEvent) -> Self {
        Self { error_type: "UnknownEvent".to_owned(), error_message: error.to_string() }
    }
}

async fn handle<S: Store, T: Clock>(
    store: &S,
    clock: &T,
    settings: &Settings,
    event: LambdaEvent<Value>,
) -> Result<Value, UnknownEvent> {
    let received = web::read(&event.payload).inspect_err(|error| tracing::error!("{error}"))?;
    let request = match received.request {
        Ok(request) => request,
        Err(refused) => {
            let reply = Reply::empty(refused.status());
            let why = Some(format!("{refused:?}").to_lowercase());
            log(&Line { route: "none", status: reply.status, why, audit: None });
            return Ok(reply.to_event());
        }
    };
    let desk = Desk::new(store, clock, settings.defaults, PATIENCE);
    let desk = Desk {
        orders_a_minute: Some(ORDERS_A_MINUTE),
        time_limit: Some(TIME_LIMIT),
        owner: &event.context.request_id,
        ..desk
    };
    let Answering { keys, keyword, prefix } = &settings.answering;
    let web = Web { desk, keys, language: settings.language, keyword, prefix };
    let answered = web::answer(&web, &request).await;
    log(&answered.line);
    // Lambda holds the process once it has the answer: what is to be said besides has to be said before.
    if let Some(later) = &answered.later {
        follow_up(later).await;
    }
    Ok(answered.reply.to_event())
}

/// Logs the line of a request, its fields on the first level.
fn log(line: &Line) {
    let decision = Value::Object(line.object()).to_string();
    let order = line.audit.as_ref().map(|audit| format!(" {} {} {}", audit.order, audit.schedule, audit.result));
    let text = format!("request {} {}{}", line.route, line.status, order.unwrap_or_default());
    match line.status {
        _ if line.is_fault() => tracing::error!(decision, "{text}"),
        400.. => tracing::warn!(decision, "{text}"),
        _ => tracing::info!(decision, "{text}"),
    }
}

/// Posts what Slack takes in no answer; one that is lost is no reason to fail: the table has the order.
async fn follow_up(later: &FollowUp) {
    static CLIENT: OnceLock<Option<Client>> = OnceLock::new();
    let client = CLIENT
        .get_or_init(|| Client::builder().timeout(FOLLOW_UP_TIMEOUT).redirect(redirect::Policy::none()).build().ok());
    let Some(client) = client else {
        tracing::warn!("the answer to a click cannot be sent: there is no HTTP client");
        return;
    };
    let request = client.post(later.url()).header("content-type", "application/json").body(later.body().to_string());
    match request.send().await {
        Ok(answer) if answer.status().is_success() => {}
        Ok(answer) => tracing::warn!(status = answer.status().as_u16(), "Slack did not take the answer to a click"),
        // The address is a secret.
        Err(error) => tracing::warn!("the answer to a click was not sent: {}", error.without_url()),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use serde_json::json;

    use super::*;
    use crate::memory::World;

    /// Sends one event to the function over an empty world.
    fn invoke(payload: Value) -> Result<Value, Diagnostic> {
        let variables = |name: &str| match name {
            "FUNCTION_ROLE" => Some("chat".to_owned()),
            "OUTGOING_WEBHOOK_TOKEN" => Some("a-token".to_owned()),
            _ => None,
        };
        let settings = Settings::read(variables).unwrap();
        let world = World::new("2026-11-23T12:50:00Z".parse::<DateTime<Utc>>().unwrap());
        let event = LambdaEvent { payload, context: lambda_runtime::Context::default() };
        pollster::block_on(handle(&world, &world, &settings, event)).map_err(Diagnostic::from)
    }

    fn request(method: &str, path: &str, body: &str) -> Value {
        json!({
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": "",
            "headers": {"content-type": "application/json"},
            "requestContext": {"http": {"method": method, "path": path}, "stage": "$default"},
            "body": body,
            "isBase64Encoded": false,
        })
    }

    #[test]
    fn a_request_is_answered() {
        let answer = invoke(request("GET", "/health", "")).unwrap();
        assert_eq!((&answer["statusCode"], &answer["body"]), (&json!(200), &json!("ok\n")));
        let wrong = invoke(request("POST", "/jandi", r#"{"token":"another"}"#)).unwrap();
        assert_eq!((&wrong["statusCode"], &wrong["body"]), (&json!(401), &json!("")));
        let right =
            invoke(request("POST", "/jandi", r#"{"token":"a-token","text":"/lamp","keyword":"lamp"}"#)).unwrap();
        assert_eq!(right["statusCode"], 200);
        let large = invoke(request("POST", "/jandi", &"a".repeat(100_000))).unwrap();
        assert_eq!((&large["statusCode"], &large["body"]), (&json!(413), &json!("")));
    }

    #[test]
    fn what_is_no_request_is_an_error() {
        for event in [json!({"source": "aws.events", "detail-type": "Scheduled Event"}), json!({}), json!(null)] {
            let error = invoke(event).unwrap_err();
            assert_eq!(error.error_type, "UnknownEvent");
            assert!(error.error_message.contains("not an event of this function"), "{}", error.error_message);
        }
    }
}
