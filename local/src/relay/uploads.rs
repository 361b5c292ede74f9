//! S3's notifications of what was written under `uploads/`.

use std::sync::Arc;

use aws_sdk_s3::Client;
use serde_json::{Value, json};
use stowage_api::clock;
use stowage_domain::place::Area;
use stowage_local_s3::ObjectCreated;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{oneshot, watch};

use super::Shared;
use super::queue::CONFIRMS;
use crate::server::stopped;
use crate::stack::REGION;

/// The name that the relay keeps its place here by: the time of the last notification.
const SOURCE: &str = "uploads";
/// How much earlier than the last notification something may have been written whose own was lost, in
/// seconds. S3's times have whole seconds.
const OVERLAP_SECONDS: i64 = 10;

/// Where notifications come from.
pub(crate) struct Uploads {
    /// Everything that is written from now on.
    pub(crate) events: UnboundedReceiver<ObjectCreated>,
    /// The client to look with for what was written before.
    pub(crate) s3: Client,
    /// S3's bucket.
    pub(crate) bucket: &'static str,
}

impl Uploads {
    /// Puts a notification for each upload's key into the queue, until `stop` turns true. `asked` brings
    /// those who wait until nothing is left to be put there.
    pub(super) async fn read(
        mut self,
        shared: Arc<Shared>,
        mut asked: UnboundedReceiver<oneshot::Sender<()>>,
        stop: watch::Receiver<bool>,
    ) {
        let mut stop = std::pin::pin!(stopped(stop));
        self.catch_up(&shared).await;
        loop {
            tokio::select! {
                biased;
                () = &mut stop => return,
                Some(first) = self.events.recv() => self.hand_on(&shared, first).await,
                Some(answer) = asked.recv() => {
                    while let Ok(event) = self.events.try_recv() {
                        self.hand_on(&shared, event).await;
                    }
                    let _ = answer.send(()); // whoever asked may have gone
                }
            }
        }
    }

    /// Hands on a notification, with what has come since.
    async fn hand_on(&mut self, shared: &Shared, first: ObjectCreated) {
        let mut written = vec![first];
        while let Ok(event) = self.events.try_recv() {
            written.push(event);
        }
        written.retain(|event| in_uploads(&event.key));
        let records = written
            .iter()
            .map(|event| notification(&event.bucket, &event.key, event.event, &event.etag, event.size));
        let records = records.collect();
        self.announce(shared, records).await;
    }

    /// Announces again what was written since the last notification: one that had not reached the queue
    /// when the process ended would be lost otherwise, and S3 loses none. The others do no harm.
    async fn catch_up(&self, shared: &Shared) {
        let Some(last) = shared.kept.position(SOURCE).and_then(|last| last.parse::<i64>().ok()) else {
            return;
        };
        let since = last / 1000 - OVERLAP_SECONDS;
        let listing =
            self.s3.list_objects_v2().bucket(self.bucket).prefix(format!("{}/", Area::Uploads.prefix()));
        let mut pages = listing.into_paginator().send();
        while let Some(page) = pages.next().await {
            let Ok(page) = page else {
                tracing::warn!("uploads that came before the last end may wait for their confirm");
                return;
            };
            let late = page
                .contents()
                .iter()
                .filter(|object| object.last_modified().is_some_and(|modified| modified.secs() >= since));
            let records = late.map(|object| {
                let (key, etag) = (object.key().unwrap_or_default(), object.e_tag().unwrap_or_default());
                let size = u64::try_from(object.size().unwrap_or_default()).unwrap_or_default();
                notification(self.bucket, key, "ObjectCreated:Put", etag.trim_matches('"'), size)
            });
            self.announce(shared, records.collect()).await;
        }
    }

    async fn announce(&self, shared: &Shared, records: Vec<Value>) {
        let Some(delay) = shared.options.auto_confirm.filter(|_| !records.is_empty()) else { return };
        let bodies = records.into_iter().map(|record| json!({"Records": [record]})).collect();
        let messages = shared.messages(CONFIRMS, bodies, delay);
        shared.deliveries.send_modify(|deliveries| *deliveries += 1);
        let now = clock::now().millis().to_string();
        shared.kept.advance(SOURCE, now, CONFIRMS.name, messages).await;
        shared.look_at(CONFIRMS.name);
    }
}

fn in_uploads(key: &str) -> bool {
    key.strip_prefix(Area::Uploads.prefix()).is_some_and(|rest| rest.starts_with('/'))
}

/// A record of S3's notification, its key encoded as S3 does it.
fn notification(bucket: &str, key: &str, event: &str, etag: &str, size: u64) -> Value {
    let encoded = |segment: &str| form_urlencoded::byte_serialize(segment.as_bytes()).collect::<String>();
    let key = key.split('/').map(encoded).collect::<Vec<_>>().join("/");
    json!({
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventName": event,
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": {"name": bucket, "arn": format!("arn:aws:s3:::{bucket}")},
            "object": {"key": key, "size": size, "eTag": etag},
        },
    })
}
