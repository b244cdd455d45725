//! SQS as the port [`Queue`]: messages in, one outcome for each. Knows nothing of what they say.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use futures_util::{StreamExt as _, stream};

use crate::ports::{Queue, QueueError};

use super::calls::{CallCounts, Counter, Service};
use super::failure::failure_of;

/// The most messages that one call takes.
const BATCH: usize = 10;
/// The most bytes that one call takes, all of its messages together.
const BYTES: usize = 256 * 1024;
/// How many calls are made side by side.
const SIDE_BY_SIDE: usize = 4;
/// How often messages are sent that a call took no notice of, though it was right itself.
const TRIES: u32 = 3;
/// The pause before they are sent again, doubled each time.
const PAUSE: Duration = Duration::from_millis(100);

/// A standard queue.
#[derive(Debug, Clone)]
pub struct SqsQueue {
    client: Client,
    url: String,
}

impl SqsQueue {
    /// Takes the loaded configuration, the queue's URL, and where to count calls; makes none yet.
    #[must_use]
    pub fn new(config: &SdkConfig, url: String, counts: Arc<CallCounts>) -> Self {
        let config =
            aws_sdk_sqs::config::Builder::from(config).interceptor(Counter { service: Service::Sqs, counts }).build();
        Self { client: Client::from_conf(config), url }
    }

    /// Sends these, which fit into one call.
    async fn send(&self, messages: &[String]) -> Vec<Result<(), QueueError>> {
        // Nothing was said of it.
        let silent = QueueError("its answer left a message out".to_owned());
        let mut outcomes = vec![Err(silent); messages.len()];
        for attempt in 0..TRIES {
            let waiting: Vec<usize> =
                outcomes.iter().enumerate().filter(|(_, outcome)| outcome.is_err()).map(|(index, _)| index).collect();
            if waiting.is_empty() {
                break;
            }
            if attempt > 0 {
                tokio::time::sleep(PAUSE * 2_u32.pow(attempt - 1)).await;
            }
            let Heard { outcomes: heard, is_final } = self.call(messages, &waiting).await;
            for (index, outcome) in heard {
                if let Some(slot) = outcomes.get_mut(index) {
                    *slot = outcome;
                }
            }
            if is_final {
                break;
            }
        }
        outcomes
    }

    async fn call(&self, messages: &[String], waiting: &[usize]) -> Heard {
        let entry = |index: &usize| {
            let body = messages.get(*index)?;
            SendMessageBatchRequestEntry::builder().id(index.to_string()).message_body(body).build().ok()
        };
        let entries: Vec<_> = waiting.iter().filter_map(entry).collect();
        let send = self.client.send_message_batch().queue_url(&self.url).set_entries(Some(entries));
        match send.send().await {
            Ok(answer) => {
                let is_final = answer.failed.iter().all(|failed| failed.sender_fault);
                let taken = answer.successful.into_iter().map(|taken| (taken.id, Ok(())));
                let failed = answer.failed.into_iter().map(|failed| {
                    let message = failed.message.unwrap_or_default();
                    (failed.id, Err(QueueError(format!("{}: {message}", failed.code))))
                });
                let outcomes = taken.chain(failed).filter_map(|(id, outcome)| Some((id.parse().ok()?, outcome)));
                Heard { outcomes: outcomes.collect(), is_final }
            }
            // The SDK has tried again what can be.
            Err(error) => {
                let failure = failure_of(&error);
                let error = QueueError(format!("{}: {}", failure.code, failure.message));
                let outcomes = waiting.iter().map(|index| (*index, Err(error.clone()))).collect();
                Heard { outcomes, is_final: true }
            }
        }
    }
}

/// What a call has said of its messages, by their place.
struct Heard {
    outcomes: BTreeMap<usize, Result<(), QueueError>>,
    /// To send the rest again would change nothing.
    is_final: bool,
}

impl Queue for SqsQueue {
    async fn put(&self, messages: &[String]) -> Vec<Result<(), QueueError>> {
        let parts = calls(messages).into_iter().filter_map(|range| messages.get(range));
        let sends: Vec<_> = parts.map(|part| self.send(part)).collect();
        stream::iter(sends).buffered(SIDE_BY_SIDE).concat().await
    }
}

/// Which messages go into one call each, in order; one that is too large by itself goes alone, for SQS to refuse.
fn calls(messages: &[String]) -> Vec<Range<usize>> {
    let mut calls: Vec<Range<usize>> = Vec::new();
    let mut bytes = 0;
    for (index, message) in messages.iter().enumerate() {
        match calls.last_mut() {
            Some(call) if call.len() < BATCH && bytes + message.len() <= BYTES => {
                call.end = index + 1;
                bytes += message.len();
            }
            _ => {
                calls.push(index..index + 1);
                bytes = message.len();
            }
        }
    }
    calls
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_keeps_within_the_limits_of_sqs() {
        let cases: [(&[usize], &[Range<usize>]); 5] = [
            (&[], &[]),
            (&[1; 10], &[0..10]),
            (&[1; 21], &[0..10, 10..20, 20..21]),
            (&[BYTES - 1, 1, 1], &[0..2, 2..3]),
            (&[1, BYTES + 1, 1], &[0..1, 1..2, 2..3]),
        ];
        for (sizes, expected) in cases {
            let messages: Vec<String> = sizes.iter().map(|size| "x".repeat(*size)).collect();
            assert_eq!(calls(&messages), expected, "{sizes:?}");
        }
    }
}
