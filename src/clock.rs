//! The one place where the time is read. Knows nothing else.

use std::time::SystemTime;

use chrono::{DateTime, Utc};

/// The time of this machine.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place where the time is read")]
pub fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}
