//! A plan for programs: one object, instants in UTC.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::super::validate;
use super::{Entry, Plan};
use crate::engine::forecast::is_followed;

/// The plan as one line of JSON.
pub(super) fn print(plan: &Plan) -> String {
    let transition = |found: &crate::engine::forecast::Planned| json!({"schedule": found.schedule.as_str(), "at": instant(found.at), "action": found.action.as_str()});
    let warning = |found: &crate::engine::forecast::PlannedWarning| json!({"schedule": found.schedule.as_str(), "at": instant(found.at), "stop_at": instant(found.stop_at)});
    let object = json!({
        "from": instant(plan.from),
        "to": instant(plan.to),
        "transitions": plan.forecast.transitions.iter().map(transition).collect::<Vec<_>>(),
        "warnings": plan.forecast.warnings.iter().map(warning).collect::<Vec<_>>(),
        "problems": plan.problems.iter().map(validate::listing).collect::<Vec<_>>(),
        "schedules": plan.entries.iter().map(totals).collect::<Vec<_>>(),
    });
    format!("{object}\n")
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn totals(entry: &Entry) -> Value {
    let (schedule, totals) = (&entry.schedule, entry.totals);
    json!({
        "schedule": schedule.name.as_str(),
        "zone": schedule.zone.name(),
        "followed": is_followed(schedule),
        "on_seconds": totals.on.num_seconds(),
        "off_seconds": totals.off.num_seconds(),
        "unmanaged_seconds": totals.unmanaged.num_seconds(),
    })
}
