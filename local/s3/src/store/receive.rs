//! Receiving a request body: to a staging file, hashed on the way, and compared with every promise
//! that the request made about it.

use super::files::{StagedFile, Staging};
use crate::checksums::{self, Algorithm, Digested, Digests};
use crate::error::{blocking, body_error, incomplete_body, internal};
use bytes::Bytes;
use futures::StreamExt as _;
use s3s::dto::StreamingBlob;
use s3s::{S3Result, TrailingHeaders, s3_error};
use std::io::Write as _;
use std::mem;

/// Bytes that are collected before they are handed to a blocking thread.
const BATCH: usize = 512 * 1024;

/// S3's limit for one PUT or one part.
const MAX_BODY: u64 = 5 * 1024 * 1024 * 1024;

/// What a request says about its body.
pub(crate) struct Promises {
    /// Bytes to come; after decoding, if the body is aws-chunked.
    pub(crate) length: u64,
    pub(crate) md5: Option<Vec<u8>>,
    pub(crate) checksum: Option<(Algorithm, String)>,
    /// A checksum that follows the body.
    pub(crate) trailer: Option<(Algorithm, TrailingHeaders)>,
}

impl Promises {
    /// Collects the promises from a request's fields and headers.
    pub(crate) fn new(
        content_length: Option<i64>,
        content_md5: Option<&str>,
        checksums: [Option<String>; 5],
        headers: &http::HeaderMap,
        trailers: Option<TrailingHeaders>,
    ) -> S3Result<Self> {
        let length = content_length.and_then(|length| u64::try_from(length).ok()).ok_or_else(|| {
            s3_error!(MissingContentLength, "You must provide the Content-Length HTTP header.")
        })?;
        if length > MAX_BODY {
            return Err(s3_error!(EntityTooLarge, "Your proposed upload exceeds the maximum allowed size"));
        }
        let checksum = checksums::single(checksums)?;
        let announced =
            headers.get("x-amz-trailer").and_then(|value| value.to_str().ok()).and_then(|names| {
                Algorithm::ALL.into_iter().find(|algorithm| {
                    names.split(',').any(|name| name.trim().eq_ignore_ascii_case(algorithm.header()))
                })
            });
        if checksum.is_some() && announced.is_some() {
            return Err(s3_error!(InvalidRequest, "Expecting a single x-amz-checksum- header"));
        }
        if announced.is_some() && trailers.is_none() {
            return Err(s3_error!(InvalidRequest, "x-amz-trailer needs a streaming payload"));
        }
        Ok(Self {
            length,
            md5: content_md5.map(checksums::decode_md5).transpose()?,
            checksum,
            trailer: announced.zip(trailers),
        })
    }

    /// The algorithm of the promised checksum.
    pub(crate) fn algorithm(&self) -> Option<Algorithm> {
        let header = self.checksum.as_ref().map(|(algorithm, _)| *algorithm);
        header.or(self.trailer.as_ref().map(|(algorithm, _)| *algorithm))
    }

    fn check(&self, length: u64, digested: &Digested) -> S3Result<()> {
        if length != self.length {
            return Err(incomplete_body());
        }
        if self.md5.as_ref().is_some_and(|md5| md5[..] != digested.md5) {
            return Err(checksums::bad_digest("Content-MD5"));
        }
        let promised = match (&self.checksum, &self.trailer) {
            (Some(checksum), _) => Some(checksum.clone()),
            (None, Some((algorithm, trailers))) => Some((*algorithm, trailing_value(*algorithm, trailers)?)),
            (None, None) => None,
        };
        if let Some((algorithm, value)) = promised
            && digested.value(algorithm) != Some(value.as_str())
        {
            return Err(checksums::bad_digest(algorithm.name()));
        }
        Ok(())
    }
}

/// A trailer that was announced and didn't come means that the end of the body is missing.
fn trailing_value(algorithm: Algorithm, trailers: &TrailingHeaders) -> S3Result<String> {
    let value = trailers
        .read(|headers| {
            let value = headers.get(algorithm.header())?;
            value.to_str().ok().map(str::to_owned)
        })
        .flatten()
        .ok_or_else(incomplete_body)?;
    checksums::check_shape(algorithm, &value)?;
    Ok(value)
}

/// A received and verified body, not yet visible.
pub(crate) struct Received {
    pub(crate) file: StagedFile,
    pub(crate) size: u64,
    pub(crate) digested: Digested,
}

/// The file and the running digests, moved to a blocking thread and back for each batch.
struct Sink {
    file: StagedFile,
    digests: Digests,
    size: u64,
}

impl Sink {
    fn write(&mut self, batch: &[Bytes]) -> S3Result<()> {
        for chunk in batch {
            self.digests.update(chunk);
            self.size += chunk.len() as u64;
            self.file.file.write_all(chunk).map_err(internal)?;
        }
        Ok(())
    }
}

/// Streams a body to a staging file and checks it; memory holds one batch.
pub(crate) async fn receive(
    staging: &Staging,
    body: Option<StreamingBlob>,
    promises: Promises,
    algorithms: Vec<Algorithm>,
) -> S3Result<Received> {
    let staging = staging.clone();
    let mut sink =
        blocking(move || Ok(Sink { file: staging.file()?, digests: Digests::new(&algorithms), size: 0 }))
            .await?;

    let mut batch: Vec<Bytes> = Vec::new();
    let mut batched = 0;
    let mut seen = 0;
    if let Some(mut body) = body {
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|error| body_error(&error))?;
            seen += chunk.len() as u64;
            if seen > promises.length {
                return Err(incomplete_body());
            }
            batched += chunk.len();
            batch.push(chunk);
            if batched >= BATCH {
                let full = mem::take(&mut batch);
                batched = 0;
                sink = blocking(move || sink.write(&full).map(|()| sink)).await?;
            }
        }
    }

    blocking(move || {
        sink.write(&batch)?;
        let digested = sink.digests.finish();
        promises.check(sink.size, &digested)?;
        Ok(Received { file: sink.file, size: sink.size, digested })
    })
    .await
}
