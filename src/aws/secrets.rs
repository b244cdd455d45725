//! Secrets Manager and Parameter Store: what settings refer to, read once, at the start. Knows no setting.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::{Region, SdkConfig};
use futures_util::future::join_all;
use serde_json::Value;

use super::failure::failure_of;
use crate::settings::Reference;

/// Why a secret could not be read; holds no secret (rule S4).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// AWS says no, or nothing.
    #[error("AWS answers `{code}`: {message}")]
    Aws {
        /// AWS's code, or our own word.
        code: String,
        /// AWS's words.
        message: String,
    },
    /// It is no text.
    #[error("it holds bytes, not text")]
    Bytes,
    /// A key of it was asked for, and it is no object in JSON.
    #[error("it is no object in JSON, so it has no key `{0}`")]
    NoObject(String),
    /// The object has no text under this key.
    #[error("it has no text under the key `{0}`")]
    NoKey(String),
}

/// Reads what these refer to, side by side.
///
/// # Errors
/// The first that cannot be read, and why.
pub async fn fetch(
    config: &SdkConfig,
    references: BTreeSet<Reference>,
) -> Result<BTreeMap<Reference, String>, (Reference, SecretError)> {
    let reads = references.into_iter().map(|reference| async move {
        let read = match &reference {
            Reference::Secret { region, arn, key, stage, version } => {
                let text = secret(config, region, arn, (stage.clone(), version.clone())).await;
                text.and_then(|text| part(text, key.as_deref()))
            }
            Reference::Parameter { region, arn } => parameter(config, region, arn).await,
        };
        match read {
            Ok(text) => Ok((reference, text)),
            Err(error) => Err((reference, error)),
        }
    });
    join_all(reads).await.into_iter().collect()
}

async fn secret(
    config: &SdkConfig,
    region: &str,
    arn: &str,
    (stage, version): (Option<String>, Option<String>),
) -> Result<String, SecretError> {
    let config = aws_sdk_secretsmanager::config::Builder::from(config).region(Region::new(region.to_owned()));
    let client = aws_sdk_secretsmanager::Client::from_conf(config.build());
    let call = client.get_secret_value().secret_id(arn).set_version_stage(stage).set_version_id(version);
    let answer = call.send().await.map_err(|error| {
        let failure = failure_of(&error);
        SecretError::Aws { code: failure.code, message: failure.message }
    })?;
    answer.secret_string.ok_or(SecretError::Bytes)
}

async fn parameter(config: &SdkConfig, region: &str, arn: &str) -> Result<String, SecretError> {
    let config = aws_sdk_ssm::config::Builder::from(config).region(Region::new(region.to_owned()));
    let client = aws_sdk_ssm::Client::from_conf(config.build());
    let answer = client.get_parameter().name(arn).with_decryption(true).send().await.map_err(|error| {
        let failure = failure_of(&error);
        SecretError::Aws { code: failure.code, message: failure.message }
    })?;
    answer.parameter.and_then(|parameter| parameter.value).ok_or(SecretError::Bytes)
}

/// The text under a key of an object in JSON, or all of it.
fn part(text: String, key: Option<&str>) -> Result<String, SecretError> {
    let Some(key) = key else { return Ok(text) };
    let Ok(Value::Object(object)) = serde_json::from_str(&text) else {
        return Err(SecretError::NoObject(key.to_owned()));
    };
    object.get(key).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| SecretError::NoKey(key.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_takes_a_part_of_an_object() {
        let object = r#"{"slack": "s-1", "port": 1}"#;
        let cases = [
            (object, None, Ok(object)),
            (object, Some("slack"), Ok("s-1")),
            (object, Some("port"), Err(SecretError::NoKey("port".to_owned()))),
            (object, Some("jandi"), Err(SecretError::NoKey("jandi".to_owned()))),
            ("plain", Some("slack"), Err(SecretError::NoObject("slack".to_owned()))),
        ];
        for (text, key, expected) in cases {
            assert_eq!(part(text.to_owned(), key), expected.map(str::to_owned), "{text} {key:?}");
        }
    }
}
