//! Debian's chromium without a screen, led by chromedriver: a phone that does as it is told.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Once;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::http;

/// Ends with the test.
pub(crate) struct Browser {
    driver: Child,
    address: String,
    session: String,
    _profile: TempDir,
}

impl Browser {
    pub(crate) fn start() -> Self {
        INSTALLED.call_once(install);
        let mut driver = program("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| missing(&error));
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines().map_while(Result::ok);
        let line = lines.find(|line| line.contains("started successfully on port")).expect("chromedriver has started");
        let port: u16 = line.trim_end_matches('.').rsplit(' ').next().unwrap().parse().unwrap();
        // It would wait if nobody read on.
        std::thread::spawn(move || lines.count());
        // The driver says less well what is missing.
        program("chromium").arg("--version").stdout(Stdio::null()).status().unwrap_or_else(|error| missing(&error));
        let profile = TempDir::new().unwrap();
        let args = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let phone =
            json!({"deviceMetrics": {"width": 390, "height": 844, "pixelRatio": 2, "touch": true, "mobile": true}});
        let options = json!({"args": args, "mobileEmulation": phone});
        let mut browser =
            Self { driver, address: format!("127.0.0.1:{port}"), session: String::new(), _profile: profile };
        let wanted = json!({"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}});
        let session = browser.call("POST", "/session", &wanted);
        browser.session = format!("/session/{}", session["sessionId"].as_str().unwrap());
        browser
    }

    pub(crate) fn open(&self, url: &str) {
        self.ask("/url", &json!({"url": url}));
    }

    pub(crate) fn reload(&self) {
        self.ask("/refresh", &json!({}));
    }

    /// What a person reads in the first element that is meant.
    pub(crate) fn text(&self, css: &str) -> String {
        let text = self.get(&format!("/element/{}/text", self.find(css)));
        text.as_str().unwrap().to_owned()
    }

    /// Presses the first element that is meant, and waits for the page that comes of it.
    pub(crate) fn click(&self, css: &str) {
        self.run("window.isOld = true");
        self.ask(&format!("/element/{}/click", self.find(css)), &json!({}));
        let is_there = || self.run("return !window.isOld && document.readyState === 'complete'") == json!(true);
        assert!((0..100).any(|_| is_there() || pause()), "nothing came of a click on `{css}`");
    }

    /// Runs a script of the test's; the page has none.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.ask("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// Sets what the person prefers: `light` or `dark`.
    pub(crate) fn prefer(&self, scheme: &str) {
        let features = [json!({"name": "prefers-color-scheme", "value": scheme})];
        let params = json!({"features": features});
        self.ask("/goog/cdp/execute", &json!({"cmd": "Emulation.setEmulatedMedia", "params": params}));
    }

    /// Keeps what the screen shows in `target/tmp`, to be looked at.
    pub(crate) fn screenshot(&self, name: &str) {
        let image = STANDARD.decode(self.get("/screenshot").as_str().unwrap()).unwrap();
        assert!(image.len() > 5_000, "an empty screenshot: {} bytes", image.len());
        std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png")), image).unwrap();
    }

    fn find(&self, css: &str) -> String {
        let found = self.ask("/element", &json!({"using": "css selector", "value": css}));
        found.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned()
    }

    fn ask(&self, path: &str, body: &Value) -> Value {
        self.call("POST", &format!("{}{path}", self.session), body)
    }

    fn get(&self, path: &str) -> Value {
        self.call("GET", &format!("{}{path}", self.session), &Value::Null)
    }

    /// One command of chromedriver.
    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let stream = TcpStream::connect(&self.address).unwrap();
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let headers = [("host", self.address.as_str()), ("content-type", "application/json")];
        http::write(&stream, &format!("{method} {path} HTTP/1.1"), &headers, body.as_bytes());
        let answer = http::read(&stream).expect("an answer of chromedriver");
        let answer_body: Value = serde_json::from_slice(&answer.body).unwrap();
        assert!(answer.first.contains(" 200 "), "{method} {path}: {answer_body}");
        answer_body["value"].clone()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The browser ends with its session, also after a test that has failed: so nothing here may panic.
        if let Ok(stream) = TcpStream::connect(&self.address) {
            http::write(&stream, &format!("DELETE {} HTTP/1.1", self.session), &[("host", &self.address)], b"");
            _ = http::read(&stream);
        }
        _ = self.driver.kill();
        _ = self.driver.wait();
    }
}

/// Waits a little; false.
#[expect(clippy::disallowed_methods, reason = "the browser runs by the system's clock")]
fn pause() -> bool {
    std::thread::sleep(std::time::Duration::from_millis(50));
    false
}

fn program(name: &str) -> Command {
    let mut command = Command::new(name);
    command.stdin(Stdio::null()).stderr(Stdio::null());
    command
}

static INSTALLED: Once = Once::new();

/// Installs the browser where that can be done without asking anybody: as root on Debian, as in CI.
fn install() {
    let is_there = |name: &str| program(name).arg("--version").stdout(Stdio::null()).status().is_ok();
    if is_there("chromium") && is_there("chromedriver") {
        return;
    }
    let get =
        |words: &[&str]| program("apt-get").args(words).stdout(Stdio::null()).status().is_ok_and(|it| it.success());
    let packages = ["install", "-y", "--no-install-recommends", "chromium", "chromium-driver", "fonts-noto-cjk"];
    // What is known of the packages may be too old, or missing. What comes of it, the caller sees.
    _ = get(&packages) || (get(&["update"]) && get(&packages));
}

fn missing<T>(error: &std::io::Error) -> T {
    panic!("no browser to test the page in: {error}; install it by `apt-get install chromium chromium-driver`")
}
