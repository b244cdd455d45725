//! Which platform a webhook belongs to, by its address or by setting (rule C3).

use std::str::FromStr;

/// A chat platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// JANDI.
    Jandi,
    /// Anything that takes plain JSON.
    Json,
}

/// Why a text names no platform; the display says what is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlatformError {
    /// A platform that is meant to be supported.
    #[error("`jandi` or `json` (the others are not there yet)")]
    NotYet,
    /// None that is known.
    #[error("`jandi` or `json`")]
    Unknown,
}

impl Platform {
    /// The platform of the server that the webhook is on; an unknown one takes plain JSON.
    #[must_use]
    pub fn of_host(host: &str) -> Self {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        if host == "jandi.com" || host.ends_with(".jandi.com") { Self::Jandi } else { Self::Json }
    }
}

impl FromStr for Platform {
    type Err = PlatformError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().to_ascii_lowercase().as_str() {
            "jandi" => Ok(Self::Jandi),
            "json" => Ok(Self::Json),
            "slack" | "discord" | "teams" | "google-chat" | "mattermost" => Err(PlatformError::NotYet),
            _ => Err(PlatformError::Unknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_tells_the_platform() {
        let cases = [
            ("wh.jandi.com", Platform::Jandi),
            ("WH.Jandi.com.", Platform::Jandi),
            ("jandi.com", Platform::Jandi),
            ("notjandi.com", Platform::Json),
            ("wh.jandi.com.example.org", Platform::Json),
            ("127.0.0.1", Platform::Json),
        ];
        for (host, expected) in cases {
            assert_eq!(Platform::of_host(host), expected, "{host}");
        }
    }

    #[test]
    fn the_setting_tells_the_platform() {
        let cases = [
            ("jandi", Ok(Platform::Jandi)),
            (" JSON ", Ok(Platform::Json)),
            ("slack", Err(PlatformError::NotYet)),
            ("google-chat", Err(PlatformError::NotYet)),
            ("irc", Err(PlatformError::Unknown)),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Platform>(), expected, "{text}");
        }
    }
}
