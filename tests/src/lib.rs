//! Support for the tests: a stack of its own for each, a client that speaks the contract over real
//! HTTP, and Lambda's part for the functions' real binaries.

#![expect(clippy::missing_panics_doc, reason = "support of tests: a panic is a failed test")]

mod client;
pub mod conformance;
mod crowd;
mod deployment;
mod encoding;
mod engines;
pub mod events;
mod every;
mod faults;
mod log_line;
mod output;
mod process;
mod recorder;
mod runtime_api;
mod secrets;
mod server;
mod stack;
mod tls;
mod variables;
mod web;
pub mod whole;

pub use client::{Answer, Client, Put};
pub use deployment::{Deployment, play_events, play_feeds, play_feeds_over};
pub use encoding::percent_encoded;
pub use engines::{Engines, Holdings};
pub use faults::{Call, Fault, Faults};
pub use process::{Invoked, Logs, Process};
pub use recorder::{Call as RecordedCall, Recorder, Trouble};
pub use runtime_api::Invocation;
pub use secrets::Secrets;
pub use stack::TestStack;
pub use tls::Terminator;
pub use variables::{Binary, Variables};
pub use web::Web;
