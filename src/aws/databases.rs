//! DB instances and DB clusters together: one look at both, who belongs to whom, and the calls that start and stop them.
//!
//! What one description means is the affair of `rds` and `cluster`.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_rds::Client;
use aws_sdk_rds::types::{DbCluster, DbInstance};
use futures_util::{StreamExt as _, future, stream};
use tokio::time::Instant;

use super::deadline::in_time;
use super::failure::failure_of;
use super::fleet::{Looking, Values};
use super::{cluster, rds};
use crate::model::{Action, Failure, Instance, InstanceId, InstanceKind};
use crate::ports::Outcome;

/// The most that AWS allows.
const PAGE: i32 = 100;
/// Databases that are asked for side by side.
const AT_ONCE: usize = 10;

/// Looks at all DB instances and DB clusters and keeps those whose schedule tag has one of the wanted values: RDS has no
/// filter by tag, but carries the tags in its answer.
pub(super) async fn look(client: &Client, looking: &Looking) -> Result<Vec<Instance>, Failure> {
    if looking.values == Values::These(BTreeSet::new()) {
        return Ok(Vec::new());
    }
    // Of two failures always the same one is told: which came first would make it another one each time.
    let (clusters, instances) = future::join(all_clusters(client), all_instances(client)).await;
    Ok(sort_out(&clusters?, &instances?, looking))
}

async fn all_clusters(client: &Client) -> Result<Vec<DbCluster>, Failure> {
    let mut found = Vec::new();
    let mut pages = client.describe_db_clusters().into_paginator().page_size(PAGE).send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| failure_of(&error))?;
        found.extend(page.db_clusters.unwrap_or_default());
    }
    Ok(found)
}

async fn all_instances(client: &Client) -> Result<Vec<DbInstance>, Failure> {
    let mut found = Vec::new();
    let mut pages = client.describe_db_instances().into_paginator().page_size(PAGE).send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| failure_of(&error))?;
        found.extend(page.db_instances.unwrap_or_default());
    }
    Ok(found)
}

/// Those looked for. A member that carries its cluster's tag value is handled with it, and is not there for itself.
fn sort_out(clusters: &[DbCluster], instances: &[DbInstance], looking: &Looking) -> Vec<Instance> {
    let schedule = looking.tags.schedule.as_str();
    let tags: BTreeMap<&str, &str> = clusters
        .iter()
        .filter_map(|seen| Some((seen.db_cluster_identifier()?, rds::tag(seen.tag_list(), schedule)?)))
        .collect();
    let states: BTreeMap<&str, &str> = instances
        .iter()
        .filter_map(|seen| Some((seen.db_instance_identifier()?, seen.db_instance_status()?)))
        .collect();
    let is_covered = |seen: &&DbInstance| {
        let cluster = seen.db_cluster_identifier().and_then(|cluster| tags.get(cluster));
        cluster.is_some() && cluster.copied() == rds::tag(seen.tag_list(), schedule)
    };
    let found = clusters.iter().filter_map(|seen| cluster::instance(seen, &states, looking));
    let single = instances.iter().filter(|seen| !is_covered(seen)).filter_map(|seen| rds::instance(seen, looking));
    found.chain(single).collect()
}

/// Asks for these to be started or stopped, a call for each; one outcome for each.
pub(super) async fn act(
    client: &Client,
    action: Action,
    kind: InstanceKind,
    ids: BTreeSet<InstanceId>,
    deadline: Instant,
) -> Vec<(InstanceId, Outcome)> {
    let acts: Vec<_> = ids
        .into_iter()
        .map(|id| async move {
            let outcome = match kind {
                InstanceKind::RdsCluster => in_time(deadline, cluster::act(client, action, &id)).await,
                _ => in_time(deadline, rds::act(client, action, &id)).await,
            };
            (id, outcome)
        })
        .collect();
    stream::iter(acts).buffer_unordered(AT_ONCE).collect().await
}

#[cfg(test)]
mod tests {
    use super::super::tests::looking;
    use super::*;
    use aws_sdk_rds::types::{DbClusterMember, Tag};

    fn tags(value: &str) -> Option<Vec<Tag>> {
        (!value.is_empty()).then(|| vec![Tag::builder().key("ScheduleName").value(value).build()])
    }

    fn cluster(id: &str, tag: &str, writer: &str) -> DbCluster {
        let member = DbClusterMember::builder().db_instance_identifier(writer).is_cluster_writer(true).build();
        DbCluster::builder()
            .db_cluster_identifier(id)
            .engine("aurora-postgresql")
            .status("available")
            .db_cluster_members(member)
            .set_tag_list(tags(tag))
            .build()
    }

    fn member(id: &str, tag: &str, cluster: &str) -> DbInstance {
        let cluster = (!cluster.is_empty()).then(|| cluster.to_owned());
        DbInstance::builder()
            .db_instance_identifier(id)
            .db_instance_status("available")
            .set_db_cluster_identifier(cluster)
            .set_tag_list(tags(tag))
            .build()
    }

    /// What is found, with why it is left alone.
    fn found(clusters: &[DbCluster], instances: &[DbInstance]) -> Vec<(String, String)> {
        let refusal = |seen: &Instance| seen.refusal.as_ref().map(ToString::to_string).unwrap_or_default();
        sort_out(clusters, instances, &looking(&["Dev", "Test"]))
            .iter()
            .map(|seen| (seen.key.to_string(), refusal(seen)))
            .collect()
    }

    #[test]
    fn members_are_handled_through_their_cluster() {
        // The tag of the cluster, that of its member, and what is found.
        type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);
        let refused = "is a member of the cluster `c`: tag the cluster instead";
        let cases: [Case<'_>; 6] = [
            ("Dev", "Dev", &[("cluster/c", "")]),
            ("Dev", "", &[("cluster/c", "")]),
            ("", "Dev", &[("rds/m", refused)]),
            ("Dev", "Test", &[("cluster/c", ""), ("rds/m", refused)]),
            // Of a schedule for which nothing is due.
            ("Prod", "Prod", &[]),
            ("Prod", "Dev", &[("rds/m", refused)]),
        ];
        for (of_cluster, of_member, expected) in cases {
            let expected: Vec<_> = expected.iter().map(|(key, why)| ((*key).to_owned(), (*why).to_owned())).collect();
            let seen = found(&[cluster("c", of_cluster, "m")], &[member("m", of_member, "c")]);
            assert_eq!(seen, expected, "cluster {of_cluster:?}, member {of_member:?}");
        }
    }

    #[test]
    fn what_is_no_member_is_found_for_itself() {
        let instances = [member("a", "Dev", ""), member("b", "Dev", "gone"), member("c", "", "")];
        let seen = found(&[], &instances);
        let keys: Vec<&str> = seen.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["rds/a", "rds/b"]);
    }
}
