//! What `tests/scenarios` shows seldom or never.

use super::*;
use crate::model::{GroupName, Label, Problem, Source, Stretch};
use crate::simulation::random::{self, Faults};
use crate::simulation::run;

fn schedule() -> ScheduleName {
    ScheduleName::new("S").unwrap()
}

fn plainly(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// A message about so many faulty items, the first of which has two faults.
fn problems(items: usize) -> Notice {
    let problem = |item: usize, attribute: &str| Problem {
        source: Source::Tables,
        schedule: Some(schedule()),
        item: format!("ScheduleException {item}"),
        attribute: attribute.to_owned(),
        holds: Some("x".to_owned()),
        message: "is no date".to_owned(),
        stops_schedule: false,
    };
    let second = problem(1, "ExceptionType");
    Notice::Problems((1..=items).map(|item| problem(item, "ExceptionDate")).chain([second]).collect())
}

/// A message about so many instances that are not there.
fn slow(instances: usize) -> Notice {
    let instance = |number: usize| {
        let key: InstanceKey = format!("ec2/i-{number}").parse().unwrap();
        (key, Label::default(), "starting".to_owned())
    };
    let group = GroupName::new("A").ok();
    Notice::Slow {
        schedule: schedule(),
        zone: Tz::UTC,
        action: Action::Start,
        waited: Duration::minutes(15),
        stretch: Stretch { group, instances: (1..=instances).map(instance).collect() },
        held: vec![GroupName::new("B").unwrap()],
    }
}

#[test]
fn a_message_names_the_first_few_that_it_is_about() {
    let cases = [
        (
            problems(1),
            "ScheduleException 1 needs a look · ExceptionDate holds `x`: is no date · ExceptionType holds `x`: is no date",
        ),
        (
            problems(2),
            "2 items need a look · ScheduleException 1: ExceptionDate holds `x`: is no date · ExceptionType holds `x`: is no date · ScheduleException 2: ExceptionDate holds `x`: is no date",
        ),
        (
            problems(5),
            "5 items need a look · ScheduleException 1: ExceptionDate holds `x`: is no date · ExceptionType holds `x`: is no date · ScheduleException 2: ExceptionDate holds `x`: is no date · ScheduleException 3: ExceptionDate holds `x`: is no date · and 2 more",
        ),
        (slow(1), "S: 1 instance of A is not ready after 15 min · Instances: i-1: starting · Waiting for it: B"),
        (
            slow(5),
            "S: 5 instances of A are not ready after 15 min · Instances: i-1: starting, i-2: starting, i-3: starting, and 2 more · Waiting for it: B",
        ),
    ];
    for (notice, expected) in cases {
        assert_eq!(said(&notice), expected);
    }
}

#[test]
fn what_waits_and_how_runs_end_is_said_in_words() {
    let event = |kind, details: &[(&'static str, &str)]| Event {
        at: DateTime::UNIX_EPOCH,
        kind,
        schedule: Some(schedule()),
        group: GroupName::new("A").ok().filter(|_| details.first().is_some_and(|(_, value)| *value == "B")),
        instance: None,
        details: details.iter().map(|(name, value)| (*name, (*value).into())).collect(),
    };
    let events = [
        event(EventKind::Held, &[("waits_for", "B")]),
        event(EventKind::Held, &[("waits_for", "tick invocation 7")]),
        event(EventKind::Held, &[("waits_for", "tick of the same time")]),
        event(EventKind::Held, &[("waits_for", "the lead of its warning"), ("until", "1970-01-01T00:10:00Z")]),
        event(EventKind::Held, &[("waits_for", "a complete look at the instances")]),
        event(EventKind::RunDone, &[("action", "start"), ("end", "done")]),
        event(EventKind::RunDone, &[("action", "start"), ("end", "replaced")]),
        event(EventKind::RunDone, &[("action", "stop"), ("end", "cancelled")]),
        event(EventKind::RunDone, &[("action", "stop"), ("end", "notified")]),
    ];
    let history = events.map(|event| Entry { at: event.at, what: Happened::Noted(1, event) });
    insta::assert_snapshot!(plainly(&text(history.iter(), Tz::UTC)), @r"
    Thu 1 Jan 1970
    00:00:00  tick    S/A waits for B
    00:00:00  tick    leaves S to tick 7, which has taken it
    00:00:00  tick    leaves S to another tick, which was a moment earlier
    00:00:00  tick    waits with the stop of S until 00:10, to give people time after its warning
    00:00:00  tick    S waits for a complete look at the instances
    00:00:00  tick    S: the start ends unfinished, since another run takes its place
    00:00:00  tick    S: the stop is called off
    00:00:00  tick    S: the stop is told and not done, as `Mode` says
    ");
}

#[test]
fn a_change_of_the_clocks_is_said_where_it_happens() {
    let told = |at: &str| Entry {
        at: at.parse().unwrap(),
        what: Happened::Answered { schedule: schedule(), answer: Err("no".to_owned()) },
    };
    let history = ["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2026-11-01T07:30:00Z"].map(told);
    insta::assert_snapshot!(plainly(&text(history.iter(), Tz::America__New_York)), @r"
    Sun 1 Nov 2026
    01:30:00  chat    S is not extended: no
              clocks have changed from UTC-04:00 to UTC-05:00
    01:30:00  chat    S is not extended: no
    02:30:00  chat    S is not extended: no
    ");
}

#[test]
fn no_line_ends_with_a_blank() {
    for seed in 0..10 {
        let case = random::case(seed, Faults::All);
        let history = run::run(&case);
        let text = plainly(&text(history.iter(), Tz::UTC));
        let odd: Vec<&str> = text.lines().filter(|line| line.trim_end() != *line).collect();
        assert_eq!(odd, [""; 0], "seed {seed}");
    }
}
