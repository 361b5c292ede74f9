//! What a deployment lets be fetched.

use std::time::Duration;

use rustls::pki_types::CertificateDer;

/// What may be fetched, and how much of it for how long.
#[derive(Clone, Debug)]
pub struct FetchRules {
    /// The ports that a URL may have, given or implied.
    pub ports: Vec<u16>,
    /// Hosts, by their whole name, that may have private addresses: intranets and tests. What no
    /// deployment wants read, such as link-local addresses, they may not have either.
    pub private_hosts: Vec<String>,
    /// Certificate authorities to trust besides the public web's.
    pub authorities: Vec<CertificateDer<'static>>,
    /// Most bytes of a body.
    pub max_bytes: u64,
    /// How many redirects are followed.
    pub max_redirects: u8,
    /// The time for everything, from the first look-up to the last byte.
    pub total_time: Duration,
    /// The time for a connection: look-up, TCP and TLS.
    pub connect_time: Duration,
    /// The time for an answer's head, and between two chunks of its body.
    pub idle_time: Duration,
}

impl Default for FetchRules {
    fn default() -> Self {
        Self {
            ports: vec![80, 443],
            private_hosts: Vec::new(),
            authorities: Vec::new(),
            max_bytes: 5 * 1024 * 1024 * 1024,
            max_redirects: 5,
            // A function ends after 15 minutes, and has to say how it went.
            total_time: Duration::from_mins(13),
            connect_time: Duration::from_secs(10),
            idle_time: Duration::from_secs(30),
        }
    }
}
