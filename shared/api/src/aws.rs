//! The AWS clients, built by hand so that a cold start pays for nothing that it doesn't use: ring
//! instead of aws-lc, Amazon's five roots instead of the system's hundred and more, an HTTP client of
//! our own, credentials from the environment instead of the whole chain. docs/ARCHITECTURE.md has the
//! reasons.

use std::fmt;
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::SdkConfig;
use aws_types::region::Region;

pub use crate::https::{Roots, https};

/// A connection is made in a few milliseconds or not at all.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// One attempt: far beyond DynamoDB's and S3's usual answers, and several fit into a request.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(3);

/// Static credentials, as Lambda puts them into the environment.
pub struct Credentials {
    /// The access key's id.
    pub access_key_id: String,
    /// The secret.
    pub secret_access_key: String,
    /// A role's session token.
    pub session_token: Option<String>,
}

impl Credentials {
    fn provider(&self) -> SharedCredentialsProvider {
        SharedCredentialsProvider::new(aws_credential_types::Credentials::new(
            &self.access_key_id,
            &self.secret_access_key,
            self.session_token.clone(),
            None,
            "environment",
        ))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// Endpoints other than AWS's own.
#[derive(Clone, Debug, Default)]
pub struct Endpoints {
    /// DynamoDB's.
    pub dynamodb: Option<String>,
    /// S3's; its buckets are addressed by path then.
    pub s3: Option<String>,
    /// EventBridge's.
    pub eventbridge: Option<String>,
}

/// Everything that the service clients share.
#[derive(Clone, Debug)]
pub struct Aws {
    config: SdkConfig,
    endpoints: Endpoints,
}

impl Aws {
    /// Configures clients with one HTTP client among them.
    pub fn new(region: &str, credentials: &Credentials, endpoints: Endpoints, roots: Roots) -> Self {
        Self::with_http_client(region, credentials, endpoints, https(roots))
    }

    /// As [`Self::new`], over an HTTP client of the caller's: tests count, drop and delay calls there.
    pub fn with_http_client(
        region: &str,
        credentials: &Credentials,
        endpoints: Endpoints,
        http: SharedHttpClient,
    ) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .build();
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .credentials_provider(credentials.provider())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .time_source(aws_smithy_async::time::SystemTimeSource::new())
            .timeout_config(timeouts)
            .http_client(http)
            .build();
        Self { config, endpoints }
    }

    /// A DynamoDB client. It doesn't retry: `stowage_store` does, because it has to know whether an
    /// earlier attempt's answer was lost.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let mut config = aws_sdk_dynamodb::config::Builder::from(&self.config);
        config.set_retry_config(Some(RetryConfig::disabled()));
        config.set_endpoint_url(self.endpoints.dynamodb.clone());
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    /// An EventBridge client. Who publishes decides what is sent again.
    pub fn eventbridge(&self) -> aws_sdk_eventbridge::Client {
        let mut config = aws_sdk_eventbridge::config::Builder::from(&self.config);
        config.set_retry_config(Some(RetryConfig::disabled()));
        config.set_endpoint_url(self.endpoints.eventbridge.clone());
        aws_sdk_eventbridge::Client::from_conf(config.build())
    }

    /// An S3 client. It retries by itself: repeating a read, or a write to a fresh key, is harmless.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        aws_sdk_s3::Client::from_conf(self.s3_config().build())
    }

    /// An S3 client with other credentials.
    pub fn s3_as(&self, credentials: &Credentials) -> aws_sdk_s3::Client {
        let config = self.s3_config().credentials_provider(credentials.provider());
        aws_sdk_s3::Client::from_conf(config.build())
    }

    fn s3_config(&self) -> aws_sdk_s3::config::Builder {
        let mut config = aws_sdk_s3::config::Builder::from(&self.config)
            .force_path_style(self.endpoints.s3.is_some())
            // "When supported" would sign checksum headers that an ordinary PUT doesn't send.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        config.set_retry_config(Some(RetryConfig::standard().with_max_attempts(3)));
        config.set_endpoint_url(self.endpoints.s3.clone());
        config
    }
}
