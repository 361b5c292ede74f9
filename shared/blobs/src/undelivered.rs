//! Records whose events the bus wouldn't take, until somebody has them sent again.

use aws_sdk_s3::primitives::ByteStream;
use stowage_domain::Result;

use crate::Blobs;
use crate::failure::classify;
use crate::ports::KeepUndelivered;

/// What their keys start with.
pub const UNDELIVERED: &str = "undelivered/";

impl KeepUndelivered for Blobs {
    async fn keep_undelivered(&self, event_id: &str, record: String) -> Result<()> {
        self.client
            .put_object()
            .bucket(self.bucket())
            .key(format!("{UNDELIVERED}{event_id}.json"))
            .content_type("application/json")
            .body(ByteStream::from(record.into_bytes()))
            .send()
            .await
            .map_err(|error| classify(&error).into_error())?;
        Ok(())
    }
}
