//! JANDI's incoming webhook: a message as its JSON. Pure; knows no notice.
//!
//! `{"body": …, "connectColor": …, "connectInfo": [{"title": …, "description": …}]}`. The body must not be blank. JANDI
//! turns `[text](address)` into a link and `**text**` into bold; names come from tags, so neither may come about by them.
//! It has no buttons: a warning names the command to write, and links to the page of choices.

use serde_json::{Value, json};

use super::message::{Message, cut};

/// What JANDI wants to be asked for.
pub const ACCEPT: &str = "application/vnd.tosslab.jandi-v2+json";
/// What JANDI wants to be told; the character set keeps it from guessing one.
pub const CONTENT_TYPE: &str = "application/json; charset=utf-8";
/// The longest `body`, in characters.
pub const BODY_CHARS: usize = 5_000;
/// The longest title in it; command and link come after it.
const TITLE_CHARS: usize = 1_500;
/// The longest `connectInfo`, in characters over all of it; JANDI states no number, so it is that of the body.
pub const INFO_CHARS: usize = 5_000;
/// The largest message, in bytes of JSON.
pub const JSON_BYTES: usize = 256 * 1024;

// What keeps within the characters keeps within the bytes: a character takes four bytes, three more where markup is broken
// apart before it; a field has two characters at least, and 30 bytes of JSON around them.
const _: () = assert!((BODY_CHARS + INFO_CHARS) * 7 + INFO_CHARS / 2 * 30 + 100 < JSON_BYTES);

/// The JSON of a message.
#[must_use]
pub fn render(message: &Message) -> Value {
    let message = message.clone().within(INFO_CHARS);
    let info: Vec<Value> = message
        .fields
        .iter()
        .map(|field| json!({"title": plain(&field.title), "description": plain(&field.lines.join("\n"))}))
        .collect();
    let mut body = cut(&plain(&message.title), TITLE_CHARS);
    if let Some(choices) = &message.choices {
        body.extend(choices.command.iter().map(|command| format!("\n{}", plain(command))));
        body.extend(choices.page.iter().map(|page| format!("\n[{}]({page})", choices.page_label)));
    }
    json!({
        "body": body,
        "connectColor": format!("#{:06X}", message.tone.colour()),
        "connectInfo": info,
    })
}

/// Breaks markup apart with a space of no width: JANDI knows no escape character, and this way the text looks the same.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut last = None;
    for character in text.chars() {
        if matches!((last, character), (Some(']'), '(') | (Some('*'), '*')) {
            plain.push('\u{200b}');
        }
        plain.push(character);
        last = Some(character);
    }
    plain
}

#[cfg(test)]
mod tests;
