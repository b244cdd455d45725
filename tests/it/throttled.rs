//! AWS takes no more calls for a while: the SDK's tries, the passes of a tick, and the next tick (rule A5).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;

use crate::estate::Estate;
use crate::support::gate;
use crate::support::moto::{self, Moto};

const TAG: (&str, &str) = ("ScheduleName", "Dev");

/// An account that takes no call of this kind for so many tries, and the estate over it.
async fn throttled(moto: &Moto, call: &'static str, tries: u32) -> (wiremock::MockServer, Estate, Arc<AtomicU32>) {
    let left = Arc::new(AtomicU32::new(tries));
    let counted = Arc::clone(&left);
    let gate = gate::before(moto, move |body| {
        let is_meant = body.contains(&format!("Action={call}&"));
        let is_throttled = || {
            let take = |left: u32| left.checked_sub(1);
            counted.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
        };
        let is_ec2 = call.contains("Instances");
        let code = if is_ec2 { "RequestLimitExceeded" } else { "Throttling" };
        (is_meant && is_throttled()).then(|| gate::error(if is_ec2 { 503 } else { 400 }, code, "Rate exceeded", is_ec2))
    })
    .await;
    let estate = Estate::new(&moto::config(&gate.uri()).await).await;
    estate.put_schedule("Dev", &json!({})).await;
    (gate, estate, left)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moment_of_throttling_is_waited_out_within_the_call() {
    for call in ["StopInstances", "DescribeInstances", "StopDBInstance", "DescribeDBInstances"] {
        let moto = Moto::start().await;
        moto.run_instances(2, &[TAG]).await;
        moto.create_database("orders", &[TAG]).await;
        let (_gate, estate, left) = throttled(&moto, call, 2).await;
        let ticked = estate.tick("18:00").await;
        let report = ticked.result.unwrap();
        assert_eq!((report.stopped, report.failures, left.load(Ordering::Relaxed)), (3, 0, 0), "{call}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_over_is_done_by_the_next_tick_and_nobody_is_bothered() {
    let moto = Moto::start().await;
    let ids = moto.run_instances(3, &[TAG]).await;
    moto.create_database("orders", &[TAG]).await;
    let (_gate, estate, left) = throttled(&moto, "StopInstances", u32::MAX).await;
    let ticked = estate.tick("18:00").await;
    let report = ticked.result.expect("a throttled call is no reason to fail");
    assert_eq!(report.stopped, 1, "the database is stopped meanwhile");
    assert!(report.failures > 0 && report.in_flight, "{report:?}");
    assert_eq!(moto.instance_state(&ids[0]).await, "running");

    left.store(0, Ordering::Relaxed);
    let report = estate.tick("18:05").await.result.unwrap();
    assert_eq!((report.stopped, report.failures), (3, 0));
    assert_eq!(moto.instance_state(&ids[0]).await, "stopped");
}
