//! The Lambda binary of [`run_task`].

use stowage_api::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let environment = Environment::read()?;
    stowage_api::run_events(run_task::RunTask::new(environment.store(), environment.blobs())).await
}
