//! Which binary to start, and with which environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use stowage_api::aws::Credentials;

/// The repository.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A function's binary.
#[derive(Clone, Debug)]
pub struct Binary {
    /// The function's name.
    pub name: &'static str,
    /// Where it is.
    pub path: PathBuf,
}

impl Binary {
    /// The one that cargo built for the test; or, if `STOWAGE_BINARIES` names a directory of
    /// `<name>/bootstrap`, such as `target/lambda`, the one there. A relative directory is one of the
    /// repository.
    #[expect(clippy::disallowed_methods, reason = "it configures the test run, not the functions")]
    pub fn new(name: &'static str, built: &str) -> Self {
        let path = match std::env::var_os("STOWAGE_BINARIES") {
            Some(directory) => Path::new(ROOT).join(directory).join(name).join("bootstrap"),
            None => PathBuf::from(built),
        };
        Self { name, path }
    }
}

/// The file of a function's recorded calls.
pub(crate) fn recorded_calls(function: &str) -> PathBuf {
    Path::new(ROOT).join(format!("target/recorded-calls/{function}.json"))
}

/// A function's environment variables: these alone, nothing of the test's own.
#[derive(Clone, Debug)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// What Lambda and the template set. The endpoints lead nowhere.
    pub fn of_lambda() -> Self {
        let variables = [
            ("AWS_LAMBDA_FUNCTION_VERSION", "7"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/test"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "test"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            ("AWS_SESSION_TOKEN", "session-token-of-the-role-for-tests"),
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
            ("STOWAGE_TABLE_PREFIX", "stowage"),
            ("STOWAGE_BLOB_BUCKET", stowage_local::stack::BLOB_BUCKET),
            ("STOWAGE_EVENT_BUS", stowage_local::EVENT_BUS),
        ];
        Self(variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }

    /// The same with one set.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// The same without one.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.remove(name);
        self
    }

    /// The same with these credentials.
    pub(crate) fn with_credentials(self, credentials: &Credentials) -> Self {
        self.with("AWS_ACCESS_KEY_ID", &credentials.access_key_id)
            .with("AWS_SECRET_ACCESS_KEY", &credentials.secret_access_key)
    }

    /// Those that nobody may learn.
    pub(crate) fn secret(&self) -> impl Iterator<Item = &str> {
        let is_secret = |name: &str| name.contains("KEY") || name.contains("TOKEN");
        self.0.iter().filter(move |(name, _)| is_secret(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter()
    }
}
