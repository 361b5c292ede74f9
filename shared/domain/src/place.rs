//! Where Stowage itself put a blob's bytes.
//!
//! Only a [`Place`] is ever signed, read or deleted. It is made here, from ids, and kept beside the
//! blob; it is never derived from text that a client sent.

use serde::{Deserialize, Serialize};

use crate::id::{BlobId, BucketId, NamespaceId, ObjectId, OrganisationId, UploadId, WriteId, random_hex};
use crate::namespace::Scope;

/// Which part of the S3 bucket holds the bytes: the first segment of the key, because S3's event
/// filters, lifecycle rules and IAM policies take a literal prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Area {
    /// `uploads/`: written by clients through presigned URLs.
    Uploads,
    /// `inline/`: bytes that came in a request.
    Inline,
    /// `mirror/`: copies of what is on the web.
    Mirror,
}

impl Area {
    /// The key's first segment.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Uploads => "uploads",
            Self::Inline => "inline",
            Self::Mirror => "mirror",
        }
    }
}

/// A key in the deployment's own S3 bucket, with the version once it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Which part of the bucket.
    pub area: Area,
    /// The whole key, [`Area::prefix`] included.
    pub key: String,
    /// The S3 version that was written or confirmed, so that later writes can't swap the bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
}

impl Place {
    /// The place of an upload that is to be written.
    pub fn for_upload(
        organisation: &OrganisationId,
        namespace: &NamespaceId,
        upload: &UploadId,
        filename: &str,
    ) -> Self {
        let area = Area::Uploads;
        let key = format!("{}/{organisation}/{namespace}/{upload}/{}", area.prefix(), safe_name(filename));
        Self { area, key, version_id: None }
    }

    /// The upload whose place a key is, if it is one's.
    pub fn upload_of(key: &str) -> Option<(OrganisationId, UploadId)> {
        let mut segments = key.split('/');
        if segments.next()? != Area::Uploads.prefix() {
            return None;
        }
        let organisation = OrganisationId::parse(segments.next()?)?;
        NamespaceId::parse(segments.next()?)?;
        let upload = UploadId::parse(segments.next()?)?;
        let name = segments.next()?;
        (!name.is_empty() && segments.next().is_none()).then_some((organisation, upload))
    }

    /// The place of an inline blob: fresh for each write, so that a refused create overwrites nothing.
    pub fn for_inline(
        organisation: &OrganisationId,
        namespace: &NamespaceId,
        write: &WriteId,
        blob: &BlobId,
        filename: &str,
    ) -> Self {
        let area = Area::Inline;
        let key =
            format!("{}/{organisation}/{namespace}/{write}/{blob}/{}", area.prefix(), safe_name(filename));
        Self { area, key, version_id: None }
    }

    /// The place of a copy: fresh for each attempt, so that one that was given up can't write over it.
    pub fn for_mirror(scope: &Scope, bucket: &BucketId, object: &ObjectId, filename: &str) -> Self {
        let area = Area::Mirror;
        let Scope { organisation_id, namespace_id } = scope;
        let (owner, attempt) =
            (format!("{organisation_id}/{namespace_id}/{bucket}/{object}"), random_hex::<8>());
        let key = format!("{}/{owner}/{attempt}/{}", area.prefix(), safe_name(filename));
        Self { area, key, version_id: None }
    }

    /// The `s3://bucket/key` form that responses show.
    pub fn url(&self, s3_bucket: &str) -> String {
        format!("s3://{s3_bucket}/{}", self.key)
    }
}

/// Most characters of a file name in a key: a presigned URL must stay within 2,083 characters, and
/// the record keeps the true name.
const SAFE_NAME_CHARS: usize = 32;

/// The end of a file name, in characters that need no escaping in a URL.
fn safe_name(filename: &str) -> String {
    let base = filename.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut safe = String::with_capacity(base.len());
    for character in base.chars() {
        let keep = character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_');
        if keep {
            safe.push(character);
        } else if !safe.ends_with('_') {
            safe.push('_');
        }
    }
    let tail = &safe[safe.len().saturating_sub(SAFE_NAME_CHARS)..];
    let tail = tail.trim_start_matches(['.', '_']);
    if tail.is_empty() { "file".to_owned() } else { tail.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_uploads_key_names_its_upload_and_no_other_key_does() {
        let (organisation, namespace) = (OrganisationId::random(), NamespaceId::random());
        let upload = UploadId::random();
        let place = Place::for_upload(&organisation, &namespace, &upload, "a b.mp4");
        assert_eq!(Place::upload_of(&place.key), Some((organisation.clone(), upload.clone())));
        for key in [
            String::new(),
            "uploads/".to_owned(),
            "uploads/a/b/c/d".to_owned(),
            format!("inline/{organisation}/{namespace}/{upload}/a.mp4"),
            format!("uploads/{organisation}/{namespace}/{upload}"),
            format!("uploads/{organisation}/{namespace}/{upload}/"),
            format!("uploads/{organisation}/{namespace}/{upload}/a/b"),
        ] {
            assert_eq!(Place::upload_of(&key), None, "{key}");
        }
    }

    #[test]
    fn a_name_in_a_key_is_short_ascii_and_keeps_the_extension() {
        assert_eq!(safe_name("a.mp4"), "a.mp4");
        assert_eq!(safe_name("../../etc/passwd"), "passwd");
        assert_eq!(safe_name("Übung mit Ton.wav"), "bung_mit_Ton.wav");
        assert_eq!(safe_name("日本"), "file");
        assert_eq!(safe_name(".."), "file");
        let long = safe_name(&format!("{}.pdf", "x".repeat(250)));
        assert_eq!(long, format!("{}.pdf", "x".repeat(SAFE_NAME_CHARS - 4)));
    }
}
