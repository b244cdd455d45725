//! Which schedule files a world is lived through with: those that are named, or those beside the world file; all or none.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use crate::cli::{Error, ErrorKind, source};
use crate::document::{Defaults, Fault, Sources};
use crate::model::Schedule;
use crate::simulation::file::is_world;

/// More faults than anybody mends at once.
const MOST_TOLD: usize = 20;

/// What the schedule files hold.
pub(super) struct Files {
    pub(super) sources: Sources,
    pub(super) schedules: Vec<Schedule>,
    /// Files that were named and are left out.
    pub(super) remarks: Vec<String>,
}

/// Reads schedule files: the named ones and those of named folders, or where none is named those beside the world file.
/// Worlds among them are left out.
///
/// # Errors
/// When anything is wrong with one of them: nothing is to be learnt from a world with half of its schedules.
pub(super) fn read(paths: &[PathBuf], world: &Path, defaults: Defaults) -> Result<Files, Error> {
    let (files, remarks) = if paths.is_empty() { (beside(world)?, Vec::new()) } else { named(paths, world)? };
    let sources = source::files(&files)?;
    // However old the date of an exception: the past is that of now, not of the world.
    let (schedules, faults) = source::read(&sources, defaults, NaiveDate::MIN);
    if faults.is_empty() { Ok(Files { sources, schedules, remarks }) } else { Err(at_fault(&faults)) }
}

/// That there is no schedule at all, neither in files nor in the world file, and where they are looked for.
pub(super) fn none(paths: &[PathBuf], world: &Path) -> Error {
    let hint =
        "name schedule files, or folders of them, before `--world`; rows may stand under `Rows` of the world file, too";
    let listed: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let message = if paths.is_empty() {
        format!("there is no schedule: {} has no schedule file beside it", world.display())
    } else {
        format!("there is no schedule in {}", listed.join(", "))
    };
    Error::new(ErrorKind::Input, message).hint(hint)
}

/// The schedule files in the folder of the world file.
fn beside(world: &Path) -> Result<Vec<PathBuf>, Error> {
    let folder = world.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Some(folder) = folder else {
        // Without `./` before their names, as the world file was named.
        let found = source::of_path(Path::new("."))?.into_iter();
        let found = found.map(|file| file.strip_prefix(".").map(Path::to_owned).unwrap_or(file));
        return Ok(found.filter(|file| !is_world_file(file, world)).collect());
    };
    Ok(source::of_path(folder)?.into_iter().filter(|file| !is_world_file(file, world)).collect())
}

/// The schedule files among what was named; of worlds that were named one by one it is said that they are left out.
fn named(paths: &[PathBuf], world: &Path) -> Result<(Vec<PathBuf>, Vec<String>), Error> {
    let (mut files, mut remarks) = (Vec::new(), Vec::new());
    for path in paths {
        if path.as_os_str() == "-" {
            files.push(path.clone());
        } else if path.is_dir() {
            files.extend(source::of_path(path)?.into_iter().filter(|file| !is_world_file(file, world)));
        } else if !is_world_file(path, world) {
            files.push(path.clone());
        } else if !is_same(path, world) {
            remarks
                .push(format!("{}: is a world, and not the one that `--world` names: it is left out", path.display()));
        }
    }
    Ok((files, remarks))
}

/// Whether a file is the world or another one; what cannot be read is told as a schedule file.
fn is_world_file(file: &Path, world: &Path) -> bool {
    is_same(file, world) || source::text(file).is_ok_and(|text| is_world(&text))
}

fn is_same(file: &Path, world: &Path) -> bool {
    let same = |path: &Path| std::fs::canonicalize(path).ok();
    same(file).is_some_and(|file| same(world) == Some(file))
}

/// Each fault as `validate` prints it.
fn at_fault(faults: &[Fault]) -> Error {
    let mut told = faults.iter().take(MOST_TOLD).map(ToString::to_string);
    let error = Error::new(ErrorKind::Input, told.next().unwrap_or_default());
    let error = told.fold(error, Error::also);
    let more = faults.len().saturating_sub(MOST_TOLD);
    let error = if more > 0 { error.also(format!("there are {more} more faults")) } else { error };
    let files: BTreeSet<&str> = faults.iter().filter_map(|fault| fault.file.as_deref()).collect();
    let files: Vec<String> = files.into_iter().map(|file| super::folder::quoted(Path::new(file))).collect();
    error.hint(format!(
        "nothing is simulated on half of the schedules; `lamplighter validate {}` checks them alone",
        files.join(" ")
    ))
}
