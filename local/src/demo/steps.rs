//! The steps: from an empty bucket to an object with a file, and what must be refused on the way.

use serde_json::{Value, json};

use super::file::Sample;
use super::http::{Result, Session, seen};
use super::requests;

/// S3's code for a request that isn't the one that was signed.
const NOT_AS_SIGNED: &str = "SignatureDoesNotMatch";
/// What is sent in the file's place.
const OTHER_BYTES: &str = "These are not the bytes that were declared.";
/// Up to which size the file is sent although it will be refused, in bytes.
const SPARE: u64 = 64 * 1024;

/// A bucket, with an upload in it.
struct Upload {
    bucket: String,
    id: String,
    url: String,
}

impl Upload {
    fn confirm(&self) -> String {
        format!("{}/uploads/{}/confirm", self.bucket, self.id)
    }

    fn objects(&self, query: &str) -> String {
        format!("{}/objects{query}", self.bucket)
    }
}

/// All of them.
pub(super) async fn all(session: &mut Session, sample: &Sample) -> Result<()> {
    let upload = begin(session, sample).await?;
    tamper(session, sample, &upload).await?;
    let object = send_and_confirm(session, sample, &upload).await?;
    policies(session, &upload, &object).await?;
    combine(session, sample, &upload, &object).await?;
    mistakes(session, &upload).await
}

async fn begin(session: &mut Session, sample: &Sample) -> Result<Upload> {
    session.step("Is it up?")?;
    let health = session.call("/v1/health", None, 200, &[]).await?;
    session.same("status", &health["status"], &json!("ok"))?;
    seen("It is; this needs no key. The requests below send one.")?;

    session.step("Create a bucket: a schema, and 'sku' identifies an object")?;
    let shown = ["bucket_id", "status", "unique_key", "created_at"];
    let bucket = session.call("/v1/buckets", Some(&requests::bucket(sample)), 200, &shown).await?;
    let bucket = format!("/v1/buckets/{}", session.text(&bucket, "bucket_id")?);
    seen("The fields are checked from now on.")?;

    session.step("Create an upload: the file's name, type, size and SHA-256, and its object's fields")?;
    let shown = ["upload_id", "status", "presigned_url", "expires_at"];
    let path = format!("{bucket}/uploads");
    let upload = session.call(&path, Some(&requests::upload(sample)), 200, &shown).await?;
    session.same("status", &upload["status"], &json!("PENDING"))?;
    seen("The URL takes this file only; its signature isn't shown here.")?;
    let (id, url) = (session.text(&upload, "upload_id")?, session.text(&upload, "presigned_url")?);
    Ok(Upload { bucket, id, url })
}

async fn tamper(session: &mut Session, sample: &Sample, upload: &Upload) -> Result<()> {
    session.step("Confirm the upload before its file is there")?;
    session.refused(&upload.confirm(), &json!({}), 400, "file_not_uploaded").await?;
    seen("Refused; the upload stays open.")?;

    session.step("PUT other bytes, of another length")?;
    let mut other = OTHER_BYTES.to_owned();
    if other.len() as u64 == sample.size() {
        other.push('!');
    }
    let length = other.len() as u64;
    let body = other.clone().into();
    session.put(&upload.url, sample.content_type(), length, body, Some(NOT_AS_SIGNED)).await?;
    seen("S3 refuses it: the length is signed.")?;

    session.step("PUT with another content type")?;
    // S3 refuses a large body without reading it, and the connection may break before its answer.
    let (length, body) =
        if sample.size() <= SPARE { (sample.size(), sample.body()?) } else { (length, other.into()) };
    session.put(&upload.url, "application/x-other", length, body, Some(NOT_AS_SIGNED)).await?;
    seen("S3 refuses that too: the content type is signed.")?;
    Ok(())
}

/// Gives the object's id.
async fn send_and_confirm(session: &mut Session, sample: &Sample, upload: &Upload) -> Result<Value> {
    session.step("PUT the file, straight to S3")?;
    let etag = session.put(&upload.url, sample.content_type(), sample.size(), sample.body()?, None).await?;
    seen("S3 has it.")?;

    session.step("Confirm it with a wrong ETag")?;
    let wrong = json!({"etag": "00000000000000000000000000000000"});
    session.refused(&upload.confirm(), &wrong, 400, "etag_mismatch").await?;
    seen("Refused; nothing has changed.")?;

    session.step("Confirm it")?;
    let right = json!({"etag": etag, "file_size_bytes": sample.size()});
    let shown = ["upload_id", "status", "file_size_bytes", "file_hash", "completed_at", "object_id"];
    let confirmed = session.call(&upload.confirm(), Some(&right), 200, &shown).await?;
    session.same("status", &confirmed["status"], &json!("COMPLETED"))?;
    session.same("file_size_bytes", &confirmed["file_size_bytes"], &json!(sample.size()))?;
    session.same("file_hash", &confirmed["file_hash"], &json!(sample.sha256()))?;
    session.text(&confirmed, "object_id")?;
    seen("The file is checked, and the object made in the same transaction.")?;

    session.step("Confirm it again, as a client does that lost the answer")?;
    let again = session.call(&upload.confirm(), Some(&right), 200, &shown).await?;
    session.same("the answer", &again, &confirmed)?;
    seen("The same answer, field for field.")?;
    Ok(confirmed["object_id"].clone())
}

async fn policies(session: &mut Session, upload: &Upload, object: &Value) -> Result<()> {
    session.step("Insert another object with the same key")?;
    let body = json!({"sku": "A1", "title": "Second"});
    let error = session.refused(&upload.objects(""), &body, 409, "unique_key_conflict").await?;
    session.same("existing_object_id", &error["details"]["existing_object_id"], object)?;
    seen("Refused, naming the object that has the key.")?;

    session.step("The same under the policy 'update'")?;
    let shown = ["object_id", "sku", "title", "blobs", "updated_at"];
    let updated = session.call(&upload.objects("?policy=update"), Some(&body), 200, &shown).await?;
    session.same("object_id", &updated["object_id"], object)?;
    session.same("title", &updated["title"], &json!("Second"))?;
    session.same("the file's property", &updated["blobs"][0]["property"], &json!("file"))?;
    seen("The same object with a new title; its file stays.")?;

    session.step("And under 'upsert', with one field more")?;
    let body = json!({"sku": "A1", "rating": 5});
    let shown = ["object_id", "sku", "title", "rating", "updated_at"];
    let upserted = session.call(&upload.objects("?policy=upsert"), Some(&body), 200, &shown).await?;
    session.same("object_id", &upserted["object_id"], object)?;
    session.same("title", &upserted["title"], &json!("Second"))?;
    session.same("rating", &upserted["rating"], &json!(5))?;
    seen("The same object: what isn't sent stays as it was.")?;
    Ok(())
}

async fn combine(session: &mut Session, sample: &Sample, upload: &Upload, object: &Value) -> Result<()> {
    session.step("Upsert a new key, with text in the request and the file that is already here")?;
    let body = requests::object_with_blobs(sample, &upload.id);
    let shown = ["object_id", "sku", "blobs", "created_at"];
    let made = session.call(&upload.objects("?policy=upsert"), Some(&body), 200, &shown).await?;
    session.text(&made, "object_id")?;
    if made["object_id"] == *object {
        return Err(session.wrong("another object", "the same one"));
    }
    let [notes, file] = made["blobs"].as_array().map_or(&[][..], Vec::as_slice) else {
        return Err(session.wrong("two blobs", &made["blobs"].to_string()));
    };
    session.same("the notes' property", &notes["property"], &json!("notes"))?;
    session.same("the file's size", &file["details"]["size_bytes"], &json!(sample.size()))?;
    seen("A second object; the file was sent and stored once.")?;
    Ok(())
}

async fn mistakes(session: &mut Session, upload: &Upload) -> Result<()> {
    session.step("Create an object with several mistakes")?;
    let path = upload.objects("?policy=insert");
    let answer = session.call(&path, Some(&requests::bad_object()), 422, &["error"]).await?;
    let found = answer["error"]["details"]["validation_errors"].as_array().map_or(0, Vec::len);
    if found < 4 {
        return Err(session.wrong("4 validation errors", &found.to_string()));
    }
    seen("All of them at once, each with its place.")?;

    session.step("Call something that isn't there")?;
    let answer = session.call("/v1/nothing", None, 404, &["error"]).await?;
    session.same("error.type", &answer["error"]["type"], &json!("NotFoundError"))?;
    seen("A 404 in the same envelope.")?;
    Ok(())
}
