//! `POST /v1/buckets/{bucket_identifier}/objects`: make, update or find an object.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use stowage_api::request::parse;
use stowage_api::{Function, Reply, Request, Tenant};
use stowage_blobs::ports::{BucketName, PutInline};
use stowage_domain::bucket::Bucket;
use stowage_domain::idempotency::fingerprint;
use stowage_domain::object::{CreateObjectRequest, Draft, ObjectResponse, Prepared};
use stowage_domain::policy::Policy;
use stowage_domain::{Error, Result};
use stowage_store::ports::{FindBucket, FindUploads, WriteObject};

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
    S: FindBucket + FindUploads + WriteObject,
    B: BucketName + PutInline,
{
    const NAME: &'static str = "create-object";
    type Scope = Tenant;

    async fn call(&self, tenant: Tenant, request: &Request) -> Result<Reply> {
        if request.flag("auto_process")? {
            return Err(Error::NotImplemented { feature: "auto_process" });
        }
        let query = Policy::parse_query(request.query("policy").as_deref())?;
        let bucket = self.store.find_bucket(tenant.scope(), request.parameter("bucket_identifier")).await?;
        let draft = read(request, &bucket, query, self.blobs.bucket_name())?;
        let uploads = match draft.upload_ids() {
            ids if ids.is_empty() => BTreeMap::new(),
            ids => self.store.find_uploads(&tenant.scope().organisation_id, &ids).await?,
        };
        let prepared = draft.prepare(tenant.scope(), &bucket, &uploads, request.now())?;
        let write = self.place_bytes(prepared, &bucket).await?;
        let object = self.store.write_object(&write).await?;
        Reply::ok(&ObjectResponse::written(object, self.blobs.bucket_name()))
    }
}

/// From the request's body to a valid create. The fingerprint is of the body as it came.
fn read(request: &Request, bucket: &Bucket, query: Option<Policy>, s3_bucket: &str) -> Result<Draft> {
    let body = request.json_value()?;
    let fingerprint = fingerprint(&body, query);
    let create: CreateObjectRequest = parse(body)?;
    let policy = bucket.policy(query, false)?;
    create.into_draft(bucket, policy, fingerprint, s3_bucket)
}

impl<S, B: PutInline> CreateObject<S, B> {
    /// Puts the inline bytes into S3, all at once, and notes their versions. The record comes after:
    /// what a refused write leaves behind is unreferenced, never the other way round.
    async fn place_bytes(
        &self,
        prepared: Prepared,
        bucket: &Bucket,
    ) -> Result<stowage_domain::object::ObjectWrite> {
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
        Ok(write)
    }
}
