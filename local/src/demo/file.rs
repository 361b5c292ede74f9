//! The file that the demonstration takes in: a given one, or one made up.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures::stream;
use http_body_util::StreamBody;
use hyper::body::Frame;
use sha2::{Digest as _, Sha256};
use stowage_domain::media;
use stowage_domain::schema::FieldType;
use tempfile::NamedTempFile;

/// The largest file that one PUT takes, in bytes: S3's limit.
const MAX_BYTES: u64 = 5 * 1024 * 1024 * 1024;
/// How much of the file is in memory at a time, in bytes.
const PIECE: usize = 256 * 1024;

/// A file that is there and can be read.
#[derive(Debug)]
pub(super) struct Found {
    path: PathBuf,
    name: String,
    content_type: &'static str,
    size: u64,
    made_up: Option<NamedTempFile>,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = if self.made_up.is_some() { ", made up for this" } else { "" };
        write!(f, "{}, {}, {} bytes{origin}", self.name, self.content_type, self.size)
    }
}

/// A file with what an upload says of it.
#[derive(Debug)]
pub(super) struct Sample {
    found: Found,
    sha256: String,
}

/// Finds the given file, or makes one up.
pub(super) fn find(given: Option<PathBuf>) -> Result<Found, String> {
    let Some(path) = given else {
        return make_up().map_err(|error| format!("cannot write a temporary file: {error}"));
    };
    let unreadable = |error: io::Error| format!("cannot read {}: {error}", path.display());
    // What isn't a regular file, such as a pipe, could block when it is opened.
    let kind = std::fs::metadata(&path).map_err(unreadable)?;
    if !kind.is_file() {
        return Err(format!("{} is not a file", path.display()));
    }
    let size = File::open(&path).and_then(|file| file.metadata()).map_err(unreadable)?.len();
    match size {
        0 => Err(format!("{} is empty; an upload has at least one byte", path.display())),
        size if size > MAX_BYTES => {
            Err(format!("{} has {size} bytes; one PUT takes at most {MAX_BYTES}", path.display()))
        }
        size => Ok(Found {
            name: upload_name(&path),
            content_type: content_type_of(&path),
            size,
            made_up: None,
            path,
        }),
    }
}

/// The same few lines each time.
fn make_up() -> io::Result<Found> {
    let mut file = NamedTempFile::new()?;
    let mut text = "Two tables, for whoever reads what a demo uploads.\n".to_owned();
    for number in 1..=12_u32 {
        let row = format!("{number:>3}  squared {:>4}  cubed {:>5}\n", number.pow(2), number.pow(3));
        text.push_str(&row);
    }
    file.write_all(text.as_bytes())?;
    file.flush()?;
    Ok(Found {
        path: file.path().to_owned(),
        name: "powers.txt".to_owned(),
        content_type: "text/plain",
        size: text.len() as u64,
        made_up: Some(file),
    })
}

/// The file's own name, without what an upload's name may not have.
fn upload_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.replace(|c: char| c == '\\' || c.is_control(), "_")
}

/// A guess from the extension; what isn't known is bytes.
fn content_type_of(path: &Path) -> &'static str {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    match extension.as_str() {
        "txt" | "log" | "rs" | "toml" => "text/plain",
        "md" => "text/markdown",
        "html" | "htm" => "text/html",
        "csv" => "text/csv",
        "json" => "application/json",
        "xml" => "application/xml",
        "pdf" => "application/pdf",
        "xls" => "application/vnd.ms-excel",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        "mp4" | "m4v" => "video/mp4",
        "mov" => "video/quicktime",
        "webm" => "video/webm",
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        "flac" => "audio/flac",
        _ => "application/octet-stream",
    }
}

impl Sample {
    /// Reads the file through, for its SHA-256.
    pub(super) fn read(found: Found) -> Result<Self, String> {
        let hash = || -> io::Result<String> {
            let mut file = File::open(&found.path)?;
            let mut hasher = Sha256::new();
            let mut piece = vec![0; PIECE];
            loop {
                match file.read(&mut piece)? {
                    0 => break,
                    read => hasher.update(&piece[..read]),
                }
            }
            Ok(stowage_domain::id::hex(&hasher.finalize()))
        };
        let sha256 = hash().map_err(|error| format!("cannot read {}: {error}", found.path.display()))?;
        Ok(Self { found, sha256 })
    }

    pub(super) fn name(&self) -> &str {
        &self.found.name
    }

    pub(super) fn content_type(&self) -> &'static str {
        self.found.content_type
    }

    pub(super) fn size(&self) -> u64 {
        self.found.size
    }

    /// Lower-case hex.
    pub(super) fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The type of the schema's field that takes it. Bytes of no known kind fit any file field.
    pub(super) fn field_type(&self) -> &'static str {
        media::field_type_of(self.content_type()).unwrap_or(FieldType::Text).name()
    }

    /// The bytes, from the disk piece by piece.
    pub(super) fn body(&self) -> io::Result<reqwest::Body> {
        let file = File::open(&self.found.path)?;
        let pieces = stream::try_unfold(file, |mut file| async move {
            let read = tokio::task::spawn_blocking(move || {
                let mut piece = vec![0; PIECE];
                let read = file.read(&mut piece)?;
                piece.truncate(read);
                Ok::<_, io::Error>((piece, file))
            });
            let (piece, file) = read.await.map_err(io::Error::other)??;
            Ok::<_, io::Error>((!piece.is_empty()).then(|| (Frame::data(Bytes::from(piece)), file)))
        });
        Ok(reqwest::Body::wrap(StreamBody::new(pieces)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_made_up_file_is_the_same_each_time_and_goes_away() {
        let (one, other) = (make_up().unwrap(), make_up().unwrap());
        let path = one.path.clone();
        let (one, other) = (Sample::read(one).unwrap(), Sample::read(other).unwrap());
        assert_eq!(one.sha256(), other.sha256());
        assert_eq!(one.field_type(), "text");
        drop(one);
        assert!(!path.exists());
    }

    #[test]
    fn a_content_type_is_guessed_from_the_extension() {
        for (path, content_type) in [
            ("a/photo.JPG", "image/jpeg"),
            ("report.pdf", "application/pdf"),
            ("archive.tar.zst", "application/octet-stream"),
            ("Makefile", "application/octet-stream"),
        ] {
            assert_eq!(content_type_of(Path::new(path)), content_type, "{path}");
        }
    }

    #[test]
    fn a_name_loses_what_an_upload_refuses() {
        assert_eq!(upload_name(Path::new("/tmp/a\\b\nc.txt")), "a_b_c.txt");
    }
}
