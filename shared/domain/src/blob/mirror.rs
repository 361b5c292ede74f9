//! Copying a blob's bytes from the web into S3.

use serde::{Deserialize, Serialize};

use super::{Blob, BlobDetails, Checksum};
use crate::id::{BlobId, UploadId};
use crate::media::{self, ContentType};
use crate::place::{Area, Place};
use crate::violation::Path;

/// What a source that names no content type has.
const UNKNOWN: &str = "application/octet-stream";

/// How far the copy of a blob's source is. A blob that has its copy has a place instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MirrorState {
    /// Somebody will copy it.
    Waiting,
    /// It can't be copied; the object says why.
    Failed,
}

/// A blob that waits for its copy, as it was when its source was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The blob; a write that replaces blobs gives them other ids.
    pub blob_id: BlobId,
    /// Its source. It may hold a secret.
    pub url: String,
    /// The property that it belongs to.
    pub property: String,
    /// The name of its file: the client's, or as the source's path has it.
    pub filename: Option<String>,
    /// Whether the client wants a copy of its own, even of bytes that are there already.
    pub force_remirror: bool,
}

/// The bytes of a source, in S3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Where they are.
    pub place: Place,
    /// The shared copy that they are, if they are one: its row counts who refers to it.
    pub copy_id: Option<UploadId>,
    /// Whether S3 sends them with a content encoding.
    pub is_encoded: bool,
    /// How many there are.
    pub size_bytes: u64,
    /// What they are.
    pub mime_type: String,
    /// Their `sha256:…`.
    pub sha256: String,
    /// The name of their file.
    pub filename: String,
}

impl Blob {
    /// The blob as one that waits, if it does.
    pub fn waiting(&self) -> Option<Waiting> {
        let reference = self.reference.as_ref().filter(|_| self.mirror == Some(MirrorState::Waiting))?;
        Some(Waiting {
            blob_id: self.blob_id.clone(),
            url: reference.url.clone(),
            property: self.property.clone(),
            filename: self.details.filename.clone().or_else(|| filename_in(&reference.url)),
            force_remirror: reference.force_remirror,
        })
    }

    /// The copy that has the bytes of this blob, and perhaps of others.
    pub fn shared_copy(&self) -> Option<&UploadId> {
        self.place.as_ref().filter(|place| place.area == Area::Mirror).and(self.upload_id.as_ref())
    }

    /// What a source's bytes are, going by what the source and the client say; or why they don't fit the
    /// blob.
    pub fn mime_of(&self, said: Option<&str>) -> Result<String, String> {
        // What can't be read says no more than nothing.
        let said = said.and_then(|said| ContentType::parse(said.trim(), &Path::body()).ok());
        let said = said.filter(|said| said.essence() != UNKNOWN).map(|said| said.to_string());
        // Many servers know no better, where a client does.
        let mime = said.or_else(|| self.details.mime_type.clone()).unwrap_or_else(|| UNKNOWN.to_owned());
        let essence = media::essence(&mime);
        if self.blob_type.is_file() && !media::fits(essence, self.blob_type) {
            return Err(format!("its content type {essence} does not fit type {}", self.blob_type.name()));
        }
        Ok(mime)
    }

    /// Whether these are other bytes than the client declared.
    pub fn contradicts(&self, sha256: &str) -> bool {
        let declared = self.details.hash.as_deref();
        let declared = declared.and_then(|hash| Checksum::parse(hash, &Path::body()).ok());
        declared.is_some_and(|declared| declared.contradicts(sha256))
    }

    /// The blob has its copy.
    pub(crate) fn fill_from_copy(&mut self, copied: Copied) {
        self.mirror = None;
        self.place = Some(copied.place);
        self.upload_id = copied.copy_id;
        self.details = BlobDetails {
            filename: Some(copied.filename),
            size_bytes: Some(copied.size_bytes),
            mime_type: Some(copied.mime_type),
            hash: self.details.hash.take().or_else(|| Some(copied.sha256.clone())),
        };
        self.verified = Some(copied.sha256);
    }
}

/// The last part of a URL's path, if it looks like the name of a file.
fn filename_in(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?.split_once("://")?.1;
    let (_, name) = path.split_once('/')?.1.rsplit_once('/').unwrap_or(("", path.split_once('/')?.1));
    let (stem, extension) = name.rsplit_once('.')?;
    let plain =
        |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    let fits = !stem.is_empty() && (1..=8).contains(&extension.len()) && name.len() <= 255 && plain(name);
    fits.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::FieldType;

    #[test]
    fn a_file_has_the_name_in_its_url() {
        for (url, name) in [
            ("https://a.example/b/report-1.pdf?x=y.z#a.b", Some("report-1.pdf")),
            ("https://a.example/report.tar.gz", Some("report.tar.gz")),
            ("https://a.example", None),
            ("https://a.example/", None),
            ("https://a.example/dir/", None),
            ("https://a.example/name", None),
            ("https://a.example/.profile", None),
            ("https://a.example/a%20b.pdf", None),
            ("https://a.example/a.", None),
        ] {
            assert_eq!(filename_in(url).as_deref(), name, "{url}");
        }
    }

    #[test]
    fn a_source_says_what_it_is_unless_it_does_not_know() {
        let mut blob = Blob::new("doc".to_owned(), FieldType::Pdf);
        assert_eq!(blob.mime_of(Some("application/pdf; v=1")), Ok("application/pdf; v=1".to_owned()));
        assert_eq!(blob.mime_of(None), Ok(UNKNOWN.to_owned()));
        assert_eq!(blob.mime_of(Some("nonsense")), Ok(UNKNOWN.to_owned()));
        let refused = "its content type text/html does not fit type pdf";
        assert_eq!(blob.mime_of(Some("text/html; charset=x")), Err(refused.to_owned()));
        blob.details.mime_type = Some("application/pdf".to_owned());
        assert_eq!(blob.mime_of(Some("application/octet-stream")), Ok("application/pdf".to_owned()));
        assert_eq!(blob.mime_of(Some("text/html")), Err(refused.to_owned()));
        blob.blob_type = FieldType::String;
        assert_eq!(blob.mime_of(Some("text/html")), Ok("text/html".to_owned()));
    }

    #[test]
    fn only_a_declared_sha256_contradicts() {
        let mut blob = Blob::new("doc".to_owned(), FieldType::Pdf);
        let sha256 = |digit: &str| format!("sha256:{}", digit.repeat(64));
        assert!(!blob.contradicts(&sha256("a")));
        blob.details.hash = Some(sha256("a"));
        assert!(!blob.contradicts(&sha256("a")) && blob.contradicts(&sha256("b")));
        blob.details.hash = Some(format!("md5:{}", "a".repeat(32)));
        assert!(!blob.contradicts(&sha256("b")));
    }
}
