//! Calendar files to events: what each says of when it is, still without a schedule's zone. Pure.
//!
//! Read are RFC 5545 files, among them AWS Change Calendar documents and what the Python package `holidays` exports.

use chrono_tz::Tz;

use super::Fault;
use super::content::{self, Component, Property};
use super::moment::{self, Length, Moment, Zones};
use super::rule::Rule;

/// The most events of a file.
const MOST_EVENTS: usize = 20_000;

/// The most events with a rule: each may take a search of its own.
const MOST_RULES: usize = 500;

/// How much of a name is kept.
const MOST_CHARS: usize = 200;

/// A `VEVENT`.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) line: usize,
    pub(super) uid: Option<String>,
    /// Its `SUMMARY` on one line, of bounded length; it may be empty.
    pub(super) summary: String,
    pub(super) start: Moment,
    pub(super) length: Length,
    pub(super) rule: Option<Rule>,
    /// `RDATE`: further starts, with a length of their own if they bring one.
    pub(super) more: Vec<(Moment, Option<Length>)>,
    /// `EXDATE`: starts that do not count.
    pub(super) except: Vec<Moment>,
    /// `RECURRENCE-ID`: the start of the other event's occurrence that this event replaces.
    pub(super) replaces: Option<Moment>,
    pub(super) is_cancelled: bool,
}

/// Reads the events of all calendars of a file; one faulty event is enough to read none.
pub(super) fn events(bytes: &[u8]) -> Result<Vec<Event>, Fault> {
    let mut events = Vec::new();
    let mut rules = 0;
    for calendar in content::components(bytes)? {
        refuse_closed(&calendar)?;
        let zones = zones(&calendar);
        for component in calendar.components.iter().filter(|component| component.name == "VEVENT") {
            let event = event(component, &zones)?;
            rules += usize::from(event.rule.is_some());
            events.push(event);
            let fault = |message: String| Err(Fault { line: component.line, message });
            if events.len() > MOST_EVENTS {
                return fault(format!("there are more than {MOST_EVENTS} events"));
            }
            if rules > MOST_RULES {
                return fault(format!("there are more than {MOST_RULES} events with an `RRULE`"));
            }
        }
    }
    Ok(events)
}

/// The events of an AWS Change Calendar of this type are the times that are open: the opposite of days off.
fn refuse_closed(calendar: &Component) -> Result<(), Fault> {
    let closed =
        calendar.property("X-CALENDAR-TYPE").filter(|kind| kind.value.trim().eq_ignore_ascii_case("DEFAULT_CLOSED"));
    closed.map_or(Ok(()), |kind| {
        Err(kind.fault(
            "is a change calendar of type `DEFAULT_CLOSED`: its events say when it is open, so they are no days off; \
             a calendar of type `DEFAULT_OPEN` can be imported",
        ))
    })
}

/// The zones that the file describes itself and that say by which IANA name they are known.
fn zones(calendar: &Component) -> Zones {
    let described = calendar.components.iter().filter(|component| component.name == "VTIMEZONE");
    let zone = |described: &Component| -> Option<(String, Tz)> {
        let name = described.property("TZID")?.value.trim().to_owned();
        Some((name, moment::zone(described.property("X-LIC-LOCATION")?.value.trim())?))
    };
    described.filter_map(zone).collect()
}

fn event(component: &Component, zones: &Zones) -> Result<Event, Fault> {
    let unsupported = |name: &str, message: &str| match component.property(name) {
        Some(property) => Err(property.fault(message)),
        None => Ok(()),
    };
    unsupported("EXRULE", "`EXRULE` is not understood: RFC 5545 took it away; use `EXDATE`")?;
    let Some(property) = component.property("DTSTART") else {
        return Err(Fault { line: component.line, message: "an event without `DTSTART`: when is it?".to_owned() });
    };
    let start = only(property, zones)?;
    let length = length(component, start, zones)?;
    let mut rules = component.properties("RRULE");
    let rule = rules.next().map(|rule| Rule::read(&rule.value, start).map_err(|message| told(rule, &message)));
    if let Some(second) = rules.next() {
        return Err(second.fault("a second `RRULE` of one event is not understood: make it an event of its own"));
    }
    let mut more = Vec::new();
    for property in component.properties("RDATE") {
        more.extend(moment::periods(property, zones).map_err(|message| told(property, &message))?);
    }
    let mut except = Vec::new();
    for property in component.properties("EXDATE") {
        except.extend(moment::moments(property, zones).map_err(|message| told(property, &message))?);
    }
    let replaces = match component.property("RECURRENCE-ID") {
        Some(property) if property.parameter("RANGE").is_some() => {
            return Err(property.fault("`RECURRENCE-ID` with `RANGE` is not understood: write out the occurrences"));
        }
        Some(property) => Some(only(property, zones)?),
        None => None,
    };
    let text = |name: &str| component.property(name).map(|property| property.value.trim());
    Ok(Event {
        line: component.line,
        uid: text("UID").filter(|uid| !uid.is_empty()).map(str::to_owned),
        summary: one_line(text("SUMMARY").unwrap_or_default(), MOST_CHARS),
        start,
        length,
        rule: rule.transpose()?,
        more,
        except,
        replaces,
        is_cancelled: text("STATUS").is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED")),
    })
}

/// From `DTEND`, `DURATION`, or neither: then a date is one day, and a time takes no time.
fn length(component: &Component, start: Moment, zones: &Zones) -> Result<Length, Fault> {
    if let Some(property) = component.property("DTEND") {
        let end = only(property, zones)?;
        return Length::between(start, end).map_err(|message| told(property, &message));
    }
    let is_date = matches!(start, Moment::Date(_));
    let Some(property) = component.property("DURATION") else {
        return Ok(if is_date { Length::A_DAY } else { Length::NOTHING });
    };
    let length = Length::read(&property.value).map_err(|message| told(property, &message))?;
    if !is_date {
        return Ok(length);
    }
    let clock = length.clock + length.elapsed;
    if clock.num_days() < 1 || clock != chrono::Duration::days(clock.num_days()) {
        return Err(told(property, "an event that begins with a date lasts whole days, such as `P1D`"));
    }
    Ok(Length { clock, elapsed: chrono::Duration::zero() })
}

/// The one moment of a property.
fn only(property: &Property, zones: &Zones) -> Result<Moment, Fault> {
    let moments = moment::moments(property, zones).map_err(|message| told(property, &message))?;
    match moments.as_slice() {
        [moment] => Ok(*moment),
        _ => Err(told(property, "holds more than one date or time")),
    }
}

fn told(property: &Property, message: &str) -> Fault {
    property.fault(format!("{}: {message}", property.name))
}

/// A text on one line, cut to a number of characters.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let clean = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect::<String>();
    let words = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= most {
        return words;
    }
    words.chars().take(most).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(lines: &str) -> String {
        let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n");
        events(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_faulty_event_says_where_and_what_would_be_right() {
        let cases = [
            ("SUMMARY:x", "line 2: an event without `DTSTART`: when is it?"),
            (
                "DTSTART:2026-01-01",
                "line 3: DTSTART: `2026-01-01` is no date or time such as `20260101`, `20260101T090000` or `20260101T000000Z`",
            ),
            (
                "DTSTART;TZID=Korea Standard Time:20260101T000000",
                "line 3: DTSTART: `Korea Standard Time` is no known time zone: use an IANA name such as `Asia/Seoul`",
            ),
            ("DTSTART:20260102\nDTEND:20260101", "line 4: DTEND: the end is before the start"),
            (
                "DTSTART:20260102\nDTEND:20260103T000000Z",
                "line 4: DTEND: start and end are not of one form: both dates, or both times with a zone",
            ),
            (
                "DTSTART:20260102\nDURATION:PT8H",
                "line 4: DURATION: an event that begins with a date lasts whole days, such as `P1D`",
            ),
            ("DTSTART:20260102\nDURATION:-P1D", "line 4: DURATION: `-P1D` is no length such as `P1D`, `P2W` or `PT8H`"),
            ("DTSTART:20260101,20260102", "line 3: DTSTART: holds more than one date or time"),
            (
                "DTSTART:20260101\nRRULE:FREQ=YEARLY\nRRULE:FREQ=DAILY",
                "line 5: a second `RRULE` of one event is not understood: make it an event of its own",
            ),
            (
                "DTSTART:20260101\nEXRULE:FREQ=YEARLY",
                "line 4: `EXRULE` is not understood: RFC 5545 took it away; use `EXDATE`",
            ),
            (
                "DTSTART:20260101\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260101",
                "line 4: `RECURRENCE-ID` with `RANGE` is not understood: write out the occurrences",
            ),
        ];
        for (lines, expected) in cases {
            assert_eq!(fault(lines), expected, "{lines}");
        }
    }

    #[test]
    fn a_change_calendar_that_says_when_it_is_open_holds_no_days_off() {
        let text = "BEGIN:VCALENDAR\nX-CALENDAR-TYPE:DEFAULT_CLOSED\nEND:VCALENDAR\n";
        let expected = "line 2: is a change calendar of type `DEFAULT_CLOSED`: its events say when it is open, so they \
             are no days off; a calendar of type `DEFAULT_OPEN` can be imported";
        assert_eq!(events(text.as_bytes()).unwrap_err().to_string(), expected);
    }

    #[test]
    fn events_and_rules_are_counted() {
        let calendar = |event: &str, count: usize| format!("BEGIN:VCALENDAR\n{}END:VCALENDAR", event.repeat(count));
        let plain = "BEGIN:VEVENT\nDTSTART:20260101\nEND:VEVENT\n";
        assert_eq!(events(calendar(plain, MOST_EVENTS).as_bytes()).unwrap().len(), MOST_EVENTS);
        assert!(events(calendar(plain, MOST_EVENTS + 1).as_bytes()).is_err());
        let rule = "BEGIN:VEVENT\nDTSTART:20260101\nRRULE:FREQ=YEARLY\nEND:VEVENT\n";
        assert_eq!(events(calendar(rule, MOST_RULES).as_bytes()).unwrap().len(), MOST_RULES);
        assert!(events(calendar(rule, MOST_RULES + 1).as_bytes()).is_err());
    }

    #[test]
    fn a_name_is_one_line_of_bounded_length() {
        assert_eq!(one_line(" a\n\tb\u{7}c ", MOST_CHARS), "a b c");
        assert_eq!(one_line(&"x".repeat(300), MOST_CHARS).chars().count(), MOST_CHARS + 1);
    }
}
