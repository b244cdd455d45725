//! The log: a line of JSON each in the function, lines of text on a terminal.
//!
//! A decision is an event of the journal; its fields (`event`, `schedule`, `group`, `instance` and the details) stand on
//! the first level of the line, beside `timestamp`, `level` and the `requestId` of the invocation, so that they can be
//! asked for in CloudWatch Logs Insights. Knows no decision by itself.

use std::error::Error;
use std::fmt;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Subscriber, subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::fmt::format::{self, JsonFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;

use crate::document::event_object;
use crate::model::{Event, EventKind};
use crate::ports::Journal;

/// The field that carries an event of the journal as JSON text, since the names of fields have to be known beforehand.
const DECISION: &str = "decision";

/// Logs to the standard output, a line of JSON each; `filter` is that of the settings. A second call changes nothing.
pub fn init_json(filter: &str) {
    _ = subscriber::set_global_default(json(filter, std::io::stdout));
}

/// Logs to the standard error, for people. A second call changes nothing.
pub fn init_text(filter: &str) {
    let fields = format::debug_fn(|writer, field, value| match field.name() {
        DECISION => Ok(()),
        "message" => write!(writer, "{value:?}"),
        name => write!(writer, "{name}={value:?}"),
    });
    let text = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_target(false)
        .fmt_fields(fields.delimited(" "))
        .compact()
        .finish();
    _ = subscriber::set_global_default(text);
}

fn json<W>(filter: &str, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(writer)
        .fmt_fields(JsonFields::new())
        .event_format(JsonLines)
        .finish()
}

/// An error and what is behind it, each said once.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = error.source();
    }
    text
}

/// Logs each event of the journal.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogJournal;

impl Journal for LogJournal {
    fn note(&self, event: &Event) {
        let decision = Value::Object(event_object(event)).to_string();
        let text = line(event);
        match event.kind {
            EventKind::Failed | EventKind::Problem | EventKind::Untold => tracing::warn!(decision, "{text}"),
            _ => tracing::info!(decision, "{text}"),
        }
    }
}

/// The event as a line for people.
fn line(event: &Event) -> String {
    let names = [
        event.schedule.as_ref().map(ToString::to_string),
        event.group.as_ref().map(ToString::to_string),
        event.instance.as_ref().map(ToString::to_string),
    ];
    let mut words = vec![event.kind.as_str().to_owned()];
    words.extend(names.into_iter().flatten());
    words.extend(event.details.iter().map(|(name, value)| format!("{name}={value}")));
    words.join(" ")
}

/// Writes each event of the log as one object on one line.
#[derive(Debug, Clone, Copy)]
struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &tracing::Event<'_>,
    ) -> fmt::Result {
        let mut line = Line::default();
        for span in context.event_scope().into_iter().flat_map(tracing_subscriber::registry::Scope::from_root) {
            if let Some(fields) = span.extensions().get::<FormattedFields<N>>() {
                line.merge(&fields.fields);
            }
        }
        event.record(&mut line);
        // The fields of a decision say it all; and one of them may be called `message`.
        if let Some(message) = line.message.take().filter(|_| !line.is_decision) {
            line.put("message", message);
        }
        let mut timestamp = String::new();
        SystemTime.format_time(&mut Writer::new(&mut timestamp))?;
        line.put("timestamp", timestamp);
        line.put("level", event.metadata().level().as_str());
        line.put("target", event.metadata().target());
        writeln!(writer, "{}", Value::Object(line.fields))
    }
}

/// What is gathered for one line.
#[derive(Default)]
struct Line {
    fields: Map<String, Value>,
    message: Option<String>,
    is_decision: bool,
}

impl Line {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.fields.insert(name.to_owned(), value.into());
    }

    /// Takes over the fields of an object that is there as text; anything else is left out.
    fn merge(&mut self, text: &str) {
        if let Ok(Value::Object(fields)) = serde_json::from_str(text) {
            self.fields.extend(fields);
        }
    }
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            DECISION => {
                self.is_decision = true;
                self.merge(value);
            }
            name => self.put(name, value),
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.put(field.name(), chain(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => self.message = Some(format!("{value:?}")),
            name => self.put(name, format!("{value:?}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::model::{GroupName, ScheduleName};

    #[derive(Clone, Default)]
    struct Output(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Output {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The lines that are logged meanwhile, without their timestamps.
    fn logged(filter: &str, work: impl FnOnce()) -> Vec<Value> {
        let output = Output::default();
        let writer = output.clone();
        subscriber::with_default(json(filter, move || writer.clone()), work);
        let bytes = output.0.lock().unwrap().clone();
        let lines = String::from_utf8(bytes).unwrap();
        let line = |line: &str| {
            let mut value: Value = serde_json::from_str(line).unwrap();
            let timestamp = value.as_object_mut().unwrap().remove("timestamp").unwrap();
            assert!(timestamp.as_str().unwrap().ends_with('Z'), "{timestamp}");
            value
        };
        lines.lines().map(line).collect()
    }

    fn event(kind: EventKind) -> Event {
        Event {
            at: "2026-11-23T13:00:00Z".parse().unwrap(),
            kind,
            schedule: ScheduleName::new("Development").ok(),
            group: GroupName::new("API").ok(),
            instance: "ec2/i-1".parse().ok(),
            details: vec![("run", "2026-11-23T13:00:00Z/stop".into())],
        }
    }

    #[test]
    fn a_decision_is_one_flat_line_with_the_request_it_belongs_to() {
        let lines = logged("info", || {
            let span = tracing::info_span!("invoke", requestId = "r-1");
            span.in_scope(|| LogJournal.note(&event(EventKind::Stop)));
        });
        let expected = serde_json::json!([{
            "level": "INFO",
            "target": "lamplighter::log",
            "requestId": "r-1",
            "at": "2026-11-23T13:00:00Z",
            "event": "stop",
            "schedule": "Development",
            "group": "API",
            "instance": "i-1",
            "kind": "ec2",
            "run": "2026-11-23T13:00:00Z/stop",
        }]);
        assert_eq!(Value::from(lines), expected);
    }

    #[test]
    fn a_detail_of_a_decision_may_be_called_message() {
        let problem = Event { details: vec![("message", "is empty".into())], ..event(EventKind::Problem) };
        let lines = logged("info", || LogJournal.note(&problem));
        assert_eq!((lines.len(), &lines[0]["message"]), (1, &Value::from("is empty")));
    }

    #[test]
    fn what_went_wrong_is_a_warning() {
        let lines = logged("warn", || {
            for kind in [EventKind::Start, EventKind::Failed, EventKind::Problem, EventKind::Untold] {
                LogJournal.note(&event(kind));
            }
        });
        let events: Vec<&str> = lines.iter().filter_map(|line| line["event"].as_str()).collect();
        assert_eq!(events, ["failed", "problem", "untold"]);
    }

    #[test]
    fn other_lines_keep_their_fields() {
        let lines = logged("debug", || tracing::debug!(count = 3, is_last = true, "looked {}", "twice"));
        let expected = serde_json::json!([
            {"level": "DEBUG", "target": "lamplighter::log::tests", "message": "looked twice", "count": 3, "is_last": true},
        ]);
        assert_eq!(Value::from(lines), expected);
    }

    #[derive(Debug, thiserror::Error)]
    #[error("the table cannot be read")]
    struct Outer(#[from] io::Error);

    #[test]
    fn an_error_is_told_with_what_is_behind_it() {
        assert_eq!(chain(&Outer(io::Error::other("no answer"))), "the table cannot be read: no answer");
    }
}
