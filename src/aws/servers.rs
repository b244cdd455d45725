//! Starting and stopping EC2 instances: in batches, the bad ones of a batch apart, hibernating where it is asked for.

use std::collections::BTreeSet;

use aws_sdk_ec2::Client;
use futures_util::{StreamExt as _, future, stream};
use tokio::time::Instant;

use super::batch::isolate;
use super::deadline::in_time;
use super::ec2::{self, Ask};
use super::hibernate::{self, Sleepers};
use crate::model::{Action, InstanceId};
use crate::ports::Outcome;

/// Instances in one call that starts them: what EC2 has no room for spoils a batch, and it does not say which it is.
const START_BATCH: usize = 50;
/// Instances in one call that stops them. EC2 names no limit but its bucket of 1,000 instances at once; the bad ones of a
/// batch it names.
const STOP_BATCH: usize = 200;
/// Batches that are asked for side by side.
const BATCHES_AT_ONCE: usize = 4;

/// Asks for these to be started or stopped; one outcome for each.
pub(super) async fn act(
    client: &Client,
    action: Action,
    ids: BTreeSet<InstanceId>,
    sleepers: &Sleepers,
    deadline: Instant,
) -> Vec<(InstanceId, Outcome)> {
    let ids = ids.into_iter();
    if action == Action::Start {
        return ask(client, Ask::Start, ids.collect(), deadline).await;
    }
    let (asleep, plain): (Vec<_>, Vec<_>) = ids.partition(|id| sleepers.contains_key(id));
    let stops = ask(client, Ask::Stop, plain, deadline);
    let (mut outcomes, hibernated) = future::join(stops, ask(client, Ask::Hibernate, asleep, deadline)).await;
    let now = crate::clock::now();
    let mut awake = Vec::new();
    for (id, outcome) in hibernated {
        let launched_at = sleepers.get(&id).copied().flatten();
        match hibernate::judge(outcome, launched_at, now) {
            Some(outcome) => outcomes.push((id, outcome)),
            None => awake.push(id),
        }
    }
    outcomes.extend(ask(client, Ask::Stop, awake, deadline).await);
    outcomes
}

async fn ask(client: &Client, ask: Ask, ids: Vec<InstanceId>, deadline: Instant) -> Vec<(InstanceId, Outcome)> {
    let size = if ask == Ask::Start { START_BATCH } else { STOP_BATCH };
    let batches: Vec<_> = ids
        .chunks(size)
        .map(|batch| isolate(batch.to_vec(), move |ids| in_time(deadline, ec2::ask(client, ask, ids))))
        .collect();
    let outcomes: Vec<_> = stream::iter(batches).buffer_unordered(BATCHES_AT_ONCE).collect().await;
    outcomes.into_iter().flatten().collect()
}
