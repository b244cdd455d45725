//! Korean. Names are followed by a colon, since which particle they take depends on how they are spoken.

use chrono::{DateTime, Datelike as _, Duration, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;

use super::Spoken;
use crate::chat::command::{CommandError, Part, Verb};
use crate::chat::message::{Message, Tone};
use crate::desk::{Answer, Cancelled, Done, Info, Refusal, Status, Why};
use crate::model::{Action, Cause, ClockValue, Exception, ExceptionKind, Mode};

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

fn month_and_day(date: NaiveDate) -> String {
    let weekday = match date.weekday() {
        Weekday::Mon => "월",
        Weekday::Tue => "화",
        Weekday::Wed => "수",
        Weekday::Thu => "목",
        Weekday::Fri => "금",
        Weekday::Sat => "토",
        Weekday::Sun => "일",
    };
    format!("{}월 {}일({weekday})", date.month(), date.day())
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
    by.map(|by| format!("요청한 사람: {by}"))
}

pub(super) fn answer(answer: &Answer, spoken: &Spoken<'_>) -> Message {
    let name = &answer.schedule;
    let times = Times { zone: answer.zone, now: answer.at };
    let take_back = || format!("되돌리려면: {}", spoken.command(name.as_str(), "취소"));
    match &answer.done {
        Done::Status(status) => show_status(name.as_str(), status, &times),
        Done::Info(info) => show_info(name.as_str(), info, &times),
        Done::Exceptions { from, exceptions, more } => {
            let title = format!("{name}: {}부터의 예외입니다", date(*from));
            let mut lines: Vec<String> = exceptions.iter().map(exception).collect();
            if *more > 0 {
                lines.push(format!("… 외 {more}건"));
            }
            let none = lines.is_empty().then(|| "예외가 없습니다. 시간표대로 동작합니다.".to_owned());
            Message::new(Tone::Info, &title).field("예외", lines).field("예외", none)
        }
        Done::ExceptionSet { date: of, kind, local_time, is_new, day, has_begun } => {
            let (of_date, what) = (date(*of), format!("`{} {}`", end(*kind), value(*local_time)));
            let title = match is_new {
                true => format!("{name}: {of_date} 예외를 {what}(으)로 설정했습니다"),
                false => format!("{name}: {of_date} 예외가 이미 {what}(으)로 설정되어 있습니다"),
            };
            let undo = format!("예외 삭제 {of} {}", end(*kind));
            Message::new(Tone::Info, &title)
                .field("그날 일정", [ends(day, &times)])
                .field("주의", has_begun.then(|| begun_note(spoken, name.as_str())))
                .field("되돌리려면", is_new.then(|| spoken.command(name.as_str(), &undo)))
        }
        Done::ExceptionDeleted { date: of, kind, count, day, has_begun } => {
            let title = format!("{name}: {}의 `{}` 예외 {count}건을 삭제했습니다", date(*of), end(*kind));
            Message::new(Tone::Info, &title)
                .field("그날 일정", [ends(day, &times)])
                .field("주의", has_begun.then(|| begun_note(spoken, name.as_str())))
        }
        Done::Extended { planned_at, stop_at, by, is_new, latest_at } => {
            let until = times.in_zone(*stop_at);
            let title = match is_new {
                true => format!("{name}: {until}까지 연장했습니다"),
                false => format!("{name}: 이미 {until}까지 연장되어 있습니다"),
            };
            let before = is_new.then(|| format!("원래 {}에 중지될 예정이었습니다.", times.at(*planned_at)));
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
                || "다른 중지 예정이 없습니다.".to_owned(),
                |at| format!("다음 중지는 {}입니다.", times.at(at)),
            );
            Message::new(Tone::Info, &title).field("안내", who(by.as_deref()).into_iter().chain([next, take_back()]))
        }
        Done::Forced { .. } => show_forced(answer, spoken, &times),
        Done::Cancelled(cancelled) => show_cancelled(name.as_str(), cancelled, &times),
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
    let until = match (action, until_at) {
        (Action::Start, Some(at)) => format!("{}까지 실행됩니다.", times.in_zone(*at)),
        (Action::Start, None) => "중지 예정이 없으므로 저절로 중지되지 않습니다.".to_owned(),
        (Action::Stop, Some(at)) => format!("{}에 다시 시작됩니다.", times.in_zone(*at)),
        (Action::Stop, None) => "시작 예정이 없으므로 저절로 시작되지 않습니다.".to_owned(),
    };
    let asked = asked_until_at.map(|at| {
        let extend = spoken.command(name, "연장 1시간");
        format!("요청하신 시각은 {}이지만 시간표가 우선합니다. 중지를 늦추려면: {extend}", times.at(at))
    });
    let instead = instead_of.map(|flag| format!("앞서 접수된 강제 {} 요청을 대신합니다.", act(flag)));
    let told = is_only_told.then(|| "`Mode`가 `notify`이므로 실제로 실행하지 않고 알리기만 합니다.".to_owned());
    let take_back = format!("되돌리려면: {}", spoken.command(name, "취소"));
    let tone = if *action == Action::Start { Tone::Start } else { Tone::Stop };
    let more = [until].into_iter().chain(asked).chain(instead).chain(told).chain([take_back]);
    Message::new(tone, &title).field("안내", more)
}

fn show_cancelled(name: &str, cancelled: &Cancelled, times: &Times) -> Message {
    let stops = |stop_at: Option<DateTime<Utc>>| match stop_at {
        Some(at) if at <= times.now => "중지 시각이 이미 지났으므로, 미리 알린 뒤 곧 중지합니다.".to_owned(),
        Some(at) => format!("{}에 중지됩니다.", times.in_zone(at)),
        None => "중지 예정이 없습니다.".to_owned(),
    };
    let (title, by, now) = match cancelled {
        Cancelled::Force(action) => {
            let note = "AWS에 이미 요청한 작업은 그대로 진행됩니다.".to_owned();
            (format!("{name}: 강제 {} 요청을 취소했습니다", act(*action)), None, note)
        }
        Cancelled::Extension { from_at, stop_at, by } => {
            (format!("{name}: {}까지의 연장을 취소했습니다", times.at(*from_at)), by.as_deref(), stops(*stop_at))
        }
        Cancelled::Skip { stop_at, by } => {
            (format!("{name}: 중지 건너뛰기를 취소했습니다"), by.as_deref(), stops(*stop_at))
        }
    };
    let by = by.map(|by| format!("취소된 요청을 한 사람: {by}"));
    Message::new(Tone::Info, &title).field("안내", [now].into_iter().chain(by))
}

fn begun_note(spoken: &Spoken<'_>, name: &str) -> String {
    format!("그날의 중지가 이미 시작되어 되돌릴 수 없습니다. 다시 켜려면: {}", spoken.command(name, "시작"))
}

fn ends(day: &[(Action, DateTime<Utc>)], times: &Times) -> String {
    let words: Vec<String> = day.iter().map(|(action, at)| format!("{} {}", times.at(*at), act(*action))).collect();
    if words.is_empty() {
        "시작과 중지가 모두 없습니다.".to_owned()
    } else {
        format!("{} ({})", words.join(", "), times.zone.name())
    }
}

fn exception(exception: &Exception) -> String {
    let Exception { kind, local_time, created_by, reason, .. } = exception;
    let notes: Vec<&str> = [created_by, reason].into_iter().flatten().map(String::as_str).collect();
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
    format!("{} {} {}{notes}", date(exception.date), end(*kind), value(*local_time))
}

fn mode(enabled: bool, mode: Mode) -> Option<String> {
    match mode {
        Mode::Off => Some("`Mode`가 `off`이므로 아무것도 하지 않습니다.".to_owned()),
        _ if !enabled => Some("사용하지 않는 상태이므로 강제 시작과 강제 중지만 동작합니다.".to_owned()),
        Mode::Notify => Some("`Mode`가 `notify`이므로 알리기만 합니다.".to_owned()),
        Mode::Act => None,
    }
}

fn show_status(name: &str, status: &Status, times: &Times) -> Message {
    let is = match (&status.run, status.led_to) {
        (Some(run), _) => format!("{}하는 중입니다", act(run.action)),
        (None, Some(Action::Start)) => "켜져 있습니다".to_owned(),
        (None, Some(Action::Stop)) => "꺼져 있습니다".to_owned(),
        (None, None) => "아직 시작하거나 중지한 적이 없습니다".to_owned(),
    };
    let run = status.run.map(|run| {
        let cause = match run.cause {
            Cause::Timetable => "시간표에 따라",
            Cause::Force => "요청에 따라",
            Cause::Enforce => "시간표를 유지하기 위해",
            Cause::Restart => "AWS가 저절로 시작했기 때문에",
        };
        let failed = if run.failed > 0 { format!(", 재시도 대기 {}대", run.failed) } else { String::new() };
        let since = times.at(run.opened_at);
        format!("{}대 중 {}대 완료 ({cause} {since}부터{failed})", run.instances, run.reached)
    });
    let force = status.force.map(|flag| format!("강제 {} 요청이 접수되어 있습니다.", act(flag)));
    let wanted = status
        .wanted
        .zip(status.wanted_since)
        .map(|(action, at)| format!("{}부터 {}", times.at(at), if action == Action::Start { "켜짐" } else { "꺼짐" }));
    let waits = status.waits_until.map(|at| format!("{}까지 (늦게 알렸기 때문입니다)", times.at(at)));
    let stop = status.next_stop_at.map(|at| {
        let moved = status.next_stop_by.as_ref().map(|by| format!(" (변경한 사람: {by})")).unwrap_or_default();
        format!("{}{moved}", times.in_zone(at))
    });
    Message::new(Tone::Info, &format!("{name}: {is}"))
        .field("주의", mode(status.enabled, status.mode))
        .field("진행 상황", run)
        .field("요청", force)
        .field("시간표", wanted)
        .field("중지 대기", waits)
        .field("다음 중지", stop)
        .field("연장 한도", status.latest_at.map(|at| format!("{}까지", times.at(at))))
        .field("다음 시작", status.next_start_at.map(|at| times.in_zone(at)))
        .field("마지막으로 확인한 인스턴스 수", Some(status.instances.to_string()))
}

fn show_info(name: &str, info: &Info, times: &Times) -> Message {
    let group = |(group, needs): &(String, Vec<String>)| match needs.as_slice() {
        [] => group.clone(),
        needs => format!("{group} (먼저: {})", needs.join(", ")),
    };
    Message::new(Tone::Info, &format!("{name}: {} 일정입니다", date(info.date)))
        .field("주의", mode(info.enabled, info.mode))
        .field("그날 일정", [ends(&info.day, times)])
        .field("예외", info.exceptions.iter().map(exception))
        .field("시간표", info.timetable.iter().cloned())
        .field("그룹", info.groups.iter().map(group))
        .field("설명", info.description.iter().cloned())
        .field("담당", info.owner.iter().map(|owner| crate::chat::text::person(owner).to_owned()))
}

pub(super) fn refusal(refusal: &Refusal, spoken: &Spoken<'_>) -> Message {
    let name = refusal.schedule.as_str();
    let times = Times { zone: refusal.zone, now: refusal.at };
    let command = |text: &str| spoken.command(name, text);
    let (what, help): (String, Vec<String>) = match &refusal.why {
        Why::NoSchedule { near, names } => {
            let near = near.as_ref().map(|near| format!("혹시 `{near}`인가요?"));
            let names: Vec<&str> = names.iter().map(crate::model::ScheduleName::as_str).collect();
            let all = (!names.is_empty()).then(|| format!("등록된 스케줄: {}", names.join(", ")));
            ("이런 이름의 스케줄이 없습니다".to_owned(), near.into_iter().chain(all).collect())
        }
        Why::Faulty { problems } => ("설정을 이해할 수 없어 아무것도 하지 않습니다".to_owned(), problems.clone()),
        Why::NotThisPerson => {
            one("요청할 권한이 없습니다", "누가 요청할 수 있는지는 스케줄의 `ChatPeople`에 있습니다.")
        }
        Why::NotFromHere => {
            one("이곳에서는 요청할 수 없습니다", "어디에서 요청할 수 있는지는 스케줄의 `ChatRooms`에 있습니다.")
        }
        Why::TooMany { a_minute } => {
            (format!("요청은 1분에 {a_minute}번까지 받습니다"), vec!["1분 뒤에 다시 시도해 주세요.".to_owned()])
        }
        Why::Again => (
            "이미 받은 요청이므로 다시 실행하지 않습니다".to_owned(),
            vec![format!("지금 상태를 보려면: {}", command("상태"))],
        ),
        Why::NotFollowed { is_off: true } => ("`Mode`가 `off`이므로 아무것도 하지 않습니다".to_owned(), Vec::new()),
        Why::NotFollowed { is_off: false } => {
            one("사용하지 않는 상태이므로 시간표에 따라 중지되지 않습니다", "강제 시작과 강제 중지만 동작합니다.")
        }
        Why::NoStop => ("중지 예정이 없어 늦출 수 없습니다".to_owned(), Vec::new()),
        Why::NotLater { stop_at } => (
            format!("이미 {}에 중지될 예정입니다", times.in_zone(*stop_at)),
            vec!["연장은 중지를 늦추기만 합니다.".to_owned()],
        ),
        Why::TooMuch { most, latest_at } => (
            format!("최대 {}까지만 연장할 수 있습니다", times.in_zone(*latest_at)),
            vec![format!("중지 한 번을 모두 합해 {}까지 늦출 수 있습니다.", length(*most))],
        ),
        Why::NotMovable => one("채팅에서 중지를 늦출 수 없습니다", "`MaxExtensionMinutes`가 0입니다."),
        Why::NotLast => one("그날에는 뒤에 다른 운영 시간이 있습니다", "그날의 마지막 중지만 늦출 수 있습니다."),
        Why::Overruled => {
            ("그날의 다른 예외가 우선하므로 중지 시각이 바뀌지 않습니다".to_owned(), vec![command("예외 정보")])
        }
        Why::TooLate => one("날짜를 너무 많이 넘긴 시각입니다", "중지는 늦어도 47:59까지입니다."),
        Why::HasBegun => {
            ("중지가 이미 시작되어 되돌릴 수 없습니다".to_owned(), vec![format!("다시 켜려면: {}", command("시작"))])
        }
        Why::MayHaveBegun => (
            "곧 중지가 시작되어 막지 못했습니다".to_owned(),
            vec![format!("중지되면 다시 켜 주세요: {}", command("시작"))],
        ),
        Why::Past { date: of } => (format!("{}: 이미 지난 날짜입니다", date(*of)), Vec::new()),
        Why::TooFar { last } => {
            ("너무 먼 날짜입니다".to_owned(), vec![format!("{}까지 설정할 수 있습니다.", date(*last))])
        }
        Why::Length { most } => (format!("강제 시작은 최대 {}까지입니다", length(*most)), vec![command("시작 2시간")]),
        Why::NoException { date: of, kind } => {
            (format!("{}에는 `{}` 예외가 없습니다", date(*of), end(*kind)), vec![command("예외 정보")])
        }
        Why::NothingToCancel => (
            "취소할 요청이 없습니다".to_owned(),
            vec![format!("설정한 예외는 그대로 있습니다: {}", command("예외 정보"))],
        ),
        Why::Busy => one("다른 사람이 동시에 변경하고 있습니다", "다시 시도해 주세요."),
        Why::OtherStop { stop_at } => (
            "다른 중지에 대한 메시지이므로 바뀐 것이 없습니다".to_owned(),
            stop_at.map(|at| format!("다음 중지는 {}입니다.", times.in_zone(at))).into_iter().collect(),
        ),
        Why::Store { may_be_done: true, .. } => (
            "테이블이 응답하지 않습니다".to_owned(),
            vec![format!("요청이 반영되었을 수도 있습니다: {}", command("상태"))],
        ),
        Why::Store { .. } => one("테이블이 응답하지 않습니다", "바뀐 것이 없습니다. 다시 시도해 주세요."),
    };
    Message::new(Tone::Failure, &format!("{name}: {what}")).field("안내", help)
}

fn one(what: &str, help: &str) -> (String, Vec<String>) {
    (what.to_owned(), vec![help.to_owned()])
}

/// What can be written, each with what it does.
const COMMANDS: [(&str, &str); 10] = [
    ("상태", "지금 상태와 다음 일정을 봅니다 (`s`)"),
    ("정보 [날짜]", "그날의 시간표를 봅니다 (`i`)"),
    ("연장 1시간", "다음 중지를 늦춥니다: `30분`, `1시간 30분`, `22:30`"),
    ("건너뛰기", "다음 중지를 건너뜁니다"),
    ("시작 [2시간]", "지금 모두 시작합니다"),
    ("중지", "지금 모두 중지합니다"),
    ("취소", "마지막 요청을 되돌립니다"),
    ("예외 정보 [날짜]", "예외를 봅니다 (`e i`)"),
    ("예외 설정 2026-12-24 중지 18:00", "하루만 시작이나 중지를 바꿉니다. 없애려면 `없음` (`e s`)"),
    ("예외 삭제 2026-12-24 중지", "예외를 삭제합니다 (`e d`)"),
];

const A_DATE: &str = "날짜는 `2026-12-24`, `오늘`, `내일` 또는 `월`과 같은 요일입니다.";

pub(super) fn help(spoken: &Spoken<'_>) -> Message {
    let lines = COMMANDS.iter().map(|(text, does)| format!("{}: {does}", spoken.command("스케줄", text)));
    Message::new(Tone::Info, "사용할 수 있는 명령입니다")
        .field("명령", lines)
        .field("날짜", [A_DATE.to_owned()])
        .field("이름에 공백이 있으면", [spoken.command("개발 서버", "상태")])
}

pub(super) fn mistake(error: &CommandError, spoken: &Spoken<'_>) -> Message {
    let (title, help): (String, Vec<String>) = match error {
        CommandError::TooLong => ("명령은 500자까지 쓸 수 있습니다".to_owned(), Vec::new()),
        CommandError::Quote => {
            ("따옴표가 닫히지 않았습니다".to_owned(), vec![format!("예: {}", spoken.command("개발 서버", "상태"))])
        }
        CommandError::NoOrder { schedule } => {
            let lines = COMMANDS.iter().map(|(text, does)| format!("{}: {does}", spoken.command(schedule, text)));
            (format!("`{schedule}`: 무엇을 할지 함께 적어 주세요"), lines.collect())
        }
        CommandError::UnknownWord { schedule, word, near } => {
            let near = near.map(|near| format!("혹시 `{}`인가요?", spoken.command(schedule, near)));
            let all = format!("모든 명령: {}", spoken.bare("도움말"));
            (format!("`{word}`: 모르는 명령입니다"), near.into_iter().chain([all]).collect())
        }
        CommandError::Missing { schedule, verb, part } => {
            (format!("{} 적어 주세요", what(*part)), examples(*verb, schedule, spoken))
        }
        CommandError::Bad { schedule, verb, part, text, near } => {
            let near = near.as_ref().map(|near| format!("혹시 `{near}`인가요?"));
            let right = if *part == Part::Date { Some(A_DATE.to_owned()) } else { None };
            let help = near.into_iter().chain(right).chain(examples(*verb, schedule, spoken));
            (format!("`{text}`: 이해할 수 없습니다. {} 적어 주세요", what(*part)), help.collect())
        }
        CommandError::Extra { schedule, verb, text } => {
            (format!("`{text}`: 필요 없는 말이 있습니다"), examples(*verb, schedule, spoken))
        }
    };
    Message::new(Tone::Failure, &title).field("안내", help)
}

/// A part, with the particle of what is to be written.
fn what(part: Part) -> &'static str {
    match part {
        Part::ExceptionVerb => "`정보`, `설정`, `삭제` 가운데 하나를",
        Part::Date => "날짜를",
        Part::Kind => "`시작`이나 `중지`를",
        Part::Time => "`18:00`과 같은 시각이나 `없음`을",
        Part::Later => "얼마나, 또는 언제까지 연장할지",
        Part::Length => "얼마 동안 켤지",
    }
}

/// What is right, for just that.
fn examples(verb: Verb, schedule: &str, spoken: &Spoken<'_>) -> Vec<String> {
    let texts: &[&str] = match verb {
        Verb::Status => &["상태"],
        Verb::Info => &["정보", "정보 내일"],
        Verb::Exception => &["예외 정보", "예외 설정 2026-12-24 중지 18:00", "예외 삭제 2026-12-24 중지"],
        Verb::ExceptionInfo => &["예외 정보", "예외 정보 2026-12-24"],
        Verb::ExceptionSet => &["예외 설정 2026-12-24 중지 18:00", "예외 설정 내일 시작 없음"],
        Verb::ExceptionDelete => &["예외 삭제 2026-12-24 중지"],
        Verb::Extend => &["연장 1시간", "연장 30분", "연장 22:30"],
        Verb::Skip => &["건너뛰기"],
        Verb::ForceStart => &["시작", "시작 2시간"],
        Verb::ForceStop => &["중지"],
        Verb::Cancel => &["취소"],
    };
    texts.iter().map(|text| format!("예: {}", spoken.command(schedule, text))).collect()
}
