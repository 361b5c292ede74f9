//! The Lambda binary of [`auto_confirm`].

use stowage_api::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let environment = Environment::read()?;
    stowage_api::run_events(auto_confirm::AutoConfirm::new(environment.store(), environment.blobs())).await
}
