//! Keys that are none, no longer, or not for this.

use stowage_domain::key::Permission;

use super::{KEY, NAMESPACE, client, client_with, hears_nothing, probes, seeded, told};

#[tokio::test]
async fn without_a_good_key_every_route_says_the_same() {
    let stack = seeded().await;
    let named = |key| client(&stack, key, NAMESPACE);
    let clients = [
        stack.client.with_key(None).with_namespace(NAMESPACE),
        named("sk_wrong"),
        named("x"),
        named(&KEY[..KEY.len() - 1]),
        named("sk_example_expired"),
        named("sk_example_revoked"),
    ];
    let before = stack.engines().holdings().await;
    let mut heard = Vec::new();
    for probe in probes() {
        for client in &clients {
            let answer = hears_nothing(&probe, client).await;
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
        clients.push((lacking, client_with(&stack, others).await));
    }
    let before = stack.engines().holdings().await;
    for probe in probes() {
        let needed = probe.operation.spec().permission.expect("a permission");
        for (_, client) in clients.iter().filter(|(lacking, _)| *lacking == needed) {
            let error = hears_nothing(&probe, client).await.refused(403, "permission_missing");
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
        let client = client_with(&stack, [permission]).await;
        for probe in probes().iter().filter(|probe| probe.operation.spec().permission == Some(permission)) {
            let answer = probe.nowhere().send(&client).await;
            assert!(!matches!(answer.status, 401 | 403), "{:?}: {}", probe.operation, answer.body);
        }
    }
}
