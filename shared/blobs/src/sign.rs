//! Presigned URLs.

use std::time::Duration;

use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use stowage_domain::place::Place;
use stowage_domain::upload::Upload;
use stowage_domain::{Error, Result, media};

use crate::Blobs;
use crate::ports::{BucketName, SignGet, SignUpload};

/// The longest URL that Mixpeek's SDK accepts (contract section 7.2).
pub const MAX_URL_CHARS: usize = 2083;

impl BucketName for Blobs {
    fn bucket_name(&self) -> &str {
        self.bucket()
    }
}

impl SignUpload for Blobs {
    async fn sign_upload(&self, upload: &Upload) -> Result<String> {
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
            .presigned(good_for(Duration::from_secs(u64::from(upload.presigned_url_expiration)))?)
            .await;
        url_of(signed)
    }
}

impl SignGet for Blobs {
    async fn sign_get(&self, place: &Place, content_type: Option<&str>) -> Result<String> {
        // The name to save under is the end of the key; the file's true name would not fit a URL.
        let disposition = (!content_type.is_some_and(media::may_be_shown)).then_some("attachment");
        let signed = self
            .signer
            .get_object()
            .bucket(self.bucket())
            .key(&place.key)
            .set_version_id(place.version_id.clone())
            .set_response_content_disposition(disposition.map(str::to_owned))
            .presigned(good_for(self.read_for)?)
            .await;
        url_of(signed)
    }
}

fn good_for(life: Duration) -> Result<PresigningConfig> {
    PresigningConfig::expires_in(life).map_err(|error| Error::internal(format!("presigning: {error}")))
}

/// The URL of a signed request, if clients can take it.
fn url_of<E>(signed: std::result::Result<PresignedRequest, E>) -> Result<String> {
    // The SDK's error may hold the request: name its kind alone.
    let signed = signed.map_err(|_| Error::internal("presigning: the SDK could not sign"))?;
    let url = signed.uri().to_owned();
    if url.len() > MAX_URL_CHARS {
        return Err(Error::internal(format!("presigning: a URL of {} characters", url.len())));
    }
    Ok(url)
}
