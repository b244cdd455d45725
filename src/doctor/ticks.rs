//! Whether ticks come: an idle one leaves no sign, but what was due and was not taken up shows that none came.

use chrono::{DateTime, Duration, SecondsFormat, Utc};

use super::account::length;
use super::{Check, Finding, counted, quoted};
use crate::engine::calendar::Transition;
use crate::engine::{SeenSchedule, untaken};
use crate::model::{Notebook, ScheduleName, ScheduleState};

/// Ticks come every five minutes, and state changes bring more: one of three that fails is no reason for a word.
const GRACE: Duration = Duration::minutes(15);

/// Transitions that were due and that no tick has taken up.
#[must_use]
pub fn ticks(seen: &[SeenSchedule], notebook: &Notebook, now: DateTime<Utc>) -> Vec<Finding> {
    let overdue: Vec<(&SeenSchedule, Transition)> =
        seen.iter().filter_map(|seen| Some((seen, overdue(seen, now)?))).collect();
    // What no tick has ever seen may have been written a minute ago.
    let (new, known): (Vec<_>, Vec<_>) = overdue.into_iter().partition(|(seen, _)| seen.state.version == 0);
    let mut findings = Vec::new();
    if let Some(what) = words(&known, now) {
        findings.push(with_hints(Finding::error(Check::Ticks, what)));
    }
    if let Some(what) = words(&new, now) {
        let finding = Finding::warning(Check::Ticks, what)
            .hint("no tick has ever worked on it: if it was written a few minutes ago, run this command again in five minutes");
        findings.push(if known.is_empty() { with_hints(finding) } else { finding });
    }
    if findings.is_empty() {
        findings.push(Finding::ok(Check::Ticks, sign(seen, notebook, now)));
    }
    findings
}

fn with_hints(finding: Finding) -> Finding {
    finding
        .hint("is the rule on that calls the function every five minutes? `aws events list-rules --query 'Rules[?ScheduleExpression].[Name,State,ScheduleExpression]'`")
        .hint("what do ticks say? `aws logs tail /aws/lambda/lamplighter-scheduler --since 1h` (the name of the stack stands before `-scheduler`)")
        .hint("are these its tables? `aws lambda get-function-configuration --function-name lamplighter-scheduler --query Environment`")
        .hint("`lamplighter tick --dry-run` says what a tick from here would do")
}

/// What was due last, if ticks have had time enough for it.
fn overdue(seen: &SeenSchedule, now: DateTime<Utc>) -> Option<Transition> {
    let SeenSchedule { schedule, state, .. } = seen;
    if state.lease.as_ref().is_some_and(|lease| now < lease.until_at) {
        return None;
    }
    let due = untaken(schedule, state, now)?;
    // A stop whose warning came late waits for the whole lead.
    let warning = state.warning.filter(|warning| warning.stop_at == due.at);
    let named_at = warning.and_then(|warning| warning.named_at);
    let released_at = warning.and_then(|warning| warning.tried_at).map(|tried_at| tried_at + schedule.warning_lead);
    let since = [named_at, released_at].into_iter().flatten().fold(due.at, DateTime::max);
    (now - since >= GRACE).then_some(due)
}

/// What was due longest ago, and whose else.
fn words(overdue: &[(&SeenSchedule, Transition)], now: DateTime<Utc>) -> Option<String> {
    let (first, due) = overdue.iter().min_by_key(|(_, due)| due.at)?;
    let (name, zone, action) = (&first.schedule.name, first.schedule.zone, due.action.as_str());
    let local = due.at.with_timezone(&zone).format("%a %d %b %H:%M");
    let ago = length(now - due.at);
    let what = format!("the {action} of `{name}` at {local} ({zone}) was due {ago} ago and no tick has taken it up");
    let others: Vec<&ScheduleName> =
        overdue.iter().map(|(seen, _)| &seen.schedule.name).filter(|other| *other != name).collect();
    if others.is_empty() {
        return Some(what);
    }
    Some(format!("{what}; nor what was due of {}: {}", counted(others.len(), "other schedule"), quoted(others)))
}

/// The last trace that a tick has left, or what was due last and is done.
fn sign(seen: &[SeenSchedule], notebook: &Notebook, now: DateTime<Utc>) -> String {
    let of_notebook = notebook.told.values().filter_map(|told| told.written_at);
    let signs = seen.iter().flat_map(|seen| signs(&seen.state)).chain(of_notebook);
    let sign = signs.filter(|at| *at <= now).max();
    // When it was taken up is not remembered, only that it was, no sooner than when it was due.
    let settled = seen.iter().flat_map(|seen| seen.state.settled.iter().map(move |settled| (seen, settled)));
    let settled =
        settled.filter(|(_, settled)| !settled.forced && settled.at <= now).max_by_key(|(_, settled)| settled.at);
    match (sign, settled) {
        (sign, Some((seen, settled))) if sign.is_none_or(|at| at < settled.at) => {
            let (name, zone) = (&seen.schedule.name, seen.schedule.zone);
            let (action, ago) = (settled.action.as_str(), length(now - settled.at));
            let local = settled.at.with_timezone(&zone).format("%a %d %b %H:%M");
            format!("nothing is overdue; last taken up: the {action} of `{name}`, due at {local} ({zone}), {ago} ago")
        }
        (Some(at), _) => {
            let (ago, at) = (length(now - at), at.to_rfc3339_opts(SecondsFormat::Secs, true));
            format!(
                "nothing is overdue; the last sign of a tick is from {at}, {ago} ago (one without work leaves none)"
            )
        }
        (None, _) => "nothing is overdue; no tick has left a sign yet (one without work leaves none)".to_owned(),
    }
}

/// Times at which a tick was at work.
fn signs(state: &ScheduleState) -> Vec<DateTime<Utc>> {
    let of_runs = state.runs.iter().flat_map(|run| {
        let accepted = run.instances.values().filter_map(|progress| progress.accepted_at);
        accepted.chain([run.opened_at]).chain(run.ended.map(|ended| ended.at))
    });
    // An order is of when it was first seen.
    let orders = state.settled.iter().filter(|settled| settled.forced).map(|settled| settled.at);
    of_runs.chain(orders).chain(state.rest_seen_at).chain(state.warning.and_then(|warning| warning.tried_at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::shown;
    use crate::model::{Action, Cause, Lease, Settled, Warning};
    use crate::testing::{local, schedule};

    fn seen(attributes: &str, state: ScheduleState) -> SeenSchedule {
        SeenSchedule::new(schedule(attributes, &[]), state)
    }

    const OFFICE: &str = "StartTime: 09:00\nStopTime: 18:00\nStopWarningMinutes: 10";

    /// What a tick has remembered of the start of Monday.
    fn since_monday() -> ScheduleState {
        let at = local(&schedule(OFFICE, &[]), "2026-11-23 09:00");
        let settled = vec![Settled { at, action: Action::Start, forced: false }];
        ScheduleState { version: 3, settled, ..ScheduleState::default() }
    }

    fn judged(attributes: &str, state: ScheduleState, at: &str) -> String {
        let seen = seen(attributes, state);
        let now = local(&seen.schedule, at);
        shown(&ticks(&[seen], &Notebook::default(), now))
    }

    #[test]
    fn what_was_due_and_not_taken_up_is_an_error() {
        insta::assert_snapshot!(judged(OFFICE, since_monday(), "2026-11-23 21:00"), @r"
error ticks the stop of `S` at Mon 23 Nov 18:00 (Asia/Seoul) was due 3 h ago and no tick has taken it up
  is the rule on that calls the function every five minutes? `aws events list-rules --query 'Rules[?ScheduleExpression].[Name,State,ScheduleExpression]'`
  what do ticks say? `aws logs tail /aws/lambda/lamplighter-scheduler --since 1h` (the name of the stack stands before `-scheduler`)
  are these its tables? `aws lambda get-function-configuration --function-name lamplighter-scheduler --query Environment`
  `lamplighter tick --dry-run` says what a tick from here would do
        ");
        for (at, words) in [
            (
                "2026-11-23 17:59",
                "ok ticks nothing is overdue; last taken up: the start of `S`, due at Mon 23 Nov 09:00 (Asia/Seoul), 8 h 59 min ago",
            ),
            ("2026-11-23 18:14", "ok ticks nothing"),
            ("2026-11-23 18:15", "error ticks the stop of `S` at Mon 23 Nov 18:00 (Asia/Seoul) was due 15 min ago"),
            // Now the start of the next day is due; the same way as before, so that nothing has to be done.
            ("2026-11-24 08:59", "error ticks the stop of `S` at Mon 23 Nov 18:00"),
            ("2026-11-24 09:30", "error ticks the start of `S` at Tue 24 Nov 09:00"),
        ] {
            let found = judged(OFFICE, since_monday(), at);
            assert!(found.starts_with(words), "{at}: {found}");
        }
    }

    #[test]
    fn a_schedule_that_no_tick_has_seen_may_be_new() {
        let found = judged(OFFICE, ScheduleState::default(), "2026-11-23 21:00");
        assert!(found.starts_with("warning ticks the stop of `S`"), "{found}");
        assert!(found.contains("run this command again in five minutes"), "{found}");
        let found = judged(OFFICE, ScheduleState::default(), "2026-11-23 18:10");
        assert!(found.starts_with("ok ticks nothing is overdue; no tick has left a sign yet"), "{found}");
    }

    #[test]
    fn what_waits_for_a_reason_is_not_overdue() {
        let stop_at = local(&schedule(OFFICE, &[]), "2026-11-23 18:00");
        let warned = |minutes: i64| {
            let tried_at = Some(stop_at + Duration::minutes(minutes));
            let warning = Warning { stop_at, cause: Cause::Timetable, tried_at, named_at: None };
            ScheduleState { warning: Some(warning), ..since_monday() }
        };
        // Warned an hour late, it waits for ten minutes more, and then for the next tick.
        assert!(judged(OFFICE, warned(60), "2026-11-23 19:24").starts_with("ok"));
        assert!(judged(OFFICE, warned(60), "2026-11-23 19:25").starts_with("error"));
        let lease = Lease { owner: "other".to_owned(), until_at: stop_at + Duration::hours(2) };
        let held = ScheduleState { lease: Some(lease), ..since_monday() };
        assert!(judged(OFFICE, held, "2026-11-23 19:59").starts_with("ok"));
        for off in ["Enabled: false", "Mode: off"] {
            let found = judged(&format!("{OFFICE}\n{off}"), since_monday(), "2026-11-23 21:00");
            assert!(found.starts_with("ok"), "{off}: {found}");
        }
    }

    #[test]
    fn a_sign_is_when_a_tick_was_there() {
        let of = |rest_seen: &str| {
            let rest_seen_at = Some(local(&schedule(OFFICE, &[]), rest_seen));
            judged(OFFICE, ScheduleState { rest_seen_at, ..since_monday() }, "2026-11-23 17:59")
        };
        // What was due is no sign of when a tick came; what it has seen later is.
        assert!(of("2026-11-23 08:59").contains("; last taken up: the start of `S`"), "{}", of("2026-11-23 08:59"));
        let later = "ok ticks nothing is overdue; the last sign of a tick is from 2026-11-23T08:01:00Z, 58 min ago";
        assert!(of("2026-11-23 17:01").starts_with(later), "{}", of("2026-11-23 17:01"));
        let mut ordered = since_monday();
        let at = local(&schedule(OFFICE, &[]), "2026-11-23 17:01");
        ordered.settled.push(Settled { at, action: Action::Start, forced: true });
        let found = judged(OFFICE, ordered, "2026-11-23 17:59");
        assert!(found.starts_with(later), "{found}");
    }

    #[test]
    fn several_are_one_finding() {
        let mut other = seen(OFFICE, since_monday());
        other.schedule.name = ScheduleName::new("Other").unwrap();
        let now = local(&other.schedule, "2026-11-23 21:00");
        let found = shown(&ticks(&[seen(OFFICE, since_monday()), other], &Notebook::default(), now));
        assert!(found.contains("no tick has taken it up; nor what was due of 1 other schedule: `Other`"), "{found}");
    }
}
