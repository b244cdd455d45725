//! Events in, ticks, answers and metrics out, over an embedded world.

use std::cell::RefCell;

use super::*;
use crate::memory::{Machine, World};
use crate::model::{Failure, FailureKind, InstanceKey, Region, Scope, TagValue};
use crate::ports::{Ports, Table};
use crate::testing::Line;

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Sends one event to a function over an empty world; the answer or the error, and the lines of metrics.
fn invoke(payload: Value) -> (Result<Value, Diagnostic>, Vec<Value>) {
    let world = World::new(time("2026-11-23T00:30:00Z"));
    invoke_over(&world, None, payload)
}

/// The same over a world with a queue.
fn invoke_over(world: &World, queue: Option<&Line>, payload: Value) -> (Result<Value, Diagnostic>, Vec<Value>) {
    let url = |name: &str| (name == "DISPATCH_QUEUE_URL").then(|| "https://sqs.example/1/lamps".to_owned());
    let settings = Settings::read(|name| queue.and_then(|_| url(name))).unwrap();
    let ports = Ports { store: world, fleet: world, chat: world, clock: world, journal: &LogJournal };
    let lines = RefCell::new(Vec::new());
    let emit = |measured: &Measured<'_>| lines.borrow_mut().push(measured.object());
    let function = Function { ports, queue, settings: &settings, sent: &Sent::default, emit: &emit };
    let event = LambdaEvent { payload, context: lambda_runtime::Context::default() };
    let answer = pollster::block_on(function.handle(event)).map_err(Diagnostic::from);
    (answer, lines.into_inner())
}

/// A world with schedules whose start is due, in a region each, with an instance each.
fn due(schedules: &[(&str, Option<&str>)]) -> World {
    let world = World::new(time("2026-11-23T00:30:00Z"));
    for (name, region) in schedules {
        let mut item = json!({
            "ScheduleName": name, "TagValue": name, "DaysActive": "all", "Enabled": true, "StartTime": "9:00",
            "StopTime": "22:00", "ForceStart": false,
        });
        let mut key: InstanceKey = format!("ec2/i-{name}").parse().unwrap();
        if let Some(region) = region {
            item["Regions"] = json!([region]);
            key.scope.region = Region::new(region).ok();
        }
        world.put_item(Table::Schedule, item.as_object().unwrap().clone());
        world.put_machine(Machine::new(key, TagValue::new(name).unwrap(), None));
    }
    world
}

/// An event of the queue with messages of these ids and bodies.
fn messages(messages: &[(&str, &str)]) -> Value {
    let record = |(id, body): &(&str, &str)| {
        json!({
            "messageId": id, "body": body, "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-2:123456789012:lamps",
        })
    };
    json!({"Records": messages.iter().map(record).collect::<Vec<_>>()})
}

fn scheduled() -> Value {
    json!({"source": "aws.events", "detail-type": "Scheduled Event"})
}

#[test]
fn with_a_queue_an_event_puts_what_is_due_on_it_and_starts_nothing() {
    let (world, line) = (due(&[("A", None), ("B", None)]), Line::default());
    let (answer, lines) = invoke_over(&world, Some(&line), scheduled());
    let expected = json!({
        "trigger": "schedule", "schedules": 2, "wanted_on": 0, "wanted_off": 0, "dispatched": 2, "batches": 1,
        "problems": 0, "untold": 0,
    });
    assert_eq!(answer.unwrap(), expected);
    assert_eq!((world.looks(), world.take_asked().len()), (0, 0));
    assert_eq!((lines.len(), &lines[0]["DispatchedSchedules"]), (1, &json!(2)));
    // Its messages start them, and once more is no harm.
    let body = line.messages.lock().unwrap()[0].clone();
    for started in [2, 0] {
        let (answer, lines) = invoke_over(&world, Some(&line), messages(&[("m-1", &body)]));
        assert_eq!(answer.unwrap(), json!({"batchItemFailures": []}));
        assert_eq!((&lines[0]["Starts"], &lines[0]["FailedBatches"]), (&json!(started), &json!(0)));
        assert_eq!(world.take_asked().len(), started);
    }
    let (answer, _) = invoke_over(&world, Some(&line), scheduled());
    assert_eq!(answer.unwrap()["batches"], 0);
}

#[test]
fn only_the_messages_that_failed_come_again() {
    let (world, line) = (due(&[("A", None), ("B", Some("eu-west-1")), ("C", None)]), Line::default());
    let scope = Scope { account: None, region: Region::new("eu-west-1").ok() };
    let failure = Failure { kind: FailureKind::Other, code: "no".to_owned(), message: "closed".to_owned() };
    world.set_unreachable(scope, Some(failure));
    let event = messages(&[
        ("m-1", r#"{"schedules":["A"]}"#),
        ("m-2", r#"{"schedules":["B"]}"#),
        ("m-3", "somebody else's"),
        ("m-4", r#"{"schedules":["C"]}"#),
    ]);
    let (answer, lines) = invoke_over(&world, Some(&line), event);
    let expected = json!({"batchItemFailures": [{"itemIdentifier": "m-2"}, {"itemIdentifier": "m-3"}]});
    assert_eq!(answer.unwrap(), expected);
    assert_eq!((&lines[0]["Starts"], &lines[0]["FailedBatches"]), (&json!(2), &json!(2)));
}

#[test]
fn messages_are_an_unknown_event_without_the_setting() {
    let world = due(&[("A", None)]);
    let (answer, _) = invoke_over(&world, None, messages(&[("m-1", r#"{"schedules":["A"]}"#)]));
    let error = answer.unwrap_err();
    assert_eq!(error.error_type, "UnknownEvent");
    assert!(error.error_message.contains("`DISPATCH_QUEUE_URL`"), "{}", error.error_message);
    assert_eq!(world.take_asked().len(), 0);
}

#[test]
fn what_the_queue_does_not_take_makes_the_dispatch_fail() {
    let (world, line) = (due(&[("A", None)]), Line { refuses: Some("A"), ..Line::default() });
    let (answer, lines) = invoke_over(&world, Some(&line), scheduled());
    let error = answer.unwrap_err();
    assert_eq!(error.error_type, "TickIncomplete");
    assert!(error.error_message.contains("the queue did not take it"), "{}", error.error_message);
    assert_eq!(lines.len(), 1);
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
