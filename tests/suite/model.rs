//! Random creates against a model of one bucket: whatever path a write takes through the store — one
//! conditional write, or a transaction — it must do what contract section 6 says.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use stowage_tests::{Client, TestStack};

/// What the model knows of an object: its id, its fields, and its blobs as `property=content`.
#[derive(Clone, Debug, PartialEq)]
struct Known {
    object_id: Value,
    created_at: Value,
    fields: Map<String, Value>,
    blobs: Vec<String>,
}

struct Step {
    policy: &'static str,
    body: Value,
    /// The blobs that the body brings, as the model writes them; `None` keeps the stored ones.
    blobs: Option<Vec<String>>,
}

const DECLARED: [&str; 4] = ["sku", "title", "n", "note"];

fn random_step(random: &mut fastrand::Rng, uploads: &[Value]) -> Step {
    let policy = ["insert", "update", "upsert"][random.usize(..3)];
    let mut body = json!({"sku": format!("sku {}", random.usize(..3))});
    for (name, value) in [("title", json!(random.u8(..).to_string())), ("n", json!(random.i32(..)))] {
        if random.bool() {
            body[name] = value;
        }
    }
    if random.u8(..4) == 0 {
        body["note"] = json!("given");
    }
    let blobs = match random.u8(..5) {
        0 => {
            body["blobs"] = json!([]);
            None
        }
        1 => {
            let text = format!("text {}", random.u8(..));
            body["blobs"] = json!([{"property": "doc", "type": "text", "data": text}]);
            Some(vec![format!("doc={text}")])
        }
        2 => {
            let ids = [random.usize(..uploads.len()), random.usize(..uploads.len())];
            let blob = |id: usize| json!({"property": "files", "type": "text", "upload_id": uploads[id]});
            body["blobs"] = json!([blob(ids[0]), blob(ids[1])]);
            Some(ids.iter().map(|id| format!("files={}", uploads[*id])).collect())
        }
        _ => None,
    };
    Step { policy, body, blobs }
}

/// An object's fields and blobs.
type Content = (Map<String, Value>, Vec<String>);

/// What must come of a step: the status, and the object's content after it.
fn expect(known: Option<&Known>, step: &Step) -> (u16, Option<Content>) {
    let mut sent = step.body.as_object().cloned().unwrap_or_default();
    sent.remove("blobs");
    match (step.policy, known) {
        // The schema comes before the key; an insert has to be whole by itself.
        ("insert", _) if !sent.contains_key("title") => (422, None),
        ("insert", Some(_)) => (409, None),
        ("update", None) => (404, None),
        // 'title' is required: by the request where nothing is stored, by either where something is.
        (_, None) if !sent.contains_key("title") => (422, None),
        (_, known) => {
            let mut fields = known.map(|known| known.fields.clone()).unwrap_or_default();
            fields.extend(sent);
            fields.entry("note").or_insert_with(|| json!("by default"));
            let kept = known.map(|known| known.blobs.clone()).unwrap_or_default();
            (200, Some((fields, step.blobs.clone().unwrap_or(kept))))
        }
    }
}

/// An answer in the model's terms.
fn observe(object: &Value) -> Known {
    let fields = DECLARED.iter().filter_map(|name| Some(((*name).to_owned(), object.get(*name)?.clone())));
    let blobs = object["blobs"].as_array().cloned().unwrap_or_default();
    let blobs = blobs.iter().map(|blob| {
        let properties = &blob["properties"];
        let content = properties["text"].as_str().map_or_else(
            || {
                let url = properties["url"].as_str().unwrap_or_default();
                let id = url.split('/').find(|part| part.starts_with("upl_")).unwrap_or_default();
                format!("{id:?}")
            },
            str::to_owned,
        );
        format!("{}={content}", blob["property"].as_str().unwrap_or_default())
    });
    Known {
        object_id: object["object_id"].clone(),
        created_at: object["created_at"].clone(),
        fields: fields.collect(),
        blobs: blobs.collect(),
    }
}

async fn confirmed_uploads(client: &Client, bucket: &str) -> Vec<Value> {
    let create =
        json!({"filename": "a.txt", "content_type": "text/plain", "create_object_on_confirm": false});
    let mut ids = Vec::new();
    for n in 0..3 {
        let upload = client.upload(bucket, &create, format!("bytes {n}").as_bytes()).await;
        client.confirm(bucket, &upload, &json!({})).await.ok();
        ids.push(upload["upload_id"].clone());
    }
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sequence_of_creates_does_what_the_model_does() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let schema = json!({
        "sku": {"type": "string", "required": true},
        "title": {"type": "string", "required": true},
        "n": {"type": "integer"},
        "note": {"type": "string", "default": "by default"},
        "doc": {"type": "text"},
        "files": {"type": "array", "items": {"type": "text"}},
    });
    for seed in 0..20 {
        let bucket =
            client.bucket(&format!("model {seed}"), schema.clone(), json!({"fields": ["sku"]})).await;
        let uploads = confirmed_uploads(client, &bucket).await;
        let mut random = fastrand::Rng::with_seed(seed);
        let mut model: BTreeMap<String, Known> = BTreeMap::new();
        for number in 0..40 {
            let step = random_step(&mut random, &uploads);
            let sku = step.body["sku"].as_str().unwrap_or_default().to_owned();
            let (status, after) = expect(model.get(&sku), &step);
            let answer = client.object(&bucket, &format!("?policy={}", step.policy), &step.body).await;
            let context =
                format!("seed {seed}, step {number}: {} {} → {}", step.policy, step.body, answer.body);
            assert_eq!(answer.status, status, "{context}");
            let Some((fields, blobs)) = after else { continue };
            let seen = observe(&answer.body);
            assert_eq!((&seen.fields, &seen.blobs), (&fields, &blobs), "{context}");
            if let Some(known) = model.get(&sku) {
                assert_eq!(
                    (&seen.object_id, &seen.created_at),
                    (&known.object_id, &known.created_at),
                    "{context}"
                );
            }
            model.insert(sku, seen);
        }
        check_counts(&stack, &uploads, &model, seed).await;
    }
}

/// Each upload's reference count is the number of objects that refer to it.
async fn check_counts(stack: &TestStack, uploads: &[Value], model: &BTreeMap<String, Known>, seed: u64) {
    for upload in uploads {
        let referring =
            model.values().filter(|known| known.blobs.contains(&format!("files={upload}"))).count();
        let id = upload.as_str().unwrap_or_default();
        let count = stack.upload_attribute(id, "ref_count").await;
        assert_eq!(count, Some(referring.to_string()), "seed {seed}: {upload}");
    }
}
