//! Discord's interactions: its ping, a slash command with one option `text`, and buttons of an application's own webhook.
//! Pure.

use serde_json::{Value, json};

use super::asked::{Asked, What, ids, keyword, mark, minutes, name, object, room, text};
use super::request::{Reply, Request};
use crate::chat::{Message, discord};
use crate::model::Orderer;

/// What the id of a button begins with: `extend:30:` and the ticket.
const BUTTON: &str = "extend:";

/// The header with the time that Discord signs.
pub(super) const TIME: &str = "x-signature-timestamp";

/// The longest id of a button, by Discord's documentation.
const MOST_ID: usize = 100;

/// What Discord wants.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Interaction {
    /// To know that we are there.
    Ping,
    /// Something that somebody asks, and the id of the server ("guild") from which; none in private.
    Asked(Box<Asked>, Option<String>),
    /// Suggestions for an option, of which there are none.
    Suggestions,
}

/// What was asked. `None`: it is no interaction that is known.
pub(super) fn read(request: &Request) -> Option<Interaction> {
    let body = object(request)?;
    let what = match body.get("type")?.as_u64()? {
        1 => return Some(Interaction::Ping),
        2 => What::Command(option(&body).trim().to_owned()),
        3 => button(text(&body, &["data", "custom_id"])).unwrap_or(What::Nothing),
        4 => return Some(Interaction::Suggestions),
        _ => return None,
    };
    // In a server there is a member, in private only a user.
    let user = |field| [text(&body, &["member", "user", field]), text(&body, &["user", field])];
    let names = [text(&body, &["member", "nick"])].into_iter().chain(user("global_name")).chain(user("username"));
    let by = Orderer {
        name: name(names),
        // Nicknames can be chosen freely; these two are of one person at a time, and only the id stays with them.
        ids: ids(user("id").into_iter().chain(user("username"))),
        rooms: ids([text(&body, &["channel_id"])]),
        room: room(text(&body, &["channel", "name"])),
        via: "discord",
    };
    let keyword = keyword(&format!("/{}", text(&body, &["data", "name"])));
    let server = Some(text(&body, &["guild_id"])).filter(|id| !id.is_empty()).map(str::to_owned);
    let mark = matches!(what, What::Command(_)).then(|| mark(request, TIME));
    Some(Interaction::Asked(Box::new(Asked { by, what, keyword, mark }), server))
}

/// The command's option `text`.
fn option(body: &Value) -> &str {
    let options = body.get("data").and_then(|data| data.get("options")).and_then(Value::as_array);
    let mut options = options.into_iter().flatten();
    options.find(|option| text(option, &["name"]) == "text").map(|option| text(option, &["value"])).unwrap_or_default()
}

fn button(id: &str) -> Option<What> {
    let rest = Some(id).filter(|id| id.len() <= MOST_ID)?.strip_prefix(BUTTON)?;
    let (number, token) = rest.split_once(':')?;
    Some(What::Click { token: token.to_owned(), minutes: minutes(number)? })
}

/// The answer to a ping.
pub(super) fn pong() -> Reply {
    Reply::json(&json!({"type": 1}))
}

/// No suggestions.
pub(super) fn no_suggestions() -> Reply {
    Reply::json(&json!({"type": 8, "data": {"choices": []}}))
}

/// A click that wants no answer.
pub(super) fn seen() -> Reply {
    Reply::json(&json!({"type": 6}))
}

/// The answer, for all in the channel or for the one who asked.
pub(super) fn reply(message: &Message, is_for_all: bool) -> Reply {
    /// Seen by the one who asked only.
    const EPHEMERAL: u64 = 1 << 6;
    let mut data = discord::render(message);
    if let Some(data) = data.as_object_mut() {
        let flags = data.get("flags").and_then(Value::as_u64).unwrap_or_default();
        let flags = if is_for_all { flags } else { flags | EPHEMERAL };
        data.insert("flags".to_owned(), json!(flags));
        data.insert("allowed_mentions".to_owned(), json!({"parse": []}));
    }
    Reply::json(&json!({"type": 4, "data": data}))
}
