//! Stowage's records in DynamoDB: table layout, item mapping, conditional writes.
//!
//! One [`Store`] implements every port of [`ports`]; a function's handler names exactly the ports
//! that it needs, and its IAM statement grants exactly those. Every failure of a call is classified
//! in `failure`, and every retry goes through `pace`, which knows whether a lost answer leaves the
//! outcome unknown: only then is the answer a 500 instead of a 503.

#![expect(
    clippy::disallowed_methods,
    reason = "clippy.toml bans the SDK's writes everywhere but in this crate"
)]

mod batches;
mod cache;
mod calls;
mod catalog;
mod counters;
mod failure;
mod item;
mod listing;
mod objects;
mod pace;
mod passes;
pub mod ports;
mod sweep;
pub mod tables;
mod tasks;
mod uploads;

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;

pub use pace::throttles;

use cache::CatalogCache;
use pace::Pace;
use tables::TableNames;

/// How the store behaves; the defaults suit a function with a 10-second timeout.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long keys, namespaces and buckets are kept in memory: the bound on how late a revocation
    /// shows.
    pub cache_for: Duration,
    /// How long throttles, conflicts and lost answers are retried before the request fails.
    pub retry_for: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { cache_for: Duration::from_mins(1), retry_for: Duration::from_secs(6) }
    }
}

/// The records of one deployment. Cheap to clone; clones share connections and cache.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    tables: Arc<TableNames>,
    cache: Arc<CatalogCache>,
    settings: Settings,
}

impl Store {
    /// A store over a client whose own retries are off: `pace` retries, because only it can tell an
    /// unknown outcome from a refused write.
    pub fn new(client: Client, tables: TableNames, settings: Settings) -> Self {
        let cache = Arc::new(CatalogCache::new(settings.cache_for));
        Self { client, tables: Arc::new(tables), cache, settings }
    }

    fn reading(&self) -> Pace {
        Pace::reading(self.settings.retry_for)
    }

    fn writing(&self) -> Pace {
        Pace::writing(self.settings.retry_for)
    }
}
