//! The capabilities over bytes, one trait each; they say which S3 rights a function has.

use bytes::Bytes;
use stowage_domain::blob::Blob;
use stowage_domain::bucket::StorageClass;
use stowage_domain::object::PendingBytes;
use stowage_domain::place::Place;
use stowage_domain::time::Timestamp;
use stowage_domain::upload::{Hashing, Stored, Upload};
use stowage_domain::{Error, Result};

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
    /// else read and hashed up to [`MAX_HASHED_BYTES`]. `None` beyond that: [`HashBytes`] is for those.
    fn sha256(&self, place: &Place, stored: &Stored) -> impl Future<Output = Result<Option<String>>> + Send;
}

/// Most bytes that confirm reads to verify a declared SHA-256: what a 256 MB function reads and
/// hashes in about a second.
pub const MAX_HASHED_BYTES: u64 = 64 * 1024 * 1024;

/// How a stretch of hashing ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashEnd {
    /// All bytes are in the hash.
    Whole,
    /// Time ran out.
    OutOfTime,
    /// The bytes are gone.
    Gone,
}

/// Hashes bytes of any size.
pub trait HashBytes: Send + Sync {
    /// Goes on hashing the bytes of a place, which are so many, while it may; at least a piece. What was
    /// taken in before a failure stays so.
    fn hash_on(
        &self,
        place: &Place,
        size_bytes: u64,
        hashing: &mut Hashing,
        goes_on: &(dyn Fn() -> bool + Sync),
    ) -> impl Future<Output = Result<HashEnd>> + Send;
}

/// Looks whether bytes are there.
pub trait HasBytes: Send + Sync {
    /// Whether the version that a place names is there; of a place that names none, whether any is.
    fn has_bytes(&self, place: &Place) -> impl Future<Output = Result<bool>> + Send;
}

/// A key that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    /// The key.
    pub key: String,
    /// When its last version was.
    pub written_at: Timestamp,
}

/// Some of them.
#[derive(Clone, Debug)]
pub struct KeyPage {
    /// In S3's order.
    pub found: Vec<StoredKey>,
    /// Whether there are more.
    pub more: bool,
}

/// Goes through what is there.
pub trait ListKeys: Send + Sync {
    /// The keys under a prefix, from behind one on, whatever versions they have.
    fn list_keys(&self, prefix: &str, after: Option<&str>) -> impl Future<Output = Result<KeyPage>> + Send;
}

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
    /// Deletes every version of what was ever written to this place, whichever it names, and tells whether
    /// there was one. Nothing being there is no error, so it may be repeated.
    fn delete_all_versions(&self, place: &Place) -> impl Future<Output = Result<bool>> + Send;
}

/// A multipart upload that was begun and hasn't ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The key that its bytes are for.
    pub key: String,
    /// S3's id of it.
    pub id: String,
    /// When it was begun.
    pub at: Timestamp,
}

/// Some of them.
#[derive(Clone, Debug)]
pub struct BegunPage {
    /// In S3's order.
    pub found: Vec<Begun>,
    /// Whether there are more.
    pub more: bool,
}

/// Ends multipart uploads that nobody else does.
pub trait AbortParts: Send + Sync {
    /// Those under a prefix, from behind one on.
    fn list_begun(
        &self,
        prefix: &str,
        after: Option<&Begun>,
    ) -> impl Future<Output = Result<BegunPage>> + Send;

    /// Removes the parts of one. That it is gone is no error.
    fn abort(&self, begun: &Begun) -> impl Future<Output = Result<()>> + Send;
}

/// Bytes that come piece by piece.
pub trait Chunks: Send {
    /// What can go wrong with them.
    type Error: Send;

    /// The next piece, none at the end.
    fn next_chunk(&mut self) -> impl Future<Output = std::result::Result<Option<Bytes>, Self::Error>> + Send;
}

/// What is written beside the bytes of a copy.
#[derive(Clone, Copy, Debug)]
pub struct Described<'a> {
    /// Their content type.
    pub content_type: &'a str,
    /// How they are encoded, if they are.
    pub content_encoding: Option<&'a str>,
    /// Where S3 keeps them, if not where it keeps everything.
    pub storage_class: Option<StorageClass>,
}

/// Bytes that were written piece by piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Streamed {
    /// S3's version id.
    pub version_id: Option<String>,
    /// How many there are.
    pub size_bytes: u64,
    /// Their `sha256:…`.
    pub sha256: String,
}

/// Why bytes were not written. Nothing of them is left, unless S3 couldn't be told so.
#[derive(Debug)]
pub enum Interrupted<E> {
    /// Their source failed.
    Source(E),
    /// S3 did.
    Storage(Error),
}

/// Writes copies of what is on the web.
pub trait MirrorBytes: Send + Sync {
    /// Writes bytes to their fresh place as they come: with one PUT if they are few, in parts otherwise.
    fn mirror_bytes<C: Chunks>(
        &self,
        place: &Place,
        described: Described<'_>,
        chunks: &mut C,
    ) -> impl Future<Output = std::result::Result<Streamed, Interrupted<C::Error>>> + Send;
}
