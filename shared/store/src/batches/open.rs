//! Attempts that are open, over all organisations, oldest first, in the partitions `active#{shard}`: so
//! that those can be ended of which nothing is heard any more.

use serde::Deserialize;
use stowage_domain::Result;
use stowage_domain::batch::BatchProgress;
use stowage_domain::id::{BatchId, OrganisationId};
use stowage_domain::listing::{Stretch, Walked};

use super::progress::ACTIVE;
use crate::Store;
use crate::listing::List;
use crate::ports::{ListAttempts, OpenAttempt, Row};
use crate::tasks::LISTING_SHARDS;

#[derive(Deserialize)]
struct Read {
    organisation_id: OrganisationId,
    batch_id: BatchId,
    #[serde(flatten)]
    progress: BatchProgress,
}

impl From<Read> for OpenAttempt {
    fn from(read: Read) -> Self {
        Self { organisation_id: read.organisation_id, batch_id: read.batch_id, progress: read.progress }
    }
}

impl ListAttempts for Store {
    async fn list_attempts(&self, stretch: &Stretch) -> Result<Walked<Row<OpenAttempt>>> {
        let list = List { table: &self.tables.batches, name: ACTIVE.to_owned(), shards: LISTING_SHARDS };
        self.walk_rows::<Read, _>(&list, stretch).await
    }
}
