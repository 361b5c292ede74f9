//! Buckets (contract section 4).

use stowage_api::Operation;
use stowage_domain::bucket::{BucketResponse, CreateBucketRequest};

use crate::row::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row(Operation::CreateBucket)
            .body::<CreateBucketRequest>()
            .answer::<BucketResponse>()
            .refuses(409, &["bucket_name_taken"])
            .refuses(422, &["not_enabled"])
            .example("create"),
        row(Operation::GetBucket).answer::<BucketResponse>().example("get-by-name"),
    ]
}
