//! What a blob says beside its data, and how blobs stand together (contract sections 5 and 8.1).

use serde_json::{Value, json};

use super::Scene;

fn schema() -> Value {
    json!({
        "notes": {"type": "text"}, "photo": {"type": "image"},
        "pages": {"type": "array", "items": {"type": "text"}}, "any": {"type": "array"},
    })
}

const SHA256_OF_HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

fn note(more: &Value) -> Value {
    let mut blob = json!({"property": "notes", "type": "text", "data": "hello"});
    for (key, value) in more.as_object().into_iter().flatten() {
        blob[key] = value.clone();
    }
    json!({"blobs": [blob]})
}

#[tokio::test]
async fn a_checksum_is_kept_in_its_one_form_and_checked_where_it_can_be() {
    let scene = Scene::with(schema()).await;
    let upper = SHA256_OF_HELLO.to_uppercase();
    for (given, kept) in [
        (SHA256_OF_HELLO.to_owned(), format!("sha256:{SHA256_OF_HELLO}")),
        (format!("SHA256:{upper}"), format!("sha256:{SHA256_OF_HELLO}")),
        (
            "md5:5D41402ABC4B2A76B9719D911017C592".to_owned(),
            "md5:5d41402abc4b2a76b9719d911017c592".to_owned(),
        ),
    ] {
        let object = scene.create(&note(&json!({"checksum": given}))).await.ok();
        assert_eq!(object["blobs"][0]["details"]["hash"], kept.as_str());
    }
    let other = SHA256_OF_HELLO.replace('2', "3");
    for checksum in [other.as_str(), "md5:12", "sha3:ab", "", "sha256:", &"g".repeat(64)] {
        scene.create(&note(&json!({"checksum": checksum}))).await.invalid(&["body.blobs.0.checksum"]);
    }
    let url =
        json!({"property": "photo", "type": "image", "data": "https://example.com/a", "checksum": other});
    let object = scene.create(&json!({"blobs": [url]})).await.ok();
    assert_eq!(object["blobs"][0]["details"]["hash"], format!("sha256:{other}"));
}

#[tokio::test]
async fn metadata_is_promoted_to_the_root_where_root_and_earlier_blobs_win() {
    let scene = Scene::with(schema()).await;
    let body = json!({
        "blobs": [
            {"property": "notes", "type": "text", "data": "a",
                "metadata": {"lang": "en", "by": "one", "status": "mine", "object_id": "x", "key_prefix": "y"}},
            {"property": "photo", "type": "image", "data": "https://example.com/a",
                "metadata": {"lang": "fr", "by": "two", "width": 3, "deep": {"a": [1]}}},
        ],
        "lang": "de",
    });
    let object = scene.create(&body).await.ok();
    for (field, value) in [
        ("lang", json!("de")),
        ("by", json!("one")),
        ("width", json!(3)),
        ("deep", json!({"a": [1]})),
        ("status", json!("PENDING")),
        ("key_prefix", json!(null)),
    ] {
        assert_eq!(object[field], value, "{field}");
    }
    assert_ne!(object["object_id"], "x");
    // The blob itself keeps what it was given.
    assert_eq!(object["blobs"][0]["properties"]["status"], "mine");
    assert_eq!(object["blobs"][1]["properties"]["lang"], "fr");
}

#[tokio::test]
async fn metadata_cannot_say_where_the_bytes_are() {
    let scene = Scene::with(schema()).await;
    for name in ["url", "presigned_url", "text"] {
        let body = note(&json!({"metadata": {name: "s3://stowage-blobs/x"}}));
        scene.create(&body).await.invalid(&[&format!("body.blobs.0.metadata.{name}")]);
    }
    let promoted =
        json!({"blobs": [{"property": "notes", "type": "text", "data": "a", "metadata": {"notes": 5}}]});
    scene.create(&promoted).await.invalid(&["body.notes"]);
    scene.create(&note(&json!({"metadata": {"large": "x".repeat(65_536)}}))).await.refused(422, "");
}

#[tokio::test]
async fn only_an_array_takes_several_blobs() {
    let scene = Scene::with(schema()).await;
    let text = |property: &str| json!({"property": property, "type": "text", "data": "a"});
    scene.create(&json!({"blobs": [text("notes"), text("notes")]})).await.invalid(&["body.blobs.1.property"]);
    let object = scene.create(&json!({"blobs": [text("pages"), text("notes"), text("pages")]})).await.ok();
    let properties: Vec<_> =
        object["blobs"].as_array().expect("blobs").iter().map(|b| &b["property"]).collect();
    assert_eq!(properties, ["pages", "notes", "pages"]);
    let image = json!({"property": "pages", "type": "image", "data": "https://example.com/a"});
    scene.create(&json!({"blobs": [text("pages"), image]})).await.invalid(&["body.blobs.1.type"]);
    let image = json!({"property": "any", "type": "image", "data": "https://example.com/a"});
    scene.create(&json!({"blobs": [text("any"), image]})).await.ok();
    let many: Vec<_> = (0..101).map(|_| text("pages")).collect();
    scene.create(&json!({"blobs": many})).await.invalid(&["body.blobs"]);
}

#[tokio::test]
async fn all_that_is_wrong_with_blobs_is_told_at_once_by_position() {
    let scene = Scene::with(schema()).await;
    let body = json!({"blobs": [
        {"property": "other", "type": "text", "data": "a"},
        {"property": "notes", "type": "image", "data": "https://example.com/a"},
        {"property": "photo", "type": "picture", "data": "https://example.com/a"},
        {"property": "any", "type": "text"},
        {"property": "any", "type": "text", "data": "a", "upload_id": "upl_1"},
        {"property": "any", "type": "text", "upload_id": "obj_1"},
        {"property": "any", "type": "text", "data": "a", "checksum": "x", "key_prefix": "y".repeat(1025)},
    ], "key_prefix": "z".repeat(1025)});
    scene.create(&body).await.invalid(&[
        "body.key_prefix",
        "body.blobs.0.property",
        "body.blobs.1.type",
        "body.blobs.2.type",
        "body.blobs.3.data",
        "body.blobs.4.upload_id",
        "body.blobs.5.upload_id",
        "body.blobs.6.checksum",
        "body.blobs.6.key_prefix",
    ]);
    let unknown = json!({"blobs": [{"property": "notes", "type": "text", "data": "a", "name": "n"}]});
    let answer = scene.create(&unknown).await;
    answer.clone().refused(422, "extra_forbidden");
    answer.invalid(&["body.blobs.0.name"]);
    scene
        .create(&json!({"blobs": [{"type": "text", "data": "a"}]}))
        .await
        .invalid(&["body.blobs.0.property"]);
    scene.create(&json!({"blobs": {"property": "notes"}})).await.invalid(&["body.blobs"]);
    scene.create(&json!({"blobs": [7]})).await.invalid(&["body.blobs.0"]);
}

#[tokio::test]
async fn logical_paths_and_edges_are_echoed() {
    let scene = Scene::with(schema()).await;
    let mut body =
        note(&json!({"key_prefix": "/a/b.txt", "canonicalize_source": false, "force_remirror": true}));
    body["key_prefix"] = json!("/a");
    body["canonicalize_source"] = json!(false);
    body["force_remirror"] = json!(true);
    body["edges"] = json!([
        {"type": "next", "target_object_id": "obj_1"},
        {"type": "part", "target_object_id": "obj_2", "target_collection_id": "col_1", "direction": "in",
            "attributes": {"n": 1}, "weight": 0.5},
    ]);
    let object = scene.create(&body).await.ok();
    assert_eq!(object["key_prefix"], "/a");
    assert_eq!(object["blobs"][0]["key_prefix"], "/a/b.txt");
    assert_eq!(
        object["edges"],
        json!([
            {"type": "next", "target_object_id": "obj_1", "target_collection_id": null, "direction": "out",
                "attributes": null},
            {"type": "part", "target_object_id": "obj_2", "target_collection_id": "col_1", "direction": "in",
                "attributes": {"n": 1}, "weight": 0.5},
        ])
    );
    for name in ["canonicalize_source", "force_remirror"] {
        assert_eq!(object.get(name), None, "{name}");
    }
    let wrong = |edge: Value| json!({"edges": [edge]});
    scene.create(&wrong(json!({"type": "a"}))).await.invalid(&["body.edges.0.target_object_id"]);
    scene
        .create(&wrong(json!({"type": "", "target_object_id": ""})))
        .await
        .invalid(&["body.edges.0.type", "body.edges.0.target_object_id"]);
    let sideways = json!({"type": "a", "target_object_id": "b", "direction": "up"});
    scene.create(&wrong(sideways)).await.invalid(&["body.edges.0.direction"]);
}
