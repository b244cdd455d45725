//! RDS DB instances: what their descriptions mean, and the calls that start and stop them. Knows the SDK's shapes; decides nothing.

use aws_sdk_rds::Client;
use aws_sdk_rds::primitives::DateTime;
use aws_sdk_rds::types;

use crate::model::{
    Action, Failure, GroupName, Instance, InstanceId, InstanceKey, InstanceKind, InstanceState, Label, Refusal,
};

use super::failure::failure_of;
use super::fleet::Looking;

/// Asks for one DB instance to be started or stopped.
pub(super) async fn act(client: &Client, action: Action, id: &InstanceId) -> Result<(), Failure> {
    let id = id.as_str();
    match action {
        Action::Start => {
            let answer = client.start_db_instance().db_instance_identifier(id).send().await;
            answer.map(drop).map_err(|error| failure_of(&error))
        }
        Action::Stop => {
            let answer = client.stop_db_instance().db_instance_identifier(id).send().await;
            answer.map(drop).map_err(|error| failure_of(&error))
        }
    }
}

/// The SDK's time in ours.
pub(super) fn instant(at: &DateTime) -> Option<chrono::DateTime<chrono::Utc>> {
    chrono::DateTime::from_timestamp(at.secs(), at.subsec_nanos())
}

/// The value of a tag.
pub(super) fn tag<'a>(tags: &'a [types::Tag], key: &str) -> Option<&'a str> {
    tags.iter().find(|tag| tag.key() == Some(key)).and_then(types::Tag::value)
}

/// What the tag `Name` says.
pub(super) fn name(tags: &[types::Tag]) -> Option<String> {
    tag(tags, "Name").filter(|name| !name.is_empty()).map(str::to_owned)
}

/// What the tag of the group says.
pub(super) fn group_tag(tags: &[types::Tag], looking: &Looking) -> Option<GroupName> {
    tag(tags, &looking.tags.group).and_then(|name| GroupName::new(name).ok())
}

/// The first name that is one.
pub(super) fn first(names: &[String]) -> Option<String> {
    names.iter().find(|name| !name.is_empty()).cloned()
}

/// The DB instance in our words; `None` when it is not one of those looked for.
pub(super) fn instance(seen: &types::DbInstance, looking: &Looking) -> Option<Instance> {
    let tags = seen.tag_list();
    let held = tag(tags, &looking.tags.schedule)?;
    let schedule_tag = looking.values.wanted(held)?;
    let id = InstanceId::new(seen.db_instance_identifier()?).ok()?;
    Some(Instance {
        key: InstanceKey { scope: looking.scope.clone(), kind: InstanceKind::RdsInstance, id },
        schedule_tag,
        group_tag: group_tag(tags, looking),
        label: Label {
            name: name(tags),
            engine: seen.engine().map(str::to_owned),
            zone: seen.availability_zone().map(str::to_owned),
        },
        state: state_of(seen.db_instance_status().unwrap_or("unknown")),
        state_reason: None,
        restarts_at: seen.automatic_restart_time().and_then(instant),
        checks_passed: None,
        refusal: refusal(seen),
    })
}

/// What a status of AWS's tables "DB instance status" and "DB cluster status" means for starting and stopping.
///
/// A database counts as serving only where that table says, or leaves no doubt, that it answers queries meanwhile; a word
/// that is not known here is one to wait for.
pub(super) fn state_of(status: &str) -> InstanceState {
    let raw = || status.to_owned();
    match status {
        "available" => InstanceState::Running,
        "stopped" => InstanceState::Stopped,
        "starting" => InstanceState::Starting,
        "stopping" => InstanceState::Stopping,
        "deleting" => InstanceState::Gone,
        "backing-up"
        | "configuring-enhanced-monitoring"
        | "configuring-iam-database-auth"
        | "configuring-log-exports"
        | "delete-precheck"
        | "modifying"
        | "resetting-master-credentials"
        | "storage-config-upgrade"
        | "storage-initialization"
        | "storage-optimization"
        | "update-iam-db-auth" => InstanceState::Serving { raw: raw() },
        "cloning-failed"
        | "failed"
        | "inaccessible-encryption-credentials"
        | "inaccessible-encryption-credentials-recoverable"
        | "insufficient-capacity"
        | "migration-failed"
        | "restore-error"
        | "storage-full" => InstanceState::Broken { raw: raw() },
        _ if status.starts_with("incompatible-") => InstanceState::Broken { raw: raw() },
        // `creating`, `rebooting`, `renaming`, `upgrading`, `maintenance`, `backtracking`, `converting-to-vpc`,
        // `moving-to-vpc`; of clusters also `failing-over`, `migrating`, `promoting`; and whatever comes to be.
        _ => InstanceState::Changing { raw: raw() },
    }
}

/// Why AWS would refuse to stop it, as far as its description shows.
fn refusal(seen: &types::DbInstance) -> Option<Refusal> {
    let filled = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let is_sql_server = seen.engine().is_some_and(|engine| engine.starts_with("sqlserver-"));
    if let Some(cluster) = filled(seen.db_cluster_identifier()) {
        return Some(Refusal::ClusterMember(cluster));
    }
    let source = filled(seen.read_replica_source_db_instance_identifier())
        .or_else(|| filled(seen.read_replica_source_db_cluster_identifier()));
    if let Some(source) = source {
        return Some(Refusal::ReadReplica(source));
    }
    let replica = first(seen.read_replica_db_instance_identifiers())
        .or_else(|| first(seen.read_replica_db_cluster_identifiers()));
    if let Some(replica) = replica {
        return Some(Refusal::ReplicaSource(replica));
    }
    (is_sql_server && seen.multi_az() == Some(true)).then_some(Refusal::SqlServerMultiAz)
}

#[cfg(test)]
mod tests {
    use super::super::fleet::{TagKeys, Values};
    use super::*;
    use crate::model::{Scope, TagValue};
    use std::collections::BTreeSet;

    #[test]
    fn states_have_words() {
        let raw = |word: &str| word.to_owned();
        for (status, expected) in [
            ("available", InstanceState::Running),
            ("stopped", InstanceState::Stopped),
            ("starting", InstanceState::Starting),
            ("stopping", InstanceState::Stopping),
            ("deleting", InstanceState::Gone),
        ] {
            assert_eq!(state_of(status), expected, "{status}");
        }
        for status in
            ["backing-up", "modifying", "storage-optimization", "configuring-log-exports", "update-iam-db-auth"]
        {
            assert_eq!(state_of(status), InstanceState::Serving { raw: raw(status) });
        }
        for status in [
            "storage-full",
            "failed",
            "incompatible-network",
            "incompatible-parameters",
            "restore-error",
            "cloning-failed",
            "migration-failed",
        ] {
            assert_eq!(state_of(status), InstanceState::Broken { raw: raw(status) });
        }
        for status in [
            "creating",
            "rebooting",
            "renaming",
            "upgrading",
            "maintenance",
            "failing-over",
            "promoting",
            "",
            "brand-new",
        ] {
            assert_eq!(state_of(status), InstanceState::Changing { raw: raw(status) });
        }
    }

    #[test]
    fn refusals_show_in_the_description() {
        let db = types::DbInstance::builder;
        let cases = vec![
            (db(), None),
            (db().db_cluster_identifier("c"), Some(Refusal::ClusterMember("c".to_owned()))),
            (db().db_cluster_identifier("").read_replica_source_db_instance_identifier(""), None),
            (db().read_replica_source_db_instance_identifier("a"), Some(Refusal::ReadReplica("a".to_owned()))),
            (db().read_replica_source_db_cluster_identifier("c"), Some(Refusal::ReadReplica("c".to_owned()))),
            (db().read_replica_db_instance_identifiers("r"), Some(Refusal::ReplicaSource("r".to_owned()))),
            (db().read_replica_db_cluster_identifiers("rc"), Some(Refusal::ReplicaSource("rc".to_owned()))),
            (db().engine("sqlserver-se").multi_az(true), Some(Refusal::SqlServerMultiAz)),
            (db().engine("sqlserver-se").multi_az(false), None),
            (db().engine("postgres").multi_az(true), None),
        ];
        for (seen, expected) in cases {
            let seen = seen.build();
            assert_eq!(refusal(&seen), expected, "{seen:?}");
        }
    }

    #[test]
    fn a_database_is_taken_by_its_tag_and_nothing_else_is_needed() {
        let looking = Looking {
            scope: Scope::default(),
            values: Values::These([TagValue::new("Dev").unwrap()].into()),
            status_checks: BTreeSet::new(),
            tags: TagKeys { schedule: "ScheduleName".to_owned(), group: "ScheduleGroupName".to_owned() },
        };
        let tag = |value: &str| types::Tag::builder().key("ScheduleName").value(value).build();
        let db = || types::DbInstance::builder().db_instance_identifier("orders");
        assert_eq!(instance(&db().build(), &looking), None);
        assert_eq!(instance(&db().tag_list(tag("Development")).build(), &looking), None);
        let seen = instance(&db().tag_list(tag("Dev")).build(), &looking).unwrap();
        assert_eq!(seen.key.to_string(), "rds/orders");
        assert_eq!((seen.label, seen.restarts_at), (Label::default(), None));
        assert_eq!(seen.state, InstanceState::Changing { raw: "unknown".to_owned() });
        // When AWS will start it by itself.
        let stopped = db().tag_list(tag("Dev")).db_instance_status("stopped");
        let stopped = stopped.automatic_restart_time(DateTime::from_secs(1_800_000_000)).build();
        let restarts_at = instance(&stopped, &looking).unwrap().restarts_at;
        assert_eq!(restarts_at.map(|at| at.to_rfc3339()), Some("2027-01-15T08:00:00+00:00".to_owned()));
    }
}
