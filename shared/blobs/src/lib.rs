//! Stowage's bytes in S3: presigning, HEAD, verification, inline writes.
//!
//! One [`Blobs`] implements every port of [`ports`]. It only ever touches a [`Place`]: a key that
//! Stowage made itself.
//!
//! [`Place`]: stowage_domain::place::Place

mod failure;
mod inline;
mod inspect;
pub mod ports;
mod sign;

use std::sync::Arc;

use aws_sdk_s3::Client;

/// The bytes of one deployment. Cheap to clone; clones share connections.
#[derive(Clone, Debug)]
pub struct Blobs {
    client: Client,
    /// Signs URLs, with the same rights or a user's of its own.
    signer: Client,
    bucket: Arc<str>,
}

impl Blobs {
    /// Blobs in an S3 bucket. The client's checksums must be set to "when required": otherwise the
    /// SDK signs headers that an ordinary PUT doesn't send.
    pub fn new(client: Client, bucket: &str) -> Self {
        Self { signer: client.clone(), client, bucket: bucket.into() }
    }

    /// The same blobs with URLs signed by another client: a user's, whose signatures don't end with
    /// a role's session.
    #[must_use]
    pub fn with_signer(self, signer: Client) -> Self {
        Self { signer, ..self }
    }

    /// The name of the S3 bucket.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }
}
