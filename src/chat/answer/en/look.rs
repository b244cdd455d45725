//! What runs, and what is planned, in English.

use super::{Times, date, ends, exception, going};
use crate::chat::message::{Message, Tone};
use crate::chat::person::in_english;
use crate::desk::{Info, Status};
use crate::model::{Action, Cause, Mode};

fn mode(enabled: bool, mode: Mode) -> Option<String> {
    match mode {
        Mode::Off => Some("`Mode` is `off`: nothing is done at all.".to_owned()),
        _ if !enabled => Some("It is disabled: only force start and force stop act.".to_owned()),
        Mode::Notify => Some("`Mode` is `notify`: it is only told what would be done.".to_owned()),
        Mode::Act => None,
    }
}

/// What runs now, and what comes next.
pub(super) fn status(name: &str, status: &Status, times: &Times) -> Message {
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
        let moved =
            status.next_stop_by.as_ref().map(|by| format!(" (moved by {})", in_english(by))).unwrap_or_default();
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

/// What the timetable makes of a date.
pub(super) fn info(name: &str, info: &Info, times: &Times) -> Message {
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
