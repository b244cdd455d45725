//! The command line as people use it: the demo, and schedule files into the tables.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Output};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;

use crate::support::moto::Moto;

/// Runs the binary with these arguments, and nothing in its environment but what is given.
fn lamplighter(arguments: &[&str], env: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lamplighter"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .envs(env.iter().copied())
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn events() -> Vec<Value> {
    let output = lamplighter(&["demo", "--format", "json"], &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What waits for what, as the schedule files of the repository say.
const DEPENDS: [(&str, &[&str]); 6] = [
    ("Database", &[]),
    ("Cache", &["Database"]),
    ("API", &["Database", "Cache"]),
    ("Batch", &["API"]),
    ("Warehouse", &[]),
    ("Loader", &["Warehouse"]),
];

#[test]
fn the_demo_keeps_the_order_of_the_groups_and_warns_before_each_stop() {
    let events = events();
    let text = |event: &Value, name: &str| event[name].as_str().unwrap_or_default().to_owned();
    let mut members: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for event in events.iter().filter(|event| event.get("instance").is_some()) {
        members.entry(text(event, "group")).or_default().insert(text(event, "instance"));
    }
    assert_eq!(members.len(), DEPENDS.len());
    let mut last: BTreeMap<String, String> = BTreeMap::new();
    let mut warned: BTreeSet<String> = BTreeSet::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for event in &events {
        let (kind, group, schedule) = (text(event, "event"), text(event, "group"), text(event, "schedule"));
        let all = |group: &str, wanted: &str| {
            members[group].iter().all(|instance| last.get(instance).is_some_and(|kind| kind == wanted))
        };
        match kind.as_str() {
            "start" => {
                let (_, needs) = DEPENDS.iter().find(|(name, _)| *name == group).unwrap();
                assert!(needs.iter().all(|needed| all(needed, "ready")), "too early: {event}");
            }
            "stop" => {
                let users = DEPENDS.iter().filter(|(_, needs)| needs.contains(&group.as_str()));
                assert!(users.into_iter().all(|(user, _)| all(user, "stopped")), "too early: {event}");
                assert!(warned.contains(&schedule), "not warned: {event}");
            }
            "warning" => _ = warned.insert(schedule),
            // Every evening needs a warning of its own.
            "ready" => _ = warned.remove(&schedule),
            _ => {}
        }
        *seen.entry(kind.clone()).or_default() += 1;
        if ["start", "ready", "stop", "stopped", "failed"].contains(&kind.as_str()) {
            last.insert(text(event, "instance"), kind);
        }
    }
    for kind in ["warning", "start", "ready", "stop", "stopped", "failed", "held", "extended", "run_done"] {
        assert!(seen.contains_key(kind), "the demo shows no `{kind}`: {seen:?}");
    }
    assert_eq!((seen["start"], seen["stop"]), (11, 11));
}

#[test]
fn the_demo_is_plain_in_a_pipe_and_the_same_every_time() {
    let once = lamplighter(&["demo"], &[]);
    let text = stdout(&once);
    assert!(!text.contains('\u{1b}'), "an escape sequence in a pipe");
    assert!(text.lines().all(|line| line.trim_end() == line || line.starts_with("Time")), "{text}");
    assert_eq!(text, stdout(&lamplighter(&["demo"], &[])));
}

#[test]
fn a_reader_who_has_had_enough_is_no_error() {
    let demo = format!("{} demo | head -n 1; echo \"${{PIPESTATUS[0]}}\"", env!("CARGO_BIN_EXE_lamplighter"));
    let output = Command::new("bash").args(["-c", &demo]).env_remove("BASH_ENV").output().unwrap();
    assert!(stdout(&output).ends_with("\n0\n"), "{}", stdout(&output));
    assert_eq!(stderr(&output), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn schedule_files_are_applied_once_and_a_tick_sees_them() {
    let moto = Moto::start().await;
    let env = moto.env();
    let missing = lamplighter(&["apply", "schedules", "--yes"], &env);
    assert_eq!(missing.status.code(), Some(3));
    assert!(stderr(&missing).contains("--create-tables"), "{}", stderr(&missing));

    let first = lamplighter(&["apply", "schedules", "--yes", "--create-tables"], &env);
    assert!(first.status.success(), "{}", stderr(&first));
    assert!(stdout(&first).contains("+ group     Development/Cache"), "{}", stdout(&first));
    let second = lamplighter(&["apply", "schedules", "--yes"], &env);
    assert_eq!(stdout(&second), "nothing to change: the tables hold what the files say\n");

    let tick = lamplighter(&["tick", "--dry-run", "--format", "json"], &env);
    assert!(tick.status.success(), "{}", stderr(&tick));
    let plan: Value = serde_json::from_str(&stdout(&tick)).unwrap();
    assert!(plan["schedules"].is_array() && plan["problems"].is_array(), "{plan}");
    let tick = lamplighter(&["tick"], &env);
    assert!(tick.status.success(), "{}", stderr(&tick));
    assert!(stdout(&tick).contains("schedules: 2, started: 0"), "{}", stdout(&tick));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tables_are_planned_and_explained_as_the_files_are() {
    let moto = Moto::start().await;
    let env = moto.env();
    let missing = lamplighter(&["plan"], &env);
    assert_eq!(missing.status.code(), Some(3), "{}", stderr(&missing));
    assert!(lamplighter(&["apply", "schedules", "--yes", "--create-tables"], &env).status.success());

    let stretch = ["--from", "2026-12-21", "--to", "2027-01-04", "--format", "json"];
    let of_files = lamplighter(&[&["plan", "schedules"], &stretch[..]].concat(), &[]);
    let of_tables = lamplighter(&[&["plan"], &stretch[..]].concat(), &env);
    assert!(of_tables.status.success(), "{}", stderr(&of_tables));
    assert_eq!(stdout(&of_tables), stdout(&of_files));

    let at = ["--at", "2026-12-25T12:00:00+09:00", "--format", "json"];
    let of_files = lamplighter(&[&["explain", "Development", "schedules"], &at[..]].concat(), &[]);
    let of_tables = lamplighter(&[&["explain", "Development"], &at[..]].concat(), &env);
    // The key of the exception is the table's.
    let without_keys = |output: &Output| stdout(output).replace("ScheduleException Development", "");
    assert_eq!(without_keys(&of_tables), without_keys(&of_files), "{}", stderr(&of_tables));
    let unknown = lamplighter(&["explain", "Developmnt"], &env);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(stderr(&unknown).contains("did you mean `Development`?"), "{}", stderr(&unknown));

    // What is under way now: an order, and a database that it has to start.
    moto.create_database("orders", &[("ScheduleName", "Development"), ("ScheduleGroupName", "Database")]).await;
    moto.rds().stop_db_instance().db_instance_identifier("orders").send().await.unwrap();
    let cache = moto.run_instances(1, &[("ScheduleName", "Development"), ("ScheduleGroupName", "Cache")]).await;
    moto.ec2().stop_instances().instance_ids(&cache[0]).send().await.unwrap();
    let dynamodb = moto.dynamodb();
    let order = dynamodb.update_item().table_name("Schedule").update_expression("SET ForceStart = :on");
    let order = order.key("ScheduleName", AttributeValue::S("Development".to_owned()));
    order.expression_attribute_values(":on", AttributeValue::Bool(true)).send().await.unwrap();
    let explained = lamplighter(&["explain", "Development"], &env);
    let text = stdout(&explained);
    assert!(text.contains("`ForceStart` is true: everything is started now"), "{text}{}", stderr(&explained));
    assert!(text.contains("by the timetable, and is ordered to start"), "{text}");
    assert!(text.contains("start Database: orders") && text.contains("Cache: for Database"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn days_off_go_into_the_tables_once() {
    let moto = Moto::start().await;
    let env = moto.env();
    assert!(lamplighter(&["apply", "schedules", "--yes", "--create-tables"], &env).status.success());
    let import = ["holidays", "import", "schedules/holidays/kr.ics", "--schedule", "Development"];
    let stretch = ["--from", "2026-12-01", "--to", "2027-02-28"];
    let unasked = lamplighter(&[&import[..], &stretch[..]].concat(), &env);
    assert_eq!(unasked.status.code(), Some(1), "{}", stdout(&unasked));
    assert!(stderr(&unasked).contains("--yes"), "{}", stderr(&unasked));
    let first = lamplighter(&[&import[..], &stretch[..], &["--yes"]].concat(), &env);
    assert!(stdout(&first).contains("5 added, 1 there already"), "{}{}", stdout(&first), stderr(&first));
    let second = lamplighter(&[&import[..], &stretch[..], &["--yes"]].concat(), &env);
    assert!(stdout(&second).contains("0 added, 6 there already"), "{}{}", stdout(&second), stderr(&second));
    let items = moto.dynamodb().scan().table_name("ScheduleException").send().await.unwrap();
    assert_eq!(items.count(), 6);
    let explained = lamplighter(&["explain", "Development", "--at", "2027-02-08T12:00"], &env);
    assert!(stdout(&explained).contains("The second day of Korean New Year"), "{}", stdout(&explained));
    let unknown =
        lamplighter(&["holidays", "import", "schedules/holidays/kr.ics", "--schedule", "Developmnt", "--yes"], &env);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(stderr(&unknown).contains("did you mean `Development`?"), "{}", stderr(&unknown));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_never_replaces_another_schedules_in_the_predecessors_table() {
    let moto = Moto::start().await;
    for (table, key) in
        [("Schedule", "ScheduleName"), ("ScheduleServerGroup", "GroupName"), ("ScheduleException", "ExceptionUuid")]
    {
        crate::stage::create_table(&moto.dynamodb(), table, &[key]).await;
    }
    let folder = tempfile::TempDir::new().unwrap();
    for name in ["One", "Two"] {
        let text = format!(
            "Schedule: {{ScheduleName: {name}, TagValue: {name}, DaysActive: all, Enabled: true, StartTime: 9:00, StopTime: 18:00}}\nServerGroups: [{{GroupName: DB, InstanceType: RDS}}]"
        );
        std::fs::write(folder.path().join(format!("{name}.yaml")), text).unwrap();
    }
    let output = lamplighter(&["apply", folder.path().to_str().unwrap(), "--yes"], &moto.env());
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(stderr(&output).contains("`One/DB` would replace `Two/DB`"), "{}", stderr(&output));
    assert!(moto.dynamodb().scan().table_name("Schedule").send().await.unwrap().items().is_empty());
}

#[test]
fn a_faulty_file_is_refused_with_every_fault() {
    let folder = tempfile::TempDir::new().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "a.yaml",
        "Schedule: {ScheduleName: A, TagValue: A, DaysActive: weekdys, Enabled: true, StartTime: '25:99', StopTime: 22:00}",
    );
    write("b.yaml", "Schedule: [");
    write("notes.txt", "not a schedule");
    let path = folder.path().to_str().unwrap();
    let output = lamplighter(&["apply", path, "--yes"], &[]);
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    for words in ["a.yaml", "DaysActive = `weekdys`", "did you mean `weekdays`?", "StartTime = `25:99`", "b.yaml:"] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let empty = lamplighter(&["apply", Path::new(path).join("none").to_str().unwrap()], &[]);
    assert_eq!(empty.status.code(), Some(1));
}

#[test]
fn wrong_usage_is_exit_code_2_and_a_wrong_setting_1() {
    assert_eq!(lamplighter(&["demo", "--fast"], &[]).status.code(), Some(2));
    assert_eq!(lamplighter(&[], &[]).status.code(), Some(2));
    let output = lamplighter(&["tick"], &[("SETTLE_SECONDS", "soon")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("SETTLE_SECONDS"), "{}", stderr(&output));
}
