//! `GET /v1/health`, `GET /openapi.json`, and a 404 in the contract's envelope for every route that
//! isn't there.

use serde_json::json;
use stowage_api::{Function, Operation, Public, Reply, Request};
use stowage_domain::error::Resource;
use stowage_domain::{Error, Result};

/// docs/openapi.json without its white space.
const OPENAPI: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));

/// The function; it needs nothing.
#[derive(Clone, Copy, Debug)]
pub struct Service;

impl Function for Service {
    const NAME: &'static str = "service";
    type Scope = Public;

    async fn call(&self, _: Public, request: &Request) -> Result<Reply> {
        match request.operation() {
            Operation::Health => Reply::ok(&json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")})),
            Operation::GetOpenapi | Operation::GetOpenapiAlias => Ok(Reply::json_text(OPENAPI)),
            _ => Err(Error::not_found(Resource::Route, request.route())),
        }
    }
}
