//! Microsoft Teams, by a webhook of Workflows: a message as an Adaptive Card. Pure; knows no notice.
//!
//! Of the actions only links work from there (`Action.OpenUrl`). All text is in text runs, which have no markup, so that
//! nothing needs an escape.

use serde_json::{Value, json};

use super::message::{Message, Piece, Tone, pieces};

/// The version of Adaptive Cards.
pub const VERSION: &str = "1.4";
/// The largest message: about 28 KB, says Microsoft, and counts in UTF-16.
pub const BYTES: usize = 28_000;
/// Where shortening begins: with what surrounds them, lines take far more than their characters.
const TEXT_CHARS: usize = BYTES / 2;

/// The JSON of a message.
#[must_use]
pub fn render(message: &Message) -> Value {
    message.fitting(TEXT_CHARS, whole, |body| body.to_string().encode_utf16().count() * 2 <= BYTES)
}

fn whole(message: &Message) -> Value {
    let title = json!({
        "type": "RichTextBlock",
        "inlines": inlines(&message.title, &json!({"weight": "Bolder", "size": "Medium", "color": colour(message.tone)})),
    });
    let fields = message.fields.iter().flat_map(|field| {
        let title = json!({
            "type": "RichTextBlock",
            "spacing": "Medium",
            "inlines": inlines(&field.title, &json!({"weight": "Bolder"})),
        });
        let lines = field
            .lines
            .iter()
            .map(|line| json!({"type": "RichTextBlock", "spacing": "None", "inlines": inlines(line, &json!({}))}));
        std::iter::once(title).chain(lines)
    });
    let body: Vec<Value> = std::iter::once(title).chain(fields).collect();
    let actions = message.choices.iter().filter_map(|choices| {
        let page = choices.page.as_deref()?;
        Some(json!({"type": "Action.OpenUrl", "title": choices.page_label, "url": page}))
    });
    let actions: Vec<Value> = actions.collect();
    let mut card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": VERSION,
        "lang": message.language.as_str(),
        "msteams": {"width": "Full"},
        "body": body,
    });
    if let Some(card) = card.as_object_mut().filter(|_| !actions.is_empty()) {
        card.insert("actions".to_owned(), actions.into());
    }
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": card,
        }],
    })
}

/// The runs of a line; code has letters of one width.
fn inlines(text: &str, style: &Value) -> Vec<Value> {
    let run = |piece: Piece<'_>| {
        let (text, is_code) = match piece {
            Piece::Words(text) => (text, false),
            Piece::Code(text) => (text, true),
        };
        let mut run = json!({"type": "TextRun", "text": text});
        if let (Some(run), Some(style)) = (run.as_object_mut(), style.as_object()) {
            run.extend(style.clone());
            run.extend(is_code.then(|| ("fontType".to_owned(), "Monospace".into())));
        }
        run
    };
    pieces(text).into_iter().map(run).collect()
}

fn colour(tone: Tone) -> &'static str {
    match tone {
        Tone::Warning => "Warning",
        Tone::Start => "Good",
        Tone::Stop => "Default",
        Tone::Failure => "Attention",
        Tone::Info => "Accent",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_a_run_of_its_own() {
        let expected = json!([
            {"type": "TextRun", "text": "*At* a terminal: "},
            {"type": "TextRun", "text": "lamplighter cancel Dev", "fontType": "Monospace"},
        ]);
        assert_eq!(Value::from(inlines("*At* a terminal: `lamplighter cancel Dev`", &json!({}))), expected);
    }
}
