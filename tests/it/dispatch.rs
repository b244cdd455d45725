//! The queue: SQS's adapter, and the whole function with batches going through moto's SQS in Lambda's events.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_ec2::types::{self, Filter, Tag};
use aws_sdk_sqs::types::{Message, QueueAttributeName};
use lamplighter::aws::{CallCounts, SqsQueue};
use lamplighter::ports::Queue as _;
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, ResponseTemplate};

use crate::stage::{Stage, scheduled_event};
use crate::support::moto::Moto;

const QUEUE: &str = "lamplighter-batches";

/// An account with a queue: its URL.
async fn account() -> (Moto, String) {
    let moto = Moto::start().await;
    let made = moto.sqs().create_queue().queue_name(QUEUE).send().await.unwrap();
    let url = made.queue_url().unwrap().to_owned();
    (moto, url)
}

/// A function whose batches go on the queue.
async fn stage() -> (Stage, String) {
    let (moto, url) = account().await;
    let stage = Stage::over(moto, &[("DISPATCH_QUEUE_URL", &url)]).await;
    (stage, url)
}

/// Takes all messages off the queue.
async fn take(moto: &Moto, url: &str) -> Vec<Message> {
    let client = moto.sqs();
    let mut messages = Vec::new();
    loop {
        let got = client.receive_message().queue_url(url).max_number_of_messages(10).send().await.unwrap();
        let got = got.messages.unwrap_or_default();
        if got.is_empty() {
            return messages;
        }
        for message in &got {
            let receipt = message.receipt_handle().unwrap();
            client.delete_message().queue_url(url).receipt_handle(receipt).send().await.unwrap();
        }
        messages.extend(got);
    }
}

fn record(id: &str, body: &str) -> Value {
    json!({
        "messageId": id, "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...", "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183", "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": "1545082649185"
        },
        "messageAttributes": {}, "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3", "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:ap-northeast-2:123456789012:{QUEUE}"), "awsRegion": "ap-northeast-2"
    })
}

/// Lambda's event of these messages.
fn event(messages: &[Message]) -> Value {
    let records = messages.iter().map(|message| record(message.message_id().unwrap(), message.body().unwrap()));
    json!({"Records": records.collect::<Vec<_>>()})
}

fn schedules(message: &Message) -> BTreeSet<String> {
    let body: Value = serde_json::from_str(message.body().unwrap()).unwrap();
    body["schedules"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// The schedules of the instances that run.
async fn running(moto: &Moto) -> BTreeSet<String> {
    let client = moto.ec2();
    let filter = Filter::builder().name("instance-state-name").values("running").build();
    let mut pages = client.describe_instances().filters(filter).into_paginator().send();
    let mut names = BTreeSet::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        let tags = page.reservations().iter().flat_map(types::Reservation::instances).flat_map(types::Instance::tags);
        let names_of = tags.filter(|tag| tag.key() == Some("ScheduleName"));
        names.extend(names_of.map(|tag| tag.value().unwrap().to_owned()));
    }
    names
}

/// Schedules that start at ten, with a stopped EC2 instance each.
async fn put_many(stage: &Stage, names: &[String]) {
    let ids = stage.moto.run_instances(names.len(), &[("Team", "many")]).await;
    stage.moto.ec2().stop_instances().set_instance_ids(Some(ids.clone())).send().await.unwrap();
    for (name, id) in names.iter().zip(&ids) {
        let tag = Tag::builder().key("ScheduleName").value(name).build();
        stage.moto.ec2().create_tags().resources(id).tags(tag).send().await.unwrap();
        stage.put_schedule(&json!({"ScheduleName": name, "TagValue": name})).await;
    }
}

/// How many starts AWS has accepted, as the log says.
fn starts(stage: &Stage) -> usize {
    stage.events().iter().filter(|(event, _)| event == "start").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_and_twenty_schedules_go_through_the_queue() {
    let (stage, url) = stage().await;
    let (api, web) = stage.put_chain().await;
    stage.put_schedule(&json!({})).await;
    let names: Vec<String> = (1..120).map(|index| format!("Team {index:03}")).collect();
    put_many(&stage, &names).await;

    // The event of the rule puts all of them on the queue and starts nothing.
    let report = stage.tick().await;
    assert_eq!((&report["dispatched"], &report["batches"]), (&json!(120), &json!(3)), "{report}");
    assert_eq!(running(&stage.moto).await, BTreeSet::new());
    assert_eq!(stage.moto.database_state("orders").await, "stopped");
    assert_eq!(stage.messages().await.len(), 0);

    let messages = take(&stage.moto, &url).await;
    let batches: Vec<BTreeSet<String>> = messages.iter().map(schedules).collect();
    assert_eq!(batches.iter().map(BTreeSet::len).sum::<usize>(), 120, "a schedule is in one batch: {batches:?}");
    assert_eq!(batches.iter().flatten().collect::<BTreeSet<_>>().len(), 120, "{batches:?}");

    // Each message starts exactly its own; the one with the chain in the order of its groups.
    let first = batches.iter().position(|batch| batch.contains("Development")).unwrap();
    let answer = stage.invoke(&event(&messages[first..=first])).await;
    assert_eq!(answer, json!({"batchItemFailures": []}), "{}", stage.lambda.output());
    assert_eq!(running(&stage.moto).await, batches[first]);
    assert_eq!(stage.moto.database_state("orders").await, "available");
    assert_eq!(stage.states(&[api, web].concat()).await, ["running"; 3]);
    let events = stage.events();
    let at = |event: &str, group: &str| events.iter().position(|(e, g)| e == event && g == group).unwrap();
    let last = |event: &str, group: &str| events.iter().rposition(|(e, g)| e == event && g == group).unwrap();
    assert!(last("ready", "DB") < at("start", "API") && last("ready", "API") < at("start", "WEB"), "{events:#?}");

    // Delivered once more, it does nothing more, and tells nothing.
    let (started, told) = (starts(&stage), stage.messages().await.len());
    assert_eq!(started, batches[first].len() + 3);
    let answer = stage.invoke(&event(&messages[first..=first])).await;
    assert_eq!(answer, json!({"batchItemFailures": []}));
    assert_eq!((starts(&stage), stage.messages().await.len()), (started, told));

    // The others, two messages in one event.
    let others: Vec<Message> = messages.iter().filter(|one| **one != messages[first]).cloned().collect();
    let answer = stage.invoke(&event(&others)).await;
    assert_eq!(answer, json!({"batchItemFailures": []}), "{}", stage.lambda.output());
    assert_eq!(running(&stage.moto).await.len(), 120);
    assert_eq!(starts(&stage), 123);

    // Now nobody has anything to do: no message goes out.
    let report = stage.tick().await;
    assert_eq!((&report["dispatched"], &report["batches"]), (&json!(0), &json!(0)), "{report}");
    assert_eq!(take(&stage.moto, &url).await, []);
    let output = stage.lambda.output();
    let metrics: Vec<Value> = output
        .lines()
        .filter(|line| line.contains("\"CloudWatchMetrics\""))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let calls = |index: usize, name: &str| metrics[index].get(name).and_then(Value::as_u64);
    // Three scans, and the states of 120 schedules in two batches; one call puts three messages on the queue.
    assert_eq!((calls(0, "DynamoDbCalls"), calls(0, "SqsCalls"), calls(0, "Ec2Calls")), (Some(5), Some(1), Some(0)));
    let idle = metrics.len() - 1;
    assert_eq!((calls(idle, "DynamoDbCalls"), calls(idle, "Ec2Calls")), (Some(5), Some(0)));
    assert_eq!(calls(idle, "SqsCalls").unwrap_or_default(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_failed_are_named_and_only_they() {
    let (stage, _) = stage().await;
    let names = ["Here", "Far", "Near"].map(str::to_owned);
    put_many(&stage, &names).await;
    stage.put_schedule(&json!({"ScheduleName": "Far", "TagValue": "Far", "Regions": ["xx-nowhere-1"]})).await;
    let event = json!({"Records": [
        record("m-1", r#"{"schedules":["Here"]}"#),
        record("m-2", r#"{"schedules":["Far"]}"#),
        record("m-3", "Hello from somebody else: token-123"),
        record("m-4", r#"{"schedules":["Near"]}"#),
    ]});
    let answer = stage.invoke(&event).await;
    let expected = json!({"batchItemFailures": [{"itemIdentifier": "m-2"}, {"itemIdentifier": "m-3"}]});
    assert_eq!(answer, expected, "{}", stage.lambda.output());
    assert_eq!(running(&stage.moto).await, BTreeSet::from(["Here".to_owned(), "Near".to_owned()]));
    let output = stage.lambda.output();
    assert!(output.contains("message m-3: is no batch of schedules") && !output.contains("token-123"), "{output}");
    assert!(output.contains("message m-2: the tick is incomplete: region xx-nowhere-1"), "{output}");

    // Messages of any other queue are nobody's: the whole event is an error.
    let mut other = event.clone();
    other["Records"][0]["eventSourceARN"] = json!("arn:aws:sqs:ap-northeast-2:123456789012:others");
    assert_eq!(stage.invoke(&other).await["errorType"], "UnknownEvent");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_batches_at_once_tell_each_problem_once() {
    let (stage, url) = stage().await;
    stage.chat.reset().await;
    // Chat takes its time, so that one is still telling when the other wants to.
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_millis(1_500));
    Mock::given(method("POST")).respond_with(slow).mount(&stage.chat).await;
    for name in ["S", "T"] {
        let tags = [("ScheduleName", name), ("ScheduleGroupName", &format!("nowhere-{name}"))];
        stage.moto.run_instances(1, &tags).await;
        let group = json!({"ScheduleName": name, "GroupName": format!("known-{name}"), "InstanceType": "EC2"});
        stage.put("ScheduleServerGroup", &group).await;
        stage.put_schedule(&json!({"ScheduleName": name, "TagValue": name})).await;
    }
    stage.put_schedule(&json!({"ScheduleName": "Bad", "TagValue": "Bad", "DaysActive": "weekdys"})).await;
    let webhook = format!("{}{}", stage.chat.uri(), crate::stage::SECRET_PATH);
    let env = [("DISPATCH_QUEUE_URL", url.as_str()), ("WEBHOOK_URL", &webhook), ("WEBHOOK_PLATFORM", "jandi")];
    let other = stage.another(&env).await;
    let [one, two] = ["S", "T"].map(|name| {
        let body = json!({"schedules": [name]}).to_string();
        json!({"Records": [record(name, &body)]})
    });
    let (mine, theirs) = tokio::join!(stage.invoke(&one), other.invoke(&two));
    assert_eq!(mine, json!({"batchItemFailures": []}));
    assert_eq!(theirs.1, r#"{"batchItemFailures":[]}"#);
    // Both again, and the tables' own problem by the dispatch.
    stage.invoke(&two).await;
    other.invoke(&one).await;
    stage.tick().await;
    stage.tick().await;
    let messages: Vec<String> = stage.messages().await.iter().map(Value::to_string).collect();
    for words in ["nowhere-S", "nowhere-T", "weekdys"] {
        let told = messages.iter().filter(|message| message.contains(words)).count();
        assert_eq!(told, 1, "{words} in {messages:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_comes_up_sends_for_its_own_schedule() {
    let (moto, url) = account().await;
    let stage = Stage::over(moto, &[("DISPATCH_QUEUE_URL", &url), ("SETTLE_SECONDS", "0")]).await;
    stage.put_chain().await;
    stage.put_schedule(&json!({})).await;
    put_many(&stage, &["Another".to_owned()]).await;
    stage.tick().await;
    assert_eq!(stage.invoke(&event(&take(&stage.moto, &url).await)).await, json!({"batchItemFailures": []}));
    let changed = |id: &str| {
        json!({
            "version": "0", "detail-type": "RDS DB Instance Event", "source": "aws.rds",
            "detail": {"SourceType": "DB_INSTANCE", "SourceIdentifier": id, "EventID": "RDS-EVENT-0088"}
        })
    };
    for (id, expected) in [("orders", vec!["Development"]), ("elsewhere", vec![])] {
        stage.invoke(&changed(id)).await;
        let batches = take(&stage.moto, &url).await;
        let names: Vec<String> = batches.iter().flat_map(schedules).collect();
        assert_eq!(names, expected, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_is_not_there_makes_the_dispatch_fail() {
    let (moto, url) = account().await;
    let missing = url.replace(QUEUE, "missing");
    let stage = Stage::over(moto, &[("DISPATCH_QUEUE_URL", &missing)]).await;
    stage.put_schedule(&json!({})).await;
    let answer = stage.invoke(&scheduled_event()).await;
    let message = answer["errorMessage"].as_str().unwrap_or_else(|| panic!("{answer}"));
    assert!(message.contains("the queue did not take it") && message.contains("1 schedules wait"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_go_out_ten_a_call_and_come_back_as_they_were() {
    let (moto, url) = account().await;
    let counts = Arc::new(CallCounts::default());
    let queue = SqsQueue::new(moto.config(), url.clone(), Arc::clone(&counts));
    let messages: Vec<String> = (0..25).map(|index| format!("{{\"schedules\":[\"팀 {index}\"]}}")).collect();
    assert_eq!(queue.put(&messages).await, vec![Ok(()); 25]);
    assert_eq!(counts.snapshot()["sqs"], 3);
    let seen = moto.sqs().get_queue_attributes().queue_url(&url).attribute_names(QueueAttributeName::All);
    let seen = seen.send().await.unwrap().attributes.unwrap();
    assert_eq!(seen[&QueueAttributeName::ApproximateNumberOfMessages], "25");
    let came: BTreeSet<String> = take(&moto, &url).await.into_iter().map(|message| message.body.unwrap()).collect();
    assert_eq!(came, messages.into_iter().collect());
}
