//! The end of an attempt at a batch: by its last report, or because it is given up.

use stowage_domain::Result;
use stowage_domain::batch::{Batch, BatchProgress};
use stowage_domain::task::Task;
use stowage_domain::time::Timestamp;
use stowage_store::ports::{ChangeBatch, FindTask, ReleaseObjects};

/// A batch's task. Its record changes together with the batch's alone.
pub async fn task_of(store: &impl FindTask, batch: &Batch) -> Result<Option<Task>> {
    match &batch.task_id {
        Some(task_id) => store.find_task(&batch.organisation_id, task_id).await,
        None => Ok(None),
    }
}

/// Ends a batch's attempt, with its task; an attempt that is at its end stays as it is. What nothing
/// final was reported of counts as failed if there is a reason to give up, and what its processor had
/// begun with becomes FAILED for it. A 409 if another attempt has begun. Repeated, it does what was left
/// undone.
pub async fn end_attempt<S: ChangeBatch + FindTask + ReleaseObjects>(
    store: &S,
    batch: &Batch,
    progress: &BatchProgress,
    given_up: Option<&str>,
    now: Timestamp,
) -> Result<Batch> {
    let task = task_of(store, batch).await?;
    let change = |stored: &Batch| {
        if stored.attempt != progress.attempt {
            return Err(stored.stale(progress.attempt));
        }
        // Another report may have been the last one, too.
        if !stored.status.is_active() {
            return Ok((stored.clone(), None));
        }
        let finished = stored.finished(progress, given_up, now)?;
        let task = task.as_ref().map(|task| task.of_batch(&finished, Some(progress), now));
        Ok((finished, task))
    };
    let (batch, _) = store.change_batch(batch, change).await?;
    if given_up.is_some() {
        store.release_objects(&batch, given_up, now).await?;
    }
    Ok(batch)
}
