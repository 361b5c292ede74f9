//! A URL that passed every check that needs no look-up.

use std::net::IpAddr;

use url::{Host, Url};

use crate::error::Refusal;
use crate::name;
use crate::rules::FetchRules;

/// What is asked next. It has no `Debug`: a URL's query may be a secret.
pub(crate) struct Target {
    url: Url,
    /// Whom to ask.
    pub(crate) host: Peer,
    /// On which port.
    pub(crate) port: u16,
    /// Whether in TLS.
    pub(crate) secure: bool,
}

/// A URL's host.
pub(crate) enum Peer {
    /// A name to look up.
    Name {
        /// In lower case and in ASCII.
        name: String,
        /// Whether the deployment lets it have private addresses.
        private: bool,
    },
    /// An address, whichever way it was spelled.
    Address(IpAddr),
}

impl Target {
    /// Reads a URL the way browsers do, so that every spelling of an address is that address.
    pub(crate) fn read(url: &str, rules: &FetchRules) -> Result<Self, Refusal> {
        Self::check(Url::parse(url).map_err(|_| Refusal::Url)?, rules)
    }

    /// Where a redirect leads, checked like the first.
    pub(crate) fn follow(&self, location: &[u8], rules: &FetchRules) -> Result<Self, Refusal> {
        let location = std::str::from_utf8(location).map_err(|_| Refusal::Location)?;
        let url = self.url.join(location).map_err(|_| Refusal::Location)?;
        let next = Self::check(url, rules)?;
        if self.secure && !next.secure { Err(Refusal::Downgrade) } else { Ok(next) }
    }

    fn check(url: Url, rules: &FetchRules) -> Result<Self, Refusal> {
        let secure = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(Refusal::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::UserInfo);
        }
        let port = url.port_or_known_default().filter(|port| rules.ports.contains(port));
        let port = port.ok_or(Refusal::Port)?;
        let host = match url.host().ok_or(Refusal::Url)? {
            Host::Domain(name) => named(name, rules)?,
            Host::Ipv4(address) => Peer::Address(address.into()),
            Host::Ipv6(address) => Peer::Address(address.into()),
        };
        Ok(Self { url, host, port, secure })
    }

    /// The host as the URL has it, IPv6 in brackets.
    pub(crate) fn host_name(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The `Host` of a request: the port only where the scheme doesn't imply it.
    pub(crate) fn authority(&self) -> String {
        match self.url.port() {
            Some(port) => format!("{}:{port}", self.host_name()),
            None => self.host_name().to_owned(),
        }
    }

    /// Path and query: what a request asks for.
    pub(crate) fn path_and_query(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }
}

fn named(name: &str, rules: &FetchRules) -> Result<Peer, Refusal> {
    let private = rules.private_hosts.iter().any(|host| host.eq_ignore_ascii_case(name));
    let allowed = if private { name::is_whole(name) } else { name::is_public(name) };
    if allowed { Ok(Peer::Name { name: name.to_owned(), private }) } else { Err(Refusal::Host) }
}
