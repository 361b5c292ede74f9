//! The bytes of a file as a response body.

use bytes::Bytes;
use futures::TryStreamExt as _;
use futures::stream::try_unfold;
use http_body_util::StreamBody;
use hyper::body::Frame;
use s3s::Body;
use s3s::dto::StreamingBlob;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;

const CHUNK: u64 = 256 * 1024;

/// Streams a span of a file, read chunk by chunk on blocking threads.
pub(crate) fn file_stream(file: File, span: Range<u64>) -> StreamingBlob {
    let chunks = try_unfold((file, span), |(mut file, span)| async move {
        if span.is_empty() {
            return Ok(None);
        }
        let step = tokio::task::spawn_blocking(move || {
            let end = span.end.min(span.start + CHUNK);
            let bytes = read_exact(&mut file, span.start..end)?;
            io::Result::Ok(Some((bytes, (file, end..span.end))))
        });
        step.await.map_err(io::Error::other)?
    });
    StreamingBlob::from(Body::http_body_unsync(StreamBody::new(chunks.map_ok(Frame::data))))
}

/// A file shorter than its record says ends the connection, rather than the body early.
fn read_exact(file: &mut File, span: Range<u64>) -> io::Result<Bytes> {
    let length = usize::try_from(span.end - span.start).map_err(io::Error::other)?;
    let mut buffer = vec![0; length];
    file.seek(SeekFrom::Start(span.start))?;
    file.read_exact(&mut buffer)?;
    Ok(buffer.into())
}
