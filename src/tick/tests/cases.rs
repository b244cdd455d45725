//! Days on which earlier schedulers went wrong: outages, midnight, slow chains, orders, other rhythms of ticks (rules T8, T10, T11).

use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, Duration};

use super::*;
use crate::model::{Channel, Notice};
use crate::ports::ChatError;

/// The chain with other times.
fn chain_of(start: &str, stop: &str, at: &str) -> Town {
    let file = CHAIN.replace("StartTime: 09:30", &format!("StartTime: '{start}'"));
    Town::new(&file.replace("StopTime: 22:00", &format!("StopTime: '{stop}'")), &CHAIN_MACHINES, at)
}

fn except(town: &Town, date: &str, kind: &str, value: &str) {
    let exception = format!(
        "Exceptions: [{{ExceptionUuid: x, ExceptionDate: {date}, ExceptionType: {kind}, ExceptionValue: '{value}'}}]"
    );
    town.put_file(&CHAIN.replace("ServerGroups", &format!("{exception}\nServerGroups")));
}

/// Ticks so many seconds apart, each so long after the full stretch, until a local time; no others.
fn rhythm(town: &Town, every: i64, after: i64, until: &str) -> Vec<String> {
    let until_at = town.at(until);
    while town.world.now() <= until_at {
        town.tick().unwrap();
        let passed = (town.world.now().timestamp() - after) / every;
        town.world.advance_to(DateTime::from_timestamp((passed + 1) * every + after, 0).unwrap());
    }
    town.log()
}

fn find<'a>(lines: &'a [String], words: &str) -> Vec<&'a str> {
    lines.iter().map(String::as_str).filter(|line| line.contains(words)).collect()
}

#[test]
fn t8_a_start_found_late_is_done() {
    // An outage of a minute, of nine minutes (lights-off drops that), of more than an hour, of most of the day.
    for late in ["09:31", "09:39", "10:45", "21:30"] {
        let town = chain("2026-11-23 09:20");
        assert_eq!(find(&town.run_until("2026-11-23 09:24"), "start"), Vec::<&str>::new());
        town.world.advance_to(town.at(&format!("2026-11-23 {late}")));
        let lines = town.run_until(&format!("2026-11-23 {late}"));
        assert_eq!(
            find(&lines, " start A"),
            [format!("{late}:00 start A rds/db"), format!("{late}:00 chat: start A: db")]
        );
        town.run_until("2026-11-23 21:45");
        assert_eq!(town.state("ec2/c"), "running", "{late}");
    }
}

#[test]
fn t8_a_stop_found_late_is_done() {
    for late in ["22:01", "22:09", "23:30"] {
        let town = chain_running("2026-11-23 21:54");
        assert_eq!(town.run_and_find("2026-11-23 21:54", "stop C"), Vec::<String>::new());
        // Warned of in time, so it waits no longer.
        town.world.advance_to(town.at(&format!("2026-11-23 {late}")));
        let lines = town.run_until("2026-11-24 00:00");
        if late == "23:30" {
            // An old warning does not count (rule T10).
            assert_eq!(find(&lines, " stop C"), ["23:40:00 stop C ec2/c", "23:40:00 chat: stop C: c"]);
        } else {
            assert_eq!(
                find(&lines, " stop C"),
                [format!("{late}:00 stop C ec2/c"), format!("{late}:00 chat: stop C: c")]
            );
        }
        assert_eq!(town.state("rds/db"), "stopped", "{late}");
    }
}

#[test]
fn t8_of_two_transitions_due_at_once_the_last_is_done() {
    // lights-off does neither. The night's stop and the morning's start: all is up already, and nothing is touched.
    let town = chain_running("2026-11-23 21:00");
    town.world.advance_to(town.at("2026-11-24 10:00"));
    assert_ne!(town.world.take_asked().len(), 0);
    assert_eq!(town.run_and_find("2026-11-24 12:00", "chat"), Vec::<String>::new());
    assert_eq!((town.world.take_asked().len(), town.state("ec2/c")), (0, "running".to_owned()));
    // The day's start and its stop: nothing is started for nothing.
    let town = chain("2026-11-23 09:00");
    town.run_until("2026-11-23 09:00");
    town.world.advance_to(town.at("2026-11-23 23:00"));
    assert_eq!(town.run_and_find("2026-11-24 09:00", "chat"), Vec::<String>::new());
    assert_eq!((town.world.take_asked().len(), town.state("ec2/c")), (0, "stopped".to_owned()));
}

#[test]
fn t8_an_hourly_tick_at_half_a_minute_to_sees_the_full_hour_at_the_next() {
    let town = chain_of("10:00", "22:00", "2026-11-23 08:59");
    town.world.advance_to(town.at("2026-11-23 08:59") + Duration::seconds(30));
    let lines = rhythm(&town, 3600, 3570, "2026-11-23 14:00");
    let started = find(&lines, " start A rds/db");
    assert_eq!(started.len(), 1, "{lines:#?}");
    assert!(started[0] <= "10:59:31" && started[0] >= "10:00:00", "{lines:#?}");
    assert_eq!(town.state("ec2/c"), "running");
    let lines = rhythm(&town, 3600, 3570, "2026-11-24 03:00");
    let (warned, stopped) = (find(&lines, "chat: stops at"), find(&lines, " stop C ec2/c"));
    assert_eq!((warned.len(), stopped.len()), (1, 1), "{lines:#?}");
    assert!(warned[0] < stopped[0] && stopped[0] >= "22:00:00", "{lines:#?}");
    assert_eq!(town.state("rds/db"), "stopped");
}

#[test]
fn t8_a_force_order_replaces_an_unfinished_run() {
    let town = chain("2026-11-23 09:30");
    town.fail(Action::Start, "ec2/b2", FailureKind::Capacity, "InsufficientInstanceCapacity", "2026-11-25 00:00");
    town.run_until("2026-11-23 10:00");
    town.edit("ForceStop", true);
    let lines = town.run_until("2026-11-23 10:30");
    assert_eq!(find(&lines, " stop A rds/db").len(), 1, "{lines:#?}");
    assert_eq!(find(&lines, "run_done action=stop end=done").len(), 1, "{lines:#?}");
    assert_eq!(town.schedule_item("ForceStop"), false);
    let runs = town.world.items(Table::Run);
    let ends: Vec<_> =
        runs.iter().filter_map(|run| Some((run.get("Cause")?.as_str()?, run.get("End")?.as_str()?))).collect();
    assert_eq!(ends, [("timetable", "replaced"), ("force", "done")]);
    // The start is over: it is not taken up again.
    let lines = town.run_until("2026-11-23 21:45");
    assert_eq!(find(&lines, "start"), Vec::<&str>::new(), "{lines:#?}");
    assert_eq!((town.state("rds/db"), town.state("ec2/b1")), ("stopped".to_owned(), "stopped".to_owned()));
}

#[test]
fn t8_a_force_start_replaces_an_unfinished_stop() {
    let town = chain_running("2026-11-23 21:45");
    town.fail(Action::Stop, "rds/db", FailureKind::Other, "InternalFailure", "2026-11-25 00:00");
    town.run_until("2026-11-23 22:20");
    assert_eq!((town.state("rds/db"), town.state("ec2/c")), ("running".to_owned(), "stopped".to_owned()));
    town.edit("ForceStart", true);
    let lines = town.run_until("2026-11-24 09:00");
    assert_eq!(find(&lines, "chat: start C"), ["22:26:00 chat: start C: c until Tue 22:00"]);
    assert_eq!(find(&lines, "stop failed"), Vec::<&str>::new(), "{lines:#?}");
    assert_eq!((town.state("rds/db"), town.state("ec2/c")), ("running".to_owned(), "running".to_owned()));
}

#[test]
fn t8_retries_do_not_end_at_midnight() {
    let town = chain_of("09:30", "23:50", "2026-11-23 09:30");
    town.run_until("2026-11-23 23:45");
    town.fail(Action::Stop, "ec2/c", FailureKind::Other, "InternalFailure", "2026-11-24 00:04");
    let lines = town.run_until("2026-11-24 00:30");
    assert_eq!(find(&lines, "chat: stop failed"), ["23:50:00 chat: stop failed C: c InternalFailure"]);
    let stopped = find(&lines, " stop C ec2/c");
    assert_eq!(stopped.len(), 1, "{lines:#?}");
    assert!(("00:04:00".."00:15:00").contains(&stopped[0]), "{lines:#?}");
    assert_eq!(town.state("rds/db"), "stopped");
}

#[test]
fn t8_a_chain_goes_on_after_midnight_and_for_longer_than_an_hour() {
    // The start, how long the database takes, when the last one is up.
    for (start, minutes, from, until) in [
        ("23:30", 45, "2026-11-23 23:30", "2026-11-24 00:20"),
        ("09:30", 59, "2026-11-23 09:30", "2026-11-23 10:35"),
        ("09:30", 150, "2026-11-23 09:30", "2026-11-23 12:05"),
    ] {
        let town = chain_of(start, "06:00", from);
        town.slow_down("rds/db", "A", minutes);
        let lines = town.run_until(until);
        assert_eq!(find(&lines, "run_done").len(), 1, "{lines:#?}");
        assert_eq!(find(&lines, "run_done action=start end=done").len(), 1, "{lines:#?}");
        assert_eq!(find(&lines, " start ").iter().filter(|line| !line.contains("chat")).count(), 4, "{lines:#?}");
        assert_eq!(town.state("ec2/c"), "running");
    }
}

#[test]
fn t8_midnight_in_the_middle_of_a_tick_makes_no_second_date() {
    for days in ["mon", "all"] {
        let town = chain_of("23:59", "06:00", "2026-11-23 23:50");
        town.edit("DaysActive", days);
        town.run_until("2026-11-23 23:50");
        assert_eq!(town.world.take_asked().len(), 0);
        town.world.advance_to(town.at("2026-11-23 23:59") + Duration::seconds(40));
        town.tick().unwrap();
        assert!(town.world.now() > town.at("2026-11-24 00:00"), "the tick is to last beyond midnight");
        let lines = town.run_until("2026-11-24 05:45");
        let asked: Vec<String> = town.world.take_asked().into_iter().map(|(_, _, key)| key.to_string()).collect();
        assert_eq!(asked, ["rds/db", "ec2/b1", "ec2/b2", "ec2/c"]);
        assert_eq!(find(&lines, "run_done").len(), 1, "{lines:#?}");
        let lines = town.run_until("2026-11-24 06:30");
        assert_eq!(find(&lines, "run_done action=stop end=done").len(), 1, "{lines:#?}");
    }
}

#[test]
fn t8_an_hour_that_comes_twice_starts_once() {
    let file = CHAIN.replace("DaysActive: weekdays", "DaysActive: all, Timezone: America/New_York");
    let file = file.replace("StartTime: 09:30", "StartTime: '01:30'").replace("StopTime: 22:00", "StopTime: None");
    // Half past one comes at 14:30 and at 15:30 of Seoul.
    let town = Town::new(&file, &CHAIN_MACHINES, "2026-11-01 14:00");
    // What was due before: the day before's start.
    town.run_until("2026-11-01 14:20");
    town.set_state("ec2/c", InstanceState::Stopped);
    let lines = town.run_until("2026-11-01 15:00");
    assert_eq!(find(&lines, " start C ec2/c"), ["14:30:00 start C ec2/c"], "{lines:#?}");
    town.set_state("ec2/c", InstanceState::Stopped);
    assert_eq!(town.run_until("2026-11-01 17:00"), Vec::<String>::new());
}

#[test]
fn t3_a_holiday_does_not_skip_the_stop() {
    let town = chain("2026-11-23 08:00");
    except(&town, "2026-11-23", "start", "None");
    assert_eq!(find(&town.run_until("2026-11-23 12:00"), "start"), Vec::<&str>::new());
    for id in ["rds/db", "ec2/c"] {
        town.set_state(id, InstanceState::Running);
    }
    let lines = town.run_until("2026-11-23 22:30");
    assert_eq!(find(&lines, "chat: stops at"), ["21:50:00 chat: stops at Mon 22:00 (A: db, C: c)"]);
    assert_eq!((town.state("rds/db"), town.state("ec2/c")), ("stopped".to_owned(), "stopped".to_owned()));
}

#[test]
fn t3_a_start_equal_to_the_stop_does_not_flap() {
    for (kind, value) in [("start", "22:00"), ("stop", "9:30")] {
        for is_up in [true, false] {
            let town = chain("2026-11-21 08:00");
            except(&town, "2026-11-23", kind, value);
            town.run_until("2026-11-22 08:00");
            let state = if is_up { InstanceState::Running } else { InstanceState::Stopped };
            for id in ["rds/db", "ec2/b1", "ec2/b2", "ec2/c"] {
                town.set_state(id, state.clone());
            }
            assert_eq!(town.world.take_asked().len(), 0);
            assert_eq!(town.run_until("2026-11-24 09:00"), Vec::<String>::new(), "{kind} {is_up}");
            assert_eq!(town.world.take_asked().len(), 0);
        }
    }
}

#[test]
fn t10_one_warning_a_stop_at_any_rhythm() {
    // minutes between ticks, when it is warned of, when it stops: fifteen minutes apart, the warning comes late and the
    // stop waits for it.
    for (minutes, warned, stopped) in [
        (1, "21:50:00 chat: stops at Mon 22:00 (A: db, B: b1 b2, C: c)", "22:00:00 stop C ec2/c"),
        (2, "21:50:00 chat: stops at Mon 22:00 (A: db, B: b1 b2, C: c)", "22:00:00 stop C ec2/c"),
        (5, "21:50:00 chat: stops at Mon 22:00 (A: db, B: b1 b2, C: c)", "22:00:00 stop C ec2/c"),
        (15, "22:00:00 chat: stops at Mon 22:10 (A: db, B: b1 b2, C: c)", "22:15:00 stop C ec2/c"),
    ] {
        let town = chain_running("2026-11-23 20:59");
        let lines = rhythm(&town, minutes * 60, 0, "2026-11-24 00:00");
        assert_eq!(find(&lines, "chat: stops at"), [warned], "{minutes} minutes");
        assert_eq!(find(&lines, " stop C ec2/c"), [stopped], "{minutes} minutes");
        assert_eq!(town.state("rds/db"), "stopped", "{minutes} minutes");
    }
}

#[test]
fn t10_a_stop_after_midnight_is_warned_of_before_it() {
    let town = chain_of("09:30", "00:05", "2026-11-23 09:30");
    town.run_until("2026-11-23 23:45");
    let lines = town.run_until("2026-11-24 00:30");
    assert_eq!(find(&lines, "chat: stops at"), ["23:55:00 chat: stops at Tue 00:05 (A: db, B: b1 b2, C: c)"]);
    assert_eq!(find(&lines, " stop C ec2/c"), ["00:05:00 stop C ec2/c"]);
}

/// A chat that takes nothing and counts what it is asked.
struct Deaf(AtomicUsize);

impl Chat for Deaf {
    async fn tell(&self, notice: &Notice, _: &[Channel], _: Duration) -> Result<(), ChatError> {
        assert!(matches!(notice, Notice::Warning { .. }), "{notice:?}");
        self.0.fetch_add(1, Ordering::Relaxed);
        Err(ChatError::Unavailable("nobody hears".to_owned()))
    }
}

#[test]
fn t10_a_warning_that_chat_does_not_accept_is_tried_again_on_each_tick() {
    let town = chain_running("2026-11-23 21:48");
    let deaf = Deaf(AtomicUsize::new(0));
    let world = &town.world;
    let ports = Ports { store: world, fleet: world, chat: &deaf, clock: world, journal: world };
    let mut tries = Vec::new();
    for minute in 50..54 {
        world.advance_to(town.at(&format!("2026-11-23 21:{minute}")));
        pollster::block_on(run(&ports, &town.options("tick"))).unwrap();
        tries.push(deaf.0.load(Ordering::Relaxed));
    }
    assert_eq!(tries, [1, 2, 3, 4]);
    // Chat is back with half of the time left: it is told in the next tick, and the stop is on time.
    world.advance_to(town.at("2026-11-23 21:54"));
    let lines = town.run_until("2026-11-23 22:30");
    assert_eq!(find(&lines, "chat: stops at"), ["21:54:00 chat: stops at Mon 22:00 (A: db, B: b1 b2, C: c)"]);
    assert_eq!(find(&lines, " stop C ec2/c"), ["22:00:00 stop C ec2/c"]);
}

#[test]
fn t10_a_warning_told_late_delays_the_stop_by_the_lead_from_its_first_try_at_most() {
    // Chat is back at, when people are told, when it stops.
    for (back, told, stopped) in [
        ("21:53", "21:55:00 chat: stops at Mon 22:00", "22:00:00 stop C ec2/c"),
        ("21:58", "22:00:00 chat: stops at Mon 22:10", "22:10:00 stop C ec2/c"),
        ("22:03", "22:05:00 chat: stops at Mon 22:10", "22:10:00 stop C ec2/c"),
    ] {
        let town = chain_running("2026-11-23 21:45");
        town.world.set_chat_down_until(town.at(&format!("2026-11-23 {back}")));
        let lines = town.run_until("2026-11-23 22:30");
        let warned = find(&lines, "chat: stops at");
        assert_eq!(warned.len(), 1, "{back}: {lines:#?}");
        assert!(warned[0].starts_with(told), "{back}: {lines:#?}");
        assert_eq!(find(&lines, " stop C ec2/c"), [stopped], "{back}");
    }
}

#[test]
fn t11_while_a_force_start_is_up_warnings_and_stops_go_on() {
    let town = chain_running("2026-11-23 12:00");
    town.set_state("ec2/c", InstanceState::Stopped);
    town.fail(Action::Start, "ec2/c", FailureKind::Capacity, "InsufficientInstanceCapacity", "2026-11-25 00:00");
    town.edit("ForceStart", true);
    let lines = town.run_until("2026-11-23 21:45");
    assert_eq!(find(&lines, "chat: start failed").len(), 1, "{lines:#?}");
    let lines = town.run_until("2026-11-23 21:59");
    assert_eq!(find(&lines, "chat: stops at"), ["21:50:00 chat: stops at Mon 22:00 (A: db, B: b1 b2)"]);
    assert_eq!(town.schedule_item("ForceStart"), true, "the order is still up");
    let lines = town.run_until("2026-11-23 22:30");
    assert_eq!(find(&lines, " stop B ec2/b1"), ["22:00:00 stop B ec2/b1"]);
    assert_eq!(town.state("rds/db"), "stopped");
}

#[test]
fn t11_a_force_start_after_the_stop_lasts_until_the_next() {
    let town = chain_of("09:30", "18:00", "2026-11-23 09:30");
    town.run_until("2026-11-23 18:09");
    assert_eq!(town.state("rds/db"), "stopped");
    town.edit("ForceStart", true);
    let lines = town.run_until("2026-11-23 18:15");
    assert_eq!(find(&lines, "chat: start A"), ["18:10:00 chat: start A: db until Tue 18:00"]);
    // Earlier schedulers stop it again at 18:20; here it is left until Tuesday's stop, past Tuesday's start.
    let lines = town.run_until("2026-11-24 17:45");
    assert_eq!(find(&lines, "stop"), Vec::<&str>::new(), "{lines:#?}");
    assert_eq!((town.state("rds/db"), town.state("ec2/c")), ("running".to_owned(), "running".to_owned()));
    let lines = town.run_until("2026-11-24 18:30");
    assert_eq!(find(&lines, "chat: stops at"), ["17:50:00 chat: stops at Tue 18:00 (A: db, B: b1 b2, C: c)"]);
    assert_eq!(find(&lines, " stop C ec2/c"), ["18:00:00 stop C ec2/c"]);
}

#[test]
fn t11_a_force_start_on_a_disabled_schedule_lasts_until_force_stop() {
    let town = chain("2026-11-20 12:00");
    town.edit("Enabled", false);
    town.edit("ForceStart", true);
    let lines = town.run_until("2026-11-20 12:30");
    assert_eq!(find(&lines, "chat: start A"), ["12:00:00 chat: start A: db"], "nothing ends it");
    // Four days and their stops.
    assert_eq!(town.run_until("2026-11-24 12:00"), Vec::<String>::new());
    town.edit("ForceStop", true);
    town.run_until("2026-11-24 12:30");
    assert_eq!((town.state("rds/db"), town.state("ec2/c")), ("stopped".to_owned(), "stopped".to_owned()));
}
