//! Schedule files: one schedule with its groups and exceptions, as YAML or JSON, for people who keep them in git.
//!
//! A file holds the same items as the tables; `ScheduleName` of groups and exceptions is the file's. JSON is YAML too, so
//! one reader does for both.

use saphyr::{LoadableYamlNode as _, MarkedYaml, Scalar, YamlData};
use serde_json::{Number, Value};

use super::{Tables, nearest};
use crate::ports::Item;

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;

const PARTS: [&str; 3] = ["Schedule", "ServerGroups", "Exceptions"];

/// Why a file could not be read; lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Too large.
    #[error("is larger than {MAX_BYTES} bytes")]
    TooLarge,
    /// Not YAML.
    #[error("line {line}: is no YAML: {message}")]
    Syntax {
        /// Where.
        line: usize,
        /// The parser's words.
        message: String,
    },
    /// YAML of another shape.
    #[error("line {line}: {message}")]
    Shape {
        /// Where.
        line: usize,
        /// What is expected there.
        message: String,
    },
}

/// Reads the items of a schedule file.
///
/// # Errors
/// When it is no YAML or has another shape; what the items hold is judged by [`read`](super::read).
pub fn items(text: &str) -> Result<Tables, FileError> {
    if text.len() > MAX_BYTES {
        return Err(FileError::TooLarge);
    }
    let documents = MarkedYaml::load_from_str(text)
        .map_err(|error| FileError::Syntax { line: error.marker().line(), message: error.info().to_owned() })?;
    let [document] = documents.as_slice() else {
        return Err(FileError::Shape { line: 1, message: "a file holds one document with one schedule".to_owned() });
    };
    let mut tables = Tables::default();
    for (name, part) in mapping(document, "a mapping with `Schedule`, `ServerGroups` and `Exceptions`")? {
        match name.as_str() {
            "Schedule" => tables.schedules.push(item(part)?),
            "ServerGroups" => tables.groups = list(part)?,
            "Exceptions" => tables.exceptions = list(part)?,
            _ => {
                let near = nearest(&name, PARTS).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                let message = format!("`{name}` is no part of a schedule file{near}");
                return Err(FileError::Shape { line: line(part), message });
            }
        }
    }
    let Some(name) = tables.schedules.first().and_then(|item| item.get("ScheduleName").cloned()) else {
        let message = "`Schedule` with a `ScheduleName` is missing".to_owned();
        return Err(FileError::Shape { line: line(document), message });
    };
    for item in tables.groups.iter_mut().chain(&mut tables.exceptions) {
        item.insert("ScheduleName".to_owned(), name.clone());
    }
    Ok(tables)
}

fn line(node: &MarkedYaml<'_>) -> usize {
    node.span.start.line()
}

fn shape(node: &MarkedYaml<'_>, expected: &str) -> FileError {
    FileError::Shape { line: line(node), message: format!("expected {expected}") }
}

type Pairs<'a, 'b> = Vec<(String, &'a MarkedYaml<'b>)>;

fn mapping<'a, 'b>(node: &'a MarkedYaml<'b>, expected: &str) -> Result<Pairs<'a, 'b>, FileError> {
    let YamlData::Mapping(mapping) = &node.data else { return Err(shape(node, expected)) };
    let name = |key: &MarkedYaml<'_>| match &key.data {
        YamlData::Value(Scalar::String(text)) => Ok(text.to_string()),
        _ => Err(shape(key, "a name")),
    };
    mapping.iter().map(|(key, value)| Ok((name(key)?, value))).collect()
}

fn item(node: &MarkedYaml<'_>) -> Result<Item, FileError> {
    let pairs = mapping(node, "a mapping of attributes")?;
    pairs.into_iter().map(|(name, value)| Ok((name, self::value(value)?))).collect()
}

fn list(node: &MarkedYaml<'_>) -> Result<Vec<Item>, FileError> {
    match &node.data {
        YamlData::Sequence(items) => items.iter().map(item).collect(),
        YamlData::Value(Scalar::Null) => Ok(Vec::new()),
        _ => Err(shape(node, "a list of items")),
    }
}

fn value(node: &MarkedYaml<'_>) -> Result<Value, FileError> {
    Ok(match &node.data {
        YamlData::Value(Scalar::Null) => Value::Null,
        YamlData::Value(Scalar::Boolean(flag)) => Value::Bool(*flag),
        YamlData::Value(Scalar::Integer(number)) => Value::Number(Number::from(*number)),
        YamlData::Value(Scalar::FloatingPoint(number)) => {
            Number::from_f64(number.into_inner()).map_or(Value::Null, Value::Number)
        }
        YamlData::Value(Scalar::String(text)) => Value::String(text.to_string()),
        YamlData::Sequence(items) => Value::Array(items.iter().map(value).collect::<Result<_, _>>()?),
        YamlData::Mapping(_) => Value::Object(item(node)?),
        _ => return Err(shape(node, "plain text, a number, true, false, a list or a mapping")),
    })
}

#[cfg(test)]
mod tests;
