//! Which EC2 instances are to be hibernated instead of stopped, and what the answers to that come to.
//!
//! Who acts knows ids only; what their tags ask for, and whether they can, was seen by the look before. Knows no SDK.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use crate::model::{Failure, FailureKind, InstanceId};
use crate::ports::Outcome;

/// The tag that asks for it, with the value `true`.
pub(super) const TAG: &str = "lamplighter:hibernate";

/// So long after its launch an instance may not be ready yet: EC2 says two minutes, its agent takes a little more.
const READY_WITHIN: Duration = Duration::minutes(5);

/// The instances of a scope that are hibernated, with the time of their last launch, if EC2 says it.
pub(super) type Sleepers = BTreeMap<InstanceId, Option<DateTime<Utc>>>;

/// Whether a tag's value asks for it.
pub(super) fn is_asked(value: Option<&str>) -> bool {
    value.is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
}

/// What the answer to a hibernation comes to; `None`: the instance cannot hibernate, and is stopped plainly.
///
/// One that is not ready because it is hardly up is tried again later: its memory may be a resumed one of many days.
pub(super) fn judge(outcome: Outcome, launched_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<Outcome> {
    let Err(failure) = outcome else { return Some(outcome) };
    if !matches!(failure.code.as_str(), "UnsupportedHibernationConfiguration" | "UnsupportedOperation") {
        return Some(Err(failure));
    }
    let is_fresh = launched_at.is_some_and(|at| now - at < READY_WITHIN);
    (is_fresh && failure.message.contains("not ready to hibernate"))
        .then(|| Err(Failure { kind: FailureKind::WrongState, code: "NotReadyToHibernate".to_owned(), ..failure }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_asks_with_true() {
        let cases = [
            (Some("true"), true),
            (Some(" True "), true),
            (Some("TRUE"), true),
            (Some("false"), false),
            (Some("yes"), false),
            (Some(""), false),
            (None, false),
        ];
        for (value, expected) in cases {
            assert_eq!(is_asked(value), expected, "{value:?}");
        }
    }

    #[test]
    fn answers_to_a_hibernation() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let not_ready = "Instance is not ready to hibernate yet, retry in a few minutes";
        let unsupported = "UnsupportedHibernationConfiguration";
        // The code, the message, minutes since the launch, and the code of what is said of the instance; none: a plain stop.
        let cases = [
            (unsupported, "Instance is not configured for hibernation: i-1", Some(60), None),
            (unsupported, "Instance is not configured for hibernation: i-1", Some(1), None),
            ("UnsupportedOperation", not_ready, Some(1), Some("NotReadyToHibernate")),
            ("UnsupportedOperation", not_ready, Some(4), Some("NotReadyToHibernate")),
            ("UnsupportedOperation", not_ready, Some(5), None),
            ("UnsupportedOperation", not_ready, None, None),
            ("UnsupportedOperation", "You can't stop the Spot Instance 'i-1'", Some(1), None),
            (
                "OperationNotPermitted",
                "The instance 'i-1' may not be stopped.",
                Some(60),
                Some("OperationNotPermitted"),
            ),
            ("RequestLimitExceeded", "", Some(60), Some("RequestLimitExceeded")),
        ];
        for (code, message, minutes, expected) in cases {
            let failure = Failure { kind: FailureKind::Refused, code: code.to_owned(), message: message.to_owned() };
            let launched_at = minutes.map(|minutes| now - Duration::minutes(minutes));
            let judged = judge(Err(failure), launched_at, now).map(|outcome| outcome.unwrap_err());
            assert_eq!(judged.as_ref().map(|failure| failure.code.as_str()), expected, "{code}, {minutes:?}");
            let is_later = judged.is_some_and(|failure| failure.kind == FailureKind::WrongState);
            assert_eq!(is_later, expected == Some("NotReadyToHibernate"), "{code}");
        }
        assert_eq!(judge(Ok(()), None, now), Some(Ok(())));
    }
}
