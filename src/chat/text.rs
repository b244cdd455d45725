//! The words of every notice (rules C1, C2): a file a language, in it a function a kind of notice.
//!
//! A message tells exactly what its notice holds, and what a person can do where something has to be done. Languages
//! share no sentence; what they share are names, and the order in which things are told. Knows no platform.

mod advice;
mod en;
mod ko;

#[cfg(test)]
pub(super) use ko::faults::is_known as is_korean_known;
pub(super) use ko::faults::line as korean_fault;
pub(super) use ko::month_and_day;

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use super::message::Message;
use super::offer::WayBack;
use super::{Language, names};
use crate::model::{InstanceKey, Label, Notice, Problem, Region, RoleArn, Stretch};

/// The words of a notice.
#[must_use]
pub fn message(notice: &Notice, language: Language) -> Message {
    let notice = &names::of_notice(notice);
    let message = match language {
        Language::En => en::message(notice),
        Language::Ko => ko::message(notice),
    };
    message.speaking(language)
}

/// What stands in place of what does not fit: `… and 23 more`.
pub(super) fn rest(missing: usize, language: Language) -> String {
    match language {
        Language::En => en::rest(missing),
        Language::Ko => ko::rest(missing),
    }
}

/// The title of the field that says how many fields are missing.
pub(super) const fn more(language: Language) -> &'static str {
    match language {
        Language::En => en::MORE,
        Language::Ko => ko::MORE,
    }
}

/// What the button of a choice says; with the date where it is not that of the planned stop.
pub(crate) fn until(until_at: DateTime<Utc>, stop_at: DateTime<Utc>, zone: Tz, language: Language) -> String {
    match language {
        Language::En => en::until(until_at, stop_at, zone),
        Language::Ko => ko::until(until_at, stop_at, zone),
    }
}

/// A time with its date: `Mon 23 Nov, 22:00`, `11월 23일(월) 22:00`.
pub(crate) fn dated(at: DateTime<Utc>, zone: Tz, language: Language) -> String {
    let local = at.with_timezone(&zone);
    match language {
        Language::En => local.format("%a %-d %b, %H:%M").to_string(),
        Language::Ko => format!("{} {}", month_and_day(local.date_naive()), local.format("%H:%M")),
    }
}

/// What the link to the page of choices says.
pub(super) const fn page(language: Language) -> &'static str {
    match language {
        Language::En => en::PAGE,
        Language::Ko => ko::PAGE,
    }
}

/// The line that says what to write.
pub(super) fn command(command: &str, language: Language) -> String {
    match language {
        Language::En => en::command(command),
        Language::Ko => ko::command(command),
    }
}

/// The order that moves a stop by some time, as it is written in commands; `written` is how English writes the time.
pub(super) fn extend(length: Duration, written: &str, language: Language) -> String {
    match language {
        Language::En => en::extend(written),
        Language::Ko => ko::extend(length),
    }
}

/// The order that takes back an extension, as it is written in commands.
pub(super) const fn cancel(language: Language) -> &'static str {
    match language {
        Language::En => en::CANCEL,
        Language::Ko => ko::CANCEL,
    }
}

/// How an extension is taken back: the title of a field, and its lines.
pub(super) fn way_back(way: &WayBack, language: Language) -> (&'static str, Vec<String>) {
    match language {
        Language::En => en::way_back(way),
        Language::Ko => ko::way_back(way),
    }
}

/// The account in a role's ARN; the whole of it if it is none.
pub(in crate::chat) fn account(role: &RoleArn) -> &str {
    role.as_str().split(':').nth(4).filter(|account| !account.is_empty()).unwrap_or(role.as_str())
}

/// A person's name without the server of an e-mail address (rule S4).
pub(in crate::chat) fn person(name: &str) -> &str {
    match name.split_once('@') {
        Some((name, _)) if !name.is_empty() => name,
        _ => name,
    }
}

/// `name (id), type or engine, zone: remark`; another account is named, and a region where the zone does not tell it.
fn instance(key: &InstanceKey, label: &Label, remark: &str, word_for_account: &str) -> String {
    let id = key.id.as_str();
    let name = label.name.as_deref().map(str::trim).filter(|name| !name.is_empty() && *name != id);
    let mut text = name.map_or_else(|| id.to_owned(), |name| format!("{name} ({id})"));
    let place = label.zone.as_deref().or(key.scope.region.as_ref().map(Region::as_str));
    let account = key.scope.account.as_ref().map(|role| format!("{word_for_account} {}", account(role)));
    for part in [label.engine.as_deref(), place, account.as_deref()].into_iter().flatten() {
        text.push_str(", ");
        text.push_str(part);
    }
    if !remark.is_empty() {
        text.push_str(": ");
        text.push_str(remark);
    }
    text
}

/// What AWS says of all of them alike, so that it is said once; nothing where it differs.
fn shared_remark(stretch: &Stretch) -> Option<&str> {
    let (.., first) = stretch.instances.first()?;
    let is_shared = !first.is_empty() && stretch.instances.iter().all(|(.., words)| words == first);
    is_shared.then_some(first.as_str())
}

/// Faulty items in the order in which they come, each with its faults.
fn items(problems: &[Problem]) -> Vec<(&str, Vec<&Problem>)> {
    let mut items: Vec<(&str, Vec<&Problem>)> = Vec::new();
    for problem in problems {
        match items.iter_mut().find(|(item, _)| *item == problem.item) {
            Some((_, known)) => known.push(problem),
            None => items.push((&problem.item, vec![problem])),
        }
    }
    items
}

/// The text with a capital in front: items are called by English words from elsewhere, such as `instance ec2/i-1`.
pub(in crate::chat) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
pub(super) mod samples;
#[cfg(test)]
mod tests;
