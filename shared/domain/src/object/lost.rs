//! An object whose bytes are gone.

use super::{Object, ObjectStatus};
use crate::place::Place;
use crate::time::Timestamp;

impl Object {
    /// Whether a blob has its bytes in this place.
    pub fn has_place(&self, place: &Place) -> bool {
        self.blobs.iter().any(|blob| blob.place.as_ref() == Some(place))
    }

    /// The object, of which it is known that bytes are gone. What it says already of what went wrong with it
    /// stays.
    #[must_use]
    pub fn with_loss(&self, reason: &str, now: Timestamp) -> Self {
        Self {
            status: ObjectStatus::Failed,
            error: Some(self.error.clone().unwrap_or_else(|| reason.to_owned())),
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        }
    }
}
