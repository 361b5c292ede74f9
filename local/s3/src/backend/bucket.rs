//! Operations on buckets themselves.

use super::Backend;
use crate::error::blocking;
use crate::store::listing;
use s3s::dto::{
    Bucket, BucketLocationConstraint, BucketVersioningStatus, CreateBucketInput, CreateBucketOutput,
    DeleteBucketInput, DeleteBucketOutput, GetBucketLocationInput, GetBucketLocationOutput,
    GetBucketVersioningInput, GetBucketVersioningOutput, HeadBucketInput, HeadBucketOutput, ListBucketsInput,
    ListBucketsOutput, Owner,
};
use s3s::{S3Request, S3Result, s3_error};
use std::sync::Arc;

/// The one account.
pub(super) fn owner() -> Owner {
    Owner { display_name: Some("local".to_owned()), id: Some("local".to_owned()) }
}

impl Backend {
    pub(super) async fn create_bucket(
        &self,
        req: S3Request<CreateBucketInput>,
    ) -> S3Result<CreateBucketOutput> {
        let name = req.input.bucket;
        let location = format!("/{name}");
        let store = Arc::clone(&self.store);
        if !blocking(move || store.create_bucket(&name)).await? {
            return Err(s3_error!(
                BucketAlreadyOwnedByYou,
                "Your previous request to create the named bucket succeeded and you already own it."
            ));
        }
        Ok(CreateBucketOutput { location: Some(location) })
    }

    pub(super) async fn delete_bucket(
        &self,
        req: S3Request<DeleteBucketInput>,
    ) -> S3Result<s3s::dto::DeleteBucketOutput> {
        let store = Arc::clone(&self.store);
        blocking(move || store.delete_bucket(&req.input.bucket)).await?;
        Ok(DeleteBucketOutput::default())
    }

    pub(super) fn head_bucket(&self, input: &HeadBucketInput) -> S3Result<HeadBucketOutput> {
        self.store.bucket(&input.bucket)?;
        Ok(HeadBucketOutput { bucket_region: Some(self.region.clone()), ..HeadBucketOutput::default() })
    }

    pub(super) fn list_buckets(&self, input: &ListBucketsInput) -> S3Result<ListBucketsOutput> {
        let prefix = input.prefix.as_deref().unwrap_or_default();
        let after = input.continuation_token.as_deref().unwrap_or_default();
        let max = listing::limit(input.max_buckets)?.max(1);
        let all = self.store.buckets();
        let mut wanted =
            all.iter().filter(|bucket| bucket.name.starts_with(prefix) && bucket.name.as_str() > after);
        let buckets: Vec<Bucket> = wanted
            .by_ref()
            .take(max)
            .map(|bucket| Bucket {
                name: Some(bucket.name.clone()),
                creation_date: Some(bucket.created.clone()),
                bucket_region: Some(self.region.clone()),
            })
            .collect();
        let more = wanted.next().is_some();
        Ok(ListBucketsOutput {
            continuation_token: buckets.last().filter(|_| more).and_then(|last| last.name.clone()),
            buckets: Some(buckets),
            owner: Some(owner()),
            prefix: input.prefix.clone(),
        })
    }

    pub(super) fn get_bucket_location(
        &self,
        input: &GetBucketLocationInput,
    ) -> S3Result<GetBucketLocationOutput> {
        self.store.bucket(&input.bucket)?;
        // The oldest region is written as none.
        let constraint = (self.region != "us-east-1").then(|| self.region.clone());
        Ok(GetBucketLocationOutput { location_constraint: constraint.map(BucketLocationConstraint::from) })
    }

    pub(super) fn get_bucket_versioning(
        &self,
        input: &GetBucketVersioningInput,
    ) -> S3Result<GetBucketVersioningOutput> {
        self.store.bucket(&input.bucket)?;
        Ok(GetBucketVersioningOutput {
            status: Some(BucketVersioningStatus::from_static(BucketVersioningStatus::ENABLED)),
            ..GetBucketVersioningOutput::default()
        })
    }
}
