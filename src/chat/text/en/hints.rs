//! What a person can do about a failure, in English.

use crate::chat::text::advice::{Advice, permissions};
use crate::model::{Action, InstanceKind};

/// What can be done about it.
pub(super) fn hint(advice: Advice, action: Action, kinds: &[InstanceKind]) -> String {
    let text = match advice {
        Advice::NoRoom => "AWS has no room for this type in this zone now. If it lasts, change the type or the zone.",
        Advice::Quota => "The account's quota is used up. Raise it in Service Quotas, or stop something else.",
        Advice::Permission => {
            return format!(
                "Allow the scheduler's role {} on what carries the schedule's tag; an instance with an encrypted volume \
                 also needs the use of its KMS key.",
                permissions(action, kinds).join(" and ")
            );
        }
        Advice::Credentials => {
            "AWS does not accept the scheduler's credentials. Check its role, and whether the region is enabled."
        }
        Advice::Protected => {
            "If it should stop on schedule, take its stop protection off; if not, take the schedule's tag off."
        }
        Advice::Unsupported => {
            return format!("AWS does not {} this kind of instance. Take the schedule's tag off it.", action.as_str());
        }
        Advice::WrongState => "Nothing if AWS is only busy with it. If it lasts, look at its state in the AWS console.",
        Advice::Gone => "Nothing if it was deleted on purpose.",
        Advice::Throttled => {
            "Nothing: the calls go on more slowly. If it lasts, something else in the account calls AWS very often."
        }
        Advice::NoAnswer => "Nothing if AWS has a short disturbance. If it lasts, check the function's network.",
        Advice::Key => "Its KMS key cannot be used. Enable the key, and allow the scheduler's role to use it.",
        Advice::DidNotStart => {
            "AWS's reason is above. `Client.InternalError` is most often a KMS key that the scheduler's role may not use."
        }
        Advice::DidNotStop => "Look at it in the AWS console; its operating system may hang.",
        Advice::StorageFull => "Give the database more storage in the AWS console.",
        Advice::Unknown => "Look at it in the AWS console; take the schedule's tag off it if it should be left alone.",
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_and_verbs_are_those_of_the_action() {
        let kinds = [InstanceKind::Ec2, InstanceKind::RdsCluster];
        let denied = hint(Advice::Permission, Action::Stop, &kinds);
        assert!(denied.contains("`ec2:StopInstances` and `rds:StopDBCluster`"), "{denied}");
        let unsupported = hint(Advice::Unsupported, Action::Stop, &kinds);
        assert!(unsupported.contains("does not stop this kind"), "{unsupported}");
    }
}
