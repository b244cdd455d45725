//! Sends messages to the webhook, within a budget of time (rule C8).
//!
//! A server that is busy or broken is tried again with back-off and jitter, or after as long as its `Retry-After` asks; one
//! that refuses is not. The address is a secret: it is in no error and in no debug output (rule S4), and redirects are not
//! followed. Knows nothing of what a message says.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration as StdDuration;

use backon::{ExponentialBuilder, Retryable as _};
use chrono::{DateTime, Duration};
use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{Client, StatusCode, Url, redirect};
use tokio::time::Instant;

use super::{Platform, Rendered, render};
use crate::model::Notice;
use crate::ports::{Chat, ChatError};

/// A connection that is not there by then will not come.
const CONNECT_TIMEOUT: StdDuration = StdDuration::from_secs(2);
/// One try; a chat server answers within a second.
const REQUEST_TIMEOUT: StdDuration = StdDuration::from_secs(5);
/// The first pause between two tries; each is about twice as long as the one before.
const FIRST_PAUSE: StdDuration = StdDuration::from_millis(250);
/// The longest pause that nobody has asked for.
const LONGEST_PAUSE: StdDuration = StdDuration::from_secs(4);
/// A connection that has been idle for longer is not used again: Lambda may have been frozen meanwhile.
const IDLE_TIMEOUT: StdDuration = StdDuration::from_secs(15);

/// Where messages go.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    url: Url,
    platform: Platform,
}

/// The text is no address of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no address that begins with `https://` or `http://`")]
pub struct WebhookError;

impl Webhook {
    /// Reads an address; the platform is that of its server, unless it is given.
    ///
    /// # Errors
    /// When it is no http or https address. The error does not hold the text.
    pub fn new(address: &str, platform: Option<Platform>) -> Result<Self, WebhookError> {
        let url = Url::parse(address.trim()).map_err(|_| WebhookError)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(WebhookError);
        }
        let host = url.host_str().ok_or(WebhookError)?;
        let platform = platform.unwrap_or_else(|| Platform::of_host(host));
        Ok(Self { url, platform })
    }

    /// What the server understands.
    #[must_use]
    pub fn platform(&self) -> Platform {
        self.platform
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("platform", &self.platform).field("url", &"…").finish()
    }
}

/// The chat behind a webhook, or none.
#[derive(Debug)]
pub struct WebhookChat {
    way: Way,
    calls: AtomicU64,
    messages: AtomicU64,
}

#[derive(Debug)]
enum Way {
    /// No webhook is set: there is nobody to tell.
    Nobody,
    Open(Client, Webhook),
    /// The HTTP client could not be made; that is no reason not to start and stop.
    Broken(String),
}

/// A try that failed.
#[derive(Debug)]
enum Miss {
    /// It may work later, and not before this long if the server says so.
    Later(String, Option<StdDuration>),
    /// It will never work.
    Never(String),
}

impl WebhookChat {
    /// A chat that sends to this webhook; without one, nothing is sent and everything is told.
    #[must_use]
    pub fn new(webhook: Option<Webhook>) -> Self {
        let way = match webhook {
            None => Way::Nobody,
            Some(webhook) => match client() {
                Ok(client) => Way::Open(client, webhook),
                Err(error) => Way::Broken(words(error)),
            },
        };
        Self { way, calls: AtomicU64::new(0), messages: AtomicU64::new(0) }
    }

    /// How many requests have gone out, each try counted.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// How many messages have been accepted.
    #[must_use]
    pub fn messages(&self) -> u64 {
        self.messages.load(Ordering::Relaxed)
    }

    /// One try, over when `until` is.
    async fn attempt(
        &self,
        client: &Client,
        webhook: &Webhook,
        message: &Rendered,
        until: Instant,
    ) -> Result<(), Miss> {
        let left = until.saturating_duration_since(Instant::now());
        self.calls.fetch_add(1, Ordering::Relaxed);
        let request = client
            .post(webhook.url.clone())
            .header(ACCEPT, message.accept)
            .header(CONTENT_TYPE, message.content_type)
            .timeout(left.min(REQUEST_TIMEOUT))
            .body(message.body.clone());
        match request.send().await {
            Ok(answer) => judge(answer.status(), answer.headers()),
            Err(error) if error.is_builder() => Err(Miss::Never(words(error))),
            Err(error) => Err(Miss::Later(words(error), None)),
        }
    }

    async fn send(
        &self,
        client: &Client,
        webhook: &Webhook,
        message: &Rendered,
        until: Instant,
    ) -> Result<(), ChatError> {
        let pauses = ExponentialBuilder::new()
            .with_min_delay(FIRST_PAUSE)
            .with_max_delay(LONGEST_PAUSE)
            .with_jitter()
            .without_max_times();
        let sent = (|| self.attempt(client, webhook, message, until))
            .retry(pauses)
            .sleep(tokio::time::sleep)
            .when(|miss| matches!(miss, Miss::Later(..)))
            // A pause that leads past the end of the budget is not begun.
            .adjust(|miss, pause| {
                let asked = if let Miss::Later(_, Some(asked)) = miss { *asked } else { StdDuration::ZERO };
                let pause = pause?.max(asked);
                let again = Instant::now().checked_add(pause)?;
                (again < until).then_some(pause)
            })
            .await;
        sent.map_err(|miss| match miss {
            Miss::Later(what, Some(asked)) => {
                ChatError::Unavailable(format!("{what}; it asks to wait {} s", asked.as_secs()))
            }
            Miss::Later(what, None) => ChatError::Unavailable(what),
            Miss::Never(what) => ChatError::Refused(what),
        })
    }
}

impl Chat for WebhookChat {
    async fn tell(&self, notice: &Notice, budget: Duration) -> Result<(), ChatError> {
        let (client, webhook) = match &self.way {
            Way::Nobody => return Ok(()),
            Way::Broken(why) => return Err(ChatError::Unavailable(why.clone())),
            Way::Open(client, webhook) => (client, webhook),
        };
        let budget = budget.to_std().unwrap_or_default();
        if budget.is_zero() {
            return Err(ChatError::Unavailable("no time was left to send it".to_owned()));
        }
        let until = Instant::now() + budget;
        self.send(client, webhook, &render(webhook.platform, notice), until).await?;
        self.messages.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

fn client() -> reqwest::Result<Client> {
    Client::builder()
        .user_agent(concat!("lamplighter/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(REQUEST_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .build()
}

/// What an answer means.
fn judge(status: StatusCode, headers: &HeaderMap) -> Result<(), Miss> {
    let never = |what: &str| Err(Miss::Never(format!("{what} (HTTP {})", status.as_u16())));
    match status.as_u16() {
        200..=299 => Ok(()),
        429 => Err(Miss::Later("it takes no more messages for now (HTTP 429)".to_owned(), retry_after(headers))),
        408 | 500..=599 => {
            Err(Miss::Later(format!("it is out of order (HTTP {})", status.as_u16()), retry_after(headers)))
        }
        300..=399 => never("it is somewhere else now: put its new address into `WEBHOOK_URL`"),
        400 => never("it finds fault with the message or the address: check that the webhook is switched on"),
        401 | 403 => never("it does not accept the address: check `WEBHOOK_URL`"),
        404 | 410 => never("there is no such webhook any more: put a new address into `WEBHOOK_URL`"),
        _ => never("it does not take messages: check `WEBHOOK_URL` and `WEBHOOK_PLATFORM`"),
    }
}

/// How long to wait, as the server asks: seconds, or a date seen from its own clock.
fn retry_after(headers: &HeaderMap) -> Option<StdDuration> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok();
    let asked = text(RETRY_AFTER)?.trim();
    if let Ok(seconds) = asked.parse() {
        return Some(StdDuration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(asked).ok()?;
    let now = DateTime::parse_from_rfc2822(text(DATE)?.trim()).ok()?;
    Some((until - now).to_std().unwrap_or_default())
}

/// An error and what is behind it, without the address.
fn words(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "it did not answer in time".to_owned();
    }
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_is_http_or_https() {
        let platform = |text: &str| Webhook::new(text, None).map(|webhook| webhook.platform());
        let cases = [
            ("https://wh.jandi.com/connect-api/webhook/1/secret", Ok(Platform::Jandi)),
            (" https://example.org/hook ", Ok(Platform::Json)),
            ("http://127.0.0.1:8080/hook", Ok(Platform::Json)),
            ("ftp://example.org/hook", Err(WebhookError)),
            ("wh.jandi.com/connect-api", Err(WebhookError)),
            ("https://", Err(WebhookError)),
            ("", Err(WebhookError)),
        ];
        for (text, expected) in cases {
            assert_eq!(platform(text), expected, "{text:?}");
        }
        let webhook = Webhook::new("http://127.0.0.1/hook", Some(Platform::Jandi)).unwrap();
        assert_eq!(webhook.platform(), Platform::Jandi);
    }

    #[test]
    fn debug_output_holds_no_address() {
        let webhook = Webhook::new("https://user:word@wh.jandi.com/connect-api/1/secret?sig=x", None).unwrap();
        assert_eq!(format!("{webhook:?}"), r#"Webhook { platform: Jandi, url: "…" }"#);
        let chat = WebhookChat::new(Some(webhook));
        assert!(!format!("{chat:?}").contains("secret"), "{chat:?}");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let date = "Mon, 23 Nov 2026 13:00:00 GMT";
        let cases = [
            (Some("7"), None, Some(7)),
            (Some(" 0 "), None, Some(0)),
            (Some("Mon, 23 Nov 2026 13:00:09 GMT"), Some(date), Some(9)),
            (Some("Mon, 23 Nov 2026 12:00:00 GMT"), Some(date), Some(0)),
            (Some("Mon, 23 Nov 2026 13:00:09 GMT"), None, None),
            (Some("soon"), Some(date), None),
            (Some("-1"), Some(date), None),
            (None, Some(date), None),
        ];
        for (asked, now, expected) in cases {
            let mut headers = HeaderMap::new();
            asked.map(|text| headers.insert(RETRY_AFTER, text.parse().unwrap()));
            now.map(|text| headers.insert(DATE, text.parse().unwrap()));
            assert_eq!(retry_after(&headers), expected.map(StdDuration::from_secs), "{asked:?} {now:?}");
        }
    }

    #[test]
    fn answers_mean_sent_later_or_never() {
        let cases = [
            (200, "sent"),
            (204, "sent"),
            (301, "never"),
            (400, "never"),
            (401, "never"),
            (403, "never"),
            (404, "never"),
            (405, "never"),
            (408, "later"),
            (410, "never"),
            (429, "later"),
            (500, "later"),
            (503, "later"),
        ];
        for (status, expected) in cases {
            let word = match judge(StatusCode::from_u16(status).unwrap(), &HeaderMap::new()) {
                Ok(()) => "sent",
                Err(Miss::Later(..)) => "later",
                Err(Miss::Never(_)) => "never",
            };
            assert_eq!(word, expected, "{status}");
        }
    }
}
