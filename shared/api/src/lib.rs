//! What every Stowage function shares: authentication and tenancy, request parsing, the error
//! envelope, the request's log line, and the set-up of the AWS clients.
//!
//! A function implements [`Function`] and is run by [`run`] (on Lambda) or [`answer`] (anywhere an
//! API Gateway event can be made). Both go through one wrapper, which authenticates before the
//! handler sees anything: a handler's [`Tenant`] or [`Organisation`] can't be made elsewhere.

pub mod auth;
pub mod aws;
pub mod clock;
pub mod environment;
mod function;
mod https;
mod log;
pub mod operation;
mod reply;
pub mod request;

pub use auth::{Auth, Organisation, Public, Scope, Tenant};
pub use environment::Environment;
pub use function::{Function, answer, run};
pub use operation::Operation;
pub use reply::Reply;
pub use request::Request;
