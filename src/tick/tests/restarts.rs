//! T12: databases that AWS starts by itself after seven days.

use super::*;

/// A schedule that stops on Monday night and is off until the Monday after the next, with two databases; AWS starts them on
/// the Monday between, one at 22:00:30 and the other at 22:01:31.
fn long_rest() -> Town {
    let town = long_monday();
    town.run_until("2026-11-24 00:00");
    town
}

/// The morning of that Monday.
fn long_monday() -> Town {
    long_monday_where("[]")
}

/// The same, where the second database needs these groups.
fn long_monday_where(needed: &str) -> Town {
    long_monday_with("rds/other D", needed)
}

/// The same with another second database.
fn long_monday_with(other: &str, needed: &str) -> Town {
    let file = CHAIN.replace("weekdays", "mon")
        + &format!("  - {{GroupName: D, InstanceType: RDS, Dependency: {needed}}}\n")
        + "Exceptions:\n  - {ExceptionUuid: e1, ExceptionDate: 2026-11-30, ExceptionType: start, ExceptionValue: None}\n  - {ExceptionUuid: e2, ExceptionDate: 2026-11-30, ExceptionType: stop, ExceptionValue: None}\n";
    let machines: Vec<&str> = CHAIN_MACHINES.into_iter().chain([other]).collect();
    Town::new(&file, &machines, "2026-11-23 09:30")
}

fn told(town: &Town, until: &str) -> Vec<String> {
    town.run_until(until).into_iter().filter(|line| line.contains("chat") || line.contains("rds")).collect()
}

#[test]
fn t12_what_aws_has_started_is_stopped_again_with_a_warning() {
    let town = long_rest();
    assert_eq!(
        told(&town, "2026-12-06 00:00"),
        [
            "22:05:00 chat: stops at Mon 22:15 (A: db, D: other)",
            "22:15:00 stop A rds/db",
            "22:15:00 stop D rds/other",
            "22:15:00 chat: stop A: db",
            "22:15:00 chat: stop D: other",
            "22:15:30 stopped A rds/db",
            "22:15:30 stopped D rds/other",
            "22:15:30 chat: stop done, 2 in 30 s, 0 refused",
        ]
    );
}

#[test]
fn t12_a_cluster_is_stopped_again_like_a_database() {
    let town = long_monday_with("cluster/other D", "[]");
    town.run_until("2026-11-24 00:00");
    town.run_until("2026-11-30 21:40");
    assert_eq!(town.state("cluster/other"), "stopped");
    let lines: Vec<String> = town.run_and_find("2026-12-06 00:00", " D");
    assert_eq!(
        lines,
        [
            "22:05:00 chat: stops at Mon 22:15 (A: db, D: other)",
            "22:15:00 stop D cluster/other",
            "22:15:00 chat: stop D: other",
            "22:15:30 stopped D cluster/other",
        ]
    );
    assert_eq!(town.state("cluster/other"), "stopped");
}

#[test]
fn t12_a_stop_that_never_ends_stops_again_what_aws_has_started() {
    // One database is broken, so the run stays open; the other one is started by AWS after its seven days.
    let town = long_monday();
    town.run_until("2026-11-23 21:40");
    town.set_state("rds/other", InstanceState::Broken { raw: "storage-full".to_owned() });
    town.run_until("2026-11-24 00:00");
    assert_eq!(town.state("rds/db"), "stopped");
    let lines = told(&town, "2026-12-01 06:00");
    let at = |words: &str| lines.iter().position(|line| line.contains(words));
    assert!(at("chat: stops at").is_some() && at("chat: stops at") < at("stop A rds/db"), "{lines:#?}");
    assert_eq!(town.state("rds/db"), "stopped", "{lines:#?}");
}

#[test]
fn t12_what_people_have_started_stands() {
    let key = "rds/db";
    // Who starts it, and when: in the week before AWS would, minutes before, and in the week after.
    for at in ["2026-11-26 12:00", "2026-11-30 21:52", "2026-12-01 12:00"] {
        let town = long_rest();
        town.run_until(at);
        town.set_state(key, InstanceState::Running);
        assert_eq!(town.run_and_find("2026-12-06 00:00", " A"), Vec::<String>::new(), "{at}");
        assert_eq!(town.state(key), "running", "{at}");
    }
    // Started, stopped and started again: AWS counts from the stop in between.
    let town = long_rest();
    for (at, state) in [
        ("2026-11-26 12:00", InstanceState::Running),
        ("2026-12-01 12:00", InstanceState::Stopped),
        ("2026-12-02 12:00", InstanceState::Running),
    ] {
        town.run_until(at);
        town.set_state(key, state);
    }
    assert_eq!(town.run_and_find("2026-12-06 00:00", " A"), Vec::<String>::new());
}

#[test]
fn t12_what_somebody_needs_stands() {
    let town = long_rest();
    town.run_until("2026-11-30 12:00");
    town.set_state("ec2/c", InstanceState::Running);
    assert_eq!(town.run_and_find("2026-12-06 00:00", " A"), Vec::<String>::new());
    assert_eq!((town.state("rds/db"), town.state("rds/other")), ("running".to_owned(), "stopped".to_owned()));
}

#[test]
fn t12_of_databases_that_need_each_other_all_are_stopped_again() {
    // The second one needs the first, and both are started by AWS.
    let town = long_monday_where("[A]");
    town.run_until("2026-11-24 00:00");
    let lines = told(&town, "2026-12-06 00:00");
    assert_eq!(
        (town.state("rds/db"), town.state("rds/other")),
        ("stopped".to_owned(), "stopped".to_owned()),
        "{lines:#?}"
    );
    let at = |words: &str| lines.iter().position(|line| line.contains(words));
    assert!(at("stopped D rds/other") < at("stop A rds/db"), "{lines:#?}");
}

#[test]
fn t12_a_database_waits_for_one_that_needs_it_and_is_busy() {
    let town = long_monday_where("[A]");
    town.run_until("2026-11-30 22:05");
    // AWS has started both, and takes a backup of the one that needs the other.
    town.set_state("rds/other", InstanceState::Serving { raw: "backing-up".to_owned() });
    let lines = told(&town, "2026-11-30 23:00");
    assert!(!lines.iter().any(|line| line.contains("stop A rds/db")), "{lines:#?}");
    town.set_state("rds/other", InstanceState::Running);
    let lines = told(&town, "2026-11-30 23:59");
    assert_eq!(
        (town.state("rds/db"), town.state("rds/other")),
        ("stopped".to_owned(), "stopped".to_owned()),
        "{lines:#?}"
    );
}

#[test]
fn t12_nothing_is_claimed_where_aws_says_nothing_or_nobody_looked() {
    // An outage over the time at which it would have been seen stopped.
    let town = long_rest();
    town.run_until("2026-11-30 21:00");
    town.world.advance_to(town.at("2026-11-30 23:00"));
    assert_eq!(told(&town, "2026-12-06 00:00"), Vec::<String>::new());
    // Disabled, and enabled again after it.
    let town = long_rest();
    town.edit("Enabled", false);
    town.run_until("2026-12-01 00:00");
    town.edit("Enabled", true);
    assert_eq!(told(&town, "2026-12-06 00:00"), Vec::<String>::new());
}

#[test]
fn t12_databases_are_looked_at_once_an_hour_and_more_often_near_their_time() {
    let town = long_rest();
    let looks = |until: &str| {
        let before = town.world.looks();
        town.run_until(until);
        town.world.looks() - before
    };
    assert_eq!(looks("2026-11-24 12:00"), 12);
    assert_eq!(looks("2026-11-30 21:40"), 6 * 24 + 9);
    assert_eq!(looks("2026-11-30 22:00"), 3);
    // Something is wrong with one of them, and it stays so: two hours long.
    town.set_state("rds/other", InstanceState::Broken { raw: "storage-full".to_owned() });
    assert!(looks("2026-12-01 00:05") > 24);
    assert_eq!(looks("2026-12-01 12:00"), 12);
    // Nothing is asked where there is no database, or the schedule is not to be stopped.
    town.edit("Enabled", false);
    assert_eq!(looks("2026-12-02 00:00"), 0);
    let town = Town::new(&CHAIN.replace("RDS", "EC2"), &["ec2/a A", "ec2/b B", "ec2/c C"], "2026-11-23 09:30");
    town.run_until("2026-11-24 00:00");
    let before = town.world.looks();
    town.run_until("2026-11-24 09:00");
    assert_eq!(town.world.looks(), before);
}

#[test]
fn t12_the_event_of_aws_counts_also_where_nobody_looked() {
    // An outage over the time at which it would have been seen stopped; then events come again.
    let outage = || {
        let town = long_rest();
        town.run_until("2026-11-30 21:00");
        town.world.advance_to(town.at("2026-11-30 23:00"));
        town
    };
    let tick = |town: &Town, about: About| {
        let world = &town.world;
        let ports = Ports { store: world, fleet: world, chat: world, clock: world, journal: world };
        pollster::block_on(run(&ports, &Options { about, ..town.options("event") })).unwrap();
    };
    let restarted = |key: &str| About::Restarted(key.parse().unwrap());
    for (what, about, expected) in [
        ("it is said", restarted("eu-west-1|rds/db"), "stopped"),
        ("of another one", restarted("eu-west-1|rds/other"), "running"),
        ("of a cluster with its name", restarted("eu-west-1|cluster/db"), "running"),
        ("of one in another account", restarted("arn:aws:iam::1:role/x|eu-west-1|rds/db"), "running"),
        ("it has only changed", About::Instance(InstanceId::new("db").unwrap()), "running"),
    ] {
        let town = outage();
        tick(&town, about);
        town.run_until("2026-12-01 02:00");
        assert_eq!(town.state("rds/db"), expected, "{what}");
    }
    // In the middle of the day it means nothing.
    let town = long_monday();
    town.run_until("2026-11-23 12:00");
    let looks = town.world.looks();
    tick(&town, restarted("eu-west-1|rds/db"));
    assert_eq!((town.world.looks() - looks, town.state("rds/db")), (0, "running".to_owned()));
}

#[test]
fn t12_the_hourly_look_finds_a_time_that_has_moved() {
    // Somebody has the database from Thursday to Tuesday, over the time at which AWS would have started it, and stops it:
    // AWS counts its seven days from then.
    let none = |date: &str, kind: &str| {
        let uuid = format!("{date}-{kind}");
        format!("  - {{ExceptionUuid: {uuid}, ExceptionDate: {date}, ExceptionType: {kind}, ExceptionValue: None}}\n")
    };
    let off = ["2026-11-30", "2026-12-07"].map(|date| none(date, "start") + &none(date, "stop")).concat();
    let file = CHAIN.replace("weekdays", "mon") + "Exceptions:\n" + &off;
    let town = Town::new(&file, &CHAIN_MACHINES, "2026-11-23 09:30");
    for (at, state) in [("2026-11-26 12:00", InstanceState::Running), ("2026-12-01 12:00", InstanceState::Stopped)] {
        town.run_until(at);
        town.set_state("rds/db", state);
    }
    let lines = town.run_and_find("2026-12-09 00:00", " A");
    assert!(lines.iter().any(|line| line.starts_with("12:") && line.ends_with("stop A rds/db")), "{lines:#?}");
    assert_eq!(town.state("rds/db"), "stopped");
}
