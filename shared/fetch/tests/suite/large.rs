//! Bodies larger than a function's memory.

use stowage_fetch::MAX_CHUNK_BYTES;
use tokio::io::AsyncWriteExt as _;

use crate::world::{Http, World};

const PIECE: usize = 1024 * 1024;
const PIECES: usize = 400;

/// Peak memory of the process in bytes, as Linux has it.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}

#[tokio::test]
async fn a_large_body_passes_in_small_chunks() {
    let server = Http::start(|head, mut stream| async move {
        let length = (PIECE * PIECES).to_string();
        let framing = if head.starts_with("GET /declared") { length } else { String::new() };
        let head = match framing.as_str() {
            "" => "HTTP/1.1 200 OK\r\n\r\n".to_owned(),
            length => format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"),
        };
        stream.write_all(head.as_bytes()).await.unwrap();
        let piece = vec![b'x'; PIECE];
        for _ in 0..PIECES {
            stream.write_all(&piece).await.unwrap();
        }
    })
    .await;
    let fetcher = World::around(&server).await.fetcher();
    let before = peak();
    for path in ["declared", "undeclared"] {
        let mut source = fetcher.open(&format!("http://files.example.org/{path}")).await.unwrap();
        let (mut read, mut largest) = (0, 0);
        while let Some(chunk) = source.next_chunk().await.unwrap() {
            read += chunk.len();
            largest = largest.max(chunk.len());
        }
        assert_eq!(read, PIECE * PIECES);
        assert!(largest <= MAX_CHUNK_BYTES, "{largest}");
    }
    let grown = peak() - before;
    assert!(grown < PIECE * PIECES / 8, "{grown}");
}
