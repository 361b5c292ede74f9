//! A route is in the table of operations, in the document and among the events, or in none of them.

use std::collections::BTreeSet;

use serde_json::Value;
use stowage_api::Operation;
use stowage_tests::conformance::DOCUMENT;
use stowage_tests::events::events;

/// Every route of the code: `POST /v1/buckets`.
fn served() -> BTreeSet<String> {
    let known = Operation::ALL.iter().filter(|operation| **operation != Operation::Unknown);
    known.map(|operation| operation.route_key()).collect()
}

#[test]
fn the_document_has_every_route_and_no_other() {
    let mut described = BTreeSet::new();
    for (path, item) in DOCUMENT["paths"].as_object().expect("paths") {
        described.extend(
            item.as_object()
                .expect("methods")
                .keys()
                .map(|method| format!("{} {path}", method.to_uppercase())),
        );
    }
    assert_eq!(described, served());
}

#[test]
fn every_route_has_an_event_and_every_event_a_route() {
    let shown: BTreeSet<String> = events().iter().map(|event| event.text("/routeKey").to_owned()).collect();
    let mut wanted = served();
    wanted.insert("$default".to_owned());
    assert_eq!(shown, wanted);
}

#[test]
fn ids_and_permissions_are_those_of_the_table() {
    let mut ids = BTreeSet::new();
    for operation in Operation::ALL.iter().filter(|operation| **operation != Operation::Unknown) {
        let described = stowage_tests::conformance::described(*operation).expect("a description");
        assert!(ids.insert(described["operationId"].to_string()), "{operation:?} shares its id");
        let permission = operation.spec().permission.map(stowage_domain::key::Permission::name);
        assert_eq!(described["x-permission"].as_str(), permission, "{operation:?}");
        // Whoever needs no key says so; the others inherit the document's `security`.
        let public = described["security"].as_array().is_some_and(Vec::is_empty);
        assert_eq!(public, permission.is_none(), "{operation:?}");
        let named = |name: &str| {
            let parameters = described["parameters"].as_array().into_iter().flatten();
            parameters.filter(|parameter: &&Value| parameter["name"] == name).count()
        };
        assert_eq!(named("X-Namespace"), usize::from(operation.is_namespaced()), "{operation:?}");
    }
}
