//! The Lambda binary of [`batches`].

use stowage_api::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let environment = Environment::read()?;
    let store = environment.store();
    let auth = environment.auth(store.clone());
    stowage_api::run(batches::Batches::new(store, environment.blobs()), auth).await
}
