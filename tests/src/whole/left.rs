//! What a stack holds at rest, and whether it may.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};
use stowage_local::StackInfo;

use super::{by, rows};
use crate::Client;

/// The rows, by table and kind.
#[derive(Debug, PartialEq)]
pub struct Left {
    bucket: String,
    objects: Vec<Value>,
    uploads: Vec<Value>,
    copies: Vec<Value>,
    batches: Vec<Value>,
    progress: Vec<Value>,
    outcomes: Vec<Value>,
    tasks: Vec<Value>,
}

impl Left {
    /// What a stack holds by now; its operations were all in this bucket.
    pub async fn read(client: &Client, info: &StackInfo, bucket: &str) -> Self {
        let rows = async |table, kind| rows(client, info, table, kind).await;
        Self {
            bucket: bucket.to_owned(),
            objects: rows("objects", "object").await,
            uploads: rows("uploads", "upload").await,
            copies: rows("uploads", "copy").await,
            batches: rows("batches", "batch").await,
            progress: rows("batches", "batch_progress").await,
            outcomes: rows("batches", "batch_outcome").await,
            tasks: rows("batches", "task").await,
        }
    }

    /// Those of these keys that no row has.
    pub fn without_row(&self, keys: Vec<String>) -> Vec<String> {
        let blobs = self.objects.iter().filter_map(|object| object["blobs"].as_array()).flatten();
        let rows = blobs.chain(&self.uploads).chain(&self.copies);
        let owned: BTreeSet<&str> = rows.filter_map(|row| row["place"]["key"].as_str()).collect();
        keys.into_iter().filter(|key| !owned.contains(key.as_str())).collect()
    }

    /// An upload whose bytes came is COMPLETED, whoever confirmed it.
    pub fn check_uploads(&self) {
        let completed = self.uploads.iter().filter(|upload| upload["status"] == "COMPLETED").count();
        assert!(completed > 50, "too little was tried: {completed}");
        for upload in &self.uploads {
            // A kill may have come between the record and its bytes.
            assert!(matches!(upload["status"].as_str(), Some("COMPLETED" | "PENDING")), "{upload}");
        }
    }

    /// No row lacks its bytes, and no upload that has some is left PENDING.
    pub async fn check_objects(&self, client: &Client) {
        assert!(self.objects.len() > 100, "too little was tried: {}", self.objects.len());
        let http = client.http();
        let mut read = 0;
        for object in &self.objects {
            let id = object["object_id"].as_str().expect("an id");
            assert!(matches!(object["status"].as_str(), Some("PENDING" | "COMPLETED")), "{object}");
            let path = format!("/v1/buckets/{}/objects/{id}?return_presigned_urls=true", self.bucket);
            let shown = client.get(&path).await.ok();
            for blob in shown["blobs"].as_array().expect("blobs") {
                let url = blob["presigned_url"].as_str().unwrap_or_else(|| panic!("no bytes: {shown}"));
                let bytes = http.get(url).send().await.expect("S3 answers");
                assert_eq!(bytes.status(), 200, "{shown}");
                read += 1;
            }
        }
        assert!(read > 50, "too little was tried: {read}");
        for upload in self.uploads.iter().filter(|upload| upload["status"] == "PENDING") {
            let key = upload["place"]["key"].as_str().expect("a key");
            let listed = format!(
                "/v1/buckets/{}/uploads/{}/confirm",
                self.bucket,
                upload["upload_id"].as_str().expect("an id")
            );
            let answer = client.post(&listed, &json!({})).await;
            answer.refused(400, "file_not_uploaded");
            assert!(key.starts_with("uploads/"));
        }
    }

    /// Long work is done.
    pub fn check_tasks(&self) {
        let worked_on: Vec<_> = self.tasks.iter().filter(|task| task["work"].is_object()).collect();
        assert!(worked_on.len() > 5, "too little was tried: {}", worked_on.len());
        for task in worked_on {
            assert_eq!(task["status"], "COMPLETED", "{task}");
        }
    }

    /// What is counted of each batch is what was reported, and its task says the same.
    pub fn check_batches(&self) {
        assert!(self.batches.len() > 50, "too little was tried: {}", self.batches.len());
        let (progress, tasks) = (by(&self.progress, "batch_id"), by(&self.tasks, "task_id"));
        let mut ended = 0;
        for batch in &self.batches {
            let id = batch["batch_id"].as_str().expect("an id");
            let (counted, task) = (&progress[id], &tasks[batch["task_id"].as_str().expect("an id")]);
            assert_eq!(batch["status"], task["status"], "{batch} {task}");
            let of_batch =
                |row: &&Value| row["pk"].as_str().is_some_and(|pk| pk.ends_with(&format!("#{id}")));
            let outcomes = self.outcomes.iter().filter(of_batch).count() as u64;
            let count = |name: &str| counted[name].as_u64().expect("a number");
            assert_eq!(count("completed") + count("failed"), outcomes, "{counted}");
            let members = batch["object_ids"].as_array().expect("ids").len() as u64;
            assert_eq!(count("left"), members - outcomes, "{counted}");
            let is_open = counted["is_open"].as_bool().expect("a flag");
            let is_active = matches!(batch["status"].as_str(), Some("PENDING" | "IN_PROGRESS"));
            assert_eq!(is_open, is_active, "{batch} {counted}");
            ended += usize::from(!is_active);
        }
        assert!(ended > 5, "too little was tried: {ended}");
    }

    /// Every change of an object, and every end of an upload and a batch, was published; and none under
    /// two ids.
    pub fn check_events(&self, events: &[Value]) {
        let mut ids: HashMap<String, BTreeSet<String>> = HashMap::new();
        let mut versions: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
        for event in events {
            let (kind, detail) = (event["detail-type"].as_str().expect("a kind"), &event["detail"]);
            let text = |name: &str| detail[name].as_str().unwrap_or_default().to_owned();
            let subject = text(&format!("{}_id", kind.split('.').next().unwrap_or_default()));
            let change = format!("{kind} {subject} {} {}", text("incarnation"), detail["version"]);
            ids.entry(change).or_default().insert(text("event_id"));
            if matches!(kind, "object.created" | "object.updated") {
                let version = detail["version"].as_u64().expect("a version");
                versions.entry(text("incarnation")).or_default().insert(version);
            }
        }
        for (change, ids) in &ids {
            assert_eq!(ids.len(), 1, "{change} was told under {ids:?}");
        }
        for (incarnation, told) in &versions {
            let last = told.last().copied().unwrap_or_default();
            assert_eq!(told.len() as u64, last, "{incarnation}: a change was not told: {told:?}");
        }
        for object in &self.objects {
            let told = &versions[object["incarnation"].as_str().expect("an incarnation")];
            assert_eq!(told.last(), object["version"].as_u64().as_ref(), "{object}");
        }
        let told = |kind: &str, name: &str, row: &Value| {
            let is_of = |event: &&Value| event["detail-type"] == kind && event["detail"][name] == row[name];
            assert!(events.iter().any(|event| is_of(&event)), "no {kind} of {row}");
        };
        for upload in self.uploads.iter().filter(|upload| upload["status"] == "COMPLETED") {
            told("upload.completed", "upload_id", upload);
        }
        for batch in &self.batches {
            told("batch.submitted", "batch_id", batch);
            if batch["status"] == "COMPLETED" || batch["status"] == "FAILED" {
                told("batch.completed", "batch_id", batch);
            }
        }
    }
}
