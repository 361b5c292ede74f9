//! Creating many objects at once (contract section 8.4): the body, which rows must wait for which, and
//! the answer.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ObjectResponse, ObjectWrite, Replay, ReplayedBy, Written};
use crate::batch::Batch;
use crate::error::Error;
use crate::limits::{MAX_ANSWER_BYTES, MAX_BATCH_OBJECTS};
use crate::schema::BucketSchema;
use crate::violation::{Path, Violations};
use crate::{Result, json};

/// What a client sends to make many objects.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateObjectsBatchRequest {
    /// A create's body each. They are read one by one, so that a bad one fails alone.
    #[cfg_attr(feature = "openapi", schemars(length(min = 1, max = MAX_BATCH_OBJECTS), schema_with = "rows_schema"))]
    pub objects: Vec<Value>,
}

/// The schema of the rows. One that is no create's body fails alone, so that any value may stand here.
#[cfg(feature = "openapi")]
fn rows_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let row = generator.subschema_for::<super::CreateObjectRequest>();
    schemars::json_schema!({"type": "array", "items": {"anyOf": [row, {}]}})
}

impl CreateObjectsBatchRequest {
    /// Checks what refuses the request as a whole.
    pub fn check(&self, schema: &BucketSchema) -> Result<()> {
        const FLAG: &str = "auto_process";
        let at = Path::body().key("objects");
        let mut violations = Violations::new();
        let count = self.objects.len();
        if count == 0 {
            violations.add("too_short", at.clone(), "must have at least one entry");
        } else if count > MAX_BATCH_OBJECTS {
            let message = format!("must have at most {MAX_BATCH_OBJECTS} entries, not {count}");
            violations.add("too_long", at.clone(), message);
        }
        let is_flag = |row: &Value| row.get(FLAG).is_some() && !schema.properties.contains_key(FLAG);
        for (position, _) in self.objects.iter().enumerate().filter(|(_, row)| is_flag(row)) {
            let message = "is a query parameter, not a custom field: ?auto_process=true";
            violations.add("extra_forbidden", at.index(position).key(FLAG), message);
        }
        violations.into_result()
    }
}

/// Sorts writes into groups. Those of one group may meet in one object, so they are to be done one
/// after the other, as they would be had they been sent alone; groups have nothing in common.
pub fn in_turns<'a>(writes: impl IntoIterator<Item = (usize, &'a ObjectWrite)>) -> Vec<Vec<usize>> {
    let mut groups: Vec<(BTreeSet<String>, Vec<usize>)> = Vec::new();
    for (position, write) in writes {
        let mut group = (meeting_points(write), vec![position]);
        groups.retain_mut(|(known, positions)| {
            let apart = known.is_disjoint(&group.0);
            if !apart {
                group.0.append(known);
                group.1.append(positions);
            }
            apart
        });
        group.1.sort_unstable();
        groups.push(group);
    }
    groups.into_iter().map(|(_, positions)| positions).collect()
}

/// What two writes may both find: an object's id, an idempotency key, a content.
fn meeting_points(write: &ObjectWrite) -> BTreeSet<String> {
    let mut points = BTreeSet::from([format!("object {}", write.object_id)]);
    if let Replay::ByClaim { claim_id, .. } = &write.replay {
        points.insert(format!("claim {claim_id}"));
    }
    points.extend(write.content_identity().map(|identity| format!("content {identity}")));
    points
}

/// What came of a batch.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct CreateObjectsBatchResponse {
    /// The rows that have their object now.
    pub succeeded: Vec<SucceededRow>,
    /// The others.
    pub failed: Vec<FailedRow>,
    /// How many rows there were.
    pub total_requested: usize,
    /// How many succeeded.
    pub succeeded_count: usize,
    /// How many failed.
    pub failed_count: usize,
}

/// A row that has its object.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "SucceededObject"))]
pub struct SucceededRow {
    /// The object. These names win over custom fields that have them.
    #[serde(flatten)]
    pub object: ObjectResponse,
    /// The row's position in the request, from 0.
    pub object_index: usize,
    /// Whether an earlier request made the object.
    pub replayed: bool,
    /// By what that was found.
    pub replayed_by: Option<ReplayedBy>,
}

/// A row that failed.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "FailedObject"))]
pub struct FailedRow {
    /// The row's position in the request, from 0.
    pub object_index: usize,
    /// What people read: everything that is wrong with the row.
    pub error: String,
    /// The type that the row alone would have been refused with.
    pub error_type: &'static str,
    /// Its code, if there is one.
    pub code: Option<&'static str>,
    /// Its details; places are relative to the row.
    pub details: Option<Value>,
}

impl CreateObjectsBatchResponse {
    /// The answer to the rows' outcomes, which are in the request's order.
    ///
    /// Objects that the answer has no room for any more are shown without their custom fields and
    /// blobs, since an update of large objects answers more than was sent; failures without details.
    pub fn new(outcomes: Vec<Result<Written>>, s3_bucket: &str) -> Self {
        let total_requested = outcomes.len();
        let (mut succeeded, mut failed) = (Vec::new(), Vec::new());
        let mut room = MAX_ANSWER_BYTES;
        for (object_index, outcome) in outcomes.into_iter().enumerate() {
            match outcome {
                Ok(written) => {
                    let row = SucceededRow::new(object_index, written, s3_bucket);
                    succeeded.push(row.within(&mut room));
                }
                Err(error) => failed.push(FailedRow::new(object_index, &error).within(&mut room)),
            }
        }
        let (succeeded_count, failed_count) = (succeeded.len(), failed.len());
        Self { succeeded, failed, total_requested, succeeded_count, failed_count }
    }

    /// The same of rows that were handed to a processor with the write.
    #[must_use]
    pub fn handed_over(mut self, batch: &Batch) -> Self {
        for row in self.succeeded.iter_mut().filter(|row| batch.object_ids.contains(&row.object.object_id)) {
            row.object.hand_over(batch);
        }
        self
    }

    /// The HTTP status: 422 only if every row failed, whatever of.
    pub fn status(&self) -> u16 {
        if self.succeeded.is_empty() { 422 } else { 200 }
    }
}

impl SucceededRow {
    fn new(object_index: usize, written: Written, s3_bucket: &str) -> Self {
        let mut object = ObjectResponse::written(written.object, s3_bucket);
        object.fields.retain(|name, _| !["object_index", "replayed", "replayed_by"].contains(&name.as_str()));
        let replayed_by = written.replayed_by;
        Self { object, object_index, replayed: replayed_by.is_some(), replayed_by }
    }

    fn within(mut self, room: &mut usize) -> Self {
        if let Some(left) = room.checked_sub(json::transported_len(&self)) {
            *room = left;
        } else {
            self.object.fields.clear();
            self.object.blobs.clear();
        }
        self
    }
}

impl FailedRow {
    fn new(object_index: usize, error: &Error) -> Self {
        let text = error.sentence();
        let (error_type, code, details) = (error.type_name(), error.code(), error.details());
        Self { object_index, error: text, error_type, code, details }
    }

    fn within(mut self, room: &mut usize) -> Self {
        if let Some(left) = room.checked_sub(json::transported_len(&self)) {
            *room = left;
        } else {
            self.details = None;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::bucket::{Bucket, CreateBucketRequest};
    use crate::id::{NamespaceId, OrganisationId};
    use crate::namespace::Scope;
    use crate::object::CreateObjectRequest;
    use crate::policy::Policy;
    use crate::time::Timestamp;

    fn scope() -> Scope {
        Scope { organisation_id: OrganisationId::random(), namespace_id: NamespaceId::random() }
    }

    fn bucket(unique_key: &Value) -> Bucket {
        let body = json!({"bucket_name": "b", "unique_key": unique_key, "bucket_schema":
            {"properties": {"sku": {"type": "string"}, "note": {"type": "text"}}}});
        let request: CreateBucketRequest = serde_json::from_value(body).unwrap();
        request.into_bucket(&scope(), Timestamp::from_millis(0)).unwrap()
    }

    fn turns(bucket: &Bucket, rows: &[Value]) -> Vec<Vec<usize>> {
        let policy = bucket.policy(Some(Policy::Upsert), false).unwrap();
        let write = |row: &Value| {
            let request: CreateObjectRequest = serde_json::from_value(row.clone()).unwrap();
            let draft = request.into_draft(bucket, policy, row.to_string(), "s3").unwrap();
            draft.prepare(&scope(), bucket, &[].into(), Timestamp::from_millis(0)).unwrap().write
        };
        let writes: Vec<ObjectWrite> = rows.iter().map(write).collect();
        let mut turns = in_turns(writes.iter().enumerate());
        turns.sort();
        turns
    }

    #[test]
    fn the_answer_stays_within_what_lambda_returns_whatever_is_wrong_with_the_rows() {
        let error = || {
            let mut violations = Violations::new();
            for n in 0..200 {
                let at = Path::body().key("\"".repeat(300)).key(format!("{n}"));
                violations.add("value_error", at, "\"".repeat(1000));
            }
            Err(Error::invalid(violations))
        };
        let response = CreateObjectsBatchResponse::new((0..100).map(|_| error()).collect(), "s3");
        assert_eq!((response.status(), response.failed_count), (422, 100));
        assert!(json::transported_len(&response) < 6 * 1024 * 1024);
        assert!(response.failed[0].details.is_some() && response.failed[99].details.is_none());
        assert!(response.failed[99].error.chars().count() <= 2001);
    }

    #[test]
    fn rows_that_may_meet_wait_for_each_other_and_no_others_do() {
        let keyed = bucket(&json!({"fields": ["sku"]}));
        let rows = [
            json!({"sku": "a"}),
            json!({"sku": "b", "idempotency_key": "k"}),
            json!({"sku": "a", "idempotency_key": "k"}),
            json!({"sku": "c"}),
            json!({"sku": "b"}),
        ];
        // The third has the first's unique key and the second's idempotency key.
        assert_eq!(turns(&keyed, &rows), [vec![0, 1, 2, 4], vec![3]]);
        let note = |text: &str| json!([{"property": "note", "type": "text", "data": text}]);
        let rows = [
            json!({"idempotency_key": "k"}),
            json!({"blobs": note("one")}),
            json!({"idempotency_key": "k"}),
            json!({"blobs": note("one"), "skip_duplicates": true}),
            json!({"blobs": note("two")}),
            json!({}),
            json!({}),
        ];
        let wanted = [vec![0, 2], vec![1, 3], vec![4], vec![5], vec![6]];
        assert_eq!(turns(&bucket(&json!(null)), &rows), wanted);
    }
}
