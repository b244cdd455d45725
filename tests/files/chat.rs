//! What chat platforms receive: within the vendors' limits whatever names hold, and as stored for one evening.
//!
//! `STORE_EVENING=1 cargo test --no-default-features --features cli --test files evening` stores it anew: read the
//! difference before you keep it.

use std::fmt::Write as _;

use lamplighter::chat::link::Signer;
use lamplighter::chat::{self, Answers, Language, Platform, Voice, sample};
use lamplighter::model::{GroupName, Notice, ScheduleName, Stretch};

use crate::receiver;
use crate::support::{lamplighter, repository};

const LANGUAGES: [Language; 2] = [Language::En, Language::Ko];

fn voice(language: Language) -> Voice {
    let answers = Answers {
        signer: Signer::new(&[7; 32]).ok(),
        address: Some("https://chat.example.org".to_owned()),
        keyword: Some("lamp".to_owned()),
    };
    Voice { language, answers }
}

fn faults(platform: Platform, notice: &Notice, language: Language) -> Vec<String> {
    let sent = chat::render(platform, notice, &voice(language));
    receiver::faults(platform, sent.accept, sent.content_type, &sent.body)
}

/// Names of 256 characters, each of another harm.
fn names() -> Vec<String> {
    let parts = [
        "x",
        "가",
        "\u{10ffff}",
        "&<>",
        "**[a](https://example.org)**",
        "<!channel> @all <@1> ",
        "_~`|#\\",
        "a`*b*@all <!here> ``_c_`",
        "\"'\\n</b><br>",
    ];
    parts.iter().map(|part| part.repeat(256).chars().take(256).collect::<String>()).collect()
}

/// The notice about something of this name, with this many groups of as many instances.
fn grown(notice: Notice, name: &str, groups: usize, instances: usize) -> Notice {
    let schedule = ScheduleName::new(name).unwrap();
    let stretch = |mut stretch: Stretch| {
        let (key, mut label, remark) = stretch.instances.swap_remove(0);
        label.name = Some(name.to_owned());
        let remark = if remark.is_empty() { remark } else { name.repeat(4) };
        Stretch { group: GroupName::new(name).ok(), instances: vec![(key, label, remark); instances] }
    };
    let all = |mut stretches: Vec<Stretch>| vec![stretch(stretches.swap_remove(0)); groups];
    match notice {
        Notice::Warning { zone, cause, planned_at, stop_at, stretches, extensible_by, is_for_all, .. } => {
            let stretches = all(stretches);
            Notice::Warning { schedule, zone, cause, planned_at, stop_at, stretches, extensible_by, is_for_all }
        }
        Notice::Acted { zone, action, cause, at, stretch: of, until_at, .. } => {
            Notice::Acted { schedule, zone, action, cause, at, stretch: stretch(of), until_at }
        }
        Notice::RunDone { zone, action, cause, at, took, instances, refused, .. } => {
            Notice::RunDone { schedule, zone, action, cause, at, took, instances, refused }
        }
        Notice::WouldAct { zone, action, at, stretches, .. } => {
            Notice::WouldAct { schedule, zone, action, at, stretches: all(stretches) }
        }
        Notice::Failed { zone, action, is_final, stretch: of, .. } => {
            Notice::Failed { schedule, zone, action, is_final, code: name.to_owned(), stretch: stretch(of) }
        }
        Notice::Slow { zone, action, waited, stretch: of, .. } => {
            let held = vec![GroupName::new(name).unwrap(); groups];
            Notice::Slow { schedule, zone, action, waited, stretch: stretch(of), held }
        }
        Notice::Extended { zone, stop_at, .. } => Notice::Extended { schedule, zone, stop_at, by: name.to_owned() },
        Notice::Problems(mut problems) => {
            let mut problem = problems.swap_remove(0);
            problem.schedule = Some(schedule);
            problem.holds = Some(name.to_owned());
            problem.message = name.repeat(4);
            let numbered = (0..groups * instances).map(|number| {
                let mut problem = problem.clone();
                problem.item = format!("{name} {}", number / 3);
                problem
            });
            Notice::Problems(numbered.collect())
        }
        Notice::Trial => Notice::Trial,
    }
}

#[test]
fn every_platform_takes_every_message() {
    for platform in Platform::ALL {
        for (event, _) in sample::EVENTS {
            for language in LANGUAGES {
                let notice = sample::notice(event).unwrap();
                let found = faults(platform, &notice, language);
                assert_eq!(found, Vec::<String>::new(), "{platform:?} {event} {language:?}");
            }
        }
    }
}

#[test]
fn names_and_numbers_of_any_kind_keep_within_the_limits() {
    for (event, _) in sample::EVENTS {
        for name in names() {
            for (groups, instances) in [(1, 1), (1, 1_000), (60, 3)] {
                let notice = grown(sample::notice(event).unwrap(), &name, groups, instances);
                for platform in Platform::ALL {
                    // The languages differ in words, not in size: one of them is enough for each case.
                    let language = LANGUAGES[groups % 2];
                    let found = faults(platform, &notice, language);
                    let start: String = name.chars().take(9).collect();
                    let case = format!("{platform:?} {event} {language:?} {start} {groups} groups of {instances}");
                    assert_eq!(found, Vec::<String>::new(), "{case}");
                }
            }
        }
    }
}

#[test]
fn a_warning_can_be_answered_wherever_the_platform_lets_it() {
    let sent = |platform: Platform| {
        let body = chat::render(platform, &sample::notice("warning").unwrap(), &voice(Language::En)).body;
        serde_json::from_str::<serde_json::Value>(&body).unwrap()
    };
    let slack = sent(Platform::Slack);
    let elements = slack["blocks"].as_array().unwrap().last().unwrap()["elements"].as_array().unwrap();
    let ids: Vec<&str> = elements.iter().map(|element| element["action_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["extend:30", "extend:60", "extend:120", "page"]);
    let mattermost = sent(Platform::Mattermost);
    let actions = mattermost["attachments"][0]["actions"].as_array().unwrap();
    let minutes: Vec<_> = actions.iter().map(|action| &action["integration"]["context"]["minutes"]).collect();
    assert_eq!(minutes, [30, 60, 120]);
    assert_eq!(actions[0]["integration"]["url"], "https://chat.example.org/mattermost");
    let jandi = sent(Platform::Jandi);
    let lines: Vec<&str> = jandi["body"].as_str().unwrap().lines().collect();
    assert_eq!(lines[1], "To keep it running longer, write `/lamp Development extend 1h`");
    assert!(lines[2].starts_with("[Keep it running longer](https://chat.example.org/x/"), "{lines:?}");
    for platform in Platform::ALL {
        assert!(sent(platform).to_string().contains("https://chat.example.org/x/"), "{platform:?}");
    }
}

#[test]
fn without_answers_there_is_neither_link_nor_button() {
    for platform in Platform::ALL {
        let body = chat::render(platform, &sample::notice("warning").unwrap(), &Voice::default()).body;
        for sign in ["/x/", "extend", "actions", "components", "buttonList", "command"] {
            assert!(!body.replace("extensible", "").contains(sign), "{platform:?}: {sign} in {body}");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the switch is for the test, not for the command")]
fn is_stored_anew() -> bool {
    std::env::var_os("STORE_EVENING").is_some()
}

#[test]
fn one_evening_is_as_stored() {
    let mut faults = Vec::new();
    for platform in Platform::ALL {
        for language in LANGUAGES {
            let (platform, language) = (platform.as_str(), language.as_str());
            let mut evening = String::new();
            for event in ["warning", "extended", "stop", "run_done"] {
                let arguments = ["chat", "preview", "--platform", platform, "--language", language, "--event", event];
                let done = lamplighter(repository(), &[&arguments[..], &["--format", "json"]].concat());
                assert_eq!((done.code, done.stderr.as_str()), (0, ""), "{platform} {language} {event}");
                _ = write!(evening, "# {event}\n{}\n", done.stdout);
            }
            let path = repository().join(format!("tests/files/chat/{platform}.{language}.txt"));
            if is_stored_anew() {
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(&path, &evening).unwrap();
            }
            if std::fs::read_to_string(&path).ok().as_deref() != Some(evening.as_str()) {
                faults.push(format!("{}:\n{evening}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}\n`STORE_EVENING=1` stores what is printed", faults.join("\n"));
}

#[test]
fn previews_say_what_there_is() {
    let run = |arguments: &[&str]| lamplighter(repository(), &[&["chat", "preview"], arguments].concat());
    let list = run(&["--list"]);
    assert_eq!(list.code, 0, "{}", list.stderr);
    for (event, _) in sample::EVENTS {
        assert!(list.stdout.contains(&format!("  {event} ")), "{}", list.stdout);
    }
    let json: serde_json::Value = serde_json::from_str(&run(&["--list", "--format", "json"]).stdout).unwrap();
    assert_eq!(json["platforms"].as_array().map(Vec::len), Some(Platform::ALL.len()));
    let text = run(&["--platform", "jandi", "--event", "warning"]).stdout;
    assert!(text.starts_with("Accept: application/vnd.tosslab.jandi-v2+json\nContent-Type: "), "{text}");
    let slip = run(&["--platform", "slack", "--event", "warnin"]);
    assert_eq!((slip.code, slip.stdout.as_str()), (2, ""));
    assert!(slip.stderr.contains("did you mean `warning`?"), "{}", slip.stderr);
    for wrong in [vec![], vec!["--platform", "slack"], vec!["--platform", "irc", "--event", "warning"]] {
        let done = run(&wrong);
        assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{wrong:?} {}", done.stderr);
    }
}
