//! What is counted of which entries.

use chrono::Duration;
use chrono_tz::Tz;
use serde_json::json;

use super::*;
use crate::model::{Failure, ScheduleName};
use crate::ports::ChatError;
use crate::simulation::case::{ChatFault, TableCall, TableFault};
use crate::simulation::history::Fault;
use crate::simulation::random::{self, Faults};
use crate::simulation::run::run;
use crate::tick::Report;

fn counted(history: impl IntoIterator<Item = Happened>) -> Vec<String> {
    let entry = |what| Entry { at: "2026-11-23T13:00:00Z".parse().unwrap(), what };
    let history: Vec<Entry> = history.into_iter().map(entry).collect();
    Counts::of(&history).0.into_iter().map(|(name, count)| format!("{name} {count}")).collect()
}

fn key(text: &str) -> InstanceKey {
    text.parse().unwrap()
}

fn asked(action: Action, took_effect: bool, answer: Option<FailureKind>) -> Happened {
    let failure = |kind| Failure { kind, code: String::new(), message: String::new() };
    Happened::Asked {
        invocation: 1,
        action,
        key: key("ec2/i-1"),
        took_effect,
        answer: answer.map_or(Ok(()), |kind| Err(failure(kind))),
    }
}

fn state(name: &str, state: InstanceState, by: Whom) -> Happened {
    Happened::State { key: key(name), state, checks_passed: true, by }
}

fn wrote(run_id: &str, took_effect: bool, answer: Result<(), StoreError>) -> Happened {
    Happened::Wrote { invocation: 1, schedule: "S".to_owned(), run_id: run_id.to_owned(), took_effect, answer }
}

fn unavailable() -> StoreError {
    StoreError::Unavailable { table: "ScheduleRun".to_owned(), message: String::new() }
}

#[test]
fn invocations_that_overlap() {
    let report = Report { passes: 3, in_flight: true, ..Report::default() };
    let history = [
        Happened::Began(1),
        Happened::Began(2),
        Happened::Ended(1, HowEnded::Killed),
        Happened::Ended(2, HowEnded::Done(report)),
        Happened::Began(3),
        Happened::Ended(3, HowEnded::Failed(Vec::new())),
        Happened::Began(4),
        Happened::Ended(4, HowEnded::TimedOut),
    ];
    let expected = [
        "invocations: began 4",
        "invocations: began while another was at work 1",
        "invocations: done 1",
        "invocations: done, with something on its way 1",
        "invocations: failed 1",
        "invocations: killed 1",
        "invocations: timed out 1",
        "looks: passes 3",
    ];
    assert_eq!(counted(history), expected);
}

#[test]
fn each_entry_has_its_words() {
    let by = Whom::Function(1);
    let row = |before: serde_json::Value, after: serde_json::Value, by| Happened::Row {
        table: Table::Schedule,
        before: before.as_object().cloned(),
        after: after.as_object().cloned(),
        by,
    };
    let (none, up, down) = (json!(null), json!({"ForceStop": true}), json!({"ForceStop": false}));
    let warning = |arrived, answer| Happened::Told {
        invocation: 1,
        notice: Notice::Extended {
            schedule: ScheduleName::new("S").unwrap(),
            zone: Tz::UTC,
            stop_at: "2026-11-23T13:00:00Z".parse().unwrap(),
            by: "me".to_owned(),
        },
        arrived,
        answer,
    };
    let lost = || Err(ChatError::Unavailable(String::new()));
    let until = "2026-11-23T14:00:00Z".parse().unwrap();
    let fails = What::TablesFail { call: TableCall::PutRun, how: TableFault::OwnConflict, times: None, until };
    let ready = || Err("no".to_owned());
    let schedule = || ScheduleName::new("S").unwrap();
    let cases = [
        (asked(Action::Start, true, None), "starts: accepted"),
        (asked(Action::Start, true, Some(FailureKind::Unreachable)), "starts: accepted, answer lost"),
        (asked(Action::Stop, false, None), "stops: accepted, was there already"),
        (asked(Action::Stop, false, Some(FailureKind::Refused)), "stops: refused for good"),
        (state("ec2/i-1", InstanceState::Running, Whom::Beginning), "states: running at the beginning"),
        (state("ec2/i-1", InstanceState::Stopping, Whom::Person), "states: stopping, by a person"),
        (state("ec2/i-1", InstanceState::Stopping, by), "states: stopping"),
        (row(none.clone(), up.clone(), Whom::Beginning), "rows: schedule at the beginning"),
        (row(none.clone(), up.clone(), Whom::Person), "rows: schedule added by a person"),
        (row(up.clone(), none.clone(), Whom::Person), "rows: schedule deleted by a person"),
        (row(up.clone(), down.clone(), Whom::Person), "rows: schedule changed by a person"),
        (row(up.clone(), down.clone(), by), "rows: force stop lowered"),
        (row(down, up, by), "rows: schedule written by an invocation"),
        (wrote(STATE_RUN_ID, true, Ok(())), "runs: state written"),
        (wrote(STATE_RUN_ID, false, Err(StoreError::Conflict)), "runs: state not written, a conflict"),
        (wrote(STATE_RUN_ID, true, Err(StoreError::Conflict)), "runs: state written, a conflict with itself"),
        (wrote(NOTEBOOK_KEY.1, true, Err(unavailable())), "runs: told problems written, answer lost"),
        (wrote("2026-11-23T13:00:00Z/stop", false, Err(unavailable())), "runs: history not written"),
        (warning(true, Ok(())), "messages: extended arrived"),
        (warning(true, lost()), "messages: extended arrived, answer lost"),
        (warning(false, lost()), "messages: extended did not arrive"),
        (Happened::Answered { schedule: schedule(), answer: Ok(until) }, "extensions: granted"),
        (Happened::Answered { schedule: schedule(), answer: ready() }, "extensions: denied"),
        (Happened::Fault(Fault::Chat(ChatFault::Down)), "faults: chat: down"),
        (Happened::Incident(fails), "incidents: tables, put run: own conflict"),
        (Happened::Incident(What::Late { by: Duration::zero(), until }), "incidents: events late"),
        (Happened::Read(1, Table::ServerGroup), "tables: read group"),
    ];
    for (what, expected) in cases {
        let shown = format!("{what:?}");
        assert_eq!(counted([what]), [format!("{expected} 1")], "{shown}");
    }
}

#[test]
fn a_run_is_counted_by_what_it_does_and_how_it_ends() {
    let done = |run: &str, end: &str| {
        let details = vec![("run", run.into()), ("end", end.into())];
        let at = "2026-11-23T13:00:00Z".parse().unwrap();
        let (schedule, group, instance) = (None, None, None);
        Happened::Noted(1, Event { at, kind: EventKind::RunDone, schedule, group, instance, details })
    };
    let history = [done("2026-11-23T13:00:00Z/stop", "done"), done("2026-11-23T13:00:00Z/force-start", "replaced")];
    assert_eq!(counted(history), ["runs: force start replaced 1", "runs: stop done 1"]);
}

#[test]
fn a_database_that_aws_starts_is_told_from_one_that_was_asked() {
    let restarts = |name: &str, by: Whom| {
        let begun = [(InstanceState::Stopped, Whom::Beginning), (InstanceState::Starting, by)];
        let history = counted(begun.map(|(is, by)| state(name, is, by)));
        history.contains(&"states: database started by AWS after seven days 1".to_owned())
    };
    assert!(restarts("rds/d1", Whom::Aws));
    assert!(!restarts("rds/d1", Whom::Function(1)));
    assert!(!restarts("rds/d1", Whom::Person));
    assert!(!restarts("ec2/i-1", Whom::Aws));
}

#[test]
fn counts_add_up() {
    let mut sum = Counts::of(&run(&random::case(1, Faults::All)));
    let (one, other) = (sum.clone(), Counts::of(&run(&random::case(2, Faults::All))));
    sum += &other;
    let names: BTreeSet<&String> = one.0.keys().chain(other.0.keys()).collect();
    assert_eq!(sum.0.keys().collect::<BTreeSet<_>>(), names);
    assert!(names.into_iter().all(|name| sum.get(name) == one.get(name) + other.get(name)));
}
