//! A line of metrics a tick, in CloudWatch's embedded metric format: CloudWatch makes metrics of it, and no call is needed.
//!
//! Namespace [`NAMESPACE`], no dimensions. Knows what a tick reports, not what it did.
//! The format: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::collections::BTreeMap;
use std::io::{self, Write};

use chrono::{DateTime, Duration, Utc};
use serde_json::{Map, Value, json};

use crate::tick::Report;

/// The namespace of the metrics.
pub const NAMESPACE: &str = "Lamplighter";

/// What has gone out to the network so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sent {
    /// Calls by service, each try counted: `dynamodb`, `ec2`, `rds`, `sqs`, `sts`, `tagging`, `chat`.
    pub calls: BTreeMap<&'static str, u64>,
    /// Messages that chat has accepted.
    pub messages: u64,
}

impl Sent {
    /// What has gone out since `before`.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let earlier = |service: &str| before.calls.get(service).copied().unwrap_or_default();
        let calls = self.calls.iter().map(|(service, calls)| (*service, calls.saturating_sub(earlier(service))));
        Self { calls: calls.collect(), messages: self.messages.saturating_sub(before.messages) }
    }
}

/// What kind of invocation was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A tick over everything.
    Tick,
    /// Schedules were put on the queue.
    Dispatch,
    /// Ticks over batches of the queue.
    Batches {
        /// Messages that are to come again.
        failed: usize,
    },
}

/// The metrics of one tick.
#[derive(Debug, Clone, Copy)]
pub struct Measured<'a> {
    /// When it ended.
    pub at: DateTime<Utc>,
    /// How long it took.
    pub took: Duration,
    /// What it was.
    pub kind: Kind,
    /// What it has done.
    pub report: &'a Report,
    /// What it has sent.
    pub sent: &'a Sent,
}

impl Measured<'_> {
    /// The metrics as one object of the embedded metric format.
    #[must_use]
    pub fn object(&self) -> Value {
        let metrics = self.metrics();
        let named: Vec<Value> = metrics.iter().map(|(name, unit, _)| json!({"Name": name, "Unit": unit})).collect();
        let mut object: Map<String, Value> = metrics.into_iter().map(|(name, _, value)| (name, value)).collect();
        let directive = json!({"Namespace": NAMESPACE, "Dimensions": [[]], "Metrics": named});
        object.insert(
            "_aws".to_owned(),
            json!({"Timestamp": self.at.timestamp_millis(), "CloudWatchMetrics": [directive]}),
        );
        Value::Object(object)
    }

    /// Writes the metrics as one line.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, mut out: impl Write) -> io::Result<()> {
        // One write, so that no other line comes between.
        out.write_all(format!("{}\n", self.object()).as_bytes())?;
        out.flush()
    }

    /// Names, units and values.
    fn metrics(&self) -> Vec<(String, &'static str, Value)> {
        let Report { wanted_on, wanted_off, started, stopped, failures, problems, late, untold, .. } = self.report;
        let count = |name: &str, value: Value| (name.to_owned(), "Count", value);
        let took = self.took.num_milliseconds().max(0);
        let mut metrics = vec![("Duration".to_owned(), "Milliseconds", Value::from(took))];
        metrics.push(count("Calls", self.sent.calls.values().sum::<u64>().into()));
        metrics.extend(self.sent.calls.iter().map(|(service, calls)| count(calls_to(service), (*calls).into())));
        // A batch knows its own instances only: whoever dispatches tells of all.
        if matches!(self.kind, Kind::Tick | Kind::Dispatch) {
            metrics.push(count("InstancesWantedOn", (*wanted_on).into()));
            metrics.push(count("InstancesWantedOff", (*wanted_off).into()));
        }
        metrics.extend([
            count("Starts", (*started).into()),
            count("Stops", (*stopped).into()),
            count("Failures", (*failures).into()),
            count("Problems", (*problems).into()),
            count("LateGroups", (*late).into()),
            count("Messages", self.sent.messages.into()),
            count("UntoldMessages", (*untold).into()),
        ]);
        match self.kind {
            Kind::Tick => {}
            Kind::Dispatch => metrics.push(count("DispatchedSchedules", self.report.dispatched.into())),
            Kind::Batches { failed } => metrics.push(count("FailedBatches", failed.into())),
        }
        metrics
    }
}

/// The name of the metric for the calls to a service.
fn calls_to(service: &str) -> &str {
    match service {
        "dynamodb" => "DynamoDbCalls",
        "ec2" => "Ec2Calls",
        "rds" => "RdsCalls",
        "sqs" => "SqsCalls",
        "sts" => "StsCalls",
        "tagging" => "TaggingCalls",
        "chat" => "ChatCalls",
        _ => "OtherCalls",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(dynamodb: u64, ec2: u64, chat: u64, messages: u64) -> Sent {
        Sent { calls: BTreeMap::from([("dynamodb", dynamodb), ("ec2", ec2), ("rds", 0), ("chat", chat)]), messages }
    }

    #[test]
    fn a_line_of_the_embedded_metric_format() {
        let report = Report { wanted_on: 7, wanted_off: 2, started: 3, late: 2, untold: 1, ..Report::default() };
        let measured = Measured {
            at: "2026-11-23T00:30:12.345Z".parse().unwrap(),
            took: Duration::milliseconds(1_250),
            kind: Kind::Tick,
            report: &report,
            sent: &sent(6, 3, 2, 1),
        };
        let mut out = Vec::new();
        measured.write(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.ends_with("}\n") && text.lines().count() == 1, "{text}");

        let line: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(line["_aws"]["Timestamp"], 1_795_393_812_345_i64);
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Namespace"], "Lamplighter");
        assert_eq!(directive["Dimensions"], json!([[]]));
        let metrics = directive["Metrics"].as_array().unwrap();
        let shown: Vec<String> = metrics
            .iter()
            .map(|metric| {
                let name = metric["Name"].as_str().unwrap();
                assert!(line[name].is_number(), "{name} has no value");
                format!("{name} {} {}", line[name], metric["Unit"].as_str().unwrap())
            })
            .collect();
        let expected = [
            "Duration 1250 Milliseconds",
            "Calls 11 Count",
            "ChatCalls 2 Count",
            "DynamoDbCalls 6 Count",
            "Ec2Calls 3 Count",
            "RdsCalls 0 Count",
            "InstancesWantedOn 7 Count",
            "InstancesWantedOff 2 Count",
            "Starts 3 Count",
            "Stops 0 Count",
            "Failures 0 Count",
            "Problems 0 Count",
            "LateGroups 2 Count",
            "Messages 1 Count",
            "UntoldMessages 1 Count",
        ];
        assert_eq!(shown, expected);
        // Nothing but the metrics and what describes them.
        assert_eq!(line.as_object().unwrap().len(), metrics.len() + 1);
    }

    #[test]
    fn a_dispatch_tells_of_all_instances_and_a_batch_of_its_failures() {
        let report = Report { wanted_on: 7, dispatched: 120, ..Report::default() };
        let at = "2026-11-23T00:30:12.345Z".parse().unwrap();
        let sent = Sent { calls: BTreeMap::from([("sqs", 1)]), messages: 0 };
        let object = |kind| Measured { at, took: Duration::zero(), kind, report: &report, sent: &sent }.object();
        let value = |kind, name: &str| object(kind).get(name).cloned();
        assert_eq!(value(Kind::Dispatch, "DispatchedSchedules"), Some(json!(120)));
        assert_eq!(value(Kind::Dispatch, "InstancesWantedOn"), Some(json!(7)));
        assert_eq!(value(Kind::Dispatch, "SqsCalls"), Some(json!(1)));
        assert_eq!(value(Kind::Batches { failed: 2 }, "FailedBatches"), Some(json!(2)));
        assert_eq!(value(Kind::Batches { failed: 2 }, "InstancesWantedOn"), None);
        for name in ["DispatchedSchedules", "FailedBatches"] {
            assert_eq!(value(Kind::Tick, name), None, "{name}");
        }
    }

    #[test]
    fn a_tick_is_measured_from_where_the_one_before_ended() {
        assert_eq!(sent(6, 3, 2, 1).since(&sent(4, 3, 0, 0)), sent(2, 0, 2, 1));
        assert_eq!(sent(6, 3, 2, 1).since(&Sent::default()), sent(6, 3, 2, 1));
    }
}
