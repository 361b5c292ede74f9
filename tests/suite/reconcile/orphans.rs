//! Bytes that no row names.

use serde_json::{Value, json};
use stowage_domain::upload::{Grace, Rounds};
use stowage_tests::Fault;

use super::Scene;

/// Bytes are looked at as soon as they are written.
const AT_ONCE: Grace = Grace { orphaned: 0, ..Scene::IMPATIENT };

/// Keys of every area, as Stowage makes them, of rows that aren't there.
const NOBODYS: [&str; 3] = [
    "inline/org_1/ns_1/bkt_1/obj_1/blob_1/doc.txt",
    "mirror/org_1/ns_1/bkt_1/obj_1/upl_1/clip.mp4",
    "uploads/org_1/ns_1/upl_2/a.mp4",
];

#[tokio::test(flavor = "multi_thread")]
async fn they_are_removed_and_no_others() {
    let scene = Scene::start_with(AT_ONCE).await;
    scene.inline("an object's").await;
    let upload = scene.put().await;
    scene.stack.client.confirm(&scene.bucket, &upload, &json!({})).await.ok();
    for key in NOBODYS {
        scene.stack.engines().put(key, b"nobody's").await;
        scene.stack.engines().put(key, b"nobody's, and once more").await;
    }
    // Stowage's, but in no place that a row could name.
    scene.stack.engines().put("undelivered/a.json", b"{}").await;
    assert_eq!(scene.bytes().await, 2 + 6 + 1);
    assert_eq!(scene.reconcile().await, Ok(json!({"orphaned_keys": 3, "removed_orphans": 3})));
    assert_eq!((scene.bytes().await, scene.notes().await.len()), (3, 0));
    assert_eq!(scene.reconcile().await, Ok(json!({})));
}

/// A create that is refused under its policy has written its bytes by then; so has one that turns out to be a
/// repeat.
#[tokio::test(flavor = "multi_thread")]
async fn what_refused_and_repeated_creates_have_written_goes() {
    let scene = Scene::start_with(AT_ONCE).await;
    let client = &scene.stack.client;
    let schema = json!({"sku": {"type": "string", "required": true}, "doc": {"type": "text"}});
    let keyed = client.bucket("keyed", schema, json!({"fields": ["sku"]})).await;
    let doc = |text: &str| json!([{"property": "doc", "type": "text", "data": text}]);
    let stays = json!({"sku": "a", "blobs": doc("stays")});
    client.object(&keyed, "?policy=insert", &stays).await.ok();
    client.object(&keyed, "?policy=insert", &stays).await.refused(409, "unique_key_conflict");
    let repeated = json!({"blobs": doc("once"), "idempotency_key": "1"});
    let first = client.object(&scene.bucket, "", &repeated).await.ok();
    let second = client.object(&scene.bucket, "", &repeated).await.ok();
    assert_eq!(first["object_id"], second["object_id"]);
    assert_eq!(scene.bytes().await, 4);
    assert_eq!(scene.reconcile().await, Ok(json!({"orphaned_keys": 2, "removed_orphans": 2})));
    assert_eq!(scene.bytes().await, 2);
    let url = first["blobs"][0]["properties"]["url"].as_str().expect("a place");
    assert_eq!(scene.stack.engines().bytes(url).await, b"once");
}

#[tokio::test(flavor = "multi_thread")]
async fn young_bytes_are_left_alone_and_found_ones_stay_for_as_long_as_any() {
    let scene = Scene::start_with(Grace { rounds: Rounds::ALWAYS, ..Grace::default() }).await;
    scene.stack.engines().put(NOBODYS[0], b"of a create that is going on").await;
    assert_eq!(scene.reconcile().await, Ok(json!({})));
    let unhurried = Grace { unreferenced: 3600, ..AT_ONCE };
    let scene = Scene::start_with(unhurried).await;
    scene.stack.engines().put(NOBODYS[0], b"nobody's").await;
    assert_eq!(scene.reconcile().await, Ok(json!({"orphaned_keys": 1})));
    assert_eq!(scene.reconcile().await, Ok(json!({})), "it is noted once");
    assert_eq!((scene.bytes().await, scene.notes().await.len()), (1, 1));
}

/// The last look decides: tables may have been restored from a backup since.
#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_a_row_has_after_all_stay() {
    let scene = Scene::start_with(Grace { unreferenced: 3600, ..AT_ONCE }).await;
    let object = scene.inline("an object's").await;
    let row = scene.stack.engines().object(object["object_id"].as_str().expect("an id")).await;
    let key = json!({"TableName": "stowage-objects", "Key": {"pk": {"S": row["pk"]}}});
    let item = scene.stack.dynamodb("GetItem", &key).await["Item"].clone();
    scene.stack.dynamodb("DeleteItem", &key).await;
    assert_eq!(scene.reconcile().await, Ok(json!({"orphaned_keys": 1})));
    scene.stack.dynamodb("PutItem", &json!({"TableName": "stowage-objects", "Item": item})).await;
    let long_ago = json!({":then": {"S": "2026-01-01T00:00:00.000Z"}});
    scene.change("objects", &scene.notes().await[0], "SET removed_at = :then", long_ago).await;
    assert_eq!(scene.reconcile().await, Ok(json!({"bytes_in_use": 1})));
    assert_eq!(scene.bytes().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_cannot_be_read_may_have_all_that_names_it() {
    let scene = Scene::start_with(AT_ONCE).await;
    let object = scene.inline("an object's").await;
    let row = scene.stack.engines().object(object["object_id"].as_str().expect("an id")).await;
    scene.change("objects", &row, "SET blobs = :wrong", json!({":wrong": {"S": "none"}})).await;
    scene.stack.engines().put(NOBODYS[0], b"nobody's").await;
    // The other passes complain of the row.
    assert_eq!(scene.reconcile().await, Err("InternalServerError".to_owned()));
    assert_eq!(scene.bytes().await, 1, "the object's stay");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_name_no_row_stay_and_are_counted() {
    let scene = Scene::start_with(AT_ONCE).await;
    scene.stack.engines().put("inline/by/hand.txt", b"somebody's").await;
    for _ in 0..2 {
        assert_eq!(scene.reconcile().await, Ok(json!({"unknown_keys": 1})));
    }
    assert_eq!(scene.bytes().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_it_is_looked_through_once_a_day() {
    let daily = Rounds { orphans: 86_400, ..Rounds::ALWAYS };
    let scene = Scene::start_with(Grace { rounds: daily, ..AT_ONCE }).await;
    assert_eq!(scene.reconcile().await, Ok(json!({})));
    scene.stack.engines().put(NOBODYS[0], b"nobody's").await;
    assert_eq!(scene.reconcile().await, Ok(json!({})), "it rests");
    let stands = json!({"pk": {"S": "reconcile"}, "sk": {"S": "orphans"},
        "ended_at": {"S": "2026-01-01T00:00:00.000Z"}});
    scene.stack.dynamodb("PutItem", &json!({"TableName": "stowage-catalog", "Item": stands})).await;
    assert_eq!(scene.reconcile().await, Ok(json!({"orphaned_keys": 1, "removed_orphans": 1})));
}

/// It goes on behind the key that it stands at, wherever that is.
#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_where_it_stopped() {
    let scene = Scene::start_with(AT_ONCE).await;
    for key in NOBODYS {
        scene.stack.engines().put(key, b"nobody's").await;
    }
    for (after, found) in [(NOBODYS[2], 0), (NOBODYS[1], 1), (NOBODYS[0], 1), ("inline/", 1)] {
        let stands = json!({"pk": {"S": "reconcile"}, "sk": {"S": "orphans"}, "after": {"S": after}});
        scene.stack.dynamodb("PutItem", &json!({"TableName": "stowage-catalog", "Item": stands})).await;
        let expected = match found {
            0 => json!({}),
            found => json!({"orphaned_keys": found, "removed_orphans": found}),
        };
        assert_eq!(scene.reconcile().await, Ok(expected), "{after}");
    }
    assert_eq!(scene.bytes().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_call_fails_they_go_in_the_end() {
    for (action, fault) in [
        ("GET ", Fault::Status(500)),
        ("BatchGetItem", Fault::THROTTLE),
        ("PutItem", Fault::LoseAnswer),
        ("DELETE inline", Fault::LoseAnswer),
        ("DeleteItem", Fault::LoseAnswer),
    ] {
        let scene = Scene::start_with(AT_ONCE).await;
        for key in NOBODYS {
            scene.stack.engines().put(key, b"nobody's").await;
        }
        scene.stack.background().inject(action, fault.clone(), 2);
        for _ in 0..4 {
            // The first ones may fail: the clock starts the next.
            let _ = scene.reconcile().await;
        }
        assert_eq!(scene.stack.background().clear(), 0, "{action}: met all of them");
        assert_eq!((scene.bytes().await, scene.notes().await), (0, Vec::<Value>::new()), "{action}");
    }
}
