//! The queue of submitted batches.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::Message;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use crate::Error;
use crate::setting::{QueueAt, Setting};

/// How long a message stays hidden from other processors after each sign of progress, in seconds.
const HIDDEN_SECONDS: i32 = 120;
/// How long to wait for a message, in seconds: SQS's most.
const WAIT_SECONDS: i32 = 20;

/// The queue.
pub(crate) struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    /// Finds the queue.
    #[expect(clippy::disallowed_methods, reason = "a program of its own, whose setting this is")]
    pub(crate) async fn open(setting: &Setting) -> Result<Self, Error> {
        let tls = Provider::Rustls(CryptoMode::Ring);
        let http = aws_smithy_http_client::Builder::new().tls_provider(tls).build_https();
        let config =
            aws_sdk_sqs::Config::builder().behavior_version(BehaviorVersion::latest()).http_client(http);
        match &setting.queue {
            QueueAt::Url(url) => {
                let variable = |name: &str| {
                    std::env::var(name)
                        .map_err(|_| Error::Setting(format!("set {name}, too; --help names them all")))
                };
                let (id, secret) = (variable("AWS_ACCESS_KEY_ID")?, variable("AWS_SECRET_ACCESS_KEY")?);
                let token = std::env::var("AWS_SESSION_TOKEN").ok();
                let credentials = Credentials::new(id, secret, token, None, "environment");
                let region = Region::new(variable("AWS_REGION")?);
                let client =
                    Client::from_conf(config.region(region).credentials_provider(credentials).build());
                Ok(Self { client, url: url.clone() })
            }
            QueueAt::Local(endpoint, name) => {
                // Nothing checks them there.
                let credentials = Credentials::new("local", "local", None, None, "local");
                let config = config.region(Region::new("us-east-1")).credentials_provider(credentials);
                let client = Client::from_conf(config.endpoint_url(endpoint).build());
                let found =
                    client.get_queue_url().queue_name(*name).send().await.map_err(|error| lost(&error))?;
                let url = found.queue_url.ok_or_else(|| Error::Queue("it has no URL".to_owned()))?;
                Ok(Self { client, url })
            }
        }
    }

    /// Receives a message, if one comes in time; `at_once` doesn't wait.
    pub(crate) async fn receive(&self, at_once: bool) -> Result<Option<Message>, Error> {
        let receive = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(1)
            .visibility_timeout(HIDDEN_SECONDS)
            .wait_time_seconds(if at_once { 0 } else { WAIT_SECONDS });
        let answer = receive.send().await.map_err(|error| lost(&error))?;
        Ok(answer.messages.unwrap_or_default().into_iter().next())
    }

    /// Keeps a message hidden, because it is being worked on.
    pub(crate) async fn keep(&self, message: &Message) -> Result<(), Error> {
        let hide = self
            .client
            .change_message_visibility()
            .queue_url(&self.url)
            .set_receipt_handle(message.receipt_handle.clone())
            .visibility_timeout(HIDDEN_SECONDS);
        hide.send().await.map_err(|error| lost(&error))?;
        Ok(())
    }

    /// Removes a message that is done.
    pub(crate) async fn delete(&self, message: &Message) -> Result<(), Error> {
        let delete = self
            .client
            .delete_message()
            .queue_url(&self.url)
            .set_receipt_handle(message.receipt_handle.clone());
        delete.send().await.map_err(|error| lost(&error))?;
        Ok(())
    }
}

fn lost(error: &(impl std::error::Error + Send + Sync)) -> Error {
    Error::Queue(DisplayErrorContext(error).to_string())
}
