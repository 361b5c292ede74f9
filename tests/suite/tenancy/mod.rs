//! Who may do what: keys, permissions, namespaces, and walls between tenants (contract section 2).

mod keys;
mod namespaces;
mod walls;

use std::collections::BTreeSet;

use serde_json::Value;
use stowage_domain::id::{NamespaceId, OrganisationId};
use stowage_domain::key::{ApiKey, ApiKeySecret, Permission};
use stowage_domain::time::Timestamp;
use stowage_store::ports::ManageKeys as _;
use stowage_tests::{Answer, Client, TestStack};

/// A time long past.
fn past() -> Timestamp {
    Timestamp::from_millis(0)
}

/// Makes a key of the stack's own organisation, changed as the test wants, and a client with it.
async fn client_with(stack: &TestStack, change: impl FnOnce(&mut ApiKey)) -> Client {
    let secret = ApiKeySecret::random();
    let mut key = ApiKey {
        name: secret.hash().as_str()[..8].to_owned(),
        hash: secret.hash(),
        organisation_id: stack.stack().organisation().clone(),
        permissions: BTreeSet::from(Permission::ALL),
        namespaces: None,
        created_at: past(),
        expires_at: None,
        revoked_at: None,
    };
    change(&mut key);
    stack.stack().store().put_key(&key).await.expect("the store takes the key");
    stack.client.with_key(Some(secret.reveal()))
}

/// A client of another organisation.
async fn stranger(stack: &TestStack) -> Client {
    client_with(stack, |key| key.organisation_id = OrganisationId::random()).await
}

fn namespace_id(namespace: &Value) -> NamespaceId {
    NamespaceId::parse(namespace["namespace_id"].as_str().unwrap_or_default()).expect("an id")
}

/// The id of no object.
const OBJECT: &str = "obj_0123456789abcdef0123456789abcdef";

/// Every route that needs a key, over a bucket and an upload, with a body that it would take.
fn routes(bucket: &str, upload: &str) -> Vec<(&'static str, String, &'static str)> {
    vec![
        ("GET", format!("/v1/buckets/{bucket}"), ""),
        ("POST", format!("/v1/buckets/{bucket}/objects"), "{}"),
        ("POST", format!("/v1/buckets/{bucket}/objects?policy=upsert"), r#"{"sku": "a"}"#),
        ("POST", format!("/v1/buckets/{bucket}/objects/batch"), r#"{"objects": [{}]}"#),
        ("GET", format!("/v1/buckets/{bucket}/objects/{OBJECT}"), ""),
        ("PATCH", format!("/v1/buckets/{bucket}/objects/{OBJECT}"), "{}"),
        ("PUT", format!("/v1/buckets/{bucket}/objects/{OBJECT}"), "{}"),
        ("DELETE", format!("/v1/buckets/{bucket}/objects/{OBJECT}"), ""),
        (
            "POST",
            format!("/v1/buckets/{bucket}/uploads"),
            r#"{"filename": "a.mp4", "content_type": "video/mp4"}"#,
        ),
        ("POST", format!("/v1/buckets/{bucket}/uploads/{upload}/confirm"), "{}"),
        ("POST", format!("/v1/uploads/{upload}/confirm"), "{}"),
        ("POST", "/v1/buckets".to_owned(), r#"{"bucket_name": "new", "bucket_schema": {"properties": {}}}"#),
        ("POST", "/v1/namespaces".to_owned(), r#"{"namespace_name": "new"}"#),
        ("GET", "/v1/namespaces/default".to_owned(), ""),
    ]
}

async fn call(client: &Client, (method, path, body): &(&'static str, String, &'static str)) -> Answer {
    let method = method.parse().expect("a method");
    let request = client.http().request(method, client.url(path)).header("content-type", "application/json");
    client.send(request.body(*body)).await
}
