//! The Lambda function: which events make a tick, how long it may take, and what is answered.
//!
//! One binary is two functions (rule S3): the setting `FUNCTION_ROLE` says which. What answers HTTP is in `chat`; here is
//! the scheduler, which takes no request.
//!
//! The adapters are made once, at the cold start. An event that is not the function's own is an error, never a tick (rule
//! S3); all others make the same tick, whatever they say. The function fails only when the tick could not look or record.
//!
//! With a queue (the setting `DISPATCH_QUEUE_URL`) they put the schedules with something to do on it, and the queue's messages make
//! a tick over their schedules each. Such an invocation never fails: it names the messages that are to come again.
//! Decides nothing about instances.

use std::process::ExitCode;

use chrono::{DateTime, Duration, Utc};
use futures_util::{StreamExt as _, stream};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::{Value, json};

mod chat;
mod queue;
mod trigger;

use self::queue::Message;
pub use trigger::{Trigger, UnknownEvent, trigger};

use crate::document::Batch;
use crate::live::{self, Live};
use crate::log::{self, LogJournal, chain};
use crate::metrics::{Kind, Measured, Sent};
use crate::ports::{AnyPorts, Clock as _, Queue};
use crate::settings::{Dispatching, Role, Settings};
use crate::tick::{self, About, Options, Report, TickError};

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
    let (ports, queue) = (live.ports(&LogJournal), live.queue.as_ref());
    let function = Function { ports, queue, settings, sent: &sent, emit: &emit };
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
struct Function<'a, P, Q> {
    ports: P,
    /// Where batches of schedules go; `None`: a tick works on everything.
    queue: Option<&'a Q>,
    settings: &'a Settings,
    /// What has gone out so far.
    sent: &'a dyn Fn() -> Sent,
    /// Where the metrics go.
    emit: &'a dyn Fn(&Measured<'_>),
}

/// How many messages of one event are worked on side by side.
const SIDE_BY_SIDE: usize = 4;

/// A message whose turn comes with less time than this is left for another invocation.
const MESSAGE_TAKES: Duration = Duration::seconds(30);

impl<P: AnyPorts, Q: Queue> Function<'_, P, Q> {
    async fn handle(&self, event: LambdaEvent<Value>) -> Result<Value, Failed> {
        let LambdaEvent { payload, context } = event;
        let queue = self.settings.dispatching.as_ref().map(Dispatching::queue_name);
        let trigger = trigger(&payload, queue).inspect_err(|error| tracing::error!("{error}"))?;
        let began_at = self.ports.clock().now();
        let options = Options {
            owner: context.request_id,
            deadline: deadline(context.deadline, began_at, self.settings.settle),
            settle: self.settings.settle,
            defaults: self.settings.defaults,
            only: None,
            about: trigger::about(trigger, &payload),
        };
        let before = (self.sent)();
        let done = match (trigger, self.queue) {
            (Trigger::Queue, _) => self.batches(queue::messages(&payload), &options).await,
            (_, Some(queue)) => self.dispatch(trigger, queue, &options).await,
            (_, None) => self.tick(trigger, &options).await,
        };
        let Done { kind, report, answer } = done;
        let (at, sent) = (self.ports.clock().now(), (self.sent)().since(&before));
        (self.emit)(&Measured { at, took: at - began_at, kind, report: &report, sent: &sent });
        answer.map_err(Failed::Tick).inspect_err(|error| tracing::error!("{error}"))
    }

    /// Runs a tick over everything.
    async fn tick(&self, trigger: Trigger, options: &Options) -> Done {
        tracing::info!(trigger = trigger.as_str(), "a tick begins");
        Done::of(Kind::Tick, tick::run(&self.ports, options).await, |report| tick_answer(trigger, report))
    }

    /// Puts what has something to do on the queue.
    async fn dispatch(&self, trigger: Trigger, queue: &Q, options: &Options) -> Done {
        tracing::info!(trigger = trigger.as_str(), "a dispatch begins");
        let dispatched = tick::dispatch(&self.ports, queue, options).await;
        let done = Done::of(Kind::Dispatch, dispatched, |report| dispatch_answer(trigger, report));
        tracing::info!(schedules = done.report.dispatched, batches = done.report.batches, "dispatched");
        done
    }

    /// Runs a tick for each message. It never fails as a whole, or messages that are done would come again too.
    async fn batches(&self, messages: Vec<Message>, options: &Options) -> Done {
        let began: Vec<_> = messages.into_iter().enumerate().map(|one| self.batch(one, options)).collect();
        let (mut report, mut failed) = (Report::default(), Vec::new());
        for (id, of_one, error) in stream::iter(began).buffered(SIDE_BY_SIDE).collect::<Vec<_>>().await {
            report = queue::together(&report, &of_one);
            if let Some(error) = error {
                tracing::error!(messageId = id, "message {id}: {error}");
                failed.push(id);
            }
        }
        Done { kind: Kind::Batches { failed: failed.len() }, report, answer: Ok(queue::answer(&failed)) }
    }

    /// Runs the tick of one message: its id, what was done, and why the message has to come again.
    async fn batch(&self, (index, message): (usize, Message), options: &Options) -> (String, Report, Option<String>) {
        let Message { id, batch } = message;
        let Batch { schedules, restarted } = match batch {
            Ok(batch) => batch,
            Err(error) => return (id, Report::default(), Some(error.to_string())),
        };
        if index >= SIDE_BY_SIDE && self.ports.clock().now() + MESSAGE_TAKES > options.deadline {
            return (id, Report::default(), Some("there is no time left for it".to_owned()));
        }
        let (trigger, count) = (Trigger::Queue.as_str(), schedules.len());
        tracing::info!(trigger, messageId = id, schedules = count, "a tick begins");
        let owner = format!("{}/{id}", options.owner);
        let about = restarted.map_or(About::All, About::Restarted);
        let options = Options { owner, only: Some(schedules), about, ..options.clone() };
        match tick::run(&self.ports, &options).await {
            Ok(report) => (id, report, None),
            Err(error) => (id, error.report.clone(), Some(error.to_string())),
        }
    }
}

/// What came of an invocation.
struct Done {
    kind: Kind,
    report: Report,
    answer: Result<Value, TickError>,
}

impl Done {
    fn of(kind: Kind, done: Result<Report, TickError>, answer: impl Fn(&Report) -> Value) -> Self {
        match done {
            Ok(report) => Self { kind, answer: Ok(answer(&report)), report },
            Err(error) => Self { kind, report: error.report.clone(), answer: Err(error) },
        }
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
fn tick_answer(trigger: Trigger, report: &Report) -> Value {
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
        ..
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

/// What the function answers that has put batches on the queue.
fn dispatch_answer(trigger: Trigger, report: &Report) -> Value {
    let Report { schedules, wanted_on, wanted_off, problems, untold, dispatched, batches, .. } = report;
    json!({
        "trigger": trigger.as_str(),
        "schedules": schedules,
        "wanted_on": wanted_on,
        "wanted_off": wanted_off,
        "dispatched": dispatched,
        "batches": batches,
        "problems": problems,
        "untold": untold,
    })
}

#[cfg(test)]
mod tests;
