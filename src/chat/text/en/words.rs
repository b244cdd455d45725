//! Times, lengths of time, counts and instances, as people read them.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use crate::model::{InstanceKey, Label};

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

/// `name (id), type or engine, zone: remark`.
pub(super) fn instance(key: &InstanceKey, label: &Label, remark: &str) -> String {
    super::super::instance(key, label, remark, "account")
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
}
