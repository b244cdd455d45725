//! Every sentence that the project makes has its Korean.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::document::{self, Defaults, Tables, file};
use crate::engine::{self, SeenSchedule, Snapshot};
use crate::model::{
    Failure, FailureKind, GroupName, Instance, InstanceState, Inventory, Label, Problem, Refusal, ScheduleState, Scope,
};
use crate::ports::{Item, Table as TableName};
use crate::testing::{self, Town};

/// Sentences that have no Korean.
fn unknown(problems: &[Problem]) -> Vec<String> {
    let messages: BTreeSet<&String> = problems.iter().map(|problem| &problem.message).collect();
    messages.into_iter().filter(|message| !is_known(message)).cloned().collect()
}

fn problems_of(tables: &Tables) -> Vec<Problem> {
    document::read(tables, Defaults::default(), "2026-11-23".parse().unwrap()).1
}

#[test]
fn names_and_values_stay_and_the_rest_is_korean() {
    let cases = [
        ("is no time of day", "올바른 시각이 아닙니다."),
        (
            "is no time of day; allowed: `H:M` with hour 0-47 and minute 0-59, such as `09:30` (hours from 24 mean the next day), or `None`",
            "올바른 시각이 아닙니다. 사용할 수 있는 값: `H:M` 형식의 시각(시 0~47, 분 0~59, 예: `09:30`, 24시 이상은 다음 날) 또는 `None`",
        ),
        (
            "is no mode (did you mean `notify`?); allowed: `act`, `notify` or `off`",
            "올바른 모드가 아닙니다 (비슷한 값: `notify`). 사용할 수 있는 값: `act`, `notify`, `off`",
        ),
        (
            "`mno` is no day (did you mean `mon`?), `` is no day, `x, y` is no day (did you mean `z`?), 3 more; allowed: `EC2` or `RDS`, or leave it out",
            "`mno`: 요일이 아닙니다 (비슷한 값: `mon`), ``: 요일이 아닙니다, `x, y`: 요일이 아닙니다 (비슷한 값: `z`), 외 3개. 사용할 수 있는 값: `EC2` 또는 `RDS`, 또는 속성 생략",
        ),
        // What stands between backticks separates nothing.
        (
            "`a; allowed: b` is no name of a region; allowed: names such as `eu-west-1`",
            "`a; allowed: b`: 리전 이름이 아닙니다. 사용할 수 있는 값: 리전 이름(예: `eu-west-1`)",
        ),
        (
            "the groups wait for one another: A -> B -> A; allowed: `C`, `D`, 2 more",
            "그룹이 서로를 기다립니다: A -> B -> A. 사용할 수 있는 값: `C`, `D`, 외 2개",
        ),
        (
            "could not be looked at, so what is there is left as it is, and groups elsewhere may wait for it: Denied: it's `x, allowed: {0} [1]",
            "조회하지 못하여 이곳의 인스턴스는 그대로 두며, 다른 곳의 그룹이 이를 기다릴 수 있습니다: Denied: it's `x, allowed: {0} [1]",
        ),
        ("holds `{0} [1]`, which was never written there", "기록한 적이 없는 `{0} [1]` 값이 들어 있습니다."),
        ("is 5 years old", "is 5 years old"),
        ("is missing; allowed: the moon", "is missing; allowed: the moon"),
        (
            "there are many more problems with items of the tables",
            "there are many more problems with items of the tables",
        ),
        ("", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(message(text), expected, "{text}");
    }
    assert_eq!(item("instance ec2/i-1 of schedule Dev"), "Dev 스케줄의 인스턴스 ec2/i-1");
    assert_eq!(item("Schedule Dev"), "Schedule Dev");
}

#[test]
fn a_line_keeps_its_item_and_its_attribute() {
    let cases = [
        (
            "Schedule Dev: StopTime = `25:99`: is no time of day",
            "Schedule Dev: StopTime 값 `25:99`: 올바른 시각이 아닙니다.",
        ),
        (
            "Schedule Dev: Enabled: is missing: true or false (type BOOL)",
            "Schedule Dev: Enabled: 값이 없습니다. true 또는 false(BOOL 타입)를 입력해 주십시오.",
        ),
        ("ScheduleRun a: b @state: is not as it was written", "ScheduleRun a: b @state: 기록한 내용과 다릅니다."),
        ("Schedule Dev: StopTime = `1`: whatever", "Schedule Dev: StopTime = `1`: whatever"),
    ];
    for (text, expected) in cases {
        assert_eq!(line(text), expected, "{text}");
    }
}

#[test]
fn every_line_of_the_tables_is_reached_and_keeps_its_holes() {
    let holes = |mut text: &str| {
        let mut holes = Vec::new();
        while let Some((_, hole, after)) = cut(text) {
            holes.push((hole.digit, hole.kind));
            text = after;
        }
        holes.sort_unstable();
        holes
    };
    let sets: [&[&Table]; 3] = [&[&FRAMES, &SENTENCES, &ALLOWED, &LISTS], &[&ITEMS], &[&LINES]];
    for tables in sets {
        for (pattern, korean) in tables.iter().copied().flatten() {
            assert_eq!(holes(pattern), holes(korean), "{pattern}");
            // None stands behind another that takes its texts.
            let text = pattern.replace("<0>", "5").replace("<1>", "6").replace("<2>", "7");
            let first = tables.iter().copied().flatten().find(|(first, _)| fit(first, &text).is_some());
            assert_eq!(first.map(|(first, _)| first), Some(pattern));
        }
    }
    for (pattern, korean) in SENTENCES {
        let text = korean.split_once(": {0}").map_or(korean, |(text, _)| text);
        let text = text.split(" (").next().unwrap();
        assert!(["니다", "십시오"].iter().any(|ending| text.ends_with(ending)) || korean.ends_with("{0}"), "{pattern}");
    }
}

#[test]
fn long_and_odd_texts_stay_and_take_no_time() {
    for part in ["is empty, ", "a name in it ", "; allowed: ", "`", " (did you mean `", "is empty; allowed: is empty, "]
    {
        for times in [3, 50, 700, 100_000] {
            let text = part.repeat(times) + "the moon";
            assert_eq!(message(&text), text);
            assert_eq!(line(&text), text);
        }
    }
}

#[test]
fn faults_of_broken_files_have_korean() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/broken");
    let mut all = Tables::default();
    let mut problems = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut tables = file::read(&text).tables;
        problems.extend(problems_of(&tables));
        all.schedules.append(&mut tables.schedules);
        all.groups.append(&mut tables.groups);
        all.exceptions.append(&mut tables.exceptions);
    }
    problems.extend(problems_of(&all));
    assert!(problems.len() > 60, "{}", problems.len());
    assert_eq!(unknown(&problems), Vec::<String>::new());
}

/// A schedule, a group and an exception that are in order.
fn sound() -> [Item; 3] {
    [
        json!({"ScheduleName": "S", "TagValue": "S", "DaysActive": "all", "Enabled": true, "StartTime": "9:30", "StopTime": "22:00"}),
        json!({"ScheduleName": "S", "GroupName": "A", "InstanceType": "EC2"}),
        json!({"ScheduleName": "S", "ExceptionUuid": "1", "ExceptionDate": "2026-12-24", "ExceptionType": "stop", "ExceptionValue": "23:00"}),
    ]
    .map(|item| item.as_object().unwrap().clone())
}

/// Whatever an attribute may hold that it should not.
fn odd_values() -> Vec<Value> {
    let list = |count: usize| (0..count).map(|number| json!(format!("x{number}"))).collect::<Vec<_>>();
    let period = json!({"StartTime": "9:00", "StopTime": "18:00"});
    vec![
        json!(null),
        json!(""),
        json!("x"),
        json!("a\u{7}b"),
        json!("x".repeat(300)),
        json!("mno,tue,teu,weekend,mno-friday,"),
        json!("x1,x2,x3,x4,x5,x6,x7,x8,x9,x10,x11,x12"),
        json!("25:99"),
        json!("9:30"),
        json!("22:00"),
        json!("47:00"),
        json!("stopp"),
        json!("@lamplighter"),
        json!("yes"),
        json!(true),
        json!(-5),
        json!([]),
        json!(["A"]),
        json!(["B", "a\u{7}b", "", "x".repeat(300)]),
        json!([5, {}]),
        json!(list(12)),
        json!(list(300)),
        json!([period, {"Weekdays": "mno", "Monthdays": "/10", "Months": "jan,fbe", "StartTime": "47:00", "StopTime": "9:00"}, {"Weekdays": [5, {}], "Months": {}}, 5]),
        json!(vec![period; 101]),
        json!({"a": 1}),
    ]
}

#[test]
fn faults_of_any_attribute_have_korean() {
    let attributes: BTreeSet<&str> = document::attributes().chain(["StopTme", "unknown of all"]).collect();
    let mut problems = Vec::new();
    for attribute in attributes {
        for value in odd_values() {
            for changed in 0..3 {
                let mut items = sound();
                items[changed].insert(attribute.to_owned(), value.clone());
                let [schedule, group, exception] = items;
                let tables = Tables { schedules: vec![schedule], groups: vec![group], exceptions: vec![exception] };
                problems.extend(problems_of(&tables));
            }
        }
    }
    assert_eq!(unknown(&problems), Vec::<String>::new());
    // What items are at fault for only together.
    let [schedule, group, exception] = sound();
    let named = |item: &Item, attribute: &str, name: &str| {
        let mut item = item.clone();
        item.insert(attribute.to_owned(), json!(name));
        item
    };
    let waits = |name: &str, dependency: &str| {
        let mut item = named(&group, "GroupName", name);
        item.insert("Dependency".to_owned(), json!([dependency]));
        item
    };
    let mut forced = schedule.clone();
    forced.extend([("ForceStart".to_owned(), json!(true)), ("ForceStop".to_owned(), json!(true))]);
    let role = |account: u32, name: &str| format!("arn:aws:iam::{account:012}:role/{name}");
    let mut twice = schedule.clone();
    twice.insert("Accounts".to_owned(), json!([role(1, "a"), role(1, "b")]));
    let mut many = schedule.clone();
    many.insert("Accounts".to_owned(), json!((0..100).map(|account| role(account, "a")).collect::<Vec<_>>()));
    many.insert("Regions".to_owned(), json!((0..9).map(|region| format!("eu-west-{region}")).collect::<Vec<_>>()));
    let mut shared = [
        Tables { schedules: vec![twice, many], ..Tables::default() },
        Tables { schedules: vec![schedule.clone(), schedule.clone()], ..Tables::default() },
        Tables {
            schedules: vec![
                schedule.clone(),
                named(&schedule, "ScheduleName", "T"),
                named(&forced, "ScheduleName", "U"),
            ],
            ..Tables::default()
        },
        Tables { groups: vec![waits("A", "B"), waits("B", "A"), waits("C", "A"), group.clone()], ..Tables::default() },
        Tables { groups: (0..501).map(|number| waits(&number.to_string(), "x")).collect(), ..Tables::default() },
        Tables { exceptions: vec![Item::new(); 1500], ..Tables::default() },
        Tables {
            groups: vec![named(&group, "ScheduleName", "Sx"), waits("A", "Bx"), waits("B", "B")],
            ..Tables::default()
        },
        Tables { exceptions: vec![named(&exception, "ScheduleName", "Another")], ..Tables::default() },
    ];
    shared.iter_mut().skip(3).for_each(|tables| tables.schedules.push(schedule.clone()));
    problems.extend(shared.iter().flat_map(problems_of));
    assert_eq!(unknown(&problems), Vec::<String>::new());
    // No sentence about items is left out here: each line of the table is needed.
    let used = |(pattern, _): &&(&str, &str)| {
        problems.iter().any(|problem| parts(&problem.message).iter().any(|part| fit(pattern, part).is_some()))
    };
    let elsewhere = SENTENCES.iter().skip_while(|(pattern, _)| *pattern != "is not as it was written").count();
    let unused: Vec<&str> = SENTENCES[..SENTENCES.len() - elsewhere]
        .iter()
        .filter(|pair| !used(pair))
        .map(|(pattern, _)| *pattern)
        .collect();
    assert_eq!(unused, Vec::<&str>::new());
}

/// A text and what it consists of.
fn parts(text: &str) -> Vec<String> {
    let mut found = vec![text.to_owned()];
    let tables: [&Table; 2] = [&FRAMES, &LISTS];
    let fitting = tables.into_iter().flatten().filter_map(|(pattern, _)| fit(pattern, text));
    for (hole, part) in fitting.flatten() {
        if hole.kind == Kind::Part {
            found.extend(parts(part));
        }
    }
    found
}

/// Each reason why AWS does not stop something; a new one does not compile until it stands here.
fn refusals() -> Vec<Refusal> {
    let name = || "x".to_owned();
    let known = |refusal: &Refusal| match refusal {
        Refusal::AutoScaling(_)
        | Refusal::InstanceStore
        | Refusal::ReadReplica(_)
        | Refusal::ReplicaSource(_)
        | Refusal::ClusterMember(_)
        | Refusal::SqlServerMultiAz
        | Refusal::SpotFleet(_)
        | Refusal::MultiAzCluster
        | Refusal::EngineMode(_)
        | Refusal::GlobalDatabase(_) => true,
    };
    let all = vec![
        Refusal::AutoScaling(name()),
        Refusal::InstanceStore,
        Refusal::ReadReplica(name()),
        Refusal::ReplicaSource(name()),
        Refusal::ClusterMember(name()),
        Refusal::SqlServerMultiAz,
        Refusal::SpotFleet(name()),
        Refusal::MultiAzCluster,
        Refusal::EngineMode(name()),
        Refusal::GlobalDatabase(name()),
    ];
    assert!(all.iter().all(known));
    all
}

#[test]
fn what_a_look_shows_has_korean() {
    let (mut schedules, _) = testing::read(
        "Schedule: {ScheduleName: S, TagValue: S, DaysActive: all, Enabled: true, StartTime: '9:00', StopTime: '18:00', Enforce: true}
ServerGroups:
  - {GroupName: A, InstanceType: EC2}
  - {GroupName: D, InstanceType: RDS}
Exceptions:
  - {ExceptionUuid: a, ExceptionDate: 2026-11-24, ExceptionType: start, ExceptionValue: '8:00'}
  - {ExceptionUuid: b, ExceptionDate: 2026-11-24, ExceptionType: start, ExceptionValue: '7:00'}
  - {ExceptionUuid: c, ExceptionDate: 2026-11-24, ExceptionType: stop, ExceptionValue: '19:00'}
  - {ExceptionUuid: d, ExceptionDate: 2026-11-24, ExceptionType: stop, ExceptionValue: '20:00'}
  - {ExceptionUuid: e, ExceptionDate: 2026-11-25, ExceptionType: stop, ExceptionValue: '9:00'}",
    );
    let schedule = schedules.remove(0);
    let instance = |number: usize, group: Option<&str>, refusal: Option<Refusal>| Instance {
        key: format!("ec2/i-{number}").parse().unwrap(),
        schedule_tag: schedule.tag_value.clone(),
        group_tag: group.and_then(|group| GroupName::new(group).ok()),
        label: Label::default(),
        state: InstanceState::Running,
        state_reason: None,
        restarts_at: None,
        checks_passed: None,
        refusal,
    };
    let grouped = [None, Some("D"), Some("Z")].into_iter().map(|group| (group, None));
    let refused = refusals().into_iter().map(|refusal| (Some("A"), Some(refusal)));
    let instances =
        grouped.chain(refused).enumerate().map(|(number, (group, refusal))| instance(number, group, refusal));
    let full = instances.map(|instance| (instance.key.clone(), instance)).collect();
    let failure = Failure { kind: FailureKind::Denied, code: "Denied".to_owned(), message: "no".to_owned() };
    let elsewhere = Scope { account: None, region: crate::model::Region::new("eu-west-1").ok() };
    let role = crate::model::RoleArn::new("arn:aws:iam::123456789012:role/lamplighter").unwrap();
    let mut problems = Vec::new();
    for instances in [full, std::collections::BTreeMap::new()] {
        let inventory = Inventory {
            instances,
            seen: [Scope::default()].into(),
            unreachable: [(elsewhere.clone(), failure.clone())].into(),
            closed: [(role.clone(), failure.clone())].into(),
        };
        let seen = SeenSchedule::new(schedule.clone(), ScheduleState::default());
        let snapshot = Snapshot { schedules: vec![seen], inventory, ..Snapshot::default() };
        problems.extend(engine::plan(&snapshot, "2026-11-23T03:00:00Z".parse().unwrap()).untold.problems);
    }
    assert!(problems.len() >= 15, "{problems:#?}");
    assert_eq!(unknown(&problems), Vec::<String>::new());
    let items: BTreeSet<String> = problems.iter().map(|problem| item(&problem.item)).collect();
    assert!(items.iter().all(|item| !item.contains(" of ") && !item.starts_with("instance")), "{items:?}");
}

#[test]
fn what_is_remembered_wrongly_has_korean() {
    let file = "Schedule: {ScheduleName: S, TagValue: S, DaysActive: all, Enabled: true, StartTime: '9:00', StopTime: '18:00'}";
    let odd = |id: (&str, &str), more: Value| {
        let mut item = more.as_object().unwrap().clone();
        item.extend([("ScheduleName".to_owned(), json!(id.0)), ("RunId".to_owned(), json!(id.1))]);
        item
    };
    let run = json!({"Version": 1, "Settled": [{"At": "2026-11-23T00:00:00Z", "Action": "fly"}]});
    for more in [json!({}), run] {
        let town = Town::new(file, &["ec2/i-1"], "2026-11-23 12:00");
        town.world.put_item(TableName::Run, odd(("S", document::STATE_RUN_ID), more));
        town.world.put_item(TableName::Run, odd(document::NOTEBOOK_KEY, json!({"Told": 5})));
        town.tick().unwrap();
        // The log checks that each has Korean.
        let told = town.log().concat();
        assert!(told.contains("delete the item") && told.contains("written anew"), "{told}");
    }
}
