//! What can be written, and what is wrong with a command, in English.

use crate::chat::answer::{Spoken, joined};
use crate::chat::command::{CommandError, Part, Verb};
use crate::chat::message::{Message, Tone};
use crate::chat::text::capitalised;

/// What can be written, each with what it does.
const COMMANDS: [(&str, &str); 10] = [
    ("status", "what runs now, and what comes next (`s`)"),
    ("info [date]", "the timetable of a date (`i`)"),
    ("extend 1h", "moves the next stop later: `30m`, `1h30m`, `22:30`"),
    ("skip", "leaves the next stop out"),
    ("force_start [for 2h]", "starts everything now"),
    ("force_stop", "stops everything now"),
    (
        "cancel",
        "takes back a force start or stop that is not carried out yet, else the extension or skipping of the next stop",
    ),
    ("exception info [date]", "the exceptions (`e i`)"),
    ("exception set 2026-12-24 stop 18:00", "another start or stop for one date, `None` for none (`e s`)"),
    ("exception del 2026-12-24 stop", "takes it away (`e d`)"),
];

const A_DATE: &str = "A date is `2026-12-24`, `today`, `tomorrow` or a day such as `mon`.";

/// All commands.
pub(in crate::chat::answer) fn help(spoken: &Spoken<'_>) -> Message {
    let lines = COMMANDS.iter().map(|(text, does)| format!("{}: {does}", spoken.command("SCHEDULE", text)));
    Message::new(Tone::Info, "What you can write")
        .field("Commands", lines)
        .field("Dates", [A_DATE.to_owned()])
        .field("Names with spaces", [spoken.command("Dev Team", "status")])
}

/// What is wrong with a command.
pub(in crate::chat::answer) fn mistake(error: &CommandError, spoken: &Spoken<'_>) -> Message {
    let (title, help): (String, Vec<String>) = match error {
        CommandError::TooLong => ("A command has at most 500 characters".to_owned(), Vec::new()),
        CommandError::Quote => {
            ("A quotation mark is not closed".to_owned(), vec![spoken.command("Dev Team", "status")])
        }
        CommandError::NoOrder { schedule } => {
            let lines = COMMANDS.iter().map(|(text, does)| format!("{}: {does}", spoken.command(schedule, text)));
            (format!("What about `{schedule}`?"), lines.collect())
        }
        CommandError::UnknownWord { schedule, word, near, rest } => {
            let near = near.map(|near| format!("Did you mean `{}`?", spoken.command(schedule, &joined(near, rest))));
            let help = near.unwrap_or_else(|| {
                format!("A command begins with the name of a schedule: `{schedule}` was taken for one.")
            });
            (format!("`{word}` is no command"), vec![help, format!("All commands: {}", spoken.bare("help"))])
        }
        CommandError::Missing { schedule, verb, part } => {
            (format!("{} is missing", capitalised(what(*part))), examples(*verb, schedule, spoken))
        }
        CommandError::Bad { schedule, verb, part, text, near } => {
            let near = near.as_ref().map(|near| format!("Did you mean `{near}`?"));
            let right = if *part == Part::Date { Some(A_DATE.to_owned()) } else { None };
            let help = near.into_iter().chain(right).chain(examples(*verb, schedule, spoken));
            (format!("`{text}` is not right: {} is wanted", what(*part)), help.collect())
        }
        CommandError::Extra { schedule, verb, text } => {
            (format!("`{text}` is too much"), examples(*verb, schedule, spoken))
        }
    };
    Message::new(Tone::Failure, &title).field("Hint", help)
}

/// A part, as it stands within a sentence.
fn what(part: Part) -> &'static str {
    match part {
        Part::ExceptionVerb => "one of `info`, `set` and `del`",
        Part::Date => "a date",
        Part::Kind => "one of `start` and `stop`",
        Part::Time => "a time such as `18:00`, or `None`,",
        Part::Later => "how much later, or until when,",
        Part::Length => "for how long",
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
