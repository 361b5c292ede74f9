//! Sends kept events again, oldest key first, and removes those that the bus took.

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_sdk_s3::error::DisplayErrorContext;
use serde_json::Value;
use stowage_api::aws::Aws;
use stowage_blobs::UNDELIVERED;
use stowage_bus::SOURCE;

use crate::cli::Outcome;

/// Sends what waits in this S3 bucket to this bus. Region, credentials and endpoints come from the
/// environment.
pub(super) async fn run(blob_bucket: &str, bus: &str) -> Outcome {
    let aws = stowage_api::environment::aws()?;
    let (mut sent, mut refused) = (0_u64, 0_u64);
    let mut pages =
        aws.s3().list_objects_v2().bucket(blob_bucket).prefix(UNDELIVERED).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| format!("S3: {}", DisplayErrorContext(error)))?;
        for key in page.contents().iter().filter_map(|object| object.key()) {
            if send(&aws, blob_bucket, bus, key).await? {
                sent += 1;
            } else {
                refused += 1;
                eprintln!("refused again, and kept: {key}");
            }
        }
        eprintln!("{sent} sent so far");
    }
    eprintln!("{sent} sent, {refused} refused");
    if refused == 0 { Ok(()) } else { Err("some events were refused again; they are kept".into()) }
}

/// Sends one; false if the bus refuses it.
async fn send(aws: &Aws, blob_bucket: &str, bus: &str, key: &str) -> Result<bool, String> {
    let s3 = aws.s3();
    let failed = |error: String| format!("{key}: {error}");
    let object = s3.get_object().bucket(blob_bucket).key(key).send().await;
    let object = object.map_err(|error| failed(DisplayErrorContext(error).to_string()))?;
    let version = object.version_id.clone();
    let bytes = object.body.collect().await.map_err(|error| failed(error.to_string()))?.to_vec();
    let kept: Value = serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))?;
    let entry = PutEventsRequestEntry::builder()
        .event_bus_name(bus)
        .source(SOURCE)
        .set_detail_type(kept["detail_type"].as_str().map(str::to_owned))
        .detail(kept["detail"].to_string())
        .build();
    let answer = aws.eventbridge().put_events().entries(entry).send().await;
    let Ok(answer) = answer else { return Ok(false) };
    if answer.failed_entry_count() > 0 {
        return Ok(false);
    }
    // The version that was read: another has not been sent.
    let delete = s3.delete_object().bucket(blob_bucket).key(key).set_version_id(version);
    delete.send().await.map_err(|error| failed(DisplayErrorContext(error).to_string()))?;
    Ok(true)
}
