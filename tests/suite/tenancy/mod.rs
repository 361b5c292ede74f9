//! Who may do what: keys, namespaces, and walls between tenants (contract section 2). Every route with
//! every wrong caller is in `authorization`; here is what else there is to it.

mod keys;
mod namespaces;
mod walls;

use std::collections::BTreeSet;

use serde_json::Value;
use stowage_domain::id::{NamespaceId, OrganisationId};
use stowage_domain::key::{ApiKey, ApiKeySecret, Permission};
use stowage_domain::time::Timestamp;
use stowage_store::ports::ManageKeys as _;
use stowage_tests::{Client, TestStack};

/// Makes a key of the stack's own organisation, changed as the test wants, and a client with it.
pub(crate) async fn client_with(stack: &TestStack, change: impl FnOnce(&mut ApiKey)) -> Client {
    let secret = ApiKeySecret::random(stack.stack().organisation());
    let mut key = ApiKey {
        name: secret.hash().as_str()[..8].to_owned(),
        hash: secret.hash(),
        organisation_id: stack.stack().organisation().clone(),
        permissions: BTreeSet::from(Permission::ALL),
        namespaces: None,
        created_at: Timestamp::from_millis(0),
        expires_at: None,
        revoked_at: None,
    };
    change(&mut key);
    stack.stack().store().put_key(&key).await.expect("the store takes the key");
    stack.client.with_key(Some(secret.reveal()))
}

/// A client of another organisation.
pub(crate) async fn stranger(stack: &TestStack) -> Client {
    client_with(stack, |key| key.organisation_id = OrganisationId::random()).await
}

fn namespace_id(namespace: &Value) -> NamespaceId {
    NamespaceId::parse(namespace["namespace_id"].as_str().unwrap_or_default()).expect("an id")
}
