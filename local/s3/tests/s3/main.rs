//! The engine over HTTP, mostly through the AWS SDK's own client.

mod cors;
mod crash;
mod events;
mod harness;
mod keys;
mod listing;
mod multipart;
mod presigned;
mod put;
mod read;
mod sign;
mod versions;
