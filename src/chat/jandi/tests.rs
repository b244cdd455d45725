//! What JANDI is sent, for each kind of notice, and for names that mean harm.

use super::*;
use crate::chat::text::samples;
use crate::chat::{Language, text};
use crate::model::{Action, Cause, GroupName, Notice, Stretch};

fn sent(notice: &Notice) -> String {
    serde_json::to_string_pretty(&render(&text::message(notice, Language::En))).unwrap()
}

#[test]
fn a_warning() {
    insta::assert_snapshot!(sent(&samples::warning()), @r##"
    {
      "body": "Development stops on Mon 23 Nov at 22:00 Asia/Seoul",
      "connectColor": "#FAC11B",
      "connectInfo": [
        {
          "description": "api-1 (i-0a1b2c3d4e5f60001), t3.small, ap-northeast-2a\napi-2 (i-0a1b2c3d4e5f60002), t3.small, ap-northeast-2a",
          "title": "Group API"
        },
        {
          "description": "dev-orders, mysql, ap-northeast-2a",
          "title": "Group DB"
        },
        {
          "description": "i-0a1b2c3d4e5f60009, m5.large, ap-northeast-2a",
          "title": "Without a group"
        }
      ]
    }
    "##);
}

#[test]
fn a_start() {
    insta::assert_snapshot!(sent(&samples::acted(Action::Start, Cause::Timetable, None)), @r##"
    {
      "body": "Development: 2 instances of API are starting",
      "connectColor": "#2E9E5B",
      "connectInfo": [
        {
          "description": "api-1 (i-0a1b2c3d4e5f60001), t3.small, ap-northeast-2a\napi-2 (i-0a1b2c3d4e5f60002), t3.small, ap-northeast-2a",
          "title": "Instances"
        },
        {
          "description": "09:30 Asia/Seoul, by the timetable",
          "title": "When"
        }
      ]
    }
    "##);
}

#[test]
fn an_end() {
    insta::assert_snapshot!(sent(&samples::run_done(5, 0)), @r##"
    {
      "body": "Development has started: 5 instances in 14 min",
      "connectColor": "#2E9E5B",
      "connectInfo": [
        {
          "description": "09:44 Asia/Seoul, by the timetable",
          "title": "When"
        }
      ]
    }
    "##);
}

#[test]
fn what_would_be_done() {
    insta::assert_snapshot!(sent(&samples::would_act()), @r##"
    {
      "body": "Development would stop on Mon 23 Nov at 22:00 Asia/Seoul",
      "connectColor": "#3B7DD8",
      "connectInfo": [
        {
          "description": "api-1 (i-0a1b2c3d4e5f60001), t3.small, ap-northeast-2a\napi-2 (i-0a1b2c3d4e5f60002), t3.small, ap-northeast-2a",
          "title": "Group API"
        },
        {
          "description": "`Mode` is `notify`; with `act` it would be done.",
          "title": "Nothing is done"
        }
      ]
    }
    "##);
}

#[test]
fn a_failure() {
    insta::assert_snapshot!(sent(&samples::failed()), @r##"
    {
      "body": "Development: 2 instances of API did not start",
      "connectColor": "#D64545",
      "connectInfo": [
        {
          "description": "api-1 (i-0a1b2c3d4e5f60001), t3.small, ap-northeast-2a\napi-2 (i-0a1b2c3d4e5f60002), t3.small, ap-northeast-2a",
          "title": "Instances"
        },
        {
          "description": "InsufficientInstanceCapacity: We currently do not have sufficient t3.small capacity in the Availability Zone you requested",
          "title": "AWS says"
        },
        {
          "description": "AWS has no room for this type in this zone now. If it lasts, change the type or the zone.",
          "title": "What to do"
        },
        {
          "description": "Tried again, less and less often. What depends on it waits.",
          "title": "What happens next"
        }
      ]
    }
    "##);
}

#[test]
fn a_slow_group() {
    insta::assert_snapshot!(sent(&samples::slow()), @r##"
    {
      "body": "Development: 1 instance of DB is not ready after 41 min",
      "connectColor": "#D64545",
      "connectInfo": [
        {
          "description": "dev-orders, mysql, ap-northeast-2a: starting",
          "title": "Instances"
        },
        {
          "description": "API, Batch",
          "title": "Waiting for it"
        },
        {
          "description": "If it lasts, look in the AWS console. What waits goes on by itself once it is there.",
          "title": "What to do"
        }
      ]
    }
    "##);
}

#[test]
fn an_extension() {
    insta::assert_snapshot!(sent(&samples::extended()), @r##"
    {
      "body": "Development stops later: on Tue 24 Nov at 00:30 Asia/Seoul",
      "connectColor": "#3B7DD8",
      "connectInfo": [
        {
          "description": "jane",
          "title": "By"
        }
      ]
    }
    "##);
}

#[test]
fn faulty_items() {
    insta::assert_snapshot!(sent(&samples::problems()), @r##"
    {
      "body": "2 items need a look",
      "connectColor": "#D64545",
      "connectInfo": [
        {
          "description": "DaysActive holds `weekdys`: `weekdys` is no day (did you mean `weekdays`?); allowed: `all`, `weekdays`, `weekends`, or a list of days and ranges such as `mon,wed,fri`, `mon-thu`, `fri-mon`\nStopTime holds `25:99`: is no time of day; allowed: `H:M` with hour 0-47 and minute 0-59, such as `09:30` (hours from 24 mean the next day), or `None`\nUntil this is mended, Development is left as it is: nothing starts, nothing stops.",
          "title": "Schedule Development"
        },
        {
          "description": "it is a member of the Auto Scaling group `web`, which would replace it; it is left alone",
          "title": "Instance ec2/i-1 of schedule Development"
        }
      ]
    }
    "##);
}

#[test]
fn names_make_neither_links_nor_bold() {
    let cases = [
        ("[click](http://example.org)", "[click]\u{200b}(http://example.org)"),
        ("**now**", "*\u{200b}*now*\u{200b}*"),
        ("a***", "a*\u{200b}*\u{200b}*"),
        ("web-1 (i-1) [blue]", "web-1 (i-1) [blue]"),
        ("arn:aws:ec2:*:1:instance/*", "arn:aws:ec2:*:1:instance/*"),
    ];
    for (name, expected) in cases {
        assert_eq!(plain(name), expected);
    }
    let mut stretch = Stretch { group: GroupName::new("[a](http://example.org)").ok(), instances: Vec::new() };
    let Notice::Acted { stretch: of_sample, .. } = samples::acted(Action::Stop, Cause::Force, None) else { panic!() };
    stretch.instances.extend(of_sample.instances);
    stretch.instances[0].1.name = Some("**x** [b](http://example.org)".to_owned());
    let Notice::Warning { schedule, zone, cause, planned_at, stop_at, extensible_by, is_for_all, .. } =
        samples::warning()
    else {
        panic!()
    };
    let warning = Notice::Warning {
        schedule,
        zone,
        cause,
        planned_at,
        stop_at,
        stretches: vec![stretch],
        extensible_by,
        is_for_all,
    };
    let json = render(&text::message(&warning, Language::En)).to_string();
    assert!(!json.contains("](") && !json.contains("**"), "{json}");
}

#[test]
fn long_lists_keep_within_the_limits() {
    let Notice::Warning { schedule, zone, cause, planned_at, stop_at, stretches, extensible_by, is_for_all } =
        samples::warning()
    else {
        panic!()
    };
    let worst = |groups: usize, instances: usize| {
        let name = "](\"**\u{10ffff}".repeat(40);
        let mut line = stretches[0].instances[0].clone();
        line.1.name = Some(name.clone());
        let stretch = Stretch { group: GroupName::new(&name).ok(), instances: vec![line; instances] };
        let (schedule, stretches) = (schedule.clone(), vec![stretch; groups]);
        let warning =
            Notice::Warning { schedule, zone, cause, planned_at, stop_at, stretches, extensible_by, is_for_all };
        render(&text::message(&warning, Language::En))
    };
    for (groups, instances) in [(1, 3_000), (500, 5), (500, 1)] {
        let json = worst(groups, instances);
        assert!(json.to_string().len() <= JSON_BYTES, "{groups} groups of {instances}");
        assert!(json.to_string().contains("… and "), "{groups} groups of {instances}");
        assert!(json["body"].as_str().unwrap().chars().count() <= BODY_CHARS);
    }
}
