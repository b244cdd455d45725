//! Asks EC2 whether it would do a thing, without having it done: `DryRun`. RDS has nothing like it.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::Tag;
use futures_util::{StreamExt as _, stream};

use super::failure::failure_of;
use super::fleet::{AwsFleet, SCOPES_AT_ONCE};
use super::marks;
use crate::doctor::{DRY_RUN, DRY_RUN_IGNORED, DryRun};
use crate::model::{Failure, FailureKind, InstanceKey};

impl AwsFleet {
    /// What would become of starting, stopping and tagging these EC2 instances, one a place.
    pub async fn dry_runs(&self, instances: &[InstanceKey]) -> Vec<DryRun> {
        let runs: Vec<_> = instances.iter().map(|instance| self.dry_runs_on(instance)).collect();
        stream::iter(runs).buffered(SCOPES_AT_ONCE).concat().await
    }

    async fn dry_runs_on(&self, instance: &InstanceKey) -> Vec<DryRun> {
        let of = |action, outcome| DryRun { instance: instance.clone(), action, outcome };
        let clients = match self.clients(&instance.scope).await {
            Ok(clients) => clients,
            Err(failure) => return vec![of("ec2:StartInstances", Err(failure))],
        };
        if let Err(failure) = heeds_dry_runs(&clients.ec2).await {
            return vec![of("ec2:StartInstances", Err(failure))];
        }
        let (ec2, id) = (&clients.ec2, instance.id.as_str());
        let start = ec2.start_instances().instance_ids(id).dry_run(true).send().await;
        let stop = ec2.stop_instances().instance_ids(id).dry_run(true).send().await;
        let mut runs = vec![
            of("ec2:StartInstances", outcome(start.map(drop).map_err(|error| failure_of(&error)))),
            of("ec2:StopInstances", outcome(stop.map(drop).map_err(|error| failure_of(&error)))),
        ];
        if self.marks {
            let tag = Tag::builder().key(marks::KEY).value("dry run").build();
            let mark = ec2.create_tags().resources(id).tags(tag).dry_run(true).send().await;
            runs.push(of("ec2:CreateTags", outcome(mark.map(drop).map_err(|error| failure_of(&error)))));
        }
        runs
    }
}

/// Whether `DryRun` is heeded, by a call that does nothing in any case: some emulators start and stop all the same.
async fn heeds_dry_runs(client: &Client) -> Result<(), Failure> {
    let probe = client.describe_instances().dry_run(true).send().await;
    match probe.map_err(|error| failure_of(&error)) {
        Ok(_) => {
            let message = "`DryRun` is not heeded".to_owned();
            Err(Failure { kind: FailureKind::Other, code: DRY_RUN_IGNORED.to_owned(), message })
        }
        // That it may not be asked is no reason not to ask about the others.
        Err(failure) if failure.code == DRY_RUN || failure.kind == FailureKind::Denied => Ok(()),
        Err(failure) => Err(failure),
    }
}

/// A dry run always fails: how, says what would be.
fn outcome(answer: Result<(), Failure>) -> Result<(), Failure> {
    match answer {
        Err(failure) if failure.code == DRY_RUN => Ok(()),
        other => other,
    }
}
