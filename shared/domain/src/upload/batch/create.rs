//! The body of `POST …/uploads/batch`, and its answer.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{all_valid, check_count};
use crate::Result;
use crate::bucket::Bucket;
use crate::json::{byte_len, transported_len};
use crate::limits::{MAX_ANSWER_BYTES, MAX_SHARED_BYTES};
use crate::namespace::Scope;
use crate::time::Timestamp;
use crate::upload::{CreateUploadRequest, UploadDraft, UploadResponse};
use crate::violation::Path;

/// What a client sends to get many presigned URLs.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BatchUploadRequest {
    /// A create-upload's body each, 1 to 100. They are read one by one, so that all that is wrong with
    /// them is told at once.
    #[cfg_attr(feature = "openapi", schemars(with = "Vec<CreateUploadRequest>", length(min = 1, max = crate::limits::MAX_BATCH_UPLOADS)))]
    pub uploads: Vec<Value>,
    /// Tracking data of each upload, under its own.
    #[serde(default)]
    pub shared_metadata: Option<Map<String, Value>>,
    /// Custom fields of each upload's object, under its own.
    #[serde(default)]
    pub shared_object_metadata: Option<Map<String, Value>>,
}

impl BatchUploadRequest {
    /// Checks all uploads, all of each at once. `read` makes a request of a row, `max_seconds` caps
    /// the URLs' life.
    pub fn into_drafts(
        self,
        read: impl Fn(Value) -> Result<CreateUploadRequest>,
        scope: &Scope,
        bucket: &Bucket,
        max_seconds: u32,
        now: Timestamp,
    ) -> Result<Vec<UploadDraft>> {
        self.check()?;
        let (metadata, object_metadata) = (self.shared_metadata, self.shared_object_metadata);
        let draft = |row| {
            let mut request = read(row)?;
            request.metadata = under(request.metadata, metadata.as_ref());
            request.object_metadata = under(request.object_metadata, object_metadata.as_ref());
            request.into_draft(scope, bucket, max_seconds, now)
        };
        all_valid(self.uploads.into_iter().map(draft), &Path::body().key("uploads"))
    }

    /// Checks what refuses the request as a whole.
    fn check(&self) -> Result<()> {
        let body = Path::body();
        let mut violations = check_count(&self.uploads, &body.key("uploads"));
        let each = MAX_SHARED_BYTES / self.uploads.len().max(1);
        for (name, shared) in [
            ("shared_metadata", &self.shared_metadata),
            ("shared_object_metadata", &self.shared_object_metadata),
        ] {
            if shared.as_ref().is_some_and(|shared| byte_len(shared) > each) {
                let message = format!("must be at most {each} bytes of JSON for so many uploads");
                violations.add("too_long", body.key(name), message);
            }
        }
        violations.into_result()
    }
}

/// What all share, with what is one's own over it.
fn under(own: Option<Map<String, Value>>, shared: Option<&Map<String, Value>>) -> Option<Map<String, Value>> {
    let Some(shared) = shared else { return own };
    let mut all = shared.clone();
    all.extend(own.unwrap_or_default());
    Some(all)
}

/// The uploads, in the request's order: clients pair them with their files by position.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct BatchUploadResponse {
    /// As many as were asked for.
    pub uploads: Vec<UploadResponse>,
    /// How many that is.
    pub total: usize,
}

impl BatchUploadResponse {
    /// The answer. Uploads that it has no room for any more are shown without their metadata: what
    /// duplicates show may be more than was sent.
    pub fn new(mut uploads: Vec<UploadResponse>) -> Self {
        let mut room = MAX_ANSWER_BYTES;
        for upload in &mut uploads {
            if let Some(left) = room.checked_sub(transported_len(upload)) {
                room = left;
            } else {
                upload.metadata.clear();
                upload.object_metadata = None;
            }
        }
        Self { total: uploads.len(), uploads }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::bucket::CreateBucketRequest;
    use crate::id::{NamespaceId, OrganisationId};

    #[test]
    fn the_answer_stays_within_what_lambda_returns_and_keeps_every_url() {
        let scope = Scope { organisation_id: OrganisationId::random(), namespace_id: NamespaceId::random() };
        let now = Timestamp::from_millis(0);
        let body = json!({"bucket_name": "b", "bucket_schema": {"properties": {}}});
        let bucket: CreateBucketRequest = serde_json::from_value(body).unwrap();
        let bucket = bucket.into_bucket(&scope, now).unwrap();
        // Every quote of the text is four characters on its way.
        let metadata = json!({"quotes": "\"".repeat(32_000)});
        let row = json!({"filename": "a.mp4", "content_type": "video/mp4", "metadata": metadata,
            "object_metadata": metadata, "create_object_on_confirm": false});
        let request = BatchUploadRequest {
            uploads: vec![row; 100],
            shared_metadata: None,
            shared_object_metadata: None,
        };
        let read = |row| Ok(serde_json::from_value(row).unwrap());
        let drafts = request.into_drafts(read, &scope, &bucket, 60, now).unwrap();
        let url = || "u".repeat(2083);
        let uploads = drafts.into_iter().map(|draft| UploadResponse::signed(draft.upload, url(), now));
        let response = BatchUploadResponse::new(uploads.collect());
        assert!(transported_len(&response) < 6 * 1024 * 1024);
        assert_eq!((response.total, response.uploads.len()), (100, 100));
        assert!(response.uploads.iter().all(|upload| upload.presigned_url == Some(url())));
        let whole = response.uploads.iter().filter(|upload| upload.object_metadata.is_some()).count();
        assert!((10..100).contains(&whole), "{whole}");
    }
}
