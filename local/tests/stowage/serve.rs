//! `stowage serve`: how it starts and ends.

use std::io::Write as _;
use std::net::TcpStream;

use crate::support::{Server, run};

#[tokio::test]
async fn the_ready_file_says_where_everything_is_and_ctrl_c_ends_it() {
    let server = Server::ephemeral();
    let info = &server.info;
    for url in [&info.api, &info.s3, &info.dynamodb] {
        assert!(url.starts_with("http://127.0.0.1:") && !url.ends_with(":0"), "{url}");
    }
    assert!(info.key.starts_with("sk_"));
    assert!(info.namespace.starts_with("ns_"));

    let health = server.client().get("/v1/health").await.ok();
    assert_eq!(health["status"], "ok");
    let namespace = server.client().get("/v1/namespaces/default").await.ok();
    assert_eq!(namespace["namespace_id"], info.namespace.as_str());
    server.stop();
}

#[tokio::test]
async fn what_it_prints_has_the_addresses_and_the_walk_through() {
    let mut server = Server::ephemeral();
    let info = server.info.clone();
    // The end comes after everything was printed; SIGTERM is as orderly as Ctrl-C.
    assert_eq!(server.end("TERM").code(), Some(0));
    let (stdout, _) = server.said();
    for part in [&info.api, &info.s3, &info.dynamodb, &info.key, &info.namespace] {
        assert!(stdout.contains(part.as_str()), "{part} isn't in {stdout}");
    }
    assert!(stdout.contains("\nTry it in another terminal:\n\n  API="), "{stdout}");
    assert!(stdout.lines().all(|line| line.len() <= 110), "{stdout}");
}

#[tokio::test]
async fn a_second_ctrl_c_does_not_wait_for_open_requests() {
    let mut server = Server::ephemeral();
    let address = server.info.api.trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(address).expect("a connection");
    // A request whose body never ends.
    stream
        .write_all(b"POST /v1/buckets HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        .expect("a request");
    // Behind it in the queue of connections: with this answered, it has been accepted.
    server.client().get("/v1/health").await.ok();
    server.signal("INT");
    server.wait_for("finishing the requests in flight");
    assert_eq!(server.end("INT").code(), Some(1));
    assert!(server.said().1.ends_with("stowage: ended before the requests in flight were finished\n"));
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_the_ready_file_and_the_data() {
    use std::os::unix::fs::PermissionsExt as _;
    let parent = tempfile::tempdir().expect("a directory");
    let data = parent.path().join("data");
    let server = Server::on(&data);
    let mode = |path: &std::path::Path| {
        path.metadata().unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode()
    };
    assert_eq!(mode(&data) & 0o077, 0);
    for name in ["identity.json", "stack.json"] {
        assert_eq!(mode(&data.join(name)) & 0o077, 0, "{name}");
    }
    server.stop();
    assert!(!data.join("stack.json").exists(), "a stopped stack is nowhere");
}

#[test]
fn help_and_version() {
    let help = run(&["--help"]);
    for word in ["serve", "demo", "keys", "--ephemeral", "--ready-file"] {
        assert!(help.output().contains(word), "{word}");
    }
    assert_eq!(run(&["--version"]).output().trim(), concat!("stowage ", env!("CARGO_PKG_VERSION")));
}
