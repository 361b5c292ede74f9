//! The Lambda binary of [`uploads`].

use stowage_api::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let environment = Environment::read()?;
    let store = environment.store();
    let auth = environment.auth(store.clone());
    stowage_api::run(uploads::Uploads::new(store, environment.blobs()), auth).await
}
