//! Presigned URLs.

use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;
use stowage_domain::upload::Upload;
use stowage_domain::{Error, Result};

use crate::Blobs;
use crate::ports::{BucketName, SignUpload};

/// The longest URL that Mixpeek's SDK accepts (contract section 7.2).
const MAX_URL_CHARS: usize = 2083;

impl BucketName for Blobs {
    fn bucket_name(&self) -> &str {
        self.bucket()
    }
}

impl SignUpload for Blobs {
    async fn sign_upload(&self, upload: &Upload) -> Result<String> {
        let seconds = u64::from(upload.presigned_url_expiration);
        let config = PresigningConfig::expires_in(Duration::from_secs(seconds))
            .map_err(|error| Error::internal(format!("presigning: {error}")))?;
        let length = upload
            .file_size_bytes
            .map(i64::try_from)
            .transpose()
            .map_err(|_| Error::internal("presigning: a declared size over 2^63"))?;
        let signed = self
            .signer
            .put_object()
            .bucket(self.bucket())
            .key(&upload.place.key)
            .content_type(&upload.content_type)
            .set_content_length(length)
            .presigned(config)
            .await
            // The SDK's error may hold the request: name its kind alone.
            .map_err(|_| Error::internal("presigning: the SDK could not sign"))?;
        let url = signed.uri().to_owned();
        if url.len() > MAX_URL_CHARS {
            return Err(Error::internal(format!("presigning: a URL of {} characters", url.len())));
        }
        Ok(url)
    }
}
