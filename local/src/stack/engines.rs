//! The embedded engines: dynoxide for DynamoDB, our own backend for S3.

use std::time::Duration;

use dynoxide::Database;
use stowage_local_s3::{Config, Engine, ObjectCreated};
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;

use crate::server::stopped;

use super::data::OpenData;
use super::identity::Identity;
use super::{BLOB_BUCKET, REGION, StartError, stream_index};

/// The embedded DynamoDB.
#[derive(Clone)]
pub(crate) struct DynamoDb {
    database: Database,
}

impl DynamoDb {
    /// Opens the database: a file, or memory for an ephemeral stack.
    pub(crate) fn open(data: &OpenData) -> Result<Self, StartError> {
        let opened = if data.is_ephemeral() {
            stream_index::memory(&data.join(""))
        } else {
            stream_index::open(&data.join("dynamodb.sqlite"))
        };
        let database = opened.map_err(|reason| StartError::Engine { engine: "DynamoDB", reason })?;
        Ok(Self { database })
    }

    /// Serves it until `stop` turns true.
    pub(crate) async fn serve(self, listener: TcpListener, stop: watch::Receiver<bool>) {
        if let Err(error) =
            dynoxide::server::serve_with_shutdown(listener, self.database, stopped(stop)).await
        {
            tracing::error!(%error, "DynamoDB ended");
        }
    }

    /// Removes expired items from time to time: dynoxide does so only when told.
    pub(crate) async fn sweep(self, every: Duration, stop: watch::Receiver<bool>) {
        let mut stop = std::pin::pin!(stopped(stop));
        loop {
            tokio::select! {
                () = &mut stop => return,
                () = tokio::time::sleep(every) => {}
            }
            let database = self.database.clone();
            let swept = tokio::task::spawn_blocking(move || database.sweep_ttl()).await;
            if let Ok(Err(error)) = swept {
                tracing::warn!(%error, "expired items were not removed");
            }
        }
    }
}

/// The embedded S3.
pub(crate) struct S3 {
    engine: Engine,
}

impl S3 {
    /// Opens it and makes the bucket.
    pub(crate) fn open(data: &OpenData, identity: &Identity) -> Result<Self, StartError> {
        let failed = |error: std::io::Error| StartError::Engine { engine: "S3", reason: error.to_string() };
        let engine = Engine::open(Config {
            root: data.join("s3"),
            access_key: identity.s3_access_key.clone(),
            secret_key: identity.s3_secret_key.clone(),
            region: REGION.to_owned(),
        })
        .map_err(failed)?;
        engine.create_bucket(BLOB_BUCKET).map_err(failed)?;
        Ok(Self { engine })
    }

    /// What is written from now on.
    pub(crate) fn written(&self) -> UnboundedReceiver<ObjectCreated> {
        self.engine.subscribe()
    }

    /// Serves it until `stop` turns true.
    pub(crate) async fn serve(self, listener: TcpListener, stop: watch::Receiver<bool>) {
        if let Err(error) = self.engine.serve(listener, stopped(stop)).await {
            tracing::error!(%error, "S3 ended");
        }
    }
}
