//! The settings of the function that answers HTTP: which of the two this is, and what requests prove themselves with.

use std::str::FromStr;

use super::Reader;
use crate::chat::link::Signer;
use crate::web::Keys;

/// Which of the two functions this is (rule S3): one binary serves both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// Starts and stops; takes no requests.
    #[default]
    Scheduler,
    /// Answers HTTP; can start and stop nothing.
    Chat,
}

impl FromStr for Role {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_ascii_lowercase().as_str() {
            "scheduler" => Ok(Self::Scheduler),
            "chat" => Ok(Self::Chat),
            _ => Err(()),
        }
    }
}

/// What it takes to answer.
#[derive(Debug, Clone, Default)]
pub struct Answering {
    /// What requests prove themselves with.
    pub keys: Keys,
    /// What commands begin with: `COMMAND_KEYWORD` behind a `/`; empty where it is not set.
    pub keyword: String,
    /// The path of `CHAT_URL`: what stands before the paths that are ours.
    pub prefix: String,
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    /// Which function this is.
    pub(super) fn role(&mut self) -> Role {
        let Some(text) = self.value("FUNCTION_ROLE") else { return Role::default() };
        text.parse().unwrap_or_else(|()| {
            self.fault("FUNCTION_ROLE", Some(text), "`scheduler` or `chat`");
            Role::default()
        })
    }

    /// What requests prove themselves with; the function that answers them needs at least one of it.
    pub(super) fn answering(&mut self, role: Role, signer: Option<Signer>) -> Answering {
        const NAMES: [&str; 5] =
            ["LINK_SECRET", "SLACK_SIGNING_SECRET", "DISCORD_PUBLIC_KEY", "OUTGOING_WEBHOOK_TOKEN", "MATTERMOST_TOKEN"];
        if role == Role::Chat && NAMES.iter().all(|name| self.value(name).is_none()) {
            let allowed = format!("`chat` with at least one of `{}`", NAMES.join("`, `"));
            self.fault("FUNCTION_ROLE", Some("chat".to_owned()), allowed);
        }
        let mut keys = signer.map_or_else(Keys::default, |signer| Keys::default().with_links(signer));
        if let Some(secret) = self.value("SLACK_SIGNING_SECRET") {
            keys = keys.clone().with_slack(&secret).unwrap_or_else(|error| {
                self.fault("SLACK_SIGNING_SECRET", None, error.to_string());
                keys
            });
        }
        if let Some(key) = self.value("DISCORD_PUBLIC_KEY") {
            keys = keys.clone().with_discord(&key).unwrap_or_else(|error| {
                self.fault("DISCORD_PUBLIC_KEY", None, error.to_string());
                keys
            });
        }
        let servers = self.value("DISCORD_SERVERS").unwrap_or_default();
        if servers.is_empty() && self.value("DISCORD_PUBLIC_KEY").is_some() {
            let allowed = "the ids of the Discord servers that may order, since anybody can add an application to a server of their own";
            self.fault("DISCORD_SERVERS", Some(String::new()), allowed);
        }
        let tokens = |name| self.value(name).unwrap_or_default();
        let keys = keys
            .with_discord_servers(&servers)
            .with_jandi(&tokens("OUTGOING_WEBHOOK_TOKEN"))
            .with_mattermost(&tokens("MATTERMOST_TOKEN"));
        let keyword =
            self.value("COMMAND_KEYWORD").map(|word| format!("/{}", word.trim_start_matches('/'))).unwrap_or_default();
        let prefix = self.value("CHAT_URL").map(|address| path(&address)).unwrap_or_default();
        Answering { keys, keyword, prefix }
    }
}

/// The path of an address, without slashes around it.
fn path(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let path = rest.split_once('/').map(|(_, path)| path).unwrap_or_default();
    path.split(['?', '#']).next().unwrap_or_default().trim_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The role, the prefix and the faults of these variables.
    fn read(variables: &[(&str, &str)]) -> (Role, String, Vec<String>) {
        let lookup =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let mut reader = Reader { lookup, faults: Vec::new() };
        let role = reader.role();
        let answering = reader.answering(role, None);
        (role, answering.prefix, reader.faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_role_and_the_path_of_the_address_are_read() {
        let none: Vec<String> = Vec::new();
        assert_eq!(read(&[]), (Role::Scheduler, String::new(), none.clone()));
        let chat = [("FUNCTION_ROLE", "Chat"), ("SLACK_SIGNING_SECRET", "s"), ("CHAT_URL", "https://h.example/a/b/?x")];
        assert_eq!(read(&chat), (Role::Chat, "a/b".to_owned(), none.clone()));
        for address in ["https://h.example", "https://h.example/", "https://h.example/?a=/b"] {
            assert_eq!(read(&[("CHAT_URL", address)]).1, "", "{address}");
        }
    }

    #[test]
    fn what_cannot_be_a_secret_is_a_fault_that_does_not_show_it() {
        let (_, _, faults) = read(&[("FUNCTION_ROLE", "both"), ("DISCORD_PUBLIC_KEY", "a-secret")]);
        let expected = [
            "`FUNCTION_ROLE` holds `both`, allowed: `scheduler` or `chat`",
            "`DISCORD_PUBLIC_KEY` holds something else than what is allowed: the public key of a Discord application: 64 \
             hexadecimal digits",
            "`DISCORD_SERVERS` holds ``, allowed: the ids of the Discord servers that may order, since anybody can add an \
             application to a server of their own",
        ];
        assert_eq!(faults, expected);
        let (_, _, faults) = read(&[("FUNCTION_ROLE", "chat")]);
        assert!(faults[0].contains("at least one of `LINK_SECRET`"), "{faults:?}");
    }
}
