//! The engine: what the rest of the local stack sees.

use crate::access::Access;
use crate::backend::Backend;
use crate::events::ObjectCreated;
use crate::server;
use crate::store::Store;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedReceiver;

/// Where the data is, and who may use it.
#[derive(Clone)]
pub struct Config {
    /// Directory of the data; made if absent. One engine at a time can have it open.
    pub root: PathBuf,
    /// The one access key id.
    pub access_key: String,
    /// Its secret.
    pub secret_key: String,
    /// The one region. A signature for another is refused.
    pub region: String,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("root", &self.root)
            .field("access_key", &self.access_key)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

/// An open S3. Clones share the same data.
#[derive(Debug, Clone)]
pub struct Engine {
    config: Arc<Config>,
    store: Arc<Store>,
}

impl Engine {
    /// Opens the data directory: makes it if absent, removes what an earlier process was receiving
    /// when it ended, and reads the index into memory.
    ///
    /// # Errors
    /// Storage errors; [`io::ErrorKind::WouldBlock`] if the directory is already open, in this
    /// process or another.
    pub fn open(config: Config) -> io::Result<Self> {
        let store = Store::open(&config.root)?;
        Ok(Self { config: Arc::new(config), store: Arc::new(store) })
    }

    /// Makes a bucket, unless there is one of that name. Every bucket is versioned.
    ///
    /// # Errors
    /// Storage errors; [`io::ErrorKind::InvalidInput`] for a name that S3 doesn't allow.
    pub fn create_bucket(&self, name: &str) -> io::Result<()> {
        if !s3s::path::check_bucket_name(name) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{name:?} is not a valid bucket name"),
            ));
        }
        let created = self.store.create_bucket(name);
        created.map(drop).map_err(io::Error::other)
    }

    /// Events for each object that is published from now on, in the order of the commits. They
    /// are kept in memory until received, and don't survive the process.
    pub fn subscribe(&self) -> UnboundedReceiver<ObjectCreated> {
        self.store.events.subscribe()
    }

    /// Serves S3 over HTTP/1.1, path-style, until `shutdown` completes; requests in flight then
    /// have ten seconds to finish.
    ///
    /// # Errors
    /// None at present; a failed accept is retried.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let config = &self.config;
        let mut builder =
            S3ServiceBuilder::new(Backend { store: Arc::clone(&self.store), region: config.region.clone() });
        builder.set_auth(SimpleAuth::from_single(config.access_key.clone(), config.secret_key.clone()));
        builder.set_access(Access { region: config.region.clone() });
        server::serve(builder.build(), listener, shutdown).await
    }
}
