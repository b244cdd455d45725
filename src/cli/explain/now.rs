//! What is under way for a schedule at this moment: its run, and what waits for what.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::words::{self, Row};
use super::{Arguments, Now, find, print};
use crate::cli::Error;
use crate::cli::live::{block_on, settings, unreachable};
use crate::cli::tick::{held, step};
use crate::document::Fault;
use crate::engine::{self, Snapshot, calendar};
use crate::model::{Action, Event, Problem, Schedule, ScheduleName, ScheduleState, Settled, Standing};
use crate::ports::Journal;
use crate::tick;

/// Explains from the tables.
pub(super) fn run(arguments: &Arguments) -> Result<(), Error> {
    let settings = settings()?;
    block_on(&settings, async |live| {
        let seen = tick::look(&live.ports(&Quiet), settings.defaults).await;
        let (snapshot, now) = seen.map_err(|error| unreachable(&error))?;
        let contradictions = snapshot.schedules.iter().flat_map(|seen| calendar::problems(&seen.schedule, now));
        let faults: Vec<Fault> = snapshot.problems.iter().cloned().chain(contradictions).map(of_tables).collect();
        let schedules: Vec<Schedule> = snapshot.schedules.iter().map(|seen| seen.schedule.clone()).collect();
        let mut names: Vec<ScheduleName> = schedules.iter().map(|schedule| schedule.name.clone()).collect();
        names.extend(faults.iter().filter_map(|fault| fault.problem.schedule.clone()));
        let schedule = find(&arguments.schedule, schedules, &names, &faults)?;
        // What is under way says nothing of another instant.
        let state = if arguments.at.is_none() { under_way(&snapshot, &schedule, now) } else { Now::default() };
        print(arguments, &schedule, &faults, now, state)
    })
}

/// Explaining leaves no traces.
struct Quiet;

impl Journal for Quiet {
    fn note(&self, _: &Event) {}
}

fn of_tables(problem: Problem) -> Fault {
    Fault { file: None, line: None, problem }
}

/// The order that was carried out last, if the timetable wants it otherwise, and the transition that takes its place.
fn carried_out(
    schedule: &Schedule,
    state: &ScheduleState,
    now: DateTime<Utc>,
) -> Option<(Settled, Option<DateTime<Utc>>)> {
    let order = *state.settled.last().filter(|settled| settled.forced)?;
    let wanted = calendar::last_transition(schedule, now).filter(|_| schedule.enabled);
    let other = if order.action == Action::Start { Action::Stop } else { Action::Start };
    let next = calendar::next_transition(schedule, now, Some(other)).filter(|_| schedule.enabled);
    wanted.is_none_or(|wanted| wanted.action != order.action).then_some((order, next.map(|next| next.at)))
}

/// The open run, and what a tick would do now.
fn under_way(snapshot: &Snapshot, schedule: &Schedule, now: DateTime<Utc>) -> Now {
    let plan = engine::preview(snapshot, now);
    let plan = plan.schedules.into_iter().find(|plan| plan.schedule == schedule.name);
    let seen = snapshot.schedules.iter().find(|seen| seen.schedule.name == schedule.name);
    let run = seen.and_then(|seen| seen.state.open_run());
    let run = run.map(|run| {
        let there = run.instances.values().filter(|progress| progress.standing == Standing::Reached).count();
        let words = format!("{there} of {} instances are there", run.instances.len());
        (run.action.as_str(), run.opened_at, words)
    });
    let mut texts: Vec<String> = Vec::new();
    if let Some(plan) = &plan {
        texts.extend(plan.steps.iter().map(step).chain(plan.held.iter().map(held)));
    }
    let order = seen.and_then(|seen| carried_out(schedule, &seen.state, now)).filter(|_| run.is_none());
    let object = json!({
        "run": run.as_ref().map(|(action, at, words)| json!({"action": action, "opened_at": super::instant(*at), "words": words})),
        "steps": plan.iter().flat_map(|plan| &plan.steps).map(step).collect::<Vec<_>>(),
        "held": plan.iter().flat_map(|plan| &plan.held).map(held).collect::<Vec<_>>(),
        "order": order.map(|(order, until_at)| json!({
            "action": order.action.as_str(), "at": super::instant(order.at), "until": until_at.map(super::instant),
        })),
    });
    let mut rows = Vec::new();
    if let Some((order, until_at)) = order {
        let until = until_at.map_or_else(
            || "until somebody changes it".to_owned(),
            |at| format!("until {}", words::time(schedule, at)),
        );
        let why = format!("by order of a person, against the timetable, {until}");
        rows.push(Row {
            name: "now",
            when: words::time(schedule, order.at),
            what: order.action.as_str().to_owned(),
            why,
            ..Row::default()
        });
    }
    if let Some((action, at, why)) = run {
        rows.push(Row { name: "now", when: words::time(schedule, at), what: action.to_owned(), why, ..Row::default() });
    }
    rows.extend(texts.into_iter().map(|why| Row { name: "now", why, ..Row::default() }));
    if rows.is_empty() {
        rows.push(Row { name: "now", why: "nothing is under way".to_owned(), ..Row::default() });
    }
    Now { rows, object: Some(object) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{local, schedule};

    #[test]
    fn an_order_against_the_timetable_is_said_with_its_end() {
        let daily = |more: &str| schedule(&format!("StartTime: 09:00\nStopTime: 18:00\n{more}"), &[]);
        // What it was, whether by order, when it is asked, whether enabled, and until when it holds.
        let cases = [
            (Action::Start, true, "2026-11-23 20:00", "", Some(Some("2026-11-24 18:00"))),
            (Action::Start, true, "2026-11-23 12:00", "", None),
            (Action::Stop, true, "2026-11-23 12:00", "", Some(Some("2026-11-24 09:00"))),
            (Action::Start, false, "2026-11-23 20:00", "", None),
            (Action::Start, true, "2026-11-23 12:00", "Enabled: false", Some(None)),
        ];
        for (action, forced, at, more, expected) in cases {
            let schedule = daily(more);
            let (now, since) = (local(&schedule, at), local(&schedule, "2026-11-23 08:00"));
            let settled = vec![Settled { at: since, action, forced }];
            let found = carried_out(&schedule, &ScheduleState { settled, ..ScheduleState::default() }, now);
            let expected = expected.map(|until| until.map(|until| local(&schedule, until)));
            assert_eq!(found.map(|(_, until_at)| until_at), expected, "{action:?} {forced} {at} {more}");
        }
    }
}
