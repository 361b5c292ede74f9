//! Numbers and nesting: what is kept as it was written, and what is refused because it can't be.

use serde_json::{Value, json};

use super::Scene;

#[tokio::test]
async fn numbers_come_back_as_they_were_sent() {
    let scene = Scene::with(json!({"i": {"type": "integer"}, "f": {"type": "float"}})).await;
    for literal in [
        "0",
        "-1",
        "1.5",
        "0.1",
        "1e125",
        "-9.9e125",
        "1e-130",
        "9007199254740993",
        "18446744073709551615",
        "-9223372036854775808",
        "3.141592653589793",
        "1e20",
        "123456789012345.6",
        "5e-7",
    ] {
        let body = format!(r#"{{"x": {literal}, "deep": {{"y": [{literal}]}}}}"#);
        let path = format!("/v1/buckets/{}/objects", scene.bucket);
        let object = scene.stack.client.post_text(&path, body.clone()).await.ok();
        let sent: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!((&object["x"], &object["deep"]), (&sent["x"], &sent["deep"]), "{literal}");
        let stored = scene.stack.engines().object(object["object_id"].as_str().unwrap_or_default()).await;
        assert_eq!(stored["f:x"].as_f64(), sent["x"].as_f64(), "{literal}");
        if !sent["x"].is_f64() {
            assert_eq!(stored["f:x"], sent["x"], "{literal}");
        }
    }
}

/// Reading a number to the nearest float takes care that a quick reader doesn't take.
#[tokio::test]
async fn a_float_of_many_digits_is_the_nearest_one_not_its_neighbour() {
    let scene = Scene::with(json!({})).await;
    let mut digits = 0x9E37_79B9_7F4A_7C15_u64;
    let literals: Vec<String> = (0..2_000)
        .map(|n| {
            digits = digits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            format!("0.{:017}e{}", digits % 100_000_000_000_000_000, n % 200 - 100)
        })
        .collect();
    let body = format!(r#"{{"x": [{}]}}"#, literals.join(","));
    let path = format!("/v1/buckets/{}/objects", scene.bucket);
    let object = scene.stack.client.post_text(&path, body).await.ok();
    let answered = object["x"].as_array().expect("the numbers");
    let differ =
        literals.iter().zip(answered).filter(|(sent, got)| sent.parse().ok() != got.as_f64()).count();
    assert_eq!(differ, 0);
}

#[tokio::test]
async fn a_number_that_would_lose_digits_or_has_no_place_is_refused_where_it_stands() {
    let scene = Scene::with(json!({"f": {"type": "float"}})).await;
    let forty = "1234567890123456789012345678901234567890";
    for literal in [
        forty,
        "0.1234567890123456789012345678901234567890",
        "18446744073709551616",
        "-9223372036854775809",
        "1e126",
        "-1e126",
        "1e-131",
        "5e-324",
    ] {
        let path = format!("/v1/buckets/{}/objects", scene.bucket);
        for (body, place) in [
            (format!(r#"{{"f": {literal}}}"#), "body.f"),
            (format!(r#"{{"a": [1, {{"b": {literal}}}]}}"#), "body.a.1.b"),
        ] {
            scene.stack.client.post_text(&path, body).await.invalid(&[place]);
        }
    }
    let path = format!("/v1/buckets/{}/objects", scene.bucket);
    // Beyond a float altogether: reading it fails.
    let answer = scene.stack.client.post_text(&path, r#"{"f": 1e400}"#).await;
    assert!(matches!(answer.status, 400 | 422), "{}", answer.body);
    assert_eq!(scene.stack.engines().object_count().await, 0);
}

#[tokio::test]
async fn what_nests_within_the_limit_is_stored_and_what_does_not_is_refused() {
    let scene = Scene::with(json!({})).await;
    let nested = |depth: usize| (0..depth).fold(json!("x"), |inner, _| json!([inner]));
    let object = scene.create(&json!({"a": nested(30)})).await.ok();
    assert_eq!(object["a"], nested(30));
    scene.create(&json!({"a": nested(31)})).await.refused(422, "");
    scene.create(&json!({"a": nested(100)})).await.refused(422, "");
    scene.create(&json!({"a": nested(200)})).await.refused(400, "malformed_body");
    scene.create(&json!({"a": {"": 1}})).await.refused(422, "");
}
