//! The tables over the wire: pages, items written by other hands, conditions.

use std::sync::Arc;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use lamplighter::aws::{CallCounts, DynamoStore, TableNames};
use lamplighter::model::{Action, ScheduleName};
use lamplighter::ports::{Item, Store as _, StoreError, Table};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::moto::{self, Moto};

fn item(value: Value) -> Item {
    let Value::Object(item) = value else { panic!("{value} is no item") };
    item
}

fn store(moto: &Moto) -> (DynamoStore, Arc<CallCounts>) {
    let counts = Arc::new(CallCounts::default());
    (DynamoStore::new(moto.config(), TableNames::default(), Arc::clone(&counts)), counts)
}

async fn with_tables() -> (Moto, DynamoStore, Arc<CallCounts>) {
    let moto = Moto::start().await;
    let (store, counts) = store(&moto);
    store.create_tables().await.unwrap();
    (moto, store, counts)
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_made_once() {
    let moto = Moto::start().await;
    let (store, _) = store(&moto);
    let made = store.create_tables().await.unwrap();
    assert_eq!(made, ["Schedule", "ScheduleServerGroup", "ScheduleException", "ScheduleRun"]);
    assert_eq!(store.create_tables().await, Ok(vec![]));

    let mut keys = Vec::new();
    for name in &made {
        let table = moto.dynamodb().describe_table().table_name(name).send().await.unwrap().table.unwrap();
        let names: Vec<_> = table.key_schema().iter().map(KeySchemaElement::attribute_name).collect();
        let ttl = moto.dynamodb().describe_time_to_live().table_name(name).send().await.unwrap();
        let ttl = ttl.time_to_live_description.and_then(|ttl| ttl.attribute_name).unwrap_or_default();
        keys.push(format!("{name}: {} {ttl}", names.join("+")).trim().to_owned());
    }
    assert_eq!(
        keys,
        [
            "Schedule: ScheduleName",
            "ScheduleServerGroup: ScheduleName+GroupName",
            "ScheduleException: ExceptionUuid ExpiresAt",
            "ScheduleRun: ScheduleName+RunId ExpiresAt",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn all_pages_are_read() {
    let (_moto, store, counts) = with_tables().await;
    // 30 items of 60 kB: two pages of 1 MB.
    for n in 0..30 {
        let schedule = item(json!({"ScheduleName": format!("S{n:02}"), "Description": "x".repeat(60_000)}));
        store.put(Table::Schedule, schedule).await.unwrap();
    }
    let before = counts.total();
    let items = store.scan(Table::Schedule).await.unwrap();
    let mut names: Vec<_> = items.iter().filter_map(|item| item["ScheduleName"].as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, (0..30).map(|n| format!("S{n:02}")).collect::<Vec<_>>());
    assert_eq!(counts.total() - before, 2, "one call a page");
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_of_the_predecessor_are_read() {
    let moto = Moto::start().await;
    let client = moto.dynamodb();
    // Keyed by `GroupName` alone, and written by another hand.
    client
        .create_table()
        .table_name("ScheduleServerGroup")
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(KeySchemaElement::builder().attribute_name("GroupName").key_type(KeyType::Hash).build().unwrap())
        .attribute_definitions(
            AttributeDefinition::builder()
                .attribute_name("GroupName")
                .attribute_type(ScalarAttributeType::S)
                .build()
                .unwrap(),
        )
        .send()
        .await
        .unwrap();
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let dependencies = [
        ("DB", None),
        ("API", Some(AttributeValue::L(vec![text("DB")]))),
        ("Batch", Some(AttributeValue::Ss(vec!["API".to_owned(), "DB".to_owned()]))),
    ];
    for (name, dependency) in dependencies {
        let mut put = client.put_item().table_name("ScheduleServerGroup");
        put = put.item("ScheduleName", text("Dev")).item("GroupName", text(name));
        if let Some(dependency) = dependency {
            put = put.item("Dependency", dependency);
        }
        put.send().await.unwrap();
    }

    let (store, _) = store(&moto);
    let mut items = store.scan(Table::ServerGroup).await.unwrap();
    for item in &mut items {
        // A set has no order.
        if let Some(Value::Array(names)) = item.get_mut("Dependency") {
            names.sort_by_key(Value::to_string);
        }
    }
    items.sort_by_key(|item| item["GroupName"].to_string());
    assert_eq!(
        Value::from(items.into_iter().map(Value::Object).collect::<Vec<_>>()),
        json!([
            {"ScheduleName": "Dev", "GroupName": "API", "Dependency": ["DB"]},
            {"ScheduleName": "Dev", "GroupName": "Batch", "Dependency": ["API", "DB"]},
            {"ScheduleName": "Dev", "GroupName": "DB"},
        ])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_written_on_the_version_that_was_read() {
    let (_moto, store, _) = with_tables().await;
    let run = |version: u64, owner: &str| {
        item(json!({"ScheduleName": "Dev", "RunId": "@", "Version": version, "Owner": owner}))
    };
    let key = [("Dev".to_owned(), "@".to_owned())];

    assert_eq!(store.runs(&key).await, Ok(vec![]));
    assert_eq!(store.put_run(run(1, "a"), Some(0)).await, Ok(()));
    assert_eq!(store.put_run(run(1, "b"), Some(0)).await, Err(StoreError::Conflict), "there is one already");
    assert_eq!(store.put_run(run(2, "a"), Some(1)).await, Ok(()));
    assert_eq!(store.put_run(run(2, "b"), Some(1)).await, Err(StoreError::Conflict), "somebody was quicker");
    assert_eq!(store.runs(&key).await, Ok(vec![run(2, "a")]));
    assert_eq!(store.put_run(run(2, "a"), Some(1)).await, Ok(()), "our own write, whose answer was lost");
    assert_eq!(store.put_run(run(9, "c"), None).await, Ok(()));
    assert_eq!(store.runs(&key).await, Ok(vec![run(9, "c")]));
    // Somebody has spoilt the version by hand: one write goes through, and the next on the same look does not.
    for spoilt in [Value::Null, 0.into(), (-3).into(), "9".into(), u64::MAX.into()] {
        let mut by_hand = run(9, "c");
        by_hand.insert("Version".to_owned(), spoilt.clone());
        by_hand.retain(|_, value| !value.is_null());
        store.put_run(by_hand, None).await.unwrap();
        assert_eq!(store.put_run(run(9, "d"), Some(9)).await, Err(StoreError::Conflict), "{spoilt}");
        assert_eq!(store.put_run(run(1, "a"), Some(0)).await, Ok(()), "{spoilt}");
        assert_eq!(store.put_run(run(1, "b"), Some(0)).await, Err(StoreError::Conflict), "{spoilt}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_read_in_batches_and_absent_ones_left_out() {
    let (_moto, store, counts) = with_tables().await;
    for n in (0..250).step_by(10) {
        let run = item(json!({"ScheduleName": format!("S{n:03}"), "RunId": "@", "Version": 1}));
        store.put_run(run, None).await.unwrap();
    }
    let mut keys: Vec<_> = (0..250).map(|n| (format!("S{n:03}"), "@".to_owned())).collect();
    keys.push(keys[0].clone());
    let before = counts.total();
    let mut items = store.runs(&keys).await.unwrap();
    items.sort_by_key(|item| item["ScheduleName"].to_string());
    let names: Vec<_> = items.iter().filter_map(|item| item["ScheduleName"].as_str()).collect();
    assert_eq!(names, (0..250).step_by(10).map(|n| format!("S{n:03}")).collect::<Vec<_>>());
    assert_eq!(counts.total() - before, 3, "100 keys a call");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_is_lowered_and_nothing_else_is_touched() {
    let (_moto, store, _) = with_tables().await;
    let name = ScheduleName::new("Dev").unwrap();
    let schedule =
        |start: Value| item(json!({"ScheduleName": "Dev", "ForceStart": start, "ForceStop": true, "Note": "mine"}));
    store.put(Table::Schedule, schedule(json!(true))).await.unwrap();

    for _ in 0..2 {
        assert_eq!(store.lower_flag(&name, Action::Start).await, Ok(()));
        assert_eq!(store.scan(Table::Schedule).await, Ok(vec![schedule(json!(false))]));
    }
    assert_eq!(store.lower_flag(&name, Action::Stop).await, Ok(()));
    let items = store.scan(Table::Schedule).await.unwrap();
    assert_eq!(items[0]["ForceStop"], json!(false));

    let deleted = ScheduleName::new("Deleted").unwrap();
    assert_eq!(store.lower_flag(&deleted, Action::Start).await, Ok(()));
    assert_eq!(store.scan(Table::Schedule).await.unwrap().len(), 1, "no item comes into being");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_is_raised_and_the_other_one_lowered() {
    let (_moto, store, _) = with_tables().await;
    let name = ScheduleName::new("Dev").unwrap();
    let flags = async |store: &DynamoStore| {
        let item = store.scan(Table::Schedule).await.unwrap().remove(0);
        (item.get("ForceStart").cloned(), item.get("ForceStop").cloned(), item.get("Note").cloned())
    };
    let (up, down, note) = (Some(json!(true)), Some(json!(false)), Some(json!("mine")));
    store.put(Table::Schedule, item(json!({"ScheduleName": "Dev", "Note": "mine"}))).await.unwrap();
    for _ in 0..2 {
        assert_eq!(store.raise_flag(&name, Action::Start).await, Ok(()));
        assert_eq!(flags(&store).await, (up.clone(), None, note.clone()), "the other flag does not come into being");
    }
    assert_eq!(store.raise_flag(&name, Action::Stop).await, Ok(()));
    assert_eq!(flags(&store).await, (down.clone(), up.clone(), note.clone()));
    assert_eq!(store.raise_flag(&name, Action::Start).await, Ok(()));
    assert_eq!(flags(&store).await, (up, down, note));

    let deleted = ScheduleName::new("Deleted").unwrap();
    assert_eq!(store.raise_flag(&deleted, Action::Start).await, Err(StoreError::Conflict));
    assert_eq!(store.scan(Table::Schedule).await.unwrap().len(), 1, "no item comes into being");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exception_is_written_on_what_was_read() {
    let (_moto, store, _) = with_tables().await;
    let exception = |value: &str, by: &str| {
        item(json!({
            "ExceptionUuid": "e", "ScheduleName": "Dev", "ExceptionDate": "2026-11-23", "ExceptionType": "stop",
            "ExceptionValue": value, "CreatedBy": by, "CreatedAt": "2026-11-23T12:55:00Z",
            "Replaces": {"ExceptionValue": "22:00"},
        }))
    };
    let (jane, kim) = (exception("23:00", "jane"), exception("23:30", "kim"));
    let there = async |store: &DynamoStore| store.scan(Table::Exception).await.unwrap();

    assert_eq!(store.put_exception(jane.clone(), Some(&kim)).await, Err(StoreError::Conflict), "there is none");
    assert_eq!(store.put_exception(jane.clone(), None).await, Ok(()));
    assert_eq!(store.put_exception(kim.clone(), None).await, Err(StoreError::Conflict), "there is one already");
    assert_eq!(store.put_exception(jane.clone(), None).await, Ok(()), "our own write, whose answer was lost");
    assert_eq!(store.put_exception(kim.clone(), Some(&jane)).await, Ok(()));
    assert_eq!(store.put_exception(exception("24:00", "jane"), Some(&jane)).await, Err(StoreError::Conflict));
    assert_eq!(there(&store).await, std::slice::from_ref(&kim));
    assert_eq!(store.delete_exception(&jane).await, Err(StoreError::Conflict), "it is another one");
    // What does not say what it is about may be changed meanwhile.
    let mut noted = kim.clone();
    noted.insert("Reason".to_owned(), json!("late work"));
    store.put(Table::Exception, noted).await.unwrap();
    for _ in 0..2 {
        assert_eq!(store.delete_exception(&kim).await, Ok(()), "also when it is gone already");
        assert!(there(&store).await.is_empty());
    }
    // Written by hand, without a name and a time.
    let by_hand = item(json!({"ExceptionUuid": "e", "ScheduleName": "Dev", "ExceptionDate": "2026-11-23",
        "ExceptionType": "stop", "ExceptionValue": "21:00"}));
    store.put(Table::Exception, by_hand.clone()).await.unwrap();
    assert_eq!(store.put_exception(kim.clone(), Some(&jane)).await, Err(StoreError::Conflict));
    assert_eq!(store.put_exception(kim.clone(), Some(&by_hand)).await, Ok(()));
    assert_eq!(store.put_exception(by_hand.clone(), Some(&kim)).await, Ok(()), "put back");
    assert_eq!(there(&store).await, [by_hand]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_table_is_named_with_its_setting() {
    let moto = Moto::start().await;
    let (store, _) = store(&moto);
    let missing = |name: &str, setting| Err(StoreError::MissingTable(name.to_owned(), setting));
    assert_eq!(store.scan(Table::Schedule).await, missing("Schedule", "SCHEDULE_TABLE"));
    assert_eq!(store.runs(&[("Dev".to_owned(), "@".to_owned())]).await, missing("ScheduleRun", "RUN_TABLE"));
    let flag = store.lower_flag(&ScheduleName::new("Dev").unwrap(), Action::Stop).await;
    assert_eq!(flag, missing("Schedule", "SCHEDULE_TABLE").map(|_: Vec<Item>| ()));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_at_home_is_unavailable() {
    let config = moto::config(&format!("http://127.0.0.1:{}", crate::support::free_port())).await;
    let store = DynamoStore::new(&config, TableNames::default(), Arc::default());
    let answer = store.scan(Table::Run).await;
    assert!(matches!(&answer, Err(StoreError::Unavailable { table, .. }) if table == "ScheduleRun"), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_were_left_out_are_asked_for_again() {
    let server = MockServer::start().await;
    let text = |text: &str| json!({"S": text});
    let key = |n: &str| json!({"ScheduleName": text(n), "RunId": text("@")});
    let answers = [
        json!({"Responses": {"ScheduleRun": [key("A")]}, "UnprocessedKeys": {"ScheduleRun": {"Keys": [key("B")]}}}),
        json!({"Responses": {"ScheduleRun": [key("B")]}, "UnprocessedKeys": {}}),
    ];
    for answer in &answers {
        let answer = ResponseTemplate::new(200).set_body_string(answer.to_string());
        Mock::given(any()).respond_with(answer).up_to_n_times(1).expect(1).mount(&server).await;
    }
    let config = moto::config(&server.uri()).await;
    let store = DynamoStore::new(&config, TableNames::default(), Arc::default());
    let keys = ["A", "B"].map(|name| (name.to_owned(), "@".to_owned()));
    let run = |name: &str| item(json!({"ScheduleName": name, "RunId": "@"}));
    assert_eq!(store.runs(&keys).await, Ok(vec![run("A"), run("B")]));

    let asked: Vec<Value> =
        server.received_requests().await.unwrap().iter().map(|asked| asked.body_json().unwrap()).collect();
    let keys = |asked: &Value| asked["RequestItems"]["ScheduleRun"]["Keys"].clone();
    assert_eq!(asked.iter().map(keys).collect::<Vec<_>>(), [json!([key("A"), key("B")]), json!([key("B")])]);
    assert!(asked.iter().all(|asked| asked["RequestItems"]["ScheduleRun"]["ConsistentRead"] == true), "{asked:?}");
}
