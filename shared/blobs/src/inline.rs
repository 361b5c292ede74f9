//! Writing bytes that came in a request.

use aws_sdk_s3::primitives::ByteStream;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use stowage_domain::Result;
use stowage_domain::bucket::StorageClass;
use stowage_domain::object::PendingBytes;

use crate::Blobs;
use crate::failure::classify;
use crate::ports::PutInline;

impl PutInline for Blobs {
    async fn put_inline(&self, pending: PendingBytes, class: Option<StorageClass>) -> Result<Option<String>> {
        // S3 refuses bytes that don't have this checksum, and keeps it.
        let checksum = STANDARD.encode(Sha256::digest(&pending.inline.bytes));
        let put = self
            .client
            .put_object()
            .bucket(self.bucket())
            .key(pending.place.key)
            .content_type(pending.inline.content_type)
            .checksum_sha256(checksum)
            .set_storage_class(class.map(|class| class.s3_name().into()))
            .body(ByteStream::from(pending.inline.bytes))
            .send()
            .await
            .map_err(|error| classify(&error).into_error())?;
        Ok(put.version_id)
    }
}
