//! Exceptions as people set and delete them, whoever has made those that are there.

use chrono::{DateTime, Days, Duration, NaiveDate, Utc, Weekday};

use super::look::Seen;
use super::write::Begun;
use super::{ATTEMPTS, Desk, Done, Why};
use crate::engine::{calendar, extension, forecast};
use crate::model::{ClockValue, Day, Exception, ExceptionKind, Orderer};
use crate::ports::{Clock, Store, StoreError};

/// So far ahead exceptions are taken.
const DAYS_AHEAD: u64 = 2 * 366;

/// The most exceptions that are listed.
const MOST_LISTED: usize = 20;

impl Seen {
    /// The date that a person means.
    pub(super) fn date(&self, day: Day) -> NaiveDate {
        let today = self.today();
        let next = |weekday: Weekday| today.iter_days().take(7).find(|date| chrono::Datelike::weekday(date) == weekday);
        match day {
            Day::Date(date) => date,
            Day::Today => today,
            Day::Tomorrow => today.succ_opt().unwrap_or(today),
            Day::Next(weekday) => next(weekday).unwrap_or(today),
        }
    }

    /// The date of an exception to be changed: neither past nor so far ahead that it must be a slip of the pen.
    fn date_ahead(&self, day: Day) -> Result<NaiveDate, Why> {
        let (date, today) = (self.date(day), self.today());
        let last = today.checked_add_days(Days::new(DAYS_AHEAD)).unwrap_or(NaiveDate::MAX);
        if date > last {
            return Err(Why::TooFar { last });
        }
        let is_yesterday = Some(date) == today.pred_opt();
        if date < today && !(is_yesterday && self.is_open(date)) {
            return Err(Why::Past { date });
        }
        Ok(date)
    }

    /// Whether a window of the date is open still or to come: its stop may have been moved.
    fn is_open(&self, date: NaiveDate) -> bool {
        calendar::of_date(&self.schedule, date).into_iter().any(|(_, at)| at > self.now)
    }

    /// The exceptions for one end of a date, the one that counts first.
    fn by_weight(&self, date: NaiveDate, kind: ExceptionKind) -> Vec<Exception> {
        let counting = self.counting(date, kind).map(|exception| exception.id.clone());
        let mut all: Vec<Exception> = self.exceptions(date, kind).cloned().collect();
        all.sort_by_key(|exception| Some(&exception.id) != counting.as_ref());
        all
    }

    /// The exceptions from a date on.
    pub(super) fn listed(&self, day: Option<Day>) -> Done {
        let yesterday = self.today().pred_opt().filter(|date| day.is_none() && self.is_open(*date));
        let from = yesterday.unwrap_or_else(|| self.date(day.unwrap_or(Day::Today)));
        let all = || self.schedule.exceptions.range(from..).flat_map(|(_, exceptions)| exceptions);
        let exceptions: Vec<Exception> = all().take(MOST_LISTED).cloned().collect();
        Done::Exceptions { from, more: all().count() - exceptions.len(), exceptions }
    }
}

impl<S: Store, T: Clock> Desk<'_, S, T> {
    /// Sets an exception, so that it is the one that counts.
    pub(super) async fn set(
        &self,
        by: &Orderer,
        mut seen: Seen,
        (day, kind): (Day, ExceptionKind),
        local_time: Option<ClockValue>,
    ) -> Result<Done, Why> {
        let date = seen.date_ahead(day)?;
        let planned_at = moved_stop(&seen, date, kind);
        let mut has_written = false;
        let mut was: Vec<Exception> = Vec::new();
        for _ in 0..ATTEMPTS {
            let there: Vec<&Exception> = seen.exceptions(date, kind).collect();
            let is_so = |exception: &&Exception| exception.local_time == local_time;
            // What somebody has set after this order stands: theirs is the later one.
            let is_over = has_written && !there.iter().any(is_so);
            if is_over || (there.len() == 1 && there.iter().all(is_so)) {
                let has_begun = has_written && self.had_begun(&seen, planned_at).await;
                let local_time = seen.counting(date, kind).and_then(|exception| exception.local_time);
                let day = calendar::of_date(&seen.schedule, date);
                let is_new = has_written && !is_over;
                return Ok(Done::ExceptionSet { date, kind, local_time, is_new, was, day, has_begun });
            }
            let standing = seen.by_weight(date, kind);
            if self.replace(by, &seen, (date, kind), local_time).await? {
                // What is there in a second round besides ours was written meanwhile.
                was.extend(standing.into_iter().filter(|exception| !has_written || !is_so(&exception)));
                has_written = true;
            }
            seen = self.look(by, seen.schedule.name.as_str()).await?;
        }
        Err(Why::Busy)
    }

    /// Writes the exception in the place of one that is there, and takes the others away; false: somebody was quicker.
    async fn replace(
        &self,
        by: &Orderer,
        seen: &Seen,
        (date, kind): (NaiveDate, ExceptionKind),
        local_time: Option<ClockValue>,
    ) -> Result<bool, Why> {
        let new = self.exception(by, seen, (date, kind), local_time, "");
        if !self.write(&new).await? {
            return Ok(false);
        }
        let is_other =
            |exception: &&Exception| new.item.get("ExceptionUuid").and_then(|id| id.as_str()) != Some(&exception.id);
        for other in seen.exceptions(date, kind).filter(is_other) {
            self.remove(seen, other).await?;
        }
        Ok(true)
    }

    /// Deletes an exception, unless somebody has changed it meanwhile; whether it is gone.
    pub(super) async fn remove(&self, seen: &Seen, exception: &Exception) -> Result<bool, Why> {
        let Some(item) = seen.item(&exception.id) else { return Ok(false) };
        match self.store.delete_exception(item).await {
            Ok(()) => Ok(true),
            Err(StoreError::Conflict) => Ok(false),
            Err(error) => {
                let may_be_done = matches!(error, StoreError::Unavailable { .. } | StoreError::Other { .. });
                Err(Why::Store { error, may_be_done })
            }
        }
    }

    /// Deletes all exceptions for one end of a date, whoever has made them.
    pub(super) async fn delete(
        &self,
        by: &Orderer,
        mut seen: Seen,
        day: Day,
        kind: ExceptionKind,
    ) -> Result<Done, Why> {
        let date = seen.date_ahead(day)?;
        let planned_at = moved_stop(&seen, date, kind);
        for _ in 0..ATTEMPTS {
            if seen.exceptions(date, kind).next().is_none() {
                return Err(Why::NoException { date, kind });
            }
            let mut was = Vec::new();
            for exception in seen.by_weight(date, kind) {
                if self.remove(&seen, &exception).await? {
                    was.push(exception);
                }
            }
            seen = self.look(by, seen.schedule.name.as_str()).await?;
            // What somebody has set meanwhile stands.
            if !was.is_empty() {
                let has_begun = self.had_begun(&seen, planned_at).await;
                let day = calendar::of_date(&seen.schedule, date);
                return Ok(Done::ExceptionDeleted { date, kind, was, day, has_begun });
            }
        }
        Err(Why::Busy)
    }

    /// Whether the stop of the date had begun before it was changed.
    async fn had_begun(&self, seen: &Seen, planned_at: Option<DateTime<Utc>>) -> bool {
        match planned_at {
            Some(planned_at) => self.begun_since(&seen.schedule.name, planned_at).await != Begun::No,
            None => false,
        }
    }
}

/// A stop that is so near may have begun while it was moved.
const NEAR: Duration = Duration::minutes(5);

/// The next stop, if it is that of the date, and so near that it may begin at any moment.
fn moved_stop(seen: &Seen, date: NaiveDate, kind: ExceptionKind) -> Option<DateTime<Utc>> {
    let Seen { schedule, state, now, .. } = seen;
    let ahead = extension::ahead(schedule, state, *now).filter(|ahead| ahead.date == date)?;
    let is_meant = kind == ExceptionKind::Stop && forecast::is_followed(schedule);
    (is_meant && ahead.planned_at - *now <= NEAR).then_some(ahead.planned_at)
}
