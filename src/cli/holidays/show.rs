//! What an import adds, leaves alone and leaves out, for people or as JSON.

use std::io::Write;
use std::path::Path;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::days::{DaysOff, LeftOut};
use super::decide::Decision;
use crate::cli::{Error, Format};
use crate::ports::Item;

const ADDED: anstyle::Style = anstyle::AnsiColor::Green.on_default();
const ALONE: anstyle::Style = anstyle::AnsiColor::Yellow.on_default();
const FAULT: anstyle::Style = anstyle::AnsiColor::Red.on_default();
const NAME: anstyle::Style = anstyle::Style::new().bold();

/// Prints the decisions.
pub(super) fn show(calendar: &Path, format: Format, decisions: &[Decision]) -> Result<(), Error> {
    let mut out = anstream::stdout().lock();
    match format {
        Format::Text => text(&mut out, calendar, decisions)?,
        Format::Json => writeln!(out, "{}", listing(calendar, decisions))?,
    }
    Ok(())
}

fn text(out: &mut impl Write, calendar: &Path, decisions: &[Decision]) -> std::io::Result<()> {
    let mut shown: Vec<&Decision> = Vec::new();
    for decision in decisions {
        // Schedules of one zone have the same days off.
        if !shown.iter().any(|other| other.zone == decision.zone) {
            shown.push(decision);
            covered(out, calendar, decision)?;
        }
    }
    for decision in decisions {
        let Decision { schedule, file, added, already, kept, faulty, .. } = decision;
        let place = file.as_ref().map(|file| format!(" ({file})")).unwrap_or_default();
        writeln!(out, "{NAME}{schedule}{NAME:#}{place}")?;
        for item in added {
            writeln!(out, "  {ADDED}+{ADDED:#} {}  {}", word(item, "ExceptionDate"), word(item, "Reason"))?;
        }
        for (date, value) in kept {
            writeln!(
                out,
                "  {ALONE}!{ALONE:#} {date}  has a start exception `{value}`: somebody's decision, left alone"
            )?;
        }
        for (date, value) in faulty {
            writeln!(
                out,
                "  {FAULT}!{FAULT:#} {date}  has a start exception `{value}` that is faulty and has no effect, so the date is no \
                 day off: correct it or take it away, and import again"
            )?;
        }
        let (added, already, kept) = (added.len(), already.len(), kept.len());
        let faulty = if faulty.is_empty() { String::new() } else { format!(", {} faulty", faulty.len()) };
        writeln!(out, "  {added} added, {already} there already, {kept} left alone{faulty}")?;
    }
    Ok(())
}

/// What the calendar says for a zone.
fn covered(out: &mut impl Write, calendar: &Path, decision: &Decision) -> std::io::Result<()> {
    let DaysOff { dates, left_out, followed_to, over, none_since } = &decision.days;
    let (calendar, zone, count) = (calendar.display(), decision.zone, dates.len());
    let days = if count == 1 { "1 day off".to_owned() } else { format!("{count} days off") };
    let years: Vec<String> = decision.days.years().iter().map(|(year, days)| format!("{days} in {year}")).collect();
    let years = if years.is_empty() { String::new() } else { format!(": {}", years.join(", ")) };
    writeln!(out, "{NAME}{calendar}{NAME:#}, in {zone}: {days}{years}")?;
    for LeftOut { line, summary, dates, why } in left_out {
        let name = if summary.is_empty() { String::new() } else { format!(" `{summary}`") };
        writeln!(out, "  {ALONE}left out{ALONE:#} line {line}{name}: {why}{}", on(dates))?;
    }
    if let Some(last) = followed_to {
        writeln!(out, "  what is repeated for ever is followed to {last}; `--to DATE` sets another last date")?;
    }
    if *over > 0 {
        let (dates, are, them) = if *over == 1 { ("date", "is", "it") } else { ("dates", "are", "them") };
        writeln!(out, "  {over} {dates} before today {are} left out; `--from DATE` adds {them} too")?;
    }
    if let Some(today) = none_since {
        writeln!(out, "  {ALONE}!{ALONE:#} the calendar has no day off from {today} on: is there a newer one?")?;
    }
    Ok(())
}

fn on(dates: &[NaiveDate]) -> String {
    match dates {
        [] => String::new(),
        [date] => format!(", on {date}"),
        [date, other] => format!(", on {date} and {other}"),
        [date, rest @ ..] => format!(", on {date} and {} more dates", rest.len()),
    }
}

fn word<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn listing(calendar: &Path, decisions: &[Decision]) -> Value {
    let left_out = |LeftOut { line, summary, dates, why }: &LeftOut| json!({"line": line, "summary": summary, "dates": dates.iter().map(NaiveDate::to_string).collect::<Vec<_>>(), "reason": why});
    let schedule = |decision: &Decision| {
        let Decision { schedule, zone, file, days, already, kept, faulty, .. } = decision;
        let held = |(date, value): &(NaiveDate, String)| json!({"date": date.to_string(), "value": value});
        let added = |item: &Item| json!({"date": word(item, "ExceptionDate"), "reason": item.get("Reason")});
        json!({
            "schedule": schedule.as_str(),
            "zone": zone.name(),
            "file": file,
            "years": days.years().iter().map(|(year, days)| json!({"year": year, "days": days})).collect::<Vec<_>>(),
            "added": decision.added.iter().map(added).collect::<Vec<_>>(),
            "already": already.iter().map(NaiveDate::to_string).collect::<Vec<_>>(),
            "left_alone": kept.iter().map(held).collect::<Vec<_>>(),
            "faulty": faulty.iter().map(held).collect::<Vec<_>>(),
            "left_out": days.left_out.iter().map(left_out).collect::<Vec<_>>(),
            "over": days.over,
            "none_since": days.none_since.map(|date| date.to_string()),
            "followed_to": days.followed_to.map(|date| date.to_string()),
        })
    };
    json!({"calendar": calendar.display().to_string(), "schedules": decisions.iter().map(schedule).collect::<Vec<_>>()})
}
