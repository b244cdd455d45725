//! What an import adds to a schedule: one decision for files and tables. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::Value;

use super::days::DaysOff;
use crate::model::{ExceptionKind, Schedule, ScheduleName};
use crate::ports::Item;

/// What `CreatedVia` of an imported exception says.
const VIA: &str = "holidays import";

/// What becomes of a calendar's days off in one schedule.
#[derive(Debug)]
pub(super) struct Decision {
    pub(super) schedule: ScheduleName,
    pub(super) zone: Tz,
    /// The file that holds the schedule; `None` where it is the tables.
    pub(super) file: Option<String>,
    pub(super) days: DaysOff,
    /// The exceptions to add, by date.
    pub(super) added: Vec<Item>,
    /// The dates that have a `start None` already.
    pub(super) already: Vec<NaiveDate>,
    /// The dates that have another start exception, and what it holds: somebody has decided that.
    pub(super) kept: Vec<(NaiveDate, String)>,
    /// The dates that have a start exception that is at fault, and what it holds: it has no effect, and keeps the day off
    /// from being added.
    pub(super) faulty: Vec<(NaiveDate, String)>,
}

/// Decides what to add to a schedule that has these exceptions (those of other schedules may be among them).
pub(super) fn decide(schedule: &Schedule, days: DaysOff, exceptions: &[Item]) -> Decision {
    let mut starts: BTreeMap<NaiveDate, &str> = BTreeMap::new();
    for item in exceptions {
        let is_ours = ScheduleName::new(text(item, "ScheduleName")).is_ok_and(|name| name == schedule.name);
        let date = NaiveDate::parse_from_str(text(item, "ExceptionDate"), "%Y-%m-%d");
        if let (Ok(date), true, true) = (date, is_ours, text(item, "ExceptionType").eq_ignore_ascii_case("start")) {
            starts.entry(date).or_insert_with(|| text(item, "ExceptionValue"));
        }
    }
    let mut decision = Decision {
        schedule: schedule.name.clone(),
        zone: schedule.zone,
        file: None,
        days,
        added: Vec::new(),
        already: Vec::new(),
        kept: Vec::new(),
        faulty: Vec::new(),
    };
    for (date, names) in &decision.days.dates {
        let understood = schedule.exceptions.get(date).map_or(&[][..], Vec::as_slice);
        let mut understood = understood.iter().filter(|exception| exception.kind == ExceptionKind::Start).peekable();
        let is_understood = understood.peek().is_some();
        match (understood.find_map(|exception| exception.local_time), starts.get(date)) {
            (Some(time), _) => decision.kept.push((*date, time.to_string())),
            (None, _) if is_understood => decision.already.push(*date),
            (None, Some(held)) => decision.faulty.push((*date, (*held).to_owned())),
            (None, None) => decision.added.push(exception(&schedule.name, *date, names)),
        }
    }
    decision
}

fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(Value::as_str).unwrap_or_default().trim()
}

/// No start on this date. The key and the end of its life follow from the rest, so that the same import gives the same item.
fn exception(schedule: &ScheduleName, date: NaiveDate, names: &[String]) -> Item {
    let mut attributes = vec![
        ("ScheduleName", schedule.to_string()),
        ("ExceptionDate", date.to_string()),
        ("ExceptionType", "start".to_owned()),
        ("ExceptionValue", "None".to_owned()),
        ("CreatedVia", VIA.to_owned()),
    ];
    if !names.is_empty() {
        attributes.push(("Reason", names.join("; ")));
    }
    attributes.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{self, Tables};

    fn item(schedule: &str, date: &str, kind: &str, value: &str) -> Item {
        let pairs =
            [("ScheduleName", schedule), ("ExceptionDate", date), ("ExceptionType", kind), ("ExceptionValue", value)];
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
    }

    /// The decision for a schedule `S` in Seoul that has these exceptions.
    fn decided(days: DaysOff, exceptions: &[Item]) -> Decision {
        let text = "Schedule: {ScheduleName: S, TagValue: S, DaysActive: all, Enabled: true, StartTime: 09:00, StopTime: 18:00, Timezone: Asia/Seoul}";
        let schedules = document::file::items(text).unwrap().schedules;
        let tables = Tables { schedules, exceptions: exceptions.to_vec(), ..Tables::default() };
        let (schedules, _) = document::read(&tables, document::Defaults::default(), NaiveDate::MIN);
        decide(&schedules[0], days, exceptions)
    }

    fn days(dates: &[(&str, &[&str])]) -> DaysOff {
        let date = |(date, names): &(&str, &[&str])| {
            (date.parse().unwrap(), names.iter().map(|name| (*name).to_owned()).collect())
        };
        DaysOff { dates: dates.iter().map(date).collect(), ..DaysOff::default() }
    }

    #[test]
    fn what_a_person_has_decided_stands() {
        let mut odd = item("S", "2026-01-07", "start", "None");
        odd.insert("Reason".to_owned(), 5.into());
        let held = [
            item("S", "2026-01-01", "Start", " none "),
            item("S", "2026-01-02", "start", "10:00"),
            item("S", "2026-01-03", "stop", "None"),
            item("T", "2026-01-04", "start", "None"),
            item("S", "2026-01-05", "start", "None"),
            item("S", "2026-01-05", "start", "11:00"),
            item("S", "2026-01-06", "start", "25:99"),
            item("S", "soon", "start", "None"),
            odd,
            item("S", "2026-01-08", "start", "99:00"),
            item("S", "2026-01-08", "start", "None"),
        ];
        let dates: Vec<String> = (1..=8).map(|day| format!("2026-01-0{day}")).collect();
        let dates: Vec<(&str, &[&str])> = dates.iter().map(|date| (date.as_str(), &[][..])).collect();
        let decision = decided(days(&dates), &held);
        let added: Vec<&str> = decision.added.iter().map(|item| text(item, "ExceptionDate")).collect();
        assert_eq!(added, ["2026-01-03", "2026-01-04"]);
        assert_eq!(decision.already, ["2026-01-01".parse().unwrap(), "2026-01-08".parse().unwrap()]);
        let told = |held: &[(NaiveDate, String)]| -> Vec<String> {
            held.iter().map(|(date, value)| format!("{date} {value}")).collect()
        };
        assert_eq!(told(&decision.kept), ["2026-01-02 10:00", "2026-01-05 11:00"]);
        // The reader ignores these, so the dates are working days until somebody corrects them.
        assert_eq!(told(&decision.faulty), ["2026-01-06 25:99", "2026-01-07 None"]);
    }

    #[test]
    fn reasons_of_one_date_are_joined() {
        let days = days(&[("2026-05-05", &["Children's Day", "Buddha's Birthday"]), ("2026-05-06", &[])]);
        let added = decided(days, &[]).added;
        assert_eq!(
            serde_json::to_string(&added).unwrap(),
            r#"[{"CreatedVia":"holidays import","ExceptionDate":"2026-05-05","ExceptionType":"start","ExceptionValue":"None","Reason":"Children's Day; Buddha's Birthday","ScheduleName":"S"},{"CreatedVia":"holidays import","ExceptionDate":"2026-05-06","ExceptionType":"start","ExceptionValue":"None","ScheduleName":"S"}]"#
        );
    }

    #[test]
    fn a_second_import_into_the_tables_finds_nothing_to_write() {
        let dates: &[(&str, &[&str])] = &[("2026-05-05", &["Children's Day"])];
        let added = decided(days(dates), &[]).added;
        let wanted = Tables { exceptions: added, ..Tables::default() };
        let changes = document::difference(&wanted, &Tables::default());
        let held: Vec<Item> = changes.iter().map(|change| change.item.clone()).collect();
        assert!(held[0].contains_key("ExceptionUuid") && held[0].contains_key("ExpiresAt"), "{held:?}");
        let again = decided(days(dates), &held);
        assert_eq!((again.added.len(), again.already.len()), (0, 1));
        // Even if it were written again, it would be the same item.
        let held = Tables { exceptions: held, ..Tables::default() };
        assert_eq!(document::difference(&wanted, &held), []);
    }
}
