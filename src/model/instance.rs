//! Instances as AWS shows them, reduced to what decisions and messages need.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::{Action, Failure, GroupName, InstanceId, Region, RoleArn, TagValue};

/// Where to look for instances: an account and a region; `None` is the function's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Scope {
    /// The role to assume in the other account.
    pub account: Option<RoleArn>,
    /// The region.
    pub region: Option<Region>,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.account, &self.region) {
            (None, None) => f.write_str("the own account and region"),
            (None, Some(region)) => write!(f, "region {region}"),
            (Some(role), None) => write!(f, "role {role}"),
            (Some(role), Some(region)) => write!(f, "role {role}, region {region}"),
        }
    }
}

/// What kind of thing is started and stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstanceKind {
    /// An EC2 instance.
    Ec2,
    /// An RDS DB instance.
    RdsInstance,
    /// An RDS or Aurora DB cluster.
    RdsCluster,
}

impl InstanceKind {
    /// `ec2`, `rds` or `cluster`: the word in keys and events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ec2 => "ec2",
            Self::RdsInstance => "rds",
            Self::RdsCluster => "cluster",
        }
    }
}

/// Which instance: where it is, what it is, and its id there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceKey {
    /// Where it is.
    pub scope: Scope,
    /// What it is.
    pub kind: InstanceKind,
    /// Its id.
    pub id: InstanceId,
}

/// `ec2/i-1`, with `region|` or `role|region|` before it when it is elsewhere; [`FromStr`] reads it back.
impl fmt::Display for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let region = self.scope.region.as_ref().map_or("", Region::as_str);
        match &self.scope.account {
            Some(role) => write!(f, "{role}|{region}|")?,
            None if !region.is_empty() => write!(f, "{region}|")?,
            None => {}
        }
        write!(f, "{}/{}", self.kind.as_str(), self.id)
    }
}

/// The text is no instance key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is no instance key such as `ec2/i-1`")]
pub struct InstanceKeyError;

impl FromStr for InstanceKey {
    type Err = InstanceKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (place, name) = text.rsplit_once('|').unwrap_or(("", text));
        let (role, region) = place.rsplit_once('|').unwrap_or(("", place));
        let (kind, id) = name.split_once('/').ok_or(InstanceKeyError)?;
        let kind = match kind {
            "ec2" => InstanceKind::Ec2,
            "rds" => InstanceKind::RdsInstance,
            "cluster" => InstanceKind::RdsCluster,
            _ => return Err(InstanceKeyError),
        };
        Ok(Self {
            scope: Scope { account: RoleArn::new(role).ok(), region: Region::new(region).ok() },
            kind,
            id: InstanceId::new(id).map_err(|_| InstanceKeyError)?,
        })
    }
}

/// The state of an instance, as far as starting and stopping care; `raw` is AWS's own word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstanceState {
    /// Stopped.
    Stopped,
    /// On its way up.
    Starting,
    /// Up; can be stopped.
    Running,
    /// A database that serves but cannot be stopped just now, such as `backing-up`.
    Serving {
        /// AWS's word.
        raw: String,
    },
    /// On its way down.
    Stopping,
    /// Neither up nor down nor stoppable until AWS is done with it, such as `rebooting`.
    Changing {
        /// AWS's word.
        raw: String,
    },
    /// Needs a person, such as a database in `storage-full` or `failed`.
    Broken {
        /// AWS's word.
        raw: String,
    },
    /// Terminated or being deleted: does not count (rule O6).
    Gone,
}

impl InstanceState {
    /// Whether it serves, so that what depends on it may start (rule O1).
    #[must_use]
    pub fn serves(&self) -> bool {
        matches!(self, Self::Running | Self::Serving { .. })
    }

    /// Whether there is nothing to stop: it is down, on its way there, gone, or broken.
    #[must_use]
    pub fn is_down(&self) -> bool {
        matches!(self, Self::Stopped | Self::Stopping | Self::Gone | Self::Broken { .. })
    }

    /// Whether AWS is at work on it, so that looking again soon makes sense.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        matches!(self, Self::Starting | Self::Stopping | Self::Changing { .. } | Self::Serving { .. })
    }

    /// Whether it is where `action` leads.
    #[must_use]
    pub fn is_target_of(&self, action: Action) -> bool {
        match action {
            Action::Start => self.serves(),
            Action::Stop => *self == Self::Stopped,
        }
    }

    /// The word for people.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Stopped => "stopped",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Gone => "gone",
            Self::Serving { raw } | Self::Changing { raw } | Self::Broken { raw } => raw,
        }
    }
}

/// Why AWS would refuse to stop an instance, seen from its description (rule A3).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The Auto Scaling group would replace it.
    #[error("is a member of the Auto Scaling group `{0}`, which would replace it")]
    AutoScaling(String),
    /// Bought by a fleet on the spot market, for one time.
    #[error("is a spot instance of the fleet `{0}` and cannot be stopped")]
    SpotFleet(String),
    /// Its root is lost when it stops.
    #[error("has an instance-store root volume and cannot be stopped")]
    InstanceStore,
    /// A read replica.
    #[error("is a read replica of `{0}` and cannot be stopped")]
    ReadReplica(String),
    /// The source of a read replica.
    #[error("has the read replica `{0}` and cannot be stopped")]
    ReplicaSource(String),
    /// Part of a cluster, which is stopped as a whole.
    #[error("is a member of the cluster `{0}`: tag the cluster instead")]
    ClusterMember(String),
    /// SQL Server with a standby.
    #[error("is SQL Server in Multi-AZ and cannot be stopped")]
    SqlServerMultiAz,
    /// A cluster of `MySQL` or `PostgreSQL` with two readable standbys.
    #[error("is a Multi-AZ DB cluster and cannot be stopped")]
    MultiAzCluster,
    /// A cluster in another mode than `provisioned`, such as Aurora Serverless v1.
    #[error("is a DB cluster in the engine mode `{0}` and cannot be stopped")]
    EngineMode(String),
    /// One of several clusters of a global database.
    #[error("is part of the global database `{0}` and cannot be stopped")]
    GlobalDatabase(String),
}

/// How an instance is called in messages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Label {
    /// Its `Name` tag.
    pub name: Option<String>,
    /// EC2's instance type, or the engine of a database.
    pub engine: Option<String>,
    /// Its availability zone.
    pub zone: Option<String>,
}

/// One instance, as seen in a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Which one.
    pub key: InstanceKey,
    /// The value of its schedule tag.
    pub schedule_tag: TagValue,
    /// The value of its group tag.
    pub group_tag: Option<GroupName>,
    /// Its name for people.
    pub label: Label,
    /// What it is doing.
    pub state: InstanceState,
    /// Why AWS says it came to its state, if it says so.
    pub state_reason: Option<String>,
    /// When AWS will start it by itself: of a stopped database, if AWS says so.
    pub restarts_at: Option<DateTime<Utc>>,
    /// Whether EC2's status checks have passed; `None` if that was not looked at or has no meaning.
    pub checks_passed: Option<bool>,
    /// Why it is never asked to stop or start.
    pub refusal: Option<Refusal>,
}

/// What a look at the fleet has shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inventory {
    /// Every instance found, by key.
    pub instances: BTreeMap<InstanceKey, Instance>,
    /// Where the look was complete.
    pub seen: BTreeSet<Scope>,
    /// Where it was not, and why.
    pub unreachable: BTreeMap<Scope, Failure>,
    /// The accounts whose role could not be assumed, so that none of their regions was looked at, and why.
    pub closed: BTreeMap<RoleArn, Failure>,
}

impl Inventory {
    /// The instances of a schedule: those with its tag value, in its scopes.
    pub fn of<'a>(&'a self, tag_value: &'a TagValue, scopes: &'a [Scope]) -> impl Iterator<Item = &'a Instance> {
        self.instances
            .values()
            .filter(move |instance| instance.schedule_tag == *tag_value && scopes.contains(&instance.key.scope))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_back() {
        for text in [
            "ec2/i-1",
            "eu-west-1|rds/orders",
            "arn:aws:iam::1:role/x|eu-west-1|cluster/a",
            "arn:aws:iam::1:role/x||ec2/i-2",
        ] {
            assert_eq!(text.parse::<InstanceKey>().map(|key| key.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "i-1", "lambda/x", "ec2/"] {
            assert_eq!(text.parse::<InstanceKey>(), Err(InstanceKeyError), "{text:?}");
        }
    }
}
