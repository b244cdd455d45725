//! The Lambda function: which events make a tick, how long it may take, and what is answered.
//!
//! One binary is two functions (rule S3): the setting `FUNCTION_ROLE` says which. What answers HTTP is in `chat`; here is
//! the scheduler, which takes no request.
//!
//! The adapters are made once, at the cold start. An event that is not the function's own is an error, never a tick (rule
//! S3); all others make the same tick, whatever they say. The function fails only when the tick could not look or record.
//! Decides nothing about instances.

use std::process::ExitCode;

use chrono::{DateTime, Duration, Utc};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::{Value, json};

mod chat;
mod trigger;

pub use trigger::{Trigger, UnknownEvent, trigger};

use crate::live::{self, Live};
use crate::log::{self, LogJournal, chain};
use crate::metrics::{Measured, Sent};
use crate::ports::{Chat, Clock, Fleet, Ports, Store};
use crate::settings::{Role, Settings};
use crate::tick::{self, Options, Report, TickError};

/// What a tick leaves of the function's time for its own end: the answer and the line of metrics.
const MARGIN: Duration = Duration::seconds(2);

/// Runs the function until Lambda ends it; the wiring of `main`.
#[must_use]
pub fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("the function cannot start: {}", chain(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<(), lambda_runtime::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Without settings there is no level either, and what is wrong with them has to be seen.
    let settings = runtime.block_on(live::settings()).inspect_err(|_| log::init_json("info"))?;
    log::init_json(&settings.log_filter);
    match settings.role {
        Role::Scheduler => runtime.block_on(run(&settings)),
        Role::Chat => runtime.block_on(chat::run(&settings)),
    }
}

/// Takes events from Lambda, one after the other, until there are no more.
///
/// # Errors
/// When the runtime API of Lambda cannot be reached.
pub async fn run(settings: &Settings) -> Result<(), lambda_runtime::Error> {
    let live = Live::connect(settings).await;
    let sent = || {
        let mut calls = live.calls.snapshot();
        calls.insert("chat", live.chat.calls());
        Sent { calls, messages: live.chat.messages() }
    };
    // A line of metrics that is lost is no reason to fail.
    let emit = |measured: &Measured<'_>| _ = measured.write(std::io::stdout().lock());
    let function = Function { ports: live.ports(&LogJournal), settings, sent: &sent, emit: &emit };
    let function = &function;
    lambda_runtime::run(service_fn(|event| async move { function.handle(event).await })).await
}

/// Why an invocation fails.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The event is not the function's own.
    #[error(transparent)]
    Unknown(#[from] UnknownEvent),
    /// The tick could not look or record.
    #[error("{0}; what could be done was done, and the next tick goes on: mend the cause if this lasts")]
    Tick(TickError),
}

/// What Lambda tells its caller.
impl From<Failed> for Diagnostic {
    fn from(failed: Failed) -> Self {
        let error_type = match failed {
            Failed::Unknown(_) => "UnknownEvent",
            Failed::Tick(_) => "TickIncomplete",
        };
        Self { error_type: error_type.to_owned(), error_message: failed.to_string() }
    }
}

/// The function between two events: the adapters, whichever they are.
struct Function<'a, S, F, C, T> {
    ports: Ports<'a, S, F, C, T, LogJournal>,
    settings: &'a Settings,
    /// What has gone out so far.
    sent: &'a dyn Fn() -> Sent,
    /// Where the metrics go.
    emit: &'a dyn Fn(&Measured<'_>),
}

impl<S: Store, F: Fleet, C: Chat, T: Clock> Function<'_, S, F, C, T> {
    async fn handle(&self, event: LambdaEvent<Value>) -> Result<Value, Failed> {
        let LambdaEvent { payload, context } = event;
        let trigger = trigger(&payload).inspect_err(|error| tracing::error!("{error}"))?;
        tracing::info!(trigger = trigger.as_str(), "a tick begins");
        let began_at = self.ports.clock.now();
        let options = Options {
            owner: context.request_id,
            deadline: deadline(context.deadline, began_at, self.settings.settle),
            settle: self.settings.settle,
            defaults: self.settings.defaults,
        };
        let before = (self.sent)();
        let done = tick::run(&self.ports, &options).await;
        let report = match &done {
            Ok(report) => report,
            Err(error) => &error.report,
        };
        let at = self.ports.clock.now();
        let sent = (self.sent)().since(&before);
        (self.emit)(&Measured { at, took: at - began_at, report, sent: &sent });
        let report = done.map_err(Failed::Tick).inspect_err(|error| tracing::error!("{error}"))?;
        Ok(answer(trigger, &report))
    }
}

/// When the tick has to be over: a little before Lambda ends the function, which says so in milliseconds since 1970.
fn deadline(milliseconds: u64, now: DateTime<Utc>, settle: Duration) -> DateTime<Utc> {
    let ends_at = i64::try_from(milliseconds).ok().filter(|milliseconds| *milliseconds > 0);
    match ends_at.and_then(DateTime::from_timestamp_millis) {
        Some(ends_at) => ends_at - MARGIN,
        None => now + settle,
    }
}

/// What the function answers.
fn answer(trigger: Trigger, report: &Report) -> Value {
    let Report {
        passes,
        schedules,
        wanted_on,
        wanted_off,
        started,
        stopped,
        failures,
        problems,
        late,
        untold,
        in_flight,
    } = report;
    json!({
        "trigger": trigger.as_str(),
        "passes": passes,
        "schedules": schedules,
        "wanted_on": wanted_on,
        "wanted_off": wanted_off,
        "started": started,
        "stopped": stopped,
        "failures": failures,
        "problems": problems,
        "late": late,
        "untold": untold,
        "in_flight": in_flight,
    })
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::memory::World;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// Sends one event to a function over an empty world; the answer or the error, and the lines of metrics.
    fn invoke(payload: Value) -> (Result<Value, Diagnostic>, Vec<Value>) {
        let settings = Settings::read(|_| None).unwrap();
        let world = World::new(time("2026-11-23T00:30:00Z"));
        let ports = Ports { store: &world, fleet: &world, chat: &world, clock: &world, journal: &LogJournal };
        let lines = RefCell::new(Vec::new());
        let emit = |measured: &Measured<'_>| lines.borrow_mut().push(measured.object());
        let function = Function { ports, settings: &settings, sent: &Sent::default, emit: &emit };
        let event = LambdaEvent { payload, context: lambda_runtime::Context::default() };
        let answer = pollster::block_on(function.handle(event)).map_err(Diagnostic::from);
        (answer, lines.into_inner())
    }

    #[test]
    fn an_event_of_its_own_makes_a_tick_with_its_metrics() {
        let (answer, lines) = invoke(json!({"source": "aws.events", "detail-type": "Scheduled Event"}));
        let expected = json!({
            "trigger": "schedule", "passes": 1, "schedules": 0, "wanted_on": 0, "wanted_off": 0, "started": 0,
            "stopped": 0, "failures": 0, "problems": 0, "late": 0, "untold": 0, "in_flight": false,
        });
        assert_eq!(answer.unwrap(), expected);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0]["Starts"], 0);
    }

    #[test]
    fn an_event_of_somebody_else_makes_no_tick() {
        let (answer, lines) = invoke(json!({"source": "aws.s3", "detail-type": "Object Created"}));
        let error = answer.unwrap_err();
        assert_eq!(error.error_type, "UnknownEvent");
        assert!(error.error_message.contains("source `aws.s3`"), "{}", error.error_message);
        assert_eq!(lines.len(), 0);
    }

    #[test]
    fn a_tick_that_could_not_look_fails_and_says_what_to_do() {
        let causes = vec!["table `Schedule` did not answer: time out".to_owned()];
        let failed = Failed::Tick(TickError { causes, report: Report::default() });
        let diagnostic = Diagnostic::from(failed);
        assert_eq!(diagnostic.error_type, "TickIncomplete");
        assert_eq!(
            diagnostic.error_message,
            "the tick is incomplete: table `Schedule` did not answer: time out; what could be done was done, and the next \
             tick goes on: mend the cause if this lasts"
        );
    }

    #[test]
    fn a_tick_ends_before_the_function_does() {
        let now = time("2026-11-23T00:30:00Z");
        let ends = u64::try_from(time("2026-11-23T00:35:00Z").timestamp_millis()).unwrap();
        let settle = Duration::seconds(60);
        assert_eq!(deadline(ends, now, settle), time("2026-11-23T00:34:58Z"));
        assert_eq!(deadline(0, now, settle), time("2026-11-23T00:31:00Z"));
        assert_eq!(deadline(u64::MAX, now, settle), time("2026-11-23T00:31:00Z"));
    }
}
