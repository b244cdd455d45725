//! The Korean words of each kind of notice.

use super::super::samples;
use super::*;

fn text(notice: &Notice) -> String {
    message(notice).to_text()
}

/// The notice about another schedule, with groups, instances and people of that name too.
fn renamed(notice: Notice, name: &str) -> Notice {
    let named = ScheduleName::new(name).unwrap();
    let again = |mut stretch: Stretch| {
        stretch.group = stretch.group.and(GroupName::new(name).ok());
        stretch.instances.iter_mut().for_each(|(_, label, _)| label.name = Some(name.to_owned()));
        stretch
    };
    let each = |stretches: Vec<Stretch>| stretches.into_iter().map(again).collect();
    match notice {
        Notice::Warning { zone, cause, planned_at, stop_at, stretches, extensible_by, is_for_all, .. } => {
            let stretches = each(stretches);
            Notice::Warning { schedule: named, zone, cause, planned_at, stop_at, stretches, extensible_by, is_for_all }
        }
        Notice::Acted { zone, action, cause, at, stretch, until_at, .. } => {
            Notice::Acted { schedule: named, zone, action, cause, at, stretch: again(stretch), until_at }
        }
        Notice::RunDone { zone, action, cause, at, took, instances, refused, .. } => {
            Notice::RunDone { schedule: named, zone, action, cause, at, took, instances, refused }
        }
        Notice::WouldAct { zone, action, at, stretches, .. } => {
            Notice::WouldAct { schedule: named, zone, action, at, stretches: each(stretches) }
        }
        Notice::Failed { zone, action, is_final, code, stretch, .. } => {
            Notice::Failed { schedule: named, zone, action, is_final, code, stretch: again(stretch) }
        }
        Notice::Slow { zone, action, waited, stretch, .. } => {
            let held = GroupName::new(name).into_iter().collect();
            Notice::Slow { schedule: named, zone, action, waited, stretch: again(stretch), held }
        }
        Notice::Extended { zone, stop_at, .. } => {
            Notice::Extended { schedule: named, zone, stop_at, by: name.to_owned() }
        }
        Notice::Problems(problems) => {
            let renamed = problems.into_iter().map(|problem| Problem { schedule: Some(named.clone()), ..problem });
            Notice::Problems(renamed.collect())
        }
        Notice::Trial => Notice::Trial,
    }
}

#[test]
fn no_particle_follows_a_name() {
    for name in ["개발", "개발팀", "서울", "stage-3", "stage-1", "DB", "web", "Team", "운영(2)"] {
        for notice in samples::all() {
            let text = text(&renamed(notice, name));
            for (at, _) in text.match_indices(name) {
                let next = text.get(at + name.len()..).and_then(|rest| rest.chars().next());
                let is_apart = next.is_none_or(|next| " \n,:()`".contains(next));
                assert!(is_apart, "{name}: {next:?} in {text}");
            }
        }
    }
}

#[test]
fn a_warning_says_when_it_stops_and_what() {
    insta::assert_snapshot!(text(&samples::warning()), @"
    Development 스케줄의 인스턴스를 11월 23일(월) 22:00(Asia/Seoul)에 중지합니다
    API 그룹:
      api-1 (i-0a1b2c3d4e5f60001), t3.small, ap-northeast-2a
      api-2 (i-0a1b2c3d4e5f60002), t3.small, ap-northeast-2a
    DB 그룹: dev-orders, mysql, ap-northeast-2a
    그룹 없음: i-0a1b2c3d4e5f60009, m5.large, ap-northeast-2a
    ");
}

#[test]
fn starts_and_stops_list_what_they_are_done_to() {
    insta::assert_snapshot!(text(&samples::acted(Action::Start, Cause::Timetable, None)), @"
    Development 스케줄: API 그룹의 인스턴스 2대를 시작하고 있습니다
    인스턴스:
      api-1 (i-0a1b2c3d4e5f60001), t3.small, ap-northeast-2a
      api-2 (i-0a1b2c3d4e5f60002), t3.small, ap-northeast-2a
    시각: 09:30(Asia/Seoul), 시간표에 따름
    ");
    insta::assert_snapshot!(text(&samples::acted(Action::Stop, Cause::Enforce, None)), @"
    Development 스케줄: API 그룹의 인스턴스 2대를 중지하고 있습니다
    인스턴스:
      api-1 (i-0a1b2c3d4e5f60001), t3.small, ap-northeast-2a
      api-2 (i-0a1b2c3d4e5f60002), t3.small, ap-northeast-2a
    시각: 22:00(Asia/Seoul), 시간표를 유지하는 설정(`Enforce`)에 따름
    ");
}

#[test]
fn a_forced_start_says_how_long_it_lasts() {
    let until = |until_at: Option<&str>| {
        let message = message(&samples::acted(Action::Start, Cause::Force, until_at));
        message.fields.iter().map(|field| format!("{}: {}", field.title, field.lines.join(" | "))).next_back().unwrap()
    };
    insta::assert_snapshot!(until(Some("2026-11-23T13:00:00Z")), @"실행 기한: 22:00(Asia/Seoul)까지이며, 이후 시간표에 따라 중지합니다.");
    insta::assert_snapshot!(until(Some("2026-11-30T13:00:00Z")), @"실행 기한: 11월 30일(월) 22:00(Asia/Seoul)까지이며, 이후 시간표에 따라 중지합니다.");
    insta::assert_snapshot!(until(None), @"실행 기한: 시간표에 중지 예정이 없습니다. `ForceStop` 값을 설정하면 중지합니다.");
}

#[test]
fn an_end_says_how_long_it_took() {
    insta::assert_snapshot!(text(&samples::run_done(4, 1)), @"
    Development 스케줄: 인스턴스 4대를 14분 만에 시작했습니다
    시각: 09:44(Asia/Seoul), 시간표에 따름
    그대로 둔 인스턴스: 1대, AWS가 거부했습니다. 이유는 당시에 알려 드렸습니다.
    ");
    insta::assert_snapshot!(text(&samples::run_done(0, 0)), @"
    Development 스케줄: 시작 작업을 마쳤으며, 시작한 인스턴스는 없습니다
    시각: 09:44(Asia/Seoul), 시간표에 따름
    ");
}

#[test]
fn notify_says_that_nothing_is_done() {
    let text = text(&samples::would_act());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "Development 스케줄: 11월 23일(월) 22:00(Asia/Seoul)에 인스턴스를 중지할 차례이지만 알림만 보냅니다"
    );
    assert_eq!(
        lines.last(),
        Some(&"실행하지 않은 이유: `Mode` 값이 `notify`입니다. `act`로 바꾸면 실제로 시작하고 중지합니다.")
    );
}

#[test]
fn failures_say_what_can_be_done() {
    insta::assert_snapshot!(text(&samples::failed()), @"
    Development 스케줄: API 그룹의 인스턴스 2대를 시작하지 못했습니다
    인스턴스:
      api-1 (i-0a1b2c3d4e5f60001), t3.small, ap-northeast-2a
      api-2 (i-0a1b2c3d4e5f60002), t3.small, ap-northeast-2a
    AWS 응답: InsufficientInstanceCapacity: We currently do not have sufficient t3.small capacity in the Availability Zone you requested
    조치 방법: AWS의 이 가용 영역에는 현재 해당 유형의 여유 용량이 없습니다. 계속되면 유형이나 가용 영역을 변경해 주십시오.
    이후 동작: 간격을 점차 늘리며 다시 시도합니다. 이 인스턴스에 의존하는 그룹은 그동안 기다립니다.
    ");
    insta::assert_snapshot!(text(&samples::slow()), @"
    Development 스케줄: DB 그룹의 인스턴스 1대가 41분째 준비되지 않고 있습니다
    인스턴스: dev-orders, mysql, ap-northeast-2a: 시작 중
    기다리는 그룹: API, Batch
    조치 방법: 계속되면 AWS 콘솔에서 확인해 주십시오. 상태가 정상이 되면 기다리던 작업이 자동으로 이어집니다.
    ");
}

#[test]
fn an_extension_says_by_whom_without_an_address() {
    insta::assert_snapshot!(text(&samples::extended()), @"
    Development 스케줄의 실행을 11월 24일(화) 00:30(Asia/Seoul)까지 연장했습니다
    요청한 사람: jane 님
    ");
}

#[test]
fn a_faulty_item_says_what_it_holds() {
    let text = text(&samples::problems());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "확인이 필요한 항목이 2개 있습니다");
    assert!(lines[2].trim_start().starts_with("DaysActive 값 `weekdys`: `weekdys`: 요일이 아닙니다"), "{text}");
    assert!(lines[4].contains("수정할 때까지 Development 스케줄은 현재 상태를 유지합니다."), "{text}");
    let alone = message(&samples::unreachable()).to_text();
    assert!(alone.starts_with("확인이 필요한 항목: 리전 eu-west-1\n문제: 조회하지 못하여"), "{alone}");
}

#[test]
fn what_is_said_is_polite() {
    for notice in samples::all() {
        let title = message(&notice).title;
        assert!(title.ends_with("니다") || title.contains("항목: "), "{title}");
    }
}
