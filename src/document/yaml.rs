//! Writing YAML in the style in which people write it. Knows no attribute.

use serde_json::Value;

/// A text as YAML: bare where every reader takes it for the same text, else in double quotes.
pub(crate) fn text(text: &str) -> String {
    const WORDS: [&str; 10] = ["true", "false", "yes", "no", "on", "off", "null", "none", "y", "n"];
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " _./()+-".contains(c);
    let is_bare = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(is_plain)
        && !text.ends_with(' ')
        && !WORDS.contains(&text.to_lowercase().as_str());
    if is_bare { text.to_owned() } else { quoted(text) }
}

/// A text in double quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if !is_printable(c) => quoted.push_str(&format!("\\U{:08X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A value on one line.
pub(crate) fn flow(value: &Value) -> String {
    match value {
        Value::String(value) => text(value),
        Value::Array(values) => format!("[{}]", values.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(pairs) => format!("{{{}}}", pairs_of(pairs.iter().map(|(name, value)| (name.as_str(), value)))),
        plain => plain.to_string(),
    }
}

/// The inside of a mapping on one line, in this order.
pub(crate) fn pairs_of<'a>(pairs: impl Iterator<Item = (&'a str, &'a Value)>) -> String {
    pairs.map(|(name, value)| format!("{}: {}", text(name), flow(value))).collect::<Vec<_>>().join(", ")
}

/// What a YAML file may hold as it is, on one line.
fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// The words of a text in lines of a bounded width.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Comment lines of a bounded width; what is not printable becomes a space.
pub(crate) fn comment(indent: &str, text: &str) -> String {
    const WIDTH: usize = 116;
    let text: String = text.chars().map(|c| if is_printable(c) { c } else { ' ' }).collect();
    let mut comment = String::new();
    for line in wrapped(&text, WIDTH) {
        comment.push_str(&format!("{indent}# {line}\n"));
    }
    comment
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::file;

    #[test]
    fn only_plain_words_are_bare() {
        let cases = [
            ("uk-office-hours", "uk-office-hours"),
            ("Office hours in Seattle (Pacific)", "Office hours in Seattle (Pacific)"),
            ("US/Pacific", "US/Pacific"),
            ("mon-fri", "mon-fri"),
            ("mon,wed", "\"mon,wed\""),
            ("mon#1", "\"mon#1\""),
            ("1-7", "\"1-7\""),
            ("09:00", "\"09:00\""),
            ("None", "\"None\""),
            ("on", "\"on\""),
            ("", "\"\""),
            (" x", "\" x\""),
            ("a: b", "\"a: b\""),
            ("a \"b\" \\", "\"a \\\"b\\\" \\\\\""),
            ("서울", "\"서울\""),
            ("a\nb\u{2028}", "\"a\\nb\\U00002028\""),
        ];
        for (given, expected) in cases {
            assert_eq!(text(given), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn every_text_is_read_back_as_it_was(given in ".{0,60}|[a-zA-Z0-9 _./():,#'\"\\\\-]{0,20}", remark in "(?s).{0,300}") {
            let file = format!("{}Schedule:\n{}  ScheduleName: {}\n", comment("", &remark), comment("  ", &remark), text(&given));
            let items = file::items(&file).unwrap();
            let read = items.schedules[0]["ScheduleName"].as_str();
            proptest::prop_assert_eq!(read, Some(given.as_str()));
        }
    }
}
