//! Where messages go: addresses of webhooks, by channel. The addresses are secrets (rule S4).

use std::collections::BTreeMap;
use std::fmt;

use reqwest::Url;

use crate::chat::{Platform, discord};
use crate::model::Channel;

/// The setting that holds the default webhooks, and with a channel's name behind it those of the channel.
pub(super) const SETTING: &str = "WEBHOOK_URL";

/// One address.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    url: Url,
    platform: Platform,
}

/// The text is no address of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no address that begins with `https://` or `http://`")]
pub struct WebhookError;

impl Webhook {
    /// Reads an address; the platform is that of its server, or the given one where the server does not tell.
    ///
    /// The platform may also stand before the address: `mattermost+https://…`.
    ///
    /// # Errors
    /// When it is no http or https address. The error does not hold the text.
    pub fn new(address: &str, platform: Option<Platform>) -> Result<Self, WebhookError> {
        let address = address.trim();
        let named = address.split_once('+').and_then(|(name, rest)| Some((name.parse::<Platform>().ok()?, rest)));
        let (named, address) = named.map_or((None, address), |(platform, rest)| (Some(platform), rest));
        let mut url = Url::parse(address).map_err(|_| WebhookError)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(WebhookError);
        }
        let of_host = Platform::of_host(url.host_str().ok_or(WebhookError)?);
        let known = Some(of_host).filter(|platform| *platform != Platform::Json);
        let platform = named.or(known).or(platform).unwrap_or(of_host);
        if platform == Platform::Discord {
            with_parameters(&mut url);
        }
        Ok(Self { url, platform })
    }

    /// What the server understands.
    #[must_use]
    pub fn platform(&self) -> Platform {
        self.platform
    }

    /// The address; it goes nowhere but into a request.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }
}

/// Adds what Discord needs to be asked, in place of what the address says of it.
fn with_parameters(url: &mut Url) {
    let is_ours = |name: &str| discord::PARAMETERS.iter().any(|(ours, _)| *ours == name);
    let others: Vec<(String, String)> = url.query_pairs().into_owned().filter(|(name, _)| !is_ours(name)).collect();
    url.query_pairs_mut().clear().extend_pairs(others).extend_pairs(discord::PARAMETERS);
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("platform", &self.platform).field("url", &"…").finish()
    }
}

/// All webhooks: those of each channel, and those of what has none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Webhooks {
    /// For what names no channel, or one without a webhook.
    pub default: Vec<Webhook>,
    /// For what names channels.
    pub channels: BTreeMap<Channel, Vec<Webhook>>,
}

impl Webhooks {
    /// Each address once, with the setting that it is from.
    pub(super) fn addresses(&self) -> Vec<(String, Webhook)> {
        let of_channels = self.channels.iter().flat_map(|(channel, webhooks)| {
            webhooks.iter().map(move |webhook| (format!("{SETTING}_{channel}"), webhook))
        });
        let default = self.default.iter().map(|webhook| (SETTING.to_owned(), webhook));
        let mut addresses: Vec<(String, Webhook)> = Vec::new();
        for (setting, webhook) in default.chain(of_channels) {
            if !addresses.iter().any(|(_, known)| known == webhook) {
                addresses.push((setting, webhook.clone()));
            }
        }
        addresses
    }

    /// Where a message for these channels goes. A channel without a webhook is no reason not to tell: it goes to the
    /// default.
    pub(super) fn of<'a>(&'a self, channels: &[Channel]) -> Vec<&'a Webhook> {
        let of_channels = channels.iter().map(|channel| self.channels.get(channel).unwrap_or(&self.default));
        let is_default = channels.is_empty().then_some(&self.default);
        of_channels.chain(is_default).flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_is_http_or_https() {
        let platform = |text: &str| Webhook::new(text, Some(Platform::Slack)).map(|webhook| webhook.platform());
        let cases = [
            ("https://wh.jandi.com/connect-api/webhook/1/secret", Ok(Platform::Jandi)),
            // Where the server does not tell, the setting does.
            (" https://example.org/hook ", Ok(Platform::Slack)),
            ("http://127.0.0.1:8080/hook", Ok(Platform::Slack)),
            ("mattermost+https://chat.example.org/hooks/x", Ok(Platform::Mattermost)),
            ("json+https://hooks.slack.com/services/T/B/x", Ok(Platform::Json)),
            ("irc+https://example.org", Err(WebhookError)),
            ("ftp://example.org/hook", Err(WebhookError)),
            ("wh.jandi.com/connect-api", Err(WebhookError)),
            ("https://", Err(WebhookError)),
            ("", Err(WebhookError)),
        ];
        for (text, expected) in cases {
            assert_eq!(platform(text), expected, "{text:?}");
        }
        assert_eq!(Webhook::new("https://example.org/a+b", None).map(|webhook| webhook.platform()), Ok(Platform::Json));
    }

    #[test]
    fn discord_is_asked_to_keep_buttons_and_to_say_what_it_drops() {
        let url = |text: &str| Webhook::new(text, None).unwrap().url().to_string();
        let expected = "https://discord.com/api/webhooks/1/x?wait=true&with_components=true";
        assert_eq!(url("https://discord.com/api/webhooks/1/x"), expected);
        assert_eq!(url("https://discord.com/api/webhooks/1/x?wait=false"), expected);
        let thread = url("https://discord.com/api/webhooks/1/x?thread_id=7");
        assert_eq!(thread, "https://discord.com/api/webhooks/1/x?thread_id=7&wait=true&with_components=true");
    }

    #[test]
    fn channels_have_their_webhooks_and_all_others_the_default() {
        let webhook = |name: &str| Webhook::new(&format!("https://example.org/{name}"), None).unwrap();
        let channel = |name: &str| Channel::new(name).unwrap();
        let webhooks = Webhooks {
            default: vec![webhook("a"), webhook("b")],
            channels: [(channel("dev"), vec![webhook("c")]), (channel("ops"), vec![webhook("a")])].into(),
        };
        let of = |names: &[&str]| {
            let channels: Vec<Channel> = names.iter().map(|name| channel(name)).collect();
            webhooks.of(&channels).iter().map(|webhook| webhook.url().path().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(of(&[]), ["/a", "/b"]);
        assert_eq!(of(&["dev"]), ["/c"]);
        assert_eq!(of(&["dev", "ops"]), ["/c", "/a"]);
        assert_eq!(of(&["unknown"]), ["/a", "/b"]);
        let addresses = webhooks.addresses();
        let names: Vec<&str> = addresses.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["WEBHOOK_URL", "WEBHOOK_URL", "WEBHOOK_URL_DEV"]);
    }
}
