//! Good keys, of another organisation or for another namespace.

use serde_json::json;
use stowage_domain::id::NamespaceId;
use stowage_tests::events::fixture;
use stowage_tests::{Client, TestStack};

use super::{ARCHIVE, KEY, Probe, client_with, hears_nothing, organisation, probes, seeded};

const STRANGER: &str = "sk_example_other_organisation";
const STRANGERS_BUCKET: &str = "bkt_0e5d92b7c48136fa6c2ab14d";
/// Of the probes' organisation, bound to the archive.
const BOUND: &str = "sk_example_archive_only";
const ARCHIVES_BUCKET: &str = "bkt_73e9c1d5084bf62a1f5a8e90";

/// Whoever asks, with a namespace and a bucket of their own.
struct Outsider {
    client: Client,
    namespace: &'static str,
    bucket: &'static str,
}

/// Things that a path names answer 404, the one for what never was; what is listed or made is the
/// caller's own.
async fn stays_outside(stack: &TestStack, probes: &[Probe], outsider: &Outsider) {
    let Outsider { client, namespace, bucket } = outsider;
    let before = stack.engines().holdings().await;
    for probe in probes.iter().filter(|probe| !probe.ids.is_empty()) {
        hears_nothing(probe, client, namespace).await.refused(404, "");
        if let Some(probe) = probe.in_bucket(bucket) {
            hears_nothing(&probe, client, namespace).await.refused(404, "");
        }
    }
    assert_eq!(stack.engines().holdings().await, before);
    let fixture = fixture();
    let archive = NamespaceId::parse(ARCHIVE).expect("an id");
    let hidden = fixture.ids_outside(&organisation(&fixture), &archive);
    for probe in probes.iter().filter(|probe| probe.ids.is_empty()) {
        let answer = probe.send_to(client, namespace).await.body.to_string();
        let seen: Vec<_> = hidden.iter().filter(|id| answer.contains(*id)).collect();
        assert!(seen.is_empty(), "{:?} shows {seen:?}: {answer}", probe.operation);
    }
}

#[tokio::test]
async fn another_organisations_key_finds_nothing() {
    let stack = seeded().await;
    let client = stack.client.with_key(Some(STRANGER));
    // Their namespace has the name of one of the probes'.
    let stranger = Outsider { client, namespace: "media-library", bucket: STRANGERS_BUCKET };
    stays_outside(&stack, &probes(), &stranger).await;
}

/// What a key says of itself, so that more can be read along with it, proves nothing.
#[tokio::test]
async fn another_organisations_key_that_says_it_is_of_this_one_finds_nothing() {
    let stack = seeded().await;
    let fixture = fixture();
    let theirs = fixture.organisation_of(STRANGER).expect("the fixture has the key");
    let client = client_with(&stack, |key| key.organisation_id = theirs.clone()).await;
    let liar = Outsider { client, namespace: "media-library", bucket: STRANGERS_BUCKET };
    stays_outside(&stack, &probes(), &liar).await;
}

#[tokio::test]
async fn another_namespace_of_the_same_organisation_has_nothing_of_it() {
    let stack = seeded().await;
    let namespaced: Vec<_> = probes().into_iter().filter(|probe| probe.operation.is_namespaced()).collect();
    let client = stack.client.with_key(Some(KEY));
    let elsewhere = Outsider { client, namespace: ARCHIVE, bucket: ARCHIVES_BUCKET };
    stays_outside(&stack, &namespaced, &elsewhere).await;
}

#[tokio::test]
async fn a_key_that_is_bound_to_another_namespace_finds_nothing() {
    let stack = seeded().await;
    let client = stack.client.with_key(Some(BOUND));
    let bound = Outsider { client, namespace: ARCHIVE, bucket: ARCHIVES_BUCKET };
    stays_outside(&stack, &probes(), &bound).await;
}

/// Naming a namespace that one may not use is naming one that isn't there.
#[tokio::test]
async fn a_namespace_out_of_reach_is_not_there() {
    let stack = seeded().await;
    let client = |key| stack.client.with_key(Some(key));
    let (stranger, bound) = (client(STRANGER), client(BOUND));
    let before = stack.engines().holdings().await;
    for probe in probes().iter().filter(|probe| probe.operation.is_namespaced()) {
        let (id, name) = (probe.namespace.as_str(), probe.namespace_name.as_str());
        for (client, namespace) in [(&stranger, id), (&bound, id), (&bound, name)] {
            let answer = hears_nothing(probe, client, namespace).await;
            let of_nothing = probe.send_to(client, "never").await;
            let told = answer.body.to_string().replace(namespace, "never");
            assert_eq!(told, of_nothing.body.to_string(), "{:?}", probe.operation);
            // A list of buckets is an empty page with a warning (contract section 2.1).
            if answer.status == 200 {
                assert_eq!(answer.body["results"], json!([]), "{:?}", probe.operation);
                continue;
            }
            let error = answer.refused(404, "");
            assert_eq!(error["details"]["resource"], "namespace");
        }
    }
    assert_eq!(stack.engines().holdings().await, before);
}
