//! What AWS answers instead of doing what it was asked for: the one table from its error codes to what they come to.

use std::fmt;

/// The choices that a tick has after AWS has said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FailureKind {
    /// Too many calls; later.
    Throttled,
    /// A permission is missing.
    Denied,
    /// There is no such instance any more.
    Gone,
    /// Not possible in its present state; later.
    WrongState,
    /// AWS will never do it, whatever the state.
    Refused,
    /// AWS has no capacity for it now.
    Capacity,
    /// No answer.
    Unreachable,
    /// Anything else.
    Other,
}

/// What AWS answered instead of doing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What can be done about it.
    pub kind: FailureKind,
    /// AWS's error code, such as `InsufficientInstanceCapacity`.
    pub code: String,
    /// AWS's words.
    pub message: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code.is_empty(), self.message.is_empty()) {
            (false, false) => write!(f, "{}: {}", self.code, self.message),
            (false, true) => f.write_str(&self.code),
            (true, _) => f.write_str(&self.message),
        }
    }
}

/// Our own code for an instance that there was no time to ask for.
pub const NOT_ASKED_YET: &str = "NotAskedYet";
/// Our own code for a call that no answer came to.
pub const NO_ANSWER: &str = "NoAnswer";

/// The kind of an error code of EC2, RDS or DynamoDB; where the code says nothing, the HTTP status does.
#[must_use]
pub fn kind_of(code: &str, status: u16) -> FailureKind {
    match code {
        "RequestLimitExceeded"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "EC2ThrottledException"
        | "TooManyRequestsException"
        | "ProvisionedThroughputExceededException"
        | "BandwidthLimitExceeded"
        | "PriorRequestNotComplete"
        | "SlowDown"
        | NOT_ASKED_YET => FailureKind::Throttled,
        "UnauthorizedOperation"
        | "AccessDenied"
        | "AccessDeniedException"
        | "AuthFailure"
        | "NotAuthorized"
        | "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "RequestExpired"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "IncompleteSignature"
        | "IncompleteSignatureException"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "OptInRequired"
        | "Blocked"
        | "PendingVerification" => FailureKind::Denied,
        "InvalidInstanceID.NotFound"
        | "InvalidInstanceID.Malformed"
        | "InvalidInstanceId"
        | "DBInstanceNotFound"
        | "DBInstanceNotFoundFault"
        | "DBClusterNotFound"
        | "DBClusterNotFoundFault" => FailureKind::Gone,
        "IncorrectInstanceState"
        | "IncorrectState"
        | "InvalidState"
        | "InvalidDBInstanceState"
        | "InvalidDBInstanceStateFault"
        | "InvalidDBClusterState"
        | "InvalidDBClusterStateFault"
        | "InvalidDBShardGroupState"
        | "InvalidDBShardGroupStateFault"
        // A spot request is still marked for the stop; it is free again when EC2 has disabled it.
        | "IncorrectSpotRequestState" => FailureKind::WrongState,
        "OperationNotPermitted"
        | "UnsupportedOperation"
        | "UnsupportedOperationException"
        | "Unsupported"
        | "UnsupportedHibernationConfiguration"
        // What RDS says of "aurora-mysql DB instances are not eligible for stopping and starting".
        | "InvalidParameterCombination"
        | "InvalidParameterCombinationException" => FailureKind::Refused,
        "InternalError"
        | "InternalFailure"
        | "InternalServerError"
        | "ServerInternal"
        | "Unavailable"
        | "ServiceUnavailable"
        | "ServiceUnavailableException"
        | "RequestTimeout"
        | "RequestTimeoutException"
        | NO_ANSWER => FailureKind::Unreachable,
        _ if code.starts_with("Throttl") => FailureKind::Throttled,
        _ if is_quota(code) || (code.starts_with("Insufficient") && code.contains("Capacity")) => FailureKind::Capacity,
        _ => match status {
            429 => FailureKind::Throttled,
            401 | 403 => FailureKind::Denied,
            500.. => FailureKind::Unreachable,
            _ => FailureKind::Other,
        },
    }
}

/// Whether the code speaks of a quota of the account: no part of a batch would fare better.
#[must_use]
pub fn is_quota(code: &str) -> bool {
    matches!(
        code,
        "InstanceLimitExceeded"
            | "VcpuLimitExceeded"
            | "MaxSpotInstanceCountExceeded"
            | "InstanceQuotaExceeded"
            | "InstanceQuotaExceededFault"
    )
}

#[cfg(test)]
mod tests {
    use super::FailureKind::{Capacity, Denied, Gone, Other, Refused, Throttled, Unreachable, WrongState};
    use super::*;

    #[test]
    fn codes_have_kinds() {
        let cases = [
            ("RequestLimitExceeded", 503, Throttled),
            ("Throttling", 400, Throttled),
            ("ThrottlingException", 400, Throttled),
            ("ProvisionedThroughputExceededException", 400, Throttled),
            ("UnauthorizedOperation", 403, Denied),
            ("AccessDenied", 403, Denied),
            ("AccessDeniedException", 400, Denied),
            ("AuthFailure", 401, Denied),
            ("UnrecognizedClientException", 400, Denied),
            ("ExpiredTokenException", 400, Denied),
            ("InvalidInstanceID.NotFound", 400, Gone),
            ("InvalidInstanceID.Malformed", 400, Gone),
            ("DBInstanceNotFound", 404, Gone),
            ("DBInstanceNotFoundFault", 404, Gone),
            ("IncorrectInstanceState", 400, WrongState),
            ("InvalidDBInstanceState", 400, WrongState),
            ("InvalidDBInstanceStateFault", 400, WrongState),
            ("InvalidDBClusterStateFault", 400, WrongState),
            ("InvalidDBShardGroupState", 400, WrongState),
            ("DBClusterNotFoundFault", 404, Gone),
            ("OperationNotPermitted", 400, Refused),
            ("UnsupportedOperation", 400, Refused),
            ("IncorrectSpotRequestState", 400, WrongState),
            ("UnsupportedHibernationConfiguration", 400, Refused),
            ("InvalidParameterCombination", 400, Refused),
            ("InsufficientInstanceCapacity", 500, Capacity),
            ("InsufficientHostCapacity", 500, Capacity),
            ("InsufficientDBInstanceCapacity", 400, Capacity),
            ("InsufficientDBInstanceCapacityFault", 400, Capacity),
            ("VcpuLimitExceeded", 400, Capacity),
            ("InternalError", 500, Unreachable),
            ("Unavailable", 503, Unreachable),
            (NO_ANSWER, 0, Unreachable),
            (NOT_ASKED_YET, 0, Throttled),
            ("Http502", 502, Unreachable),
            ("Http429", 429, Throttled),
            ("Http403", 403, Denied),
            ("InvalidParameterValue", 400, Other),
            ("", 400, Other),
        ];
        for (code, status, expected) in cases {
            assert_eq!(kind_of(code, status), expected, "{code}");
        }
    }
}
