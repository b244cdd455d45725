//! Schedule files: one schedule with its groups and exceptions, as YAML or JSON, for people who keep them in git.
//!
//! A file holds the same items as the tables; `ScheduleName` of groups and exceptions is the file's. JSON is YAML too, so
//! one reader does for both. It notes the line of everything, and all that is wrong with the shape of a file at once.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use saphyr::{LoadableYamlNode as _, MarkedYaml, Scalar, YamlData};
use saphyr_parser::{Event, Parser};
use serde_json::{Number, Value};

use super::shown::{cut, plain, shown};
use super::{Tables, nearest};
use crate::ports::Item;

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;

/// Deeper than any item goes: readers that call themselves must not run out of stack.
const MAX_DEPTH: usize = 16;

/// The longest text in a file with aliases, in bytes: the parser bounds how many nodes they become, not how large.
const MAX_ALIASED: usize = 1024;

const PARTS: [&str; 3] = ["Schedule", "ServerGroups", "Exceptions"];

/// What is wrong with the shape of a file; what its items hold is judged by [`read`](super::read).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct FileError {
    /// Where, from 1.
    pub line: usize,
    /// What is wrong and what is expected, lower case, without a full stop.
    pub message: String,
}

/// Where an item of a file is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lines {
    /// The line on which it begins, from 1.
    pub(super) line: usize,
    /// The line of each attribute, also within `Periods`, such as `Periods[0].Weekdays`.
    pub(super) attributes: BTreeMap<String, usize>,
    /// The attributes whose value could not be read, the empty one for the item itself: of these all has been told.
    pub(super) unreadable: BTreeSet<String>,
}

impl Lines {
    /// The line of an attribute; of one that is missing, that of the map in which it should be.
    #[must_use]
    pub fn of(&self, attribute: &str) -> usize {
        let map = attribute.rsplit_once('.').map(|(map, _)| map);
        let known = |path: &str| self.attributes.get(path).copied();
        known(attribute).or_else(|| map.and_then(known)).unwrap_or(self.line)
    }
}

/// A schedule file as far as it could be read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScheduleFile {
    /// Its items.
    pub tables: Tables,
    /// What is wrong with its shape, by line; if there is anything, the items are not complete.
    pub faults: Vec<FileError>,
    pub(super) schedule_lines: Vec<Lines>,
    pub(super) group_lines: Vec<Lines>,
    pub(super) exception_lines: Vec<Lines>,
}

/// Reads the items of a schedule file.
///
/// # Errors
/// The first thing that is wrong with its shape.
pub fn items(text: &str) -> Result<Tables, FileError> {
    let file = read(text);
    file.faults.into_iter().next().map_or(Ok(file.tables), Err)
}

/// Reads a schedule file.
#[must_use]
pub fn read(text: &str) -> ScheduleFile {
    let mut reader = Reader::default();
    match document(&joined_surrogates(text)) {
        Ok(document) => reader.file(&document),
        Err(fault) => reader.file.faults.push(fault),
    }
    reader.file.faults.sort_by_key(|fault| fault.line);
    reader.file
}

/// Reads a file that is one mapping, such as the world of a simulation, with the line of everything in it.
///
/// # Errors
/// All that is wrong with its shape, by line.
pub fn mapping(text: &str) -> Result<(Item, Lines), Vec<FileError>> {
    let mut reader = Reader::default();
    let item = reader.item(&document(&joined_surrogates(text)).map_err(|fault| vec![fault])?);
    let mut faults = reader.file.faults;
    faults.sort_by_key(|fault| fault.line);
    item.filter(|_| faults.is_empty()).ok_or(faults)
}

/// The one YAML document of a text.
fn document(text: &str) -> Result<MarkedYaml<'_>, FileError> {
    if text.len() > MAX_BYTES {
        return Err(FileError { line: 1, message: format!("the file is larger than {MAX_BYTES} bytes") });
    }
    let syntax =
        |line: usize, message: &str| FileError { line: line.max(1), message: plain(&format!("is no YAML: {message}")) };
    let (mut depth, mut longest, mut has_aliases) = (0_usize, 0_usize, false);
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| syntax(error.marker().line(), error.info()))?;
        match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => depth += 1,
            Event::SequenceEnd | Event::MappingEnd => depth = depth.saturating_sub(1),
            Event::Scalar(text, ..) => longest = longest.max(text.len()),
            Event::Alias(_) => has_aliases = true,
            _ => {}
        }
        if has_aliases && longest > MAX_ALIASED {
            let message = format!("holds a text of more than {MAX_ALIASED} bytes, which is too long beside aliases");
            return Err(FileError { line: span.start.line(), message });
        }
        if depth > MAX_DEPTH {
            return Err(FileError { line: span.start.line(), message: "is nested too deeply".to_owned() });
        }
    }
    let documents = MarkedYaml::load_from_str(text).map_err(|error| syntax(error.marker().line(), error.info()))?;
    let mut documents = documents.into_iter();
    match (documents.next(), documents.next()) {
        (Some(document), None) => Ok(document),
        _ => Err(FileError { line: 1, message: "a file holds one document".to_owned() }),
    }
}

/// Puts the character in the place of the two escapes by which JSON writes one beyond the first 65,536; YAML knows only
/// escapes of whole characters.
fn joined_surrogates(text: &str) -> Cow<'_, str> {
    if !text.contains("\\u") {
        return Cow::Borrowed(text);
    }
    let unit = |text: &str| u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok();
    let mut joined = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(position) = rest.find('\\') {
        let (before, escape) = rest.split_at(position);
        joined.push_str(before);
        let pair = [unit(escape), escape.get(6..).and_then(unit)];
        let character = match pair {
            [Some(high @ 0xd800..=0xdbff), Some(low)] => char::decode_utf16([high, low]).next().and_then(Result::ok),
            _ => None,
        };
        // A backslash and what it escapes, or the whole pair.
        let length = if character.is_some() { 12 } else { escape.chars().take(2).map(char::len_utf8).sum() };
        match character {
            Some(character) => joined.push(character),
            None => joined.push_str(escape.get(..length).unwrap_or(escape)),
        }
        rest = escape.get(length..).unwrap_or_default();
    }
    joined.push_str(rest);
    Cow::Owned(joined)
}

fn line(node: &MarkedYaml<'_>) -> usize {
    node.span.start.line()
}

/// A file while it is read.
#[derive(Default)]
struct Reader {
    file: ScheduleFile,
    /// Whether `Schedule` is there but is no mapping, which has been told.
    has_odd_schedule: bool,
}

impl Reader {
    fn fault(&mut self, line: usize, message: &str) {
        self.file.faults.push(FileError { line, message: plain(message) });
    }

    fn file(&mut self, document: &MarkedYaml<'_>) {
        let expected = "a mapping with `Schedule`, `ServerGroups` and `Exceptions`";
        let Some(parts) = self.mapping(document, expected) else { return };
        for (name, at, part) in parts {
            match name.as_str() {
                "Schedule" => {
                    let (item, lines) = self.item(part).unzip();
                    self.has_odd_schedule |= item.is_none();
                    self.file.tables.schedules.extend(item);
                    self.file.schedule_lines.extend(lines);
                }
                "ServerGroups" => (self.file.tables.groups, self.file.group_lines) = self.list(part),
                "Exceptions" => (self.file.tables.exceptions, self.file.exception_lines) = self.list(part),
                _ => {
                    let near = nearest(&name, PARTS).map(|near| format!("; did you mean `{near}`?"));
                    let message = format!("`{}` is no part of a schedule file{}", cut(&name), near.unwrap_or_default());
                    self.fault(at, &message);
                }
            }
        }
        self.name_items(line(document));
    }

    /// Groups and exceptions belong to the file's schedule.
    fn name_items(&mut self, document_line: usize) {
        let given = |item: &Item| item.get("ScheduleName").filter(|name| !name.is_null()).cloned();
        let Some(name) = self.file.tables.schedules.first().and_then(given) else {
            let lines = self.file.schedule_lines.first();
            let at = lines.map_or(document_line, |lines| lines.line);
            let is_told = lines.is_some_and(|lines| lines.unreadable.contains("ScheduleName"));
            if !is_told && !self.has_odd_schedule {
                self.fault(at, "`Schedule` with a `ScheduleName` is missing");
            }
            return;
        };
        let ScheduleFile { tables, faults, group_lines, exception_lines, .. } = &mut self.file;
        let items = tables.groups.iter_mut().zip(group_lines).chain(tables.exceptions.iter_mut().zip(exception_lines));
        for (item, lines) in items {
            if let Some(own) = given(item).filter(|own| *own != name) {
                let message = format!(
                    "ScheduleName = `{}`: another `ScheduleName` than the file's; allowed: `{}`, or none: leave it out, or give it a file of its own",
                    shown(&own),
                    shown(&name),
                );
                let at = lines.attributes.get("ScheduleName").copied().unwrap_or(lines.line);
                faults.push(FileError { line: at, message });
            }
            item.insert("ScheduleName".to_owned(), name.clone());
        }
    }

    /// The pairs of a mapping, with the line of each name.
    fn mapping<'a, 'b>(
        &mut self,
        node: &'a MarkedYaml<'b>,
        expected: &str,
    ) -> Option<Vec<(String, usize, &'a MarkedYaml<'b>)>> {
        let YamlData::Mapping(mapping) = &node.data else {
            self.fault(line(node), &format!("expected {expected}"));
            return None;
        };
        let mut pairs = Vec::new();
        for (key, value) in mapping {
            match &key.data {
                YamlData::Value(Scalar::String(text)) => pairs.push((text.to_string(), line(key), value)),
                _ => self.fault(line(key), "expected a name"),
            }
        }
        Some(pairs)
    }

    fn item(&mut self, node: &MarkedYaml<'_>) -> Option<(Item, Lines)> {
        let mut lines = Lines { line: line(node), ..Lines::default() };
        let item = self.map(node, "", &mut lines)?;
        Some((item, lines))
    }

    fn map(&mut self, node: &MarkedYaml<'_>, path: &str, lines: &mut Lines) -> Option<Item> {
        let pairs = self.mapping(node, "a mapping of attributes")?;
        let mut item = Item::new();
        for (name, at, value) in pairs {
            let path = format!("{path}{name}");
            let value = self.value(value, &path, lines);
            lines.attributes.insert(path, at);
            // Of an item that is told to be at fault the rest is judged all the same.
            item.extend(value.map(|value| (name, value)));
        }
        Some(item)
    }

    fn list(&mut self, node: &MarkedYaml<'_>) -> (Vec<Item>, Vec<Lines>) {
        match &node.data {
            YamlData::Sequence(items) => {
                // What is no item keeps its place: it may be the one that others wait for.
                let odd = |node| {
                    (Item::new(), Lines { line: line(node), unreadable: [String::new()].into(), ..Lines::default() })
                };
                items.iter().map(|node| self.item(node).unwrap_or_else(|| odd(node))).unzip()
            }
            YamlData::Value(Scalar::Null) => (Vec::new(), Vec::new()),
            _ => {
                self.fault(line(node), "expected a list of items");
                (Vec::new(), Vec::new())
            }
        }
    }

    /// Notes a value that cannot be read.
    fn unreadable(&mut self, node: &MarkedYaml<'_>, path: &str, lines: &mut Lines, message: &str) {
        self.fault(line(node), &format!("{}: {message}", cut(path)));
        lines.unreadable.insert(path.to_owned());
    }

    fn value(&mut self, node: &MarkedYaml<'_>, path: &str, lines: &mut Lines) -> Option<Value> {
        Some(match &node.data {
            YamlData::Value(Scalar::Null) => Value::Null,
            YamlData::Value(Scalar::Boolean(flag)) => Value::Bool(*flag),
            YamlData::Value(Scalar::Integer(number)) => Value::Number(Number::from(*number)),
            YamlData::Value(Scalar::FloatingPoint(number)) => {
                let Some(finite) = Number::from_f64(number.into_inner()) else {
                    let message =
                        format!("holds `{number}`, which is no number that can be kept; expected a finite one");
                    self.unreadable(node, path, lines, &message);
                    return None;
                };
                Value::Number(finite)
            }
            YamlData::Value(Scalar::String(text)) => Value::String(text.to_string()),
            YamlData::Sequence(items) => {
                let mut values = Vec::new();
                for (index, item) in items.iter().enumerate() {
                    let path = format!("{path}[{index}]");
                    let value = self.value(item, &path, lines);
                    lines.attributes.insert(path, line(item));
                    // The others keep their places.
                    values.push(value.unwrap_or_default());
                }
                Value::Array(values)
            }
            YamlData::Mapping(_) => Value::Object(self.map(node, &format!("{path}."), lines)?),
            _ => {
                let message = match &node.data {
                    YamlData::Tagged(tag, _) | YamlData::Representation(_, _, Some(tag)) => {
                        format!("holds the tag `{tag}`, which means nothing here")
                    }
                    _ => "cannot be read".to_owned(),
                };
                let expected = "expected plain text, a number, true, false, a list or a mapping";
                self.unreadable(node, path, lines, &format!("{message}; {expected}"));
                return None;
            }
        })
    }
}

#[cfg(test)]
mod tests;
