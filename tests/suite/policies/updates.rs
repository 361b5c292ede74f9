//! What an update keeps and what it replaces (contract section 6, "Update keeps …").

use serde_json::{Value, json};

use super::Scene;

fn note(data: &str) -> Value {
    json!({"property": "notes", "type": "text", "data": data})
}

#[tokio::test]
async fn what_is_not_sent_stays() {
    for policy in ["update", "upsert"] {
        let scene = Scene::new(json!(null)).await;
        let made = json!({
            "sku": "a", "title": "one", "n": 1, "deep": {"x": 1, "y": 2}, "key_prefix": "/one",
            "edges": [{"type": "next", "target_object_id": "obj_1"}], "blobs": [note("one")],
        });
        let made = scene.create("insert", &made).await.ok();
        for blobs in [json!(null), json!([])] {
            let change = json!({"sku": "a", "title": "two", "deep": {"x": 3}, "new": null, "blobs": blobs});
            let updated = scene.create(policy, &change).await.ok();
            for field in ["object_id", "created_at", "key_prefix", "edges", "blobs", "n", "bucket_id", "sku"]
            {
                assert_eq!(updated[field], made[field], "{policy} {field}");
            }
            assert!(updated["updated_at"].as_str() >= made["updated_at"].as_str(), "{updated}");
            assert_eq!(updated["status"], "PENDING");
            assert_eq!(updated["title"], "two");
            // A field is replaced as a whole.
            assert_eq!(updated["deep"], json!({"x": 3}));
            assert_eq!(updated.get("new"), Some(&json!(null)));
            assert_eq!(updated["consistency"]["retriever_visible"], "after_processing");
        }
    }
}

#[tokio::test]
async fn what_is_sent_replaces_blobs_and_edges_as_a_whole() {
    for policy in ["update", "upsert"] {
        let scene = Scene::new(json!(null)).await;
        let photo = json!({"property": "photo", "type": "image", "data": "https://example.com/a"});
        let made = json!({"sku": "a", "blobs": [note("one"), photo],
            "edges": [{"type": "next", "target_object_id": "obj_1"}], "key_prefix": "/one"});
        let made = scene.create("insert", &made).await.ok();
        let change = json!({"sku": "a", "blobs": [note("two")], "edges": [], "key_prefix": "/two"});
        let updated = scene.create(policy, &change).await.ok();
        assert_eq!(updated["object_id"], made["object_id"]);
        assert_eq!(updated["key_prefix"], "/two");
        assert_eq!(updated["edges"], json!([]));
        let [blob] = &updated["blobs"].as_array().expect("blobs")[..] else { panic!("{updated}") };
        assert_eq!(blob["properties"]["text"], "two");
        assert_ne!(blob["blob_id"], made["blobs"][0]["blob_id"]);
        let url = blob["properties"]["url"].as_str().unwrap_or_default();
        assert_eq!(scene.stack.engines().bytes(url).await, b"two");
    }
}

#[tokio::test]
async fn every_write_of_an_object_counts() {
    let scene = Scene::new(json!("upsert")).await;
    let id = scene.create("", &json!({"sku": "a"})).await.ok()["object_id"].clone();
    let id = id.as_str().unwrap_or_default();
    let first = scene.stack.engines().object(id).await;
    scene.create("", &json!({"sku": "a", "n": 1})).await.ok();
    let second = scene.stack.engines().object(id).await;
    assert_eq!((&first["version"], &second["version"]), (&json!(1), &json!(2)));
    assert_eq!(first["incarnation"], second["incarnation"]);
    assert_ne!(first["write_id"], second["write_id"]);
    // What an upsert makes is what an insert makes.
    scene.create("insert", &json!({"sku": "b"})).await.ok();
    let inserted = scene.create("insert", &json!({"sku": "c"})).await.ok();
    let inserted = scene.stack.engines().object(inserted["object_id"].as_str().unwrap_or_default()).await;
    let names = |item: &Value| -> Vec<String> {
        item.as_object().into_iter().flatten().map(|(k, _)| k.clone()).collect()
    };
    assert_eq!(names(&first), names(&inserted));
}

#[tokio::test]
async fn a_requirement_may_be_met_by_what_is_stored() {
    let properties = json!({"sku": {"type": "string"}, "title": {"type": "string", "required": true},
        "notes": {"type": "text", "required": true}, "photo": {"type": "image"}});
    let scene = Scene::with(properties, json!({"fields": ["sku"]})).await;
    let bare = json!({"sku": "a", "n": 1});
    scene.create("insert", &bare).await.invalid(&["body.title", "body.notes"]);
    // Absent: update says so, whatever the request lacks; upsert would have to create it.
    scene.create("update", &bare).await.refused(404, "unique_key_not_found");
    scene.create("upsert", &bare).await.invalid(&["body.title", "body.notes"]);
    assert_eq!(scene.stack.engines().object_count().await, 0);

    scene.create("upsert", &json!({"sku": "a", "title": "t", "blobs": [note("x")]})).await.ok();
    for policy in ["update", "upsert"] {
        let updated = scene.create(policy, &bare).await.ok();
        assert_eq!((&updated["n"], &updated["title"]), (&json!(1), &json!("t")));
        assert_eq!(updated["blobs"][0]["properties"]["text"], "x");
        // Sent as null, it is there no more.
        scene.create(policy, &json!({"sku": "a", "title": null})).await.invalid(&["body.title"]);
        // New blobs replace the stored one that met the requirement.
        let photo = json!({"property": "photo", "type": "image", "data": "https://example.com/a"});
        scene.create(policy, &json!({"sku": "a", "blobs": [photo]})).await.invalid(&["body.notes"]);
    }
    scene.create("upsert", &json!({"sku": "a", "notes": "as a string"})).await.ok();
    let photo = json!({"property": "photo", "type": "image", "data": "https://example.com/a"});
    scene.create("update", &json!({"sku": "a", "blobs": [photo]})).await.ok();
}

#[tokio::test]
async fn defaults_fill_only_what_is_absent() {
    let properties = json!({"sku": {"type": "string"}, "lang": {"type": "string", "default": "en"},
        "n": {"type": "integer", "required": true, "default": 7}});
    for policy in ["update", "upsert"] {
        let scene = Scene::with(properties.clone(), json!({"fields": ["sku"]})).await;
        let made = scene.create("insert", &json!({"sku": "a", "lang": "de"})).await.ok();
        assert_eq!((&made["lang"], &made["n"]), (&json!("de"), &json!(7)));
        scene.create("update", &json!({"sku": "a", "n": 8})).await.ok();
        let updated = scene.create(policy, &json!({"sku": "a", "x": 1})).await.ok();
        assert_eq!((&updated["lang"], &updated["n"], &updated["x"]), (&json!("de"), &json!(8), &json!(1)));
        let nulled = scene.create(policy, &json!({"sku": "a", "lang": null})).await.ok();
        assert_eq!(nulled.get("lang"), Some(&json!(null)));
        let after = scene.create(policy, &json!({"sku": "a"})).await.ok();
        assert_eq!(after.get("lang"), Some(&json!(null)));
        let fresh = scene.create("upsert", &json!({"sku": "b"})).await.ok();
        assert_eq!((&fresh["lang"], &fresh["n"]), (&json!("en"), &json!(7)));
    }
}
