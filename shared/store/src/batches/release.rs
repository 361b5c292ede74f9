//! Ending what a batch's processor has begun with and won't end.

use stowage_domain::Result;
use stowage_domain::batch::Batch;
use stowage_domain::id::ObjectId;
use stowage_domain::object::{Object, ObjectStatus, Processed};
use stowage_domain::time::Timestamp;

use crate::Store;
use crate::pace::Outcome;
use crate::ports::ReleaseObjects;

impl ReleaseObjects for Store {
    async fn release_objects(&self, batch: &Batch, error: Option<&str>, now: Timestamp) -> Result<()> {
        let ids: Vec<&ObjectId> = batch.to_process().iter().collect();
        let objects = self.objects_of(batch, &ids, &mut self.reading()).await?;
        for object in objects.into_values().filter(|object| object.is_in_progress_for(&batch.batch_id)) {
            self.release(batch, object, error, now).await?;
        }
        Ok(())
    }
}

impl Store {
    /// Ends what a processor began and won't end. One that has changed meanwhile is looked at again.
    async fn release(
        &self,
        batch: &Batch,
        mut object: Object,
        error: Option<&str>,
        now: Timestamp,
    ) -> Result<()> {
        let mut pace = self.writing();
        let released = Processed {
            batch_id: batch.batch_id.clone(),
            attempt: batch.attempt,
            status: if error.is_some() { ObjectStatus::Failed } else { ObjectStatus::Pending },
            error: error.map(str::to_owned),
            document_count: None,
        };
        loop {
            let update = self.process_object(&object, &released, now)?;
            match pace.send(|| update.clone().send()).await {
                Ok(_) => return Ok(()),
                Err(Outcome::Condition(_)) => {}
                Err(outcome) => return Err(outcome.into_error()),
            }
            pace.wait_for_others("DynamoDB: the object changed meanwhile").await?;
            let stored = self.object(&batch.bucket_id, &object.object_id, &mut pace).await?;
            match stored.filter(|object| object.is_in_progress_for(&batch.batch_id)) {
                Some(changed) => object = changed,
                None => return Ok(()),
            }
        }
    }
}
