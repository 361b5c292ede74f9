//! Reading a table's stream, through the DynamoDB Streams API over HTTP.
//!
//! The records stay the JSON that they come as, because a Lambda event has them in that very form; an
//! SDK's types would have to be written back to it. dynoxide has one shard per stream, which never
//! ends, and keeps records for good.

use serde_json::{Value, json};

/// Most records of one read: what an event source mapping's batch has by default.
const AT_MOST: usize = 100;

/// A table's stream.
#[derive(Debug)]
pub(super) struct Records {
    http: reqwest::Client,
    dynamodb: String,
    arn: String,
    shard_id: String,
}

impl Records {
    /// Finds the stream of a table.
    pub(super) async fn of(dynamodb: &str, table: &str) -> Result<Self, String> {
        let http = reqwest::Client::builder().no_proxy().build().map_err(|error| error.to_string())?;
        let mut records =
            Self { http, dynamodb: dynamodb.to_owned(), arn: String::new(), shard_id: String::new() };
        let streams = records.call("ListStreams", &json!({"TableName": table})).await?;
        records.arn = text(&streams["Streams"][0]["StreamArn"])?;
        let stream = records.call("DescribeStream", &json!({"StreamArn": records.arn})).await?;
        records.shard_id = text(&stream["StreamDescription"]["Shards"][0]["ShardId"])?;
        Ok(records)
    }

    /// The next records after a sequence number; from the beginning without one.
    pub(super) async fn after(&self, position: Option<&str>) -> Result<Vec<Value>, String> {
        let mut request = json!({
            "StreamArn": self.arn,
            "ShardId": self.shard_id,
            "ShardIteratorType": if position.is_some() { "AFTER_SEQUENCE_NUMBER" } else { "TRIM_HORIZON" },
        });
        if let Some(position) = position {
            request["SequenceNumber"] = json!(position);
        }
        let iterator = self.call("GetShardIterator", &request).await?;
        let request = json!({"ShardIterator": iterator["ShardIterator"], "Limit": AT_MOST});
        let mut answer = self.call("GetRecords", &request).await?;
        let Value::Array(mut records) = answer["Records"].take() else {
            return Err("DynamoDB Streams: an answer without records".to_owned());
        };
        for record in &mut records {
            record["eventSourceARN"] = json!(self.arn);
        }
        Ok(records)
    }

    async fn call(&self, action: &str, request: &Value) -> Result<Value, String> {
        let failed = |error: reqwest::Error| format!("DynamoDB Streams: {}", error.without_url());
        // dynoxide wants a signature and doesn't check it.
        let signature = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, \
                         SignedHeaders=host, Signature=0";
        let response = self
            .http
            .post(&self.dynamodb)
            .header("x-amz-target", format!("DynamoDBStreams_20120810.{action}"))
            .header("content-type", "application/x-amz-json-1.0")
            .header("authorization", signature)
            .header("x-amz-date", "20260101T000000Z")
            .body(request.to_string())
            .send()
            .await
            .map_err(failed)?;
        let status = response.status();
        let body = response.text().await.map_err(failed)?;
        if !status.is_success() {
            return Err(format!("DynamoDB Streams: {action}: {status} {body}"));
        }
        serde_json::from_str(&body).map_err(|error| format!("DynamoDB Streams: {action}: {error}"))
    }
}

fn text(value: &Value) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| "DynamoDB Streams: the table has no stream".to_owned())
}
