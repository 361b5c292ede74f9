//! Stowage's bytes in S3: presigning, HEAD, verification, inline writes, deletion,
//! copies of what is on the web.
//!
//! One [`Blobs`] implements every port of [`ports`]. It only ever touches a [`Place`]: a key that
//! Stowage made itself.
//!
//! [`Place`]: stowage_domain::place::Place

mod delete;
mod failure;
mod hash;
mod inline;
mod inspect;
mod inventory;
mod mirror;
mod parts;
pub mod ports;
mod sign;
mod undelivered;
mod versions;

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use ports::MAX_HASHED_BYTES;

pub use sign::MAX_URL_CHARS;
pub use undelivered::UNDELIVERED;

/// The bytes of one deployment. Cheap to clone; clones share connections.
#[derive(Clone, Debug)]
pub struct Blobs {
    client: Client,
    /// Signs URLs, with the same rights or a user's of its own.
    signer: Client,
    bucket: Arc<str>,
    /// How long a URL to read bytes is good.
    read_for: Duration,
    /// Most bytes that confirm reads to verify a declared SHA-256.
    max_hashed: u64,
}

/// How long a URL to read bytes is good (contract section 8.3).
const READ_FOR: Duration = Duration::from_hours(1);

impl Blobs {
    /// Blobs in an S3 bucket. The client's checksums must be set to "when required": otherwise the
    /// SDK signs headers that an ordinary PUT doesn't send.
    pub fn new(client: Client, bucket: &str) -> Self {
        let (signer, max_hashed) = (client.clone(), MAX_HASHED_BYTES);
        Self { signer, client, bucket: bucket.into(), read_for: READ_FOR, max_hashed }
    }

    /// The same blobs with URLs signed by another client: a user's, whose signatures don't end with
    /// a role's session.
    #[must_use]
    pub fn with_signer(self, signer: Client) -> Self {
        Self { signer, ..self }
    }

    /// The same blobs with URLs to read bytes that are good for at most this long.
    #[must_use]
    pub fn with_max_url_life(self, longest: Duration) -> Self {
        Self { read_for: self.read_for.min(longest), ..self }
    }

    /// The same blobs of which a confirm reads at most so many bytes, instead of [`MAX_HASHED_BYTES`].
    #[must_use]
    pub fn with_max_hashed(self, max_hashed: u64) -> Self {
        Self { max_hashed, ..self }
    }

    /// The name of the S3 bucket.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }
}
