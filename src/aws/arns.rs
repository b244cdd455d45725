//! The ARNs of databases, noted as they go by in what RDS describes: tags are written by ARN. Knows no more of a call than
//! its answer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_rds::operation::describe_db_clusters::DescribeDbClustersOutput;
use aws_sdk_rds::operation::describe_db_instances::DescribeDbInstancesOutput;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use crate::model::{Failure, FailureKind, InstanceId, InstanceKind};

/// The ARNs that the clients of one scope have seen; it sits in each of them, and outlives them.
#[derive(Debug, Clone, Default)]
pub(super) struct Arns(Arc<Mutex<BTreeMap<(InstanceKind, String), String>>>);

impl Arns {
    /// The ARN of a database or cluster, if it has been seen.
    pub(super) fn of(&self, kind: InstanceKind, id: &InstanceId) -> Result<String, Failure> {
        let arns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        arns.get(&(kind, id.as_str().to_owned())).cloned().ok_or_else(|| Failure {
            kind: FailureKind::Other,
            code: "NoArn".to_owned(),
            message: format!("RDS has not said the ARN of `{id}`"),
        })
    }

    fn note<'a>(&self, kind: InstanceKind, seen: impl Iterator<Item = (Option<&'a str>, Option<&'a str>)>) {
        let mut arns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let named = seen.filter_map(|(id, arn)| id.zip(arn));
        arns.extend(named.map(|(id, arn)| ((kind, id.to_owned()), arn.to_owned())));
    }
}

#[dyn_dispatch_hint]
impl Intercept for Arns {
    fn name(&self) -> &'static str {
        "Arns"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Ok(output) = context.output_or_error() else { return Ok(()) };
        if let Some(seen) = output.downcast_ref::<DescribeDbInstancesOutput>() {
            let seen = seen.db_instances().iter();
            self.note(InstanceKind::RdsInstance, seen.map(|one| (one.db_instance_identifier(), one.db_instance_arn())));
        }
        if let Some(seen) = output.downcast_ref::<DescribeDbClustersOutput>() {
            let seen = seen.db_clusters().iter();
            self.note(InstanceKind::RdsCluster, seen.map(|one| (one.db_cluster_identifier(), one.db_cluster_arn())));
        }
        Ok(())
    }
}
