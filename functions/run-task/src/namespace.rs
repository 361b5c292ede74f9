//! Removing a namespace with all of its buckets. No bucket comes into one that is being deleted.

use stowage_domain::Error;
use stowage_domain::bucket::Bucket;
use stowage_domain::error::Resource;
use stowage_domain::id::TaskId;
use stowage_domain::time::Timestamp;
use stowage_store::ports::Change;

use crate::sweep::first_stretch;
use crate::turn::{Run, Stop};
use crate::{Bytes, Records, RunTask};

impl<S: Records, B: Bytes> RunTask<S, B> {
    pub(crate) async fn remove_namespace(&self, run: &mut Run<S>) -> Result<(), Stop> {
        let scope = run.task.scope();
        let (organisation, namespace) = (&scope.organisation_id, &scope.namespace_id);
        match self.store.read_namespace(organisation, namespace.as_str()).await {
            Ok(_) => {}
            Err(Error::NotFound { resource: Resource::Namespace, .. }) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        let buckets = self.mark_buckets(run).await?;
        // All are swept before one is waited for: so there is one wait, not one for each.
        for bucket in &buckets {
            self.sweep(run, bucket).await?;
        }
        for bucket in &buckets {
            self.remove_bucket(run, &bucket.bucket_id).await?;
        }
        self.store.remove_namespace(organisation, namespace).await?;
        Ok(())
    }

    /// The namespace's buckets, each marked as being deleted, by this task if by no other.
    async fn mark_buckets(&self, run: &Run<S>) -> Result<Vec<Bucket>, Stop> {
        let scope = run.task.scope();
        let (task, now) = (&run.task.task_id, run.now());
        let mut buckets = Vec::new();
        let mut stretch = first_stretch();
        loop {
            run.check_time()?;
            let walked = self.store.list_buckets(&scope, &stretch).await?;
            for listed in walked.found {
                let (bucket, _) = listed.record;
                let mark = |bucket: &Bucket| Ok(marked(bucket, task, now));
                match self.store.change_bucket(&scope, bucket.bucket_id.as_str(), mark).await {
                    Ok(bucket) => buckets.push(bucket),
                    Err(Error::NotFound { resource: Resource::Bucket, .. }) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            if !walked.more {
                return Ok(buckets);
            }
            stretch.after = walked.end;
        }
    }
}

fn marked(bucket: &Bucket, task: &TaskId, now: Timestamp) -> Option<Change<Bucket>> {
    bucket.deleted_by(task, now).map(|to| Change { to, task: None })
}
