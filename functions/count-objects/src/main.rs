//! The Lambda binary of [`count_objects`].

use stowage_api::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let environment = Environment::read()?;
    stowage_api::run_events(count_objects::CountObjects::new(environment.store())).await
}
