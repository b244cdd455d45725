//! One notice of each kind, about an example team: for previews, and for trying a webhook out.
//!
//! The first four are one evening: a warning, somebody who still works, the stop, its end.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use crate::model::{Action, Cause, GroupName, InstanceKey, Label, Notice, Problem, ScheduleName, Source, Stretch};

/// What the sample notices are called, and what they tell.
pub const EVENTS: [(&str, &str); 13] = [
    ("warning", "a stop is near"),
    ("extended", "somebody has moved the stop later"),
    ("stop", "instances are being stopped"),
    ("run_done", "a stop is over"),
    ("start", "instances are being started"),
    ("force_start", "instances are being started by an order"),
    ("would_start", "`Mode` is `notify`: what would have been started"),
    ("would_stop", "`Mode` is `notify`: what would have been stopped"),
    ("failed", "AWS could not start something; it is tried again"),
    ("refused", "AWS does not stop something; it is not tried again"),
    ("slow", "a database is not ready after a long time"),
    ("problem", "an item of the tables is at fault"),
    ("test", "somebody tries out whether messages arrive"),
];

/// The sample of this name; `None`: there is none.
#[must_use]
pub fn notice(event: &str) -> Option<Notice> {
    let schedule = ScheduleName::new("Development").ok()?;
    let zone = Tz::Asia__Seoul;
    let acted = |action, cause, time: &str, until_at| {
        let (schedule, stretch, at) = (schedule.clone(), api("")?, at(time)?);
        Some(Notice::Acted { schedule, zone, action, cause, at, stretch, until_at })
    };
    let would_act = |action, time: &str, stretches: [Option<Stretch>; 2]| {
        let (schedule, at) = (schedule.clone(), at(time)?);
        let stretches = stretches.into_iter().collect::<Option<_>>()?;
        Some(Notice::WouldAct { schedule, zone, action, at, stretches })
    };
    match event {
        "warning" => Some(Notice::Warning {
            schedule: schedule.clone(),
            zone,
            cause: Cause::Timetable,
            planned_at: at("2026-11-23T13:00:00Z")?,
            stop_at: at("2026-11-23T13:00:00Z")?,
            stretches: vec![api("")?, database("")?],
            extensible_by: Duration::hours(4),
            is_for_all: true,
        }),
        "extended" => {
            let (stop_at, by) = (at("2026-11-23T14:00:00Z")?, "jane".to_owned());
            Some(Notice::Extended { schedule: schedule.clone(), zone, stop_at, by })
        }
        "stop" => acted(Action::Stop, Cause::Timetable, "2026-11-23T14:00:03Z", None),
        "run_done" => Some(Notice::RunDone {
            schedule: schedule.clone(),
            zone,
            action: Action::Stop,
            cause: Cause::Timetable,
            at: at("2026-11-23T14:06:40Z")?,
            took: Duration::seconds(397),
            instances: 3,
            refused: 0,
        }),
        "start" => acted(Action::Start, Cause::Timetable, "2026-11-23T00:30:03Z", None),
        "force_start" => acted(Action::Start, Cause::Force, "2026-11-22T05:00:03Z", at("2026-11-23T13:00:00Z")),
        "would_start" => would_act(Action::Start, "2026-11-23T00:30:00Z", [database(""), api("")]),
        "would_stop" => would_act(Action::Stop, "2026-11-23T13:00:00Z", [api(""), database("")]),
        "failed" => {
            let words = "We currently do not have sufficient t3.small capacity in the Availability Zone you requested";
            Some(failed(&schedule, Action::Start, ("InsufficientInstanceCapacity", false), api(words)?))
        }
        "refused" => {
            let words = "The instance may not be stopped. Modify its 'disableApiStop' instance attribute";
            Some(failed(&schedule, Action::Stop, ("OperationNotPermitted", true), api(words)?))
        }
        "slow" => Some(Notice::Slow {
            schedule: schedule.clone(),
            zone,
            action: Action::Start,
            waited: Duration::minutes(41),
            stretch: database("starting")?,
            held: GroupName::new("API").into_iter().collect(),
        }),
        "problem" => {
            let message = "is no time of day; allowed: `H:M` with hour 0-47 and minute 0-59, such as `09:30` (hours from 24 mean the next day), or `None`";
            Some(Notice::Problems(vec![Problem {
                source: Source::Tables,
                item: format!("Schedule {schedule}"),
                attribute: "StopTime".to_owned(),
                holds: Some("25:99".to_owned()),
                message: message.to_owned(),
                stops_schedule: true,
                schedule: Some(schedule.clone()),
            }]))
        }
        "test" => Some(Notice::Trial),
        _ => None,
    }
}

fn failed(schedule: &ScheduleName, action: Action, (code, is_final): (&str, bool), stretch: Stretch) -> Notice {
    let (schedule, zone, code) = (schedule.clone(), Tz::Asia__Seoul, code.to_owned());
    Notice::Failed { schedule, zone, action, is_final, code, stretch }
}

fn at(text: &str) -> Option<DateTime<Utc>> {
    text.parse().ok()
}

fn api(remark: &str) -> Option<Stretch> {
    let instances = vec![
        line("ec2/i-0a1b2c3d4e5f60001", Some("api-1"), "t3.small", remark)?,
        line("ec2/i-0a1b2c3d4e5f60002", Some("api-2"), "t3.small", remark)?,
    ];
    Some(Stretch { group: GroupName::new("API").ok(), instances })
}

fn database(remark: &str) -> Option<Stretch> {
    let instances = vec![line("rds/dev-orders", None, "mysql", remark)?];
    Some(Stretch { group: GroupName::new("DB").ok(), instances })
}

fn line(key: &str, name: Option<&str>, engine: &str, remark: &str) -> Option<(InstanceKey, Label, String)> {
    let label = Label {
        name: name.map(str::to_owned),
        engine: Some(engine.to_owned()),
        zone: Some("ap-northeast-2a".to_owned()),
    };
    Some((key.parse().ok()?, label, remark.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_its_notice() {
        for (event, _) in EVENTS {
            assert!(notice(event).is_some(), "{event}");
        }
        assert_eq!(notice("rain"), None);
    }
}
