//! The Lambda binary of [`create_upload`].

use stowage_api::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let environment = Environment::read()?;
    let store = environment.store();
    let auth = environment.auth(store.clone());
    let function =
        create_upload::CreateUpload::new(store, environment.blobs(), environment.max_url_seconds());
    stowage_api::run(function, auth).await
}
