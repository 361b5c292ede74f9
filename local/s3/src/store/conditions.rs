//! The `If-…` headers: of reads, of copies' sources, and of writes.

use super::records::{Content, Version};
use crate::error::{http_date, no_such_key, precondition_failed, with_headers};
use s3s::dto::{ETag, ETagCondition, Timestamp};
use s3s::{S3Result, s3_error};
use time::OffsetDateTime;

fn matches(condition: &ETagCondition, etag: &str, weak: bool) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(wanted) => {
            let current = ETag::Strong(etag.to_owned());
            if weak { wanted.weak_cmp(&current) } else { wanted.strong_cmp(&current) }
        }
    }
}

/// HTTP dates have whole seconds, so stored times are compared without their fraction.
fn seconds(time: &Timestamp) -> i64 {
    OffsetDateTime::from(time.clone()).unix_timestamp()
}

/// Conditions of a read, or on the source of a copy.
#[expect(clippy::struct_field_names, reason = "the headers' names")]
#[derive(Debug, Default, Clone)]
pub(crate) struct ReadConditions {
    pub(crate) if_match: Option<ETagCondition>,
    pub(crate) if_none_match: Option<ETagCondition>,
    pub(crate) if_modified_since: Option<Timestamp>,
    pub(crate) if_unmodified_since: Option<Timestamp>,
}

enum Outcome {
    Pass,
    Failed,
    NotModified,
}

impl ReadConditions {
    /// The order is HTTP's (RFC 9110, 13.2.2): an `ETag` condition displaces the date condition.
    fn outcome(&self, content: &Content, last_modified: &Timestamp) -> Outcome {
        let modified = seconds(last_modified);
        if let Some(condition) = &self.if_match {
            if !matches(condition, &content.etag, false) {
                return Outcome::Failed;
            }
        } else if let Some(since) = &self.if_unmodified_since
            && modified > seconds(since)
        {
            return Outcome::Failed;
        }
        if let Some(condition) = &self.if_none_match {
            if matches(condition, &content.etag, true) {
                return Outcome::NotModified;
            }
        } else if let Some(since) = &self.if_modified_since
            && modified <= seconds(since)
        {
            return Outcome::NotModified;
        }
        Outcome::Pass
    }

    /// For GET and HEAD: 412, or 304 with the validators.
    pub(crate) fn check_read(&self, content: &Content, version: &Version) -> S3Result<()> {
        match self.outcome(content, &version.last_modified) {
            Outcome::Pass => Ok(()),
            Outcome::Failed => Err(precondition_failed()),
            Outcome::NotModified => Err(with_headers(
                s3_error!(NotModified),
                &[
                    ("etag", &format!("\"{}\"", content.etag)),
                    ("last-modified", &http_date(&version.last_modified)),
                    ("x-amz-version-id", &version.id),
                ],
            )),
        }
    }

    /// For the source of a copy, where every failed condition is a 412.
    pub(crate) fn check_copy(&self, content: &Content, last_modified: &Timestamp) -> S3Result<()> {
        match self.outcome(content, last_modified) {
            Outcome::Pass => Ok(()),
            Outcome::Failed | Outcome::NotModified => Err(precondition_failed()),
        }
    }
}

/// Conditions of a write; evaluated under the commit lock of the bucket.
#[derive(Debug, Default, Clone)]
pub(crate) struct WriteConditions {
    if_absent: bool,
    if_match: Option<ETagCondition>,
}

impl WriteConditions {
    /// S3 knows only `*` in a write's If-None-Match.
    pub(crate) fn new(
        if_none_match: Option<&ETagCondition>,
        if_match: Option<ETagCondition>,
    ) -> S3Result<Self> {
        if if_none_match.is_some_and(|condition| !condition.is_any()) {
            return Err(s3_error!(NotImplemented, "If-None-Match of a write can only be *"));
        }
        Ok(Self { if_absent: if_none_match.is_some(), if_match })
    }

    /// `current` is the content of the key's newest version; a delete marker counts as absent.
    pub(crate) fn check(&self, current: Option<&Content>) -> S3Result<()> {
        if self.if_absent && current.is_some() {
            return Err(precondition_failed());
        }
        match (&self.if_match, current) {
            (Some(_), None) => Err(no_such_key()),
            (Some(condition), Some(content)) if !matches(condition, &content.etag, false) => {
                Err(precondition_failed())
            }
            _ => Ok(()),
        }
    }
}
