//! The store: buckets on disk, without any HTTP.
//!
//! ```text
//! lock                          held while an engine is open
//! staging/…                     bodies being received; emptied at start
//! buckets/<name>/bucket.json
//! buckets/<name>/objects/<seq>  one file per version, named by the order of commits
//! buckets/<name>/uploads/<id>/  upload.json, and one file per part, named by its number
//! ```
//!
//! No file is named after an object's key; the key is in the file's record. So keys need no
//! escaping and can be anything S3 allows.

pub(crate) mod bucket;
pub(crate) mod complete;
pub(crate) mod conditions;
pub(crate) mod files;
pub(crate) mod index;
pub(crate) mod listing;
pub(crate) mod receive;
pub(crate) mod records;
pub(crate) mod uploads;

use crate::error::no_such_bucket;
use crate::events::Events;
use bucket::Bucket;
use files::Staging;
use s3s::{S3Result, s3_error};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// All buckets.
#[derive(Debug)]
pub(crate) struct Store {
    dir: PathBuf,
    staging: Staging,
    pub(crate) events: Events,
    buckets: RwLock<BTreeMap<String, Arc<Bucket>>>,
    /// Serialises making and deleting buckets.
    changing: Mutex<()>,
}

impl Store {
    /// Opens the directory, made if absent, and reads it into memory.
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        let dir = root.join("buckets");
        fs::create_dir_all(&dir)?;
        // Two stores on one directory would each miss what the other writes.
        let lock = File::create(root.join("lock"))?;
        lock.try_lock().map_err(|error| match error {
            fs::TryLockError::WouldBlock => io::Error::new(
                io::ErrorKind::WouldBlock,
                format!("{} is in use by another process", root.display()),
            ),
            fs::TryLockError::Error(error) => error,
        })?;
        let staging = Staging::open(root.join("staging"), lock)?;
        files::sync_dir(root)?;

        let events = Events::default();
        let mut buckets = BTreeMap::new();
        for entry in fs::read_dir(&dir)? {
            let entry = entry?;
            if let Ok(name) = entry.file_name().into_string() {
                let bucket = Bucket::load(name.clone(), entry.path(), staging.clone(), events.clone())?;
                buckets.insert(name, Arc::new(bucket));
            }
        }
        Ok(Self { dir, staging, events, buckets: RwLock::new(buckets), changing: Mutex::new(()) })
    }

    pub(crate) fn bucket(&self, name: &str) -> S3Result<Arc<Bucket>> {
        let buckets = self.buckets.read().unwrap_or_else(PoisonError::into_inner);
        buckets.get(name).cloned().ok_or_else(no_such_bucket)
    }

    /// By name.
    pub(crate) fn buckets(&self) -> Vec<Arc<Bucket>> {
        let buckets = self.buckets.read().unwrap_or_else(PoisonError::into_inner);
        buckets.values().cloned().collect()
    }

    /// Makes a bucket; false if there is one already. Blocking.
    pub(crate) fn create_bucket(&self, name: &str) -> S3Result<bool> {
        // The name becomes a directory's: only what S3 allows, which has no slash and no `..`.
        if !s3s::path::check_bucket_name(name) {
            return Err(s3_error!(InvalidBucketName, "The specified bucket is not valid."));
        }
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        if self.bucket(name).is_ok() {
            return Ok(false);
        }
        let dir = self.dir.join(name);
        Bucket::create(&self.staging, &dir)?;
        let bucket = Bucket::load(name.to_owned(), dir, self.staging.clone(), self.events.clone())
            .map_err(crate::error::internal)?;
        let mut buckets = self.buckets.write().unwrap_or_else(PoisonError::into_inner);
        buckets.insert(name.to_owned(), Arc::new(bucket));
        Ok(true)
    }

    /// Deletes an empty bucket. Blocking.
    pub(crate) fn delete_bucket(&self, name: &str) -> S3Result<()> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.bucket(name)?.delete()?;
        let mut buckets = self.buckets.write().unwrap_or_else(PoisonError::into_inner);
        buckets.remove(name);
        Ok(())
    }
}
