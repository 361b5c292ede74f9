//! The black-box suite: the real handlers over real HTTP, on the embedded engines.

mod authorization;
mod bad_input;
mod buckets;
mod confirm;
mod duplicates;
mod events;
mod faults;
mod gateway;
mod idempotency;
mod model;
mod objects;
mod openapi;
mod panics;
mod policies;
mod presigned;
mod races;
mod seed;
mod tenancy;
mod uploads;
