//! The two functions together under AWS's emulator of Lambda: a warning goes out, its link is opened and answered, and the
//! scheduler stops when people have asked it to.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Timelike as _;
use serde_json::{Value, json};

use crate::stage::{Stage, now};
use crate::support::moto::Moto;
use crate::support::rie::Lambda;

const LINK_SECRET: &str = "a-link-secret-of-more-than-32-bytes-0123456789";
const TOKEN: &str = "YE1ronbbuoZkq7h3J5KMI4Tn";
const ADDRESS: &str = "https://chat.example.org";

/// An account that keeps the secrets; where they are.
async fn account() -> (Moto, String, String) {
    let moto = Moto::start().await;
    let secrets = aws_sdk_secretsmanager::Client::new(moto.config());
    let kept = json!({"links": LINK_SECRET}).to_string();
    let made = secrets.create_secret().name("lamplighter").secret_string(kept).send().await.unwrap();
    let parameters = aws_sdk_ssm::Client::new(moto.config());
    let kind = aws_sdk_ssm::types::ParameterType::SecureString;
    parameters.put_parameter().name("/lamp/jandi").value(TOKEN).r#type(kind).send().await.unwrap();
    let parameter = parameters.get_parameter().name("/lamp/jandi").send().await.unwrap().parameter.unwrap();
    (moto, format!("{}:links", made.arn.unwrap()), parameter.arn.unwrap())
}

/// The scheduler with its chat function, each with its secrets by reference.
struct Pair {
    stage: Stage,
    chat: Lambda,
}

impl Pair {
    async fn new() -> Self {
        let (moto, links, token) = account().await;
        let shared = [("LINK_SECRET", links.as_str()), ("CHAT_URL", ADDRESS), ("COMMAND_KEYWORD", "lamp")];
        let shared = [&shared[..], &[("STOP_ALERT_BEFORE_TIME_MINUTE", "3")]].concat();
        let own = [("FUNCTION_ROLE", "chat"), ("OUTGOING_WEBHOOK_TOKEN", token.as_str())];
        let stage = Stage::over(moto, &shared).await;
        let chat = stage.another(&[&shared[..], &own].concat()).await;
        Self { stage, chat }
    }

    /// A request as a function URL sends it; the answer's status and body.
    async fn request(&self, method: &str, path: &str, content_type: &str, body: &str) -> (u64, String) {
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
            "headers": {"content-type": content_type, "host": "chat.example.org"},
            "requestContext": {"http": {"method": method, "path": path, "sourceIp": "203.0.113.7"}, "stage": "$default"},
            "body": body, "isBase64Encoded": false,
        });
        let (status, answer) = self.chat.invoke(&event).await;
        assert_eq!(status, 200, "{answer}");
        let answer: Value =
            serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{answer}\n{}", self.chat.output()));
        let status = answer["statusCode"].as_u64().unwrap_or_else(|| panic!("{answer}\n{}", self.chat.output()));
        (status, answer["body"].as_str().unwrap().to_owned())
    }

    async fn items(&self, table: &str) -> Vec<BTreeMap<String, AttributeValue>> {
        let items = self.stage.moto.dynamodb().scan().table_name(table).send().await.unwrap();
        items.items.unwrap_or_default().into_iter().map(|item| item.into_iter().collect()).collect()
    }

    /// What all tables hold.
    async fn tables(&self) -> Vec<Vec<BTreeMap<String, AttributeValue>>> {
        let mut tables = Vec::new();
        for table in ["Schedule", "ScheduleServerGroup", "ScheduleException", "ScheduleRun"] {
            tables.push(self.items(table).await);
        }
        tables
    }

    /// What both functions have written into their logs.
    fn logs(&self) -> String {
        self.stage.lambda.output() + &self.chat.output()
    }
}

/// The path of the link in the newest message.
async fn link(stage: &Stage) -> String {
    let titles = stage.titles().await;
    let text = titles.last().unwrap_or_else(|| panic!("no message\n{}", stage.lambda.output()));
    let path = text.split_once(&format!("({ADDRESS}/x/")).and_then(|(_, rest)| rest.split_once(')'));
    format!("/x/{}", path.unwrap_or_else(|| panic!("no link in {text}")).0)
}

/// So far ticks lie apart.
const STEP: Duration = Duration::from_secs(10);

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test(flavor = "multi_thread")]
async fn a_warning_is_answered_by_its_link_and_the_servers_stop_at_the_new_time() {
    let pair = Pair::new().await;
    let stage = &pair.stage;
    let (api, web) = stage.put_chain().await;
    stage.put_schedule(&json!({"StartTime": "00:10", "StopTime": "23:50"})).await;
    assert_eq!(stage.tick().await["started"], 4);

    // The warning goes out with its link.
    let stop_at = (now() + chrono::Duration::minutes(3)).with_second(0).unwrap();
    stage.put_schedule(&json!({"StartTime": "00:10", "StopTime": stage.local(3)})).await;
    stage.tick().await;
    let path = link(stage).await;
    let token = path.strip_prefix("/x/").unwrap();

    // Chat servers fetch it, again and again: nothing changes.
    let before = pair.tables().await;
    for method in ["GET", "HEAD"] {
        for _ in 0..100 {
            let (status, body) = pair.request(method, &path, "", "").await;
            assert_eq!((status, body.is_empty()), (200, method == "HEAD"), "{body}");
        }
    }
    assert_eq!(pair.tables().await, before);

    // Somebody presses a button, twice.
    let form = format!("token={token}&minutes=1");
    let (status, body) = pair.request("POST", &path, FORM, &form).await;
    assert_eq!(status, 200, "{body}");
    let after = pair.items("ScheduleException").await;
    assert_eq!(after.len(), 1);
    let (status, body) = pair.request("POST", &path, FORM, &form).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(pair.items("ScheduleException").await, after, "the second click has changed something");

    // Until the new time nothing stops, at the old one neither; then everything does.
    let new_stop_at = stop_at + chrono::Duration::minutes(1);
    while now() < new_stop_at {
        assert_eq!(stage.tick().await["stopped"], 0, "{}", stage.lambda.output());
        tokio::time::sleep(std::cmp::min(STEP, (new_stop_at - now()).to_std().unwrap_or_default())).await;
    }
    assert_eq!(stage.states(&[api, web].concat()).await, ["running"; 3]);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(stage.tick().await["stopped"], 4, "{}", stage.lambda.output());
    let titles = stage.titles().await;
    assert!(titles.iter().any(|title| title.contains("stops later")), "{titles:#?}");

    // The link was for that stop: it is no good any more, and nothing secret is in any log.
    let (status, _) = pair.request("POST", &path, FORM, &form).await;
    assert!(matches!(status, 409 | 410), "{status}");
    for secret in [LINK_SECRET, TOKEN, token] {
        assert!(!pair.logs().contains(secret), "{secret} is in a log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_answered_by_its_token_from_the_parameter_store() {
    let pair = Pair::new().await;
    pair.stage.put_schedule(&json!({})).await;
    let ask = |token: &str| {
        json!({"token": token, "text": "/lamp Development force_start", "keyword": "lamp", "writerName": "kim", "createdAt": now().to_rfc3339()}).to_string()
    };
    let (status, body) = pair.request("POST", "/jandi", JSON, &ask("another")).await;
    assert_eq!((status, body.as_str()), (401, ""));
    let (status, body) = pair.request("POST", "/jandi", JSON, &ask(TOKEN)).await;
    assert!(status == 200 && body.contains("force start"), "{status} {body}");
    assert_eq!(pair.items("Schedule").await[0]["ForceStart"], AttributeValue::Bool(true));

    // As much as Lambda lets through is refused unread; what it cuts off is an error, after which the function is as before.
    let large = "a".repeat(6 * 1024 * 1024 - 2_000);
    let (status, body) = pair.request("POST", "/jandi", JSON, &large).await;
    assert_eq!((status, body.as_str()), (413, ""));
    let (_, answer) = pair.chat.invoke(&json!({"body": "a".repeat(10 * 1024 * 1024)})).await;
    assert!(answer.contains("errorType") && answer.len() < 1_000, "{answer:.1000}");
    assert!(pair.request("GET", "/health", "", "").await.0 == 200, "{}", pair.chat.output());
    assert!(!pair.logs().contains(TOKEN), "the token is in a log");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_not_there_is_an_error_that_names_the_setting() {
    let (moto, links, _) = account().await;
    let gone = links.replace("lamplighter", "elsewhere");
    let stage = Stage::over(moto, &[("LINK_SECRET", &gone)]).await;
    let (_, answer) = stage.lambda.invoke(&crate::stage::scheduled_event()).await;
    assert!(!answer.contains("passes"), "{answer}");
    let output = stage.lambda.output();
    assert!(output.contains("`LINK_SECRET` refers to `arn:aws:secretsmanager:"), "{output}");
    assert!(output.contains("ResourceNotFoundException"), "{output}");
}
