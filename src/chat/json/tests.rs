//! What a server that takes plain JSON is sent, for each kind of notice.

use super::*;
use crate::chat::text::samples;

/// The JSON without `text` and `language`, whose words are tested where they are made.
fn sent(notice: &Notice) -> String {
    let mut json = render(notice, &Voice::default());
    let text = json.as_object_mut().and_then(|fields| fields.remove("text")).unwrap();
    assert_eq!(json.as_object_mut().and_then(|fields| fields.remove("language")), Some("en".into()));
    assert_eq!(text.as_str().unwrap(), crate::chat::message(Platform::Json, notice, &Voice::default()).to_text());
    serde_json::to_string_pretty(&json).unwrap()
}

#[test]
fn a_warning() {
    insta::assert_snapshot!(sent(&samples::warning()), @r#"
    {
      "cause": "timetable",
      "event": "warning",
      "extensible_by_minutes": 240,
      "instances": [
        {
          "availability_zone": "ap-northeast-2a",
          "engine": "t3.small",
          "group": "API",
          "id": "i-0a1b2c3d4e5f60001",
          "kind": "ec2",
          "name": "api-1"
        },
        {
          "availability_zone": "ap-northeast-2a",
          "engine": "t3.small",
          "group": "API",
          "id": "i-0a1b2c3d4e5f60002",
          "kind": "ec2",
          "name": "api-2"
        },
        {
          "availability_zone": "ap-northeast-2a",
          "engine": "mysql",
          "group": "DB",
          "id": "dev-orders",
          "kind": "rds"
        },
        {
          "availability_zone": "ap-northeast-2a",
          "engine": "m5.large",
          "id": "i-0a1b2c3d4e5f60009",
          "kind": "ec2"
        }
      ],
      "planned_at": "2026-11-23T13:00:00Z",
      "schedule": "Development",
      "stop_at": "2026-11-23T13:00:00Z",
      "timezone": "Asia/Seoul"
    }
    "#);
}

#[test]
fn a_start_by_force_that_nothing_ends() {
    insta::assert_snapshot!(sent(&samples::acted(Action::Start, Cause::Force, None)), @r#"
    {
      "action": "start",
      "at": "2026-11-23T00:30:04Z",
      "cause": "force",
      "event": "start",
      "instances": [
        {
          "availability_zone": "ap-northeast-2a",
          "engine": "t3.small",
          "group": "API",
          "id": "i-0a1b2c3d4e5f60001",
          "kind": "ec2",
          "name": "api-1"
        },
        {
          "availability_zone": "ap-northeast-2a",
          "engine": "t3.small",
          "group": "API",
          "id": "i-0a1b2c3d4e5f60002",
          "kind": "ec2",
          "name": "api-2"
        }
      ],
      "schedule": "Development",
      "timezone": "Asia/Seoul",
      "until_at": null
    }
    "#);
}

#[test]
fn an_end() {
    insta::assert_snapshot!(sent(&samples::run_done(4, 1)), @r#"
    {
      "action": "start",
      "at": "2026-11-23T00:44:10Z",
      "cause": "timetable",
      "event": "run_done",
      "instance_count": 4,
      "refused_count": 1,
      "schedule": "Development",
      "timezone": "Asia/Seoul",
      "took_seconds": 850
    }
    "#);
}

#[test]
fn what_would_be_done() {
    insta::assert_snapshot!(sent(&samples::would_act()), @r#"
    {
      "action": "stop",
      "at": "2026-11-23T13:00:00Z",
      "event": "would_stop",
      "instances": [
        {
          "availability_zone": "ap-northeast-2a",
          "engine": "t3.small",
          "group": "API",
          "id": "i-0a1b2c3d4e5f60001",
          "kind": "ec2",
          "name": "api-1"
        },
        {
          "availability_zone": "ap-northeast-2a",
          "engine": "t3.small",
          "group": "API",
          "id": "i-0a1b2c3d4e5f60002",
          "kind": "ec2",
          "name": "api-2"
        }
      ],
      "schedule": "Development",
      "timezone": "Asia/Seoul"
    }
    "#);
}

#[test]
fn a_failure() {
    insta::assert_snapshot!(sent(&samples::failed()), @r#"
    {
      "action": "start",
      "code": "InsufficientInstanceCapacity",
      "event": "failed",
      "instances": [
        {
          "availability_zone": "ap-northeast-2a",
          "engine": "t3.small",
          "group": "API",
          "id": "i-0a1b2c3d4e5f60001",
          "kind": "ec2",
          "name": "api-1",
          "remark": "We currently do not have sufficient t3.small capacity in the Availability Zone you requested"
        },
        {
          "availability_zone": "ap-northeast-2a",
          "engine": "t3.small",
          "group": "API",
          "id": "i-0a1b2c3d4e5f60002",
          "kind": "ec2",
          "name": "api-2",
          "remark": "We currently do not have sufficient t3.small capacity in the Availability Zone you requested"
        }
      ],
      "is_final": false,
      "schedule": "Development",
      "timezone": "Asia/Seoul"
    }
    "#);
}

#[test]
fn a_slow_group() {
    insta::assert_snapshot!(sent(&samples::slow()), @r#"
    {
      "action": "start",
      "event": "slow",
      "held": [
        "API",
        "Batch"
      ],
      "instances": [
        {
          "availability_zone": "ap-northeast-2a",
          "engine": "mysql",
          "group": "DB",
          "id": "dev-orders",
          "kind": "rds",
          "remark": "starting"
        }
      ],
      "schedule": "Development",
      "timezone": "Asia/Seoul",
      "waited_seconds": 2460
    }
    "#);
}

#[test]
fn an_extension() {
    insta::assert_snapshot!(sent(&samples::extended()), @r#"
    {
      "by": "jane",
      "event": "extended",
      "schedule": "Development",
      "stop_at": "2026-11-23T15:30:00Z",
      "timezone": "Asia/Seoul"
    }
    "#);
}

#[test]
fn faulty_items() {
    insta::assert_snapshot!(sent(&samples::problems()), @r#"
    {
      "event": "problem",
      "problems": [
        {
          "attribute": "DaysActive",
          "holds": "weekdys",
          "item": "Schedule Development",
          "message": "`weekdys` is no day (did you mean `weekdays`?); allowed: `all`, `weekdays`, `weekends`, or a list of days and ranges such as `mon,wed,fri`, `mon-thu`, `fri-mon`",
          "schedule": "Development",
          "stops_schedule": true
        },
        {
          "attribute": "StopTime",
          "holds": "25:99",
          "item": "Schedule Development",
          "message": "is no time of day; allowed: `H:M` with hour 0-47 and minute 0-59, such as `09:30` (hours from 24 mean the next day), or `None`",
          "schedule": "Development",
          "stops_schedule": true
        },
        {
          "item": "instance ec2/i-1 of schedule Development",
          "message": "it is a member of the Auto Scaling group `web`, which would replace it; it is left alone",
          "schedule": "Development",
          "stops_schedule": false
        }
      ]
    }
    "#);
}

#[test]
fn a_stop_has_no_end_and_long_lists_are_cut() {
    let Notice::Acted { schedule, zone, action, cause, at, mut stretch, until_at } =
        samples::acted(Action::Stop, Cause::Force, None)
    else {
        panic!()
    };
    stretch.group = GroupName::new("Workers").ok();
    stretch.instances = vec![stretch.instances[0].clone(); MOST + 23];
    let acted = Notice::Acted { schedule, zone, action, cause, at, stretch, until_at };
    let json = render(&acted, &Voice::default());
    assert_eq!(json.get("until_at"), None);
    assert_eq!(json["left_out"], 23);
    assert_eq!(json["instances"].as_array().unwrap().len(), MOST);
    assert!(json["text"].as_str().unwrap().contains("… and "));
}
