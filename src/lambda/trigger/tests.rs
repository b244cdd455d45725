//! The events as AWS documents them, and what they are.

use serde_json::{from_str, json};

use super::*;

#[track_caller]
fn check(event: &str, expected: Trigger) {
    assert_eq!(trigger(&from_str(event).unwrap(), None), Ok(expected));
}

#[track_caller]
fn refuse(event: &str, expected: &str) {
    let error = trigger(&from_str(event).unwrap(), None).unwrap_err();
    assert_eq!(error.what, expected);
}

#[test]
fn schedules_of_eventbridge() {
    check(
        r#"{
            "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event",
            "source": "aws.events", "account": "123456789012", "time": "2015-10-08T16:53:06Z", "region": "us-east-1",
            "resources": ["arn:aws:events:us-east-1:123456789012:rule/my-scheduled-rule"], "detail": {}
        }"#,
        Trigger::Schedule,
    );
    // EventBridge Scheduler, without an input of one's own: the detail is text.
    check(
        r#"{
            "version": "0", "id": "d565d36f-a484-46ca-8ca8-ff01feb2c827", "detail-type": "Scheduled Event",
            "source": "aws.scheduler", "account": "123456789012", "time": "2024-03-01T12:00:00Z", "region": "us-east-1",
            "resources": ["arn:aws:scheduler:us-east-1:123456789012:schedule/default/tick"], "detail": "{}"
        }"#,
        Trigger::Schedule,
    );
}

#[test]
fn state_changes_of_ec2() {
    check(
        r#"{
            "id": "7bf73129-1428-4cd3-a780-95db273d1602", "detail-type": "EC2 Instance State-change Notification",
            "source": "aws.ec2", "account": "123456789012", "time": "2021-11-11T21:29:54Z", "region": "us-east-1",
            "resources": ["arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111"],
            "detail": {"instance-id": "i-abcd1111", "state": "pending"}
        }"#,
        Trigger::Ec2,
    );
}

#[test]
fn events_of_rds() {
    check(
        r#"{
            "version": "0", "id": "68f6e973-1a0c-d37b-f2f2-94a7f62ffd4e", "detail-type": "RDS DB Instance Event",
            "source": "aws.rds", "account": "123456789012", "time": "2018-09-27T22:36:43Z", "region": "us-east-1",
            "resources": ["arn:aws:rds:us-east-1:123456789012:db:my-db-instance"],
            "detail": {
                "EventCategories": ["notification"], "SourceType": "DB_INSTANCE",
                "SourceArn": "arn:aws:rds:us-east-1:123456789012:db:my-db-instance", "Date": "2018-09-27T22:36:43.292Z",
                "SourceIdentifier": "my-db-instance", "Message": "DB instance started", "EventID": "RDS-EVENT-0088"
            }
        }"#,
        Trigger::Rds,
    );
    check(
        r#"{
            "version": "0", "id": "844e2571-85d4-695f-b930-0153b71dcb42", "detail-type": "RDS DB Cluster Event",
            "source": "aws.rds", "account": "123456789012", "time": "2018-10-06T12:26:13Z", "region": "us-east-1",
            "resources": ["arn:aws:rds:us-east-1:123456789012:cluster:my-db-cluster"],
            "detail": {
                "EventCategories": ["notification"], "SourceType": "CLUSTER",
                "SourceArn": "arn:aws:rds:us-east-1:123456789012:cluster:my-db-cluster",
                "Date": "2018-10-06T12:26:13.882Z", "SourceIdentifier": "my-db-cluster",
                "Message": "Database cluster has been started", "EventID": "RDS-EVENT-0151"
            }
        }"#,
        Trigger::Rds,
    );
}

const STREAM: &str = r#"{"Records": [
    {
        "eventID": "1", "eventVersion": "1.0", "eventName": "INSERT", "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "Keys": {"ScheduleName": {"S": "Development"}}, "NewImage": {"ScheduleName": {"S": "Development"}},
            "SequenceNumber": "111", "SizeBytes": 26, "StreamViewType": "NEW_AND_OLD_IMAGES"
        },
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/Schedule/stream/2024-06-10T19:26:16.525"
    },
    {
        "eventID": "2", "eventVersion": "1.0", "eventName": "REMOVE", "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {"Keys": {"ScheduleName": {"S": "Staging"}}, "SequenceNumber": "222", "SizeBytes": 38},
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/Schedule/stream/2024-06-10T19:26:16.525"
    }
]}"#;

#[test]
fn records_of_a_dynamodb_stream() {
    check(STREAM, Trigger::Table);
    refuse(r#"{"Records": []}"#, "an object of `Records`");
    // One record of somebody else spoils the batch.
    let mut mixed: Value = from_str(STREAM).unwrap();
    mixed["Records"][1]["eventSource"] = json!("aws:kinesis");
    assert_eq!(trigger(&mixed, None).unwrap_err().what, "records of `aws:dynamodb`");
}

#[test]
fn other_events_of_eventbridge() {
    let cases = [
        (r#"{"source": "aws.s3", "detail-type": "Object Created"}"#, "source `aws.s3`, detail-type `Object Created`"),
        (
            r#"{"source": "aws.rds", "detail-type": "RDS DB Snapshot Event"}"#,
            "source `aws.rds`, detail-type `RDS DB Snapshot Event`",
        ),
        // The detail-type of one service from another, as anybody may put on a bus of their own.
        (r#"{"source": "my.app", "detail-type": "Scheduled Event"}"#, "source `my.app`, detail-type `Scheduled Event`"),
        (r#"{"source": "aws.events"}"#, "source `aws.events`, detail-type ``"),
        (r#"{"detail-type": "Scheduled Event"}"#, "source ``, detail-type `Scheduled Event`"),
        (r#"{"source": ["aws.events"], "detail-type": ["Scheduled Event"]}"#, "an object of `detail-type`, `source`"),
    ];
    for (event, expected) in cases {
        refuse(event, expected);
    }
}

#[test]
fn requests_from_the_internet_are_never_a_tick() {
    // API Gateway, REST: payload format 1.0.
    refuse(
        r#"{
            "version": "1.0", "resource": "/my/path", "path": "/my/path", "httpMethod": "GET",
            "headers": {"authorization": "secret"}, "queryStringParameters": {"source": "aws.events"},
            "requestContext": {"accountId": "123456789012"}, "body": "{\"source\": \"aws.events\"}"
        }"#,
        "an object of `body`, `headers`, `httpMethod`, `path`, `queryStringParameters`, `requestContext`, `resource`, \
         `version`",
    );
    // API Gateway, HTTP API, and function URLs: payload format 2.0.
    refuse(
        r#"{
            "version": "2.0", "routeKey": "$default", "rawPath": "/my/path", "rawQueryString": "token=secret",
            "cookies": ["secret"], "headers": {"authorization": "secret"},
            "requestContext": {"http": {"method": "POST"}}, "body": "secret", "isBase64Encoded": false
        }"#,
        "an object of `body`, `cookies`, `headers`, `isBase64Encoded`, `rawPath`, `rawQueryString`, `requestContext`, \
         `routeKey`, `version`",
    );
}

#[test]
fn messages_of_the_own_queue_and_of_no_other() {
    let event = |queue: &str| {
        let arn = format!("arn:aws:sqs:us-east-2:123456789012:{queue}");
        json!({"Records": [{"messageId": "1", "body": "b", "eventSource": "aws:sqs", "eventSourceARN": arn}]})
    };
    assert_eq!(trigger(&event("lamps"), Some("lamps")), Ok(Trigger::Queue));
    // Of another queue, and where the setting is not there.
    for (queue, own) in [("others", Some("lamps")), ("lamps", None)] {
        assert_eq!(trigger(&event(queue), own).unwrap_err().what, "records of `aws:sqs`");
    }
    assert_eq!(trigger(&from_str(STREAM).unwrap(), Some("lamps")), Ok(Trigger::Table));
}

#[test]
fn a_state_change_says_whose_it_is() {
    let id = |id: &str| About::Instance(InstanceId::new(id).unwrap());
    let cases = [
        (Trigger::Ec2, json!({"detail": {"instance-id": "i-1", "state": "running"}}), id("i-1")),
        (Trigger::Rds, json!({"detail": {"SourceIdentifier": "orders", "SourceType": "CLUSTER"}}), id("orders")),
        (
            Trigger::Rds,
            json!({"region": "eu-west-1", "detail": {"SourceIdentifier": "orders", "EventID": "RDS-EVENT-0154"}}),
            About::Restarted("eu-west-1|rds/orders".parse().unwrap()),
        ),
        (
            Trigger::Rds,
            json!({"region": "eu-west-1", "detail": {"SourceIdentifier": "shops", "EventID": "RDS-EVENT-0153"}}),
            About::Restarted("eu-west-1|cluster/shops".parse().unwrap()),
        ),
        (Trigger::Rds, json!({"detail": {"SourceIdentifier": "orders", "EventID": "RDS-EVENT-0088"}}), id("orders")),
        (Trigger::Ec2, json!({"detail": {}}), About::All),
        (Trigger::Rds, json!({"detail": {"SourceIdentifier": ""}}), About::All),
        (Trigger::Schedule, json!({"detail": {"instance-id": "i-1"}}), About::All),
    ];
    for (trigger, event, expected) in cases {
        assert_eq!(about(trigger, &event), expected, "{event}");
    }
}

#[test]
fn queues_topics_and_buckets_are_named_by_their_records() {
    let cases = [
        (
            r#"{"Records": [{"EventVersion": "1.0", "EventSource": "aws:sns", "Sns": {"Message": "secret"}}]}"#,
            "aws:sns",
        ),
        (r#"{"Records": [{"messageId": "1", "body": "secret", "eventSource": "aws:sqs"}]}"#, "aws:sqs"),
        (r#"{"Records": [{"eventSource": "aws:s3", "s3": {"bucket": {"name": "b"}}}]}"#, "aws:s3"),
        (r#"{"Records": [{"eventSource": "aws:kinesis", "kinesis": {"data": "secret"}}]}"#, "aws:kinesis"),
    ];
    for (event, source) in cases {
        refuse(event, &format!("records of `{source}`"));
    }
}

#[test]
fn nonsense_is_named_and_bounded() {
    let cases = [
        ("{}", "an empty object"),
        ("[]", "a list"),
        (r#"[{"source": "aws.events", "detail-type": "Scheduled Event"}]"#, "a list"),
        (r#""Scheduled Event""#, "a text"),
        ("null", "nothing"),
        ("1", "a number"),
        (r#"{"Records": {"eventSource": "aws:dynamodb"}}"#, "an object of `Records`"),
        (r#"{"a\nb": 1}"#, "an object of `a b`"),
    ];
    for (event, expected) in cases {
        refuse(event, expected);
    }
    let many: serde_json::Map<String, Value> =
        (0..100).map(|n| (format!("{n:03}{}", "k".repeat(100)), json!(n))).collect();
    let error = trigger(&Value::Object(many), None).unwrap_err().to_string();
    assert!(error.contains(" and 88 more; ") && error.len() < 1_000, "{error}");
    let long = json!({"source": "s".repeat(10_000), "detail-type": "t"});
    assert!(trigger(&long, None).unwrap_err().to_string().len() < 500);
}
