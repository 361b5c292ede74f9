//! `PutObject`.

use super::{Backend, attributes, etag, refuse_customer_keys, signed};
use crate::checksums::{Algorithm, checksum_fields, fill_checksum};
use crate::error::blocking;
use crate::ids;
use crate::store::bucket::now;
use crate::store::conditions::WriteConditions;
use crate::store::receive::{Promises, receive};
use crate::store::records::{Content, Version};
use s3s::dto::{ChecksumAlgorithm, PutObjectInput, PutObjectOutput};
use s3s::{S3Request, S3Result, s3_error};

/// The algorithm to store: the one that the client sent a value of, else the one that it named,
/// else S3's default.
pub(super) fn algorithm(promises: &Promises, named: Option<&ChecksumAlgorithm>) -> S3Result<Algorithm> {
    match (promises.algorithm(), named) {
        (Some(algorithm), _) => Ok(algorithm),
        (None, Some(name)) => Algorithm::parse(name.as_str()),
        (None, None) => Ok(Algorithm::Crc64nvme),
    }
}

impl Backend {
    pub(super) async fn put_object(&self, req: S3Request<PutObjectInput>) -> S3Result<PutObjectOutput> {
        let input = req.input;
        refuse_customer_keys(input.sse_customer_algorithm.as_ref())?;
        if input.write_offset_bytes.is_some() {
            return Err(s3_error!(NotImplemented, "Appending is not implemented"));
        }
        let bucket = self.store.bucket(&input.bucket)?;
        let conditions = WriteConditions::new(input.if_none_match.as_ref(), input.if_match.clone())?;
        let attributes = attributes!(input)?;
        let promises = Promises::new(
            input.content_length,
            input.content_md5.as_deref(),
            checksum_fields!(input),
            &req.headers,
            req.trailing_headers,
        )?;
        let algorithm = algorithm(&promises, input.checksum_algorithm.as_ref())?;
        // What is refused now need not be received. The answer that counts comes at the commit.
        bucket.check(&input.key, &conditions)?;

        let received = receive(&bucket.staging, input.body, promises, vec![algorithm]).await?;
        let version = Version {
            key: input.key,
            id: ids::random()?,
            last_modified: now(),
            content: Some(Content {
                size: received.size,
                etag: received.digested.etag(),
                checksum: received.digested.checksum(algorithm)?,
                attributes,
                part_sizes: Vec::new(),
                upload_id: None,
            }),
            sequence: 0,
        };
        let event = Some("ObjectCreated:Put");
        let version = blocking(move || bucket.publish(received.file, version, &conditions, event)).await?;

        let mut output =
            PutObjectOutput { version_id: Some(version.id.clone()), ..PutObjectOutput::default() };
        if let Some(content) = &version.content {
            output.e_tag = Some(etag(&content.etag));
            output.size = Some(signed(content.size));
            output.checksum_type = Some(content.checksum.coverage.dto());
            fill_checksum!(output, Some(&content.checksum));
        }
        Ok(output)
    }
}
