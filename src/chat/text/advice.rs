//! What kind of trouble a failure is, by AWS's code or our own word for it: what a person can do follows from it.
//!
//! Each language says it in its own words. Knows no instance and no platform.

use crate::model::{Action, FailureKind, InstanceKind, is_quota, kind_of};

/// What a person can do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Advice {
    /// AWS has no room for the type.
    NoRoom,
    /// The account's quota is used up.
    Quota,
    /// A permission is missing.
    Permission,
    /// The credentials are not accepted.
    Credentials,
    /// The instance is protected against being stopped.
    Protected,
    /// AWS does not do this to such an instance.
    Unsupported,
    /// It is in a state in which this cannot be done.
    WrongState,
    /// It is not there any more.
    Gone,
    /// Too many calls.
    Throttled,
    /// AWS did not answer.
    NoAnswer,
    /// Its KMS key cannot be used.
    Key,
    /// It did not come up.
    DidNotStart,
    /// It did not go down.
    DidNotStop,
    /// Its storage is full.
    StorageFull,
    /// A code that is not known.
    Unknown,
}

impl Advice {
    /// All of them.
    #[cfg(test)]
    pub(super) const ALL: [Self; 15] = [
        Self::NoRoom,
        Self::Quota,
        Self::Permission,
        Self::Credentials,
        Self::Protected,
        Self::Unsupported,
        Self::WrongState,
        Self::Gone,
        Self::Throttled,
        Self::NoAnswer,
        Self::Key,
        Self::DidNotStart,
        Self::DidNotStop,
        Self::StorageFull,
        Self::Unknown,
    ];

    /// What can be done about this code: where it says no more than its kind, that of the kind.
    pub(super) fn of(code: &str, action: Action) -> Self {
        match code {
            "AuthFailure"
            | "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "InvalidAccessKeyId"
            | "ExpiredToken"
            | "ExpiredTokenException"
            | "RequestExpired"
            | "SignatureDoesNotMatch"
            | "OptInRequired"
            | "Blocked"
            | "PendingVerification" => Self::Credentials,
            "OperationNotPermitted" => match action {
                Action::Stop => Self::Protected,
                Action::Start => Self::Unknown,
            },
            "NotReadyToHibernate" => Self::WrongState,
            "KMSKeyNotAccessibleFault" | "InvalidKMSKey.InvalidState" | "Client.InvalidKMSKey.InvalidState" => {
                Self::Key
            }
            "DidNotStart" => Self::DidNotStart,
            "DidNotStop" => Self::DidNotStop,
            "storage-full" => Self::StorageFull,
            _ if is_quota(code) => Self::Quota,
            _ => Self::of_kind(kind_of(code, 0)),
        }
    }

    fn of_kind(kind: FailureKind) -> Self {
        match kind {
            FailureKind::Throttled => Self::Throttled,
            FailureKind::Denied => Self::Permission,
            FailureKind::Gone => Self::Gone,
            FailureKind::WrongState => Self::WrongState,
            FailureKind::Refused => Self::Unsupported,
            FailureKind::Capacity => Self::NoRoom,
            FailureKind::Unreachable => Self::NoAnswer,
            FailureKind::Other => Self::Unknown,
        }
    }
}

/// The permissions that starting or stopping these kinds takes, each as code.
pub(super) fn permissions(action: Action, kinds: &[InstanceKind]) -> Vec<String> {
    let verb = match action {
        Action::Start => "Start",
        Action::Stop => "Stop",
    };
    let name = |kind: &InstanceKind| match kind {
        InstanceKind::Ec2 => format!("`ec2:{verb}Instances`"),
        InstanceKind::RdsInstance => format!("`rds:{verb}DBInstance`"),
        InstanceKind::RdsCluster => format!("`rds:{verb}DBCluster`"),
    };
    let mut names: Vec<String> = kinds.iter().map(name).collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_tells_what_can_be_done() {
        let cases = [
            ("InsufficientInstanceCapacity", Action::Start, Advice::NoRoom),
            ("InsufficientDBInstanceCapacityFault", Action::Start, Advice::NoRoom),
            ("VcpuLimitExceeded", Action::Start, Advice::Quota),
            ("UnauthorizedOperation", Action::Start, Advice::Permission),
            ("ExpiredToken", Action::Start, Advice::Credentials),
            ("OperationNotPermitted", Action::Stop, Advice::Protected),
            ("OperationNotPermitted", Action::Start, Advice::Unknown),
            ("UnsupportedOperation", Action::Stop, Advice::Unsupported),
            ("InvalidDBInstanceStateFault", Action::Stop, Advice::WrongState),
            ("DBClusterNotFoundFault", Action::Stop, Advice::Gone),
            ("ThrottlingException", Action::Stop, Advice::Throttled),
            ("NotAskedYet", Action::Stop, Advice::Throttled),
            ("NoAnswer", Action::Stop, Advice::NoAnswer),
            ("KMSKeyNotAccessibleFault", Action::Start, Advice::Key),
            ("DidNotStart", Action::Start, Advice::DidNotStart),
            ("DidNotStop", Action::Stop, Advice::DidNotStop),
            ("storage-full", Action::Start, Advice::StorageFull),
            ("RequestExpired", Action::Stop, Advice::Credentials),
            ("InvalidDBShardGroupState", Action::Stop, Advice::WrongState),
            ("IncorrectSpotRequestState", Action::Start, Advice::WrongState),
            ("EC2ThrottledException", Action::Stop, Advice::Throttled),
            ("InvalidInstanceID.Malformed", Action::Stop, Advice::Gone),
            ("InternalError", Action::Stop, Advice::NoAnswer),
            ("SomethingNew", Action::Start, Advice::Unknown),
            ("", Action::Stop, Advice::Unknown),
        ];
        for (code, action, expected) in cases {
            assert_eq!(Advice::of(code, action), expected, "{code} {action:?}");
        }
    }

    #[test]
    fn permissions_are_named_once_each() {
        let kinds = [InstanceKind::RdsCluster, InstanceKind::Ec2, InstanceKind::Ec2];
        assert_eq!(permissions(Action::Start, &kinds), ["`ec2:StartInstances`", "`rds:StartDBCluster`"]);
        assert_eq!(permissions(Action::Stop, &[InstanceKind::RdsInstance]), ["`rds:StopDBInstance`"]);
    }
}
