//! The languages in which people are spoken to: the setting `MESSAGE_LANGUAGE`.

use std::str::FromStr;

/// A language of messages, answers and pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Korean.
    Ko,
}

/// The text names no language that is spoken here; the display says what is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`en` or `ko`")]
pub struct LanguageError;

impl Language {
    /// Its code (ISO 639-1), as in settings and in HTML.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ko => "ko",
        }
    }
}

impl FromStr for Language {
    type Err = LanguageError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().to_ascii_lowercase().as_str() {
            "en" => Ok(Self::En),
            "ko" => Ok(Self::Ko),
            _ => Err(LanguageError),
        }
    }
}
