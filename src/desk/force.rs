//! Force start, force stop, and taking back (rule T11). Only flags and exceptions are written (rule S1).

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use super::extend::{EXTENDED, SKIPPED};
use super::look::{Seen, has_begun, unread};
use super::write::New;
use super::{ATTEMPTS, Cancelled, Desk, Done, Why};
use crate::document::FORCED;
use crate::engine::{calendar, extension, forecast};
use crate::model::{Action, Cause, Exception, ExceptionKind, Mode, Orderer, Run};
use crate::ports::{Clock, Item, Store, StoreError};

/// The longest "for".
const LONGEST: Duration = Duration::hours(24);

impl<S: Store, T: Clock> Desk<'_, S, T> {
    /// Raises a force flag, and sees to it that what is started for some time is stopped again.
    pub(super) async fn force(
        &self,
        by: &Orderer,
        mut seen: Seen,
        action: Action,
        lasts: Option<Duration>,
    ) -> Result<Done, Why> {
        if seen.schedule.mode == Mode::Off {
            return Err(Why::NotFollowed { is_off: true });
        }
        if lasts.is_some_and(|lasts| lasts <= Duration::zero() || lasts > LONGEST) {
            return Err(Why::Length { most: LONGEST });
        }
        let lasts = lasts.filter(|_| action == Action::Start);
        // Exceptions of a disabled schedule are not followed: the start would go on for ever.
        if lasts.is_some() && !seen.schedule.enabled {
            return Err(Why::NoEnd);
        }
        let asked_at = lasts.map(|lasts| seen.now + lasts);
        for _ in 0..ATTEMPTS {
            let ending = asked_at.and_then(|asked_at| self.ending(by, &seen, asked_at));
            // Before the flag: a stop where nothing runs does no harm, a start that nothing stops may.
            if let Some(ending) = &ending
                && !self.write(&ending.new).await?
            {
                seen = self.look(by, seen.schedule.name.as_str()).await?;
                continue;
            }
            if let Err(why) = self.raise(&seen, action).await {
                // Where the flag may be up, what ends the start stays.
                let may_be_up = matches!(why, Why::Store { may_be_done: true, .. });
                if let Some(ending) = ending.as_ref().filter(|_| !may_be_up) {
                    self.take_back(&ending.new).await?;
                }
                return Err(why);
            }
            return Ok(forced(&seen, action, asked_at, ending.as_ref()));
        }
        Err(Why::Busy)
    }

    /// The exception that stops what is started now; `None` where the timetable has it running, or stops it before that,
    /// or no exception could.
    fn ending(&self, by: &Orderer, seen: &Seen, asked_at: DateTime<Utc>) -> Option<Ending> {
        let Seen { schedule, now, .. } = seen;
        let last = calendar::last_transition(schedule, *now);
        if !forecast::is_followed(schedule) || last.is_some_and(|last| last.action == Action::Start) {
            return None;
        }
        // Of two who start it for some time the one counts who wants it longer.
        let mut bare = schedule.clone();
        let others: Vec<String> = orders(seen, &[FORCED]).map(|(_, exception)| exception.id.clone()).collect();
        for exceptions in bare.exceptions.values_mut() {
            exceptions.retain(|exception| !others.contains(&exception.id));
        }
        let next = |schedule| calendar::next_transition(schedule, *now, Some(Action::Stop)).map(|next| next.at);
        let is_before = |at: Option<DateTime<Utc>>| at.is_none_or(|at| asked_at < at);
        if !is_before(next(&bare)) || (!others.is_empty() && is_before(next(schedule))) {
            return None;
        }
        let extension = extension::stop_alone(&bare, *now, asked_at)?;
        let end = (extension.date, ExceptionKind::Stop);
        let new = self.exception(by, seen, end, Some(extension.local_stop), FORCED);
        Some(Ending { new, stop_at: extension.stop_at })
    }

    async fn raise(&self, seen: &Seen, action: Action) -> Result<(), Why> {
        let mut last = StoreError::Conflict;
        for _ in 0..ATTEMPTS {
            match self.store.raise_flag(&seen.schedule.name, action).await {
                Ok(()) => return Ok(()),
                Err(StoreError::Conflict) => return Err(Why::NoSchedule { near: None, names: Vec::new() }),
                Err(error @ (StoreError::Denied { .. } | StoreError::MissingTable(..))) => return Err(unread(error)),
                Err(error) => last = error,
            }
        }
        Err(Why::Store { error: last, may_be_done: true })
    }

    /// Takes back what was last ordered.
    pub(super) async fn cancel(&self, by: &Orderer, mut seen: Seen) -> Result<Done, Why> {
        if !flags(&seen).is_empty() {
            return self.cancel_force(by, &seen).await;
        }
        for _ in 0..ATTEMPTS {
            let Some((item, exception, from_at)) = last_order(&seen) else { break };
            let replaced = match item.get(crate::document::REPLACES) {
                Some(Value::Object(replaced)) => Some(replaced.clone()),
                _ => None,
            };
            let is_gone = self.put_back(&item, replaced.as_ref()).await?;
            seen = self.look(by, seen.schedule.name.as_str()).await?;
            if is_gone {
                let ahead = extension::ahead(&seen.schedule, &seen.state, seen.now);
                let stop_at = ahead.map(|ahead| ahead.planned_at);
                let by = exception.created_by;
                return Ok(Done::Cancelled(match exception.local_time {
                    Some(_) => Cancelled::Extension { from_at, stop_at, by },
                    None => Cancelled::Skip { stop_at, by },
                }));
            }
        }
        Err(match carried_out(&seen) {
            Some(action) => Why::CarriedOut { action, until_at: turned_round_at(&seen, action) },
            None if has_begun(&seen.state, None) => Why::HasBegun,
            None => Why::NothingToCancel,
        })
    }

    /// Lowers the flags that are up; the stop that would have ended a force start goes with it, unless something may have
    /// been started already, which would have no end then.
    async fn cancel_force(&self, by: &Orderer, before: &Seen) -> Result<Done, Why> {
        let flags = flags(before);
        for flag in &flags {
            let lowered = self.store.lower_flag(&before.schedule.name, *flag).await;
            lowered.map_err(|error| Why::Store { error, may_be_done: true })?;
        }
        let action = flags.first().copied().unwrap_or(Action::Start);
        // A tick may have taken the order up meanwhile, or be about to: only what is seen after the flag is down tells.
        let seen = &self.look(by, before.schedule.name.as_str()).await?;
        let run = seen.state.open_run().filter(|run| run.cause == Cause::Force && run.action == action);
        let is_at_work = seen.state.lease.as_ref().is_some_and(|lease| lease.until_at > seen.now);
        let has_settled = seen.state.settled != before.state.settled;
        let is_under_way = run.is_some_and(Run::has_acted) || is_at_work || has_settled;
        if flags.contains(&Action::Start) && !is_under_way {
            for (_, exception) in
                orders(seen, &[FORCED]).filter(|(_, exception)| !is_of_a_start_that_was(seen, exception))
            {
                self.put_back_of(seen, exception).await?;
            }
        }
        let until_at = if is_under_way { turned_round_at(seen, action) } else { None };
        Ok(Done::Cancelled(Cancelled::Force { action, is_under_way, until_at }))
    }

    async fn put_back_of(&self, seen: &Seen, exception: &Exception) -> Result<(), Why> {
        let Some(item) = seen.item(&exception.id) else { return Ok(()) };
        let replaced = item.get(crate::document::REPLACES).and_then(Value::as_object);
        self.put_back(item, replaced).await.map(drop)
    }
}

/// What stops again what is started for some time.
struct Ending {
    new: New,
    stop_at: DateTime<Utc>,
}

fn forced(seen: &Seen, action: Action, asked_at: Option<DateTime<Utc>>, ending: Option<&Ending>) -> Done {
    let until_at = ending.map(|ending| ending.stop_at).or_else(|| turned_round_at(seen, action));
    // To the minute: an exception has no seconds.
    let is_as_asked =
        |asked_at: &DateTime<Utc>| until_at.is_some_and(|until_at| (until_at - *asked_at).abs() < Duration::minutes(1));
    let flags = flags(seen);
    Done::Forced {
        action,
        until_at,
        asked_until_at: asked_at.filter(|asked_at| !is_as_asked(asked_at)),
        is_new: !flags.contains(&action),
        instead_of: flags.into_iter().find(|flag| *flag != action),
        is_only_told: seen.schedule.mode == Mode::Notify,
    }
}

/// The force start or stop that is the last thing the scheduler has done, or is about to do without a flag.
fn carried_out(seen: &Seen) -> Option<Action> {
    let Seen { schedule, state, .. } = seen;
    let acts = schedule.mode == Mode::Act;
    match state.open_run() {
        Some(run) => (acts && run.cause == Cause::Force && run.has_acted()).then_some(run.action),
        None => state.settled.last().filter(|last| acts && last.forced).map(|last| last.action),
    }
}

/// Whether an exception is the end of a force start that was carried out before the one whose flag is up.
fn is_of_a_start_that_was(seen: &Seen, exception: &Exception) -> bool {
    let created_at = seen.item(&exception.id).and_then(|item| item.get("CreatedAt")).and_then(Value::as_str);
    let created_at = created_at.and_then(|text| text.parse::<DateTime<Utc>>().ok());
    let started = seen.state.settled.iter().rfind(|settled| settled.forced && settled.action == Action::Start);
    started.zip(created_at).is_some_and(|(started, created_at)| created_at <= started.at)
}

/// When what was ordered by force is turned round; `None`: never.
fn turned_round_at(seen: &Seen, action: Action) -> Option<DateTime<Utc>> {
    let other = if action == Action::Start { Action::Stop } else { Action::Start };
    next(seen, other).map(|next| next.at)
}

/// The flags that are up, as the item has them: of two neither is obeyed.
pub(super) fn flags(seen: &Seen) -> Vec<Action> {
    let name = Some(seen.schedule.name.as_str());
    let is_its = |item: &&Item| item.get("ScheduleName").and_then(Value::as_str).map(str::trim) == name;
    let item = seen.tables.schedules.iter().find(is_its);
    let is_up = |attribute: &str| item.and_then(|item| item.get(attribute)) == Some(&Value::Bool(true));
    let flags = [(Action::Start, is_up("ForceStart")), (Action::Stop, is_up("ForceStop"))];
    flags.into_iter().filter(|(_, is_up)| *is_up).map(|(action, _)| action).collect()
}

fn next(seen: &Seen, action: Action) -> Option<calendar::Transition> {
    let is_followed = forecast::is_followed(&seen.schedule);
    is_followed.then(|| calendar::next_transition(&seen.schedule, seen.now, Some(action))).flatten()
}

/// The stop exceptions of orders whose effect is still ahead, by date, each with the stop that it has made or left out.
fn orders<'a>(
    seen: &'a Seen,
    reasons: &'a [&'a str],
) -> impl Iterator<Item = (DateTime<Utc>, &'a Exception)> + use<'a> {
    let Seen { schedule, state, now, .. } = seen;
    let pending = extension::ahead(schedule, state, *now).map(|ahead| ahead.planned_at);
    let dates = seen.today().pred_opt().map(|date| schedule.exceptions.range(date..)).into_iter().flatten();
    let ordered = dates.flat_map(|(_, exceptions)| exceptions).filter(move |exception| {
        let reason = exception.reason.as_deref().unwrap_or_default();
        exception.kind == ExceptionKind::Stop && reasons.contains(&reason)
    });
    ordered.filter_map(move |exception| {
        let date = exception.date;
        let Some(_) = exception.local_time else {
            let left_out_at = extension::original_stop(schedule, date)?;
            // Until the next start or stop after it what it has left running still runs.
            let next = calendar::next_transition(schedule, left_out_at, None);
            return next.is_none_or(|next| next.at > *now).then_some((left_out_at, exception));
        };
        let (_, at) = calendar::of_date(schedule, date).into_iter().rfind(|(action, _)| *action == Action::Stop)?;
        (at > *now || Some(at) == pending).then_some((at, exception))
    })
}

/// The extension or the skipping of the next stop.
fn last_order(seen: &Seen) -> Option<(Item, Exception, DateTime<Utc>)> {
    let (at, exception) = orders(seen, &[EXTENDED, SKIPPED]).next()?;
    Some((seen.item(&exception.id)?.clone(), exception.clone(), at))
}
