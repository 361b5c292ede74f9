//! A web server whose pages a test decides on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Request, Response, StatusCode};
use http_body_util::Full;

use crate::server::Server;

/// A page: its content type and its body.
type Page = (&'static str, Vec<u8>);

/// A server on a free port of the loopback address.
#[derive(Debug)]
pub struct Web {
    server: Server,
    asked: Arc<AtomicUsize>,
}

impl Web {
    /// Starts one with these pages, by their paths; any other is a 404.
    pub async fn start(page: impl Fn(&str) -> Option<Page> + Send + Sync + 'static) -> Self {
        let (page, asked) = (Arc::new(page), Arc::new(AtomicUsize::new(0)));
        let counted = Arc::clone(&asked);
        let server = Server::start(0, move |request: Request<Bytes>| {
            let (page, counted) = (Arc::clone(&page), Arc::clone(&counted));
            async move {
                counted.fetch_add(1, Ordering::Relaxed);
                Some(answer(page(request.uri().path())))
            }
        });
        Self { server: server.await, asked }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.server.address().port()
    }

    /// How many requests there have been.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

fn answer(page: Option<Page>) -> Response<Full<Bytes>> {
    let Some((content_type, body)) = page else {
        let mut missing = Response::new(Full::default());
        *missing.status_mut() = StatusCode::NOT_FOUND;
        return missing;
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    response.headers_mut().insert(CONTENT_TYPE, content_type.parse().expect("a content type"));
    response
}
