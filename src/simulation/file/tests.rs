use super::*;
use crate::simulation::random::{self, Faults};
use crate::simulation::run;

fn time(text: &str) -> Result<DateTime<Utc>, String> {
    text.parse().map_err(|_| "allowed: RFC 3339".to_owned())
}

fn faults(text: &str) -> Vec<String> {
    read(text, &time).map_or_else(|faults| faults.iter().map(ToString::to_string).collect(), |_| Vec::new())
}

/// Every kind of thing that a world file can hold.
const ALL: &str = include_str!("tests/all.yaml");

/// The case of a world file.
fn case(text: &str) -> Case {
    let world = read(text, &time).unwrap_or_else(|faults| panic!("{faults:?}"));
    let stretch = (world.from.unwrap(), world.to.unwrap());
    let seed = world.seed.unwrap_or_default();
    world.case(Tables::default(), stretch, seed)
}

#[test]
fn what_is_written_is_read_back() {
    let zone = Tz::Asia__Seoul;
    let one = case(ALL);
    assert_eq!((one.machines.len(), one.incidents.len(), one.cron), (4, 32, Duration::minutes(1)));
    let text = write(&one, &one.tables, zone, "A remark.\nOf two lines.");
    assert!(text.starts_with("# A remark. Of two lines.\nFrom: \"2026-11-23T09:00:00+09:00\"\n"), "{text}");
    assert_eq!(format!("{:#?}", case(&text)), format!("{one:#?}"), "{text}");
}

#[test]
fn a_case_is_kept_as_files() {
    let one = case(ALL);
    let kept = keep(&one, Tz::UTC, "");
    let names: Vec<&str> = kept.files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["schedule-a-b-2.yaml", "schedule-a-b.yaml", "world.yaml"]);
    let world = kept.files.iter().find(|(name, _)| name == "world.yaml").unwrap();
    // The row without a name, the one that is at fault, and the group of no schedule.
    assert!(world.1.contains("Rows:\n  Schedule:\n    - {DaysActive: 7}\n    - {Enabled: true, "), "{}", world.1);
    assert!(world.1.contains("ScheduleName: faulty"), "{}", world.1);
    let again = reopened(&kept);
    assert_eq!(format!("{again:#?}"), format!("{:#?}", kept.case));
    assert_eq!(rows(&again), rows(&one));
}

#[test]
fn faults_say_where_what_and_what_would_be_right() {
    let cases = [
        ("", "line 1: a file holds one document"),
        ("[]", "line 1: expected a mapping of attributes"),
        (
            "Cron: 5",
            "line 1: Cron = `5`: is no text; allowed: a length of time such as `90s`, `6m`, `1h30m`, up to `366d`",
        ),
        ("Cron: 1s", "line 1: Cron = `1s`: is out of bounds; allowed: `10s` to `24h`"),
        ("Corn: 5m", "line 1: Corn = `5m`: is not known here; did you mean `Cron`?"),
        ("\nFrom: today", "line 2: From = `today`: is no time; allowed: RFC 3339"),
        ("Seed: -1", "line 1: Seed = `-1`: is no whole number; allowed: 0 and more, of up to 64 bits"),
        ("OnChange: 1", "line 1: OnChange = `1`: is neither `true` nor `false`"),
        ("Instances: {}", "line 1: Instances = `{}`: is no list"),
        ("Incidents:\n  - 1", "line 2: Incidents[0]: is no mapping of attributes"),
        ("Rows: []", "line 1: Rows = `[]`: is no mapping of tables to lists of rows"),
        ("Rows: {Schedules: []}", "line 1: Rows.Schedules = `[]`: is not known here; did you mean `Schedule`?"),
        (
            "Instances:\n  - {Instance: ec2/i-1, ScheduleName: S, State: runing}",
            "line 2: Instances[0].State = `runing`: did you mean `running`?; allowed: `stopped`, `starting`, `running`, `stopping`, `gone`, or `serving`, `changing` or `broken` with AWS's word, such as `serving backing-up`",
        ),
        (
            "Instances:\n  - {Instance: ec2/i-1, ScheduleName: S}\n  - {Instance: ec2/i-1, ScheduleName: S}",
            "line 3: Instances[1]: `ec2/i-1` is there twice",
        ),
        (
            "Instances:\n  - {Instance: ec2/i-1}",
            "line 2: Instances[0].ScheduleName: is missing; allowed: the value of its tag `ScheduleName`",
        ),
        (
            "Instances:\n  - {Instance: ec2/i-1, ScheduleName: S, BootsIn: -5s}",
            "line 2: Instances[0].BootsIn = `-5s`: is negative; allowed: a length of time such as `90s`, `6m`, `1h30m`, up to `366d`",
        ),
        (
            "Instances:\n  - {Instance: ec2/i-1, ScheduleName: S, BusyAtFirst: {State: backing-up}}",
            "line 2: Instances[0].BusyAtFirst.For: is missing; allowed: a length of time such as `90s`, `6m`, `1h30m`, up to `366d`",
        ),
        (
            "Incidents:\n  - At: 2026-11-23T01:00:00Z\n    What: outag\n    By: 5m",
            "line 3: Incidents[0].What = `outag`: did you mean `outage`?; allowed: `outage`, `late`, `doubled`, `killed`, `clock-off`, `clocks-apart`, `short-limit`, `tables-fail`, `aws-fails`, `stale`, `chat-fails`, `busy`, `terminated`, `launched`, `retagged`, `console`, `extends`, `orders`, `writes`, `edits`, `deletes`",
        ),
        (
            "Incidents:\n  - At: 2026-11-23T01:00:00Z\n    What: outage\n    Until: 2026-11-23T01:00:00Z",
            "line 4: Incidents[0].Until = `2026-11-23T01:00:00Z`: is not after `At`",
        ),
        (
            "Incidents:\n  - {At: 2026-11-23T01:00:00Z, What: killed, By: 5m}",
            "line 2: Incidents[0].By = `5m`: is not known here; allowed: At, What, After",
        ),
        (
            "Incidents:\n  - {At: 2026-11-23T01:00:00Z, What: killed, After: 4294967296}",
            "line 2: Incidents[0].After = `4294967296`: is no whole number; allowed: 0 and more, of up to 32 bits",
        ),
        (
            "Incidents:\n  - {At: 2026-11-23T01:00:00Z, What: chat-fails, How: down, Times: 0, Until: 2026-11-23T02:00:00Z}",
            "line 2: Incidents[0].Times = `0`: is too small; allowed: 1 and more, of up to 32 bits",
        ),
        (
            "Incidents:\n  - {At: 2026-11-23T01:00:00Z, What: aws-fails, Call: describe, Instance: ec2/i-1, How: denied, Until: 2026-11-23T02:00:00Z}",
            "line 2: Incidents[0].Instance = `ec2/i-1`: a look is never for one instance; allowed: nothing, or with `Call: start` or `Call: stop`",
        ),
        (
            "Incidents:\n  - {At: 2026-11-23T01:00:00Z, What: deletes, Table: Schedule, Key: {}}",
            "line 2: Incidents[0].Key = `{}`: is empty; allowed: the attributes by which the row is found, such as `{ScheduleName: S}`",
        ),
        (
            "Incidents:\n  - {At: 2026-11-23T01:00:00Z, What: edits, Table: Schedule, Key: {}, Attribute: StopTime}",
            "line 2: Incidents[0].Key = `{}`: is empty; allowed: the attributes by which the row is found, such as `{ScheduleName: S}`",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(faults(text), [expected], "{text}");
    }
}

#[test]
fn an_incident_of_an_instance_that_is_not_there_is_likely_a_slip() {
    let text = "Instances:\n  - {Instance: rds/orders, ScheduleName: S}\nIncidents:\n  - {At: 2026-11-23T01:00:00Z, What: terminated, Instance: rds/order}";
    let world = read(text, &time).unwrap();
    assert_eq!(
        world.remarks.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["line 4: Incidents[0].Instance = `rds/order`: is no instance of this world; did you mean `rds/orders`?"]
    );
}

/// The case that kept files hold.
fn reopened(kept: &Kept) -> Case {
    let mut tables = Tables::default();
    let mut world = None;
    // As a folder of files is read: by name.
    for (name, text) in kept.files.iter().cloned().collect::<std::collections::BTreeMap<_, _>>() {
        if name == "world.yaml" {
            world = Some(read(&text, &time).unwrap_or_else(|faults| panic!("{faults:?}\n{text}")));
            continue;
        }
        let of_file = file::items(&text).unwrap_or_else(|fault| panic!("{fault}\n{text}"));
        tables.schedules.extend(of_file.schedules);
        tables.groups.extend(of_file.groups);
        tables.exceptions.extend(of_file.exceptions);
    }
    let world = world.unwrap();
    let stretch = (world.from.unwrap(), world.to.unwrap());
    let seed = world.seed.unwrap();
    world.case(tables, stretch, seed)
}

/// The rows of a case in an order of their own.
fn rows(case: &Case) -> Vec<String> {
    let Tables { schedules, groups, exceptions } = &case.tables;
    let mut rows: Vec<String> =
        [schedules, groups, exceptions].into_iter().flatten().map(|row| format!("{row:?}")).collect();
    rows.sort();
    rows
}

/// Says where two cases differ first.
#[track_caller]
fn check_same(one: &Case, other: &Case, seed: u64) {
    let (one, other) = (format!("{one:#?}"), format!("{other:#?}"));
    let differs = one.lines().zip(other.lines()).position(|(one, other)| one != other);
    let around = |text: &str| {
        text.lines().skip(differs.unwrap_or_default().saturating_sub(9)).take(12).collect::<Vec<_>>().join("\n")
    };
    assert!(one == other, "seed {seed}:\n{}\n{}", around(&one), around(&other));
}

#[test]
fn made_up_cases_are_kept_and_read_back() {
    for seed in 0..200 {
        let case = random::case(seed, Faults::All);
        let kept = keep(&case, Tz::America__New_York, "Kept.");
        let again = reopened(&kept);
        check_same(&again, &kept.case, seed);
        assert_eq!(rows(&again), rows(&case), "seed {seed}");
        let whole = reopened(&keep_rows(&case, Tz::UTC, ""));
        check_same(&whole, &case, seed);
    }
}

#[test]
fn a_kept_case_has_the_same_outcome() {
    for seed in [3, 4] {
        let case = random::case(seed, Faults::All);
        let whole = reopened(&keep_rows(&case, Tz::UTC, ""));
        assert!(run::run(&whole) == run::run(&case), "seed {seed}");
    }
}
