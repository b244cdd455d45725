//! What can be written, and what is wrong with a command, in Korean.

use crate::chat::answer::{Spoken, joined};
use crate::chat::command::{CommandError, Part, Verb};
use crate::chat::message::{Message, Tone};

/// What can be written, each with what it does.
const COMMANDS: [(&str, &str); 10] = [
    ("상태", "지금 상태와 다음 일정을 봅니다 (`s`)"),
    ("정보 [날짜]", "그날의 시간표를 봅니다 (`i`)"),
    ("연장 1시간", "다음 중지를 늦춥니다: `30분`, `1시간 30분`, `22:30`"),
    ("건너뛰기", "다음 중지를 건너뜁니다"),
    ("시작 [2시간]", "지금 모두 시작합니다"),
    ("중지", "지금 모두 중지합니다"),
    (
        "취소",
        "아직 실행되지 않은 강제 시작이나 강제 중지를 취소하고, 없으면 다음 중지의 연장이나 건너뛰기를 취소합니다",
    ),
    ("예외 정보 [날짜]", "예외를 봅니다 (`e i`)"),
    ("예외 설정 2026-12-24 중지 18:00", "하루만 시작이나 중지를 바꿉니다. 없애려면 `없음` (`e s`)"),
    ("예외 삭제 2026-12-24 중지", "예외를 삭제합니다 (`e d`)"),
];

const A_DATE: &str = "날짜에는 `2026-12-24`, `오늘`, `내일` 또는 `월`과 같은 요일을 쓸 수 있습니다.";

/// All commands.
pub(in crate::chat::answer) fn help(spoken: &Spoken<'_>) -> Message {
    let lines = COMMANDS.iter().map(|(text, does)| format!("{}: {does}", spoken.command("스케줄", text)));
    Message::new(Tone::Info, "사용할 수 있는 명령입니다")
        .field("명령", lines)
        .field("날짜", [A_DATE.to_owned()])
        .field("이름에 공백이 있으면", [spoken.command("개발 서버", "상태")])
}

/// What is wrong with a command.
pub(in crate::chat::answer) fn mistake(error: &CommandError, spoken: &Spoken<'_>) -> Message {
    let (title, help): (String, Vec<String>) = match error {
        CommandError::TooLong => ("명령은 500자까지 쓸 수 있습니다".to_owned(), Vec::new()),
        CommandError::Quote => {
            ("따옴표가 닫히지 않았습니다".to_owned(), vec![format!("예: {}", spoken.command("개발 서버", "상태"))])
        }
        CommandError::NoOrder { schedule } => {
            let lines = COMMANDS.iter().map(|(text, does)| format!("{}: {does}", spoken.command(schedule, text)));
            (format!("`{schedule}`: 무엇을 할지 함께 입력해 주십시오"), lines.collect())
        }
        CommandError::UnknownWord { schedule, word, near, rest } => {
            let near = near.map(|near| format!("비슷한 명령: `{}`", spoken.command(schedule, &joined(near, rest))));
            let help = near.unwrap_or_else(|| {
                format!("명령은 스케줄 이름으로 시작합니다. 스케줄 이름으로 읽은 부분: `{schedule}`")
            });
            let all = format!("모든 명령: {}", spoken.bare("도움말"));
            (format!("`{word}`: 알 수 없는 명령입니다"), vec![help, all])
        }
        CommandError::Missing { schedule, verb, part } => {
            (format!("{} 입력해 주십시오", what(*part)), examples(*verb, schedule, spoken))
        }
        CommandError::Bad { schedule, verb, part, text, near } => {
            let near = near.as_ref().map(|near| format!("비슷한 표현: `{near}`"));
            let right = if *part == Part::Date { Some(A_DATE.to_owned()) } else { None };
            let help = near.into_iter().chain(right).chain(examples(*verb, schedule, spoken));
            (format!("`{text}`: 이해할 수 없습니다. {} 입력해 주십시오", what(*part)), help.collect())
        }
        CommandError::Extra { schedule, verb, text } => {
            (format!("`{text}`: 불필요한 내용입니다"), examples(*verb, schedule, spoken))
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
        Part::Length => "얼마 동안 실행할지",
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
