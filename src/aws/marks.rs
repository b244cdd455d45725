//! The tag that says what was last done to an instance, for people who see it in AWS's console. Knows the calls that write
//! it and what AWS lets a tag hold; decides nothing.

use aws_sdk_ec2::types::Tag;
use futures_util::{StreamExt as _, stream};

use crate::model::{Failure, FailureKind, InstanceId, kind_of};

use super::batch::isolate;
use super::failure::failure_of;

/// The key of the tag.
pub const KEY: &str = "lamplighter:last-action";

/// The most characters of a tag's value.
const MOST: usize = 256;
/// The most resources that EC2 tags in one call.
const SERVERS: usize = 1_000;
/// The most resources that the tagging API takes in one call.
const DATABASES: usize = 20;
/// Calls of the tagging API side by side: it takes five a second.
const AT_ONCE: usize = 4;

/// The note as a tag may hold it, whatever the service: cut, and with `_` for characters that RDS refuses.
pub(super) fn value(note: &str) -> String {
    let fits = |c: char| c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c);
    note.chars().map(|c| if fits(c) { c } else { '_' }).take(MOST).collect()
}

/// Tags EC2 instances; what has been terminated meanwhile is left out.
pub(super) async fn tag_servers(client: &aws_sdk_ec2::Client, ids: &[InstanceId], value: &str) -> Result<(), Failure> {
    for ids in ids.chunks(SERVERS) {
        let outcomes = isolate(ids.to_vec(), |ids| async move {
            let ids = ids.iter().map(ToString::to_string).collect();
            let tag = Tag::builder().key(KEY).value(value).build();
            let answer = client.create_tags().set_resources(Some(ids)).tags(tag).send().await;
            answer.map(drop).map_err(|error| failure_of(&error))
        });
        let failed = outcomes.await.into_iter().filter_map(|(_, outcome)| outcome.err());
        if let Some(failure) = failed.into_iter().find(|failure| failure.kind != FailureKind::Gone) {
            return Err(failure);
        }
    }
    Ok(())
}

/// Tags databases and clusters by their ARNs.
pub(super) async fn tag_databases(
    client: &aws_sdk_resourcegroupstagging::Client,
    arns: &[String],
    value: &str,
) -> Result<(), Failure> {
    let calls: Vec<_> = arns.chunks(DATABASES).map(|arns| tag_some(client, arns.to_vec(), value)).collect();
    let answers: Vec<Result<(), Failure>> = stream::iter(calls).buffer_unordered(AT_ONCE).collect().await;
    answers.into_iter().collect()
}

async fn tag_some(
    client: &aws_sdk_resourcegroupstagging::Client,
    arns: Vec<String>,
    value: &str,
) -> Result<(), Failure> {
    let asked = client.tag_resources().set_resource_arn_list(Some(arns)).tags(KEY, value);
    let answer = asked.send().await.map_err(|error| failure_of(&error))?;
    let Some(failed) = answer.failed_resources_map().into_iter().flat_map(|failed| failed.values()).next() else {
        return Ok(());
    };
    let code = failed.error_code().map_or("TagResources", |code| code.as_str()).to_owned();
    let status = u16::try_from(failed.status_code()).unwrap_or_default();
    let message = failed.error_message().unwrap_or_default().to_owned();
    Err(Failure { kind: kind_of(&code, status), code, message })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_holds_what_every_service_takes() {
        let note = "stopped 2026-11-23T13:00:00Z by the timetable";
        assert_eq!(value(note), note);
        assert_eq!(value("a, b's (c)\n한국어"), "a_ b_s _c__한국어");
        assert_eq!(value(&"가".repeat(300)).chars().count(), 256);
    }
}
