//! EC2 and RDS as the port [`Fleet`]: which clients to ask for which scope, side by side, and within which time.
//!
//! What an answer means is the affair of `ec2`, `rds` and `cluster`; how many are asked at once, of `servers` and `databases`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use chrono::Duration;
use futures_util::{StreamExt as _, future, stream};
use tokio::time::Instant;

use crate::model::{
    Action, Failure, FailureKind, Instance, InstanceId, InstanceKey, InstanceKind, Inventory, Region, Scope, TagValue,
};
use crate::ports::{Fleet, Outcome, Query};

use super::calls::{CallCounts, Counter, Service};
use super::clock::forward;
use super::failure::CapacityIsFinal;
use super::hibernate::Hibernation;
use super::{databases, ec2, servers};

/// Scopes that are looked at side by side.
const SCOPES_AT_ONCE: usize = 8;

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
    hibernation: Hibernation,
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
        let (clients, hibernation) = (Mutex::default(), Hibernation::default());
        Self { config: config.clone(), tags, counts, clients, hibernation }
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
                    future::join(ec2::look(&clients.ec2, &looking), databases::look(&clients.rds, &looking)).await;
                servers.and_then(|(mut found, sleepers)| {
                    found.extend(databases?);
                    self.hibernation.remember(&looking.scope, sleepers);
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
            (Ok(clients), InstanceKind::Ec2) => {
                servers::act(&clients.ec2, action, ids, &self.hibernation.of(&scope), deadline).await
            }
            (Ok(clients), InstanceKind::RdsInstance | InstanceKind::RdsCluster) => {
                databases::act(&clients.rds, action, kind, ids, deadline).await
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
