//! Files of the store: one file is the bytes, then a JSON record, then a fixed tail.
//!
//! ```text
//! | bytes | record (JSON) | length of the record, u64 LE | magic, 8 bytes |
//! ```
//!
//! Keeping bytes and record in one file makes one rename the whole commit: there is no moment at
//! which one exists without the other. The name carries only the order of commits, so it can be
//! chosen at the last moment, under the lock, without writing anything more.

use crate::error::internal;
use crate::ids;
use s3s::S3Result;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const MAGIC: &[u8; 8] = b"STOWAGE1";
const TAIL: u64 = 16;

/// A directory for files that aren't visible yet. Emptied at every start.
#[derive(Debug, Clone)]
pub(crate) struct Staging {
    dir: PathBuf,
    /// The lock of the store. Whatever can still write holds it: work on a blocking thread isn't
    /// cut off when its request is, and must not meet a second engine on the same directory.
    _lock: Arc<File>,
}

impl Staging {
    pub(crate) fn open(dir: PathBuf, lock: File) -> io::Result<Self> {
        if dir.exists() {
            fs::remove_dir_all(&dir)?;
        }
        fs::create_dir(&dir)?;
        Ok(Self { dir, _lock: Arc::new(lock) })
    }

    pub(crate) fn file(&self) -> S3Result<StagedFile> {
        let path = self.fresh()?;
        let file = File::create_new(&path).map_err(internal)?;
        Ok(StagedFile { file, path, published: false })
    }

    /// A name in the directory that nothing has yet.
    pub(crate) fn fresh(&self) -> S3Result<PathBuf> {
        Ok(self.dir.join(ids::random()?))
    }

    /// Takes a directory out of sight at once, then deletes what is in it.
    pub(crate) fn discard_dir(&self, dir: &Path) -> S3Result<()> {
        let away = self.fresh()?;
        fs::rename(dir, &away).map_err(internal)?;
        if let Some(parent) = dir.parent() {
            sync_dir(parent).map_err(internal)?;
        }
        // It is out of sight already; if deleting fails, the next start does it.
        if let Err(error) = fs::remove_dir_all(&away) {
            tracing::warn!(%error, "could not remove a discarded directory");
        }
        Ok(())
    }
}

/// A file being written. Dropped before it is published, it leaves nothing behind.
#[derive(Debug)]
pub(crate) struct StagedFile {
    pub(crate) file: File,
    path: PathBuf,
    published: bool,
}

impl StagedFile {
    /// Appends the record and forces everything to disk.
    pub(crate) fn seal(&mut self, record: &impl Serialize) -> io::Result<()> {
        let json = serde_json::to_vec(record).map_err(io::Error::other)?;
        let length = json.len() as u64;
        let mut tail = json;
        tail.extend_from_slice(&length.to_le_bytes());
        tail.extend_from_slice(MAGIC);
        self.file.write_all(&tail)?;
        self.file.sync_all()
    }

    /// The commit: gives the sealed file its visible name, and forces that name to disk.
    pub(crate) fn publish(mut self, target: &Path) -> io::Result<()> {
        let dir = target.parent().ok_or(io::ErrorKind::InvalidInput)?;
        fs::rename(&self.path, target)?;
        self.published = true;
        sync_dir(dir)
    }
}

impl Drop for StagedFile {
    fn drop(&mut self) {
        if !self.published {
            // Nobody can see the file; a failure here costs space until the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Forces the names in a directory to disk.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Reads the record of a file, and the number of bytes before it. A damaged file is reported and
/// passed over; an error is one of this machine, such as a file that can't be opened.
///
/// Publication is one rename of a synced file, so damage comes from outside.
pub(crate) fn read_record<T: DeserializeOwned>(path: &Path) -> io::Result<Option<(T, u64)>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let record = read_tail(&mut file, length)?.and_then(|(json, at)| {
        let record = serde_json::from_slice(&json).ok()?;
        Some((record, at))
    });
    if record.is_none() {
        warn_damaged(path);
    }
    Ok(record)
}

pub(crate) fn warn_damaged(path: &Path) {
    tracing::warn!(path = %path.display(), "ignoring a damaged file");
}

/// The JSON of the record and where it begins, if the end of the file is what it should be.
fn read_tail(file: &mut File, length: u64) -> io::Result<Option<(Vec<u8>, u64)>> {
    let Some(tail_at) = length.checked_sub(TAIL) else {
        return Ok(None);
    };
    let mut number = [0; 8];
    let mut magic = [0; 8];
    file.seek(SeekFrom::Start(tail_at))?;
    file.read_exact(&mut number)?;
    file.read_exact(&mut magic)?;
    let record_length = u64::from_le_bytes(number);
    let Some(record_at) = tail_at.checked_sub(record_length).filter(|_| &magic == MAGIC) else {
        return Ok(None);
    };
    let mut json = Vec::new();
    file.seek(SeekFrom::Start(record_at))?;
    file.take(record_length).read_to_end(&mut json)?;
    Ok(Some((json, record_at)))
}

/// Makes a directory with a JSON file in it appear at once and durably.
pub(crate) fn publish_dir(
    staging: &Staging,
    target: &Path,
    subdirs: &[&str],
    record_name: &str,
    record: &impl Serialize,
) -> S3Result<()> {
    let staged = staging.fresh()?;
    let write = || -> io::Result<()> {
        fs::create_dir(&staged)?;
        for subdir in subdirs {
            fs::create_dir(staged.join(subdir))?;
        }
        let mut file = File::create_new(staged.join(record_name))?;
        file.write_all(&serde_json::to_vec(record).map_err(io::Error::other)?)?;
        file.sync_all()?;
        sync_dir(&staged)?;
        fs::rename(&staged, target)?;
        sync_dir(target.parent().ok_or(io::ErrorKind::InvalidInput)?)
    };
    write().inspect_err(|_| drop(fs::remove_dir_all(&staged))).map_err(internal)
}

/// Reads a JSON file that [`publish_dir`] wrote.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> io::Result<T> {
    serde_json::from_slice(&fs::read(path)?).map_err(io::Error::other)
}
