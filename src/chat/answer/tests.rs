use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use super::*;
use crate::chat::command::{Command, Part, Verb, parse};
use crate::desk::{Cancelled, Done, Why};
use crate::model::{Action, ClockValue, ExceptionKind, ScheduleName};
use crate::ports::StoreError;

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn answered(done: Done) -> Result<Answer, Refusal> {
    let schedule = ScheduleName::new("Dev Team");
    schedule.map_err(|error| panic!("{error}")).map(|schedule| Answer {
        schedule,
        zone: Tz::Asia__Seoul,
        at: time("2026-11-23T12:55:00Z"),
        done,
    })
}

fn refused(why: Why) -> Result<Answer, Refusal> {
    Err(Refusal { schedule: "Dev".to_owned(), zone: Tz::Asia__Seoul, at: time("2026-11-23T12:55:00Z"), why })
}

fn extended(is_new: bool) -> Result<Answer, Refusal> {
    answered(Done::Extended {
        planned_at: time("2026-11-23T13:00:00Z"),
        stop_at: time("2026-11-23T15:30:00Z"),
        by: Some("jane".to_owned()),
        is_new,
        latest_at: time("2026-11-23T17:00:00Z"),
    })
}

fn said(results: &[Result<Answer, Refusal>], language: Language) -> String {
    let texts: Vec<String> = results.iter().map(|one| result(language, "/lamp", one).to_text()).collect();
    texts.join("\n--\n")
}

fn some() -> Vec<Result<Answer, Refusal>> {
    let at = || time("2026-11-24T13:00:00Z");
    vec![
        extended(true),
        extended(false),
        answered(Done::Skipped { planned_at: at(), next_stop_at: None, by: None, is_new: true }),
        answered(Done::Forced {
            action: Action::Start,
            until_at: Some(at()),
            asked_until_at: Some(time("2026-11-23T14:55:00Z")),
            is_new: true,
            instead_of: Some(Action::Stop),
            is_only_told: false,
        }),
        answered(Done::Cancelled(Cancelled::Extension {
            from_at: at(),
            stop_at: Some(time("2026-11-23T12:00:00Z")),
            by: Some("kim".to_owned()),
        })),
        answered(Done::ExceptionSet {
            date: "2026-12-24".parse().unwrap(),
            kind: ExceptionKind::Stop,
            local_time: Some(ClockValue::at(18, 0).unwrap()),
            is_new: true,
            day: vec![(Action::Start, time("2026-12-24T00:30:00Z")), (Action::Stop, time("2026-12-24T09:00:00Z"))],
            has_begun: false,
        }),
        refused(Why::HasBegun),
        refused(Why::TooMuch { most: Duration::minutes(240), latest_at: time("2026-11-23T17:00:00Z") }),
        refused(Why::NoSchedule { near: ScheduleName::new("Development").ok(), names: Vec::new() }),
    ]
}

#[test]
fn in_english() {
    insta::assert_snapshot!(said(&some(), Language::En), @r#"
    Dev Team stays on until Tue 24 Nov, 00:30 (Asia/Seoul): extended by jane
    More:
      It was to stop at 22:00.
      At most until Tue 24 Nov, 02:00.
      To take it back: /lamp "Dev Team" cancel
    --
    Dev Team is on until Tue 24 Nov, 00:30 (Asia/Seoul) already: extended by jane
    More:
      At most until Tue 24 Nov, 02:00.
      To take it back: /lamp "Dev Team" cancel
    --
    Dev Team: the stop at Tue 24 Nov, 22:00 (Asia/Seoul) is left out
    More:
      No other stop is planned.
      To take it back: /lamp "Dev Team" cancel
    --
    Dev Team: force start is ordered; the scheduler carries it out soon
    More:
      It runs until Tue 24 Nov, 22:00 (Asia/Seoul).
      You asked for 23:55; the timetable decides. To move its stop: /lamp "Dev Team" extend 1h
      It takes the place of the order to force stop.
      To take it back: /lamp "Dev Team" cancel
    --
    Dev Team: the extension until Tue 24 Nov, 22:00 by kim is taken back
    Now: Its time is past: it stops soon, with a warning before it.
    --
    Dev Team: the exception for Thu 24 Dec 2026 is now `stop 18:00`
    That date: start Thu 24 Dec, 09:30, stop Thu 24 Dec, 18:00 (Asia/Seoul)
    To take it back: /lamp "Dev Team" exception del 2026-12-24 stop
    --
    Dev: the stop has begun, and is not turned round
    Hint: To start all again: /lamp Dev force_start
    --
    Dev may be extended until Tue 24 Nov, 02:00 (Asia/Seoul) at most
    Hint: One stop may be moved by 4 hours in all.
    --
    There is no schedule `Dev`
    Hint: Did you mean `Development`?
    "#);
}

#[test]
fn in_korean() {
    insta::assert_snapshot!(said(&some(), Language::Ko), @r#"
    Dev Team: 11월 24일(화) 00:30(Asia/Seoul)까지 연장했습니다
    안내:
      요청한 사람: jane
      원래 22:00에 중지될 예정이었습니다.
      최대 11월 24일(화) 02:00까지 연장할 수 있습니다.
      되돌리려면: /lamp "Dev Team" 취소
    --
    Dev Team: 이미 11월 24일(화) 00:30(Asia/Seoul)까지 연장되어 있습니다
    안내:
      요청한 사람: jane
      최대 11월 24일(화) 02:00까지 연장할 수 있습니다.
      되돌리려면: /lamp "Dev Team" 취소
    --
    Dev Team: 11월 24일(화) 22:00(Asia/Seoul) 중지를 건너뜁니다
    안내:
      다른 중지 예정이 없습니다.
      되돌리려면: /lamp "Dev Team" 취소
    --
    Dev Team: 강제 시작 요청을 접수했습니다. 스케줄러가 곧 실행합니다
    안내:
      11월 24일(화) 22:00(Asia/Seoul)까지 실행됩니다.
      요청하신 시각은 23:55이지만 시간표가 우선합니다. 중지를 늦추려면: /lamp "Dev Team" 연장 1시간
      앞서 접수된 강제 중지 요청을 대신합니다.
      되돌리려면: /lamp "Dev Team" 취소
    --
    Dev Team: 11월 24일(화) 22:00까지의 연장을 취소했습니다
    안내:
      중지 시각이 이미 지났으므로, 미리 알린 뒤 곧 중지합니다.
      취소된 요청을 한 사람: kim
    --
    Dev Team: 2026년 12월 24일(목) 예외를 `중지 18:00`(으)로 설정했습니다
    그날 일정: 12월 24일(목) 09:30 시작, 12월 24일(목) 18:00 중지 (Asia/Seoul)
    되돌리려면: /lamp "Dev Team" 예외 삭제 2026-12-24 중지
    --
    Dev: 중지가 이미 시작되어 되돌릴 수 없습니다
    안내: 다시 켜려면: /lamp Dev 시작
    --
    Dev: 최대 11월 24일(화) 02:00(Asia/Seoul)까지만 연장할 수 있습니다
    안내: 중지 한 번을 모두 합해 4시간까지 늦출 수 있습니다.
    --
    Dev: 이런 이름의 스케줄이 없습니다
    안내: 혹시 `Development`인가요?
    "#);
}

#[test]
fn what_is_taught_can_be_written() {
    let verbs = [
        Verb::Status,
        Verb::Info,
        Verb::Exception,
        Verb::ExceptionInfo,
        Verb::ExceptionSet,
        Verb::ExceptionDelete,
        Verb::Extend,
        Verb::Skip,
        Verb::ForceStart,
        Verb::ForceStop,
        Verb::Cancel,
    ];
    let parts = [Part::ExceptionVerb, Part::Date, Part::Kind, Part::Time, Part::Later, Part::Length];
    for language in [Language::En, Language::Ko] {
        let mut taught = Vec::new();
        for (verb, part) in verbs.into_iter().flat_map(|verb| parts.map(|part| (verb, part))) {
            let error = CommandError::Missing { schedule: "Dev Team".to_owned(), verb, part };
            taught.extend(mistake(language, "/lamp", &error).fields.into_iter().flat_map(|field| field.lines));
        }
        let commands = taught.iter().filter_map(|line| line.split_once(": ")).map(|(_, command)| command.to_owned());
        let help = help(language, "/lamp").fields.into_iter().flat_map(|field| field.lines);
        let of_help = help.filter(|line| line.starts_with("/lamp")).map(|line| {
            // What is in brackets may be left out.
            let command = line.split(": ").next().unwrap_or_default().to_owned();
            command.split(" [").next().unwrap_or_default().to_owned()
        });
        let mut count = 0;
        for command in commands.chain(of_help) {
            assert!(command.starts_with("/lamp"), "{command}");
            assert!(matches!(parse(&command), Ok(Command::For { .. })), "{command}: {:?}", parse(&command));
            count += 1;
        }
        assert!(count > 80, "{count}");
    }
}

#[test]
fn every_refusal_has_words_of_one_line() {
    let date = "2026-11-23".parse().unwrap();
    let at = time("2026-11-23T17:00:00Z");
    let error = || StoreError::Unavailable { table: "arn:secret".to_owned(), message: "arn:secret".to_owned() };
    let whys = [
        Why::Faulty { problems: vec!["a\nb".to_owned()] },
        Why::NotThisPerson,
        Why::NotFromHere,
        Why::TooMany { a_minute: 3 },
        Why::NotFollowed { is_off: true },
        Why::NotFollowed { is_off: false },
        Why::NoStop,
        Why::NotLater { stop_at: at },
        Why::NotMovable,
        Why::NotLast,
        Why::Overruled,
        Why::TooLate,
        Why::MayHaveBegun,
        Why::Past { date },
        Why::TooFar { last: date },
        Why::Length { most: Duration::hours(24) },
        Why::NoException { date, kind: ExceptionKind::Stop },
        Why::NothingToCancel,
        Why::Busy,
        Why::OtherStop { stop_at: Some(at) },
        Why::Store { error: error(), may_be_done: true },
        Why::Store { error: error(), may_be_done: false },
    ];
    for language in [Language::En, Language::Ko] {
        let mut titles: Vec<String> =
            whys.iter().map(|why| result(language, "/lamp", &refused(why.clone())).to_text()).collect();
        assert!(titles.iter().all(|text| !text.contains("secret")), "what AWS says is for the log");
        let count = titles.len();
        titles.sort();
        titles.dedup();
        assert_eq!(titles.len(), count);
    }
}
