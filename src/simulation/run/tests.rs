use chrono::{DateTime, Duration, Utc};

use super::*;
use crate::document::file;
use crate::memory::Machine;
use crate::model::{EventKind, GroupName, TagValue};
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

#[test]
fn two_plans_for_one_instant_are_noted() {
    let case = day(&[]);
    let stage = Stage::new(at("21:55:00"), case.defaults);
    for (table, items) in [(Table::Schedule, &case.tables.schedules), (Table::ServerGroup, &case.tables.groups)] {
        for item in items {
            stage.world.put_item(table, item.clone());
        }
    }
    for machine in case.machines {
        stage.world.put_machine(machine);
    }
    let decided = |seed| plan(&stage.world, stage.defaults, seed);
    let one = decided(1);
    assert!(one.is_some());
    note_difference(&stage, one.as_ref(), decided(2).as_ref());
    plan_twice(&stage, 1);
    assert_eq!(stage.take_history(), []);

    let schedule = case.tables.schedules.first().unwrap();
    let mut earlier = schedule.clone();
    earlier.insert("StopTime".to_owned(), "21:00".into());
    stage.world.put_item(Table::Schedule, earlier);
    let other = decided(2);
    note_difference(&stage, one.as_ref(), other.as_ref());
    let differ = Happened::PlansDiffer { one: format!("{one:?}"), other: format!("{other:?}") };
    let history = stage.take_history();
    assert_eq!(history, [Entry { at: at("21:55:00"), what: differ }]);
    let broken: Vec<u8> =
        crate::simulation::check::check(&day(&[]), &history).iter().map(|violation| violation.promise).collect();
    assert_eq!(broken, [6]);
}
