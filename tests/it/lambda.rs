//! The whole function: the real binary under AWS's emulator of Lambda, the predecessor's tables, moto, and a chat receiver.

use std::collections::BTreeMap;
use std::time::Duration;

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
fn scheduled_event() -> Value {
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
fn now() -> DateTime<Utc> {
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
struct Stage {
    moto: Moto,
    chat: MockServer,
    lambda: Lambda,
    offset: chrono::Duration,
}

const SECRET_PATH: &str = "/connect-api/webhook/279/f0e1d2c3b4a5968778695a4b3c2d1e0f";

impl Stage {
    async fn new(env: &[(&str, &str)]) -> Self {
        let moto = Moto::start().await;
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
        Self { moto, chat, lambda, offset }
    }

    /// A local time of the function's zone, some minutes from now.
    fn local(&self, minutes: i64) -> String {
        (now() + self.offset + chrono::Duration::minutes(minutes)).format("%H:%M").to_string()
    }

    async fn put(&self, table: &str, item: &Value) {
        let item = item.as_object().unwrap().iter().map(|(name, value)| (name.clone(), attribute(value)));
        let put = self.moto.dynamodb().put_item().table_name(table).set_item(Some(item.collect()));
        put.send().await.unwrap();
    }

    async fn put_schedule(&self, changes: &Value) {
        let mut item = json!({
            "ScheduleName": "Development", "TagValue": "Development", "DaysActive": "all", "Enabled": true,
            "StartTime": "10:00", "StopTime": "20:00", "ForceStart": false,
        });
        item.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        self.put("Schedule", &item).await;
    }

    /// The chain `DB <- API <- WEB`, all stopped: the ids of the EC2 instances of API and WEB.
    async fn put_chain(&self) -> (Vec<String>, Vec<String>) {
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

    async fn invoke(&self, event: &Value) -> Value {
        let (status, body) = self.lambda.invoke(event).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap_or_else(|_| panic!("{body}\n{}", self.lambda.output()))
    }

    /// Invokes with the scheduled event; it must not fail.
    async fn tick(&self) -> Value {
        let report = self.invoke(&scheduled_event()).await;
        assert_eq!(report.get("errorType"), None, "{report}\n{}", self.lambda.output());
        report
    }

    /// The bodies that chat has got, in order, each checked as JANDI checks it.
    async fn messages(&self) -> Vec<Value> {
        let requests = self.chat.received_requests().await.unwrap();
        requests.iter().map(message).collect()
    }

    /// The first lines of the messages.
    async fn titles(&self) -> Vec<String> {
        self.messages().await.iter().map(|message| message["body"].as_str().unwrap().to_owned()).collect()
    }

    async fn states(&self, ids: &[String]) -> Vec<String> {
        let mut states = Vec::new();
        for id in ids {
            states.push(self.moto.instance_state(id).await);
        }
        states
    }

    /// The events in the function's log, as (event, group).
    fn events(&self) -> Vec<(String, String)> {
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

/// Which message comes where: the first whose text holds all words.
#[track_caller]
fn position(titles: &[String], words: &[&str]) -> usize {
    let found = titles.iter().position(|title| words.iter().all(|word| title.contains(word)));
    found.unwrap_or_else(|| panic!("no message with {words:?} among {titles:#?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_a_chain_in_order_with_its_messages() {
    let stage = Stage::new(&[]).await;
    let (api, web) = stage.put_chain().await;
    stage.put_schedule(&json!({})).await;

    // The start: one event brings up the whole chain, in order.
    let report = stage.tick().await;
    assert_eq!(report["started"], 4, "{report}");
    assert_eq!(stage.moto.database_state("orders").await, "available");
    assert_eq!(stage.states(&api).await, ["running", "running"]);
    assert_eq!(stage.states(&web).await, ["running"]);
    let titles = stage.titles().await;
    let order = [
        position(&titles, &["DB", "starting"]),
        position(&titles, &["API", "starting"]),
        position(&titles, &["WEB", "starting"]),
    ];
    assert_eq!(order, [0, 1, 2], "{titles:#?}");
    assert_eq!(titles.len(), 4, "three groups and the end: {titles:#?}");
    let events = stage.events();
    let at = |event: &str, group: &str| events.iter().position(|(e, g)| e == event && g == group).unwrap();
    let last = |event: &str, group: &str| events.iter().rposition(|(e, g)| e == event && g == group).unwrap();
    assert!(last("ready", "DB") < at("start", "API") && last("ready", "API") < at("start", "WEB"), "{events:#?}");

    // The same event again: nothing is done, nothing is told twice.
    let report = stage.tick().await;
    assert_eq!((&report["started"], &report["stopped"]), (&json!(0), &json!(0)), "{report}");
    assert_eq!(stage.messages().await.len(), 4);

    // The stop comes near: a warning that lists everything, and nothing stops.
    stage.put_schedule(&json!({"StopTime": stage.local(2)})).await;
    stage.tick().await;
    stage.tick().await;
    let warned = stage.messages().await;
    assert_eq!(warned.len(), 5, "one warning: {warned:#?}");
    let text = warned[4].to_string();
    assert!(["orders", &api[0], &api[1], &web[0]].iter().all(|id| text.contains(*id)), "{text}");
    assert_eq!(stage.states(&web).await, ["running"]);

    // Its time has come: down in the reverse order.
    tokio::time::sleep(Duration::from_secs(u64::from(60 - now().second()))).await;
    let mut stopped = 0;
    for _ in 0..3 {
        stopped += stage.tick().await["stopped"].as_u64().unwrap();
        if stopped == 4 {
            break;
        }
        tokio::time::sleep(Duration::from_secs(u64::from(60 - now().second()))).await;
    }
    assert_eq!(stopped, 4, "{}", stage.lambda.output());
    assert_eq!(stage.moto.database_state("orders").await, "stopped");
    assert_eq!(stage.states(&api).await, ["stopped", "stopped"]);
    let titles = stage.titles().await.split_off(5);
    let order = [
        position(&titles, &["WEB", "stopping"]),
        position(&titles, &["API", "stopping"]),
        position(&titles, &["DB", "stopping"]),
    ];
    assert_eq!(order, [0, 1, 2], "{titles:#?}");
    let events = stage.events();
    let at = |event: &str, group: &str| events.iter().position(|(e, g)| e == event && g == group).unwrap();
    let last = |event: &str, group: &str| events.iter().rposition(|(e, g)| e == event && g == group).unwrap();
    assert!(last("stopped", "WEB") < at("stop", "API") && last("stopped", "API") < at("stop", "DB"), "{events:#?}");
    assert!(at("warning", "") < at("stop", "WEB"), "{events:#?}");

    // Each tick has left its line of metrics, and nothing secret is in the log.
    let output = stage.lambda.output();
    let metrics = output.lines().filter(|line| line.contains("\"CloudWatchMetrics\"")).count();
    assert!(metrics >= 5, "{output}");
    assert!(!output.contains("f0e1d2c3b4a5968778695a4b3c2d1e0f"), "the webhook's path is in the log:\n{output}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_a_row_acts_at_once_and_its_flag_is_lowered() {
    let stage = Stage::new(&[]).await;
    let (_, web) = stage.put_chain().await;
    stage.put_schedule(&json!({"Enabled": false, "ForceStart": true})).await;
    let edit =
        json!({"Records": [{"eventID": "1", "eventName": "MODIFY", "eventSource": "aws:dynamodb", "dynamodb": {}}]});
    let report = stage.invoke(&edit).await;
    assert_eq!(report["started"], 4, "{report}\n{}", stage.lambda.output());
    assert_eq!(stage.states(&web).await, ["running"]);
    let item = stage.moto.dynamodb().scan().table_name("Schedule").send().await.unwrap();
    assert_eq!(item.items()[0]["ForceStart"], AttributeValue::Bool(false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_faulty_schedule_and_a_chat_that_is_down_harm_nobody() {
    let stage = Stage::new(&[]).await;
    stage.chat.reset().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(404)).mount(&stage.chat).await;
    let (_, web) = stage.put_chain().await;
    stage.put_schedule(&json!({})).await;
    stage.put_schedule(&json!({"ScheduleName": "Broken", "TagValue": "Broken", "DaysActive": "weekdys"})).await;
    stage.put("Schedule", &json!({"ScheduleName": "Loop", "TagValue": "Loop", "DaysActive": "all", "Enabled": true, "StartTime": "None", "StopTime": "None"})).await;
    for (group, dependency) in [("L1", "L2"), ("L2", "L1")] {
        let item =
            json!({"ScheduleName": "Loop", "GroupName": group, "InstanceType": "EC2", "Dependency": [dependency]});
        stage.put("ScheduleServerGroup", &item).await;
    }
    let report = stage.tick().await;
    assert_eq!((&report["started"], &report["problems"]), (&json!(4), &json!(2)), "{report}");
    assert!(report["untold"].as_u64().unwrap() > 0, "{report}");
    assert_eq!(stage.states(&web).await, ["running"]);

    // Chat is back: what was done, and what is at fault, is told now.
    stage.chat.reset().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).mount(&stage.chat).await;
    stage.tick().await;
    let all = stage.messages().await.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    for words in ["weekdys", "L1 -> L2 -> L1", "WEB"] {
        assert!(all.contains(words), "{words} in {all}");
    }
    let count = stage.messages().await.len();
    stage.tick().await;
    assert_eq!(stage.messages().await.len(), count, "told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_event_is_an_error_that_names_it_and_no_tick() {
    let stage = Stage::new(&[]).await;
    let (_, web) = stage.put_chain().await;
    stage.put_schedule(&json!({})).await;
    let http = json!({"version": "2.0", "routeKey": "$default", "rawPath": "/", "headers": {"authorization": "Bearer abc"}, "requestContext": {}});
    for (event, name) in [
        (http, "rawPath"),
        (json!({}), "empty"),
        (json!({"source": "aws.s3", "detail-type": "Object Created"}), "aws.s3"),
    ] {
        let answer = stage.invoke(&event).await;
        let message = answer["errorMessage"].as_str().unwrap_or_else(|| panic!("{answer}"));
        assert!(message.contains(name) && !message.contains("Bearer"), "{message}");
    }
    assert_eq!(stage.states(&web).await, ["stopped"]);
    assert_eq!(stage.messages().await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_table_and_a_wrong_setting_are_errors_that_name_them() {
    let stage = Stage::new(&[("EXCEPTION_TABLE", "Elsewhere")]).await;
    stage.put_schedule(&json!({})).await;
    let answer = stage.invoke(&scheduled_event()).await;
    let message = answer["errorMessage"].as_str().unwrap_or_else(|| panic!("{answer}"));
    assert!(message.contains("`Elsewhere`") && message.contains("`EXCEPTION_TABLE`"), "{message}");

    let stage = Stage::new(&[("SETTLE_SECONDS", "soon")]).await;
    let (_, answer) = stage.lambda.invoke(&scheduled_event()).await;
    assert!(!answer.contains("passes"), "{answer}");
    assert!(stage.lambda.output().contains("`SETTLE_SECONDS` holds `soon`"), "{}", stage.lambda.output());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_change_of_an_instance_or_a_database_makes_a_tick() {
    let stage = Stage::new(&[("SETTLE_SECONDS", "0")]).await;
    let (api, web) = stage.put_chain().await;
    stage.put_schedule(&json!({})).await;
    // Without time to settle each event moves the chain by one group.
    assert_eq!(stage.tick().await["started"], 1);
    let rds = json!({
        "version": "0", "id": "68f6e973-1a0c-d37b-f2f2-94a7f62ffd4e", "detail-type": "RDS DB Instance Event",
        "source": "aws.rds", "account": "123456789012", "time": "2018-09-27T22:36:43Z", "region": "us-east-1",
        "resources": ["arn:aws:rds:us-east-1:123456789012:db:orders"],
        "detail": {"EventCategories": ["notification"], "SourceType": "DB_INSTANCE", "EventID": "RDS-EVENT-0088",
            "SourceArn": "arn:aws:rds:us-east-1:123456789012:db:orders", "Date": "2018-09-27T22:36:43.292Z",
            "SourceIdentifier": "orders", "Message": "DB instance started"}
    });
    assert_eq!(stage.invoke(&rds).await["started"], 2);
    assert_eq!(stage.states(&api).await, ["running", "running"]);
    let ec2 = json!({
        "id": "7bf73129-1428-4cd3-a780-95db273d1602", "detail-type": "EC2 Instance State-change Notification",
        "source": "aws.ec2", "account": "123456789012", "time": "2021-11-11T21:29:54Z", "region": "us-east-1",
        "resources": ["arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111"],
        "detail": {"instance-id": "i-abcd1111", "state": "running"}
    });
    assert_eq!(stage.invoke(&ec2).await["started"], 1);
    assert_eq!(stage.states(&web).await, ["running"]);
}
