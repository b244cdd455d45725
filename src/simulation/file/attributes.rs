//! Reading a mapping of a world file attribute by attribute; whatever is wrong becomes a fault with its line.

use std::fmt::Display;

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use super::words::{self, Words};
use crate::document::file::{FileError, Lines};
use crate::document::{nearest, plain, shown};
use crate::ports::Item;

/// Reads a time, or says what is wrong with it and what is allowed.
pub(super) type ReadTime<'a> = &'a dyn Fn(&str) -> Result<DateTime<Utc>, String>;

/// A mapping while it is read.
pub(super) struct Attributes<'a> {
    item: &'a Item,
    /// What stands before the names of attributes, such as `Incidents[0].`.
    path: String,
    lines: &'a Lines,
    read_time: ReadTime<'a>,
    /// The attributes that were asked for: all others are not known.
    known: Vec<&'static str>,
    /// Whether nobody knows which attributes there may be.
    takes_all: bool,
    pub(super) faults: Vec<FileError>,
}

impl<'a> Attributes<'a> {
    pub(super) fn new(item: &'a Item, lines: &'a Lines, read_time: ReadTime<'a>) -> Self {
        Self { item, path: String::new(), lines, read_time, known: Vec::new(), takes_all: false, faults: Vec::new() }
    }

    /// Reads a mapping within this one.
    pub(super) fn within<T>(&mut self, path: &str, item: &'a Item, read: impl FnOnce(&mut Self) -> T) -> T {
        let path = format!("{}{path}.", self.path);
        let mut inner = Self { path, ..Self::new(item, self.lines, self.read_time) };
        let made = read(&mut inner);
        inner.refuse_unknown();
        self.faults.append(&mut inner.faults);
        made
    }

    /// Takes whatever attributes there are.
    pub(super) fn accept_all(&mut self) {
        self.takes_all = true;
    }

    /// Makes attributes that nobody has asked for faults.
    pub(super) fn refuse_unknown(&mut self) {
        for name in self.item.keys().filter(|name| !self.takes_all && !self.known.contains(&name.as_str())) {
            let near = nearest(name, self.known.iter().copied());
            let hint = near.map_or_else(
                || format!("; allowed: {}", self.known.join(", ")),
                |near| format!("; did you mean `{near}`?"),
            );
            self.faults.push(self.fault_at(name, &format!("is not known here{hint}")));
        }
    }

    /// The line of an attribute.
    pub(super) fn line(&self, name: &str) -> usize {
        self.lines.of(&format!("{}{name}", self.path))
    }

    /// Notes what is wrong with an attribute, and what is allowed.
    pub(super) fn fault(&mut self, name: &str, message: impl Display) {
        let fault = self.fault_at(name, &message.to_string());
        self.faults.push(fault);
    }

    fn fault_at(&self, name: &str, message: &str) -> FileError {
        let holds = self.item.get(name).map(|value| format!(" = `{}`", shown(value))).unwrap_or_default();
        FileError { line: self.line(name), message: plain(&format!("{}{name}{holds}: {message}", self.path)) }
    }

    /// An attribute as it stands, also null.
    pub(super) fn raw(&mut self, name: &'static str) -> Option<&'a Value> {
        if !self.known.contains(&name) {
            self.known.push(name);
        }
        self.item.get(name)
    }

    fn value(&mut self, name: &'static str) -> Option<&'a Value> {
        self.raw(name).filter(|value| !value.is_null())
    }

    /// Text that may be absent, made into something.
    pub(super) fn optional<T, E: Display>(
        &mut self,
        name: &'static str,
        allowed: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let made = match self.value(name)? {
            Value::String(text) => read(text.trim()).map_err(|error| error.to_string()),
            _ => Err("is no text".to_owned()),
        };
        made.map_err(|error| self.fault(name, format!("{error}; allowed: {allowed}"))).ok()
    }

    /// Text that has to be there, made into something.
    pub(super) fn required<T, E: Display>(
        &mut self,
        name: &'static str,
        allowed: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        self.demand(name, allowed);
        self.optional(name, allowed, read)
    }

    /// Notes that an attribute is missing, if it is.
    pub(super) fn demand(&mut self, name: &str, allowed: &str) {
        if self.item.get(name).is_none_or(Value::is_null) {
            self.fault(name, format!("is missing; allowed: {allowed}"));
        }
    }

    /// Text that has to be there and is not empty.
    pub(super) fn text(&mut self, name: &'static str, allowed: &str) -> Option<String> {
        self.required(name, allowed, |text| if text.is_empty() { Err("is empty") } else { Ok(text.to_owned()) })
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(&mut self, name: &'static str, words: &Words<T>) -> Option<T> {
        self.required(name, &words::listed(words), |text| words::value_of(words, text))
    }

    /// A length of time that may be absent, not negative.
    pub(super) fn length(&mut self, name: &'static str) -> Option<Duration> {
        self.optional(name, words::LENGTH, |text| match words::length(text) {
            Ok(length) if length < Duration::zero() => Err("is negative"),
            read => read,
        })
    }

    /// A length of time that has to be there, not negative.
    pub(super) fn required_length(&mut self, name: &'static str) -> Option<Duration> {
        self.demand(name, words::LENGTH);
        self.length(name)
    }

    /// A time that may be absent.
    pub(super) fn time(&mut self, name: &'static str) -> Option<DateTime<Utc>> {
        let text = match self.value(name)? {
            Value::String(text) => text,
            _ => "",
        };
        (self.read_time)(text).map_err(|error| self.fault(name, format!("is no time; {error}"))).ok()
    }

    /// A time that has to be there.
    pub(super) fn required_time(&mut self, name: &'static str) -> Option<DateTime<Utc>> {
        self.demand(name, "a time such as `2026-11-23T09:00:00+09:00`");
        self.time(name)
    }

    /// A whole number that may be absent.
    pub(super) fn number<T: TryFrom<u64>>(&mut self, name: &'static str) -> Option<T> {
        self.number_from(name, 0)
    }

    /// A whole number from `least` on that may be absent.
    pub(super) fn number_from<T: TryFrom<u64>>(&mut self, name: &'static str, least: u64) -> Option<T> {
        let number = self.value(name)?.as_u64();
        let made = number.filter(|number| *number >= least).and_then(|number| T::try_from(number).ok());
        if made.is_none() {
            let bits = size_of::<T>() * 8;
            let what = if number.is_some_and(|number| number < least) { "is too small" } else { "is no whole number" };
            self.fault(name, format!("{what}; allowed: {least} and more, of up to {bits} bits"));
        }
        made
    }

    /// True or false.
    pub(super) fn flag(&mut self, name: &'static str) -> Option<bool> {
        let flag = self.value(name)?.as_bool();
        if flag.is_none() {
            self.fault(name, "is neither `true` nor `false`");
        }
        flag
    }

    /// A mapping as it stands.
    pub(super) fn item(&mut self, name: &'static str) -> Option<Item> {
        self.demand(name, "a mapping of attributes");
        let item = self.value(name)?.as_object();
        if item.is_none() {
            self.fault(name, "is no mapping of attributes");
        }
        item.cloned()
    }

    /// The key of a row as it stands; an empty one would be that of every row.
    pub(super) fn key(&mut self, name: &'static str) -> Option<Item> {
        let key = self.item(name)?;
        if key.is_empty() {
            self.fault(
                name,
                "is empty; allowed: the attributes by which the row is found, such as `{ScheduleName: S}`",
            );
            return None;
        }
        Some(key)
    }

    /// A list of mappings, each with its place such as `Incidents[0]`; empty when absent.
    pub(super) fn items(&mut self, name: &'static str) -> Vec<(String, &'a Item)> {
        let Some(value) = self.value(name) else { return Vec::new() };
        let Some(elements) = value.as_array() else {
            self.fault(name, "is no list");
            return Vec::new();
        };
        let mut items = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            let path = format!("{name}[{index}]");
            match element.as_object() {
                Some(item) => items.push((path, item)),
                None => self.fault(&path, "is no mapping of attributes"),
            }
        }
        items
    }
}
