//! A timetable as a schedule file, in one of the ways in which people write one.

use proptest::prelude::*;

use crate::oracle::{Days, MonthPart, MonthdayPart, Timetable, WeekdayPart};

/// How a file is written.
#[allow(clippy::struct_excessive_bools, reason = "each is a way of writing that goes with all others")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    /// JSON rather than YAML.
    json: bool,
    /// `{A: 1, B: 2}` rather than a line each.
    flow: bool,
    /// `9:5` rather than `09:05`.
    short: bool,
    /// Times and words without quotes, where YAML allows it.
    bare: bool,
    /// `mon , fri - sun` rather than `mon,fri-sun`.
    spaced: bool,
    /// `1-3` rather than `jan-mar`.
    numbers: bool,
    /// 0: as in the documentation, 1: capitals, 2: a capital first.
    case: u8,
}

impl Arbitrary for Style {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        (any::<[bool; 6]>(), 0..3_u8)
            .prop_map(|([json, flow, short, bare, spaced, numbers], case)| Self {
                json: json && flow,
                flow,
                short,
                bare,
                spaced,
                numbers,
                case,
            })
            .boxed()
    }
}

const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const YEAR: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

impl Style {
    fn word(self, word: &str) -> String {
        match self.case {
            0 => word.to_owned(),
            1 => word.to_uppercase(),
            _ => word.chars().enumerate().map(|(at, c)| if at == 0 { c.to_ascii_uppercase() } else { c }).collect(),
        }
    }

    fn weekday(self, day: u32) -> String {
        self.word(WEEK[day as usize])
    }

    fn month(self, month: u32) -> String {
        if self.numbers { month.to_string() } else { self.word(YEAR[month as usize - 1]) }
    }

    fn time(self, time: Option<i64>) -> String {
        match time {
            None => self.word("None"),
            Some(time) if self.short => format!("{}:{}", time / 60, time % 60),
            Some(time) => format!("{:02}:{:02}", time / 60, time % 60),
        }
    }

    fn list(self, parts: impl Iterator<Item = String>) -> String {
        let text = parts.collect::<Vec<_>>().join(if self.spaced { " , " } else { "," });
        if self.spaced { text.replace('-', " - ") } else { text }
    }

    /// An item of text attributes, of which some need no quotes.
    fn item(self, indent: &str, first: &str, pairs: &[(&str, String)]) -> String {
        let name = |name: &str| if self.json { format!("\"{name}\"") } else { name.to_owned() };
        let value = |value: &str| {
            let is_plain = value.starts_with(|c: char| c.is_ascii_alphabetic()) && !value.contains(['#', ',']);
            if self.bare && !self.json && is_plain { value.to_owned() } else { format!("\"{value}\"") }
        };
        let pairs = pairs.iter().map(|(key, text)| format!("{}: {}", name(key), value(text)));
        if self.flow {
            format!("{first}{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        } else {
            format!("{first}{}", pairs.collect::<Vec<_>>().join(&format!("\n{indent}")))
        }
    }

    fn items(self, indent: &str, items: impl Iterator<Item = Vec<(&'static str, String)>>) -> String {
        if self.flow {
            format!("[{}]", items.map(|pairs| self.item("", "", &pairs)).collect::<Vec<_>>().join(", "))
        } else {
            let deeper = format!("{indent}  ");
            items.map(|pairs| format!("\n{indent}{}", self.item(&deeper, "- ", &pairs))).collect::<Vec<_>>().concat()
        }
    }
}

/// The schedule file of a timetable.
pub(crate) fn file(table: &Timetable, style: Style) -> String {
    let exceptions = table.exceptions.iter().map(|exception| {
        vec![
            ("ExceptionDate", exception.date.to_string()),
            ("ExceptionType", style.word(if exception.is_start { "start" } else { "stop" })),
            ("ExceptionValue", style.time(exception.time)),
        ]
    });
    let zone = table.zone.name();
    let is_plain = !matches!(table.periods[0].days, Days::Fields { .. });
    if style.json {
        let head = r#""ScheduleName": "S", "TagValue": "S", "Enabled": true"#;
        let times = if is_plain {
            let item = style.item("", "", &plain(table, style));
            item.trim_start_matches('{').trim_end_matches('}').to_owned()
        } else {
            format!("\"Periods\": {}", style.items("", periods(table, style)))
        };
        let exceptions = style.items("", exceptions);
        return format!(
            r#"{{"Schedule": {{{head}, "Timezone": "{zone}", {times}}}, "ServerGroups": [], "Exceptions": {exceptions}}}"#
        );
    }
    let head = "Schedule:\n  ScheduleName: S\n  TagValue: S\n  Enabled: true";
    let times = if is_plain {
        Style { flow: false, ..style }.item("  ", "", &plain(table, style))
    } else {
        format!("Periods: {}", style.items("    ", periods(table, style)))
    };
    let exceptions = if table.exceptions.is_empty() && !style.flow {
        String::new()
    } else {
        format!("Exceptions: {}\n", style.items("  ", exceptions))
    };
    format!("{head}\n  Timezone: {zone}\n  {times}\n{exceptions}")
}

fn plain(table: &Timetable, style: Style) -> Vec<(&'static str, String)> {
    let period = &table.periods[0];
    let days = match &period.days {
        Days::All => style.word("all"),
        Days::Weekdays => style.word("weekdays"),
        Days::Weekends => style.word("weekends"),
        Days::Listed(parts) => style.list(parts.iter().map(|part| weekday(style, part))),
        Days::Fields { .. } => unreachable!("fields are those of periods"),
    };
    vec![("DaysActive", days), ("StartTime", style.time(period.start)), ("StopTime", style.time(period.stop))]
}

fn periods(table: &Timetable, style: Style) -> impl Iterator<Item = Vec<(&'static str, String)>> {
    table.periods.iter().map(move |period| {
        let Days::Fields { weekdays, monthdays, months } = &period.days else { unreachable!("periods have fields") };
        let mut pairs = Vec::new();
        let lists = [
            ("Weekdays", weekdays.as_ref().map(|parts| style.list(parts.iter().map(|part| weekday(style, part))))),
            ("Monthdays", monthdays.as_ref().map(|parts| style.list(parts.iter().map(|part| monthday(style, part))))),
            ("Months", months.as_ref().map(|parts| style.list(parts.iter().map(|part| month(style, part))))),
        ];
        pairs.extend(lists.into_iter().filter_map(|(name, text)| text.map(|text| (name, text))));
        pairs.extend([("StartTime", style.time(period.start)), ("StopTime", style.time(period.stop))]);
        pairs
    })
}

fn weekday(style: Style, part: &WeekdayPart) -> String {
    match part {
        WeekdayPart::Day(day) => style.weekday(*day),
        WeekdayPart::Range(first, last) => format!("{}-{}", style.weekday(*first), style.weekday(*last)),
        WeekdayPart::Nth(day, nth) => format!("{}#{nth}", style.weekday(*day)),
        WeekdayPart::Last(day) => format!("{}L", style.weekday(*day)),
    }
}

fn monthday(style: Style, part: &MonthdayPart) -> String {
    match part {
        MonthdayPart::Day(day) => day.to_string(),
        MonthdayPart::Range(first, last) => format!("{first}-{last}"),
        MonthdayPart::Stepped(first, last, step) => format!("{first}-{last}/{step}"),
        MonthdayPart::From(first, step) => format!("{first}/{step}"),
        MonthdayPart::Last => if style.case == 0 { "L" } else { "l" }.to_owned(),
        MonthdayPart::Nearest(day) => format!("{day}{}", if style.case == 0 { "W" } else { "w" }),
    }
}

fn month(style: Style, part: &MonthPart) -> String {
    match part {
        MonthPart::Month(month) => style.month(*month),
        MonthPart::Range(first, last) => format!("{}-{}", style.month(*first), style.month(*last)),
        MonthPart::Stepped(first, last, step) => format!("{}-{}/{step}", style.month(*first), style.month(*last)),
        MonthPart::From(first, step) => format!("{}/{step}", style.month(*first)),
    }
}
