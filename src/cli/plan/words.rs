//! Words that the text and the picture of a plan share.

use chrono::offset::LocalResult;
use chrono::{DateTime, Duration, NaiveDate, TimeZone as _, Utc};
use chrono_tz::Tz;

use crate::engine::calendar;
use crate::engine::forecast::{self, Day, Desired, Phase};
use crate::model::{Action, Exception, Mode, Schedule};

/// A length of time, such as `12 h 30 min`.
pub(super) fn length(length: Duration) -> String {
    let minutes = (length.num_seconds() + 30) / 60;
    match (minutes / 60, minutes % 60) {
        (hours, 0) => format!("{hours} h"),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// Tenths of a per cent, such as `70.2%`.
pub(super) fn share(per_mille: i64) -> String {
    format!("{}.{}%", per_mille / 10, per_mille % 10)
}

/// Text from outside, without what would move the cursor or break a format.
pub(super) fn plain(text: &str) -> String {
    // Control characters, the marks that turn the direction of writing, and what XML cannot hold.
    let is_odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    text.chars().map(|c| if is_odd(c) { '\u{fffd}' } else { c }).collect()
}

/// An instant on the wall clock of a date; with the zone's short name where that time comes twice.
pub(super) fn clock(zone: Tz, date: NaiveDate, at: DateTime<Utc>) -> String {
    let local = at.with_timezone(&zone);
    if local.date_naive() > date {
        return "24:00".to_owned();
    }
    let comes_twice = matches!(zone.from_local_datetime(&local.naive_local()), LocalResult::Ambiguous(..));
    let form = if comes_twice { "%H:%M %Z" } else { "%H:%M" };
    local.format(form).to_string()
}

/// When a schedule runs on a day, and transitions that change nothing; `…` where it ran before or goes on.
pub(super) fn times(schedule: &Schedule, phases: &[Phase], day: &Day) -> Vec<String> {
    let zone = schedule.zone;
    let is_whole = day.to_at - day.from_at == day.whole;
    let first = phases.partition_point(|phase| phase.to_at <= day.from_at);
    let of_day = || phases.iter().skip(first).take_while(|phase| phase.from_at < day.to_at);
    let running = || of_day().filter(|phase| phase.desired == Desired::Running);
    let mut times: Vec<(DateTime<Utc>, String)> = Vec::new();
    for phase in running() {
        let has_begun = phase.from_at < day.from_at || phase.began_before();
        let goes_on = phase.to_at > day.to_at || (phase.to_at == day.to_at && phase.goes_on);
        let text = match (has_begun, goes_on) {
            (true, true) if is_whole => "all day".to_owned(),
            (true, true) => "…".to_owned(),
            (true, false) => format!("…–{}", clock(zone, day.date, phase.to_at)),
            (false, true) => format!("{}–…", clock(zone, day.date, phase.from_at)),
            (false, false) => {
                format!("{}–{}", clock(zone, day.date, phase.from_at), clock(zone, day.date, phase.to_at))
            }
        };
        times.push((phase.from_at.max(day.from_at), text));
    }
    for found in forecast::transitions(schedule, day.from_at, day.to_at) {
        let is_shown = running().any(|phase| match found.action {
            Action::Start => phase.since_at == Some(found.at),
            Action::Stop => phase.to_at == found.at,
        });
        // The end of what ran until then is shown on the day before, or lies before the stretch.
        let is_over = found.action == Action::Stop && found.at == day.from_at && {
            let before = calendar::last_transition(schedule, found.at - Duration::nanoseconds(1));
            before.is_some_and(|before| before.action == Action::Start)
        };
        if !is_shown && !is_over {
            times.push((found.at, format!("{} {}", found.action.as_str(), clock(zone, day.date, found.at))));
        }
    }
    times.sort();
    times.into_iter().map(|(_, text)| text).collect()
}

/// What an exception does, such as `no start` or `stop 23:00`.
fn effect(exception: &Exception) -> String {
    let kind = exception.kind.as_str();
    exception.local_time.map_or_else(|| format!("no {kind}"), |time| format!("{kind} {time}"))
}

/// What exceptions do on a date and why, one line a reason.
pub(super) fn exceptions(schedule: &Schedule, date: NaiveDate) -> Vec<Noted> {
    let mut notes: Vec<Noted> = Vec::new();
    for exception in schedule.exceptions.get(&date).into_iter().flatten() {
        let text = |text: &Option<String>| text.as_deref().map(plain);
        let (reason, by) = (text(&exception.reason), text(&exception.created_by));
        match notes.iter_mut().find(|note| note.reason == reason && note.by == by) {
            Some(note) => note.effects.push(effect(exception)),
            None => notes.push(Noted { effects: vec![effect(exception)], reason, by }),
        }
    }
    notes
}

/// What some exceptions of a date do, why, and who made them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Noted {
    pub(super) effects: Vec<String>,
    pub(super) reason: Option<String>,
    pub(super) by: Option<String>,
}

impl Noted {
    /// In one line, such as `no start: Christmas Day (Jiyeon)`.
    pub(super) fn line(&self) -> String {
        let reason = self.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        let by = self.by.as_ref().map(|by| format!(" ({by})")).unwrap_or_default();
        format!("{}{reason}{by}", self.effects.join(", "))
    }
}

/// What is odd about the clock on a day.
pub(super) fn clock_change(day: &Day) -> Option<String> {
    let hours = length(day.whole);
    match day.whole.cmp(&Duration::days(1)) {
        std::cmp::Ordering::Less => Some(format!("clocks go forward: a day of {hours}")),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some(format!("clocks go back: a day of {hours}")),
    }
}

/// Why the plan of a schedule is not carried out, if it is not.
pub(super) fn idleness(schedule: &Schedule) -> Option<&'static str> {
    match (schedule.enabled, schedule.mode) {
        (false, _) => Some("disabled: only force start and force stop act"),
        (true, Mode::Off) => Some("mode off: nothing is started or stopped"),
        (true, Mode::Notify) => Some("mode notify: says what it would do, does nothing"),
        (true, Mode::Act) => None,
    }
}

/// How people are warned.
pub(super) fn warning(schedule: &Schedule) -> String {
    match (schedule.mode, schedule.warning_lead) {
        (Mode::Act, lead) if schedule.enabled && lead > Duration::zero() => {
            format!("warned {} before each stop", length(lead))
        }
        (Mode::Act, _) if schedule.enabled => "no warning before stops".to_owned(),
        _ => "no warnings".to_owned(),
    }
}

/// An instant with its date, such as `Mon 21 Dec 2026 00:00`.
pub(super) fn moment(zone: Tz, at: DateTime<Utc>) -> String {
    at.with_timezone(&zone).format("%a %-d %b %Y %H:%M").to_string()
}

/// The stretch in a zone; whole days by their first and last date.
pub(super) fn stretch(zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    let is_midnight = |at: DateTime<Utc>| {
        let date = calendar::local_date(zone, at);
        calendar::instant(zone, date.and_time(chrono::NaiveTime::MIN)) == at
    };
    let last = calendar::local_date(zone, to).pred_opt().filter(|_| is_midnight(from) && is_midnight(to));
    let Some(last) = last else { return format!("{} to {}", moment(zone, from), moment(zone, to)) };
    let first = calendar::local_date(zone, from);
    let shown = |date: NaiveDate| date.format("%a %-d %b %Y").to_string();
    if first == last { shown(first) } else { format!("{} to {}", shown(first), shown(last)) }
}
