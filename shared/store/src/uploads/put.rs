//! Storing new uploads.

use std::sync::atomic::{AtomicBool, Ordering};

use futures::stream::{self, StreamExt as _};
use stowage_domain::error::Cause;
use stowage_domain::upload::Upload;
use stowage_domain::{Error, Result};

use super::item::to_upload_item;
use crate::Store;
use crate::pace::{Outcome, Pace};
use crate::ports::PutUpload;

/// Uploads of a batch that are being stored at a time.
const AT_ONCE: usize = 16;

impl PutUpload for Store {
    async fn put_upload(&self, upload: &Upload) -> Result<()> {
        self.put_new_upload(upload, self.writing()).await
    }

    async fn put_uploads(&self, uploads: &[&Upload]) -> Result<()> {
        // All within one request's time, and none is begun after one has failed.
        let (pace, failed) = (self.writing(), AtomicBool::new(false));
        let puts: Vec<_> = uploads.iter().map(|upload| self.put_one_of(upload, &pace, &failed)).collect();
        let outcomes: Vec<Result<()>> = stream::iter(puts).buffer_unordered(AT_ONCE).collect().await;
        let any_stored = outcomes.iter().any(Result::is_ok);
        // What would fail again tells most, then an unknown outcome, then a 503.
        match outcomes.into_iter().filter_map(Result::err).min_by_key(Error::status) {
            None => Ok(()),
            Some(error) if any_stored => Err(error.after_a_write()),
            Some(error) => Err(error),
        }
    }
}

impl Store {
    async fn put_one_of(&self, upload: &Upload, pace: &Pace, failed: &AtomicBool) -> Result<()> {
        if failed.load(Ordering::Relaxed) {
            return Err(Error::Unavailable(Cause::new("another upload of the batch could not be stored")));
        }
        let outcome = self.put_new_upload(upload, pace.beside()).await;
        failed.fetch_or(outcome.is_err(), Ordering::Relaxed);
        outcome
    }

    async fn put_new_upload(&self, upload: &Upload, mut pace: Pace) -> Result<()> {
        // The id is random and chosen once for the request: a repeat writes the same again.
        let put = self
            .client
            .put_item()
            .table_name(&self.tables.uploads)
            .set_item(Some(to_upload_item(upload, 0)?));
        pace.send(|| put.clone().send()).await.map_err(Outcome::into_error)?;
        Ok(())
    }
}
