//! The page behind a link, in a real browser: opened on a phone, clicked, and looked at in light and dark.
//!
//! `cargo test --no-default-features --test page`; needs `chromium` and `chromium-driver`, and for Korean on the screenshots
//! a font such as `fonts-noto-cjk`: Debian's packages, which it installs itself where it may. The screenshots are in
//! `target/tmp`.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]

mod browser;
mod http;
mod server;

use serde_json::json;

use browser::Browser;
use server::Server;

#[test]
fn a_warned_person_opens_the_link_on_a_phone_and_keeps_the_servers_on() {
    let server = Server::start();
    let browser = Browser::start();
    let before = server.tables();

    browser.open(&server.link(""));
    let page = browser.text("main");
    for part in ["Development", "Mon 23 Nov, 22:00", "Asia/Seoul", "Until 22:30", "Until 23:00", "Until Tue 00:00"] {
        assert!(page.contains(part), "`{part}` is not on the page:\n{page}");
    }
    assert_eq!(browser.run("return document.documentElement.lang"), json!("en"));
    fits_a_phone(&browser);
    let light = browser.run("return getComputedStyle(document.body).backgroundColor");
    browser.screenshot("page-light");

    browser.prefer("dark");
    let dark = browser.run("return getComputedStyle(document.body).backgroundColor");
    // Without its style, which the policy allows by its hash only, a page has no colour in either.
    assert_eq!((light, dark), (json!("rgb(244, 246, 249)"), json!("rgb(20, 23, 28)")));
    browser.screenshot("page-dark");

    browser.click("nav a");
    assert_eq!(browser.run("return document.documentElement.lang"), json!("ko"));
    let page = browser.text("main");
    for part in ["11월 23일(월) 22:00", "22:30까지", "23:00까지", "24일(화) 00:00까지"] {
        assert!(page.contains(part), "`{part}` is not on the page:\n{page}");
    }
    fits_a_phone(&browser);
    browser.screenshot("page-dark-ko");
    browser.prefer("light");
    browser.screenshot("page-light-ko");
    assert_eq!(server.tables(), before, "looking has changed something");

    browser.click("nav a");
    browser.click("button[value='30']");
    let done = browser.text("main");
    assert!(done.contains("22:30"), "{done}");
    assert_eq!(server.exceptions(), ["2026-11-23 stop 22:30"]);
    fits_a_phone(&browser);
    browser.screenshot("page-done");

    // Sent again, as a reload does: the same answer, and nothing more.
    let after = server.tables();
    browser.reload();
    assert!(browser.text("main").contains("22:30"), "{}", browser.text("main"));
    assert_eq!(server.tables(), after);

    browser.click("main p a");
    let page = browser.text("main");
    assert!(page.contains("Mon 23 Nov, 22:30") && !page.contains("Until 22:30"), "{page}");
    assert!(page.contains("Until 23:00"), "{page}");
}

#[test]
fn a_link_that_is_over_says_so_in_both_languages() {
    let server = Server::start();
    let browser = Browser::start();
    let old = server.old_link();
    browser.open(&old);
    assert!(browser.text("h1").contains("expired"), "{}", browser.text("main"));
    assert!(browser.run("return document.forms.length") == json!(0));
    fits_a_phone(&browser);
    browser.screenshot("page-expired");
    browser.click("nav a");
    assert_eq!(browser.text("h1"), "만료된 링크입니다");
}

/// Nothing runs, nothing is wider than the screen, and what is to be pressed is large enough for a thumb.
fn fits_a_phone(browser: &Browser) {
    assert_eq!(browser.run("return document.scripts.length"), json!(0));
    assert_eq!(browser.run("return document.documentElement.scrollWidth <= window.innerWidth"), json!(true));
    let heights =
        browser.run("return [...document.querySelectorAll('button')].map(b => b.getBoundingClientRect().height)");
    let heights = heights.as_array().unwrap().iter().map(|height| height.as_f64().unwrap());
    assert!(heights.into_iter().all(|height| height >= 44.0), "a button is too small");
}
