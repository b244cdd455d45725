//! Which path is whose. Pure.

use super::request::{Method, without_prefix};

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route<'a> {
    /// JANDI's outgoing webhooks.
    Jandi,
    /// Slack's commands and buttons.
    Slack,
    /// Discord's interactions.
    Discord,
    /// Mattermost's buttons.
    MattermostButton,
    /// Mattermost's commands.
    MattermostCommand,
    /// The page behind a link, by its token.
    Page(&'a str),
    /// Whether the function is there.
    Health,
}

impl<'a> Route<'a> {
    /// Where a path leads; `prefix` is the path that the public address has before ours. `None`: nowhere.
    pub(super) fn of(path: &'a str, prefix: &str) -> Option<Self> {
        let prefix = prefix.trim_matches('/');
        let path = if prefix.is_empty() { path } else { without_prefix(path, prefix).unwrap_or(path) };
        match path {
            "/jandi" => Some(Self::Jandi),
            "/slack" => Some(Self::Slack),
            "/discord" => Some(Self::Discord),
            "/mattermost" => Some(Self::MattermostButton),
            "/mattermost/command" => Some(Self::MattermostCommand),
            "/health" => Some(Self::Health),
            _ => path.strip_prefix("/x/").filter(|token| !token.is_empty() && !token.contains('/')).map(Self::Page),
        }
    }

    /// The word for it in the log: never the path itself, which may hold a token.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Jandi => "jandi",
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::MattermostButton => "mattermost_button",
            Self::MattermostCommand => "mattermost_command",
            Self::Page(_) => "page",
            Self::Health => "health",
        }
    }

    /// What may be asked of it, as the header `Allow` says it.
    pub(super) fn allow(self) -> &'static str {
        match self {
            Self::Page(_) => "GET, HEAD, POST",
            Self::Health => "GET, HEAD",
            _ => "POST",
        }
    }

    pub(super) fn allows(self, method: Method) -> bool {
        match method {
            Method::Get | Method::Head => matches!(self, Self::Page(_) | Self::Health),
            Method::Post => !matches!(self, Self::Health),
            Method::Other => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_one_thing_or_nowhere() {
        let cases = [
            ("/jandi", "", Some(Route::Jandi)),
            ("/slack", "", Some(Route::Slack)),
            ("/discord", "", Some(Route::Discord)),
            ("/mattermost", "", Some(Route::MattermostButton)),
            ("/mattermost/command", "", Some(Route::MattermostCommand)),
            ("/x/abc.def", "", Some(Route::Page("abc.def"))),
            ("/health", "", Some(Route::Health)),
            ("/lamp/jandi", "lamp", Some(Route::Jandi)),
            ("/lamp/jandi", "/lamp/", Some(Route::Jandi)),
            ("/jandi", "lamp", Some(Route::Jandi)),
            ("/lampjandi", "lamp", None),
            ("/", "", None),
            ("", "", None),
            ("/x/", "", None),
            ("/x", "", None),
            ("/x/a/b", "", None),
            ("/jandi/", "", None),
            ("/Jandi", "", None),
            ("/../jandi", "", None),
            ("jandi", "", None),
        ];
        for (path, prefix, expected) in cases {
            assert_eq!(Route::of(path, prefix), expected, "{path} behind {prefix}");
        }
    }
}
