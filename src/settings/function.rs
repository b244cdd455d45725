//! The settings of the function: everything but what the command line needs for files alone.

use std::collections::BTreeMap;

use chrono::Duration;
use tracing_subscriber::EnvFilter;

use super::{Answering, Dispatching, Reader, Role, SettingsError, environment, names};
use crate::aws::TableNames;
use crate::chat::link::Signer;
use crate::chat::send::Webhooks;
use crate::chat::{Answers, Language, LanguageError, Voice};
use crate::document::Defaults;

/// Everything that is set from outside.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The tables' names.
    pub tables: TableNames,
    /// What holds for schedules that do not say it.
    pub defaults: Defaults,
    /// The key of the tag that holds a schedule's tag value.
    pub schedule_tag_key: String,
    /// The key of the tag that holds a group's name.
    pub group_tag_key: String,
    /// The external id with which roles in other accounts are assumed.
    pub external_id: Option<String>,
    /// Whether instances are tagged with what was last done to them.
    pub tags_last_action: bool,
    /// Where messages go.
    pub webhooks: Webhooks,
    /// The language of messages, answers and pages.
    pub language: Language,
    /// What people can answer messages with.
    pub answers: Answers,
    /// Which function this is.
    pub role: Role,
    /// What it takes to answer HTTP.
    pub answering: Answering,
    /// Where batches of schedules go, if one function is not enough.
    pub dispatching: Option<Dispatching>,
    /// How long a tick goes on looking while something is on its way.
    pub settle: Duration,
    /// What is logged: directives of [`EnvFilter`].
    pub log_filter: String,
}

/// The variable by which Lambda says that it is there.
const LAMBDA: &str = "AWS_LAMBDA_RUNTIME_API";

/// Whether the Lambda runtime has started this process.
#[must_use]
pub fn is_lambda() -> bool {
    environment(LAMBDA).is_some_and(|address| !address.is_empty())
}

impl Settings {
    /// Reads the environment of this process, with what variables of these names refer to in the place of ARNs.
    ///
    /// # Errors
    /// Every variable that cannot be read.
    pub fn from_env(fetched: &BTreeMap<String, String>) -> Result<Self, SettingsError> {
        let lookup = |name: &str| fetched.get(name).cloned().or_else(|| environment(name));
        Self::read_named(lookup, &names())
    }

    /// Reads variables from wherever `lookup` finds them.
    ///
    /// # Errors
    /// Every variable that cannot be read.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        Self::read_named(lookup, &[])
    }

    /// Reads variables, those of channels among these names too.
    fn read_named(lookup: impl Fn(&str) -> Option<String>, names: &[String]) -> Result<Self, SettingsError> {
        let mut reader = Reader { lookup, faults: Vec::new() };
        let tables = TableNames {
            schedule: reader.or("SCHEDULE_TABLE", "Schedule", TABLE, table),
            server_group: reader.or("SERVER_GROUP_TABLE", "ScheduleServerGroup", TABLE, table),
            exception: reader.or("EXCEPTION_TABLE", "ScheduleException", TABLE, table),
            run: reader.or("RUN_TABLE", "ScheduleRun", TABLE, table),
        };
        let defaults = reader.defaults();
        let settle = reader.whole("SETTLE_SECONDS", 840, "seconds").unwrap_or(60);
        let schedule_tag_key = reader.or("SCHEDULE_TAG_KEY", "ScheduleName", TAG_KEY, tag_key);
        let group_tag_key = reader.or("GROUP_TAG_KEY", "ScheduleGroupName", TAG_KEY, tag_key);
        let external_id = reader.external_id();
        let tags_last_action = reader.flag("TAG_LAST_ACTION").unwrap_or(true);
        let webhooks = reader.webhooks(names);
        let language = reader.language();
        let signer = reader.signer();
        let role = reader.role();
        let answering = reader.answering(role, signer.clone());
        let answers = reader.answers(signer);
        let dispatching = reader.dispatching();
        let log_filter = reader.log_filter();
        if !reader.faults.is_empty() {
            return Err(SettingsError { faults: reader.faults });
        }
        Ok(Self {
            tables,
            defaults,
            schedule_tag_key,
            group_tag_key,
            external_id,
            tags_last_action,
            webhooks,
            language,
            answers,
            role,
            answering,
            dispatching,
            settle: Duration::seconds(settle),
            log_filter,
        })
    }
}

impl Settings {
    /// How people are spoken to.
    #[must_use]
    pub fn voice(&self) -> Voice {
        Voice { language: self.language, answers: self.answers.clone() }
    }
}

const TABLE: &str = "a table's name (3 to 255 of `a-z`, `A-Z`, `0-9`, `_`, `-`, `.`) or its ARN";
const TAG_KEY: &str = "a tag's key of at most 128 characters that does not begin with `aws:`";
const LEVELS: [&str; 6] = ["trace", "debug", "info", "warn", "error", "off"];

fn table(text: &str) -> Option<String> {
    let is_name = |text: &str| {
        let of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        (3..=255).contains(&text.len()) && text.bytes().all(of_name)
    };
    let name = match text.strip_prefix("arn:") {
        Some(arn) => arn.split_once(":table/").map(|(_, name)| name)?,
        None => text,
    };
    is_name(name).then(|| text.to_owned())
}

fn tag_key(text: &str) -> Option<String> {
    let is_key = text.chars().count() <= 128 && !text.starts_with("aws:") && !text.contains(char::is_control);
    is_key.then(|| text.to_owned())
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    /// Text of a certain form, or the default.
    fn or(&mut self, name: &'static str, default: &str, allowed: &str, read: fn(&str) -> Option<String>) -> String {
        let Some(text) = self.value(name) else { return default.to_owned() };
        read(&text).unwrap_or_else(|| {
            self.fault(name, Some(text), allowed);
            default.to_owned()
        })
    }

    /// The external id for assuming roles. AWS does not count it among secrets; it is not shown all the same.
    fn external_id(&mut self) -> Option<String> {
        let text = self.value("EXTERNAL_ID")?;
        let of_id = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&byte);
        if (2..=1_224).contains(&text.len()) && text.bytes().all(of_id) {
            return Some(text);
        }
        self.fault("EXTERNAL_ID", None, "2 to 1224 of `a-z`, `A-Z`, `0-9`, `_+=,.@:/-`");
        None
    }

    fn flag(&mut self, name: &'static str) -> Option<bool> {
        let text = self.value(name)?;
        let flag = text.to_ascii_lowercase().parse().ok();
        if flag.is_none() {
            self.fault(name, Some(text), "`true` or `false`");
        }
        flag
    }

    fn language(&mut self) -> Language {
        let Some(text) = self.value("MESSAGE_LANGUAGE") else { return Language::default() };
        text.parse().unwrap_or_else(|error: LanguageError| {
            self.fault("MESSAGE_LANGUAGE", Some(text), error.to_string());
            Language::default()
        })
    }

    /// What our own links are signed with.
    fn signer(&mut self) -> Option<Signer> {
        let secret = self.value("LINK_SECRET")?;
        let signer = Signer::new(secret.as_bytes());
        if let Err(error) = &signer {
            self.fault("LINK_SECRET", None, error.to_string());
        }
        signer.ok()
    }

    /// What is logged. The crates below the chat are kept quiet, whatever is asked for: they know the webhook's address.
    fn log_filter(&mut self) -> String {
        const QUIET: &str = "h2=warn,hyper=warn,hyper_util=warn,reqwest=warn,rustls=warn";
        let of_level = |level: &str| format!("warn,lambda_runtime=info,lamplighter={level},{QUIET}");
        if let Some(text) = self.value("AWS_LAMBDA_LOG_LEVEL") {
            match text.to_ascii_lowercase().as_str() {
                "fatal" => return of_level("error"),
                level if LEVELS.contains(&level) => return of_level(level),
                _ => self.fault("AWS_LAMBDA_LOG_LEVEL", Some(text), format!("`{}` or `fatal`", LEVELS.join("`, `"))),
            }
        } else if let Some(text) = self.value("RUST_LOG") {
            let is_level = LEVELS.contains(&text.to_ascii_lowercase().as_str());
            let filter = if is_level { of_level(&text) } else { format!("{text},{QUIET}") };
            if EnvFilter::try_new(&filter).is_ok() {
                return filter;
            }
            self.fault("RUST_LOG", Some(text), "a level such as `info`, or directives such as `lamplighter=debug`");
        }
        of_level("info")
    }
}

#[cfg(test)]
mod tests;
