//! Histories of the simulation are fine, and no longer when something is taken out of them.

use super::super::check;
use crate::model::Notice;
use crate::simulation::history::{Entry, Happened};
use crate::simulation::{random, run};

/// How many histories break this promise when what the tick told is left out in part.
fn broken_without(promise: u8, is_left_out: impl Fn(&Notice) -> bool) -> usize {
    let mut broken = 0;
    for seed in 0..6 {
        let case = random::case(seed, random::Faults::None);
        let mut history: Vec<Entry> = run::run(&case);
        assert_eq!(check(&case, &history), [], "seed {seed}");
        history.retain(|entry| !matches!(&entry.what, Happened::Told { notice, .. } if is_left_out(notice)));
        broken += usize::from(check(&case, &history).iter().any(|violation| violation.promise == promise));
    }
    broken
}

#[test]
fn what_is_missing_is_noticed() {
    assert!(broken_without(2, |notice| matches!(notice, Notice::Warning { .. })) >= 3);
    assert!(broken_without(7, |notice| matches!(notice, Notice::Acted { .. })) >= 4);
    assert!(broken_without(7, |notice| matches!(notice, Notice::RunDone { .. })) >= 1);
}
