//! Reading one item attribute by attribute: what is missing, of the wrong type or not understood becomes a problem.

use std::fmt::Display;

use serde_json::Value;

use super::nearest;
use super::shown::{plain, shown};
use crate::model::{NameError, Problem, ScheduleName, Source};
use crate::ports::Item;

/// What is said of an attribute that is not known.
pub(super) const UNKNOWN: &str = "is not a known attribute and has no effect";

/// An item while it is read.
pub(super) struct Attributes<'a> {
    item: &'a Item,
    /// How the item is called in problems, such as `Schedule Development`.
    label: String,
    /// What stands before the names of attributes in problems, such as `Periods[0].`.
    path: String,
    schedule: Option<ScheduleName>,
    /// Whether a fault of this item leaves its whole schedule as it is.
    stops_schedule: bool,
    pub(super) problems: Vec<Problem>,
    is_faulty: bool,
}

impl<'a> Attributes<'a> {
    pub(super) fn new(item: &'a Item, label: &str, schedule: Option<ScheduleName>, stops_schedule: bool) -> Self {
        let label = plain(label);
        Self { item, label, path: String::new(), schedule, stops_schedule, problems: Vec::new(), is_faulty: false }
    }

    /// Reads a map within an attribute; its problems and faults are the item's.
    pub(super) fn within<T>(&mut self, path: String, item: &Item, read: impl FnOnce(&mut Attributes<'_>) -> T) -> T {
        let mut inner = Attributes {
            item,
            label: self.label.clone(),
            path,
            schedule: self.schedule.clone(),
            stops_schedule: self.stops_schedule,
            problems: Vec::new(),
            is_faulty: false,
        };
        let made = read(&mut inner);
        self.is_faulty |= inner.is_faulty;
        self.problems.append(&mut inner.problems);
        made
    }

    /// Whether a fault has been found so far.
    pub(super) fn is_faulty(&self) -> bool {
        self.is_faulty
    }

    /// Notes a fault of an attribute: what it holds, what is wrong, what is allowed.
    pub(super) fn fault(&mut self, attribute: &str, message: impl Display) {
        self.is_faulty = true;
        let problem = self.problem(attribute, &message.to_string(), self.stops_schedule);
        self.problems.push(problem);
    }

    /// Notes something that a person should mend, though the item is understood.
    pub(super) fn report(&mut self, attribute: &str, message: &str) {
        let problem = self.problem(attribute, message, false);
        self.problems.push(problem);
    }

    /// Notes a fault of one element of a list.
    fn fault_of_element(&mut self, attribute: &str, index: usize, value: &Value, message: impl Display) {
        self.is_faulty = true;
        let problem = self.problem(&format!("{attribute}[{index}]"), &message.to_string(), self.stops_schedule);
        self.problems.push(Problem { holds: Some(shown(value)), ..problem });
    }

    fn problem(&self, attribute: &str, message: &str, stops_schedule: bool) -> Problem {
        Problem {
            source: Source::Tables,
            schedule: self.schedule.clone(),
            item: self.label.clone(),
            attribute: format!("{}{}", self.path, plain(attribute)),
            holds: self.item.get(attribute).map(shown),
            message: plain(message),
            // Where not even the name is known, there is no schedule to stop.
            stops_schedule: stops_schedule && self.schedule.is_some(),
        }
    }

    /// Reports attributes that are not known; they are ignored, since other tools may keep theirs in the table.
    pub(super) fn only(&mut self, known: &[&str]) {
        for name in self.item.keys().filter(|name| !known.contains(&name.as_str())) {
            let hint = nearest(name, known.iter().copied()).map(|near| format!("; did you mean `{near}`?"));
            let message = format!("{UNKNOWN}{}", hint.unwrap_or_default());
            self.problems.push(self.problem(name, &message, false));
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
        if self.value(attribute)?.as_str().is_some_and(|text| text.trim().is_empty()) {
            self.fault(attribute, format!("is empty; allowed: {allowed}, or leave it out"));
            return None;
        }
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
        let value = self.value(attribute)?;
        if let Some(flag) = value.as_bool() {
            return Some(flag);
        }
        let hint = match shown(value).trim().to_lowercase().as_str() {
            "yes" | "on" | "y" | "1" | "true" => ": write `true`",
            "no" | "off" | "n" | "0" | "false" => ": write `false`",
            _ => "",
        };
        self.fault(attribute, format!("is not true or false (type BOOL){hint}"));
        None
    }

    /// A whole number of minutes between 0 and `most`.
    pub(super) fn minutes(&mut self, attribute: &str, most: i64) -> Option<chrono::Duration> {
        let minutes = self.value(attribute)?.as_i64().filter(|minutes| (0..=most).contains(minutes));
        if minutes.is_none() {
            self.fault(attribute, format!("is no whole number of minutes between 0 and {most} (type N)"));
        }
        minutes.map(chrono::Duration::minutes)
    }

    /// A list or set of texts, without those elements that are none; empty when absent.
    pub(super) fn texts(&mut self, attribute: &str) -> Vec<&'a str> {
        let Some(value) = self.value(attribute) else { return Vec::new() };
        let Some(elements) = value.as_array() else {
            self.fault(attribute, "is no list of texts (type L or SS)");
            return Vec::new();
        };
        let mut texts = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            match element.as_str() {
                Some(text) => texts.push(text),
                None => self.fault_of_element(attribute, index, element, "is not text (type S)"),
            }
        }
        texts
    }

    /// The texts of a list or set, and whether it holds or is anything else; nothing of that is a fault.
    pub(super) fn loose_texts(&self, attribute: &str) -> (Vec<&'a str>, bool) {
        let Some(value) = self.value(attribute) else { return (Vec::new(), false) };
        let elements = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let texts: Vec<&str> = elements.iter().filter_map(Value::as_str).collect();
        let is_odd = !value.is_array() || texts.len() < elements.len();
        (texts, is_odd)
    }

    /// A list that people write as text such as `mon,wed`, as a number, or as a list or set of these.
    pub(super) fn list<T: std::str::FromStr>(
        &mut self,
        attribute: &str,
        allowed: &str,
        explain: impl FnOnce(T::Err) -> String,
    ) -> Option<T> {
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) if number.is_u64() => Some(number.to_string()),
            _ => None,
        };
        let value = self.value(attribute)?;
        let mut texts = Vec::new();
        match value {
            Value::Array(elements) if !elements.is_empty() => {
                for (index, element) in elements.iter().enumerate() {
                    if let Some(text) = text(element) {
                        texts.push(text);
                        continue;
                    }
                    let message = format!("is neither text (type S) nor a number; allowed: {allowed}");
                    self.fault_of_element(attribute, index, element, message);
                }
                if texts.is_empty() {
                    return None;
                }
            }
            value => {
                let Some(text) = text(value) else {
                    self.fault(attribute, format!("is no text (type S) or list of texts; allowed: {allowed}"));
                    return None;
                };
                texts.push(text);
            }
        }
        self.made(attribute, allowed, texts.join(",").parse().map_err(explain))
    }

    /// How long a list is, and its maps, each with its place, without those elements that are none; `None` when it is
    /// no list.
    pub(super) fn maps(&mut self, attribute: &str) -> Option<(usize, Vec<(usize, &'a Item)>)> {
        let Some(elements) = self.value(attribute)?.as_array() else {
            self.fault(attribute, "is no list of maps (type L of M)");
            return None;
        };
        let mut maps = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            match element.as_object() {
                Some(map) => maps.push((index, map)),
                None => self.fault_of_element(attribute, index, element, "is no map (type M)"),
            }
        }
        Some((elements.len(), maps))
    }

    pub(super) fn has(&self, attribute: &str) -> bool {
        self.value(attribute).is_some()
    }
}

/// What is wrong with a name, and what one may hold.
pub(super) fn name_fault(error: &NameError) -> String {
    match error {
        NameError::Control => format!("{error} (a name has up to 256 characters, none of them such)"),
        error => error.to_string(),
    }
}
