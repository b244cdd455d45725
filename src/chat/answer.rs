//! The words for what comes of an order, and for what is wrong with a command: one file a language. Knows no platform.

mod en;
mod ko;

use super::command::{CommandError, quoted};
use super::{Language, Message, names};
use crate::desk::{Answer, Refusal};

/// How commands are written where the answer is read, so that it can say what to write.
#[derive(Debug, Clone, Copy)]
struct Spoken<'a> {
    /// What they begin with.
    keyword: &'a str,
    /// Whether it is a terminal, where the verb comes before the schedule.
    is_terminal: bool,
}

impl<'a> Spoken<'a> {
    fn chat(keyword: &'a str) -> Self {
        Self { keyword, is_terminal: false }
    }

    /// `/lamp "Dev Team" cancel`, `lamplighter cancel "Dev Team"`.
    fn command(self, schedule: &str, rest: &str) -> String {
        let schedule = quoted(schedule);
        if !self.is_terminal {
            return self.bare(&format!("{schedule} {rest}"));
        }
        let (verb, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let line = match verb {
            "force_start" => format!("start {schedule} {}", rest.replace("for ", "--for ")),
            "force_stop" => format!("stop {schedule}"),
            "extend" | "skip" | "cancel" => format!("{verb} {schedule} {rest}"),
            _ => format!("explain {schedule}"),
        };
        self.bare(line.trim_end())
    }

    /// `/lamp help`.
    fn bare(self, rest: &str) -> String {
        format!("{} {rest}", self.keyword).trim_start().to_owned()
    }
}

/// A verb and what was written behind it.
fn joined(verb: &str, rest: &str) -> String {
    format!("{verb} {rest}").trim_end().to_owned()
}

/// What an exception was made for by an order: the tables keep a word, which is said in each language's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ordered {
    Extension,
    Skipping,
    EndOfForcedStart,
}

impl Ordered {
    /// By the attribute `Reason`; `None`: a person has given the reason.
    fn of(reason: &str) -> Option<Self> {
        match reason {
            "extend" => Some(Self::Extension),
            "skip" => Some(Self::Skipping),
            "force_start" => Some(Self::EndOfForcedStart),
            _ => None,
        }
    }
}

/// The words for what comes of an order; `keyword` is what commands begin with there, such as `/lamp`.
#[must_use]
pub fn result(language: Language, keyword: &str, result: &Result<Answer, Refusal>) -> Message {
    let (spoken, result) = (Spoken::chat(keyword), &names::of_result(result));
    match (language, result) {
        (Language::En, Ok(answer)) => en::answer(answer, &spoken),
        (Language::Ko, Ok(answer)) => ko::answer(answer, &spoken),
        (Language::En, Err(refusal)) => en::refusal(refusal, &spoken),
        (Language::Ko, Err(refusal)) => ko::refusal(refusal, &spoken),
    }
}

/// The words for what comes of an order at a terminal, in English as the whole command line.
#[must_use]
pub fn at_terminal(result: &Result<Answer, Refusal>) -> Message {
    let spoken = Spoken { keyword: "lamplighter", is_terminal: true };
    match &names::of_result(result) {
        Ok(answer) => en::answer(answer, &spoken),
        Err(refusal) => en::refusal(refusal, &spoken),
    }
}

/// The words for a command that cannot be read.
#[must_use]
pub fn mistake(language: Language, keyword: &str, error: &CommandError) -> Message {
    let (spoken, error) = (Spoken::chat(keyword), &names::of_mistake(error));
    match language {
        Language::En => en::mistake(error, &spoken),
        Language::Ko => ko::mistake(error, &spoken),
    }
}

/// What one can write.
#[must_use]
pub fn help(language: Language, keyword: &str) -> Message {
    let spoken = Spoken::chat(keyword);
    match language {
        Language::En => en::help(&spoken),
        Language::Ko => ko::help(&spoken),
    }
}

#[cfg(test)]
mod tests;
