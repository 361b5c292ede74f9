//! An HTTP server whose answers a test writes byte by byte.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A server on the loopback interface.
pub(crate) struct Http {
    pub(crate) address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Http {
    /// A server that hands each connection to the test, with the head of its request. It ends with the
    /// test's runtime.
    pub(crate) async fn start<F, W>(serve: F) -> Self
    where
        F: Fn(String, TcpStream) -> W + Clone + Send + Sync + 'static,
        W: Future<Output = ()> + Send,
    {
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let noted = Arc::clone(&heads);
        let address = accept(move |mut stream: TcpStream| {
            let (serve, noted) = (serve.clone(), Arc::clone(&noted));
            async move {
                let head = head(&mut stream).await;
                noted.lock().unwrap().push(head.clone());
                serve(head, stream).await;
            }
        })
        .await;
        Self { address, heads }
    }

    /// A server that gives an answer for each path.
    pub(crate) async fn answering<F>(answer: F) -> Self
    where
        F: Fn(&str) -> Vec<u8> + Clone + Send + Sync + 'static,
    {
        Self::start(move |head, mut stream| {
            let answer = answer(head.split(' ').nth(1).unwrap_or_default());
            async move {
                // The client may have hung up: some answers are larger than it takes.
                let _ = stream.write_all(&answer).await;
            }
        })
        .await
    }

    /// A server of connections.
    pub(crate) async fn raw<F, W>(serve: F) -> Self
    where
        F: Fn(TcpStream) -> W + Clone + Send + Sync + 'static,
        W: Future<Output = ()> + Send,
    {
        Self { address: accept(serve).await, heads: Arc::default() }
    }

    /// The heads of the requests so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

async fn accept<F, W>(serve: F) -> SocketAddr
where
    F: Fn(TcpStream) -> W + Clone + Send + Sync + 'static,
    W: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let serve = serve.clone();
            tokio::spawn(async move { serve(stream).await });
        }
    });
    address
}

/// A request up to its empty line.
pub(crate) async fn head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}

/// A whole answer: status, more headers, body.
pub(crate) fn reply(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        answer.extend([name, ": ", value, "\r\n"]);
    }
    answer.push_str("\r\n");
    let mut answer = answer.into_bytes();
    answer.extend_from_slice(body);
    answer
}
