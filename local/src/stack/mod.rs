//! The whole system in one process.

mod data;
mod engines;
mod error;
mod identity;
mod keys_access;
mod listen;
mod stream_index;
mod tables;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use serde::{Deserialize, Serialize};
use stowage_api::Auth;
use stowage_api::aws::{Aws, Credentials, Endpoints, Roots, https};
use stowage_blobs::Blobs;
use stowage_blobs::ports::MAX_HASHED_BYTES;
use stowage_bus::Bus;
use stowage_domain::upload::Grace;
use stowage_fetch::FetchRules;
use stowage_store::tables::TableNames;
use stowage_store::{Settings, Store};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::bus::{self, EVENT_BUS, EventBus};
use crate::functions::Functions;
use crate::gateway;
use crate::relay::{self, Relay, RelayOptions};
use crate::schedule;
use crate::sqs;
pub use data::Data;
use data::OpenData;
pub(crate) use data::write_private;
use engines::{DynamoDb, S3};
pub use error::StartError;
use identity::Identity;
pub(crate) use keys_access::KeysAccess;
use listen::Listeners;

/// The region that the local engines say they are in.
pub(crate) const REGION: &str = "us-east-1";
/// The prefix of the local tables' names.
pub(crate) const TABLE_PREFIX: &str = "stowage";
/// The local S3 bucket.
pub const BLOB_BUCKET: &str = "stowage-blobs";
/// The namespace of requests that name none.
pub(crate) const DEFAULT_NAMESPACE: &str = "default";

/// How long an engine may take to end: more than it gives requests in flight, such as a PUT of a file.
const ENGINE_GRACE: Duration = Duration::from_secs(12);

/// Makes the HTTP client that the SDKs use, over the one they would use: tests count, drop and delay
/// calls there.
pub type WrapHttp = Arc<dyn Fn(SharedHttpClient) -> SharedHttpClient + Send + Sync>;

/// How to start a stack.
#[derive(Clone)]
pub struct Options {
    /// Where the data is.
    pub data: Data,
    /// What the API and S3 listen on.
    pub host: IpAddr,
    /// The host name that URLs are made with, if not the address.
    pub public_host: Option<String>,
    /// The API's port; S3, DynamoDB, the event bus and the queues take the four after it. 0 picks free ports.
    pub port: u16,
    /// How the store behaves.
    pub settings: Settings,
    /// How the store of the functions behaves that queues and streams feed, if not like that.
    pub background_settings: Option<Settings>,
    /// What stands between the API's functions and the engines.
    pub wrap_http: Option<WrapHttp>,
    /// What stands between the functions that queues and streams feed, and the engines.
    pub wrap_background_http: Option<WrapHttp>,
    /// How the streams reach those functions.
    pub relay: RelayOptions,
    /// What may be fetched for a client.
    pub fetch_rules: FetchRules,
    /// How long is left alone what nobody seems to need.
    pub grace: Grace,
    /// Most bytes that a confirm reads to verify a declared SHA-256.
    pub max_hashed: u64,
}

impl Default for Options {
    /// A stack on free ports of the loopback address that keeps nothing.
    fn default() -> Self {
        Self {
            data: Data::Ephemeral,
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            public_host: None,
            port: 0,
            settings: Settings::default(),
            background_settings: None,
            wrap_http: None,
            wrap_background_http: None,
            relay: RelayOptions::default(),
            fetch_rules: mirror_source::rules(&[], &[]),
            grace: Grace::default(),
            max_hashed: MAX_HASHED_BYTES,
        }
    }
}

/// Where everything is: what `--ready-file` gets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StackInfo {
    /// The API's base URL, without `/v1`.
    pub api: String,
    /// S3's endpoint.
    pub s3: String,
    /// DynamoDB's endpoint.
    pub dynamodb: String,
    /// The event bus's endpoint.
    pub events: String,
    /// The queues' endpoint.
    pub sqs: String,
    /// A development key with every permission.
    pub key: String,
    /// The id of the default namespace.
    pub namespace: String,
}

/// A running system. Call [`Stack::stop`] to end it; what was answered with success is kept.
pub struct Stack {
    info: StackInfo,
    identity: Identity,
    store: Store,
    blobs: Blobs,
    functions: Functions,
    relay: Relay,
    events: EventBus,
    stop_api: watch::Sender<bool>,
    stop_relay: watch::Sender<bool>,
    stop_engines: watch::Sender<bool>,
    api: JoinHandle<()>,
    relays: Vec<JoinHandle<()>>,
    engines: Vec<JoinHandle<()>>,
    // Held for its lock and, if ephemeral, its directory.
    _data: OpenData,
}

impl std::fmt::Debug for Stack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stack").field("api", &self.info.api).finish_non_exhaustive()
    }
}

impl Stack {
    /// Starts everything; requests are accepted when this returns.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let data = OpenData::open(&options.data)?;
        let identity = Identity::load_or_create(&data)?;
        let listeners = Listeners::bind(options.host, options.port).await?;
        let (stop_engines, stopped) = watch::channel(false);
        let dynamodb = DynamoDb::open(&data)?;
        let s3 = S3::open(&data, &identity)?;
        let written = s3.written();
        let file = data.join(bus::FILE);
        let events = EventBus::open((!data.is_ephemeral()).then_some(file.as_path()))
            .map_err(|source| StartError::Data { path: file, source })?;
        let urls = listeners.urls(options.host, options.public_host.as_deref());
        let engines = vec![
            tokio::spawn(dynamodb.clone().serve(listeners.dynamodb, stopped.clone())),
            tokio::spawn(dynamodb.sweep(Duration::from_mins(1), stopped.clone())),
            tokio::spawn(s3.serve(listeners.s3, stopped.clone())),
            tokio::spawn(bus::serve(events.clone(), listeners.events, stopped)),
        ];

        let endpoints = Endpoints {
            dynamodb: Some(urls.dynamodb.clone()),
            s3: Some(urls.s3.clone()),
            eventbridge: Some(urls.events.clone()),
        };
        let aws = |wrap: Option<&WrapHttp>| {
            let http = https(Roots::Amazon);
            let http = wrap.map_or_else(|| http.clone(), |wrap| wrap(http.clone()));
            Aws::with_http_client(REGION, &identity.credentials(), endpoints.clone(), http)
        };
        let records =
            |aws: &Aws, settings| Store::new(aws.dynamodb(), TableNames::with_prefix(TABLE_PREFIX), settings);
        // The set-up's own calls are not the system's: no test sees them.
        let own = aws(None);
        tables::create(&own.dynamodb(), TABLE_PREFIX).await?;
        let namespace = identity.seed(&records(&own, Settings::default())).await?;

        let foreground = aws(options.wrap_http.as_ref());
        let store = records(&foreground, options.settings);
        let blobs_by = |aws: &Aws| Blobs::new(aws.s3(), BLOB_BUCKET).with_max_hashed(options.max_hashed);
        let blobs = blobs_by(&foreground);
        let background = aws(options.wrap_background_http.as_ref());
        let auth = Auth::new(store.clone(), Some(DEFAULT_NAMESPACE));
        let functions = Functions::new(&store, &blobs, &auth).with_event_functions(
            &records(&background, options.background_settings.unwrap_or(options.settings)),
            &blobs_by(&background),
            &Bus::new(background.eventbridge(), EVENT_BUS),
            &options.fetch_rules,
            options.grace,
        );
        let (stop_relay, stopped) = watch::channel(false);
        let set = relay::Set {
            dynamodb: urls.dynamodb.clone(),
            table_prefix: TABLE_PREFIX,
            functions: functions.clone(),
            file: (!data.is_ephemeral()).then(|| data.join("relay.json")),
            events: events.clone(),
            uploads: relay::Uploads { events: written, s3: own.s3(), bucket: BLOB_BUCKET },
            options: options.relay,
        };
        let (relay, mut relays) = Relay::start(set, &stopped).await?;
        let queues = sqs::serve(relay.clone(), urls.sqs.clone(), listeners.sqs, stopped.clone());
        relays.push(tokio::spawn(queues));
        let clock = schedule::run(functions.clone(), stopped);
        relays.push(tokio::spawn(clock));
        let (stop_api, stopped) = watch::channel(false);
        let api = tokio::spawn(gateway::serve(functions.clone(), listeners.api, stopped));
        let info = StackInfo {
            api: urls.api,
            s3: urls.s3,
            dynamodb: urls.dynamodb,
            events: urls.events,
            sqs: urls.sqs,
            key: identity.key.clone(),
            namespace: namespace.to_string(),
        };
        data.announce(&info)?;
        Ok(Self {
            info,
            identity,
            store,
            blobs,
            functions,
            relay,
            events,
            stop_api,
            stop_relay,
            stop_engines,
            api,
            relays,
            engines,
            _data: data,
        })
    }

    /// Where everything is.
    pub fn info(&self) -> &StackInfo {
        &self.info
    }

    /// The records, for set-ups that no operation offers, such as keys.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The bytes.
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// The functions, to be called with events.
    pub fn functions(&self) -> &Functions {
        &self.functions
    }

    /// The organisation of the development key.
    pub fn organisation(&self) -> &stowage_domain::id::OrganisationId {
        &self.identity.organisation_id
    }

    /// The credentials of the local engines.
    pub fn credentials(&self) -> Credentials {
        self.identity.credentials()
    }

    /// The bus that events are published on.
    pub fn events(&self) -> &EventBus {
        &self.events
    }

    /// What brings the streams to their functions.
    pub fn relay(&self) -> &Relay {
        &self.relay
    }

    /// Finishes the requests in flight, then ends the relay and the engines. What the relay has not
    /// delivered, it delivers after the next start.
    pub async fn stop(self) {
        self.stop_api.send_replace(true);
        let _ = self.api.await; // a panicked server has nothing left to finish
        self.stop_relay.send_replace(true);
        for relay in self.relays {
            let _ = relay.await; // as above
        }
        self.stop_engines.send_replace(true);
        for engine in self.engines {
            let _ = tokio::time::timeout(ENGINE_GRACE, engine).await;
        }
    }
}
