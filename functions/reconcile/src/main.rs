//! The Lambda binary of [`reconcile`].

use reconcile::Reconcile;
use stowage_api::Environment;
use stowage_domain::upload::Grace;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let environment = Environment::read()?;
    let (store, blobs) = (environment.store(), environment.blobs());
    let reconcile = Reconcile::new(store, blobs, Grace::default());
    let reconcile = if environment.removes_orphans() { reconcile } else { reconcile.leaving_orphans() };
    stowage_api::run_schedule(reconcile).await
}
