//! Made-up failures, of which it is known what is needed for them.

use super::*;
use crate::model::{Action, InstanceState};
use crate::simulation::random::{self, Faults};

/// What is left of a case, and how often it was asked.
fn shrunk(case: Case, fails: impl Fn(&Case) -> bool) -> (Case, u32) {
    let mut asked = 0;
    let left = shrink(case, |case| {
        asked += 1;
        fails(case)
    });
    assert!(asked <= MOST_TRIES);
    assert!(fails(&left));
    (left, asked)
}

fn has(case: &Case, is: impl Fn(&What) -> bool) -> bool {
    case.incidents.iter().any(|incident| is(&incident.what))
}

/// Cases from seeds for which it holds.
fn cases(fails: impl Fn(&Case) -> bool) -> Vec<Case> {
    let cases: Vec<Case> =
        (0..400).map(|seed| random::case(seed, Faults::All)).filter(|case| fails(case)).take(12).collect();
    assert!(cases.len() == 12, "the failure comes up too seldom");
    cases
}

#[test]
fn nothing_is_left_when_nothing_is_needed() {
    for case in cases(|_| true) {
        let (left, asked) = shrunk(case, |_| true);
        let rows = &left.tables;
        assert_eq!((rows.schedules.len(), rows.groups.len(), rows.exceptions.len()), (0, 0, 0));
        assert_eq!((left.incidents.len(), left.machines.len()), (0, 0));
        assert!(left.to - left.from <= QUIET + Duration::hours(1) && asked < 60, "{asked}");
    }
}

#[test]
fn two_incidents_are_left_when_two_are_needed() {
    let fails = |case: &Case| {
        let is_killed = has(case, |what| matches!(what, What::Killed { .. }));
        is_killed && has(case, |what| matches!(what, What::Orders { flag: Action::Start, raised: true, .. }))
    };
    for case in cases(fails) {
        let (left, _) = shrunk(case, fails);
        assert_eq!((left.incidents.len(), left.machines.len()), (2, 0));
    }
}

#[test]
fn a_schedule_and_its_instance_are_left_when_they_are_needed() {
    let fails = |case: &Case| {
        let runs = |machine: &Machine| machine.instance.state == InstanceState::Running && machine.falls_back > 0;
        let tag =
            case.machines.iter().find(|machine| runs(machine)).map(|machine| machine.instance.schedule_tag.as_str());
        tag.is_some_and(|tag| case.tables.schedules.iter().any(|row| text(row, "TagValue") == Some(tag)))
    };
    for case in cases(fails) {
        let (left, _) = shrunk(case, fails);
        assert_eq!((left.tables.schedules.len(), left.machines.len(), left.incidents.len()), (1, 1, 0));
        assert_eq!(left.tables.groups.len() + left.tables.exceptions.len(), 0);
        let machine = left.machines.first().unwrap();
        assert!(machine.falls_back > 0 && machine.checks_in.is_zero() && machine.boots_in == Duration::minutes(1));
    }
}

#[test]
fn two_groups_are_left_when_one_needs_the_other() {
    let fails = |case: &Case| {
        case.tables.groups.iter().any(|row| {
            let needed = row.get("Dependency").and_then(Value::as_array);
            needed.is_some_and(|needed| needed.iter().any(|name| name == "db"))
                && row.get("Ready").is_some_and(|ready| ready == "status-ok")
        })
    };
    for case in cases(fails) {
        let (left, _) = shrunk(case, fails);
        let [needed, group] = left.tables.groups.as_slice() else { panic!("{:?}", left.tables.groups) };
        assert_eq!(text(needed, "GroupName"), Some("db"));
        assert!(!needed.contains_key("Dependency") && left.machines.is_empty());
        assert_eq!(group.get("Dependency"), Some(&serde_json::json!(["db"])));
        assert!(!group.contains_key("SlowAfterMinutes"));
    }
}

/// What is needed at its time keeps it, and there is time after it.
#[test]
fn the_stretch_is_cut_around_what_is_needed() {
    let fails = |case: &Case| {
        let is_long = |what: &What| match what {
            What::Outage { until } => case.to >= *until && case.tables.schedules.len() == 1,
            _ => false,
        };
        has(case, is_long)
    };
    for case in cases(fails) {
        let before = case.to - case.from;
        let (left, _) = shrunk(case, fails);
        let [outage] = left.incidents.as_slice() else { panic!("{:?}", left.incidents) };
        assert!(left.from < outage.at && left.to - outage.at >= QUIET);
        let What::Outage { until } = outage.what else { panic!("{outage:?}") };
        assert!(until - outage.at <= Duration::minutes(3), "{outage:?}");
        assert!(left.to - left.from <= QUIET + Duration::hours(3), "{} of {before}", left.to - left.from);
    }
}

/// Something that fails only as it is comes back as it was.
#[test]
fn nothing_is_taken_away_that_is_needed() {
    for seed in 0..10 {
        let case = random::case(seed, Faults::All);
        let whole = format!("{case:?}");
        let left = shrink(case, |case| format!("{case:?}") == whole);
        assert_eq!(format!("{left:?}"), whole);
    }
}
