//! The content lines and components of an iCalendar file (RFC 5545 section 3): bytes to a small tree, with line numbers.
//!
//! The crate `icalendar` reads each content line. Putting lines together and the nesting of components are done here,
//! because its own reading of a whole file recurses as deep as the input nests, takes a time that grows with the square
//! of the input's size where line ends are bare, and forgets lines. Knows nothing of dates.

use super::Fault;

/// The largest calendar that is read, in bytes.
pub(super) const MAX_BYTES: usize = 1024 * 1024;

/// How deep components nest: a calendar, an event, an alarm, and room for what others invent.
const MAX_DEPTH: usize = 8;

/// `BEGIN:NAME` to `END:NAME`.
#[derive(Debug)]
pub(super) struct Component {
    /// In capital letters.
    pub(super) name: String,
    /// Where it begins.
    pub(super) line: usize,
    pub(super) properties: Vec<Property>,
    pub(super) components: Vec<Component>,
}

/// One content line.
#[derive(Debug)]
pub(super) struct Property {
    /// In capital letters.
    pub(super) name: String,
    /// Without escapes where the value is a text.
    pub(super) value: String,
    /// Names in capital letters.
    parameters: Vec<(String, String)>,
    pub(super) line: usize,
}

impl Component {
    /// The first property of a name.
    pub(super) fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// All properties of a name.
    pub(super) fn properties<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Property> {
        self.properties.iter().filter(move |property| property.name == name)
    }
}

impl Property {
    /// A parameter, such as `TZID`; white space around it does not count.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim())
    }

    pub(super) fn fault(&self, message: impl Into<String>) -> Fault {
        Fault { line: self.line, message: message.into() }
    }
}

/// Reads the outermost components: the `VCALENDAR`s of the file.
pub(super) fn components(bytes: &[u8]) -> Result<Vec<Component>, Fault> {
    if bytes.len() > MAX_BYTES {
        return Err(Fault { line: 1, message: format!("the file is larger than {MAX_BYTES} bytes") });
    }
    let mut outermost = Vec::new();
    let mut open: Vec<Component> = Vec::new();
    for (line, bytes) in unfolded(bytes) {
        let fault = |message: String| Fault { line, message };
        let Ok(text) = String::from_utf8(bytes) else {
            return Err(fault("is no UTF-8 text: save the calendar as UTF-8".to_owned()));
        };
        if text.trim().is_empty() {
            continue;
        }
        if let Some(name) = keyword(&text, "BEGIN:") {
            if open.is_empty() && name != "VCALENDAR" {
                return Err(fault(format!("begins with `{name}`: an iCalendar file begins with `BEGIN:VCALENDAR`")));
            }
            if open.len() == MAX_DEPTH {
                return Err(fault(format!("components nest deeper than {MAX_DEPTH}")));
            }
            open.push(Component { name, line, properties: Vec::new(), components: Vec::new() });
            continue;
        }
        let Some(mut component) = open.pop() else {
            return Err(fault("is no iCalendar file: it begins with `BEGIN:VCALENDAR`".to_owned()));
        };
        match keyword(&text, "END:") {
            Some(name) if name == component.name => match open.last_mut() {
                Some(parent) => parent.components.push(component),
                None => outermost.push(component),
            },
            Some(name) => {
                let Component { name: begun, line: begun_at, .. } = component;
                return Err(fault(format!("`END:{name}` ends the `BEGIN:{begun}` of line {begun_at}")));
            }
            None => {
                component.properties.push(property(&text, line)?);
                open.push(component);
            }
        }
    }
    match (open.last(), outermost.is_empty()) {
        (Some(Component { name, line, .. }), _) => {
            Err(Fault { line: *line, message: format!("`BEGIN:{name}` is never ended: is the file complete?") })
        }
        (None, true) => Err(Fault { line: 1, message: "the file is empty: expected `BEGIN:VCALENDAR`".to_owned() }),
        (None, false) => Ok(outermost),
    }
}

/// The name of a component that a line begins or ends.
fn keyword(text: &str, word: &str) -> Option<String> {
    let (start, name) = text.split_at_checked(word.len())?;
    start.eq_ignore_ascii_case(word).then(|| name.trim().to_uppercase())
}

fn property(text: &str, line: usize) -> Result<Property, Fault> {
    let fault = || Fault { line, message: "is no content line `NAME:VALUE`".to_owned() };
    // The crate knows texts by their names in capital letters only.
    let end = text.find([';', ':']).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end).ok_or_else(fault)?;
    let text = name.trim().to_uppercase() + rest;
    let read = icalendar::parser::Property::try_from(text.as_str()).map_err(|_| fault())?;
    if read.name.as_str().is_empty() {
        return Err(fault());
    }
    let parameter = |parameter: &icalendar::parser::Parameter<'_>| {
        let value = parameter.val.as_ref().map(|value| value.as_str().to_owned());
        (parameter.key.as_str().trim().to_uppercase(), value.unwrap_or_default())
    };
    let parameters = read.params.iter().map(parameter).collect();
    Ok(Property { name: read.name.as_str().to_owned(), value: read.val.as_str().to_owned(), parameters, line })
}

/// The lines with what was folded put together, and where each begins. Bytes, because a fold may part a character.
fn unfolded(bytes: &[u8]) -> Vec<(usize, Vec<u8>)> {
    const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let mut lines: Vec<(usize, Vec<u8>)> = Vec::new();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match (line.split_first(), lines.last_mut()) {
            (Some((b' ' | b'\t', folded)), Some((_, begun))) => begun.extend_from_slice(folded),
            _ => lines.push((index + 1, line.to_vec())),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_put_together_and_names_are_in_capital_letters() {
        let texts = [
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:a\\, b\r\n  c\r\n\td\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            "\u{feff}BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:a\\, b\n  c\n\td\nEND:VEVENT\nEND:VCALENDAR",
            "begin:vcalendar\r\nBegin:vevent\nsummary:a\\, b\n  c\r\n\td\nend:VEVENT\n\nend:vcalendar\n\n",
        ];
        for text in texts {
            let calendars = components(text.as_bytes()).unwrap();
            let event = &calendars[0].components[0];
            assert_eq!((event.name.as_str(), event.line), ("VEVENT", 2), "{text:?}");
            let summary = event.property("SUMMARY").unwrap();
            assert_eq!((summary.value.as_str(), summary.line), ("a, b cd", 3), "{text:?}");
        }
    }

    #[test]
    fn a_fold_may_part_a_character() {
        let mut bytes = b"BEGIN:VCALENDAR\r\nSUMMARY:".to_vec();
        let [one, two, three] = "설".as_bytes() else { panic!() };
        bytes.extend([*one, b'\r', b'\n', b' ', *two, b'\n', b' ', *three]);
        bytes.extend(b"\r\nEND:VCALENDAR");
        assert_eq!(components(&bytes).unwrap()[0].property("SUMMARY").unwrap().value, "설");
    }

    #[test]
    fn parameters_may_be_quoted() {
        let text = "BEGIN:VCALENDAR\nDTSTART;X=\"a;b:c\";tzid=\"America/New_York\":20260101T000000\nEND:VCALENDAR";
        let calendars = components(text.as_bytes()).unwrap();
        let start = calendars[0].property("DTSTART").unwrap();
        assert_eq!(start.parameter("TZID"), Some("America/New_York"));
        assert_eq!(start.value, "20260101T000000");
    }

    #[test]
    fn what_is_no_calendar_is_told_with_its_line() {
        let deep = "BEGIN:VCALENDAR\n".repeat(100_000 / 16);
        let cases = [
            ("", "line 1: the file is empty: expected `BEGIN:VCALENDAR`"),
            ("\n\nSchedule:\n", "line 3: is no iCalendar file: it begins with `BEGIN:VCALENDAR`"),
            ("BEGIN:VCARD\nEND:VCARD", "line 1: begins with `VCARD`: an iCalendar file begins with `BEGIN:VCALENDAR`"),
            (
                "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x",
                "line 2: `BEGIN:VEVENT` is never ended: is the file complete?",
            ),
            ("BEGIN:VCALENDAR\nEND:VEVENT\n", "line 2: `END:VEVENT` ends the `BEGIN:VCALENDAR` of line 1"),
            ("BEGIN:VCALENDAR\n:x\nEND:VCALENDAR", "line 2: is no content line `NAME:VALUE`"),
            ("BEGIN:VCALENDAR\nEND:VCALENDAR\nmore", "line 3: is no iCalendar file: it begins with `BEGIN:VCALENDAR`"),
            (deep.as_str(), "line 9: components nest deeper than 8"),
        ];
        for (text, expected) in cases {
            assert_eq!(components(text.as_bytes()).unwrap_err().to_string(), expected, "{text:.80}");
        }
        assert!(components(b"BEGIN:VCALENDAR\nSUMMARY:\xff\nEND:VCALENDAR").is_err());
        assert!(components(&vec![b'\n'; MAX_BYTES + 1]).is_err());
    }
}
