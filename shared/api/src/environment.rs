//! A function's configuration: the one place that reads environment variables.

use std::fmt;
use std::time::Duration;

use stowage_blobs::Blobs;
use stowage_blobs::ports::MAX_HASHED_BYTES;
use stowage_bus::Bus;
use stowage_store::tables::TableNames;
use stowage_store::{Settings, Store};

use crate::auth::Auth;
use crate::aws::{Aws, Credentials, Endpoints, Roots};

/// What a function is told by its environment.
///
/// | variable | what | default |
/// |---|---|---|
/// | `STOWAGE_TABLE_PREFIX` | tables are `{prefix}-catalog`, … | required |
/// | `STOWAGE_BLOB_BUCKET` | the S3 bucket | required |
/// | `STOWAGE_EVENT_BUS` | the EventBridge bus, by name or ARN | required by publish-events |
/// | `STOWAGE_DEFAULT_NAMESPACE` | for requests that name none | none |
/// | `STOWAGE_MAX_URL_SECONDS` | cap on a presigned URL's life | 86400 |
/// | `STOWAGE_SIGNING_ACCESS_KEY_ID`, `STOWAGE_SIGNING_SECRET_ACCESS_KEY` | a user that signs URLs, which outlive a role's session then | the role signs |
/// | `STOWAGE_CONNECT_AT_INIT` | `false` leaves the first connection to the first request | `true` |
/// | `STOWAGE_FETCH_PORTS` | ports that a client's URL may name, with commas | 80,443 |
/// | `STOWAGE_FETCH_PRIVATE_HOSTS` | hosts that it may name although they are private, with commas | none |
/// | `STOWAGE_MAX_HASHED_BYTES` | most bytes that a confirm reads to verify a declared SHA-256; beyond, a task does | 67108864 |
/// | `STOWAGE_REMOVE_ORPHANS` | `false` has reconcile leave bytes alone that no row names | `true` |
/// | `STOWAGE_TLS_ROOTS` | `amazon`, `native`, or a PEM file | `amazon` |
/// | `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` | as Lambda sets them | required but the last |
/// | `AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL_EVENTBRIDGE`, `AWS_ENDPOINT_URL` | other endpoints | AWS's |
#[derive(Debug)]
pub struct Environment {
    aws: Aws,
    tables: TableNames,
    blob_bucket: String,
    default_namespace: Option<String>,
    max_url_seconds: u32,
    signer: Option<Credentials>,
    connect_at_init: bool,
    fetch_ports: Vec<u16>,
    fetch_private_hosts: Vec<String>,
    removes_orphans: bool,
    max_hashed: u64,
}

/// A variable that is missing or wrong: a function that can't start says which.
#[derive(PartialEq, Eq)]
pub struct Misconfigured {
    variable: &'static str,
    reason: String,
}

impl fmt::Display for Misconfigured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.variable, self.reason)
    }
}

/// The same line: it is what Rust prints when `main` returns the error.
impl fmt::Debug for Misconfigured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Misconfigured {}

impl Environment {
    /// Reads the environment of a Lambda function.
    pub fn read() -> Result<Self, Misconfigured> {
        let max_url_seconds = match optional("STOWAGE_MAX_URL_SECONDS") {
            None => 86_400,
            Some(text) => text.parse().map_err(|_| Misconfigured {
                variable: "STOWAGE_MAX_URL_SECONDS",
                reason: "must be a number of seconds".to_owned(),
            })?,
        };
        let max_hashed = match optional("STOWAGE_MAX_HASHED_BYTES") {
            None => MAX_HASHED_BYTES,
            Some(text) => text.parse().map_err(|_| Misconfigured {
                variable: "STOWAGE_MAX_HASHED_BYTES",
                reason: "must be a number of bytes".to_owned(),
            })?,
        };
        Ok(Self {
            aws: aws()?,
            max_hashed,
            tables: TableNames::with_prefix(&required("STOWAGE_TABLE_PREFIX")?),
            blob_bucket: required("STOWAGE_BLOB_BUCKET")?,
            default_namespace: optional("STOWAGE_DEFAULT_NAMESPACE"),
            max_url_seconds,
            signer: signer()?,
            fetch_ports: ports(optional("STOWAGE_FETCH_PORTS").as_deref())?,
            fetch_private_hosts: listed(optional("STOWAGE_FETCH_PRIVATE_HOSTS").as_deref()),
            connect_at_init: optional("STOWAGE_CONNECT_AT_INIT").as_deref() != Some("false"),
            removes_orphans: optional("STOWAGE_REMOVE_ORPHANS").as_deref() != Some("false"),
        })
    }

    /// The records.
    pub fn store(&self) -> Store {
        Store::new(self.aws.dynamodb(), self.tables.clone(), Settings::default())
    }

    /// The bytes.
    pub fn blobs(&self) -> Blobs {
        let longest = Duration::from_secs(u64::from(self.max_url_seconds));
        let blobs = Blobs::new(self.aws.s3(), &self.blob_bucket);
        let blobs = blobs.with_max_url_life(longest).with_max_hashed(self.max_hashed);
        match &self.signer {
            Some(signer) => blobs.with_signer(self.aws.s3_as(signer)),
            None => blobs,
        }
    }

    /// The bus for events.
    pub fn bus(&self) -> Result<Bus, Misconfigured> {
        Ok(Bus::new(self.aws.eventbridge(), &required("STOWAGE_EVENT_BUS")?))
    }

    /// Who may call.
    pub fn auth(&self, store: Store) -> Auth {
        let auth = Auth::new(store, self.default_namespace.as_deref());
        if self.connect_at_init { auth } else { auth.without_early_connection() }
    }

    /// The ports that a client's URL may name; none where the deployment names none.
    pub fn fetch_ports(&self) -> &[u16] {
        &self.fetch_ports
    }

    /// The hosts that a client's URL may name although they are private.
    pub fn fetch_private_hosts(&self) -> &[String] {
        &self.fetch_private_hosts
    }

    /// Whether reconcile removes bytes that no row names.
    pub fn removes_orphans(&self) -> bool {
        self.removes_orphans
    }

    /// The longest life of a presigned URL, in seconds.
    pub fn max_url_seconds(&self) -> u32 {
        self.max_url_seconds
    }
}

/// The AWS clients of this environment, without the rest of a function's configuration: for the
/// command line.
pub fn aws() -> Result<Aws, Misconfigured> {
    let credentials = Credentials {
        access_key_id: required("AWS_ACCESS_KEY_ID")?,
        secret_access_key: required("AWS_SECRET_ACCESS_KEY")?,
        session_token: optional("AWS_SESSION_TOKEN"),
    };
    let shared = optional("AWS_ENDPOINT_URL");
    let endpoints = Endpoints {
        dynamodb: optional("AWS_ENDPOINT_URL_DYNAMODB").or_else(|| shared.clone()),
        s3: optional("AWS_ENDPOINT_URL_S3").or_else(|| shared.clone()),
        eventbridge: optional("AWS_ENDPOINT_URL_EVENTBRIDGE").or(shared),
    };
    let roots = match optional("STOWAGE_TLS_ROOTS").as_deref() {
        None | Some("amazon") => Roots::Amazon,
        Some("native") => Roots::Native,
        Some(path) => {
            let wrong = |reason: &dyn fmt::Display| Misconfigured {
                variable: "STOWAGE_TLS_ROOTS",
                reason: format!("{path}: {reason}"),
            };
            let pem = std::fs::read(path).map_err(|error| wrong(&error))?;
            Roots::pem(pem).map_err(|reason| wrong(&reason))?
        }
    };
    Ok(Aws::new(&required("AWS_REGION")?, &credentials, endpoints, roots))
}

/// What is between commas.
fn listed(text: Option<&str>) -> Vec<String> {
    let parts = text.unwrap_or_default().split(',').map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn ports(text: Option<&str>) -> Result<Vec<u16>, Misconfigured> {
    let wrong = |_| Misconfigured {
        variable: "STOWAGE_FETCH_PORTS",
        reason: "must be ports with commas between them".to_owned(),
    };
    listed(text).iter().map(|port| port.parse().map_err(wrong)).collect()
}

/// The user that signs URLs: both of its variables, or neither.
fn signer() -> Result<Option<Credentials>, Misconfigured> {
    let Some(access_key_id) = optional("STOWAGE_SIGNING_ACCESS_KEY_ID") else { return Ok(None) };
    let secret_access_key = required("STOWAGE_SIGNING_SECRET_ACCESS_KEY")?;
    Ok(Some(Credentials { access_key_id, secret_access_key, session_token: None }))
}

#[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
fn optional(variable: &'static str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.is_empty())
}

fn required(variable: &'static str) -> Result<String, Misconfigured> {
    optional(variable).ok_or_else(|| Misconfigured { variable, reason: "must be set".to_owned() })
}
