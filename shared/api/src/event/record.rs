//! What a source's records have in common.

use std::fmt;

use serde_json::Value;
use stowage_domain::Error;

/// A record that isn't what its source sends; says what is wrong, without a value of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable(pub &'static str);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Unreadable {}

impl Unreadable {
    /// The error of a message whose body this is.
    pub fn in_message(self) -> Error {
        Error::internal(format!("an unreadable message: {self}"))
    }
}

/// A record of an event.
pub trait Record: Send + Sync + Sized {
    /// What Lambda calls its source.
    const SOURCE: &'static str;

    /// Whether records are handled in the order in which they came, one group after the other.
    const IN_ORDER: bool;

    /// What a failure of this record is reported by.
    fn id(record: &Value) -> Option<&str>;

    /// Reads one.
    fn read(record: Value) -> Result<Self, Unreadable>;

    /// How often it has been delivered by now, where the source tells: 1 the first time.
    fn attempt(&self) -> Option<u32> {
        None
    }
}
