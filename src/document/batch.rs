//! A batch of schedules as the text of a message: `{"schedules": ["Development", "Staging"]}`.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;

use crate::model::{NameError, ScheduleName};

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

#[derive(Deserialize)]
struct Batch {
    schedules: Vec<String>,
}

/// The text for these schedules.
#[must_use]
pub fn batch_text<'a>(schedules: impl IntoIterator<Item = &'a ScheduleName>) -> String {
    let names: Vec<&str> = schedules.into_iter().map(ScheduleName::as_str).collect();
    // The two characters that a name may hold and a message of SQS may not.
    json!({"schedules": names}).to_string().replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff")
}

/// Reads the text back.
///
/// # Errors
/// When it is no batch.
pub fn batch(text: &str) -> Result<BTreeSet<ScheduleName>, BatchError> {
    let Batch { schedules } = serde_json::from_str(text).map_err(|_| BatchError::Shape)?;
    if schedules.is_empty() {
        return Err(BatchError::Empty);
    }
    schedules.iter().map(|name| ScheduleName::new(name).map_err(BatchError::Name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_read_back_and_fits_into_a_message() {
        let names = ["A", "개발 서버", "quotes \" and \\", "odd \u{fffe}\u{ffff}\u{1f600}"];
        let schedules: BTreeSet<ScheduleName> = names.iter().map(|name| ScheduleName::new(name).unwrap()).collect();
        let text = batch_text(&schedules);
        assert!(!text.contains(['\u{fffe}', '\u{ffff}']), "{text}");
        assert_eq!(batch(&text), Ok(schedules));
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
