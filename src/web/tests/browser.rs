//! The page behind a link, as far as that can be told without a browser: `tests/page` has one.

use super::*;

fn get(stage: &Stage) -> Reply {
    stage.send(&stage.page(Method::Get, &[])).reply
}

#[test]
fn looking_at_the_page_changes_nothing_however_often() {
    let stage = Stage::new();
    let before = stage.tables();
    let first = get(&stage);
    assert_eq!(first.status, 200);
    for _ in 0..100 {
        assert_eq!(get(&stage), first);
        let head = stage.send(&stage.page(Method::Head, &[])).reply;
        assert_eq!(head, Reply { body: String::new(), ..first.clone() });
    }
    assert_eq!(stage.tables(), before);
}

#[test]
fn the_page_says_what_it_is_about_and_offers_what_is_possible() {
    let stage = Stage::new();
    let page = get(&stage).body;
    for part in [
        "<h1>Dev</h1>",
        "Mon 23 Nov, 22:00",
        "Asia/Seoul",
        "Until 22:30",
        "Until 23:00",
        "Until Tue 00:00",
        "method=\"post\"",
        "lang=\"en\"",
        "changes nothing",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(!page.contains("<script") && !page.contains("onclick"), "{page}");
    // Only an hour may be added to one stop.
    stage.town.edit("MaxExtensionMinutes", 60);
    let page = get(&stage).body;
    assert!(page.contains("Until 23:00") && !page.contains("Until Tue"), "{page}");
    // The stop was moved already: what would not be later is not offered.
    stage.send(&stage.choose("30"));
    let page = get(&stage).body;
    assert!(page.contains("22:30") && !page.contains("Until 22:30") && page.contains("Until 23:00"), "{page}");
}

#[test]
fn the_page_speaks_korean_by_address_or_by_setting() {
    let mut stage = Stage::new();
    let korean = stage.send(&stage.page(Method::Get, &[("lang", "ko")])).reply;
    for part in ["lang=\"ko\"", "11월 23일(월) 22:00", "22:30까지", "24일(화) 00:00까지", "Asia/Seoul"] {
        assert!(korean.body.contains(part), "{part} is not in {}", korean.body);
    }
    stage.language = Language::Ko;
    assert_eq!(get(&stage), korean);
    assert!(stage.send(&stage.page(Method::Get, &[("lang", "en")])).reply.body.contains("Until 22:30"));
    assert_eq!(stage.send(&stage.page(Method::Get, &[("lang", "xx")])).reply, korean);
}

#[test]
fn the_page_may_do_nothing_but_send_its_form() {
    let reply = get(&Stage::new());
    let style = reply.body.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let hash = {
        use base64::Engine as _;
        use sha2::Digest as _;
        base64::engine::general_purpose::STANDARD.encode(Sha256::digest(style))
    };
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    let expected = [
        ("cache-control", "no-store"),
        ("content-language", "en"),
        ("content-security-policy", policy.as_str()),
        ("content-type", "text/html; charset=utf-8"),
        ("referrer-policy", "no-referrer"),
        ("strict-transport-security", "max-age=31536000"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("x-robots-tag", "noindex"),
    ];
    let headers: Vec<(&str, &str)> = reply.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(headers, expected);
    assert!(!reply.body.contains("style=") && !reply.body.contains("src="), "{}", reply.body);
}

#[test]
fn the_form_moves_the_stop_once() {
    let stage = Stage::new();
    let first = stage.send(&stage.choose("60"));
    assert_eq!(first.reply.status, 200, "{:?}", first.line);
    assert!(first.reply.body.contains("23:00"), "{}", first.reply.body);
    assert_eq!(stage.exceptions(), ["2026-11-23 stop 23:00 somebody with the link link"]);
    let after = stage.settled();
    let second = stage.send(&stage.choose("60"));
    assert_eq!(second.reply.status, 200);
    assert!(second.reply.body.contains("23:00"), "{}", second.reply.body);
    assert_eq!(stage.settled(), after);
    assert_eq!(stage.send(&stage.choose("60")).reply, second.reply);
    // An earlier choice takes nothing away.
    _ = stage.send(&stage.choose("30"));
    assert_eq!(stage.settled(), after);
}

#[test]
fn only_the_form_of_the_page_does_something() {
    let stage = Stage::new();
    let before = stage.tables();
    let token = stage.token();
    let path = format!("/x/{token}");
    let other = stage.signer.sign(Purpose::Link, &Ticket { named_at: stage.now(), ..stage.ticket() });
    let good = encode(&[("token", &token), ("minutes", "30")]);
    let cases = [
        (form_request(&path, ""), 400),
        (form_request(&path, &encode(&[("minutes", "30")])), 400),
        (form_request(&path, &encode(&[("token", &token)])), 400),
        (form_request(&path, &encode(&[("token", &other), ("minutes", "30")])), 400),
        (form_request(&path, &encode(&[("token", &token), ("minutes", "-30")])), 400),
        (form_request(&path, &encode(&[("token", &token), ("minutes", "30.5")])), 400),
        (form_request(&path, &encode(&[("token", &token), ("minutes", "99999")])), 400),
        (request(&path, "text/plain", &good), 415),
        (request(&path, "application/json", "{}"), 415),
        (request(&path, "", &good), 415),
        (Request { method: Method::Get, ..form_request(&path, &good) }, 200),
        (Request { method: Method::Other, ..form_request(&path, &good) }, 405),
        (form_request("/x/", &good), 404),
        (form_request("/x/no-ticket", &good), 401),
    ];
    for (number, (request, expected)) in cases.into_iter().enumerate() {
        assert_eq!(stage.send(&request).reply.status, expected, "case {number}");
    }
    assert_eq!(stage.tables(), before);
    // More than the schedule allows.
    let answered = stage.send(&stage.choose("300"));
    assert_eq!(answered.reply.status, 409);
    assert_eq!(stage.exceptions(), [""; 0]);
}

#[test]
fn a_link_that_is_over_and_one_that_never_was_say_what_to_do() {
    let stage = Stage::new();
    let before = stage.tables();
    let at = |token: &str, method| {
        let request = Request { path: format!("/x/{token}"), method, ..stage.page(method, &[]) };
        stage.send(&request).reply
    };
    let old = stage.signer.sign(Purpose::Link, &Ticket { expires_at: stage.now(), ..stage.ticket() });
    let page = at(&old, Method::Get);
    assert!(
        page.status == 410 && page.body.contains("has expired") && page.body.contains("newest message"),
        "{page:?}"
    );
    assert_eq!(at(&old, Method::Head), Reply { body: String::new(), ..page });
    for token in
        [Signer::new(&[8; 32]).unwrap().sign(Purpose::Link, &stage.ticket()), "abc".to_owned(), "a.b".to_owned()]
    {
        let page = at(&token, Method::Get);
        assert!(page.status == 401 && page.body.contains("does not work"), "{page:?}");
        assert!(!page.body.contains("Dev") && !page.body.contains("signature"), "{}", page.body);
    }
    assert_eq!(stage.tables(), before);
}

#[test]
fn an_old_link_does_not_touch_the_next_stop() {
    let stage = Stage::new();
    let token =
        stage.signer.sign(Purpose::Link, &Ticket { expires_at: stage.town.at("2026-11-30 00:00"), ..stage.ticket() });
    stage.town.world.advance_to(stage.town.at("2026-11-24 21:55"));
    let before = stage.settled();
    let page = stage.send(&Request { path: format!("/x/{token}"), ..stage.page(Method::Get, &[]) }).reply;
    assert!(page.status == 200 && !page.body.contains("<form"), "{}", page.body);
    let choose = form_request(&format!("/x/{token}"), &encode(&[("token", &token), ("minutes", "120")]));
    assert_eq!(stage.send(&choose).reply.status, 409);
    assert_eq!(stage.settled(), before);
}

#[test]
fn names_cannot_bring_markup_onto_the_page() {
    let stage = Stage::new();
    let mut item = stage.town.world.items(Table::Schedule).remove(0);
    item.insert("ScheduleName".to_owned(), json!("<b>&\"'"));
    stage.town.world.put_item(Table::Schedule, item);
    let ticket = Ticket { schedule: ScheduleName::new("<b>&\"'").unwrap(), ..stage.ticket() };
    let request =
        Request { path: format!("/x/{}", stage.signer.sign(Purpose::Link, &ticket)), ..stage.page(Method::Get, &[]) };
    let page = stage.send(&request).reply;
    assert!(page.status == 200 && page.body.contains("<h1>&lt;b&gt;&amp;&quot;'</h1>"), "{}", page.body);
    assert!(!page.body.contains("<b>"), "{}", page.body);
}
