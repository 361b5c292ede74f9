//! Stowage on one machine: the whole system on embedded engines, and the command-line client.
//!
//! [`Stack`] starts an embedded DynamoDB and S3 and, in front of them, the very handlers that deploy:
//! each HTTP request becomes an API Gateway event for the function of its route, and the functions
//! reach the engines through the AWS SDKs over HTTP.

mod bus;
pub mod cli;
pub mod demo;
pub mod events;
mod functions;
mod gateway;
pub mod keys;
mod relay;
mod schedule;
pub mod serve;
mod server;
mod sqs;
pub mod stack;
mod walkthrough;

pub use bus::{EVENT_BUS, EventBus};
pub use functions::{Functions, running};
pub use gateway::event::{GatewayRequest, to_event};
pub use relay::{Delivery, Planned, Relay, RelayOptions, Trouble};
pub use stack::{Data, Options, Stack, StackInfo, StartError};
