//! HTTP and HTTPS, with the system's roots.

use bytes::Bytes;
use http::Response;
use http::request::Builder;
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::Error;

/// An answer with its whole body.
pub(crate) type Answer = Response<Bytes>;

/// A client with a pool of connections. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Http {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Http {
    /// A client.
    pub(crate) fn new() -> Result<Self, Error> {
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(|error| Error::Setting(format!("the system's certificates: {error}")))?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self { client: Client::builder(TokioExecutor::new()).build(connector) })
    }

    /// Sends a request and reads the answer. Errors name no URL: it may be a presigned one.
    pub(crate) async fn send(&self, request: Builder, body: Bytes) -> Result<Answer, Error> {
        let request = request.body(Full::new(body)).map_err(|error| Error::Api(error.to_string()))?;
        let answer = self.client.request(request).await.map_err(|error| Error::Api(error.to_string()))?;
        let (parts, body) = answer.into_parts();
        let bytes = body.collect().await.map_err(|error| Error::Api(error.to_string()))?.to_bytes();
        Ok(Response::from_parts(parts, bytes))
    }
}
