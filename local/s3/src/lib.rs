//! The embedded S3 of Stowage's local stack: one process, one directory, no network but loopback.
//!
//! The protocol (parsing, signatures, XML) is the [`s3s`] crate's; this crate is the storage behind
//! it, the checks that s3s leaves open, and the server. It exists because the local stack has to be
//! strict enough to prove things on:
//!
//! - **Bytes that were refused are never visible.** A body goes to a staging file, is compared with
//!   its length, its MD5, its SHA-256 and its checksum, is forced to disk, and only then gets its
//!   name, by one rename. A PUT that was answered survives SIGKILL, and a power cut as far as the
//!   file system keeps its word about fsync.
//! - **Create-if-absent is atomic**, for `PutObject` and `CompleteMultipartUpload` alike: conditions
//!   are evaluated under the lock that the commit holds.
//! - **Keys are data.** No file is named after one, so every key that S3 allows works.
//! - **Every bucket is versioned**, and each upload part is kept with its `ETag` and checksum and
//!   compared at completion.
//! - **Signatures cover what they cover on AWS**: a request with an `x-amz-*` header that wasn't
//!   signed is refused, as is signature version 2, another region, and a presigned URL of over a
//!   week.
//!
//! ```no_run
//! # async fn run() -> std::io::Result<()> {
//! use stowage_local_s3::{Config, Engine};
//!
//! let engine = Engine::open(Config {
//!     root: ".stowage/s3".into(),
//!     access_key: "local".into(),
//!     secret_key: "local-secret".into(),
//!     region: "us-east-1".into(),
//! })?;
//! engine.create_bucket("objects")?;
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:9402").await?;
//! engine.serve(listener, std::future::pending()).await
//! # }
//! ```
//!
//! # Scale
//!
//! The index of keys and versions is in memory, rebuilt at start from one small read per version:
//! meant for up to some hundred thousand versions. Commits to one bucket follow each other, each
//! with an fsync; uploads run in parallel. All of an engine's buckets share one directory's lock, so
//! a second process on it is refused.
//!
//! # Differences from AWS
//!
//! - One account, one key pair, one region, path-style addressing only; no sessions (a session token
//!   is signed over, and otherwise ignored).
//! - Not implemented (501): `UploadPartCopy`, form uploads, tagging, lifecycle, policies, ACLs,
//!   SSE-C, object lock, appending, access points, S3 Select, and a delimiter when listing uploads.
//!   `GetObjectAttributes` counts the parts without listing them.
//!   A setting that changes nothing here (storage class, server-side encryption, ACL and tagging
//!   headers of an upload) is accepted and dropped.
//! - Versioning can't be suspended, so there is no `null` version.
//! - A failed condition is always a 412; AWS may also answer racing writers with a 409
//!   `ConditionalRequestConflict`, which callers must expect there.
//! - A completed upload is gone: completing it again is `NoSuchUpload`, where AWS repeats its answer
//!   for a while.
//! - Reads and listings see every commit at once, which AWS promises too; events come at once and
//!   exactly once, which AWS doesn't. They are lost if the process dies.
//! - An `x-amz-` header moved into the query of a presigned URL, which S3 takes for the header, is
//!   refused with 501, but for those that change nothing.
//! - Every origin is allowed by CORS.
//!
//! # Logs
//!
//! This crate logs no URLs, keys or signatures. s3s logs requests with their URLs, and so with
//! presigned signatures, at the level `debug`, and refused requests as errors: set the target `s3s`
//! to `off` or `error`.

mod access;
mod backend;
mod checksums;
mod cors;
mod engine;
mod error;
mod events;
mod ids;
mod server;
mod store;
mod stream;

pub use engine::{Config, Engine};
pub use events::ObjectCreated;
