//! Schedule files, table items and messages of batches, to and from the model. The only place that knows attribute names.
//!
//! One bad item never harms another schedule: reading never fails as a whole, it gives what it could understand and a
//! [`Problem`](crate::model::Problem) for everything else.

use chrono::Duration;
use chrono_tz::Tz;

mod about;
mod attributes;
mod batch;
mod difference;
mod event;
mod exception;
pub mod file;
mod group;
mod hint;
mod history;
mod notebook;
mod order;
mod packed;
pub(crate) mod places;
mod schedule;
mod shown;
mod sources;
mod state;
mod tables;
#[cfg(feature = "cli")]
pub(crate) mod yaml;

pub use about::{About, about};
pub use batch::{Batch, BatchError, batch, batch_text};
pub use difference::{Change, difference, only_in_tables};
pub use event::event_object;
pub(crate) use exception::{FORCED, REPLACES};
pub use exception::{exception_id, exception_item};
pub use hint::zone as nearest_zone;
pub use history::history_item;
pub use notebook::{NOTEBOOK_KEY, damaged_notebook, notebook, notebook_item};
pub use places::{PlaceError, Places};
pub(crate) use shown::plain;
#[cfg(feature = "cli")]
pub(crate) use shown::shown;
pub use sources::{Fault, Sources, sort};
pub use state::{STATE_RUN_ID, StateError, state, state_item};
pub use tables::{Tables, read};

/// Every attribute that the items of people may have.
#[cfg(test)]
pub(crate) fn attributes() -> impl Iterator<Item = &'static str> {
    schedule::KNOWN.into_iter().chain(group::KNOWN).chain(exception::KNOWN)
}

/// What holds for a schedule that does not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Defaults {
    /// `Timezone`; the setting `DEFAULT_TIMEZONE`.
    pub zone: Tz,
    /// `StopWarningMinutes`; the setting `STOP_ALERT_BEFORE_TIME_MINUTE`.
    pub warning_lead: Duration,
    /// `Accounts` and `Regions`; the settings `ACCOUNTS` and `REGIONS`, which live as long as the process.
    pub places: &'static Places,
}

impl Default for Defaults {
    fn default() -> Self {
        Self { zone: Tz::Asia__Seoul, warning_lead: Duration::minutes(10), places: Places::HERE }
    }
}

/// The known word that comes nearest to a misspelt one, if one comes near at all.
#[must_use]
pub fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The comparison takes as long as both are long: what nobody has typed is not compared (rule S6).
    const LONGEST: usize = 64;
    if text.len() > LONGEST {
        return None;
    }
    let text = text.to_lowercase();
    let length = text.chars().count();
    known
        .into_iter()
        .filter(|word| word.len() <= LONGEST && word.chars().count().abs_diff(length) <= 1 + word.chars().count() / 4)
        .map(|word| (strsim::damerau_levenshtein(&text, &word.to_lowercase()), word))
        // A word of which not one letter is right comes nearest to nothing.
        .filter(|(distance, word)| *distance <= 1 + word.chars().count() / 4 && *distance < word.chars().count())
        // Of two that are as near, letters that have changed places are the likelier slip.
        .min_by_key(|(distance, word)| (*distance, letters(word) != letters(&text), *word))
        .map(|(_, word)| word)
}

fn letters(word: &str) -> Vec<char> {
    let mut letters: Vec<char> = word.to_lowercase().chars().collect();
    letters.sort_unstable();
    letters
}
