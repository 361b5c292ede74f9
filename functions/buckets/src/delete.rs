//! `DELETE /v1/buckets/{bucket_identifier}`: marks the bucket and stores the task that removes it.

use serde_json::json;
use stowage_api::{Reply, Request};
use stowage_domain::Result;
use stowage_domain::bucket::{Bucket, DeleteBucketResponse};
use stowage_domain::namespace::Scope;
use stowage_domain::task::{Task, TaskType, Work};
use stowage_domain::time::Timestamp;
use stowage_store::ports::{Change, ChangeBucket, ReadBucket};

pub(crate) async fn delete(
    store: &(impl ChangeBucket + ReadBucket),
    scope: &Scope,
    request: &Request,
) -> Result<Reply> {
    // The original documents no meaning; what it could force, happens anyway.
    request.flag("force_foreclose")?;
    // The counters first: after the write, a failed read would be a 503 that denies the write.
    let (bucket, counts) = store.read_bucket(scope, request.parameter("bucket_identifier")).await?;
    let to_mark = |bucket: &_| Ok(marked(bucket, request.now()));
    let bucket = store.change_bucket(scope, bucket.bucket_id.as_str(), to_mark).await?;
    Reply::ok(&DeleteBucketResponse::new(bucket, &counts)?)
}

/// The bucket marked, with the task that removes it; `None` if another request has marked it.
fn marked(bucket: &Bucket, now: Timestamp) -> Option<Change<Bucket>> {
    let input = json!({"bucket_id": bucket.bucket_id, "bucket_name": bucket.bucket_name});
    let work = Work::DeleteBucket { bucket_id: bucket.bucket_id.clone() };
    let task = Task::pending(&bucket.scope(), TaskType::ApiBucketsDelete, vec![input], Some(work), now);
    bucket.deleted_by(&task.task_id, now).map(|to| Change { to, task: Some(task) })
}
