//! The settings of what goes out: where messages go, and what people can answer.

use std::collections::BTreeMap;

use super::Reader;
use crate::chat::link::Signer;
use crate::chat::send::{Webhook, Webhooks};
use crate::chat::{Answers, Platform};
use crate::model::Channel;

/// What the setting of a channel's webhooks begins with.
pub(super) const OF_CHANNEL: &str = "WEBHOOK_URL_";

/// The longest address of the chat function: with a ticket behind it, it fits on the buttons of every platform but one.
const MOST_ADDRESS_CHARS: usize = 256;

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    /// The webhooks: the default ones, and those of each channel among the `names` of variables.
    pub(super) fn webhooks(&mut self, names: &[String]) -> Webhooks {
        let platform = self.value("WEBHOOK_PLATFORM").and_then(|text| match text.parse::<Platform>() {
            Ok(platform) => Some(platform),
            Err(error) => {
                self.fault("WEBHOOK_PLATFORM", Some(text), error.to_string());
                None
            }
        });
        let default = self.addresses("WEBHOOK_URL", "WEBHOOK_URL", platform);
        let mut channels: BTreeMap<Channel, Vec<Webhook>> = BTreeMap::new();
        for name in names {
            let Some(channel) = name.strip_prefix(OF_CHANNEL) else { continue };
            match Channel::new(channel) {
                Ok(channel) => {
                    let addresses = self.addresses("WEBHOOK_URL_<CHANNEL>", name, platform);
                    if !addresses.is_empty() {
                        channels.entry(channel).or_default().extend(addresses);
                    }
                }
                Err(error) => self.fault("WEBHOOK_URL_<CHANNEL>", Some(name.clone()), error.to_string()),
            }
        }
        Webhooks { default, channels }
    }

    /// The addresses that a variable holds.
    fn addresses(&mut self, setting: &'static str, name: &str, platform: Option<Platform>) -> Vec<Webhook> {
        let text = self.value(name).unwrap_or_default();
        let parts = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|part| !part.is_empty());
        let webhooks: Result<Vec<Webhook>, _> = parts.map(|part| Webhook::new(part, platform)).collect();
        webhooks.unwrap_or_else(|_| {
            let place = if setting == name { String::new() } else { format!(" (in `{name}`)") };
            let allowed = "addresses that begin with `https://` or `http://`, separated by spaces or commas";
            self.fault(setting, None, format!("{allowed}{place}"));
            Vec::new()
        })
    }

    /// What people can answer with.
    pub(super) fn answers(&mut self, signer: Option<Signer>) -> Answers {
        let address = self.value("CHAT_URL").filter(|text| {
            let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '(' | ')' | '<' | '>' | '"' | '?' | '#');
            let is_address = text.len() <= MOST_ADDRESS_CHARS
                && text.strip_prefix("https://").is_some_and(|rest| !rest.is_empty() && rest.chars().all(is_plain));
            if !is_address {
                let allowed = format!(
                    "an address of at most {MOST_ADDRESS_CHARS} characters that begins with `https://`, without `?` and `#`"
                );
                self.fault("CHAT_URL", Some(text.clone()), allowed);
            }
            is_address
        });
        if address.is_some() && self.value("LINK_SECRET").is_none() {
            self.fault("CHAT_URL", None, "an address only together with `LINK_SECRET`, which signs its links");
        }
        let keyword = self.value("COMMAND_KEYWORD").map(|text| text.trim_start_matches('/').to_owned());
        let keyword = keyword.filter(|word| {
            let is_word = (1..=50).contains(&word.chars().count()) && word.chars().all(char::is_alphanumeric);
            if !is_word {
                let allowed = "a word of at most 50 letters and digits, such as `lamp`";
                self.fault("COMMAND_KEYWORD", Some(word.clone()), allowed);
            }
            is_word
        });
        Answers { signer, address, keyword }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The webhooks and the faults of these variables.
    fn read(variables: &[(&str, &str)]) -> (Webhooks, Answers, Vec<String>) {
        let lookup =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let mut reader = Reader { lookup, faults: Vec::new() };
        let names: Vec<String> = variables.iter().map(|(name, _)| (*name).to_owned()).collect();
        let webhooks = reader.webhooks(&names);
        let answers = reader.answers(None);
        (webhooks, answers, reader.faults.iter().map(ToString::to_string).collect())
    }

    fn platforms(webhooks: &[Webhook]) -> Vec<Platform> {
        webhooks.iter().map(Webhook::platform).collect()
    }

    #[test]
    fn there_are_several_webhooks_and_some_of_channels() {
        let (webhooks, _, faults) = read(&[
            ("WEBHOOK_URL", "https://wh.jandi.com/1, https://hooks.slack.com/2\nhttps://chat.example.org/3"),
            ("WEBHOOK_URL_DEV_TEAM", "https://discord.com/api/webhooks/1/x"),
            ("WEBHOOK_URL_ops", "json+https://chat.example.org/4"),
            ("WEBHOOK_URL_NONE", " "),
            ("WEBHOOK_PLATFORM", "mattermost"),
        ]);
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!(platforms(&webhooks.default), [Platform::Jandi, Platform::Slack, Platform::Mattermost]);
        let of = |name: &str| webhooks.channels.get(&Channel::new(name).unwrap()).map(|webhooks| platforms(webhooks));
        assert_eq!(of("dev-team"), Some(vec![Platform::Discord]));
        assert_eq!(of("OPS"), Some(vec![Platform::Json]));
        assert_eq!(of("none"), None);
    }

    #[test]
    fn faults_name_the_variable_and_show_no_address() {
        let (.., faults) = read(&[
            ("WEBHOOK_URL", "https://chat.example.org/1 wh.jandi.com/hidden"),
            ("WEBHOOK_URL_DEV", "ftp://hidden"),
            ("CHAT_URL", "https://chat.example.org"),
            ("COMMAND_KEYWORD", "two words"),
        ]);
        let allowed = "holds something else than what is allowed: addresses that begin with `https://` or `http://`, \
                       separated by spaces or commas";
        let expected = [
            format!("`WEBHOOK_URL` {allowed}"),
            format!("`WEBHOOK_URL_<CHANNEL>` {allowed} (in `WEBHOOK_URL_DEV`)"),
            "`CHAT_URL` holds something else than what is allowed: an address only together with `LINK_SECRET`, which \
             signs its links"
                .to_owned(),
            "`COMMAND_KEYWORD` holds `two words`, allowed: a word of at most 50 letters and digits, such as `lamp`"
                .to_owned(),
        ];
        assert_eq!(faults, expected);
    }

    #[test]
    fn the_chat_function_has_a_public_address() {
        for text in ["http://chat.example.org", "https://", "chat.example.org", "https://h/?a", "https://h/(x)"] {
            let (_, answers, faults) = read(&[("CHAT_URL", text), ("LINK_SECRET", "s")]);
            assert_eq!((answers.address, faults.len()), (None, 1), "{text}");
        }
        let (_, answers, faults) =
            read(&[("CHAT_URL", "https://h.example/prod/"), ("LINK_SECRET", "s"), ("COMMAND_KEYWORD", "/램프")]);
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!(answers.address.as_deref(), Some("https://h.example/prod/"));
        assert_eq!(answers.keyword.as_deref(), Some("램프"));
    }
}
