//! Which events make a tick (rule S3). Pure; reads no more of an event than it takes to know it.

use serde_json::Value;

use super::queue::is_of_queue;
use crate::model::{InstanceId, InstanceKey, InstanceKind, Region, Scope};
use crate::tick::About;
use crate::web::{shape, short};

/// What has brought a tick about; the tick is the same for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// A rule or schedule of EventBridge.
    Schedule,
    /// An EC2 instance has changed its state.
    Ec2,
    /// Something has happened to a database or a cluster.
    Rds,
    /// An item of a table was edited.
    Table,
    /// Batches of schedules have come out of the queue.
    Queue,
}

impl Trigger {
    /// The word for it in the log and in the answer.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Ec2 => "ec2",
            Self::Rds => "rds",
            Self::Table => "table",
            Self::Queue => "queue",
        }
    }
}

/// An event that is not the function's own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an event of this function: {what}; it takes EventBridge schedules, state changes of EC2 and RDS, DynamoDB \
     streams, and messages of the queue in `DISPATCH_QUEUE_URL`: take away the trigger that sends it"
)]
pub struct UnknownEvent {
    what: String,
}

/// What an event is; messages are the function's own if they come from the queue with this name.
///
/// # Errors
/// When it is none of those that make a tick; the error says what came, by its source or by the names of its fields, never by other values.
pub fn trigger(event: &Value, queue: Option<&str>) -> Result<Trigger, UnknownEvent> {
    let text = |name: &str| event.get(name).and_then(Value::as_str);
    match (text("source"), text("detail-type")) {
        (Some("aws.events" | "aws.scheduler"), Some("Scheduled Event")) => Ok(Trigger::Schedule),
        (Some("aws.ec2"), Some("EC2 Instance State-change Notification")) => Ok(Trigger::Ec2),
        (Some("aws.rds"), Some("RDS DB Instance Event" | "RDS DB Cluster Event")) => Ok(Trigger::Rds),
        (None, None) if is_stream(event) => Ok(Trigger::Table),
        (None, None) if queue.is_some_and(|queue| is_of_queue(event, queue)) => Ok(Trigger::Queue),
        (None, None) => Err(UnknownEvent { what: shape(event) }),
        (source, kind) => {
            let [source, kind] = [source, kind].map(|text| short(text.unwrap_or_default()));
            Err(UnknownEvent { what: format!("source `{source}`, detail-type `{kind}`") })
        }
    }
}

/// Whether the event is a batch of a DynamoDB stream, and nothing else.
fn is_stream(event: &Value) -> bool {
    let records = event.get("Records").and_then(Value::as_array);
    let is_of_table = |record: &Value| record.get("eventSource").and_then(Value::as_str) == Some("aws:dynamodb");
    records.is_some_and(|records| !records.is_empty() && records.iter().all(is_of_table))
}

/// It "is being started due to it exceeding the maximum allowed time being stopped", seven days.
/// The list: <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html>
const RESTARTED: [(&str, InstanceKind); 2] =
    [("RDS-EVENT-0153", InstanceKind::RdsCluster), ("RDS-EVENT-0154", InstanceKind::RdsInstance)];

/// What a state change says, and of which instance, if that is what the event is.
pub(super) fn about(trigger: Trigger, event: &Value) -> About {
    let detail = |name: &str| event.get("detail").and_then(|detail| detail.get(name)).and_then(Value::as_str);
    let id = |name: &str| detail(name).and_then(|id| InstanceId::new(id).ok());
    match trigger {
        Trigger::Ec2 => id("instance-id").map_or(About::All, About::Instance),
        Trigger::Rds => {
            let Some(id) = id("SourceIdentifier") else { return About::All };
            let kind = RESTARTED.iter().find(|(event, _)| detail("EventID") == Some(event)).map(|(_, kind)| *kind);
            let region = event.get("region").and_then(Value::as_str).and_then(|region| Region::new(region).ok());
            match (kind, region) {
                (Some(kind), Some(region)) => {
                    let scope = Scope { account: None, region: Some(region) };
                    About::Restarted(InstanceKey { scope, kind, id })
                }
                _ => About::Instance(id),
            }
        }
        Trigger::Schedule | Trigger::Table | Trigger::Queue => About::All,
    }
}

#[cfg(test)]
mod tests;
