//! Markdown as Discord and Mattermost read it: what is ours is bold or code, and names make no markup. Pure.

use super::message::{Message, marked};

/// The fields as paragraphs, each with its title in bold. `at` stands in place of an `@`, which would mention somebody.
pub(super) fn fields<'a>(message: &'a Message, at: &'a str) -> impl Iterator<Item = String> {
    message.fields.iter().map(move |field| {
        let lines: Vec<String> = field.lines.iter().map(|text| line(text, at)).collect();
        format!("{}\n{}", bold(&field.title, at), lines.join("\n"))
    })
}

/// A line in bold.
pub(super) fn bold(text: &str, at: &str) -> String {
    format!("**{}**", line(text, at))
}

/// A line: code is code, and all else no markup.
pub(super) fn line(text: &str, at: &str) -> String {
    let words = |text: &str| escaped(text, at);
    // Neither an escape nor a mention means anything in code.
    let shown = marked(text, words, |code| format!("`{code}`"));
    // At the beginning of a line these make a list.
    if text.starts_with(['-', '+']) { format!("\\{shown}") } else { shown }
}

fn escaped(text: &str, at: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '@' => escaped.push_str(at),
            '\\' | '*' | '_' | '~' | '`' | '|' | '[' | ']' | '<' | '>' | '#' => escaped.extend(['\\', character]),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_code_and_names_make_no_markup() {
        let cases = [
            ("**x** __y__ ~~z~~", r"\*\*x\*\* \_\_y\_\_ \~\~z\~\~"),
            ("[a](https://example.org) <@1>", r"\[a\](https://example.org) \<\@1\>"),
            (r"a\*b", r"a\\\*b"),
            ("- a-b # c", r"\- a-b \# c"),
            ("web-1 (i-1), t3.small", "web-1 (i-1), t3.small"),
            ("write `/lamp Dev force_start`", "write `/lamp Dev force_start`"),
            ("- `a_b` or `c*d`", r"\- `a_b` or `c*d`"),
            // A mark that is not closed, and marks in a name that end our own: nothing but code comes of them.
            ("a ` *b*", r"a \` \*b\*"),
            ("write `/lamp a`*b*@all`c skip`", r"write `/lamp a`\*b\*\@all`c skip`"),
        ];
        for (text, expected) in cases {
            assert_eq!(line(text, r"\@"), expected);
        }
    }
}
