//! The layer in front of s3s: browsers' preflights, and headers on every answer.

use crate::ids;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, CONNECTION, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::{Body as _, Incoming};
use s3s::Body;
use s3s::service::S3Service;

const METHODS: &str = "GET, HEAD, PUT, POST, DELETE";

/// A script sees these; S3 needs each named, as `*` doesn't count on requests with credentials.
const EXPOSED: &str = "ETag, x-amz-version-id, x-amz-delete-marker, x-amz-request-id, \
                       x-amz-checksum-crc32, x-amz-checksum-crc32c, x-amz-checksum-crc64nvme, \
                       x-amz-checksum-sha1, x-amz-checksum-sha256, x-amz-checksum-type, \
                       Content-Length, Content-Range, Content-Disposition, Last-Modified";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");

/// Answers one request.
pub(crate) async fn call(service: &S3Service, request: Request<Incoming>) -> Response<Body> {
    let has_body = !request.body().is_end_stream();
    let mut response = if is_preflight(&request) {
        preflight(request.headers())
    } else {
        // The error is of building a response, and s3s has logged it.
        let answer = service.call(request.map(Body::from)).await;
        answer.unwrap_or_else(|_| empty(StatusCode::INTERNAL_SERVER_ERROR))
    };
    let refused = response.status().is_client_error() || response.status().is_server_error();
    let headers = response.headers_mut();
    if refused && has_body {
        // The body may not have been read: say, as S3 does, that the connection ends with this answer.
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    if let Ok(id) = ids::random()
        && let Ok(id) = HeaderValue::try_from(id)
    {
        headers.insert(REQUEST_ID, id);
    }
    response
}

fn is_preflight(request: &Request<Incoming>) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(ORIGIN)
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight(request: &HeaderMap) -> Response<Body> {
    let mut response = empty(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    if let Some(wanted) = request.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    headers.insert(VARY, HeaderValue::from_static("Origin, Access-Control-Request-Headers"));
    response
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
