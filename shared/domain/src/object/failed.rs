//! An object that is found to be broken: its bytes are gone, or other ones than were declared.

use super::{Object, ObjectStatus};
use crate::place::Place;
use crate::time::Timestamp;

impl Object {
    /// Whether a blob has its bytes in this place.
    pub fn has_place(&self, place: &Place) -> bool {
        self.blobs.iter().any(|blob| blob.place.as_ref() == Some(place))
    }

    /// The object as one that has failed for this reason. What it says already of what went wrong with it
    /// stays.
    #[must_use]
    pub fn as_failed(&self, reason: &str, now: Timestamp) -> Self {
        Self {
            status: ObjectStatus::Failed,
            error: Some(self.error.clone().unwrap_or_else(|| reason.to_owned())),
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        }
    }
}
