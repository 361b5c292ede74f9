//! SIGKILL in the middle of work. A child process, which is this test binary again, serves; the
//! parent loads it, kills it, and opens what it left.

use crate::harness::{BUCKET, REGION, SECRET_KEY, Server, client, config};
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use stowage_local_s3::Engine;
use tempfile::TempDir;
use tokio::net::TcpListener;

const CHILD: &str = "STOWAGE_S3_TEST_CHILD";

/// Serves, if this process is the child. Otherwise it is a test that does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    #[expect(clippy::disallowed_methods, reason = "how the parent tells the child that it is one")]
    let Some(root) = std::env::var_os(CHILD) else { return };
    let root = PathBuf::from(root);
    let engine = Engine::open(config(&root)).unwrap();
    engine.create_bucket(BUCKET).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let announced = root.join("addr.new");
    std::fs::write(&announced, listener.local_addr().unwrap().to_string()).unwrap();
    std::fs::rename(announced, root.join("addr")).unwrap();
    engine.serve(listener, std::future::pending()).await.unwrap();
}

/// Kills the child even if the test fails.
struct Killed(Child);

impl Killed {
    fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        self.kill();
    }
}

async fn spawn(root: &Path) -> (Killed, Client) {
    let _ = std::fs::remove_file(root.join("addr"));
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::child"])
        .env(CHILD, root)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let child = Killed(child);
    loop {
        if let Ok(addr) = std::fs::read_to_string(root.join("addr")) {
            return (child, client(addr.parse().unwrap(), SECRET_KEY, REGION));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Bytes that tell which write they belong to and whether they are whole.
fn body(writer: usize, round: usize) -> Vec<u8> {
    let size = [10, 70_000, 700_000][(writer + round) % 3];
    format!("{writer}/{round};").into_bytes().into_iter().cycle().take(size).collect()
}

/// Writes to keys of its own and to one that all share; returns the acknowledged writes as (key,
/// version, writer, round), once the server is gone.
async fn write(client: Client, writer: usize) -> Vec<(String, String, usize, usize)> {
    let mut acknowledged = Vec::new();
    for round in 0.. {
        let key = if round % 4 == 0 { "shared".to_owned() } else { format!("{writer}/{round}") };
        let put = client.put_object().bucket(BUCKET).key(&key).body(body(writer, round).into());
        match put.send().await {
            Ok(output) => acknowledged.push((key, output.version_id.unwrap(), writer, round)),
            Err(_) => break,
        }
    }
    acknowledged
}

/// Starts an upload of one part, which must outlive the server as well.
async fn begin_upload(client: &Client) -> (String, CompletedPart) {
    let upload = client.create_multipart_upload().bucket(BUCKET).key("parts").send().await.unwrap();
    let upload = upload.upload_id.unwrap();
    let part = client.upload_part().bucket(BUCKET).key("parts").upload_id(&upload).part_number(1);
    let part = part.body(b"part".to_vec().into()).send().await.unwrap();
    let part = CompletedPart::builder()
        .part_number(1)
        .e_tag(part.e_tag.unwrap())
        .set_checksum_crc32(part.checksum_crc32);
    (upload, part.build())
}

async fn get(server: &Server, key: &str, version: &str) -> Vec<u8> {
    let got = server.client.get_object().bucket(BUCKET).key(key).version_id(version).send().await.unwrap();
    got.body.collect().await.unwrap().to_vec()
}

/// Every version that can be seen is one whole write. Returns how many there are.
async fn check_all_versions(server: &Server) -> usize {
    let (mut key, mut version) = (None, None);
    let mut seen = 0;
    loop {
        let list = server.client.list_object_versions().bucket(BUCKET);
        let page = list.set_key_marker(key).set_version_id_marker(version).send().await.unwrap();
        for version in page.versions() {
            let (key, id) = (version.key().unwrap(), version.version_id().unwrap());
            let bytes = get(server, key, id).await;
            let start: String =
                bytes.iter().take_while(|byte| **byte != b';').copied().map(char::from).collect();
            let (writer, round) = start.split_once('/').unwrap();
            assert!(bytes == body(writer.parse().unwrap(), round.parse().unwrap()), "{key} is torn");
            seen += 1;
        }
        (key, version) = (page.next_key_marker, page.next_version_id_marker);
        if key.is_none() {
            return seen;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_writes_survive_and_nothing_torn_is_seen() {
    let dir = TempDir::new().unwrap();
    let mut acknowledged = Vec::new();
    let mut upload = None;
    for round in 0..3 {
        let (mut child, client) = spawn(dir.path()).await;
        if upload.is_none() {
            upload = Some(begin_upload(&client).await);
        }
        let writers: Vec<_> =
            (0..8).map(|writer| tokio::spawn(write(client.clone(), round * 8 + writer))).collect();
        // However long this is, the kill comes amid the writers' work: they stop for nothing else.
        tokio::time::sleep(Duration::from_millis(400)).await;
        child.kill();
        for writer in writers {
            acknowledged.extend(writer.await.unwrap());
        }
    }
    assert!(!acknowledged.is_empty(), "the child never answered");

    let server = Server::on(dir).await;
    server.assert_staging_is_empty();
    for (key, version, writer, round) in &acknowledged {
        assert!(get(&server, key, version).await == body(*writer, *round), "{key} was lost");
    }
    let seen = check_all_versions(&server).await;
    assert!(seen >= acknowledged.len());

    let (upload, part) = upload.unwrap();
    let list = CompletedMultipartUpload::builder().parts(part).build();
    let complete = server.client.complete_multipart_upload().bucket(BUCKET).key("parts").upload_id(upload);
    complete.multipart_upload(list).send().await.unwrap();
    assert_eq!(server.get("parts").await.unwrap(), b"part");
}

#[tokio::test]
async fn a_damaged_file_is_not_served() {
    let server = Server::start().await;
    server.put("a", b"good").await;
    server.put("b", b"bad").await;
    let objects = server.path("buckets/bucket/objects");
    let dir = server.stop().await;
    let newest = std::fs::read_dir(objects).unwrap().map(|entry| entry.unwrap().path()).max().unwrap();
    let bytes = std::fs::read(&newest).unwrap();
    std::fs::write(&newest, &bytes[..bytes.len() - 1]).unwrap();
    let server = Server::on(dir).await;
    assert_eq!(server.get("b").await, None);
    assert_eq!(server.get("a").await.unwrap(), b"good");
    server.put("c", b"still works").await;
}
