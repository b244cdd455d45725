//! Days on which something goes wrong in the middle: edits, orders and crashes at the worst moment.

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::model::InstanceState;
use crate::ports::{Item, StoreError, Table};

fn exception(kind: &str, value: &str) -> String {
    CHAIN.replace(
        "ServerGroups",
        &format!(
            "Exceptions: [{{ExceptionUuid: x, ExceptionDate: 2026-11-23, ExceptionType: {kind}, ExceptionValue: {value}}}]\nServerGroups"
        ),
    )
}

fn count(lines: &[String], words: &str) -> usize {
    lines.iter().filter(|line| line.contains(words)).count()
}

/// A store that goes on after something else has happened at a given moment.
struct Meddled<'a, F> {
    world: &'a World,
    before: &'a str,
    meddle: F,
    is_over: AtomicBool,
}

impl<'a, F: Fn() -> Result<(), StoreError> + Sync> Meddled<'a, F> {
    fn new(world: &'a World, before: &'a str, meddle: F) -> Self {
        Self { world, before, meddle, is_over: AtomicBool::new(false) }
    }

    fn reaches(&self, moment: &str) -> Result<(), StoreError> {
        let is_first = moment == self.before && !self.is_over.swap(true, Ordering::Relaxed);
        if is_first { (self.meddle)() } else { Ok(()) }
    }
}

impl<F: Fn() -> Result<(), StoreError> + Sync> Store for Meddled<'_, F> {
    async fn scan(&self, table: Table) -> Result<Vec<Item>, StoreError> {
        let items = self.world.scan(table).await;
        if table == Table::Exception {
            self.reaches("after the tables are read")?;
        }
        items
    }

    async fn runs(&self, keys: &[(String, String)]) -> Result<Vec<Item>, StoreError> {
        self.world.runs(keys).await
    }

    async fn put_run(&self, item: Item, expected_version: Option<u64>) -> Result<(), StoreError> {
        if expected_version.is_none() {
            self.reaches("history")?;
        }
        self.world.put_run(item, expected_version).await
    }

    async fn lower_flag(&self, schedule: &ScheduleName, flag: Action) -> Result<(), StoreError> {
        self.reaches("lower")?;
        self.world.lower_flag(schedule, flag).await
    }

    async fn raise_flag(&self, schedule: &ScheduleName, flag: Action) -> Result<(), StoreError> {
        self.world.raise_flag(schedule, flag).await
    }

    async fn put_exception(&self, item: Item, expected: Option<&Item>) -> Result<(), StoreError> {
        self.world.put_exception(item, expected).await
    }

    async fn delete_exception(&self, item: &Item) -> Result<(), StoreError> {
        self.world.delete_exception(item).await
    }

    async fn put(&self, table: Table, item: Item) -> Result<(), StoreError> {
        self.world.put(table, item).await
    }
}

fn meddled_tick(town: &Town, before: &str, meddle: impl Fn() -> Result<(), StoreError> + Sync) {
    let store = Meddled::new(&town.world, before, meddle);
    let world = &town.world;
    let ports = Ports { store: &store, fleet: world, chat: world, clock: world, journal: world };
    let options = Options { settle: Duration::zero(), ..town.options("meddled") };
    _ = pollster::block_on(run(&ports, &options));
    assert!(store.is_over.into_inner(), "the moment `{before}` never came");
}

/// A chain on a Monday evening with an order to start that cannot be finished.
fn stuck_order() -> Town {
    let town = chain_running("2026-11-23 21:30");
    town.set_state("ec2/c", InstanceState::Stopped);
    town.fail(Action::Start, "ec2/c", FailureKind::Capacity, "InsufficientInstanceCapacity", "2026-11-25 00:00");
    town.edit("ForceStart", true);
    town.run_until("2026-11-23 21:55");
    town.world.advance_to(town.at("2026-11-23 22:00"));
    town
}

#[test]
fn a_flag_that_another_tick_has_lowered_meanwhile_is_not_obeyed_again() {
    let town = stuck_order();
    meddled_tick(&town, "after the tables are read", || {
        town.tick().unwrap();
        Ok(())
    });
    town.run_until("2026-11-23 22:30");
    assert_eq!(town.state("rds/db"), "stopped");
}

#[test]
fn a_flag_that_cannot_be_lowered_or_a_death_there_does_not_lose_the_stop() {
    let town = stuck_order();
    meddled_tick(&town, "lower", || {
        Err(StoreError::Other { table: "Schedule".to_owned(), message: "the tick dies here".to_owned() })
    });
    town.run_until("2026-11-23 22:30");
    assert_eq!((town.state("rds/db"), town.schedule_item("ForceStart")), ("stopped".to_owned(), false.into()));
}

#[test]
fn c6_an_extension_in_the_last_second_counts() {
    // The tables are read, then somebody extends: just before ten, and when the stop is due already.
    for seconds_before in [2, 0] {
        let town = chain_running("2026-11-23 21:50");
        town.world.advance_to(town.at("2026-11-23 22:00") - Duration::seconds(seconds_before));
        meddled_tick(&town, "after the tables are read", || {
            town.put_file(&exception("stop", "23:00"));
            town.world.advance_to(town.at("2026-11-23 22:00"));
            Ok(())
        });
        let lines = town.run_until("2026-11-23 22:49");
        assert_eq!(town.state("ec2/c"), "running", "{seconds_before}");
        assert_eq!(count(&lines, "chat: extended to Mon 23:00"), 1, "{lines:#?}");
        let lines = town.run_until("2026-11-23 23:30");
        assert_eq!(count(&lines, "chat: stops at Mon 23:00"), 1, "{lines:#?}");
        assert_eq!(town.state("rds/db"), "stopped", "{seconds_before}");
    }
}

#[test]
fn t10_an_old_warning_does_not_count() {
    // Warned at 21:50, disabled, enabled in the morning: people are warned again.
    let town = chain_running("2026-11-23 21:52");
    town.edit("Enabled", false);
    town.run_until("2026-11-24 08:00");
    town.edit("Enabled", true);
    let lines = town.run_until("2026-11-24 09:00");
    assert!(lines[0].contains("08:05:00 chat: stops at Tue 08:15") || lines[0].contains("warning"), "{lines:#?}");
    assert_eq!(count(&lines, "08:15:00 stop C ec2/c"), 1, "{lines:#?}");
}

#[test]
fn t10_the_time_that_people_were_told_holds() {
    // Warned late, and so the stop waits; then the lead is made shorter, or no warning is wanted any more.
    for lead in [2, 0] {
        let town = chain_running("2026-11-23 21:45");
        town.world.advance_to(town.at("2026-11-23 22:03"));
        town.tick().unwrap();
        town.edit("StopWarningMinutes", lead);
        let lines = town.run_until("2026-11-23 22:30");
        assert_eq!(count(&lines, "22:03:00 chat: stops at Mon 22:13"), 1, "{lines:#?}");
        assert_eq!(count(&lines, "22:15:00 stop C ec2/c"), 1, "{lead}: {lines:#?}");
    }
}

#[test]
fn t10_a_stop_that_comes_back_after_an_order_is_warned_of_anew() {
    let town = chain_running("2026-11-23 21:30");
    town.fail(Action::Stop, "rds/db", FailureKind::Denied, "UnauthorizedOperation", "2026-11-23 22:20");
    town.run_until("2026-11-23 22:10");
    town.edit("ForceStart", true);
    town.tick().unwrap();
    town.edit("ForceStart", false);
    let lines = town.run_until("2026-11-23 22:50");
    let at = |words: &str| lines.iter().position(|line| line.contains(words));
    let warned = at("chat: stops at Mon 22:2");
    assert!(warned.is_some() && warned < at("stop C ec2/c"), "{lines:#?}");
    assert_eq!(town.state("rds/db"), "stopped");
}

#[test]
fn c1_a_stop_that_is_moved_and_near_is_warned_of_once() {
    let town = chain_running("2026-11-23 21:56");
    town.edit("StopWarningMinutes", 40);
    town.put_file(&exception("stop", "22:30").replace("ForceStart", "StopWarningMinutes: 40, ForceStart"));
    let lines = town.run_until("2026-11-23 22:15");
    assert_eq!((count(&lines, "chat: extended to"), count(&lines, "chat: stops at Mon 22:30")), (1, 1), "{lines:#?}");
}

#[test]
fn t8_a_run_that_finds_nobody_waits_for_them() {
    // The tag of the schedule is mistyped when its start is due, and mended after it; and the same with its stop.
    for (from, mended_at, until, mistyped_at, state) in [
        ("2026-11-23 09:00", "2026-11-23 09:40", "2026-11-23 10:00", "09:25", "running"),
        ("2026-11-23 12:00", "2026-11-23 22:10", "2026-11-23 22:40", "21:45", "stopped"),
    ] {
        let town = if state == "running" { chain(from) } else { chain_running(from) };
        town.run_until(&format!("2026-11-23 {mistyped_at}"));
        town.edit("TagValue", "Somebody");
        town.run_until(mended_at);
        town.edit("TagValue", "S");
        let lines = town.run_until(until);
        assert_eq!((town.state("rds/db").as_str(), town.state("ec2/c").as_str()), (state, state), "{lines:#?}");
        // Nobody was told of the stop while the tag was wrong: it is warned of.
        assert_eq!(count(&lines, "chat: stops at Mon 22:2"), usize::from(state == "stopped"), "{lines:#?}");
    }
}

#[test]
fn t9_enforce_holds_while_a_run_is_unfinished() {
    // The database cannot be stopped, so the stop never ends; somebody starts C again.
    let town = chain_running("2026-11-23 21:30");
    town.edit("Enforce", true);
    town.fail(Action::Stop, "rds/db", FailureKind::Denied, "UnauthorizedOperation", "2026-11-26 00:00");
    town.run_until("2026-11-23 22:30");
    town.set_state("ec2/c", InstanceState::Running);
    let lines = town.run_until("2026-11-23 23:00");
    let at = |words: &str| lines.iter().position(|line| line.contains(words));
    assert!(
        at("chat: stops at Mon 22:45").is_some() && at("chat: stops at Mon 22:45") < at("stop C ec2/c"),
        "{lines:#?}"
    );
    assert_eq!((town.state("ec2/c").as_str(), town.state("rds/db").as_str()), ("stopped", "running"));
}

#[test]
fn t10_what_an_unfinished_stop_had_stopped_is_warned_of_again() {
    // Nobody starts anything; the database cannot be stopped, and C is started by hand on the next day.
    let town = chain_running("2026-11-23 12:00");
    town.edit("StartTime", "None");
    town.fail(Action::Stop, "rds/db", FailureKind::Denied, "UnauthorizedOperation", "2026-11-26 00:00");
    town.run_until("2026-11-24 12:00");
    town.set_state("ec2/c", InstanceState::Running);
    let lines = town.run_until("2026-11-24 22:30");
    assert_eq!(count(&lines, "21:50:00 chat: stops at Tue 22:00 (C: c)"), 1, "{lines:#?}");
    assert_eq!(count(&lines, "22:00:00 stop C ec2/c"), 1, "{lines:#?}");
}

#[test]
fn t8_a_start_that_was_called_off_by_disabling_goes_on_when_enabled_again() {
    let town = chain("2026-11-23 09:30");
    town.slow_down("rds/db", "A", 5);
    town.tick().unwrap();
    town.edit("Enabled", false);
    town.run_until("2026-11-23 09:50");
    assert_eq!(town.state("ec2/c"), "stopped");
    town.edit("Enabled", true);
    town.run_until("2026-11-23 10:10");
    assert_eq!(town.state("ec2/c"), "running");
}

#[test]
fn t8_a_start_taken_out_of_the_timetable_is_called_off() {
    let town = chain("2026-11-20 22:00");
    town.run_until("2026-11-23 09:25");
    town.slow_down("rds/db", "A", 10);
    town.world.advance_to(town.at("2026-11-23 09:30"));
    town.tick().unwrap();
    town.put_file(&exception("start", "None"));
    let lines = town.run_until("2026-11-23 12:00");
    assert_eq!(count(&lines, "end=cancelled"), 1, "{lines:#?}");
    assert_eq!(town.state("ec2/c"), "stopped");
}

#[test]
fn o1_a_start_that_aws_refuses_for_good_holds_what_needs_it() {
    let town = chain("2026-11-23 09:30");
    town.fail(Action::Start, "rds/db", FailureKind::Refused, "UnsupportedOperation", "2026-11-25 00:00");
    let lines = town.run_until("2026-11-23 12:00");
    assert_eq!(count(&lines, "chat: start failed A: db UnsupportedOperation for good"), 1, "{lines:#?}");
    assert_eq!((count(&lines, "start B"), count(&lines, "start done")), (0, 0), "{lines:#?}");
    // Somebody starts it by hand: the rest follows.
    town.set_state("rds/db", InstanceState::Running);
    town.run_until("2026-11-23 12:30");
    assert_eq!(town.state("ec2/c"), "running");
}

#[test]
fn t9_enforce_is_calm() {
    // Told what would be done: once, not on every tick.
    let town = chain("2026-11-23 09:30");
    town.edit("Enforce", true);
    town.edit("Mode", "notify");
    assert_eq!(count(&town.run_until("2026-11-23 12:00"), "would start"), 1);
    // A stop that AWS refuses for good is not tried, told and warned of again and again.
    let town = chain_running("2026-11-23 21:45");
    town.edit("Enforce", true);
    town.fail(Action::Stop, "ec2/c", FailureKind::Refused, "OperationNotPermitted", "2026-11-25 00:00");
    let lines = town.run_until("2026-11-24 08:00");
    assert_eq!((count(&lines, "stops at"), count(&lines, "failed C")), (1, 2), "{lines:#?}");
    // A window made longer afterwards: what runs in it is not stopped.
    let town = chain("2026-11-23 09:30");
    town.edit("Enforce", true);
    town.run_until("2026-11-23 22:30");
    town.put_file(&exception("stop", "26:00").replace("ForceStart", "Enforce: true, ForceStart"));
    town.set_state("ec2/c", InstanceState::Running);
    assert_eq!(count(&town.run_until("2026-11-24 01:40"), "stops at"), 0);
}

#[test]
fn o4_a_failure_that_changes_its_face_is_told_once_each() {
    let town = chain("2026-11-23 09:30");
    for minute in (30..58).step_by(2) {
        let code = if minute % 4 == 0 { "InternalFailure" } else { "InsufficientInstanceCapacity" };
        town.fail(Action::Start, "rds/db", FailureKind::Other, code, &format!("2026-11-23 09:{minute}"));
    }
    let lines = town.run_until("2026-11-23 09:57");
    assert_eq!(count(&lines, "chat: start failed"), 2, "{lines:#?}");
}

#[test]
fn a_history_that_cannot_be_written_costs_no_message_twice() {
    let town = chain("2026-11-23 09:30");
    town.slow_down("ec2/c", "C", 5);
    town.run_until("2026-11-23 09:33");
    let deny = || Err(StoreError::Denied { table: "ScheduleRun".to_owned(), message: "no".to_owned() });
    town.world.advance_to(town.at("2026-11-23 09:38"));
    meddled_tick(&town, "history", deny);
    let mut lines = town.log();
    assert_eq!(count(&lines, "start done"), 1, "{lines:#?}");
    lines.extend(town.run_until("2026-11-23 10:00"));
    assert_eq!(count(&lines, "start done"), 1, "{lines:#?}");
    assert!(town.world.items(Table::Run).iter().any(|item| item.get("End") == Some(&"done".into())));
}

#[test]
fn a_damaged_notebook_is_written_anew() {
    let town = chain_running("2026-11-23 12:00");
    let damaged =
        serde_json::json!({"ScheduleName": "@lamplighter", "RunId": "@told", "Version": 7, "Told": "nothing"});
    town.world.put_item(Table::Run, damaged.as_object().unwrap().clone());
    town.put_file("Schedule: {ScheduleName: Bad, TagValue: Bad, DaysActive: weekdys, Enabled: true, StartTime: 9:00, StopTime: 22:00}");
    let lines = town.run_until("2026-11-23 13:00");
    assert_eq!((count(&lines, "chat: problems"), count(&lines, "weekdys")), (1, 2), "{lines:#?}");
}

#[test]
fn a8_what_a_dead_tick_has_started_is_told_even_if_the_run_ends() {
    // The run is called off, or an order takes its place.
    for (attribute, value) in [("Enabled", false), ("ForceStop", true)] {
        let town = chain("2026-11-23 09:30");
        crash::tick_that_dies(&town, true);
        town.edit(attribute, value);
        let lines = town.run_until("2026-11-23 10:00");
        assert_eq!(count(&lines, "chat: start A: db"), 1, "{attribute}: {lines:#?}");
    }
}

#[test]
fn t9_what_is_started_by_hand_during_a_long_stop_is_left_and_not_talked_about() {
    let town = chain_running("2026-11-23 21:45");
    town.fail(Action::Stop, "rds/db", FailureKind::Other, "InternalFailure", "2026-11-24 09:00");
    town.run_until("2026-11-24 02:00");
    town.set_state("ec2/c", InstanceState::Running);
    let lines = town.run_until("2026-11-24 06:00");
    assert_eq!((count(&lines, "stops at"), count(&lines, "slow")), (0, 0), "{lines:#?}");
    assert_eq!(town.state("ec2/c"), "running");
}

#[test]
fn t10_a_stop_that_lasts_all_night_is_warned_of_once() {
    let town = chain_running("2026-11-23 21:45");
    town.fail(Action::Stop, "rds/db", FailureKind::Other, "InternalFailure", "2026-11-24 09:00");
    // It runs whatever happens, and is nobody's business.
    let tag = crate::model::TagValue::new("S").unwrap();
    let mut auto = crate::memory::Machine::new("ec2/auto".parse().unwrap(), tag, None);
    auto.instance.refusal = Some(crate::model::Refusal::AutoScaling("asg-1".to_owned()));
    auto.instance.state = InstanceState::Running;
    town.world.put_machine(auto);
    let lines = town.run_until("2026-11-24 08:00");
    assert_eq!((count(&lines, "stops at"), count(&lines, "chat: stop failed")), (1, 1), "{lines:#?}");
}

#[test]
fn both_flags_at_once_leave_the_timetable_in_force() {
    let town = chain_running("2026-11-23 21:00");
    town.edit("ForceStart", true);
    town.edit("ForceStop", true);
    town.run_until("2026-11-23 22:30");
    assert_eq!(town.state("rds/db"), "stopped");
}

#[test]
fn notify_in_the_middle_of_a_start_tells_only_what_is_left() {
    let town = chain("2026-11-23 09:30");
    town.slow_down("rds/db", "A", 5);
    town.tick().unwrap();
    town.edit("Mode", "notify");
    let lines = town.run_until("2026-11-23 10:00");
    assert!(lines.iter().any(|line| line.ends_with("chat: would start B: b1 b2, C: c")), "{lines:#?}");
}
