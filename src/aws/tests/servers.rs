//! Answers of EC2 to the starting and stopping of batches.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::servers::{Seen, act};
use super::*;
use crate::model::Action;
use FailureKind::{Capacity, Denied, Gone, Other, Refused, Throttled, Unreachable, WrongState};

/// An answer, and what it comes to for a batch of five of which only the middle one, `i-3`, brings it about.
pub(super) struct Case {
    pub(super) code: &'static str,
    status: u16,
    message: &'static str,
    action: Action,
    kind: FailureKind,
    /// Whether the other four are started or stopped all the same.
    is_isolated: bool,
    calls: usize,
}

const fn stop(
    code: &'static str,
    status: u16,
    message: &'static str,
    kind: FailureKind,
    is_isolated: bool,
    calls: usize,
) -> Case {
    Case { code, status, message, action: Action::Stop, kind, is_isolated, calls }
}

pub(super) const CASES: [Case; 21] = [
    // About the caller: everybody's, and not asked again but by the SDK.
    stop("RequestLimitExceeded", 503, "Request limit exceeded.", Throttled, false, 3),
    stop("Throttling", 400, "Rate exceeded", Throttled, false, 3),
    stop("UnauthorizedOperation", 403, "You are not authorized to perform this operation.", Denied, false, 1),
    stop("AuthFailure", 401, "AWS was not able to validate the provided access credentials", Denied, false, 1),
    stop("RequestExpired", 400, "Request has expired.", Denied, false, 1),
    stop("ExpiredToken", 400, "The security token included in the request is expired", Denied, false, 1),
    stop("OptInRequired", 401, "You are not subscribed to this service.", Denied, false, 1),
    stop("InternalError", 500, "An internal error has occurred", Unreachable, false, 3),
    stop("Unavailable", 503, "The service is unavailable. Please try again shortly.", Unreachable, false, 3),
    Case {
        action: Action::Start,
        ..stop("VcpuLimitExceeded", 400, "You have requested more vCPU capacity than allowed.", Capacity, false, 1)
    },
    // Named: one call more.
    stop(
        "UnauthorizedOperation",
        403,
        "You are not authorized to perform this operation. User: arn:aws:sts::1:assumed-role/lamplighter/l is not authorized \
         to perform: ec2:StopInstances on resource: arn:aws:ec2:eu-west-1:1:instance/i-3 with an explicit deny in a service \
         control policy",
        Denied,
        true,
        2,
    ),
    stop("InvalidInstanceID.NotFound", 400, "The instance ID 'i-3' does not exist", Gone, true, 2),
    stop("InvalidInstanceID.Malformed", 400, "Invalid id: \"i-3\"", Gone, true, 2),
    stop(
        "IncorrectInstanceState",
        400,
        "The instance 'i-3' is not in a state from which it can be stopped.",
        WrongState,
        true,
        2,
    ),
    stop(
        "OperationNotPermitted",
        400,
        "The instance 'i-3' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.",
        Refused,
        true,
        2,
    ),
    stop(
        "UnsupportedOperation",
        400,
        "You can't stop the Spot Instance 'i-3' because it is associated with a one-time Spot Instance request. You can only \
         stop Spot Instances associated with persistent Spot Instance requests.",
        Refused,
        true,
        2,
    ),
    Case {
        action: Action::Start,
        ..stop(
            "IncorrectSpotRequestState",
            400,
            "The Spot Instance request of 'i-3' is not in the appropriate state to start the instance.",
            WrongState,
            true,
            2,
        )
    },
    // Not named: found by halves, five calls for one in five.
    Case {
        action: Action::Start,
        ..stop(
            "InsufficientInstanceCapacity",
            500,
            "There is no Spot capacity available that matches your request.",
            Capacity,
            true,
            5,
        )
    },
    Case {
        action: Action::Start,
        ..stop("InsufficientHostCapacity", 500, "There is insufficient capacity on the host.", Capacity, true, 5)
    },
    Case {
        action: Action::Start,
        ..stop(
            "Client.InvalidKMSKey.InvalidState",
            400,
            "The KMS key provided is in an incorrect state",
            Other,
            true,
            5,
        )
    },
    stop("InvalidParameterValue", 400, "Something is wrong with one of them.", Other, true, 5),
];

/// An EC2 that refuses every batch with `bad` in it, and takes no call that forces or hibernates.
fn refusing(bad: &'static str, status: u16, code: &'static str, message: &'static str) -> Stub {
    Stub::new(move |asked| {
        assert!(asked.get("Force").is_none() && asked.get("Hibernate").is_none(), "{asked:?}");
        if asked.ids().contains(bad) { ec2_error(status, code, message) } else { ec2_done(asked) }
    })
}

#[tokio::test]
async fn answers_to_a_batch_with_one_bad_instance() {
    let five = ["i-1", "i-2", "i-3", "i-4", "i-5"];
    for Case { code, status, message, action, kind, is_isolated, calls } in CASES {
        let stub = refusing("i-3", status, code, message);
        let outcomes = act(&stub.ec2(), action, ids(five), &Seen::default(), soon()).await;
        let bad: &[&str] = if is_isolated { &["i-3"] } else { &five };
        assert_eq!(failures(5, &outcomes), bad.iter().map(|id| (*id, kind)).collect(), "{code}");
        assert_eq!(stub.calls(), calls, "{code}");
        let told = outcomes.into_iter().find(|(id, _)| id.as_str() == "i-3").map(|(_, outcome)| outcome.unwrap_err());
        assert_eq!(told.map(|failure| failure.code), Some(code.to_owned()));
    }
}

#[tokio::test]
async fn several_that_are_named_at_once_cost_one_call_more() {
    let stub = refusing("i-2", 400, "InvalidInstanceID.NotFound", "The instance IDs 'i-2, i-4' do not exist");
    let outcomes = act(&stub.ec2(), Action::Stop, ids(["i-1", "i-2", "i-3", "i-4"]), &Seen::default(), soon()).await;
    assert_eq!(failures(4, &outcomes), BTreeMap::from([("i-2", Gone), ("i-4", Gone)]));
    assert_eq!(stub.calls(), 2);
}

#[tokio::test]
async fn what_is_throttled_for_a_moment_is_tried_again_by_the_sdk() {
    let tries = AtomicUsize::new(0);
    let stub = Stub::new(move |asked| match tries.fetch_add(1, Ordering::Relaxed) {
        0 | 1 => ec2_error(503, "RequestLimitExceeded", "Request limit exceeded."),
        _ => ec2_done(asked),
    });
    let outcomes = act(&stub.ec2(), Action::Stop, ids(["i-1", "i-2"]), &Seen::default(), soon()).await;
    assert_eq!(failures(2, &outcomes), BTreeMap::new());
    assert_eq!(stub.calls(), 3);
}

#[tokio::test]
async fn batches_are_as_large_as_they_may_be() {
    let all: Vec<String> = (0..1_000).map(|n| format!("i-{n:04}")).collect();
    for (action, calls) in [(Action::Stop, 5), (Action::Start, 20)] {
        let stub = refusing("nobody", 400, "", "");
        let all = ids(all.iter().map(String::as_str));
        let outcomes = act(&stub.ec2(), action, all, &Seen::default(), soon()).await;
        assert_eq!(failures(1_000, &outcomes), BTreeMap::new());
        assert_eq!(stub.calls(), calls, "{action:?}");
    }
}

/// An EC2 that refuses so to hibernate `i-2`, and does everything else.
fn sleepless(code: &'static str, message: &'static str) -> Stub {
    Stub::new(move |asked| {
        let is_refused = asked.get("Hibernate").is_some() && asked.ids().contains("i-2");
        if is_refused { ec2_error(400, code, message) } else { ec2_done(asked) }
    })
}

/// Who is to be hibernated, and when it was launched.
fn sleepers<const N: usize>(names: [&str; N], launched: Option<chrono::Duration>) -> Seen {
    let launched_at = launched.map(|ago| crate::clock::now() - ago);
    Seen::new(&[], ids(names).into_iter().map(|id| (id, launched_at)).collect())
}

/// The calls, as what was asked for, with a mark for hibernation, and whom.
fn calls(stub: &Stub) -> BTreeSet<(String, String)> {
    let asked = stub.asked().into_iter();
    let mark = |asked: &Asked| if asked.get("Hibernate") == Some("true") { "hibernate" } else { "plain" };
    asked.map(|asked| (mark(&asked).to_owned(), asked.ids().into_iter().collect::<Vec<_>>().join(" "))).collect()
}

fn expected<const N: usize>(calls: [(&str, &str); N]) -> BTreeSet<(String, String)> {
    calls.into_iter().map(|(mark, ids)| (mark.to_owned(), ids.to_owned())).collect()
}

const NOT_READY: &str = "Instance is not ready to hibernate yet, retry in a few minutes";

#[tokio::test]
async fn who_is_to_be_hibernated_goes_in_batches_apart() {
    let four = ["i-1", "i-3", "i-4", "i-5"];
    let tired = sleepers(["i-3", "i-5"], None);
    let stub = sleepless("", "");
    let outcomes = act(&stub.ec2(), Action::Stop, ids(four), &tired, soon()).await;
    assert_eq!(failures(4, &outcomes), BTreeMap::new());
    assert_eq!(calls(&stub), expected([("plain", "i-1 i-4"), ("hibernate", "i-3 i-5")]));
    // A start wakes all of them alike.
    let stub = sleepless("", "");
    let outcomes = act(&stub.ec2(), Action::Start, ids(four), &tired, soon()).await;
    assert_eq!(failures(4, &outcomes), BTreeMap::new());
    assert_eq!(calls(&stub), expected([("plain", "i-1 i-3 i-4 i-5")]));
}

#[tokio::test]
async fn who_cannot_hibernate_is_stopped() {
    let not_configured = "Hibernation is not configured for the following instances: i-2";
    let long_ago = Some(chrono::Duration::hours(9));
    for (code, message) in [
        ("UnsupportedHibernationConfiguration", not_configured),
        // Its agent does not run: it would never be ready.
        ("UnsupportedOperation", NOT_READY),
    ] {
        let stub = sleepless(code, message);
        let tired = sleepers(["i-1", "i-2", "i-3"], long_ago);
        let outcomes = act(&stub.ec2(), Action::Stop, ids(["i-1", "i-2", "i-3"]), &tired, soon()).await;
        assert_eq!(failures(3, &outcomes), BTreeMap::new(), "{code}");
        let plain: Vec<_> = calls(&stub).into_iter().filter(|(mark, _)| mark == "plain").collect();
        assert_eq!(plain, [("plain".to_owned(), "i-2".to_owned())], "{code}: the others sleep");
    }
}

#[tokio::test]
async fn who_is_hardly_up_is_asked_again_later() {
    let stub = sleepless("UnsupportedOperation", NOT_READY);
    let tired = sleepers(["i-2"], Some(chrono::Duration::seconds(30)));
    let outcomes = act(&stub.ec2(), Action::Stop, ids(["i-1", "i-2"]), &tired, soon()).await;
    assert_eq!(failures(2, &outcomes), BTreeMap::from([("i-2", WrongState)]));
    assert_eq!(calls(&stub), expected([("plain", "i-1"), ("hibernate", "i-2")]));
}
