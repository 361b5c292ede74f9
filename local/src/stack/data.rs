//! The data directory: one process at a time, private to its owner.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{StackInfo, StartError};

/// Where a stack's data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// In memory and a directory that goes with the stack.
    Ephemeral,
    /// In this directory, made if it isn't there.
    Directory(PathBuf),
}

/// An open data directory.
#[derive(Debug)]
pub(crate) struct OpenData {
    path: PathBuf,
    ephemeral: Option<TempDir>,
    /// Locked as long as the process lives, however it ends.
    _lock: File,
}

impl OpenData {
    /// Opens and locks it.
    pub(crate) fn open(data: &Data) -> Result<Self, StartError> {
        let (path, ephemeral) = match data {
            Data::Directory(path) => (path.clone(), None),
            Data::Ephemeral => {
                let directory = tempfile::tempdir()
                    .map_err(|source| StartError::Data { path: std::env::temp_dir(), source })?;
                (directory.path().to_owned(), Some(directory))
            }
        };
        let unusable = |source| StartError::Data { path: path.clone(), source };
        create_private(&path).map_err(unusable)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lock"))
            .map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {
                // A killed process leaves its announcement behind, and `keys` must not believe it.
                match fs::remove_file(announcement(&path)) {
                    Err(source) if source.kind() != io::ErrorKind::NotFound => {
                        Err(StartError::Data { path, source })
                    }
                    _ => Ok(Self { path, ephemeral, _lock: lock }),
                }
            }
            Err(TryLockError::WouldBlock) => Err(StartError::InUse { path }),
            Err(TryLockError::Error(source)) => Err(StartError::Data { path, source }),
        }
    }

    /// Whether it goes with the stack.
    pub(crate) fn is_ephemeral(&self) -> bool {
        self.ephemeral.is_some()
    }

    /// A path in it.
    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Notes where the running stack is, for `stowage keys`.
    pub(crate) fn announce(&self, info: &StackInfo) -> Result<(), StartError> {
        let path = announcement(&self.path);
        let json = serde_json::to_vec_pretty(info).unwrap_or_default();
        write_private(&path, &json).map_err(|source| StartError::Data { path, source })
    }
}

impl Drop for OpenData {
    fn drop(&mut self) {
        // Best effort: a reader finds the lock free and ignores a leftover.
        let _ = fs::remove_file(announcement(&self.path));
    }
}

/// Makes a directory that only its owner can look into, unless it is there.
fn create_private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Where a running stack says where it is.
pub(crate) fn announcement(directory: &Path) -> PathBuf {
    directory.join("stack.json")
}

/// Writes a file that only its owner can read, whole or not at all.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(directory.unwrap_or(Path::new(".")))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
