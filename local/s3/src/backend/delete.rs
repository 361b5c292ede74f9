//! `DeleteObject` and `DeleteObjects`.

use super::Backend;
use crate::error::precondition_failed;
use crate::ids;
use crate::store::bucket::{Bucket, now};
use crate::store::conditions::WriteConditions;
use crate::store::records::Version;
use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
    ETagCondition, Error, ObjectIdentifier,
};
use s3s::{S3Request, S3Result, s3_error};

/// S3's limit for one request.
const MAX_KEYS: usize = 1000;

/// What a deletion did.
struct Deleted {
    /// A delete marker was written, or the version removed was one.
    marker: bool,
    version_id: String,
}

/// Without a version id, writes a delete marker (even for a key that isn't there, as S3 does); with
/// one, removes that version for good.
fn delete(
    bucket: &Bucket,
    key: &str,
    version_id: Option<String>,
    if_match: Option<ETagCondition>,
) -> S3Result<Deleted> {
    let Some(version_id) = version_id else {
        let conditions = WriteConditions::new(None, if_match)?;
        bucket.check(key, &conditions)?;
        let marker = Version {
            key: key.to_owned(),
            id: ids::random()?,
            last_modified: now(),
            content: None,
            sequence: 0,
        };
        let marker = bucket.publish(bucket.staging.file()?, marker, &conditions, None)?;
        return Ok(Deleted { marker: true, version_id: marker.id.clone() });
    };
    if let Some(condition) = if_match {
        // A version never changes, so there is nothing to race with.
        let (_, content) = bucket.find_content(key, Some(&version_id))?;
        WriteConditions::new(None, Some(condition))?
            .check(Some(&content))
            .map_err(|_| precondition_failed())?;
    }
    let removed = bucket.remove_version(key, &version_id)?;
    Ok(Deleted { marker: removed.is_some_and(|version| version.content.is_none()), version_id })
}

fn delete_one(bucket: &Bucket, object: ObjectIdentifier) -> Result<DeletedObject, Error> {
    let asked = object.version_id.clone();
    let condition = object.e_tag.map(ETagCondition::ETag);
    match delete(bucket, &object.key, object.version_id, condition) {
        Ok(deleted) => Ok(DeletedObject {
            key: Some(object.key),
            delete_marker: deleted.marker.then_some(true),
            delete_marker_version_id: deleted.marker.then(|| deleted.version_id.clone()),
            version_id: asked,
        }),
        Err(error) => Err(Error {
            code: Some(error.code().as_str().to_owned()),
            message: error.message().map(str::to_owned),
            key: Some(object.key),
            version_id: asked,
        }),
    }
}

impl Backend {
    pub(super) async fn delete_object(
        &self,
        req: S3Request<DeleteObjectInput>,
    ) -> S3Result<DeleteObjectOutput> {
        let input = req.input;
        let deleted = self
            .with_bucket(&input.bucket, move |bucket| {
                delete(bucket, &input.key, input.version_id, input.if_match)
            })
            .await?;
        Ok(DeleteObjectOutput {
            delete_marker: deleted.marker.then_some(true),
            version_id: Some(deleted.version_id),
            ..DeleteObjectOutput::default()
        })
    }

    pub(super) async fn delete_objects(
        &self,
        req: S3Request<DeleteObjectsInput>,
    ) -> S3Result<DeleteObjectsOutput> {
        let input = req.input;
        let objects = input.delete.objects;
        let quiet = input.delete.quiet.unwrap_or(false);
        if objects.is_empty() || objects.len() > MAX_KEYS {
            return Err(s3_error!(MalformedXML, "The request must name 1 to {MAX_KEYS} keys"));
        }
        self.with_bucket(&input.bucket, move |bucket| {
            let mut deleted = Vec::new();
            let mut errors = Vec::new();
            for object in objects {
                match delete_one(bucket, object) {
                    Ok(_) if quiet => {}
                    Ok(entry) => deleted.push(entry),
                    Err(error) => errors.push(error),
                }
            }
            Ok(DeleteObjectsOutput {
                deleted: (!deleted.is_empty()).then_some(deleted),
                errors: (!errors.is_empty()).then_some(errors),
                ..DeleteObjectsOutput::default()
            })
        })
        .await
    }
}
