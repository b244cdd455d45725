use chrono::NaiveDate;
use serde_json::json;

use super::*;
use crate::cli::import::output;
use crate::document::{Defaults, Sources};
use crate::model::Schedule;

fn imported(items: &Value) -> Imported {
    import(&[("aws.json".to_owned(), items.to_string().into_bytes())], None).unwrap()
}

/// A schedule `s` of periods that are called `a`, `b`, …; the file that is made of it.
fn file_of(schedule: Value, periods: &[Value]) -> Result<String, Vec<String>> {
    let mut items = vec![schedule];
    items[0]["name"] = "s".into();
    items[0]["type"] = "schedule".into();
    let names: Vec<String> = ('a'..).take(periods.len()).map(String::from).collect();
    for (period, name) in periods.iter().zip(&names) {
        let mut period = period.clone();
        period["type"] = "period".into();
        period["name"] = name.clone().into();
        items.push(period);
    }
    if items[0].get("periods").is_none() && !names.is_empty() {
        items[0]["periods"] = names.into();
    }
    let imported = imported(&Value::from(items));
    let faults = imported.notes.iter().filter(|note| note.kind == Kind::Fault).map(ToString::to_string);
    match imported.files.first() {
        Some(file) => Ok(file.text.clone()),
        None => Err(faults.collect()),
    }
}

/// The lines of the timetable, without comments.
fn timetable_of(schedule: Value, periods: &[Value]) -> String {
    let text = file_of(schedule, periods).unwrap_or_else(|faults| panic!("{faults:?}"));
    assert_eq!(output::faults(&text), [], "{text}");
    let starts = ["DaysActive", "Enabled: false", "StartTime", "StopTime", "- {", "Enforce"];
    let is_of = |line: &&str| starts.iter().any(|start| line.starts_with(start));
    text.lines().map(str::trim).filter(is_of).collect::<Vec<_>>().join("; ")
}

fn schedule_of(text: &str) -> Schedule {
    let mut sources = Sources::default();
    sources.add("file", text);
    let (mut schedules, faults) = sources.read(Defaults::default(), NaiveDate::default());
    assert_eq!(faults, [], "{text}");
    schedules.remove(0)
}

#[test]
fn periods_become_windows() {
    let cases = [
        (
            json!([{"weekdays": ["mon-fri"], "begintime": "09:00", "endtime": "17:00"}]),
            r#"DaysActive: weekdays; StartTime: "09:00"; StopTime: "17:00""#,
        ),
        (
            json!([{"begintime": "9:00", "endtime": "23:59"}]),
            r#"DaysActive: all; StartTime: "09:00"; StopTime: "24:00""#,
        ),
        (json!([{"weekdays": ["mon-fri"]}]), r#"DaysActive: weekdays; StartTime: "00:00"; StopTime: "24:00""#),
        (
            json!([{"weekdays": ["mon#1"], "months": "jan/3"}]),
            r#"- {Weekdays: "mon#1", Months: "jan,apr,jul,oct", StartTime: "00:00", StopTime: "24:00"}"#,
        ),
        (
            json!([{"monthdays": ["1/15"], "begintime": "08:00", "endtime": "12:00"}]),
            r#"- {Monthdays: "1,16,31", StartTime: "08:00", StopTime: "12:00"}"#,
        ),
        (
            json!([
                {"weekdays": ["mon"], "begintime": "09:00", "endtime": "23:59"},
                {"weekdays": ["tue-thu"]},
                {"weekdays": ["fri"], "begintime": "00:00", "endtime": "17:00"},
            ]),
            r#"- {Weekdays: mon, StartTime: "09:00", StopTime: "24:00"}; - {Weekdays: tue-thu, StartTime: "00:00", StopTime: "24:00"}; - {Weekdays: fri, StartTime: "00:00", StopTime: "17:00"}"#,
        ),
        // A minute between two periods.
        (
            json!([{"begintime": "09:00", "endtime": "12:00"}, {"begintime": "12:01", "endtime": "17:00"}]),
            r#"- {StartTime: "09:00", StopTime: "12:01"}; - {StartTime: "12:01", StopTime: "17:00"}"#,
        ),
        // Periods that only begin or only end.
        (json!([{"endtime": "23:59"}]), r#"DaysActive: all; StartTime: "None"; StopTime: "23:59""#),
        (
            json!([{"weekdays": ["mon-fri"], "endtime": "18:00"}]),
            r#"DaysActive: weekdays; StartTime: "None"; StopTime: "18:00""#,
        ),
        (json!([{"begintime": "07:00"}]), r#"DaysActive: all; StartTime: "07:00"; StopTime: "None""#),
        (
            json!([{"weekdays": ["mon-fri"], "begintime": "07:00"}]),
            r#"- {Weekdays: mon-thu, StartTime: "07:00", StopTime: "None"}; - {Weekdays: fri, StartTime: "07:00", StopTime: "24:00"}"#,
        ),
        (
            json!([{"monthdays": ["L"], "begintime": "07:00"}]),
            r#"- {Monthdays: L, StartTime: "07:00", StopTime: "24:00"}"#,
        ),
        (
            json!([{"monthdays": ["1-3"], "months": ["may"], "endtime": "07:00"}]),
            r#"- {Monthdays: 1-3, Months: may, StartTime: "None", StopTime: "07:00"}"#,
        ),
    ];
    for (periods, expected) in cases {
        // `1-3` and the like are in quotes, since they begin with a digit.
        let expected = expected.replace("Monthdays: 1-3", "Monthdays: \"1-3\"");
        assert_eq!(timetable_of(json!({}), periods.as_array().unwrap()), expected, "{periods}");
    }
}

#[test]
fn schedules_are_overridden_and_enforced() {
    let day = [json!({"begintime": "09:00", "endtime": "17:00"})];
    let (always, own) = (
        r#"DaysActive: all; StartTime: "00:00"; StopTime: "24:00""#,
        r#"DaysActive: all; StartTime: "09:00"; StopTime: "17:00""#,
    );
    let off = r#"DaysActive: all; Enabled: false; StartTime: "None"; StopTime: "00:00""#;
    let cases = [
        (json!({"override_status": "running"}), &day[..0], always.to_owned()),
        (json!({"override_status": "RUNNING"}), &day[..], always.to_owned()),
        (json!({"overwrite": true}), &day[..0], always.to_owned()),
        (json!({"override_status": "stopped"}), &day[..0], off.to_owned()),
        (json!({"overwrite": "False"}), &day[..0], off.to_owned()),
        (json!({"override_status": "stopped"}), &day[..], own.replace("all; ", "all; Enabled: false; ")),
        (
            json!({"override_status": "stopped", "enforced": true}),
            &day[..],
            r#"DaysActive: all; StartTime: "None"; StopTime: "00:00"; Enforce: true"#.to_owned(),
        ),
        (json!({"enforced": true}), &day[..], format!("{own}; Enforce: true")),
        (json!({"enforced": "false"}), &day[..], own.to_owned()),
        (json!({"periods": "a@t3.large,a@t3.micro"}), &day[..], own.to_owned()),
    ];
    for (schedule, periods, expected) in cases {
        assert_eq!(timetable_of(schedule.clone(), periods), expected, "{schedule}");
    }
}

#[test]
fn what_is_not_understood_leaves_the_schedule_out() {
    let sound = json!({"begintime": "09:00", "endtime": "17:00"});
    let cases = [
        (json!({}), json!([]), "schedule s, periods: are missing, and so is override_status"),
        (json!({"periods": ["b"]}), json!([sound]), "schedule s, periods `b`: there is no period `b`"),
        (
            json!({"timezone": "Europe/Lodnon"}),
            json!([sound]),
            "schedule s, timezone `Europe/Lodnon`: is no time zone (did you mean `Europe/London`?)",
        ),
        (json!({"override_status": "paused"}), json!([sound]), "override_status `paused`: is neither"),
        (
            json!({"override_status": "running", "overwrite": true}),
            json!([sound]),
            "overwrite `true`: is there besides",
        ),
        (json!({"enforced": "si"}), json!([sound]), "enforced `si`: is neither true nor false"),
        (json!({"periods": 7.5, "description": 3}), json!([sound]), "description `3`: is no text"),
        (json!({"periods": {"a": 1}}), json!([sound]), "is no text and no list of texts"),
        (json!({}), json!([{"begintime": "24:00"}]), "period a, begintime `24:00`: is no time"),
        (json!({}), json!([{"endtime": "9.30"}]), "period a, endtime `9.30`: is no time"),
        (
            json!({}),
            json!([{"begintime": "22:00", "endtime": "06:00"}]),
            "period a, endtime `06:00`: is before begintime",
        ),
        (json!({}), json!([{"begintime": "06:00", "endtime": "06:00"}]), "period a, endtime `06:00`: is begintime too"),
        (json!({}), json!([{"endtime": "00:00"}]), "nothing ever runs in this period"),
        (json!({}), json!([{"description": "empty"}]), "AWS refuses such a period"),
        (json!({}), json!([{"monthdays": ["/10"]}]), "period a, monthdays `/10`: `/10` is none of AWS's monthdays"),
        (json!({}), json!([{"weekdays": [true]}]), "period a, weekdays `true`: is no text"),
        (
            json!({}),
            json!([sound, {"begintime": "08:00", "monthdays": "1"}]),
            "periods `a, b`: has a period with only one",
        ),
        (json!({}), json!([{"begintime": "08:00", "months": "jan-mar"}]), "periods `a`: has a period with only one"),
        (json!({}), json!([sound, {"begintime": "25:00"}]), "schedule s, periods `a, b`: period `b` is at fault"),
    ];
    for (schedule, periods, expected) in cases {
        let faults = file_of(schedule.clone(), periods.as_array().unwrap()).expect_err(expected);
        assert!(faults.iter().any(|fault| fault.contains(expected)), "{schedule} {periods}: {faults:?}");
    }
}

/// Every attribute that AWS has, and some that it has not.
fn everything() -> Value {
    json!([
        {"type": "schedule", "name": "s", "periods": ["p@m5.large"], "retain_running": true, "hibernate": true,
         "use_maintenance_window": true, "ssm_maintenance_window": ["patching"], "use_metrics": true,
         "stop_new_instances": true, "configured_in_stack": "arn:stack", "colour": "red"},
        {"type": "schedule", "name": "quiet", "periods": ["q"], "timezone": "UTC", "retain_running": false, "hibernate": false,
         "use_maintenance_window": false, "use_metrics": false, "stop_new_instances": false},
        {"type": "period", "name": "p", "begintime": "10:00", "endtime": "23:59", "monthdays": "1/15", "configured_in_stack": "arn:stack", "season": "summer",
         "description": 5},
        {"type": "period", "name": "q", "begintime": "01:00", "endtime": "02:00"},
        {"type": "period", "name": "idle", "weekdays": ["sun"]},
        {"type": "config", "name": "scheduler", "tagname": "Plan", "regions": ["us-east-1", "eu-west-1"],
         "remote_account_ids": ["111111111111"], "cross_account_roles": ["arn:role"], "started_tags": "state=started",
         "stopped_tags": "state=stopped", "create_rds_snapshot": true, "schedule_clusters": true,
         "schedule_lambda_account": false, "scheduled_services": ["ec2"], "trace": true, "use_metrics": true,
         "enable_SSM_maintenance_windows": true, "namespace": "n", "organization_id": "o-1", "scheduler_role_name": "r",
         "aws_partition": "aws", "use_aws_organizations": true, "flavour": "sweet"},
        {"type": "metrics", "name": "m"},
        {"type": "schedule"},
    ])
}

#[test]
fn nothing_is_dropped_in_silence() {
    let notes = imported(&everything()).notes;
    let told: Vec<(Kind, String)> =
        notes.iter().map(|note| (note.kind, format!("{} {}", note.item, note.place()))).collect();
    let expected = [
        (Kind::Differs, "schedule s periods `p@m5.large`"),
        (Kind::Differs, "schedule s retain_running `true`"),
        (Kind::Differs, "schedule s hibernate `true`"),
        (Kind::Differs, "schedule s use_maintenance_window `true`"),
        (Kind::Differs, "schedule s ssm_maintenance_window `patching`"),
        (Kind::Differs, "schedule s use_metrics `true`"),
        (Kind::Differs, "schedule s colour `red`"),
        (Kind::Differs, "schedule s timezone"),
        (Kind::Differs, "schedules stop_new_instances `true`"),
        (Kind::Info, "schedule s configured_in_stack `arn:stack`"),
        (Kind::Info, "period p configured_in_stack `arn:stack`"),
        (Kind::Differs, "period p endtime `23:59`"),
        (Kind::Differs, "period p monthdays `1/15`"),
        (Kind::Differs, "period p season `summer`"),
        (Kind::Differs, "period p description `5`"),
        (Kind::Info, "period idle "),
        (Kind::Info, "config tagname `Plan`"),
        (Kind::Info, "config "),
        (Kind::Differs, "config remote_account_ids `111111111111`"),
        (Kind::Differs, "config cross_account_roles `arn:role`"),
        (Kind::Differs, "config started_tags `state=started`"),
        (Kind::Differs, "config stopped_tags `state=stopped`"),
        (Kind::Differs, "config create_rds_snapshot `true`"),
        (Kind::Info, "config schedule_clusters `true`"),
        (Kind::Differs, "config schedule_lambda_account `false`"),
        (Kind::Differs, "config scheduled_services `ec2`"),
        (Kind::Info, "config trace `true`"),
        (Kind::Info, "config use_metrics `true`"),
        (Kind::Differs, "config enable_SSM_maintenance_windows `true`"),
        (Kind::Info, "config namespace `n`"),
        (Kind::Info, "config organization_id `o-1`"),
        (Kind::Info, "config scheduler_role_name `r`"),
        (Kind::Info, "config aws_partition `aws`"),
        (Kind::Differs, "config use_aws_organizations `true`"),
        (Kind::Differs, "config flavour `sweet`"),
        (Kind::Fault, "metrics m type `metrics`"),
        (Kind::Fault, "schedule name"),
    ];
    for (kind, what) in expected {
        let is_it = |(told_kind, told): &(Kind, String)| *told_kind == kind && told.eq_ignore_ascii_case(what);
        assert!(told.iter().any(is_it), "{kind:?} {what} in {told:#?}");
    }
    assert_eq!(told.len(), expected.len(), "{told:#?}");
}

type Told<'a> = [(Kind, &'a str)];

#[test]
fn services_and_clusters_are_told_as_they_are_handled_here() {
    let autoscaling = "`AutoScaling`: no such service is handled here: only EC2 instances, RDS DB instances and DB clusters \
                       are started and stopped";
    let clusters = "`true`: is not asked: DB clusters are scheduled wherever the tag is";
    let no_clusters = "`false`: has no equal: DB clusters that carry the tag are scheduled here";
    let both = "is not asked: EC2 and RDS are scheduled wherever the tag is";
    let (no_rds, no_ec2) = ("`ec2`: does not name `rds`, but RDS", "`RDS`: does not name `ec2`, but EC2");
    let no_rds = format!("{no_rds} instances that carry the tag are scheduled here");
    let no_ec2 = format!("{no_ec2} instances that carry the tag are scheduled here");
    let cases: &[(&str, Value, &Told<'_>)] = &[
        ("schedule_clusters", json!(true), &[(Kind::Info, clusters)]),
        ("schedule_clusters", json!("True"), &[(Kind::Info, &clusters.replace("true", "True"))]),
        ("schedule_clusters", json!(false), &[(Kind::Differs, no_clusters)]),
        ("scheduled_services", json!(["ec2", "rds"]), &[(Kind::Info, &format!("`ec2, rds`: {both}"))]),
        ("scheduled_services", json!("EC2,RDS"), &[(Kind::Info, &format!("`EC2,RDS`: {both}"))]),
        ("scheduled_services", json!(["ec2"]), &[(Kind::Differs, &no_rds)]),
        ("scheduled_services", json!("RDS"), &[(Kind::Differs, &no_ec2)]),
        (
            "scheduled_services",
            json!(["ec2", "rds", "neptune", "docdb", "AutoScaling"]),
            &[(Kind::Differs, autoscaling)],
        ),
        ("scheduled_services", json!({"a": 1}), &[(Kind::Differs, "`{\"a\":1}`: is no text and no list of texts")]),
    ];
    for (attribute, value, expected) in cases {
        let mut item = json!({"type": "config", "name": "scheduler"});
        item[*attribute] = value.clone();
        let notes = imported(&json!([item])).notes;
        let of_it = notes.iter().filter(|note| note.attribute == *attribute);
        let told: Vec<(Kind, String)> = of_it.map(|note| (note.kind, note.to_string())).collect();
        let expected: Vec<(Kind, String)> =
            expected.iter().map(|(kind, rest)| (*kind, format!("config, {attribute} {rest}"))).collect();
        assert_eq!(told, expected, "{attribute} {value}");
    }
}

#[test]
fn nothing_is_promised_that_is_not_there() {
    let items = json!([{"type": "schedule", "name": "s", "override_status": "running", "retain_running": true}]);
    let file = &imported(&items).files[0].text.replace("\n# ", " ");
    assert!(file.contains("an exception for the stop of that date keeps it running"), "{file}");
    assert!(!file.contains("`skip`") && !file.contains("`extend`"), "{file}");
}

#[test]
fn the_global_configuration_holds_for_every_schedule() {
    let items = json!([
        {"type": "schedule", "name": "here", "periods": ["p"]},
        {"type": "schedule", "name": "there", "periods": ["p"], "timezone": "us/pacific"},
        {"type": "period", "name": "p", "weekdays": ["mon"]},
        {"type": "config", "name": "scheduler", "default_timezone": "Europe/Madrid", "regions": "us-east-1, eu-west-1"},
    ]);
    let files = imported(&items).files;
    assert!(
        files[0].text.contains("\n  Timezone: Europe/Madrid\n  Regions: [eu-west-1, us-east-1]\n"),
        "{}",
        files[0].text
    );
    assert!(files[1].text.contains("\n  Timezone: US/Pacific\n"), "{}", files[1].text);
}

#[test]
fn the_same_item_twice_is_one_and_two_that_differ_are_a_fault() {
    let (schedule, period) = (
        json!({"type": "schedule", "name": "s", "periods": ["p"]}),
        json!({"type": "period", "name": "p", "weekdays": ["mon"]}),
    );
    let twice = imported(&json!([schedule, period, schedule, period]));
    assert_eq!((twice.files.len(), twice.left_out.len()), (1, 0));
    let other = json!({"type": "period", "name": "p", "weekdays": ["tue"]});
    let differ = imported(&json!([schedule, period, other, other]));
    assert_eq!((differ.files.len(), differ.left_out), (0, vec!["s".to_owned()]));
    let faults: Vec<String> =
        differ.notes.iter().filter(|note| note.kind == Kind::Fault).map(ToString::to_string).collect();
    assert!(faults.iter().any(|fault| fault.starts_with("period p, name `p`: is there twice")), "{faults:?}");
}

mod same_as_aws;
