//! Exceptions into the text of a schedule file, so that its comments and layout stay. Pure.
//!
//! The text is edited, not written anew. What comes out is read again: unless it holds what it held and the new
//! exceptions, nothing else, the edit is refused.

use saphyr::{LoadableYamlNode as _, MarkedYaml, Scalar, YamlData};
use serde_json::Value;

use crate::document::file;
use crate::ports::Item;

/// The attributes of an exception in a file, in the order in which they are written; the schedule is the file's.
const ORDER: [&str; 5] = ["ExceptionDate", "ExceptionType", "ExceptionValue", "Reason", "CreatedVia"];

/// Words that need no quotes in YAML.
const PLAIN: [&str; 2] = ["start", "holidays import"];

/// The file's layout is one that cannot be edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("its `Exceptions` cannot be added to without changing something else: write them as a list, one item a line")]
pub(super) struct EditError;

/// The text of a schedule file with further exceptions at the end of its list.
pub(super) fn with_exceptions(text: &str, added: &[Item]) -> Result<String, EditError> {
    if added.is_empty() {
        return Ok(text.to_owned());
    }
    // First, because it refuses what is nested so deeply that reading it needs too much room.
    let before = file::items(text).map_err(|_| EditError)?;
    let edited = Editor::new(text, &masked(text)).and_then(|editor| editor.edited(added)).ok_or(EditError)?;
    let after = file::items(&edited).map_err(|_| EditError)?;
    let wanted: Vec<&Item> = before.exceptions.iter().chain(added).collect();
    let is_wanted = before.schedules == after.schedules
        && before.groups == after.groups
        && after.exceptions.iter().collect::<Vec<_>>() == wanted;
    if is_wanted { Ok(edited) } else { Err(EditError) }
}

/// The text with other letters in place of JSON's `\u` escapes, as many of them: pairs of those are no YAML.
fn masked(text: &str) -> String {
    text.replace("\\\\", "xx").replace("\\u", "xx")
}

/// Text to put in at a place, counted in characters, for so many characters that are there.
struct Edit {
    at: usize,
    instead_of: usize,
    text: String,
}

impl Edit {
    fn insert(at: usize, text: String) -> Self {
        Self { at, instead_of: 0, text }
    }
}

/// A list in brackets, or mapping in braces, as opposed to one by indentation.
fn is_flow(node: &MarkedYaml<'_>, letters: &[char]) -> bool {
    let (bracket, first) = match &node.data {
        YamlData::Sequence(items) => ('[', items.first()),
        YamlData::Mapping(pairs) => ('{', pairs.iter().next().map(|(key, _)| key)),
        _ => return false,
    };
    // A list by indentation may be told to begin where its first item does, which may be one in brackets.
    let start = node.span.start.index();
    letters.get(start) == Some(&bracket) && first.is_none_or(|first| first.span.start.index() != start)
}

struct Editor<'a> {
    letters: Vec<char>,
    document: MarkedYaml<'a>,
    newline: &'static str,
}

impl<'a> Editor<'a> {
    fn new(text: &str, masked: &'a str) -> Option<Self> {
        let [document] = <[_; 1]>::try_from(MarkedYaml::load_from_str(masked).ok()?).ok()?;
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Some(Self { letters: text.chars().collect(), document, newline })
    }

    /// `None` where the layout is not one that can be edited.
    fn edited(&self, added: &[Item]) -> Option<String> {
        let YamlData::Mapping(parts) = &self.document.data else { return None };
        let is_json = is_flow(&self.document, &self.letters);
        let items: Vec<String> = added.iter().map(|item| shown(item, is_json)).collect();
        let is_exceptions =
            |key: &MarkedYaml<'_>| matches!(&key.data, YamlData::Value(Scalar::String(name)) if name == "Exceptions");
        let edits = match parts.iter().find(|(key, _)| is_exceptions(key)) {
            Some((key, value)) => match &value.data {
                YamlData::Sequence(held) => match (held.first().zip(held.last()), is_flow(value, &self.letters)) {
                    (None, _) => self.in_place_of(key, value, self.end(value), is_json, &items),
                    (Some((_, last)), true) => self.to_flow(key, last, &items),
                    (Some((first, last)), false) => self.to_block(first, last, &items)?,
                },
                YamlData::Value(Scalar::Null) => self.in_place_of(key, value, value.span.end.index(), is_json, &items),
                _ => return None,
            },
            None if is_json => self.as_last_part(parts.iter().next()?.0, parts.iter().next_back()?.1, &items),
            None => self.at_the_end(parts.iter().next()?.0, &items),
        };
        Some(self.applied(edits))
    }

    /// A list by indentation: after the line on which its last item ends.
    fn to_block(&self, first: &MarkedYaml<'_>, last: &MarkedYaml<'_>, items: &[String]) -> Option<Vec<Edit>> {
        let begin = self.before(first.span.start.index());
        let indent = begin.strip_suffix(|letter: char| letter == ' ').map(str::trim_end)?.strip_suffix('-')?;
        if !indent.trim().is_empty() {
            return None;
        }
        Some(vec![Edit::insert(self.line_end(self.end(last)), self.block(indent, items))])
    }

    /// A list in brackets: after its last item, or after the comment that belongs to that one.
    fn to_flow(&self, key: &MarkedYaml<'_>, last: &MarkedYaml<'_>, items: &[String]) -> Vec<Edit> {
        let end = self.end(last);
        let indent = match self.before(last.span.start.index()) {
            blank if blank.trim().is_empty() => blank,
            _ => format!("{}  ", self.indent(key)),
        };
        let lines = items.iter().map(|item| format!("{}{indent}{item}", self.newline)).collect::<Vec<_>>().join(",");
        let next = |from: usize| self.letters.iter().skip(from).position(|letter| !matches!(letter, ' ' | '\t'));
        let at = |from: usize| next(from).map_or(self.letters.len(), |ahead| from + ahead);
        let has_comma = self.letters.get(at(end)) == Some(&',');
        let after = if has_comma { at(end) + 1 } else { end };
        let has_comment = self.letters.get(at(after)) == Some(&'#');
        match (has_comma, has_comment) {
            (true, false) => vec![Edit::insert(after, lines)],
            (true, true) => vec![Edit::insert(self.line_end(after), lines)],
            (false, false) => vec![Edit::insert(end, format!(",{lines}"))],
            (false, true) => {
                vec![Edit::insert(end, ",".to_owned()), Edit::insert(self.line_end(after), lines)]
            }
        }
    }

    /// Nothing, `null` or `[]`: the list comes in its place.
    fn in_place_of(
        &self,
        key: &MarkedYaml<'_>,
        value: &MarkedYaml<'_>,
        end: usize,
        is_json: bool,
        items: &[String],
    ) -> Vec<Edit> {
        let start = value.span.start.index();
        if is_json {
            return vec![Edit { at: start, instead_of: end.saturating_sub(start), text: self.flow(key, items) }];
        }
        let mut edits = Vec::new();
        if end > start {
            let gap = self.letters.iter().take(start).rev().take_while(|letter| **letter == ' ').count();
            edits.push(Edit { at: start - gap, instead_of: end - start + gap, text: String::new() });
        }
        edits.push(Edit::insert(self.line_end(end), self.block(&format!("{}  ", self.indent(key)), items)));
        edits
    }

    /// No `Exceptions` in a file in braces: after the last of its parts.
    fn as_last_part(&self, first: &MarkedYaml<'_>, last: &MarkedYaml<'_>, items: &[String]) -> Vec<Edit> {
        let before = self.before(first.span.start.index());
        let gap = if before.trim().is_empty() { format!("{}{before}", self.newline) } else { " ".to_owned() };
        vec![Edit::insert(self.end(last), format!(",{gap}\"Exceptions\": {}", self.flow(first, items)))]
    }

    /// No `Exceptions` in a file by indentation: at its end.
    fn at_the_end(&self, first: &MarkedYaml<'_>, items: &[String]) -> Vec<Edit> {
        let indent = self.indent(first);
        let gap = if self.letters.last() == Some(&'\n') { "" } else { self.newline };
        let list = self.block(&format!("{indent}  "), items);
        vec![Edit::insert(self.letters.len(), format!("{gap}{indent}Exceptions:{list}{}", self.newline))]
    }

    fn block(&self, indent: &str, items: &[String]) -> String {
        items.iter().flat_map(|item| [self.newline, indent, "- ", item]).collect()
    }

    fn flow(&self, key: &MarkedYaml<'_>, items: &[String]) -> String {
        let (newline, indent) = (self.newline, self.indent(key));
        let lines: Vec<String> = items.iter().map(|item| format!("{newline}{indent}  {item}")).collect();
        format!("[{}{newline}{indent}]", lines.join(","))
    }

    /// Where a node ends. What is told of lists by indentation reaches to the next part, comments and all; of those in
    /// brackets, to the bracket.
    fn end(&self, node: &MarkedYaml<'_>) -> usize {
        let end = node.span.end.index();
        let inner = match &node.data {
            _ if is_flow(node, &self.letters) => return end + 1,
            YamlData::Sequence(items) => items.iter().map(|item| self.end(item)).max(),
            YamlData::Mapping(pairs) => pairs.iter().map(|(key, value)| self.end(key).max(self.end(value))).max(),
            _ => None,
        };
        // A text by indentation takes the empty lines after it along.
        let blank = self.letters.iter().take(end).rev().take_while(|letter| letter.is_whitespace()).count();
        inner.unwrap_or(end - blank.min(end))
    }

    fn line_end(&self, from: usize) -> usize {
        let ahead = self.letters.iter().skip(from).position(|letter| matches!(letter, '\r' | '\n'));
        ahead.map_or(self.letters.len(), |ahead| from + ahead)
    }

    /// The text of a place's line before it.
    fn before(&self, place: usize) -> String {
        let back = self.letters.iter().take(place).rev().take_while(|letter| **letter != '\n').count();
        self.letters.iter().skip(place - back).take(back).filter(|letter| **letter != '\u{feff}').collect()
    }

    /// The white space with which a node's line begins.
    fn indent(&self, node: &MarkedYaml<'_>) -> String {
        let before = self.before(node.span.start.index());
        before.chars().take_while(|letter| letter.is_whitespace()).collect()
    }

    fn applied(&self, edits: Vec<Edit>) -> String {
        let mut text = String::new();
        let mut done = 0;
        for edit in edits {
            text.extend(self.letters.iter().skip(done).take(edit.at.saturating_sub(done)));
            text += &edit.text;
            done = edit.at + edit.instead_of;
        }
        text.extend(self.letters.iter().skip(done));
        text
    }
}

/// An exception on one line, as JSON or in the way of the example files.
fn shown(item: &Item, is_json: bool) -> String {
    let pair = |name: &&str| {
        let value = item.get(*name)?;
        Some(match value {
            Value::String(text) if !is_json && PLAIN.contains(&text.as_str()) => format!("{name}: {text}"),
            value if is_json => format!("\"{name}\": {value}"),
            value => format!("{name}: {value}"),
        })
    };
    format!("{{{}}}", ORDER.iter().filter_map(pair).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests;
