//! Several accounts: one that does not answer harms no other (rule A6), and what is written on instances.

use super::*;
use crate::model::RoleArn;

const ROLE: &str = "arn:aws:iam::111111111111:role/x";

/// The chain in two accounts, of which the other one does not answer.
fn two_accounts(file: &str) -> (Town, Scope) {
    let file = file.replace("ForceStart: false", &format!("ForceStart: false, Accounts: [own, '{ROLE}']"));
    let there = CHAIN_MACHINES.map(|machine| format!("{ROLE}||{machine}"));
    let machines: Vec<&str> = CHAIN_MACHINES.into_iter().chain(there.iter().map(String::as_str)).collect();
    let town = Town::new(&file, &machines, "2026-11-23 09:30");
    let scope = Scope { account: RoleArn::new(ROLE).ok(), region: None };
    town.world.set_unreachable(scope.clone(), Some(denied()));
    (town, scope)
}

fn denied() -> Failure {
    Failure { kind: FailureKind::Denied, code: "AccessDenied".to_owned(), message: "no".to_owned() }
}

fn there(key: &str) -> String {
    format!("{ROLE}||{key}")
}

#[test]
fn a6_an_account_that_does_not_answer_is_one_message_and_holds_no_other() {
    let file = CHAIN.replace(", Dependency: [A]", "").replace(", Dependency: [B]", "");
    let (town, scope) = two_accounts(&file);
    // No tick fails for it, here or later.
    let lines = town.run_until("2026-11-23 10:00");
    let told: Vec<&String> = lines.iter().filter(|line| line.contains("chat: problems")).collect();
    assert_eq!(told.len(), 1, "{lines:#?}");
    assert!(told[0].contains("could not be looked at, so what is there is left as it is, and groups elsewhere may wait for it: AccessDenied: no"), "{told:?}");
    for key in ["rds/db", "ec2/b1", "ec2/b2", "ec2/c"] {
        assert_eq!([town.state(key), town.state(&there(key))], ["running", "stopped"], "{key}");
    }
    assert!(!lines.iter().any(|line| line.contains("start done")), "half of it is not done: {lines:#?}");

    // It answers again: the rest is made up for, and the end is told of all.
    town.world.set_unreachable(scope, None);
    let lines = town.run_until("2026-11-23 10:10");
    assert_eq!(town.state(&there("ec2/c")), "running");
    assert!(lines.iter().any(|line| line.contains("start done, 8")), "{lines:#?}");
}

#[test]
fn a6_a_region_that_does_not_answer_holds_no_other_of_its_account() {
    let file = CHAIN.replace("ForceStart: false", "ForceStart: false, Regions: [eu-west-1, us-east-1]");
    let far = |key: &str| format!("us-east-1|{key}");
    let machines = ["eu-west-1|rds/db A", "eu-west-1|ec2/b1 B", "us-east-1|rds/other A"];
    let town = Town::new(&file.replace(", Dependency: [A]", ""), &machines, "2026-11-23 09:30");
    let scope = Scope { account: None, region: crate::model::Region::new("us-east-1").ok() };
    for (minute, message) in [(30, "one"), (35, "other")] {
        town.world.advance_to(town.at(&format!("2026-11-23 09:{minute}")));
        town.world.set_unreachable(scope.clone(), Some(Failure { message: message.to_owned(), ..denied() }));
        // The own account should answer everywhere: the tick says that it does not, and has done what it could.
        let error = town.tick().unwrap_err();
        assert_eq!(error.causes, [format!("region us-east-1 could not be looked at: AccessDenied: {message}")]);
        // Told once, in whatever words AWS puts it.
        let lines = town.log();
        let told = lines.iter().filter(|line| line.contains("chat: problems")).count();
        assert_eq!(told, usize::from(message == "one"), "{lines:#?}");
    }
    let states = ["eu-west-1|rds/db", "eu-west-1|ec2/b1", &far("rds/other")].map(|key| town.state(key));
    assert_eq!(states, ["running", "running", "stopped"]);
    town.world.set_unreachable(scope, None);
    town.run_until("2026-11-23 10:10");
    assert_eq!(town.state(&far("rds/other")), "running");
}

#[test]
fn a6_o1_o2_what_was_not_seen_may_be_what_others_wait_for() {
    let (town, scope) = two_accounts(CHAIN);
    town.run_until("2026-11-23 10:00");
    let states = || ["rds/db", "ec2/b1", "ec2/c"].map(|key| town.state(key));
    assert_eq!(states(), ["running", "stopped", "stopped"]);
    town.world.set_unreachable(scope.clone(), None);
    town.run_until("2026-11-23 10:10");
    assert_eq!(states(), ["running", "running", "running"]);

    // Down again it is the other end that may go.
    town.world.set_unreachable(scope, Some(denied()));
    town.run_until("2026-11-23 22:30");
    assert_eq!(states(), ["running", "running", "stopped"]);
    assert_eq!(town.state(&there("ec2/c")), "running");
}

#[test]
fn t10_an_account_that_answers_late_is_warned_of_its_stop() {
    let file = CHAIN.replace(", Dependency: [A]", "").replace(", Dependency: [B]", "");
    let (town, scope) = two_accounts(&file);
    town.world.set_unreachable(scope.clone(), None);
    town.run_until("2026-11-23 21:40");
    town.world.set_unreachable(scope.clone(), Some(denied()));
    let lines = town.run_and_find("2026-11-23 22:10", "chat: stops at");
    assert_eq!(lines, ["21:50:00 chat: stops at Mon 22:00 (A: db, B: b1 b2, C: c)"]);
    assert_eq!([town.state("ec2/c"), town.state(&there("ec2/c"))], ["stopped", "running"]);
    town.world.set_unreachable(scope, None);
    let lines = town.run_and_find("2026-11-23 22:40", "chat: stop");
    assert_eq!(lines[0], "22:15:00 chat: stops at Mon 22:25 (A: db, B: b1 b2, C: c)");
    assert_eq!(town.state(&there("ec2/c")), "stopped");
    assert!(lines.last().unwrap().contains("stop done, 8"), "{lines:#?}");
}

#[test]
fn what_is_only_announced_waits_for_all_accounts() {
    let (town, _) = two_accounts(&CHAIN.replace("ForceStart: false", "ForceStart: false, Mode: notify"));
    let lines = town.run_until("2026-11-23 10:00");
    assert!(!lines.iter().any(|line| line.contains("would start")), "{lines:#?}");
}

#[test]
fn what_was_done_and_why_is_written_on_the_instances() {
    let town = chain_running("2026-11-23 10:00");
    let mark = |key: &str| town.world.mark_of(&key.parse().unwrap()).unwrap_or_default();
    assert_eq!(mark("rds/db"), "started 2026-11-23T00:30:00Z by the timetable");
    assert_eq!(mark("ec2/c"), "started 2026-11-23T00:32:01Z by the timetable");
    town.fail(Action::Stop, "ec2/b1", FailureKind::Throttled, "RequestLimitExceeded", "2026-11-23 23:00");
    town.edit("ForceStop", true);
    town.run_until("2026-11-23 10:05");
    assert_eq!(mark("ec2/c"), "stopped 2026-11-23T01:05:00Z by order of a person");
    assert!(mark("ec2/b1").starts_with("started"), "AWS has not accepted: {}", mark("ec2/b1"));
}

#[test]
fn what_cannot_be_written_is_noted_once_a_tick_and_in_nobodys_way() {
    let town = chain("2026-11-23 09:30");
    town.world.set_unmarkable(Scope::default(), denied());
    let lines = town.run_until("2026-11-23 10:00");
    let noted: Vec<&String> = lines.iter().filter(|line| line.contains("problem")).collect();
    assert_eq!(noted.len(), 2, "two ticks for three groups: {noted:#?}");
    assert!(noted[0].contains("could not be tagged with what was last done to them: AccessDenied: no"), "{noted:?}");
    assert!(lines.iter().any(|line| line.contains("start done, 4")), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains("chat: problems")), "{lines:#?}");
}
