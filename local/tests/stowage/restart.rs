//! What was stored is there after an orderly end.

use serde_json::json;

use crate::support::{Server, bucket, upload};

#[tokio::test]
async fn keys_buckets_objects_and_unconfirmed_bytes_outlive_a_restart() {
    let data = tempfile::tempdir().expect("a directory");
    let server = Server::on(data.path());
    let key = server.info.key.clone();
    let client = server.client();
    let id = bucket(&client).await;
    let object = client.object(&id, "", &json!({"sku": "A1"})).await.ok();
    let confirmed = client.upload(&id, &upload("B2"), b"confirmed").await;
    let first = client.confirm(&id, &confirmed, &json!({})).await.ok();
    let waiting = client.upload(&id, &upload("C3"), b"waiting").await;
    server.stop();

    let server = Server::on(data.path());
    assert_eq!(server.info.key, key);
    let client = server.client();
    assert_eq!(client.get("/v1/buckets/things").await.ok()["bucket_id"], id.as_str());
    let conflict = client.object(&id, "", &json!({"sku": "A1"})).await.refused(409, "unique_key_conflict");
    assert_eq!(conflict["details"]["existing_object_id"], object["object_id"]);
    assert_eq!(client.confirm(&id, &confirmed, &json!({})).await.ok(), first);
    let second = client.confirm(&id, &waiting, &json!({"file_size_bytes": 7})).await.ok();
    assert_eq!(second["status"], "COMPLETED");
    let conflict = client.object(&id, "", &json!({"sku": "C3"})).await.refused(409, "unique_key_conflict");
    assert_eq!(conflict["details"]["existing_object_id"], second["object_id"]);
    server.stop();
}
