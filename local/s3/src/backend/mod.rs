//! The S3 operations. This file only distributes them; each subject has its own.

mod bucket;
mod copy;
mod delete;
mod list;
mod multipart;
mod put;
mod read;
mod versions;

use crate::error::blocking;
use crate::store::Store;
use crate::store::bucket::Bucket;
use crate::store::records::Attributes;
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CopyObjectInput, CopyObjectOutput, CreateBucketInput, CreateBucketOutput,
    CreateMultipartUploadInput, CreateMultipartUploadOutput, DeleteBucketInput, DeleteBucketOutput,
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, ETag,
    GetBucketLocationInput, GetBucketLocationOutput, GetBucketVersioningInput, GetBucketVersioningOutput,
    GetObjectAttributesInput, GetObjectAttributesOutput, GetObjectInput, GetObjectOutput, HeadBucketInput,
    HeadBucketOutput, HeadObjectInput, HeadObjectOutput, ListBucketsInput, ListBucketsOutput,
    ListMultipartUploadsInput, ListMultipartUploadsOutput, ListObjectVersionsInput, ListObjectVersionsOutput,
    ListObjectsInput, ListObjectsOutput, ListObjectsV2Input, ListObjectsV2Output, ListPartsInput,
    ListPartsOutput, Metadata, PutObjectInput, PutObjectOutput, UploadPartInput, UploadPartOutput,
};
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};
use std::sync::Arc;

/// The operations on one store.
#[derive(Debug, Clone)]
pub(crate) struct Backend {
    pub(crate) store: Arc<Store>,
    pub(crate) region: String,
}

impl Backend {
    /// Runs blocking work on a bucket.
    async fn with_bucket<T: Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce(&Bucket) -> S3Result<T> + Send + 'static,
    ) -> S3Result<T> {
        let bucket = self.store.bucket(name)?;
        blocking(move || work(&bucket)).await
    }
}

fn etag(value: &str) -> ETag {
    ETag::Strong(value.to_owned())
}

/// Sizes come as `i64` in S3's types.
fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// The headers of a request that are kept with an object, in the three inputs that have them.
macro_rules! attributes {
    ($input:expr) => {
        $crate::backend::checked($crate::store::records::Attributes {
            content_type: $input.content_type.clone(),
            content_disposition: $input.content_disposition.clone(),
            content_encoding: $input.content_encoding.clone(),
            content_language: $input.content_language.clone(),
            cache_control: $input.cache_control.clone(),
            expires: $input.expires.clone(),
            metadata: $input.metadata.clone().unwrap_or_default().into_iter().collect(),
        })
    };
}
use attributes;

/// S3's limit on user metadata, and the one encoding that describes the transfer, not the object.
fn checked(mut attributes: Attributes) -> S3Result<Attributes> {
    let size: usize = attributes.metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size > 2048 {
        return Err(s3_error!(
            MetadataTooLarge,
            "Your metadata headers exceed the maximum allowed metadata size"
        ));
    }
    if let Some(encoding) = attributes.content_encoding.take() {
        let kept: Vec<&str> = encoding
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case("aws-chunked"))
            .collect();
        attributes.content_encoding = (!kept.is_empty()).then(|| kept.join(","));
    }
    Ok(attributes)
}

fn metadata(attributes: &Attributes) -> Option<Metadata> {
    let metadata = &attributes.metadata;
    (!metadata.is_empty()).then(|| metadata.clone().into_iter().collect())
}

/// Storing such an object in the clear would be worse than refusing it.
fn refuse_customer_keys(algorithm: Option<&String>) -> S3Result<()> {
    match algorithm {
        None => Ok(()),
        Some(_) => Err(s3_error!(NotImplemented, "SSE-C is not implemented")),
    }
}

/// Delegates each operation of the trait to the method of the same name: those that touch the disk
/// or a body, and those that only look at the index.
macro_rules! operations {
    (
        waiting { $($waiting:ident($waiting_input:ident) -> $waiting_output:ident;)* }
        immediate { $($immediate:ident($immediate_input:ident) -> $immediate_output:ident;)* }
    ) => {
        #[async_trait::async_trait]
        impl S3 for Backend {
            $(async fn $waiting(
                &self,
                req: S3Request<$waiting_input>,
            ) -> S3Result<S3Response<$waiting_output>> {
                Backend::$waiting(self, req).await.map(S3Response::new)
            })*
            $(async fn $immediate(
                &self,
                req: S3Request<$immediate_input>,
            ) -> S3Result<S3Response<$immediate_output>> {
                Backend::$immediate(self, &req.input).map(S3Response::new)
            })*
        }
    };
}

operations! {
    waiting {
        abort_multipart_upload(AbortMultipartUploadInput) -> AbortMultipartUploadOutput;
        complete_multipart_upload(CompleteMultipartUploadInput) -> CompleteMultipartUploadOutput;
        copy_object(CopyObjectInput) -> CopyObjectOutput;
        create_bucket(CreateBucketInput) -> CreateBucketOutput;
        create_multipart_upload(CreateMultipartUploadInput) -> CreateMultipartUploadOutput;
        delete_bucket(DeleteBucketInput) -> DeleteBucketOutput;
        delete_object(DeleteObjectInput) -> DeleteObjectOutput;
        delete_objects(DeleteObjectsInput) -> DeleteObjectsOutput;
        get_object(GetObjectInput) -> GetObjectOutput;
        put_object(PutObjectInput) -> PutObjectOutput;
        upload_part(UploadPartInput) -> UploadPartOutput;
    }
    immediate {
        get_bucket_location(GetBucketLocationInput) -> GetBucketLocationOutput;
        get_bucket_versioning(GetBucketVersioningInput) -> GetBucketVersioningOutput;
        get_object_attributes(GetObjectAttributesInput) -> GetObjectAttributesOutput;
        head_bucket(HeadBucketInput) -> HeadBucketOutput;
        head_object(HeadObjectInput) -> HeadObjectOutput;
        list_buckets(ListBucketsInput) -> ListBucketsOutput;
        list_multipart_uploads(ListMultipartUploadsInput) -> ListMultipartUploadsOutput;
        list_object_versions(ListObjectVersionsInput) -> ListObjectVersionsOutput;
        list_objects(ListObjectsInput) -> ListObjectsOutput;
        list_objects_v2(ListObjectsV2Input) -> ListObjectsV2Output;
        list_parts(ListPartsInput) -> ListPartsOutput;
    }
}
