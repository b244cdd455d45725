//! `lamplighter simulate` beside the days of `scenarios`: its flags, what it refuses, made-up worlds.

use lamplighter::simulation::Happened;
use lamplighter::simulation::file::keep;
use lamplighter::simulation::history::HowEnded;
use lamplighter::simulation::random::{self, Faults};
use lamplighter::simulation::run::run;
use serde_json::Value;

use crate::support::{Done, lamplighter, repository};

const SCHEDULE: &str = "Schedule: {ScheduleName: S, TagValue: S, DaysActive: all, Enabled: true, StartTime: \"09:30\", \
                        StopTime: \"22:00\", Timezone: Asia/Seoul}\n";
const WORLD: &str = "From: 2026-11-23T09:25\nTo: 2026-11-23T09:45\nInstances:\n  - {Instance: ec2/i-1, ScheduleName: S}\n\
                     Incidents:\n  - {At: 2026-11-23T09:40, What: console, Instance: ec2/i-1, Action: stop}\n";

/// Runs it over a schedule file and a world file.
fn simulate(schedule: &str, world: &str, arguments: &str) -> Done {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("s.yaml"), schedule).unwrap();
    std::fs::write(folder.path().join("world.yaml"), world).unwrap();
    let arguments: Vec<&str> = ["simulate"].into_iter().chain(arguments.split_whitespace()).collect();
    lamplighter(folder.path(), &arguments)
}

#[test]
fn a_day_is_told_in_lines() {
    let done = simulate(SCHEDULE, WORLD, "s.yaml --world world.yaml");
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(done.stdout, @r"
    S  Mon 23 Nov 2026 09:25 to 09:45, Asia/Seoul, ticks every 5 min and on changes, seed 0

    Mon 23 Nov 2026
    09:30:00  tick    starts ec2/i-1
    09:30:01  chat    S: 1 instance is starting
    09:31:00  AWS     ec2/i-1 is running
    09:31:04  chat    S has started: 1 instance in 1 min
    09:40:00  person  stops ec2/i-1 at the console
    09:40:30  AWS     ec2/i-1 is stopped

    6 ticks, 1 start, 0 stops, 2 messages: no promise broken
    ");
}

#[test]
fn json_is_one_object_a_line() {
    let done = simulate(SCHEDULE, WORLD, "s.yaml --world world.yaml --format json");
    assert_eq!(done.code, 0, "{}", done.stderr);
    let lines: Vec<Value> = done.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events: Vec<&str> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    let expected =
        "state stopped run_done state start message state ready run_done message incident state state summary";
    assert_eq!(events.join(" "), expected);
    let incident = serde_json::json!({
        "at": "2026-11-23T00:40:00Z", "event": "incident", "what": "console", "instance": "i-1", "kind": "ec2", "action": "stop",
    });
    let of = |event: &str| lines.iter().filter(|line| line["event"] == event).collect::<Vec<_>>();
    assert_eq!(of("incident"), [&incident]);
    let messages = [
        serde_json::json!({
            "at": "2026-11-23T00:30:01.193Z", "event": "message", "kind": "start", "schedule": "S", "arrived": true,
            "text": "S: 1 instance is starting\nInstances: i-1\nWhen: 09:30 Asia/Seoul, by the timetable",
        }),
        serde_json::json!({
            "at": "2026-11-23T00:31:04.413Z", "event": "message", "kind": "run_done", "schedule": "S", "arrived": true,
            "text": "S has started: 1 instance in 1 min\nWhen: 09:31 Asia/Seoul, by the timetable",
        }),
    ];
    assert_eq!(of("message"), messages.each_ref());
    let states: Vec<String> =
        of("state").iter().map(|line| format!("{} by {}", line["state"], line["by"]).replace('"', "")).collect();
    let expected =
        ["stopped by beginning", "starting by tick", "running by aws", "stopping by person", "stopped by aws"];
    assert_eq!(states, expected);
    let summary = lines.last().unwrap();
    assert_eq!((&summary["violations"], &summary["counts"]["invocations: began"]), (&0.into(), &6.into()));
}

#[test]
fn what_does_not_go_together_is_wrong_usage() {
    let cases = [
        ("", "--world <FILE>|--random <N>"),
        ("s.yaml", "--world <FILE>|--random <N>"),
        ("s.yaml --world world.yaml --random 3", "cannot be used with"),
        ("s.yaml --random 3", "cannot be used with"),
        ("--random 0", "0 is not in 1.."),
        ("--random 1 --from 2026-11-23", "cannot be used with"),
        ("--random 1 --faults many", "[possible values: none, some, all]"),
        ("--random 1 --all --keep x", "cannot be used with"),
        ("s.yaml --world world.yaml --faults all", "cannot be used with"),
        ("s.yaml --world world.yaml --all", "cannot be used with"),
        ("s.yaml --world world.yaml --keep x", "cannot be used with"),
        ("s.yaml --world world.yaml --to 2026-11-23", "the end (2026-11-23T00:00:00+09:00) is not after the beginning"),
        ("s.yaml --world world.yaml --from tomorrow", "allowed: a time such as"),
    ];
    for (arguments, said) in cases {
        let done = simulate(SCHEDULE, WORLD, arguments);
        assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{arguments}: {}", done.stderr);
        assert!(done.stderr.contains(said), "{arguments}: {}", done.stderr);
    }
    let done = simulate(SCHEDULE, "Cron: 5m", "s.yaml --world world.yaml --from 2026-11-23");
    assert_eq!(done.code, 2);
    assert_eq!(done.stderr, "error: `--to T` is missing\nhint: the world file may say it in `To`\n");
}

#[test]
fn faulty_files_are_told_with_their_lines() {
    let cases = [
        (
            SCHEDULE,
            "Instances: 1",
            "error: world.yaml:1: Instances = `1`: is no list\nhint: `lamplighter simulate --help` lists what a world may hold\n",
        ),
        (
            SCHEDULE,
            "Corn: 1\nTo: x",
            "error: world.yaml:1: Corn = `1`: is not known here; did you mean `Cron`?\nerror: world.yaml:2: To = `x`: is no time; allowed: a time such as `2026-11-23T09:00:00Z` or `2026-11-23T09:00:00+09:00`, a local time such as `2026-11-23T09:00`, or a date such as `2026-11-23`\nhint: `lamplighter simulate --help` lists what a world may hold\n",
        ),
        (
            SCHEDULE,
            "From: 2026-11-24\nTo: 2026-11-23",
            "error: the end (2026-11-23T00:00:00+09:00) is not after the beginning (2026-11-24T00:00:00+09:00)\n",
        ),
        (
            SCHEDULE,
            "Cron: 10s\nFrom: 2026-01-01\nTo: 2027-01-01",
            "error: from 2026-01-01T00:00:00+09:00 to 2027-01-01T00:00:00+09:00 are more than 110000 ticks\nhint: a longer `Cron` or a shorter stretch has fewer\n",
        ),
    ];
    for (schedule, world, said) in cases {
        let done = simulate(schedule, world, "s.yaml --world world.yaml");
        assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (1, "", said), "{world}");
    }
}

#[test]
fn times_need_an_offset_where_schedules_have_several_zones() {
    let folder = tempfile::tempdir().unwrap();
    let other = SCHEDULE.replace("ScheduleName: S", "ScheduleName: T").replace("Asia/Seoul", "Europe/Berlin");
    for (name, text) in
        [("s.yaml", SCHEDULE), ("t.yaml", &other.replace("TagValue: S", "TagValue: T")), ("world.yaml", WORLD)]
    {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let done = lamplighter(folder.path(), &["simulate", ".", "--world", "world.yaml"]);
    assert_eq!(done.code, 1, "{}", done.stderr);
    assert!(
        done.stderr
            .contains("world.yaml:1: From = `2026-11-23T09:25`: is no time; the schedules have several time zones"),
        "{}",
        done.stderr
    );
}

#[test]
fn made_up_worlds_are_the_same_each_time() {
    let run = || lamplighter(repository(), &["simulate", "--random", "6", "--seed", "11", "--format", "json"]);
    let (one, other) = (run(), run());
    assert_eq!((one.code, &one.stdout), (0, &other.stdout), "{}", one.stderr);
    let summary: Value = serde_json::from_str(one.stdout.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&summary["worlds"], &summary["first_seed"], &summary["failing"]),
        (&6.into(), &11.into(), &Value::Array(vec![]))
    );
}

#[test]
fn a_kept_world_runs_again_as_it_was() {
    let case = random::case(7, Faults::All);
    let kept = keep(&case, chrono_tz::Tz::UTC, "Kept.");
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in &kept.files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let done = lamplighter(folder.path(), &["simulate", ".", "--world", "world.yaml", "--format", "json"]);
    let incidents = done.stdout.lines().filter(|line| line.contains("\"event\":\"incident\"")).count();
    let events = done
        .stdout
        .lines()
        .filter(|line| !["violation", "summary"].iter().any(|event| line.contains(&format!("\"event\":\"{event}\""))))
        .count();
    let history = run(&kept.case);
    let count = |is_it: fn(&Happened) -> bool| history.iter().filter(|entry| is_it(&entry.what)).count();
    assert_eq!(incidents, count(|what| matches!(what, Happened::Incident(_))), "{}", done.stderr);
    let is_event = |what: &Happened| match what {
        Happened::Ended(_, how) => matches!(how, HowEnded::Killed | HowEnded::TimedOut),
        Happened::Incident(_)
        | Happened::Fault(_)
        | Happened::Noted(..)
        | Happened::Answered { .. }
        | Happened::State { .. }
        | Happened::Told { .. } => true,
        _ => false,
    };
    assert!(incidents > 0 && events > incidents);
    assert_eq!(events, count(is_event));
}

#[test]
fn a_world_is_kept_in_an_empty_folder_only() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("other.yaml"), "").unwrap();
    let done = lamplighter(folder.path(), &["simulate", "--random", "1", "--keep", "."]);
    assert_eq!(done.code, 1);
    assert_eq!(
        done.stderr,
        "error: .: is not empty\nhint: name a new folder: what is in this one would be part of it\n"
    );
}
