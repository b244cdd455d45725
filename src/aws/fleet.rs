//! EC2 and RDS as the port [`Fleet`]: which clients to ask for which scope, side by side, and within which time.
//!
//! What an answer means is the affair of `ec2`, `rds` and `cluster`; how many are asked at once, of `servers` and `databases`;
//! how to come into another account, of `accounts`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_sdk_ec2::config::retry::RetryPartition;
use chrono::Duration;
use futures_util::future::{BoxFuture, Shared};
use futures_util::{FutureExt as _, StreamExt as _, future, stream};
use tokio::time::{Instant, timeout_at};

use crate::model::{
    Action, Failure, FailureKind, Instance, InstanceId, InstanceKey, InstanceKind, Inventory, RoleArn, Scope, TagValue,
};
use crate::ports::{Fleet, Outcome, Query};

use super::accounts::{Accounts, Session};
use super::arns::Arns;
use super::calls::{CallCounts, Counter, Service};
use super::clock::forward;
use super::deadline::in_time;
use super::failure::{CapacityIsFinal, not_asked_yet};
use super::per_scope::PerScope;
use super::servers::Seen;
use super::{databases, ec2, marks, servers};

/// Scopes that are looked at side by side: so many of the own account, and so many of all others.
pub(super) const SCOPES_AT_ONCE: usize = 8;

/// The session of an account for one look: the first place that needs it asks, and all others have the same answer.
type Door<'a> = Shared<BoxFuture<'a, Result<Session, Failure>>>;

/// The tag keys that instances carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagKeys {
    /// The tag that holds the schedule's tag value.
    pub schedule: String,
    /// The tag that holds the group's name.
    pub group: String,
}

/// EC2 and RDS, in the function's own account and in others.
#[derive(Debug)]
pub struct AwsFleet {
    config: SdkConfig,
    tags: TagKeys,
    counts: Arc<CallCounts>,
    accounts: Accounts,
    /// Whether instances are tagged with what was last done to them.
    pub(super) marks: bool,
    clients: Mutex<BTreeMap<Scope, Clients>>,
    /// What the last look at each scope has shown.
    seen: PerScope<Arc<Seen>>,
    arns: PerScope<Arns>,
}

/// The clients of one account and region.
#[derive(Debug, Clone)]
pub(super) struct Clients {
    pub(super) ec2: aws_sdk_ec2::Client,
    rds: aws_sdk_rds::Client,
    tagging: aws_sdk_resourcegroupstagging::Client,
    /// The session in which they were made; the function's own account needs none.
    session: Option<String>,
}

/// What to look for in one scope.
#[derive(Debug)]
pub(super) struct Looking {
    pub(super) scope: Scope,
    pub(super) values: Values,
    pub(super) status_checks: BTreeSet<TagValue>,
    pub(super) tags: TagKeys,
}

impl Looking {
    /// The wanted value that a schedule tag holds, exactly.
    pub(super) fn wanted(&self, held: Option<&str>) -> Option<TagValue> {
        self.values.wanted(held?)
    }
}

/// Which values of the schedule tag are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Values {
    /// Whatever it holds.
    All,
    /// One of these, exactly.
    These(BTreeSet<TagValue>),
}

impl Values {
    /// What a tag holds, if it is looked for.
    pub(super) fn wanted(&self, held: &str) -> Option<TagValue> {
        match self {
            Self::All => Some(TagValue::as_seen(held)),
            Self::These(values) => values.iter().find(|value| value.as_str() == held).cloned(),
        }
    }
}

impl AwsFleet {
    /// Takes the loaded configuration, the tag keys to look for, and where to count calls; makes none yet.
    #[must_use]
    pub fn new(config: &SdkConfig, tags: TagKeys, counts: Arc<CallCounts>) -> Self {
        let accounts = Accounts::new(config, Arc::clone(&counts));
        let (clients, seen, arns) = (Mutex::default(), PerScope::default(), PerScope::default());
        Self { config: config.clone(), tags, counts, accounts, marks: false, clients, seen, arns }
    }

    /// The same with an external id for the roles that are assumed in other accounts.
    #[must_use]
    pub fn with_external_id(self, external_id: Option<String>) -> Self {
        Self { accounts: self.accounts.with_external_id(external_id), ..self }
    }

    /// The same, but instances are tagged with what was last done to them.
    #[must_use]
    pub fn with_marks(self, marks: bool) -> Self {
        Self { marks, ..self }
    }

    /// The clients of a scope, or why there is no session.
    pub(super) async fn clients(&self, scope: &Scope) -> Result<Clients, Failure> {
        let session = match &scope.account {
            Some(role) => Some(self.accounts.session(role).await?),
            None => None,
        };
        Ok(self.clients_in(scope, session.as_ref()))
    }

    /// The clients of a scope, made at its first use and with each new session.
    fn clients_in(&self, scope: &Scope, session: Option<&Session>) -> Clients {
        // A panic while the map was held can have left nothing half done in it.
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let of_session = session.map(|session| &session.id);
        if let Some(held) = clients.get(scope).filter(|held| held.session.as_ref() == of_session) {
            return held.clone();
        }
        let made = self.make_clients(scope, session);
        clients.insert(scope.clone(), made.clone());
        made
    }

    fn make_clients(&self, scope: &Scope, session: Option<&Session>) -> Clients {
        let config = self.config_of(scope, session);
        let counter = |service| Counter { service, counts: Arc::clone(&self.counts) };
        let mut ec2 = aws_sdk_ec2::config::Builder::from(&config)
            .interceptor(counter(Service::Ec2))
            .retry_classifier(CapacityIsFinal);
        let mut rds = aws_sdk_rds::config::Builder::from(&config).interceptor(counter(Service::Rds));
        if self.marks {
            rds = rds.interceptor(self.arns.of(scope));
        }
        let mut tagging =
            aws_sdk_resourcegroupstagging::config::Builder::from(&config).interceptor(counter(Service::Tagging));
        if scope.account.is_some() {
            // The SDK would let all accounts of a region draw on one quota of retries: one account that does not answer would
            // leave the others none (rule A6).
            ec2 = ec2.retry_partition(RetryPartition::new(format!("ec2, {scope}")));
            rds = rds.retry_partition(RetryPartition::new(format!("rds, {scope}")));
            tagging = tagging.retry_partition(RetryPartition::new(format!("tagging, {scope}")));
        }
        Clients {
            ec2: aws_sdk_ec2::Client::from_conf(ec2.build()),
            rds: aws_sdk_rds::Client::from_conf(rds.build()),
            tagging: aws_sdk_resourcegroupstagging::Client::from_conf(tagging.build()),
            session: session.map(|session| session.id.clone()),
        }
    }

    /// The configuration that leads into a scope.
    fn config_of(&self, scope: &Scope, session: Option<&Session>) -> SdkConfig {
        let mut config = self.config.to_builder();
        if let Some(region) = &scope.region {
            config = config.region(aws_config::Region::new(region.to_string()));
        }
        if let Some(session) = session {
            config = config.credentials_provider(session.credentials.clone());
        }
        config.build()
    }

    /// A door for each account among these places; no session is asked for yet.
    fn doors<'a>(&'a self, scopes: impl Iterator<Item = &'a Scope>) -> BTreeMap<&'a RoleArn, Door<'a>> {
        let roles: BTreeSet<&RoleArn> = scopes.filter_map(|scope| scope.account.as_ref()).collect();
        roles.into_iter().map(|role| (role, self.accounts.session(role).boxed().shared())).collect()
    }

    /// Writes a note on what is in one scope.
    async fn mark_in(&self, scope: &Scope, keys: Vec<InstanceKey>, value: &str) -> Result<(), Failure> {
        let clients = self.clients(scope).await?;
        let (servers, databases): (Vec<_>, Vec<_>) = keys.into_iter().partition(|key| key.kind == InstanceKind::Ec2);
        let servers: Vec<InstanceId> = servers.into_iter().map(|key| key.id).collect();
        // Each has been looked at before it was acted on.
        let (seen, mut arns, mut unseen) = (self.arns.of(scope), Vec::new(), Ok(()));
        for key in databases {
            match seen.of(key.kind, &key.id) {
                Ok(arn) => arns.push(arn),
                Err(failure) => unseen = Err(failure),
            }
        }
        let (servers, databases) = future::join(
            marks::tag_servers(&clients.ec2, &servers, value),
            marks::tag_databases(&clients.tagging, &arns, value),
        )
        .await;
        servers.and(databases).and(unseen)
    }

    /// Looks at one scope in the session that its door leads to, which is let go of if it is denied: whoever has made the role
    /// anew, or revoked its sessions, is not to wait for its end.
    async fn look(&self, looking: Looking, door: Option<Door<'_>>) -> Result<Vec<Instance>, Failure> {
        let (Some(door), Some(role)) = (door, &looking.scope.account) else {
            return self.look_in(&looking, None).await;
        };
        let session = door.await?;
        let found = self.look_in(&looking, Some(&session)).await;
        if found.as_ref().is_err_and(|failure| failure.kind == FailureKind::Denied) {
            self.accounts.forget(role, &session).await;
        }
        found
    }

    /// Everything of one scope, or why it cannot be seen: half a look would pass for a whole one.
    async fn look_in(&self, looking: &Looking, session: Option<&Session>) -> Result<Vec<Instance>, Failure> {
        let clients = self.clients_in(&looking.scope, session);
        let (servers, databases) =
            future::join(ec2::look(&clients.ec2, looking), databases::look(&clients.rds, looking)).await;
        let ((mut found, sleepers), databases) = (servers?, databases?);
        self.seen.put(&looking.scope, Arc::new(Seen::new(&found, sleepers)));
        found.extend(databases);
        Ok(found)
    }

    async fn clients_in_time(&self, scope: &Scope, deadline: Instant) -> Result<Clients, Failure> {
        timeout_at(deadline, self.clients(scope)).await.unwrap_or_else(|_| Err(not_asked_yet()))
    }

    /// Acts on the instances of one kind in one scope.
    async fn act_on(
        &self,
        action: Action,
        (scope, kind): (Scope, InstanceKind),
        ids: BTreeSet<InstanceId>,
        deadline: Instant,
    ) -> Vec<(InstanceKey, Outcome)> {
        let outcomes: Vec<(InstanceId, Outcome)> = match (self.clients_in_time(&scope, deadline).await, kind) {
            (Err(failure), _) => ids.into_iter().map(|id| (id, Err(failure.clone()))).collect(),
            (Ok(clients), InstanceKind::Ec2) => {
                servers::act(&clients.ec2, action, ids, &self.seen.of(&scope), deadline).await
            }
            (Ok(clients), InstanceKind::RdsInstance | InstanceKind::RdsCluster) => {
                databases::act(&clients.rds, action, kind, ids, deadline).await
            }
        };
        let key = |id| InstanceKey { scope: scope.clone(), kind, id };
        outcomes.into_iter().map(|(id, outcome)| (key(id), outcome)).collect()
    }
}

impl AwsFleet {
    /// Everything in these places that carries the schedule tag, whatever its value; what could not be seen within `budget` is
    /// unreachable.
    pub async fn survey(&self, scopes: &BTreeSet<Scope>, budget: Duration) -> Inventory {
        let places = scopes.iter().map(|scope| (scope, Values::All)).collect();
        self.look_into(places, &BTreeSet::new(), budget).await
    }

    async fn look_into(
        &self,
        places: Vec<(&Scope, Values)>,
        status_checks: &BTreeSet<TagValue>,
        budget: Duration,
    ) -> Inventory {
        let deadline = Instant::now() + forward(budget);
        let doors = self.doors(places.iter().map(|(scope, _)| *scope));
        let look = |(scope, values): (&Scope, Values)| {
            let (status_checks, tags) = (status_checks.clone(), self.tags.clone());
            let looking = Looking { scope: scope.clone(), values, status_checks, tags };
            let door = scope.account.as_ref().and_then(|role| doors.get(role)).cloned();
            let scope = scope.clone();
            in_time(deadline, self.look(looking, door)).map(|found| (scope, found))
        };
        // The own account waits for no other.
        let (own, others): (Vec<_>, Vec<_>) = places.into_iter().partition(|(scope, _)| scope.account.is_none());
        let [own, others] = [own, others].map(|places| {
            let looks: Vec<_> = places.into_iter().map(look).collect();
            stream::iter(looks).buffer_unordered(SCOPES_AT_ONCE).collect::<Vec<_>>()
        });
        let (own, others) = future::join(own, others).await;
        let closed = |(role, door): (&&RoleArn, &Door<'_>)| {
            let failure = door.peek()?.as_ref().err()?;
            Some(((*role).clone(), failure.clone()))
        };
        let mut inventory = Inventory { closed: doors.iter().filter_map(closed).collect(), ..Inventory::default() };
        for (scope, found) in own.into_iter().chain(others) {
            match found {
                Ok(found) => {
                    inventory.instances.extend(found.into_iter().map(|seen| (seen.key.clone(), seen)));
                    inventory.seen.insert(scope);
                }
                Err(_) if scope.account.as_ref().is_some_and(|role| inventory.closed.contains_key(role)) => {}
                Err(failure) => {
                    inventory.unreachable.insert(scope, failure);
                }
            }
        }
        inventory
    }
}

impl Fleet for AwsFleet {
    async fn inventory(&self, query: &Query, budget: Duration) -> Inventory {
        let places = query.tag_values.iter().map(|(scope, values)| (scope, Values::These(values.clone())));
        self.look_into(places.collect(), &query.status_checks, budget).await
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

    async fn mark(&self, instances: &[InstanceKey], note: &str, budget: Duration) -> BTreeMap<Scope, Failure> {
        if !self.marks {
            return BTreeMap::new();
        }
        let deadline = Instant::now() + forward(budget);
        let mut places = BTreeMap::<Scope, Vec<InstanceKey>>::new();
        for key in instances {
            places.entry(key.scope.clone()).or_default().push(key.clone());
        }
        let value = &marks::value(note);
        let marks: Vec<_> = places
            .into_iter()
            .map(|(scope, keys)| async move {
                let marked = in_time(deadline, self.mark_in(&scope, keys, value)).await;
                marked.err().map(|failure| (scope, failure))
            })
            .collect();
        let failures: Vec<_> = stream::iter(marks).buffer_unordered(SCOPES_AT_ONCE).collect().await;
        failures.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Region;

    #[test]
    fn accounts_do_not_draw_on_one_quota_of_retries() {
        let config = SdkConfig::builder().behavior_version(aws_config::BehaviorVersion::latest()).build();
        let tags = TagKeys { schedule: "S".to_owned(), group: "G".to_owned() };
        let fleet = AwsFleet::new(&config, tags, Arc::default());
        let quota = |account: Option<&str>| {
            let account = account.and_then(|role| RoleArn::new(role).ok());
            let scope = Scope { account, region: Region::new("eu-west-1").ok() };
            let clients = fleet.make_clients(&scope, None);
            let ec2 = clients.ec2.config().retry_partition().map(ToString::to_string);
            [ec2, clients.rds.config().retry_partition().map(ToString::to_string)]
        };
        let (own, one, other) = (quota(None), quota(Some("arn:1")), quota(Some("arn:2")));
        assert_eq!(own, [None, None], "the SDK's own, by service and region");
        let all: BTreeSet<_> = one.into_iter().chain(other).flatten().collect();
        assert_eq!(all.len(), 4, "{all:?}");
    }
}
