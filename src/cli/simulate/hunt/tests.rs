use chrono::DateTime;
use clap::Parser as _;

use super::super::given;
use super::*;
use crate::model::Action;
use crate::simulation::history::HowEnded;
use crate::simulation::{Entry, Incident, What};

/// The seeds that are handed over when these fail.
fn handed_over(failing: &[u64], cores: usize, goes_on: bool) -> Vec<(u64, bool)> {
    let worlds = Worlds { first_seed: 100, count: 40, level: Level::All, goes_on };
    let live = |seed: u64| {
        // Whoever has a low seed is late.
        (0..(140 - seed) * 2_000).for_each(|_| std::hint::spin_loop());
        Outcome { has_panicked: failing.contains(&seed), ..Outcome::default() }
    };
    let mut taken = Vec::new();
    hunt(worlds, cores, (&live, &|| false), &mut |seed, outcome| taken.push((seed, outcome.fails())));
    taken
}

#[test]
fn a_hunt_that_is_interrupted_hands_over_what_it_has_begun() {
    let worlds = Worlds { first_seed: 100, count: 4_000, level: Level::All, goes_on: false };
    for cores in [1, 3] {
        let begun = AtomicU64::new(0);
        let live = |_| {
            begun.fetch_add(1, Ordering::Relaxed);
            Outcome::default()
        };
        let is_over = || begun.load(Ordering::Relaxed) >= 10;
        let mut taken = Vec::new();
        hunt(worlds, cores, (&live, &is_over), &mut |seed, _| taken.push(seed));
        let until = 100 + begun.load(Ordering::Relaxed);
        assert_eq!(taken, (100..until).collect::<Vec<u64>>());
        assert!((110..110 + cores as u64).contains(&until), "{until}");
    }
    let mut total = Total::default();
    (0..12).for_each(|seed| total.add(seed, planted(seed == 7)));
    let broken = broken_in(Level::All, 7, &total);
    let error = interrupted(4_000, &total, Some(broken));
    assert_eq!(error.message, "interrupted after 12 of 4,000 worlds: a promise was broken in 1 of 12 worlds");
    assert_eq!((error.exit_code(), error.hints.len()), (130, 1));
}

#[test]
fn seeds_are_handed_over_in_order_up_to_the_first_that_fails() {
    for cores in [1, 2, 3, 8, 60] {
        let all: Vec<(u64, bool)> = (100..140).map(|seed| (seed, false)).collect();
        assert_eq!(handed_over(&[], cores, false), all, "{cores} cores");
        let until: Vec<(u64, bool)> = (100..=107).map(|seed| (seed, seed == 107)).collect();
        assert_eq!(handed_over(&[107, 109, 120], cores, false), until, "{cores} cores");
        let on: Vec<(u64, bool)> = (100..140).map(|seed| (seed, [107, 139].contains(&seed))).collect();
        assert_eq!(handed_over(&[107, 139], cores, true), on, "{cores} cores");
    }
}

#[test]
fn counts_stand_under_their_headings() {
    let counts = [("a: one".to_owned(), 1_234), ("a: three".to_owned(), 5), ("b: plain".to_owned(), 7)];
    let table = anstream::adapter::strip_str(&table(&Counts(counts.into()))).to_string();
    insta::assert_snapshot!(table, @r"
    a
      one            1,234
      three              5
    b
      plain              7
    ");
}

#[test]
fn what_broke_is_told_with_its_seed() {
    let worlds = Worlds { first_seed: 3, count: 2, level: Level::Some, goes_on: true };
    let violation =
        |promise| Violation { promise, at: DateTime::UNIX_EPOCH, schedule: None, message: "it was so".to_owned() };
    let after = |ticks| Settled { after: Some(ticks), is_disturbed: false, is_incomplete: true };
    let mut total = Total::default();
    total.add(3, Outcome { violations: vec![violation(2), violation(5)], settled: after(7), ..Outcome::default() });
    total.add(4, Outcome { has_panicked: true, ..Outcome::default() });
    let lines: String = total.failing.iter().map(|(seed, outcome)| failing(*seed, outcome)).collect();
    let text = format!("{}{lines}", summary(worlds, &total));
    insta::assert_snapshot!(anstream::adapter::strip_str(&text).to_string(), @r"
    2 worlds: seeds 3 to 4, faults: some


    at most 7 ticks until everything was quiet
      1 world with something that never comes to what is wanted, which is not counted
    a promise was broken
    seed 3 (and 1 more)  promise 2  Thu 1 Jan 00:00:00  it was so
    seed 4  panicked
    ");
    let objects: String = total.failing.iter().map(|(seed, outcome)| failing_json(*seed, outcome)).collect();
    insta::assert_snapshot!(format!("{objects}{}", summary_json(worlds, &total)), @r#"
    {"at":"1970-01-01T00:00:00Z","event":"violation","message":"it was so","promise":2,"seed":3}
    {"at":"1970-01-01T00:00:00Z","event":"violation","message":"it was so","promise":5,"seed":3}
    {"event":"panic","seed":4}
    {"counts":{},"event":"summary","failing":[3,4],"faults":"some","first_seed":3,"settled_after":7,"unsettled":{"at_work":0,"disturbed":0,"incomplete":1},"worlds":2}
    "#);
}

/// What a planted judge says.
fn planted(is_broken: bool) -> Outcome {
    let violation =
        Violation { promise: 3, at: DateTime::UNIX_EPOCH, schedule: None, message: "it is planted".to_owned() };
    Outcome { violations: is_broken.then_some(violation).into_iter().collect(), ..Outcome::default() }
}

#[derive(clap::Parser)]
struct Command {
    #[command(flatten)]
    arguments: Arguments,
}

/// Cuts a case down, keeps it in a folder, and reads it back with the command that is told.
fn kept_and_read(case: Case, live: &dyn Fn(&Case) -> Outcome) -> (Kept, Case) {
    let outcome = live(&case);
    assert!(outcome.fails());
    let (kept, _) = shrunk(case, "simulate --random 1 --seed 2", &outcome, live);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kept");
    folder::check(&path).unwrap();
    folder::keep(&path, &kept).unwrap();
    let command = folder::command(&path, &kept);
    // The first word is the name of the binary.
    let arguments = Command::try_parse_from(command.split(' ').skip(1)).unwrap().arguments;
    let read = given::read_all(&arguments, arguments.world.as_deref().unwrap()).unwrap().case;
    (kept, read)
}

#[test]
fn a_failing_case_is_cut_down_and_kept_so_that_it_runs_again() {
    let is_kill = |incident: &Incident| matches!(incident.what, What::Killed { .. });
    let live = |case: &Case| {
        if !case.incidents.iter().any(is_kill) {
            return planted(false);
        }
        let history = life::run(case);
        let killed = history.iter().position(|entry| matches!(entry.what, Happened::Ended(_, HowEnded::Killed)));
        let is_start = |entry: &Entry| matches!(entry.what, Happened::Asked { action: Action::Start, .. });
        planted(killed.is_some_and(|place| history.iter().skip(place).any(is_start)))
    };
    let mut cases = (1..).map(|seed| random::case(seed, Level::All.faults()));
    // A small one, which is soon cut down.
    let is_small = |case: &Case| (2..5).contains(&case.machines.len()) && case.incidents.len() < 12;
    let case = cases.find(|case| is_small(case) && live(case).fails()).unwrap();
    let (kept, read) = kept_and_read(case, &live);

    assert_eq!((kept.case.machines.len(), kept.case.tables.schedules.len()), (1, 1));
    assert_eq!(kept.case.incidents.iter().map(is_kill).collect::<Vec<_>>(), [true]);
    assert!(live(&read).fails());
    assert_eq!(life::run(&read), life::run(&kept.case));
    let world = &kept.files.last().unwrap().1;
    assert!(world.starts_with("# Breaks promise 3: cut down from `simulate --random 1 --seed 2`.\n"), "{world}");
}

#[test]
fn a_case_that_hangs_on_the_order_of_rows_is_kept_in_that_order() {
    let names = |case: &Case| -> Vec<String> {
        case.tables.schedules.iter().map(|row| row.get("ScheduleName").unwrap().to_string()).collect()
    };
    let live = |case: &Case| planted(!names(case).is_sorted());
    let mut cases = (1..).map(|seed| random::case(seed, Level::All.faults()));
    let (kept, read) = kept_and_read(cases.find(|case| live(case).fails()).unwrap(), &live);
    assert_eq!((kept.files.len(), names(&kept.case).len()), (1, 2));
    assert_eq!(names(&read), names(&kept.case));
    assert!(live(&read).fails());
}
