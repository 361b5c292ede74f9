//! Checksums: which one a request carries, computing it while bytes stream past, and comparing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256};
use s3s::dto::ChecksumType;
use s3s::{S3Result, s3_error};
use serde::{Deserialize, Serialize};

/// One of the five algorithms that S3 stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64nvme,
    Sha1,
    Sha256,
}

impl Algorithm {
    pub(crate) const ALL: [Self; 5] = [Self::Crc32, Self::Crc32c, Self::Crc64nvme, Self::Sha1, Self::Sha256];

    /// The name as in `x-amz-checksum-algorithm`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    pub(crate) fn parse(name: &str) -> S3Result<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| s3_error!(InvalidRequest, "Checksum algorithm provided is unsupported"))
    }

    /// The header that carries a value of this algorithm.
    pub(crate) fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
        }
    }

    fn digest_len(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64nvme => 8,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

/// Whether a checksum covers the bytes, or the checksums of the parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Coverage {
    FullObject,
    Composite,
}

impl Coverage {
    pub(crate) fn dto(self) -> ChecksumType {
        ChecksumType::from_static(match self {
            Self::FullObject => ChecksumType::FULL_OBJECT,
            Self::Composite => ChecksumType::COMPOSITE,
        })
    }
}

/// A checksum as S3 shows it: base64, with `-N` behind a composite one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checksum {
    pub(crate) algorithm: Algorithm,
    pub(crate) value: String,
    pub(crate) coverage: Coverage,
}

impl Checksum {
    /// The value if it is of this algorithm: what fills the five fields of an S3 answer.
    pub(crate) fn of(&self, algorithm: Algorithm) -> Option<String> {
        (self.algorithm == algorithm).then(|| self.value.clone())
    }
}

/// Fills the five checksum fields that many S3 answers share.
macro_rules! fill_checksum {
    ($target:expr, $checksum:expr) => {{
        use $crate::checksums::Algorithm;
        let checksum: Option<&$crate::checksums::Checksum> = $checksum;
        let of = |algorithm| checksum.and_then(|found| found.of(algorithm));
        $target.checksum_crc32 = of(Algorithm::Crc32);
        $target.checksum_crc32c = of(Algorithm::Crc32c);
        $target.checksum_crc64nvme = of(Algorithm::Crc64nvme);
        $target.checksum_sha1 = of(Algorithm::Sha1);
        $target.checksum_sha256 = of(Algorithm::Sha256);
    }};
}
pub(crate) use fill_checksum;

/// The five checksum fields that many S3 inputs share, in the order of [`Algorithm::ALL`].
macro_rules! checksum_fields {
    ($input:expr) => {
        [
            $input.checksum_crc32.clone(),
            $input.checksum_crc32c.clone(),
            $input.checksum_crc64nvme.clone(),
            $input.checksum_sha1.clone(),
            $input.checksum_sha256.clone(),
        ]
    };
}
pub(crate) use checksum_fields;

/// The one checksum value among the five fields; S3 refuses more than one.
pub(crate) fn single(fields: [Option<String>; 5]) -> S3Result<Option<(Algorithm, String)>> {
    let mut given = Algorithm::ALL
        .into_iter()
        .zip(fields)
        .filter_map(|(algorithm, value)| value.map(|value| (algorithm, value)));
    let first = given.next();
    if given.next().is_some() {
        return Err(s3_error!(InvalidRequest, "Expecting a single x-amz-checksum- header"));
    }
    if let Some((algorithm, value)) = &first {
        check_shape(*algorithm, value)?;
    }
    Ok(first)
}

/// A value that can't be a digest of its algorithm is a malformed request, not a mismatch.
pub(crate) fn check_shape(algorithm: Algorithm, value: &str) -> S3Result<()> {
    let decoded = STANDARD.decode(value).unwrap_or_default();
    if decoded.len() == algorithm.digest_len() {
        Ok(())
    } else {
        Err(s3_error!(InvalidRequest, "Value for {} header is invalid.", algorithm.header()))
    }
}

/// Decodes a `Content-MD5` header.
pub(crate) fn decode_md5(value: &str) -> S3Result<Vec<u8>> {
    match STANDARD.decode(value) {
        Ok(bytes) if bytes.len() == 16 => Ok(bytes),
        _ => Err(s3_error!(InvalidDigest, "The Content-MD5 you specified is not valid.")),
    }
}

pub(crate) fn bad_digest(what: &str) -> s3s::S3Error {
    s3_error!(BadDigest, "The {what} you specified did not match what we received.")
}

enum Hasher {
    Crc32(Crc32),
    Crc32c(Crc32c),
    Crc64nvme(Crc64Nvme),
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Hasher {
    fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Crc32 => Self::Crc32(Crc32::new()),
            Algorithm::Crc32c => Self::Crc32c(Crc32c::new()),
            Algorithm::Crc64nvme => Self::Crc64nvme(Crc64Nvme::new()),
            Algorithm::Sha1 => Self::Sha1(Sha1::new()),
            Algorithm::Sha256 => Self::Sha256(Sha256::new()),
        }
    }

    fn update(&mut self, data: &[u8]) {
        match self {
            Self::Crc32(hasher) => hasher.update(data),
            Self::Crc32c(hasher) => hasher.update(data),
            Self::Crc64nvme(hasher) => hasher.update(data),
            Self::Sha1(hasher) => hasher.update(data),
            Self::Sha256(hasher) => hasher.update(data),
        }
    }

    fn finish(self) -> String {
        match self {
            Self::Crc32(hasher) => STANDARD.encode(hasher.finalize()),
            Self::Crc32c(hasher) => STANDARD.encode(hasher.finalize()),
            Self::Crc64nvme(hasher) => STANDARD.encode(hasher.finalize()),
            Self::Sha1(hasher) => STANDARD.encode(hasher.finalize()),
            Self::Sha256(hasher) => STANDARD.encode(hasher.finalize()),
        }
    }
}

/// MD5 (for the `ETag`) and the wanted checksums, computed in one pass over the bytes.
pub(crate) struct Digests {
    md5: Md5,
    hashers: Vec<(Algorithm, Hasher)>,
}

/// What [`Digests`] came to.
pub(crate) struct Digested {
    pub(crate) md5: [u8; 16],
    values: Vec<(Algorithm, String)>,
}

impl Digests {
    pub(crate) fn new(algorithms: &[Algorithm]) -> Self {
        let mut hashers: Vec<(Algorithm, Hasher)> = Vec::new();
        for &algorithm in algorithms {
            if hashers.iter().all(|(present, _)| *present != algorithm) {
                hashers.push((algorithm, Hasher::new(algorithm)));
            }
        }
        Self { md5: Md5::new(), hashers }
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        self.md5.update(data);
        for (_, hasher) in &mut self.hashers {
            hasher.update(data);
        }
    }

    pub(crate) fn finish(self) -> Digested {
        Digested {
            md5: self.md5.finalize(),
            values: self
                .hashers
                .into_iter()
                .map(|(algorithm, hasher)| (algorithm, hasher.finish()))
                .collect(),
        }
    }
}

impl Digested {
    pub(crate) fn etag(&self) -> String {
        hex(&self.md5)
    }

    /// The computed value; asking for an algorithm that wasn't requested finds nothing.
    pub(crate) fn value(&self, algorithm: Algorithm) -> Option<&str> {
        self.values.iter().find(|(present, _)| *present == algorithm).map(|(_, value)| value.as_str())
    }

    pub(crate) fn checksum(&self, algorithm: Algorithm) -> S3Result<Checksum> {
        let value =
            self.value(algorithm).ok_or_else(|| s3_error!(InternalError, "checksum was not computed"))?;
        Ok(Checksum { algorithm, value: value.to_owned(), coverage: Coverage::FullObject })
    }
}

/// S3's `ETag` of a multipart object: the MD5 of the parts' MD5s, and their number.
pub(crate) fn multipart_etag(parts: &[[u8; 16]]) -> String {
    let mut md5 = Md5::new();
    for part in parts {
        md5.update(part);
    }
    format!("{}-{}", hex(&md5.finalize()), parts.len())
}

/// The composite checksum of a multipart object: the checksum of the parts' checksums.
pub(crate) fn composite(algorithm: Algorithm, parts: &[&str]) -> S3Result<Checksum> {
    let mut hasher = Hasher::new(algorithm);
    for part in parts {
        let raw = STANDARD.decode(part).map_err(|error| s3_error!(error, InternalError))?;
        hasher.update(&raw);
    }
    Ok(Checksum {
        algorithm,
        value: format!("{}-{}", hasher.finish(), parts.len()),
        coverage: Coverage::Composite,
    })
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
