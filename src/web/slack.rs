//! Slack's slash commands and buttons. Pure.
//!
//! Slack takes no words in the answer to a click: they go to the address that the click carries.

use serde_json::{Value, json};

use super::asked::{Asked, What, form, ids, keyword, mark, minutes, name, room, text};
use super::line::FollowUp;
use super::request::{Reply, Request};
use crate::chat::{Message, slack};
use crate::model::Orderer;

/// What a button is called whose value is a ticket: `extend:30`.
const BUTTON: &str = "extend:";

/// The header with the time that Slack signs.
pub(super) const TIME: &str = "x-slack-request-timestamp";

/// What was asked, and where the answer to a click goes. `None`: it is no request of Slack.
pub(super) fn read(request: &Request) -> Option<(Asked, Option<FollowUp>)> {
    let fields = form(request)?;
    if let Some(payload) = fields.get("payload") {
        return click(&serde_json::from_str(payload).ok()?);
    }
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    // From time to time Slack looks whether our certificate is good: that wants to be received, and nothing else.
    let what = match fields.get("command") {
        _ if field("ssl_check") == "1" => What::Nothing,
        Some(_) => What::Command(field("text").trim().to_owned()),
        None => return None,
    };
    let by = Orderer {
        name: name([field("user_name"), field("user_id")]),
        // Slack says of its names that nothing should be built on them.
        ids: ids([field("user_id")]),
        rooms: ids([field("channel_id"), field("channel_name")]),
        room: room(field("channel_name")),
        via: "slack",
    };
    let mark = Some(mark(request, TIME));
    Some((Asked { by, what, keyword: keyword(field("command")), mark }, None))
}

/// A payload of interactivity: only buttons of ours ask for something; a link's button wants to be received as well.
fn click(payload: &Value) -> Option<(Asked, Option<FollowUp>)> {
    let user = |name| text(payload, &["user", name]);
    let channel = |name| text(payload, &["channel", name]);
    let by = Orderer {
        name: name([user("name"), user("username"), user("id")]),
        ids: ids([user("id")]),
        rooms: ids([channel("id"), channel("name")]),
        room: room(channel("name")),
        via: "slack",
    };
    let kind = payload.get("type")?.as_str()?;
    let actions = payload.get("actions").and_then(Value::as_array).filter(|_| kind == "block_actions");
    let pressed = actions.into_iter().flatten().find_map(|action| {
        let minutes = minutes(text(action, &["action_id"]).strip_prefix(BUTTON)?)?;
        Some(What::Click { token: text(action, &["value"]).to_owned(), minutes })
    });
    let later = pressed.as_ref().and_then(|_| FollowUp::slack(text(payload, &["response_url"])));
    Some((Asked { by, what: pressed.unwrap_or(What::Nothing), keyword: keyword(""), mark: None }, later))
}

/// The answer to a command, for all in the channel or for the one who asked.
pub(super) fn reply(message: &Message, is_for_all: bool) -> Reply {
    Reply::json(&body(message, is_for_all))
}

/// The answer as Slack takes it, here and at the address that a click carries.
pub(super) fn body(message: &Message, is_for_all: bool) -> Value {
    let mut body = slack::render(message);
    let kind = if is_for_all { "in_channel" } else { "ephemeral" };
    if let Some(body) = body.as_object_mut() {
        body.insert("response_type".to_owned(), json!(kind));
        body.insert("replace_original".to_owned(), json!(false));
    }
    body
}
