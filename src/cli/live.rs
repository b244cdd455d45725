//! What commands share that talk to an account: settings, connection, and their errors.

use crate::document::Tables;
use crate::live::{self, Live, SettingsFailed};
use crate::ports::{Store as _, StoreError, Table};
use crate::settings::Settings;

use super::{Error, ErrorKind};

/// Reads the settings, with the secrets that they refer to.
pub(super) fn settings() -> Result<Settings, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(live::settings()).map_err(|error| {
        let kind = match error {
            SettingsFailed::Unread(_) => ErrorKind::Input,
            SettingsFailed::Secret { .. } => ErrorKind::Unreachable,
        };
        Error::new(kind, error.to_string())
    })
}

/// Runs a command against an account.
pub(super) fn block_on<T>(
    settings: &Settings,
    command: impl AsyncFnOnce(&Live) -> Result<T, Error>,
) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { command(&Live::connect(settings).await).await })
}

/// The items of the tables that people edit.
pub(super) async fn tables(live: &Live) -> Result<Tables, Error> {
    let scan = async |table| live.store.scan(table).await.map_err(|error| unreachable(&error));
    Ok(Tables {
        schedules: scan(Table::Schedule).await?,
        groups: scan(Table::ServerGroup).await?,
        exceptions: scan(Table::Exception).await?,
    })
}

/// What to look at when AWS does not answer.
pub(super) const ANSWERLESS: &str =
    "check the credentials (such as `AWS_PROFILE`), the region (`AWS_REGION`), `AWS_ENDPOINT_URL` and the network";

/// An account that does not answer, or says no, and what to look at.
pub(super) fn unreachable(error: &StoreError) -> Error {
    let made = Error::new(ErrorKind::Unreachable, error.to_string());
    match error {
        StoreError::MissingTable(..) => made.hint("`lamplighter apply DIR --create-tables` makes the tables"),
        StoreError::Denied { .. } => {
            made.hint("check the credentials and what they are allowed: `lamplighter doctor` says what is missing")
        }
        StoreError::Unavailable { .. } => made.hint(ANSWERLESS),
        StoreError::Conflict | StoreError::Other { .. } => made,
    }
}
