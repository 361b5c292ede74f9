//! The types that a schema's field may have.

use serde::{Deserialize, Serialize};

macro_rules! field_types {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// The type of a schema's field, of a custom field's value or of a blob.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
        #[serde(rename_all = "lowercase")]
        pub enum FieldType {
            $($(#[$doc])* $variant,)+
        }

        impl FieldType {
            /// Every type.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The names on the wire, for messages that list them.
            pub const NAMES: &'static [&'static str] = &[$($name,)+];

            /// The name on the wire.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

field_types! {
    /// Text in the object itself.
    String = "string",
    /// Any number.
    Number = "number",
    /// A whole number of 64 bits.
    Integer = "integer",
    /// Any number.
    Float = "float",
    /// True or false.
    Boolean = "boolean",
    /// A map.
    Object = "object",
    /// A list.
    Array = "array",
    /// A calendar date.
    Date = "date",
    /// A date and a time of day.
    Datetime = "datetime",
    /// A text file, or text.
    Text = "text",
    /// An image file.
    Image = "image",
    /// A sound file.
    Audio = "audio",
    /// A video file.
    Video = "video",
    /// A PDF file.
    Pdf = "pdf",
    /// A spreadsheet file.
    Excel = "excel",
}

impl FieldType {
    /// Whether a blob holds the value.
    pub fn is_file(self) -> bool {
        use FieldType::{Audio, Excel, Image, Pdf, Text, Video};
        matches!(self, Text | Image | Audio | Video | Pdf | Excel)
    }

    /// Whether a value is one plain thing: what a unique key may be made of.
    pub fn is_scalar(self) -> bool {
        !self.is_file() && !matches!(self, Self::Object | Self::Array)
    }

    /// Reads a schema's type: the name as it stands.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|t| t.name() == text)
    }

    /// Reads a blob's type as clients send it: in any case, and `json` for an object.
    pub fn parse_lenient(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "json" => Some(Self::Object),
            name => Self::parse(name),
        }
    }

    /// The schema of what [`Self::parse_lenient`] reads, as a pattern.
    #[cfg(feature = "openapi")]
    pub(crate) fn lenient_pattern() -> String {
        crate::openapi::in_any_case(Self::NAMES.iter().copied().chain(["json"]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_reads_and_serialises_as_its_name() {
        for field_type in FieldType::ALL {
            assert_eq!(FieldType::parse(field_type.name()), Some(*field_type));
            assert_eq!(serde_json::to_value(field_type).unwrap(), field_type.name());
        }
    }

    #[test]
    fn a_schema_is_strict_and_a_blob_is_not() {
        for text in ["IMAGE", "keyword", "json", "uuid", "document", ""] {
            assert_eq!(FieldType::parse(text), None, "{text}");
        }
        assert_eq!(FieldType::parse_lenient("PDF"), Some(FieldType::Pdf));
        assert_eq!(FieldType::parse_lenient("Json"), Some(FieldType::Object));
        assert_eq!(FieldType::parse_lenient("DOCUMENT"), None);
    }

    #[test]
    fn each_type_is_a_file_a_scalar_or_a_container() {
        let count = |test: fn(FieldType) -> bool| FieldType::ALL.iter().filter(|t| test(**t)).count();
        assert_eq!((count(FieldType::is_file), count(FieldType::is_scalar)), (6, 7));
        assert!(!FieldType::Array.is_scalar() && !FieldType::Text.is_scalar());
    }
}
