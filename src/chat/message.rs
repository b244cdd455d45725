//! A message before it has the shape of a platform: a line, and fields of lines. Knows no platform and no notice.

use chrono::{DateTime, Utc};

use super::{Language, text};

/// What a message is about at first sight; platforms show it as a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something is about to stop.
    Warning,
    /// Something starts or has started.
    Start,
    /// Something stops or has stopped.
    Stop,
    /// Somebody has to do something.
    Failure,
    /// Good to know.
    Info,
}

impl Tone {
    /// Its colour, as `0xRRGGBB`.
    pub(super) const fn colour(self) -> u32 {
        match self {
            Self::Warning => 0xFA_C1_1B,
            Self::Start => 0x2E_9E_5B,
            Self::Stop => 0x6B_77_85,
            Self::Failure => 0xD6_45_45,
            Self::Info => 0x3B_7D_D8,
        }
    }

    /// A sign for platforms that have no colour to show.
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Warning => "⚠️",
            Self::Start => "🟢",
            Self::Stop => "🌙",
            Self::Failure => "🔴",
            Self::Info => "ℹ️",
        }
    }
}

/// A message in plain text: no markup of any platform but what stands between backticks, which is code where there is such
/// a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is about.
    pub tone: Tone,
    /// In what it is written: what stands in place of what does not fit is, too.
    pub language: Language,
    /// The one line that says it all.
    pub title: String,
    /// The rest.
    pub fields: Vec<Field>,
    /// What one can answer: only a warning has something.
    pub choices: Option<Choices>,
}

/// What one can answer to a warning, by whichever way the platform has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choices {
    /// What stands for the planned stop: signed, so that it can be given out as a button's value; `None`: nothing can be
    /// signed, so there are no buttons.
    pub token: Option<String>,
    /// The page that offers the same to whoever opens it; `None`: the function that would show it has no address yet.
    pub page: Option<String>,
    /// What the page's link says.
    pub page_label: String,
    /// Where Mattermost sends what was clicked.
    pub callback: Option<String>,
    /// A line that says what to write, on platforms that have commands.
    pub command: Option<String>,
    /// The choices, the shortest first.
    pub offers: Vec<Choice>,
}

/// One of the choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What it is called by programs: `30`, `60`, `120`: minutes after the stop that was named.
    pub id: String,
    /// What people read: `Until 22:30`.
    pub label: String,
    /// When it would stop then.
    pub until_at: DateTime<Utc>,
}

/// A titled list of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// What the lines are.
    pub title: String,
    /// The lines; not empty.
    pub lines: Vec<String>,
}

/// The longest line in characters; what AWS says about one instance can be longer.
const LINE_CHARS: usize = 500;

/// With less room than this for its fields, a message is as short as it gets.
const LEAST_CHARS: usize = 20;

impl Message {
    /// A message of one line.
    pub(super) fn new(tone: Tone, title: &str) -> Self {
        Self { tone, language: Language::default(), title: line(title), fields: Vec::new(), choices: None }
    }

    /// Says in what it is written.
    pub(super) fn speaking(self, language: Language) -> Self {
        Self { language, ..self }
    }

    /// Adds a field; one without lines is left out.
    pub(super) fn field(mut self, title: &str, lines: impl IntoIterator<Item = String>) -> Self {
        let lines: Vec<String> = lines.into_iter().map(|text| line(&text)).collect();
        if !lines.is_empty() {
            self.fields.push(Field { title: line(title), lines });
        }
        self
    }

    /// Shortens the lists until the fields have at most `most` characters, line breaks counted.
    ///
    /// All long lists lose their ends, each with `… and 23 more` in place of it, before any field goes.
    #[must_use]
    pub fn within(mut self, most: usize) -> Self {
        let longest = self.fields.iter().map(|field| field.lines.len()).max().unwrap_or_default();
        let language = self.language;
        let sizes: Vec<Sizes> = self.fields.iter().map(|field| Sizes::of(field, language)).collect();
        let fits = |kept: &usize| sizes.iter().map(|sizes| sizes.with(*kept)).sum::<usize>() <= most;
        let kept = (1..=longest).rev().find(fits).unwrap_or(1);
        for field in &mut self.fields {
            field.cut(kept, language);
        }
        self.drop_fields(most);
        self
    }

    /// Leaves out the last fields until the others fit.
    fn drop_fields(&mut self, most: usize) {
        // Room for the field that says how many are missing.
        const REST: usize = 40;
        let language = self.language;
        let size =
            |fields: &[Field]| fields.iter().map(|field| Sizes::of(field, language).with(usize::MAX)).sum::<usize>();
        if size(&self.fields) <= most {
            return;
        }
        let all = self.fields.len();
        while !self.fields.is_empty() && size(&self.fields) + REST > most {
            self.fields.pop();
        }
        let missing = all - self.fields.len();
        let (title, rest) = (text::more(language).to_owned(), text::rest(missing, language));
        self.fields.push(Field { title, lines: vec![rest] });
    }

    /// Renders it with as much of its lists as the platform takes: less and less, until it fits.
    ///
    /// What the platform counts is what is sent, with its escapes; `most` is where to begin.
    pub(super) fn fitting<R>(&self, most: usize, render: impl Fn(&Self) -> R, fits: impl Fn(&R) -> bool) -> R {
        let mut most = most;
        loop {
            let rendered = render(&self.clone().within(most));
            if most < LEAST_CHARS || fits(&rendered) {
                return rendered;
            }
            most = most * 4 / 5;
        }
    }

    /// The message as lines of plain text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = vec![self.title.clone()];
        for field in &self.fields {
            match field.lines.as_slice() {
                [line] => text.push(format!("{}: {line}", field.title)),
                lines => {
                    text.push(format!("{}:", field.title));
                    text.extend(lines.iter().map(|line| format!("  {line}")));
                }
            }
        }
        text.join("\n")
    }
}

impl Field {
    /// Keeps the first lines and says how many are missing.
    fn cut(&mut self, kept: usize, language: Language) {
        let missing = self.lines.len().saturating_sub(kept);
        if missing > 0 {
            self.lines.truncate(kept);
            self.lines.push(text::rest(missing, language));
        }
    }
}

/// How long the parts of a field are, counted once.
struct Sizes {
    title: usize,
    /// How long its first lines are together: none, one, two, and so on.
    sums: Vec<usize>,
    language: Language,
}

impl Sizes {
    fn of(field: &Field, language: Language) -> Self {
        let lines = field.lines.iter().scan(0, |sum, line| {
            *sum += line.chars().count() + 1;
            Some(*sum)
        });
        Self { title: field.title.chars().count() + 1, sums: std::iter::once(0).chain(lines).collect(), language }
    }

    /// The size with this many lines kept.
    fn with(&self, kept: usize) -> usize {
        let lines = self.sums.len().saturating_sub(1);
        let missing = lines.saturating_sub(kept);
        let marker = if missing > 0 { text::rest(missing, self.language).chars().count() + 1 } else { 0 };
        self.title + self.sums.get(kept.min(lines)).copied().unwrap_or_default() + marker
    }
}

/// One line of bounded length: names come from tags, which may hold line breaks.
fn line(text: &str) -> String {
    cut(&text.replace(char::is_control, " "), LINE_CHARS)
}

/// A part of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Words.
    Words(&'a str),
    /// What we have put between backticks: a command, a value. It holds no backtick itself.
    Code(&'a str),
}

/// The parts of a line. A backtick without another one is part of the words.
///
/// Whatever stands in code, be it a name with a mark of its own, can end it, but is words again then: platforms take the
/// markup out of both.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((words, after)) = rest.split_once('`') {
        let Some((code, behind)) = after.split_once('`').filter(|(code, _)| !code.is_empty()) else { break };
        pieces.extend((!words.is_empty()).then_some(Piece::Words(words)));
        pieces.push(Piece::Code(code));
        rest = behind;
    }
    pieces.extend((!rest.is_empty()).then_some(Piece::Words(rest)));
    pieces
}

/// A line in a platform's markup.
pub(super) fn marked(text: &str, words: impl Fn(&str) -> String, code: impl Fn(&str) -> String) -> String {
    let shown = |piece| match piece {
        Piece::Words(text) => words(text),
        Piece::Code(text) => code(text),
    };
    pieces(text).into_iter().map(shown).collect()
}

/// A name as a line holds it: a backtick of its own is none of our marks, and looks almost the same.
pub(super) fn unmarked(name: &str) -> String {
    name.replace('`', "\u{2cb}")
}

/// The text with at most `most` characters, `…` the last of them if some are missing.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(lengths: &[usize]) -> Message {
        let message = Message::new(Tone::Info, "title");
        lengths.iter().fold(message, |message, length| message.field("list", (0..*length).map(|n| format!("line {n}"))))
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        let message = lists(&[3, 1]);
        assert_eq!(message.clone().within(38), message);
        assert_ne!(message.clone().within(37), message);
    }

    #[test]
    fn long_lists_lose_their_ends_and_short_ones_stay() {
        let message = lists(&[30, 2, 1]).within(100);
        let lines: Vec<Vec<&str>> =
            message.fields.iter().map(|field| field.lines.iter().map(String::as_str).collect()).collect();
        let long = vec!["line 0", "line 1", "line 2", "line 3", "line 4", "line 5", "line 6", "… and 23 more"];
        assert_eq!(lines, [long, vec!["line 0", "line 1"], vec!["line 0"]]);
    }

    #[test]
    fn fields_go_when_there_are_too_many_of_them() {
        let message = lists(&[9; 100]).within(200);
        let last = message.fields.last().map(|field| (field.title.as_str(), field.lines.concat()));
        assert_eq!((message.fields.len(), last), (7, Some(("More", "… and 94 more".to_owned()))));
    }

    #[test]
    fn no_size_is_exceeded() {
        for lengths in [vec![1_000], vec![9; 100], vec![1; 300], vec![200, 1, 200]] {
            for most in [60, 100, 1_000, 5_000] {
                let text: usize = lists(&lengths)
                    .within(most)
                    .fields
                    .iter()
                    .map(|field| Sizes::of(field, Language::En).with(usize::MAX))
                    .sum();
                assert!(text <= most, "{lengths:?} within {most}: {text}");
            }
        }
    }

    #[test]
    fn what_is_left_out_is_told_in_the_language_of_the_message() {
        let message = lists(&[30]).speaking(Language::Ko).within(100);
        assert_eq!(message.fields[0].lines.last().map(String::as_str), Some("… 외 18개"));
    }

    #[test]
    fn a_rendering_shrinks_until_it_fits() {
        let doubled = |message: &Message| message.to_text().repeat(2);
        let text = lists(&[1_000]).fitting(5_000, doubled, |text| text.chars().count() <= 3_000);
        assert!(text.chars().count() > 2_000 && text.chars().count() <= 3_000, "{}", text.chars().count());
        assert!(text.contains(" more"));
        // What never fits is as short as it gets, and there is an end to trying.
        assert!(lists(&[1_000]).fitting(5_000, doubled, |_| false).chars().count() < 150);
    }

    #[test]
    fn what_is_between_backticks_is_code() {
        use Piece::{Code, Words};
        let cases = [
            ("", vec![]),
            ("words", vec![Words("words")]),
            ("write `/lamp Dev skip`", vec![Words("write "), Code("/lamp Dev skip")]),
            ("`a` or `b`.", vec![Code("a"), Words(" or "), Code("b"), Words(".")]),
            ("a ` b", vec![Words("a ` b")]),
            ("`a` ` b", vec![Code("a"), Words(" ` b")]),
            ("`` a", vec![Words("`` a")]),
            ("`a```", vec![Code("a"), Words("``")]),
            ("`a``b`", vec![Code("a"), Code("b")]),
        ];
        for (text, expected) in cases {
            assert_eq!(pieces(text), expected, "{text}");
        }
        assert_eq!(pieces(&format!("`{}`", unmarked("a`b"))), [Code("aˋb")]);
    }

    #[test]
    fn a_line_is_one_line_of_bounded_length() {
        let message = Message::new(Tone::Info, "a\nb\u{7}c").field("f", ["x".repeat(600)]);
        assert_eq!(message.title, "a b c");
        assert_eq!(message.fields[0].lines[0].chars().count(), 500);
        assert!(message.fields[0].lines[0].ends_with('…'));
    }
}
