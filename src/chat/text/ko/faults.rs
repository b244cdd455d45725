//! What is wrong with items, places and instances, in Korean.
//!
//! Wherever something is found to be at fault it is put into one English sentence, which stands in logs and listings too. Here
//! each of them is known by its pattern. **A new sentence gets its line in [`sentences`]**: the tests beside it turn red on one that the project
//! makes and that is not there. What has no pattern, such as AWS's own words, is told as it is.
//!
//! A pattern has holes: `{0}` is a name or value and stays as it is, between backticks anything without a backtick; `<0>` is a number; `[0]` is
//! a part that has a pattern of its own. The first pattern that fits a text decides.

mod sentences;

use sentences::{ALLOWED, FRAMES, ITEMS, LINES, LISTS, SENTENCES};

/// A longer text stays as it is: nobody reads it, and it would take its time (rule S6).
const MOST_BYTES: usize = 2 * 1024;

/// How deep parts are looked for within parts: more than any text has that people can mend.
const MOST_DEPTH: usize = 24;

/// What is wrong, and what is allowed.
pub(super) fn message(text: &str) -> String {
    sentence(text).unwrap_or_else(|| text.to_owned())
}

/// Whether it is known how this is said in Korean.
#[cfg(test)]
pub(in crate::chat) fn is_known(text: &str) -> bool {
    sentence(text).is_some()
}

/// How an item is called; its name and those of the tables stay.
pub(super) fn item(text: &str) -> String {
    short(text).and_then(|text| first_fit(&[&ITEMS], text, 0)).unwrap_or_else(|| text.to_owned())
}

/// A whole problem on one line: the item, the attribute, what it holds, what is wrong.
pub(in crate::chat) fn line(text: &str) -> String {
    // Names may hold what separates: the line is that of the first pattern of which all parts are known.
    let of_line = |text| LINES.iter().find_map(|(pattern, korean)| shown(korean, &fit(pattern, text)?, 0));
    short(text).and_then(of_line).map_or_else(|| text.to_owned(), ended)
}

fn sentence(text: &str) -> Option<String> {
    short(text).and_then(|text| part(text, 0)).map(ended)
}

fn short(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty() && text.len() <= MOST_BYTES)
}

/// With a full stop where it ends as a sentence does.
fn ended(text: String) -> String {
    if ["니다", "십시오"].iter().any(|ending| text.ends_with(ending)) { text + "." } else { text }
}

type Table = [(&'static str, &'static str)];

/// A text, or a part of one.
fn part(text: &str, depth: usize) -> Option<String> {
    // What may stand around a sentence, or between several, is taken off it before.
    first_fit(&[&FRAMES, &SENTENCES, &ALLOWED, &LISTS], text, depth)
}

fn first_fit(tables: &[&Table], text: &str, depth: usize) -> Option<String> {
    let mut patterns = tables.iter().copied().flatten();
    let (korean, found) = patterns.find_map(|(pattern, korean)| Some((korean, fit(pattern, text)?)))?;
    shown(korean, &found, depth)
}

/// What a hole takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Value,
    Number,
    Part,
}

/// A hole of a pattern, with the digit it is called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Hole {
    kind: Kind,
    digit: u8,
}

impl Hole {
    /// The hole with which a text begins.
    fn read(text: &str) -> Option<Self> {
        let (kind, digit) = match text.as_bytes() {
            [b'{', digit @ b'0'..=b'9', b'}', ..] => (Kind::Value, *digit),
            [b'<', digit @ b'0'..=b'9', b'>', ..] => (Kind::Number, *digit),
            [b'[', digit @ b'0'..=b'9', b']', ..] => (Kind::Part, *digit),
            _ => return None,
        };
        Some(Self { kind, digit })
    }

    /// Whether this may stand in the hole, between `before` and something else.
    fn takes(self, text: &str, before: &str) -> bool {
        let marks = text.bytes().filter(|byte| *byte == b'`').count();
        match self.kind {
            Kind::Number => !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()),
            _ if before.ends_with('`') => marks == 0,
            // What stands between two backticks separates nothing.
            _ => !text.is_empty() && marks % 2 == 0,
        }
    }
}

/// The length of a hole as it is written.
const HOLE_BYTES: usize = 3;

/// A pattern up to its first hole, the hole, and what stands behind it.
fn cut(pattern: &str) -> Option<(&str, Hole, &str)> {
    let mut places = pattern.char_indices().map(|(at, _)| at);
    let (at, hole) = places.find_map(|at| Some((at, Hole::read(pattern.get(at..)?)?)))?;
    Some((pattern.get(..at)?, hole, pattern.get(at + HOLE_BYTES..)?))
}

/// What stands in the holes of a pattern, if the text fits it.
fn fit<'a>(mut pattern: &str, mut text: &'a str) -> Option<Vec<(Hole, &'a str)>> {
    // Most patterns are out of the question by how they begin.
    if Hole::read(pattern).is_none() && pattern.as_bytes().first() != text.as_bytes().first() {
        return None;
    }
    let mut found = Vec::new();
    while let Some((before, hole, after)) = cut(pattern) {
        text = text.strip_prefix(before)?;
        let value = if let Some((until, ..)) = cut(after) {
            let mut values = text.match_indices(until).filter_map(|(at, _)| text.get(..at));
            values.find(|value| hole.takes(value, before))?
        } else {
            // AWS's words at the end may hold anything.
            let is_open = after.is_empty() && hole.kind == Kind::Value && !before.ends_with('`');
            text.strip_suffix(after).filter(|value| is_open || hole.takes(value, before))?
        };
        found.push((hole, value));
        text = text.get(value.len()..)?;
        pattern = after;
    }
    (text == pattern).then_some(found)
}

/// The Korean with what stands in the holes; `None` where it is not known how a part is said.
fn shown(mut korean: &str, found: &[(Hole, &str)], depth: usize) -> Option<String> {
    if depth > MOST_DEPTH {
        return None;
    }
    let mut text = String::new();
    while let Some((before, hole, after)) = cut(korean) {
        text.push_str(before);
        let (_, value) = found.iter().find(|(known, _)| *known == hole)?;
        match hole.kind {
            Kind::Value | Kind::Number => text.push_str(value),
            Kind::Part => text.push_str(&part(value, depth + 1)?),
        }
        korean = after;
    }
    text.push_str(korean);
    Some(text)
}

#[cfg(test)]
mod tests;
