//! What the SDK's errors mean to a tick: which failure one is, and who of a batch it is about. Pure; knows no operation.
//!
//! The table from error codes to kinds is in the model, where messages read it too.

use std::error::Error;

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::log::chain;
use crate::model::{Failure, FailureKind, NO_ANSWER, NOT_ASKED_YET, is_quota, kind_of};

/// What an error of the SDK comes to.
pub(super) fn failure_of<E>(error: &SdkError<E, HttpResponse>) -> Failure
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let SdkError::ServiceError(answer) = error else {
        let kind = match error {
            SdkError::ConstructionFailure(_) => FailureKind::Other,
            _ => FailureKind::Unreachable,
        };
        let code = if kind == FailureKind::Unreachable { NO_ANSWER } else { "NotSent" };
        return Failure { kind, code: code.to_owned(), message: presentable(&chain(error)) };
    };
    let status = answer.raw().status().as_u16();
    let message = answer.err().message().map_or_else(|| chain(answer.err()), str::to_owned);
    let code = answer.err().code().map_or_else(|| format!("Http{status}"), str::to_owned);
    Failure { kind: kind_of(&code, status), code, message: presentable(&message) }
}

/// What is said of an instance when time ran out before AWS could be asked.
pub(super) fn not_asked_yet() -> Failure {
    Failure {
        kind: FailureKind::Throttled,
        code: NOT_ASKED_YET.to_owned(),
        message: "there was no time left to ask AWS".to_owned(),
    }
}

/// What is said of an instance when time ran out while AWS was being asked: it may have been done.
pub(super) fn no_answer() -> Failure {
    Failure {
        kind: FailureKind::Unreachable,
        code: NO_ANSWER.to_owned(),
        message: "AWS did not answer in the time left".to_owned(),
    }
}

/// Whether one instance of a batch may have spoilt it for the others, so that asking for a part makes sense (rule A2).
pub(super) fn is_about_an_instance(failure: &Failure) -> bool {
    let is_about_the_caller =
        matches!(failure.kind, FailureKind::Throttled | FailureKind::Denied | FailureKind::Unreachable);
    !is_about_the_caller && !is_quota(&failure.code)
}

/// AWS's words without what nobody can read or should see: the encoded authorization message, names of people in ARNs.
fn presentable(message: &str) -> String {
    let readable = message.split("Encoded authorization failure message").next().unwrap_or_default();
    let words = readable.split_whitespace().map(|word| if word.contains('@') { "[…]" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// Keeps the SDK from asking again at once for capacity that is not there: EC2 says so with status 500, which the SDK
/// would otherwise try two more times for each part of a batch.
#[derive(Debug)]
pub(super) struct CapacityIsFinal;

impl ClassifyRetry for CapacityIsFinal {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(Result::err).and_then(OrchestratorError::as_operation_error);
        let code = error
            .and_then(|error| error.downcast_ref::<aws_sdk_ec2::operation::start_instances::StartInstancesError>())
            .and_then(ProvideErrorMetadata::code);
        match code {
            Some(code) if kind_of(code, 0) == FailureKind::Capacity => RetryAction::RetryForbidden,
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "capacity is final"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use FailureKind::Unreachable;

    #[test]
    fn a_batch_is_not_split_for_what_is_about_the_caller() {
        let cases = [
            ("RequestLimitExceeded", false),
            ("UnauthorizedOperation", false),
            ("InternalError", false),
            ("VcpuLimitExceeded", false),
            ("InstanceLimitExceeded", false),
            ("InsufficientInstanceCapacity", true),
            ("IncorrectInstanceState", true),
            ("InvalidInstanceID.NotFound", true),
            ("UnsupportedOperation", true),
            ("SomethingNew", true),
        ];
        for (code, expected) in cases {
            let failure = Failure { kind: kind_of(code, 400), code: code.to_owned(), message: String::new() };
            assert_eq!(is_about_an_instance(&failure), expected, "{code}");
        }
    }

    #[test]
    fn messages_lose_blobs_and_names_of_people() {
        let cases = [
            (
                "You are not authorized to perform this operation. User: arn:aws:sts::1:assumed-role/dev/kim@example.com is \
                 not authorized to perform: ec2:StopInstances. Encoded authorization failure message: bG9uZw",
                "You are not authorized to perform this operation. User: […] is not authorized to perform: \
                 ec2:StopInstances.",
            ),
            ("Request\n limit  exceeded.", "Request limit exceeded."),
            ("", ""),
        ];
        for (message, expected) in cases {
            assert_eq!(presentable(message), expected);
        }
    }

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] Inner);
    #[derive(Debug, thiserror::Error)]
    #[error("inner")]
    struct Inner;

    #[test]
    fn no_answer_is_told_with_its_cause() {
        let refused = SdkError::<aws_sdk_ec2::Error, _>::timeout_error(Outer(Inner));
        let failure = failure_of(&refused);
        assert_eq!((failure.kind, failure.code.as_str()), (Unreachable, NO_ANSWER));
        assert!(failure.message.ends_with("outer: inner"), "{}", failure.message);
    }
}
