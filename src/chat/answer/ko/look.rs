//! What runs, and what is planned, in Korean.

use super::{Times, act, date, ends, exception};
use crate::chat::message::{Message, Tone};
use crate::chat::person::in_korean;
use crate::desk::{Info, Status};
use crate::model::{Action, Cause, Mode};

fn mode(enabled: bool, mode: Mode) -> Option<String> {
    match mode {
        Mode::Off => Some("`Mode` 값이 `off`이므로 아무 작업도 하지 않습니다.".to_owned()),
        _ if !enabled => Some("비활성화된 스케줄이므로 강제 시작과 강제 중지만 동작합니다.".to_owned()),
        Mode::Notify => Some("`Mode` 값이 `notify`이므로 알리기만 합니다.".to_owned()),
        Mode::Act => None,
    }
}

/// What runs now, and what comes next.
pub(super) fn status(name: &str, status: &Status, times: &Times) -> Message {
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
            Cause::Restart => "AWS가 자동으로 시작했으므로",
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
    let waits = status.waits_until.map(|at| format!("{}까지 (알림이 늦게 나갔기 때문입니다)", times.at(at)));
    let stop = status.next_stop_at.map(|at| {
        let moved =
            status.next_stop_by.as_ref().map(|by| format!(" (변경한 사람: {})", in_korean(by))).unwrap_or_default();
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
        .field("마지막으로 확인한 인스턴스 수", Some(format!("{}대", status.instances)))
}

/// What the timetable makes of a date.
pub(super) fn info(name: &str, info: &Info, times: &Times) -> Message {
    let group = |(group, needs): &(String, Vec<String>)| match needs.as_slice() {
        [] => group.clone(),
        needs => format!("{group} (선행 그룹: {})", needs.join(", ")),
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
