//! What people read in chat: the words, their shape for each platform, and the sending.
//!
//! ```text
//! Notice ─► text::{en, ko} ─► Message, offer ─► its Choices ─► a file a platform ─► send (feature `live`)
//! ```
//!
//! Words and rendering are pure: the same notice gives the same bytes. Only `send` knows the network, and it knows
//! nothing of what a message says. A platform is one file that turns a [`Message`] into its JSON and keeps within its size
//! (rule C2); nothing here knows timetables, tables or AWS.

pub mod answer;
pub mod command;
pub mod discord;
pub mod google_chat;
pub mod jandi;
pub mod json;
mod language;
pub mod link;
mod markdown;
pub mod mattermost;
mod message;
mod names;
mod offer;
mod person;
mod platform;
pub mod sample;
#[cfg(feature = "live")]
pub mod send;
pub mod slack;
pub mod teams;
pub mod text;

pub use language::{Language, LanguageError};
pub use message::{Choice, Choices, Field, Message, Tone};
pub(crate) use message::{Piece, pieces};
pub(crate) use offer::OFFERS;
pub use offer::{Answers, choices};
pub(crate) use person::link_holder;
pub use platform::{Platform, PlatformError};

use crate::model::Notice;

/// A message as a platform takes it: the body of a POST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// What is asked for in the answer.
    pub accept: &'static str,
    /// What the body is.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

/// How people are spoken to: in which language, and what they can answer with.
#[derive(Debug, Clone, Default)]
pub struct Voice {
    /// The language.
    pub language: Language,
    /// What makes answers possible; without it a warning has neither link nor buttons.
    pub answers: Answers,
}

/// Whether it is known how a fault is said in Korean.
#[cfg(test)]
pub(crate) fn has_korean(fault: &str) -> bool {
    text::is_korean_known(fault)
}

/// The words of a notice, with what one can answer there.
#[must_use]
pub fn message(platform: Platform, notice: &Notice, voice: &Voice) -> Message {
    let Voice { language, answers } = voice;
    let choices = offer::choices(notice, answers, *language);
    let message = Message { choices, ..text::message(notice, *language) };
    let Some(way_back) = offer::way_back(platform, notice, answers, *language) else { return message };
    let (title, lines) = text::way_back(&way_back, *language);
    message.field(title, lines)
}

/// Renders a notice for a platform.
#[must_use]
pub fn render(platform: Platform, notice: &Notice, voice: &Voice) -> Rendered {
    let of_message = |render: fn(&Message) -> serde_json::Value| render(&message(platform, notice, voice));
    let body = match platform {
        Platform::Jandi => of_message(jandi::render),
        Platform::Slack => of_message(slack::render),
        Platform::Discord => of_message(discord::render),
        Platform::Teams => of_message(teams::render),
        Platform::GoogleChat => of_message(google_chat::render),
        Platform::Mattermost => of_message(mattermost::render),
        Platform::Json => json::render(notice, voice),
    };
    let (accept, content_type) = match platform {
        Platform::Jandi => (jandi::ACCEPT, jandi::CONTENT_TYPE),
        Platform::GoogleChat => (json::CONTENT_TYPE, google_chat::CONTENT_TYPE),
        _ => (json::CONTENT_TYPE, json::CONTENT_TYPE),
    };
    Rendered { accept, content_type, body: body.to_string() }
}
