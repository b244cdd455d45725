//! What an import says about itself, and whether its files can be read.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::{Kind, Note};
use crate::cli::Error;

use crate::document::{Defaults, Sources, yaml};

/// The width of what is told, in columns.
const WIDTH: usize = 100;

/// What became of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Written,
    /// The file was there and says the same.
    Unchanged,
    /// The file was there and says something else.
    Kept,
    /// It is at fault.
    LeftOut,
    /// The file could not be written.
    Failed,
}

impl State {
    /// Whether there is a file now that says what the schedule says.
    pub(super) fn is_there(self) -> bool {
        matches!(self, Self::Written | Self::Unchanged)
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Unchanged => "unchanged",
            Self::Kept => "kept",
            Self::LeftOut => "left out",
            Self::Failed => "failed",
        }
    }
}

/// A schedule and its file.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) schedule: String,
    /// `None` when there is nothing to write.
    pub(super) path: Option<PathBuf>,
    pub(super) state: State,
}

/// What our own reader does not understand in a file: attribute, what it holds, what is wrong.
pub(super) fn faults(text: &str) -> Vec<(String, Option<String>, String)> {
    let mut sources = Sources::default();
    sources.add("file", text);
    // The date tells old exceptions from others; there are none here.
    let (_, faults) = sources.read(Defaults::default(), NaiveDate::default());
    let fault = |fault: crate::document::Fault| (fault.problem.attribute, fault.problem.holds, fault.problem.message);
    faults.into_iter().map(fault).collect()
}

/// Prints it for people: the files, then what there is to know, the same words once.
pub(super) fn show(outcomes: &[Outcome], notes: &[Note]) -> Result<(), Error> {
    let mut out = anstream::stdout().lock();
    let (green, red) = (anstyle::AnsiColor::Green.on_default(), anstyle::AnsiColor::Red.on_default());
    for outcome in outcomes {
        let style = if outcome.state.is_there() { green } else { red };
        let what = outcome.path.as_ref().map_or_else(|| outcome.schedule.clone(), |path| path.display().to_string());
        writeln!(out, "{style}{:9}{style:#}  {what}", outcome.state.as_str())?;
    }
    let bold = anstyle::Style::new().bold();
    for (kind, title) in [(Kind::Fault, "Faults"), (Kind::Differs, "Not the same here"), (Kind::Info, "Good to know")] {
        let mut same: BTreeMap<(&str, String), Vec<&str>> = BTreeMap::new();
        for note in notes.iter().filter(|note| note.kind == kind) {
            same.entry((&note.message, note.place())).or_default().push(&note.item);
        }
        if same.is_empty() {
            continue;
        }
        writeln!(out, "\n{bold}{title}{bold:#}")?;
        let mut lines: Vec<(Vec<&str>, String, &str)> =
            same.into_iter().map(|((message, place), items)| (items, place, message)).collect();
        lines.sort();
        for (items, place, message) in lines {
            let gap = if place.is_empty() { "" } else { ", " };
            writeln!(out, "  {}{gap}{place}", items.join(", "))?;
            for line in yaml::wrapped(message, WIDTH) {
                writeln!(out, "      {line}")?;
            }
        }
    }
    Ok(())
}

/// Prints it for programs.
pub(super) fn listing(outcomes: &[Outcome], notes: &[Note]) -> Value {
    let file = |outcome: &Outcome| {
        let path = outcome.path.as_ref().map(|path| path.display().to_string());
        json!({"schedule": outcome.schedule, "path": path, "state": outcome.state.as_str()})
    };
    let kind = |kind: Kind| match kind {
        Kind::Fault => "fault",
        Kind::Differs => "differs",
        Kind::Info => "info",
    };
    let note = |note: &Note| json!({"kind": kind(note.kind), "item": note.item, "attribute": note.attribute, "holds": note.holds, "message": note.message});
    json!({
        "files": outcomes.iter().map(file).collect::<Vec<_>>(),
        "notes": notes.iter().map(note).collect::<Vec<_>>(),
    })
}
