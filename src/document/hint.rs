//! What a person may have meant: a known word, a list of them, a zone.

use std::fmt::Display;

use chrono_tz::TZ_VARIANTS;

use super::nearest;
use super::shown::cut;
use crate::model::{Days, Months};

/// The most parts of a list that are told.
const MOST_PARTS: usize = 10;

/// What is wrong with a word, with the known one that may have been meant.
pub(super) fn unknown(text: &str, what: &str, known: &[&str]) -> String {
    let near = nearest(text, known.iter().copied()).map(|near| format!(" (did you mean `{near}`?)"));
    format!("{what}{}", near.unwrap_or_default())
}

/// What is wrong with the parts of a list, each with what may have been meant; `is_known` judges a part.
pub(super) fn parts(parts: &[String], what: impl Display, words: &[&str], is_known: impl Fn(&str) -> bool) -> String {
    let told = parts.iter().take(MOST_PARTS).map(|part| {
        let near = range(part, words).filter(|near| is_known(near)).map(|near| format!(" (did you mean `{near}`?)"));
        format!("`{}` is no {what}{}", cut(part), near.unwrap_or_default())
    });
    let mut told: Vec<String> = told.collect();
    let more = parts.len().saturating_sub(MOST_PARTS);
    if more > 0 {
        told.push(format!("{more} more"));
    }
    told.join(", ")
}

/// The range that may have been meant, such as `mon-fri` by `mno-friday`; `#2` and `/3` stay.
fn range(part: &str, words: &[&str]) -> Option<String> {
    let (ends, rest) = part.find(['#', '/']).map_or((part, ""), |position| part.split_at(position));
    let ends: Option<Vec<&str>> = ends.split('-').map(|end| word(end, words)).collect();
    ends.map(|ends| format!("{}{rest}", ends.join("-")))
}

fn word<'a>(text: &'a str, words: &[&'a str]) -> Option<&'a str> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text);
    }
    let short = |full: &str| words.iter().copied().find(|word| word.len() == 3 && full.starts_with(word));
    let full = Days::FULL_NAMES.into_iter().chain(Months::FULL_NAMES).filter(|full| short(full).is_some());
    let near = nearest(text, words.iter().copied().chain(full))?;
    if words.contains(&near) { Some(near) } else { short(near) }
}

/// The zone that may have been meant by its last part, such as `Asia/Seoul` by `seoul`, or by a slip of the pen.
#[must_use]
pub fn zone(text: &str) -> Option<&'static str> {
    // Among short names each is near to others, and a wrong zone is worse than none.
    const SHORTEST: usize = 5;
    let names = || TZ_VARIANTS.iter().map(|zone| zone.name());
    let last = |name: &'static str| name.rsplit('/').next().unwrap_or(name);
    let written = text.replace(' ', "_");
    let same = names().find(|name| name.eq_ignore_ascii_case(&written));
    let same = same.or_else(|| names().find(|name| last(name).eq_ignore_ascii_case(&written)));
    same.or_else(|| {
        let is_long = written.len() >= SHORTEST;
        is_long.then(|| nearest(&written, names().filter(|name| name.len() >= SHORTEST))).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Weekdays;

    #[test]
    fn a_zone_is_known_by_its_last_part() {
        let cases = [
            ("Seoul", Some("Asia/Seoul")),
            ("berlin", Some("Europe/Berlin")),
            ("New York", Some("America/New_York")),
            ("asia/seoul", Some("Asia/Seoul")),
            ("Asia/Soul", Some("Asia/Seoul")),
            ("utc", Some("UTC")),
            ("KST", None),
            ("JST", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(zone(text), expected, "{text}");
        }
    }

    #[test]
    fn each_end_of_a_range_is_looked_up() {
        let days = |part: &str| range(part, &Days::WORDS).filter(|near| near.parse::<Weekdays>().is_ok());
        let months = |part: &str| range(part, &Months::NAMES).filter(|near| near.parse::<Months>().is_ok());
        let cases = [
            (days("mno-fri"), Some("mon-fri")),
            (days("monday"), Some("mon")),
            (days("thurs"), Some("thu")),
            (days("mondy-friday"), Some("mon-fri")),
            (days("mno#2"), Some("mon#2")),
            (days("weekdys-fri"), None),
            (days("xyz"), None),
            (months("march"), Some("mar")),
            (months("1-june"), Some("1-jun")),
            (months("fbe/3"), Some("feb/3")),
            (months("13"), None),
        ];
        for (near, expected) in cases {
            assert_eq!(near.as_deref(), expected);
        }
    }
}
