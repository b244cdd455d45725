//! A function on loopback with what surrounds it: the predecessor's tables, moto, and a chat receiver.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use chrono::{DateTime, Timelike as _, Utc};
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::support::moto::Moto;
use crate::support::rie::Lambda;

/// EventBridge's event of a rule with a schedule, as AWS documents it.
pub(crate) fn scheduled_event() -> Value {
    json!({
        "version": "0",
        "account": "123456789012",
        "region": "us-east-2",
        "detail": {},
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "time": "2019-03-01T01:23:45Z",
        "id": "cdc73f9d-aea9-11e3-9d5a-835b769c0d9c",
        "resources": ["arn:aws:events:us-east-2:123456789012:rule/my-schedule"]
    })
}

/// The time by the system's clock, as the function reads it.
#[expect(clippy::disallowed_methods, reason = "the function under test runs by the system's clock")]
pub(crate) fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

/// A zone in which it is about noon, so that a time some minutes away is on the same day.
fn noon_zone() -> (String, chrono::Duration) {
    let hours = 12 - i64::from(now().hour());
    let name = match hours {
        0 => "Etc/GMT".to_owned(),
        // The sign of these names is turned round.
        1.. => format!("Etc/GMT-{hours}"),
        _ => format!("Etc/GMT+{}", -hours),
    };
    (name, chrono::Duration::hours(hours))
}

/// A function with the predecessor's tables and a chat receiver.
pub(crate) struct Stage {
    pub(crate) moto: Moto,
    pub(crate) chat: MockServer,
    pub(crate) lambda: Lambda,
    zone: String,
    offset: chrono::Duration,
}

pub(crate) const SECRET_PATH: &str = "/connect-api/webhook/279/f0e1d2c3b4a5968778695a4b3c2d1e0f";

impl Stage {
    pub(crate) async fn new(env: &[(&str, &str)]) -> Self {
        Self::over(Moto::start().await, env).await
    }

    /// The same over an account that has something in it already.
    pub(crate) async fn over(moto: Moto, env: &[(&str, &str)]) -> Self {
        let dynamodb = moto.dynamodb();
        // As the predecessor made them: groups are keyed by their name alone.
        for (table, key) in
            [("Schedule", "ScheduleName"), ("ScheduleServerGroup", "GroupName"), ("ScheduleException", "ExceptionUuid")]
        {
            create_table(&dynamodb, table, &[key]).await;
        }
        create_table(&dynamodb, "ScheduleRun", &["ScheduleName", "RunId"]).await;
        let chat = MockServer::start().await;
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).mount(&chat).await;
        let webhook = format!("{}{SECRET_PATH}", chat.uri());
        let (zone, offset) = noon_zone();
        let mut all: BTreeMap<&str, &str> = moto.env().into();
        all.extend([
            ("WEBHOOK_URL", webhook.as_str()),
            ("WEBHOOK_PLATFORM", "jandi"),
            ("DEFAULT_TIMEZONE", zone.as_str()),
            ("SETTLE_SECONDS", "20"),
            ("STOP_ALERT_BEFORE_TIME_MINUTE", "2"),
        ]);
        all.extend(env.iter().copied());
        let all: Vec<(&str, &str)> = all.into_iter().collect();
        let lambda = Lambda::start(&all).await;
        Self { moto, chat, lambda, zone, offset }
    }

    /// One more function over the same account: as the first one, with these variables besides.
    pub(crate) async fn another(&self, env: &[(&str, &str)]) -> Lambda {
        let mut all: BTreeMap<&str, &str> = self.moto.env().into();
        all.insert("DEFAULT_TIMEZONE", &self.zone);
        all.extend(env.iter().copied());
        Lambda::start(&all.into_iter().collect::<Vec<_>>()).await
    }

    /// A local time of the function's zone, some minutes from now.
    pub(crate) fn local(&self, minutes: i64) -> String {
        (now() + self.offset + chrono::Duration::minutes(minutes)).format("%H:%M").to_string()
    }

    pub(crate) async fn put(&self, table: &str, item: &Value) {
        let item = item.as_object().unwrap().iter().map(|(name, value)| (name.clone(), attribute(value)));
        let put = self.moto.dynamodb().put_item().table_name(table).set_item(Some(item.collect()));
        put.send().await.unwrap();
    }

    pub(crate) async fn put_schedule(&self, changes: &Value) {
        let mut item = json!({
            "ScheduleName": "Development", "TagValue": "Development", "DaysActive": "all", "Enabled": true,
            "StartTime": "10:00", "StopTime": "20:00", "ForceStart": false,
        });
        item.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        self.put("Schedule", &item).await;
    }

    /// The chain `DB <- API <- WEB`, all stopped: the ids of the EC2 instances of API and WEB.
    pub(crate) async fn put_chain(&self) -> (Vec<String>, Vec<String>) {
        self.put(
            "ScheduleServerGroup",
            &json!({"ScheduleName": "Development", "GroupName": "DB", "InstanceType": "RDS"}),
        )
        .await;
        for (group, dependency) in [("API", "DB"), ("WEB", "API")] {
            let item = json!({"ScheduleName": "Development", "GroupName": group, "InstanceType": "EC2", "Dependency": [dependency]});
            self.put("ScheduleServerGroup", &item).await;
        }
        let tags = |group| [("ScheduleName", "Development"), ("ScheduleGroupName", group)];
        self.moto.create_database("orders", &tags("DB")).await;
        let api = self.moto.run_instances(2, &tags("API")).await;
        let web = self.moto.run_instances(1, &tags("WEB")).await;
        let ids = api.iter().chain(&web).cloned().collect();
        self.moto.ec2().stop_instances().set_instance_ids(Some(ids)).send().await.unwrap();
        self.moto.rds().stop_db_instance().db_instance_identifier("orders").send().await.unwrap();
        (api, web)
    }

    pub(crate) async fn invoke(&self, event: &Value) -> Value {
        let (status, body) = self.lambda.invoke(event).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap_or_else(|_| panic!("{body}\n{}", self.lambda.output()))
    }

    /// Invokes with the scheduled event; it must not fail.
    pub(crate) async fn tick(&self) -> Value {
        let report = self.invoke(&scheduled_event()).await;
        assert_eq!(report.get("errorType"), None, "{report}\n{}", self.lambda.output());
        report
    }

    /// The bodies that chat has got, in order, each checked as JANDI checks it.
    pub(crate) async fn messages(&self) -> Vec<Value> {
        let requests = self.chat.received_requests().await.unwrap();
        requests.iter().map(message).collect()
    }

    /// The first lines of the messages.
    pub(crate) async fn titles(&self) -> Vec<String> {
        self.messages().await.iter().map(|message| message["body"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) async fn states(&self, ids: &[String]) -> Vec<String> {
        let mut states = Vec::new();
        for id in ids {
            states.push(self.moto.instance_state(id).await);
        }
        states
    }

    /// The events in the function's log, as (event, group).
    pub(crate) fn events(&self) -> Vec<(String, String)> {
        let text = |line: &Value, name: &str| line[name].as_str().unwrap_or_default().to_owned();
        let output = self.lambda.output();
        let lines = output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let events = lines.filter(|line| line.get("event").is_some());
        events.map(|line| (text(&line, "event"), text(&line, "group"))).collect()
    }
}

pub(crate) async fn create_table(client: &aws_sdk_dynamodb::Client, name: &str, keys: &[&str]) {
    let mut table = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
    for (key, kind) in keys.iter().zip([KeyType::Hash, KeyType::Range]) {
        let element = KeySchemaElement::builder().attribute_name(*key).key_type(kind).build().unwrap();
        let kind = ScalarAttributeType::S;
        let attribute = AttributeDefinition::builder().attribute_name(*key).attribute_type(kind).build().unwrap();
        table = table.key_schema(element).attribute_definitions(attribute);
    }
    table.send().await.unwrap();
}

/// An attribute as the console writes it.
fn attribute(value: &Value) -> AttributeValue {
    match value {
        Value::Bool(flag) => AttributeValue::Bool(*flag),
        Value::Number(number) => AttributeValue::N(number.to_string()),
        Value::Array(items) => AttributeValue::L(items.iter().map(attribute).collect()),
        text => AttributeValue::S(text.as_str().unwrap().to_owned()),
    }
}

/// The body of a message, after what JANDI wants of its request.
fn message(request: &Request) -> Value {
    let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert_eq!(header("accept"), "application/vnd.tosslab.jandi-v2+json");
    assert!(header("content-type").starts_with("application/json"), "{}", header("content-type"));
    assert_eq!(request.url.path(), SECRET_PATH);
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert!(body["body"].as_str().is_some_and(|text| !text.trim().is_empty()), "{body}");
    assert!(body["connectColor"].as_str().is_some_and(|colour| colour.starts_with('#')), "{body}");
    for info in body["connectInfo"].as_array().unwrap() {
        assert!(info["title"].is_string() && info["description"].is_string(), "{info}");
    }
    body
}
