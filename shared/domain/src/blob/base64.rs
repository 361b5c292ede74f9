//! Base64 as clients send it.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// The standard alphabet; padding is optional, because many clients leave it off.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Decodes base64, line breaks and all.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    if text.contains(|c: char| c.is_ascii_whitespace()) {
        let joined: String = text.split_ascii_whitespace().collect();
        return LENIENT.decode(joined).ok();
    }
    LENIENT.decode(text).ok()
}

/// Fewest characters that count as forgotten base64. Shorter runs of letters are too likely words.
const SUSPICIOUS_CHARS: usize = 16;

/// Whether a text is base64 of readable text: almost surely a client that forgot to decode.
pub(super) fn is_encoded_text(text: &str) -> bool {
    text.len() >= SUSPICIOUS_CHARS
        && text.len().is_multiple_of(4)
        && LENIENT.decode(text).is_ok_and(|bytes| {
            std::str::from_utf8(&bytes)
                .is_ok_and(|inner| inner.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_and_line_breaks_are_optional() {
        for text in ["aGVsbG8=", "aGVsbG8", "aGVs\r\nbG8=\n"] {
            assert_eq!(decode(text).as_deref(), Some(b"hello".as_slice()), "{text}");
        }
        assert_eq!(decode("a$b"), None);
    }

    #[test]
    fn encoded_text_is_told_from_words_and_hashes() {
        assert!(is_encoded_text("SGVsbG8sIHdvcmxkISBIZWxsbyE="));
        for text in ["Hello, world!", "internationalisation", "hello", "5eb63bbbe01eeed093cb22bb8f5acdc3"] {
            assert!(!is_encoded_text(text), "{text}");
        }
    }
}
