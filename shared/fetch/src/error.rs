//! Why a URL could not be fetched. No message has anything of the URL in it: it may hold a secret.

use thiserror::Error;

/// What became of a fetch that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FetchError {
    /// A rule forbids it, and will tomorrow.
    #[error("the source is not fetched: {0}")]
    Refused(Refusal),
    /// The source answered that it doesn't have it, or not for us.
    #[error("the source answered with status {0}")]
    Answered(u16),
    /// What may have passed when it is tried again.
    #[error("the source could not be read: {0}")]
    Transient(Trouble),
    /// It has more bytes than may be taken, this many.
    #[error("the source has more than {0} bytes")]
    TooLarge(u64),
    /// It was still sending when the time was up, this many seconds.
    #[error("the source was still sending after {0} seconds")]
    TooSlow(u64),
}

impl FetchError {
    /// Whether another attempt could end otherwise. One that took all of its time would take it again.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::Transient(_))
    }
}

/// The rule that forbids a fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// It can't be read as a URL.
    #[error("its URL is not a valid one")]
    Url,
    /// Neither http nor https.
    #[error("its URL is neither http nor https")]
    Scheme,
    /// Credentials in the URL.
    #[error("its URL has a user name or a password in it")]
    UserInfo,
    /// A port that isn't allowed.
    #[error("its URL has a port that is not allowed")]
    Port,
    /// A host name that isn't a public one.
    #[error("its host name is not a public one")]
    Host,
    /// An address that isn't reachable by everybody.
    #[error("its host has an address that is not a public one")]
    Address,
    /// A redirect that leads nowhere.
    #[error("it redirects without a valid location")]
    Location,
    /// A redirect from https to http.
    #[error("it redirects from https to http")]
    Downgrade,
    /// One redirect more than this many.
    #[error("it redirects more than {0} times")]
    Redirects(u8),
    /// A certificate that isn't trusted, or another host's.
    #[error("its certificate is not trusted")]
    Certificate,
}

/// What went wrong on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Trouble {
    /// The host's name has no address, or the look-up failed: resolvers don't tell the two apart.
    #[error("its host name could not be resolved")]
    Lookup,
    /// No connection, of whatever cause.
    #[error("no connection to its host")]
    Connect,
    /// The connection was not there in time.
    #[error("no connection to its host in time")]
    ConnectTime,
    /// TLS failed, for another reason than a certificate.
    #[error("no TLS with its host")]
    Tls,
    /// A status that asks to come again: 408, 425, 429 and 5xx.
    #[error("it answered with status {0}")]
    Answered(u16),
    /// What it said wasn't HTTP, or it hung up early.
    #[error("its answer broke off or is not HTTP")]
    Broken,
    /// It fell silent.
    #[error("it stopped sending")]
    Stalled,
}

impl From<Refusal> for FetchError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Trouble> for FetchError {
    fn from(trouble: Trouble) -> Self {
        Self::Transient(trouble)
    }
}
