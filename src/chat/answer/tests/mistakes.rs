//! What is said of commands that cannot be read.

use super::*;

/// What is said of a line that cannot be read.
fn unread(language: Language, line: &str) -> String {
    mistake(language, "/lamp", &parse(line).unwrap_err()).to_text()
}

#[test]
fn mistakes_in_english() {
    let said = [
        "Dev e s today stop 25:99",
        "Dev e s today stop",
        "Dev e s today",
        "Dev extend",
        "Dev \"Team status",
        "Development extnd 1h",
        "nothing here at all",
    ];
    insta::assert_snapshot!(said.map(|line| unread(Language::En, line)).join("\n--\n"), @r#"
    `25:99` is not right: a time such as `18:00`, or `None`, is wanted
    Hint:
      For example: /lamp Dev exception set 2026-12-24 stop 18:00
      For example: /lamp Dev exception set tomorrow start None
    --
    A time such as `18:00`, or `None`, is missing
    Hint:
      For example: /lamp Dev exception set 2026-12-24 stop 18:00
      For example: /lamp Dev exception set tomorrow start None
    --
    One of `start` and `stop` is missing
    Hint:
      For example: /lamp Dev exception set 2026-12-24 stop 18:00
      For example: /lamp Dev exception set tomorrow start None
    --
    How much later, or until when, is missing
    Hint:
      For example: /lamp Dev extend 1h
      For example: /lamp Dev extend 30m
      For example: /lamp Dev extend 22:30
    --
    A quotation mark is not closed
    Hint: /lamp "Dev Team" status
    --
    `extnd` is no command
    Hint:
      Did you mean `/lamp Development extend 1h`?
      All commands: /lamp help
    --
    `here` is no command
    Hint:
      A command begins with the name of a schedule: `nothing` was taken for one.
      All commands: /lamp help
    "#);
}

#[test]
fn mistakes_in_korean() {
    let said = ["개발 \"팀 상태", "개발 연자 1시간", "아무 뜻도 없음"];
    insta::assert_snapshot!(said.map(|line| unread(Language::Ko, line)).join("\n--\n"), @r#"
    따옴표가 닫히지 않았습니다
    안내: 예: /lamp "개발 서버" 상태
    --
    `연자`: 알 수 없는 명령입니다
    안내:
      비슷한 명령: `/lamp 개발 연장 1시간`
      모든 명령: /lamp 도움말
    --
    `뜻도`: 알 수 없는 명령입니다
    안내:
      명령은 스케줄 이름으로 시작합니다. 스케줄 이름으로 읽은 부분: `아무`
      모든 명령: /lamp 도움말
    "#);
}
