//! `POST …/batches`.

use serde_json::{Value, json};
use stowage_api::{Reply, Request, Tenant};
use stowage_blobs::ports::BucketName;
use stowage_domain::batch::{BatchResponse, CreateBatchRequest, Members, SubmitBatchRequest};
use stowage_domain::bucket::Bucket;
use stowage_domain::error::Resource;
use stowage_domain::id::ObjectId;
use stowage_domain::limits::{MAX_BATCH_MEMBERS, MAX_FILTER_READS, MAX_SCANNED, MAX_SCANNED_BYTES};
use stowage_domain::listing::{Direction, ListKind, ListRequest, Stretch};
use stowage_domain::object::ObjectResponse;
use stowage_domain::{Error, Path, Result, Violations};
use stowage_store::ports::{AbsentObjects, CreateBatch, FindBucket, ListObjects};

use crate::Batches;

impl<S, B> Batches<S, B>
where
    S: AbsentObjects + CreateBatch + FindBucket + ListObjects,
    B: BucketName,
{
    /// Makes a batch of objects that are named, or found by a filter; submits it at once if asked to.
    pub(crate) async fn create(&self, tenant: &Tenant, request: &Request) -> Result<Reply> {
        let skip_validation = request.flag("skip_validation")?;
        let auto_submit = request.query("auto_submit").map(|_| request.flag("auto_submit")).transpose()?;
        let bucket = self.bucket(tenant, request).await?;
        bucket.check_writable()?;
        let now = request.now();
        let draft = request.json::<CreateBatchRequest>()?.into_draft(&bucket, now)?;
        let object_ids = match &draft.members {
            Members::Named(ids) => {
                if !skip_validation {
                    self.check_present(&bucket, ids).await?;
                }
                ids.clone()
            }
            Members::Filtered { filters, limit } => self.gather(&bucket, filters, *limit).await?,
        };
        let submits = auto_submit.or(draft.auto_submit).unwrap_or(false);
        let batch = draft.of(object_ids);
        let (batch, task) = if submits {
            let (submitted, task) = batch.submitted(&SubmitBatchRequest::default(), now)?;
            (submitted, Some(task))
        } else {
            (batch, None)
        };
        Reply::ok(&BatchResponse::from(self.store.create_batch(&batch, task.as_ref()).await?))
    }

    /// The bucket's objects that a filter finds, the oldest first. Where that can't be told within one
    /// request it is a 422, not a part of them.
    async fn gather(&self, bucket: &Bucket, filters: &Value, limit: Option<u64>) -> Result<Vec<ObjectId>> {
        let asked = ListRequest::read(&json!({"filters": filters}), &|_| None, ListKind::Objects)?;
        let most = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        let mut stretch = Stretch {
            direction: Direction::Asc,
            after: None,
            skip: 0,
            records: MAX_SCANNED,
            bytes: MAX_SCANNED_BYTES,
        };
        let (mut ids, mut read) = (Vec::new(), 0);
        loop {
            let walked = self.store.list_objects(bucket, &stretch).await?;
            read += walked.entries;
            for listed in walked.found {
                let id = listed.record.object_id.clone();
                let shown =
                    serde_json::to_value(ObjectResponse::read(listed.record, self.blobs.bucket_name()));
                if shown.is_ok_and(|shown| asked.matches(&shown)) {
                    if ids.len() == MAX_BATCH_MEMBERS {
                        let what = format!("finds more than {MAX_BATCH_MEMBERS} objects");
                        return Err(too_many(&what));
                    }
                    ids.push(id);
                    if ids.len() == most {
                        return Ok(ids);
                    }
                }
            }
            if !walked.more {
                return Ok(ids);
            }
            if read >= MAX_FILTER_READS {
                let message = format!("is held against at most {MAX_FILTER_READS} of a bucket's objects");
                return Err(too_many(&message));
            }
            stretch.after = walked.end;
        }
    }
}

impl<S: AbsentObjects, B> Batches<S, B> {
    /// Refuses objects that aren't in the bucket: a 404 that names each.
    pub(crate) async fn check_present(&self, bucket: &Bucket, ids: &[ObjectId]) -> Result<()> {
        let absent = self.store.absent_objects(bucket, ids).await?;
        let Some(id) = ids.iter().find(|id| absent.contains(id)) else { return Ok(()) };
        let (at, mut places) = (Path::body().key("object_ids"), Violations::new());
        for (position, _) in ids.iter().enumerate().filter(|(_, id)| absent.contains(id)) {
            places.add("not_found", at.index(position), "no such object in this bucket");
        }
        Err(Error::NoneOf { resource: Resource::Object, id: id.to_string(), places })
    }
}

fn too_many(what: &str) -> Error {
    let message = format!("{what}: set a limit, or list the objects and name them");
    Error::field("value_error", Path::body().key("filters"), message)
}
