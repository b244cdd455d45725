//! Korean. Names are followed by a colon, since which particle they take depends on how they are spoken.

mod help;
mod look;
mod refusal;

use chrono::{DateTime, Datelike as _, Duration, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{Ordered, Spoken};
use crate::chat::message::{Message, Tone};
use crate::chat::person::in_korean;
use crate::chat::text::month_and_day;
use crate::desk::{Answer, Cancelled, Done};
use crate::model::{Action, ClockValue, Exception, ExceptionKind};

pub(super) use help::{help, mistake};
pub(super) use refusal::refusal;

/// The words for times in a zone, near a time.
struct Times {
    zone: Tz,
    now: DateTime<Utc>,
}

impl Times {
    /// `22:00`, `11월 24일(화) 01:30`: the date where it is not today's.
    fn at(&self, at: DateTime<Utc>) -> String {
        let (local, now) = (at.with_timezone(&self.zone), self.now.with_timezone(&self.zone));
        let clock = local.format("%H:%M");
        let date = local.date_naive();
        if date == now.date_naive() { clock.to_string() } else { format!("{} {clock}", month_and_day(date)) }
    }

    /// The same with the zone, before what is attached to it: `22:00(Asia/Seoul)까지`.
    fn in_zone(&self, at: DateTime<Utc>) -> String {
        format!("{}({})", self.at(at), self.zone.name())
    }
}

fn date(date: NaiveDate) -> String {
    format!("{}년 {}", date.year(), month_and_day(date))
}

fn length(length: Duration) -> String {
    match (length.num_minutes() / 60, length.num_minutes() % 60) {
        (0, minutes) => format!("{minutes}분"),
        (hours, 0) => format!("{hours}시간"),
        (hours, minutes) => format!("{hours}시간 {minutes}분"),
    }
}

fn value(local_time: Option<ClockValue>) -> String {
    local_time.map_or_else(|| "없음".to_owned(), |value| value.to_string())
}

fn act(action: Action) -> &'static str {
    if action == Action::Start { "시작" } else { "중지" }
}

fn end(kind: ExceptionKind) -> &'static str {
    if kind == ExceptionKind::Start { "시작" } else { "중지" }
}

/// Who has done it, as a line of its own.
fn who(by: Option<&str>) -> Option<String> {
    by.map(|by| format!("요청한 사람: {}", in_korean(by)))
}

pub(super) fn answer(answer: &Answer, spoken: &Spoken<'_>) -> Message {
    let name = &answer.schedule;
    let times = Times { zone: answer.zone, now: answer.at };
    let take_back = || format!("되돌리려면: {}", spoken.command(name.as_str(), "취소"));
    match &answer.done {
        Done::Status(status) => look::status(name.as_str(), status, &times),
        Done::Info(info) => look::info(name.as_str(), info, &times),
        Done::Exceptions { from, exceptions, more } => {
            let title = format!("{name}: {}부터의 예외 목록입니다", date(*from));
            let mut lines: Vec<String> = exceptions.iter().map(exception).collect();
            if *more > 0 {
                lines.push(format!("… 외 {more}건"));
            }
            let none = lines.is_empty().then(|| "예외가 없습니다. 시간표대로 동작합니다.".to_owned());
            Message::new(Tone::Info, &title).field("예외", lines).field("예외", none)
        }
        Done::ExceptionSet { date: of, kind, local_time, is_new, was, day, has_begun } => {
            let (of_date, what) = (date(*of), format!("`{} {}`", end(*kind), value(*local_time)));
            let title = match is_new {
                true => format!("{name}: {of_date} 예외를 설정했습니다 ({what})"),
                false => format!("{name}: {of_date} 예외가 이미 설정되어 있습니다 ({what})"),
            };
            let undo = undo(was).unwrap_or_else(|| format!("예외 삭제 {of} {}", end(*kind)));
            Message::new(Tone::Info, &title)
                .field("이전 예외", was.iter().filter(|_| *is_new).map(exception))
                .field("그날 일정", [ends(day, &times)])
                .field("주의", has_begun.then(|| begun_note(spoken, name.as_str())))
                .field("되돌리려면", is_new.then(|| spoken.command(name.as_str(), &undo)))
        }
        Done::ExceptionDeleted { date: of, kind, was, day, has_begun } => {
            let title = format!("{name}: {}의 `{}` 예외 {}건을 삭제했습니다", date(*of), end(*kind), was.len());
            Message::new(Tone::Info, &title)
                .field("삭제한 예외", was.iter().map(exception))
                .field("그날 일정", [ends(day, &times)])
                .field("주의", has_begun.then(|| begun_note(spoken, name.as_str())))
                .field("되돌리려면", undo(was).map(|undo| spoken.command(name.as_str(), &undo)))
        }
        Done::Extended { planned_at, stop_at, by, is_new, latest_at } => {
            let until = times.in_zone(*stop_at);
            let title = match is_new {
                true => format!("{name}: {until}까지 연장했습니다"),
                false => format!("{name}: 이미 {until}까지 연장되어 있습니다"),
            };
            let before = is_new.then(|| format!("연장 전 중지 예정 시각은 {}입니다.", times.at(*planned_at)));
            let most = format!("최대 {}까지 연장할 수 있습니다.", times.at(*latest_at));
            let more = who(by.as_deref()).into_iter().chain(before).chain([most, take_back()]);
            Message::new(Tone::Info, &title).field("안내", more)
        }
        Done::Skipped { planned_at, next_stop_at, by, is_new } => {
            let at = times.in_zone(*planned_at);
            let title = match is_new {
                true => format!("{name}: {at} 중지를 건너뜁니다"),
                false => format!("{name}: {at} 중지는 이미 건너뛰기로 되어 있습니다"),
            };
            let next = next_stop_at.map_or_else(
                || "이후 중지 예정이 없습니다.".to_owned(),
                |at| format!("다음 중지 시각은 {}입니다.", times.at(at)),
            );
            Message::new(Tone::Info, &title).field("안내", who(by.as_deref()).into_iter().chain([next, take_back()]))
        }
        Done::Forced { .. } => show_forced(answer, spoken, &times),
        Done::Cancelled(cancelled) => show_cancelled(name.as_str(), cancelled, spoken, &times),
    }
}

fn show_forced(answer: &Answer, spoken: &Spoken<'_>, times: &Times) -> Message {
    let name = answer.schedule.as_str();
    let Done::Forced { action, until_at, asked_until_at, is_new, instead_of, is_only_told } = &answer.done else {
        return Message::new(Tone::Info, name);
    };
    let what = format!("강제 {}", act(*action));
    let title = match is_new {
        true => format!("{name}: {what} 요청을 접수했습니다. 스케줄러가 곧 실행합니다"),
        false => format!("{name}: {what} 요청이 이미 접수되어 있습니다"),
    };
    let until = until(*action, *until_at, times);
    let asked = asked_until_at.map(|at| {
        let extend = spoken.command(name, "연장 1시간");
        format!("요청하신 시각은 {}이지만 시간표가 우선합니다. 중지를 늦추려면: {extend}", times.at(at))
    });
    let instead = instead_of.map(|flag| format!("앞서 접수된 강제 {} 요청을 대신합니다.", act(flag)));
    let told = is_only_told.then(|| "`Mode` 값이 `notify`이므로 실제로 실행하지 않고 알리기만 합니다.".to_owned());
    let take_back = format!("되돌리려면: {}", spoken.command(name, "취소"));
    let tone = if *action == Action::Start { Tone::Start } else { Tone::Stop };
    let more = [until].into_iter().chain(asked).chain(instead).chain(told).chain([take_back]);
    Message::new(tone, &title).field("안내", more)
}

fn show_cancelled(name: &str, cancelled: &Cancelled, spoken: &Spoken<'_>, times: &Times) -> Message {
    let stops = |stop_at: Option<DateTime<Utc>>| match stop_at {
        Some(at) if at <= times.now => "중지 시각이 이미 지났으므로, 미리 알린 뒤 곧 중지합니다.".to_owned(),
        Some(at) => format!("{}에 중지됩니다.", times.in_zone(at)),
        None => "중지 예정이 없습니다.".to_owned(),
    };
    let (title, by, now) = match cancelled {
        Cancelled::Force { action, is_under_way, until_at } => {
            let note = "AWS에 이미 요청한 작업은 그대로 진행됩니다.".to_owned();
            let rest = is_under_way.then(|| [until(*action, *until_at, times), turn_round(*action, name, spoken)]);
            let title = format!("{name}: 강제 {} 요청을 취소했습니다", act(*action));
            return Message::new(Tone::Info, &title)
                .field("안내", [note].into_iter().chain(rest.into_iter().flatten()));
        }
        Cancelled::Extension { from_at, stop_at, by } => {
            (format!("{name}: {}까지의 연장을 취소했습니다", times.at(*from_at)), by.as_deref(), stops(*stop_at))
        }
        Cancelled::Skip { stop_at, by } => {
            (format!("{name}: 중지 건너뛰기를 취소했습니다"), by.as_deref(), stops(*stop_at))
        }
    };
    let by = by.map(|by| format!("취소된 요청을 한 사람: {}", in_korean(by)));
    Message::new(Tone::Info, &title).field("안내", [now].into_iter().chain(by))
}

/// What becomes of what was started or stopped by force.
fn until(action: Action, until_at: Option<DateTime<Utc>>, times: &Times) -> String {
    match (action, until_at) {
        (Action::Start, Some(at)) => format!("{}까지 실행됩니다.", times.in_zone(at)),
        (Action::Start, None) => "중지 예정이 없으므로 자동으로 중지되지 않습니다.".to_owned(),
        (Action::Stop, Some(at)) => format!("{}에 다시 시작됩니다.", times.in_zone(at)),
        (Action::Stop, None) => "시작 예정이 없으므로 자동으로 시작되지 않습니다.".to_owned(),
    }
}

/// What to write where something was started or stopped already.
fn turn_round(action: Action, name: &str, spoken: &Spoken<'_>) -> String {
    match action {
        Action::Start => format!("지금 중지하려면: {}", spoken.command(name, "중지")),
        Action::Stop => format!("다시 시작하려면: {}", spoken.command(name, "시작")),
    }
}

fn begun_note(spoken: &Spoken<'_>, name: &str) -> String {
    format!("그날의 중지가 이미 시작되어 되돌릴 수 없습니다. 다시 시작하려면: {}", spoken.command(name, "시작"))
}

fn ends(day: &[(Action, DateTime<Utc>)], times: &Times) -> String {
    let words: Vec<String> = day.iter().map(|(action, at)| format!("{} {}", times.at(*at), act(*action))).collect();
    if words.is_empty() {
        "시작과 중지가 모두 없습니다.".to_owned()
    } else {
        format!("{} ({})", words.join(", "), times.zone.name())
    }
}

/// What to write to have the one back that counted.
fn undo(was: &[Exception]) -> Option<String> {
    let Exception { date, kind, local_time, .. } = was.first()?;
    Some(format!("예외 설정 {date} {} {}", end(*kind), value(*local_time)))
}

fn exception(exception: &Exception) -> String {
    let Exception { kind, local_time, created_by, reason, .. } = exception;
    let by = created_by.as_deref().map(in_korean);
    let reason = reason.as_deref().map(|reason| match Ordered::of(reason) {
        Some(Ordered::Extension) => "연장",
        Some(Ordered::Skipping) => "건너뛰기",
        Some(Ordered::EndOfForcedStart) => "강제 시작 종료",
        None => reason,
    });
    let notes: Vec<&str> = by.as_deref().into_iter().chain(reason).collect();
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
    format!("{} {} {}{notes}", date(exception.date), end(*kind), value(*local_time))
}
