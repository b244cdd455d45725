//! What a server's answer means: taken, later, or never.

use std::time::Duration as StdDuration;

use chrono::DateTime;
use reqwest::Response;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use serde_json::Value;

use crate::chat::Platform;

/// So much of an answer is read, in bytes.
const BODY_BYTES: usize = 4_096;

/// A try that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Miss {
    /// It may work later, and not before this long if the server says so.
    Later(String, Option<StdDuration>),
    /// It will never work.
    Never(String),
}

/// An answer as far as it matters.
pub(super) struct Seen {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// Its beginning, where the platform says something in it.
    pub(super) body: String,
}

impl Seen {
    /// Reads what is needed of an answer. A body that does not come says nothing.
    pub(super) async fn of(platform: Platform, mut response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let is_read = match platform {
            Platform::Teams => true,
            Platform::Discord => status == 429,
            Platform::Slack => status >= 400,
            _ => false,
        };
        let mut body = Vec::new();
        while is_read && body.len() < BODY_BYTES {
            let Ok(Some(chunk)) = response.chunk().await else { break };
            body.extend_from_slice(&chunk);
        }
        body.truncate(BODY_BYTES);
        Self { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
    }
}

/// What an answer means; `setting` is where the address is from.
pub(super) fn judge(platform: Platform, seen: &Seen, setting: &str) -> Result<(), Miss> {
    let Seen { status, headers, body } = seen;
    let wait = || longer(retry_after(headers), (platform == Platform::Discord).then(|| discord_wait(body)).flatten());
    match (platform, status) {
        // Teams says 200 and what went wrong in words.
        (Platform::Teams, 200..=299) => match teams_error(body) {
            None => Ok(()),
            Some(status) => by_status(status, wait(), "", setting),
        },
        (Platform::Slack, _) => by_status(*status, wait(), slack_error(body), setting),
        _ => by_status(*status, wait(), "", setting),
    }
}

fn by_status(status: u16, wait: Option<StdDuration>, code: &str, setting: &str) -> Result<(), Miss> {
    let code = if code.is_empty() { String::new() } else { format!(", `{code}`") };
    let seen = format!("(HTTP {status}{code})");
    let never = |what: &str| Err(Miss::Never(format!("{what} {seen}")));
    match status {
        200..=299 => Ok(()),
        429 => Err(Miss::Later(format!("it takes no more messages for now {seen}"), wait)),
        408 | 500..=599 => Err(Miss::Later(format!("it is out of order {seen}"), wait)),
        300..=399 => never(&format!("it is somewhere else now: put its new address into `{setting}`")),
        400 => never("it finds fault with the message or the address: check that the webhook is switched on"),
        401 | 403 => never(&format!("it does not accept the address: check `{setting}`")),
        404 | 410 => never(&format!("there is no such webhook any more: put a new address into `{setting}`")),
        _ => never(&format!("it does not take messages: check `{setting}` and `WEBHOOK_PLATFORM`")),
    }
}

/// The status that Teams tells of in the body of a 200; 500 where it tells of an error without one.
fn teams_error(body: &str) -> Option<u16> {
    const SIGN: &str = "HTTP error ";
    if let Some((_, rest)) = body.split_once(SIGN) {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        return Some(digits.parse().ok().filter(|status| (400..600).contains(status)).unwrap_or(500));
    }
    body.contains("delivery failed").then_some(500)
}

/// Slack's word for what is wrong, if it is one of those it is known for: nothing else of an answer is shown.
fn slack_error(body: &str) -> &'static str {
    const KNOWN: [&str; 13] = [
        "action_prohibited",
        "channel_is_archived",
        "channel_not_found",
        "invalid_blocks",
        "invalid_payload",
        "invalid_token",
        "no_active_hooks",
        "no_service",
        "no_service_id",
        "no_team",
        "posting_to_general_channel_denied",
        "team_disabled",
        "user_not_found",
    ];
    KNOWN.into_iter().find(|known| *known == body.trim()).unwrap_or_default()
}

/// Discord tells the seconds in the body too, to the millisecond.
fn discord_wait(body: &str) -> Option<StdDuration> {
    let json: Value = serde_json::from_str(body).ok()?;
    StdDuration::try_from_secs_f64(json.get("retry_after")?.as_f64()?).ok()
}

fn longer(one: Option<StdDuration>, other: Option<StdDuration>) -> Option<StdDuration> {
    one.max(other)
}

/// How long to wait, as the server asks: seconds, or a date seen from its own clock.
fn retry_after(headers: &HeaderMap) -> Option<StdDuration> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok();
    let asked = text(RETRY_AFTER)?.trim();
    if let Ok(seconds) = asked.parse() {
        return Some(StdDuration::from_secs(seconds));
    }
    if let Some(seconds) = asked.parse().ok().and_then(|seconds| StdDuration::try_from_secs_f64(seconds).ok()) {
        return Some(seconds);
    }
    let until = DateTime::parse_from_rfc2822(asked).ok()?;
    let now = DateTime::parse_from_rfc2822(text(DATE)?.trim()).ok()?;
    Some((until - now).to_std().unwrap_or_default())
}

/// An error and what is behind it, without the address.
pub(super) fn words(error: reqwest::Error) -> String {
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

    fn answer(status: u16, body: &str) -> Seen {
        Seen { status, headers: HeaderMap::new(), body: body.to_owned() }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let date = "Mon, 23 Nov 2026 13:00:00 GMT";
        let cases = [
            (Some("7"), None, Some(7.0)),
            (Some(" 0 "), None, Some(0.0)),
            (Some("1.5"), None, Some(1.5)),
            (Some("Mon, 23 Nov 2026 13:00:09 GMT"), Some(date), Some(9.0)),
            (Some("Mon, 23 Nov 2026 12:00:00 GMT"), Some(date), Some(0.0)),
            (Some("Mon, 23 Nov 2026 13:00:09 GMT"), None, None),
            (Some("soon"), Some(date), None),
            (Some("-1"), Some(date), None),
            (Some("1e400"), Some(date), None),
            (None, Some(date), None),
        ];
        for (asked, now, expected) in cases {
            let mut headers = HeaderMap::new();
            asked.map(|text| headers.insert(RETRY_AFTER, text.parse().unwrap()));
            now.map(|text| headers.insert(DATE, text.parse().unwrap()));
            assert_eq!(retry_after(&headers), expected.map(StdDuration::from_secs_f64), "{asked:?} {now:?}");
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
            (413, "never"),
            (429, "later"),
            (500, "later"),
            (503, "later"),
        ];
        for (status, expected) in cases {
            for platform in Platform::ALL {
                let word = match judge(platform, &answer(status, ""), "WEBHOOK_URL") {
                    Ok(()) => "sent",
                    Err(Miss::Later(..)) => "later",
                    Err(Miss::Never(_)) => "never",
                };
                assert_eq!(word, expected, "{status} {platform:?}");
            }
        }
    }

    #[test]
    fn teams_says_in_the_body_of_a_200_what_went_wrong() {
        let failed = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error";
        let cases = [
            ("1", None),
            ("", None),
            (&format!("{failed} 429 with ContextId tcid=0"), Some(429)),
            (&format!("{failed} 413 with ContextId"), Some(413)),
            (&format!("{failed} ?"), Some(500)),
            ("Webhook message delivery failed", Some(500)),
        ];
        for (body, expected) in cases {
            assert_eq!(teams_error(body), expected, "{body}");
        }
        let miss = judge(Platform::Teams, &answer(200, &format!("{failed} 429 …")), "WEBHOOK_URL");
        assert_eq!(miss, Err(Miss::Later("it takes no more messages for now (HTTP 429)".to_owned(), None)));
        // What others say in a 200 is not looked at.
        assert_eq!(judge(Platform::Json, &answer(200, &format!("{failed} 429 …")), "WEBHOOK_URL"), Ok(()));
    }

    #[test]
    fn discord_says_in_the_body_how_long_to_wait() {
        let body = r#"{"message": "You are being rate limited.", "retry_after": 0.65, "global": false}"#;
        let Err(Miss::Later(_, wait)) = judge(Platform::Discord, &answer(429, body), "WEBHOOK_URL") else { panic!() };
        assert_eq!(wait, Some(StdDuration::from_millis(650)));
        for body in ["", "{}", r#"{"retry_after": -1}"#, r#"{"retry_after": 1e300}"#, r#"{"retry_after": "x"}"#] {
            assert_eq!(discord_wait(body), None, "{body}");
        }
    }

    #[test]
    fn slacks_words_are_told_and_no_others() {
        let miss = |status: u16, body: &str| judge(Platform::Slack, &answer(status, body), "WEBHOOK_URL_DEV");
        let gone =
            "there is no such webhook any more: put a new address into `WEBHOOK_URL_DEV` (HTTP 404, `no_service`)";
        assert_eq!(miss(404, "no_service\n"), Err(Miss::Never(gone.to_owned())));
        let Err(Miss::Never(words)) = miss(400, "T0/B0/a-secret") else { panic!() };
        assert!(!words.contains("secret"), "{words}");
    }
}
