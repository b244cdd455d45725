//! `lamplighter plan` from files.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{self, Done};
use serde_json::Value;

const OFFICE: &str = "Schedule: {ScheduleName: Office, TagValue: o, DaysActive: weekdays, Enabled: true, StartTime: '9:00', StopTime: '18:00', Timezone: Europe/Berlin}\n";

/// A folder with schedule files, each a name and a text.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn plan(folder: &Path, arguments: &str) -> Done {
    let arguments: Vec<&str> = ["plan"].into_iter().chain(arguments.split(' ')).collect();
    support::lamplighter(folder, &arguments)
}

#[track_caller]
fn json(done: &Done) -> Value {
    serde_json::from_str(&done.stdout).unwrap_or_else(|error| panic!("{error}: {done:?}"))
}

#[test]
fn one_object_with_instants_in_utc() {
    let folder = folder(&[("office.yaml", OFFICE)]);
    let done = plan(folder.path(), ". --from 2026-10-23 --to 2026-10-27 --format json");
    assert_eq!((done.code, done.stderr.as_str()), (0, ""));
    let object = json(&done);
    // On Sunday the clocks go back.
    let transitions = [
        ("2026-10-23T07:00:00Z", "start"),
        ("2026-10-23T16:00:00Z", "stop"),
        ("2026-10-26T08:00:00Z", "start"),
        ("2026-10-26T17:00:00Z", "stop"),
    ];
    let transition = |(at, action)| serde_json::json!({"schedule": "Office", "at": at, "action": action});
    assert_eq!(object["transitions"], Value::Array(transitions.map(transition).to_vec()));
    let warning = |at, stop_at| serde_json::json!({"schedule": "Office", "at": at, "stop_at": stop_at});
    let warnings = [
        warning("2026-10-23T15:50:00Z", "2026-10-23T16:00:00Z"),
        warning("2026-10-26T16:50:00Z", "2026-10-26T17:00:00Z"),
    ];
    assert_eq!(object["warnings"], Value::Array(warnings.to_vec()));
    assert_eq!(object["problems"], serde_json::json!([]));
}

#[test]
fn windows_of_all_kinds_are_planned() {
    // attributes, exceptions, from, to; transitions, of which stops are warned ten minutes before.
    let cases = [
        // The night in which New York puts its clocks back, and the one in which Berlin puts them forward.
        (
            "all 22:00 6:00 America/New_York",
            "",
            "2026-10-31",
            "2026-11-02",
            "-10-31T10:00 +11-01T02:00 -11-01T11:00 +11-02T03:00",
        ),
        ("sun 2:30 3:15 Europe/Berlin", "", "2026-03-29", "2026-03-30", ""),
        ("sun 2:30 4:00 Europe/Berlin", "", "2026-03-29", "2026-03-30", "+03-29T01:30 -03-29T02:00"),
        // Days that touch are one window.
        ("weekdays 00:00 24:00 UTC", "", "2026-11-21T00:01:00Z", "2026-11-29", "+11-23T00:00 -11-28T00:00"),
        ("all 00:00 24:00 UTC", "", "2026-11-21", "2026-11-29", ""),
        // Half-open: the stop at the end belongs to the next stretch.
        ("all 9:00 18:00 UTC", "", "2026-11-23T09:00:00Z", "2026-11-23T18:00:00Z", "+11-23T09:00"),
        ("all 9:00 18:00 UTC", "", "2026-11-23T19:00:00Z", "2026-11-23T20:00:00Z", ""),
        // A holiday, and a night that ends later.
        ("all 9:00 18:00 UTC", "24 start None|24 stop None|25 stop 25:30", "2026-12-24", "2026-12-26", "+12-25T09:00"),
        ("all 9:00 18:00 UTC", "24 stop 25:30", "2026-12-24", "2026-12-25T09:00:00Z", "+12-24T09:00 -12-25T01:30"),
        ("sat None 18:00 UTC", "", "2026-11-21", "2026-11-22", "-11-21T18:00"),
        ("all 9:00 18:00 UTC}, Enabled: false, Mode: {", "", "2026-11-21", "2026-11-22", ""),
    ];
    for (attributes, exceptions, from, to, expected) in cases {
        let [days, start, stop, zone] = attributes.splitn(4, ' ').collect::<Vec<_>>()[..] else { panic!() };
        let (zone, enabled) = zone.split_once('}').map_or((zone, true), |(zone, _)| (zone, false));
        let mut text = format!(
            "Schedule: {{ScheduleName: S, TagValue: s, DaysActive: {days}, Enabled: {enabled}, StartTime: '{start}', \
             StopTime: '{stop}', Timezone: {zone}}}\nExceptions:\n"
        );
        for exception in exceptions.split('|').filter(|exception| !exception.is_empty()) {
            let [day, kind, value] = exception.split(' ').collect::<Vec<_>>()[..] else { panic!() };
            text +=
                &format!("  - {{ExceptionDate: '2026-12-{day}', ExceptionType: {kind}, ExceptionValue: '{value}'}}\n");
        }
        let folder = folder(&[("s.yaml", &text)]);
        let done = plan(folder.path(), &format!("s.yaml --from {from} --to {to} --format json"));
        let object = json(&done);
        let short = |at: &Value| {
            let at = at.as_str().unwrap();
            at.trim_start_matches("2026").trim_start_matches('-').trim_end_matches(":00Z").to_owned()
        };
        let list = |name: &str| object[name].as_array().unwrap().clone();
        let found: Vec<String> = list("transitions")
            .iter()
            .map(|found| format!("{}{}", if found["action"] == "start" { '+' } else { '-' }, short(&found["at"])))
            .collect();
        assert_eq!((done.code, found.join(" ").as_str()), (0, expected), "{attributes} {from}");
        let warned: Vec<String> =
            list("warnings").iter().map(|found| format!("-{}", short(&found["stop_at"]))).collect();
        let stops: Vec<&String> = found.iter().filter(|found| found.starts_with('-')).collect();
        let is_cut = attributes == "all 9:00 18:00 UTC" && to == "2026-11-23T18:00:00Z";
        if is_cut {
            assert_eq!(warned, ["-11-23T18:00"], "warned of within the stretch, stopped after it");
        } else {
            assert_eq!(warned.iter().collect::<Vec<_>>(), stops, "{attributes} {from}");
        }
    }
}

#[test]
fn local_times_and_dates_are_in_the_one_zone_of_the_schedules() {
    let tokyo = OFFICE.replace("Office", "Tokyo").replace("Europe/Berlin", "Asia/Tokyo");
    let one = folder(&[("a.yaml", OFFICE)]);
    let two = folder(&[("a.yaml", OFFICE), ("b.yaml", &tokyo)]);
    // folder, arguments, from, to; the default zone is Asia/Seoul.
    let cases = [
        (&one, "--from 2026-11-23", "2026-11-22T23:00:00Z", "2026-11-29T23:00:00Z"),
        (&two, "--from 2026-11-23", "2026-11-22T15:00:00Z", "2026-11-29T15:00:00Z"),
        (&two, "--from 2026-11-23 --to 2026-11-23T00:00:00Z", "2026-11-22T15:00:00Z", "2026-11-23T00:00:00Z"),
        (&one, "--from 2026-11-23T09:30", "2026-11-23T08:30:00Z", "2026-11-30T08:30:00Z"),
        (&two, "--from 2026-11-23T09:30 --to 2026-11-23T10:00:00", "2026-11-23T00:30:00Z", "2026-11-23T01:00:00Z"),
        (&two, "--from 2026-11-23T09:00:00+09:00", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"),
    ];
    for (folder, arguments, from, to) in cases {
        let object = json(&plan(folder.path(), &format!(". {arguments} --format json")));
        assert_eq!((object["from"].as_str(), object["to"].as_str()), (Some(from), Some(to)), "{arguments}");
    }
}

#[test]
fn what_cannot_be_understood_is_missing_and_told() {
    let faulty = OFFICE.replace("Office", "Lab").replace("weekdays", "weekdys").replace("TagValue: o", "TagValue: l");
    let folder = folder(&[("a.yaml", OFFICE), ("b.yaml", &faulty), ("c.yaml", "Schedule: [")]);
    let done = plan(folder.path(), ". --from 2026-11-23 --format json");
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.stderr.contains("missing from the plan: `Lab`"), "{}", done.stderr);
    let object = json(&done);
    assert_eq!(object["transitions"].as_array().unwrap().len(), 10);
    let problems: Vec<&str> =
        object["problems"].as_array().unwrap().iter().map(|problem| problem["message"].as_str().unwrap()).collect();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems.iter().any(|message| message.contains("`weekdys` is no day")), "{problems:?}");

    // Nor is a schedule forgotten whose name cannot be read.
    for nameless in ["ScheduleName: 5", "ScheduleName: ''", "Nothing: here"] {
        let nameless = OFFICE.replace("ScheduleName: Office", nameless);
        let folder = self::folder(&[("a.yaml", OFFICE), ("b.yaml", &nameless)]);
        let done = plan(folder.path(), ". --from 2026-11-23 --format json");
        assert_eq!((done.code, json(&done)["transitions"].as_array().unwrap().len()), (1, 10), "{done:?}");
    }

    // Who asks for others only is not bothered with it.
    let done = plan(folder.path(), ". --from 2026-11-23 --schedule Office --format json");
    assert_eq!(done.code, 0, "{done:?}");
    // A picture may go into a file: there the problems are told beside it.
    let done = plan(folder.path(), ". --from 2026-11-23 --format svg");
    assert_eq!(done.code, 1);
    assert!(done.stdout.starts_with("<svg ") && done.stderr.contains("2 problems"), "{done:?}");
}

#[test]
fn a_faulty_exception_is_told_and_the_timetable_stands() {
    let text = format!(
        "{OFFICE}Exceptions:\n  - {{ExceptionDate: '2026-11-24', ExceptionType: stpo, ExceptionValue: '20:00'}}\n  - {{ExceptionDate: '2020-11-24', ExceptionType: stpo, ExceptionValue: '20:00'}}\n"
    );
    let folder = folder(&[("a.yaml", &text)]);
    let done = plan(folder.path(), ". --from 2026-11-23 --format json");
    let object = json(&done);
    assert_eq!((done.code, object["transitions"].as_array().unwrap().len()), (0, 10), "{done:?}");
    let problems = object["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1, "what is over for long is not told: {problems:?}");
    assert_eq!((&problems[0]["attribute"], &problems[0]["holds"]), (&"ExceptionType".into(), &"stpo".into()));
}

#[test]
fn what_is_asked_wrongly_is_answered_with_what_is_right() {
    let folder = folder(&[("a.yaml", OFFICE)]);
    let cases = [
        (". --from 2026-11-23 --to 2026-11-23", 2, "is not after `--from`"),
        (". --from 2026-11-23 --to 2026-11-20T00:00:00Z", 2, "is not after `--from`"),
        (". --from 2026-11-23 --to 2037-01-01", 1, "more than ten years"),
        (". --from 2026-11-23 --to 2027-02-01 --format svg", 1, "six weeks at most"),
        (". --from 2026-11-23 --schedule Ofice", 1, "did you mean `Office`?"),
        ("nowhere --from 2026-11-23", 1, "nowhere: "),
        (". --from 2026-11-31", 2, "there is no such date"),
        (". --from monday", 2, "2026-11-23T09:00:00Z"),
    ];
    for (arguments, code, words) in cases {
        let done = plan(folder.path(), arguments);
        assert_eq!((done.code, done.stdout.as_str()), (code, ""), "{arguments}: {}", done.stderr);
        assert!(done.stderr.contains(words), "{arguments}: {}", done.stderr);
    }
}

#[test]
fn the_help_says_what_is_part_of_the_stretch() {
    let folder = folder(&[]);
    let help = plan(folder.path(), "--help").stdout;
    let option = help.split_once("--to <T>").unwrap().1.split_once("--schedule").unwrap().0;
    assert!(option.contains("not part of it"), "{option}");
}

#[test]
fn a_pipe_gets_no_colours_and_may_close_early() {
    let folder = folder(&[("a.yaml", OFFICE)]);
    let done = plan(folder.path(), ". --from 2026-11-23 --to 2026-11-24");
    assert_eq!(done.code, 0);
    assert!(
        done.stdout.contains("Mon 23 Nov  ··················██████████████████············  09:00–18:00  9 h\n"),
        "{}",
        done.stdout
    );
    assert!(!done.stdout.contains('\u{1b}'));

    let mut child = Command::new(env!("CARGO_BIN_EXE_lamplighter"))
        .args(["plan", ".", "--from", "2026-01-01", "--to", "2035-12-31"])
        .current_dir(folder.path())
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut [0; 100]).unwrap();
    drop(out);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn the_picture_of_the_readme_is_up_to_date() {
    let done = plan(support::repository(), "schedules --from 2026-12-21 --format svg");
    let kept = std::fs::read_to_string(support::repository().join("schedules/week.svg")).unwrap();
    assert_eq!(done.code, 0);
    let how = "lamplighter plan schedules --from 2026-12-21 --format svg > schedules/week.svg";
    assert!(done.stdout == kept, "make it anew: {how}");
}

#[test]
fn without_a_beginning_the_stretch_is_the_week_from_today() {
    // Where clocks never change, seven dates are as many times 24 hours whatever the day of the test.
    let folder = folder(&[("a.yaml", &OFFICE.replace("Europe/Berlin", "Asia/Seoul"))]);
    let object = json(&plan(folder.path(), ". --format json"));
    let at = |name: &str| chrono::DateTime::parse_from_rfc3339(object[name].as_str().unwrap()).unwrap();
    assert_eq!(at("to") - at("from"), chrono::Duration::days(7));
    assert_eq!(object["transitions"].as_array().unwrap().len(), 10);
}

#[test]
fn an_unknown_attribute_is_an_error_and_what_it_means_is_not_guessed() {
    let folder = folder(&[("a.yaml", &OFFICE.replace("Timezone", "Timezon"))]);
    let done = plan(folder.path(), ". --from 2026-11-23 --format json");
    let object = json(&done);
    assert_eq!((done.code, object["transitions"].as_array().unwrap().len()), (1, 0), "{done:?}");
    assert_eq!(object["problems"][0]["attribute"], "Timezon");
    assert!(object["problems"][0]["message"].as_str().unwrap().contains("did you mean `Timezone`?"));
}
