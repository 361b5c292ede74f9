//! Parts of multipart uploads that nobody ended: of a process that was killed, or that couldn't tell S3. The
//! bucket's own rule removes them, too, but only after days, and a store that isn't S3 may have none.

use stowage_blobs::ports::{AbortParts, Begun};
use stowage_domain::Result;

use crate::{Reconcile, Run};

/// What the pass is called.
pub(crate) const PASS: &str = "parts";
/// Where they may be.
const PREFIXES: [&str; 2] = ["mirror/", "uploads/"];

impl<S: Sync, B: AbortParts> Reconcile<S, B> {
    /// Aborts those that were begun long ago; false if time ran out. It begins anew each time: what is
    /// aborted isn't listed any more, and what goes on is little.
    pub(crate) async fn abort_parts(&self, run: &mut Run<'_>) -> Result<bool> {
        for prefix in PREFIXES {
            let mut after: Option<Begun> = None;
            loop {
                if !run.goes_on() {
                    return Ok(false);
                }
                let page = self.blobs.list_begun(prefix, after.as_ref()).await?;
                for begun in &page.found {
                    if !run.goes_on() {
                        return Ok(false);
                    }
                    if begun.at.plus_seconds(self.grace.parts) <= run.now() {
                        match self.blobs.abort(begun).await {
                            Ok(()) => run.count("aborted_multipart_uploads"),
                            Err(error) => run.leave("multipart upload", &begun.key, error),
                        }
                    }
                }
                after = page.found.into_iter().next_back();
                if !page.more || after.is_none() {
                    break;
                }
            }
        }
        Ok(true)
    }
}
