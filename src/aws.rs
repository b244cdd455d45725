//! AWS behind the ports: DynamoDB as [`Store`](crate::ports::Store), EC2 and RDS as [`Fleet`](crate::ports::Fleet), in the
//! function's own account and in those whose role it assumes, SQS as [`Queue`](crate::ports::Queue), and the system's clock;
//! and the secrets that the settings name.
//!
//! Knows the SDK and the ports; knows nothing of timetables, runs and chat, and decides nothing: an answer of AWS becomes a
//! word of the model ([`InstanceState`](crate::model::InstanceState), [`FailureKind`](crate::model::FailureKind),
//! [`StoreError`](crate::ports::StoreError)), and the engine does the rest. The SDK's configuration is loaded once, by
//! [`load_config`] or [`load_quick_config`], and lent to every adapter.
//!
//! # What AWS answers
//!
//! Each line is tested against a stub below the SDK's own retries (`aws/tests`). Asked again by the engine, with back-off:
//! all but what is refused for good; by the SDK, within the call: what is throttled or not answered, but no capacity.
//!
//! | answer | to | what it comes to |
//! | --- | --- | --- |
//! | `RequestLimitExceeded`, `Throttling` | everything | throttled: everybody's of the batch, which is never split for it |
//! | `UnauthorizedOperation`, `AccessDenied`, `AuthFailure`, `OptInRequired` | everything | denied: the same, and asked once |
//! | `RequestExpired`, `ExpiredToken` | everything | denied: the same |
//! | `InternalError`, `InternalFailure`, `Unavailable`, no answer | everything | unreachable: the same |
//! | `VcpuLimitExceeded` | start | capacity, of the account: the same |
//! | `UnauthorizedOperation`, `AccessDenied` that name instances | start, stop | denied: that of those named, three times in a batch at most; the others go on |
//! | `InvalidInstanceID.NotFound`, `InvalidInstanceID.Malformed`, `DBInstanceNotFound`, `DBClusterNotFoundFault` | start, stop | gone: that of those named, the others of the batch go on |
//! | `IncorrectInstanceState`, `InvalidDBInstanceState`, `InvalidDBClusterStateFault`, `InvalidDBShardGroupState` | start, stop | wrong state: the same |
//! | `OperationNotPermitted` | stop | refused for good, stop protection: the same |
//! | `UnsupportedOperation` | stop | refused for good, such as a one-time spot instance: the same |
//! | `IncorrectSpotRequestState` | start | wrong state, until EC2 has disabled the spot request: the same |
//! | `InvalidParameterCombination` | start, stop of a database | refused for good, a kind that is not stopped for itself |
//! | `InvalidDBClusterStateFault` that speaks of a global database | start, stop of a cluster | refused for good |
//! | `InsufficientInstanceCapacity`, `InsufficientHostCapacity`, `InsufficientDBInstanceCapacity` | start | capacity: EC2 names nobody, so it is asked again for each instance type and zone, and within these found by halves; the others go on |
//! | `Client.InvalidKMSKey.InvalidState`, `KMSKeyNotAccessibleFault`, `InvalidParameterValue`, anything new | start, stop | something else: found by halves |
//! | `UnsupportedHibernationConfiguration` | hibernation | a plain stop |
//! | `UnsupportedOperation`, "not ready to hibernate" | hibernation | wrong state within minutes of the launch, else a plain stop |
//! | any of them to a page | look | the whole place is unreachable: half a look is no look |
//! | what is denied, in another account | look | the same, and its role is assumed anew for the next look |
//! | none within the time of the look | look | that place is unreachable, and no other |
//! | `InvalidInstanceID.NotFound` | status checks | those of its hundred are not known in this look |

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};

mod accounts;
mod arns;
mod attribute;
mod batch;
mod caller;
mod calls;
mod clock;
mod cluster;
mod databases;
mod deadline;
mod dry_run;
mod dynamodb;
mod ec2;
mod failure;
mod fleet;
mod hibernate;
mod marks;
mod per_scope;
mod rds;
mod secrets;
mod servers;
mod sqs;
mod table_checks;
mod tables;

pub use caller::caller;
pub use calls::CallCounts;
pub use clock::SystemClock;
pub use dynamodb::{DynamoStore, TableNames};
pub use fleet::{AwsFleet, TagKeys};
pub use marks::KEY as LAST_ACTION;
pub use secrets::{SecretError, fetch as fetch_secrets};
pub use sqs::SqsQueue;

#[cfg(test)]
mod tests;

/// A connection that is not there by then will not come.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// One try of a call; a page of 500 instances takes about a second.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
/// A call with its retries: well within a look, and a tick.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(20);
/// Tries of a call, with the SDK's back-off and jitter between them (rule A5); what is left over is taken up by the next pass
/// or tick.
///
/// The mode is `standard`. `adaptive` would also hold back first tries, by one rate for all calls of a client, whereas EC2
/// counts each kind of call apart: starts that are throttled would slow down the looks that have to show what became of them.
const ATTEMPTS: u32 = 3;

/// Loads region, credentials and endpoints as every AWS tool does: environment, profile, instance.
///
/// Never fails: what is missing shows at the first call.
pub async fn load_config() -> SdkConfig {
    with_limits(aws_config::defaults(BehaviorVersion::latest())).load().await
}

/// The same for whoever has to answer within three seconds: a call that is slow is tried again soon, and then given up.
pub async fn load_quick_config() -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_millis(500))
        .operation_attempt_timeout(Duration::from_millis(800))
        .operation_timeout(Duration::from_millis(1_500))
        .build();
    let loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts);
    loader.retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS)).load().await
}

/// Sets how long a call may take and how often it is tried; for configurations that are made up, as in tests.
#[must_use]
pub fn with_limits(loader: ConfigLoader) -> ConfigLoader {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build();
    loader.timeout_config(timeouts).retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
}
