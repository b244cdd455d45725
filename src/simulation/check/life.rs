//! A schedule through time: its rows, its epochs, and what people have ordered.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::book::{Book, Moment};
use crate::model::{Action, ScheduleName};
use crate::ports::Item;

/// An order as its flag went up or down.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    pub(super) since: Moment,
    pub(super) at: DateTime<Utc>,
    pub(super) action: Action,
    pub(super) is_up: bool,
    /// A tick did it, not a person.
    pub(super) by_function: bool,
}

/// A schedule through time.
#[derive(Debug)]
pub(super) struct Life<'a> {
    pub(super) name: ScheduleName,
    pub(super) book: Book<'a>,
    /// The number of the stretch in which nothing changed what is wanted, and since when it lasts.
    pub(super) epoch: (u32, DateTime<Utc>),
    /// When a person last wrote one of its rows.
    pub(super) edited_at: DateTime<Utc>,
    /// When a person last deleted or wrote what ticks remember of it.
    pub(super) forgotten_at: Option<DateTime<Utc>>,
    /// Since when what ticks remember of it may not be understood, since a person wrote it.
    pub(super) spoilt_at: Option<DateTime<Utc>>,
    pub(super) orders: Vec<Order>,
    /// When it was last asked for a start and for a stop, and in which epoch.
    pub(super) asked: BTreeMap<Action, (u32, DateTime<Utc>)>,
    /// When an invocation in whose eyes a stop was due has last written something down: the stop may have begun.
    pub(super) stop_noted_at: Option<DateTime<Utc>>,
    /// When a stop was last under way before a person's last edit, which it outlives.
    pub(super) begun_at: Option<DateTime<Utc>>,
    /// When its mode was last anything but `act`.
    pub(super) silent_at: Option<DateTime<Utc>>,
    /// Since when the rows are not understood; a short time in which they are does not count.
    pub(super) faulty_since: Option<DateTime<Utc>>,
    pub(super) understood_since: (bool, DateTime<Utc>),
    pub(super) next_at: Option<DateTime<Utc>>,
    pub(super) is_silent: bool,
}

/// A fault that is mended for a shorter time may not have been seen to be mended.
const MENDED_FOR: Duration = Duration::hours(1);

impl Life<'_> {
    pub(super) fn note_understood(&mut self, is_understood: bool, at: DateTime<Utc>) {
        let (was_understood, since) = self.understood_since;
        if was_understood == is_understood {
            return;
        }
        if !is_understood && (self.faulty_since.is_none() || at - since >= MENDED_FOR) {
            self.faulty_since = Some(at);
        }
        self.understood_since = (is_understood, at);
    }

    /// Notes flags that have gone up or down.
    pub(super) fn note_orders(
        &mut self,
        (since, at): (Moment, DateTime<Utc>),
        before: Option<&Item>,
        after: Option<&Item>,
        by_function: bool,
    ) {
        for (action, name) in [(Action::Start, "ForceStart"), (Action::Stop, "ForceStop")] {
            let is_up = |item: Option<&Item>| {
                item.and_then(|item| item.get(name)).and_then(serde_json::Value::as_bool).unwrap_or_default()
            };
            if is_up(before) != is_up(after) {
                self.orders.push(Order { since, at, action, is_up: is_up(after), by_function });
            }
        }
    }

    /// The last order that was carried out by the time of a view: when it was raised and lowered again by a tick.
    pub(super) fn last_done(&self, moment: Moment) -> Option<(Action, DateTime<Utc>, DateTime<Utc>)> {
        let known: Vec<&Order> = self.orders.iter().filter(|order| order.since <= moment).collect();
        let lowered = known.iter().rev().find(|order| !order.is_up && order.by_function)?;
        let raised =
            known.iter().rev().find(|order| order.is_up && order.action == lowered.action && order.at <= lowered.at)?;
        Some((lowered.action, raised.at, lowered.at))
    }
}
