//! `lamplighter tick`: one tick against an account, from a terminal.

use std::io::Write as _;

use chrono::{Duration, SecondsFormat};
use serde_json::{Value, json};

use super::live::{ANSWERLESS, block_on, settings, unreachable};
use super::{Error, ErrorKind, Format};
use crate::chat::{Language, text};
use crate::document::event_object;
use crate::engine::{self, Held, Plan, SchedulePlan};
use crate::live::Live;
use crate::model::{Event, GroupName, Problem};
use crate::ports::{Clock as _, Journal};
use crate::settings::Settings;
use crate::tick::{self, About, Options, Report};

/// Run one tick from here: look, decide, act, tell, record; as the function does it.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Only look and decide: say what would be done now.
    #[arg(long)]
    dry_run: bool,

    /// How to print what happens.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// A tick from a terminal goes on no longer than this.
const WITHIN: Duration = Duration::minutes(15);

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<(), Error> {
    let settings = settings()?;
    block_on(&settings, async |live| {
        if arguments.dry_run {
            dry_run(arguments.format, &settings, live).await
        } else {
            act(arguments.format, &settings, live).await
        }
    })
}

/// Prints each event as it comes.
struct Printed(Format);

impl Journal for Printed {
    fn note(&self, event: &Event) {
        let line = match self.0 {
            Format::Json => Value::Object(event_object(event)).to_string(),
            Format::Text => line(event),
        };
        // Whoever has closed the output does not want to know more; the tick goes on.
        _ = writeln!(anstream::stdout(), "{line}");
    }
}

fn line(event: &Event) -> String {
    let name = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let schedule = name(event.schedule.as_ref().map(ToString::to_string));
    let group = name(event.group.as_ref().map(ToString::to_string));
    let instance = name(event.instance.as_ref().map(|key| key.id.to_string()));
    let quiet = ["run", "cause"];
    let details = event.details.iter().filter(|(name, _)| !quiet.contains(name));
    let details: Vec<String> = details.map(|(name, value)| format!("{name}: {value}")).collect();
    let at = event.at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let kind = event.kind.as_str();
    format!("{at}  {kind:9} {schedule:20} {group:16} {instance:20} {}", details.join(", ")).trim_end().to_owned()
}

async fn act(format: Format, settings: &Settings, live: &Live) -> Result<(), Error> {
    let journal = Printed(format);
    let now = live.clock.now();
    let options = Options {
        owner: format!("terminal-{}-{}", std::process::id(), now.timestamp_millis()),
        deadline: now + WITHIN,
        settle: settings.settle,
        defaults: settings.defaults,
        only: None,
        about: About::All,
    };
    let (report, error) = match tick::run(&live.ports(&journal), &options).await {
        Ok(report) => (report, None),
        Err(tick::TickError { causes, report }) => (report, Some(causes.join("; "))),
    };
    if format == Format::Text {
        let Report { schedules, started, stopped, failures, problems, untold, .. } = report;
        let goes_on = if report.in_flight { "; something is still on its way" } else { "" };
        writeln!(
            anstream::stdout(),
            "schedules: {schedules}, started: {started}, stopped: {stopped}, failures: {failures}, problems: {problems}, untold: {untold}{goes_on}"
        )?;
    }
    verdict(&report, error)
}

/// What the exit code says of a tick.
fn verdict(report: &Report, error: Option<String>) -> Result<(), Error> {
    let has_acted = report.started + report.stopped > 0;
    match error {
        Some(causes) if has_acted => Err(Error::new(ErrorKind::Partly, causes)),
        Some(causes) => Err(Error::new(ErrorKind::Unreachable, causes).hint(ANSWERLESS)),
        None if report.failures > 0 => {
            Err(Error::new(ErrorKind::Partly, "not everything could be started or stopped; it is tried again"))
        }
        None if report.untold > 0 => {
            Err(Error::new(ErrorKind::Unreachable, "chat did not take every message; the next tick sends them again"))
        }
        None => Ok(()),
    }
}

async fn dry_run(format: Format, settings: &Settings, live: &Live) -> Result<(), Error> {
    let journal = Printed(format);
    let seen = tick::look(&live.ports(&journal), settings.defaults).await;
    let (snapshot, now) = seen.map_err(|error| unreachable(&error))?;
    let plan = engine::preview(&snapshot, now);
    let problems: Vec<&Problem> = snapshot.problems.iter().chain(&plan.untold.problems).collect();
    match format {
        Format::Json => {
            let at = now.to_rfc3339_opts(SecondsFormat::Secs, true);
            let schedules: Vec<Value> =
                plan.schedules.iter().map(|plan| schedule_object(plan, settings.language)).collect();
            let mut problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            problems.dedup();
            writeln!(anstream::stdout(), "{}", json!({"at": at, "schedules": schedules, "problems": problems}))?;
        }
        Format::Text => show(&plan, &problems, settings.language)?,
    }
    match snapshot.inventory.unreachable.iter().next() {
        None => Ok(()),
        Some((scope, failure)) => {
            Err(Error::new(ErrorKind::Unreachable, format!("{scope} could not be looked at: {failure}")))
        }
    }
}

fn show(plan: &Plan, problems: &[&Problem], language: Language) -> Result<(), Error> {
    let mut out = anstream::stdout().lock();
    let mut is_idle = true;
    for plan in &plan.schedules {
        let told = titles(plan, language).map(|title| format!("tell  {title}"));
        for text in plan.steps.iter().map(step).chain(plan.held.iter().map(held)).chain(told) {
            is_idle = false;
            writeln!(out, "{:20} {text}", plan.schedule)?;
        }
    }
    if is_idle {
        writeln!(out, "nothing to do now")?;
    }
    let mut lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.sort();
    lines.dedup();
    for problem in lines {
        writeln!(out, "problem: {problem}")?;
    }
    Ok(())
}

fn group(name: Option<&GroupName>) -> &str {
    name.map_or("(no group)", GroupName::as_str)
}

pub(super) fn step(step: &engine::Step) -> String {
    let ids: Vec<&str> = step.instances.iter().map(|key| key.id.as_str()).collect();
    format!("{:5} {}: {}", step.action.as_str(), group(step.group.as_ref()), ids.join(", "))
}

pub(super) fn held(held: &Held) -> String {
    match held {
        Held::Groups { group: name, waits_for } => {
            let names: Vec<&str> = waits_for.iter().map(GroupName::as_str).collect();
            format!("wait  {}: for {}", group(name.as_ref()), names.join(", "))
        }
        Held::Warning { until_at } => {
            format!(
                "wait  a stop, until {}: people are warned first",
                until_at.to_rfc3339_opts(SecondsFormat::Secs, true)
            )
        }
        Held::Lease { owner } => format!("wait  another tick is at work: {owner}"),
        Held::Unreachable => "wait  not all of its instances could be looked at".to_owned(),
    }
}

/// What would be told, each by its title.
fn titles(plan: &SchedulePlan, language: Language) -> impl Iterator<Item = String> {
    plan.messages.iter().map(move |message| text::message(&message.notice, language).title)
}

fn schedule_object(plan: &SchedulePlan, language: Language) -> Value {
    let step = |step: &engine::Step| {
        let ids: Vec<&str> = step.instances.iter().map(|key| key.id.as_str()).collect();
        json!({"action": step.action.as_str(), "group": step.group.as_ref().map(GroupName::as_str), "instances": ids})
    };
    json!({
        "schedule": plan.schedule.as_str(),
        "steps": plan.steps.iter().map(step).collect::<Vec<_>>(),
        "held": plan.held.iter().map(held).collect::<Vec<_>>(),
        "messages": titles(plan, language).collect::<Vec<_>>(),
    })
}
