//! A bucket's counters, as it shows them (contract section 4.2).

use serde_json::json;
use stowage_tests::TestStack;

use super::{counts, minimal};

#[tokio::test]
async fn a_bucket_shows_what_is_counted_of_it() {
    let stack = TestStack::start().await;
    let made = stack.client.post("/v1/buckets", &minimal("clips")).await.ok();
    let at = "2026-11-23T13:00:00.000Z";
    let counted = json!({"object_count": {"N": "3"}, "total_size_bytes": {"N": "100"},
        "failed_object_count": {"N": "1"}, "last_upload_at": {"S": at}, "stats_updated_at": {"S": at}});
    counts(&stack, &made, &counted).await;
    let shown = stack.client.get("/v1/buckets/clips").await.ok();
    for (field, value) in [
        ("object_count", json!(3)),
        ("total_size_bytes", json!(100)),
        ("failed_object_count", json!(1)),
        ("last_upload_at", json!(at)),
        ("stats_updated_at", json!(at)),
        ("batch_stats", json!(null)),
    ] {
        assert_eq!(shown.get(field), Some(&value), "{field}");
    }
    let sizes = json!({"total_size_bytes": 100, "avg_size_bytes": 33, "max_size_bytes": null, "min_size_bytes": null});
    assert_eq!(shown["storage_stats"], sizes);
    // A change of the bucket is none of its counters.
    let changed = stack.client.patch("/v1/buckets/clips", &json!({"description": "x"})).await.ok();
    assert_eq!(changed["storage_stats"], sizes);
    assert_eq!(changed["object_count"], 3);
}

/// Changes are counted in any order: the removal of an object may be before its making.
#[tokio::test]
async fn a_count_on_its_way_is_never_shown_below_nothing() {
    let stack = TestStack::start().await;
    let made = stack.client.post("/v1/buckets", &minimal("clips")).await.ok();
    let counted = json!({"object_count": {"N": "-1"}, "total_size_bytes": {"N": "-7"},
        "stats_updated_at": {"S": "2026-11-23T13:00:00.000Z"}});
    counts(&stack, &made, &counted).await;
    let shown = stack.client.get("/v1/buckets/clips").await.ok();
    assert_eq!((&shown["object_count"], &shown["total_size_bytes"]), (&json!(0), &json!(0)));
    assert_eq!(shown["storage_stats"]["avg_size_bytes"], 0);
}
