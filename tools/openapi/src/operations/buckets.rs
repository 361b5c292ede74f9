//! Buckets (contract section 4).

use stowage_api::Operation;
use stowage_domain::bucket::{
    BucketResponse, CreateBucketRequest, DeleteBucketResponse, PatchBucketRequest, PutBucketRequest,
};
use stowage_domain::listing::ListKind;
use stowage_domain::listing::openapi::ListBucketsRequest;

use crate::lists::ListBucketsResponse;
use crate::parameters::flag;
use crate::row::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row(Operation::CreateBucket)
            .body::<CreateBucketRequest>()
            .answer::<BucketResponse>()
            .refuses(409, &["bucket_name_taken"])
            .refuses(422, &["not_enabled"])
            .example("create"),
        row(Operation::ListBuckets)
            .optional_body::<ListBucketsRequest>()
            .lists(ListKind::Buckets)
            .answer::<ListBucketsResponse>(),
        row(Operation::ListBucketsByGet).lists(ListKind::Buckets).answer::<ListBucketsResponse>(),
        row(Operation::GetBucket).answer::<BucketResponse>().example("get-by-name"),
        change(row(Operation::PatchBucket).optional_body::<PatchBucketRequest>()),
        change(row(Operation::PutBucket).optional_body::<PutBucketRequest>()),
        row(Operation::DeleteBucket)
            .query(flag("force_foreclose", "Accepted, and without effect."))
            .answer::<DeleteBucketResponse>(),
    ]
}

fn change(row: Row) -> Row {
    row.query(flag(
        "force_schema_break",
        "Whether to change the schema although stored objects may not fit it.",
    ))
    .answer::<BucketResponse>()
    .refuses(409, &["bucket_name_taken", "bucket_deleting", "schema_break"])
    .refuses(422, &["not_enabled"])
}
