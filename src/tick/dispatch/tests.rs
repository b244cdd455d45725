//! Who is dispatched, in which batches; and that ticks over batches are what one tick over everything is.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Duration, Utc};

use super::*;
use crate::memory::{Machine, World};
use crate::model::{Action, GroupName, InstanceId, InstanceKey, InstanceState, Lease, Region, ScheduleState, TagValue};
use crate::ports::{Clock as _, Item, Ports, Store, StoreError, Table};
use crate::testing::{Line, Town, schedule};
use crate::tick;

fn dispatch_now(town: &Town, line: &Line, about: &About) -> Result<Report, TickError> {
    let world = &town.world;
    let ports = Ports { store: world, fleet: world, chat: world, clock: world, journal: world };
    pollster::block_on(dispatch(&ports, line, &Options { about: about.clone(), ..town.options("dispatch") }))
}

/// One tick over the schedules with these names.
fn tick_over(town: &Town, names: &str) -> Result<Report, TickError> {
    let world = &town.world;
    let ports = Ports { store: world, fleet: world, chat: world, clock: world, journal: world };
    pollster::block_on(tick::run(&ports, &options_for(town, names)))
}

fn options_for(town: &Town, names: &str) -> Options {
    let only = names.split(' ').map(|name| ScheduleName::new(name).unwrap()).collect();
    Options { only: Some(only), ..town.options(names) }
}

/// A schedule from nine to ten in the evening, with two groups, all stopped.
fn put(town: &Town, name: &str, attributes: &str) {
    town.put_file(&format!(
        "Schedule: {{ScheduleName: {name}, TagValue: {name}, DaysActive: all, Enabled: true, StartTime: 09:00, StopTime: 22:00, {attributes}}}
ServerGroups: [{{GroupName: A{name}, InstanceType: EC2}}, {{GroupName: B{name}, InstanceType: EC2, Dependency: [A{name}]}}]"
    ));
    for group in ["A", "B"] {
        put_machine(town, name, &format!("{group}{name}"));
    }
}

fn put_machine(town: &Town, name: &str, group: &str) {
    let (tag, group) = (TagValue::new(name).unwrap(), GroupName::new(group).unwrap());
    town.world.put_machine(Machine::new(format!("ec2/i-{group}").parse().unwrap(), tag, Some(group)));
}

fn town(names: &[&str], at: &str) -> Town {
    let town = Town::new(
        "Schedule: {ScheduleName: Idle, TagValue: I, DaysActive: all, Enabled: false, StartTime: None, StopTime: None}",
        &[],
        at,
    );
    for name in names {
        put(&town, name, "");
    }
    town
}

fn edit(town: &Town, name: &str, attribute: &str, value: impl Into<serde_json::Value>) {
    let mut item = town.world.items(Table::Schedule).into_iter().find(|item| item["ScheduleName"] == name).unwrap();
    item.insert(attribute.to_owned(), value.into());
    town.world.put_item(Table::Schedule, item);
}

fn leased(town: &Town, name: &str, until: &str) {
    let lease = Some(Lease { owner: "other".to_owned(), until_at: town.at(until) });
    let state = ScheduleState { lease, ..ScheduleState::default() };
    let item = document::state_item(&ScheduleName::new(name).unwrap(), &state);
    town.world.put_item(Table::Run, item);
}

#[test]
fn only_those_with_something_to_do_are_dispatched() {
    // What it is, the time, an edit of schedule S before, and who is dispatched then.
    type Case<'a> = (&'a str, &'a str, Option<(&'a str, serde_json::Value)>, &'a str);
    let cases: [Case<'_>; 9] = [
        ("nothing is due", "2026-11-24 12:00", None, ""),
        ("a warning is near", "2026-11-24 21:50", None, "S"),
        ("a stop is due", "2026-11-24 22:00", None, "S"),
        ("an order", "2026-11-24 12:00", Some(("ForceStop", true.into())), "S"),
        ("an order to what is off", "2026-11-24 12:00", Some(("Mode", "off".into())), ""),
        ("it is held", "2026-11-24 12:00", Some(("Enforce", true.into())), "S"),
        ("a stop that is moved after its warning", "2026-11-24 21:55", Some(("StopTime", "23:00".into())), "S"),
        ("it is disabled", "2026-11-24 22:00", Some(("Enabled", false.into())), ""),
        ("it is broken", "2026-11-24 22:00", Some(("StopTime", "late".into())), ""),
    ];
    for (what, at, change, expected) in cases {
        let town = town(&["S"], "2026-11-24 08:55");
        let until_at = town.at(at) - Duration::minutes(1);
        town.run_until("2026-11-24 11:00");
        if town.at("2026-11-24 21:54") <= until_at {
            town.run_until("2026-11-24 21:54");
        }
        if let Some((attribute, value)) = change {
            edit(&town, "S", attribute, value);
        }
        town.world.advance_to(town.at(at));
        let (line, looks) = (Line::default(), town.world.looks());
        let asked = town.world.take_asked().len();
        assert!(asked >= 2, "{what}: it was started");
        let report = dispatch_now(&town, &line, &About::All).unwrap();
        assert_eq!(line.take().join(" "), expected, "{what}");
        assert_eq!(report.dispatched, expected.len(), "{what}");
        // Nothing is looked at, and nothing done.
        assert_eq!((town.world.looks(), town.world.take_asked().len()), (looks, 0), "{what}");
    }
}

#[test]
fn what_another_tick_has_taken_is_left_to_it() {
    let town = town(&["S", "T"], "2026-11-24 09:00");
    leased(&town, "S", "2026-11-24 09:01");
    let line = Line::default();
    dispatch_now(&town, &line, &About::All).unwrap();
    assert_eq!(line.take(), ["T"]);
    town.world.advance_to(town.at("2026-11-24 09:05"));
    dispatch_now(&town, &line, &About::All).unwrap();
    assert_eq!(line.take(), ["S T"]);
}

#[test]
fn a_state_change_sends_for_nobody_but_those_who_wait_for_it() {
    let town = town(&["S", "T"], "2026-11-24 09:00");
    let (line, world) = (Line::default(), &town.world);
    let ports = Ports { store: world, fleet: world, chat: world, clock: world, journal: world };
    pollster::block_on(tick::run(&ports, &Options { settle: Duration::zero(), ..town.options("tick") })).unwrap();
    // Both are on their way, and nobody looks on.
    for (id, expected) in [("i-AS", vec!["S"]), ("i-AT", vec!["T"]), ("i-other", vec![])] {
        let about = About::Instance(InstanceId::new(id).unwrap());
        dispatch_now(&town, &line, &about).unwrap();
        assert_eq!(line.take(), expected, "{id}");
    }
}

#[test]
fn a_database_that_aws_has_started_is_an_affair_of_those_whose_databases_are_stopped() {
    let town = town(&["S"], "2026-11-24 12:00");
    town.put_file(
        "Schedule: {ScheduleName: D, TagValue: D, DaysActive: mon, Enabled: true, StartTime: 09:00, StopTime: 10:00}",
    );
    let tag = TagValue::new("D").unwrap();
    town.world.put_machine(Machine::new("rds/orders".parse().unwrap(), tag, None));
    let line = Line::default();
    let about = About::Restarted("eu-west-1|rds/orders".parse().unwrap());
    town.run_until("2026-11-24 13:00");
    dispatch_now(&town, &line, &about).unwrap();
    assert_eq!(line.messages.lock().unwrap().as_slice(), [r#"{"restarted":"eu-west-1|rds/orders","schedules":["D"]}"#]);
}

#[test]
fn problems_of_the_tables_are_told_by_the_dispatch_and_once() {
    let town = town(&["S"], "2026-11-24 09:00");
    put(&town, "Bad", "Timezone: Asia/Soul");
    let line = Line::default();
    let report = dispatch_now(&town, &line, &About::All).unwrap();
    assert_eq!((report.problems, report.dispatched), (1, 1));
    let told = |lines: &[String]| lines.iter().filter(|line| line.contains("chat: problems")).count();
    assert_eq!(told(&town.log()), 1);
    // A batch neither tells of it nor takes it as mended.
    tick_over(&town, "S Bad").unwrap();
    dispatch_now(&town, &line, &About::All).unwrap();
    assert_eq!(told(&town.log()), 0);
    edit(&town, "Bad", "Timezone", "Asia/Soull");
    dispatch_now(&town, &line, &About::All).unwrap();
    assert_eq!(told(&town.log()), 1);
}

#[test]
fn a_batch_that_the_queue_does_not_take_is_an_error_and_harms_no_other() {
    let names: Vec<String> = (0..=SCHEDULES).map(|index| format!("S{index:02}")).collect();
    let town = town(&names.iter().map(String::as_str).collect::<Vec<_>>(), "2026-11-24 09:00");
    let line = Line { refuses: Some("\"S50\""), ..Line::default() };
    let error = dispatch_now(&town, &line, &About::All).unwrap_err();
    assert_eq!(error.causes, ["the queue did not take it: InternalError: no", "1 schedules wait for the next tick"]);
    assert_eq!((error.report.batches, error.report.dispatched), (1, SCHEDULES));
}

#[test]
fn a_batch_is_what_one_function_can_do() {
    let seen = |name: &str, places: &[&str], instances: u32| {
        let mut schedule = schedule("", &[]);
        schedule.name = ScheduleName::new(name).unwrap();
        schedule.scopes = places.iter().map(|place| Scope { account: None, region: Region::new(place).ok() }).collect();
        SeenSchedule::new(schedule, ScheduleState { instances, ..ScheduleState::default() })
    };
    let sizes =
        |all: &[SeenSchedule]| batches(&all.iter().collect::<Vec<_>>()).iter().map(Vec::len).collect::<Vec<_>>();
    let many = |count: usize, instances: u32| -> Vec<SeenSchedule> {
        (0..count).map(|index| seen(&format!("{index:03}"), &["a"], instances)).collect()
    };
    assert_eq!(sizes(&many(0, 1)), [0; 0]);
    assert_eq!(sizes(&many(120, 0)), [50, 50, 20]);
    assert_eq!(sizes(&many(10, 300)), [3, 3, 3, 1]);
    assert_eq!(sizes(&many(2, 5_000)), [1, 1]);

    // Those in the same places come together.
    let schedules = vec![seen("A", &["b"], 1), seen("B", &["a"], 1), seen("C", &["a", "b"], 1), seen("D", &["a"], 1)];
    let plan = |name: &ScheduleName| engine::SchedulePlan {
        schedule: name.clone(),
        state: ScheduleState::default(),
        lower_before: None,
        announces: None,
        steps: Vec::new(),
        finish: None,
        held: Vec::new(),
        arrived: Vec::new(),
        messages: Vec::new(),
        wake_at: None,
    };
    let plan = Plan { schedules: schedules.iter().map(|seen| plan(&seen.schedule.name)).collect(), ..Plan::default() };
    let snapshot = Snapshot { schedules, ..Snapshot::default() };
    let names: Vec<&str> = due(&snapshot, &plan, &About::All).iter().map(|seen| seen.schedule.name.as_str()).collect();
    assert_eq!(names, ["B", "D", "C", "A"]);
}

/// What was asked of AWS and told in a day, by schedule, in order.
fn day(is_dispatched: bool) -> (Vec<String>, Vec<String>) {
    let town = town(&["S", "T", "U"], "2026-11-24 08:50");
    // Somebody starts one by hand in the night.
    let (line, by_hand_at) = (Line::default(), town.at("2026-11-24 23:01"));
    edit(&town, "T", "Enforce", true);
    edit(&town, "U", "StopTime", "20:30");
    put_machine(&town, "U", "nowhere");
    while town.world.now() <= town.at("2026-11-25 00:30") {
        if is_dispatched {
            dispatch_now(&town, &line, &About::All).unwrap();
            for names in line.take() {
                for name in names.split(' ') {
                    tick_over(&town, name).unwrap();
                }
                // Once more, as SQS may deliver it.
                tick_over(&town, &names).unwrap();
            }
        } else {
            town.tick().unwrap();
        }
        let next_at = |now: DateTime<Utc>| DateTime::from_timestamp((now.timestamp() / 300 + 1) * 300, 0).unwrap();
        if town.world.now() <= by_hand_at && by_hand_at < next_at(town.world.now()) {
            town.set_state("ec2/i-BT", InstanceState::Running);
        }
        town.world.advance_to(next_at(town.world.now()));
    }
    let asked = town.world.take_asked().into_iter();
    let mut asked: Vec<String> =
        asked.map(|(_, action, key): (_, Action, InstanceKey)| format!("{} {key}", action.as_str())).collect();
    let told = town.log().into_iter().filter_map(|line| line.split_once("chat: ").map(|(_, text)| text.to_owned()));
    let mut told: Vec<String> = told.filter(|text| !text.contains("done, ")).collect();
    // Schedules are worked on side by side, or one after the other: each by itself, in its order.
    let owner = |text: &String| {
        ["S", "T", "U"]
            .into_iter()
            .find(|name| text.contains(&format!("i-A{name}")) || text.contains(&format!("i-B{name}")))
    };
    asked.sort_by_key(owner);
    told.sort_by_key(owner);
    (asked, told)
}

#[test]
fn a_day_through_the_queue_is_the_day_of_one_tick_over_everything() {
    let (asked, told) = day(false);
    assert!(asked.len() >= 13 && told.len() >= 12, "{asked:#?} {told:#?}");
    assert_eq!(day(true), (asked, told));
}

#[test]
fn a_tick_over_a_part_leaves_all_others_alone() {
    let town = town(&["S", "T"], "2026-11-24 09:00");
    let report = tick_over(&town, "S Gone").unwrap();
    assert_eq!((report.schedules, report.started), (1, 2));
    assert_eq!(town.state("ec2/i-AT"), "stopped");
    assert!(!town.world.items(Table::Run).iter().any(|item| item["ScheduleName"] == "T"));
}

/// A store in which other ticks run from beginning to end just after this one has read what is remembered.
struct Racing<'a> {
    town: &'a Town,
    others: &'a [&'a str],
    has_raced: AtomicBool,
}

impl Store for Racing<'_> {
    async fn scan(&self, table: Table) -> Result<Vec<Item>, StoreError> {
        self.town.world.scan(table).await
    }

    async fn runs(&self, keys: &[(String, String)]) -> Result<Vec<Item>, StoreError> {
        let items = self.town.world.runs(keys).await;
        if !self.has_raced.swap(true, Ordering::Relaxed) {
            for other in self.others {
                tick_over(self.town, other).unwrap();
            }
        }
        items
    }

    async fn put_run(&self, item: Item, expected_version: Option<u64>) -> Result<(), StoreError> {
        self.town.world.put_run(item, expected_version).await
    }

    async fn lower_flag(&self, schedule: &ScheduleName, flag: Action) -> Result<(), StoreError> {
        self.town.world.lower_flag(schedule, flag).await
    }

    async fn raise_flag(&self, schedule: &ScheduleName, flag: Action) -> Result<(), StoreError> {
        self.town.world.raise_flag(schedule, flag).await
    }

    async fn put_exception(&self, item: Item, expected: Option<&Item>) -> Result<(), StoreError> {
        self.town.world.put_exception(item, expected).await
    }

    async fn delete_exception(&self, item: &Item) -> Result<(), StoreError> {
        self.town.world.delete_exception(item).await
    }

    async fn put(&self, table: Table, item: Item) -> Result<(), StoreError> {
        self.town.world.put(table, item).await
    }
}

fn raced(town: &Town, names: &str, others: &[&str]) -> Report {
    let world: &World = &town.world;
    let store = Racing { town, others, has_raced: AtomicBool::new(false) };
    let ports = Ports { store: &store, fleet: world, chat: world, clock: world, journal: world };
    pollster::block_on(tick::run(&ports, &options_for(town, names))).unwrap()
}

/// The lines of chat about instances in groups that are not there.
fn misfits(town: &Town) -> Vec<String> {
    town.log().into_iter().filter(|line| line.contains("chat: problems")).collect()
}

#[test]
fn batches_at_once_tell_each_of_its_own_problems_once() {
    let town = town(&["S", "T", "U"], "2026-11-24 09:00");
    for name in ["S", "T", "U"] {
        put_machine(&town, name, &format!("nowhere-{name}"));
    }
    let report = raced(&town, "S", &["T", "U"]);
    assert_eq!(report.untold, 0);
    let told = misfits(&town);
    assert_eq!(told.len(), 3, "{told:#?}");
    for name in ["S", "T", "U"] {
        let about = told.iter().filter(|line| line.contains(&format!("nowhere-{name}"))).count();
        assert_eq!(about, 1, "{name}: {told:#?}");
    }
    // Nobody has taken another's for mended: at the next transition all of them are still told.
    town.world.advance_to(town.at("2026-11-24 22:00"));
    for name in ["S", "T", "U"] {
        tick_over(&town, name).unwrap();
    }
    assert_eq!(misfits(&town), [""; 0]);
}

#[test]
fn the_same_batch_twice_at_once_tells_once() {
    let town = town(&["S"], "2026-11-24 09:00");
    put_machine(&town, "S", "nowhere");
    raced(&town, "S", &["S"]);
    assert_eq!(misfits(&town).len(), 1);
}

#[test]
fn a_tick_that_died_while_it_told_holds_a_batch_off_for_its_lease_only() {
    let town = town(&["S"], "2026-11-24 09:00");
    put_machine(&town, "S", "nowhere");
    let lease = Lease { owner: "dead".to_owned(), until_at: town.at("2026-11-24 09:02") };
    let notebook = crate::model::Notebook { version: 1, lease: Some(lease), ..Default::default() };
    town.world.put_item(Table::Run, document::notebook_item(&notebook));
    let report = tick_over(&town, "S").unwrap();
    let told = misfits(&town);
    assert_eq!((told.len(), report.untold), (1, 0), "{told:#?}");
    assert!(told[0].starts_with("09:02:"), "{told:#?}");
}
