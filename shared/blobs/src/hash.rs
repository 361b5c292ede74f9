//! Hashing bytes that are too many for one go.

use stowage_domain::error::Cause;
use stowage_domain::place::Place;
use stowage_domain::upload::Hashing;
use stowage_domain::{Error, Result};

use crate::Blobs;
use crate::failure::{Failure, classify};
use crate::ports::{HashBytes, HashEnd};

impl HashBytes for Blobs {
    async fn hash_on(
        &self,
        place: &Place,
        size_bytes: u64,
        hashing: &mut Hashing,
        goes_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<HashEnd> {
        if hashing.bytes() >= size_bytes {
            return Ok(HashEnd::Whole);
        }
        let get = self
            .client
            .get_object()
            .bucket(self.bucket())
            .key(&place.key)
            .set_version_id(place.version_id.clone())
            .range(format!("bytes={}-", hashing.bytes()));
        let mut body = match get.send().await.map_err(|error| classify(&error)) {
            Ok(object) => object.body,
            Err(Failure::Missing) => return Ok(HashEnd::Gone),
            Err(failure) => return Err(failure.into_error()),
        };
        while let Some(piece) = body.next().await {
            hashing.update(&piece.map_err(|_| Error::Unavailable(Cause::new("S3: a read was cut short")))?);
            if hashing.bytes() < size_bytes && !goes_on() {
                return Ok(HashEnd::OutOfTime);
            }
        }
        if hashing.bytes() < size_bytes {
            return Err(Error::Unavailable(Cause::new("S3: a read was cut short")));
        }
        Ok(HashEnd::Whole)
    }
}
