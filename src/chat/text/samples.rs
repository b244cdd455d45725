//! A notice of each kind, as the tests of words and platforms use them.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use crate::model::{
    Action, Cause, GroupName, InstanceKey, Label, Notice, Problem, ScheduleName, Scope, Source, Stretch,
};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn schedule() -> ScheduleName {
    ScheduleName::new("Development").unwrap()
}

const ZONE: Tz = Tz::Asia__Seoul;

fn line(key: &str, name: &str, engine: &str, remark: &str) -> (InstanceKey, Label, String) {
    let label = Label {
        name: (!name.is_empty()).then(|| name.to_owned()),
        engine: Some(engine.to_owned()),
        zone: Some("ap-northeast-2a".to_owned()),
    };
    (key.parse().unwrap(), label, remark.to_owned())
}

fn db(remark: &str) -> Stretch {
    Stretch { group: GroupName::new("DB").ok(), instances: vec![line("rds/dev-orders", "", "mysql", remark)] }
}

fn api(remark: &str) -> Stretch {
    let instances = vec![
        line("ec2/i-0a1b2c3d4e5f60001", "api-1", "t3.small", remark),
        line("ec2/i-0a1b2c3d4e5f60002", "api-2", "t3.small", remark),
    ];
    Stretch { group: GroupName::new("API").ok(), instances }
}

pub(in crate::chat) fn warning() -> Notice {
    let lone = Stretch { group: None, instances: vec![line("ec2/i-0a1b2c3d4e5f60009", "", "m5.large", "")] };
    Notice::Warning {
        schedule: schedule(),
        zone: ZONE,
        cause: Cause::Timetable,
        planned_at: at("2026-11-23T13:00:00Z"),
        stop_at: at("2026-11-23T13:00:00Z"),
        stretches: vec![api(""), db(""), lone],
        extensible_by: Duration::hours(4),
        is_for_all: true,
    }
}

pub(in crate::chat) fn acted(action: Action, cause: Cause, until_at: Option<&str>) -> Notice {
    let at = match action {
        Action::Start => at("2026-11-23T00:30:04Z"),
        Action::Stop => at("2026-11-23T13:00:04Z"),
    };
    let until_at = until_at.map(|text| text.parse().unwrap());
    Notice::Acted { schedule: schedule(), zone: ZONE, action, cause, at, stretch: api(""), until_at }
}

pub(in crate::chat) fn run_done(instances: usize, refused: usize) -> Notice {
    Notice::RunDone {
        schedule: schedule(),
        zone: ZONE,
        action: Action::Start,
        cause: Cause::Timetable,
        at: at("2026-11-23T00:44:10Z"),
        took: Duration::seconds(850),
        instances,
        refused,
    }
}

pub(in crate::chat) fn would_act() -> Notice {
    Notice::WouldAct {
        schedule: schedule(),
        zone: ZONE,
        action: Action::Stop,
        at: at("2026-11-23T13:00:00Z"),
        stretches: vec![api("")],
    }
}

pub(in crate::chat) fn failed() -> Notice {
    let words = "We currently do not have sufficient t3.small capacity in the Availability Zone you requested";
    Notice::Failed {
        schedule: schedule(),
        zone: ZONE,
        action: Action::Start,
        is_final: false,
        code: "InsufficientInstanceCapacity".to_owned(),
        stretch: api(words),
    }
}

pub(in crate::chat) fn refused() -> Notice {
    let mut stretch =
        api("The instance 'i-0a1b2c3d4e5f60001' may not be stopped. Modify its 'disableApiStop' attribute");
    stretch.instances.truncate(1);
    Notice::Failed {
        schedule: schedule(),
        zone: ZONE,
        action: Action::Stop,
        is_final: true,
        code: "OperationNotPermitted".to_owned(),
        stretch,
    }
}

pub(in crate::chat) fn slow() -> Notice {
    Notice::Slow {
        schedule: schedule(),
        zone: ZONE,
        action: Action::Start,
        waited: Duration::minutes(41),
        stretch: db("starting"),
        held: ["API", "Batch"].into_iter().filter_map(|name| GroupName::new(name).ok()).collect(),
    }
}

pub(in crate::chat) fn extended() -> Notice {
    let by = "jane@example.org".to_owned();
    Notice::Extended { schedule: schedule(), zone: ZONE, stop_at: at("2026-11-23T15:30:00Z"), by }
}

fn problem(item: &str, attribute: &str, holds: Option<&str>, message: &str, stops_schedule: bool) -> Problem {
    Problem {
        source: Source::Tables,
        schedule: ScheduleName::new("Development").ok(),
        item: item.to_owned(),
        attribute: attribute.to_owned(),
        holds: holds.map(str::to_owned),
        message: message.to_owned(),
        stops_schedule,
    }
}

pub(in crate::chat) fn problems() -> Notice {
    let days = "`weekdys` is no day (did you mean `weekdays`?); allowed: `all`, `weekdays`, `weekends`, or a list of days and \
                ranges such as `mon,wed,fri`, `mon-thu`, `fri-mon`";
    let time = "is no time of day; allowed: `H:M` with hour 0-47 and minute 0-59, such as `09:30` (hours from 24 mean the next \
                day), or `None`";
    Notice::Problems(vec![
        problem("Schedule Development", "DaysActive", Some("weekdys"), days, true),
        problem("Schedule Development", "StopTime", Some("25:99"), time, true),
        problem(
            "instance ec2/i-1 of schedule Development",
            "",
            None,
            "it is a member of the Auto Scaling group `web`, which would replace it; it is left alone",
            false,
        ),
    ])
}

pub(in crate::chat) fn unreachable() -> Notice {
    let scope = Scope { region: crate::model::Region::new("eu-west-1").ok(), account: None };
    let message = "could not be looked at, so what is there is left as it is, and groups elsewhere may wait for it: UnauthorizedOperation: you are not allowed to do this";
    Notice::Problems(vec![Problem {
        source: Source::Scope(scope.clone()),
        schedule: None,
        ..problem(&scope.to_string(), "", None, message, false)
    }])
}

/// One of each kind.
pub(in crate::chat) fn all() -> Vec<Notice> {
    vec![
        warning(),
        acted(Action::Start, Cause::Timetable, None),
        acted(Action::Start, Cause::Force, Some("2026-11-23T13:00:00Z")),
        acted(Action::Start, Cause::Force, None),
        acted(Action::Stop, Cause::Enforce, None),
        acted(Action::Stop, Cause::Restart, None),
        acted(Action::Stop, Cause::Force, None),
        run_done(5, 0),
        run_done(4, 1),
        run_done(0, 2),
        would_act(),
        failed(),
        refused(),
        slow(),
        extended(),
        problems(),
        unreachable(),
    ]
}
