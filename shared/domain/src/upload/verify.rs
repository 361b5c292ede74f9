//! Verifying a declared SHA-256 after the confirm, of a file that is too large to be read in it. It is hashed
//! piece by piece, by whoever has time, from where the last one stopped.

use serde::{Deserialize, Serialize};
use sha2::digest::common::hazmat::{SerializableState as _, SerializedState};
use sha2::{Digest as _, Sha256};

use super::{Upload, UploadStatus};
use crate::id::hex;

/// How far a file is hashed, to go on from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashed {
    /// Bytes from its beginning on.
    bytes: u64,
    /// The hash's state, in hex.
    state: String,
}

/// A hash that goes on.
#[derive(Clone, Debug, Default)]
pub struct Hashing {
    bytes: u64,
    hasher: Sha256,
}

impl Hashing {
    /// Goes on from there; from the beginning where that can't be read.
    pub fn resume(hashed: Option<&Hashed>) -> Self {
        let read = |hashed: &Hashed| {
            let state = SerializedState::<Sha256>::try_from(unhex(&hashed.state)?.as_slice()).ok()?;
            Some(Self { bytes: hashed.bytes, hasher: Sha256::deserialize(&state).ok()? })
        };
        hashed.and_then(read).unwrap_or_default()
    }

    /// Where it stands.
    pub fn save(&self) -> Hashed {
        Hashed { bytes: self.bytes, state: hex(&self.hasher.serialize()) }
    }

    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.hasher.update(bytes);
    }

    /// How many bytes it has taken in.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The SHA-256 of all of them, lower-case hex.
    pub fn finish(self) -> String {
        hex(&self.hasher.finalize())
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pair = |at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (0..text.len()).step_by(2).map(pair).collect()
}

impl Upload {
    /// Whether its declared SHA-256 is still to be verified. A duplicate's bytes are nobody's.
    pub fn is_to_be_verified(&self) -> bool {
        self.status == UploadStatus::Completed
            && self.file_hash.is_some()
            && !self.hash_verified
            && self.duplicate_of_upload_id.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_goes_on_where_it_was_saved() {
        let bytes: Vec<u8> = (0..=255).cycle().take(1000).collect();
        let expected = hex(&Sha256::digest(&bytes));
        for cut in [0, 1, 63, 64, 65, 500, 1000] {
            let mut first = Hashing::default();
            first.update(&bytes[..cut]);
            let stored = serde_json::to_string(&first.save()).unwrap();
            let mut second = Hashing::resume(Some(&serde_json::from_str(&stored).unwrap()));
            assert_eq!(second.bytes(), cut as u64);
            second.update(&bytes[cut..]);
            assert_eq!(second.finish(), expected, "{cut}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_begun_anew() {
        for state in ["", "0", "zz", "00"] {
            let hashed = Hashed { bytes: 5, state: state.to_owned() };
            assert_eq!(Hashing::resume(Some(&hashed)).bytes(), 0, "{state}");
        }
    }
}
