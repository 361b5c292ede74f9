//! The fetcher against a DNS server and an HTTP server on the loopback interface.

mod allowed;
mod answers;
mod large;
mod limits;
mod proxy;
mod rebinding;
mod redirects;
mod refused;
mod tls;
mod world;
