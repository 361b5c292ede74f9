//! `PATCH` and `PUT /v1/buckets/{bucket_identifier}`.

use stowage_api::{Operation, Reply, Request};
use stowage_domain::Result;
use stowage_domain::bucket::{BucketResponse, PatchBucketRequest, PutBucketRequest};
use stowage_domain::namespace::Scope;
use stowage_store::ports::{Change, ChangeBucket, ReadBucket};

pub(crate) async fn change(
    store: &(impl ChangeBucket + ReadBucket),
    scope: &Scope,
    request: &Request,
) -> Result<Reply> {
    let force_schema_break = request.flag("force_schema_break")?;
    let change = if request.operation() == Operation::PatchBucket {
        request.json::<PatchBucketRequest>()?.into_change(force_schema_break)?
    } else {
        request.json::<PutBucketRequest>()?.into_change(force_schema_break)?
    };
    // The counters first: after the write, a failed read would be a 503 that denies the write.
    let (bucket, counts) = store.read_bucket(scope, request.parameter("bucket_identifier")).await?;
    let to_change = |bucket: &_| {
        let changed = change.apply(bucket, request.now())?;
        Ok(changed.map(|to| Change { to, task: None }))
    };
    let bucket = store.change_bucket(scope, bucket.bucket_id.as_str(), to_change).await?;
    Reply::ok(&BucketResponse::new(bucket, &counts))
}
