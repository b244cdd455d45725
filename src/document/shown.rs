//! How what a person wrote is shown in a problem: on one line, of bounded length, and in the order in which it was written.

use serde_json::Value;

/// The most characters of a value that are shown.
const MOST: usize = 80;
/// The most names that are listed.
const MOST_NAMES: usize = 10;

/// A value as a person would read it.
pub(crate) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| cut(&value.to_string()), cut)
}

/// Text that cannot break its line or turn it round, nor end the backticks around it, cut to a bounded length.
pub(super) fn cut(text: &str) -> String {
    let mut characters = text.chars();
    let mut cut: String = characters.by_ref().take(MOST).collect();
    if characters.next().is_some() {
        cut.push('…');
    }
    plain(&cut).replace('`', "\u{2cb}")
}

/// Text that cannot break its line or turn it round: otherwise a value could look like another line of the listing.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unsafe(character) {
            plain.extend(character.escape_default());
        } else {
            plain.push(character);
        }
    }
    plain
}

/// Control characters, line and paragraph separators, and those without a width that change how others are shown.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Some names in backticks, the first few of them.
pub(super) fn names<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(MOST_NAMES);
    let mut listed: Vec<String> = names.take(MOST_NAMES).map(|name| format!("`{}`", cut(name))).collect();
    if more > 0 {
        listed.push(format!("{more} more"));
    }
    listed.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_or_turns_a_line() {
        let cases = [
            ("Weekend", "Weekend"),
            ("주말", "주말"),
            ("a\nb.yaml:1: fine", "a\\nb.yaml:1: fine"),
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("a`b", "aˋb"),
            ("a\u{202e}b\u{2066}c\u{2028}d", "a\\u{202e}b\\u{2066}c\\u{2028}d"),
        ];
        for (text, expected) in cases {
            assert_eq!(cut(text), expected, "{text:?}");
        }
        assert_eq!(cut(&"x".repeat(81)), format!("{}…", "x".repeat(80)));
    }
}
