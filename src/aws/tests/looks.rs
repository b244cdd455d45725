//! Looks over several pages, and what becomes of a look when one of them fails.

use super::super::{databases, ec2};
use super::*;
use FailureKind::{Denied, Throttled, Unreachable};

/// A page of running EC2 instances, with a next one or not.
fn page(numbers: std::ops::Range<usize>, next: Option<&str>) -> Answer {
    let item = |n| {
        format!(
            "<item><instanceId>i-{n:03}</instanceId><instanceState><code>16</code><name>running</name></instanceState>\
             <tagSet><item><key>ScheduleName</key><value>Dev</value></item></tagSet></item>"
        )
    };
    let items: String = numbers.map(item).collect();
    let next = next.map(|token| format!("<nextToken>{token}</nextToken>")).unwrap_or_default();
    let reservation = format!("<item><instancesSet>{items}</instancesSet></item>");
    let set = format!("<reservationSet>{reservation}</reservationSet>{next}");
    (200, format!("<DescribeInstancesResponse>{set}</DescribeInstancesResponse>"))
}

#[tokio::test]
async fn a_look_goes_over_all_pages() {
    let stub = Stub::new(|asked| match asked.get("NextToken") {
        None => page(0..500, Some("2")),
        Some("2") => page(500..1_000, Some("3")),
        _ => page(1_000..1_003, None),
    });
    let (found, _) = ec2::look(&stub.ec2(), &looking(&["Dev"])).await.unwrap();
    assert_eq!((found.len(), stub.calls()), (1_003, 3));
}

#[tokio::test]
async fn a_page_of_instances_that_fails_is_no_look() {
    for (code, status, kind, tries) in [
        ("RequestLimitExceeded", 503, Throttled, 3),
        ("UnauthorizedOperation", 403, Denied, 1),
        ("RequestExpired", 400, Denied, 1),
        ("InternalError", 500, Unreachable, 3),
    ] {
        let stub = Stub::new(move |asked| match asked.get("NextToken") {
            None => page(0..2, Some("2")),
            Some(_) => ec2_error(status, code, "No."),
        });
        let found = ec2::look(&stub.ec2(), &looking(&["Dev"])).await;
        assert_eq!(found.unwrap_err().kind, kind, "{code}");
        assert_eq!(stub.calls(), 1 + tries, "{code}");
    }
}

#[tokio::test]
async fn a_page_of_databases_or_clusters_that_fails_is_no_look() {
    // Which of them has a second page, and whether that fails.
    for (broken, fails) in
        [("", false), ("DescribeDBInstances", false), ("DescribeDBInstances", true), ("DescribeDBClusters", true)]
    {
        let stub = Stub::new(move |asked| match asked.get("Marker") {
            None if asked.action() == broken => rds_done(asked, "<Marker>2</Marker>"),
            Some(_) if fails => rds_error(400, "Throttling", "Rate exceeded"),
            _ => rds_done(asked, ""),
        });
        let found = databases::look(&stub.rds(), &looking(&["Dev"])).await;
        let expected = if fails { Err(Throttled) } else { Ok(Vec::new()) };
        assert_eq!(found.map_err(|failure| failure.kind), expected, "{broken}, {fails}");
    }
}

/// An EC2 with these instances; the checks of all but the last one have passed.
fn checked(count: usize) -> Stub {
    Stub::new(move |asked| {
        if asked.action() == "DescribeInstances" {
            return page(0..count, None);
        }
        assert!((1..=100).contains(&asked.ids().len()), "{asked:?}");
        let last = format!("i-{:03}", count - 1);
        let word = |id: &str| if id == last { "initializing" } else { "ok" };
        let summary = |id| format!("<status>{}</status>", word(id));
        let item = |id| {
            format!(
                "<item><instanceId>{id}</instanceId><instanceStatus>{0}</instanceStatus><systemStatus>{0}</systemStatus></item>",
                summary(id)
            )
        };
        let items: String = asked.ids().into_iter().map(item).collect();
        let set = format!("<instanceStatusSet>{items}</instanceStatusSet>");
        (200, format!("<DescribeInstanceStatusResponse>{set}</DescribeInstanceStatusResponse>"))
    })
}

#[tokio::test]
async fn status_checks_are_read_a_hundred_at_a_time() {
    let stub = checked(250);
    let waiting = Looking { status_checks: [TagValue::new("Dev").unwrap()].into(), ..looking(&["Dev"]) };
    let (found, _) = ec2::look(&stub.ec2(), &waiting).await.unwrap();
    let passed = found.iter().filter(|seen| seen.checks_passed == Some(true)).count();
    let waits = found.iter().filter(|seen| seen.checks_passed == Some(false)).count();
    assert_eq!((found.len(), passed, waits), (250, 249, 1));
    assert_eq!(stub.calls(), 1 + 3, "a page, and three hundreds");
    // Nobody waits for them.
    let stub = checked(250);
    let (found, _) = ec2::look(&stub.ec2(), &looking(&["Dev"])).await.unwrap();
    assert!(found.iter().all(|seen| seen.checks_passed.is_none()));
    assert_eq!(stub.calls(), 1);
}

#[tokio::test]
async fn an_instance_that_goes_between_look_and_checks_costs_no_look() {
    let stub = Stub::new(|asked| match asked.action() {
        "DescribeInstances" => page(0..2, None),
        _ => ec2_error(400, "InvalidInstanceID.NotFound", "The instance ID 'i-000' does not exist"),
    });
    let waiting = Looking { status_checks: [TagValue::new("Dev").unwrap()].into(), ..looking(&["Dev"]) };
    let (found, _) = ec2::look(&stub.ec2(), &waiting).await.unwrap();
    assert_eq!(found.iter().map(|seen| seen.checks_passed).collect::<Vec<_>>(), [None, None]);
}

#[tokio::test]
async fn of_two_failures_that_of_the_clusters_is_told() {
    // It comes last: the SDK tries again what is throttled.
    let stub = Stub::new(|asked| match asked.action() {
        "DescribeDBClusters" => rds_error(400, "Throttling", "Rate exceeded"),
        _ => rds_error(403, "AccessDenied", "No."),
    });
    let found = databases::look(&stub.rds(), &looking(&["Dev"])).await;
    assert_eq!(found.unwrap_err().kind, Throttled);
}
