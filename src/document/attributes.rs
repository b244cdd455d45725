//! Reading one item attribute by attribute: what is missing, of the wrong type or not understood becomes a problem.

use std::fmt::Display;

use serde_json::Value;

use super::nearest;
use crate::model::{Problem, ScheduleName, Source};
use crate::ports::Item;

/// An item while it is read.
pub(super) struct Attributes<'a> {
    item: &'a Item,
    /// How the item is called in problems, such as `Schedule Development`.
    label: String,
    schedule: Option<ScheduleName>,
    /// Whether a fault of this item leaves its whole schedule as it is.
    stops_schedule: bool,
    pub(super) problems: Vec<Problem>,
    is_faulty: bool,
}

impl<'a> Attributes<'a> {
    pub(super) fn new(item: &'a Item, label: String, schedule: Option<ScheduleName>, stops_schedule: bool) -> Self {
        Self { item, label, schedule, stops_schedule, problems: Vec::new(), is_faulty: false }
    }

    /// Whether a fault has been found so far.
    pub(super) fn is_faulty(&self) -> bool {
        self.is_faulty
    }

    /// Notes a fault of an attribute: what it holds, what is wrong, what is allowed.
    pub(super) fn fault(&mut self, attribute: &str, message: impl Display) {
        self.is_faulty = true;
        let problem = self.problem(attribute, message.to_string(), self.stops_schedule);
        self.problems.push(problem);
    }

    /// Notes something that a person should mend, though the item is understood.
    pub(super) fn report(&mut self, attribute: &str, message: &str) {
        let problem = self.problem(attribute, message.to_owned(), false);
        self.problems.push(problem);
    }

    fn problem(&self, attribute: &str, message: String, stops_schedule: bool) -> Problem {
        Problem {
            source: Source::Tables,
            schedule: self.schedule.clone(),
            item: self.label.clone(),
            attribute: attribute.to_owned(),
            holds: self.item.get(attribute).map(shown),
            message,
            stops_schedule,
        }
    }

    /// Reports attributes that are not known; they are ignored, since other tools may keep theirs in the table.
    pub(super) fn only(&mut self, known: &[&str]) {
        for name in self.item.keys().filter(|name| !known.contains(&name.as_str())) {
            let hint = nearest(name, known.iter().copied()).map(|near| format!("; did you mean `{near}`?"));
            let message = format!("is not a known attribute and has no effect{}", hint.unwrap_or_default());
            self.problems.push(self.problem(name, message, false));
        }
    }

    /// An attribute, unless it is absent or null.
    fn value(&self, attribute: &str) -> Option<&'a Value> {
        self.item.get(attribute).filter(|value| !value.is_null())
    }

    /// Text that may be absent.
    pub(super) fn text(&mut self, attribute: &str) -> Option<&'a str> {
        let text = self.value(attribute)?.as_str();
        if text.is_none() {
            self.fault(attribute, "is not text (type S)");
        }
        text.map(str::trim).filter(|text| !text.is_empty())
    }

    /// Text that must be there, made into something.
    pub(super) fn required<T, E: Display>(
        &mut self,
        attribute: &str,
        allowed: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = match self.value(attribute) {
            None => Err("is missing"),
            Some(Value::String(text)) if text.trim().is_empty() => Err("is empty"),
            Some(Value::String(text)) => Ok(text.trim()),
            Some(_) => Err("is not text (type S)"),
        };
        let text = match text {
            Ok(text) => text,
            Err(fault) => {
                self.fault(attribute, format!("{fault}; allowed: {allowed}"));
                return None;
            }
        };
        self.made(attribute, allowed, read(text))
    }

    /// Text that may be absent, made into something.
    pub(super) fn optional<T, E: Display>(
        &mut self,
        attribute: &str,
        allowed: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(attribute)?;
        self.made(attribute, allowed, read(text))
    }

    fn made<T, E: Display>(&mut self, attribute: &str, allowed: &str, made: Result<T, E>) -> Option<T> {
        match made {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(attribute, format!("{error}; allowed: {allowed}"));
                None
            }
        }
    }

    /// True or false; `None` when absent or at fault.
    pub(super) fn flag(&mut self, attribute: &str) -> Option<bool> {
        let flag = self.value(attribute)?.as_bool();
        if flag.is_none() {
            self.fault(attribute, "is not true or false (type BOOL)");
        }
        flag
    }

    /// A whole number of minutes between 0 and `most`.
    pub(super) fn minutes(&mut self, attribute: &str, most: i64) -> Option<chrono::Duration> {
        let minutes = self.value(attribute)?.as_i64().filter(|minutes| (0..=most).contains(minutes));
        if minutes.is_none() {
            self.fault(attribute, format!("is no whole number of minutes between 0 and {most} (type N)"));
        }
        minutes.map(chrono::Duration::minutes)
    }

    /// A list or set of texts; empty when absent.
    pub(super) fn texts(&mut self, attribute: &str) -> Vec<&'a str> {
        let Some(value) = self.value(attribute) else { return Vec::new() };
        let texts = value.as_array().map(|items| items.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
        let texts = texts.flatten();
        if texts.is_none() {
            self.fault(attribute, "is no list of texts (type L or SS)");
        }
        texts.unwrap_or_default()
    }

    pub(super) fn has(&self, attribute: &str) -> bool {
        self.value(attribute).is_some()
    }
}

/// A value as a person would read it, cut to a bounded length.
fn shown(value: &Value) -> String {
    const MOST: usize = 80;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.chars().count() <= MOST {
        return text;
    }
    text.chars().take(MOST).chain(['…']).collect()
}
