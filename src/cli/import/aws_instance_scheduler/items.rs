//! The JSON that people have of AWS's configuration table, as plain items.
//!
//! Knows the shapes in which it comes and how DynamoDB writes types; not what an attribute means.

use std::collections::BTreeMap;

use serde_json::Value;

/// The most items that are read in all: far more than anybody keeps.
const MOST_ITEMS: usize = 5000;

/// Why a file was not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::cli::import) enum ItemsError {
    /// As a DynamoDB export is written.
    #[error("is packed with gzip: unpack it first (`gunzip`)")]
    Packed,
    /// Not text.
    #[error("is no UTF-8 text; expected JSON")]
    NoText,
    /// Not JSON.
    #[error("line {line}: is no JSON: {message}")]
    Syntax {
        /// Where, from 1.
        line: usize,
        /// The parser's words.
        message: String,
    },
    /// JSON, but no items.
    #[error("holds something that is no item: {0}")]
    Shape(String),
    /// Of an answer that came in pages.
    #[error("is only a page of the table, there is more of it: `{0}` is not empty")]
    Page(String),
    /// Too many.
    #[error("holds more than {MOST_ITEMS} items")]
    TooMany,
}

/// An item of the configuration table; its attributes as DynamoDB spells them, with plain values.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Item {
    /// `schedule`, `period`, `config`; empty when the item does not say it.
    pub(super) kind: String,
    /// The attributes but `type`, by their spelling in lower case without underscores, with that of the file.
    attributes: BTreeMap<String, (String, Value)>,
}

impl Item {
    /// The name, if it is text.
    pub(super) fn name(&self) -> Option<&str> {
        self.get("name").and_then(Value::as_str).filter(|name| !name.is_empty())
    }

    /// An attribute by the name that DynamoDB has; nothing when it is null, empty text or an empty list.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        let (_, value) = self.attributes.get(&folded(name))?;
        match value {
            Value::Null => None,
            Value::String(text) if text.is_empty() => None,
            Value::Array(values) if values.is_empty() => None,
            _ => Some(value),
        }
    }

    /// The attributes that are not among the known ones, as the file spells them.
    pub(super) fn unknown<'a>(&'a self, known: &[&str]) -> Vec<(&'a str, &'a Value)> {
        let known: Vec<String> = known.iter().map(|name| folded(name)).collect();
        let unknown = self.attributes.iter().filter(|(name, _)| !known.contains(name));
        unknown.map(|(_, (name, value))| (name.as_str(), value)).collect()
    }
}

/// The command line of AWS writes `OverrideStatus` for `override_status`, and `Begintime` for `begintime`.
fn folded(name: &str) -> String {
    name.chars().filter(|c| *c != '_').collect::<String>().to_lowercase()
}

/// Reads a file: what `scheduler-cli describe-schedules` and `describe-periods` print, what `aws dynamodb scan` prints,
/// a DynamoDB export, or a list of items.
///
/// # Errors
/// When it is no JSON, or holds something else than items.
pub(super) fn items(bytes: &[u8]) -> Result<Vec<Item>, ItemsError> {
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return Err(ItemsError::Packed);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| ItemsError::NoText)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut items = Vec::new();
    // One value or several one after another: an export has one a line.
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        let value = value.map_err(|error| ItemsError::Syntax { line: error.line(), message: error.to_string() })?;
        collect(&value, "", &mut items)?;
    }
    Ok(items)
}

fn collect(value: &Value, kind: &str, items: &mut Vec<Item>) -> Result<(), ItemsError> {
    let object = match value {
        Value::Array(values) => return values.iter().try_for_each(|value| collect(value, kind, items)),
        Value::Object(object) => object,
        _ => return Err(ItemsError::Shape(cut(&value.to_string()))),
    };
    for more in ["LastEvaluatedKey", "NextToken"] {
        if object.get(more).is_some_and(|value| !value.is_null()) {
            return Err(ItemsError::Page(more.to_owned()));
        }
    }
    let mut is_container = false;
    for (name, kind) in [
        ("Schedules", "schedule"),
        ("Periods", "period"),
        ("Schedule", "schedule"),
        ("Period", "period"),
        ("Items", ""),
    ] {
        // A schedule has an attribute `Periods` too: of names.
        let of_objects = |values: &Vec<Value>| values.iter().all(Value::is_object) && !object.contains_key("Name");
        let inner = object.get(name).filter(|inner| inner.is_object() || inner.as_array().is_some_and(of_objects));
        if let Some(inner) = inner {
            is_container = true;
            collect(inner, kind, items)?;
        }
    }
    // `Item` of an export or of `get-item`.
    if let Some(inner) = object.get("Item").filter(|inner| inner.is_object()) {
        is_container = true;
        collect(inner, kind, items)?;
    }
    if is_container {
        return Ok(());
    }
    if items.len() >= MOST_ITEMS {
        return Err(ItemsError::TooMany);
    }
    let mut item = Item { kind: kind.to_owned(), ..Item::default() };
    for (name, value) in object {
        let value = plain(value);
        match folded(name).as_str() {
            "type" => value.as_str().unwrap_or_default().clone_into(&mut item.kind),
            key => _ = item.attributes.insert(key.to_owned(), (name.clone(), value)),
        }
    }
    items.push(item);
    Ok(())
}

/// A value without DynamoDB's types.
fn plain(value: &Value) -> Value {
    let Some((kind, inner)) =
        value.as_object().filter(|object| object.len() == 1).and_then(|object| object.iter().next())
    else {
        return value.clone();
    };
    match (kind.as_str(), inner) {
        ("S" | "BOOL" | "N", _) => inner.clone(),
        ("SS" | "NS", Value::Array(texts)) => Value::Array(texts.clone()),
        ("L", Value::Array(values)) => Value::Array(values.iter().map(plain).collect()),
        ("NULL", _) => Value::Null,
        _ => value.clone(),
    }
}

/// A value as a person would read it, cut to a bounded length.
pub(super) fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(", "),
        _ => value.to_string(),
    };
    cut(&text)
}

pub(super) fn cut(text: &str) -> String {
    const MOST: usize = 80;
    let tidy = |c: char| if c.is_control() { ' ' } else { c };
    if text.chars().count() <= MOST {
        return text.chars().map(tidy).collect();
    }
    text.chars().take(MOST).map(tidy).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_shape_in_which_the_table_comes() {
        let cases = [
            (
                "the command line",
                r#"{"Periods": [{"Name": "p", "Type": "period", "Begintime": "09:00", "Weekdays": ["mon-fri"]}]}"#,
            ),
            ("one of them", r#"{"Period": {"Name": "p", "Begintime": "09:00", "Weekdays": ["mon-fri"]}}"#),
            (
                "a scan",
                r#"{"Items": [{"type": {"S": "period"}, "name": {"S": "p"}, "begintime": {"S": "09:00"}, "weekdays": {"SS": ["mon-fri"]}}],
                    "Count": 1, "ScannedCount": 1, "ConsumedCapacity": null}"#,
            ),
            (
                "an export",
                r#"{"Item": {"type": {"S": "period"}, "name": {"S": "p"}, "begintime": {"S": "09:00"}, "weekdays": {"SS": ["mon-fri"]}}}"#,
            ),
            ("a list", r#"[{"type": "period", "name": "p", "begintime": "09:00", "weekdays": ["mon-fri"]}]"#),
            (
                "with a byte order mark",
                "\u{feff}{\"type\": \"period\", \"name\": \"p\", \"begintime\": \"09:00\", \"weekdays\": [\"mon-fri\"]}",
            ),
        ];
        for (what, text) in cases {
            let read = items(text.as_bytes()).unwrap();
            assert_eq!(read.len(), 1, "{what}");
            assert_eq!((read[0].kind.as_str(), read[0].name()), ("period", Some("p")), "{what}");
            assert_eq!(read[0].get("begintime"), Some(&Value::from("09:00")), "{what}");
            assert_eq!(read[0].get("weekdays"), Some(&serde_json::json!(["mon-fri"])), "{what}");
            assert!(read[0].unknown(&["name", "begintime", "weekdays"]).is_empty(), "{what}");
        }
    }

    #[test]
    fn a_schedule_with_periods_is_no_list_of_periods() {
        let read = items(br#"{"Schedules": [{"Name": "s", "Periods": ["p@t2.micro"], "OverrideStatus": "running"}]}"#);
        let read = read.unwrap();
        assert_eq!((read.len(), read[0].kind.as_str()), (1, "schedule"));
        assert_eq!(read[0].get("periods").map(shown), Some("p@t2.micro".to_owned()));
        assert_eq!(read[0].get("override_status").map(shown), Some("running".to_owned()));
        assert_eq!(read[0].unknown(&["name", "periods"]), [("OverrideStatus", &Value::from("running"))]);
    }

    #[test]
    fn an_export_has_one_item_a_line() {
        let read = items(b"{\"Item\":{\"name\":{\"S\":\"a\"}}}\n{\"Item\":{\"name\":{\"S\":\"b\"}}}\n").unwrap();
        let names: Vec<_> = read.iter().filter_map(Item::name).collect();
        assert_eq!(names, ["a", "b"]);
    }

    #[test]
    fn says_why_a_file_is_not_understood() {
        let cases: [(&[u8], &str); 6] = [
            (b"\x1f\x8b\x08\x00", "gunzip"),
            (b"\xff\xfe{", "UTF-8"),
            (b"{\"Items\": [\n{]}", "line 2: is no JSON"),
            (b"[1, 2]", "is no item: 1"),
            (b"{\"Items\": [], \"LastEvaluatedKey\": {\"name\": {\"S\": \"x\"}}}", "only a page of the table"),
            (b"Schedule,Name\n", "line 1: is no JSON"),
        ];
        for (bytes, expected) in cases {
            let message = items(bytes).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
        let many = format!("[{}{{}}]", "{},".repeat(MOST_ITEMS));
        assert_eq!(items(many.as_bytes()), Err(ItemsError::TooMany));
    }
}
