//! Moving the next stop later, or leaving it out (rule C6).
//!
//! A stop is announced in the tables, and begins with a look after that. Whoever has written the exception and then sees no
//! announcement can be sure that it counts. Who sees one waits until it is over; and if the stop had begun, takes back what
//! was written, unless somebody else has written there meanwhile.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::look::{Seen, has_begun};
use super::write::Begun;
use super::{ATTEMPTS, Desk, Done, Why};
use crate::engine::calendar;
use crate::engine::extension::{self, Ahead, ExtensionError};
use crate::model::{Action, ClockValue, ExceptionKind, Later, Mode, Orderer, Schedule};
use crate::ports::{Clock, Store};

/// A stop that is over counts so long as the one that is meant.
const JUST_NOW: Duration = Duration::hours(1);

/// What is to become of the next stop.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wish<'a> {
    /// It is to come later.
    Later(&'a Later),
    /// It is not to come.
    Never,
}

/// Which stop was meant at the first look, and when it is to be: what others have done meanwhile does not change that, so
/// that of two who ask at once both get the later of the two.
#[derive(Debug, Clone, Copy)]
struct Meant {
    date: NaiveDate,
    stop_at: Option<DateTime<Utc>>,
}

/// Somebody has written at the same time: it has to be thought over.
struct Quicker;

impl<S: Store, T: Clock> Desk<'_, S, T> {
    /// Moves the next stop, or that of a ticket.
    pub(super) async fn move_stop(
        &self,
        by: &Orderer,
        mut seen: Seen,
        ticket: Option<DateTime<Utc>>,
        wish: Wish<'_>,
    ) -> Result<Done, Why> {
        let mut meant = None;
        for _ in 0..ATTEMPTS {
            match self.try_to_move(by, &seen, ticket, wish, &mut meant).await? {
                Ok(done) => return Ok(done),
                Err(Quicker) => seen = self.look(by, seen.schedule.name.as_str()).await?,
            }
        }
        Err(Why::Busy)
    }

    async fn try_to_move(
        &self,
        by: &Orderer,
        seen: &Seen,
        ticket: Option<DateTime<Utc>>,
        wish: Wish<'_>,
        meant: &mut Option<Meant>,
    ) -> Result<Result<Done, Quicker>, Why> {
        let (schedule, state) = (&seen.schedule, &seen.state);
        may_move(seen)?;
        let ahead = extension::ahead(schedule, state, seen.now);
        if let Some(stop) = seen.left_out(ahead, ticket) {
            let next_stop_at = calendar::next_transition(schedule, stop.planned_at, Some(Action::Stop));
            let done = Done::Skipped {
                planned_at: stop.planned_at,
                next_stop_at: next_stop_at.map(|next| next.at),
                by: stop.by,
                is_new: false,
            };
            return self.as_it_stands(seen, stop.planned_at, done).await.map(Ok);
        }
        let ahead = is_meant(seen, ahead, ticket, *meant)?;
        let meant = *meant.get_or_insert_with(|| Meant { date: ahead.date, stop_at: wanted(schedule, &ahead, wish) });
        if let Some(stop_at) = meant.stop_at.filter(|stop_at| *stop_at <= ahead.expected_at) {
            if stop_at < ahead.original_at || ahead.original_at == ahead.planned_at {
                return Err(Why::NotLater { stop_at: ahead.expected_at });
            }
            let done = Done::Extended {
                planned_at: ahead.planned_at,
                stop_at: ahead.expected_at,
                by: seen.mover(ahead.date),
                is_new: false,
                latest_at: ahead.latest_at,
            };
            return self.as_it_stands(seen, ahead.original_at, done).await.map(Ok);
        }
        let (local_stop, done) = new_stop(by, seen, &ahead, meant)?;
        let reason = if local_stop.is_some() { EXTENDED } else { SKIPPED };
        let new = self.exception(by, seen, (ahead.date, ExceptionKind::Stop), local_stop, reason);
        if !self.write(&new).await? {
            return Ok(Err(Quicker));
        }
        match self.begun_since(&schedule.name, ahead.planned_at).await {
            Begun::No => Ok(Ok(done)),
            begun => {
                self.take_back(&new).await?;
                Err(if matches!(begun, Begun::Yes) { Why::HasBegun } else { Why::MayHaveBegun })
            }
        }
    }

    /// What somebody else has written counts only if the stop has not begun: whoever wrote it may be about to take it back.
    async fn as_it_stands(&self, seen: &Seen, planned_at: DateTime<Utc>, done: Done) -> Result<Done, Why> {
        if seen.state.opening.is_none() && !has_begun(&seen.state, Some(planned_at)) {
            return Ok(done);
        }
        match self.begun_since(&seen.schedule.name, planned_at).await {
            Begun::No => Ok(done),
            Begun::Yes => Err(Why::HasBegun),
            Begun::Unsure => Err(Why::MayHaveBegun),
        }
    }
}

/// The exception's value, and what is said of it if it counts.
fn new_stop(by: &Orderer, seen: &Seen, ahead: &Ahead, meant: Meant) -> Result<(Option<ClockValue>, Done), Why> {
    let Seen { schedule, state, now, .. } = seen;
    let refused = |error| why(error, schedule, ahead);
    let by = Some(super::write::creator(by));
    if let Some(stop_at) = meant.stop_at {
        let extension = extension::extend(schedule, state, *now, stop_at).map_err(refused)?;
        let extension::Extension { planned_at, stop_at, local_stop, .. } = extension;
        let done = Done::Extended { planned_at, stop_at, by, is_new: true, latest_at: ahead.latest_at };
        return Ok((Some(local_stop), done));
    }
    let Ahead { date, planned_at, .. } = extension::skip(schedule, state, *now).map_err(refused)?;
    let after = extension::with_stop(schedule, date, None);
    let next_stop_at = calendar::next_transition(&after, planned_at.max(*now), Some(Action::Stop));
    let next_stop_at = next_stop_at.map(|next| next.at);
    Ok((None, Done::Skipped { planned_at, next_stop_at, by, is_new: true }))
}

/// The attribute `Reason` of an extension.
pub(super) const EXTENDED: &str = "extend";

/// The attribute `Reason` of a stop that is left out.
pub(super) const SKIPPED: &str = "skip";

/// Whether stops of the schedule can be moved from here at all.
fn may_move(seen: &Seen) -> Result<(), Why> {
    let Seen { schedule, state, now, .. } = seen;
    if !schedule.enabled || schedule.mode == Mode::Off {
        return Err(Why::NotFollowed { is_off: schedule.mode == Mode::Off });
    }
    if schedule.max_extension <= Duration::zero() {
        return Err(Why::NotMovable);
    }
    // Who asks in the first minutes after it means the stop that has just been, not tomorrow's.
    let is_over = state
        .settled
        .last()
        .is_some_and(|last| last.action == Action::Stop && !last.forced && *now - last.at < JUST_NOW);
    if has_begun(state, None) || (state.open_run().is_none() && is_over) {
        return Err(Why::HasBegun);
    }
    Ok(())
}

/// The stop ahead, if it is the one that was meant.
fn is_meant(
    seen: &Seen,
    ahead: Option<Ahead>,
    ticket: Option<DateTime<Utc>>,
    meant: Option<Meant>,
) -> Result<Ahead, Why> {
    let is_over = ticket.is_some_and(|planned_at| has_begun(&seen.state, Some(planned_at)));
    if is_over || meant.is_some_and(|meant| ahead.is_none_or(|ahead| ahead.date != meant.date)) {
        return Err(Why::HasBegun);
    }
    // A ticket is for the stop as it was when people were warned; since then it may have been moved.
    let is_other = |planned_at: DateTime<Utc>| {
        ahead.is_none_or(|ahead| planned_at < ahead.original_at || ahead.planned_at < planned_at)
    };
    if ticket.is_some_and(is_other) {
        return Err(Why::OtherStop { stop_at: ahead.map(|ahead| ahead.planned_at) });
    }
    ahead.ok_or(Why::NoStop)
}

/// When the stop is to be; `None`: not at all.
fn wanted(schedule: &Schedule, ahead: &Ahead, wish: Wish<'_>) -> Option<DateTime<Utc>> {
    let Wish::Later(later) = wish else { return None };
    Some(match later {
        Later::By(by) => ahead.expected_at.checked_add_signed(*by).unwrap_or(DateTime::<Utc>::MAX_UTC),
        Later::At(at) => *at,
        Later::Until(value) => until(schedule, ahead, *value),
    })
}

/// The first instant at which the wall clock shows this, not before the stop that the timetable has: a second one who asks
/// for the same, or for less, does not mean tomorrow. Hours from 24 count from the date of the window.
fn until(schedule: &Schedule, ahead: &Ahead, value: ClockValue) -> DateTime<Utc> {
    let at = |date: NaiveDate| {
        let midnight = date.and_time(chrono::NaiveTime::MIN);
        let local = midnight.checked_add_signed(Duration::minutes(value.minutes()));
        local.map_or(DateTime::<Utc>::MAX_UTC, |local| calendar::instant(schedule.zone, local))
    };
    if value.minutes() >= 24 * 60 {
        return at(ahead.date);
    }
    // Of a stop that comes late what is past is not meant either.
    let from_at = if ahead.expected_at > ahead.planned_at { ahead.expected_at } else { ahead.original_at };
    let date = calendar::local_date(schedule.zone, from_at);
    let same_day = at(date);
    if same_day >= from_at { same_day } else { at(date.succ_opt().unwrap_or(date)) }
}

fn why(error: ExtensionError, schedule: &Schedule, ahead: &Ahead) -> Why {
    match error {
        ExtensionError::NoStop => Why::NoStop,
        ExtensionError::NotLater(stop_at) => Why::NotLater { stop_at },
        ExtensionError::TooMuch(_) => Why::TooMuch { most: schedule.max_extension, latest_at: ahead.latest_at },
        ExtensionError::NotLast => Why::NotLast,
        ExtensionError::Overruled => Why::Overruled,
        ExtensionError::TooLate => Why::TooLate,
    }
}
