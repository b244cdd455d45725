//! A plan for calendar programs (RFC 5545): an event for each time of running.
//!
//! The same plan gives the same bytes: nothing in it is made up or taken from a clock.

use chrono::{DateTime, Duration, Utc};
use icalendar::{Alarm, Calendar, Component as _, Event, EventLike as _, Property, Trigger};
use uuid::Uuid;

use super::{Entry, Plan, words};
use crate::engine::forecast::{self, Desired, Phase};
use crate::model::{Mode, Schedule};

/// The plan as a calendar.
pub(super) fn print(plan: &Plan) -> String {
    let mut calendar = Calendar::empty();
    for (name, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//Lamplighter//lamplighter plan//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("X-WR-CALNAME", "Lamplighter"),
    ] {
        calendar.append_property(Property::new(name, value));
    }
    let mut events: Vec<(DateTime<Utc>, &str, Event)> = Vec::new();
    for entry in &plan.entries {
        let running = entry.phases.iter().filter(|phase| phase.desired == Desired::Running);
        events.extend(running.map(|phase| (phase.from_at, entry.schedule.name.as_str(), event(entry, phase))));
    }
    events.sort_by(|(at, name, _), (other_at, other_name, _)| (at, name).cmp(&(other_at, other_name)));
    for (_, _, event) in events {
        calendar.push(event);
    }
    calendar.to_string()
}

/// A time of running; what is cut off by the stretch is told.
fn event(entry: &Entry, phase: &Phase) -> Event {
    let schedule = &entry.schedule;
    let runs = if schedule.mode == Mode::Notify { "would run" } else { "runs" };
    let since_at = phase.since_at.unwrap_or(phase.from_at);
    let mut notes: Vec<String> =
        [&entry.about.description, &entry.about.owner].into_iter().flatten().map(|text| words::plain(text)).collect();
    if phase.began_before() {
        // What never pauses counts as begun long ago: when is no news.
        let is_old = phase.from_at - since_at > Duration::days(366);
        let when = if is_old { String::new() } else { format!(", at {}", words::moment(schedule.zone, since_at)) };
        notes.push(format!("It began before this calendar does{when}."));
    }
    if phase.goes_on {
        notes.push("It goes on after the end of this calendar.".to_owned());
    }
    notes.extend(words::idleness(schedule).map(str::to_owned));
    let uid = |what: &str| {
        let text = format!("lamplighter plan\u{1f}{}\u{1f}{}\u{1f}{what}", schedule.name, since_at.timestamp());
        Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes()).to_string()
    };
    let mut event = Event::new();
    event
        .uid(&uid("event"))
        .timestamp(since_at)
        .starts(phase.from_at)
        .ends(phase.to_at)
        .summary(&format!("{} {runs}", schedule.name))
        // Whoever subscribes is not busy because a server runs.
        .add_property("TRANSP", "TRANSPARENT");
    if !notes.is_empty() {
        event.description(&notes.join("\n"));
    }
    if warns(schedule, phase) {
        let text = format!("{} stops at {}", schedule.name, words::moment(schedule.zone, phase.to_at));
        let mut alarm = Alarm::display(&text, Trigger::before_end(schedule.warning_lead));
        alarm.uid(&uid("warning")).timestamp(since_at);
        event.alarm(alarm);
    }
    event.done()
}

/// Whether people are warned of the stop at the end of a phase.
fn warns(schedule: &Schedule, phase: &Phase) -> bool {
    let at = phase.to_at - schedule.warning_lead;
    !phase.goes_on && !forecast::warnings(schedule, at, at + Duration::seconds(1)).is_empty()
}

#[cfg(test)]
mod tests {
    use super::super::tests::plan;
    use super::*;

    #[test]
    fn an_event_for_each_time_of_running() {
        let plan =
            plan(&["weekdays 22:00-06:00 Europe/Berlin"], "2026-11-23T00:00:00+01:00", "2026-11-25T00:00:00+01:00");
        let text = print(&plan);
        assert!(text.lines().count() * 2 == text.matches(['\r', '\n']).count(), "every line ends with CRLF");
        insta::assert_snapshot!(text.replace("\r\n", "\n"), @r#"
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Lamplighter//lamplighter plan//EN
CALSCALE:GREGORIAN
METHOD:PUBLISH
X-WR-CALNAME:Lamplighter
BEGIN:VEVENT
DTEND:20261124T050000Z
DTSTAMP:20261123T210000Z
DTSTART:20261123T210000Z
SUMMARY:S1 runs
TRANSP:TRANSPARENT
UID:0345da54-1566-5cc9-b7ee-f3b87305e855
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:S1 stops at Tue 24 Nov 2026 06:00
DTSTAMP:20261123T210000Z
TRIGGER;RELATED=END:-PT600S
UID:0ad45b15-c564-51f6-9413-56b2f2b4f7ef
END:VALARM
END:VEVENT
BEGIN:VEVENT
DESCRIPTION:It goes on after the end of this calendar.
DTEND:20261124T230000Z
DTSTAMP:20261124T210000Z
DTSTART:20261124T210000Z
SUMMARY:S1 runs
TRANSP:TRANSPARENT
UID:e08fa903-0f6f-55e2-aa4e-a2b32c1d44f8
END:VEVENT
END:VCALENDAR
"#);
        assert_eq!(text, print(&plan));
    }

    #[test]
    fn the_name_of_an_event_does_not_depend_on_the_stretch() {
        let uids = |from: &str, to: &str| -> Vec<String> {
            let text = print(&plan(&["all 22:00-06:00 UTC"], from, to));
            text.lines().filter(|line| line.starts_with("UID")).map(str::to_owned).collect()
        };
        let long = uids("2026-11-23T00:00:00Z", "2026-11-26T00:00:00Z");
        // Cut in the middle of the night.
        let short = uids("2026-11-24T01:00:00Z", "2026-11-24T23:00:00Z");
        assert_eq!(short.len(), 3, "{short:?}");
        assert!(short.iter().all(|uid| long.contains(uid)), "{short:?} {long:?}");
    }

    #[test]
    fn lines_are_folded_and_text_is_escaped() {
        let mut plan = plan(&["all 08:00-09:00 UTC"], "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z");
        let description = "a, b; c\\d\nBEGIN:VEVENT ".repeat(8) + &"전등".repeat(40);
        plan.entries[0].about.description = Some(description);
        let text = print(&plan);
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        assert_eq!(text.matches("\r\nBEGIN:VEVENT").count(), 1, "{text}");
        assert!(text.contains(r"a\, b\; c\\d"), "{text}");
    }
}
