//! `lamplighter validate`: checks schedule files.

use std::io::Write as _;
use std::path::PathBuf;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::{BOLD, Error, ErrorKind, Format, source};
use crate::document::{Fault, Sources};

/// Check schedule files: every fault with its file, line, attribute and what would be right.
///
/// Exit code 1 if there is any.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Files, or folders of schedule files (`*.yaml`, `*.yml`, `*.json`); `-` reads the input.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,

    /// How to print the faults.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<(), Error> {
    let sources = source::files(&arguments.paths)?;
    // However old the date of an exception: whoever keeps it in a file wants it right.
    let (_, faults) = source::read(&sources, source::defaults()?, NaiveDate::MIN);
    let files = counted(sources.files(), "file");
    let printed = print(arguments.format, &sources, &faults);
    if faults.is_empty() {
        return printed;
    }
    match printed {
        // Who reads no further must not take faults for none.
        Err(error) if error.kind == ErrorKind::Closed => Err(Error { kind: ErrorKind::ClosedAtFaults, ..error }),
        Err(error) => Err(error),
        Ok(()) => Err(Error::new(ErrorKind::Input, format!("{} in {files}", counted(faults.len(), "fault")))),
    }
}

fn print(format: Format, sources: &Sources, faults: &[Fault]) -> Result<(), Error> {
    let mut out = anstream::stdout().lock();
    match format {
        Format::Text => {
            for fault in faults {
                let (place, words) = fault.place_and_words();
                writeln!(out, "{BOLD}{place}{BOLD:#}: {words}")?;
            }
            if faults.is_empty() {
                writeln!(out, "{}, no fault", counted(sources.files(), "file"))?;
            }
        }
        Format::Json => {
            let listed: Vec<Value> = faults.iter().map(listing).collect();
            writeln!(out, "{}", json!({"files": sources.files(), "faults": listed}))?;
        }
    }
    Ok(())
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A fault for programs.
pub(super) fn listing(fault: &Fault) -> Value {
    let Fault { file, line, problem } = fault;
    json!({
        "file": file,
        "line": line,
        "item": problem.item,
        "attribute": problem.attribute,
        "holds": problem.holds,
        "message": problem.message,
    })
}
