//! Stowage's rules, pure: types, schemas, unique keys, policies, state machines and errors.
//!
//! Nothing here knows AWS or HTTP, and nothing reads a clock: callers pass the time in. A request's
//! way through the system is event → request type → this crate → store and blobs → response.

pub mod batch;
pub mod blob;
pub mod bucket;
pub mod counter;
pub mod deletion;
pub mod edge;
pub mod error;
pub mod event;
pub mod id;
pub mod idempotency;
pub mod json;
pub mod key;
pub mod limits;
pub mod listing;
pub mod media;
pub mod name;
pub mod namespace;
pub mod numbers;
pub mod object;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod place;
pub mod policy;
pub mod schema;
pub mod stuck;
pub mod task;
pub mod time;
pub mod unique_key;
pub mod upload;
pub mod violation;

pub use error::{Error, Result};
pub use violation::{Path, Violation, Violations};
