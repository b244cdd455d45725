//! What a person can do about a failure, by AWS's code or our own word for it. Knows no instance and no platform.

use crate::model::{Action, InstanceKind};

/// What a person can do about this code; a general word for a code that is not known.
pub(super) fn hint(code: &str, action: Action, kinds: &[InstanceKind]) -> String {
    let verb = action.as_str();
    match code {
        _ if code.starts_with("Insufficient") && code.contains("Capacity") => {
            "AWS has no room for this type in this zone now. If it lasts, change the type or the zone.".to_owned()
        }
        "InstanceLimitExceeded" | "VcpuLimitExceeded" | "InstanceQuotaExceeded" | "InstanceQuotaExceededFault" => {
            "The account's quota is used up. Raise it in Service Quotas, or stop something else.".to_owned()
        }
        "UnauthorizedOperation" | "AccessDenied" | "AccessDeniedException" | "NotAuthorized" => format!(
            "Allow the scheduler's role {} on what carries the schedule's tag; an instance with an encrypted volume also \
             needs the use of its KMS key.",
            permissions(action, kinds)
        ),
        "AuthFailure"
        | "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "SignatureDoesNotMatch"
        | "OptInRequired" => {
            "AWS does not accept the scheduler's credentials. Check its role, and whether the region is enabled."
                .to_owned()
        }
        "OperationNotPermitted" if action == Action::Stop => {
            "If it should stop on schedule, take its stop protection off; if not, take the schedule's tag off."
                .to_owned()
        }
        "UnsupportedOperation" | "UnsupportedOperationException" | "Unsupported" | "IncorrectSpotRequestState" => {
            format!("AWS does not {verb} this kind of instance. Take the schedule's tag off it.")
        }
        "IncorrectInstanceState"
        | "IncorrectState"
        | "InvalidState"
        | "InvalidDBInstanceState"
        | "InvalidDBInstanceStateFault"
        | "InvalidDBClusterState"
        | "InvalidDBClusterStateFault"
        | "InvalidDBClusterStateFaultException" => {
            "Nothing if AWS is only busy with it. If it lasts, look at its state in the AWS console.".to_owned()
        }
        "InvalidInstanceID.NotFound"
        | "DBInstanceNotFound"
        | "DBInstanceNotFoundFault"
        | "DBClusterNotFound"
        | "DBClusterNotFoundFault" => "Nothing if it was deleted on purpose.".to_owned(),
        "RequestLimitExceeded" | "TooManyRequestsException" | "NotAskedYet" => throttled(),
        _ if code.starts_with("Throttl") => throttled(),
        "NoAnswer" => "Nothing if AWS has a short disturbance. If it lasts, check the function's network.".to_owned(),
        "KMSKeyNotAccessibleFault" | "InvalidKMSKey.InvalidState" | "Client.InvalidKMSKey.InvalidState" => {
            "Its KMS key cannot be used. Enable the key, and allow the scheduler's role to use it.".to_owned()
        }
        "DidNotStart" => {
            "AWS's reason is above. `Client.InternalError` is most often a KMS key that the scheduler's role \
                          may not use."
                .to_owned()
        }
        "DidNotStop" => "Look at it in the AWS console; its operating system may hang.".to_owned(),
        "storage-full" => "Give the database more storage in the AWS console.".to_owned(),
        _ => "Look at it in the AWS console; take the schedule's tag off it if it should be left alone.".to_owned(),
    }
}

fn throttled() -> String {
    "Nothing: the calls go on more slowly. If it lasts, something else in the account calls AWS very often.".to_owned()
}

/// The permissions that starting or stopping these kinds takes.
fn permissions(action: Action, kinds: &[InstanceKind]) -> String {
    let verb = match action {
        Action::Start => "Start",
        Action::Stop => "Stop",
    };
    let mut names: Vec<String> = kinds
        .iter()
        .map(|kind| match kind {
            InstanceKind::Ec2 => format!("`ec2:{verb}Instances`"),
            InstanceKind::RdsInstance => format!("`rds:{verb}DBInstance`"),
            InstanceKind::RdsCluster => format!("`rds:{verb}DBCluster`"),
        })
        .collect();
    names.sort();
    names.dedup();
    names.join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, action: Action, part: &str) {
        let hint = hint(code, action, &[InstanceKind::Ec2, InstanceKind::Ec2, InstanceKind::RdsCluster]);
        assert!(hint.contains(part), "{code}: {hint}");
    }

    #[test]
    fn known_codes_have_their_own_hint() {
        check("InsufficientInstanceCapacity", Action::Start, "change the type or the zone");
        check("InsufficientDBInstanceCapacityFault", Action::Start, "change the type or the zone");
        check("VcpuLimitExceeded", Action::Start, "Service Quotas");
        check("UnauthorizedOperation", Action::Start, "`ec2:StartInstances` and `rds:StartDBCluster`");
        check("AccessDenied", Action::Stop, "`ec2:StopInstances` and `rds:StopDBCluster`");
        check("OperationNotPermitted", Action::Stop, "take its stop protection off");
        check("UnsupportedOperation", Action::Stop, "does not stop this kind");
        check("InvalidDBInstanceStateFault", Action::Stop, "busy");
        check("ThrottlingException", Action::Stop, "more slowly");
        check("DidNotStart", Action::Start, "KMS key");
        check("storage-full", Action::Start, "more storage");
    }

    #[test]
    fn an_unknown_code_has_a_general_hint() {
        check("SomethingNew", Action::Start, "AWS console");
        check("", Action::Stop, "AWS console");
    }
}
