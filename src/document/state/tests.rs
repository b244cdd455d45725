use std::collections::BTreeSet;

use serde_json::json;

use super::*;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + second, 123_000_000).unwrap()
}

fn progress(standing: Standing) -> Progress {
    Progress {
        group: GroupName::new("A").ok(),
        label: Label { name: Some("db".to_owned()), engine: Some("mysql".to_owned()), zone: None },
        standing,
        attempts: 2,
        accepted_at: Some(at(3)),
        accepted_told: false,
        trouble: Some(Trouble { code: "X".to_owned(), message: "no".to_owned(), told: true, retry_at: at(9) }),
        told_codes: BTreeSet::from(["X".to_owned()]),
    }
}

#[test]
fn a_state_is_read_back_as_it_was_written() {
    let name = ScheduleName::new("S").unwrap();
    let standings = [Standing::Asking, Standing::Asked, Standing::Failed, Standing::Reached, Standing::Refused];
    let keys = ["ec2/i-1", "ec2/i-2", "rds/db", "eu-west-1|ec2/i-3", "arn:aws:iam::1:role/x|eu-west-1|cluster/c"];
    let instances = keys.iter().zip(standings).map(|(key, standing)| (key.parse().unwrap(), progress(standing)));
    let run = Run {
        at: at(0),
        action: Action::Start,
        cause: Cause::Force,
        opened_at: at(1),
        ended: Some(Ended { at: at(5), how: End::Replaced, told: false }),
        instances: instances.collect(),
        slow_told: [String::new(), "A".to_owned()].into(),
    };
    let state = ScheduleState {
        version: 7,
        lease: Some(Lease { owner: "me".to_owned(), until_at: at(4) }),
        runs: vec![run],
        warning: Some(Warning { stop_at: at(6), cause: Cause::Enforce, tried_at: Some(at(2)), named_at: Some(at(3)) }),
        settled: vec![Settled { at: at(-5), action: Action::Stop, forced: true }],
        opening: Some(at(8)),
        instances: 5,
        refused: BTreeSet::from(["ec2/i-9".parse().unwrap()]),
        resting: [("rds/db".parse().unwrap(), Rest { restarts_at: at(7), was_seen: true })].into(),
        rest_seen_at: Some(at(8)),
        watched_until: Some(at(9)),
    };
    assert_eq!(super::state(&state_item(&name, &state)).unwrap(), state);
}

#[test]
fn ten_thousand_instances_at_rest_fit_into_an_item() {
    let mut state = ScheduleState::default();
    let at_rest = Progress { accepted_told: true, ..progress(Standing::Reached) };
    let keys = (0..10_000).map(|number| format!("ec2/i-{number:017x}").parse().unwrap());
    state.runs.push(Run {
        at: at(0),
        action: Action::Start,
        cause: Cause::Timetable,
        opened_at: at(0),
        ended: None,
        instances: keys.map(|key| (key, at_rest.clone())).collect(),
        slow_told: BTreeSet::new(),
    });
    let item = state_item(&ScheduleName::new("S").unwrap(), &state);
    let bytes = serde_json::to_string(&item).unwrap().len();
    assert!(bytes < 400_000, "{bytes} bytes: an item of DynamoDB holds 400 KB");
}

/// Ten thousand instances under a role that are all refused, with all that is known of them.
fn in_trouble() -> ScheduleState {
    let role = "arn:aws:iam::123456789012:role/LamplighterSpoke|ap-northeast-2";
    let progress = |number: u64| Progress {
        label: Label { name: Some(format!("worker-{number}")), engine: None, zone: Some("ap-northeast-2a".to_owned()) },
        accepted_at: None,
        trouble: Some(Trouble {
            code: "UnauthorizedOperation".to_owned(),
            message: "You are not authorized to perform this operation. User: arn:aws:sts::123456789012:assumed-role/\
                      LamplighterSpoke/lamplighter is not authorized to perform: ec2:StopInstances"
                .to_owned(),
            told: false,
            retry_at: at(9),
        }),
        ..progress(Standing::Failed)
    };
    // Numbers as AWS gives them: without an order.
    let id = |number: u64| (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let key = |number: u64| format!("{role}|ec2/i-0{:016x}", id(number)).parse().unwrap();
    let run = Run {
        at: at(0),
        action: Action::Stop,
        cause: Cause::Timetable,
        opened_at: at(0),
        ended: None,
        instances: (0..10_000).map(|number| (key(number), progress(number))).collect(),
        slow_told: BTreeSet::new(),
    };
    let lease = Some(Lease { owner: "me".to_owned(), until_at: at(4) });
    ScheduleState { version: 7, lease, runs: vec![run], ..ScheduleState::default() }
}

fn bytes(item: &Item) -> usize {
    serde_json::to_string(item).unwrap().len()
}

#[test]
fn ten_thousand_instances_in_trouble_fit_into_an_item_and_come_back() {
    let state = in_trouble();
    let mut item = state_item(&ScheduleName::new("S").unwrap(), &state);
    assert!(bytes(&item) < 400_000, "{} bytes", bytes(&item));
    assert_eq!(super::state(&item).unwrap(), state);
    // Version and lease are those beside it: a person may have taken the lease away.
    item.remove("LeaseOwner");
    item.insert("Version".to_owned(), json!(8));
    assert_eq!(super::state(&item).unwrap(), ScheduleState { version: 8, lease: None, ..state });
    // Spoilt, in three ways.
    for packed in [json!(7), json!("?"), json!("AAAA")] {
        item.insert("Packed".to_owned(), packed.clone());
        assert_eq!(super::state(&item).unwrap_err().to_string(), "is not as it was written", "{packed}");
    }
}

#[test]
fn the_history_of_ten_thousand_instances_fits_into_an_item() {
    let mut run = in_trouble().runs.remove(0);
    let name = ScheduleName::new("S").unwrap();
    let listed = |run: &Run, list: &str| {
        let item = super::super::history_item(&name, run);
        assert!(bytes(&item) < 400_000, "{} bytes", bytes(&item));
        let list = item.get(list).unwrap().as_array().unwrap().clone();
        (list.len(), list.last().map(|last| last.as_str().unwrap().to_owned()))
    };
    assert_eq!(listed(&run, "Done"), (0, None));
    for progress in run.instances.values_mut() {
        progress.accepted_at = Some(at(3));
    }
    assert_eq!(listed(&run, "Done"), (1_396, Some("and 8605 more".to_owned())));
    run.instances = run.instances.into_iter().take(1_000).collect();
    assert_eq!(listed(&run, "Done").0, 1_000);
}

#[test]
fn an_item_that_was_edited_is_an_error() {
    let name = ScheduleName::new("S").unwrap();
    let mut item = state_item(&name, &ScheduleState::default());
    item.insert("Version".to_owned(), json!("seven"));
    assert_eq!(super::state(&item).unwrap_err().to_string(), "is not as it was written");
    let mut item = state_item(&name, &ScheduleState::default());
    item.insert("Settled".to_owned(), json!([{"At": "yesterday", "Action": "stop"}]));
    assert_eq!(super::state(&item).unwrap_err().to_string(), "holds `yesterday`, which was never written there");
}
