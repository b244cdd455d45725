//! A batch of schedules as the text of a message: `{"schedules": ["Development", "Staging"]}`; with `"restarted": "eu-west-1|rds/orders"` where
//! AWS has started that database by itself.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::model::{InstanceKey, NameError, ScheduleName};

/// The text of a message is no batch. What it holds is not shown: it may be anybody's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// It has another shape.
    #[error("is no batch of schedules such as `{{\"schedules\": [\"Development\"]}}`")]
    Shape,
    /// It names none.
    #[error("is a batch without schedules")]
    Empty,
    /// One of the names can be none.
    #[error("is a batch in which the name of a schedule {0}")]
    Name(NameError),
}

/// A batch of schedules.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// The schedules to work on.
    pub schedules: BTreeSet<ScheduleName>,
    /// The database that AWS has started by itself, if that has brought it about.
    pub restarted: Option<InstanceKey>,
}

#[derive(Serialize, Deserialize)]
struct BatchText {
    schedules: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    restarted: Option<String>,
}

/// The text for these schedules.
#[must_use]
pub fn batch_text<'a>(
    schedules: impl IntoIterator<Item = &'a ScheduleName>,
    restarted: Option<&InstanceKey>,
) -> String {
    let schedules = schedules.into_iter().map(ToString::to_string).collect();
    let text = BatchText { schedules, restarted: restarted.map(ToString::to_string) };
    // The two characters that a name may hold and a message of SQS may not.
    json!(text).to_string().replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff")
}

/// Reads the text back.
///
/// # Errors
/// When it is no batch.
pub fn batch(text: &str) -> Result<Batch, BatchError> {
    let BatchText { schedules, restarted } = serde_json::from_str(text).map_err(|_| BatchError::Shape)?;
    if schedules.is_empty() {
        return Err(BatchError::Empty);
    }
    let name = |name: &String| ScheduleName::new(name).map_err(BatchError::Name);
    let restarted = restarted.map(|key| key.parse().map_err(|_| BatchError::Shape)).transpose()?;
    Ok(Batch { schedules: schedules.iter().map(name).collect::<Result<_, _>>()?, restarted })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_read_back_and_fits_into_a_message() {
        let names = ["A", "개발 서버", "quotes \" and \\", "odd \u{fffe}\u{ffff}\u{1f600}"];
        let schedules: BTreeSet<ScheduleName> = names.iter().map(|name| ScheduleName::new(name).unwrap()).collect();
        let database: InstanceKey = "eu-west-1|rds/orders".parse().unwrap();
        let text = batch_text(&schedules, None);
        assert!(!text.contains("restarted"), "{text}");
        assert!(!text.contains(['\u{fffe}', '\u{ffff}']), "{text}");
        assert_eq!(batch(&text), Ok(Batch { schedules: schedules.clone(), restarted: None }));
        let text = batch_text(&schedules, Some(&database));
        assert_eq!(batch(&text), Ok(Batch { schedules, restarted: Some(database) }));
    }

    #[test]
    fn what_is_no_batch_is_refused_without_showing_it() {
        let long = format!(r#"{{"schedules": ["{}"]}}"#, "x".repeat(257));
        let cases = [
            ("secret", BatchError::Shape),
            ("[]", BatchError::Shape),
            ("{}", BatchError::Shape),
            (r#"{"schedules": "secret"}"#, BatchError::Shape),
            (r#"{"schedules": [7]}"#, BatchError::Shape),
            (r#"{"schedules": ["A"], "restarted": "secret"}"#, BatchError::Shape),
            (r#"{"schedules": []}"#, BatchError::Empty),
            (r#"{"schedules": ["A", " "]}"#, BatchError::Name(NameError::Empty)),
            (r#"{"schedules": ["secret\n\u0000more"]}"#, BatchError::Name(NameError::Control)),
            (&long, BatchError::Name(NameError::TooLong)),
        ];
        for (text, expected) in cases {
            let error = batch(text).unwrap_err();
            assert!(!error.to_string().contains("secret"), "{error}");
            assert_eq!(error, expected, "{text}");
        }
    }
}
