//! What people read in chat: the words, their shape for each platform, and the sending.
//!
//! ```text
//! Notice ─► text::message ─► Message ─► jandi | json ─► send (feature `live`)
//! ```
//!
//! Words and rendering are pure: the same notice gives the same bytes. Only `send` knows the network, and it knows
//! nothing of what a message says. A platform is one file that turns a [`Message`] into its JSON and keeps within its size
//! (rule C2); nothing here knows timetables, tables or AWS.

mod hints;
pub mod jandi;
pub mod json;
mod message;
mod platform;
#[cfg(feature = "live")]
pub mod send;
pub mod text;

pub use message::{Field, Message, Tone};
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

/// Renders a notice for a platform.
#[must_use]
pub fn render(platform: Platform, notice: &Notice) -> Rendered {
    match platform {
        Platform::Jandi => Rendered {
            accept: jandi::ACCEPT,
            content_type: jandi::CONTENT_TYPE,
            body: jandi::render(&text::message(notice)).to_string(),
        },
        Platform::Json => Rendered {
            accept: json::CONTENT_TYPE,
            content_type: json::CONTENT_TYPE,
            body: json::render(notice).to_string(),
        },
    }
}
