//! Times, lengths of time, counts and instances, as people read them.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use crate::model::{InstanceKey, Label, RoleArn};

/// `22:00 Asia/Seoul`.
pub(super) fn clock(at: DateTime<Utc>, zone: Tz) -> String {
    format!("{} {}", at.with_timezone(&zone).format("%H:%M"), zone.name())
}

/// `Mon 23 Nov at 22:00 Asia/Seoul`.
pub(super) fn dated(at: DateTime<Utc>, zone: Tz) -> String {
    format!("{} at {}", at.with_timezone(&zone).format("%a %-d %b"), clock(at, zone))
}

/// The time, with its date where that is not the local date of `event_at`.
pub(super) fn relative(at: DateTime<Utc>, event_at: DateTime<Utc>, zone: Tz) -> String {
    let date = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
    if date(at) == date(event_at) { clock(at, zone) } else { dated(at, zone) }
}

/// `45 s`, `14 min`, `1 h 5 min`, `2 d 3 h`: the two largest units that matter, rounded down.
pub(super) fn duration(length: Duration) -> String {
    let seconds = length.num_seconds().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    let (large, small) = match (days, hours, minutes) {
        (0, 0, 0) => return format!("{seconds} s"),
        (0, 0, _) => return format!("{minutes} min"),
        (0, ..) => ((hours, "h"), (minutes % 60, "min")),
        _ => ((days, "d"), (hours % 24, "h")),
    };
    match small {
        (0, _) => format!("{} {}", large.0, large.1),
        _ => format!("{} {} {} {}", large.0, large.1, small.0, small.1),
    }
}

/// `1 instance`, `2 instances`.
pub(super) fn count(instances: usize) -> String {
    if instances == 1 { "1 instance".to_owned() } else { format!("{instances} instances") }
}

/// `name (id), type or engine, zone: remark`; another account is named, and a region where the zone does not tell it.
pub(super) fn instance(key: &InstanceKey, label: &Label, remark: &str) -> String {
    let id = key.id.as_str();
    let name = label.name.as_deref().map(str::trim).filter(|name| !name.is_empty() && *name != id);
    let mut text = name.map_or_else(|| id.to_owned(), |name| format!("{name} ({id})"));
    let place = label.zone.as_deref().or(key.scope.region.as_ref().map(crate::model::Region::as_str));
    let account = key.scope.account.as_ref().map(|role| format!("account {}", account(role)));
    for part in [label.engine.as_deref(), place, account.as_deref()].into_iter().flatten() {
        text.push_str(", ");
        text.push_str(part);
    }
    if !remark.is_empty() {
        text.push_str(": ");
        text.push_str(remark);
    }
    text
}

/// The account in a role's ARN; the whole of it if it is none.
pub(in crate::chat) fn account(role: &RoleArn) -> &str {
    role.as_str().split(':').nth(4).filter(|account| !account.is_empty()).unwrap_or(role.as_str())
}

/// A person's name without the server of an e-mail address (rule S4).
pub(in crate::chat) fn person(name: &str) -> &str {
    match name.split_once('@') {
        Some((name, _)) if !name.is_empty() => name,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let cases = [
            (-5, "0 s"),
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (899, "14 min"),
            (3_600, "1 h"),
            (3_900, "1 h 5 min"),
            (86_400, "1 d"),
            (86_400 + 11_000, "1 d 3 h"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(duration(Duration::seconds(seconds)), expected, "{seconds}");
        }
    }

    #[test]
    fn another_date_is_told() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let (evening, night) = (at("2026-11-23T13:00:00Z"), at("2026-11-23T15:30:00Z"));
        assert_eq!(relative(evening, at("2026-11-23T00:00:00Z"), Tz::Asia__Seoul), "22:00 Asia/Seoul");
        // The same date in UTC, another one in Seoul.
        assert_eq!(relative(night, evening, Tz::Asia__Seoul), "Tue 24 Nov at 00:30 Asia/Seoul");
        assert_eq!(relative(night, evening, Tz::UTC), "15:30 UTC");
    }

    #[test]
    fn instances_are_called_by_what_is_known() {
        let key = |text: &str| text.parse::<InstanceKey>().unwrap();
        let label = |name: &str, engine: &str, zone: &str| {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            Label { name: some(name), engine: some(engine), zone: some(zone) }
        };
        let cases = [
            ("ec2/i-1", label("web-1", "t3.small", "eu-west-1a"), "", "web-1 (i-1), t3.small, eu-west-1a"),
            ("ec2/i-1", label("", "t3.small", ""), "", "i-1, t3.small"),
            ("ec2/i-1", label(" ", "", ""), "pending", "i-1: pending"),
            ("rds/orders", label("orders", "mysql", "eu-west-1a"), "", "orders, mysql, eu-west-1a"),
            ("eu-west-1|cluster/c", label("", "aurora-mysql", ""), "", "c, aurora-mysql, eu-west-1"),
            (
                "arn:aws:iam::12:role/x|eu-west-1|ec2/i-1",
                label("", "", "eu-west-1a"),
                "",
                "i-1, eu-west-1a, account 12",
            ),
        ];
        for (text, label, remark, expected) in cases {
            assert_eq!(instance(&key(text), &label, remark), expected);
        }
    }

    #[test]
    fn no_address_of_a_person_is_told() {
        assert_eq!(person("jane@example.org"), "jane");
        assert_eq!(person("Jane Doe"), "Jane Doe");
        assert_eq!(person("@jane"), "@jane");
    }
}
