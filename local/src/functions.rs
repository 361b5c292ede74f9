//! The functions, by the name that the operations' table has for them.

use std::pin::Pin;
use std::sync::Arc;

use buckets::Buckets;
use confirm_upload::ConfirmUpload;
use create_object::CreateObject;
use create_upload::CreateUpload;
use lambda_http::Response;
use namespaces::Namespaces;
use objects::Objects;
use service::Service;
use stowage_api::{Auth, Function, answer};
use stowage_blobs::Blobs;
use stowage_store::Store;

type Answer = Pin<Box<dyn Future<Output = Response<String>> + Send>>;
type Handler = Arc<dyn Fn(lambda_http::Request) -> Answer + Send + Sync>;

/// Every function of the API, ready to be called with events.
#[derive(Clone)]
pub struct Functions {
    handlers: Vec<(&'static str, Handler)>,
}

impl std::fmt::Debug for Functions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.handlers.iter().map(|(name, _)| name)).finish()
    }
}

impl Functions {
    /// The functions over one deployment's records and bytes.
    pub fn new(store: &Store, blobs: &Blobs, auth: &Auth) -> Self {
        let (store, blobs) = (|| store.clone(), || blobs.clone());
        // Nothing ends a local signer's session early: the contract's own bound is the cap.
        let max_url_seconds = 86_400;
        let handlers = vec![
            handler(CreateObject::new(store(), blobs()), auth),
            handler(CreateUpload::new(store(), blobs(), max_url_seconds), auth),
            handler(ConfirmUpload::new(store(), blobs()), auth),
            handler(Objects::new(store(), blobs()), auth),
            handler(Buckets::new(store()), auth),
            handler(Namespaces::new(store()), auth),
            handler(Service, auth),
        ];
        Self { handlers }
    }

    /// Calls a function; `None` if there is none of this name.
    pub async fn call(&self, name: &str, request: lambda_http::Request) -> Option<Response<String>> {
        let (_, handler) = self.handlers.iter().find(|(known, _)| *known == name)?;
        Some(handler(request).await)
    }
}

fn handler<F: Function + 'static>(function: F, auth: &Auth) -> (&'static str, Handler) {
    let (function, auth) = (Arc::new(function), auth.clone());
    let handler: Handler = Arc::new(move |request| {
        let (function, auth) = (Arc::clone(&function), auth.clone());
        Box::pin(async move { answer(function.as_ref(), &auth, request).await })
    });
    (F::NAME, handler)
}
