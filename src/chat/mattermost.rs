//! Mattermost's incoming webhook: a message as an attachment with buttons. Pure; knows no notice.
//!
//! A click makes the server POST the button's `context` to our address; its users never see it, so the ticket is there,
//! with the minutes. Markdown is escaped with a backslash, and a space of no width behind `@` keeps names from mentioning
//! anybody.

use serde_json::{Value, json};

use super::markdown;
use super::message::{Choices, Message};

/// The longest text of a post, in characters; beyond it the server splits it.
pub const TEXT_CHARS: usize = 16_383;
/// The longest JSON of all attachments, in characters: older servers take 7,600 with a post, newer ones far more.
pub const ATTACHMENTS_CHARS: usize = 7_600;

/// An `@` that mentions nobody.
const AT: &str = "@\u{200b}";

/// The JSON of a message.
#[must_use]
pub fn render(message: &Message) -> Value {
    let fits = |body: &Value| body.to_string().chars().count() <= ATTACHMENTS_CHARS;
    let body = message.fitting(ATTACHMENTS_CHARS, whole, fits);
    let is_too_long = message.choices.is_some() && !fits(&body);
    if !is_too_long {
        return body;
    }
    // A schedule's name can be so long that three buttons do not fit; the link alone does.
    let mut message = message.clone();
    if let Some(choices) = &mut message.choices {
        choices.callback = None;
    }
    message.fitting(ATTACHMENTS_CHARS, whole, fits)
}

fn whole(message: &Message) -> Value {
    let title = markdown::bold(&message.title, AT);
    let fields = markdown::fields(message, AT);
    let link = message.choices.iter().filter_map(|choices| {
        let page = choices.page.as_deref()?;
        Some(format!("[{}]({page})", choices.page_label))
    });
    let text = std::iter::once(title).chain(fields).chain(link).collect::<Vec<_>>().join("\n\n");
    let mut attachment = json!({
        "fallback": message.title,
        "color": format!("#{:06X}", message.tone.colour()),
        "text": text,
    });
    let actions = message.choices.as_ref().map(actions).unwrap_or_default();
    if let Some(attachment) = attachment.as_object_mut().filter(|_| !actions.is_empty()) {
        attachment.insert("actions".to_owned(), actions.into());
    }
    json!({"attachments": [attachment]})
}

/// The buttons; an `id` of anything but letters and digits makes them do nothing.
fn actions(choices: &Choices) -> Vec<Value> {
    let Some((token, callback)) = choices.token.as_ref().zip(choices.callback.as_ref()) else { return Vec::new() };
    let button = |offer: &super::Choice| {
        let context = json!({"token": token, "minutes": offer.id.parse::<i64>().ok()});
        json!({
            "id": format!("extend{}", offer.id),
            "type": "button",
            "name": offer.label,
            "integration": {"url": callback, "context": context},
        })
    };
    choices.offers.iter().map(button).collect()
}
