//! Removing a namespace with all of its buckets. No bucket comes into one that is being deleted.
//!
//! However many there are, each turn takes some of them away: a bucket that nobody remembers any more is
//! removed as soon as the walk meets it. If each turn only swept them all anew, a namespace of more buckets
//! than a turn can look at would never be done.

use stowage_domain::bucket::Bucket;
use stowage_domain::error::Resource;
use stowage_domain::id::{BucketId, TaskId};
use stowage_domain::time::Timestamp;
use stowage_domain::{Error, Result};
use stowage_store::ports::Change;

use crate::sweep::first_stretch;
use crate::turn::{Run, Stop};
use crate::{Bytes, Records, RunTask};

impl<S: Records, B: Bytes> RunTask<S, B> {
    pub(crate) async fn remove_namespace(&self, run: &mut Run<S>) -> std::result::Result<(), Stop> {
        let scope = run.task.scope();
        let (organisation, namespace) = (&scope.organisation_id, &scope.namespace_id);
        match self.store.read_namespace(organisation, namespace.as_str()).await {
            Ok(_) => {}
            Err(Error::NotFound { resource: Resource::Namespace, .. }) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        // All are swept before one is waited for: so there is one wait, not one for each.
        for bucket_id in self.remove_forgotten_buckets(run).await? {
            self.remove_bucket(run, &bucket_id).await?;
        }
        self.store.remove_namespace(organisation, namespace).await?;
        Ok(())
    }

    /// Marks all buckets of the namespace, removes those that nobody remembers, and sweeps the others:
    /// these are what is left.
    async fn remove_forgotten_buckets(&self, run: &mut Run<S>) -> std::result::Result<Vec<BucketId>, Stop> {
        let scope = run.task.scope();
        // Their ids alone: a bucket's schema may be large.
        let mut remembered = Vec::new();
        let mut stretch = first_stretch();
        loop {
            run.check_time()?;
            let walked = self.store.list_buckets(&scope, &stretch).await?;
            for listed in walked.found {
                run.check_time()?;
                let Some(bucket) = self.mark(run, &listed.record.0.bucket_id).await? else { continue };
                if self.forgotten_at(&bucket)? <= run.now() {
                    self.remove_bucket(run, &bucket.bucket_id).await?;
                } else {
                    self.sweep(run, &bucket).await?;
                    remembered.push(bucket.bucket_id);
                }
            }
            if !walked.more {
                return Ok(remembered);
            }
            stretch.after = walked.end;
        }
    }

    /// The bucket, marked as being deleted, by this task if by no other; none if it is gone.
    async fn mark(&self, run: &Run<S>, bucket_id: &BucketId) -> Result<Option<Bucket>> {
        let (task, now) = (&run.task.task_id, run.now());
        let mark = |bucket: &Bucket| Ok(marked(bucket, task, now));
        match self.store.change_bucket(&run.task.scope(), bucket_id.as_str(), mark).await {
            Ok(bucket) => Ok(Some(bucket)),
            Err(Error::NotFound { resource: Resource::Bucket, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn marked(bucket: &Bucket, task: &TaskId, now: Timestamp) -> Option<Change<Bucket>> {
    bucket.deleted_by(task, now).map(|to| Change { to, task: None })
}
