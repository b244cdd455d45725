//! English.

mod help;
mod look;
mod refusal;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{Ordered, Spoken};
use crate::chat::message::{Message, Tone};
use crate::chat::person::in_english;
use crate::desk::{Answer, Cancelled, Done};
use crate::model::{Action, ClockValue, Exception};

pub(super) use help::{help, mistake};
pub(super) use refusal::refusal;

/// The words for times in a zone, near a time.
struct Times {
    zone: Tz,
    now: DateTime<Utc>,
}

impl Times {
    /// `22:00`, `Tue 24 Nov, 01:30`: the date where it is not today's.
    fn at(&self, at: DateTime<Utc>) -> String {
        let (local, now) = (at.with_timezone(&self.zone), self.now.with_timezone(&self.zone));
        let clock = local.format("%H:%M");
        if local.date_naive() == now.date_naive() {
            clock.to_string()
        } else {
            format!("{}, {clock}", local.format("%a %-d %b"))
        }
    }

    /// The same with the zone: once in a sentence.
    fn in_zone(&self, at: DateTime<Utc>) -> String {
        format!("{} ({})", self.at(at), self.zone.name())
    }
}

fn date(date: NaiveDate) -> String {
    date.format("%a %-d %b %Y").to_string()
}

fn length(length: Duration) -> String {
    let minutes = length.num_minutes();
    let count = |number: i64, unit: &str| format!("{number} {unit}{}", if number == 1 { "" } else { "s" });
    match (minutes / 60, minutes % 60) {
        (0, minutes) => count(minutes, "minute"),
        (hours, 0) => count(hours, "hour"),
        (hours, minutes) => format!("{} {}", count(hours, "hour"), count(minutes, "minute")),
    }
}

fn by(by: Option<&str>) -> String {
    by.map(|by| format!(" by {}", in_english(by))).unwrap_or_default()
}

fn value(local_time: Option<ClockValue>) -> String {
    local_time.map_or_else(|| "None".to_owned(), |value| value.to_string())
}

fn going(action: Action) -> &'static str {
    if action == Action::Start { "starting" } else { "stopping" }
}

pub(super) fn answer(answer: &Answer, spoken: &Spoken<'_>) -> Message {
    let name = &answer.schedule;
    let times = Times { zone: answer.zone, now: answer.at };
    let take_back = || format!("To take it back: {}", spoken.command(name.as_str(), "cancel"));
    match &answer.done {
        Done::Status(status) => look::status(name.as_str(), status, &times),
        Done::Info(info) => look::info(name.as_str(), info, &times),
        Done::Exceptions { from, exceptions, more } => {
            let title = format!("{name}: exceptions from {}", date(*from));
            let mut lines: Vec<String> = exceptions.iter().map(exception).collect();
            if *more > 0 {
                lines.push(format!("… and {more} more"));
            }
            let none = lines.is_empty().then(|| "There are none: the timetable stands.".to_owned());
            Message::new(Tone::Info, &title).field("Exceptions", lines).field("Exceptions", none)
        }
        Done::ExceptionSet { date: of, kind, local_time, is_new, was, day, has_begun } => {
            let is = if *is_new { "is now" } else { "is already" };
            let title =
                format!("{name}: the exception for {} {is} `{} {}`", date(*of), kind.as_str(), value(*local_time));
            let undo = undo(was).unwrap_or_else(|| format!("exception del {of} {}", kind.as_str()));
            Message::new(Tone::Info, &title)
                .field("It takes the place of", was.iter().filter(|_| *is_new).map(exception))
                .field("That date", [ends(day, &times)])
                .field("Mind", has_begun.then(|| begun_note(spoken, name.as_str())))
                .field("To take it back", is_new.then(|| spoken.command(name.as_str(), &undo)))
        }
        Done::ExceptionDeleted { date: of, kind, was, day, has_begun } => {
            let what = if was.len() == 1 { "the exception".to_owned() } else { format!("{} exceptions", was.len()) };
            let title = format!("{name}: deleted {what} `{}` for {}", kind.as_str(), date(*of));
            Message::new(Tone::Info, &title)
                .field("What was there", was.iter().map(exception))
                .field("That date", [ends(day, &times)])
                .field("Mind", has_begun.then(|| begun_note(spoken, name.as_str())))
                .field("To put it back", undo(was).map(|undo| spoken.command(name.as_str(), &undo)))
        }
        Done::Extended { planned_at, stop_at, by: who, is_new, latest_at } => {
            let until = times.in_zone(*stop_at);
            let title = match is_new {
                true => format!("{name} stays on until {until}: extended{}", by(who.as_deref())),
                false => format!("{name} is on until {until} already: extended{}", by(who.as_deref())),
            };
            let before = is_new.then(|| format!("It was to stop at {}.", times.at(*planned_at)));
            let most = format!("At most until {}.", times.at(*latest_at));
            Message::new(Tone::Info, &title).field("More", before.into_iter().chain([most, take_back()]))
        }
        Done::Skipped { planned_at, next_stop_at, by: who, is_new } => {
            let already = if *is_new { "" } else { " already" };
            let title = format!(
                "{name}: the stop at {} is left out{already}{}",
                times.in_zone(*planned_at),
                by(who.as_deref())
            );
            let next = next_stop_at.map_or_else(
                || "No other stop is planned.".to_owned(),
                |at| format!("The next stop is at {}.", times.at(at)),
            );
            Message::new(Tone::Info, &title).field("More", [next, take_back()])
        }
        Done::Forced { .. } => show_forced(answer, spoken, &times),
        Done::Cancelled(cancelled) => show_cancelled(name.as_str(), cancelled, spoken, &times),
    }
}

fn show_forced(answer: &Answer, spoken: &Spoken<'_>, times: &Times) -> Message {
    let name = answer.schedule.as_str();
    let Done::Forced { action, until_at, asked_until_at, is_new, instead_of, is_only_told } = &answer.done else {
        return Message::new(Tone::Info, name);
    };
    let take_back = format!("To take it back: {}", spoken.command(name, "cancel"));
    let what = format!("force {}", action.as_str());
    let title = match is_new {
        true => format!("{name}: {what} is ordered; the scheduler carries it out soon"),
        false => format!("{name}: {what} has been ordered already"),
    };
    let until = until(*action, *until_at, times);
    let asked = asked_until_at.map(|at| {
        format!(
            "You asked for {}; the timetable decides. To move its stop: {}",
            times.at(at),
            spoken.command(name, "extend 1h")
        )
    });
    let instead = instead_of.map(|flag| format!("It takes the place of the order to force {}.", flag.as_str()));
    let told = is_only_told.then(|| "`Mode` is `notify`: it is only told what would be done.".to_owned());
    let tone = if *action == Action::Start { Tone::Start } else { Tone::Stop };
    Message::new(tone, &title)
        .field("More", [until].into_iter().chain(asked).chain(instead).chain(told).chain([take_back]))
}

fn show_cancelled(name: &str, cancelled: &Cancelled, spoken: &Spoken<'_>, times: &Times) -> Message {
    let stops = |stop_at: Option<DateTime<Utc>>| match stop_at {
        Some(at) if at <= times.now => "Its time is past: it stops soon, with a warning before it.".to_owned(),
        Some(at) => format!("It stops at {}.", times.in_zone(at)),
        None => "No stop is planned.".to_owned(),
    };
    match cancelled {
        Cancelled::Force { action, is_under_way, until_at } => {
            let title = format!("{name}: the order to force {} is taken back", action.as_str());
            let note = "What AWS has been asked for already goes on.".to_owned();
            let rest = is_under_way.then(|| [until(*action, *until_at, times), turn_round(*action, name, spoken)]);
            Message::new(Tone::Info, &title).field("Mind", [note].into_iter().chain(rest.into_iter().flatten()))
        }
        Cancelled::Extension { from_at, stop_at, by: who } => {
            let title =
                format!("{name}: the extension until {}{} is taken back", times.at(*from_at), by(who.as_deref()));
            Message::new(Tone::Info, &title).field("Now", [stops(*stop_at)])
        }
        Cancelled::Skip { stop_at, by: who } => {
            let title = format!("{name}: the stop that was left out{} is planned again", by(who.as_deref()));
            Message::new(Tone::Info, &title).field("Now", [stops(*stop_at)])
        }
    }
}

/// What becomes of what was started or stopped by force.
fn until(action: Action, until_at: Option<DateTime<Utc>>, times: &Times) -> String {
    match (action, until_at) {
        (Action::Start, Some(at)) => format!("It runs until {}.", times.in_zone(at)),
        (Action::Start, None) => "Nothing stops it again by itself: no stop is planned.".to_owned(),
        (Action::Stop, Some(at)) => format!("It starts again at {}.", times.in_zone(at)),
        (Action::Stop, None) => "Nothing starts it again by itself: no start is planned.".to_owned(),
    }
}

/// What to write where something was started or stopped already.
fn turn_round(action: Action, name: &str, spoken: &Spoken<'_>) -> String {
    match action {
        Action::Start => format!("To stop it now: {}", spoken.command(name, "force_stop")),
        Action::Stop => format!("To start all again: {}", spoken.command(name, "force_start")),
    }
}

fn begun_note(spoken: &Spoken<'_>, name: &str) -> String {
    let start = spoken.command(name, "force_start");
    format!("The stop of that date has begun, and is not turned round. To start all again: {start}")
}

fn ends(day: &[(Action, DateTime<Utc>)], times: &Times) -> String {
    let words: Vec<String> = day.iter().map(|(action, at)| format!("{} {}", action.as_str(), times.at(*at))).collect();
    if words.is_empty() {
        "Neither a start nor a stop.".to_owned()
    } else {
        format!("{} ({})", words.join(", "), times.zone.name())
    }
}

/// What to write to have the one back that counted.
fn undo(was: &[Exception]) -> Option<String> {
    let Exception { date, kind, local_time, .. } = was.first()?;
    Some(format!("exception set {date} {} {}", kind.as_str(), value(*local_time)))
}

fn exception(exception: &Exception) -> String {
    let Exception { kind, local_time, created_by, reason, .. } = exception;
    let by = by(created_by.as_deref());
    let reason = reason.as_deref().map(|reason| match Ordered::of(reason) {
        Some(Ordered::Extension) => "an extension",
        Some(Ordered::Skipping) => "the stop is left out",
        Some(Ordered::EndOfForcedStart) => "the end of a force start",
        None => reason,
    });
    let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!("{} {} {}{by}{reason}", date(exception.date), kind.as_str(), value(*local_time))
}
