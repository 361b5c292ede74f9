//! A web server whose pages a test sets.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// A page.
#[derive(Clone)]
pub(crate) struct Page {
    /// Its status.
    pub(crate) status: u16,
    /// Its headers, each with its line's end.
    pub(crate) headers: String,
    /// What its body repeats.
    pub(crate) piece: Vec<u8>,
    /// How often.
    pub(crate) times: usize,
    /// Whether it breaks off before the length that it declares.
    pub(crate) breaks_off: bool,
    /// What it waits for.
    pub(crate) gate: Option<Arc<Notify>>,
}

impl Page {
    /// A page of one piece.
    pub(crate) fn new(content_type: &str, body: &[u8]) -> Self {
        let headers = format!("Content-Type: {content_type}\r\n");
        Self { status: 200, headers, piece: body.to_vec(), times: 1, breaks_off: false, gate: None }
    }

    /// A page that is an error.
    pub(crate) fn error(status: u16) -> Self {
        Self { status, ..Self::new("text/html", b"an error") }
    }
}

/// A server on the loopback interface.
pub(crate) struct Web {
    pub(crate) port: u16,
    pages: Arc<Mutex<HashMap<String, Page>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Web {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let web = Self { port, pages: Arc::default(), asked: Arc::default() };
        let (pages, asked) = (Arc::clone(&web.pages), Arc::clone(&web.asked));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let path = path(&mut stream).await;
                asked.lock().expect("a lock").push(path.clone());
                let page = pages.lock().expect("a lock").get(&path).cloned();
                tokio::spawn(serve(stream, page.unwrap_or_else(|| Page::error(404))));
            }
        });
        web
    }

    /// Sets a page.
    pub(crate) fn set(&self, path: &str, page: Page) {
        self.pages.lock().expect("a lock").insert(path.to_owned(), page);
    }

    /// The URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }

    /// The paths that were asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("a lock").clone()
    }
}

async fn path(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    let head = String::from_utf8(head).expect("a head");
    head.split(' ').nth(1).unwrap_or_default().to_owned()
}

async fn serve(mut stream: TcpStream, page: Page) {
    if let Some(gate) = &page.gate {
        gate.notified().await;
    }
    let length = page.piece.len() * page.times + usize::from(page.breaks_off);
    let head = format!("HTTP/1.1 {} X\r\nContent-Length: {length}\r\n{}\r\n", page.status, page.headers);
    // Who doesn't want the rest hangs up.
    let mut sent = stream.write_all(head.as_bytes()).await;
    for _ in 0..page.times {
        if sent.is_err() {
            break;
        }
        sent = stream.write_all(&page.piece).await;
    }
}
