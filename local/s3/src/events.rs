//! Events for each published object.

use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// An object became visible. Delete markers make no event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectCreated {
    /// `ObjectCreated:Put`, `ObjectCreated:Copy` or `ObjectCreated:CompleteMultipartUpload`.
    pub event: &'static str,
    /// Name of the bucket.
    pub bucket: String,
    /// Key of the object, as it is (S3's own events encode it like a form field).
    pub key: String,
    /// The version that was created.
    pub version_id: String,
    /// Size in bytes.
    pub size: u64,
    /// The `ETag`, without quotes.
    pub etag: String,
}

/// The subscribers. Sending never waits, so it can be done under the commit lock, which makes the
/// order of events the order of commits.
#[derive(Debug, Clone, Default)]
pub(crate) struct Events(Arc<Mutex<Vec<UnboundedSender<ObjectCreated>>>>);

impl Events {
    pub(crate) fn subscribe(&self) -> UnboundedReceiver<ObjectCreated> {
        let (sender, receiver) = unbounded_channel();
        let mut senders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        senders.push(sender);
        receiver
    }

    pub(crate) fn send(&self, event: &ObjectCreated) {
        let mut senders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        senders.retain(|sender| sender.send(event.clone()).is_ok());
    }
}
