//! Bodies that are no JSON, or no JSON object.

use serde_json::json;

use super::{Scene, nested};

#[tokio::test]
async fn what_is_no_json_object_is_a_400_that_says_where() {
    let scene = Scene::new().await;
    let deep = format!("{{\"a\": {}}}", nested(200));
    let unclosed = format!("{{\"a\": {}", "[".repeat(100_000));
    let bodies: Vec<Vec<u8>> = [
        "{",
        "}",
        "{\"a\"",
        "{\"a\":}",
        "{\"a\": 1,}",
        "{'a': 1}",
        "{a: 1}",
        "{\"a\": nul}",
        "{\"a\": NaN}",
        "{\"a\": 01}",
        "{\"a\": 1e999}",
        "{\"a\": \"unclosed}",
        "{\"a\": \"\\x\"}",
        "{\"a\": \"line\nbreak\"}",
        "{\"a\": \"\\ud800\"}",
        "{\"a\": \"\\udc00\\ud800\"}",
        "{\"\\ud83d\": 1}",
        "{}{}",
        "{} // comment",
        "\u{feff}{}",
        "[]",
        "[{}]",
        "\"text\"",
        "5",
        "true",
        "null",
        "filename=a&content_type=b",
        "<xml/>",
        deep.as_str(),
        unclosed.as_str(),
    ]
    .into_iter()
    .map(|text| text.as_bytes().to_vec())
    .chain([
        b"{\"a\": \"\xff\"}".to_vec(),
        b"\xff\xfe{\0}\0".to_vec(),
        b"{\"a\": \"\xed\xa0\x80\"}".to_vec(),
        vec![0; 100],
    ])
    .collect();
    for path in scene.routes() {
        for body in &bodies {
            let answer = scene.refused(&path, body.clone()).await;
            answer.refused(400, "malformed_body");
        }
    }
    scene.untouched().await;
}

#[tokio::test]
async fn a_refusal_names_the_line_or_the_byte() {
    let scene = Scene::new().await;
    let path = scene.objects();
    for (body, part) in [
        (&b"{\n  \"a\": ,\n}"[..], "line 2"),
        (b"{\"a\": 1", "too early"),
        (b"{\"a\": \"\xff\"}", "byte 7"),
        (b"[]", "object"),
    ] {
        let error = scene.refused(&path, body.to_vec()).await.refused(400, "malformed_body");
        assert!(error["message"].as_str().is_some_and(|text| text.contains(part)), "{error}");
    }
    let deep = format!("{{\"a\": {}}}", nested(200));
    let error = scene.refused(&path, deep).await.refused(400, "malformed_body");
    assert!(error["message"].as_str().is_some_and(|text| text.contains("deep")), "{error}");
}

#[tokio::test]
async fn the_content_type_does_not_decide_how_a_body_is_read() {
    let scene = Scene::new().await;
    let client = &scene.stack.client;
    for content_type in
        ["application/json; charset=utf-8", "text/plain", "application/octet-stream", "image/png", "no type"]
    {
        let request = client.http().post(client.url(&scene.objects())).header("content-type", content_type);
        client.send(request.body(r#"{"n": 1.5, "é": "日本"}"#)).await.ok();
    }
    client.send(client.http().post(client.url(&scene.objects())).body("{}")).await.ok();
}

#[tokio::test]
async fn of_a_key_that_is_given_twice_the_last_counts() {
    let scene = Scene::new().await;
    let twice = r#"{"n": "wrong", "n": 2.5, "title": "one", "title": "two"}"#;
    let object = scene.stack.client.post_text(&scene.objects(), twice).await.ok();
    assert_eq!((&object["n"], &object["title"]), (&json!(2.5), &json!("two")));
}
