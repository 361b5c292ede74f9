//! Serving HTTP/1.1, and stopping without cutting requests off.

use crate::cors;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use s3s::service::S3Service;
use std::convert::Infallible;
use std::io;
use std::pin::{Pin, pin};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long requests in flight may take after the shutdown signal.
const GRACE: Duration = Duration::from_secs(10);

/// A pause after a failed accept, which is mostly for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `shutdown` completes, then until the requests in flight are answered or the time
/// for that is over. No task outlives this function.
pub(crate) async fn serve(
    service: S3Service,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let (stopping, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown: Pin<&mut _> = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(service.clone(), stream, stopped.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "could not accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    stopping.send_replace(true);
    let finished = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, finished).await.is_err() {
        tracing::warn!("cutting off requests that outlasted the shutdown");
        connections.shutdown().await;
    }
    Ok(())
}

async fn connection(service: S3Service, stream: TcpStream, mut stopped: watch::Receiver<bool>) {
    // Answers are written whole; waiting to fill packets only delays them.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let service = service.clone();
        async move { Ok::<_, Infallible>(cors::call(&service, request).await) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new());
    // A client that ends its side early still hears what is wrong with what it sent.
    http.half_close(true);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    // An error here is the client's going away, which needs no word.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopped.wait_for(|stopped| *stopped) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
