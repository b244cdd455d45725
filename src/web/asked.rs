//! What somebody asks, once a platform's own words are off it. Pure; believes what it is given.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::request::Request;
use crate::model::Orderer;

/// A question or an order, and whose it is.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// Who asks, and from where.
    pub(super) by: Orderer,
    /// What.
    pub(super) what: What,
    /// What commands begin with where they ask, such as `/lamp`; empty where the request does not say.
    pub(super) keyword: String,
    /// What tells the request from all others, so that an overheard one is not carried out again; `None`: nothing does, or
    /// what it asks may be asked twice.
    pub(super) mark: Option<String>,
}

/// What is asked.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum What {
    /// The text of a command, without the word that calls us.
    Command(String),
    /// A button of a warning.
    Click {
        /// What stands for the stop.
        token: String,
        /// The stop is to be so many minutes after the time that the warning named.
        minutes: u16,
    },
    /// Something that wants no answer but that it has arrived.
    Nothing,
}

/// What tells a request from all others: a hash of its body and of the header with its time.
pub(super) fn mark(request: &Request, time: &str) -> String {
    const BYTES: usize = 12;
    let hash = Sha256::new().chain_update(request.header(time).unwrap_or_default()).chain_update([0]);
    let hash = hash.chain_update(&request.body).finalize();
    URL_SAFE_NO_PAD.encode(hash.get(..BYTES).unwrap_or(&hash))
}

/// The longest name of a person that is shown.
const NAME_CHARS: usize = 60;

/// The longest id that is compared with an allow list.
const ID_CHARS: usize = 256;

/// The most minutes that a click may ask for: two days, the reach of a clock value.
const MOST_MINUTES: u16 = 2 * 24 * 60;

/// The first name that is one, as people may see it: on one line, of bounded length, and never an e-mail address: of a
/// name that is nothing else, what stands before the `@`.
pub(super) fn name<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let shown = |name: &str| {
        let name: String = name.chars().map(|char| if is_odd(char) { ' ' } else { char }).collect();
        let words: Vec<&str> = name.split_whitespace().filter(|word| !word.contains('@')).collect();
        let front = || name.split('@').next().unwrap_or_default().trim().to_owned();
        let name = if words.is_empty() { front() } else { words.join(" ") };
        name.chars().take(NAME_CHARS).collect::<String>()
    };
    names.into_iter().map(shown).find(|name| !name.is_empty()).unwrap_or_else(|| "?".to_owned())
}

/// Control characters, and those that turn the direction of the text around them.
fn is_odd(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The word that calls us, as it is written there; empty where the request does not say.
pub(super) fn keyword(text: &str) -> String {
    const CHARS: usize = 50;
    let word: String = text.trim().chars().filter(|char| !is_odd(*char)).take(CHARS).collect();
    if word.trim_matches('/').is_empty() { String::new() } else { word }
}

/// A room's name for the log, if there is one.
pub(super) fn room(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| name([text]))
}

/// What allow lists may name somebody or a room by: all that is not empty.
pub(super) fn ids<'a>(ids: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let is_id = |id: &&str| !id.is_empty() && id.chars().count() <= ID_CHARS;
    ids.into_iter().map(str::trim).filter(is_id).map(str::to_owned).collect()
}

/// Minutes of a click, if they are some.
pub(super) fn minutes(text: &str) -> Option<u16> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|minutes| is_number && (1..=MOST_MINUTES).contains(minutes))
}

/// The text at a path of names; empty if there is none.
pub(super) fn text<'a>(value: &'a Value, path: &[&str]) -> &'a str {
    let found = path.iter().try_fold(value, |value, name| value.get(name));
    found.and_then(Value::as_str).unwrap_or_default()
}

/// The fields of a form; of one that comes twice, the first. `None`: the body is no form.
pub(super) fn form(request: &Request) -> Option<BTreeMap<String, String>> {
    if request.content_type() != "application/x-www-form-urlencoded" {
        return None;
    }
    let mut fields = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(&request.body) {
        fields.entry(name.into_owned()).or_insert_with(|| value.into_owned());
    }
    Some(fields)
}

/// The object in a body of JSON; `None`: the body is none.
pub(super) fn object(request: &Request) -> Option<Value> {
    let value = (request.content_type() == "application/json").then(|| serde_json::from_slice(&request.body).ok());
    value.flatten().filter(Value::is_object)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shown_on_one_line_and_never_as_an_address() {
        let cases = [
            (vec!["Kim"], "Kim"),
            (vec!["", "  ", "Lee  Min-ho"], "Lee Min-ho"),
            (vec!["kim@example.com"], "kim"),
            (vec!["Kim (kim@example.com)", "Lee"], "Kim"),
            (vec!["a\nb\u{202e}c"], "a b c"),
            (vec!["@example.com", "Park"], "Park"),
            (vec![], "?"),
        ];
        for (names, expected) in cases {
            assert_eq!(name(names.clone()), expected, "{names:?}");
        }
        assert_eq!(name(["김".repeat(500).as_str()]).chars().count(), NAME_CHARS);
    }

    #[test]
    fn minutes_are_a_whole_number_within_two_days() {
        let cases = [("30", Some(30)), ("2880", Some(2_880)), ("2881", None), ("0", None), ("+5", None), ("", None)];
        for (text, expected) in cases {
            assert_eq!(minutes(text), expected, "{text}");
        }
        assert_eq!(minutes("99999999999999999999"), None);
    }
}
