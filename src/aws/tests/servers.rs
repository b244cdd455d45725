//! Answers of EC2 to the starting and stopping of batches.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::start_instances::StartInstancesOutput;
use aws_sdk_ec2::operation::stop_instances::StopInstancesOutput;
use aws_smithy_mocks::mock;

use super::super::hibernate::Sleepers;
use super::super::servers::act;
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
    calls: u64,
}

const fn stop(
    code: &'static str,
    status: u16,
    message: &'static str,
    kind: FailureKind,
    is_isolated: bool,
    calls: u64,
) -> Case {
    Case { code, status, message, action: Action::Stop, kind, is_isolated, calls }
}

pub(super) const CASES: [Case; 20] = [
    // About the caller: everybody's, and not asked again but by the SDK.
    stop("RequestLimitExceeded", 503, "Request limit exceeded.", Throttled, false, 3),
    stop("Throttling", 400, "Rate exceeded", Throttled, false, 3),
    stop("UnauthorizedOperation", 403, "You are not authorized to stop i-3.", Denied, false, 1),
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
            Refused,
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

/// An EC2 that refuses every batch with `bad` in it.
fn refusing(bad: &'static str, status: u16, code: &str, message: &str) -> (Client, Arc<CallCounts>) {
    let body = ec2_error(code, message);
    let is_bad = move |ids: &[String]| ids.iter().any(|id| id == bad);
    ec2(&[
        mock!(Client::stop_instances)
            .match_requests(move |asked| is_bad(asked.instance_ids()))
            .sequence()
            .http_status(status, body.clone())
            .repeatedly()
            .build(),
        mock!(Client::start_instances)
            .match_requests(move |asked| is_bad(asked.instance_ids()))
            .sequence()
            .http_status(status, body)
            .repeatedly()
            .build(),
        accepting_stops(),
        mock!(Client::start_instances).then_output(|| StartInstancesOutput::builder().build()),
    ])
}

/// Accepts plain stops, and nothing that forces or hibernates.
fn accepting_stops() -> Rule {
    mock!(Client::stop_instances)
        .match_requests(|asked| asked.force().is_none() && asked.hibernate().is_none())
        .then_output(|| StopInstancesOutput::builder().build())
}

#[tokio::test]
async fn answers_to_a_batch_with_one_bad_instance() {
    let five = ["i-1", "i-2", "i-3", "i-4", "i-5"];
    for Case { code, status, message, action, kind, is_isolated, calls } in CASES {
        let (client, counts) = refusing("i-3", status, code, message);
        let outcomes = act(&client, action, ids(&five), &Sleepers::new(), soon()).await;
        let bad: &[&str] = if is_isolated { &["i-3"] } else { &five };
        assert_eq!(failures(5, &outcomes), bad.iter().map(|id| (*id, kind)).collect(), "{code}");
        assert_eq!(counts.total(), calls, "{code}");
        let told =
            outcomes.iter().find_map(|(id, outcome)| (id.as_str() == "i-3").then(|| outcome.clone().unwrap_err()));
        assert_eq!(told.map(|failure| failure.code), Some(code.to_owned()));
    }
}

#[tokio::test]
async fn several_that_are_named_at_once_cost_one_call_more() {
    let gone = "The instance IDs 'i-2, i-4' do not exist";
    let (client, counts) = refusing("i-2", 400, "InvalidInstanceID.NotFound", gone);
    let outcomes = act(&client, Action::Stop, ids(&["i-1", "i-2", "i-3", "i-4"]), &Sleepers::new(), soon()).await;
    assert_eq!(failures(4, &outcomes), BTreeMap::from([("i-2", Gone), ("i-4", Gone)]));
    assert_eq!(counts.total(), 2);
}

#[tokio::test]
async fn what_is_throttled_for_a_moment_is_tried_again_by_the_sdk() {
    let busy = mock!(Client::stop_instances)
        .sequence()
        .http_status(503, ec2_error("RequestLimitExceeded", "Request limit exceeded."))
        .times(2)
        .output(|| StopInstancesOutput::builder().build())
        .build();
    let (client, counts) = ec2(&[busy]);
    let outcomes = act(&client, Action::Stop, ids(&["i-1", "i-2"]), &Sleepers::new(), soon()).await;
    assert_eq!(failures(2, &outcomes), BTreeMap::new());
    assert_eq!(counts.total(), 3);
}

#[tokio::test]
async fn batches_are_as_large_as_they_may_be() {
    let all: Vec<String> = (0..1_000).map(|n| format!("i-{n:04}")).collect();
    let all = ids(&all.iter().map(String::as_str).collect::<Vec<_>>());
    for (action, calls) in [(Action::Stop, 5), (Action::Start, 20)] {
        let (client, counts) = refusing("nobody", 400, "", "");
        let outcomes = act(&client, action, all.clone(), &Sleepers::new(), soon()).await;
        assert_eq!(failures(1_000, &outcomes), BTreeMap::new());
        assert_eq!(counts.total(), calls, "{action:?}");
    }
}

/// Answers to hibernation: of these ids it is refused so; the others are accepted together.
fn hibernating(code: &str, message: &str, refused: &'static [&'static str]) -> Vec<Rule> {
    let is_refused = move |ids: &[String]| ids.iter().any(|id| refused.contains(&id.as_str()));
    vec![
        mock!(Client::stop_instances)
            .match_requests(move |asked| asked.hibernate() == Some(true) && is_refused(asked.instance_ids()))
            .sequence()
            .http_status(400, ec2_error(code, message))
            .repeatedly()
            .build(),
        mock!(Client::stop_instances)
            .match_requests(|asked| asked.hibernate() == Some(true))
            .then_output(|| StopInstancesOutput::builder().build()),
        accepting_stops(),
    ]
}

const NOT_READY: &str = "Instance is not ready to hibernate yet, retry in a few minutes";

#[tokio::test]
async fn who_is_to_be_hibernated_goes_in_batches_apart() {
    let rules = hibernating("", "", &[]);
    let (client, counts) = ec2(&rules);
    let sleepers = Sleepers::from_iter(ids(&["i-2", "i-4"]).into_iter().map(|id| (id, None)));
    let four = ids(&["i-1", "i-2", "i-3", "i-4"]);
    let outcomes = act(&client, Action::Stop, four.clone(), &sleepers, soon()).await;
    assert_eq!(failures(4, &outcomes), BTreeMap::new());
    assert_eq!(rules.iter().map(Rule::num_calls).collect::<Vec<_>>(), [0, 1, 1]);
    // A start wakes all of them alike.
    let (client, _) = ec2(&[mock!(Client::start_instances)
        .match_requests(|asked| asked.instance_ids().len() == 4)
        .then_output(|| StartInstancesOutput::builder().build())]);
    assert_eq!(failures(4, &act(&client, Action::Start, four, &sleepers, soon()).await), BTreeMap::new());
    assert_eq!(counts.total(), 2);
}

#[tokio::test]
async fn who_cannot_hibernate_is_stopped() {
    let not_configured = "Hibernation is not configured for the following instances: i-2";
    let long_ago = Some(crate::clock::now() - chrono::Duration::hours(9));
    for (code, message) in [
        ("UnsupportedHibernationConfiguration", not_configured),
        // Its agent does not run: it would never be ready.
        ("UnsupportedOperation", NOT_READY),
    ] {
        let rules = hibernating(code, message, &["i-2"]);
        let (client, _) = ec2(&rules);
        let sleepers = Sleepers::from_iter(ids(&["i-1", "i-2", "i-3"]).into_iter().map(|id| (id, long_ago)));
        let outcomes = act(&client, Action::Stop, ids(&["i-1", "i-2", "i-3"]), &sleepers, soon()).await;
        assert_eq!(failures(3, &outcomes), BTreeMap::new(), "{code}");
        assert_eq!(rules[2].num_calls(), 1, "{code}: a plain stop for the one that cannot");
        assert!(rules[1].num_calls() > 0, "{code}: the others sleep");
    }
}

#[tokio::test]
async fn who_is_hardly_up_is_asked_again_later() {
    let rules = hibernating("UnsupportedOperation", NOT_READY, &["i-2"]);
    let (client, _) = ec2(&rules);
    let just_now = Some(crate::clock::now() - chrono::Duration::seconds(30));
    let sleepers = Sleepers::from_iter(ids(&["i-2"]).into_iter().map(|id| (id, just_now)));
    let outcomes = act(&client, Action::Stop, ids(&["i-1", "i-2"]), &sleepers, soon()).await;
    assert_eq!(failures(2, &outcomes), BTreeMap::from([("i-2", WrongState)]));
    assert_eq!(rules[2].num_calls(), 1, "the other one is stopped");
}
