//! Removing a bucket with everything in it.
//!
//! Bytes go before the row that tells where they are, so that a run that ends in between is followed by
//! one that finds the row again. Objects go before uploads, since they refer to them.
//!
//! Functions may write to the bucket for as long as they keep it in memory unmarked. So it is swept at
//! once, which does most of the work, and once more when nobody can remember it.

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use stowage_domain::batch::Batch;
use stowage_domain::bucket::Bucket;
use stowage_domain::error::Resource;
use stowage_domain::id::BucketId;
use stowage_domain::listing::{Direction, Stretch, Walked};
use stowage_domain::object::Object;
use stowage_domain::time::Timestamp;
use stowage_domain::upload::Upload;
use stowage_domain::{Error, Result};
use stowage_store::ports::WorkOnTask;

use crate::turn::{Run, Stop};
use crate::{Bytes, Records, RunTask};

/// Rows that are read, and removed, before the task's progress is saved; and bytes of them.
const ROWS: u32 = 100;
/// See [`ROWS`].
const ROWS_BYTES: u64 = 1024 * 1024;
/// Rows that are being removed at a time.
const AT_ONCE: usize = 8;

impl<S: Records, B: Bytes> RunTask<S, B> {
    /// Removes a bucket that is marked as being deleted. One that is gone is no error.
    pub(crate) async fn remove_bucket(
        &self,
        run: &mut Run<S>,
        bucket_id: &BucketId,
    ) -> std::result::Result<(), Stop> {
        let scope = run.task.scope();
        let bucket = match self.store.read_bucket(&scope, bucket_id.as_str()).await {
            Ok((bucket, _)) => bucket,
            Err(Error::NotFound { resource: Resource::Bucket, .. }) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let forgotten = self.forgotten_at(&bucket)?;
        let begun = run.now();
        self.sweep(run, &bucket).await?;
        if begun < forgotten {
            run.wait_until(forgotten).await?;
            self.sweep(run, &bucket).await?;
        }
        self.store.remove_bucket(&scope, bucket_id, run.now()).await?;
        Ok(())
    }

    /// When nobody remembers any more that the bucket took writes.
    pub(crate) fn forgotten_at(&self, bucket: &Bucket) -> Result<Timestamp> {
        let Some(deletion) = &bucket.deletion else {
            return Err(Error::internal("a task removes a bucket that isn't marked as being deleted"));
        };
        let remembered = i64::try_from(self.store.remembered_for().as_millis()).unwrap_or(i64::MAX);
        Ok(Timestamp::from_millis(deletion.since.millis().saturating_add(remembered)))
    }

    /// Removes all that the bucket's lists show by now.
    pub(crate) async fn sweep(&self, run: &mut Run<S>, bucket: &Bucket) -> std::result::Result<(), Stop> {
        let store = &self.store;
        let objects = |stretch| async move { store.list_objects(bucket, &stretch).await };
        sweep_list(run, objects, |object, _| self.remove_object(bucket, object)).await?;
        let uploads = |stretch| async move { store.list_uploads(bucket, &stretch).await };
        sweep_list(run, uploads, |upload, _| self.remove_upload(upload)).await?;
        let batches = |stretch| async move { store.list_batches_of_bucket(bucket, &stretch).await };
        let remove = |batch: Batch, now| async move { store.sweep_batch(&batch, now).await };
        sweep_list(run, batches, remove).await
    }

    /// Removes an object with the bytes that are its alone, and with the copies that it shares with others of
    /// the bucket, as it is by then.
    async fn remove_object(&self, bucket: &Bucket, mut object: Object) -> Result<()> {
        loop {
            let own = object.blobs.iter();
            let own = own.filter(|blob| blob.upload_id.is_none() || blob.shared_copy().is_some());
            for place in own.filter_map(|blob| blob.place.as_ref()) {
                self.blobs.delete_all_versions(place).await?;
            }
            if self.store.sweep_object(&object).await? {
                return Ok(());
            }
            match self.store.find_object(bucket, &object.object_id).await? {
                Some(changed) => object = changed,
                None => return Ok(()),
            }
        }
    }

    async fn remove_upload(&self, upload: Upload) -> Result<()> {
        self.blobs.delete_all_versions(&upload.place).await?;
        self.store.sweep_upload(&upload).await
    }
}

/// Walks a list to its end and removes what it shows, noting the progress after each part.
async fn sweep_list<S, T, W, R>(
    run: &mut Run<S>,
    walk: impl Fn(Stretch) -> W + Send,
    remove: impl Fn(T, Timestamp) -> R + Send,
) -> std::result::Result<(), Stop>
where
    S: WorkOnTask,
    W: Future<Output = Result<Walked<T>>> + Send,
    R: Future<Output = Result<()>> + Send,
    T: Send,
{
    let mut stretch = first_stretch();
    loop {
        run.check_time()?;
        let walked = walk(stretch.clone()).await?;
        let now = run.now();
        let removals: Vec<R> = walked.found.into_iter().map(|listed| remove(listed.record, now)).collect();
        let removed: Vec<()> = stream::iter(removals).buffer_unordered(AT_ONCE).try_collect().await?;
        run.progress(removed.len() as u64).await?;
        if !walked.more {
            return Ok(());
        }
        stretch.after = walked.end;
    }
}

/// The beginning of a list: oldest first.
pub(crate) fn first_stretch() -> Stretch {
    Stretch { direction: Direction::Asc, after: None, skip: 0, records: ROWS, bytes: ROWS_BYTES }
}
