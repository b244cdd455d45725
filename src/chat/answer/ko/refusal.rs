//! Why an order was refused, in Korean.

use super::{Times, act, date, end, length, turn_round, until};
use crate::chat::answer::Spoken;
use crate::chat::message::{Message, Tone};
use crate::chat::text::korean_fault;
use crate::desk::{Refusal, Why};
use crate::ports::StoreError;

/// Why nothing was done, and what can be.
pub(in crate::chat::answer) fn refusal(refusal: &Refusal, spoken: &Spoken<'_>) -> Message {
    let name = refusal.schedule.as_str();
    let times = Times { zone: refusal.zone, now: refusal.at };
    let command = |text: &str| spoken.command(name, text);
    let (what, help): (String, Vec<String>) = match &refusal.why {
        Why::NoSchedule { near, names } => {
            let near = near.as_ref().map(|near| format!("비슷한 스케줄: `{near}`"));
            let names: Vec<&str> = names.iter().map(crate::model::ScheduleName::as_str).collect();
            let all = (!names.is_empty()).then(|| format!("등록된 스케줄: {}", names.join(", ")));
            ("해당 이름의 스케줄이 없습니다".to_owned(), near.into_iter().chain(all).collect())
        }
        Why::Faulty { problems } => {
            let lines = problems.iter().map(|problem| korean_fault(problem));
            ("설정을 해석할 수 없어 아무 작업도 하지 않습니다".to_owned(), lines.collect())
        }
        Why::NotThisPerson => {
            one("요청할 권한이 없습니다", "요청할 수 있는 사람은 스케줄의 `ChatPeople` 속성에 있습니다.")
        }
        Why::NotFromHere => {
            one("이곳에서는 요청할 수 없습니다", "요청할 수 있는 대화방은 스케줄의 `ChatRooms` 속성에 있습니다.")
        }
        Why::TooMany { a_minute } => {
            (format!("요청은 1분에 {a_minute}번까지 받습니다"), vec!["1분 뒤에 다시 시도해 주십시오.".to_owned()])
        }
        Why::NotFollowed { is_off: true } => {
            ("`Mode` 값이 `off`이므로 아무 작업도 하지 않습니다".to_owned(), Vec::new())
        }
        Why::Again => (
            "이미 받은 요청이므로 다시 실행하지 않습니다".to_owned(),
            vec![format!("지금 상태를 보려면: {}", command("상태"))],
        ),
        Why::NotFollowed { is_off: false } => {
            one("비활성화된 스케줄이므로 시간표에 따라 중지되지 않습니다", "강제 시작과 강제 중지만 동작합니다.")
        }
        Why::NoStop => ("중지 예정이 없어 늦출 수 없습니다".to_owned(), Vec::new()),
        Why::NotLater { stop_at } => (
            format!("이미 {}까지 실행될 예정입니다", times.in_zone(*stop_at)),
            vec!["연장으로는 중지 시각을 늦출 수만 있습니다.".to_owned()],
        ),
        Why::TooMuch { most, latest_at } => (
            format!("최대 {}까지만 연장할 수 있습니다", times.in_zone(*latest_at)),
            vec![format!("중지 한 번은 모두 합해 {}까지 늦출 수 있습니다.", length(*most))],
        ),
        Why::NotMovable => one("채팅에서 중지를 늦출 수 없습니다", "`MaxExtensionMinutes` 값이 0입니다."),
        Why::NotLast => one("그날에는 뒤에 다른 운영 시간이 있습니다", "그날의 마지막 중지만 늦출 수 있습니다."),
        Why::Overruled => {
            ("그날의 다른 예외가 우선하므로 중지 시각이 바뀌지 않습니다".to_owned(), vec![command("예외 정보")])
        }
        Why::TooLate => (
            "해당 날짜에 지정하기에는 너무 늦은 시각입니다".to_owned(),
            vec![
                "중지 시각은 47:59까지 지정할 수 있습니다.".to_owned(),
                format!("중지를 건너뛰려면: {}", command("건너뛰기")),
            ],
        ),
        Why::HasBegun => (
            "중지가 이미 시작되어 되돌릴 수 없습니다".to_owned(),
            vec![format!("다시 시작하려면: {}", command("시작"))],
        ),
        Why::MayHaveBegun => (
            "중지가 곧 시작될 예정이어서 막지 못했습니다".to_owned(),
            vec![format!("중지된 뒤 다시 시작하려면: {}", command("시작"))],
        ),
        Why::Past { date: of } => (format!("{}: 이미 지난 날짜입니다", date(*of)), Vec::new()),
        Why::TooFar { last } => {
            ("너무 먼 날짜입니다".to_owned(), vec![format!("{}까지 설정할 수 있습니다.", date(*last))])
        }
        Why::Length { most } => (format!("강제 시작 시간은 최대 {}입니다", length(*most)), vec![command("시작 2시간")]),
        Why::NoException { date: of, kind } => {
            (format!("{}에는 `{}` 예외가 없습니다", date(*of), end(*kind)), vec![command("예외 정보")])
        }
        Why::NothingToCancel => (
            "취소할 요청이 없습니다".to_owned(),
            vec![format!("설정한 예외는 그대로 있습니다: {}", command("예외 정보"))],
        ),
        Why::CarriedOut { action, until_at } => (
            format!("강제 {} 작업이 이미 실행되었거나 진행 중이어서 취소할 수 없습니다", act(*action)),
            vec![until(*action, *until_at, &times), turn_round(*action, name, spoken)],
        ),
        Why::NoEnd => (
            "비활성화된 스케줄은 정한 시간이 지나도 중지되지 않으므로 시작하지 않았습니다".to_owned(),
            vec![
                format!("시간을 정하지 않고 시작하려면: {}", command("시작")),
                format!("사용을 마치고 중지하려면: {}", command("중지")),
            ],
        ),
        Why::Busy => one("다른 사람이 동시에 변경하고 있습니다", "다시 시도해 주십시오."),
        Why::OtherStop { stop_at } => (
            "다른 중지에 대한 메시지이므로 바뀐 것이 없습니다".to_owned(),
            stop_at.map(|at| format!("다음 중지 시각은 {}입니다.", times.in_zone(at))).into_iter().collect(),
        ),
        Why::Store { error: StoreError::Denied { .. } | StoreError::MissingTable(..), .. } => one(
            "테이블을 사용할 권한이 없거나 테이블이 없습니다",
            "다시 시도해도 해결되지 않습니다. 원인은 이 함수의 로그에 있으니 운영 담당자에게 문의해 주십시오.",
        ),
        Why::Store { may_be_done: true, .. } => (
            "테이블이 응답하지 않습니다".to_owned(),
            vec![format!("요청이 반영되었을 수도 있습니다: {}", command("상태"))],
        ),
        Why::Store { .. } => one("테이블이 응답하지 않습니다", "바뀐 것이 없습니다. 다시 시도해 주십시오."),
    };
    Message::new(Tone::Failure, &format!("{name}: {what}")).field("안내", help)
}

fn one(what: &str, help: &str) -> (String, Vec<String>) {
    (what.to_owned(), vec![help.to_owned()])
}
