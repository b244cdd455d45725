//! DynamoDB's attribute values to JSON and back: pure and total. Knows no table and no attribute by name.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::base64;
use serde_json::{Number, Value};

use crate::ports::Item;

/// An item as the ports have it.
pub(super) fn item_from(attributes: impl IntoIterator<Item = (String, AttributeValue)>) -> Item {
    attributes.into_iter().map(|(name, value)| (name, to_json(value))).collect()
}

/// An item as the SDK takes it, into whatever map that wants.
pub(super) fn attributes_from<M: FromIterator<(String, AttributeValue)>>(item: Item) -> M {
    item.into_iter().map(|(name, value)| (name, value_from(value))).collect()
}

/// The value as JSON: sets become arrays, binary becomes base64; a kind that this SDK does not know becomes null.
fn to_json(value: AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => Value::String(text),
        AttributeValue::N(digits) => number(digits),
        AttributeValue::Bool(truth) => Value::Bool(truth),
        AttributeValue::L(values) => values.into_iter().map(to_json).collect(),
        AttributeValue::M(values) => Value::Object(item_from(values)),
        AttributeValue::Ss(texts) => texts.into_iter().map(Value::String).collect(),
        AttributeValue::Ns(numbers) => numbers.into_iter().map(number).collect(),
        AttributeValue::B(bytes) => Value::String(base64::encode(bytes)),
        AttributeValue::Bs(blobs) => blobs.into_iter().map(|bytes| Value::String(base64::encode(bytes))).collect(),
        _ => Value::Null,
    }
}

/// A number: whole where it is, else a float; the digits themselves where neither can hold it.
fn number(digits: String) -> Value {
    let whole = digits.parse::<i64>().map(Number::from).or_else(|_| digits.parse::<u64>().map(Number::from)).ok();
    let number = whole.or_else(|| digits.parse::<f64>().ok().and_then(Number::from_f64));
    number.map_or(Value::String(digits), Value::Number)
}

/// A value as the SDK takes it.
pub(super) fn value_from(value: Value) -> AttributeValue {
    match value {
        Value::Null => AttributeValue::Null(true),
        Value::Bool(truth) => AttributeValue::Bool(truth),
        Value::Number(number) => AttributeValue::N(number.to_string()),
        Value::String(text) => AttributeValue::S(text),
        Value::Array(values) => AttributeValue::L(values.into_iter().map(value_from).collect()),
        Value::Object(values) => AttributeValue::M(attributes_from(values)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_dynamodb::primitives::Blob;
    use serde_json::json;

    #[test]
    fn every_kind_becomes_json() {
        let s = |text: &str| AttributeValue::S(text.to_owned());
        let n = |digits: &str| AttributeValue::N(digits.to_owned());
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let cases = [
            (s("weekdays"), json!("weekdays")),
            (s(""), json!("")),
            (n("10"), json!(10)),
            (n("-3"), json!(-3)),
            (n("18446744073709551615"), json!(u64::MAX)),
            (n("2.5"), json!(2.5)),
            (n("1E+20"), json!(1e20)),
            (n("1e999"), json!("1e999")),
            (n("NaN"), json!("NaN")),
            (n("ten"), json!("ten")),
            (AttributeValue::Bool(true), json!(true)),
            (AttributeValue::Null(true), json!(null)),
            (AttributeValue::L(vec![s("DB"), n("1"), AttributeValue::L(vec![])]), json!(["DB", 1, []])),
            (AttributeValue::M([("a".to_owned(), n("1"))].into()), json!({"a": 1})),
            (AttributeValue::Ss(texts(&["DB", "Cache"])), json!(["DB", "Cache"])),
            (AttributeValue::Ns(texts(&["1", "2.5"])), json!([1, 2.5])),
            (AttributeValue::B(Blob::new([1, 2, 3])), json!("AQID")),
            (AttributeValue::Bs(vec![Blob::new([255])]), json!(["/w=="])),
        ];
        for (value, expected) in cases {
            let shown = format!("{value:?}");
            assert_eq!(to_json(value), expected, "{shown}");
        }
    }

    #[test]
    fn json_comes_back_as_it_went() {
        let values = [
            json!(null),
            json!(true),
            json!("text"),
            json!(0),
            json!(-12),
            json!(i64::MIN),
            json!(u64::MAX),
            json!(0.25),
            json!([]),
            json!([1, "a", [null]]),
            json!({"at": "2026-11-23T00:30:00Z", "tries": 2, "deep": {"list": [{"a": false}]}}),
        ];
        for value in values {
            assert_eq!(to_json(value_from(value.clone())), value);
        }
    }
}
