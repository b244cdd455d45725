//! What one can answer to a warning (rules C4, C6): choices with their instants, a link, a command to write. Pure.
//!
//! A choice means an instant, not a length of time: a second click changes nothing. How a platform shows the choices is
//! the platform's affair.

use chrono::Duration;

use super::command::quoted;
use super::link::{Purpose, Signer, Ticket};
use super::message::unmarked;
use super::{Choice, Choices, Language, Platform, text};
use crate::model::{Notice, Orderer};

/// What makes answers possible; each is set from outside.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// Signs what stands for the planned stop: the setting `LINK_SECRET`.
    pub signer: Option<Signer>,
    /// Where the chat function is: the setting `CHAT_URL`.
    pub address: Option<String>,
    /// The word that commands begin with: the setting `COMMAND_KEYWORD`.
    pub keyword: Option<String>,
}

/// By how many minutes after the time that was named a stop can be moved at a click, here and on the page behind the link,
/// and how that is written in an English command.
pub(crate) const OFFERS: [(i64, &str); 3] = [(30, "30m"), (60, "1h"), (120, "2h")];

/// The most minutes that the line with the command suggests.
const SUGGESTED: i64 = 60;

/// What one can answer to this notice: nothing, unless it is a warning of a stop that can be moved.
#[must_use]
pub fn choices(notice: &Notice, answers: &Answers, language: Language) -> Option<Choices> {
    let Notice::Warning { schedule, zone, planned_at, stop_at, extensible_by, is_for_all, .. } = notice else {
        return None;
    };
    let latest_at = stop_at.checked_add_signed(*extensible_by)?;
    let fitting = OFFERS.into_iter().filter_map(|(minutes, written)| {
        let until_at = stop_at.checked_add_signed(Duration::minutes(minutes))?;
        (until_at <= latest_at).then_some((minutes, written, until_at))
    });
    let fitting: Vec<_> = fitting.collect();
    let (minutes, written, _) = fitting.iter().rfind(|(minutes, ..)| *minutes <= SUGGESTED)?;
    let order = text::extend(Duration::minutes(*minutes), written, language);
    let offers = fitting.iter().map(|(minutes, _, until_at)| Choice {
        id: minutes.to_string(),
        label: text::until(*until_at, *stop_at, *zone, language),
        until_at: *until_at,
    });
    let command = answers.keyword.as_deref().map(|keyword| {
        let command = format!("/{keyword} {} {order}", quoted(&unmarked(schedule.as_str())));
        text::command(&command, language)
    });
    let ticket = Ticket::new(schedule.clone(), *planned_at, *stop_at);
    let sign = |purpose| answers.signer.as_ref().map(|signer| signer.sign(purpose, &ticket));
    let (token, link) = (sign(Purpose::Button), sign(Purpose::Link));
    let address = answers.address.as_deref().map(|address| address.trim_end_matches('/'));
    // A link and a button that is not signed show possession of the message only, not who answers.
    let linked = link.zip(address).filter(|_| *is_for_all);
    let choices = Choices {
        page: linked.as_ref().map(|(link, address)| format!("{address}/x/{link}")),
        page_label: text::page(language).to_owned(),
        callback: linked.map(|(_, address)| format!("{address}/mattermost")),
        token,
        command,
        offers: offers.collect(),
    };
    (choices.token.is_some() || choices.command.is_some()).then_some(choices)
}

/// How an extension that is told can be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum WayBack {
    /// By what is written in chat.
    Command(String),
    /// Without chat: at a terminal, or in the tables.
    Terminal(String),
    /// In the tables: a terminal takes back orders only.
    Tables,
}

/// The way back from an extension where the platform shows it; `None`: the notice tells of none.
pub(super) fn way_back(platform: Platform, notice: &Notice, answers: &Answers, language: Language) -> Option<WayBack> {
    let Notice::Extended { schedule, by, .. } = notice else { return None };
    if by == Orderer::AN_EDIT {
        return Some(WayBack::Tables);
    }
    let command =
        cancel(notice, answers, language).filter(|_| platform.has_commands()).map(|command| unmarked(&command));
    let terminal = || WayBack::Terminal(format!("lamplighter cancel {}", quoted(&unmarked(schedule.as_str()))));
    Some(command.map_or_else(terminal, WayBack::Command))
}

/// What to write in chat to take back an extension that is told (rule C6).
pub(super) fn cancel(notice: &Notice, answers: &Answers, language: Language) -> Option<String> {
    let Notice::Extended { schedule, .. } = notice else { return None };
    let keyword = answers.keyword.as_deref()?;
    Some(format!("/{keyword} {} {}", quoted(schedule.as_str()), text::cancel(language)))
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::super::text::samples;
    use super::*;
    use crate::model::ScheduleName;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn answers() -> Answers {
        Answers {
            signer: Signer::new(&[7; 32]).ok(),
            address: Some("https://chat.example.org/".to_owned()),
            keyword: Some("lamp".to_owned()),
        }
    }

    /// The sample's warning with another name, stop and limit.
    fn warning(name: &str, stop: &str, minutes: i64) -> Notice {
        let Notice::Warning { zone, cause, planned_at, stretches, is_for_all, .. } = samples::warning() else {
            panic!()
        };
        let (schedule, stop_at) = (ScheduleName::new(name).unwrap(), time(stop));
        let extensible_by = Duration::minutes(minutes);
        Notice::Warning { schedule, zone, cause, planned_at, stop_at, stretches, extensible_by, is_for_all }
    }

    #[test]
    fn choices_go_as_far_as_the_schedule_allows() {
        // Planned for 22:00 in Seoul.
        let cases = [
            ("2026-11-23T13:00:00Z", 240, vec!["Until 22:30", "Until 23:00", "Until Tue 00:00"]),
            ("2026-11-23T13:00:00Z", 120, vec!["Until 22:30", "Until 23:00", "Until Tue 00:00"]),
            ("2026-11-23T13:00:00Z", 119, vec!["Until 22:30", "Until 23:00"]),
            ("2026-11-23T13:00:00Z", 30, vec!["Until 22:30"]),
            ("2026-11-23T13:00:00Z", 29, vec![]),
            ("2026-11-23T13:00:00Z", 0, vec![]),
            // Told later than planned: what is allowed counts from what is told.
            ("2026-11-23T13:10:00Z", 60, vec!["Until 22:40", "Until 23:10"]),
            ("2026-11-23T13:40:00Z", 45, vec!["Until 23:10"]),
        ];
        for (stop, minutes, expected) in cases {
            let choices = choices(&warning("Dev", stop, minutes), &answers(), Language::En);
            assert_eq!(choices.is_none(), expected.is_empty(), "{stop} {minutes}");
            let labels: Vec<String> =
                choices.into_iter().flat_map(|choices| choices.offers).map(|offer| offer.label).collect();
            assert_eq!(labels, expected, "{stop} {minutes}");
        }
    }

    #[test]
    fn a_choice_is_an_instant_and_the_link_holds_the_planned_stop() {
        let notice = warning("Dev", "2026-11-23T13:05:00Z", 240);
        let choices = choices(&notice, &answers(), Language::Ko).unwrap();
        let offers: Vec<(&str, &str, DateTime<Utc>)> =
            choices.offers.iter().map(|offer| (offer.id.as_str(), offer.label.as_str(), offer.until_at)).collect();
        let expected = [
            ("30", "22:35까지", time("2026-11-23T13:35:00Z")),
            ("60", "23:05까지", time("2026-11-23T14:05:00Z")),
            ("120", "24일(화) 00:05까지", time("2026-11-23T15:05:00Z")),
        ];
        assert_eq!(offers, expected);
        let page = choices.page.unwrap();
        let link = page.strip_prefix("https://chat.example.org/x/").unwrap();
        assert_eq!(choices.callback.as_deref(), Some("https://chat.example.org/mattermost"));
        let open = |purpose, token: &str| answers().signer.unwrap().open(purpose, token, time("2026-11-23T12:50:00Z"));
        let ticket = open(Purpose::Link, link).unwrap();
        assert_eq!(open(Purpose::Button, &choices.token.unwrap()).as_ref(), Ok(&ticket));
        assert_eq!((ticket.planned_at, ticket.named_at), (time("2026-11-23T13:00:00Z"), time("2026-11-23T13:05:00Z")));
    }

    #[test]
    fn what_shows_no_person_is_not_offered_where_people_are_listed() {
        let Notice::Warning { schedule, zone, cause, planned_at, stop_at, stretches, extensible_by, .. } =
            samples::warning()
        else {
            panic!()
        };
        let notice =
            Notice::Warning { schedule, zone, cause, planned_at, stop_at, stretches, extensible_by, is_for_all: false };
        let choices = choices(&notice, &answers(), Language::En).unwrap();
        assert!(choices.token.is_some() && choices.command.is_some());
        assert_eq!((choices.page, choices.callback), (None, None));
    }

    #[test]
    fn the_command_suggests_an_hour_or_what_is_left() {
        let command = |name: &str, minutes: i64, language| {
            let notice = warning(name, "2026-11-23T13:00:00Z", minutes);
            choices(&notice, &answers(), language).unwrap().command.unwrap()
        };
        let (en, ko) = (Language::En, Language::Ko);
        assert_eq!(command("Dev", 240, en), "To keep it running longer, write `/lamp Dev extend 1h`");
        assert_eq!(command("Dev Team", 30, en), "To keep it running longer, write `/lamp \"Dev Team\" extend 30m`");
        assert_eq!(command("Dev", 240, ko), "더 오래 실행하려면 `/lamp Dev 연장 1시간` 명령을 입력해 주십시오.");
        assert_eq!(
            command("개발 팀", 30, ko),
            "더 오래 실행하려면 `/lamp \"개발 팀\" 연장 30분` 명령을 입력해 주십시오."
        );
    }

    #[test]
    fn an_extension_can_be_taken_back_by_a_command() {
        for (language, expected) in
            [(Language::En, "/lamp Development cancel"), (Language::Ko, "/lamp Development 취소")]
        {
            assert_eq!(cancel(&samples::extended(), &answers(), language).as_deref(), Some(expected));
            assert_eq!(cancel(&samples::extended(), &Answers::default(), language), None);
            assert_eq!(cancel(&samples::warning(), &answers(), language), None);
        }
    }

    #[test]
    fn what_is_taught_is_understood_as_what_the_buttons_mean() {
        let parsed = |line: String| {
            let command = line.split('`').nth(1).unwrap_or(&line).to_owned();
            crate::chat::command::parse(&command).unwrap()
        };
        for minutes in [240, 30] {
            let notice = warning("Dev", "2026-11-23T13:00:00Z", minutes);
            let [en, ko] = [Language::En, Language::Ko]
                .map(|language| parsed(choices(&notice, &answers(), language).unwrap().command.unwrap()));
            assert_eq!(en, ko);
        }
        let [en, ko] = [Language::En, Language::Ko]
            .map(|language| parsed(cancel(&samples::extended(), &answers(), language).unwrap()));
        assert_eq!(en, ko);
    }

    #[test]
    fn every_platform_has_a_way_back() {
        let command = |word: &str| Some(WayBack::Command(format!("/lamp Development {word}")));
        let terminal = || Some(WayBack::Terminal("lamplighter cancel Development".to_owned()));
        let mut edited = samples::extended();
        if let Notice::Extended { by, .. } = &mut edited {
            Orderer::AN_EDIT.clone_into(by);
        }
        for platform in Platform::ALL {
            for (language, word) in [(Language::En, "cancel"), (Language::Ko, "취소")] {
                let way = |notice: &Notice, answers: &Answers| way_back(platform, notice, answers, language);
                let expected = if platform.has_commands() { command(word) } else { terminal() };
                assert_eq!(way(&samples::extended(), &answers()), expected, "{platform:?}");
                assert_eq!(way(&samples::extended(), &Answers::default()), terminal(), "{platform:?}");
                assert_eq!(way(&edited, &answers()), Some(WayBack::Tables), "{platform:?}");
                assert_eq!(way(&samples::warning(), &answers()), None);
                let word = if platform.has_commands() || platform == Platform::Json { word } else { "cancel" };
                let voice = crate::chat::Voice { language, answers: answers() };
                let said = crate::chat::render(platform, &samples::extended(), &voice).body;
                assert!(said.contains(word) && said.contains("Development"), "{platform:?}: {said}");
            }
        }
    }

    #[test]
    fn each_part_needs_what_it_is_made_of() {
        let notice = warning("Dev", "2026-11-23T13:00:00Z", 240);
        let parts = |answers: Answers| {
            choices(&notice, &answers, Language::En)
                .map(|choices| (choices.token.is_some(), choices.page.is_some(), choices.command.is_some()))
        };
        assert_eq!(parts(answers()), Some((true, true, true)));
        assert_eq!(parts(Answers { address: None, ..answers() }), Some((true, false, true)));
        assert_eq!(parts(Answers { signer: None, ..answers() }), Some((false, false, true)));
        assert_eq!(parts(Answers { signer: None, keyword: None, ..answers() }), None);
        assert_eq!(parts(Answers::default()), None);
        for notice in samples::all() {
            let is_warning = matches!(notice, Notice::Warning { .. });
            assert_eq!(choices(&notice, &answers(), Language::En).is_some(), is_warning, "{notice:?}");
        }
    }
}
