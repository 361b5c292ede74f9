//! Keys of Mixpeek's engine.

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

/// A key that is accepted, whatever its value, and not kept.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ignored;

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

#[cfg(feature = "openapi")]
impl schemars::JsonSchema for Ignored {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Ignored".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"description": "Of Mixpeek's engine: accepted, and not kept."})
    }
}
