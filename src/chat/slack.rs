//! Slack's incoming webhook: a message as Block Kit. Pure; knows no notice.
//!
//! Sections of `mrkdwn`, and below a warning a row of buttons: `action_id` `extend:30` with the ticket as `value`, and a
//! link. `text` is what notifications show. `&`, `<` and `>` are escaped as Slack asks, so that names make neither links
//! nor mentions; `*`, `_` and `~` have no escape and are broken apart with a space of no width, and a backtick that is no
//! mark of ours is told by a sign that looks like it. Links are not unfolded:
//! Slack would fetch them.

use serde_json::{Value, json};

use super::message::{Choices, Field, Message, marked, unmarked};

/// The most blocks in a message.
pub const BLOCKS: usize = 50;
/// The longest text of a section, in characters.
pub const SECTION_CHARS: usize = 3_000;
/// The longest JSON of all blocks, in characters: Slack states no number, and refuses with `msg_blocks_too_long` above
/// about 13,200.
pub const BLOCKS_CHARS: usize = 13_000;
/// The longest text on a button, in characters.
pub const BUTTON_CHARS: usize = 75;
/// The longest value of a button, in characters.
pub const VALUE_CHARS: usize = 2_000;
/// The longest address behind a button, in characters.
pub const URL_CHARS: usize = 3_000;
/// The most buttons in a row.
pub const BUTTONS: usize = 25;

/// The JSON of a message.
#[must_use]
pub fn render(message: &Message) -> Value {
    let blocks = message.fitting(BLOCKS_CHARS, blocks, |blocks| {
        let size = Value::from(blocks.as_slice()).to_string().chars().count();
        blocks.len() <= BLOCKS && size <= BLOCKS_CHARS
    });
    json!({
        "text": escaped(&message.title),
        "blocks": blocks,
        "unfurl_links": false,
        "unfurl_media": false,
    })
}

fn blocks(message: &Message) -> Vec<Value> {
    let title = format!("{} *{}*", message.tone.sign(), line(&message.title));
    let fields = message.fields.iter().flat_map(texts);
    let sections = std::iter::once(title).chain(fields).map(|text| {
        // `verbatim`: addresses and names of channels in it stay text.
        json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}})
    });
    sections.chain(message.choices.as_ref().and_then(actions)).collect()
}

/// A field's texts: one, or more where it is too long for a section.
fn texts(field: &Field) -> Vec<String> {
    let title = format!("*{}*", line(&field.title));
    let mut texts: Vec<String> = Vec::new();
    for line in std::iter::once(title).chain(field.lines.iter().map(|text| line(text))) {
        match texts.last_mut() {
            Some(text) if text.chars().count() + 1 + line.chars().count() <= SECTION_CHARS => {
                text.push('\n');
                text.push_str(&line);
            }
            _ => texts.push(line),
        }
    }
    texts
}

/// The row of buttons; `None` where there is nothing to press.
fn actions(choices: &Choices) -> Option<Value> {
    let button = |id: &str, label: &str| json!({"type": "button", "action_id": id, "text": {"type": "plain_text", "text": label, "emoji": false}});
    let with = |mut button: Value, name: &str, value: &str| {
        if let Some(button) = button.as_object_mut() {
            button.insert(name.to_owned(), value.into());
        }
        button
    };
    let token = choices.token.as_deref().filter(|token| token.chars().count() <= VALUE_CHARS);
    let offers = choices.offers.iter().filter_map(|offer| {
        let id = format!("extend:{}", offer.id);
        Some(with(button(&id, &offer.label), "value", token?))
    });
    let page = choices.page.as_deref().filter(|page| page.chars().count() <= URL_CHARS);
    let page = page.map(|page| with(button("page", &choices.page_label), "url", page));
    let elements: Vec<Value> = offers.chain(page).collect();
    (!elements.is_empty()).then(|| json!({"type": "actions", "elements": elements}))
}

/// Slack's three control characters, escaped.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A line: code is code, and all else no markup.
fn line(text: &str) -> String {
    marked(text, plain, |code| format!("`{}`", escaped(code)))
}

/// Text that is no markup. An underscore inside a word is none.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = escaped(&unmarked(text)).chars().collect::<Vec<_>>().into_iter().peekable();
    let mut last = ' ';
    while let Some(character) = characters.next() {
        let is_inside = last.is_alphanumeric() && characters.peek().is_some_and(|next| next.is_alphanumeric());
        if matches!(character, '*' | '~') || (character == '_' && !is_inside) {
            plain.push('\u{200b}');
        }
        plain.push(character);
        last = character;
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_make_no_markup() {
        let cases = [
            ("<!channel> & <https://example.org|x>", "&lt;!channel&gt; &amp; &lt;https://example.org|x&gt;"),
            ("*now*", "\u{200b}*now\u{200b}*"),
            ("web_1", "web_1"),
            ("_web_1_", "\u{200b}_web_1\u{200b}_"),
            ("~x~ `y`", "\u{200b}~x\u{200b}~ `y`"),
            ("write `/lamp <*a*> skip`", "write `/lamp &lt;*a*&gt; skip`"),
            ("a ` *b*", "a ˋ \u{200b}*b\u{200b}*"),
        ];
        for (text, expected) in cases {
            assert_eq!(line(text), expected);
        }
    }

    #[test]
    fn a_long_field_takes_several_sections() {
        let field = Field { title: "Group".to_owned(), lines: vec!["x".repeat(400); 20] };
        let texts = texts(&field);
        assert_eq!(texts.len(), 3);
        assert!(texts.iter().all(|text| text.chars().count() <= SECTION_CHARS));
        assert_eq!(texts.join("\n").matches('x').count(), 8_000);
    }
}
