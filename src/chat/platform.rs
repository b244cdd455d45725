//! Which platform a webhook belongs to, by its address or by setting (rule C3).

use std::str::FromStr;

/// A chat platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Platform {
    /// JANDI.
    Jandi,
    /// Slack.
    Slack,
    /// Discord.
    Discord,
    /// Microsoft Teams, by a webhook of Workflows.
    Teams,
    /// Google Chat.
    GoogleChat,
    /// Mattermost.
    Mattermost,
    /// Anything that takes plain JSON.
    Json,
}

/// The text names no platform; the display says what is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`jandi`, `slack`, `discord`, `teams`, `google-chat`, `mattermost` or `json`")]
pub struct PlatformError;

impl Platform {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Jandi, Self::Slack, Self::Discord, Self::Teams, Self::GoogleChat, Self::Mattermost, Self::Json];

    /// Its name in settings.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jandi => "jandi",
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::Teams => "teams",
            Self::GoogleChat => "google-chat",
            Self::Mattermost => "mattermost",
            Self::Json => "json",
        }
    }

    /// Whether people can write commands there that reach us.
    #[must_use]
    pub const fn has_commands(self) -> bool {
        match self {
            Self::Jandi | Self::Slack | Self::Discord | Self::Mattermost => true,
            Self::Teams | Self::GoogleChat | Self::Json => false,
        }
    }

    /// The platform of the server that the webhook is on; an unknown one takes plain JSON. Mattermost has no address of
    /// its own: it is named by setting.
    #[must_use]
    pub fn of_host(host: &str) -> Self {
        const HOSTS: [(&str, Platform); 8] = [
            ("jandi.com", Platform::Jandi),
            ("slack.com", Platform::Slack),
            ("discord.com", Platform::Discord),
            ("discordapp.com", Platform::Discord),
            ("logic.azure.com", Platform::Teams),
            ("environment.api.powerplatform.com", Platform::Teams),
            ("api.powerautomate.com", Platform::Teams),
            ("chat.googleapis.com", Platform::GoogleChat),
        ];
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let is_on = |of: &str| host.strip_suffix(of).is_some_and(|front| front.is_empty() || front.ends_with('.'));
        HOSTS.iter().find(|(of, _)| is_on(of)).map_or(Self::Json, |(_, platform)| *platform)
    }
}

impl FromStr for Platform {
    type Err = PlatformError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim().to_ascii_lowercase();
        Self::ALL.into_iter().find(|platform| platform.as_str() == text).ok_or(PlatformError)
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
            ("hooks.slack.com", Platform::Slack),
            ("discord.com", Platform::Discord),
            ("canary.discord.com", Platform::Discord),
            ("discordapp.com", Platform::Discord),
            ("prod-12.westeurope.logic.azure.com", Platform::Teams),
            ("default1.2.environment.api.powerplatform.com", Platform::Teams),
            ("chat.googleapis.com", Platform::GoogleChat),
            ("googleapis.com", Platform::Json),
            ("mattermost.example.org", Platform::Json),
            ("127.0.0.1", Platform::Json),
        ];
        for (host, expected) in cases {
            assert_eq!(Platform::of_host(host), expected, "{host}");
        }
    }

    #[test]
    fn the_setting_tells_the_platform() {
        for platform in Platform::ALL {
            assert_eq!(platform.as_str().to_uppercase().parse(), Ok(platform));
        }
        assert_eq!("irc".parse::<Platform>(), Err(PlatformError));
    }
}
