//! A case for each fault that a person can make, and the tables of the predecessor as they are.

use chrono::Duration;
use serde_json::{Value, json};

use super::*;
use crate::model::{Action, ServiceType};
use crate::testing::check_korean;

fn items(value: &Value) -> Vec<Item> {
    value.as_array().unwrap().iter().map(|item| item.as_object().unwrap().clone()).collect()
}

fn good() -> Value {
    json!({"ScheduleName": "S", "TagValue": "S", "DaysActive": "all", "Enabled": true, "StartTime": "9:30", "StopTime": "22:00"})
}

fn read_all(schedules: &Value, groups: &Value, exceptions: &Value) -> (Vec<Schedule>, Vec<String>) {
    let tables = Tables { schedules: items(schedules), groups: items(groups), exceptions: items(exceptions) };
    let (schedules, problems) = read(&tables, Defaults::default(), "2026-11-23".parse().unwrap());
    check_korean(&problems);
    (schedules, problems.iter().map(Problem::to_string).collect())
}

/// The good schedule with one attribute changed (null: left out).
#[track_caller]
fn check(attribute: &str, value: Value, expected: &str) {
    let mut item = good();
    if value.is_null() {
        item.as_object_mut().unwrap().remove(attribute);
    } else {
        item[attribute] = value;
    }
    let other = json!({"ScheduleName": "Other", "TagValue": "O", "DaysActive": "all", "Enabled": true, "StartTime": "None", "StopTime": "None"});
    let (schedules, problems) = read_all(&json!([item, other]), &json!([]), &json!([]));
    assert_eq!(problems, [expected]);
    let names: Vec<&str> = schedules.iter().map(|schedule| schedule.name.as_str()).collect();
    assert_eq!(names, ["Other"], "only the faulty schedule is left out");
}

#[test]
fn a_fault_says_what_where_and_what_is_allowed() {
    const TIMES: &str =
        "`H:M` with hour 0-47 and minute 0-59, such as `09:30` (hours from 24 mean the next day), or `None`";
    const DAYS: &str =
        "`all`, `weekdays`, `weekends`, or a list of days and ranges such as `mon,wed,fri`, `mon-thu`, `fri-mon`";
    check(
        "StartTime",
        json!("25:99"),
        &format!("Schedule S: StartTime = `25:99`: is no time of day; allowed: {TIMES}"),
    );
    check("StartTime", json!(570), &format!("Schedule S: StartTime = `570`: is not text (type S); allowed: {TIMES}"));
    check("StopTime", Value::Null, &format!("Schedule S: StopTime: is missing; allowed: {TIMES}"));
    check("StopTime", json!(" "), &format!("Schedule S: StopTime = ` `: is empty; allowed: {TIMES}"));
    check(
        "StopTime",
        json!("09:30"),
        "Schedule S: StopTime = `09:30`: start and stop are both 09:30: is that never, or always? `00:00` to `24:00` is all day",
    );
    check(
        "DaysActive",
        json!("weekdys"),
        &format!("Schedule S: DaysActive = `weekdys`: `weekdys` is no day (did you mean `weekdays`?); allowed: {DAYS}"),
    );
    check(
        "DaysActive",
        json!("weekend"),
        &format!("Schedule S: DaysActive = `weekend`: `weekend` is no day (did you mean `weekends`?); allowed: {DAYS}"),
    );
    check("Enabled", Value::Null, "Schedule S: Enabled: is missing: true or false (type BOOL)");
    check("Enabled", json!("true"), "Schedule S: Enabled = `true`: is not true or false (type BOOL): write `true`");
    check("Enabled", json!("yes"), "Schedule S: Enabled = `yes`: is not true or false (type BOOL): write `true`");
    check("Enabled", json!(0), "Schedule S: Enabled = `0`: is not true or false (type BOOL): write `false`");
    check("Enabled", json!("maybe"), "Schedule S: Enabled = `maybe`: is not true or false (type BOOL)");
    check(
        "DaysActive",
        json!("mno,tue,teu,weekend,mno-friday,"),
        &format!(
            "Schedule S: DaysActive = `mno,tue,teu,weekend,mno-friday,`: `mno` is no day (did you mean `mon`?), `teu` is no day (did you mean `tue`?), `weekend` is no day, `mno-friday` is no day (did you mean `mon-fri`?), `` is no day; allowed: {DAYS}"
        ),
    );
    check(
        "TagValue",
        json!("a\nb.yaml:1: all is well"),
        "Schedule S: TagValue = `a\\nb.yaml:1: all is well`: holds a control character (a name has up to 256 characters, none of them such); allowed: the value of the schedule tag of its instances",
    );
    check(
        "Timezone",
        json!("KST"),
        "Schedule S: Timezone = `KST`: is no time zone; allowed: an IANA name such as `Asia/Seoul`",
    );
    check(
        "Mode",
        json!("notfy"),
        "Schedule S: Mode = `notfy`: is no mode (did you mean `notify`?); allowed: `act`, `notify` or `off`",
    );
    check(
        "Regions",
        json!(["eu west"]),
        "Schedule S: Regions = `[\"eu west\"]`: `eu west` is no name of a region; allowed: names such as `eu-west-1`",
    );
    check(
        "TagValue",
        Value::Null,
        "Schedule S: TagValue: is missing; allowed: the value of the schedule tag of its instances",
    );
    check(
        "Timezone",
        json!("Asia/Soul"),
        "Schedule S: Timezone = `Asia/Soul`: is no time zone (did you mean `Asia/Seoul`?); allowed: an IANA name such as `Asia/Seoul`",
    );
    check("Mode", json!("dry"), "Schedule S: Mode = `dry`: is no mode; allowed: `act`, `notify` or `off`");
    check(
        "StopWarningMinutes",
        json!(-5),
        "Schedule S: StopWarningMinutes = `-5`: is no whole number of minutes between 0 and 1440 (type N)",
    );
    check(
        "Accounts",
        json!(["arn:aws:iam::1:role/x"]),
        "Schedule S: Accounts = `[\"arn:aws:iam::1:role/x\"]`: `arn:aws:iam::1:role/x` is no ARN of a role; allowed: `own` \
         for the function's own account, and for each other one the ARN of a role such as \
         `arn:aws:iam::123456789012:role/lamplighter`",
    );
}

#[test]
fn channels_are_read_and_never_leave_a_schedule_out() {
    let many: Vec<String> = (0..11).map(|number| format!("c{number}")).collect();
    let cases = [
        (json!(["dev", " Ops-2 ", "DEV"]), vec!["DEV", "OPS_2"], ""),
        (json!([]), vec![], ""),
        (json!("dev"), vec![], "is no list of texts (type L or SS); without any, messages go to the default"),
        (json!(["dev", 5]), vec!["DEV"], "is no list of texts"),
        (json!(["dev", "개발"]), vec!["DEV"], "`개발` is no name of a channel; allowed: 1 to 64 of `A-Z`"),
        (json!(many), vec!["C0", "C1", "C10", "C2", "C3", "C4", "C5", "C6", "C7", "C8"], "only 10 are told"),
    ];
    for (value, expected, part) in cases {
        let mut item = good();
        item["Channels"] = value;
        let (schedules, problems) = read_all(&json!([item]), &json!([]), &json!([]));
        let channels: Vec<&str> = schedules[0].channels.iter().map(crate::model::Channel::as_str).collect();
        assert_eq!(channels, expected, "{item}");
        assert_eq!(problems.len(), usize::from(!part.is_empty()), "{problems:?}");
        assert!(problems.concat().contains(part), "{problems:?}");
    }
}

#[test]
fn every_fault_of_periods_is_told_at_once() {
    let mut item = json!({"ScheduleName": "S", "TagValue": "S", "Enabled": true});
    let shown = |item: &Value| -> Vec<String> {
        let (_, problems) = read_all(&json!([item]), &json!([]), &json!([]));
        problems.iter().map(|line| line.split("; allowed").next().unwrap().to_owned()).collect()
    };
    item["Periods"] = json!([{"StartTime": "9:00", "StopTime": "18:00"}]);
    assert_eq!(shown(&item), Vec::<String>::new());
    // Numbers and lists are what people mean by them.
    let plain = json!([{"Weekdays": ["mon", "friL"], "Monthdays": 15, "Months": [1, "feb"], "StartTime": "9:00", "StopTime": "None"}]);
    item["Periods"] = plain;
    assert_eq!(shown(&item), Vec::<String>::new());
    let faulty = json!([
        {"Weekdays": "mno", "Monthdays": "/10", "Months": "jan,fbe", "StartTime": "9:00", "StopTime": "9:00"},
        {"Weekdays": true, "Monthday": "1", "StartTime": "25:99"},
    ]);
    item["Periods"] = faulty;
    assert_eq!(
        shown(&item),
        [
            "Schedule S: Periods[0].Weekdays = `mno`: `mno` is no day of the week (did you mean `mon`?)",
            "Schedule S: Periods[0].Monthdays = `/10`: `/10` is no day of the month",
            "Schedule S: Periods[0].Months = `jan,fbe`: `fbe` is no month (did you mean `feb`?)",
            "Schedule S: Periods[0].StopTime = `9:00`: start and stop are both 09:00: is that never, or always? `00:00` to `24:00` is all day",
            "Schedule S: Periods[1].Weekdays = `true`: is no text (type S) or list of texts",
            "Schedule S: Periods[1].StartTime = `25:99`: is no time of day",
            "Schedule S: Periods[1].StopTime: is missing",
            "Schedule S: Periods[1].Monthday = `1`: is not a known attribute and has no effect; did you mean `Monthdays`?",
        ],
    );
    item["Periods"] = json!([]);
    assert_eq!(shown(&item), ["Schedule S: Periods = `[]`: holds 0 periods"]);
    item["Periods"] = json!("mon");
    assert_eq!(shown(&item), ["Schedule S: Periods = `mon`: is no list of maps (type L of M)"]);
    let mut both = good();
    both["Periods"] = json!([{"StartTime": "9:00", "StopTime": "18:00"}]);
    assert_eq!(
        shown(&both),
        [
            "Schedule S: Periods = `[{\"StartTime\":\"9:00\",\"StopTime\":\"18:00\"}]`: stands instead of DaysActive, StartTime, StopTime, which has no effect"
        ],
    );
}

#[test]
fn of_both_orders_at_once_neither_is_obeyed() {
    let mut item = good();
    item["ForceStart"] = json!(true);
    item["ForceStop"] = json!(true);
    let (schedules, problems) = read_all(&json!([item]), &json!([]), &json!([]));
    assert_eq!(schedules[0].force, None, "the timetable stands");
    assert_eq!(
        problems,
        [
            "Schedule S: ForceStop = `true`: is true while ForceStart is true too, so neither is obeyed: set one of them back to false"
        ]
    );
}

#[test]
fn an_unknown_attribute_is_reported_and_ignored() {
    let mut item = good();
    item["StartTme"] = json!("09:00");
    let (schedules, problems) = read_all(&json!([item]), &json!([]), &json!([]));
    assert_eq!(schedules.len(), 1);
    assert_eq!(
        problems,
        ["Schedule S: StartTme = `09:00`: is not a known attribute and has no effect; did you mean `StartTime`?"]
    );
}

#[test]
fn the_predecessors_tables_are_read_as_they_are() {
    let schedules = json!([{
        "ScheduleName": "Development", "TagValue": "Development", "DaysActive": "weekdays", "Enabled": true,
        "StartTime": "9:30", "StopTime": "22:00", "ForceStart": true,
    }]);
    let groups = json!([
        {"ScheduleName": "Development", "GroupName": "GROUP1", "InstanceType": "EC2"},
        {"ScheduleName": "Development", "GroupName": "GROUP2", "InstanceType": "RDS", "Dependency": ["GROUP1"]},
    ]);
    let exceptions = json!([{
        "ExceptionUuid": "0c2ba1b4", "ScheduleName": "Development", "ExceptionDate": "2026-11-24", "ExceptionType": "stop", "ExceptionValue": "None",
    }]);
    let (schedules, problems) = read_all(&schedules, &groups, &exceptions);
    assert_eq!(problems, Vec::<String>::new());
    let schedule = &schedules[0];
    assert_eq!((schedule.zone, schedule.force), (chrono_tz::Tz::Asia__Seoul, Some(Action::Start)));
    assert_eq!((schedule.warning_lead, schedule.max_extension), (Duration::minutes(10), Duration::minutes(240)));
    let kinds: Vec<(&str, ServiceType)> =
        schedule.groups.iter().map(|group| (group.name.as_str(), group.service)).collect();
    assert_eq!(kinds, [("GROUP1", ServiceType::Ec2), ("GROUP2", ServiceType::Rds)]);
    assert_eq!(schedule.exceptions.len(), 1);
}

#[test]
fn faults_of_groups_leave_their_schedule_out() {
    let cases = [
        (
            json!([{"ScheduleName": "S", "GroupName": "A", "InstanceType": "EC3"}]),
            "ScheduleServerGroup S/A: InstanceType = `EC3`: is no kind of instance (did you mean `EC2`?); allowed: `EC2` or `RDS`",
        ),
        (
            json!([{"ScheduleName": "S", "InstanceType": "EC2"}]),
            "ScheduleServerGroup S/without GroupName: GroupName: is missing; allowed: the name that its instances carry in their group tag",
        ),
        (
            json!([{"ScheduleName": "S", "GroupName": "API", "InstanceType": "EC2", "Dependency": ["DBs"]}, {"ScheduleName": "S", "GroupName": "DB", "InstanceType": "RDS"}]),
            "ScheduleServerGroup S/API: Dependency = `[\"DBs\"]`: group `API` depends on `DBs`, which is no group of the schedule (did you mean `DB`?); allowed: `DB`",
        ),
        (
            json!([{"ScheduleName": "S", "GroupName": "A", "InstanceType": "EC2", "Dependency": ["B"]}, {"ScheduleName": "S", "GroupName": "B", "InstanceType": "EC2", "Dependency": ["A"]}]),
            "ScheduleServerGroup S/A: Dependency = `[\"B\"]`: the groups wait for one another: A -> B -> A; allowed: nothing, since no other group does without it",
        ),
        (
            json!([{"ScheduleName": "S", "GroupName": "A", "InstanceType": "EC2", "Dependency": "B"}]),
            "ScheduleServerGroup S/A: Dependency = `B`: is no list of texts (type L or SS)",
        ),
    ];
    for (groups, expected) in cases {
        let (schedules, problems) = read_all(&json!([good()]), &groups, &json!([]));
        assert_eq!(problems, [expected]);
        assert!(schedules.is_empty(), "{expected}");
    }
}

#[test]
fn one_fault_hides_no_other() {
    let shown = |schedules: &Value, groups: &Value| -> Vec<String> {
        let (_, problems) = read_all(schedules, groups, &json!([]));
        problems.iter().map(|line| line.split("; allowed").next().unwrap().to_owned()).collect()
    };
    let mut item = good();
    item["DaysActive"] = json!("weekdys");
    item["StopTime"] = json!("9:30");
    let start_is_stop =
        "StopTime = `9:30`: start and stop are both 09:30: is that never, or always? `00:00` to `24:00` is all day";
    assert_eq!(
        shown(&json!([item]), &json!([])),
        [
            "Schedule S: DaysActive = `weekdys`: `weekdys` is no day (did you mean `weekdays`?)",
            &format!("Schedule S: {start_is_stop}"),
        ]
    );
    // A name that is none, and a second of one name.
    item["ScheduleName"] = json!("a\u{7}b");
    item["DaysActive"] = json!("all");
    let lines = shown(&json!([item, good()]), &json!([]));
    assert_eq!(lines[1..], [format!("Schedule: {start_is_stop}")], "{lines:?}");
    item["ScheduleName"] = json!("S");
    let lines = shown(&json!([good(), item]), &json!([]));
    assert_eq!(lines, ["Schedule S: ScheduleName = `S`: is there twice", &format!("Schedule S: {start_is_stop}")]);
    let group = |name: &str, kind: &str, dependencies: &[&str]| json!({"ScheduleName": "S", "GroupName": name, "InstanceType": kind, "Dependency": dependencies});
    let groups = json!([
        group("A", "EC3", &["Z"]),
        group("B", "EC2", &["A", "C"]),
        group("C", "EC2", &["B"]),
        group("C", "EC2", &[]),
    ]);
    assert_eq!(
        shown(&json!([good()]), &groups),
        [
            "ScheduleServerGroup S/A: InstanceType = `EC3`: is no kind of instance (did you mean `EC2`?)",
            "ScheduleServerGroup S/C: GroupName = `C`: group `C` is there twice",
            "ScheduleServerGroup S/A: Dependency = `[\"Z\"]`: group `A` depends on `Z`, which is no group of the schedule",
            "ScheduleServerGroup S/B: Dependency = `[\"A\",\"C\"]`: the groups wait for one another: B -> C -> B",
        ],
        "that B waits for the faulty A is no fault of its own"
    );
    // What cannot be found may be the group whose name cannot be read.
    let groups = json!([
        group("Loader", "EC2", &["Database", "Laoder"]),
        group("", "RDS", &[]),
        group("API", "EC2", &["Loadr"])
    ]);
    assert_eq!(
        shown(&json!([good()]), &groups),
        [
            "ScheduleServerGroup S/: GroupName = ``: is empty",
            "ScheduleServerGroup S/API: Dependency = `[\"Loadr\"]`: group `API` depends on `Loadr`, which is no group of the schedule (did you mean `Loader`?)",
        ]
    );
    let groups = json!([group("A", "EC2", &["B"]), {"ScheduleName": "S", "GroupName": "B", "InstanceType": "RDS", "Dependency": ["A", 5]}]);
    assert_eq!(
        shown(&json!([good()]), &groups),
        [
            "ScheduleServerGroup S/B: Dependency[1] = `5`: is not text (type S)",
            "ScheduleServerGroup S/A: Dependency = `[\"B\"]`: the groups wait for one another: A -> B -> A",
        ]
    );
}

#[test]
fn a_faulty_exception_is_ignored_and_the_timetable_stands() {
    let exceptions = json!([
        {"ExceptionUuid": "1", "ScheduleName": "S", "ExceptionDate": "2026-11-24", "ExceptionType": "stpo", "ExceptionValue": "23:00"},
        {"ExceptionUuid": "2", "ScheduleName": "S", "ExceptionDate": "24.11.2026", "ExceptionType": "stop", "ExceptionValue": "23:00"},
        {"ExceptionUuid": "3", "ScheduleName": "S", "ExceptionDate": "2026-11-24", "ExceptionType": "stop", "ExceptionValue": "23:00"},
        {"ExceptionUuid": "4", "ScheduleName": "T", "ExceptionDate": "2026-11-24", "ExceptionType": "stop", "ExceptionValue": "23:00"},
        {"ExceptionUuid": "5", "ExceptionDate": "2026-11-24", "ExceptionType": "stop", "ExceptionValue": "23:00"},
        {"ExceptionUuid": "6", "ScheduleName": "S", "ExceptionDate": "2020-11-24", "ExceptionType": "stpo", "ExceptionValue": "23:00"},
    ]);
    let (schedules, problems) = read_all(&json!([good()]), &json!([]), &exceptions);
    assert_eq!(
        problems,
        [
            "ScheduleException 1 of S: ExceptionType = `stpo`: is no type of exception (did you mean `stop`?); allowed: `start` or `stop`",
            "ScheduleException 2 of S: ExceptionDate = `24.11.2026`: is no date; allowed: a date `YYYY-MM-DD`",
            "ScheduleException 4: ScheduleName = `T`: there is no schedule of this name",
            "ScheduleException 5: ScheduleName: is missing; allowed: the name of a schedule",
        ],
        "of what is long over nothing is said"
    );
    let ids: Vec<&str> = schedules[0].exceptions.values().flatten().map(|exception| exception.id.as_str()).collect();
    assert_eq!(ids, ["3"]);
}

#[test]
fn items_without_a_name_and_names_twice() {
    let mut nameless = good();
    nameless.as_object_mut().unwrap().remove("ScheduleName");
    let mut within = good();
    within["ScheduleName"] = json!("@lamplighter");
    let (schedules, problems) = read_all(&json!([nameless, good(), within]), &json!([]), &json!([]));
    assert_eq!(
        problems,
        [
            "Schedule: ScheduleName: is missing; allowed: the name of a schedule",
            "Schedule: ScheduleName = `@lamplighter`: is a name that is used within",
        ]
    );
    assert_eq!(schedules.len(), 1);
    let (schedules, problems) = read_all(&json!([good(), good()]), &json!([]), &json!([]));
    assert_eq!((schedules.len(), problems), (0, vec!["Schedule S: ScheduleName = `S`: is there twice".to_owned()]));
}

#[test]
fn schedules_that_share_instances_are_reported() {
    let mut other = good();
    other["ScheduleName"] = json!("Weekend");
    let (schedules, problems) = read_all(&json!([good(), other]), &json!([]), &json!([]));
    assert_eq!(schedules.len(), 2);
    assert_eq!(
        problems,
        [
            "Schedule Weekend: TagValue = `S`: is the TagValue of schedule `S` too: both start and stop the same instances"
        ]
    );
}

proptest::proptest! {
    /// Whatever stands in the tables: no panic, and a sound schedule is never lost for it.
    #[test]
    fn no_item_is_too_odd(name in ".{0,12}", attribute in proptest::sample::select(vec!["StartTime", "DaysActive", "Dependency", "ExceptionDate", "ExceptionValue", "InstanceType", "ScheduleName", "Timezone"]), text in ".{0,40}", number in proptest::prelude::any::<i64>()) {
        for value in [json!(text), json!(number), json!([text, number]), json!({"a": text}), json!(null)] {
            let odd = json!([{"ScheduleName": name, "GroupName": name, attribute: value}]);
            let mut schedules = items(&odd);
            let sound = json!({"ScheduleName": "a sound schedule", "TagValue": "O", "DaysActive": "all", "Enabled": true, "StartTime": "None", "StopTime": "None"});
            schedules.extend(items(&json!([sound])));
            let tables = Tables { schedules, groups: items(&odd), exceptions: items(&odd) };
            let (schedules, _) = read(&tables, Defaults::default(), "2026-11-23".parse().unwrap());
            proptest::prop_assert!(schedules.iter().any(|schedule| schedule.name.as_str() == "a sound schedule"));
        }
    }
}
