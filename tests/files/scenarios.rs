//! Whole days that are easily got wrong: each folder of `tests/scenarios` is a world, and what happens in it.
//!
//! A folder holds schedule files, `world.yaml` with the story at its head, and `expected.txt`, what `lamplighter simulate`
//! prints. `STORE_SCENARIOS=1 cargo test --no-default-features --features cli --test files scenarios` stores it anew: read
//! the difference before you keep it.

use std::path::{Path, PathBuf};

use crate::support::{Done, lamplighter, repository};

fn folders() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(repository().join("tests/scenarios")).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

fn simulate(folder: &Path, more: &[&str]) -> Done {
    let arguments = [&["simulate", ".", "--world", "world.yaml"], more].concat();
    lamplighter(folder, &arguments)
}

#[expect(clippy::disallowed_methods, reason = "the switch is for the test, not for the command")]
fn is_stored_anew() -> bool {
    std::env::var_os("STORE_SCENARIOS").is_some()
}

#[test]
fn every_day_goes_as_it_should() {
    let folders = folders();
    let mut faults = Vec::new();
    for folder in &folders {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let done = simulate(folder, &[]);
        let path = folder.join("expected.txt");
        if is_stored_anew() {
            std::fs::write(&path, &done.stdout).unwrap();
        }
        if (done.code, done.stderr.as_str()) != (0, "") {
            faults.push(format!("{name}: exit code {}\n{}{}", done.code, done.stdout, done.stderr));
        }
        match std::fs::read_to_string(&path) {
            Ok(expected) if expected == done.stdout => {}
            Ok(expected) => faults.push(format!("{name}: {}", first_difference(&expected, &done.stdout))),
            Err(_) => faults.push(format!("{name}: holds no `expected.txt`")),
        }
    }
    assert!(faults.is_empty(), "{}\n\n`STORE_SCENARIOS=1` stores what is printed", faults.join("\n\n"));
    assert!(folders.len() >= 29, "{} folders", folders.len());
}

/// The first line that differs, with what stands around it.
fn first_difference(expected: &str, printed: &str) -> String {
    let (expected, printed): (Vec<_>, Vec<_>) = (expected.lines().collect(), printed.lines().collect());
    let most = expected.len().max(printed.len());
    let place = (0..most).find(|place| expected.get(*place) != printed.get(*place)).unwrap_or(most);
    let around =
        |lines: &[&str]| lines.iter().skip(place.saturating_sub(3)).take(8).copied().collect::<Vec<_>>().join("\n  ");
    format!("line {} differs; expected:\n  {}\nprinted:\n  {}", place + 1, around(&expected), around(&printed))
}

#[test]
fn every_world_tells_its_story() {
    for folder in folders() {
        let world = std::fs::read_to_string(folder.join("world.yaml")).unwrap();
        assert!(world.starts_with("# "), "{} does not say at its head what it is about", folder.display());
    }
}

#[test]
fn the_same_world_and_seed_give_the_same_day() {
    let folder = repository().join("tests/scenarios/long-chain");
    let day = |seed: &str| simulate(&folder, &["--format", "json", "--seed", seed]).stdout;
    assert_eq!(day("5"), day("5"));
    assert_ne!(day("5"), day("6"));
}
