//! What is wrong with an item or a place, in words that say what, where and what would be right.

use std::fmt;

use chrono::Days;
use uuid::Uuid;

use super::{RoleArn, ScheduleName, Scope};

/// What was looked at when a problem was seen: a problem can only be gone once that was looked at again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The tables.
    Tables,
    /// The instances of a schedule.
    Instances(ScheduleName),
    /// An account and region.
    Scope(Scope),
    /// An account as a whole, by the role to assume there.
    Account(RoleArn),
}

/// A fault that a person has to mend.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where it was seen.
    pub source: Source,
    /// The schedule that it harms, if it is one.
    pub schedule: Option<ScheduleName>,
    /// The item, such as `Schedule Development` or `ScheduleServerGroup Development/DB`.
    pub item: String,
    /// The attribute; empty when it is the item as a whole.
    pub attribute: String,
    /// What the attribute holds.
    pub holds: Option<String>,
    /// What is wrong, and what is allowed: lower case, no full stop.
    pub message: String,
    /// Whether the schedule is left exactly as it is until this is mended.
    pub stops_schedule: bool,
}

impl Problem {
    /// What is wrong with a date that is over for so long is not reported: nobody needs to mend it.
    pub const WORTH_MENDING_FOR: Days = Days::new(7);

    /// What is wrong, without the item: the attribute, what it holds and the message.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { attribute, holds, message, .. } = self;
        match (attribute.is_empty(), holds) {
            (true, None) => message.clone(),
            (true, Some(holds)) => format!("`{holds}`: {message}"),
            (false, None) => format!("{attribute}: {message}"),
            (false, Some(holds)) => format!("{attribute} = `{holds}`: {message}"),
        }
    }

    /// What tells this problem from any other, and changes when the fault changes. That a place cannot be looked at is one
    /// problem, in whatever words it comes: those of a network differ from time to time.
    #[must_use]
    pub fn fingerprint(&self) -> Uuid {
        let Self { source, item, attribute, holds, message, .. } = self;
        let message = if matches!(source, Source::Scope(_) | Source::Account(_)) { "" } else { message };
        let text = format!("{item}\u{1f}{attribute}\u{1f}{}\u{1f}{message}", holds.as_deref().unwrap_or_default());
        Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.item, self.words())
    }
}
