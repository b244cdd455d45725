//! The whole function: the real binary under AWS's emulator of Lambda, the predecessor's tables, moto, and a chat receiver.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Timelike as _;
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, ResponseTemplate};

use crate::stage::{Stage, now, scheduled_event};

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
