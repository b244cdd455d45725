//! What people write: `Development extend 1h`, `개발 연장 1시간` (rule C5). Pure; knows no schedule.

use crate::document::nearest;
use crate::model::Order;

/// The longest command, in characters.
pub const MOST_CHARS: usize = 500;

/// A command that is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// What one can write.
    Help,
    /// An order for a schedule.
    For {
        /// The schedule as it was written.
        schedule: String,
        /// What is asked of it.
        order: Order,
    },
}

/// What a command can be about: for help with just that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// `status`.
    Status,
    /// `info`.
    Info,
    /// `exception`, and neither `info`, `set` nor `del`.
    Exception,
    /// `exception info`.
    ExceptionInfo,
    /// `exception set`.
    ExceptionSet,
    /// `exception del`.
    ExceptionDelete,
    /// `extend`.
    Extend,
    /// `skip`.
    Skip,
    /// `force_start`.
    ForceStart,
    /// `force_stop`.
    ForceStop,
    /// `cancel`.
    Cancel,
}

/// What is wrong with a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandError {
    /// Longer than [`MOST_CHARS`].
    TooLong,
    /// A schedule, and nothing asked of it.
    NoOrder {
        /// The schedule as it was written.
        schedule: String,
    },
    /// A word that is no order.
    UnknownWord {
        /// The schedule as it was written.
        schedule: String,
        /// The word.
        word: String,
        /// The order that comes nearest.
        near: Option<&'static str>,
        /// What was written behind the word.
        rest: String,
    },
    /// Half a command.
    Missing {
        /// The schedule as it was written.
        schedule: String,
        /// What it is about.
        verb: Verb,
        /// What is missing.
        part: Part,
    },
    /// A part that cannot be read.
    Bad {
        /// The schedule as it was written.
        schedule: String,
        /// What it is about.
        verb: Verb,
        /// What it should have been.
        part: Part,
        /// What was written.
        text: String,
        /// What may have been meant.
        near: Option<String>,
    },
    /// Words that are too many.
    Extra {
        /// The schedule as it was written.
        schedule: String,
        /// What it is about.
        verb: Verb,
        /// The words.
        text: String,
    },
    /// A quotation mark without its other.
    Quote,
}

/// A part of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// `info`, `set` or `del`.
    ExceptionVerb,
    /// A date.
    Date,
    /// `start` or `stop`.
    Kind,
    /// `H:M` or `None`.
    Time,
    /// `1h`, `30m` or `H:M`.
    Later,
    /// `2h`.
    Length,
}

/// Reads a command; a first word such as `/lamp` is left out.
///
/// # Errors
/// When it is too long, half a command, or has a word that is not known.
pub fn parse(text: &str) -> Result<Command, CommandError> {
    if text.chars().count() > MOST_CHARS {
        return Err(CommandError::TooLong);
    }
    let mut words = words(text)?;
    // What the platform's commands begin with; a schedule's name that begins so is put in quotes.
    if words.first().is_some_and(|word| !word.is_quoted && word.text.starts_with('/')) {
        words.remove(0);
    }
    let Some(first) = words.first() else { return Ok(Command::Help) };
    if !first.is_quoted && HELP.contains(&folded(&first.text).as_str()) {
        return Ok(Command::Help);
    }
    if let Some(command) = backwards(&words) {
        return Ok(command);
    }
    // A name may have several words, and one of them may be a word of ours: then a later reading counts, if it only asks.
    // What changes something is not guessed; quotes make it plain.
    let mut first_error = None;
    for place in 1..words.len() {
        let (named, rest) = words.split_at(place);
        let schedule = name(named);
        match order(&schedule, rest) {
            Some(Ok(order)) if first_error.is_none() || !order.changes() => {
                return Ok(Command::For { schedule, order });
            }
            Some(Err(error @ CommandError::Missing { .. })) => return Err(first_error.unwrap_or(error)),
            Some(Err(error)) => _ = first_error.get_or_insert(error),
            Some(Ok(_)) | None => {}
        }
    }
    Err(first_error.unwrap_or_else(|| no_order(&words)))
}

/// A word, and whether it stood in quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    text: String,
    is_quoted: bool,
}

/// What begins and ends a quotation, as keyboards and chats write it.
const QUOTES: [(char, char); 5] = [('"', '"'), ('\'', '\''), ('“', '”'), ('‘', '’'), ('`', '`')];

fn words(text: &str) -> Result<Vec<Word>, CommandError> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if let Some((_, end)) = QUOTES.iter().find(|(begin, _)| *begin == first) {
            let inner = rest.get(first.len_utf8()..).unwrap_or_default();
            let (word, after) = inner.split_once(*end).ok_or(CommandError::Quote)?;
            words.push(Word { text: word.trim().to_owned(), is_quoted: true });
            rest = after.trim_start();
        } else {
            let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            words.push(Word { text: word.to_owned(), is_quoted: false });
            rest = after.trim_start();
        }
    }
    Ok(words)
}

fn name(words: &[Word]) -> String {
    words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// Words as they can be written again.
fn written(words: &[Word]) -> String {
    let again = |word: &Word| if word.is_quoted { quoted(&word.text) } else { word.text.clone() };
    words.iter().map(again).collect::<Vec<_>>().join(" ")
}

/// A name as commands take it: in quotes where it would be read as something else.
pub(super) fn quoted(name: &str) -> String {
    let has_sign = |sign: char| sign == '/' || QUOTES.iter().any(|(begin, _)| *begin == sign);
    let is_plain = !name.contains(char::is_whitespace) && !name.starts_with(has_sign);
    // Around a command of ours there are backticks already.
    let fits = |(begin, end): &&(char, char)| *begin != '`' && !name.contains(*end);
    match QUOTES.iter().find(fits).filter(|_| !is_plain || HELP.contains(&folded(name).as_str())) {
        Some((begin, end)) => format!("{begin}{name}{end}"),
        None => name.to_owned(),
    }
}

/// How words are compared.
fn folded(text: &str) -> String {
    text.to_lowercase().replace('-', "_")
}

const HELP: [&str; 6] = ["help", "?", "h", "도움말", "도움", "사용법"];

/// Words for an order, of which the first is the one that is taught.
const VERBS: [(Verb, &[&str]); 8] = [
    (Verb::Status, &["status", "s", "상태"]),
    (Verb::Info, &["info", "i", "정보", "일정"]),
    (Verb::Exception, &["exception", "exceptions", "e", "예외"]),
    (Verb::Extend, &["extend", "연장"]),
    (Verb::Skip, &["skip", "건너뛰기"]),
    (Verb::ForceStart, &["force_start", "start", "시작", "강제시작", "강제_시작"]),
    (Verb::ForceStop, &["force_stop", "stop", "중지", "정지", "강제중지", "강제_중지", "강제정지"]),
    (Verb::Cancel, &["cancel", "취소"]),
];

fn verb(word: &Word) -> Option<Verb> {
    let text = folded(&word.text);
    let is_its = |words: &[&str]| !word.is_quoted && words.contains(&text.as_str());
    VERBS.iter().find(|(_, words)| is_its(words)).map(|(verb, _)| *verb)
}

/// The order in words that begin with one; `None`: they do not.
fn order(schedule: &str, words: &[Word]) -> Option<Result<Order, CommandError>> {
    let (first, rest) = words.split_first()?;
    // `force start` in two words.
    let (verb, rest) = match rest.split_first() {
        Some((second, rest)) if ["force", "강제"].contains(&folded(&first.text).as_str()) => (verb(second)?, rest),
        _ => (verb(first)?, rest),
    };
    Some(Reader { schedule, verb, rest }.order())
}

/// In Korean the verb stands last: `개발 1시간 연장`.
fn backwards(words: &[Word]) -> Option<Command> {
    let (last, before) = words.split_last()?;
    let verb = verb(last).filter(|verb| matches!(verb, Verb::Extend | Verb::ForceStart))?;
    (1..before.len()).find_map(|place| {
        let (named, rest) = before.split_at(place);
        let schedule = name(named);
        let order = Reader { schedule: &schedule, verb, rest }.order().ok()?;
        Some(Command::For { schedule, order })
    })
}

/// What is wrong where no word is an order.
fn no_order(words: &[Word]) -> CommandError {
    let known = || VERBS.iter().flat_map(|(_, words)| words.iter().copied()).filter(|word| word.chars().count() > 1);
    let near = |word: &Word| nearest(&folded(&word.text), known());
    let slip = words.iter().enumerate().skip(1).find_map(|(place, word)| Some((place, word, Some(near(word)?))));
    let first = || words.get(1).map(|word| (1, word, None));
    match slip.or_else(first) {
        Some((place, word, near)) => CommandError::UnknownWord {
            schedule: name(words.get(..place).unwrap_or_default()),
            word: word.text.clone(),
            near,
            rest: written(words.get(place + 1..).unwrap_or_default()),
        },
        None => CommandError::NoOrder { schedule: name(words) },
    }
}

mod part;
mod read;

// What the same words mean at a terminal.
#[cfg(any(feature = "live", all(test, feature = "cli")))]
pub(crate) use part::{later, length};

use read::Reader;

#[cfg(test)]
mod tests;
