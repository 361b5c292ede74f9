//! A local stack that keeps nothing and holds `events/fixture.json`, for whatever plays the events from
//! another process. It says where it is in one line of JSON and runs until its standard input ends.

use std::io::{self, Write as _};

use serde_json::json;
use stowage_local::stack::BLOB_BUCKET;
use stowage_local::{Options, Stack};
use stowage_tests::Client;
use stowage_tests::events::fixture;

#[tokio::main]
async fn main() {
    let stack = Stack::start(Options::default()).await.expect("the stack starts");
    let info = stack.info();
    let client = Client::new(&info.api, &info.key);
    fixture().seed(stack.store(), stack.blobs(), &client).await;
    let credentials = stack.credentials();
    let place = json!({
        "api": info.api,
        "s3": info.s3,
        "dynamodb": info.dynamodb,
        "access_key_id": credentials.access_key_id,
        "secret_access_key": credentials.secret_access_key,
        "blob_bucket": BLOB_BUCKET,
        "table_prefix": "stowage",
    });
    writeln!(io::stdout(), "{place}").expect("somebody reads");
    let ended = tokio::task::spawn_blocking(|| io::copy(&mut io::stdin().lock(), &mut io::sink()));
    let _ = ended.await;
    stack.stop().await;
}
