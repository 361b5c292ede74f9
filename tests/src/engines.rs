//! A look behind the API: what the engines really hold.

use serde_json::Value;
use stowage_api::aws::{Aws, Endpoints, Roots};
use stowage_local::{Relay, Stack};
use stowage_store::tables::ALL;

/// The engines of one stack, reached past the system under test.
#[derive(Clone, Debug)]
pub struct Engines {
    aws: Aws,
    s3_bucket: String,
    relay: Relay,
}

/// Everything that a stack holds, to be compared with a later look.
#[derive(Clone, Debug, PartialEq)]
pub struct Holdings {
    /// The items of every table, each as its JSON text, sorted.
    pub items: Vec<String>,
    /// The keys in S3, sorted.
    pub keys: Vec<String>,
}

impl Engines {
    /// Those of this stack.
    pub fn of(stack: &Stack) -> Self {
        let info = stack.info();
        let endpoints = Endpoints {
            dynamodb: Some(info.dynamodb.clone()),
            s3: Some(info.s3.clone()),
            ..Endpoints::default()
        };
        let aws = Aws::new("us-east-1", &stack.credentials(), endpoints, Roots::Amazon);
        Self { aws, s3_bucket: stack.blobs().bucket().to_owned(), relay: stack.relay().clone() }
    }

    /// The items of a table, named without its prefix: `objects`.
    pub async fn items(&self, table: &str) -> Vec<Value> {
        let scan = self.aws.dynamodb().scan().table_name(format!("stowage-{table}"));
        let mut pages = scan.consistent_read(true).into_paginator().items().send();
        let mut items = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.expect("DynamoDB answers");
            items.push(serde_dynamo::aws_sdk_dynamodb_1::from_item(item).expect("an item is JSON"));
        }
        items
    }

    /// The item of an upload.
    pub async fn upload(&self, id: &str) -> Value {
        let mut items = self.items("uploads").await.into_iter();
        items
            .find(|item| item["kind"] == "upload" && item["upload_id"] == id)
            .unwrap_or_else(|| panic!("no upload {id}"))
    }

    /// The item of an object.
    pub async fn object(&self, id: &str) -> Value {
        let mut items = self.items("objects").await.into_iter();
        items
            .find(|item| item["kind"] == "object" && item["object_id"] == id)
            .unwrap_or_else(|| panic!("no object {id}"))
    }

    /// How many objects there are.
    pub async fn object_count(&self) -> usize {
        self.items("objects").await.iter().filter(|item| item["kind"] == "object").count()
    }

    /// The keys in S3 under a prefix, sorted.
    pub async fn keys(&self, prefix: &str) -> Vec<String> {
        let list = self.aws.s3().list_objects_v2().bucket(&self.s3_bucket).prefix(prefix);
        let mut pages = list.into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.expect("S3 answers");
            keys.extend(page.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
        }
        keys.sort();
        keys
    }

    /// The versions of a key in S3, delete markers included.
    pub async fn versions(&self, key: &str) -> Vec<String> {
        let list = self.aws.s3().list_object_versions().bucket(&self.s3_bucket).prefix(key);
        let page = list.send().await.expect("S3 answers");
        assert_ne!(page.is_truncated(), Some(true), "{key} has more versions than a page");
        let versions = page.versions().iter().map(|version| version.version_id());
        let markers = page.delete_markers().iter().map(|marker| marker.version_id());
        versions.chain(markers).flatten().map(str::to_owned).collect()
    }

    /// Puts bytes under a key.
    pub async fn put(&self, key: &str, bytes: &'static [u8]) {
        let put = self.aws.s3().put_object().bucket(&self.s3_bucket).key(key).body(bytes.to_vec().into());
        put.send().await.expect("S3 takes them");
    }

    /// Removes every version behind an `s3://bucket/key` of a response.
    pub async fn remove(&self, url: &str) {
        let place = url.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
        let (bucket, key) = place.expect("an s3:// URL");
        for id in self.versions(key).await {
            let delete = self.aws.s3().delete_object().bucket(bucket).key(key).version_id(id);
            delete.send().await.expect("S3 removes it");
        }
    }

    /// Begins a multipart upload, and sends one part of it.
    pub async fn begin_parts(&self, key: &str) {
        let s3 = self.aws.s3();
        let begun = s3.create_multipart_upload().bucket(&self.s3_bucket).key(key).send().await;
        let id = begun.expect("S3 begins it").upload_id.expect("an id");
        let part = s3.upload_part().bucket(&self.s3_bucket).key(key).upload_id(id).part_number(1);
        part.body(vec![b'x'; 1000].into()).send().await.expect("S3 takes it");
    }

    /// The keys of multipart uploads that were begun and haven't ended.
    pub async fn parts(&self) -> Vec<String> {
        let list = self.aws.s3().list_multipart_uploads().bucket(&self.s3_bucket).send().await;
        let found = list.expect("S3 answers").uploads.unwrap_or_default();
        found.into_iter().filter_map(|upload| upload.key).collect()
    }

    /// The bytes behind an `s3://bucket/key` of a response.
    pub async fn bytes(&self, url: &str) -> Vec<u8> {
        let place = url.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
        let (bucket, key) = place.unwrap_or_else(|| panic!("not a place in S3: {url}"));
        assert_eq!(bucket, self.s3_bucket, "{url}");
        let object = self.aws.s3().get_object().bucket(bucket).key(key).send().await.expect("S3 has it");
        object.body.collect().await.expect("S3 sends it").to_vec()
    }

    /// The bytes of one version of a key.
    pub async fn version(&self, key: &str, version: &str) -> Vec<u8> {
        let get = self.aws.s3().get_object().bucket(&self.s3_bucket).key(key).version_id(version);
        let object = get.send().await.expect("S3 has it");
        object.body.collect().await.expect("S3 sends it").to_vec()
    }

    /// Everything there is, once the streams' functions have come to an end.
    pub async fn holdings(&self) -> Holdings {
        self.relay.quiet().await;
        let mut items = Vec::new();
        for table in ALL {
            items.extend(self.items(table.name).await.iter().map(Value::to_string));
        }
        items.sort();
        Holdings { items, keys: self.keys("").await }
    }
}
