//! `POST /v1/buckets/{bucket_identifier}/objects`: make, update or find an object; `…/objects/batch`:
//! many of them.

mod batch;
mod single;

use futures::future::try_join_all;
use serde_json::Value;
use stowage_api::request::parse;
use stowage_api::{Function, Operation, Reply, Request, Tenant};
use stowage_blobs::ports::{BucketName, PutInline};
use stowage_domain::batch::{Batch, WriteToken};
use stowage_domain::bucket::Bucket;
use stowage_domain::error::Resource;
use stowage_domain::idempotency::fingerprint;
use stowage_domain::object::{CreateObjectRequest, Draft, Prepared, Written};
use stowage_domain::policy::Policy;
use stowage_domain::time::Timestamp;
use stowage_domain::{Error, Result};
use stowage_store::ports::{CreateBatch, FindBucket, FindUploads, WriteObject};

/// The function, over the ports that it needs.
#[derive(Clone, Debug)]
pub struct CreateObject<S, B> {
    store: S,
    blobs: B,
}

impl<S, B> CreateObject<S, B> {
    /// The function over a store and its blobs.
    pub fn new(store: S, blobs: B) -> Self {
        Self { store, blobs }
    }
}

impl<S, B> Function for CreateObject<S, B>
where
    S: CreateBatch + FindBucket + FindUploads + WriteObject,
    B: BucketName + PutInline,
{
    const NAME: &'static str = "create-object";
    type Scope = Tenant;

    async fn call(&self, tenant: Tenant, request: &Request) -> Result<Reply> {
        let query = Policy::parse_query(request.query("policy").as_deref())?;
        match request.operation() {
            Operation::CreateObject => self.create(&tenant, request, query).await,
            Operation::CreateObjectsBatch => self.create_batch(&tenant, request, query).await,
            _ => Err(Error::not_found(Resource::Route, request.route())),
        }
    }
}

/// From a create's body to a valid create. The fingerprint is of the body as it came.
fn read(body: Value, bucket: &Bucket, query: Option<Policy>, s3_bucket: &str) -> Result<Draft> {
    let fingerprint = fingerprint(&body, query);
    let create: CreateObjectRequest = parse(body)?;
    let policy = bucket.policy(query, false)?;
    create.into_draft(bucket, policy, fingerprint, s3_bucket)
}

impl<S: CreateBatch, B> CreateObject<S, B> {
    /// Submits a batch of what was written, if anything was that is to be processed.
    async fn submit<'a>(
        &self,
        bucket: &Bucket,
        written: impl IntoIterator<Item = (&'a Written, &'a WriteToken)>,
        now: Timestamp,
    ) -> Result<Option<Batch>> {
        let Some((batch, task)) = Batch::of_written(bucket, written, now)? else { return Ok(None) };
        match self.store.create_batch(&batch, Some(&task)).await {
            Ok(batch) => Ok(Some(batch)),
            Err(error) => Err(batch.not_submitted(None, &error)),
        }
    }
}

impl<S: WriteObject, B: PutInline> CreateObject<S, B> {
    /// Puts the inline bytes into S3, all at once, and notes their versions; then writes the record.
    /// What a refused write leaves behind is unreferenced, never the other way round.
    async fn write(&self, prepared: Prepared, bucket: &Bucket) -> Result<Written> {
        let Prepared { bytes, mut write } = prepared;
        let positions: Vec<usize> = bytes.iter().map(|pending| pending.blob).collect();
        let puts = bytes.into_iter().map(|pending| self.blobs.put_inline(pending, bucket.storage_class));
        let versions = try_join_all(puts).await?;
        let blobs = write.change.blobs.as_deref_mut().unwrap_or_default();
        for (position, version) in positions.into_iter().zip(versions) {
            if let Some(place) = blobs.get_mut(position).and_then(|blob| blob.place.as_mut()) {
                place.version_id = version;
            }
        }
        self.store.write_object(&write).await
    }
}
