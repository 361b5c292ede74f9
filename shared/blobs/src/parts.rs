//! Multipart uploads that nobody ended: their parts are paid for, and belong to no version.

use stowage_domain::Result;
use stowage_domain::time::Timestamp;

use crate::Blobs;
use crate::failure::{Failure, classify};
use crate::ports::{AbortParts, Begun, BegunPage};

impl AbortParts for Blobs {
    async fn list_begun(&self, prefix: &str, after: Option<&Begun>) -> Result<BegunPage> {
        let page = self
            .client
            .list_multipart_uploads()
            .bucket(self.bucket())
            .prefix(prefix)
            .set_key_marker(after.map(|begun| begun.key.clone()))
            .set_upload_id_marker(after.map(|begun| begun.id.clone()))
            .send()
            .await
            .map_err(|error| classify(&error).into_error())?;
        let more = page.is_truncated() == Some(true);
        let found = page.uploads.unwrap_or_default().into_iter().filter_map(|upload| {
            let at = upload.initiated?.to_millis().ok()?;
            Some(Begun { key: upload.key?, id: upload.upload_id?, at: Timestamp::from_millis(at) })
        });
        Ok(BegunPage { found: found.collect(), more })
    }

    async fn abort(&self, begun: &Begun) -> Result<()> {
        let abort = self.client.abort_multipart_upload().bucket(self.bucket());
        match abort.key(&begun.key).upload_id(&begun.id).send().await.map_err(|error| classify(&error)) {
            Ok(_) | Err(Failure::Missing) => Ok(()),
            Err(failure) => Err(failure.into_error()),
        }
    }
}
