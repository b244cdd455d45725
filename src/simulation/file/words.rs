//! The words of a world file: how its kinds, lengths of time, states and reasons are spelt, both ways.

use chrono::Duration;

use crate::document::nearest;
use crate::model::{Action, InstanceState, Refusal};
use crate::ports::Table;

/// What stands for the values of an enum, each once.
pub(super) type Words<T> = [(&'static str, T)];

pub(super) const ACTIONS: &Words<Action> = &[("start", Action::Start), ("stop", Action::Stop)];
pub(super) const FLAGS: &Words<Action> = &[("ForceStart", Action::Start), ("ForceStop", Action::Stop)];
pub(super) const TABLES: &Words<Table> = &[
    (Table::Schedule.as_str(), Table::Schedule),
    (Table::ServerGroup.as_str(), Table::ServerGroup),
    (Table::Exception.as_str(), Table::Exception),
    (Table::Run.as_str(), Table::Run),
];

/// The value of a word, or what is wrong with it; upper and lower case do not matter.
pub(super) fn value_of<T: Copy>(words: &Words<T>, text: &str) -> Result<T, String> {
    let known = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
    known.map(|(_, value)| *value).ok_or_else(|| unknown(text, words.iter().map(|(word, _)| *word)))
}

/// The known words, as they are listed in a fault.
pub(super) fn listed<T>(words: &Words<T>) -> String {
    words.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// That a word is not known, and which one may have been meant.
pub(super) fn unknown<'a>(text: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest(text, known).map_or_else(|| "is not known".to_owned(), |near| format!("did you mean `{near}`?"))
}

/// What is allowed where a length of time is asked for.
pub(super) const LENGTH: &str = "a length of time such as `90s`, `6m`, `1h30m`, up to `366d`";

const LONGEST: Duration = Duration::days(366);

/// A length of time; with `-` before it a negative one.
pub(super) fn length(text: &str) -> Result<Duration, &'static str> {
    const FAULT: &str = "is no length of time";
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let length = humantime::parse_duration(text).map_err(|_| FAULT)?;
    let length = Duration::from_std(length).map_err(|_| FAULT)?;
    if length > LONGEST { Err(FAULT) } else { Ok(length * sign) }
}

/// A length of time as it is written.
pub(super) fn length_text(length: Duration) -> String {
    let sign = if length < Duration::zero() { "-" } else { "" };
    let text = humantime::format_duration(length.abs().to_std().unwrap_or_default()).to_string();
    format!("{sign}{}", text.replace(' ', ""))
}

/// What is allowed where a state is asked for.
pub(super) const STATES: &str = "`stopped`, `starting`, `running`, `stopping`, `gone`, or `serving`, `changing` or \
                                 `broken` with AWS's word, such as `serving backing-up`";

/// A state, with AWS's word where there are several for it.
pub(super) fn state(text: &str) -> Result<InstanceState, String> {
    const KNOWN: [&str; 8] = ["stopped", "starting", "running", "stopping", "gone", "serving", "changing", "broken"];
    let (word, raw) = text.split_once(' ').map_or((text, ""), |(word, raw)| (word, raw.trim()));
    let raw = || raw.to_owned();
    match (word, raw().is_empty()) {
        ("stopped", true) => Ok(InstanceState::Stopped),
        ("starting", true) => Ok(InstanceState::Starting),
        ("running", true) => Ok(InstanceState::Running),
        ("stopping", true) => Ok(InstanceState::Stopping),
        ("gone", true) => Ok(InstanceState::Gone),
        ("serving", false) => Ok(InstanceState::Serving { raw: raw() }),
        ("changing", false) => Ok(InstanceState::Changing { raw: raw() }),
        ("broken", false) => Ok(InstanceState::Broken { raw: raw() }),
        _ if KNOWN.contains(&word) => Err("has a word too many or too few".to_owned()),
        _ => Err(unknown(word, KNOWN.into_iter())),
    }
}

/// A state as it is written.
pub(super) fn state_text(state: &InstanceState) -> String {
    match state {
        InstanceState::Serving { raw } => format!("serving {raw}"),
        InstanceState::Changing { raw } => format!("changing {raw}"),
        InstanceState::Broken { raw } => format!("broken {raw}"),
        plain => plain.as_str().to_owned(),
    }
}

/// What is allowed where a reason for a refusal is asked for.
pub(super) const REFUSALS: &str = "`instance-store`, `sql-server-multi-az`, `multi-az-cluster`, or `auto-scaling`, \
                                   `spot-fleet`, `read-replica`, `replica-source`, `cluster-member`, `engine-mode` or \
                                   `global-database` with a name, such as `read-replica orders-db`";

/// Why AWS refuses to stop an instance.
pub(super) fn refusal(text: &str) -> Result<Refusal, String> {
    const KNOWN: [&str; 10] = [
        "auto-scaling",
        "spot-fleet",
        "instance-store",
        "read-replica",
        "replica-source",
        "cluster-member",
        "sql-server-multi-az",
        "multi-az-cluster",
        "engine-mode",
        "global-database",
    ];
    let (word, name) = text.split_once(' ').map_or((text, ""), |(word, name)| (word, name.trim()));
    let name = || name.to_owned();
    match (word, name().is_empty()) {
        ("auto-scaling", false) => Ok(Refusal::AutoScaling(name())),
        ("instance-store", true) => Ok(Refusal::InstanceStore),
        ("read-replica", false) => Ok(Refusal::ReadReplica(name())),
        ("replica-source", false) => Ok(Refusal::ReplicaSource(name())),
        ("cluster-member", false) => Ok(Refusal::ClusterMember(name())),
        ("sql-server-multi-az", true) => Ok(Refusal::SqlServerMultiAz),
        ("spot-fleet", false) => Ok(Refusal::SpotFleet(name())),
        ("multi-az-cluster", true) => Ok(Refusal::MultiAzCluster),
        ("engine-mode", false) => Ok(Refusal::EngineMode(name())),
        ("global-database", false) => Ok(Refusal::GlobalDatabase(name())),
        _ if KNOWN.contains(&word) => Err("has a word too many or too few".to_owned()),
        _ => Err(unknown(word, KNOWN.into_iter())),
    }
}

/// A reason for a refusal as it is written.
pub(super) fn refusal_text(refusal: &Refusal) -> String {
    match refusal {
        Refusal::AutoScaling(name) => format!("auto-scaling {name}"),
        Refusal::InstanceStore => "instance-store".to_owned(),
        Refusal::ReadReplica(name) => format!("read-replica {name}"),
        Refusal::ReplicaSource(name) => format!("replica-source {name}"),
        Refusal::ClusterMember(name) => format!("cluster-member {name}"),
        Refusal::SqlServerMultiAz => "sql-server-multi-az".to_owned(),
        Refusal::SpotFleet(name) => format!("spot-fleet {name}"),
        Refusal::MultiAzCluster => "multi-az-cluster".to_owned(),
        Refusal::EngineMode(name) => format!("engine-mode {name}"),
        Refusal::GlobalDatabase(name) => format!("global-database {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_and_written() {
        let cases = [
            ("90s", Some("1m30s")),
            ("1h30m", Some("1h30m")),
            ("1h 30m", Some("1h30m")),
            ("-5s", Some("-5s")),
            ("250ms", Some("250ms")),
            ("7d", Some("7days")),
            ("366d", Some("1year18h")),
            ("0s", Some("0s")),
            ("367d", None),
            ("5", None),
            ("--5s", None),
            ("five", None),
            ("", None),
            ("99999999999999999999d", None),
        ];
        for (text, expected) in cases {
            assert_eq!(length(text).ok().map(length_text).as_deref(), expected, "{text:?}");
            let again = length(text).ok().map(|read| length(&length_text(read)));
            assert_eq!(again, length(text).ok().map(Ok), "{text:?}");
        }
    }

    #[test]
    fn states_and_refusals_are_read_back() {
        for text in ["stopped", "starting", "running", "stopping", "gone", "serving backing-up", "broken storage-full"]
        {
            assert_eq!(state(text).map(|state| state_text(&state)), Ok(text.to_owned()));
        }
        for (text, fault) in [
            ("runing", "did you mean `running`?"),
            ("serving", "has a word too many or too few"),
            ("stopped now", "has a word too many or too few"),
        ] {
            assert_eq!(state(text), Err(fault.to_owned()));
        }
        for text in [
            "auto-scaling web",
            "spot-fleet fleet-1",
            "instance-store",
            "read-replica a b",
            "sql-server-multi-az",
            "multi-az-cluster",
            "engine-mode serverless",
            "global-database orders",
        ] {
            assert_eq!(refusal(text).map(|refusal| refusal_text(&refusal)), Ok(text.to_owned()));
        }
        assert_eq!(refusal("read-replca a"), Err("did you mean `read-replica`?".to_owned()));
    }
}
