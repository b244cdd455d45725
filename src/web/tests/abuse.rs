//! What nobody should send: never a panic, never a write, never a secret in a line of the log, answers within bounds.

use proptest::prelude::*;

use super::*;

/// The largest answer: a page, or a message within the platform's size.
const MOST_ANSWER: usize = 64 * 1_024;

const PATHS: [&str; 8] =
    ["/jandi", "/slack", "/discord", "/mattermost", "/mattermost/command", "/health", "/", "/x/token.token"];

#[test]
fn paths_and_methods_that_are_not_served_say_so() {
    let stage = Stage::new();
    let cases = [
        (Method::Get, "/health", 200, None),
        (Method::Head, "/health", 200, None),
        (Method::Post, "/health", 405, Some("GET, HEAD")),
        (Method::Get, "/jandi", 405, Some("POST")),
        (Method::Head, "/slack", 405, Some("POST")),
        (Method::Other, "/x/abc", 405, Some("GET, HEAD, POST")),
        (Method::Get, "/", 404, None),
        (Method::Post, "/admin", 404, None),
        (Method::Get, "/x/a/b", 404, None),
    ];
    for (method, path, status, allow) in cases {
        let reply = stage.send(&Request { method, ..request(path, "", "") }).reply;
        assert_eq!(
            (reply.status, reply.headers.get("allow").map(String::as_str)),
            (status, allow),
            "{method:?} {path}"
        );
        assert!(method != Method::Head || reply.body.is_empty(), "{path}");
    }
}

#[test]
fn nothing_without_proof_is_answered_with_more_than_401() {
    let stage = Stage::new();
    let before = stage.tables();
    let bodies = [
        String::new(),
        "{".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        r#"{"type":1}"#.to_owned(),
        "[".repeat(60_000),
        "payload=%7B%7D".to_owned(),
        "text=Dev+force_stop&command=%2Flamp".to_owned(),
        json!({"token": "x", "text": "Dev force_stop"}).to_string(),
        json!({"context": {"token": "x", "minutes": 30}}).to_string(),
    ];
    for path in ["/jandi", "/slack", "/discord", "/mattermost", "/mattermost/command"] {
        for content_type in ["application/json", "application/x-www-form-urlencoded", "text/plain", ""] {
            for body in &bodies {
                let reply = stage.send(&request(path, content_type, body)).reply;
                assert_eq!((reply.status, reply.body.as_str()), (401, ""), "{path} {content_type} {body:.40}");
            }
        }
    }
    assert_eq!(stage.tables(), before);
}

#[test]
fn a_platform_that_is_not_set_up_is_not_served() {
    let mut stage = Stage::new();
    let requests = [
        stage.jandi("/lamp Dev force_stop"),
        stage.slack("command=%2Flamp&text=Dev+force_stop"),
        stage.discord(&json!({"type": 1})),
        stage.page(Method::Get, &[]),
        stage.choose("30"),
    ];
    stage.keys = Keys::default();
    for request in requests {
        let answered = stage.send(&request);
        assert_eq!((answered.reply.status, answered.reply.body.as_str()), (401, ""), "{:?}", answered.line);
    }
}

#[test]
fn a_signed_request_that_is_sent_again_later_is_refused() {
    let stage = Stage::new();
    let slack = stage.slack("command=%2Flamp&text=Dev+status");
    let discord = stage.discord(&json!({"type": 1}));
    let jandi = stage.jandi("/lamp Dev status");
    stage.town.world.advance_to(stage.now() + Duration::seconds(301));
    for request in [slack, discord, jandi] {
        assert_eq!(stage.send(&request).reply.status, 401);
    }
}

/// Makes a request of a platform.
type Make = Box<dyn Fn(&Stage) -> Request>;

#[test]
fn an_overheard_order_that_is_sent_again_soon_is_not_carried_out_again() {
    let text = "Dev exception set tomorrow stop 20:00";
    let option = json!({"options": [{"name": "text", "value": text}], "name": "lamp"});
    let user = json!({"user": {"id": "1", "username": "kim"}});
    let mattermost = encode(&[("command", "/lamp"), ("text", text), ("user_name", "kim"), ("trigger_id", "t1")]);
    let token = format!("Token {MATTERMOST_TOKEN}");
    let makes: [(&str, Make); 4] = [
        ("slack", Box::new(move |stage| stage.slack(&encode(&[("command", "/lamp"), ("text", text)])))),
        (
            "discord",
            Box::new(move |stage| stage.discord(&json!({"type": 2, "data": option, "member": user, "id": "7"}))),
        ),
        ("jandi", Box::new(move |stage| stage.jandi(&format!("/lamp {text}")))),
        (
            "mattermost",
            Box::new(move |_| with(&[("authorization", &token)], form_request("/mattermost/command", &mattermost))),
        ),
    ];
    for (name, make) in makes {
        let stage = Stage::new();
        let overheard = make(&stage);
        assert_eq!(stage.send(&overheard).line.audit.map(|audit| audit.result), Some("done"), "{name}");
        // Somebody has taken it back meanwhile: it is not to come back.
        stage.send(&stage.jandi("/lamp Dev exception del tomorrow stop"));
        stage.town.world.advance_to(stage.now() + Duration::minutes(4));
        let answered = stage.send(&overheard);
        assert_eq!(
            (answered.reply.status, answered.line.audit.map(|audit| audit.result)),
            (200, Some("again")),
            "{name}"
        );
        assert_eq!(stage.exceptions(), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn commands_that_make_no_sense_get_words_and_write_nothing() {
    let stage = Stage::new();
    let before = stage.settled();
    let texts = [
        "x".repeat(50_000),
        "Dev ".repeat(10_000),
        "\"".repeat(9_000),
        "Dev extend 99999999999999999999h".to_owned(),
        "Dev exception set 99999-99-99 stop 99:99".to_owned(),
        "Nowhere force_stop".to_owned(),
        "Dev\0extend".to_owned(),
        "개발".repeat(5_000),
        "Dev extend -1h".to_owned(),
        "'; DROP TABLE Schedule; --".to_owned(),
        "<!channel> @everyone status".to_owned(),
        "\u{202e}veD".to_owned(),
    ];
    for text in &texts {
        let jandi = stage.send(&stage.jandi(&format!("/lamp {text}")));
        let slack = stage.send(&stage.slack(&encode(&[("command", "/lamp"), ("text", text)])));
        for answered in [jandi, slack] {
            let said = body(&answered).to_string();
            assert!(said.len() < MOST_ANSWER, "{} bytes for {text:.40}", said.len());
            // JANDI knows no such thing, and shows it as it is.
            assert!(said.contains("connectColor") || !said.contains("<!channel>"), "{said}");
        }
    }
    assert_eq!(stage.settled(), before);
    // Within Lambda's own bound such a body can come, and does not get so far.
    let event = json!({
        "version": "2.0", "rawPath": "/jandi", "rawQueryString": "", "headers": {},
        "requestContext": {"http": {"method": "POST"}, "stage": "$default"},
        "body": stage.jandi_body(&"x".repeat(100_000)).to_string(), "isBase64Encoded": false,
    });
    assert_eq!(read(&event).unwrap().request, Err(Refused::Body));
}

#[test]
fn bytes_that_are_no_text_do_no_harm() {
    let stage = Stage::new();
    let before = stage.settled();
    for path in PATHS {
        for content_type in ["application/json", "application/x-www-form-urlencoded"] {
            let bytes = Request { body: vec![0xff, 0xfe, 0, b'=', 0xc3], ..request(path, content_type, "") };
            assert!((200..500).contains(&stage.send(&bytes).reply.status), "{path}");
        }
    }
    let odd = stage.slack("command=%2Flamp&text=Dev+%ff%fe+%00");
    assert_eq!(stage.send(&odd).reply.status, 200);
    assert_eq!(stage.settled(), before);
}

#[test]
fn no_line_of_the_log_holds_a_secret() {
    let stage = Stage::new();
    let token = stage.token();
    let click = stage.slack_click(&json!({
        "type": "block_actions",
        "user": {"id": "U2CERLKJA", "name": "road@runner.example"},
        "channel": {"id": "G8PSS9T3V", "name": "servers"},
        "response_url": "https://hooks.slack.com/actions/T1/2/response-secret",
        "actions": [{"action_id": "extend:30", "value": token}],
    }));
    let mut wrong = stage.jandi_body("/lamp Dev force_stop");
    wrong["token"] = json!("wrong-token-of-somebody");
    let mattermost = with(
        &[("authorization", &format!("Token {MATTERMOST_TOKEN}"))],
        form_request("/mattermost/command", "command=%2Flamp&text=Dev+skip&user_id=mm-user-id&user_name=kim"),
    );
    let requests = [
        stage.jandi("/lamp Dev extend 30m"),
        stage.jandi("/lamp haneul@example.com status"),
        json_request("/jandi", &wrong.to_string()),
        click,
        mattermost,
        stage.page(Method::Get, &[]),
        stage.choose("60"),
        stage.discord(
            &json!({"type": 2, "token": "interaction-secret", "user": {"id": "80351110224678912", "username": "n"},
            "data": {"options": [{"name": "text", "value": "Dev cancel"}]}}),
        ),
        form_request("/x/short-secret", "token=short-secret"),
        form_request("/nowhere/path-secret", ""),
    ];
    let secrets = [
        SLACK_SECRET,
        JANDI_TOKEN,
        MATTERMOST_TOKEN,
        token.as_str(),
        "example.com",
        "runner.example",
        "U2CERLKJA",
        "G8PSS9T3V",
        "203.0.113.77",
        "response-secret",
        "wrong-token",
        "mm-user-id",
        "interaction-secret",
        "80351110224678912",
        "short-secret",
        "path-secret",
        "hooks.slack.com",
        "/x/",
    ];
    for request in &requests {
        let answered = stage.send(request);
        let logged = format!("{answered:?} {request:?} {:?} {}", stage.keys, Value::Object(answered.line.object()));
        for secret in secrets {
            assert!(!logged.contains(secret), "{secret} in {logged}");
        }
    }
}

/// Requests of all kinds: proved ones among them, with odd contents.
fn any_request() -> impl Strategy<Value = (Method, String, BTreeMap<String, String>, Vec<u8>)> {
    let method = prop::sample::select(vec![Method::Get, Method::Head, Method::Post, Method::Other]);
    let path = prop_oneof![prop::sample::select(PATHS.to_vec()).prop_map(str::to_owned), "/x/.{0,60}", ".{0,60}"];
    let name = prop_oneof![
        prop::sample::select(vec![
            "content-type",
            "x-slack-signature",
            "x-slack-request-timestamp",
            "x-signature-ed25519",
            "x-signature-timestamp",
            "authorization",
        ])
        .prop_map(str::to_owned),
        "[a-z-]{1,12}",
    ];
    let value = prop_oneof![
        prop::sample::select(vec![
            "application/json",
            "application/x-www-form-urlencoded",
            "Token x",
            "v0=00",
            "1795438200"
        ])
        .prop_map(str::to_owned),
        ".{0,80}",
    ];
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        ".{0,200}".prop_map(String::into_bytes),
        "[a-z]{1,8}=[^&]{0,50}&payload=.{0,80}".prop_map(String::into_bytes),
        Just(br#"{"type":1,"context":{"token":"a.b","minutes":30},"token":"x"}"#.to_vec()),
    ];
    (method, path, prop::collection::btree_map(name, value, 0..6), bytes)
}

proptest! {
    // Each case is a world of its own.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_request_without_proof_writes_or_panics((method, path, headers, body) in any_request()) {
        let stage = Stage::new();
        let before = stage.tables();
        let request = Request { method, path, query: BTreeMap::new(), headers, body };
        let reply = stage.send(&request).reply;
        prop_assert!([200, 401, 404, 405].contains(&reply.status), "{}", reply.status);
        prop_assert!(reply.status != 200 || request.path == "/health");
        prop_assert!(reply.body.len() < MOST_ANSWER);
        prop_assert_eq!(stage.tables(), before);
    }

    #[test]
    fn no_body_of_a_platform_that_is_believed_makes_it_panic(text in ".{0,200}", json in ".{0,200}", kind in 0..9_u64) {
        let stage = Stage::new();
        let replies = [
            stage.send(&stage.jandi(&text)),
            stage.send(&stage.slack(&encode(&[("command", &json), ("text", &text)]))),
            stage.send(&stage.slack(&encode(&[("payload", &json)]))),
            stage.send(&stage.slack(&text)),
            stage.send(&stage.discord(&json!({"type": kind, "data": {"custom_id": text, "options": [{"name": "text", "value": json}]}}))),
            stage.send(&stage.choose(&text)),
        ];
        for answered in replies {
            prop_assert!([200, 400, 409].contains(&answered.reply.status), "{:?}", answered);
            prop_assert!(answered.reply.body.len() < MOST_ANSWER);
        }
    }
}
