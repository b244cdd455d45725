//! A channel of chat: where a schedule's messages go.

use std::fmt;

/// The name of a channel; `dev-team` and `DEV_TEAM` are the same one.
///
/// Its webhook is in the setting `WEBHOOK_URL_DEV_TEAM`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Channel(String);

/// The text is no name of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "is no name of a channel; allowed: 1 to {MOST_CHARS} of `A-Z`, `a-z`, `0-9`, `_` and `-`, such as `dev`, whose webhook \
     is in the setting `WEBHOOK_URL_DEV`"
)]
pub struct ChannelError;

const MOST_CHARS: usize = 64;

impl Channel {
    /// Reads a name; white space around it does not count.
    ///
    /// # Errors
    /// When a setting could not be named after it.
    pub fn new(text: &str) -> Result<Self, ChannelError> {
        let text = text.trim();
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if !(1..=MOST_CHARS).contains(&text.len()) || !text.bytes().all(is_name) {
            return Err(ChannelError);
        }
        Ok(Self(text.to_ascii_uppercase().replace('-', "_")))
    }

    /// The name as in the setting: capitals.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_named_as_settings_are() {
        let cases = [
            ("dev", Some("DEV")),
            (" Dev-Team ", Some("DEV_TEAM")),
            ("DEV_TEAM", Some("DEV_TEAM")),
            ("2", Some("2")),
            ("", None),
            ("개발", None),
            ("dev team", None),
            ("dev=x", None),
        ];
        for (text, expected) in cases {
            let channel = Channel::new(text).ok();
            assert_eq!(channel.as_ref().map(Channel::as_str), expected, "{text}");
        }
        assert_eq!(Channel::new(&"x".repeat(65)), Err(ChannelError));
    }
}
