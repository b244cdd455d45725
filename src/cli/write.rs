//! Puts a file in place of another in one go, so that nobody ever sees half of it. Knows nothing of what is in it.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{Error, ErrorKind, Result, Write as _};
use std::path::Path;

/// Writes a text to a new file, or in place of a file that may be written; that one's permissions stay.
pub(super) fn replace(path: &Path, text: &str) -> Result<()> {
    // Where it is a link, what it points to is the file.
    let (path, held) = match std::fs::canonicalize(path) {
        Ok(path) => {
            let held = writable(&path)?;
            (path, Some(held))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => (path.to_owned(), None),
        Err(error) => return Err(error),
    };
    let new = path.with_file_name(format!(".lamplighter-{}.new", std::process::id()));
    let make = || -> Result<()> {
        let mut file = File::create_new(&new)?;
        file.write_all(text.as_bytes())?;
        if let Some(held) = held {
            keep_owner(&file, &held);
            file.set_permissions(held.permissions())?;
        }
        file.sync_all()?;
        std::fs::rename(&new, &path)
    };
    match make() {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
        done => done.inspect_err(|_| _ = std::fs::remove_file(&new)),
    }
}

/// A file that this user may write: a writable folder alone would be enough to put another in its place.
fn writable(path: &Path) -> Result<Metadata> {
    let held = std::fs::metadata(path)?;
    if held.is_dir() {
        return Err(Error::new(ErrorKind::IsADirectory, "a directory is there"));
    }
    // The superuser may write it nevertheless, but somebody has said that it is to stay as it is.
    if held.permissions().readonly() {
        return Err(Error::new(ErrorKind::PermissionDenied, "the file is read-only"));
    }
    OpenOptions::new().write(true).open(path)?;
    Ok(held)
}

/// Gives the new file to the owner of the old one, as far as this user may.
#[cfg(unix)]
fn keep_owner(file: &File, held: &Metadata) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    _ = fchown(file, Some(held.uid()), Some(held.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    #[test]
    fn a_file_is_made_or_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        for text in ["one", "two"] {
            replace(&path, text).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
            assert_eq!(names(folder.path()), ["a.yaml"]);
        }
    }

    #[test]
    fn what_may_not_be_written_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        std::fs::create_dir(&path).unwrap();
        assert_eq!(replace(&path, "new").unwrap_err().to_string(), "a directory is there");
        std::fs::remove_dir(&path).unwrap();
        std::fs::write(&path, "old").unwrap();
        let mut permissions = std::fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&path, permissions).unwrap();
        assert_eq!(replace(&path, "new").unwrap_err().to_string(), "the file is read-only");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(names(folder.path()), ["a.yaml"]);
    }

    #[test]
    #[cfg(unix)]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a.yaml"), folder.path().join("link.yaml"));
        std::fs::write(&path, "old").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&path, &link).unwrap();
        replace(&link, "new").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
