//! Why a stack didn't start: one line each, with what to do about it.

use std::path::PathBuf;

/// Why a stack didn't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another program listens there.
    #[error("port {port} on {host} is taken; choose another with --port, or free ones with --port 0")]
    PortTaken {
        /// The address.
        host: std::net::IpAddr,
        /// The port.
        port: u16,
    },
    /// The address can't be listened on.
    #[error("cannot listen on {host}:{port}: {source}")]
    Listen {
        /// The address.
        host: std::net::IpAddr,
        /// The port.
        port: u16,
        /// Why not.
        source: std::io::Error,
    },
    /// The data directory can't be used.
    #[error("cannot use {}: {source}", path.display())]
    Data {
        /// The path.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Another process has the data directory open.
    #[error("{} is in use by another stowage; stop it, or choose another with --data-dir", path.display())]
    InUse {
        /// The path.
        path: PathBuf,
    },
    /// The data directory holds something that can't be read.
    #[error("{} cannot be read: {reason}", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// An engine didn't start.
    #[error("the embedded {engine} did not start: {reason}")]
    Engine {
        /// Which one.
        engine: &'static str,
        /// Why not.
        reason: String,
    },
}
