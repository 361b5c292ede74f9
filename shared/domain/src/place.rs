//! Where Stowage itself put a blob's bytes.
//!
//! Only a [`Place`] is ever signed, read or deleted. It is made here, from ids, and kept beside the
//! blob; it is never derived from text that a client sent.

use serde::{Deserialize, Serialize};

use crate::id::{BlobId, BucketId, NamespaceId, ObjectId, OrganisationId, UploadId};
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

/// The rows of which one may have the bytes under a key, going by the ids in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owners {
    /// An object that may have them as its own.
    pub object: Option<(BucketId, ObjectId)>,
    /// An upload, or a copy that objects share.
    pub upload: Option<(OrganisationId, UploadId)>,
}

impl Place {
    /// The place of an upload that is to be written.
    pub fn for_upload(
        organisation: &OrganisationId,
        namespace: &NamespaceId,
        upload: &UploadId,
        filename: &str,
    ) -> Self {
        Self::new(Area::Uploads, &[organisation.as_str(), namespace.as_str(), upload.as_str()], filename)
    }

    /// The upload whose place a key is, if it is one's.
    pub fn upload_of(key: &str) -> Option<(OrganisationId, UploadId)> {
        Self::owners_of(key).filter(|_| key.starts_with(Area::Uploads.prefix()))?.upload
    }

    /// Who may have the bytes under a key; none if it isn't a place's.
    pub fn owners_of(key: &str) -> Option<Owners> {
        let segments: Vec<&str> = key.split('/').collect();
        let [area, organisation, namespace, ids @ .., name] = segments.as_slice() else { return None };
        let organisation = OrganisationId::parse(organisation)?;
        NamespaceId::parse(namespace)?;
        if name.is_empty() {
            return None;
        }
        let object = |bucket, object| Some((BucketId::parse(bucket)?, ObjectId::parse(object)?));
        match (*area, ids) {
            ("uploads", [upload]) => {
                Some(Owners { upload: Some((organisation, UploadId::parse(upload)?)), object: None })
            }
            ("inline", [bucket, id, blob]) => {
                BlobId::parse(blob)?;
                Some(Owners { object: Some(object(bucket, id)?), upload: None })
            }
            ("mirror", [bucket, id, copy]) => Some(Owners {
                object: Some(object(bucket, id)?),
                upload: Some((organisation, UploadId::parse(copy)?)),
            }),
            _ => None,
        }
    }

    /// The place of an inline blob: fresh for each write, as the blob's id is, so that a refused create
    /// overwrites nothing.
    pub fn for_inline(
        scope: &Scope,
        bucket: &BucketId,
        object: &ObjectId,
        blob: &BlobId,
        filename: &str,
    ) -> Self {
        let Scope { organisation_id, namespace_id } = scope;
        let of_object = [organisation_id.as_str(), namespace_id.as_str(), bucket.as_str(), object.as_str()];
        Self::new(Area::Inline, &[&of_object[..], &[blob.as_str()]].concat(), filename)
    }

    /// The place of a copy, made for an object: fresh for each attempt, as the copy's id is, so that one that
    /// was given up can't write over it.
    pub fn for_mirror(
        scope: &Scope,
        bucket: &BucketId,
        object: &ObjectId,
        copy: &UploadId,
        filename: &str,
    ) -> Self {
        let Scope { organisation_id, namespace_id } = scope;
        let of_object = [organisation_id.as_str(), namespace_id.as_str(), bucket.as_str(), object.as_str()];
        Self::new(Area::Mirror, &[&of_object[..], &[copy.as_str()]].concat(), filename)
    }

    fn new(area: Area, ids: &[&str], filename: &str) -> Self {
        let key = format!("{}/{}/{}", area.prefix(), ids.join("/"), safe_name(filename));
        Self { area, key, version_id: None }
    }

    /// Which part of the bucket a key is in, if it is one of Stowage's.
    pub fn area_of(key: &str) -> Option<Area> {
        let first = key.split('/').next()?;
        [Area::Uploads, Area::Inline, Area::Mirror].into_iter().find(|area| area.prefix() == first)
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
    fn a_key_names_who_may_have_its_bytes() {
        let scope = Scope { organisation_id: OrganisationId::random(), namespace_id: NamespaceId::random() };
        let (bucket, object) = (BucketId::random(), ObjectId::random());
        let (blob, copy) = (BlobId::random(), UploadId::random());
        let inline = Place::for_inline(&scope, &bucket, &object, &blob, "a.txt");
        let own = Some((bucket.clone(), object.clone()));
        assert_eq!(Place::owners_of(&inline.key), Some(Owners { object: own.clone(), upload: None }));
        let mirror = Place::for_mirror(&scope, &bucket, &object, &copy, "a.txt");
        let shared = Some((scope.organisation_id.clone(), copy));
        assert_eq!(Place::owners_of(&mirror.key), Some(Owners { object: own, upload: shared }));
        assert_eq!(Place::upload_of(&mirror.key), None, "no client wrote it");
        for key in [
            "inline/org_1/ns_1/bkt_1/obj_1/a.txt",
            "inline/org_1/ns_1/bkt_1/obj_1/blob_1/",
            "inline/org_1/ns_1/bkt_1/obj_1/blob_1/a/b",
            "mirror/org_1/ns_1/bkt_1/obj_1/0123456789abcdef/a.txt",
            "undelivered/org_1/ns_1/bkt_1/obj_1/blob_1/a.txt",
        ] {
            assert_eq!(Place::owners_of(key), None, "{key}");
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
