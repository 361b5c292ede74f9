//! A served engine, the SDK's client for it, and plain HTTP for what the SDK wouldn't send.

use aws_credential_types::Credentials;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Region, RequestChecksumCalculation};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use stowage_local_s3::{Config, Engine};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) const ACCESS_KEY: &str = "local";
pub(crate) const SECRET_KEY: &str = "local-secret";
pub(crate) const REGION: &str = "us-east-1";
pub(crate) const BUCKET: &str = "bucket";

pub(crate) fn config(root: &Path) -> Config {
    Config {
        root: root.to_owned(),
        access_key: ACCESS_KEY.to_owned(),
        secret_key: SECRET_KEY.to_owned(),
        region: REGION.to_owned(),
    }
}

/// A client as an application would make it.
pub(crate) fn client(addr: SocketAddr, secret: &str, region: &str) -> Client {
    Client::from_conf(client_config(addr, secret, region).build())
}

fn client_config(addr: SocketAddr, secret: &str, region: &str) -> aws_sdk_s3::config::Builder {
    aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new(ACCESS_KEY, secret, None, None, "test"))
        .region(Region::new(region.to_owned()))
        .endpoint_url(format!("http://{addr}"))
        .force_path_style(true)
        .retry_config(aws_sdk_s3::config::retry::RetryConfig::disabled())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
}

pub(crate) struct Server {
    pub(crate) engine: Engine,
    pub(crate) client: Client,
    pub(crate) addr: SocketAddr,
    dir: TempDir,
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Server {
    /// A fresh engine with one bucket.
    pub(crate) async fn start() -> Self {
        Self::on(TempDir::new().unwrap()).await
    }

    pub(crate) async fn on(dir: TempDir) -> Self {
        let engine = Engine::open(config(dir.path())).unwrap();
        engine.create_bucket(BUCKET).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(engine.clone().serve(listener, async { drop(stopped.await) }));
        let client = client(addr, SECRET_KEY, REGION);
        Self { engine, client, addr, dir, stop, task }
    }

    /// Stops serving and closes the engine; the data stays.
    pub(crate) async fn stop(self) -> TempDir {
        let _ = self.stop.send(());
        self.task.await.unwrap().unwrap();
        self.dir
    }

    pub(crate) async fn restart(self) -> Self {
        Self::on(self.stop().await).await
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.dir.path().join(below)
    }

    /// Signs as design documents demand of Stowage: no checksum unless one is asked for.
    pub(crate) fn signer(&self, secret: &str) -> Client {
        let config = client_config(self.addr, secret, REGION)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired);
        Client::from_conf(config.build())
    }

    pub(crate) async fn put(&self, key: &str, body: &[u8]) -> String {
        let put = self.client.put_object().bucket(BUCKET).key(key).body(body.to_vec().into());
        put.send().await.unwrap().version_id.unwrap()
    }

    pub(crate) async fn get(&self, key: &str) -> Option<Vec<u8>> {
        match self.client.get_object().bucket(BUCKET).key(key).send().await {
            Ok(output) => Some(output.body.collect().await.unwrap().to_vec()),
            Err(error) => {
                assert_eq!(code(&error), "NoSuchKey");
                None
            }
        }
    }

    pub(crate) async fn raw(
        &self,
        method: &str,
        target: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Answer {
        raw(self.addr, method, target, headers, body).await
    }

    /// Sends a presigned request as an ordinary client would.
    pub(crate) async fn send(&self, signed: &PresignedRequest, body: &[u8]) -> Answer {
        let target = target(signed);
        self.raw(signed.method(), &target, &headers(signed), body).await
    }

    /// Nothing is left of uploads that didn't become visible.
    pub(crate) fn assert_staging_is_empty(&self) {
        let left = std::fs::read_dir(self.path("staging")).unwrap().count();
        assert_eq!(left, 0, "staging files left behind");
    }
}

pub(crate) fn target(signed: &PresignedRequest) -> String {
    let uri: http::Uri = signed.uri().parse().unwrap();
    uri.path_and_query().unwrap().to_string()
}

pub(crate) fn headers(signed: &PresignedRequest) -> Vec<(String, String)> {
    signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

pub(crate) fn minutes(minutes: u64) -> PresigningConfig {
    PresigningConfig::expires_in(Duration::from_mins(minutes)).unwrap()
}

/// The code of an error that the service answered.
pub(crate) fn code<E: ProvideErrorMetadata + std::fmt::Debug, R: std::fmt::Debug>(
    error: &SdkError<E, R>,
) -> String {
    let service = error.as_service_error().unwrap_or_else(|| panic!("not an answer: {error:?}"));
    service.code().unwrap_or_default().to_owned()
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, wanted: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    }

    pub(crate) fn assert(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.body.contains(&format!("<Code>{code}</Code>")), "{self:?}");
    }
}

/// One request on its own connection, with exactly these headers (and host, and content-length
/// unless it is among them).
pub(crate) async fn raw(
    addr: SocketAddr,
    method: &str,
    target: &str,
    headers: &[(String, String)],
    body: &[u8],
) -> Answer {
    let mut lines = vec![format!("{method} {target} HTTP/1.1"), "connection: close".to_owned()];
    lines.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
    let given = |wanted: &str| headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted));
    if !given("host") {
        lines.push(format!("host: {addr}"));
    }
    if !given("content-length") && !given("transfer-encoding") && !body.is_empty() {
        lines.push(format!("content-length: {}", body.len()));
    }
    let head = format!("{}\r\n\r\n", lines.join("\r\n"));

    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    // The server may answer and close before it has read everything.
    let _ = stream.write_all(body).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    parse(&String::from_utf8_lossy(&answer))
}

/// A server that gave up on a request may close without an answer: status 0.
fn parse(text: &str) -> Answer {
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let headers = lines.filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        Some((name.to_ascii_lowercase(), value.to_owned()))
    });
    Answer { status: status.unwrap_or(0), headers: headers.collect(), body: body.to_owned() }
}
