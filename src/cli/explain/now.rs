//! What is under way for a schedule at this moment: its run, and what waits for what.

use serde_json::json;

use super::words::{self, Row};
use super::{Arguments, Now, find, print};
use crate::cli::Error;
use crate::cli::live::{block_on, settings, unreachable};
use crate::cli::tick::{held, step};
use crate::document::Fault;
use crate::engine::{self, Snapshot, calendar};
use crate::model::{Event, Problem, Schedule, ScheduleName, Standing};
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

/// The open run, and what a tick would do now.
fn under_way(snapshot: &Snapshot, schedule: &Schedule, now: chrono::DateTime<chrono::Utc>) -> Now {
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
    let object = json!({
        "run": run.as_ref().map(|(action, at, words)| json!({"action": action, "opened_at": super::instant(*at), "words": words})),
        "steps": plan.iter().flat_map(|plan| &plan.steps).map(step).collect::<Vec<_>>(),
        "held": plan.iter().flat_map(|plan| &plan.held).map(held).collect::<Vec<_>>(),
    });
    let mut rows = Vec::new();
    if let Some((action, at, why)) = run {
        rows.push(Row { name: "now", when: words::time(schedule, at), what: action.to_owned(), why, ..Row::default() });
    }
    rows.extend(texts.into_iter().map(|why| Row { name: "now", why, ..Row::default() }));
    if rows.is_empty() {
        rows.push(Row { name: "now", why: "nothing is under way".to_owned(), ..Row::default() });
    }
    Now { rows, object: Some(object) }
}
