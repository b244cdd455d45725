//! What the README shows is what the commands print.

use crate::support::{lamplighter, repository};

/// The blocks of text that follow a command in the README.
fn shown_after(command: &str) -> String {
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let rest =
        readme.split_once(&format!("\n{command}\n```\n")).unwrap_or_else(|| panic!("`{command}` is not shown")).1;
    let block = rest.split_once("```text\n").unwrap().1.split_once("\n```").unwrap().0;
    block.to_owned()
}

/// Without the blanks at the ends of lines, which nobody sees.
fn trimmed(text: &str) -> String {
    text.trim_end().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_readme_shows_what_is_printed() {
    for command in [
        "cargo local plan schedules --from 2026-12-21 --to 2026-12-28",
        "cargo local explain Development schedules --at 2026-12-25T12:00",
        "cargo local simulate tests/scenarios/extension-past-midnight --world tests/scenarios/extension-past-midnight/world.yaml",
    ] {
        let arguments: Vec<&str> = command.split(' ').skip(2).collect();
        let done = lamplighter(repository(), &arguments);
        assert_eq!(done.code, 0, "{}", done.stderr);
        assert_eq!(trimmed(&done.stdout), trimmed(&shown_after(command)), "{command}");
    }
}

#[test]
fn the_readme_shows_the_world_of_the_day_that_it_shows() {
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let world =
        std::fs::read_to_string(repository().join("tests/scenarios/extension-past-midnight/world.yaml")).unwrap();
    assert!(readme.contains(&format!("```yaml\n{world}```\n")), "{world}");
}

#[test]
fn the_readme_shows_the_days_off_that_are_added() {
    let command = "cargo local holidays import schedules/holidays/kr.ics --schedule Development --out schedules --from 2026-12-01 --to 2027-02-28";
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("schedules/holidays")).unwrap();
    for file in ["schedules/development.yaml", "schedules/holidays/kr.ics"] {
        std::fs::copy(repository().join(file), folder.path().join(file)).unwrap();
    }
    let done = lamplighter(folder.path(), &command.split(' ').skip(2).collect::<Vec<_>>());
    assert_eq!(trimmed(&done.stdout), trimmed(&shown_after(command)), "{}", done.stderr);
}

#[test]
fn the_readme_shows_faults_as_they_are_told() {
    let command = "cargo local validate tests/files/broken/groups-missing.yaml tests/files/broken/time.yaml";
    let done = lamplighter(repository(), &command.split(' ').skip(2).collect::<Vec<_>>());
    assert_eq!((done.code, trimmed(&done.stdout)), (1, trimmed(&shown_after(command))));
}
