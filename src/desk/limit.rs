//! Who may order, and how often: allow lists, a bound of orders a minute for each schedule, and each request once.
//!
//! A signed request that somebody has overheard is believed for some minutes; so its mark is kept for longer than that, in
//! the item that counts the orders.

use chrono::Duration;
use serde_json::{Map, Value, json};

use super::look::{Seen, unread};
use super::{Desk, TERMINAL, Why};
use crate::model::{Order, Orderer};
use crate::ports::{Clock, EXPIRES_AT, Item, LAST_VERSION, Store, StoreError};

/// The `RunId` of the item that counts the orders of a schedule; no run is called so.
pub(super) const RUN_ID: &str = "@orders";

/// So many minutes a request is remembered: what it is signed with is good for five minutes before its time and after it.
const REMEMBERED: i64 = 11;

/// Orders at the same time are counted one after the other; so often it is tried.
const TRIES: u32 = 4;

impl<S: Store, T: Clock> Desk<'_, S, T> {
    /// Whether the order may be given at all.
    pub(super) async fn admit(&self, by: &Orderer, seen: &Seen, order: &Order) -> Result<(), Why> {
        if by.via == TERMINAL {
            // Whoever has the tables at hand needs no leave of the chat.
            return Ok(());
        }
        if !seen.schedule.chat.has_room(&by.rooms) {
            return Err(Why::NotFromHere);
        }
        if order.changes() && !seen.schedule.chat.has_person(&by.ids) {
            return Err(Why::NotThisPerson);
        }
        // Questions change nothing: they must not keep anybody from moving a stop.
        let is_counted = self.orders_a_minute.is_some() || self.request.is_some();
        if is_counted && order.changes() { self.count(seen).await } else { Ok(()) }
    }

    /// Counts the order, if there is room for one more in this minute, and it was not given before by the same request.
    async fn count(&self, seen: &Seen) -> Result<(), Why> {
        let minute = self.clock.now().timestamp().div_euclid(60);
        let mut counter = seen.counter.clone();
        for _ in 0..TRIES {
            let number = |name: &str| counter.as_ref().and_then(|item| item.get(name)).and_then(Value::as_i64);
            let before = if number("Minute") == Some(minute) { number("Orders").unwrap_or_default() } else { 0 };
            let mut taken = taken(counter.as_ref(), minute);
            if self.request.is_some_and(|request| taken.contains_key(request)) {
                return Err(Why::Again);
            }
            if let Some(a_minute) = self.orders_a_minute.filter(|most| before >= i64::from(*most)) {
                return Err(Why::TooMany { a_minute });
            }
            taken.extend(self.request.map(|request| (request.to_owned(), minute.into())));
            let version = counter.as_ref().and_then(|item| item.get("Version")).and_then(Value::as_u64);
            let version = version.filter(|version| *version < LAST_VERSION).unwrap_or_default();
            let item = json!({
                "ScheduleName": seen.schedule.name.as_str(),
                "RunId": RUN_ID,
                "Version": version + 1,
                "Minute": minute,
                "Orders": before + 1,
                "Requests": taken,
                "Owner": self.owner,
                (EXPIRES_AT): minute * 60 + Duration::days(1).num_seconds(),
            });
            let Value::Object(item) = item else { return Ok(()) };
            match self.store.put_run(item, Some(version)).await {
                Ok(()) => return Ok(()),
                Err(StoreError::Conflict) => counter = self.counter(seen).await?,
                Err(error) => return Err(unread(error)),
            }
        }
        Err(Why::Busy)
    }

    async fn counter(&self, seen: &Seen) -> Result<Option<Item>, Why> {
        let key = [(seen.schedule.name.to_string(), RUN_ID.to_owned())];
        self.store.runs(&key).await.map(|mut items| items.pop()).map_err(unread)
    }
}

/// The requests of the last minutes, each with its minute.
fn taken(counter: Option<&Item>, minute: i64) -> Map<String, Value> {
    let taken = counter.and_then(|item| item.get("Requests")).and_then(Value::as_object);
    let is_recent = |of: &Value| of.as_i64().is_some_and(|of| (of - minute).abs() <= REMEMBERED);
    let recent = taken.into_iter().flatten().filter(|(_, of)| is_recent(of));
    recent.map(|(request, of)| (request.clone(), of.clone())).collect()
}
