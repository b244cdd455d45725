//! Messages of the queue: which batches of schedules an event brings, and what Lambda is told of those that failed.
//!
//! The shapes are AWS's: <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>. Pure.

use serde_json::{Value, json};

use crate::document::{self, Batch, BatchError};
use crate::tick::Report;

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// What SQS calls it.
    pub(super) id: String,
    /// The schedules of the batch.
    pub(super) batch: Result<Batch, BatchError>,
}

/// Whether the event is a handful of messages of the queue with this name, and nothing else.
pub(super) fn is_of_queue(event: &Value, queue: &str) -> bool {
    let is_message = |record: &Value| {
        let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
        let name = text("eventSourceARN").rsplit_once(':').map(|(_, name)| name);
        text("eventSource") == "aws:sqs" && name == Some(queue) && !text("messageId").is_empty()
    };
    let records = event.get("Records").and_then(Value::as_array);
    records.is_some_and(|records| !records.is_empty() && records.iter().all(is_message))
}

/// The messages of such an event.
pub(super) fn messages(event: &Value) -> Vec<Message> {
    let records = event.get("Records").and_then(Value::as_array).into_iter().flatten();
    let text = |record: &Value, name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    records
        .map(|record| Message { id: text(record, "messageId"), batch: document::batch(&text(record, "body")) })
        .collect()
}

/// The answer by which Lambda deletes all messages but these, which come again.
pub(super) fn answer(failed: &[String]) -> Value {
    let failures: Vec<Value> = failed.iter().map(|id| json!({"itemIdentifier": id})).collect();
    json!({"batchItemFailures": failures})
}

/// What two ticks have done together.
pub(super) fn together(one: &Report, other: &Report) -> Report {
    Report {
        passes: one.passes + other.passes,
        schedules: one.schedules + other.schedules,
        wanted_on: one.wanted_on + other.wanted_on,
        wanted_off: one.wanted_off + other.wanted_off,
        started: one.started + other.started,
        stopped: one.stopped + other.stopped,
        failures: one.failures + other.failures,
        problems: one.problems + other.problems,
        late: one.late + other.late,
        untold: one.untold + other.untold,
        in_flight: one.in_flight || other.in_flight,
        dispatched: one.dispatched + other.dispatched,
        batches: one.batches + other.batches,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ScheduleName;

    /// An event as AWS documents it, with these messages.
    fn event(messages: &[(&str, &str)]) -> Value {
        let record = |(id, body): &(&str, &str)| {
            json!({
                "messageId": id,
                "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...",
                "body": body,
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": "1545082649183",
                    "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                    "ApproximateFirstReceiveTimestamp": "1545082649185"
                },
                "messageAttributes": {},
                "md5OfBody": "098f6bcd4621d373cade4e832627b4f6",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-2:123456789012:lamps",
                "awsRegion": "us-east-2"
            })
        };
        json!({"Records": messages.iter().map(record).collect::<Vec<_>>()})
    }

    #[test]
    fn messages_are_known_by_their_queue() {
        let good = event(&[("m-1", "a"), ("m-2", "b")]);
        assert!(is_of_queue(&good, "lamps"));
        for queue in ["lamp", "", "123456789012:lamps"] {
            assert!(!is_of_queue(&good, queue), "{queue}");
        }
        let spoilt = [("eventSource", json!("aws:sns")), ("eventSourceARN", json!("lamps")), ("messageId", json!(""))];
        for (name, value) in spoilt {
            let mut event = good.clone();
            event["Records"][1][name] = value;
            assert!(!is_of_queue(&event, "lamps"), "{name}");
        }
        assert!(!is_of_queue(&event(&[]), "lamps"));
    }

    #[test]
    fn each_message_is_a_batch_or_says_why_not() {
        let event = event(&[("m-1", r#"{"schedules":["B","A"]}"#), ("m-2", "else")]);
        let names = ["A", "B"].map(|name| ScheduleName::new(name).unwrap());
        let expected = [
            Message { id: "m-1".to_owned(), batch: Ok(Batch { schedules: names.into(), restarted: None }) },
            Message { id: "m-2".to_owned(), batch: Err(BatchError::Shape) },
        ];
        assert_eq!(messages(&event), expected);
    }

    #[test]
    fn the_answer_names_those_that_failed() {
        assert_eq!(answer(&[]), json!({"batchItemFailures": []}));
        let failed = ["m-1".to_owned(), "m-2".to_owned()];
        let expected = json!({"batchItemFailures": [{"itemIdentifier": "m-1"}, {"itemIdentifier": "m-2"}]});
        assert_eq!(answer(&failed), expected);
    }
}
