//! Google Chat's incoming webhook: a message as a card. Pure; knows no notice.
//!
//! A webhook is one-way: only buttons that open a link work. Text in cards is a little HTML; `&`, `<` and `>` are escaped,
//! so that names make neither links nor mentions.

use serde_json::{Value, json};

use super::message::Message;

/// What the body is; the character set as Google's own examples have it.
pub const CONTENT_TYPE: &str = "application/json; charset=UTF-8";
/// The largest message, in bytes of JSON; a card may have a little more.
pub const BYTES: usize = 32_000;
/// The most widgets of a card; Google leaves out what is beyond.
pub const WIDGETS: usize = 100;

/// The JSON of a message.
#[must_use]
pub fn render(message: &Message) -> Value {
    let fits = |widgets: &Vec<Value>| widgets.len() <= WIDGETS && body(message, widgets).to_string().len() <= BYTES;
    let widgets = message.fitting(BYTES, widgets, fits);
    body(message, &widgets)
}

fn body(message: &Message, widgets: &[Value]) -> Value {
    json!({
        // What notifications show.
        "fallbackText": message.title,
        "cardsV2": [{"cardId": "lamplighter", "card": {"sections": [{"widgets": widgets}]}}],
    })
}

fn widgets(message: &Message) -> Vec<Value> {
    let title = format!("{} <b>{}</b>", message.tone.sign(), plain(&message.title));
    let fields = message.fields.iter().map(|field| {
        let lines: Vec<String> = field.lines.iter().map(|line| plain(line)).collect();
        format!("<b>{}</b><br>{}", plain(&field.title), lines.join("<br>"))
    });
    let texts = std::iter::once(title).chain(fields).map(|text| json!({"textParagraph": {"text": text}}));
    let button = message.choices.iter().filter_map(|choices| {
        let page = choices.page.as_deref()?;
        let button = json!({"text": choices.page_label, "onClick": {"openLink": {"url": page}}});
        Some(json!({"buttonList": {"buttons": [button]}}))
    });
    texts.chain(button).collect()
}

/// Text that is no markup.
fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
