//! Refusals that S3 makes after a signature has been found good, and that s3s leaves to us.

use http::HeaderMap;
use s3s::access::{S3Access, S3AccessContext};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

/// A presigned URL lives for a week at most.
const MAX_EXPIRES: u64 = 7 * 24 * 60 * 60;

/// Headers that may be added without being signed: the first is compared with the body wherever it
/// appears, so it can only narrow what a signature allows; the second only names the client.
const MAY_BE_UNSIGNED: [&str; 2] = ["x-amz-content-sha256", "x-amz-user-agent"];

/// Parameters of a presigned URL that belong to the signature, or change nothing that is stored. On
/// S3 any other `x-amz-` parameter counts as a header; s3s doesn't read it, and to store an object
/// without the checksum that its URL demands would be worse than refusing.
const PARAMETERS: [&str; 11] = [
    "x-amz-algorithm",
    "x-amz-checksum-mode",
    "x-amz-content-sha256",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-signedheaders",
    "x-amz-user-agent",
];

/// Checks each request whose signature s3s has verified.
#[derive(Debug)]
pub(crate) struct Access {
    pub(crate) region: String,
}

/// What a signature covers, from the query of a presigned URL or from the `Authorization` header.
struct Signature {
    region: Option<String>,
    headers: Vec<String>,
    expires: Option<u64>,
    /// A parameter that stands for a header.
    hoisted: Option<String>,
}

#[async_trait::async_trait]
impl S3Access for Access {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        if context.credentials().is_none() {
            return Err(s3_error!(AccessDenied, "Access Denied"));
        }
        // A form's signature covers a policy, not headers; nothing here needs forms.
        if context.s3_op().name() == "PostObject" {
            return Err(s3_error!(NotImplemented, "Form uploads are not implemented"));
        }
        // s3s also takes the older signatures, which don't cover the headers.
        let signature = signature(context.uri().query(), context.headers()).ok_or_else(|| {
            s3_error!(
                InvalidRequest,
                "The authorization mechanism you have provided is not supported. Please use \
                 AWS4-HMAC-SHA256."
            )
        })?;
        self.check_signature(&signature, context.headers())
    }
}

impl Access {
    fn check_signature(&self, signature: &Signature, headers: &HeaderMap) -> S3Result<()> {
        if signature.region.as_deref() != Some(self.region.as_str()) {
            return Err(s3_error!(
                AuthorizationHeaderMalformed,
                "The authorization header is malformed; the region is wrong; expecting '{}'",
                self.region
            ));
        }
        if signature.expires.is_some_and(|time| time > MAX_EXPIRES) {
            return Err(s3_error!(
                AuthorizationQueryParametersError,
                "X-Amz-Expires must be less than a week (in seconds)"
            ));
        }
        let signed = |name: &str| signature.headers.iter().any(|header| header == name);
        let unsigned = headers
            .keys()
            .map(http::HeaderName::as_str)
            .find(|name| name.starts_with("x-amz-") && !MAY_BE_UNSIGNED.contains(name) && !signed(name));
        if let Some(name) = &signature.hoisted {
            return Err(s3_error!(NotImplemented, "The header {name} can't be sent as a parameter"));
        }
        if unsigned.is_some() || !signed("host") {
            return Err(S3Error::with_message(
                S3ErrorCode::AccessDenied,
                "There were headers present in the request which were not signed",
            ));
        }
        Ok(())
    }
}

fn signature(query: Option<&str>, headers: &HeaderMap) -> Option<Signature> {
    let parameter = |wanted: &str| {
        query?.split('&').find_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let value = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
            (name == wanted).then(|| value.into_owned())
        })
    };
    // s3s looks at the same places in the same order, the older query signature first.
    if parameter("Signature").is_some() {
        return None;
    }
    if parameter("X-Amz-Signature").is_some() {
        return Some(Signature {
            region: region(&parameter("X-Amz-Credential")?),
            headers: names(&parameter("X-Amz-SignedHeaders")?),
            expires: parameter("X-Amz-Expires")?.parse().ok(),
            hoisted: hoisted(query?),
        });
    }
    let authorization = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?;
    let fields = authorization.strip_prefix("AWS4-HMAC-SHA256")?;
    let field = |wanted: &str| fields.split(',').find_map(|field| field.trim().strip_prefix(wanted));
    Some(Signature {
        region: region(field("Credential=")?),
        headers: names(field("SignedHeaders=")?),
        expires: None,
        hoisted: None,
    })
}

fn hoisted(query: &str) -> Option<String> {
    let mut names = query.split('&').map(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        percent_encoding::percent_decode_str(name).decode_utf8_lossy().to_ascii_lowercase()
    });
    names.find(|name| name.starts_with("x-amz-") && !PARAMETERS.contains(&name.as_str()))
}

/// The third part of `key/date/region/service/aws4_request`, counted from the end because a key may
/// contain slashes.
fn region(credential: &str) -> Option<String> {
    credential.rsplit('/').nth(2).map(str::to_owned)
}

fn names(list: &str) -> Vec<String> {
    list.split(';').map(str::to_ascii_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    const PRESIGNED: &str = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2F20260101%2Fus-east-1\
                             %2Fs3%2Faws4_request&X-Amz-Date=20260101T000000Z&X-Amz-Expires=60\
                             &X-Amz-SignedHeaders=content-length%3Bhost&X-Amz-Signature=0&x-id=PutObject";

    fn check(query: &str, headers: &[(&'static str, &'static str)]) -> Result<(), String> {
        let access = Access { region: "us-east-1".to_owned() };
        let headers = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_static(value)));
        let headers: HeaderMap = headers.collect();
        let signature = signature(Some(query), &headers).ok_or("unknown")?;
        access.check_signature(&signature, &headers).map_err(|error| error.code().as_str().to_owned())
    }

    #[test]
    fn a_presigned_url_is_taken_as_signed() {
        assert_eq!(check(PRESIGNED, &[("content-type", "text/plain")]), Ok(()));
        assert_eq!(check(PRESIGNED, &[("x-amz-content-sha256", "0")]), Ok(()));
        let refused = |query: &str, expected: &str| assert_eq!(check(query, &[]), Err(expected.to_owned()));
        refused(&PRESIGNED.replace("us-east-1", "eu-west-1"), "AuthorizationHeaderMalformed");
        refused(&PRESIGNED.replace("=60", "=604801"), "AuthorizationQueryParametersError");
        refused(&PRESIGNED.replace("%3Bhost", ""), "AccessDenied");
        refused(&format!("{PRESIGNED}&X-Amz-Checksum-Sha256=0"), "NotImplemented");
        refused(&format!("{PRESIGNED}&x-amz-%6deta-a=0"), "NotImplemented");
        refused(&format!("{PRESIGNED}&Signature=0"), "unknown");
        refused("", "unknown");
    }

    #[test]
    fn added_headers_are_refused() {
        let denied = Err("AccessDenied".to_owned());
        assert_eq!(check(PRESIGNED, &[("x-amz-acl", "public-read")]), denied);
        let header = "AWS4-HMAC-SHA256 Credential=a/b/20260101/us-east-1/s3/aws4_request, \
                      SignedHeaders=host;x-amz-date, Signature=0";
        let signed = [("authorization", header), ("x-amz-date", "20260101T000000Z")];
        assert_eq!(check("", &signed), Ok(()));
        let added = [signed[0], signed[1], ("x-amz-meta-a", "b")];
        assert_eq!(check("", &added), denied);
    }
}
