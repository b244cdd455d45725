//! `lamplighter import`: schedule files from what another scheduler is configured with.

use std::collections::BTreeSet;
use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;

use super::{Error, ErrorKind, Format, write};

mod aws_instance_scheduler;
mod output;

use output::{Outcome, State};

/// Make schedule files from the configuration of another scheduler.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    from: From,
}

#[derive(Debug, clap::Subcommand)]
enum From {
    AwsInstanceScheduler(AwsInstanceScheduler),
}

/// Make schedule files from the configuration of AWS's "Instance Scheduler" solution, and say what has no equal here.
///
/// Takes what `scheduler-cli describe-schedules` and `describe-periods` print, what `aws dynamodb scan --table-name …` prints
/// of its configuration table, or a DynamoDB export of that table.
#[derive(Debug, clap::Args)]
struct AwsInstanceScheduler {
    /// JSON files; schedules and periods may be in different ones.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// The folder to write schedule files to; it is made if it is missing.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// The time zone of schedules that have none, an IANA name; by default the one of the configuration, else UTC.
    #[arg(long, value_name = "ZONE", value_parser = aws_instance_scheduler::zone)]
    default_timezone: Option<Tz>,

    /// Write over files that are there and differ.
    #[arg(long)]
    force: bool,

    /// How to print what was made and what has no equal.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The largest file that is read, and the most files.
const MOST_BYTES: u64 = 4 * 1024 * 1024;
const MOST_FILES: usize = 100;

/// How much a note matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Something is left out until a person corrects it.
    Fault,
    /// It is otherwise here, or there is no equal.
    Differs,
    /// Good to know.
    Info,
}

/// Something to know about an item.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Note {
    kind: Kind,
    /// Such as `period office-hours`.
    item: String,
    /// Its attribute, as its own scheduler calls it; empty when it is about the whole.
    attribute: String,
    holds: Option<String>,
    /// Lower case, no full stop; reads on after the attribute.
    message: String,
}

impl Note {
    fn new(kind: Kind, item: &str, attribute: &str, holds: Option<String>, message: impl Into<String>) -> Self {
        // Names are as long as people make them; this one only says where to look.
        let item = item.chars().take(120).collect();
        Self { kind, item, attribute: attribute.to_owned(), holds, message: message.into() }
    }

    /// The attribute and what it holds.
    fn place(&self) -> String {
        let holds = self.holds.as_ref().map(|holds| format!("`{holds}`"));
        let parts = [Some(self.attribute.clone()).filter(|attribute| !attribute.is_empty()), holds];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place();
        let gap = if place.is_empty() { "" } else { ", " };
        write!(f, "{}{gap}{place}: {}", self.item, self.message)
    }
}

/// A schedule file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct File {
    schedule: String,
    text: String,
}

/// What came of an import.
#[derive(Debug, Default)]
struct Imported {
    /// By name of the schedule.
    files: Vec<File>,
    /// The schedules that are at fault.
    left_out: Vec<String>,
    notes: Vec<Note>,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> Result<(), Error> {
    let From::AwsInstanceScheduler(arguments) = &arguments.from;
    if arguments.files.len() > MOST_FILES {
        return Err(Error::new(ErrorKind::Input, format!("more than {MOST_FILES} files are given")));
    }
    let documents = arguments.files.iter().map(|path| document(path)).collect::<Result<Vec<_>, _>>()?;
    let imported = aws_instance_scheduler::import(&documents, arguments.default_timezone)
        .map_err(|(name, error)| Error::new(ErrorKind::Input, format!("{name}: {error}")))?;
    let Imported { files, left_out, mut notes } = imported;
    if files.is_empty() && left_out.is_empty() {
        let message = "the files hold no schedule of AWS's Instance Scheduler";
        let hint = "`scheduler-cli describe-schedules` and `describe-periods` print them, or `aws dynamodb scan --table-name` \
                    with the configuration table of the stack";
        return Err(Error::new(ErrorKind::Input, message).hint(hint));
    }
    let mut outcomes: Vec<Outcome> = Vec::new();
    for (file, name) in files.iter().zip(file_names(&files)) {
        let path = arguments.out.join(name);
        let state = made(file, &path, arguments.force, &mut notes);
        let path = Some(path).filter(|_| state != State::LeftOut);
        outcomes.push(Outcome { schedule: file.schedule.clone(), path, state });
    }
    let left_out = left_out.into_iter().map(|schedule| Outcome { schedule, path: None, state: State::LeftOut });
    outcomes.extend(left_out);
    outcomes.sort_by(|one, other| one.schedule.cmp(&other.schedule));
    notes.sort_by_key(|note| note.kind);
    match arguments.format {
        Format::Text => output::show(&outcomes, &notes)?,
        Format::Json => writeln!(anstream::stdout(), "{}", output::listing(&outcomes, &notes))?,
    }
    ended(&outcomes)
}

/// Whether everything was written.
fn ended(outcomes: &[Outcome]) -> Result<(), Error> {
    let missing = outcomes.iter().filter(|outcome| !outcome.state.is_there()).count();
    let error = match missing {
        0 => return Ok(()),
        _ if missing == outcomes.len() => Error::new(ErrorKind::Input, "no schedule could be written"),
        _ => {
            let message = format!("{missing} of {} schedules could not be written", outcomes.len());
            Error::new(ErrorKind::Partly, message)
        }
    };
    let is_kept = outcomes.iter().any(|outcome| outcome.state == State::Kept);
    let error =
        error.hint("correct what the faults name and run the command again: what is written already is left as it is");
    Err(if is_kept { error.hint("`--force` writes over files that are there") } else { error })
}

fn document(path: &Path) -> Result<(String, Vec<u8>), Error> {
    let name = path.display().to_string();
    let fault = |message: String| Error::new(ErrorKind::Input, format!("{name}: {message}"));
    let metadata = std::fs::metadata(path).map_err(|error| fault(error.to_string()))?;
    if !metadata.is_file() {
        return Err(fault("is no file".to_owned()));
    }
    if metadata.len() > MOST_BYTES {
        return Err(fault(format!("is larger than {MOST_BYTES} bytes")));
    }
    let bytes = std::fs::read(path).map_err(|error| fault(error.to_string()))?;
    Ok((name, bytes))
}

/// A name for each file: of characters that every file system takes, and no two the same where case does not count.
fn file_names(files: &[File]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let name = |file: &File| {
        let tidy = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
        let stem: String = file.schedule.chars().map(tidy).take(100).collect();
        let stem = stem.trim_matches(['.', '-']);
        let stem = if stem.is_empty() { "schedule" } else { stem };
        let numbered = (2..).map(|number| format!("{stem}-{number}"));
        let free = std::iter::once(stem.to_owned()).chain(numbered).find(|name| taken.insert(name.to_lowercase()));
        format!("{}.yaml", free.unwrap_or_default())
    };
    files.iter().map(name).collect()
}

/// Writes a file unless another one is there; what would not be understood is not written at all.
///
/// What goes wrong is a note, so that the other files are written nevertheless.
fn made(file: &File, path: &Path, force: bool, notes: &mut Vec<Note>) -> State {
    let label = format!("schedule {}", file.schedule);
    let faults = output::faults(&file.text);
    if !faults.is_empty() {
        let notes_of = faults.into_iter().map(|(attribute, holds, message)| {
            Note::new(Kind::Fault, &label, &attribute, holds, format!("{message} (of the schedule file that was made)"))
        });
        notes.extend(notes_of);
        return State::LeftOut;
    }
    let mut note = |message: String| notes.push(Note::new(Kind::Fault, &label, "", None, message));
    let written = match std::fs::read(path) {
        Ok(bytes) if bytes == file.text.as_bytes() => return State::Unchanged,
        Ok(_) if !force => {
            note(format!("{} is there already and says something else; it is left as it is", path.display()));
            return State::Kept;
        }
        Ok(_) => write::replace(path, &file.text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let folder = path.parent().unwrap_or(path);
            std::fs::create_dir_all(folder).and_then(|()| write::replace(path, &file.text))
        }
        Err(error) => Err(error),
    };
    match written {
        Ok(()) => State::Written,
        Err(error) => {
            note(format!("{} could not be written: {error}", path.display()));
            State::Failed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_safe_and_differ() {
        let names = ["uk-office-hours", "../../etc/passwd", "a/b", "a b", "A B", "..", "서울", "서울2", ".hidden", ""];
        let files: Vec<File> =
            names.iter().map(|name| File { schedule: (*name).to_owned(), text: String::new() }).collect();
        let expected = [
            "uk-office-hours.yaml",
            "etc-passwd.yaml",
            "a-b.yaml",
            "a-b-2.yaml",
            "A-B-3.yaml",
            "schedule.yaml",
            "schedule-2.yaml",
            "2.yaml",
            "hidden.yaml",
            "schedule-3.yaml",
        ];
        assert_eq!(file_names(&files), expected);
    }
}
