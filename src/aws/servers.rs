//! Starting and stopping EC2 instances: in batches, the bad ones of a batch apart, hibernating where it is asked for.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::Client;
use futures_util::{StreamExt as _, future, stream};
use tokio::time::Instant;

use super::batch::isolate_by;
use super::deadline::in_time;
use super::ec2::{self, Ask};
use super::hibernate::{self, Sleepers};
use crate::model::{Action, Instance, InstanceId};
use crate::ports::Outcome;

/// Instances in one call that starts them: what EC2 has no room for spoils a batch, and it does not say which it is.
const START_BATCH: usize = 50;
/// Instances in one call that stops them. EC2 names no limit but its bucket of 1,000 instances at once; the bad ones of a
/// batch it names.
const STOP_BATCH: usize = 200;
/// Batches that are asked for side by side.
const BATCHES_AT_ONCE: usize = 4;

/// What a look has shown of the EC2 instances of a scope, for whoever acts on them.
#[derive(Debug, Default)]
pub(super) struct Seen {
    sleepers: Sleepers,
    rooms: BTreeMap<InstanceId, Room>,
}

/// What AWS has capacity for, or has none: an instance type in an availability zone.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Room {
    instance_type: String,
    zone: String,
}

impl Seen {
    /// Takes the instances, and those of them that are hibernated.
    pub(super) fn new(found: &[Instance], sleepers: Sleepers) -> Self {
        let room = |seen: &Instance| {
            let (instance_type, zone) = seen.label.engine.clone().zip(seen.label.zone.clone())?;
            Some((seen.key.id.clone(), Room { instance_type, zone }))
        };
        Self { sleepers, rooms: found.iter().filter_map(room).collect() }
    }
}

/// Asks for these to be started or stopped; one outcome for each.
pub(super) async fn act(
    client: &Client,
    action: Action,
    ids: BTreeSet<InstanceId>,
    seen: &Seen,
    deadline: Instant,
) -> Vec<(InstanceId, Outcome)> {
    let Seen { sleepers, rooms } = seen;
    let ask = |what, ids| ask(client, what, ids, rooms, deadline);
    let ids = ids.into_iter();
    if action == Action::Start {
        return ask(Ask::Start, ids.collect()).await;
    }
    let (asleep, plain): (Vec<_>, Vec<_>) = ids.partition(|id| sleepers.contains_key(id));
    let (mut outcomes, hibernated) = future::join(ask(Ask::Stop, plain), ask(Ask::Hibernate, asleep)).await;
    let now = crate::clock::now();
    let mut awake = Vec::new();
    for (id, outcome) in hibernated {
        let launched_at = sleepers.get(&id).copied().flatten();
        match hibernate::judge(outcome, launched_at, now) {
            Some(outcome) => outcomes.push((id, outcome)),
            None => awake.push(id),
        }
    }
    outcomes.extend(ask(Ask::Stop, awake).await);
    outcomes
}

async fn ask(
    client: &Client,
    ask: Ask,
    ids: Vec<InstanceId>,
    rooms: &BTreeMap<InstanceId, Room>,
    deadline: Instant,
) -> Vec<(InstanceId, Outcome)> {
    let size = if ask == Ask::Start { START_BATCH } else { STOP_BATCH };
    let call = move |ids| in_time(deadline, ec2::ask(client, ask, ids));
    let batches: Vec<_> = ids.chunks(size).map(|batch| isolate_by(batch.to_vec(), |id| rooms.get(id), call)).collect();
    let outcomes: Vec<_> = stream::iter(batches).buffer_unordered(BATCHES_AT_ONCE).collect().await;
    outcomes.into_iter().flatten().collect()
}
