//! The Korean words, in the polite style of announcements (합니다체).
//!
//! No particle ever follows a name: which one would be right depends on the name's last sound, and how `DB` or `stage-3`
//! is read aloud nobody can tell from its letters. A noun of ours stands between them: `Dev 스케줄을`, `DB 그룹의`, `jane 님`.
//! What AWS or the tables say is told as they say it, with Korean around it; what we say of them is Korean too.

pub(super) mod faults;
mod hints;
mod words;

use chrono::{DateTime, Datelike as _, Duration, Utc};
use chrono_tz::Tz;

use super::advice::Advice;
use super::{capitalised, items, shared_remark};
use crate::chat::message::{Message, Tone};
use crate::chat::offer::WayBack;
use crate::chat::person::in_korean;
use crate::model::{Action, Cause, GroupName, InstanceKind, Notice, Problem, ScheduleName, Stretch};
use hints::hint;
pub(in crate::chat) use words::month_and_day;
use words::{clock, dated, duration, instance, relative, weekday};

/// The title of the field that says how many fields are missing.
pub(super) const MORE: &str = "그 밖의 항목";

/// What the link to the page of choices says.
pub(super) const PAGE: &str = "실행 시간 연장하기";

pub(super) fn rest(missing: usize) -> String {
    format!("… 외 {missing}개")
}

/// `22:30까지`, `24일(화) 00:30까지`.
pub(super) fn until(until_at: DateTime<Utc>, stop_at: DateTime<Utc>, zone: Tz) -> String {
    let [until, stop] = [until_at, stop_at].map(|at| at.with_timezone(&zone));
    let time = until.format("%H:%M");
    if until.date_naive() == stop.date_naive() {
        format!("{time}까지")
    } else {
        format!("{}일({}) {time}까지", until.day(), weekday(until.weekday()))
    }
}

/// The order that takes back an extension.
pub(super) const CANCEL: &str = "취소";

/// The order that moves a stop: `연장 1시간`.
pub(super) fn extend(length: Duration) -> String {
    format!("연장 {}", duration(length))
}

pub(super) fn command(command: &str) -> String {
    format!("더 오래 실행하려면 `{command}` 명령을 입력해 주십시오.")
}

/// How an extension is taken back.
pub(super) fn way_back(way: &WayBack) -> (&'static str, Vec<String>) {
    let lines = match way {
        WayBack::Command(command) => vec![format!("`{command}` 명령을 입력해 주십시오.")],
        WayBack::Terminal(command) => vec![
            format!("터미널에서 `{command}` 명령을 실행해 주십시오."),
            "또는 `ScheduleException` 테이블에서 중지 시각을 바꾼 예외 항목을 삭제해 주십시오.".to_owned(),
        ],
        WayBack::Tables => vec!["테이블에서 변경한 내용을 되돌려 주십시오.".to_owned()],
    };
    ("되돌리려면", lines)
}

/// The words of a notice.
pub(super) fn message(notice: &Notice) -> Message {
    match notice {
        Notice::Warning { schedule, zone, cause, stop_at, stretches, .. } => {
            // A warning may go out a day before: the date is always told.
            let title = format!("{schedule} 스케줄의 인스턴스를 {}에 중지합니다", dated(*stop_at, *zone));
            let why = match cause {
                Cause::Timetable | Cause::Force => None,
                Cause::Enforce => {
                    Some("시간표를 유지하도록 설정되어 있어(`Enforce`), 수동으로 시작한 인스턴스를 다시 중지합니다.")
                }
                Cause::Restart => Some(
                    "중지된 지 7일이 지나 AWS가 자동으로 다시 시작했습니다. 계속 실행하려면 `ForceStart` 값을 설정해 주십시오.",
                ),
            };
            by_group(Message::new(Tone::Warning, &title), stretches).field("이유", why.map(str::to_owned))
        }
        Notice::Acted { schedule, zone, action, cause, at, stretch, until_at } => {
            let when = Happened { zone: *zone, action: *action, cause: *cause, at: *at };
            acted(schedule, &when, stretch, *until_at)
        }
        Notice::RunDone { schedule, zone, action, cause, at, took, instances, refused } => {
            let when = Happened { zone: *zone, action: *action, cause: *cause, at: *at };
            run_done(schedule, &when, *took, *instances, *refused)
        }
        Notice::WouldAct { schedule, zone, action, at, stretches } => {
            let would = match action {
                Action::Start => "시작할",
                Action::Stop => "중지할",
            };
            let title =
                format!("{schedule} 스케줄: {}에 인스턴스를 {would} 차례이지만 알림만 보냅니다", dated(*at, *zone));
            let nothing = "`Mode` 값이 `notify`입니다. `act`로 바꾸면 실제로 시작하고 중지합니다.";
            by_group(Message::new(Tone::Info, &title), stretches).field("실행하지 않은 이유", [nothing.to_owned()])
        }
        Notice::Failed { schedule, zone: _, action, is_final, code, stretch } => {
            failed(schedule, *action, *is_final, code, stretch)
        }
        Notice::Slow { schedule, zone: _, action, waited, stretch, held } => {
            slow(schedule, *action, *waited, stretch, held)
        }
        Notice::Extended { schedule, zone, stop_at, by } => {
            let title = format!("{schedule} 스케줄의 실행을 {}까지 연장했습니다", dated(*stop_at, *zone));
            Message::new(Tone::Info, &title).field("요청한 사람", [in_korean(by)])
        }
        Notice::Problems(problems) => faulty(problems),
        Notice::Trial => Message::new(Tone::Info, "시험 메시지입니다. 앞으로 알림은 이곳으로 전송됩니다").field(
            "시작하거나 중지한 인스턴스는 없습니다",
            ["누군가 터미널에서 `lamplighter doctor --chat` 명령을 실행했습니다.".to_owned()],
        ),
    }
}

/// What happened when and why, as far as several notices have it.
struct Happened {
    zone: Tz,
    action: Action,
    cause: Cause,
    at: DateTime<Utc>,
}

impl Happened {
    fn tone(&self) -> Tone {
        match self.action {
            Action::Start => Tone::Start,
            Action::Stop => Tone::Stop,
        }
    }

    /// The time, and what brought it about.
    fn when_and_why(&self) -> String {
        let why = match (self.cause, self.action) {
            (Cause::Timetable, _) => "시간표에 따름",
            (Cause::Force, Action::Start) => "강제 시작 요청에 따름",
            (Cause::Force, Action::Stop) => "강제 중지 요청에 따름",
            (Cause::Enforce, _) => "시간표를 유지하는 설정(`Enforce`)에 따름",
            (Cause::Restart, _) => "중지된 지 7일이 지나 AWS가 자동으로 다시 시작했기 때문",
        };
        format!("{}, {why}", clock(self.at, self.zone))
    }
}

fn acted(schedule: &ScheduleName, when: &Happened, stretch: &Stretch, until_at: Option<DateTime<Utc>>) -> Message {
    let doing = match when.action {
        Action::Start => "시작하고 있습니다",
        Action::Stop => "중지하고 있습니다",
    };
    let message = Message::new(when.tone(), &format!("{schedule} 스케줄: {}를 {doing}", who(stretch)))
        .field("인스턴스", lines(stretch))
        .field("시각", [when.when_and_why()]);
    if (when.cause, when.action) != (Cause::Force, Action::Start) {
        return message;
    }
    let until = match until_at {
        Some(stop_at) => format!("{}까지이며, 이후 시간표에 따라 중지합니다.", relative(stop_at, when.at, when.zone)),
        None => "시간표에 중지 예정이 없습니다. `ForceStop` 값을 설정하면 중지합니다.".to_owned(),
    };
    message.field("실행 기한", [until])
}

fn run_done(schedule: &ScheduleName, when: &Happened, took: Duration, instances: usize, refused: usize) -> Message {
    let (did, verb) = match when.action {
        Action::Start => ("시작", "시작했습니다"),
        Action::Stop => ("중지", "중지했습니다"),
    };
    let title = match instances {
        0 => format!("{schedule} 스케줄: {did} 작업을 마쳤으며, {did}한 인스턴스는 없습니다"),
        _ => format!("{schedule} 스케줄: 인스턴스 {instances}대를 {} 만에 {verb}", duration(took)),
    };
    let left = (refused > 0).then(|| format!("{refused}대, AWS가 거부했습니다. 이유는 당시에 알려 드렸습니다."));
    Message::new(when.tone(), &title).field("시각", [when.when_and_why()]).field("그대로 둔 인스턴스", left)
}

fn failed(schedule: &ScheduleName, action: Action, is_final: bool, code: &str, stretch: &Stretch) -> Message {
    let what = match (action, is_final) {
        (Action::Start, false) => "시작하지 못했습니다",
        (Action::Stop, false) => "중지하지 못했습니다",
        (Action::Start, true) => "시작할 수 없습니다",
        (Action::Stop, true) => "중지할 수 없습니다",
    };
    let next = match (action, is_final) {
        (Action::Start, false) => {
            "간격을 점차 늘리며 다시 시도합니다. 이 인스턴스에 의존하는 그룹은 그동안 기다립니다."
        }
        (Action::Stop, false) => {
            "간격을 점차 늘리며 다시 시도합니다. 이 인스턴스가 의존하는 그룹은 그동안 계속 실행됩니다."
        }
        (Action::Start, true) => {
            "다시 시도하지 않습니다. 누군가 시작할 때까지 이 인스턴스에 의존하는 그룹은 기다립니다."
        }
        (Action::Stop, true) => "다시 시도하지 않습니다. 이 때문에 기다리는 그룹은 없습니다.",
    };
    let shared = shared_remark(stretch);
    let names = stretch.instances.iter().map(|(key, label, words)| {
        let remark = if shared.is_some() { "" } else { words };
        instance(key, label, &faults::message(remark))
    });
    let shared_words = shared.map(faults::message).unwrap_or_default();
    let answer = [code, &shared_words].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let kinds: Vec<InstanceKind> = stretch.instances.iter().map(|(key, ..)| key.kind).collect();
    Message::new(Tone::Failure, &format!("{schedule} 스케줄: {}를 {what}", who(stretch)))
        .field("인스턴스", names)
        .field("AWS 응답", (!answer.is_empty()).then(|| answer.join(": ")))
        .field("조치 방법", [hint(Advice::of(code, action), action, &kinds)])
        .field("이후 동작", [next.to_owned()])
}

fn slow(schedule: &ScheduleName, action: Action, waited: Duration, stretch: &Stretch, held: &[GroupName]) -> Message {
    let state = match action {
        Action::Start => "준비되지",
        Action::Stop => "중지되지",
    };
    let title = format!("{schedule} 스케줄: {}가 {}째 {state} 않고 있습니다", who(stretch), duration(waited));
    let waiting: Vec<&str> = held.iter().map(GroupName::as_str).collect();
    let hint = "계속되면 AWS 콘솔에서 확인해 주십시오. 상태가 정상이 되면 기다리던 작업이 자동으로 이어집니다.";
    Message::new(Tone::Failure, &title)
        .field("인스턴스", lines(stretch))
        .field("기다리는 그룹", (!waiting.is_empty()).then(|| waiting.join(", ")))
        .field("조치 방법", [hint.to_owned()])
}

/// Faulty items, each with its faults and what follows from them.
fn faulty(problems: &[Problem]) -> Message {
    let items = items(problems);
    let title = match items.as_slice() {
        [(item, _)] => format!("확인이 필요한 항목: {}", capitalised(&faults::item(item))),
        _ => format!("확인이 필요한 항목이 {}개 있습니다", items.len()),
    };
    items.iter().fold(Message::new(Tone::Failure, &title), |message, (item, problems)| {
        let stopped = problems.iter().find(|problem| problem.stops_schedule);
        let result = stopped.map(|problem| match &problem.schedule {
            Some(schedule) => {
                format!("수정할 때까지 {schedule} 스케줄은 현재 상태를 유지합니다. 시작하지도 중지하지도 않습니다.")
            }
            None => "수정할 때까지 스케줄은 현재 상태를 유지합니다. 시작하지도 중지하지도 않습니다.".to_owned(),
        });
        let title = if items.len() == 1 { "문제".to_owned() } else { capitalised(&faults::item(item)) };
        message.field(&title, problems.iter().map(|problem| fault(problem)).chain(result))
    })
}

/// One fault: the attribute, what it holds, what is wrong and what is allowed.
fn fault(problem: &Problem) -> String {
    let Problem { attribute, holds, message, .. } = problem;
    let (attribute, message) = (faults::item(attribute), faults::message(message));
    match (attribute.is_empty(), holds) {
        (true, None) => message,
        (true, Some(holds)) => format!("`{holds}`: {message}"),
        (false, None) => format!("{attribute}: {message}"),
        (false, Some(holds)) => format!("{attribute} 값 `{holds}`: {message}"),
    }
}

/// A field for each group, with its instances.
fn by_group(message: Message, stretches: &[Stretch]) -> Message {
    let is_alone = stretches.len() == 1;
    stretches.iter().fold(message, |message, stretch| {
        let title = match &stretch.group {
            Some(group) => format!("{group} 그룹"),
            None if is_alone => "인스턴스".to_owned(),
            None => "그룹 없음".to_owned(),
        };
        message.field(&title, lines(stretch))
    })
}

fn lines(stretch: &Stretch) -> impl Iterator<Item = String> {
    stretch.instances.iter().map(|(key, label, remark)| instance(key, label, &faults::message(remark)))
}

/// `API 그룹의 인스턴스 2대`; a particle for a vowel fits behind it.
fn who(stretch: &Stretch) -> String {
    let count = stretch.instances.len();
    match &stretch.group {
        Some(group) => format!("{group} 그룹의 인스턴스 {count}대"),
        None => format!("인스턴스 {count}대"),
    }
}

#[cfg(test)]
mod tests;
