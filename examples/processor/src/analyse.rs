//! What is found in bytes: the words of a text, the size of an image.

use serde_json::{Value, json};

/// What a blob is, so far as it decides what is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Its words are counted.
    Text,
    /// It is measured.
    Image,
    /// Its bytes are counted.
    Other,
}

impl Content {
    /// By a blob's type, and where that says little by its MIME type.
    pub(crate) fn of(kind: &str, mime_type: Option<&str>) -> Self {
        let mime_type = mime_type.unwrap_or_default();
        match kind {
            "text" | "string" => Self::Text,
            "image" => Self::Image,
            _ if mime_type.starts_with("text/") => Self::Text,
            _ if mime_type.starts_with("image/") => Self::Image,
            _ => Self::Other,
        }
    }

    /// What is found in these bytes, or why nothing can be.
    pub(crate) fn analyse(self, bytes: &[u8]) -> Result<Value, String> {
        match self {
            Self::Text => {
                let text = std::str::from_utf8(bytes).map_err(|_| "the text is not UTF-8".to_owned())?;
                Ok(json!({
                    "lines": text.lines().count(),
                    "words": text.split_whitespace().count(),
                    "characters": text.chars().count(),
                }))
            }
            Self::Image => {
                let size =
                    imagesize::blob_size(bytes).map_err(|_| "no image can be read there".to_owned())?;
                Ok(json!({"width": size.width, "height": size.height}))
            }
            Self::Other => Ok(json!({"bytes": bytes.len()})),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_counted_and_images_measured() {
        assert_eq!(
            Content::Text.analyse("to be or\nnot to bé".as_bytes()),
            Ok(json!({"lines": 2, "words": 6, "characters": 18}))
        );
        // The beginning of a GIF of 3 by 2.
        assert_eq!(
            Content::Image.analyse(b"GIF89a\x03\x00\x02\x00\x00\x00\x00;"),
            Ok(json!({"width": 3, "height": 2}))
        );
        assert_eq!(Content::Other.analyse(b"1234"), Ok(json!({"bytes": 4})));
        assert!(Content::Image.analyse(b"no image").is_err());
        assert!(Content::Text.analyse(b"\xff").is_err());
    }

    #[test]
    fn the_type_decides_and_then_the_mime_type() {
        assert_eq!(Content::of("image", Some("text/plain")), Content::Image);
        assert_eq!(Content::of("file", Some("text/markdown")), Content::Text);
        assert_eq!(Content::of("video", Some("video/mp4")), Content::Other);
    }
}
