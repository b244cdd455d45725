//! How the desk writes exceptions: on a condition, and so that it can be taken back.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde_json::Value;

use super::look::{Seen, has_begun, unread};
use super::{ATTEMPTS, Desk, Why};
use crate::document::{self, REPLACES};
use crate::model::{ClockValue, ExceptionKind, Orderer, ScheduleName};
use crate::ports::{Clock, Item, Store, StoreError, Table};

/// An exception to be written, and the one whose place it takes.
pub(super) struct New {
    pub(super) item: Item,
    pub(super) before: Option<Item>,
}

/// Whether a stop has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begun {
    No,
    Yes,
    /// It is about to, for longer than anybody waits; or nobody can say.
    Unsure,
}

/// So often it is looked whether a stop has begun.
const LOOK_EVERY: Duration = Duration::milliseconds(300);

/// The most looks, whatever the clock says.
const MOST_LOOKS: u32 = 100;

/// An exception remembers so many that it took the place of, one within the other.
const MOST_REPLACED: u32 = 8;

/// What is longer than this is not remembered: nobody has written that for one date.
const MOST_BYTES: usize = 8_192;

/// The longest name of a person that is written.
const MOST_CHARS: usize = 80;

/// The name that is written for a person: one line, and never an e-mail address (rule S4).
pub(super) fn creator(by: &Orderer) -> String {
    let name = match by.name.split_once('@') {
        Some((name, _)) if !name.trim().is_empty() => name,
        Some((_, rest)) if by.name.starts_with('@') => rest.split('@').next().unwrap_or_default(),
        _ => &by.name,
    };
    let name: String = document::plain(name.trim()).chars().take(MOST_CHARS).collect();
    if name.is_empty() { Orderer::SOMEBODY.to_owned() } else { name }
}

impl<S: Store, T: Clock> Desk<'_, S, T> {
    /// The exception for one end of a date, in the place of the one that stands there.
    pub(super) fn exception(
        &self,
        by: &Orderer,
        seen: &Seen,
        (date, kind): (NaiveDate, ExceptionKind),
        local_time: Option<ClockValue>,
        reason: &str,
    ) -> New {
        let by = (creator(by), by.via);
        let mut item =
            document::exception_item(&seen.schedule.name, date, kind, local_time, (&by.0, by.1), self.clock.now());
        if !reason.is_empty() {
            item.insert("Reason".to_owned(), Value::from(reason));
        }
        let before = seen.standing(date, kind).cloned();
        if let Some(standing) = &before {
            if let Some(id) = standing.get("ExceptionUuid") {
                item.insert("ExceptionUuid".to_owned(), id.clone());
            }
            let replaced = Value::Object(within(standing, MOST_REPLACED));
            if replaced.to_string().len() <= MOST_BYTES {
                item.insert(REPLACES.to_owned(), replaced);
            }
        }
        New { item, before }
    }

    /// Writes an exception; false: somebody was quicker, and nothing was written.
    pub(super) async fn write(&self, new: &New) -> Result<bool, Why> {
        let error = match self.store.put_exception(new.item.clone(), new.before.as_ref()).await {
            Ok(()) => return Ok(true),
            Err(StoreError::Conflict) => return Ok(false),
            Err(error) => error,
        };
        if is_no(&error) {
            return Err(unread(error));
        }
        // No answer: it may have been written.
        match self.store.scan(Table::Exception).await {
            Ok(items) if items.contains(&new.item) => Ok(true),
            _ => Err(Why::Store { error, may_be_done: true }),
        }
    }

    /// Takes back what was written, if it is still there: what somebody else has written meanwhile is theirs.
    pub(super) async fn take_back(&self, new: &New) -> Result<(), Why> {
        self.put_back(&new.item, new.before.as_ref()).await.map(drop)
    }

    /// Puts an item in the place of another one, or nothing; false: something else stands there.
    pub(super) async fn put_back(&self, item: &Item, before: Option<&Item>) -> Result<bool, Why> {
        let mut last = StoreError::Conflict;
        for _ in 0..ATTEMPTS {
            let done = match before {
                Some(before) => self.store.put_exception(before.clone(), Some(item)).await,
                None => self.store.delete_exception(item).await,
            };
            match done {
                Ok(()) => return Ok(true),
                Err(StoreError::Conflict) => return Ok(false),
                Err(error) if is_no(&error) => return Err(Why::Store { error, may_be_done: true }),
                Err(error) => last = error,
            }
        }
        Err(Why::Store { error: last, may_be_done: true })
    }

    /// Whether the stop that was planned for then has begun; while it is about to, that is waited for.
    pub(super) async fn begun_since(&self, name: &ScheduleName, planned_at: DateTime<Utc>) -> Begun {
        let until_at = self.clock.now() + self.patience;
        for _ in 0..MOST_LOOKS {
            match self.state(name).await {
                Ok(state) if has_begun(&state, Some(planned_at)) => return Begun::Yes,
                Ok(state) if state.opening.is_none() => return Begun::No,
                _ => {}
            }
            if self.clock.now() >= until_at {
                break;
            }
            self.clock.sleep(LOOK_EVERY).await;
        }
        Begun::Unsure
    }
}

/// Whether the tables say no, so that nothing was written.
fn is_no(error: &StoreError) -> bool {
    matches!(error, StoreError::Denied { .. } | StoreError::MissingTable(..) | StoreError::Conflict)
}

/// An item as another one remembers it.
fn within(item: &Item, depth: u32) -> Item {
    let mut item = item.clone();
    match item.remove(REPLACES) {
        Some(Value::Object(replaced)) if depth > 1 => {
            item.insert(REPLACES.to_owned(), Value::Object(within(&replaced, depth - 1)));
        }
        _ => {}
    }
    item
}
