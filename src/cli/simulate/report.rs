//! The words around a world: its head, how it ended, and what broke a promise.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;
use chrono_tz::Tz;

use crate::cli::{BAD, BOLD, FAINT};
use crate::document::plain;
use crate::model::{Action, InstanceKey, Notice, ScheduleName};
use crate::simulation::check::Violation;
use crate::simulation::missed::Missed;
use crate::simulation::{Case, Entry, Happened};

/// Which stretch of which world this is.
pub(super) fn head(case: &Case, zone: Tz) -> String {
    let names: BTreeSet<&str> =
        case.tables.schedules.iter().filter_map(|item| item.get("ScheduleName")?.as_str()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let (from, to) = (case.from.with_timezone(&zone), case.to.with_timezone(&zone));
    let day = "%a %-d %b %Y";
    let end = if from.date_naive() == to.date_naive() { "%H:%M".to_owned() } else { format!("{day} %H:%M") };
    let stretch = format!("{} to {}, {zone}", from.format(&format!("{day} %H:%M")), to.format(&end));
    let ticks = super::words::length(case.cron);
    let on_change = if case.on_change { " and on changes" } else { "" };
    let names = if names.is_empty() { "no schedule".to_owned() } else { names.join(", ") };
    format!("{BOLD}{}{BOLD:#}  {stretch}, ticks every {ticks}{on_change}, seed {}\n", plain(&names), case.seed)
}

/// What a history comes to, and what broke a promise.
pub(super) fn end(history: &[Entry], violations: &[Violation], missed: &[Missed], zone: Tz) -> String {
    let count = |is_it: &dyn Fn(&Happened) -> bool| history.iter().filter(|entry| is_it(&entry.what)).count();
    let asked = |wanted: Action| {
        let is_it =
            |what: &Happened| matches!(what, Happened::Asked { action, took_effect: true, .. } if *action == wanted);
        count(&is_it)
    };
    let ticks = count(&|what| matches!(what, Happened::Began(_)));
    let messages = count(&|what| matches!(what, Happened::Told { arrived: true, .. }));
    let judged = if violations.is_empty() { "no promise broken" } else { "a promise was broken" };
    let mut text = format!(
        "{}, {}, {}, {}: {judged}\n",
        counted(ticks, "tick"),
        counted(asked(Action::Start), "start"),
        counted(asked(Action::Stop), "stop"),
        counted(messages, "message"),
    );
    text += &came_to_nothing(missed, zone);
    text += &broken(violations, zone);
    text
}

/// More transitions than anybody reads.
const MOST_MISSED: usize = 10;

/// The transitions for which no instance was asked, a line each: no promise may be broken, and yet nothing was switched.
fn came_to_nothing(missed: &[Missed], zone: Tz) -> String {
    if missed.is_empty() {
        return String::new();
    }
    let were = if missed.len() == 1 { "was" } else { "were" };
    let count = counted(missed.len(), "transition");
    let mut text = format!("{BAD}{count} of the timetable {were} due and not one instance was asked{BAD:#}\n");
    for Missed { at, schedule, action } in missed.iter().take(MOST_MISSED) {
        let at = at.with_timezone(&zone).format("%a %-d %b %H:%M");
        text += &format!("  {at}  {:5}  {}\n", action.as_str(), plain(schedule.as_str()));
    }
    let more = missed.len().saturating_sub(MOST_MISSED);
    if more > 0 {
        text += &format!("  and {more} more\n");
    }
    text
}

/// The violations, a line each.
pub(super) fn broken(violations: &[Violation], zone: Tz) -> String {
    let line = |violation: &Violation| {
        let Violation { promise, at, schedule, message } = violation;
        let at = at.with_timezone(&zone).format("%a %-d %b %H:%M:%S");
        let schedule = schedule.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        let message = in_zone(message, zone);
        format!("{BAD}promise {promise}{BAD:#}  {FAINT}{at}{FAINT:#}  {}\n", plain(&format!("{schedule}{message}")))
    };
    violations.iter().map(line).collect()
}

/// A text with its instants, such as `2026-11-23T00:30:00Z`, as times of a zone, in which the day is told; UTC as it stands.
fn in_zone(text: &str, zone: Tz) -> String {
    const FORM: &str = "%Y-%m-%dT%H:%M:%S";
    const LENGTH: usize = "2026-11-23T00:30:00".len();
    if zone == Tz::UTC {
        return text.to_owned();
    }
    let mut told = String::with_capacity(text.len());
    for part in text.split_inclusive('Z') {
        let cut = part.len().checked_sub(LENGTH + 1).and_then(|place| part.split_at_checked(place));
        let at = cut
            .and_then(|(before, at)| Some((before, NaiveDateTime::parse_from_str(at.strip_suffix('Z')?, FORM).ok()?)));
        match at {
            Some((before, at)) => {
                told += before;
                told += &at.and_utc().with_timezone(&zone).format("%a %-d %b %H:%M:%S").to_string();
            }
            None => told += part,
        }
    }
    told
}

/// `1 tick`, `2,345 ticks`.
pub(super) fn counted(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {what}{ending}", grouped(count as u64))
}

/// A number with its thousands apart.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The part of a history that concerns a schedule: all that is not another one's.
pub(super) fn concerning<'a>(
    case: &'a Case,
    history: &'a [Entry],
    schedule: Option<&'a ScheduleName>,
) -> Box<dyn Iterator<Item = &'a Entry> + 'a> {
    let Some(schedule) = schedule else { return Box::new(history.iter()) };
    let is_its =
        |item: &&crate::ports::Item| item.get("ScheduleName").and_then(|name| name.as_str()) == Some(schedule.as_str());
    let written = history.iter().filter_map(|entry| match &entry.what {
        Happened::Row { after: Some(after), .. } => Some(after),
        _ => None,
    });
    let rows = case.tables.schedules.iter().chain(written).filter(is_its);
    let tags: BTreeSet<&str> = rows.filter_map(|item| item.get("TagValue")?.as_str()).collect();
    let machines = case.machines.iter().map(|machine| &machine.instance);
    let retagged = history.iter().filter_map(|entry| match &entry.what {
        Happened::Retagged(instance) => Some(instance),
        _ => None,
    });
    let own = machines.chain(retagged).filter(|instance| tags.contains(instance.schedule_tag.as_str()));
    let own: BTreeSet<&InstanceKey> = own.map(|instance| &instance.key).collect();
    Box::new(history.iter().filter(move |entry| match &entry.what {
        Happened::Asked { key, .. } | Happened::State { key, .. } => own.contains(key),
        Happened::Told { notice, .. } => schedule_of(notice).is_none_or(|name| name == schedule),
        Happened::Answered { schedule: name, .. } => name == schedule,
        Happened::Noted(_, event) => event.schedule.as_ref().is_none_or(|name| name == schedule),
        Happened::Row { after, .. } => after.as_ref().is_none_or(|after| is_its(&after)),
        _ => true,
    }))
}

fn schedule_of(notice: &Notice) -> Option<&ScheduleName> {
    match notice {
        Notice::Warning { schedule, .. }
        | Notice::Acted { schedule, .. }
        | Notice::RunDone { schedule, .. }
        | Notice::WouldAct { schedule, .. }
        | Notice::Failed { schedule, .. }
        | Notice::Slow { schedule, .. }
        | Notice::Extended { schedule, .. } => Some(schedule),
        Notice::Problems(_) | Notice::Trial => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_promises_are_told_in_the_zone_of_the_day() {
        let message = "2026-11-23T13:00:00Z: Zoe asked at 2026-11-23T23:59:59Z, not at 2026-11-23T25:00:00Z";
        let expected = "Mon 23 Nov 22:00:00: Zoe asked at Tue 24 Nov 08:59:59, not at 2026-11-23T25:00:00Z";
        assert_eq!(in_zone(message, Tz::Asia__Seoul), expected);
        for text in [message, "", "Z", "서울Z"] {
            assert_eq!(in_zone(text, Tz::UTC), text);
        }
        assert_eq!(in_zone("서울Z 2026-11-23T13:00Z", Tz::Asia__Seoul), "서울Z 2026-11-23T13:00Z");
    }

    #[test]
    fn numbers_are_grouped() {
        for (number, expected) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), expected);
        }
        assert_eq!((counted(1, "tick"), counted(2_000, "tick")), ("1 tick".to_owned(), "2,000 ticks".to_owned()));
    }
}
