//! What differs between the lists.

use super::sort::Direction;

/// What is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListKind {
    /// A bucket's objects.
    Objects,
    /// A bucket's uploads.
    Uploads,
    /// A namespace's buckets.
    Buckets,
    /// An organisation's namespaces.
    Namespaces,
    /// Batches.
    Batches,
    /// Tasks.
    Tasks,
}

/// Where a search looks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Searched {
    /// In these fields.
    Only(&'static [&'static str]),
    /// In these fields, and in all that aren't an object's own: the custom ones.
    AndCustom(&'static [&'static str]),
}

/// A list's row of the contract's table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spec {
    /// The name, which cursors are bound to.
    pub(super) name: &'static str,
    /// The field that identifies a record; it breaks the ties of a sort.
    pub(super) id: &'static str,
    /// The size of a page when none is asked for.
    pub(super) default_limit: u32,
    /// Most results of a page that the body asks for.
    pub(super) max_body_limit: u32,
    /// The order by creation when none is asked for.
    pub(super) order: Direction,
    /// What the body may hold beside the page parameters.
    pub(super) keys: &'static [&'static str],
    /// Whether the body may hold anything else.
    pub(super) open: bool,
    /// Where a search looks.
    pub(super) searched: Searched,
}

/// The root names of an object that aren't custom fields.
pub(super) const OBJECT_FIELDS: [&str; 12] = [
    "object_id",
    "bucket_id",
    "key_prefix",
    "blobs",
    "source_details",
    "edges",
    "status",
    "error",
    "created_at",
    "updated_at",
    "document_count",
    "consistency",
];

const CATALOG_KEYS: &[&str] = &["filters", "sort", "sorts", "search", "case_sensitive"];
const WORK_KEYS: &[&str] = &["filters", "sort", "search"];

impl ListKind {
    /// The keys of a body that are conditions by themselves (contract section 9): the key, and the field
    /// and the operator that its text is for.
    pub fn conditions(self) -> &'static [(&'static str, &'static str, &'static str)] {
        match self {
            Self::Batches => &[
                ("status", "status", "eq"),
                ("bucket_id", "bucket_id", "eq"),
                ("namespace_id", "namespace_id", "eq"),
                ("collection_id", "collection_ids", "contains"),
            ],
            Self::Tasks => &[("status", "status", "eq"), ("task_type", "task_type", "eq")],
            _ => &[],
        }
    }

    pub(super) const fn spec(self) -> Spec {
        let plain = Spec {
            name: "",
            id: "",
            default_limit: 10,
            max_body_limit: crate::limits::MAX_PAGE,
            order: Direction::Asc,
            keys: CATALOG_KEYS,
            open: false,
            searched: Searched::Only(&[]),
        };
        match self {
            Self::Objects => Spec {
                name: "objects",
                id: "object_id",
                keys: &["filters", "sort", "search", "select", "return_presigned_urls"],
                searched: Searched::AndCustom(&["object_id", "key_prefix"]),
                ..plain
            },
            Self::Uploads => Spec {
                name: "uploads",
                id: "upload_id",
                default_limit: 20,
                max_body_limit: 100,
                order: Direction::Desc,
                keys: &["filters", "sort", "search", "return_presigned_urls"],
                searched: Searched::Only(&["filename", "metadata"]),
                ..plain
            },
            Self::Buckets => Spec {
                name: "buckets",
                id: "bucket_id",
                searched: Searched::Only(&["bucket_id", "bucket_name", "description"]),
                ..plain
            },
            Self::Namespaces => Spec {
                name: "namespaces",
                id: "namespace_id",
                searched: Searched::Only(&["namespace_id", "namespace_name", "description"]),
                ..plain
            },
            Self::Batches => Spec {
                name: "batches",
                id: "batch_id",
                default_limit: 100,
                order: Direction::Desc,
                keys: WORK_KEYS,
                open: true,
                searched: Searched::Only(&["batch_id", "batch_name"]),
                ..plain
            },
            Self::Tasks => Spec {
                name: "tasks",
                id: "task_id",
                default_limit: 100,
                order: Direction::Desc,
                keys: WORK_KEYS,
                open: true,
                searched: Searched::Only(&["task_id", "task_type"]),
                ..plain
            },
        }
    }
}
