//! A period of AWS's scheduler: the dates it covers, and when it begins and ends on them.

use serde_json::Value;

use super::dates::{Dates, dates};
use super::items::{Item, shown};
use crate::cli::import::{Kind, Note};

/// The attributes of a period.
const KNOWN: [&str; 8] =
    ["name", "description", "begintime", "endtime", "weekdays", "monthdays", "months", "configured_in_stack"];

/// Minutes of a day.
pub(super) const DAY: usize = 24 * 60;

/// A period; times are minutes after midnight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) begin: Option<usize>,
    /// Not included; 24:00 where AWS has 23:59, the latest it takes. Without a begin 23:59 stays: there it is a stop.
    pub(super) end: Option<usize>,
    pub(super) dates: Dates,
}

impl Period {
    /// Whether it only begins, or only ends.
    pub(super) fn is_one_sided(&self) -> bool {
        self.begin.is_some() != self.end.is_some()
    }
}

/// Reads a period; `None` when it is at fault, the notes say why.
pub(super) fn read(item: &Item, name: &str) -> (Option<Period>, Vec<Note>) {
    let label = format!("period {name}");
    let mut notes = Vec::new();
    let mut fault = |attribute: &str, message: String| {
        notes.push(Note::new(Kind::Fault, &label, attribute, item.get(attribute).map(shown), message));
    };
    let begin = time(item, "begintime").map_err(|message| fault("begintime", message));
    let end = time(item, "endtime").map_err(|message| fault("endtime", message));
    let dates = read_dates(item).map_err(|(attribute, message)| fault(attribute, message));
    let (Ok(begin), Ok(end), Ok(dates)) = (begin, end, dates) else { return (None, notes) };
    if let Some(message) = nonsense(begin, end, item) {
        fault("endtime", message);
        return (None, notes);
    }
    for (attribute, message) in &dates.remarks {
        notes.push(Note::new(Kind::Differs, &label, attribute, item.get(attribute).map(shown), message.clone()));
    }
    let is_midnight = begin.is_some() && end == Some(DAY - 1);
    if is_midnight {
        let message = "the end of the day is meant, and written as 24:00: AWS takes nothing later than 23:59; the stop is a \
                       minute later, and what begins at 00:00 goes on without one";
        notes.push(Note::new(Kind::Differs, &label, "endtime", item.get("endtime").map(shown), message));
    }
    if item.get("configured_in_stack").is_some() {
        notes.push(super::no_equal::stack(&label, item));
    }
    notes.extend(super::no_equal::unknown(&label, item, &KNOWN));
    let description = item.get("description").and_then(Value::as_str).map(str::to_owned);
    if let Some(value) = item.get("description").filter(|_| description.is_none()) {
        notes.push(Note::new(Kind::Differs, &label, "description", Some(shown(value)), "is no text; it is left out"));
    }
    let end = if is_midnight { Some(DAY) } else { end };
    (Some(Period { name: name.to_owned(), description, begin, end, dates }), notes)
}

/// Why AWS refuses the period, or never runs anything in it.
fn nonsense(begin: Option<usize>, end: Option<usize>, item: &Item) -> Option<String> {
    let fields = ["begintime", "endtime", "weekdays", "monthdays", "months"];
    match (begin, end) {
        (Some(begin), Some(end)) if begin > end => Some(
            "is before begintime, which AWS refuses; in a schedule file a StopTime that is not later than the StartTime is on \
             the next day"
                .to_owned(),
        ),
        (Some(begin), Some(end)) if begin == end => Some("is begintime too: nothing ever runs in this period".to_owned()),
        (None, Some(0)) => Some("is the beginning of the day: nothing ever runs in this period".to_owned()),
        _ if fields.iter().all(|field| item.get(field).is_none()) => {
            Some("is missing, as are all other times and dates: AWS refuses such a period".to_owned())
        }
        _ => None,
    }
}

fn time(item: &Item, attribute: &str) -> Result<Option<usize>, String> {
    const ALLOWED: &str = "allowed: `HH:MM` from `00:00` to `23:59`";
    let Some(value) = item.get(attribute) else { return Ok(None) };
    let text = value.as_str().ok_or_else(|| format!("is no text; {ALLOWED}"))?;
    let number = |text: &str, least: usize| {
        let is_number = (least..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<usize>().ok().filter(|_| is_number)
    };
    let time = text.split_once(':').and_then(|(hour, minute)| Some((number(hour, 1)?, number(minute, 1)?)));
    match time {
        Some((hour, minute)) if hour < 24 && minute < 60 => Ok(Some(hour * 60 + minute)),
        _ => Err(format!("is no time of AWS's scheduler; {ALLOWED}")),
    }
}

fn read_dates(item: &Item) -> Result<Dates, (&'static str, String)> {
    let texts = |attribute: &'static str| -> Result<Option<Vec<String>>, (&'static str, String)> {
        item.get(attribute).map(|value| texts(value).map_err(|message| (attribute, message))).transpose()
    };
    let (weekdays, monthdays, months) = (texts("weekdays")?, texts("monthdays")?, texts("months")?);
    dates(weekdays.as_deref(), monthdays.as_deref(), months.as_deref())
}

/// Text, or a list or set of texts (or numbers, as a person may have typed them).
pub(super) fn texts(value: &Value) -> Result<Vec<String>, String> {
    let text = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err("is no text and no list of texts".to_owned()),
    };
    match value {
        Value::Array(values) => values.iter().map(text).collect(),
        value => Ok(vec![text(value)?]),
    }
}
