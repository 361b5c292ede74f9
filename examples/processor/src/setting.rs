//! Where to work: named by the environment, or found in the local stack's data directory.

use std::path::Path;

use serde::Deserialize;

use crate::Error;

/// The queue's name in a local stack.
const LOCAL_QUEUE: &str = "stowage-processing";

/// Where everything is.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// The API's base URL, without `/v1`.
    pub(crate) api: String,
    /// An API key with the permissions read and process.
    pub(crate) key: String,
    /// The queue.
    pub(crate) queue: QueueAt,
}

/// Where the queue is.
#[derive(Clone, Debug)]
pub(crate) enum QueueAt {
    /// On AWS, by its URL.
    Url(String),
    /// On this machine: the endpoint, and the queue's name.
    Local(String, &'static str),
}

/// What a running local stack says of itself.
#[derive(Deserialize)]
struct Stack {
    api: String,
    sqs: String,
    key: String,
}

impl Setting {
    /// What the environment says; without `STOWAGE_URL`, the local stack.
    #[expect(clippy::disallowed_methods, reason = "a program of its own, whose setting this is")]
    pub(crate) fn find(data_dir: &Path) -> Result<Self, Error> {
        let variable = |name: &str| {
            std::env::var(name).map_err(|_| Error::Setting(format!("set {name}, too; --help names them all")))
        };
        match std::env::var("STOWAGE_URL") {
            Ok(api) => Ok(Self {
                api: api.trim_end_matches('/').to_owned(),
                key: variable("STOWAGE_API_KEY")?,
                queue: QueueAt::Url(variable("STOWAGE_QUEUE_URL")?),
            }),
            Err(_) => Self::of_local_stack(data_dir),
        }
    }

    fn of_local_stack(data_dir: &Path) -> Result<Self, Error> {
        let path = data_dir.join("stack.json");
        let text = std::fs::read_to_string(&path).map_err(|_| {
            Error::Setting(format!(
                "no stack is running in {}; start one with `cargo run`",
                data_dir.display()
            ))
        })?;
        let stack: Stack = serde_json::from_str(&text)
            .map_err(|error| Error::Setting(format!("{}: {error}", path.display())))?;
        Ok(Self { api: stack.api, key: stack.key, queue: QueueAt::Local(stack.sqs, LOCAL_QUEUE) })
    }
}
