//! Reaching a stack's keys: through the running stack's DynamoDB, or by opening its data.

use std::fs;
use std::path::Path;

use stowage_api::aws::{Aws, Endpoints, Roots};
use stowage_domain::id::OrganisationId;
use stowage_store::tables::TableNames;
use stowage_store::{Settings, Store};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::data::{Data, OpenData, announcement};
use super::engines::DynamoDb;
use super::identity::{IDENTITY, Identity};
use super::{REGION, StackInfo, StartError, TABLE_PREFIX, tables};

/// The records of a stack, and its organisation.
#[derive(Debug)]
pub(crate) struct KeysAccess {
    store: Store,
    organisation: OrganisationId,
    own_engine: Option<(watch::Sender<bool>, JoinHandle<()>, OpenData)>,
}

impl KeysAccess {
    /// Opens the keys of the stack with this data; `None` if no stack ever had it.
    pub(crate) async fn open(directory: &Path) -> Result<Option<Self>, StartError> {
        // Without this, naming any other directory would make a stack of it.
        if !directory.join(IDENTITY).is_file() {
            return Ok(None);
        }
        Self::open_existing(directory).await.map(Some)
    }

    async fn open_existing(directory: &Path) -> Result<Self, StartError> {
        match OpenData::open(&Data::Directory(directory.to_owned())) {
            Ok(data) => Self::of_resting_stack(data).await,
            Err(StartError::InUse { path }) => {
                let file = announcement(directory);
                let info =
                    fs::read(&file).ok().and_then(|bytes| serde_json::from_slice::<StackInfo>(&bytes).ok());
                let Some(info) = info else { return Err(StartError::InUse { path }) };
                let identity = Identity::load(&directory.join(IDENTITY))?;
                let store = store(&identity, &info.dynamodb).0;
                Ok(Self { store, organisation: identity.organisation_id, own_engine: None })
            }
            Err(error) => Err(error),
        }
    }

    async fn of_resting_stack(data: OpenData) -> Result<Self, StartError> {
        let identity = Identity::load_or_create(&data)?;
        let engine = DynamoDb::open(&data)?;
        let host = std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
        let failed = |source| StartError::Listen { host, port: 0, source };
        let listener = TcpListener::bind((host, 0)).await.map_err(failed)?;
        let url = format!("http://{}", listener.local_addr().map_err(failed)?);
        let (stop, stopped) = watch::channel(false);
        let served = tokio::spawn(engine.serve(listener, stopped));
        let (store, client) = store(&identity, &url);
        tables::create(&client, TABLE_PREFIX).await?;
        identity.seed(&store).await?;
        Ok(Self { store, organisation: identity.organisation_id, own_engine: Some((stop, served, data)) })
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn organisation(&self) -> &OrganisationId {
        &self.organisation
    }

    /// Ends the engine, if it was opened for this.
    pub(crate) async fn close(self) {
        if let Some((stop, served, _data)) = self.own_engine {
            stop.send_replace(true);
            let _ = tokio::time::timeout(std::time::Duration::from_secs(5), served).await;
        }
    }
}

fn store(identity: &Identity, dynamodb: &str) -> (Store, aws_sdk_dynamodb::Client) {
    let endpoints = Endpoints { dynamodb: Some(dynamodb.to_owned()), ..Endpoints::default() };
    let client = Aws::new(REGION, &identity.credentials(), endpoints, Roots::Amazon).dynamodb();
    (Store::new(client.clone(), TableNames::with_prefix(TABLE_PREFIX), Settings::default()), client)
}
