//! Who has done something, as messages name them: a name, or in each language's words that there is none.

use super::Language;
use crate::model::Orderer;

/// Somebody, by what the tables and the notices say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Person<'a> {
    /// Somebody with a name.
    Named(&'a str),
    /// Whoever has the link of a message.
    LinkHolder,
    /// Whoever is at a terminal.
    Terminal,
    /// Whoever has edited the tables by hand.
    Editor,
    /// Somebody whose name is not known.
    Unknown,
}

impl<'a> Person<'a> {
    /// Who is meant; of an e-mail address only what stands before the server (rule S4).
    pub(super) fn of(by: &'a str) -> Self {
        let is_link_holder = |language| by == link_holder(language);
        match by.trim() {
            "" | "?" | Orderer::SOMEBODY => Self::Unknown,
            Orderer::A_TERMINAL => Self::Terminal,
            Orderer::AN_EDIT => Self::Editor,
            _ if [Language::En, Language::Ko].into_iter().any(is_link_holder) => Self::LinkHolder,
            name => Self::Named(super::text::person(name)),
        }
    }
}

/// What is written for somebody who has opened a link: it proves that they have it, not who they are.
pub(crate) const fn link_holder(language: Language) -> &'static str {
    match language {
        Language::En => "somebody with the link",
        Language::Ko => "링크를 받은 사람",
    }
}

/// Who it is, in English.
pub(super) fn in_english(by: &str) -> &str {
    match Person::of(by) {
        Person::Named(name) => name,
        Person::LinkHolder => link_holder(Language::En),
        Person::Terminal => Orderer::A_TERMINAL,
        Person::Editor => Orderer::AN_EDIT,
        Person::Unknown => Orderer::SOMEBODY,
    }
}

/// Who it is, in Korean: only a name has the 님 of politeness.
pub(super) fn in_korean(by: &str) -> String {
    match Person::of(by) {
        Person::Named(name) => return format!("{name} 님"),
        Person::LinkHolder => link_holder(Language::Ko),
        Person::Terminal => "터미널 사용자",
        Person::Editor => "테이블을 직접 수정한 사람",
        Person::Unknown => "이름을 알 수 없는 사람",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_are_names() {
        let cases = [
            ("jane", "jane", "jane 님"),
            ("김민호", "김민호", "김민호 님"),
            ("jane@example.org", "jane", "jane 님"),
            ("somebody", "somebody", "이름을 알 수 없는 사람"),
            ("?", "somebody", "이름을 알 수 없는 사람"),
            ("", "somebody", "이름을 알 수 없는 사람"),
            ("a terminal", "a terminal", "터미널 사용자"),
            ("an edit of the tables", "an edit of the tables", "테이블을 직접 수정한 사람"),
            ("somebody with the link", "somebody with the link", "링크를 받은 사람"),
            ("링크를 받은 사람", "somebody with the link", "링크를 받은 사람"),
        ];
        for (by, english, korean) in cases {
            assert_eq!((in_english(by), in_korean(by).as_str()), (english, korean), "{by}");
        }
    }
}
