use proptest::prelude::*;

use super::*;

/// The example of AWS's documentation for format 2.0, shortened.
fn v2() -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/my/path",
        "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value",
        "cookies": ["cookie1", "cookie2"],
        "headers": {"Header1": "value1", "header2": "value1,value2"},
        "queryStringParameters": {"parameter1": "value1,value2", "parameter2": "value"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api-id",
            "domainName": "id.execute-api.us-east-1.amazonaws.com",
            "http": {"method": "POST", "path": "/my/path", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
            "routeKey": "$default",
            "stage": "$default",
            "timeEpoch": 1_583_348_638_390_i64
        },
        "body": "Hello from Lambda",
        "isBase64Encoded": false
    })
}

/// The example of AWS's documentation for a REST API, shortened.
fn v1() -> Value {
    json!({
        "resource": "/my/path",
        "path": "/my/path",
        "httpMethod": "GET",
        "headers": {"header1": "value1", "header2": "value2"},
        "multiValueHeaders": {"Header1": ["value1"], "header2": ["value1", "value2"]},
        "queryStringParameters": {"parameter1": "value2", "parameter2": "value"},
        "multiValueQueryStringParameters": {"parameter1": ["value1", "value2"], "parameter2": ["value"]},
        "requestContext": {"path": "/prod/my/path", "stage": "prod", "httpMethod": "GET"},
        "body": null,
        "isBase64Encoded": false
    })
}

fn set(mut event: Value, pointer: &str, value: Value) -> Value {
    *event.pointer_mut(pointer).unwrap() = value;
    event
}

fn request(event: &Value) -> Request {
    read(event).unwrap().request.unwrap()
}

#[test]
fn format_2_is_read() {
    let received = read(&v2()).unwrap();
    let request = received.request.unwrap();
    assert_eq!((received.source, request.method, request.path.as_str()), (Source::V2, Method::Post, "/my/path"));
    assert_eq!(request.query["parameter1"], "value1");
    assert_eq!((request.header("header1"), request.header("header2")), (Some("value1"), Some("value1,value2")));
    assert_eq!(request.body, b"Hello from Lambda");
}

#[test]
fn format_1_is_read() {
    let received = read(&v1()).unwrap();
    let request = received.request.unwrap();
    assert_eq!((received.source, request.method, request.path.as_str()), (Source::V1, Method::Get, "/my/path"));
    assert_eq!(request.query["parameter1"], "value1");
    assert_eq!((request.header("header1"), request.header("header2")), (Some("value1"), Some("value1, value2")));
    assert_eq!(request.body, b"");
    let mut single = v1();
    single.as_object_mut().unwrap().remove("multiValueHeaders");
    assert_eq!(self::request(&single).header("header2"), Some("value2"));
}

#[test]
fn the_stage_is_no_part_of_the_path() {
    let staged = set(set(v2(), "/rawPath", json!("/prod/x/token")), "/requestContext/stage", json!("prod"));
    assert_eq!(request(&staged).path, "/x/token");
    let other = set(staged.clone(), "/rawPath", json!("/production/x"));
    assert_eq!(request(&other).path, "/production/x");
    // Format 1.0 of an HTTP API has the stage in both.
    let both = set(set(v1(), "/path", json!("/prod/jandi")), "/requestContext/path", json!("/prod/jandi"));
    assert_eq!(request(&both).path, "/jandi");
    // A stage may be called like a path of ours.
    let named = set(set(v1(), "/path", json!("/x/jandi")), "/requestContext/path", json!("/x/x/jandi"));
    assert_eq!(request(&set(named, "/requestContext/stage", json!("x"))).path, "/x/jandi");
}

#[test]
fn a_body_in_base64_is_the_bytes_that_were_sent() {
    let event = set(set(v2(), "/isBase64Encoded", json!(true)), "/body", json!("/wBh"));
    assert_eq!(request(&event).body, [0xff, 0, b'a']);
    let wrong = set(event, "/body", json!("no base64!"));
    assert_eq!(read(&wrong).unwrap().request, Err(Refused::Form));
}

#[test]
fn what_is_too_large_is_refused_before_it_is_looked_at() {
    let encoded = |bytes: usize| {
        set(set(v2(), "/isBase64Encoded", json!(true)), "/body", json!(STANDARD.encode(vec![b'a'; bytes])))
    };
    let many: Map<String, Value> = (0..101).map(|n| (format!("h{n}"), json!("v"))).collect();
    let query: Map<String, Value> = (0..300).map(|n| (format!("q{n}"), json!(["12345678"]))).collect();
    let cases = [
        (set(v2(), "/body", json!("a".repeat(MOST_BODY))), None),
        (set(v2(), "/body", json!("a".repeat(MOST_BODY + 1))), Some(413)),
        (encoded(MOST_BODY), None),
        (encoded(MOST_BODY + 1), Some(413)),
        (encoded(10_000_000), Some(413)),
        (set(v2(), "/body", json!("a".repeat(10_000_000))), Some(413)),
        (set(v2(), "/rawPath", json!("/".repeat(2_049))), Some(414)),
        (set(v2(), "/rawQueryString", json!("a".repeat(2_049))), Some(414)),
        (set(v1(), "/path", json!("/".repeat(2_049))), Some(414)),
        (set(v1(), "/multiValueQueryStringParameters", query.into()), Some(414)),
        (set(v2(), "/headers", many.clone().into()), Some(431)),
        (set(v1(), "/multiValueHeaders", many.into()), Some(431)),
        (set(v2(), "/headers", json!({"a": "a".repeat(40_000)})), Some(431)),
        (set(v1(), "/multiValueHeaders", json!({"a": vec!["aaaa"; 10_000]})), Some(431)),
        (set(v2(), "/headers", json!({"a": 1})), Some(400)),
        (set(v2(), "/headers", json!([])), Some(400)),
        (set(v2(), "/body", json!({})), Some(400)),
        (set(v2(), "/isBase64Encoded", json!("yes")), Some(400)),
        (set(v2(), "/headers", Value::Null), None),
    ];
    for (number, (event, expected)) in cases.into_iter().enumerate() {
        assert_eq!(read(&event).unwrap().request.err().map(Refused::status), expected, "case {number}");
    }
}

#[test]
fn anything_else_is_an_error_that_says_what_came() {
    let balancer = set(v1(), "/requestContext", json!({"elb": {"targetGroupArn": "arn"}}));
    let socket = json!({"requestContext": {"routeKey": "$connect", "eventType": "CONNECT"}, "isBase64Encoded": false});
    let cases = [
        (
            json!({"source": "aws.events", "detail-type": "Scheduled Event"}),
            "source `aws.events`, detail-type `Scheduled Event`",
        ),
        (json!({"Records": [{"eventSource": "aws:sqs", "body": "secret"}]}), "records of `aws:sqs`"),
        (json!({"httpMethod": "GET"}), "an object of `httpMethod`"),
        (json!({}), "an empty object"),
        (json!(null), "nothing"),
        (json!([1]), "a list"),
        (socket, "an object of `isBase64Encoded`, `requestContext`"),
        (balancer, "an object of `body`, `headers`, `httpMethod`"),
    ];
    for (event, part) in cases {
        let error = read(&event).unwrap_err().to_string();
        assert!(error.contains(part) && error.contains("HTTP API"), "{error}");
        assert!(!error.contains("secret") && !error.contains("arn"), "{error}");
    }
}

#[test]
fn a_request_shows_nothing_of_what_is_in_it() {
    let event = set(v2(), "/rawPath", json!("/x/secret"));
    let shown = format!("{:?}", read(&event).unwrap());
    assert_eq!(shown, "Received { source: V2, request: Ok(Request(Post, 17 bytes)) }");
}

#[test]
fn an_answer_has_the_shape_that_lambda_takes() {
    let answer = Reply::text(404, "not found\n").to_event();
    let expected = json!({
        "statusCode": 404,
        "headers": {
            "cache-control": "no-store",
            "content-type": "text/plain; charset=utf-8",
            "x-content-type-options": "nosniff",
        },
        "body": "not found\n",
        "isBase64Encoded": false,
    });
    assert_eq!(answer, expected);
}

/// Any JSON, with the names that an event has now and then.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        prop::sample::select(vec!["GET", "POST", "/x/a.b", "prod", "/wBh"]).prop_map(Value::from),
    ];
    let name = prop_oneof![
        prop::sample::select(vec![
            "requestContext",
            "http",
            "method",
            "rawPath",
            "path",
            "httpMethod",
            "headers",
            "multiValueHeaders",
            "body",
            "isBase64Encoded",
            "stage",
            "rawQueryString",
            "queryStringParameters",
            "multiValueQueryStringParameters",
        ])
        .prop_map(str::to_owned),
        ".{0,8}",
    ];
    leaf.prop_recursive(4, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_event_makes_it_panic(event in any_json()) {
        _ = read(&event);
    }

    #[test]
    fn no_part_of_an_event_makes_it_panic(
        value in any_json(),
        at in prop::sample::select(vec![
            "/rawPath", "/rawQueryString", "/headers", "/body", "/isBase64Encoded", "/requestContext", "/requestContext/stage",
        ]),
    ) {
        _ = read(&set(v2(), at, value));
    }

    #[test]
    fn no_part_of_an_old_event_makes_it_panic(
        value in any_json(),
        at in prop::sample::select(vec![
            "/path", "/headers", "/multiValueHeaders", "/multiValueQueryStringParameters", "/body", "/requestContext",
            "/requestContext/path",
        ]),
    ) {
        _ = read(&set(v1(), at, value));
    }
}
