//! Insertion policies of unique-key buckets (contract section 6).

use serde::{Deserialize, Serialize};

use crate::violation::Path;
use crate::{Error, Result};

/// What a create does when an object with the unique key exists, or doesn't.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// Absent: create. Present: 409.
    Insert,
    /// Absent: 404. Present: update.
    Update,
    /// Absent: create. Present: update.
    Upsert,
}

impl Policy {
    /// The names on the wire.
    pub const NAMES: [&'static str; 3] = ["insert", "update", "upsert"];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Upsert => "upsert",
        }
    }

    /// Reads the `policy` query parameter. An unknown name is a 422, unique key or not.
    pub fn parse_query(text: Option<&str>) -> Result<Option<Self>> {
        match text {
            None => Ok(None),
            Some("insert") => Ok(Some(Self::Insert)),
            Some("update") => Ok(Some(Self::Update)),
            Some("upsert") => Ok(Some(Self::Upsert)),
            Some(_) => Err(Error::field(
                "enum",
                Path::query().key("policy"),
                format!("must be one of {}", Self::NAMES.join(", ")),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_as_itself_and_nothing_else_does() {
        for name in Policy::NAMES {
            assert_eq!(Policy::parse_query(Some(name)).unwrap().unwrap().name(), name);
        }
        assert_eq!(Policy::parse_query(None), Ok(None));
        assert_eq!(Policy::parse_query(Some("Insert")).unwrap_err().status(), 422);
    }
}
