//! DB clusters: what their descriptions mean, and the calls that start and stop them. Knows the SDK's shapes; decides nothing.
//!
//! Aurora's; Neptune's and `DocumentDB`'s too, which are stopped by the same call at the same address.

use std::collections::BTreeMap;

use aws_sdk_rds::Client;
use aws_sdk_rds::types::{DbCluster, DbClusterMember};

use super::failure::failure_of;
use super::fleet::Looking;
use super::rds::{first, group_tag, instant, name, state_of, tag};
use crate::model::{
    Action, Failure, FailureKind, Instance, InstanceId, InstanceKey, InstanceKind, InstanceState, Label, Refusal,
};

/// Asks for one DB cluster to be started or stopped, with all its members.
pub(super) async fn act(client: &Client, action: Action, id: &InstanceId) -> Result<(), Failure> {
    let id = id.as_str();
    match action {
        Action::Start => {
            let answer = client.start_db_cluster().db_cluster_identifier(id).send().await;
            answer.map(drop).map_err(|error| judge(failure_of(&error)))
        }
        Action::Stop => {
            let answer = client.stop_db_cluster().db_cluster_identifier(id).send().await;
            answer.map(drop).map_err(|error| judge(failure_of(&error)))
        }
    }
}

/// RDS has one code for a state that passes and for a global database, which it never stops: only its words differ.
fn judge(failure: Failure) -> Failure {
    let words = failure.message.to_lowercase();
    let is_global = words.contains("global database") || words.contains("global cluster");
    let kind = if failure.kind == FailureKind::WrongState && is_global { FailureKind::Refused } else { failure.kind };
    Failure { kind, ..failure }
}

/// The DB cluster in our words; `None` when it is not one of those looked for. `states` are the statuses of all DB instances
/// by their ids.
pub(super) fn instance(seen: &DbCluster, states: &BTreeMap<&str, &str>, looking: &Looking) -> Option<Instance> {
    let tags = seen.tag_list();
    let held = tag(tags, &looking.tags.schedule)?;
    let schedule_tag = looking.values.wanted(held)?;
    let id = InstanceId::new(seen.db_cluster_identifier()?).ok()?;
    Some(Instance {
        key: InstanceKey { scope: looking.scope.clone(), kind: InstanceKind::RdsCluster, id },
        schedule_tag,
        group_tag: group_tag(tags, looking),
        // It spans several zones.
        label: Label { name: name(tags), engine: seen.engine().map(str::to_owned), zone: None },
        state: state(seen, states),
        state_reason: None,
        restarts_at: seen.automatic_restart_time().and_then(instant),
        checks_passed: None,
        refusal: refusal(seen),
    })
}

/// What the cluster is doing. It serves when its writer does: a cluster is `available` also while its members still start,
/// and is not stopped while one is being backed up.
fn state(seen: &DbCluster, states: &BTreeMap<&str, &str>) -> InstanceState {
    let state = state_of(seen.status().unwrap_or("unknown"));
    let is_writer = |member: &&DbClusterMember| member.is_cluster_writer() == Some(true);
    let writer = seen.db_cluster_members().iter().find(is_writer).and_then(DbClusterMember::db_instance_identifier);
    match writer.and_then(|id| states.get(id)).map(|status| state_of(status)) {
        // One that is being deleted leaves its place to another.
        None | Some(InstanceState::Gone | InstanceState::Stopped) => state,
        Some(of_writer) if state == InstanceState::Running => of_writer,
        Some(_) => state,
    }
}

/// Why AWS would refuse to stop it, as far as its description shows.
///
/// Of a global database a cluster is stopped only if it is alone in it, and then shows no replica.
fn refusal(seen: &DbCluster) -> Option<Refusal> {
    let filled = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    if matches!(seen.engine(), Some("mysql" | "postgres")) {
        return Some(Refusal::MultiAzCluster);
    }
    if let Some(mode) = filled(seen.engine_mode()).filter(|mode| mode != "provisioned") {
        return Some(Refusal::EngineMode(mode));
    }
    let replica = first(seen.read_replica_identifiers()).map(Refusal::ReplicaSource);
    let source = filled(seen.replication_source_identifier()).map(Refusal::ReadReplica);
    let global = filled(seen.global_cluster_identifier()).map(Refusal::GlobalDatabase);
    source.or(replica).map(|replicates| global.unwrap_or(replicates))
}

#[cfg(test)]
mod tests {
    use super::super::fleet::{TagKeys, Values};
    use super::*;
    use crate::model::{GroupName, Scope, TagValue};
    use aws_sdk_rds::primitives::DateTime;
    use aws_sdk_rds::types::Tag;
    use std::collections::BTreeSet;

    fn looking() -> Looking {
        Looking {
            scope: Scope::default(),
            values: Values::These([TagValue::new("Dev").unwrap()].into()),
            status_checks: BTreeSet::new(),
            tags: TagKeys { schedule: "ScheduleName".to_owned(), group: "ScheduleGroupName".to_owned() },
        }
    }

    fn tagged(key: &str, value: &str) -> Tag {
        Tag::builder().key(key).value(value).build()
    }

    #[test]
    fn a_cluster_is_taken_by_its_tag_and_nothing_else_is_needed() {
        let db = || DbCluster::builder().db_cluster_identifier("orders");
        let none = BTreeMap::new();
        assert_eq!(instance(&db().build(), &none, &looking()), None);
        assert_eq!(instance(&db().tag_list(tagged("ScheduleName", "Other")).build(), &none, &looking()), None);
        assert_eq!(instance(&DbCluster::builder().build(), &none, &looking()), None);
        let seen = instance(&db().tag_list(tagged("ScheduleName", "Dev")).build(), &none, &looking()).unwrap();
        assert_eq!(
            (seen.key.to_string().as_str(), seen.label, seen.restarts_at),
            ("cluster/orders", Label::default(), None)
        );
        assert_eq!((seen.refusal, seen.state), (None, InstanceState::Changing { raw: "unknown".to_owned() }));
        let full = db()
            .engine("aurora-mysql")
            .status("stopped")
            .automatic_restart_time(DateTime::from_secs(1_800_000_000))
            .tag_list(tagged("ScheduleName", "Dev"))
            .tag_list(tagged("ScheduleGroupName", "DB"))
            .tag_list(tagged("Name", "orders of all shops"));
        let seen = instance(&full.build(), &none, &looking()).unwrap();
        assert_eq!(seen.group_tag, GroupName::new("DB").ok());
        assert_eq!(seen.label.name.as_deref(), Some("orders of all shops"));
        assert_eq!(seen.label.engine.as_deref(), Some("aurora-mysql"));
        assert_eq!(seen.state, InstanceState::Stopped);
        assert_eq!(seen.restarts_at.map(|at| at.to_rfc3339()), Some("2027-01-15T08:00:00+00:00".to_owned()));
    }

    #[test]
    fn a_cluster_serves_when_its_writer_does() {
        let raw = |word: &str| word.to_owned();
        let member =
            |id: &str, writes| DbClusterMember::builder().db_instance_identifier(id).is_cluster_writer(writes).build();
        let cases = [
            ("available", "available", InstanceState::Running),
            ("available", "starting", InstanceState::Starting),
            ("available", "backing-up", InstanceState::Serving { raw: raw("backing-up") }),
            ("available", "rebooting", InstanceState::Changing { raw: raw("rebooting") }),
            ("available", "storage-full", InstanceState::Broken { raw: raw("storage-full") }),
            ("available", "deleting", InstanceState::Running),
            ("available", "stopped", InstanceState::Running),
            ("stopped", "available", InstanceState::Stopped),
            ("starting", "available", InstanceState::Starting),
            ("stopping", "stopped", InstanceState::Stopping),
            ("backing-up", "available", InstanceState::Serving { raw: raw("backing-up") }),
            ("failing-over", "available", InstanceState::Changing { raw: raw("failing-over") }),
        ];
        for (status, writer, expected) in cases {
            let seen = DbCluster::builder().status(status);
            let seen = seen.db_cluster_members(member("r", false)).db_cluster_members(member("w", true)).build();
            let states = BTreeMap::from([("w", writer), ("r", "modifying")]);
            assert_eq!(state(&seen, &states), expected, "{status}, {writer}");
        }
        // Without members, and with one that was not seen.
        let alone = DbCluster::builder().status("available");
        assert_eq!(state(&alone.clone().build(), &BTreeMap::new()), InstanceState::Running);
        assert_eq!(
            state(&alone.db_cluster_members(member("w", true)).build(), &BTreeMap::new()),
            InstanceState::Running
        );
    }

    #[test]
    fn refusals_show_in_the_description() {
        let db = || DbCluster::builder().engine("aurora-postgresql").engine_mode("provisioned");
        let text = |text: &str| text.to_owned();
        let cases = vec![
            (db(), None),
            (db().engine_mode(""), None),
            (db().engine("docdb"), None),
            (db().engine("neptune"), None),
            (db().engine("mysql"), Some(Refusal::MultiAzCluster)),
            (db().engine("postgres"), Some(Refusal::MultiAzCluster)),
            (db().engine_mode("serverless"), Some(Refusal::EngineMode(text("serverless")))),
            (db().engine_mode("multimaster"), Some(Refusal::EngineMode(text("multimaster")))),
            (
                db().replication_source_identifier("a").read_replica_identifiers(""),
                Some(Refusal::ReadReplica(text("a"))),
            ),
            (
                db().replication_source_identifier("").read_replica_identifiers("r"),
                Some(Refusal::ReplicaSource(text("r"))),
            ),
            (db().global_cluster_identifier("g"), None),
            (
                db().global_cluster_identifier("g").read_replica_identifiers("r"),
                Some(Refusal::GlobalDatabase(text("g"))),
            ),
            (
                db().global_cluster_identifier("g").replication_source_identifier("a"),
                Some(Refusal::GlobalDatabase(text("g"))),
            ),
        ];
        for (seen, expected) in cases {
            let seen = seen.build();
            assert_eq!(refusal(&seen), expected, "{seen:?}");
        }
    }

    #[test]
    fn a_global_database_is_no_state_that_passes() {
        let cases = [
            ("DbCluster orders is in stopped state but expected it to be one of available.", FailureKind::WrongState),
            ("DbCluster global is in stopped state but expected it to be one of available.", FailureKind::WrongState),
            ("Cannot stop orders: it is a member of a Global Cluster.", FailureKind::Refused),
            (
                "You can only stop and start a cluster that's part of an Aurora global database if it's the only cluster \
                 in the global database.",
                FailureKind::Refused,
            ),
        ];
        for (message, expected) in cases {
            let code = "InvalidDBClusterStateFault".to_owned();
            let failure = Failure { kind: FailureKind::WrongState, code, message: message.to_owned() };
            assert_eq!(judge(failure).kind, expected, "{message}");
        }
    }
}
