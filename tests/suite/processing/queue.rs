//! The work on its way to a processor: by the bus into a queue, which is read over SQS's API.

use serde_json::{Value, json};
use stowage_tests::TestStack;

use super::Scene;

/// A call of SQS's API.
async fn sqs(stack: &TestStack, action: &str, body: &Value) -> (u16, Value) {
    let request = stack.client.http().post(&stack.stack().info().sqs);
    let request = request.header("x-amz-target", format!("AmazonSQS.{action}")).body(body.to_string());
    let response = request.send().await.expect("SQS answers");
    let status = response.status().as_u16();
    (status, response.json().await.expect("JSON"))
}

async fn queue(stack: &TestStack, name: &str) -> String {
    let (status, answer) = sqs(stack, "GetQueueUrl", &json!({"QueueName": name})).await;
    assert_eq!(status, 200, "{answer}");
    answer["QueueUrl"].as_str().expect("a URL").to_owned()
}

async fn receive(stack: &TestStack, queue: &str, visibility: u64) -> Vec<Value> {
    let body = json!({"QueueUrl": queue, "MaxNumberOfMessages": 10, "VisibilityTimeout": visibility});
    let (status, answer) = sqs(stack, "ReceiveMessage", &body).await;
    assert_eq!(status, 200, "{answer}");
    answer["Messages"].as_array().expect("messages").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submitted_batch_is_a_message_with_all_that_a_processor_needs() {
    let scene = Scene::publishing(2).await;
    scene.stack.quiet().await;
    let url = queue(&scene.stack, "stowage-processing").await;
    let messages = receive(&scene.stack, &url, 30).await;
    assert_eq!(messages.len(), 1);
    let body: Value = serde_json::from_str(messages[0]["Body"].as_str().expect("a body")).expect("JSON");
    for (field, value) in [
        ("batch_id", json!(scene.batch)),
        ("bucket_id", json!(scene.bucket)),
        ("attempt", json!(1)),
        ("object_ids", json!(scene.objects)),
        ("schema_version", json!(1)),
    ] {
        assert_eq!(body[field], value, "{field}");
    }
    assert_eq!(receive(&scene.stack, &url, 30).await.len(), 0, "it is hidden from others");
    let deleted = json!({"QueueUrl": url, "ReceiptHandle": messages[0]["ReceiptHandle"]});
    assert_eq!(sqs(&scene.stack, "DeleteMessage", &deleted).await.0, 200);
    assert_eq!(scene.stack.stack().relay().message_bodies("processing"), [""; 0]);

    // A further attempt is told of with what is left.
    scene.report(&[scene.done(0).await, scene.failed(1).await]).await.ok();
    let again = format!("/v1/buckets/{}/batches/{}/submit?force=true", scene.bucket, scene.batch);
    scene.stack.client.post(&again, &json!({})).await.ok();
    scene.stack.quiet().await;
    let messages = receive(&scene.stack, &url, 30).await;
    let body: Value = serde_json::from_str(messages[0]["Body"].as_str().expect("a body")).expect("JSON");
    assert_eq!((&body["attempt"], &body["object_ids"]), (&json!(2), &json!([scene.objects[1]])));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_is_done_with_comes_again_and_goes_to_the_dead_letters_in_the_end() {
    let scene = Scene::publishing(1).await;
    scene.stack.quiet().await;
    let url = queue(&scene.stack, "stowage-processing").await;
    for received in 1..=5 {
        let messages = receive(&scene.stack, &url, 0).await;
        let count = &messages[0]["Attributes"]["ApproximateReceiveCount"];
        assert_eq!(*count, json!(received.to_string()));
    }
    assert_eq!(receive(&scene.stack, &url, 0).await.len(), 0);
    let dead = queue(&scene.stack, "stowage-processing-dead").await;
    assert_eq!(receive(&scene.stack, &dead, 0).await.len(), 1);
}

#[tokio::test]
async fn what_consumers_have_no_business_with_is_refused() {
    let stack = TestStack::start().await;
    for (action, body, kind) in [
        ("GetQueueUrl", json!({"QueueName": "stowage-tasks"}), "QueueDoesNotExist"),
        ("ReceiveMessage", json!({"QueueUrl": "http://127.0.0.1/0/stowage-confirms"}), "QueueDoesNotExist"),
        ("PurgeQueue", json!({"QueueUrl": "http://127.0.0.1/0/stowage-processing"}), "UnsupportedOperation"),
        (
            "ReceiveMessage",
            json!({"QueueUrl": "http://127.0.0.1/0/stowage-processing", "MaxNumberOfMessages": 11}),
            "ValidationException",
        ),
        (
            "DeleteMessage",
            json!({"QueueUrl": "http://127.0.0.1/0/stowage-processing", "ReceiptHandle": "none"}),
            "ValidationException",
        ),
    ] {
        let (status, answer) = sqs(&stack, action, &body).await;
        assert_eq!(status, 400, "{action}");
        assert!(answer["__type"].as_str().is_some_and(|text| text.ends_with(kind)), "{action}: {answer}");
    }
}
