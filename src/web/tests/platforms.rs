//! What each platform sends, and what it gets back.

use super::*;

fn slack_command(stage: &Stage, text: &str) -> Request {
    stage.slack(&encode(&[
        ("team_id", "T1DC2JH3J"),
        ("channel_id", "G8PSS9T3V"),
        ("channel_name", "servers"),
        ("user_id", "U2CERLKJA"),
        ("user_name", "roadrunner"),
        ("command", "/lamp"),
        ("text", text),
        ("response_url", "https://hooks.slack.com/commands/T1/2/secret"),
    ]))
}

fn slack_payload(stage: &Stage, action: &Value) -> Value {
    json!({
        "type": "block_actions",
        "user": {"id": "U2CERLKJA", "username": "roadrunner", "name": "roadrunner"},
        "channel": {"id": "G8PSS9T3V", "name": "servers"},
        "response_url": format!("https://hooks.slack.com/actions/T1/2/{}", stage.now().timestamp()),
        "trigger_id": "1.2.3",
        "actions": [action],
    })
}

#[test]
fn jandi_is_answered_in_both_shapes() {
    let stage = Stage::new();
    let answered = stage.send(&stage.jandi("/lamp Dev extend 30m"));
    let said = body(&answered);
    assert!(said["body"].as_str().unwrap().contains("22:30"), "{said}");
    assert!(said["connectColor"].as_str().unwrap().starts_with('#'), "{said}");
    assert_eq!(stage.exceptions(), ["2026-11-23 stop 22:30 김하늘 jandi"]);
    let audit = answered.line.audit.unwrap();
    assert_eq!((audit.by.as_str(), audit.via, audit.room.as_deref()), ("김하늘", "jandi", Some("Servers")));

    // A webhook of a team says who writes in an object, and may send anything as `data`.
    let mut team = stage.jandi_body("/lamp Dev extend 23:00");
    let fields = team.as_object_mut().unwrap();
    fields.retain(|name, _| !["writerName", "writerEmail"].contains(&name.as_str()));
    let writer =
        json!({"id": "12345", "name": "이바다", "email": "bada@example.com", "phoneNumber": "+82-10-1234-5678"});
    fields.extend([("writer".to_owned(), writer), ("data".to_owned(), json!({"a": [1, null]}))]);
    let answered = stage.send(&json_request("/jandi", &team.to_string()));
    assert!(body(&answered)["body"].as_str().unwrap().contains("23:00"), "{answered:?}");
    assert_eq!(stage.exceptions(), ["2026-11-23 stop 23:00 이바다 jandi"]);
}

#[test]
fn what_jandi_sends_late_or_with_another_token_is_refused() {
    let stage = Stage::new();
    let before = stage.settled();
    let with = |name: &str, value: Value| {
        let mut body = stage.jandi_body("/lamp Dev extend 30m");
        body[name] = value;
        json_request("/jandi", &body.to_string())
    };
    let late = (stage.now() - Duration::seconds(301)).to_rfc3339();
    for request in [with("createdAt", json!(late)), with("token", json!("wrong")), with("token", json!(null))] {
        let answered = stage.send(&request);
        assert_eq!((answered.reply.status, answered.reply.body.as_str()), (401, ""), "{answered:?}");
    }
    assert_eq!(stage.settled(), before);
    for created_at in [json!(null), json!("of late"), json!(stage.now().timestamp_millis())] {
        assert_eq!(stage.send(&with("createdAt", created_at)).reply.status, 200);
    }
}

#[test]
fn a_command_of_slack_is_answered_to_all_where_it_changes_something() {
    let stage = Stage::new();
    let said = body(&stage.send(&slack_command(&stage, "Dev extend 30m")));
    assert_eq!(said["response_type"], "in_channel");
    assert!(said.to_string().contains("22:30"), "{said}");
    assert_eq!(stage.exceptions(), ["2026-11-23 stop 22:30 roadrunner slack"]);
    for text in ["Dev status", "help", "", "Dev extnd 1h", "Nowhere status"] {
        let said = body(&stage.send(&slack_command(&stage, text)));
        assert_eq!(said["response_type"], "ephemeral", "{text}: {said}");
        assert!(!said["text"].as_str().unwrap().is_empty(), "{text}");
    }
}

#[test]
fn a_click_on_slack_moves_the_stop_once_and_is_answered_at_its_address() {
    let stage = Stage::new();
    let action = json!({"action_id": "extend:30", "block_id": "b", "type": "button", "value": stage.button()});
    let request = stage.slack_click(&slack_payload(&stage, &action));
    let first = stage.send(&request);
    assert_eq!((first.reply.status, first.reply.body.as_str()), (200, ""));
    let later = first.later.clone().unwrap();
    assert!(later.url().starts_with("https://hooks.slack.com/actions/"));
    assert!(later.body().to_string().contains("22:30"), "{}", later.body());
    assert_eq!(
        (&later.body()["response_type"], &later.body()["replace_original"]),
        (&json!("ephemeral"), &json!(false))
    );
    let after = stage.settled();
    assert_eq!(stage.exceptions(), ["2026-11-23 stop 22:30 roadrunner slack"]);
    // Slack may deliver a click twice.
    let second = stage.send(&request);
    assert_eq!(second.reply, first.reply);
    assert_eq!(stage.settled(), after);
}

#[test]
fn what_asks_nothing_of_us_is_only_received() {
    let stage = Stage::new();
    let before = stage.settled();
    let link = json!({"action_id": "page", "type": "button", "url": "https://example.com/x/1"});
    let foreign = json!({"action_id": "approve", "type": "button", "value": stage.button()});
    let odd = json!({"action_id": "extend:x", "type": "button", "value": stage.button()});
    for action in [link, foreign, odd] {
        let answered = stage.send(&stage.slack_click(&slack_payload(&stage, &action)));
        assert_eq!((answered.reply.status, answered.reply.body.as_str(), answered.later), (200, "", None), "{action}");
    }
    let view = stage.slack_click(&json!({"type": "view_submission", "user": {"id": "U1"}}));
    assert_eq!(stage.send(&view).reply.status, 200);
    assert_eq!(stage.settled(), before);
}

#[test]
fn a_click_on_an_old_or_foreign_button_says_so_and_changes_nothing() {
    let stage = Stage::new();
    let before = stage.settled();
    let old = Ticket { expires_at: stage.now(), ..stage.ticket() };
    let foreign = Signer::new(&[8; 32]).unwrap().sign(Purpose::Button, &stage.ticket());
    for (token, part) in [(stage.signer.sign(Purpose::Button, &old), "expired"), (foreign, "does not work")] {
        let action = json!({"action_id": "extend:30", "value": token});
        let answered = stage.send(&stage.slack_click(&slack_payload(&stage, &action)));
        let said = answered.later.unwrap().body().to_string();
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(stage.settled(), before);
}

#[test]
fn discord_is_answered_as_it_asks() {
    let stage = Stage::new();
    assert_eq!(body(&stage.send(&stage.discord(&json!({"type": 1})))), json!({"type": 1}));
    let command = |text: &str| {
        stage.discord(&json!({
            "type": 2,
            "id": "1",
            "token": "interaction-token",
            "channel_id": "77",
            "channel": {"id": "77", "name": "servers"},
            "data": {"id": "5", "name": "lamp", "type": 1, "options": [{"name": "text", "type": 3, "value": text}]},
            "member": {"nick": "Sky", "user": {"id": "80351110224678912", "username": "nelly", "global_name": "Nelly"}},
        }))
    };
    let said = body(&stage.send(&command("Dev extend 30m")));
    assert_eq!((&said["type"], &said["data"]["flags"]), (&json!(4), &json!(0)));
    assert_eq!(said["data"]["allowed_mentions"], json!({"parse": []}));
    assert!(said.to_string().contains("22:30"), "{said}");
    assert_eq!(stage.exceptions(), ["2026-11-23 stop 22:30 Sky discord"]);
    let said = body(&stage.send(&command("help")));
    assert_eq!((&said["type"], &said["data"]["flags"]), (&json!(4), &json!(64)));
    // In private there is no member.
    let private =
        stage.discord(&json!({"type": 2, "data": {"name": "lamp"}, "user": {"id": "1", "username": "nelly"}}));
    assert!(body(&stage.send(&private)).to_string().contains("/lamp"));
    let typing = stage.discord(&json!({"type": 4, "data": {"name": "lamp"}}));
    assert_eq!(body(&stage.send(&typing)), json!({"type": 8, "data": {"choices": []}}));
    let pressed = stage.discord(&json!({"type": 3, "data": {"custom_id": "x".repeat(101), "component_type": 2}}));
    assert_eq!(body(&stage.send(&pressed)), json!({"type": 6}));
    assert_eq!(stage.send(&stage.discord(&json!({"type": 99}))).reply.status, 400);
}

#[test]
fn a_discord_server_that_is_not_listed_is_told_so_and_nothing_else() {
    let stage = Stage::new();
    let before = stage.tables();
    // Somebody has added the application to a server of their own, or writes to it in private.
    for server in [json!("666"), json!(""), Value::Null] {
        let command = json!({"type": 2, "guild_id": server, "data": {"name": "lamp", "options": [{"name": "text", "value": "Dev force_stop"}]}});
        let answered = stage.send(&stage.discord(&command));
        let said = body(&answered);
        assert_eq!(
            (answered.reply.status, &said["type"], &said["data"]["flags"]),
            (200, &json!(4), &json!(64)),
            "{server}"
        );
        assert!(said.to_string().contains("DISCORD_SERVERS") && !said.to_string().contains("Dev"), "{said}");
        assert_eq!(answered.line.why.as_deref(), Some("it comes from a server that is not listed"));
    }
    assert_eq!(stage.tables(), before);
    let stage = Stage { language: Language::Ko, ..stage };
    let private = json!({"type": 2, "data": {"name": "lamp"}, "user": {"id": "1", "username": "nelly"}});
    let mut request =
        stage.discord(&json!({"type": 2, "guild_id": "", "data": private["data"], "user": private["user"]}));
    assert!(body(&stage.send(&request)).to_string().contains("등록된"));
    request.body.push(b' ');
    assert_eq!(stage.send(&request).reply.status, 401, "what is not signed learns nothing");
}

#[test]
fn slack_is_told_that_its_look_at_the_certificate_has_arrived() {
    let stage = Stage::new();
    let before = stage.tables();
    let answered = stage.send(&stage.slack(&encode(&[("ssl_check", "1"), ("token", "gIkuvaNzQIHg97ATvDxqgjtO")])));
    assert_eq!((answered.reply.status, answered.reply.body.as_str()), (200, ""));
    let with_command = [("ssl_check", "1"), ("command", "/lamp"), ("text", "Dev extend 30m")];
    assert_eq!(stage.send(&stage.slack(&encode(&with_command))).reply.body, "");
    assert_eq!(stage.send(&stage.slack("ssl_check=0")).reply.status, 400);
    assert_eq!(stage.send(&form_request("/slack", "ssl_check=1")).reply.status, 401);
    assert_eq!(stage.tables(), before);
}

#[test]
fn why_an_order_made_an_exception_is_said_in_words() {
    for (order, at, en, ko) in [
        ("Dev extend 30m", "2026-11-23 21:50", "(an extension)", ", 연장)"),
        ("Dev skip", "2026-11-23 21:50", "(the stop is left out)", ", 건너뛰기)"),
        ("Dev start for 30m", "2026-11-28 12:00", "(the end of a force start)", ", 강제 시작 종료)"),
    ] {
        for (language, expected) in [(Language::En, en), (Language::Ko, ko)] {
            let stage = Stage { language, ..Stage::new() };
            stage.town.world.advance_to(stage.town.at(at));
            stage.send(&stage.jandi(&format!("/lamp {order}")));
            let said = body(&stage.send(&stage.jandi("/lamp Dev exception info"))).to_string();
            assert!(said.contains(expected), "{order}: {said}");
        }
    }
}

#[test]
fn a_signature_of_discord_that_is_wrong_gets_401() {
    let stage = Stage::new();
    let mut ping = stage.discord(&json!({"type": 1}));
    ping.body = br#"{"type": 1 }"#.to_vec();
    let answered = stage.send(&ping);
    assert_eq!((answered.reply.status, answered.reply.body.as_str()), (401, ""));
}

fn mattermost_press(token: &str, minutes: &Value) -> Request {
    let body = json!({
        "user_id": "rd49ehbqyjytddasoownkuqrxe",
        "user_name": "roadrunner",
        "channel_id": "gdnyd1jm5fdd3xuynqgoq3pdja",
        "channel_name": "servers",
        "team_id": "1bb3wmqgmf8wzxfqnhqqwtuz6h",
        "post_id": "gqrnh3675jfxzftnjyjfe4udeh",
        "trigger_id": "c2VjcmV0",
        "type": "button",
        "context": {"token": token, "minutes": minutes},
    });
    json_request("/mattermost", &body.to_string())
}

#[test]
fn a_button_of_mattermost_is_proved_by_its_ticket() {
    let stage = Stage::new();
    let said = body(&stage.send(&mattermost_press(&stage.button(), &json!(30))));
    assert!(said["ephemeral_text"].as_str().unwrap().contains("22:30"), "{said}");
    assert_eq!(stage.exceptions(), ["2026-11-23 stop 22:30 roadrunner mattermost"]);
    let after = stage.settled();
    assert!(stage.send(&mattermost_press(&stage.button(), &json!("30"))).reply.body.contains("22:30"));
    let foreign = Signer::new(&[8; 32]).unwrap().sign(Purpose::Button, &stage.ticket());
    for request in [
        mattermost_press(&foreign, &json!(30)),
        mattermost_press("", &json!(30)),
        mattermost_press(&stage.button(), &json!(null)),
        mattermost_press(&stage.button(), &json!(-5)),
        mattermost_press(&stage.button(), &json!(1e9)),
    ] {
        assert_eq!(stage.send(&request).reply.status, 401);
    }
    let old = stage.signer.sign(Purpose::Button, &Ticket { expires_at: stage.now(), ..stage.ticket() });
    let said = body(&stage.send(&mattermost_press(&old, &json!(60))));
    assert!(said["ephemeral_text"].as_str().unwrap().contains("expired"), "{said}");
    assert_eq!(stage.settled(), after);
}

#[test]
fn a_command_of_mattermost_is_answered() {
    let stage = Stage::new();
    let fields = [
        ("channel_name", "servers"),
        ("command", "/lamp"),
        ("text", "Dev extend 30m"),
        ("user_name", "roadrunner"),
        ("user_id", "u1"),
    ];
    let request = form_request("/mattermost/command", &encode(&fields));
    assert_eq!(stage.send(&request).reply.status, 401);
    let token = format!("Token {MATTERMOST_TOKEN}");
    let said = body(&stage.send(&with(&[("authorization", token.as_str())], request)));
    assert_eq!(said["response_type"], "in_channel");
    assert!(said.to_string().contains("22:30"), "{said}");
}

#[test]
fn answers_are_in_the_language_of_the_setting() {
    let stage = Stage { language: Language::Ko, ..Stage::new() };
    let said = body(&stage.send(&stage.jandi("/lamp 도움말"))).to_string();
    assert!(said.contains("니다"), "{said}");
}
