//! One batch: its objects are read, analysed and reported, some at a time.

use std::io::Write as _;

use aws_sdk_sqs::types::Message;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};

use crate::Error;
use crate::analyse::Content;
use crate::api::{Api, Blob, Object, Report, Row, Work};
use crate::queue::Queue;

/// Objects of one report: Stowage takes 100.
const TOGETHER: usize = 20;
/// Objects that are read and analysed at a time.
const AT_ONCE: usize = 4;
/// How often an object is processed anew because it changed meanwhile.
const ROUNDS: usize = 3;

/// Works on batches.
pub(crate) struct Processor {
    api: Api,
}

impl Processor {
    /// A processor over an API.
    pub(crate) fn new(api: Api) -> Self {
        Self { api }
    }

    /// Works on the batch that a message names, and reports as it goes.
    pub(crate) async fn work_on(&self, queue: &Queue, message: &Message) -> Result<(), Error> {
        let body = message.body.as_deref().unwrap_or_default();
        // What isn't a submitted batch goes to the dead letters in the end.
        let work: Work = serde_json::from_str(body).map_err(|error| Error::Queue(error.to_string()))?;
        let mut status = String::new();
        for ids in work.object_ids.chunks(TOGETHER) {
            queue.keep(message).await?;
            status = self.process(&work, ids).await?;
        }
        eprintln!("batch {}, attempt {}: {status}", work.batch_id, work.attempt);
        Ok(())
    }

    /// Processes these objects; those that change meanwhile, again. Gives the batch's status.
    async fn process(&self, work: &Work, ids: &[String]) -> Result<String, Error> {
        let (mut status, mut left) = (String::new(), ids.to_vec());
        for _ in 0..ROUNDS {
            let reads = stream::iter(&left).map(|id| self.api.object(work, id));
            let objects: Vec<Object> = reads.buffered(AT_ONCE).try_collect().await?;
            let begun = objects.iter().map(|object| object.row("IN_PROGRESS")).collect();
            self.report(work, begun, &mut status).await?;
            let rows = stream::iter(&objects).map(|object| self.process_one(object));
            let rows: Vec<Row> = rows.buffered(AT_ONCE).try_collect().await?;
            left = self.report(work, rows, &mut status).await?;
            if left.is_empty() {
                break;
            }
        }
        Ok(status)
    }

    /// Reports, and gives the objects whose reports were refused because they have changed.
    async fn report(&self, work: &Work, rows: Vec<Row>, status: &mut String) -> Result<Vec<String>, Error> {
        let report = Report { attempt: work.attempt, objects: rows };
        let again = |code: Option<&str>| matches!(code, Some("content_changed" | "another_incarnation"));
        match self.api.report(work, &report).await {
            Ok(reported) => {
                *status = reported.status;
                let changed = reported.objects.into_iter().filter(|row| again(row.code.as_deref()));
                Ok(changed.map(|row| row.object_id).collect())
            }
            // Every one was refused: reading them again tells which of them are still to be processed.
            Err(Error::Refused { code, .. }) if code == "stale_report" => {
                Ok(report.objects.into_iter().map(|row| row.object_id).collect())
            }
            Err(error) => Err(error),
        }
    }

    /// Looks into an object's blobs, and gives what is to be reported of it.
    async fn process_one(&self, object: &Object) -> Result<Row, Error> {
        if object.is_gone {
            return Ok(object.failed("the object is gone".to_owned()));
        }
        let mut found = Vec::new();
        for blob in &object.blobs {
            match self.analyse(blob).await? {
                Ok(document) => found.push(document),
                Err(reason) => return Ok(object.failed(format!("blob '{}': {reason}", blob.property))),
            }
        }
        // A processor of one's own would store what it found.
        let line = json!({"object_id": object.id, "documents": found});
        let _ = writeln!(std::io::stdout(), "{line}"); // a closed output is no reason to stop working
        Ok(Row { document_count: Some(found.len()), ..object.row("COMPLETED") })
    }

    /// What is found in a blob, or why nothing can be.
    async fn analyse(&self, blob: &Blob) -> Result<Result<Value, String>, Error> {
        let Some(url) = &blob.presigned_url else { return Ok(Err("it has no bytes".to_owned())) };
        let bytes = self.api.bytes(url).await?;
        let content = Content::of(&blob.kind, blob.details.mime_type.as_deref());
        Ok(content.analyse(&bytes).map(|found| json!({"property": blob.property, "found": found})))
    }
}

impl Object {
    /// A report on the object as it was read.
    fn row(&self, status: &'static str) -> Row {
        Row {
            object_id: self.id.clone(),
            content_version: self.content_version.clone(),
            status,
            error: None,
            document_count: None,
        }
    }

    fn failed(&self, reason: String) -> Row {
        Row { error: Some(reason), ..self.row("FAILED") }
    }
}
