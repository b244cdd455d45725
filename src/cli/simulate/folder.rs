//! A case kept as files in a folder.

use std::path::Path;

use crate::cli::{Error, ErrorKind, write};
use crate::simulation::file::{Kept, WORLD};

/// Fails if the folder cannot take a case: schedule files that are there already would be part of it.
pub(super) fn check(folder: &Path) -> Result<(), Error> {
    let fault = |message: String| Error::new(ErrorKind::Input, format!("{}: {message}", folder.display()));
    match std::fs::read_dir(folder).map(Iterator::count) {
        Ok(0) => Ok(()),
        Ok(_) => {
            Err(fault("is not empty".to_owned()).hint("name a new folder: what is in this one would be part of it"))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            // A folder that cannot be made is told before the hunt and not after it; without a case there is none.
            std::fs::create_dir_all(folder).map_err(|error| fault(error.to_string()))?;
            std::fs::remove_dir(folder).map_err(|error| fault(error.to_string()))
        }
        Err(error) => Err(fault(error.to_string())),
    }
}

/// Writes the files.
pub(super) fn keep(folder: &Path, kept: &Kept) -> Result<(), Error> {
    let fault = |path: &Path, error: std::io::Error| {
        Error::new(ErrorKind::Input, format!("{} could not be written: {error}", path.display()))
    };
    std::fs::create_dir_all(folder).map_err(|error| fault(folder, error))?;
    for (name, text) in &kept.files {
        let path = folder.join(name);
        write::replace(&path, text).map_err(|error| fault(&path, error))?;
    }
    Ok(())
}

/// The command that runs them.
pub(super) fn command(folder: &Path, kept: &Kept) -> String {
    // Without a schedule file there is nothing to read in the folder.
    let path = if kept.files.len() > 1 { format!("{} ", quoted(folder)) } else { String::new() };
    format!("lamplighter simulate {path}--world {}", quoted(&folder.join(WORLD)))
}

/// A path as a shell takes it for one word.
pub(super) fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+=:@%,\\".contains(c);
    if !path.is_empty() && path.chars().all(is_plain) { path } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::file;
    use crate::simulation::random::{self, Faults};

    #[test]
    fn the_command_is_one_that_a_shell_takes() {
        let case = random::case(7, Faults::All);
        let (kept, alone) = (file::keep(&case, chrono_tz::Tz::UTC, ""), file::keep_rows(&case, chrono_tz::Tz::UTC, ""));
        let cases = [
            ("kept", &kept, "lamplighter simulate kept --world kept/world.yaml"),
            ("kept", &alone, "lamplighter simulate --world kept/world.yaml"),
            ("my worlds/1", &kept, "lamplighter simulate 'my worlds/1' --world 'my worlds/1/world.yaml'"),
            ("it's", &alone, r"lamplighter simulate --world 'it'\''s/world.yaml'"),
            ("$x", &alone, "lamplighter simulate --world '$x/world.yaml'"),
        ];
        for (folder, kept, expected) in cases {
            assert_eq!(command(Path::new(folder), kept), expected);
        }
    }
}
