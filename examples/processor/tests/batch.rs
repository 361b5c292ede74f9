//! The processor over a local stack: 100 mixed objects, one of them broken.

use serde_json::{Value, json};
use stowage_example_processor::{Arguments, run};
use stowage_local::{Data, Options};
use stowage_tests::TestStack;

/// A GIF's header: all that is needed to measure it.
const GIF: &[u8] = b"GIF89a\x03\x00\x02\x00\x00\x00\x00;";

/// A bucket of as many objects, every third with an image, every third with a text, the others without
/// bytes; the last one's image is none. Gives their ids.
async fn fill(stack: &TestStack, bucket: &str, count: usize) -> Vec<String> {
    let mut ids = Vec::with_capacity(count);
    for n in 0..count {
        let broken = n + 1 == count;
        let blobs = match n % 3 {
            _ if broken => json!([image("bm8gaW1hZ2U=")]), // "no image"
            0 => json!([image(&base64(GIF))]),
            1 => json!([{"property": "note", "type": "text", "data": format!("note number {n}")}]),
            _ => json!([]),
        };
        let object = stack.client.object(bucket, "", &json!({"n": n, "blobs": blobs})).await.ok();
        ids.push(object["object_id"].as_str().expect("an id").to_owned());
    }
    ids
}

fn image(data: &str) -> Value {
    json!({"property": "photo", "type": "image", "data": {"base64": data, "mime_type": "image/gif"}})
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |bits: u32| char::from(DIGITS[(bits & 63) as usize]);
    let of_three = |chunk: &[u8]| {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let mut text: Vec<char> = [18, 12, 6, 0].map(|shift| digit(bits >> shift)).into();
        for filler in text.iter_mut().skip(chunk.len() + 1) {
            *filler = '=';
        }
        text
    };
    bytes.chunks(3).flat_map(of_three).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_objects_are_processed_and_one_says_why_it_can_not_be() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = Data::Directory(directory.path().to_owned());
    let stack = TestStack::start_as_told(Options { data, ..Options::default() }).await;
    let schema = json!({"n": {"type": "integer"}, "photo": {"type": "image"}, "note": {"type": "text"}});
    let bucket = stack.client.bucket("mixed", schema, json!(null)).await;
    let ids = fill(&stack, &bucket, 100).await;
    let path = format!("/v1/buckets/{bucket}/batches?auto_submit=true");
    let batch = stack.client.post(&path, &json!({"object_ids": ids})).await.ok();
    stack.quiet().await;

    run(Arguments { data_dir: directory.path().to_owned(), once: true }).await.expect("it works");

    let batch =
        stack.client.get(&format!("/v1/batches/{}", batch["batch_id"].as_str().expect("an id"))).await.ok();
    assert_eq!(batch["status"], "COMPLETED_WITH_ERRORS", "{batch}");
    assert_eq!(batch["failed_object_count"], 1);
    let show = async |id: &str| stack.client.get(&format!("/v1/buckets/{bucket}/objects/{id}")).await.ok();
    let broken = show(&ids[99]).await;
    assert_eq!(broken["status"], "FAILED");
    assert_eq!(broken["error"], "blob 'photo': no image can be read there");
    assert_eq!(
        batch["error"],
        json!(format!(
            "1 of 100 objects could not be processed; the first: {}: {}",
            ids[99],
            broken["error"].as_str().expect("a reason")
        ))
    );
    for (n, id) in ids[..99].iter().enumerate() {
        let object = show(id).await;
        let documents = u32::from(n % 3 != 2);
        assert_eq!(
            (&object["status"], &object["document_count"]),
            (&json!("COMPLETED"), &json!(documents)),
            "{n}"
        );
    }
    assert_eq!(stack.stack().relay().message_bodies("processing"), [""; 0], "nothing is left in the queue");
    stack.stop().await;
}
