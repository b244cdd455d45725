use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use super::*;
use crate::chat::command::{Command, Part, Verb, parse};
use crate::desk::{Cancelled, Done, Why};
use crate::model::{Action, ClockValue, Exception, ExceptionKind, ScheduleName};
use crate::ports::StoreError;

mod mistakes;

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

fn exception(by: &str, reason: Option<&str>) -> Exception {
    Exception {
        id: "1".to_owned(),
        date: "2026-12-24".parse().unwrap(),
        kind: ExceptionKind::Stop,
        local_time: Some(ClockValue::at(12, 0).unwrap()),
        created_by: Some(by.to_owned()),
        reason: reason.map(str::to_owned),
        ends_start: None,
    }
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
            was: vec![exception("jane", Some("stop at noon"))],
            day: vec![(Action::Start, time("2026-12-24T00:30:00Z")), (Action::Stop, time("2026-12-24T09:00:00Z"))],
            has_begun: false,
        }),
        answered(Done::ExceptionDeleted {
            date: "2026-12-24".parse().unwrap(),
            kind: ExceptionKind::Stop,
            was: vec![
                exception("kim", Some("extend")),
                Exception { local_time: None, ..exception("jane", Some("skip")) },
                exception("lee", Some("force_start")),
            ],
            day: Vec::new(),
            has_begun: false,
        }),
        answered(Done::Cancelled(Cancelled::Force { action: Action::Start, is_under_way: false, until_at: None })),
        answered(Done::Cancelled(Cancelled::Force { action: Action::Start, is_under_way: true, until_at: Some(at()) })),
        refused(Why::CarriedOut { action: Action::Start, until_at: Some(at()) }),
        refused(Why::CarriedOut { action: Action::Stop, until_at: None }),
        refused(Why::NoEnd),
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
    It takes the place of: Thu 24 Dec 2026 stop 12:00 by jane (stop at noon)
    That date: start Thu 24 Dec, 09:30, stop Thu 24 Dec, 18:00 (Asia/Seoul)
    To take it back: /lamp "Dev Team" exception set 2026-12-24 stop 12:00
    --
    Dev Team: deleted 3 exceptions `stop` for Thu 24 Dec 2026
    What was there:
      Thu 24 Dec 2026 stop 12:00 by kim (an extension)
      Thu 24 Dec 2026 stop None by jane (the stop is left out)
      Thu 24 Dec 2026 stop 12:00 by lee (the end of a force start)
    That date: Neither a start nor a stop.
    To put it back: /lamp "Dev Team" exception set 2026-12-24 stop 12:00
    --
    Dev Team: the order to force start is taken back
    Mind: What AWS has been asked for already goes on.
    --
    Dev Team: the order to force start is taken back
    Mind:
      What AWS has been asked for already goes on.
      It runs until Tue 24 Nov, 22:00 (Asia/Seoul).
      To stop it now: /lamp "Dev Team" force_stop
    --
    Dev: force start has been carried out or is under way, and is not taken back
    Hint:
      It runs until Tue 24 Nov, 22:00 (Asia/Seoul).
      To stop it now: /lamp Dev force_stop
    --
    Dev: force stop has been carried out or is under way, and is not taken back
    Hint:
      Nothing starts it again by itself: no start is planned.
      To start all again: /lamp Dev force_start
    --
    Dev is disabled: nothing would stop it after that time, so it is not started
    Hint:
      Start it without an end: /lamp Dev force_start
      Stop it when you are done: /lamp Dev force_stop
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
      요청한 사람: jane 님
      연장 전 중지 예정 시각은 22:00입니다.
      최대 11월 24일(화) 02:00까지 연장할 수 있습니다.
      되돌리려면: /lamp "Dev Team" 취소
    --
    Dev Team: 이미 11월 24일(화) 00:30(Asia/Seoul)까지 연장되어 있습니다
    안내:
      요청한 사람: jane 님
      최대 11월 24일(화) 02:00까지 연장할 수 있습니다.
      되돌리려면: /lamp "Dev Team" 취소
    --
    Dev Team: 11월 24일(화) 22:00(Asia/Seoul) 중지를 건너뜁니다
    안내:
      이후 중지 예정이 없습니다.
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
      취소된 요청을 한 사람: kim 님
    --
    Dev Team: 2026년 12월 24일(목) 예외를 설정했습니다 (`중지 18:00`)
    이전 예외: 2026년 12월 24일(목) 중지 12:00 (jane 님, stop at noon)
    그날 일정: 12월 24일(목) 09:30 시작, 12월 24일(목) 18:00 중지 (Asia/Seoul)
    되돌리려면: /lamp "Dev Team" 예외 설정 2026-12-24 중지 12:00
    --
    Dev Team: 2026년 12월 24일(목)의 `중지` 예외 3건을 삭제했습니다
    삭제한 예외:
      2026년 12월 24일(목) 중지 12:00 (kim 님, 연장)
      2026년 12월 24일(목) 중지 없음 (jane 님, 건너뛰기)
      2026년 12월 24일(목) 중지 12:00 (lee 님, 강제 시작 종료)
    그날 일정: 시작과 중지가 모두 없습니다.
    되돌리려면: /lamp "Dev Team" 예외 설정 2026-12-24 중지 12:00
    --
    Dev Team: 강제 시작 요청을 취소했습니다
    안내: AWS에 이미 요청한 작업은 그대로 진행됩니다.
    --
    Dev Team: 강제 시작 요청을 취소했습니다
    안내:
      AWS에 이미 요청한 작업은 그대로 진행됩니다.
      11월 24일(화) 22:00(Asia/Seoul)까지 실행됩니다.
      지금 중지하려면: /lamp "Dev Team" 중지
    --
    Dev: 강제 시작 작업이 이미 실행되었거나 진행 중이어서 취소할 수 없습니다
    안내:
      11월 24일(화) 22:00(Asia/Seoul)까지 실행됩니다.
      지금 중지하려면: /lamp Dev 중지
    --
    Dev: 강제 중지 작업이 이미 실행되었거나 진행 중이어서 취소할 수 없습니다
    안내:
      시작 예정이 없으므로 자동으로 시작되지 않습니다.
      다시 시작하려면: /lamp Dev 시작
    --
    Dev: 비활성화된 스케줄은 정한 시간이 지나도 중지되지 않으므로 시작하지 않았습니다
    안내:
      시간을 정하지 않고 시작하려면: /lamp Dev 시작
      사용을 마치고 중지하려면: /lamp Dev 중지
    --
    Dev: 중지가 이미 시작되어 되돌릴 수 없습니다
    안내: 다시 시작하려면: /lamp Dev 시작
    --
    Dev: 최대 11월 24일(화) 02:00(Asia/Seoul)까지만 연장할 수 있습니다
    안내: 중지 한 번은 모두 합해 4시간까지 늦출 수 있습니다.
    --
    Dev: 해당 이름의 스케줄이 없습니다
    안내: 비슷한 스케줄: `Development`
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
fn what_is_wrong_with_a_schedule_is_told_in_the_language_of_the_answer() {
    let problems = vec![
        "Schedule Dev: StopTime = `25:99`: is no time of day".to_owned(),
        "ScheduleServerGroup Dev/A: Dependency = `[\"B\"]`: group `A` depends on `B`, which is no group of the schedule; allowed: `C`".to_owned(),
    ];
    let answer = refused(Why::Faulty { problems });
    insta::assert_snapshot!(result(Language::Ko, "/lamp", &answer).to_text(), @r#"
    Dev: 설정을 해석할 수 없어 아무 작업도 하지 않습니다
    안내:
      Schedule Dev: StopTime 값 `25:99`: 올바른 시각이 아닙니다.
      ScheduleServerGroup Dev/A: Dependency 값 `["B"]`: `A` 그룹이 의존하는 `B` 그룹이 스케줄에 없습니다. 사용할 수 있는 값: `C`
    "#);
    assert!(result(Language::En, "/lamp", &answer).to_text().contains("is no time of day"));
}

#[test]
fn what_cancel_takes_back_is_told_in_its_order() {
    let lines = [Language::En, Language::Ko].map(|language| {
        let help = help(language, "/lamp").to_text();
        let mut lines = help.lines().filter(|line| line.contains(" cancel: ") || line.contains(" 취소: "));
        lines.next().unwrap().trim().to_owned()
    });
    assert_eq!(
        lines,
        [
            "/lamp SCHEDULE cancel: takes back a force start or stop that is not carried out yet, else the extension or skipping of the next stop",
            "/lamp 스케줄 취소: 아직 실행되지 않은 강제 시작이나 강제 중지를 취소하고, 없으면 다음 중지의 연장이나 건너뛰기를 취소합니다"
        ]
    );
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
        Why::CarriedOut { action: Action::Start, until_at: None },
        Why::CarriedOut { action: Action::Stop, until_at: Some(at) },
        Why::NoEnd,
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
