//! What can't start says why, in one line.

use std::fs;
use std::net::TcpListener;

use crate::support::{Server, run, text};

#[test]
fn a_taken_port() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let ended = run(&["--ephemeral", "--port", &port.to_string()]);
    let expected =
        format!("port {port} on 127.0.0.1 is taken; choose another with --port, or free ones with --port 0");
    assert_eq!(ended.complaint(), expected);
    assert_eq!(ended.stdout, "");
}

#[test]
fn a_data_directory_that_cannot_be() {
    let parent = tempfile::tempdir().expect("a directory");
    let file = parent.path().join("file");
    fs::write(&file, "in the way").expect("a file");
    // Below a file nobody can make a directory, not even root.
    let below = file.join("data");
    for path in [&file, &below] {
        let ended = run(&["--port", "0", "--data-dir", text(path)]);
        assert!(ended.complaint().starts_with(&format!("cannot use {}: ", path.display())), "{ended:?}");
        assert_eq!(ended.stdout, "");
    }
    assert_eq!(fs::read_to_string(&file).expect("the file"), "in the way");
}

#[test]
fn a_second_process_on_the_same_data() {
    let data = tempfile::tempdir().expect("a directory");
    let server = Server::on(data.path());
    let ended = run(&["--port", "0", "--data-dir", text(data.path())]);
    let expected = format!(
        "{} is in use by another stowage; stop it, or choose another with --data-dir",
        data.path().display()
    );
    assert_eq!(ended.complaint(), expected);
    // The refused one has taken nothing away from the running one.
    assert!(data.path().join("stack.json").is_file());
    server.stop();
}

#[test]
fn a_ready_file_that_cannot_be_written() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("missing").join("ready.json");
    let ended = run(&["--ephemeral", "--port", "0", "--ready-file", text(&path)]);
    assert!(ended.complaint().starts_with(&format!("cannot write {}: ", path.display())), "{ended:?}");
}

#[test]
fn data_that_is_not_a_stacks() {
    let data = tempfile::tempdir().expect("a directory");
    fs::write(data.path().join("identity.json"), "{}").expect("a file");
    let ended = run(&["--port", "0", "--data-dir", text(data.path())]);
    assert!(ended.complaint().contains("identity.json cannot be read: "), "{ended:?}");
}
