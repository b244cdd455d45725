//! EC2 and RDS as the port [`Fleet`]: which clients to ask for which scope, side by side, and within which time.
//!
//! What an answer means is the affair of `ec2` and `rds`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use chrono::Duration;
use futures_util::{StreamExt as _, future, stream};
use tokio::time::{Instant, timeout_at};

use crate::model::{
    Action, Failure, FailureKind, Instance, InstanceId, InstanceKey, InstanceKind, Inventory, Region, Scope, TagValue,
};
use crate::ports::{Fleet, Outcome, Query};

use super::batch::isolate;
use super::calls::{CallCounts, Counter, Service};
use super::clock::forward;
use super::failure::{CapacityIsFinal, no_answer, not_asked_yet};
use super::{ec2, rds};

/// Scopes that are looked at side by side.
const SCOPES_AT_ONCE: usize = 8;
/// Instances in one call of EC2, as AWS advises.
const BATCH: usize = 50;
/// Batches that are asked for side by side.
const BATCHES_AT_ONCE: usize = 4;
/// Databases that are asked for side by side.
const DATABASES_AT_ONCE: usize = 10;

/// The tag keys that instances carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagKeys {
    /// The tag that holds the schedule's tag value.
    pub schedule: String,
    /// The tag that holds the group's name.
    pub group: String,
}

/// EC2 and RDS in the regions of the function's own account.
#[derive(Debug)]
pub struct AwsFleet {
    config: SdkConfig,
    tags: TagKeys,
    counts: Arc<CallCounts>,
    clients: Mutex<BTreeMap<Option<Region>, Clients>>,
}

/// The clients of one region.
#[derive(Debug, Clone)]
struct Clients {
    ec2: aws_sdk_ec2::Client,
    rds: aws_sdk_rds::Client,
}

/// What to look for in one scope.
#[derive(Debug)]
pub(super) struct Looking {
    pub(super) scope: Scope,
    pub(super) values: BTreeSet<TagValue>,
    pub(super) status_checks: BTreeSet<TagValue>,
    pub(super) tags: TagKeys,
}

impl AwsFleet {
    /// Takes the loaded configuration, the tag keys to look for, and where to count calls; makes none yet.
    #[must_use]
    pub fn new(config: &SdkConfig, tags: TagKeys, counts: Arc<CallCounts>) -> Self {
        Self { config: config.clone(), tags, counts, clients: Mutex::default() }
    }

    /// The clients of a scope, made at its first use.
    fn clients(&self, scope: &Scope) -> Result<Clients, Failure> {
        if scope.account.is_some() {
            return Err(Failure {
                kind: FailureKind::Other,
                code: "OtherAccount".to_owned(),
                message: "instances in other accounts are not supported yet".to_owned(),
            });
        }
        // A panic while the map was held can have left nothing half done in it.
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(clients.entry(scope.region.clone()).or_insert_with(|| self.make_clients(scope.region.as_ref())).clone())
    }

    fn make_clients(&self, region: Option<&Region>) -> Clients {
        let mut ec2 = aws_sdk_ec2::config::Builder::from(&self.config)
            .interceptor(Counter { service: Service::Ec2, counts: Arc::clone(&self.counts) })
            .retry_classifier(CapacityIsFinal);
        let mut rds = aws_sdk_rds::config::Builder::from(&self.config)
            .interceptor(Counter { service: Service::Rds, counts: Arc::clone(&self.counts) });
        if let Some(region) = region {
            let region = aws_config::Region::new(region.to_string());
            ec2 = ec2.region(region.clone());
            rds = rds.region(region);
        }
        Clients { ec2: aws_sdk_ec2::Client::from_conf(ec2.build()), rds: aws_sdk_rds::Client::from_conf(rds.build()) }
    }

    /// Everything of one scope, or why it cannot be seen: half a look would pass for a whole one.
    async fn look(&self, looking: Looking) -> (Scope, Result<Vec<Instance>, Failure>) {
        let found = match self.clients(&looking.scope) {
            Err(failure) => Err(failure),
            Ok(clients) => {
                let (servers, databases) =
                    future::join(ec2::look(&clients.ec2, &looking), rds::look(&clients.rds, &looking)).await;
                servers.and_then(|mut found| {
                    found.extend(databases?);
                    Ok(found)
                })
            }
        };
        (looking.scope, found)
    }

    /// Acts on the instances of one kind in one scope.
    async fn act_on(
        &self,
        action: Action,
        (scope, kind): (Scope, InstanceKind),
        ids: BTreeSet<InstanceId>,
        deadline: Instant,
    ) -> Vec<(InstanceKey, Outcome)> {
        let outcomes: Vec<(InstanceId, Outcome)> = match (self.clients(&scope), kind) {
            (Err(failure), _) => ids.into_iter().map(|id| (id, Err(failure.clone()))).collect(),
            (Ok(clients), InstanceKind::Ec2) => act_on_servers(&clients.ec2, action, ids, deadline).await,
            (Ok(clients), InstanceKind::RdsInstance) => act_on_databases(&clients.rds, action, ids, deadline).await,
            (Ok(_), InstanceKind::RdsCluster) => {
                let failure = Failure {
                    kind: FailureKind::Other,
                    code: "Cluster".to_owned(),
                    message: "DB clusters are not supported yet".to_owned(),
                };
                ids.into_iter().map(|id| (id, Err(failure.clone()))).collect()
            }
        };
        let key = |id| InstanceKey { scope: scope.clone(), kind, id };
        outcomes.into_iter().map(|(id, outcome)| (key(id), outcome)).collect()
    }
}

impl Fleet for AwsFleet {
    async fn inventory(&self, query: &Query) -> Inventory {
        let looks: Vec<_> = query
            .tag_values
            .iter()
            .map(|(scope, values)| {
                self.look(Looking {
                    scope: scope.clone(),
                    values: values.clone(),
                    status_checks: query.status_checks.clone(),
                    tags: self.tags.clone(),
                })
            })
            .collect();
        let looks: Vec<_> = stream::iter(looks).buffer_unordered(SCOPES_AT_ONCE).collect().await;
        let mut inventory = Inventory::default();
        for (scope, found) in looks {
            match found {
                Ok(found) => {
                    inventory.instances.extend(found.into_iter().map(|seen| (seen.key.clone(), seen)));
                    inventory.seen.insert(scope);
                }
                Err(failure) => {
                    inventory.unreachable.insert(scope, failure);
                }
            }
        }
        inventory
    }

    async fn act(&self, action: Action, instances: &[InstanceKey], budget: Duration) -> BTreeMap<InstanceKey, Outcome> {
        let deadline = Instant::now() + forward(budget);
        let mut places = BTreeMap::<(Scope, InstanceKind), BTreeSet<InstanceId>>::new();
        for key in instances {
            places.entry((key.scope.clone(), key.kind)).or_default().insert(key.id.clone());
        }
        let acts: Vec<_> = places.into_iter().map(|(place, ids)| self.act_on(action, place, ids, deadline)).collect();
        let outcomes: Vec<_> = stream::iter(acts).buffer_unordered(SCOPES_AT_ONCE).collect().await;
        outcomes.into_iter().flatten().collect()
    }
}

async fn act_on_servers(
    client: &aws_sdk_ec2::Client,
    action: Action,
    ids: BTreeSet<InstanceId>,
    deadline: Instant,
) -> Vec<(InstanceId, Outcome)> {
    let ids: Vec<InstanceId> = ids.into_iter().collect();
    let batches: Vec<_> = ids
        .chunks(BATCH)
        .map(|batch| isolate(batch.to_vec(), move |ids| in_time(deadline, ec2::act(client, action, ids))))
        .collect();
    let outcomes: Vec<_> = stream::iter(batches).buffer_unordered(BATCHES_AT_ONCE).collect().await;
    outcomes.into_iter().flatten().collect()
}

async fn act_on_databases(
    client: &aws_sdk_rds::Client,
    action: Action,
    ids: BTreeSet<InstanceId>,
    deadline: Instant,
) -> Vec<(InstanceId, Outcome)> {
    let acts: Vec<_> = ids
        .into_iter()
        .map(|id| async move {
            let outcome = in_time(deadline, rds::act(client, action, &id)).await;
            (id, outcome)
        })
        .collect();
    stream::iter(acts).buffer_unordered(DATABASES_AT_ONCE).collect().await
}

/// Makes the call if there is time for it, and gives it up when the time is over.
async fn in_time(deadline: Instant, call: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    if Instant::now() >= deadline {
        return Err(not_asked_yet());
    }
    timeout_at(deadline, call).await.unwrap_or_else(|_| Err(no_answer()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration as StdDuration;

    #[tokio::test]
    async fn no_call_begins_after_its_time() {
        let begun = std::cell::Cell::new(false);
        let call = async {
            begun.set(true);
            Ok(())
        };
        let outcome = in_time(Instant::now(), call).await;
        assert_eq!(outcome, Err(not_asked_yet()));
        assert!(!begun.get());
    }

    #[tokio::test]
    async fn a_call_is_given_up_when_its_time_is_over() {
        let deadline = Instant::now() + StdDuration::from_millis(20);
        assert_eq!(in_time(deadline, future::pending()).await, Err(no_answer()));
        let deadline = Instant::now() + StdDuration::from_mins(1);
        assert_eq!(in_time(deadline, future::ready(Ok(()))).await, Ok(()));
    }
}
