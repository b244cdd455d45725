//! An event of the journal as the JSON object that the command line prints and the function logs. Knows no log.

use chrono::SecondsFormat;
use serde_json::{Map, Value};

use crate::model::{Detail, Event, Region, RoleArn};

/// The event as one flat object: `at`, `event`, then `schedule`, `group`, `instance` and what else is known.
///
/// `instance` is its id, `kind` says what it is (`ec2`, `rds`, `cluster`), `region` and `role` where it is if that is not
/// the function's own place. What is absent is left out. Instants are RFC 3339 in UTC, with `Z`. A detail never takes the
/// place of one of these.
#[must_use]
pub fn event_object(event: &Event) -> Map<String, Value> {
    let Event { at, kind, schedule, group, instance, details } = event;
    let mut object: Map<String, Value> =
        details.iter().map(|(name, value)| ((*name).to_owned(), detail(value))).collect();
    let scope = instance.as_ref().map(|key| &key.scope);
    let fields = [
        ("at", Some(at.to_rfc3339_opts(SecondsFormat::AutoSi, true))),
        ("event", Some(kind.as_str().to_owned())),
        ("schedule", schedule.as_ref().map(ToString::to_string)),
        ("group", group.as_ref().map(ToString::to_string)),
        ("instance", instance.as_ref().map(|key| key.id.to_string())),
        ("kind", instance.as_ref().map(|key| key.kind.as_str().to_owned())),
        ("region", scope.and_then(|scope| scope.region.as_ref()).map(Region::to_string)),
        ("role", scope.and_then(|scope| scope.account.as_ref()).map(RoleArn::to_string)),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            object.insert(name.to_owned(), Value::from(value));
        }
    }
    object
}

fn detail(detail: &Detail) -> Value {
    match detail {
        Detail::Text(text) => Value::from(text.as_str()),
        Detail::Number(number) => Value::from(*number),
        Detail::Names(names) => Value::from(names.as_slice()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EventKind, GroupName, ScheduleName};

    fn check(event: &Event, expected: &Value) {
        assert_eq!(&Value::Object(event_object(event)), expected);
    }

    fn event(kind: EventKind) -> Event {
        let at = "2026-11-23T00:30:00.250Z".parse().unwrap();
        Event { at, kind, schedule: None, group: None, instance: None, details: Vec::new() }
    }

    #[test]
    fn what_is_absent_is_left_out() {
        let at = "2026-11-23T13:00:00Z".parse().unwrap();
        let problem = Event { at, ..event(EventKind::Problem) };
        check(&problem, &serde_json::json!({"at": "2026-11-23T13:00:00Z", "event": "problem"}));
    }

    #[test]
    fn everything_known_is_told_flat() {
        let start = Event {
            schedule: ScheduleName::new("Development").ok(),
            group: GroupName::new("DB").ok(),
            instance: "arn:aws:iam::12:role/x|eu-west-1|cluster/orders".parse().ok(),
            details: vec![("run", "2026-11-23T00:30:00Z/start".into()), ("event", "not this".into())],
            ..event(EventKind::Start)
        };
        let expected = serde_json::json!({
            "at": "2026-11-23T00:30:00.250Z",
            "event": "start",
            "schedule": "Development",
            "group": "DB",
            "instance": "orders",
            "kind": "cluster",
            "region": "eu-west-1",
            "role": "arn:aws:iam::12:role/x",
            "run": "2026-11-23T00:30:00Z/start",
        });
        check(&start, &expected);
    }
}
