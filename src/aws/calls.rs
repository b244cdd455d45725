//! Counts the calls that go out to AWS, retries among them: what a tick costs. Knows nothing of what a call means.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// A service that is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    DynamoDb,
    Ec2,
    Rds,
    Sqs,
    Sts,
    Tagging,
}

/// How many HTTP requests have gone out, by service; shared by all clients of a process.
#[derive(Debug, Default)]
pub struct CallCounts {
    dynamodb: AtomicU64,
    ec2: AtomicU64,
    rds: AtomicU64,
    sqs: AtomicU64,
    sts: AtomicU64,
    tagging: AtomicU64,
}

impl CallCounts {
    /// The counts so far, under `dynamodb`, `ec2`, `rds`, `sts` and `tagging`, and `sqs` once that is called; each try of a
    /// call is one.
    #[must_use]
    pub fn snapshot(&self) -> BTreeMap<&'static str, u64> {
        let Self { dynamodb, ec2, rds, sqs, sts, tagging } = self;
        let counts =
            [("dynamodb", dynamodb), ("ec2", ec2), ("rds", rds), ("sts", sts), ("tagging", tagging), ("sqs", sqs)];
        let counts = counts.into_iter().map(|(service, count)| (service, count.load(Ordering::Relaxed)));
        // Most accounts have no queue: they need no metric of it.
        counts.filter(|(service, calls)| *service != "sqs" || *calls > 0).collect()
    }

    /// All calls so far, of all services.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.snapshot().values().sum()
    }

    fn add(&self, service: Service) {
        let count = match service {
            Service::DynamoDb => &self.dynamodb,
            Service::Ec2 => &self.ec2,
            Service::Rds => &self.rds,
            Service::Sqs => &self.sqs,
            Service::Sts => &self.sts,
            Service::Tagging => &self.tagging,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// Sits in a client and counts what it sends.
#[derive(Debug)]
pub(super) struct Counter {
    pub(super) service: Service,
    pub(super) counts: Arc<CallCounts>,
}

#[dyn_dispatch_hint]
impl Intercept for Counter {
    fn name(&self) -> &'static str {
        "Counter"
    }

    // The hook that runs for each try, right before it is sent.
    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.counts.add(self.service);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_each_service_apart() {
        let counts = CallCounts::default();
        counts.add(Service::Ec2);
        counts.add(Service::Ec2);
        counts.add(Service::DynamoDb);
        counts.add(Service::Sts);
        let expected = [("dynamodb", 1), ("ec2", 2), ("rds", 0), ("sts", 1), ("tagging", 0)];
        assert_eq!(counts.snapshot(), BTreeMap::from(expected));
        counts.add(Service::Sqs);
        assert_eq!(counts.snapshot().get("sqs"), Some(&1));
        assert_eq!(counts.total(), 5);
    }
}
