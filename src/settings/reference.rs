//! Secrets that are kept elsewhere: in place of a secret a setting may hold ARNs of where it is (rule S4).
//!
//! | kept in | what the setting holds |
//! | --- | --- |
//! | Secrets Manager | `arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME`, all of it; with `:KEY` behind it, that key of a secret in JSON; with `:KEY:STAGE:VERSION`, of one version, as in a task definition of ECS |
//! | Parameter Store | `arn:aws:ssm:REGION:ACCOUNT:parameter/NAME` |
//!
//! Several are separated by spaces or commas, as the secrets themselves would be. Pure; fetches nothing.

use std::collections::BTreeMap;

use super::{Fault, SettingsError, environment, names};

/// The settings that may hold ARNs; those of channels begin with the first of them.
const SECRETS: [&str; 5] =
    ["WEBHOOK_URL", "LINK_SECRET", "OUTGOING_WEBHOOK_TOKEN", "SLACK_SIGNING_SECRET", "MATTERMOST_TOKEN"];

/// What all ARNs begin with.
const ARN: &str = "arn:";

const ALLOWED: &str = "the secret itself, or ARNs of secrets (`arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME`, also with \
                       `:KEY`) or of parameters (`arn:aws:ssm:REGION:ACCOUNT:parameter/NAME`)";

/// Where a secret is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// In Secrets Manager.
    Secret {
        /// The region that it is in.
        region: String,
        /// The ARN, without what stands behind it.
        arn: String,
        /// The key of it, where the secret is an object in JSON.
        key: Option<String>,
        /// The stage of the version, such as `AWSPREVIOUS`.
        stage: Option<String>,
        /// The version.
        version: Option<String>,
    },
    /// In Parameter Store.
    Parameter {
        /// The region that it is in.
        region: String,
        /// The ARN.
        arn: String,
    },
}

impl Reference {
    /// The ARN, which is no secret.
    #[must_use]
    pub fn arn(&self) -> &str {
        match self {
            Self::Secret { arn, .. } | Self::Parameter { arn, .. } => arn,
        }
    }

    /// Reads one; `None`: it is none.
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let mut next = || parts.next().filter(|part| !part.is_empty());
        let (_, partition, service, region, account) = (next()?, next()?, next()?, next()?, next()?);
        let (region, arn) = (region.to_owned(), format!("arn:{partition}:{service}:{region}:{account}"));
        match service {
            "secretsmanager" => {
                let (kind, name) = (next().filter(|kind| *kind == "secret")?, next()?);
                let mut rest = [None, None, None];
                for place in &mut rest {
                    *place = parts.next().filter(|part| !part.is_empty()).map(str::to_owned);
                }
                let [key, stage, version] = rest;
                let is_over = parts.next().is_none();
                is_over.then(|| Self::Secret { region, arn: format!("{arn}:{kind}:{name}"), key, stage, version })
            }
            "ssm" => {
                let name =
                    next().filter(|name| name.strip_prefix("parameter/").is_some_and(|name| !name.is_empty()))?;
                let is_over = parts.next().is_none();
                is_over.then(|| Self::Parameter { region, arn: format!("{arn}:{name}") })
            }
            _ => None,
        }
    }
}

/// What the settings of this process refer to, by the names of the variables.
///
/// # Errors
/// Every variable that begins like an ARN and holds something else.
pub fn references() -> Result<BTreeMap<String, Vec<Reference>>, SettingsError> {
    read(environment, &names())
}

fn read(
    lookup: impl Fn(&str) -> Option<String>,
    names: &[String],
) -> Result<BTreeMap<String, Vec<Reference>>, SettingsError> {
    let (mut found, mut faults) = (BTreeMap::new(), Vec::new());
    for name in names {
        let Some(setting) = SECRETS.into_iter().find(|setting| is_of(name, setting)) else { continue };
        let text = lookup(name).unwrap_or_default();
        if !text.trim_start().starts_with(ARN) {
            continue;
        }
        let parts = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|part| !part.is_empty());
        match parts.map(Reference::read).collect::<Option<Vec<_>>>() {
            Some(references) => drop(found.insert(name.clone(), references)),
            // What stands beside an ARN may be a secret.
            None => faults.push(Fault { name: setting, holds: None, allowed: ALLOWED.to_owned() }),
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(SettingsError { faults }) }
}

/// Whether the variable is this setting, or its like for a channel.
fn is_of(name: &str, setting: &str) -> bool {
    name == setting || (setting == "WEBHOOK_URL" && name.starts_with(super::telling::OF_CHANNEL))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:lamp/chat-AbCdEf";
    const PARAMETER: &str = "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/lamp/webhook";

    fn read_of(variables: &[(&str, &str)]) -> Result<Vec<(String, Vec<Reference>)>, String> {
        let lookup =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let names: Vec<String> = variables.iter().map(|(name, _)| (*name).to_owned()).collect();
        read(lookup, &names).map(|found| found.into_iter().collect()).map_err(|error| error.to_string())
    }

    fn secret(parts: [Option<&str>; 3]) -> Reference {
        let [key, stage, version] = parts.map(|part| part.map(str::to_owned));
        Reference::Secret { region: "eu-west-1".to_owned(), arn: SECRET.to_owned(), key, stage, version }
    }

    #[test]
    fn an_arn_says_where_a_secret_is() {
        let parameter = || Reference::Parameter { region: "cn-north-1".to_owned(), arn: PARAMETER.to_owned() };
        let cases = [
            (SECRET.to_owned(), vec![secret([None; 3])]),
            (format!("{SECRET}:slack"), vec![secret([Some("slack"), None, None])]),
            (format!("{SECRET}:slack::"), vec![secret([Some("slack"), None, None])]),
            (format!("{SECRET}::AWSPREVIOUS:"), vec![secret([None, Some("AWSPREVIOUS"), None])]),
            (format!("{SECRET}:a::v-1"), vec![secret([Some("a"), None, Some("v-1")])]),
            (format!(" {PARAMETER}, {SECRET}"), vec![parameter(), secret([None; 3])]),
        ];
        for (text, expected) in cases {
            assert_eq!(read_of(&[("LINK_SECRET", &text)]), Ok(vec![("LINK_SECRET".to_owned(), expected)]), "{text}");
        }
    }

    #[test]
    fn what_is_no_arn_is_the_secret_itself() {
        for text in ["", "https://wh.jandi.com/1", "a secret that begins with no arn:", "Arn:x"] {
            assert_eq!(read_of(&[("WEBHOOK_URL", text)]), Ok(Vec::new()), "{text}");
        }
        // Names of tables may be ARNs, too.
        assert_eq!(read_of(&[("SCHEDULE_TABLE", "arn:aws:dynamodb:eu-west-1:1:table/S")]), Ok(Vec::new()));
    }

    #[test]
    fn webhooks_of_channels_may_be_kept_elsewhere_too() {
        let found = read_of(&[("WEBHOOK_URL_DEV", SECRET)]).unwrap();
        assert_eq!(found, [("WEBHOOK_URL_DEV".to_owned(), vec![secret([None; 3])])]);
    }

    #[test]
    fn half_an_arn_is_a_fault_that_shows_nothing() {
        let bad = [
            "arn:",
            "arn:aws:s3:::bucket",
            "arn:aws:secretsmanager:eu-west-1:1:lamp",
            "arn:aws:ssm:eu-west-1:1:parameter/",
            "arn:aws:ssm::1:parameter/a",
            "arn:aws:ssm:eu-west-1:1:parameter/a:b",
            "arn:aws:secretsmanager:eu-west-1:1:secret:a:b:c:d:e",
            "arn:aws:ssm:eu-west-1:1:parameter/a https://hidden.example.org",
        ];
        for text in bad {
            let error = read_of(&[("WEBHOOK_URL_DEV", text)]).unwrap_err();
            assert!(
                error.starts_with("`WEBHOOK_URL` holds something else than what is allowed: the secret"),
                "{error}"
            );
            assert!(!error.contains("hidden") && !error.contains("bucket"), "{error}");
        }
    }
}
