//! One bucket: its index in memory, and the commits that change it.
//!
//! Two locks. `commit` serialises changes and is held for a rename and an fsync of a directory,
//! never while bytes arrive. `index` is written only by whoever holds `commit`, and only for the
//! insertion itself, so reads never wait for a disk.

use super::conditions::WriteConditions;
use super::files::{self, StagedFile, Staging};
use super::index::Index;
use super::records::{BucketRecord, Content, UploadRecord, Version};
use super::uploads::Uploads;
use crate::error::{internal, no_such_bucket, no_such_key, no_such_version, with_headers};
use crate::events::{Events, ObjectCreated};
use s3s::dto::Timestamp;
use s3s::{S3Result, s3_error};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::SystemTime;

const OBJECTS: &str = "objects";
const UPLOADS: &str = "uploads";
const RECORD: &str = "bucket.json";

#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    pub(crate) created: Timestamp,
    pub(crate) uploads: Uploads,
    pub(crate) staging: Staging,
    dir: PathBuf,
    events: Events,
    index: RwLock<Index>,
    commit: Mutex<CommitState>,
}

#[derive(Debug)]
struct CommitState {
    next_sequence: u64,
    /// Set when the bucket is deleted: a request that found it before must not write to it.
    deleted: bool,
}

/// A panic while a lock was held can't leave a half-made change behind (each change is one
/// insertion), so a poisoned lock is still good.
fn ignore_poison<T>(result: Result<T, PoisonError<T>>) -> T {
    result.unwrap_or_else(PoisonError::into_inner)
}

/// The time of this machine, as a storage service has one of its own.
#[expect(clippy::disallowed_methods, reason = "not a function's clock: this stands in for S3's")]
pub(crate) fn now() -> Timestamp {
    SystemTime::now().into()
}

/// Reads the versions in the order of their commits, and the first free place in it.
fn load_versions(dir: &Path) -> io::Result<(Vec<Version>, u64)> {
    let mut versions = Vec::new();
    let mut next_sequence = 1;
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let Some(sequence) = name.and_then(|name| u64::from_str_radix(name, 16).ok()) else {
            continue;
        };
        // A damaged file keeps its place: nothing may be written over it.
        next_sequence = next_sequence.max(sequence + 1);
        let Some((version, bytes)) = files::read_record::<Version>(&path)? else {
            continue;
        };
        if bytes == version.content.as_ref().map_or(0, |content| content.size) {
            versions.push(Version { sequence, ..version });
        } else {
            files::warn_damaged(&path);
        }
    }
    versions.sort_unstable_by_key(|version| version.sequence);
    Ok((versions, next_sequence))
}

impl Bucket {
    /// Makes the directory of a new bucket.
    pub(crate) fn create(staging: &Staging, dir: &Path) -> S3Result<()> {
        let record = BucketRecord { created: now() };
        files::publish_dir(staging, dir, &[OBJECTS, UPLOADS], RECORD, &record)
    }

    /// Reads a bucket's directory into memory.
    pub(crate) fn load(name: String, dir: PathBuf, staging: Staging, events: Events) -> io::Result<Self> {
        let record: BucketRecord = files::read_json(&dir.join(RECORD))?;
        let (versions, next_sequence) = load_versions(&dir.join(OBJECTS))?;
        let completed: HashSet<String> =
            versions.iter().filter_map(|version| version.content.as_ref()?.upload_id.clone()).collect();
        let mut index = Index::default();
        for version in versions {
            index.insert(Arc::new(version));
        }
        Ok(Self {
            name,
            created: record.created,
            uploads: Uploads::load(dir.join(UPLOADS), &staging, &completed)?,
            staging,
            dir,
            events,
            index: RwLock::new(index),
            commit: Mutex::new(CommitState { next_sequence, deleted: false }),
        })
    }

    fn lock_commit(&self) -> S3Result<MutexGuard<'_, CommitState>> {
        let state = ignore_poison(self.commit.lock());
        if state.deleted {
            return Err(no_such_bucket());
        }
        Ok(state)
    }

    /// Runs a read of the index.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Index) -> T) -> T {
        let index = ignore_poison(self.index.read());
        work(&index)
    }

    fn path_of(&self, version: &Version) -> PathBuf {
        self.dir.join(OBJECTS).join(format!("{:016x}", version.sequence))
    }

    /// Finds a version: the named one, or the newest.
    pub(crate) fn find(&self, key: &str, version_id: Option<&str>) -> S3Result<Arc<Version>> {
        self.read(|index| match version_id {
            Some(id) => index.version(key, id).ok_or_else(no_such_version),
            None => index.newest(key).ok_or_else(no_such_key),
        })
    }

    /// Finds a version with content. A delete marker is a 404 if the key was asked for, and a 405
    /// if the marker itself was.
    pub(crate) fn find_content(
        &self,
        key: &str,
        version_id: Option<&str>,
    ) -> S3Result<(Arc<Version>, Content)> {
        let version = self.find(key, version_id)?;
        if let Some(content) = version.content.clone() {
            return Ok((version, content));
        }
        let error = if version_id.is_some() {
            s3_error!(MethodNotAllowed, "The specified method is not allowed against this resource.")
        } else {
            no_such_key()
        };
        let headers = [("x-amz-delete-marker", "true"), ("x-amz-version-id", version.id.as_str())];
        Err(with_headers(error, &headers))
    }

    /// Opens the bytes of a version. It may have been deleted since it was found.
    pub(crate) fn open(&self, version: &Version) -> S3Result<File> {
        File::open(self.path_of(version)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => no_such_key(),
            _ => internal(error),
        })
    }

    /// Makes a version visible: the only place where a key changes, besides removing a version.
    ///
    /// The file must be complete but for its record. Blocking.
    pub(crate) fn publish(
        &self,
        mut file: StagedFile,
        version: Version,
        conditions: &WriteConditions,
        event: Option<&'static str>,
    ) -> S3Result<Arc<Version>> {
        file.seal(&version).map_err(internal)?;
        let mut state = self.lock_commit()?;
        self.check(&version.key, conditions)?;
        let version = Version { sequence: state.next_sequence, ..version };
        // The number is used up even if publishing fails: a failed fsync leaves it unknown whether
        // the name is on disk, and a number must never be given twice.
        state.next_sequence += 1;
        let path = self.path_of(&version);
        file.publish(&path).map_err(|error| {
            // Not acknowledged, so it must not come back at the next start.
            let _ = fs::remove_file(&path);
            internal(error)
        })?;
        let version = Arc::new(version);
        ignore_poison(self.index.write()).insert(Arc::clone(&version));
        if let (Some(name), Some(content)) = (event, &version.content) {
            self.events.send(&ObjectCreated {
                event: name,
                bucket: self.name.clone(),
                key: version.key.clone(),
                version_id: version.id.clone(),
                size: content.size,
                etag: content.etag.clone(),
            });
        }
        Ok(version)
    }

    /// Evaluates a write's conditions against the key as it is now. Final only under the commit
    /// lock; earlier it saves work that would be refused in the end.
    pub(crate) fn check(&self, key: &str, conditions: &WriteConditions) -> S3Result<()> {
        let newest = self.read(|index| index.newest(key));
        conditions.check(newest.as_ref().and_then(|version| version.content.as_ref()))
    }

    /// Removes one version for good. Whether it existed is no error on S3. Blocking.
    pub(crate) fn remove_version(&self, key: &str, version_id: &str) -> S3Result<Option<Arc<Version>>> {
        let _state = self.lock_commit()?;
        let Some(version) = self.read(|index| index.version(key, version_id)) else {
            return Ok(None);
        };
        fs::remove_file(self.path_of(&version)).map_err(internal)?;
        ignore_poison(self.index.write()).remove(&version);
        files::sync_dir(&self.dir.join(OBJECTS)).map_err(internal)?;
        Ok(Some(version))
    }

    /// Starts a multipart upload. Blocking.
    pub(crate) fn create_upload(&self, record: UploadRecord) -> S3Result<()> {
        let _state = self.lock_commit()?;
        self.uploads.create(&self.staging, record)
    }

    /// Deletes the bucket's directory, if nothing is in it. Blocking.
    pub(crate) fn delete(&self) -> S3Result<()> {
        let mut state = self.lock_commit()?;
        if !self.read(Index::is_empty) || !self.uploads.is_empty() {
            return Err(s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty"));
        }
        self.staging.discard_dir(&self.dir)?;
        state.deleted = true;
        Ok(())
    }
}
