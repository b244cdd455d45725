//! What a fault is answered with: the words of the tables and of AWS. Knows nothing of when it comes up.

use crate::model::{Failure, FailureKind, InstanceKind, NO_ANSWER, NOT_ASKED_YET};
use crate::ports::StoreError;
use crate::simulation::case::{AwsFault, TableFault};

pub(super) fn unavailable(table: &str) -> StoreError {
    StoreError::Unavailable { table: table.to_owned(), message: "dispatch failure: timeout".to_owned() }
}

fn denied(table: &str) -> StoreError {
    StoreError::Denied { table: table.to_owned(), message: "is not authorized to perform this".to_owned() }
}

/// The answer of a call of the tables that read nothing or did nothing.
pub(super) fn refuse(fault: TableFault, table: &str) -> StoreError {
    match fault {
        TableFault::Denied => denied(table),
        TableFault::Missing => {
            let setting = match table {
                "Schedule" => "SCHEDULE_TABLE",
                "ScheduleServerGroup" => "SERVER_GROUP_TABLE",
                "ScheduleException" => "EXCEPTION_TABLE",
                _ => "RUN_TABLE",
            };
            StoreError::MissingTable(table.to_owned(), setting)
        }
        TableFault::Other => {
            let message = "ValidationException: the simulation says so".to_owned();
            StoreError::Other { table: table.to_owned(), message }
        }
        _ => unavailable(table),
    }
}

/// Whether nothing happened.
pub(super) fn is_refused(fault: TableFault) -> bool {
    !matches!(fault, TableFault::LostAnswer | TableFault::OwnConflict | TableFault::Slow)
}

/// The answer to a call for an instance; `None`: AWS's own.
pub(super) fn failure(fault: AwsFault, instance: InstanceKind) -> Option<Failure> {
    let (kind, code) = match fault {
        AwsFault::Throttled | AwsFault::Partial => (FailureKind::Throttled, "RequestLimitExceeded"),
        AwsFault::Denied => (FailureKind::Denied, "UnauthorizedOperation"),
        AwsFault::Unreachable | AwsFault::LostAnswer => (FailureKind::Unreachable, NO_ANSWER),
        AwsFault::Capacity => (FailureKind::Capacity, "InsufficientInstanceCapacity"),
        AwsFault::WrongState => (FailureKind::WrongState, "IncorrectInstanceState"),
        AwsFault::Refused => (FailureKind::Refused, "OperationNotPermitted"),
        AwsFault::Gone => match instance {
            InstanceKind::Ec2 => (FailureKind::Gone, "InvalidInstanceID.NotFound"),
            InstanceKind::RdsInstance => (FailureKind::Gone, "DBInstanceNotFound"),
            InstanceKind::RdsCluster => (FailureKind::Gone, "DBClusterNotFoundFault"),
        },
        AwsFault::Other => (FailureKind::Other, "SomethingNew"),
        AwsFault::Slow => return None,
    };
    Some(Failure { kind, code: code.to_owned(), message: "the simulation says so".to_owned() })
}

/// What is said of an instance when time ran out, in the words of AWS's adapter: it was asked, and it may have been done, or not.
pub(super) fn out_of_time(is_asked: bool) -> Failure {
    let (kind, code, message) = if is_asked {
        (FailureKind::Unreachable, NO_ANSWER, "AWS did not answer in the time left")
    } else {
        (FailureKind::Throttled, NOT_ASKED_YET, "there was no time left to ask AWS")
    };
    Failure { kind, code: code.to_owned(), message: message.to_owned() }
}
