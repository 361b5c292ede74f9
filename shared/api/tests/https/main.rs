//! The HTTPS client, below a DynamoDB client and before servers that are good, bad or gone.

mod server;

use std::error::Error;
use std::io;

use aws_sdk_dynamodb::error::SdkError;
use aws_smithy_runtime_api::client::result::{ConnectorError, DispatchFailure};
use aws_smithy_types::retry::ErrorKind;
use stowage_api::aws::{Aws, Credentials, Endpoints, Roots};

use self::server::{Answer, Server, authority};

/// One call, without retries; what became of it.
async fn call(client: &aws_sdk_dynamodb::Client) -> Result<(), Option<DispatchFailure>> {
    match client.list_tables().send().await {
        Ok(_) => Ok(()),
        Err(SdkError::DispatchFailure(failure)) => Err(Some(failure)),
        Err(_) => Err(None),
    }
}

fn client(url: &str, roots: Roots) -> aws_sdk_dynamodb::Client {
    let credentials = Credentials {
        access_key_id: "AKIA".to_owned(),
        secret_access_key: "secret".to_owned(),
        session_token: None,
    };
    let endpoints = Endpoints { dynamodb: Some(url.to_owned()), ..Endpoints::default() };
    Aws::new("us-east-1", &credentials, endpoints, roots).dynamodb()
}

async fn failure(url: &str) -> DispatchFailure {
    call(&client(url, Roots::Amazon)).await.expect_err("it can't succeed").expect("the connector's error")
}

fn has_io_error(error: &ConnectorError, kind: io::ErrorKind) -> bool {
    std::iter::successors(error.source(), |&error| error.source())
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .any(|error| error.kind() == kind)
}

#[tokio::test]
async fn a_connection_is_kept() {
    let server = Server::plain(Answer::Good).await;
    let client = client(server.url(), Roots::Amazon);
    for _ in 0..3 {
        call(&client).await.expect("an answer");
    }
    assert_eq!(server.connections(), 1);
}

/// As a sandbox finds it that was frozen for long.
#[tokio::test]
async fn a_kept_connection_that_was_closed_meanwhile_is_replaced() {
    let server = Server::plain(Answer::GoodThenClose).await;
    let client = client(server.url(), Roots::Amazon);
    for _ in 0..3 {
        call(&client).await.expect("an answer");
        server.closed().await;
    }
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn a_connection_that_brought_a_servers_error_is_given_up() {
    let server = Server::plain(Answer::Broken).await;
    let client = client(server.url(), Roots::Amazon);
    for _ in 0..2 {
        assert!(matches!(call(&client).await, Err(None)), "DynamoDB's own error");
    }
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn tls_is_spoken_with_whom_the_roots_vouch_for() {
    let (root, tls) = authority();
    let server = Server::tls(Answer::Good, tls).await;
    let client = client(server.url(), Roots::pem(root).expect("a root certificate"));
    call(&client).await.expect("an answer");
}

#[tokio::test]
async fn tls_is_refused_with_anybody_else() {
    let (_, tls) = authority();
    let server = Server::tls(Answer::Good, tls).await;
    let error = failure(server.url()).await;
    assert!(error.is_io(), "{error:?}");
    assert!(format!("{error:?}").contains("UnknownIssuer"), "{error:?}");
}

/// `stowage_store` takes this for nothing sent.
#[tokio::test]
async fn a_refused_connection_says_so() {
    let error = failure(&Server::gone().await).await;
    assert!(error.is_io(), "{error:?}");
    let connector = error.as_connector_error().expect("the connector's error");
    assert!(has_io_error(connector, io::ErrorKind::ConnectionRefused), "{error:?}");
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_a_timeout() {
    let server = Server::plain(Answer::Silence).await;
    let error = failure(&server.url().replace("http://", "https://")).await;
    assert!(error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn a_cut_answer_is_a_passing_trouble() {
    let error = failure(Server::plain(Answer::Cut).await.url()).await;
    let connector = error.as_connector_error().expect("the connector's error");
    assert_eq!(connector.as_other(), Some(ErrorKind::TransientError), "{error:?}");
}
