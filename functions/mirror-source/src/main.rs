//! The Lambda binary of [`mirror_source`].

use mirror_source::{MirrorSource, rules};
use stowage_api::Environment;
use stowage_fetch::Fetcher;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let environment = Environment::read()?;
    let fetcher = Fetcher::new(rules(environment.fetch_ports(), environment.fetch_private_hosts()));
    let (store, blobs) = (environment.store(), environment.blobs());
    stowage_api::run_events(MirrorSource::new(store, blobs, fetcher)).await
}
