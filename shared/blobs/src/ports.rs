//! The capabilities over bytes, one trait each; they say which S3 rights a function has.

use stowage_domain::Result;
use stowage_domain::blob::Blob;
use stowage_domain::bucket::StorageClass;
use stowage_domain::object::PendingBytes;
use stowage_domain::place::Place;
use stowage_domain::upload::{Stored, Upload};

/// Names the deployment's S3 bucket, which needs no right.
pub trait BucketName: Send + Sync {
    /// The name.
    fn bucket_name(&self) -> &str;
}

/// Signs URLs for uploads. Signing makes no call, but the URL has the signer's rights.
pub trait SignUpload: Send + Sync {
    /// A URL to PUT the upload's bytes to: its content type is signed, its length if it was declared,
    /// and nothing else that a client would have to send.
    fn sign_upload(&self, upload: &Upload) -> impl Future<Output = Result<String>> + Send;
}

/// Signs URLs to read bytes. Signing makes no call, but the URL has the signer's rights.
pub trait SignGet: Send + Sync {
    /// A URL to GET the bytes of a place, of the version that the place names. A browser saves them,
    /// unless this content type is one that it can be let show.
    fn sign_get(
        &self,
        place: &Place,
        content_type: Option<&str>,
    ) -> impl Future<Output = Result<String>> + Send;

    /// Such a URL for each blob that has a place. Bytes that live elsewhere are never signed for.
    fn sign_blobs(&self, blobs: &[Blob]) -> impl Future<Output = Result<Vec<Option<String>>>> + Send {
        async move {
            let mut urls = Vec::with_capacity(blobs.len());
            for blob in blobs {
                urls.push(match &blob.place {
                    Some(place) => Some(self.sign_get(place, blob.details.mime_type.as_deref()).await?),
                    None => None,
                });
            }
            Ok(urls)
        }
    }
}

/// Looks at an upload's bytes.
pub trait InspectUpload: Send + Sync {
    /// What is in this place, if anything.
    fn inspect(&self, place: &Place) -> impl Future<Output = Result<Option<Stored>>> + Send;

    /// The SHA-256 of the very bytes that were inspected, lower-case hex: S3's own where it has one,
    /// else read and hashed up to [`MAX_HASHED_BYTES`]. `None` beyond that.
    fn sha256(&self, place: &Place, stored: &Stored) -> impl Future<Output = Result<Option<String>>> + Send;
}

/// Most bytes that confirm reads to verify a declared SHA-256: what a 256 MB function reads and
/// hashes in about a second.
pub const MAX_HASHED_BYTES: u64 = 64 * 1024 * 1024;

/// Writes bytes that came in a request.
pub trait PutInline: Send + Sync {
    /// Writes the bytes to their fresh place and tells S3's version id.
    fn put_inline(
        &self,
        pending: PendingBytes,
        storage_class: Option<StorageClass>,
    ) -> impl Future<Output = Result<Option<String>>> + Send;
}

/// Keeps what can't be published (docs/EVENTS.md).
pub trait KeepUndelivered: Send + Sync {
    /// Keeps a record under `undelivered/`, by the id of its event: a repeat overwrites the same.
    fn keep_undelivered(&self, event_id: &str, record: String) -> impl Future<Output = Result<()>> + Send;
}

/// Deletes bytes.
pub trait DeleteBytes: Send + Sync {
    /// Deletes every version of what was ever written to this place, whichever it names. Nothing being
    /// there is no error, so it may be repeated.
    fn delete_all_versions(&self, place: &Place) -> impl Future<Output = Result<()>> + Send;
}
