//! The settings: the one reader of the environment.
//!
//! | variable | default | allowed |
//! | --- | --- | --- |
//! | `SCHEDULE_TABLE` | `Schedule` | name or ARN of a DynamoDB table |
//! | `SERVER_GROUP_TABLE` | `ScheduleServerGroup` | the same |
//! | `EXCEPTION_TABLE` | `ScheduleException` | the same |
//! | `RUN_TABLE` | `ScheduleRun` | the same |
//! | `DEFAULT_TIMEZONE` | `Asia/Seoul` | IANA name of a zone |
//! | `SCHEDULE_TAG_KEY` | `ScheduleName` | key of a tag |
//! | `GROUP_TAG_KEY` | `ScheduleGroupName` | key of a tag |
//! | `REGIONS` | the function's own | names of regions, separated by spaces or commas |
//! | `ACCOUNTS` | the function's own | ARNs of roles to assume, and `own`, separated by spaces or commas |
//! | `EXTERNAL_ID` | none | the external id for assuming roles: 2 to 1224 of `a-z`, `A-Z`, `0-9`, `_+=,.@:/-` |
//! | `TAG_LAST_ACTION` | `true` | `true`, `false`: whether instances are tagged with what was last done to them |
//! | `WEBHOOK_URL` | none: no messages | addresses of incoming webhooks, separated by spaces or commas; secrets. A platform may stand before an address: `mattermost+https://…` |
//! | `WEBHOOK_URL_<CHANNEL>` | none | the same, for the schedules that name the channel in `Channels`; one that has none goes to `WEBHOOK_URL` |
//! | `WEBHOOK_PLATFORM` | `json` | `jandi`, `slack`, `discord`, `teams`, `google-chat`, `mattermost`, `json`: of the addresses that do not tell it themselves |
//! | `FUNCTION_ROLE` | `scheduler` | `scheduler`, `chat`: the one starts and stops, the other answers HTTP |
//! | `OUTGOING_WEBHOOK_TOKEN` | none: JANDI is not answered | tokens of JANDI's outgoing webhooks, separated by spaces or commas; secrets |
//! | `SLACK_SIGNING_SECRET` | none: Slack is not answered | signing secret of a Slack app; a secret |
//! | `DISCORD_PUBLIC_KEY` | none: Discord is not answered | public key of a Discord application: 64 hexadecimal digits |
//! | `DISCORD_SERVERS` | none: has to be there with the key | ids of the Discord servers that may order, separated by spaces or commas |
//! | `MATTERMOST_TOKEN` | none: no commands of Mattermost | tokens of Mattermost's slash commands, separated by spaces or commas; secrets |
//! | `STOP_ALERT_BEFORE_TIME_MINUTE` | `10` | minutes from 0 to 1440; 0: no warning |
//! | `MESSAGE_LANGUAGE` | `en` | `en`, `ko` |
//! | `CHAT_URL` | none: no links | public https address of the function that answers HTTP |
//! | `LINK_SECRET` | none: no links | what links are signed with, at least 32 bytes; a secret |
//! | `COMMAND_KEYWORD` | none: no command is named | the word that commands begin with, such as `lamp`; messages say what to write |
//! | `DISPATCH_QUEUE_URL` | none: one tick works on everything | URL of a standard SQS queue that calls this function: batches of schedules go there, and a tick is run for each |
//! | `SETTLE_SECONDS` | `60` | seconds from 0 to 840: how long a tick looks on while something is on its way |
//! | `AWS_LAMBDA_LOG_LEVEL`, else `RUST_LOG` | `info` | `trace`, `debug`, `info`, `warn`, `error`, `fatal`, `off`; `RUST_LOG` also directives |
//!
//! A setting that is a secret may hold ARNs of Secrets Manager or Parameter Store instead: `reference` says how.
//!
//! An empty variable counts as not set. The AWS SDK reads its own (`AWS_REGION`, `AWS_ENDPOINT_URL`, credentials). Knows
//! what a setting means, not what is done with it; no value of a secret is in an error or in debug output (rule S4).

use std::fmt;

use chrono::Duration;
use chrono_tz::Tz;

use crate::document::{Defaults, PlaceError, Places, nearest_zone, places};

#[cfg(feature = "live")]
mod answering;
#[cfg(feature = "live")]
mod dispatching;
#[cfg(feature = "live")]
mod function;
#[cfg(feature = "live")]
mod reference;
#[cfg(feature = "live")]
mod telling;

#[cfg(feature = "live")]
pub use answering::{Answering, Role};
#[cfg(feature = "live")]
pub use dispatching::Dispatching;
#[cfg(feature = "live")]
pub use function::{Settings, is_lambda};
#[cfg(feature = "live")]
pub use reference::{Reference, references};

/// Settings that cannot be read: all of them, not the first only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("; "))]
pub struct SettingsError {
    /// What is wrong, a variable each.
    pub faults: Vec<Fault>,
}

/// A setting that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The variable.
    pub name: &'static str,
    /// What it holds; `None`: a secret.
    pub holds: Option<String>,
    /// What is allowed.
    pub allowed: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, holds, allowed } = self;
        match holds {
            Some(holds) => write!(f, "`{name}` holds `{holds}`, allowed: {allowed}"),
            None => write!(f, "`{name}` holds something else than what is allowed: {allowed}"),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one reader of the environment")]
fn environment(name: &str) -> Option<String> {
    // What is not Unicode is read as far as possible, so that it is refused rather than taken for absent.
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

/// The names of all variables, as far as they are Unicode.
#[cfg(feature = "live")]
fn names() -> Vec<String> {
    std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).collect()
}

/// Reads what holds for schedules that do not say it, from the environment of this process.
///
/// # Errors
/// Every variable of these that cannot be read.
pub fn defaults_from_env() -> Result<Defaults, SettingsError> {
    let mut reader = Reader { lookup: environment, faults: Vec::new() };
    let defaults = reader.defaults();
    if reader.faults.is_empty() { Ok(defaults) } else { Err(SettingsError { faults: reader.faults }) }
}

/// What could be read of a list, and what is wrong with the rest.
type Found<T> = (Vec<T>, Vec<PlaceError>);

/// Reads variables and gathers the faults.
struct Reader<L> {
    lookup: L,
    faults: Vec<Fault>,
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    /// What the variable holds, without white space around it; nothing if that is all there is.
    fn value(&self, name: &str) -> Option<String> {
        (self.lookup)(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn fault(&mut self, name: &'static str, holds: Option<String>, allowed: impl Into<String>) {
        self.faults.push(Fault { name, holds, allowed: allowed.into() });
    }

    /// A whole number from 0 to `most`.
    fn whole(&mut self, name: &'static str, most: i64, unit: &str) -> Option<i64> {
        let text = self.value(name)?;
        let number = text.parse().ok().filter(|number| (0..=most).contains(number));
        if number.is_none() {
            self.fault(name, Some(text), format!("whole {unit} from 0 to {most}"));
        }
        number
    }

    fn zone(&mut self, name: &'static str) -> Option<Tz> {
        let text = self.value(name)?;
        let zone = text.parse().ok();
        if zone.is_none() {
            let near = nearest_zone(&text);
            let near = near.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
            self.fault(name, Some(text), format!("the IANA name of a time zone such as `Asia/Seoul`{near}"));
        }
        zone
    }

    fn defaults(&mut self) -> Defaults {
        let defaults = Defaults::default();
        let zone = self.zone("DEFAULT_TIMEZONE").unwrap_or(defaults.zone);
        let warning_lead = self.whole("STOP_ALERT_BEFORE_TIME_MINUTE", 1_440, "minutes");
        let warning_lead = warning_lead.map_or(defaults.warning_lead, Duration::minutes);
        Defaults { zone, warning_lead, places: self.places() }
    }

    /// Where instances are looked for.
    fn places(&mut self) -> &'static Places {
        let accounts = self.listed("ACCOUNTS", |parts| places::accounts(parts.iter().copied()));
        let regions = self.listed("REGIONS", |parts| places::regions(parts.iter().copied()));
        let places = Places { accounts, regions };
        if let Some(fault) = places.too_many() {
            self.fault("ACCOUNTS", None, fault);
        }
        if places == *Places::HERE {
            return Places::HERE;
        }
        // Settings are read once, and hold until the process ends.
        Box::leak(Box::new(places))
    }

    /// A list, separated by spaces or commas; each part that cannot be read is a fault.
    fn listed<T>(&mut self, name: &'static str, read: fn(&[&str]) -> Found<T>) -> Vec<T> {
        let Some(text) = self.value(name) else { return Vec::new() };
        let parts: Vec<&str> =
            text.split(|c: char| c == ',' || c.is_whitespace()).filter(|part| !part.is_empty()).collect();
        let (list, errors) = read(&parts);
        for PlaceError { text, allowed, .. } in errors {
            self.fault(name, Some(text), allowed);
        }
        list
    }
}
