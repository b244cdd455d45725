use chrono::{DateTime, Duration, Utc};

use super::*;
use crate::document::file;
use crate::memory::Machine;
use crate::model::{Action, EventKind, GroupName, InstanceKind, ScheduleName, TagValue};
use crate::ports::Item;
use crate::simulation::Incident;
use crate::simulation::case::{AwsCall, AwsFault, ChatFault, TableCall, TableFault};

const TEAM: &str = "
Schedule: {ScheduleName: S, TagValue: S, DaysActive: all, Enabled: true, StartTime: '09:30', StopTime: '22:00', Timezone: UTC}
ServerGroups:
  - {GroupName: A, InstanceType: RDS}
  - {GroupName: B, InstanceType: EC2, Dependency: [A]}
";

fn at(time: &str) -> DateTime<Utc> {
    format!("2026-11-23T{time}Z").parse().unwrap()
}

/// A day of a database and an instance that needs it, with incidents.
fn day(incidents: &[(&str, What)]) -> Case {
    let machine = |key: &str, group| {
        let tag = TagValue::new("S").unwrap();
        Machine::new(key.parse().unwrap(), tag, GroupName::new(group).ok())
    };
    Case {
        seed: 1,
        from: at("09:00:00"),
        to: at("23:00:00"),
        defaults: crate::document::Defaults::default(),
        cron: Duration::minutes(5),
        on_change: true,
        tables: file::items(TEAM).unwrap(),
        machines: vec![machine("rds/db", "A"), machine("ec2/i", "B")],
        incidents: incidents.iter().map(|(time, what)| Incident { at: at(time), what: what.clone() }).collect(),
    }
}

/// What was asked for and told, in short.
fn story(case: &Case) -> Vec<String> {
    let mut lines = Vec::new();
    for entry in run(case) {
        let line = match entry.what {
            Happened::Asked { action, key, took_effect, .. } => format!("{} {key} {took_effect}", action.as_str()),
            Happened::Noted(_, event) if event.kind == EventKind::Warning => "warning".to_owned(),
            Happened::Noted(_, event) if event.kind == EventKind::RunDone => "run done".to_owned(),
            Happened::Ended(_, HowEnded::Killed) => "killed".to_owned(),
            Happened::Ended(_, HowEnded::TimedOut) => "timed out".to_owned(),
            Happened::Fault(fault) => fault.to_string(),
            Happened::Answered { answer, .. } => format!("{answer:?}"),
            _ => continue,
        };
        lines.push(format!("{} {line}", entry.at.format("%H:%M")));
    }
    lines
}

#[test]
fn a_day_is_lived_through() {
    assert_eq!(
        story(&day(&[])),
        [
            // Yesterday's stop, with nothing to do.
            "09:00 run done",
            "09:30 start rds/db true",
            "09:31 start ec2/i true",
            "09:32 run done",
            "21:50 warning",
            "22:00 stop ec2/i true",
            "22:00 stop rds/db true",
            "22:01 run done",
        ]
    );
}

#[test]
fn the_same_case_gives_the_same_history() {
    let until = at("22:30:00");
    let case = day(&[
        ("09:30:00", What::Doubled { by: Duration::milliseconds(40), until }),
        ("09:30:00", What::Killed { after: 11 }),
        ("21:50:00", What::ChatFails { how: ChatFault::LostAnswer, times: Some(1), until }),
    ]);
    assert_eq!(run(&case), run(&case));
    assert!(story(&case).iter().any(|line| line.ends_with("killed")));
}

#[test]
fn calls_fail_as_the_case_says() {
    let until = at("23:00:00");
    let fails = |call, how| What::TablesFail { call, how, times: Some(1), until };
    let case = day(&[
        ("09:30:00", fails(TableCall::PutRun, TableFault::OwnConflict)),
        ("09:30:00", fails(TableCall::Scan, TableFault::Unavailable)),
        (
            "09:30:00",
            What::AwsFails { call: AwsCall::Start, instance: None, how: AwsFault::LostAnswer, times: Some(1), until },
        ),
        ("21:55:00", What::Extends { schedule: ScheduleName::new("S").unwrap(), by: Duration::minutes(30) }),
    ]);
    let lines = story(&case);
    for line in [
        "09:30 tables: unavailable",
        "09:35 tables: own conflict",
        "21:55 Ok(2026-11-23T22:30:00Z)",
        "22:30 stop ec2/i true",
    ] {
        assert!(lines.iter().any(|other| other == line), "{line}: {lines:#?}");
    }
}

/// One of a batch is refused by name and the others are not; what nobody knows holds for the whole batch.
#[test]
fn one_that_is_gone_spoils_no_batch() {
    let asked = |how, instance: Option<&str>| {
        let instance = instance.map(|key| key.parse::<InstanceKey>().unwrap());
        let fails = What::AwsFails { call: AwsCall::Start, instance, how, times: Some(1), until: at("23:00:00") };
        let mut case = day(&[("09:30:00", fails)]);
        case.machines = ["ec2/i-1", "ec2/i-2", "ec2/i-3"]
            .map(|key| Machine::new(key.parse().unwrap(), TagValue::new("S").unwrap(), GroupName::new("B").ok()))
            .into();
        let history = run(&case);
        let asks = history.iter().filter_map(|entry| match &entry.what {
            Happened::Asked { invocation, action: Action::Start, key, took_effect, answer, .. } => {
                let code = answer.as_ref().err().map(|failure| failure.code.clone()).unwrap_or_default();
                assert_eq!(*took_effect, code.is_empty());
                Some((*invocation, entry.at, key.to_string(), code))
            }
            _ => None,
        });
        asks.collect::<Vec<_>>()
    };
    let gone = asked(AwsFault::Gone, None);
    let [(first, refused_at, bad, code), (second, at, ..), (third, ..), (_, _, again, then)] = gone.as_slice() else {
        panic!("{gone:#?}")
    };
    assert_eq!((code.as_str(), then.as_str(), bad), ("InvalidInstanceID.NotFound", "", again));
    assert!(first == second && second == third && refused_at < at, "the others are asked for at once: {gone:#?}");

    let named = asked(AwsFault::Gone, Some("ec2/i-2"));
    let refused: Vec<_> =
        named.iter().filter(|(_, _, _, code)| !code.is_empty()).map(|(_, _, key, _)| key.as_str()).collect();
    assert_eq!((named.len(), refused), (4, vec!["ec2/i-2"]));

    let other = asked(AwsFault::Other, None);
    let refused = other.iter().filter(|(_, _, _, code)| code == "SomethingNew").count();
    assert_eq!((other.len(), refused), (6, 3));
}

#[test]
fn a_look_that_finds_one_gone_knows_no_status_checks() {
    let until = at("10:00:00");
    let fails = What::AwsFails { call: AwsCall::Describe, instance: None, how: AwsFault::Gone, times: None, until };
    let checks = |incidents: &[(&str, What)]| -> Vec<Option<bool>> {
        let seen = |entry: Entry| match entry.what {
            Happened::Looked(_, inventory) if (at("09:30:00")..until).contains(&entry.at) => {
                assert!(inventory.unreachable.is_empty());
                inventory.instances.into_values().find(|one| one.key.kind == InstanceKind::Ec2)
            }
            _ => None,
        };
        run(&day(incidents)).into_iter().filter_map(seen).map(|instance| instance.checks_passed).collect()
    };
    let (usual, gone) = (checks(&[]), checks(&[("09:29:00", fails)]));
    assert!(!usual.is_empty() && usual.iter().all(Option::is_some), "{usual:?}");
    assert!(!gone.is_empty() && gone.iter().all(Option::is_none), "{gone:?}");
}

/// A fault of the history leaves alone what is remembered; one of what is remembered holds for the history too.
#[test]
fn the_history_fails_by_itself() {
    let until = at("23:00:00");
    let failed = |call| {
        let how = TableFault::Unavailable;
        let case = day(&[("09:30:00", What::TablesFail { call, how, times: Some(1), until })]);
        let wrote = |entry: Entry| match entry.what {
            Happened::Wrote { run_id, took_effect: false, .. } => Some(run_id.starts_with('@')),
            _ => None,
        };
        run(&case).into_iter().filter_map(wrote).collect::<Vec<bool>>()
    };
    assert_eq!(failed(TableCall::PutHistory), [false]);
    assert_eq!(failed(TableCall::PutRun), [true]);
}

#[test]
fn two_plans_on_one_look_break_a_promise() {
    let differ = Happened::PlansDiffer { one: "stop".to_owned(), other: "nothing".to_owned() };
    let history = [Entry { at: at("21:55:00"), what: differ }];
    let broken: Vec<u8> =
        crate::simulation::check::check(&day(&[]), &history).iter().map(|violation| violation.promise).collect();
    assert_eq!(broken, [6]);
}

type Incidents<'a> = &'a [(&'a str, What)];
type Lines<'a> = &'a [&'a str];

/// The key of what is remembered of the schedule.
fn state_key() -> Item {
    [("ScheduleName", "S"), ("RunId", "@state")]
        .map(|(name, text)| (name.to_owned(), text.into()))
        .into_iter()
        .collect()
}

#[test]
fn instances_come_and_go_and_what_is_remembered_is_lost() {
    let key = || "ec2/i".parse::<InstanceKey>().unwrap();
    let retagged =
        |tag: &str| What::Retagged { instance: key(), schedule_tag: TagValue::new(tag).unwrap(), group_tag: None };
    let table = Table::Run;
    let spoilt = |value: Option<&str>| {
        let attribute = "Version".to_owned();
        What::Edits { table, key: state_key(), attribute, value: value.map(serde_json::Value::from) }
    };
    let deletes = || What::Deletes { table, key: state_key() };
    let cases: [(Incidents<'_>, Lines<'_>, Lines<'_>); 6] = [
        (&[("09:10:00", What::Launched { instance: key() })], &["09:31 start ec2/i true"], &[]),
        (&[("12:00:00", What::Launched { instance: key() })], &["22:00 stop rds/db true"], &["09:31 start ec2/i true"]),
        (&[("12:00:00", retagged("Nobody"))], &["22:00 stop rds/db true"], &["22:00 stop ec2/i true"]),
        // Without its group it waits for nobody.
        (&[("09:10:00", retagged("S"))], &["09:30 start ec2/i true"], &["09:31 start ec2/i true"]),
        (&[("12:00:00", spoilt(Some("x")))], &["09:30 start rds/db true"], &["22:00 stop ec2/i true"]),
        (&[("12:00:00", spoilt(None)), ("15:00:00", deletes())], &["22:00 stop ec2/i true"], &[]),
    ];
    for (incidents, there, absent) in cases {
        let lines = story(&day(incidents));
        let has = |line: &&str| lines.iter().any(|other| other == *line);
        assert!(there.iter().all(has), "{incidents:?}: {lines:#?}");
        assert!(!absent.iter().any(has), "{incidents:?}: {lines:#?}");
    }
}

#[test]
fn a_function_with_too_little_time_is_ended() {
    let until = at("12:00:00");
    let slow = What::TablesFail { call: TableCall::Any, how: TableFault::Slow, times: None, until };
    let limit = What::ShortLimit { limit: Duration::seconds(30), until };
    let timed_out =
        |incidents: &[(&str, What)]| story(&day(incidents)).iter().filter(|line| line.ends_with("timed out")).count();
    let (slow, limit) = (("09:30:00", slow), ("09:30:00", limit));
    assert_eq!((timed_out(std::slice::from_ref(&slow)), timed_out(std::slice::from_ref(&limit))), (0, 0));
    assert!(timed_out(&[slow, limit]) > 10);
}

#[test]
fn each_invocation_may_have_a_clock_of_its_own() {
    let mut shown: BTreeMap<(u64, Invocation), Duration> = BTreeMap::new();
    for seed in 0..3 {
        let apart = What::ClocksApart { by: Duration::seconds(8), until: at("22:30:00") };
        for entry in run(&Case { seed, ..day(&[("09:01:00", apart)]) }) {
            if let Happened::Noted(id, event) = entry.what {
                // A little time has passed since the clock was read.
                let ahead = event.at - entry.at;
                shown.entry((seed, id)).and_modify(|most| *most = ahead.max(*most)).or_insert(ahead);
            }
        }
    }
    let fast = shown.values().filter(|ahead| **ahead > Duration::zero()).count();
    let slow = shown.values().filter(|ahead| **ahead < Duration::seconds(-2)).count();
    assert!(fast > 0 && slow > 0 && shown.values().all(|ahead| *ahead < Duration::seconds(8)), "{shown:?}");
}

#[test]
fn a_fault_of_every_second_instance_spares_databases_as_often_as_not() {
    let (mut failed, mut done) = (0, 0);
    for seed in 0..20 {
        let how = AwsFault::Partial;
        let until = at("10:00:00");
        let fails = What::AwsFails { call: AwsCall::Start, instance: None, how, times: Some(1), until };
        let case = Case { seed, to: at("10:00:00"), ..day(&[("09:30:00", fails)]) };
        let lines = story(&case);
        failed += usize::from(lines.iter().any(|line| line.ends_with("start rds/db false")));
        done += usize::from(lines.iter().any(|line| line.ends_with("start rds/db true")));
    }
    assert!((5..=15).contains(&failed) && done == 20, "{failed} of {done}");
}
