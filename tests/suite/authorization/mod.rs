//! Every route with every kind of wrong caller (contract section 2): what is refused says nothing of
//! what is there, and writes nothing.
//!
//! The table is `Operation::ALL`. Each operation is tried with a request that succeeds for the right
//! caller: a recorded event, whose path names things of the fixture, here by their ids.

mod keys;
mod tenants;

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap};
use stowage_api::Operation;
use stowage_domain::id::OrganisationId;
use stowage_domain::key::{ApiKey, ApiKeySecret, Permission};
use stowage_domain::time::Timestamp;
use stowage_store::ports::ManageKeys as _;
use stowage_tests::events::{Event, Fixture, events, fixture};
use stowage_tests::{Answer, Client, TestStack};

/// The right caller of every probe.
const KEY: &str = "sk_example_all_permissions";
/// A namespace of the same organisation that no probe is in.
const ARCHIVE: &str = "ns_6b0d4f8a2c7e1935";

/// A request that would succeed, had it the right caller.
#[derive(Clone, Debug)]
struct Probe {
    operation: Operation,
    /// The id and the name of the namespace that it names; of an operation that needs none, any.
    namespace: String,
    namespace_name: String,
    path: String,
    query: String,
    /// The ids in the path.
    ids: Vec<String>,
    body: Vec<u8>,
}

/// A probe for every operation that needs a key.
fn probes() -> Vec<Probe> {
    let (events, fixture) = (events(), fixture());
    let with_key = Operation::ALL.iter().filter(|operation| operation.spec().permission.is_some());
    with_key
        .map(|operation| {
            let mut probes = events.iter().filter_map(|event| Probe::of(event, *operation, &fixture));
            probes.next().unwrap_or_else(|| panic!("no event shows {operation:?} to the right caller"))
        })
        .collect()
}

/// Reading any of these needs no key, so there must be nothing of anybody's in them.
#[test]
fn few_operations_need_no_key() {
    use Operation::{GetOpenapi, GetOpenapiAlias, Health, Unknown};
    let public: Vec<_> =
        Operation::ALL.iter().filter(|operation| operation.spec().permission.is_none()).collect();
    assert_eq!(public, [&Health, &GetOpenapi, &GetOpenapiAlias, &Unknown]);
    assert_eq!(probes().len() + public.len(), Operation::ALL.len());
}

impl Probe {
    fn of(event: &Event, operation: Operation, fixture: &Fixture) -> Option<Self> {
        let right = event.operation() == operation
            && event.answer.status < 300
            && event.text("/headers/authorization") == format!("Bearer {KEY}");
        if !right {
            return None;
        }
        let organisation = organisation(fixture);
        let namespace_name = match event.text("/headers/x-namespace") {
            "" if operation.is_namespaced() => return None,
            "" => "media-library",
            named => named,
        };
        let namespace = fixture.namespace_id(&organisation, namespace_name)?;
        if namespace.as_str() == ARCHIVE {
            return None;
        }
        let (_, parameters) = Operation::find(operation.spec().method, event.text("/rawPath"));
        let mut path = operation.spec().path.to_owned();
        let mut ids = Vec::new();
        for (name, value) in parameters {
            let id = match name.as_str() {
                _ if is_id(&value) => value,
                "namespace_identifier" => fixture.namespace_id(&organisation, &value)?.to_string(),
                "bucket_identifier" => fixture.bucket_id(namespace, &value)?.to_string(),
                _ => return None,
            };
            path = path.replace(&format!("{{{name}}}"), &id);
            ids.push(id);
        }
        Some(Self {
            operation,
            namespace: namespace.to_string(),
            namespace_name: namespace_name.to_owned(),
            path,
            query: event.text("/rawQueryString").to_owned(),
            ids,
            body: event.body(),
        })
    }

    /// The same request for things that never were: ids of the same form, in the path alone.
    fn nowhere(&self) -> Self {
        let path = self.ids.iter().fold(self.path.clone(), |path, id| path.replace(id, &never(id)));
        Self { path, ids: self.ids.iter().map(|id| never(id)).collect(), ..self.clone() }
    }

    /// The same request in another bucket; `None` where the path names none, or nothing in it.
    fn in_bucket(&self, bucket: &str) -> Option<Self> {
        let own = self.ids.iter().find(|id| id.starts_with("bkt_"))?;
        (self.ids.len() > 1).then(|| Self {
            path: self.path.replace(own, bucket),
            ids: self.ids.iter().filter(|id| *id != own).cloned().collect(),
            ..self.clone()
        })
    }

    /// Sends it, naming its own namespace.
    async fn send(&self, client: &Client) -> Answer {
        self.send_to(client, &self.namespace_name).await
    }

    /// Sends it, naming this namespace.
    async fn send_to(&self, client: &Client, namespace: &str) -> Answer {
        let method = Method::from_bytes(self.operation.spec().method.as_bytes()).expect("a method");
        let mark = if self.query.is_empty() { "" } else { "?" };
        let url = client.url(&format!("{}{mark}{}", self.path, self.query));
        let request = client.http().request(method, url).header(CONTENT_TYPE, "application/json");
        client.with_namespace(namespace).send(request.body(self.body.clone())).await
    }
}

/// Whether a path's parameter is an id and not a name.
fn is_id(text: &str) -> bool {
    let digits = text.split_once('_').map_or("", |(_, digits)| digits);
    digits.len() >= 16 && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

/// An id that nothing has, of the form of one that something has.
fn never(id: &str) -> String {
    let (prefix, digits) = id.split_once('_').expect("an id");
    format!("{prefix}_{}", "0".repeat(digits.len()))
}

/// A stack with the fixture.
async fn seeded() -> TestStack {
    let stack = TestStack::start().await;
    fixture().seed(stack.stack(), &stack.client).await;
    stack
}

/// A client with a new key that says it is of the probes' organisation, as every new key says whose it
/// is, and that is what `change` makes of it.
async fn client_with(stack: &TestStack, change: impl FnOnce(&mut ApiKey)) -> Client {
    let organisation = organisation(&fixture());
    let secret = ApiKeySecret::random(&organisation);
    let mut key = ApiKey {
        name: secret.hash().as_str()[..8].to_owned(),
        hash: secret.hash(),
        organisation_id: organisation,
        permissions: Permission::ALL.into(),
        namespaces: None,
        created_at: Timestamp::from_millis(0),
        expires_at: None,
        revoked_at: None,
    };
    change(&mut key);
    stack.stack().store().put_key(&key).await.expect("the store takes the key");
    stack.client.with_key(Some(secret.reveal()))
}

/// The organisation of the right caller.
fn organisation(fixture: &Fixture) -> OrganisationId {
    fixture.organisation_of(KEY).expect("the fixture has the key").clone()
}

/// All that one can tell of an answer, with one text in place of others.
fn told(answer: &Answer, hidden: &[String]) -> (u16, HeaderMap, String) {
    let mut headers = answer.headers.clone();
    headers.remove(DATE);
    let text = answer.body.to_string();
    (answer.status, headers, hidden.iter().fold(text, |text, id| text.replace(id, &never(id))))
}

/// Checks that the caller, naming this namespace, hears of what is there word for word what it hears of
/// what never was.
async fn hears_nothing(probe: &Probe, client: &Client, namespace: &str) -> Answer {
    let answer = probe.send_to(client, namespace).await;
    let of_nothing = probe.nowhere().send_to(client, namespace).await;
    assert_eq!(told(&answer, &probe.ids), told(&of_nothing, &[]), "{:?}", probe.operation);
    answer
}
