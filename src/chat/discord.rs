//! Discord's webhook: a message as an embed, with a link button. Pure; knows no notice.
//!
//! A webhook that a person made can carry link buttons only, and those only when it is called with
//! `?wait=true&with_components=true`. Markdown is escaped with a backslash, nobody is mentioned, and since no `content` is
//! sent no link is unfolded.

use serde_json::{Value, json};

use super::markdown;
use super::message::Message;

/// The longest title of an embed, in characters.
pub const TITLE_CHARS: usize = 256;
/// The longest description of an embed, in characters.
pub const DESCRIPTION_CHARS: usize = 4_096;
/// The longest text of all embeds of a message, in characters.
pub const EMBED_CHARS: usize = 6_000;
/// The longest text on a button, in characters.
pub const BUTTON_CHARS: usize = 80;
/// The longest address behind a button, in characters.
pub const URL_CHARS: usize = 512;

const _: () = assert!(TITLE_CHARS + DESCRIPTION_CHARS <= EMBED_CHARS);

/// The parameters without which Discord says nothing of a message that it drops, and drops the buttons.
pub const PARAMETERS: [(&str, &str); 2] = [("wait", "true"), ("with_components", "true")];

/// An `@` that mentions nobody.
const AT: &str = r"\@";

/// The JSON of a message.
#[must_use]
pub fn render(message: &Message) -> Value {
    let title = Some(markdown::line(&message.title, AT)).filter(|title| title.chars().count() <= TITLE_CHARS);
    let description = message.fitting(
        DESCRIPTION_CHARS,
        |message| description(message, title.is_none()),
        |text| text.chars().count() <= DESCRIPTION_CHARS,
    );
    let mut embed = json!({"color": message.tone.colour()});
    if let Some(embed) = embed.as_object_mut() {
        embed.extend(title.map(|title| ("title".to_owned(), title.into())));
        if !description.is_empty() {
            embed.insert("description".to_owned(), description.into());
        }
    }
    let mut body = json!({"embeds": [embed], "allowed_mentions": {"parse": []}});
    if let (Some(body), Some((label, url))) = (body.as_object_mut(), page(message).filter(has_room)) {
        let button = json!({"type": 2, "style": 5, "label": label, "url": url});
        body.insert("components".to_owned(), json!([{"type": 1, "components": [button]}]));
    }
    body
}

/// What is below the title, and the title too where it is too long to be one.
fn description(message: &Message, with_title: bool) -> String {
    let title = with_title.then(|| markdown::bold(&message.title, AT));
    let fields = markdown::fields(message, AT);
    // A schedule's name can be so long that its address does not fit behind a button.
    let link = page(message).filter(|page| !has_room(page)).map(|(label, url)| format!("[{label}]({url})"));
    title.into_iter().chain(fields).chain(link).collect::<Vec<_>>().join("\n")
}

/// What the link says, and where it leads.
fn page(message: &Message) -> Option<(&str, &str)> {
    let choices = message.choices.as_ref()?;
    Some((&choices.page_label, choices.page.as_deref()?))
}

fn has_room((_, url): &(&str, &str)) -> bool {
    url.chars().count() <= URL_CHARS
}
