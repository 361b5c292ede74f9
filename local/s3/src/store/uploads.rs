//! Multipart uploads: a directory for each, with a file for each part; in memory as well.
//!
//! A part becomes visible by a rename onto its number, which also replaces an earlier upload of the
//! same part at once.

use super::bucket::now;
use super::files::{self, Staging};
use super::receive::Received;
use super::records::{Part, UploadRecord};
use crate::error::{internal, no_such_upload};
use s3s::S3Result;
use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

const RECORD: &str = "upload.json";

/// S3's limit.
pub(crate) const MAX_PART_NUMBER: i32 = 10_000;

/// Key, then id: the order in which S3 lists uploads.
type Place = (String, String);

/// The uploads of one bucket.
#[derive(Debug)]
pub(crate) struct Uploads {
    dir: PathBuf,
    map: RwLock<BTreeMap<Place, Arc<Upload>>>,
}

/// One upload.
#[derive(Debug)]
pub(crate) struct Upload {
    pub(crate) record: UploadRecord,
    dir: PathBuf,
    parts: RwLock<BTreeMap<i32, Part>>,
    /// Held while a part appears and while the upload is completed or aborted, so that parts don't
    /// change under a completion. True once the upload is over.
    over: Mutex<bool>,
}

/// The right to end an upload, or to change its parts.
pub(crate) struct UploadGuard<'a> {
    upload: &'a Upload,
    over: MutexGuard<'a, bool>,
}

impl Uploads {
    pub(crate) fn load(dir: PathBuf, staging: &Staging, completed: &HashSet<String>) -> io::Result<Self> {
        let mut map = BTreeMap::new();
        for entry in fs::read_dir(&dir)? {
            let path = entry?.path();
            let record: UploadRecord = files::read_json(&path.join(RECORD))?;
            if completed.contains(&record.id) {
                staging.discard_dir(&path).map_err(io::Error::other)?;
                continue;
            }
            let upload = Upload::load(record, path)?;
            map.insert(upload.place(), Arc::new(upload));
        }
        Ok(Self { dir, map: RwLock::new(map) })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.read(BTreeMap::is_empty)
    }

    /// Runs a read of the map.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&BTreeMap<Place, Arc<Upload>>) -> T) -> T {
        work(&self.map.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// An upload belongs to its key: with another key it isn't found.
    pub(crate) fn find(&self, key: &str, id: &str) -> S3Result<Arc<Upload>> {
        let place = (key.to_owned(), id.to_owned());
        self.read(|map| map.get(&place).cloned()).ok_or_else(no_such_upload)
    }

    /// Blocking. The bucket calls this under its commit lock.
    pub(super) fn create(&self, staging: &Staging, record: UploadRecord) -> S3Result<()> {
        let dir = self.dir.join(&record.id);
        files::publish_dir(staging, &dir, &[], RECORD, &record)?;
        let upload = Upload { record, dir, parts: RwLock::default(), over: Mutex::new(false) };
        let mut map = self.map.write().unwrap_or_else(PoisonError::into_inner);
        map.insert(upload.place(), Arc::new(upload));
        Ok(())
    }

    /// Ends an upload and removes its bytes: after completion, or to abort. Blocking.
    pub(crate) fn end(&self, staging: &Staging, mut guard: UploadGuard<'_>) -> S3Result<()> {
        staging.discard_dir(&guard.upload.dir)?;
        *guard.over = true;
        let mut map = self.map.write().unwrap_or_else(PoisonError::into_inner);
        map.remove(&guard.upload.place());
        Ok(())
    }
}

impl Upload {
    fn load(record: UploadRecord, dir: PathBuf) -> io::Result<Self> {
        let mut parts = BTreeMap::new();
        for entry in fs::read_dir(&dir)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            if name == Some(RECORD) {
                continue;
            }
            let Some(number) = name.and_then(|name| name.parse().ok()) else {
                continue;
            };
            match files::read_record::<Part>(&path)? {
                Some((part, bytes)) if bytes == part.size => {
                    parts.insert(number, part);
                }
                Some(_) => files::warn_damaged(&path),
                None => {}
            }
        }
        Ok(Self { record, dir, parts: RwLock::new(parts), over: Mutex::new(false) })
    }

    fn place(&self) -> Place {
        (self.record.key.clone(), self.record.id.clone())
    }

    fn path_of(&self, number: i32) -> PathBuf {
        self.dir.join(format!("{number:05}"))
    }

    /// Waits for the right to change the upload. Blocking, for as long as a completion copies.
    pub(crate) fn lock(&self) -> S3Result<UploadGuard<'_>> {
        let over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        if *over {
            return Err(no_such_upload());
        }
        Ok(UploadGuard { upload: self, over })
    }

    pub(crate) fn parts(&self) -> BTreeMap<i32, Part> {
        let parts = self.parts.read().unwrap_or_else(PoisonError::into_inner);
        parts.clone()
    }

    pub(crate) fn open_part(&self, number: i32) -> io::Result<File> {
        File::open(self.path_of(number))
    }

    /// Makes a verified part visible. Blocking.
    pub(crate) fn put_part(&self, number: i32, mut received: Received) -> S3Result<Part> {
        let part = Part {
            size: received.size,
            md5: received.digested.md5,
            checksum: received.digested.checksum(self.record.algorithm)?,
            last_modified: now(),
        };
        received.file.seal(&part).map_err(internal)?;
        let _guard = self.lock()?;
        received.file.publish(&self.path_of(number)).map_err(internal)?;
        let mut parts = self.parts.write().unwrap_or_else(PoisonError::into_inner);
        parts.insert(number, part.clone());
        Ok(part)
    }
}
