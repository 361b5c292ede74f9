//! A local stack that keeps nothing and holds `events/fixture.json`, for whatever plays the events from
//! another process. It says where it is in one line of JSON and runs until its standard input ends.
//!
//! ```text
//! seeded-stack [CHAIN KEY]
//! ```
//!
//! With a certificate chain for `localhost` and its key, both PEM files, `DynamoDB` and S3 are there over
//! TLS as well.

use std::io::{self, Write as _};
use std::path::Path;

use serde_json::{Value, json};
use stowage_domain::key::{ApiKey, ApiKeySecret};
use stowage_local::stack::{BLOB_BUCKET, StackInfo};
use stowage_local::{Options, Stack};
use stowage_store::Store;
use stowage_store::ports::{FindKey as _, ManageKeys as _};
use stowage_tests::events::fixture;
use stowage_tests::{Client, Terminator};

// One thread: it serves one process, call by call, and work handed to another thread would only wait.
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let terminator = match arguments.as_slice() {
        [] => None,
        [chain, key] => Some(Terminator::new(Path::new(chain), Path::new(key))),
        _ => panic!("usage: seeded-stack [CHAIN KEY]"),
    };
    let stack = Stack::start(Options::default()).await.expect("the stack starts");
    let info = stack.info();
    let client = Client::new(&info.api, &info.key);
    fixture().seed(&stack, &client).await;
    let key = key_as_made_today(stack.store()).await;
    let credentials = stack.credentials();
    let place = json!({
        "api": info.api,
        "s3": info.s3,
        "dynamodb": info.dynamodb,
        "tls": match &terminator {
            Some(terminator) => over_tls(terminator, info).await,
            None => Value::Null,
        },
        "key": key.reveal(),
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

/// A key that may do what the events' own key may, in the form that keys are made in. The events' keys have
/// a form of their own, by which nobody takes them for real.
async fn key_as_made_today(store: &Store) -> ApiKeySecret {
    let events = ApiKeySecret::new("sk_example_all_permissions").hash();
    let known = store.find_key(&events).await.expect("the catalog answers").expect("the fixture has the key");
    let secret = ApiKeySecret::random(&known.organisation_id);
    let key = ApiKey { name: "as made today".to_owned(), hash: secret.hash(), ..known };
    store.put_key(&key).await.expect("the store takes the key");
    secret
}

async fn over_tls(terminator: &Terminator, info: &StackInfo) -> Value {
    json!({
        "s3": terminator.before(&info.s3).await,
        "dynamodb": terminator.before(&info.dynamodb).await,
    })
}
