//! The one description of the tables: the local stack creates them from it, and `template.yaml` is
//! checked against it.

/// A table's key or index attribute; all of them are strings.
pub type Attribute = &'static str;

/// A listing index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: &'static str,
    /// Its partition key: bucket and shard, so that no partition gets all of a bucket's writes.
    pub partition: Attribute,
    /// Its sort key: creation time and id.
    pub sort: Attribute,
}

/// A table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name within a deployment.
    pub name: &'static str,
    /// Its partition key.
    pub partition: Attribute,
    /// Its sort key, if it has one.
    pub sort: Option<Attribute>,
    /// Its index, keys only, if it has one.
    pub index: Option<Index>,
    /// The attribute with an item's end of life in seconds since the Unix epoch, if it has one.
    pub ttl: Option<Attribute>,
    /// Whether its changes are streamed, with old and new images.
    pub stream: bool,
}

/// The index of what a bucket holds, in the order of creation.
pub(crate) const BY_BUCKET: Index = Index { name: "by_bucket", partition: "listing", sort: "listed_at" };

/// API keys, namespaces, buckets, name claims, counters and tombstones.
pub const CATALOG: Table = Table {
    name: "catalog",
    partition: "pk",
    sort: Some("sk"),
    index: None,
    ttl: Some("ttl"),
    stream: false,
};

/// Objects, content pointers and idempotency claims.
pub const OBJECTS: Table = Table {
    name: "objects",
    partition: "pk",
    sort: None,
    index: Some(BY_BUCKET),
    ttl: Some("ttl"),
    stream: true,
};

/// Uploads and content pointers.
pub const UPLOADS: Table = Table { name: "uploads", ..OBJECTS };

/// Batches, their members, and tasks.
pub const BATCHES: Table = Table { name: "batches", sort: Some("sk"), ..OBJECTS };

/// Every table.
pub const ALL: [Table; 4] = [CATALOG, OBJECTS, UPLOADS, BATCHES];

/// The full names of a deployment's tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableNames {
    /// See [`CATALOG`].
    pub catalog: String,
    /// See [`OBJECTS`].
    pub objects: String,
    /// See [`UPLOADS`].
    pub uploads: String,
    /// See [`BATCHES`].
    pub batches: String,
}

impl TableNames {
    /// `{prefix}-catalog`, and so on.
    pub fn with_prefix(prefix: &str) -> Self {
        let full = |table: Table| format!("{prefix}-{}", table.name);
        Self {
            catalog: full(CATALOG),
            objects: full(OBJECTS),
            uploads: full(UPLOADS),
            batches: full(BATCHES),
        }
    }
}
