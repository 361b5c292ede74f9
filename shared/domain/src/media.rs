//! Content types: how one is read, which field types it may fill, which file extension it gets.

use std::fmt;

use mime::Mime;

use crate::schema::FieldType;
use crate::violation::{Path, Violations};

/// Longest content type in characters: it is signed into a URL and kept with the file.
const MAX_CHARS: usize = 255;

const GIF: &str = "image/gif";
const CSV: &str = "text/csv";
const UNKNOWN_BYTES: &str = "application/octet-stream";

/// Whether a browser may show a file of this content type rather than save it: it can hold no script.
pub fn may_be_shown(content_type: &str) -> bool {
    let essence = essence(content_type).to_ascii_lowercase();
    let class = essence.split('/').next().unwrap_or_default();
    // Of XML, such as SVG, nobody knows.
    let is_passive = matches!(class, "image" | "video" | "audio") && !essence.ends_with("+xml");
    is_passive || matches!(essence.as_str(), "application/pdf" | "text/plain")
}

/// A content type that has been checked: one type and one subtype, perhaps with parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentType {
    text: String,
    essence: String,
}

impl ContentType {
    /// Reads what a client calls a content type; `at` is where.
    pub fn parse(text: &str, at: &Path) -> Result<Self, Violations> {
        match read_essence(text) {
            Ok(essence) => Ok(Self { text: text.to_owned(), essence }),
            Err(reason) => {
                let mut found = Violations::new();
                found.add("value_error", at.clone(), reason);
                Err(found)
            }
        }
    }

    /// The content type as it was given: what is signed must be what the client sends.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `type/subtype` alone, in lower case.
    pub fn essence(&self) -> &str {
        &self.essence
    }
}

impl fmt::Display for ContentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn read_essence(text: &str) -> Result<String, &'static str> {
    const MALFORMED: &str = "must be a content type such as image/png";
    if text.is_empty() || text.len() > MAX_CHARS {
        return Err("must have 1 to 255 characters");
    }
    // What stays is written into HTTP headers, where a line break would start another header.
    if !text.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) {
        return Err("must be printable ASCII");
    }
    if text.starts_with(' ') || text.ends_with(' ') {
        return Err(MALFORMED);
    }
    let mime: Mime = text.parse().map_err(|_| MALFORMED)?;
    let essence = mime.essence_str().to_ascii_lowercase();
    if essence.ends_with('/') {
        return Err(MALFORMED); // which the parser lets pass
    }
    if essence.contains('*') {
        return Err("must name one type, without a wildcard");
    }
    Ok(essence)
}

/// The `type/subtype` of a content type that was read before, or that S3 reports; in any case.
pub fn essence(content_type: &str) -> &str {
    let end = content_type.find(';').unwrap_or(content_type.len());
    content_type[..end].trim()
}

/// The field type that files of a content type have unless the client names another.
pub fn field_type_of(essence: &str) -> Option<FieldType> {
    let essence = essence.to_ascii_lowercase();
    match essence.as_str() {
        CSV
        | "application/vnd.ms-excel"
        | "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => {
            return Some(FieldType::Excel);
        }
        "application/pdf" => return Some(FieldType::Pdf),
        "application/json" | "application/xml" => return Some(FieldType::Text),
        _ => {}
    }
    match essence.split_once('/')?.0 {
        "image" => Some(FieldType::Image),
        "video" => Some(FieldType::Video),
        "audio" => Some(FieldType::Audio),
        "text" => Some(FieldType::Text),
        _ => None,
    }
}

/// Whether a file of a content type may go to a field of a type.
///
/// Bytes of an unknown kind fit every file type, since many clients name no better content type.
pub fn fits(essence: &str, field_type: FieldType) -> bool {
    match (essence.to_ascii_lowercase().as_str(), field_type) {
        (UNKNOWN_BYTES, _) => field_type.is_file(),
        (GIF, FieldType::Video) | (CSV, FieldType::Text) => true,
        (essence, _) => field_type_of(essence) == Some(field_type),
    }
}

/// The extension, without its dot, of a file that Stowage names itself.
pub fn extension_for(essence: &str) -> &'static str {
    match essence.to_ascii_lowercase().as_str() {
        "application/json" => "json",
        "application/xml" | "text/xml" => "xml",
        "application/pdf" => "pdf",
        "application/vnd.ms-excel" => "xls",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        CSV => "csv",
        "text/html" => "html",
        "image/png" => "png",
        "image/jpeg" => "jpg",
        GIF => "gif",
        "image/webp" => "webp",
        "image/svg+xml" => "svg",
        "video/mp4" => "mp4",
        "video/quicktime" => "mov",
        "video/webm" | "audio/webm" => "webm",
        "audio/mpeg" => "mp3",
        "audio/wav" | "audio/x-wav" | "audio/wave" => "wav",
        other if other.starts_with("text/") => "txt",
        _ => "bin",
    }
}

/// The schema of what [`ContentType::parse`] reads.
#[cfg(feature = "openapi")]
pub(crate) fn content_type_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    const NAME: &str = "[!#$%&'+.^_`|~0-9A-Za-z-]+";
    const PARAMETER: &str = r#"; *[!#$%&'*+.^_`|~0-9A-Za-z-]+=([!#$%&'*+.^_`|~0-9A-Za-z-]*|"[ !#-~]+")"#;
    schemars::json_schema!({
        "type": "string",
        "maxLength": MAX_CHARS,
        "pattern": format!("^{NAME}/{NAME}({PARAMETER})*;?$"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_type_keeps_its_text_and_knows_its_essence() {
        let html = ContentType::parse("Text/HTML; charset=utf-8", &Path::body()).unwrap();
        assert_eq!(html.as_str(), "Text/HTML; charset=utf-8");
        assert_eq!(html.essence(), "text/html");
        assert_eq!(html.to_string(), html.as_str());
        assert_eq!(essence("image/svg+xml"), "image/svg+xml");
        assert_eq!(essence("Text/HTML ; charset=utf-8"), "Text/HTML");
    }

    #[test]
    fn only_what_holds_no_script_may_be_shown() {
        for shown in ["image/png", "VIDEO/mp4", "audio/ogg; codecs=opus", "application/pdf", "text/plain"] {
            assert!(may_be_shown(shown), "{shown}");
        }
        for saved in ["text/html", "image/svg+xml", "Image/SVG+XML; q=1", "application/json", "text/xml", ""]
        {
            assert!(!may_be_shown(saved), "{saved}");
        }
    }

    #[test]
    fn what_is_no_content_type_is_refused() {
        let long = format!("text/{}", "a".repeat(251));
        for text in [
            "",
            "png",
            "image/",
            "/png",
            "image/*",
            "*/*",
            "image/png\r\nx: y",
            "image/png\0",
            "imäge/png",
            " image/png",
            "image/png ",
            "image /png",
            &long,
        ] {
            assert!(ContentType::parse(text, &Path::body()).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_content_type_has_one_usual_field_type_and_may_fit_more() {
        use FieldType::{Audio, Excel, Image, Object, Pdf, String, Text, Video};
        for (essence, usual, also, never) in [
            ("image/gif", Some(Image), Some(Video), Audio),
            ("text/csv", Some(Excel), Some(Text), Image),
            ("application/json", Some(Text), None, Object),
            ("Application/PDF", Some(Pdf), None, Text),
            ("audio/flac", Some(Audio), None, Video),
            ("application/octet-stream", None, Some(Pdf), String),
            ("application/zip", None, None, Text),
            ("text/plain", Some(Text), None, String),
        ] {
            assert_eq!(field_type_of(essence), usual, "{essence}");
            assert!(usual.is_none_or(|t| fits(essence, t)), "{essence}");
            assert!(also.is_none_or(|t| fits(essence, t)), "{essence}");
            assert!(!fits(essence, never), "{essence}");
        }
    }

    #[test]
    fn extensions() {
        for (essence, extension) in [
            ("text/plain", "txt"),
            ("text/markdown", "txt"),
            ("Image/JPEG", "jpg"),
            ("application/zip", "bin"),
        ] {
            assert_eq!(extension_for(essence), extension);
        }
    }
}
