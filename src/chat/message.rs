//! A message before it has the shape of a platform: a line, and fields of lines. Knows no platform and no notice.

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

/// A message in plain text: no markup of any platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is about.
    pub tone: Tone,
    /// The one line that says it all.
    pub title: String,
    /// The rest.
    pub fields: Vec<Field>,
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

impl Message {
    /// A message of one line.
    pub(super) fn new(tone: Tone, title: &str) -> Self {
        Self { tone, title: line(title), fields: Vec::new() }
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
        let sizes: Vec<Sizes> = self.fields.iter().map(Sizes::of).collect();
        let fits = |kept: &usize| sizes.iter().map(|sizes| sizes.with(*kept)).sum::<usize>() <= most;
        let kept = (1..=longest).rev().find(fits).unwrap_or(1);
        for field in &mut self.fields {
            field.cut(kept);
        }
        self.drop_fields(most);
        self
    }

    /// Leaves out the last fields until the others fit.
    fn drop_fields(&mut self, most: usize) {
        // Room for the field that says how many are missing.
        const REST: usize = 40;
        let size = |fields: &[Field]| fields.iter().map(|field| Sizes::of(field).with(usize::MAX)).sum::<usize>();
        if size(&self.fields) <= most {
            return;
        }
        let all = self.fields.len();
        while !self.fields.is_empty() && size(&self.fields) + REST > most {
            self.fields.pop();
        }
        let missing = all - self.fields.len();
        self.fields.push(Field { title: "More".to_owned(), lines: vec![rest(missing)] });
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
    fn cut(&mut self, kept: usize) {
        let missing = self.lines.len().saturating_sub(kept);
        if missing > 0 {
            self.lines.truncate(kept);
            self.lines.push(rest(missing));
        }
    }
}

/// How long the parts of a field are, counted once.
struct Sizes {
    title: usize,
    lines: Vec<usize>,
}

impl Sizes {
    fn of(field: &Field) -> Self {
        let lines = field.lines.iter().map(|line| line.chars().count() + 1).collect();
        Self { title: field.title.chars().count() + 1, lines }
    }

    /// The size with this many lines kept.
    fn with(&self, kept: usize) -> usize {
        let missing = self.lines.len().saturating_sub(kept);
        let marker = if missing > 0 { rest(missing).chars().count() + 1 } else { 0 };
        self.title + self.lines.iter().take(kept).sum::<usize>() + marker
    }
}

fn rest(missing: usize) -> String {
    format!("… and {missing} more")
}

/// One line of bounded length: names come from tags, which may hold line breaks.
fn line(text: &str) -> String {
    cut(&text.replace(char::is_control, " "), LINE_CHARS)
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
                let text: usize =
                    lists(&lengths).within(most).fields.iter().map(|field| Sizes::of(field).with(usize::MAX)).sum();
                assert!(text <= most, "{lengths:?} within {most}: {text}");
            }
        }
    }

    #[test]
    fn a_line_is_one_line_of_bounded_length() {
        let message = Message::new(Tone::Info, "a\nb\u{7}c").field("f", ["x".repeat(600)]);
        assert_eq!(message.title, "a b c");
        assert_eq!(message.fields[0].lines[0].chars().count(), 500);
        assert!(message.fields[0].lines[0].ends_with('…'));
    }
}
