//! The black-box suite: the real handlers over real HTTP, on the embedded engines.

mod authorization;
mod auto_confirm;
mod bad_input;
mod batches;
mod buckets;
mod confirm;
mod counters;
mod duplicates;
mod events;
mod faults;
mod gateway;
mod idempotency;
mod listing;
mod model;
mod namespaces;
mod objects;
mod openapi;
mod panics;
mod policies;
mod presigned;
mod published;
mod races;
mod seed;
mod tasks;
mod tenancy;
mod uploads;
