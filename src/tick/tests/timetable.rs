//! Runs of the timetable and of people's orders, and the warnings before a stop (rules T8 to T11).

use super::*;
use crate::model::Notice;

#[test]
fn a_day_goes_up_in_order_and_down_in_the_reverse_order() {
    let lines = chain("2026-11-23 09:30").run_until("2026-11-24 09:00");
    insta::assert_snapshot!(lines.join("\n"), @r"
    09:30:00 start A rds/db
    09:30:00 held B waits_for=A
    09:30:00 held C waits_for=B
    09:30:00 chat: start A: db
    09:31:00 ready A rds/db
    09:31:00 start B ec2/b1
    09:31:00 start B ec2/b2
    09:31:00 chat: start B: b1 b2
    09:32:01 ready B ec2/b1
    09:32:01 ready B ec2/b2
    09:32:01 start C ec2/c
    09:32:01 chat: start C: c
    09:33:01 ready C ec2/c
    09:33:01 run_done action=start end=done took_seconds=181 instances=4
    09:33:01 chat: start done, 4 in 181 s, 0 refused
    21:50:00 warning stop_at=2026-11-23T13:00:00Z
    21:50:00 chat: stops at Mon 22:00 (A: db, B: b1 b2, C: c)
    22:00:00 stop C ec2/c
    22:00:00 held A waits_for=B
    22:00:00 held B waits_for=C
    22:00:00 chat: stop C: c
    22:00:30 stopped C ec2/c
    22:00:30 stop B ec2/b1
    22:00:30 stop B ec2/b2
    22:00:30 chat: stop B: b1 b2
    22:01:00 stopped B ec2/b1
    22:01:00 stopped B ec2/b2
    22:01:00 stop A rds/db
    22:01:00 chat: stop A: db
    22:01:31 stopped A rds/db
    22:01:31 run_done action=stop end=done took_seconds=91 instances=4
    22:01:31 chat: stop done, 4 in 91 s, 0 refused
    ");
}

#[test]
fn a1_instances_are_looked_at_only_when_something_is_due() {
    let town = chain_running("2026-11-23 10:00");
    let looks = town.world.looks();
    town.run_until("2026-11-23 21:45");
    assert_eq!(town.world.looks(), looks);
    assert!(!town.run_until("2026-11-23 21:50").is_empty());
    assert!(town.world.looks() > looks);
}

#[test]
fn t8_an_outage_of_a_night_is_caught_up_and_t10_warned_of_first() {
    let town = chain_running("2026-11-23 12:00");
    town.world.advance_to(town.at("2026-11-24 07:02"));
    assert_eq!(
        town.run_and_find("2026-11-24 07:40", "C"),
        [
            "07:02:00 chat: stops at Tue 07:12 (A: db, B: b1 b2, C: c)",
            "07:15:00 stop C ec2/c",
            "07:15:00 held B waits_for=C",
            "07:15:00 chat: stop C: c",
            "07:15:30 stopped C ec2/c",
        ]
    );
}

#[test]
fn t8_a_newer_transition_replaces_an_unfinished_run() {
    let town = chain("2026-11-23 09:30");
    town.fail(Action::Start, "ec2/b2", FailureKind::Capacity, "InsufficientInstanceCapacity", "2026-11-25 00:00");
    let lines = town.run_until("2026-11-23 22:30");
    assert!(lines.contains(&"22:00:00 stop B ec2/b1".to_owned()), "{lines:#?}");
    assert!(lines.contains(&"22:00:30 stop A rds/db".to_owned()), "{lines:#?}");
    // C never started, as b2 was not there; nothing is left open.
    assert!(!lines.iter().any(|line| line.contains("start C")), "{lines:#?}");
    assert_eq!(lines.last().unwrap(), "22:01:00 chat: stop done, 2 in 60 s, 0 refused");
}

#[test]
fn t9_what_people_do_by_hand_stands() {
    let town = chain_running("2026-11-23 09:35");
    town.set_state("ec2/c", InstanceState::Stopped);
    assert_eq!(town.run_until("2026-11-23 21:45"), Vec::<String>::new());
    town.run_until("2026-11-23 23:00");
    town.set_state("ec2/c", InstanceState::Running);
    assert_eq!(town.run_until("2026-11-24 09:00"), Vec::<String>::new());
    assert_eq!(town.state("ec2/c"), "running");
}

#[test]
fn t9_enforce_holds_the_desired_state_with_a_warning_before_a_stop() {
    let town = chain("2026-11-23 09:30");
    town.edit("Enforce", true);
    town.run_until("2026-11-23 10:00");
    town.set_state("ec2/c", InstanceState::Stopped);
    assert_eq!(
        town.run_and_find("2026-11-23 10:10", "ec2/c"),
        ["10:05:00 start C ec2/c", "10:06:00 ready C ec2/c"].map(str::to_owned)
    );
    town.run_until("2026-11-23 23:00");
    // Twice, so that the second breach is warned of anew.
    for (hour, day) in [("23", "Mon 23"), ("02", "Tue 24")] {
        let (weekday, date) = day.split_once(' ').unwrap();
        town.run_until(&format!("2026-11-{date} {hour}:00"));
        town.set_state("ec2/c", InstanceState::Running);
        let lines = town.run_until(&format!("2026-11-{date} {hour}:30"));
        assert_eq!(
            lines.into_iter().filter(|line| line.contains("chat") || line.contains(" C ")).collect::<Vec<_>>(),
            [
                format!("{hour}:05:00 chat: stops at {weekday} {hour}:15 (C: c)"),
                format!("{hour}:15:00 stop C ec2/c"),
                format!("{hour}:15:00 chat: stop C: c"),
                format!("{hour}:15:30 stopped C ec2/c"),
                format!("{hour}:15:30 chat: stop done, 1 in 30 s, 0 refused"),
            ]
        );
    }
}

#[test]
fn t10_an_edit_that_brings_the_stop_near_is_warned_of_first() {
    let town = chain_running("2026-11-23 15:00");
    town.edit("StopTime", "15:02");
    assert_eq!(
        town.run_and_find("2026-11-23 15:20", "C"),
        [
            "15:05:00 chat: stops at Mon 15:15 (A: db, B: b1 b2, C: c)",
            "15:15:00 stop C ec2/c",
            "15:15:00 held B waits_for=C",
            "15:15:00 chat: stop C: c",
            "15:15:30 stopped C ec2/c",
        ]
    );
}

#[test]
fn t10_one_more_warning_if_the_stop_moves_and_none_if_nothing_would_stop() {
    let town = chain_running("2026-11-23 21:52");
    town.put_file(&CHAIN.replace("ServerGroups", "Exceptions: [{ExceptionUuid: x, ExceptionDate: 2026-11-23, ExceptionType: stop, ExceptionValue: 23:00}]\nServerGroups"));
    let lines = town.run_until("2026-11-23 23:30");
    let about_it: Vec<&String> =
        lines.iter().filter(|line| line.contains("stops at") || line.contains("extend")).collect();
    assert_eq!(
        about_it,
        [
            "21:55:00 extended stop_at=2026-11-23T14:00:00Z by=an edit of the tables",
            "21:55:00 chat: extended to Mon 23:00 by an edit of the tables",
            "22:50:00 chat: stops at Mon 23:00 (A: db, B: b1 b2, C: c)",
        ]
    );
    // All stopped: the next evening passes in silence.
    town.put_file(&CHAIN.replace("ServerGroups", "Exceptions: [{ExceptionUuid: y, ExceptionDate: 2026-11-24, ExceptionType: start, ExceptionValue: None}]\nServerGroups"));
    assert_eq!(town.run_and_find("2026-11-24 23:30", "chat"), Vec::<String>::new());
}

#[test]
fn t10_a_chat_that_is_down_delays_the_stop_by_one_lead_at_most() {
    let town = chain_running("2026-11-23 21:45");
    town.world.set_chat_down_until(town.at("2026-11-24 00:00"));
    assert_eq!(town.run_and_find("2026-11-23 22:20", " stop C"), ["22:10:00 stop C ec2/c"]);
    // What was done is told when chat is back: never not at all.
    let lines = town.run_and_find("2026-11-24 00:10", "chat");
    assert_eq!(
        lines,
        [
            "00:00:00 chat: stop A: db",
            "00:00:00 chat: stop B: b1 b2",
            "00:00:00 chat: stop C: c",
            "00:00:00 chat: stop done, 4 in 91 s, 0 refused",
        ]
    );
}

#[test]
fn c6_a_stop_that_has_begun_is_not_revived_by_an_extension() {
    let town = chain_running("2026-11-23 22:00");
    town.put_file(&CHAIN.replace("ServerGroups", "Exceptions: [{ExceptionUuid: x, ExceptionDate: 2026-11-23, ExceptionType: stop, ExceptionValue: 23:00}]\nServerGroups"));
    town.run_until("2026-11-23 22:50");
    assert_eq!(town.state("rds/db"), "stopped");
    assert_eq!(town.run_and_find("2026-11-24 09:00", "start"), Vec::<String>::new());
}

#[test]
fn t11_a_force_start_on_saturday_lasts_until_the_next_stop() {
    let town = chain("2026-11-21 11:00");
    town.run_until("2026-11-21 11:00");
    town.edit("ForceStart", true);
    let lines = town.run_until("2026-11-21 12:00");
    assert!(lines.contains(&"11:05:00 chat: start A: db until Mon 22:00".to_owned()), "{lines:#?}");
    assert_eq!(town.schedule_item("ForceStart"), false);
    assert_eq!(town.run_until("2026-11-22 23:00"), Vec::<String>::new());
    // Monday's start finds everything up; Monday's stop is warned of as usual.
    assert_eq!(
        town.run_and_find("2026-11-23 21:55", "chat"),
        ["21:50:00 chat: stops at Mon 22:00 (A: db, B: b1 b2, C: c)"]
    );
    town.run_until("2026-11-23 22:30");
    assert_eq!(town.state("rds/db"), "stopped");
}

#[test]
fn t11_the_flag_is_lowered_when_every_instance_is_handled_and_failure_is_told_once() {
    let town = chain("2026-11-21 11:00");
    town.fail(Action::Start, "ec2/c", FailureKind::Capacity, "InsufficientInstanceCapacity", "2026-11-21 12:00");
    town.edit("ForceStart", true);
    let lines = town.run_and_find("2026-11-21 11:58", "chat: start failed");
    assert_eq!(lines, ["11:02:01 chat: start failed C: c InsufficientInstanceCapacity"]);
    assert_eq!(town.schedule_item("ForceStart"), true);
    town.run_until("2026-11-21 12:30");
    assert_eq!((town.schedule_item("ForceStart"), town.state("ec2/c")), (false.into(), "running".to_owned()));
}

#[test]
fn t11_a_disabled_schedule_obeys_orders_only() {
    let town = chain("2026-11-23 09:00");
    town.edit("Enabled", false);
    assert_eq!(town.run_until("2026-11-23 12:00"), Vec::<String>::new());
    town.edit("ForceStart", true);
    assert!(town.run_until("2026-11-23 12:30").contains(&"12:05:00 chat: start A: db".to_owned()));
    assert_eq!(town.run_until("2026-11-24 11:00"), Vec::<String>::new());
    town.edit("ForceStop", true);
    let lines = town.run_until("2026-11-24 11:30");
    assert_eq!(lines.first().unwrap(), "11:05:00 stop C ec2/c", "without a warning");
    assert_eq!((town.state("rds/db"), town.schedule_item("ForceStop")), ("stopped".to_owned(), false.into()));
}

/// A tick that asks, and does not wait to see what comes of it.
fn ask_only(town: &Town) {
    let (world, settle) = (&town.world, Duration::zero());
    let ports = Ports { store: world, fleet: world, chat: world, clock: world, journal: world };
    pollster::block_on(run(&ports, &Options { settle, ..town.options("tick") })).unwrap();
}

#[test]
fn t8_an_order_that_finds_all_on_its_way_tells_when_it_is_there() {
    let town = Town::new(CHAIN, &["ec2/c C"], "2026-11-23 09:30");
    ask_only(&town);
    town.edit("ForceStart", true);
    let lines = town.run_until("2026-11-23 09:40");
    let told: Vec<&String> = lines.iter().filter(|line| line.contains("chat: start")).collect();
    assert_eq!(told, ["09:30:00 chat: start C: c", "09:31:00 chat: start done, 1 in 60 s, 0 refused"], "{lines:#?}");
    assert_eq!(town.schedule_item("ForceStart"), false);
}

#[test]
fn t8_what_was_asked_for_a_moment_ago_is_not_taken_for_stopped() {
    // AWS has accepted to start it, and describe shows it as it was before.
    let town = Town::new(CHAIN, &["ec2/c C"], "2026-11-23 09:30");
    ask_only(&town);
    town.set_state("ec2/c", InstanceState::Stopped);
    town.edit("ForceStop", true);
    ask_only(&town);
    assert_eq!(town.schedule_item("ForceStop"), true);
    town.set_state("ec2/c", InstanceState::Running);
    let lines = town.run_until("2026-11-23 09:40");
    assert!(lines.iter().any(|line| line.ends_with("stopped C ec2/c")), "{lines:#?}");
    assert_eq!((town.state("ec2/c"), town.schedule_item("ForceStop")), ("stopped".to_owned(), false.into()));
}

#[test]
fn t10_the_warning_of_a_stop_is_not_one_for_what_turns_up_during_it() {
    // Soon after the stop began, and hours later.
    for (from, until, expected) in [
        (
            "2026-11-23 22:20",
            "2026-11-23 22:45",
            ["22:25:00 chat: stops at Mon 22:35 (C: new)", "22:35:00 chat: stop C: new"],
        ),
        (
            "2026-11-24 02:58",
            "2026-11-24 03:30",
            ["03:00:00 chat: stops at Tue 03:10 (C: new)", "03:10:00 chat: stop C: new"],
        ),
    ] {
        let town = chain_running("2026-11-23 21:45");
        town.fail(Action::Stop, "rds/db", FailureKind::Other, "InternalFailure", "2026-11-24 09:00");
        town.run_until(from);
        town.slow_down("ec2/new", "C", 1);
        town.set_state("ec2/new", InstanceState::Running);
        let lines = town.run_until(until);
        let about: Vec<&String> = lines.iter().filter(|line| line.contains("new") && line.contains("chat")).collect();
        assert_eq!(about, expected, "{lines:#?}");
    }
}

#[test]
fn c1_a_stop_that_was_moved_to_a_time_that_has_passed_is_not_told_as_tomorrows() {
    let town = chain_running("2026-11-23 21:52");
    town.edit("StopTime", "22:20");
    // No tick comes until the moved stop is over, too.
    town.world.advance_to(town.at("2026-11-23 22:40"));
    let lines = town.run_until("2026-11-23 23:00");
    let told: Vec<&String> = lines.iter().filter(|line| line.contains("chat: ")).collect();
    assert_eq!(
        told.first().map(|line| line.as_str()),
        Some("22:40:00 chat: stops at Mon 22:50 (A: db, B: b1 b2, C: c)"),
        "{lines:#?}"
    );
}

#[test]
fn t8_an_order_that_is_complete_when_the_timetable_takes_over_is_told() {
    let town = Town::new(CHAIN, &["ec2/c C"], "2026-11-23 09:30");
    town.run_until("2026-11-23 21:50");
    town.world.advance_to(town.at("2026-11-23 21:59"));
    town.edit("ForceStop", true);
    ask_only(&town);
    town.world.advance_to(town.at("2026-11-23 22:00"));
    let lines = town.run_until("2026-11-23 22:10");
    let told: Vec<&String> = lines.iter().filter(|line| line.contains("chat: stop")).collect();
    assert_eq!(told, ["21:59:00 chat: stop C: c", "22:00:00 chat: stop done, 1 in 60 s, 0 refused"], "{lines:#?}");
    assert_eq!(town.schedule_item("ForceStop"), false);
}

#[test]
fn t11_a_withdrawn_order_ends() {
    let town = chain("2026-11-21 11:00");
    town.fail(Action::Start, "rds/db", FailureKind::Capacity, "InsufficientDBInstanceCapacity", "2026-11-22 12:00");
    town.edit("ForceStart", true);
    town.run_until("2026-11-21 11:30");
    town.edit("ForceStart", false);
    assert_eq!(
        town.run_and_find("2026-11-22 13:00", "run_done"),
        [
            "11:35:00 run_done action=start end=cancelled took_seconds=2100 instances=0",
            // Then the timetable counts again: Friday's stop, for which nothing is left to do.
            "11:40:00 run_done action=stop end=done took_seconds=0 instances=4",
        ]
    );
    assert_eq!(town.state("rds/db"), "stopped");
}

#[test]
fn t11_the_timetables_stop_ends_an_order_that_was_never_finished() {
    let town = chain("2026-11-23 12:00");
    town.run_until("2026-11-23 12:30");
    town.set_state("ec2/c", InstanceState::Stopped);
    town.fail(Action::Start, "ec2/c", FailureKind::Capacity, "InsufficientInstanceCapacity", "2026-11-25 00:00");
    town.edit("ForceStart", true);
    let lines = town.run_until("2026-11-23 23:00");
    assert!(lines.contains(&"22:00:00 stop B ec2/b1".to_owned()), "{lines:#?}");
    assert_eq!((town.schedule_item("ForceStart"), town.state("rds/db")), (false.into(), "stopped".to_owned()));
    assert_eq!(town.run_until("2026-11-24 09:00"), Vec::<String>::new());
}

#[test]
fn t10_what_turns_up_during_a_stop_is_warned_of_once() {
    let town = chain_running("2026-11-23 21:45");
    town.edit("TagValue", "somebody");
    town.run_until("2026-11-23 22:20");
    town.edit("TagValue", "S");
    let lines = town.run_until("2026-11-23 23:45");
    let warnings: Vec<&String> = lines.iter().filter(|line| line.contains("chat: stops at")).collect();
    assert_eq!(warnings, ["22:25:00 chat: stops at Mon 22:35 (A: db, B: b1 b2, C: c)"], "{lines:#?}");
}

#[test]
fn t10_a_stop_takes_over_from_an_order_only_while_that_stands() {
    // AWS does not stop C at first: the timetable's stop goes on with it, or warns if it was withdrawn.
    for (is_withdrawn, warning) in
        [(false, None), (true, Some("22:00:00 chat: stops at Mon 22:10 (A: db, B: b1 b2, C: c)"))]
    {
        let town = chain_running("2026-11-23 21:45");
        town.fail(Action::Stop, "ec2/c", FailureKind::Other, "InternalFailure", "2026-11-23 22:05");
        town.world.advance_to(town.at("2026-11-23 21:49"));
        town.edit("ForceStop", true);
        ask_only(&town);
        town.edit("ForceStop", !is_withdrawn);
        town.world.advance_to(town.at("2026-11-23 22:00"));
        let lines = town.run_until("2026-11-23 22:30");
        let told: Vec<&str> = lines.iter().map(String::as_str).filter(|line| line.contains("chat: stops at")).collect();
        assert_eq!(told.first().copied(), warning, "{is_withdrawn} {lines:#?}");
        assert_eq!(town.state("rds/db"), "stopped");
    }
}

#[test]
fn t9_what_was_ordered_is_held_to_the_end_of_the_start() {
    let town = Town::new(CHAIN, &["ec2/c C"], "2026-11-21 12:00");
    town.edit("Enforce", true);
    town.edit("ForceStart", true);
    town.run_until("2026-11-21 12:30");
    town.set_state("ec2/c", InstanceState::Stopped);
    let lines = town.run_until("2026-11-21 13:00");
    assert!(lines.iter().any(|line| line.contains("chat: start done, 1 in 60 s")), "{lines:#?}");
}

#[test]
fn t8_what_a_withdrawn_order_asked_for_a_moment_ago_is_not_taken_for_stopped() {
    let town = Town::new(CHAIN, &["ec2/c C"], "2026-11-23 08:00");
    town.edit("ForceStart", true);
    ask_only(&town);
    town.set_state("ec2/c", InstanceState::Stopped);
    town.edit("ForceStart", false);
    ask_only(&town);
    town.edit("ForceStop", true);
    ask_only(&town);
    assert_eq!(town.schedule_item("ForceStop"), true);
    town.set_state("ec2/c", InstanceState::Running);
    town.run_until("2026-11-23 08:10");
    assert_eq!((town.state("ec2/c"), town.schedule_item("ForceStop")), ("stopped".to_owned(), false.into()));
}

#[test]
fn t10_a_stop_that_was_stuck_through_a_window_warns_again() {
    let town = chain_running("2026-11-23 21:45");
    town.fail(Action::Stop, "ec2/c", FailureKind::Other, "InternalFailure", "2026-11-24 22:30");
    town.run_until("2026-11-23 22:20");
    // Nothing is done while the schedule cannot be understood.
    town.edit("StopTime", "soon");
    town.run_until("2026-11-24 22:20");
    town.edit("StopTime", "22:00");
    let lines = town.run_until("2026-11-24 23:30");
    let warnings: Vec<&String> = lines.iter().filter(|line| line.contains("chat: stops at")).collect();
    assert_eq!(warnings, ["22:25:00 chat: stops at Tue 22:35 (A: db, B: b1 b2, C: c)"], "{lines:#?}");
}

#[test]
fn t9_what_is_held_comes_back_also_while_its_start_is_unfinished() {
    // The database does not come up, so the start goes on; somebody stops what belongs to nobody and was up.
    let town = Town::new(CHAIN, &["rds/db A", "ec2/alone -"], "2026-11-23 09:30");
    town.edit("Enforce", true);
    town.fail(Action::Start, "rds/db", FailureKind::Other, "InternalFailure", "2026-11-23 12:00");
    town.run_until("2026-11-23 10:00");
    town.set_state("ec2/alone", InstanceState::Stopped);
    town.run_until("2026-11-23 10:30");
    assert_eq!(town.state("ec2/alone"), "running");
}

#[test]
fn a_preview_says_what_the_tick_does() {
    let preview = |mode: &str| {
        let town = chain_running("2026-11-23 21:30");
        town.edit("StopWarningMinutes", 0);
        town.edit("Mode", mode);
        town.world.advance_to(town.at("2026-11-23 22:00"));
        let world = &town.world;
        let ports = Ports { store: world, fleet: world, chat: world, clock: world, journal: world };
        let (snapshot, now) = pollster::block_on(look(&ports, Defaults::default())).unwrap();
        let plan = engine::preview(&snapshot, now);
        let steps = plan.schedules.iter().flat_map(|plan| &plan.steps).map(|step| step.instances.len()).collect();
        let notices: Vec<Notice> =
            plan.schedules.iter().flat_map(|plan| &plan.messages).map(|message| message.notice.clone()).collect();
        (steps, notices)
    };
    // A stop of the timetable is announced by one look and begun by the next.
    let (steps, notices): (Vec<usize>, _) = preview("act");
    assert_eq!((steps, notices), (vec![1], vec![]));
    let (steps, notices) = preview("notify");
    assert_eq!(steps, Vec::<usize>::new());
    assert!(matches!(notices.as_slice(), [Notice::WouldAct { .. }]), "{notices:?}");
}
