//! Times, lengths of time, counts and instances, as people read them in Korean.

use chrono::{DateTime, Datelike as _, Duration, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;

use crate::model::{InstanceKey, Label};

/// `22:00(Asia/Seoul)`.
pub(super) fn clock(at: DateTime<Utc>, zone: Tz) -> String {
    format!("{}({})", at.with_timezone(&zone).format("%H:%M"), zone.name())
}

/// `11월 23일(월) 22:00(Asia/Seoul)`.
pub(super) fn dated(at: DateTime<Utc>, zone: Tz) -> String {
    format!("{} {}", month_and_day(at.with_timezone(&zone).date_naive()), clock(at, zone))
}

/// `11월 23일(월)`.
pub(in crate::chat) fn month_and_day(date: NaiveDate) -> String {
    format!("{}월 {}일({})", date.month(), date.day(), weekday(date.weekday()))
}

/// The time, with its date where that is not the local date of `event_at`.
pub(super) fn relative(at: DateTime<Utc>, event_at: DateTime<Utc>, zone: Tz) -> String {
    let date = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
    if date(at) == date(event_at) { clock(at, zone) } else { dated(at, zone) }
}

/// The one letter of a day of the week.
pub(super) const fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "월",
        Weekday::Tue => "화",
        Weekday::Wed => "수",
        Weekday::Thu => "목",
        Weekday::Fri => "금",
        Weekday::Sat => "토",
        Weekday::Sun => "일",
    }
}

/// `45초`, `14분`, `1시간 5분`, `2일 3시간`: the two largest units that matter, rounded down.
pub(super) fn duration(length: Duration) -> String {
    let seconds = length.num_seconds().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    let (large, small) = match (days, hours, minutes) {
        (0, 0, 0) => return format!("{seconds}초"),
        (0, 0, _) => return format!("{minutes}분"),
        (0, ..) => ((hours, "시간"), (minutes % 60, "분")),
        _ => ((days, "일"), (hours % 24, "시간")),
    };
    match small {
        (0, _) => format!("{}{}", large.0, large.1),
        _ => format!("{}{} {}{}", large.0, large.1, small.0, small.1),
    }
}

/// `이름 (id), 유형, 영역: 비고`.
pub(super) fn instance(key: &InstanceKey, label: &Label, remark: &str) -> String {
    super::super::instance(key, label, remark, "계정")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let cases = [
            (-5, "0초"),
            (59, "59초"),
            (60, "1분"),
            (899, "14분"),
            (3_600, "1시간"),
            (3_900, "1시간 5분"),
            (86_400, "1일"),
            (86_400 + 11_000, "1일 3시간"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(duration(Duration::seconds(seconds)), expected, "{seconds}");
        }
    }

    #[test]
    fn dates_have_their_day_and_times_their_zone() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(dated(at("2026-11-29T13:00:00Z"), Tz::Asia__Seoul), "11월 29일(일) 22:00(Asia/Seoul)");
        assert_eq!(dated(at("2026-01-05T00:05:00Z"), Tz::UTC), "1월 5일(월) 00:05(UTC)");
        let (evening, night) = (at("2026-11-23T13:00:00Z"), at("2026-11-23T15:30:00Z"));
        assert_eq!(relative(evening, at("2026-11-23T00:00:00Z"), Tz::Asia__Seoul), "22:00(Asia/Seoul)");
        assert_eq!(relative(night, evening, Tz::Asia__Seoul), "11월 24일(화) 00:30(Asia/Seoul)");
    }
}
