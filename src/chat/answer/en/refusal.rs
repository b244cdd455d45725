//! Why an order was refused, in English.

use super::{Times, date, length, turn_round, until};
use crate::chat::answer::Spoken;
use crate::chat::message::{Message, Tone};
use crate::desk::{Refusal, Why};
use crate::model::ScheduleName;
use crate::ports::StoreError;

/// Why nothing was done, and what can be.
pub(in crate::chat::answer) fn refusal(refusal: &Refusal, spoken: &Spoken<'_>) -> Message {
    let name = refusal.schedule.as_str();
    let times = Times { zone: refusal.zone, now: refusal.at };
    let command = |text: &str| spoken.command(name, text);
    let (title, help): (String, Vec<String>) = match &refusal.why {
        Why::NoSchedule { near, names } => no_schedule(name, near.as_ref(), names),
        Why::Faulty { problems } => (format!("{name} cannot be understood: nothing is done to it"), problems.clone()),
        Why::NotThisPerson => {
            one(format!("You may not order anything of {name}"), "`ChatPeople` of the schedule says who may.")
        }
        Why::NotFromHere => {
            one(format!("{name} takes no orders from here"), "`ChatRooms` of the schedule says from where.")
        }
        Why::TooMany { a_minute } => {
            (format!("{name} has had {a_minute} orders in this minute"), vec!["Try again in a minute.".to_owned()])
        }
        Why::Again => (
            format!("{name}: this request was taken before, and is not carried out again"),
            vec![format!("How things are: {}", command("status"))],
        ),
        Why::NotFollowed { is_off: true } => (format!("{name}: `Mode` is `off`, so nothing is done"), Vec::new()),
        Why::NotFollowed { is_off: false } => {
            one(format!("{name} is disabled: its timetable stops nothing"), "Only force_start and force_stop act.")
        }
        Why::NoStop => (format!("{name}: no stop is planned, so there is none to move"), Vec::new()),
        Why::NotLater { stop_at } => {
            one(format!("{name} stops at {} anyway", times.in_zone(*stop_at)), "An extension only moves a stop later.")
        }
        Why::TooMuch { most, latest_at } => (
            format!("{name} may be extended until {} at most", times.in_zone(*latest_at)),
            vec![format!("One stop may be moved by {} in all.", length(*most))],
        ),
        Why::NotMovable => {
            (format!("{name}: its stops cannot be moved from chat"), vec!["`MaxExtensionMinutes` is 0.".to_owned()])
        }
        Why::NotLast => {
            one(format!("{name}: another window follows on that date"), "Only the last stop of a date can be moved.")
        }
        Why::Overruled => (
            format!("{name}: another exception for that date counts, and the stop would stay where it is"),
            vec![command("exception info")],
        ),
        Why::TooLate => (
            format!("{name}: that is too late for the date of its window"),
            vec!["A stop may be at 47:59 at the latest.".to_owned(), format!("To leave it out: {}", command("skip"))],
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
        Why::CarriedOut { action, until_at } => (
            format!("{name}: force {} has been carried out or is under way, and is not taken back", action.as_str()),
            vec![until(*action, *until_at, &times), turn_round(*action, name, spoken)],
        ),
        Why::NoEnd => no_end(name, spoken),
        Why::Busy => (format!("{name}: others are writing at the same time"), vec!["Try again.".to_owned()]),
        Why::OtherStop { stop_at } => (
            format!("{name}: that message is about another stop, and changes nothing now"),
            stop_at.map(|at| format!("The next stop is at {}.", times.in_zone(at))).into_iter().collect(),
        ),
        Why::Store { error: StoreError::Denied { .. } | StoreError::MissingTable(..), .. } => (
            format!("{name}: this function may not use its tables, or one of them is missing"),
            vec!["Trying again does not help. Whoever runs it finds the cause in its log.".to_owned()],
        ),
        Why::Store { may_be_done: true, .. } => (
            format!("{name}: the tables do not answer"),
            vec![format!("It may have been done all the same: {}", command("status"))],
        ),
        Why::Store { .. } => one(format!("{name}: the tables do not answer"), "Nothing was changed. Try again."),
    };
    Message::new(Tone::Failure, &title).field("Hint", help)
}

fn one(title: String, help: &str) -> (String, Vec<String>) {
    (title, vec![help.to_owned()])
}

fn no_schedule(name: &str, near: Option<&ScheduleName>, names: &[ScheduleName]) -> (String, Vec<String>) {
    let near = near.map(|near| format!("Did you mean `{near}`?"));
    let names: Vec<&str> = names.iter().map(ScheduleName::as_str).collect();
    let all = (!names.is_empty()).then(|| format!("There are: {}", names.join(", ")));
    (format!("There is no schedule `{name}`"), near.into_iter().chain(all).collect())
}

fn no_end(name: &str, spoken: &Spoken<'_>) -> (String, Vec<String>) {
    let help = [
        format!("Start it without an end: {}", spoken.command(name, "force_start")),
        format!("Stop it when you are done: {}", spoken.command(name, "force_stop")),
    ];
    (format!("{name} is disabled: nothing would stop it after that time, so it is not started"), help.into())
}
