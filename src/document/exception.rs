//! An item of the `ScheduleException` table.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::attributes::Attributes;
use super::hint;
use super::schedule::{CLOCK_ALLOWED, clock_or_none};
use super::shown::cut;
use crate::model::{ClockValue, Exception, ExceptionKind, Problem, ScheduleName};
use crate::ports::{EXPIRES_AT, Item};

/// The attributes of an exception.
pub(super) const KNOWN: [&str; 11] = [
    "ExceptionUuid",
    "ScheduleName",
    "ExceptionDate",
    "ExceptionType",
    "ExceptionValue",
    "CreatedBy",
    "CreatedVia",
    "CreatedAt",
    "Reason",
    EXPIRES_AT,
    REPLACES,
];

/// The item that an order took the place of, so that it can be put back when the order is taken back.
pub(crate) const REPLACES: &str = "Replaces";

/// An exception is kept so long after its date.
const KEPT_FOR: Duration = Duration::days(90);

/// Reads an exception of a schedule, or of one whose name is not known. `None` when it is at fault: it is then ignored
/// and the timetable stands.
pub(super) fn read(item: &Item, schedule: Option<&ScheduleName>) -> (Option<Exception>, Vec<Problem>) {
    let text = |name: &str| item.get(name).and_then(Value::as_str).map(str::to_owned);
    let label = text("ExceptionUuid").or_else(|| text("ExceptionDate")).unwrap_or_default();
    let owner = schedule.map(|schedule| format!(" of {schedule}")).unwrap_or_default();
    let label = format!("ScheduleException {}{owner}", cut(&label));
    let mut attributes = Attributes::new(item, &label, schedule.cloned(), false);
    attributes.text("ExceptionUuid");
    let date = attributes.required("ExceptionDate", "a date `YYYY-MM-DD`", date);
    let kind = attributes.required("ExceptionType", "`start` or `stop`", kind);
    let local_time = attributes.required("ExceptionValue", CLOCK_ALLOWED, clock_or_none);
    let created_by = attributes.text("CreatedBy").map(str::to_owned);
    let reason = attributes.text("Reason").map(str::to_owned);
    for note in ["CreatedVia", "CreatedAt"] {
        attributes.text(note);
    }
    let id = text("ExceptionUuid");
    attributes.only(&KNOWN);
    let exception =
        schedule.zip(date.zip(kind)).zip(local_time).map(|((schedule, (date, kind)), local_time)| Exception {
            id: id.unwrap_or_else(|| uuid(schedule, date, kind).to_string()),
            date,
            kind,
            local_time,
            created_by,
            reason,
            ends_start: ends_start(item),
        });
    (exception.filter(|_| !attributes.is_faulty()), attributes.problems)
}

/// The attribute `Reason` of the stop that ends a force start.
pub(crate) const FORCED: &str = "force_start";

/// The time of the first end of a force start among an item and those that it took the place of.
fn ends_start(item: &Item) -> Option<ClockValue> {
    let replaced = item.get(REPLACES).and_then(Value::as_object);
    let is_end = item.get("Reason").and_then(Value::as_str) == Some(FORCED);
    let own = || item.get("ExceptionValue").and_then(Value::as_str).and_then(|text| clock_or_none(text).ok()).flatten();
    if is_end { own() } else { replaced.and_then(ends_start) }
}

/// The date of an exception's item, as far as it can be read.
pub(super) fn date_of(item: &Item) -> Option<NaiveDate> {
    item.get("ExceptionDate").and_then(Value::as_str).and_then(|text| date(text).ok())
}

/// Exactly four digits for the year: what chrono takes besides leads to dates that nobody means.
fn date(text: &str) -> Result<NaiveDate, &'static str> {
    let is_plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| "is no date")?;
    if is_plain { Ok(date) } else { Err("is no date") }
}

fn kind(text: &str) -> Result<ExceptionKind, String> {
    match text.to_lowercase().as_str() {
        "start" => Ok(ExceptionKind::Start),
        "stop" => Ok(ExceptionKind::Stop),
        _ => Err(hint::unknown(text, "is no type of exception", &["start", "stop"])),
    }
}

/// The key of the exception for a schedule, date and type: setting the same one twice writes one item.
#[must_use]
pub(super) fn uuid(schedule: &ScheduleName, date: NaiveDate, kind: ExceptionKind) -> Uuid {
    let text = format!("{schedule}\u{1f}{date}\u{1f}{}", kind.as_str());
    Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes())
}

/// The key of our exception for a schedule, date and type, as its item has it.
#[must_use]
pub fn exception_id(schedule: &ScheduleName, date: NaiveDate, kind: ExceptionKind) -> String {
    uuid(schedule, date, kind).to_string()
}

/// When DynamoDB may delete the exception of a date, in seconds since 1970.
pub(super) fn expires_at(date: NaiveDate) -> i64 {
    (date.and_time(NaiveTime::MIN).and_utc() + KEPT_FOR).timestamp()
}

/// The item of an exception made by Lamplighter: by `by`, through `via` (such as `chat`).
#[must_use]
pub fn exception_item(
    schedule: &ScheduleName,
    date: NaiveDate,
    kind: ExceptionKind,
    local_time: Option<ClockValue>,
    (by, via): (&str, &str),
    now: DateTime<Utc>,
) -> Item {
    let mut item = Item::new();
    let value = local_time.map_or_else(|| "None".to_owned(), |value| value.to_string());
    let mut set = |name: &str, value: Value| item.insert(name.to_owned(), value);
    set("ExceptionUuid", json!(uuid(schedule, date, kind).to_string()));
    set("ScheduleName", json!(schedule.as_str()));
    set("ExceptionDate", json!(date.to_string()));
    set("ExceptionType", json!(kind.as_str()));
    set("ExceptionValue", json!(value));
    set("CreatedBy", json!(by));
    set("CreatedVia", json!(via));
    set("CreatedAt", json!(now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)));
    set(EXPIRES_AT, json!(expires_at(date)));
    item
}
