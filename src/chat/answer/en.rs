//! English.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;

use super::Spoken;
use crate::chat::command::{CommandError, Part, Verb};
use crate::chat::message::{Message, Tone};
use crate::desk::{Answer, Cancelled, Done, Info, Refusal, Status, Why};
use crate::model::{Action, Cause, ClockValue, Exception, Mode};

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
    by.map(|by| format!(" by {by}")).unwrap_or_default()
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
        Done::Status(status) => show_status(name.as_str(), status, &times),
        Done::Info(info) => show_info(name.as_str(), info, &times),
        Done::Exceptions { from, exceptions, more } => {
            let title = format!("{name}: exceptions from {}", date(*from));
            let mut lines: Vec<String> = exceptions.iter().map(exception).collect();
            if *more > 0 {
                lines.push(format!("… and {more} more"));
            }
            let none = lines.is_empty().then(|| "There are none: the timetable stands.".to_owned());
            Message::new(Tone::Info, &title).field("Exceptions", lines).field("Exceptions", none)
        }
        Done::ExceptionSet { date: of, kind, local_time, is_new, day, has_begun } => {
            let is = if *is_new { "is now" } else { "is already" };
            let title =
                format!("{name}: the exception for {} {is} `{} {}`", date(*of), kind.as_str(), value(*local_time));
            let undo = format!("exception del {of} {}", kind.as_str());
            Message::new(Tone::Info, &title)
                .field("That date", [ends(day, &times)])
                .field("Mind", has_begun.then(|| begun_note(spoken, name.as_str())))
                .field("To take it back", is_new.then(|| spoken.command(name.as_str(), &undo)))
        }
        Done::ExceptionDeleted { date: of, kind, count, day, has_begun } => {
            let what = if *count == 1 { "the exception".to_owned() } else { format!("{count} exceptions") };
            let title = format!("{name}: deleted {what} `{}` for {}", kind.as_str(), date(*of));
            Message::new(Tone::Info, &title)
                .field("That date", [ends(day, &times)])
                .field("Mind", has_begun.then(|| begun_note(spoken, name.as_str())))
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
        Done::Forced { action, until_at, asked_until_at, is_new, instead_of, is_only_told } => {
            let what = format!("force {}", action.as_str());
            let title = match is_new {
                true => format!("{name}: {what} is ordered; the scheduler carries it out soon"),
                false => format!("{name}: {what} has been ordered already"),
            };
            let until = match (action, until_at) {
                (Action::Start, Some(at)) => format!("It runs until {}.", times.in_zone(*at)),
                (Action::Start, None) => "Nothing stops it again by itself: no stop is planned.".to_owned(),
                (Action::Stop, Some(at)) => format!("It starts again at {}.", times.in_zone(*at)),
                (Action::Stop, None) => "Nothing starts it again by itself: no start is planned.".to_owned(),
            };
            let asked = asked_until_at.map(|at| {
                format!(
                    "You asked for {}; the timetable decides. To move its stop: {}",
                    times.at(at),
                    spoken.command(name.as_str(), "extend 1h")
                )
            });
            let instead = instead_of.map(|flag| format!("It takes the place of the order to force {}.", flag.as_str()));
            let told = is_only_told.then(|| "`Mode` is `notify`: it is only told what would be done.".to_owned());
            let tone = if *action == Action::Start { Tone::Start } else { Tone::Stop };
            Message::new(tone, &title)
                .field("More", [until].into_iter().chain(asked).chain(instead).chain(told).chain([take_back()]))
        }
        Done::Cancelled(cancelled) => show_cancelled(name.as_str(), cancelled, &times),
    }
}

fn show_cancelled(name: &str, cancelled: &Cancelled, times: &Times) -> Message {
    let stops = |stop_at: Option<DateTime<Utc>>| match stop_at {
        Some(at) if at <= times.now => "Its time is past: it stops soon, with a warning before it.".to_owned(),
        Some(at) => format!("It stops at {}.", times.in_zone(at)),
        None => "No stop is planned.".to_owned(),
    };
    match cancelled {
        Cancelled::Force(action) => {
            let title = format!("{name}: the order to force {} is taken back", action.as_str());
            let note = "What AWS has been asked for already goes on.".to_owned();
            Message::new(Tone::Info, &title).field("Mind", [note])
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

fn exception(exception: &Exception) -> String {
    let Exception { kind, local_time, created_by, reason, .. } = exception;
    let by = by(created_by.as_deref());
    let reason = reason.as_deref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!("{} {} {}{by}{reason}", date(exception.date), kind.as_str(), value(*local_time))
}

fn mode(enabled: bool, mode: Mode) -> Option<String> {
    match mode {
        Mode::Off => Some("`Mode` is `off`: nothing is done at all.".to_owned()),
        _ if !enabled => Some("It is disabled: only force start and force stop act.".to_owned()),
        Mode::Notify => Some("`Mode` is `notify`: it is only told what would be done.".to_owned()),
        Mode::Act => None,
    }
}

fn show_status(name: &str, status: &Status, times: &Times) -> Message {
    let is = match (&status.run, status.led_to) {
        (Some(run), _) => format!("is {}", going(run.action)),
        (None, Some(Action::Start)) => "is on".to_owned(),
        (None, Some(Action::Stop)) => "is off".to_owned(),
        (None, None) => "has not been started or stopped yet".to_owned(),
    };
    let run = status.run.map(|run| {
        let cause = match run.cause {
            Cause::Timetable => "by the timetable",
            Cause::Force => "by order",
            Cause::Enforce => "since the timetable is held",
            Cause::Restart => "since AWS had started it by itself",
        };
        let failed = if run.failed > 0 { format!(", {} to be tried again", run.failed) } else { String::new() };
        format!("{} of {} there, since {}, {cause}{failed}", run.reached, run.instances, times.at(run.opened_at))
    });
    let force = status.force.map(|flag| format!("force {} is ordered", flag.as_str()));
    let wanted = status
        .wanted
        .zip(status.wanted_since)
        .map(|(action, at)| format!("{} since {}", if action == Action::Start { "on" } else { "off" }, times.at(at)));
    let waits = status.waits_until.map(|at| format!("{}, since people were warned late", times.at(at)));
    let stop = status.next_stop_at.map(|at| {
        let moved = status.next_stop_by.as_ref().map(|by| format!(" (moved by {by})")).unwrap_or_default();
        format!("{}{moved}", times.in_zone(at))
    });
    let start = status.next_start_at.map(|at| times.in_zone(at));
    Message::new(Tone::Info, &format!("{name} {is}"))
        .field("Mind", mode(status.enabled, status.mode))
        .field("On its way", run)
        .field("Order", force)
        .field("The timetable wants it", wanted)
        .field("The stop waits until", waits)
        .field("Next stop", stop)
        .field("May be extended until", status.latest_at.map(|at| times.at(at)))
        .field("Next start", start)
        .field("Instances at the last look", Some(status.instances.to_string()))
}

fn show_info(name: &str, info: &Info, times: &Times) -> Message {
    let group = |(group, needs): &(String, Vec<String>)| match needs.as_slice() {
        [] => group.clone(),
        needs => format!("{group} (after {})", needs.join(", ")),
    };
    Message::new(Tone::Info, &format!("{name} on {}", date(info.date)))
        .field("Mind", mode(info.enabled, info.mode))
        .field("That date", [ends(&info.day, times)])
        .field("Exceptions", info.exceptions.iter().map(exception))
        .field("Timetable", info.timetable.iter().cloned())
        .field("Groups", info.groups.iter().map(group))
        .field("About", info.description.iter().cloned())
        .field("Owner", info.owner.iter().map(|owner| crate::chat::text::person(owner).to_owned()))
}

pub(super) fn refusal(refusal: &Refusal, spoken: &Spoken<'_>) -> Message {
    let name = refusal.schedule.as_str();
    let times = Times { zone: refusal.zone, now: refusal.at };
    let command = |text: &str| spoken.command(name, text);
    let (title, help): (String, Vec<String>) = match &refusal.why {
        Why::NoSchedule { near, names } => {
            let near = near.as_ref().map(|near| format!("Did you mean `{near}`?"));
            let names: Vec<&str> = names.iter().map(crate::model::ScheduleName::as_str).collect();
            let all = (!names.is_empty()).then(|| format!("There are: {}", names.join(", ")));
            (format!("There is no schedule `{name}`"), near.into_iter().chain(all).collect())
        }
        Why::Faulty { problems } => (format!("{name} cannot be understood: nothing is done to it"), problems.clone()),
        Why::NotThisPerson => (
            format!("You may not order anything of {name}"),
            vec!["`ChatPeople` of the schedule says who may.".to_owned()],
        ),
        Why::NotFromHere => (
            format!("{name} takes no orders from here"),
            vec!["`ChatRooms` of the schedule says from where.".to_owned()],
        ),
        Why::TooMany { a_minute } => {
            (format!("{name} has had {a_minute} orders in this minute"), vec!["Try again in a minute.".to_owned()])
        }
        Why::Again => (
            format!("{name}: this request was taken before, and is not carried out again"),
            vec![format!("How things are: {}", command("status"))],
        ),
        Why::NotFollowed { is_off: true } => (format!("{name}: `Mode` is `off`, so nothing is done"), Vec::new()),
        Why::NotFollowed { is_off: false } => (
            format!("{name} is disabled: its timetable stops nothing"),
            vec!["Only force_start and force_stop act.".to_owned()],
        ),
        Why::NoStop => (format!("{name}: no stop is planned, so there is none to move"), Vec::new()),
        Why::NotLater { stop_at } => (
            format!("{name} stops at {} anyway", times.in_zone(*stop_at)),
            vec!["An extension only moves a stop later.".to_owned()],
        ),
        Why::TooMuch { most, latest_at } => (
            format!("{name} may be extended until {} at most", times.in_zone(*latest_at)),
            vec![format!("One stop may be moved by {} in all.", length(*most))],
        ),
        Why::NotMovable => {
            (format!("{name}: its stops cannot be moved from chat"), vec!["`MaxExtensionMinutes` is 0.".to_owned()])
        }
        Why::NotLast => (
            format!("{name}: another window follows on that date"),
            vec!["Only the last stop of a date can be moved.".to_owned()],
        ),
        Why::Overruled => (
            format!("{name}: another exception for that date counts, and the stop would stay where it is"),
            vec![command("exception info")],
        ),
        Why::TooLate => (
            format!("{name}: that is too late for the date of its window"),
            vec!["A stop may be at 47:59 at the latest.".to_owned()],
        ),
        Why::HasBegun => (
            format!("{name}: the stop has begun, and is not turned round"),
            vec![format!("To start all again: {}", command("force_start"))],
        ),
        Why::MayHaveBegun => (
            format!("{name}: the stop is about to begin, and could not be held"),
            vec![format!("If it stops, start all again: {}", command("force_start"))],
        ),
        Why::Past { date: of } => (format!("{name}: {} is past", date(*of)), Vec::new()),
        Why::TooFar { last } => {
            (format!("{name}: that date is too far ahead"), vec![format!("The last one is {}.", date(*last))])
        }
        Why::Length { most } => {
            (format!("{name}: a force start for up to {}", length(*most)), vec![command("force_start for 2h")])
        }
        Why::NoException { date: of, kind } => (
            format!("{name}: there is no exception `{}` for {}", kind.as_str(), date(*of)),
            vec![command("exception info")],
        ),
        Why::NothingToCancel => (
            format!("{name}: there is nothing to take back"),
            vec![format!("Exceptions that were set stay: {}", command("exception info"))],
        ),
        Why::Busy => (format!("{name}: others are writing at the same time"), vec!["Try again.".to_owned()]),
        Why::OtherStop { stop_at } => (
            format!("{name}: that message is about another stop, and changes nothing now"),
            stop_at.map(|at| format!("The next stop is at {}.", times.in_zone(at))).into_iter().collect(),
        ),
        Why::Store { may_be_done, .. } => (
            format!("{name}: the tables do not answer"),
            vec![if *may_be_done {
                format!("It may have been done all the same: {}", command("status"))
            } else {
                "Nothing was changed. Try again.".to_owned()
            }],
        ),
    };
    Message::new(Tone::Failure, &title).field("Hint", help)
}

/// What can be written, each with what it does.
const COMMANDS: [(&str, &str); 10] = [
    ("status", "what runs now, and what comes next (`s`)"),
    ("info [date]", "the timetable of a date (`i`)"),
    ("extend 1h", "moves the next stop later: `30m`, `1h30m`, `22:30`"),
    ("skip", "leaves the next stop out"),
    ("force_start [for 2h]", "starts everything now"),
    ("force_stop", "stops everything now"),
    ("cancel", "takes back what was last ordered"),
    ("exception info [date]", "the exceptions (`e i`)"),
    ("exception set 2026-12-24 stop 18:00", "another start or stop for one date, `None` for none (`e s`)"),
    ("exception del 2026-12-24 stop", "takes it away (`e d`)"),
];

const A_DATE: &str = "A date is `2026-12-24`, `today`, `tomorrow` or a day such as `mon`.";

pub(super) fn help(spoken: &Spoken<'_>) -> Message {
    let lines = COMMANDS.iter().map(|(text, does)| format!("{}: {does}", spoken.command("SCHEDULE", text)));
    Message::new(Tone::Info, "What you can write")
        .field("Commands", lines)
        .field("Dates", [A_DATE.to_owned()])
        .field("Names with spaces", [spoken.command("Dev Team", "status")])
}

pub(super) fn mistake(error: &CommandError, spoken: &Spoken<'_>) -> Message {
    let (title, help): (String, Vec<String>) = match error {
        CommandError::TooLong => ("A command has at most 500 characters".to_owned(), Vec::new()),
        CommandError::Quote => {
            ("A quotation mark has no other to it".to_owned(), vec![spoken.command("Dev Team", "status")])
        }
        CommandError::NoOrder { schedule } => {
            let lines = COMMANDS.iter().map(|(text, does)| format!("{}: {does}", spoken.command(schedule, text)));
            (format!("What about `{schedule}`?"), lines.collect())
        }
        CommandError::UnknownWord { schedule, word, near } => {
            let near = near.map(|near| format!("Did you mean `{}`?", spoken.command(schedule, near)));
            (
                format!("`{word}` is no command"),
                near.into_iter().chain([format!("All commands: {}", spoken.bare("help"))]).collect(),
            )
        }
        CommandError::Missing { schedule, verb, part } => {
            (format!("{} is missing", what(*part)), examples(*verb, schedule, spoken))
        }
        CommandError::Bad { schedule, verb, part, text, near } => {
            let near = near.as_ref().map(|near| format!("Did you mean `{near}`?"));
            let right = if *part == Part::Date { Some(A_DATE.to_owned()) } else { None };
            let help = near.into_iter().chain(right).chain(examples(*verb, schedule, spoken));
            (format!("`{text}` is not right: {} is wanted", what(*part).to_lowercase()), help.collect())
        }
        CommandError::Extra { schedule, verb, text } => {
            (format!("`{text}` is too much"), examples(*verb, schedule, spoken))
        }
    };
    Message::new(Tone::Failure, &title).field("Hint", help)
}

fn what(part: Part) -> &'static str {
    match part {
        Part::ExceptionVerb => "One of `info`, `set` and `del`",
        Part::Date => "A date",
        Part::Kind => "One of `start` and `stop`",
        Part::Time => "A time such as `18:00`, or `None`,",
        Part::Later => "How much later, or until when,",
        Part::Length => "For how long",
    }
}

/// What is right, for just that.
fn examples(verb: Verb, schedule: &str, spoken: &Spoken<'_>) -> Vec<String> {
    let texts: &[&str] = match verb {
        Verb::Status => &["status"],
        Verb::Info => &["info", "info tomorrow"],
        Verb::Exception => &["exception info", "exception set 2026-12-24 stop 18:00", "exception del 2026-12-24 stop"],
        Verb::ExceptionInfo => &["exception info", "exception info 2026-12-24"],
        Verb::ExceptionSet => &["exception set 2026-12-24 stop 18:00", "exception set tomorrow start None"],
        Verb::ExceptionDelete => &["exception del 2026-12-24 stop"],
        Verb::Extend => &["extend 1h", "extend 30m", "extend 22:30"],
        Verb::Skip => &["skip"],
        Verb::ForceStart => &["force_start", "force_start for 2h"],
        Verb::ForceStop => &["force_stop"],
        Verb::Cancel => &["cancel"],
    };
    texts.iter().map(|text| format!("For example: {}", spoken.command(schedule, text))).collect()
}
