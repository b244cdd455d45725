use chrono::DateTime;

use super::*;

/// The seeds that are handed over when these fail.
fn handed_over(failing: &[u64], cores: usize, goes_on: bool) -> Vec<(u64, bool)> {
    let worlds = Worlds { first_seed: 100, count: 40, level: Level::All, goes_on };
    let live = |seed: u64| {
        // Whoever has a low seed is late.
        (0..(140 - seed) * 2_000).for_each(|_| std::hint::spin_loop());
        Outcome { has_panicked: failing.contains(&seed), ..Outcome::default() }
    };
    let mut taken = Vec::new();
    hunt(worlds, cores, &live, &mut |seed, outcome| taken.push((seed, outcome.fails())));
    taken
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
    let mut total = Total::default();
    total
        .add(3, Outcome { violations: vec![violation(2), violation(5)], settled_after: Some(7), ..Outcome::default() });
    total.add(4, Outcome { has_panicked: true, ..Outcome::default() });
    let lines: String = total.failing.iter().map(|(seed, outcome)| failing(*seed, outcome)).collect();
    let text = format!("{}{lines}", summary(worlds, &total));
    insta::assert_snapshot!(anstream::adapter::strip_str(&text).to_string(), @r"
    2 worlds: seeds 3 to 4, faults: some


    at most 7 ticks until everything was quiet
    a promise was broken
    seed 3 (and 1 more)  promise 2  Thu 1 Jan 00:00:00  it was so
    seed 4  panicked
    ");
    let objects: String = total.failing.iter().map(|(seed, outcome)| failing_json(*seed, outcome)).collect();
    insta::assert_snapshot!(format!("{objects}{}", summary_json(worlds, &total)), @r#"
    {"at":"1970-01-01T00:00:00Z","event":"violation","message":"it was so","promise":2,"seed":3}
    {"at":"1970-01-01T00:00:00Z","event":"violation","message":"it was so","promise":5,"seed":3}
    {"event":"panic","seed":4}
    {"counts":{},"event":"summary","failing":[3,4],"faults":"some","first_seed":3,"settled_after":7,"worlds":2}
    "#);
}
