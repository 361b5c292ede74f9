//! Buckets: `/v1/buckets`, `/v1/buckets/list` and `/v1/buckets/{bucket_identifier}`.
//!
//! What is shown is read anew each time: the memory that writes of objects use may be a minute old.

mod change;
mod delete;
mod list;

use stowage_api::{Function, Operation, Reply, Request, Visitor};
use stowage_domain::bucket::{BucketCounts, BucketResponse, CreateBucketRequest};
use stowage_domain::error::Resource;
use stowage_domain::namespace::Scope;
use stowage_domain::{Error, Result};
use stowage_store::ports::{ChangeBucket, CreateBucket, ListBuckets, ReadBucket};

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

impl<S: ChangeBucket + CreateBucket + ListBuckets + ReadBucket> Function for Buckets<S> {
    const NAME: &'static str = "buckets";
    type Scope = Visitor;

    async fn call(&self, visitor: Visitor, request: &Request) -> Result<Reply> {
        if matches!(request.operation(), Operation::ListBuckets | Operation::ListBucketsByGet) {
            return list::list(&self.store, visitor, request).await;
        }
        let tenant = visitor.tenant()?;
        let scope = tenant.scope();
        match request.operation() {
            Operation::CreateBucket => create(&self.store, scope, request).await,
            Operation::GetBucket => get(&self.store, scope, request).await,
            Operation::PatchBucket | Operation::PutBucket => {
                change::change(&self.store, scope, request).await
            }
            Operation::DeleteBucket => delete::delete(&self.store, scope, request).await,
            _ => Err(Error::not_found(Resource::Route, request.route())),
        }
    }
}

async fn create(store: &impl CreateBucket, scope: &Scope, request: &Request) -> Result<Reply> {
    let create: CreateBucketRequest = request.json()?;
    let bucket = create.into_bucket(scope, request.now())?;
    store.create_bucket(&bucket).await?;
    Reply::ok(&BucketResponse::new(bucket, &BucketCounts::default()))
}

async fn get(store: &impl ReadBucket, scope: &Scope, request: &Request) -> Result<Reply> {
    let (bucket, counts) = store.read_bucket(scope, request.parameter("bucket_identifier")).await?;
    Reply::ok(&BucketResponse::new(bucket, &counts))
}
