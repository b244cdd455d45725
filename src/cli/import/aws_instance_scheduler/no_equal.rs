//! What AWS's scheduler has and Lamplighter has not, or has otherwise: said, attribute by attribute.

use serde_json::Value;

use super::items::{Item, cut, shown};
use super::period;
use crate::cli::import::{Kind, Note};

/// The attributes of a schedule that are read elsewhere.
const READ: [&str; 7] = ["name", "description", "periods", "timezone", "override_status", "overwrite", "enforced"];

/// Of a schedule: an attribute, whether it matters only when it is true, and what to know.
const SCHEDULE: [(&str, bool, Kind, &str); 6] = [
    (
        "retain_running",
        true,
        Kind::Differs,
        "has no equal: AWS lets an instance that people started before a period run on at its end; here everything of the \
         schedule is stopped then, after a warning (an exception for the stop of that date keeps it running)",
    ),
    ("hibernate", true, Kind::Differs, "is asked by a tag of the instances here: `lamplighter:hibernate` = `true`"),
    (
        "use_maintenance_window",
        true,
        Kind::Differs,
        "has no equal: nothing is started for a maintenance window of RDS or Systems Manager; an exception or a period of \
         its own does it",
    ),
    (
        "ssm_maintenance_window",
        false,
        Kind::Differs,
        "has no equal: nothing is started for a maintenance window; write its times as a period of their own",
    ),
    ("use_metrics", true, Kind::Differs, "has no equal: metrics are those of the whole scheduler, not of a schedule"),
    // The names of stacks say where the truth was kept until now.
    ("configured_in_stack", false, Kind::Info, STACK),
];

const STACK: &str = "is kept by a CloudFormation stack; from now on the file is what counts";

/// Of the global configuration: as for a schedule.
const CONFIG: [(&str, bool, Kind, &str); 14] = [
    ("schedule_clusters", true, Kind::Info, "is not asked: DB clusters are scheduled wherever the tag is"),
    (
        "remote_account_ids",
        false,
        Kind::Differs,
        "has no equal yet: instances are looked for in the function's own account",
    ),
    (
        "cross_account_roles",
        false,
        Kind::Differs,
        "has no equal yet: instances are looked for in the function's own account",
    ),
    ("organization_id", false, Kind::Info, "is not used"),
    ("scheduler_role_name", false, Kind::Info, "is not used"),
    ("aws_partition", false, Kind::Info, "is not used: the region says it"),
    ("namespace", false, Kind::Info, "is not used"),
    (
        "started_tags",
        false,
        Kind::Differs,
        "has no equal: instances are not tagged; the history of a schedule is kept in its runs",
    ),
    (
        "stopped_tags",
        false,
        Kind::Differs,
        "has no equal: instances are not tagged; the history of a schedule is kept in its runs",
    ),
    ("create_rds_snapshot", true, Kind::Differs, "has no equal: databases are stopped without a snapshot"),
    ("use_metrics", false, Kind::Info, "is not asked: metrics are always written"),
    ("trace", false, Kind::Info, "is not asked: every decision is logged"),
    (
        "enable_ssm_maintenance_windows",
        true,
        Kind::Differs,
        "has no equal: nothing is started for a maintenance window; write its times as a period of their own",
    ),
    (
        "use_aws_organizations",
        true,
        Kind::Differs,
        "has no equal yet: instances are looked for in the function's own account",
    ),
];

/// Attributes of the global configuration that are read elsewhere.
const CONFIG_READ: [&str; 7] =
    ["name", "tagname", "tag_name", "default_timezone", "regions", "scheduled_services", "schedule_lambda_account"];

/// The services that are handled here.
const SERVICES: [&str; 2] = ["ec2", "rds"];

/// Others, whose clusters are handled with those of RDS.
const WITH_RDS: [&str; 2] = ["docdb", "neptune"];

/// What a schedule has that has no equal.
pub(super) fn schedule(label: &str, item: &Item) -> Vec<Note> {
    let mut notes = of_table(label, item, &SCHEDULE);
    let known: Vec<&str> =
        READ.into_iter().chain(SCHEDULE.iter().map(|(name, ..)| *name)).chain(["stop_new_instances"]).collect();
    notes.extend(unknown(label, item, &known));
    notes
}

/// What the global configuration has that has no equal.
pub(super) fn config(label: &str, item: &Item) -> Vec<Note> {
    let mut notes = of_table(label, item, &CONFIG);
    let mut when_false = |attribute: &str, message: &str| {
        if let Some(value) = item.get(attribute).filter(|value| is(value, false)) {
            notes.push(Note::new(Kind::Differs, label, attribute, Some(shown(value)), message));
        }
    };
    when_false("schedule_lambda_account", "has no equal: instances of the function's own account are scheduled");
    when_false("schedule_clusters", "has no equal: DB clusters that carry the tag are scheduled here");
    notes.extend(item.get("scheduled_services").map(|value| services(label, value)).unwrap_or_default());
    let known: Vec<&str> = CONFIG_READ.into_iter().chain(CONFIG.iter().map(|(name, ..)| *name)).collect();
    notes.extend(unknown(label, item, &known));
    notes
}

/// The services that AWS's scheduler is told to handle, and those that are handled here.
fn services(label: &str, value: &Value) -> Vec<Note> {
    let note =
        |kind, holds: String, message: String| Note::new(kind, label, "scheduled_services", Some(holds), message);
    let texts = match period::texts(value) {
        Ok(texts) => texts,
        Err(message) => return vec![note(Kind::Differs, shown(value), message)],
    };
    let asked: Vec<&str> =
        texts.iter().flat_map(|text| text.split(',')).map(str::trim).filter(|name| !name.is_empty()).collect();
    let is = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
    let is_known = |name: &str| SERVICES.iter().chain(&WITH_RDS).any(|service| is(service, name));
    let others = asked.iter().filter(|name| !is_known(name));
    let not_here = others.map(|name| {
        let message =
            "no such service is handled here: only EC2 instances, RDS DB instances and DB clusters are started and stopped";
        note(Kind::Differs, cut(name), message.to_owned())
    });
    let missing = SERVICES.iter().filter(|service| !asked.iter().any(|name| is(service, name)));
    let besides = missing.map(|service| {
        let upper = service.to_uppercase();
        let message = format!("does not name `{service}`, but {upper} instances that carry the tag are scheduled here");
        note(Kind::Differs, shown(value), message)
    });
    let mut notes: Vec<Note> = not_here.chain(besides).collect();
    if notes.is_empty() {
        let message = "is not asked: EC2 and RDS are scheduled wherever the tag is";
        notes.push(note(Kind::Info, shown(value), message.to_owned()));
    }
    notes
}

fn of_table(label: &str, item: &Item, table: &[(&str, bool, Kind, &str)]) -> Vec<Note> {
    let matters = |value: &Value, only_true: bool| if only_true { !is(value, false) } else { true };
    let note = |(attribute, only_true, kind, message): &(&str, bool, Kind, &str)| {
        let value = item.get(attribute).filter(|value| matters(value, *only_true))?;
        Some(Note::new(*kind, label, attribute, Some(shown(value)), *message))
    };
    table.iter().filter_map(note).collect()
}

/// A `CloudFormation` stack has made the item.
pub(super) fn stack(label: &str, item: &Item) -> Note {
    Note::new(Kind::Info, label, "configured_in_stack", item.get("configured_in_stack").map(shown), STACK)
}

/// Attributes that AWS does not have, as far as is known here.
pub(super) fn unknown(label: &str, item: &Item, known: &[&str]) -> Vec<Note> {
    let message = "is no attribute that is known of AWS's scheduler; nothing was made of it";
    let unknown = item.unknown(known).into_iter();
    unknown.map(|(name, value)| Note::new(Kind::Differs, label, name, Some(shown(value)), message)).collect()
}

/// True or false, as BOOL or as text.
pub(super) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn is(value: &Value, wanted: bool) -> bool {
    flag(value) == Some(wanted)
}
