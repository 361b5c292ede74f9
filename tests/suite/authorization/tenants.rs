//! Good keys, of another organisation or for another namespace.

use stowage_tests::events::fixture;
use stowage_tests::{Client, TestStack};

use super::{NAMESPACE, Probe, client, hears_nothing, organisation, probes, seeded};

const STRANGER: &str = "sk_example_other_organisation";
const STRANGERS_BUCKET: &str = "bkt_0e5d92b7c48136fa6c2ab14d";
/// Of the probes' organisation, bound to the archive.
const BOUND: &str = "sk_example_archive_only";
const ARCHIVE: &str = "ns_6b0d4f8a2c7e1935";
const ARCHIVES_BUCKET: &str = "bkt_73e9c1d5084bf62a1f5a8e90";

/// Things that a path names answer 404, the one for what never was; what is listed or made is the
/// caller's own.
async fn stays_outside(stack: &TestStack, probes: &[Probe], client: &Client, own_bucket: &str) {
    let before = stack.engines().holdings().await;
    for probe in probes.iter().filter(|probe| !probe.ids.is_empty()) {
        hears_nothing(probe, client).await.refused(404, "");
        if let Some(probe) = probe.in_bucket(own_bucket) {
            hears_nothing(&probe, client).await.refused(404, "");
        }
    }
    assert_eq!(stack.engines().holdings().await, before);
    let fixture = fixture();
    let hidden = fixture.ids_in(&organisation(&fixture), NAMESPACE);
    for probe in probes.iter().filter(|probe| probe.ids.is_empty()) {
        let answer = probe.send(client).await.body.to_string();
        let seen: Vec<_> = hidden.iter().filter(|id| answer.contains(*id)).collect();
        assert!(seen.is_empty(), "{:?} shows {seen:?}: {answer}", probe.operation);
    }
}

#[tokio::test]
async fn another_organisations_key_finds_nothing() {
    let stack = seeded().await;
    // Their namespace has the same name.
    let stranger = client(&stack, STRANGER, NAMESPACE);
    stays_outside(&stack, &probes(), &stranger, STRANGERS_BUCKET).await;
}

#[tokio::test]
async fn another_namespace_of_the_same_organisation_has_nothing_of_it() {
    let stack = seeded().await;
    let namespaced: Vec<_> = probes().into_iter().filter(|probe| probe.operation.is_namespaced()).collect();
    let elsewhere = client(&stack, super::KEY, ARCHIVE);
    stays_outside(&stack, &namespaced, &elsewhere, ARCHIVES_BUCKET).await;
}

#[tokio::test]
async fn a_key_that_is_bound_to_another_namespace_finds_nothing() {
    let stack = seeded().await;
    let bound = client(&stack, BOUND, ARCHIVE);
    stays_outside(&stack, &probes(), &bound, ARCHIVES_BUCKET).await;
}

/// Naming a namespace that one may not use is naming one that isn't there.
#[tokio::test]
async fn a_namespace_out_of_reach_is_not_there() {
    let stack = seeded().await;
    let fixture = fixture();
    let out_of_reach = fixture.namespace_id(&organisation(&fixture), NAMESPACE).expect("a namespace");
    let callers = [(STRANGER, out_of_reach.as_str()), (BOUND, out_of_reach.as_str()), (BOUND, NAMESPACE)];
    let before = stack.engines().holdings().await;
    for probe in probes().iter().filter(|probe| probe.operation.is_namespaced()) {
        for (key, namespace) in callers {
            let answer = hears_nothing(probe, &client(&stack, key, namespace)).await;
            let never = client(&stack, key, "never");
            let of_nothing = probe.send(&never).await;
            let told = answer.body.to_string().replace(namespace, "never");
            assert_eq!(told, of_nothing.body.to_string(), "{:?}", probe.operation);
            let error = answer.refused(404, "");
            assert_eq!(error["details"]["resource"], "namespace");
        }
    }
    assert_eq!(stack.engines().holdings().await, before);
}
