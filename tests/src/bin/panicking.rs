//! A function that panics when it is asked to: no event makes a real one panic in its handler, and
//! the wrapper that all of them share is what has to cope.

use serde_json::json;
use stowage_api::{Environment, Function, Public, Reply, Request};
use stowage_domain::Result;

struct Panicking;

impl Function for Panicking {
    const NAME: &'static str = "panicking";
    type Scope = Public;

    async fn call(&self, _: Public, request: &Request) -> Result<Reply> {
        assert_ne!(request.query("panic").as_deref(), Some("true"), "asked to panic");
        Reply::ok(&json!({"status": "ok"}))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), lambda_http::Error> {
    let environment = Environment::read()?;
    stowage_api::run(Panicking, environment.auth(environment.store())).await
}
