//! The Lambda binary of [`publish_events`].

use stowage_api::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let environment = Environment::read()?;
    stowage_api::run_events(publish_events::PublishEvents::new(environment.bus()?, environment.blobs())).await
}
