//! Schedule files and table items, to and from the model. The only place that knows attribute names.
//!
//! One bad item never harms another schedule: reading never fails as a whole, it gives what it could understand and a
//! [`Problem`](crate::model::Problem) for everything else.

use chrono::Duration;
use chrono_tz::Tz;

mod attributes;
mod difference;
mod event;
mod exception;
pub mod file;
mod group;
mod history;
mod notebook;
mod schedule;
mod state;
mod tables;

pub use difference::{Change, difference, only_in_tables};
pub use event::event_object;
pub use exception::exception_item;
pub use history::history_item;
pub use notebook::{NOTEBOOK_KEY, notebook, notebook_item};
pub use state::{STATE_RUN_ID, StateError, state, state_item};
pub use tables::{Tables, read};

/// What holds for a schedule that does not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Defaults {
    /// `Timezone`; the setting `DEFAULT_TIMEZONE`.
    pub zone: Tz,
    /// `StopWarningMinutes`; the setting `STOP_ALERT_BEFORE_TIME_MINUTE`.
    pub warning_lead: Duration,
}

impl Default for Defaults {
    fn default() -> Self {
        Self { zone: Tz::Asia__Seoul, warning_lead: Duration::minutes(10) }
    }
}

/// The known word that comes nearest to a misspelt one, if one comes near at all.
#[must_use]
pub fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let text = text.to_lowercase();
    known
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(&text, &word.to_lowercase()), word))
        .filter(|(distance, word)| *distance <= 1 + word.chars().count() / 4)
        .min()
        .map(|(_, word)| word)
}
