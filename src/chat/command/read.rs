//! The rest of a command, behind its verb.

use super::part;
use super::{CommandError, Part, Verb, Word, folded};
use crate::model::{Action, Order};

/// What is left of a command to be read.
pub(super) struct Reader<'a> {
    pub(super) schedule: &'a str,
    pub(super) verb: Verb,
    pub(super) rest: &'a [Word],
}

const EXCEPTION_VERBS: [(Verb, &[&str]); 3] = [
    (Verb::ExceptionInfo, &["info", "i", "list", "정보", "목록"]),
    (Verb::ExceptionSet, &["set", "s", "설정", "추가"]),
    (Verb::ExceptionDelete, &["del", "delete", "d", "삭제", "제거"]),
];

/// Words that people write before a time or a length, and that say nothing.
const FILLERS: [&str; 8] = ["by", "for", "until", "till", "to", "동안", "더", "까지"];

impl Reader<'_> {
    /// The order.
    pub(super) fn order(mut self) -> Result<Order, CommandError> {
        let order = match self.verb {
            Verb::Status => Order::Status,
            Verb::Skip => Order::Skip,
            Verb::Cancel => Order::Cancel,
            Verb::Info => Order::Info { day: self.day_if_any()? },
            Verb::Extend => Order::Extend(self.all(Part::Later, part::later)?),
            Verb::ForceStop => Order::Force { action: Action::Stop, lasts: None },
            Verb::ForceStart => {
                let lasts = if self.rest.is_empty() { None } else { Some(self.all(Part::Length, part::length)?) };
                Order::Force { action: Action::Start, lasts }
            }
            Verb::Exception | Verb::ExceptionInfo | Verb::ExceptionSet | Verb::ExceptionDelete => self.exception()?,
        };
        match self.rest {
            [] => Ok(order),
            rest => Err(CommandError::Extra {
                schedule: self.schedule.to_owned(),
                verb: self.verb,
                text: super::name(rest),
            }),
        }
    }

    fn exception(&mut self) -> Result<Order, CommandError> {
        self.verb = self.next(Part::ExceptionVerb, |text| {
            let text = folded(text);
            let known = || EXCEPTION_VERBS.iter();
            let found = known().find(|(_, words)| words.contains(&text.as_str())).map(|(verb, _)| *verb);
            found.ok_or_else(|| {
                let words = known().flat_map(|(_, words)| words.iter().copied()).filter(|word| word.len() > 1);
                crate::document::nearest(&text, words).map(str::to_owned)
            })
        })?;
        match self.verb {
            Verb::ExceptionSet => {
                let (day, kind) = (self.next(Part::Date, part::day)?, self.next(Part::Kind, part::kind)?);
                Ok(Order::SetException { day, kind, local_time: self.all(Part::Time, part::time)? })
            }
            Verb::ExceptionDelete => {
                let (day, kind) = (self.next(Part::Date, part::day)?, self.next(Part::Kind, part::kind)?);
                Ok(Order::DeleteException { day, kind })
            }
            _ => Ok(Order::Exceptions { day: self.day_if_any()? }),
        }
    }

    fn day_if_any(&mut self) -> Result<Option<crate::model::Day>, CommandError> {
        if self.rest.is_empty() { Ok(None) } else { self.next(Part::Date, part::day).map(Some) }
    }

    /// The next word.
    fn next<T>(&mut self, part: Part, read: impl FnOnce(&str) -> Result<T, Option<String>>) -> Result<T, CommandError> {
        let Some((word, rest)) = self.rest.split_first() else { return Err(self.missing(part)) };
        self.rest = rest;
        read(&word.text).map_err(|near| self.bad(part, word.text.clone(), near))
    }

    /// All that is left, which people write in one word or in several: `1h 30m`, `1시간 30분 더`.
    fn all<T>(&mut self, part: Part, read: impl FnOnce(&str) -> Result<T, Option<String>>) -> Result<T, CommandError> {
        let says = |word: &&Word| !FILLERS.contains(&folded(&word.text).as_str());
        let text: String = self.rest.iter().filter(says).map(|word| word.text.as_str()).collect();
        if text.is_empty() {
            return Err(self.missing(part));
        }
        let shown = super::name(self.rest);
        self.rest = &[];
        read(&text).map_err(|near| self.bad(part, shown, near))
    }

    fn missing(&self, part: Part) -> CommandError {
        CommandError::Missing { schedule: self.schedule.to_owned(), verb: self.verb, part }
    }

    fn bad(&self, part: Part, text: String, near: Option<String>) -> CommandError {
        CommandError::Bad { schedule: self.schedule.to_owned(), verb: self.verb, part, text, near }
    }
}
