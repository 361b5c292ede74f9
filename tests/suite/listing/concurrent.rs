//! Paging while objects come and go: what is there throughout comes exactly once.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::join_all;
use serde_json::{Value, json};

use super::{Scene, ids, once_each};

/// Creates and deletes objects, again and again, in a random order, until it is told to stop.
async fn come_and_go(scene: &Scene, seed: u64, stop: &AtomicBool) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut mine: Vec<String> = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        if mine.is_empty() || random.u8(..) < 140 {
            mine.push(scene.create(&json!({"n": -1})).await);
        } else {
            let id = mine.swap_remove(random.usize(..mine.len()));
            scene.stack.client.delete(&format!("/v1/buckets/{}/objects/{id}", scene.bucket)).await.deleted();
        }
    }
}

/// Follows cursors with pages of random sizes, and gives the ids.
async fn walk(scene: &Scene, seed: u64, body: &Value) -> Vec<String> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut body = body.clone();
    let mut shown = Vec::new();
    loop {
        body["limit"] = json!(random.u32(1..40));
        let page = scene.page(&body).await;
        shown.extend(ids(&page));
        match &page["pagination"]["next_cursor"] {
            Value::Null => return shown,
            cursor => body["cursor"] = cursor.clone(),
        }
        assert!(shown.len() < 10_000, "a walk ends, however much is added at its end");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_throughout_comes_exactly_once() {
    let scene = Scene::new().await;
    let original = scene.create(&json!({"n": 1})).await;
    let lasting: Vec<String> = {
        let older = scene.stack.crowd(&scene.bucket, &original, 150, |n| 1_000_000 + n / 2).await;
        let scene = &scene;
        let newer = join_all((0..50).map(|n| async move { scene.create(&json!({"n": n})).await })).await;
        older.into_iter().chain([original]).chain(newer).collect()
    };
    let lasting: BTreeSet<String> = once_each(&lasting);
    for round in 0..3_u64 {
        let stop = AtomicBool::new(false);
        let walks = async {
            let mut shown = Vec::new();
            for (n, direction) in [(0, "asc"), (1, "desc")] {
                let sort = json!({"field": "created_at", "direction": direction});
                shown.push(walk(&scene, round * 10 + n, &json!({"sort": sort})).await);
            }
            let filters = json!({"field": "n", "operator": "gte", "value": 0});
            shown.push(walk(&scene, round * 10 + 5, &json!({"filters": filters})).await);
            stop.store(true, Ordering::Relaxed);
            shown
        };
        let others = join_all((0..4).map(|n| come_and_go(&scene, round * 100 + n, &stop)));
        let (shown, _) = tokio::join!(walks, others);
        for ids in shown {
            let ids = once_each(&ids);
            let missing: Vec<&String> = lasting.difference(&ids).collect();
            assert!(missing.is_empty(), "missing in round {round}: {missing:?}");
        }
    }
}
