//! The copy of one blob's source.

use std::time::Duration;

use bytes::Bytes;
use stowage_api::Deadline;
use stowage_blobs::ports::{Chunks, DeleteBytes, Described, Interrupted, MirrorBytes};
use stowage_domain::Error;
use stowage_domain::blob::{Blob, Copied, Waiting};
use stowage_domain::bucket::Bucket;
use stowage_domain::id::UploadId;
use stowage_domain::media;
use stowage_domain::object::Object;
use stowage_domain::place::Place;
use stowage_fetch::{FetchError, Network, Source};

use crate::MirrorSource;

/// What is kept of a run's time, to end the copy in S3 and to record it; of a short one, a third.
const RESERVE: Duration = Duration::from_secs(15);

/// Longest content encoding that is kept with the bytes.
const MAX_ENCODING_CHARS: usize = 64;

/// Why there is no copy. Reasons are shown to clients and logged; none names a URL.
pub(crate) enum Problem {
    /// The source may do better another time.
    MayPass(String),
    /// The source needed more than all of the time.
    TooSlow(String),
    /// It never will.
    Final(String),
    /// Something inside failed.
    Ours(Error),
}

impl From<FetchError> for Problem {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::TooSlow(_) => Self::TooSlow(error.to_string()),
            _ if error.is_transient() => Self::MayPass(error.to_string()),
            _ => Self::Final(error.to_string()),
        }
    }
}

/// A source, as S3's writer reads it.
struct Body(Source);

impl Chunks for Body {
    type Error = FetchError;

    async fn next_chunk(&mut self) -> Result<Option<Bytes>, FetchError> {
        self.0.next_chunk().await
    }
}

impl<S: Sync, B: MirrorBytes + DeleteBytes, N: Network> MirrorSource<S, B, N> {
    /// Fetches a blob's source into a fresh place.
    pub(crate) async fn copy(
        &self,
        bucket: &Bucket,
        object: &Object,
        blob: &Blob,
        waiting: &Waiting,
        deadline: Deadline,
    ) -> Result<Copied, Problem> {
        let left = deadline.left();
        let time = left.saturating_sub(RESERVE.min(left / 3));
        let source = self.fetcher.open_within(&waiting.url, time).await?;
        let refused = |reason: String| Problem::Final(format!("the source is not copied: {reason}"));
        let mime_type = blob.mime_of(source.content_type()).map_err(refused)?;
        let encoding = source.content_encoding().filter(|text| text.len() <= MAX_ENCODING_CHARS);
        let encoding = encoding.map(str::to_owned);
        let filename = waiting.filename.clone().unwrap_or_else(|| {
            format!("{}.{}", waiting.property, media::extension_for(media::essence(&mime_type)))
        });
        let copy = UploadId::random();
        let mut place =
            Place::for_mirror(&object.scope, &object.bucket_id, &object.object_id, &copy, &filename);
        let described = Described {
            content_type: &mime_type,
            content_encoding: encoding.as_deref(),
            storage_class: bucket.storage_class,
        };
        let streamed = match self.blobs.mirror_bytes(&place, described, &mut Body(source)).await {
            Ok(streamed) => streamed,
            Err(Interrupted::Source(error)) => return Err(error.into()),
            Err(Interrupted::Storage(error)) => return Err(Problem::Ours(error)),
        };
        place.version_id = streamed.version_id;
        let (size_bytes, sha256) = (streamed.size_bytes, streamed.sha256);
        if blob.contradicts(&sha256) {
            self.blobs.delete_all_versions(&place).await.map_err(Problem::Ours)?;
            return Err(refused("it does not have the declared SHA-256".to_owned()));
        }
        let (copy_id, is_encoded) = (None, encoding.is_some());
        Ok(Copied { place, copy_id, is_encoded, size_bytes, mime_type, sha256, filename })
    }
}
