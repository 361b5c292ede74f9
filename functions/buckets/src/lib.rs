//! Buckets: `POST /v1/buckets` and `GET /v1/buckets/{bucket_identifier}`.

use stowage_api::{Function, Operation, Reply, Request, Tenant};
use stowage_domain::bucket::{BucketResponse, CreateBucketRequest};
use stowage_domain::error::Resource;
use stowage_domain::{Error, Result};
use stowage_store::ports::{CreateBucket, FindBucket};

/// The function, over the ports that it needs.
#[derive(Clone, Debug)]
pub struct Buckets<S> {
    store: S,
}

impl<S> Buckets<S> {
    /// The function over a store.
    pub fn new(store: S) -> Self {
        Self { store }
    }
}

impl<S: CreateBucket + FindBucket> Function for Buckets<S> {
    const NAME: &'static str = "buckets";
    type Scope = Tenant;

    async fn call(&self, tenant: Tenant, request: &Request) -> Result<Reply> {
        match request.operation() {
            Operation::CreateBucket => create(&self.store, &tenant, request).await,
            Operation::GetBucket => get(&self.store, &tenant, request).await,
            _ => Err(Error::not_found(Resource::Route, request.route())),
        }
    }
}

async fn create(store: &impl CreateBucket, tenant: &Tenant, request: &Request) -> Result<Reply> {
    let create: CreateBucketRequest = request.json()?;
    let bucket = create.into_bucket(tenant.scope(), request.now())?;
    store.create_bucket(&bucket).await?;
    Reply::ok(&BucketResponse::from(bucket))
}

async fn get(store: &impl FindBucket, tenant: &Tenant, request: &Request) -> Result<Reply> {
    let bucket = store.find_bucket(tenant.scope(), request.parameter("bucket_identifier")).await?;
    Reply::ok(&BucketResponse::from(bucket))
}
