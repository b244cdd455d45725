//! Where schedules come from: files and folders of them, or the tables.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

#[cfg(feature = "live")]
use super::live;
use super::{Error, ErrorKind};
use crate::document::{self, Defaults, Fault, Sources, file};
use crate::engine::calendar;
use crate::model::{Schedule, ScheduleName};
use crate::settings;

/// Reads files, and the schedule files (`*.yaml`, `*.yml`, `*.json`) of folders; each file once, `-` is the input.
///
/// # Errors
/// When the only path is not there or holds no schedule file. Of several, and within a file, what is wrong is a fault.
pub(super) fn files(paths: &[PathBuf]) -> Result<Sources, Error> {
    let mut sources = Sources::default();
    let mut seen = BTreeSet::new();
    for path in paths {
        let found = match of_path(path) {
            _ if path.as_os_str() == "-" => vec![path.clone()],
            Ok(found) => found,
            Err(error) if paths.len() == 1 => return Err(error),
            Err(error) => {
                let name = path.display().to_string();
                let message = error.message.strip_prefix(&format!("{name}: ")).unwrap_or(&error.message);
                sources.add_unreadable(&name, message);
                continue;
            }
        };
        for file in found {
            if std::fs::canonicalize(&file).is_ok_and(|same| !seen.insert(same)) {
                continue;
            }
            let name = file.display().to_string();
            match if file == *path { named_text(&file) } else { text(&file) } {
                Ok(text) => sources.add(&name, &text),
                Err(message) => sources.add_unreadable(&name, &message),
            }
        }
    }
    Ok(sources)
}

/// What holds for schedules that do not say it: the function's settings, if they are set here too.
pub(super) fn defaults() -> Result<Defaults, Error> {
    settings::defaults_from_env().map_err(|error| Error::new(ErrorKind::Input, error.to_string()))
}

/// The items of files and folders, or where no path is given of the tables.
pub(super) fn load(paths: &[PathBuf]) -> Result<(Sources, Defaults), Error> {
    if paths.is_empty() { tables() } else { Ok((files(paths)?, defaults()?)) }
}

#[cfg(feature = "live")]
fn tables() -> Result<(Sources, Defaults), Error> {
    let settings = live::settings()?;
    let tables = live::block_on(&settings, live::tables)?;
    Ok((Sources::of_tables(tables), settings.defaults))
}

#[cfg(not(feature = "live"))]
fn tables() -> Result<(Sources, Defaults), Error> {
    let message = "this build cannot read the tables: give schedule files, or a folder of them";
    Err(Error::new(ErrorKind::Input, message))
}

/// The schedules of files that can be understood, and every fault, by file and line. `today` tells old exceptions from
/// others.
pub(super) fn read(sources: &Sources, defaults: Defaults, today: NaiveDate) -> (Vec<Schedule>, Vec<Fault>) {
    let (schedules, mut faults) = sources.read(defaults, today);
    for schedule in &schedules {
        let problems = calendar::contradictions(schedule, today).into_iter();
        faults.extend(problems.map(|(date, problem)| sources.fault_of_date(schedule, date, problem)));
    }
    document::sort(&mut faults);
    (schedules, faults)
}

/// Reads a file of bounded size. What is no regular file is not: reading a pipe may never end.
pub(super) fn text(path: &Path) -> Result<String, String> {
    if !std::fs::metadata(path).map_err(|error| error.to_string())?.is_file() {
        return Err("is no regular file".to_owned());
    }
    named_text(path)
}

/// Reads what was named as a file, be it a pipe such as `/dev/stdin`, or `-`.
fn named_text(path: &Path) -> Result<String, String> {
    if path.as_os_str() == "-" {
        return bounded(std::io::stdin().lock());
    }
    bounded(std::fs::File::open(path).map_err(|error| error.to_string())?)
}

fn bounded(from: impl std::io::Read) -> Result<String, String> {
    let mut bytes = Vec::new();
    from.take(file::MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() > file::MAX_BYTES {
        return Err(format!("is larger than {} bytes", file::MAX_BYTES));
    }
    String::from_utf8(bytes).map_err(|_| "is no text in UTF-8".to_owned())
}

/// The schedule files of a folder by name, or the one file.
pub(super) fn of_path(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let fault = |error: std::io::Error| Error::new(ErrorKind::Input, format!("{}: {error}", path.display()));
    if !std::fs::metadata(path).map_err(fault)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(path).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        if path.extension().is_some_and(|end| ["yaml", "yml", "json"].iter().any(|known| end == *known)) {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        let message = format!("{}: holds no schedule file (`*.yaml`, `*.yml`, `*.json`)", path.display());
        return Err(Error::new(ErrorKind::Input, message));
    }
    Ok(paths)
}

/// That there is no schedule of this name, and which one may have been meant.
pub(super) fn unknown_schedule(name: &str, names: &[ScheduleName]) -> Error {
    /// More names than anybody reads.
    const MOST: usize = 20;
    let error = Error::new(ErrorKind::Input, format!("there is no schedule `{name}`"));
    match document::nearest(name, names.iter().map(ScheduleName::as_str)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None if names.is_empty() => error.hint("there are no schedules at all"),
        None => {
            let names: Vec<&str> = names.iter().map(ScheduleName::as_str).take(MOST).collect();
            error.hint(format!("there are: {}", names.join(", ")))
        }
    }
}
