//! Keys that are none, no longer, or not for this.

use stowage_domain::key::{ApiKeySecret, Permission};
use stowage_tests::events::fixture;

use super::{KEY, client_with, hears_nothing, organisation, probes, seeded, told};

#[tokio::test]
async fn without_a_good_key_every_route_says_the_same() {
    let stack = seeded().await;
    let keys = ["sk_wrong", "x", &KEY[..KEY.len() - 1], "sk_example_expired", "sk_example_revoked"];
    // Nobody has this one, which says whose it is.
    let made_up = ApiKeySecret::random(&organisation(&fixture()));
    let keys = keys.into_iter().chain([made_up.reveal()]).map(Some).chain([None]);
    let clients: Vec<_> = keys.map(|key| stack.client.with_key(key)).collect();
    let before = stack.engines().holdings().await;
    let mut heard = Vec::new();
    for probe in probes() {
        for client in &clients {
            let answer = hears_nothing(&probe, client, &probe.namespace_name).await;
            let error = answer.clone().refused(401, "");
            assert_eq!(error["type"], "UnauthorizedError");
            heard.push(told(&answer, &[]));
        }
    }
    assert!(heard.windows(2).all(|pair| pair[0] == pair[1]), "{heard:?}");
    assert_eq!(stack.engines().holdings().await, before);
}

/// None of the permissions implies another: a key with all but the needed one may not.
#[tokio::test]
async fn a_key_without_the_permission_learns_nothing() {
    let stack = seeded().await;
    let mut clients = Vec::new();
    for lacking in Permission::ALL {
        let others = Permission::ALL.into_iter().filter(|permission| *permission != lacking);
        clients.push((lacking, client_with(&stack, |key| key.permissions = others.collect()).await));
    }
    let before = stack.engines().holdings().await;
    for probe in probes() {
        let needed = probe.operation.spec().permission.expect("a permission");
        for (_, client) in clients.iter().filter(|(lacking, _)| *lacking == needed) {
            let error =
                hears_nothing(&probe, client, &probe.namespace_name).await.refused(403, "permission_missing");
            assert_eq!(error["type"], "ForbiddenError");
            assert_eq!(error["details"]["permission"], Permission::name(needed));
        }
    }
    assert_eq!(stack.engines().holdings().await, before);
}

#[tokio::test]
async fn a_key_with_the_permission_alone_is_enough() {
    for permission in Permission::ALL {
        // On a stack of its own: what one permission deletes, another might want to read.
        let stack = seeded().await;
        let client = client_with(&stack, |key| key.permissions = [permission].into()).await;
        for probe in probes().iter().filter(|probe| probe.operation.spec().permission == Some(permission)) {
            let answer = probe.nowhere().send(&client).await;
            assert!(!matches!(answer.status, 401 | 403), "{:?}: {}", probe.operation, answer.body);
        }
    }
}
