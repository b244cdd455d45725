//! Mattermost's slash commands and buttons. Pure.
//!
//! A button's request is not signed: its ticket, which Mattermost keeps from people and which no link holds, is all that
//! proves it. Who pressed it
//! is what the request says: good enough to be told, not for an allow list.

use serde_json::{Value, json};

use super::asked::{Asked, What, form, ids, keyword, mark, minutes, name, object, room, text};
use super::request::{Reply, Request};
use super::verify::{Keys, Unverified};
use crate::chat::{Message, mattermost};
use crate::model::Orderer;

/// What somebody has written, once the token is checked.
///
/// # Errors
/// When the request cannot be believed.
pub(super) fn command(keys: &Keys, request: &Request) -> Result<Asked, Unverified> {
    let fields = form(request).ok_or(Unverified::Form)?;
    keys.mattermost(request, fields.get("token").map(String::as_str))?;
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let by = Orderer {
        name: name([field("user_name"), field("user_id")]),
        ids: ids([field("user_id"), field("user_name")]),
        rooms: ids([field("channel_id"), field("channel_name")]),
        room: room(field("channel_name")),
        via: "mattermost",
    };
    let what = What::Command(field("text").trim().to_owned());
    // This id is new for each command; without it the same request may be somebody who says the same again.
    let mark = (!field("trigger_id").is_empty()).then(|| mark(request, ""));
    Ok(Asked { by, what, keyword: keyword(field("command")), mark })
}

/// What was pressed; its ticket is not checked yet. `None`: it is no button of ours.
pub(super) fn button(request: &Request) -> Option<Asked> {
    let body = object(request)?;
    let context = body.get("context")?;
    let minutes = match context.get("minutes")? {
        Value::Number(number) => minutes(&number.to_string())?,
        other => minutes(other.as_str()?)?,
    };
    let token = context.get("token")?.as_str()?.to_owned();
    let by = Orderer {
        name: name([text(&body, &["user_name"]), text(&body, &["user_id"])]),
        ids: Vec::new(),
        rooms: Vec::new(),
        room: room(text(&body, &["channel_name"])),
        via: "mattermost",
    };
    Some(Asked { by, what: What::Click { token, minutes }, keyword: keyword(""), mark: None })
}

/// The answer to a command, for all in the channel or for the one who asked.
pub(super) fn reply(message: &Message, is_for_all: bool) -> Reply {
    let kind = if is_for_all { "in_channel" } else { "ephemeral" };
    let mut body = mattermost::render(message);
    if let Some(body) = body.as_object_mut() {
        body.insert("response_type".to_owned(), json!(kind));
    }
    Reply::json(&body)
}

/// The answer to a button: for the one who pressed it; the scheduler tells the others.
pub(super) fn pressed(message: &Message) -> Reply {
    // There are no attachments in this answer: the same text, as it stands.
    let body = mattermost::render(message);
    let text = body.pointer("/attachments/0/text").and_then(Value::as_str).unwrap_or(&message.title);
    Reply::json(&json!({"ephemeral_text": text}))
}
