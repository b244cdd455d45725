//! JANDI's outgoing webhooks, those of a room and those of a team. Pure.
//!
//! JANDI signs nothing: a token in the body is all there is, and a time that keeps an old request from being sent again.

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;

use super::asked::{Asked, What, ids, keyword, mark, name, object, room, text};
use super::request::{Reply, Request};
use super::verify::{Keys, TOLERANCE, Unverified};
use crate::chat::{Message, jandi};
use crate::engine::calendar::instant;
use crate::model::Orderer;

/// What somebody has written, once the token is checked.
///
/// # Errors
/// When the request cannot be believed.
pub(super) fn read(keys: &Keys, request: &Request, now: DateTime<Utc>) -> Result<Asked, Unverified> {
    let body = object(request).ok_or(Unverified::Form)?;
    keys.jandi(body.get("token").and_then(Value::as_str))?;
    let said = body.get("createdAt").filter(|said| !said.is_null());
    let times = said.map(created_at).unwrap_or_default();
    if !times.is_empty() && !times.iter().any(|at| (now - *at).abs() <= TOLERANCE) {
        return Err(Unverified::Stale);
    }
    // Webhooks of a team say `writer`, those of a room the rest.
    let [writer, writer_name] = [text(&body, &["writer", "name"]), text(&body, &["writerName"])];
    let emails = [text(&body, &["writer", "email"]), text(&body, &["writerEmail"])];
    let writer_id = match body.get("writer").and_then(|writer| writer.get("id")) {
        Some(Value::Number(id)) => id.to_string(),
        _ => text(&body, &["writer", "id"]).to_owned(),
    };
    let by = Orderer {
        name: name([writer, writer_name]),
        // People choose their names themselves: an allow list that held them would let in whoever takes one.
        ids: ids(emails.into_iter().chain([writer_id.as_str()])),
        rooms: ids([text(&body, &["roomName"])]),
        room: room(text(&body, &["roomName"])),
        via: "jandi",
    };
    let word = text(&body, &["keyword"]);
    let line = without_keyword(text(&body, &["text"]), word);
    // Without its time the same request may be somebody who says the same again.
    let mark = said.map(|_| mark(request, ""));
    Ok(Asked { by, what: What::Command(line.to_owned()), keyword: keyword(&format!("/{word}")), mark })
}

/// The reply, which JANDI posts into the room.
pub(super) fn reply(message: &Message) -> Reply {
    Reply::json(&jandi::render(message))
}

/// What follows the keyword; the text begins with it, mostly behind a `/`.
fn without_keyword<'a>(line: &'a str, keyword: &str) -> &'a str {
    let line = line.trim();
    let word = line.strip_prefix('/').unwrap_or(line);
    let rest = Some(word).filter(|_| !keyword.is_empty()).and_then(|word| word.strip_prefix(keyword));
    match rest {
        Some(rest) if rest.is_empty() || rest.starts_with(char::is_whitespace) => rest.trim(),
        // A keyword that is not said, or in other letters: the first word is one if there is a `/`.
        _ if line.starts_with('/') => word.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim()),
        _ => line,
    }
}

/// When the message was written, in each way in which it can be read; none: in none. JANDI does not say in which form it
/// is, and of a time without a zone not in which zone: ours is in UTC or in JANDI's.
fn created_at(value: &Value) -> Vec<DateTime<Utc>> {
    const MILLISECONDS_FROM: i64 = 100_000_000_000;
    match value {
        Value::String(text) => {
            let zoned = DateTime::parse_from_rfc3339(text)
                .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"));
            if let Ok(at) = zoned {
                return vec![at.to_utc()];
            }
            let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
                .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f"));
            local.map(|local| vec![local.and_utc(), instant(Tz::Asia__Seoul, local)]).unwrap_or_default()
        }
        Value::Number(number) => match number.as_i64() {
            Some(seconds @ ..MILLISECONDS_FROM) => DateTime::from_timestamp_secs(seconds).into_iter().collect(),
            Some(milliseconds) => DateTime::from_timestamp_millis(milliseconds).into_iter().collect(),
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_keyword_is_taken_off() {
        let cases = [
            ("/lamp Dev status", "lamp", "Dev status"),
            ("  /lamp   Dev  ", "lamp", "Dev"),
            ("lamp Dev", "lamp", "Dev"),
            ("/lamp", "lamp", ""),
            ("/lamplight Dev", "lamp", "Dev"),
            ("/lamp Dev", "", "Dev"),
            ("/LAMP Dev", "lamp", "Dev"),
            ("lamplight Dev", "lamp", "lamplight Dev"),
            ("/등불 개발 상태", "등불", "개발 상태"),
            ("", "lamp", ""),
            ("/", "", ""),
        ];
        for (line, keyword, expected) in cases {
            assert_eq!(without_keyword(line, keyword), expected, "{line}");
        }
    }

    #[test]
    fn the_time_is_read_in_whichever_form() {
        let expected: DateTime<Utc> = "2026-11-23T12:50:00Z".parse().unwrap();
        for value in [
            json!("2026-11-23T12:50:00.000Z"),
            json!("2026-11-23T21:50:00+09:00"),
            json!("2026-11-23T21:50:00+0900"),
            json!("2026-11-23T12:50:00"),
            json!("2026-11-23 12:50:00"),
            json!("2026-11-23 21:50:00.5"),
            json!(1_795_438_200),
            json!(1_795_438_200_000_i64),
        ] {
            let read = created_at(&value);
            assert!(read.iter().any(|at| (*at - expected).abs() < chrono::Duration::seconds(1)), "{value} {read:?}");
        }
        for value in [json!("yesterday"), json!(null), json!({}), json!(1.5), json!(i64::MAX)] {
            assert!(created_at(&value).is_empty(), "{value}");
        }
    }
}
