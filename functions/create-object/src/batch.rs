//! Many objects at once. Each row is as if it had been sent alone, and in the request's order as far
//! as that can be told from outside.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::stream::{self, StreamExt as _};
use serde_json::Value;
use stowage_api::request::parse;
use stowage_api::{Reply, Request, Tenant};
use stowage_blobs::ports::{BucketName, PutInline};
use stowage_domain::batch::WriteToken;
use stowage_domain::bucket::Bucket;
use stowage_domain::error::Cause;
use stowage_domain::id::UploadId;
use stowage_domain::object::{
    CreateObjectsBatchRequest, CreateObjectsBatchResponse, Draft, Prepared, Written, in_turns,
};
use stowage_domain::policy::Policy;
use stowage_domain::{Error, Path, Result, numbers};
use stowage_store::ports::{CreateBatch, FindBucket, FindUploads, WriteObject};
use tokio::time::{Instant, timeout_at};

use crate::{CreateObject, read};

/// Most rows that are being written at a time.
const AT_ONCE: usize = 8;
/// What must be left of the function's time for a row to be begun.
const TIME_FOR_A_ROW: Duration = Duration::from_millis(1500);
/// What is kept of it to put the answer together.
const TIME_TO_ANSWER: Duration = Duration::from_millis(200);

impl<S, B> CreateObject<S, B>
where
    S: CreateBatch + FindBucket + FindUploads + WriteObject,
    B: BucketName + PutInline,
{
    /// Makes, updates or finds an object for each row.
    pub(crate) async fn create_batch(
        &self,
        tenant: &Tenant,
        request: &Request,
        query: Option<Policy>,
    ) -> Result<Reply> {
        let auto_process = request.flag("auto_process")?;
        let bucket = self.store.find_bucket(tenant.scope(), request.parameter("bucket_identifier")).await?;
        bucket.check_writable()?;
        let batch: CreateObjectsBatchRequest = parse(request.json_unchecked()?)?;
        batch.check(&bucket.bucket_schema)?;
        bucket.policy(query, false)?;
        let s3_bucket = self.blobs.bucket_name();
        let drafts: Vec<Result<Draft>> =
            batch.objects.into_iter().map(|row| read_row(row, &bucket, query, s3_bucket)).collect();
        let ids: BTreeSet<UploadId> = drafts.iter().flatten().flat_map(Draft::upload_ids).collect();
        // No call, if there are none.
        let uploads = self.store.find_uploads(&tenant.scope().organisation_id, &ids).await?;
        let prepare = |draft: Draft| draft.prepare(tenant.scope(), &bucket, &uploads, request.now());
        let rows: Vec<Result<Prepared>> = drafts.into_iter().map(|draft| draft.and_then(prepare)).collect();
        let token = |row: &Result<Prepared>| row.as_ref().ok().map(|row| WriteToken::of(&row.write));
        let tokens: Vec<Option<WriteToken>> = rows.iter().map(token).collect();
        let outcomes = self.write_rows(rows, &bucket, request.ends_at()).await;
        let inside =
            |outcome: &Result<Written>| outcome.as_ref().err().filter(|e| e.cause().is_some()).cloned();
        // Of two, the one whose outcome is unknown: a 500 tells more than a 503.
        let noted = outcomes.iter().filter_map(inside).min_by_key(Error::status);
        let batch = if auto_process {
            let written = outcomes.iter().map(|outcome| outcome.as_ref().ok()).zip(&tokens);
            let written = written.filter_map(|(written, token)| Some((written?, token.as_ref()?)));
            self.submit(&bucket, written, request.now()).await?
        } else {
            None
        };
        let response = CreateObjectsBatchResponse::new(outcomes, s3_bucket);
        let response = batch.iter().fold(response, CreateObjectsBatchResponse::handed_over);
        Ok(Reply::with_status(response.status(), &response)?.noting(noted))
    }

    /// Writes the rows that can be written, and gives all outcomes in the rows' order.
    async fn write_rows(
        &self,
        rows: Vec<Result<Prepared>>,
        bucket: &Bucket,
        end: Option<Instant>,
    ) -> Vec<Result<Written>> {
        let mut outcomes = Vec::with_capacity(rows.len());
        let mut writable: Vec<Option<Prepared>> = Vec::with_capacity(rows.len());
        for row in rows {
            let (row, refusal) = match row {
                Ok(row) => (Some(row), Error::internal("a row was left out")),
                Err(refusal) => (None, refusal),
            };
            writable.push(row);
            outcomes.push(Err(refusal));
        }
        let known = writable.iter().enumerate().filter_map(|(at, row)| Some((at, &row.as_ref()?.write)));
        let turns: Vec<_> = in_turns(known)
            .into_iter()
            .map(|turn| {
                let rows = turn.into_iter().filter_map(|at| Some((at, writable[at].take()?)));
                self.write_in_turn(rows.collect(), bucket, end)
            })
            .collect();
        let mut done = stream::iter(turns).buffer_unordered(AT_ONCE);
        while let Some(turn) = done.next().await {
            for (at, outcome) in turn {
                outcomes[at] = outcome;
            }
        }
        outcomes
    }

    /// Writes rows one after the other. What becomes of one doesn't keep the next from being tried.
    async fn write_in_turn(
        &self,
        rows: Vec<(usize, Prepared)>,
        bucket: &Bucket,
        end: Option<Instant>,
    ) -> Vec<(usize, Result<Written>)> {
        let mut outcomes = Vec::with_capacity(rows.len());
        for (at, row) in rows {
            outcomes.push((at, self.write_by(row, bucket, end).await));
        }
        outcomes
    }

    /// Writes a row if there is time for it.
    async fn write_by(&self, row: Prepared, bucket: &Bucket, end: Option<Instant>) -> Result<Written> {
        let Some(end) = end else { return self.write(row, bucket).await };
        if Instant::now() + TIME_FOR_A_ROW > end {
            return Err(Error::Unavailable(Cause::new("no time was left for the row")));
        }
        match timeout_at(end - TIME_TO_ANSWER, self.write(row, bucket)).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => Err(Error::internal("the function ran out of time in the middle of a row")),
        }
    }
}

/// From a row to a valid create.
fn read_row(row: Value, bucket: &Bucket, query: Option<Policy>, s3_bucket: &str) -> Result<Draft> {
    if !row.is_object() {
        return Err(Error::field("dict_type", Path::body(), "must be an object"));
    }
    numbers::check_value(&row, &Path::body()).into_result()?;
    read(row, bucket, query, s3_bucket)
}
