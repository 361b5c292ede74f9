//! The results are those of the original: the published check values, and the `crc` crate's for any
//! bytes in any pieces, which the original is held against as well.

use crc::{CRC_32_ISCSI, CRC_32_ISO_HDLC, CRC_64_NVME, Crc};
use crc_fast::{CrcAlgorithm, Digest, checksum};
use proptest::collection::vec;
use proptest::prelude::*;

const ALGORITHMS: [CrcAlgorithm; 3] =
    [CrcAlgorithm::Crc32IsoHdlc, CrcAlgorithm::Crc32Iscsi, CrcAlgorithm::Crc64Nvme];

/// What the `crc` crate says.
fn expected(algorithm: CrcAlgorithm, data: &[u8]) -> u64 {
    match algorithm {
        CrcAlgorithm::Crc32IsoHdlc => Crc::<u32>::new(&CRC_32_ISO_HDLC).checksum(data).into(),
        CrcAlgorithm::Crc32Iscsi => Crc::<u32>::new(&CRC_32_ISCSI).checksum(data).into(),
        CrcAlgorithm::Crc64Nvme => Crc::<u64>::new(&CRC_64_NVME).checksum(data),
    }
}

#[test]
fn the_check_values_of_the_catalogue_come_out() {
    let checks = [0xCBF4_3926, 0xE306_9283, 0xAE8B_1486_0A79_9888];
    for (algorithm, check) in ALGORITHMS.into_iter().zip(checks) {
        assert_eq!(checksum(algorithm, b"123456789"), check, "{algorithm:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_in_any_pieces_have_the_crc_of_the_whole(pieces in vec(vec(any::<u8>(), 0..300), 0..12)) {
        let whole = pieces.concat();
        for algorithm in ALGORITHMS {
            let mut digest = Digest::new(algorithm);
            for piece in &pieces {
                digest.update(piece);
            }
            prop_assert_eq!(digest.finalize(), expected(algorithm, &whole), "{:?}", algorithm);
            prop_assert_eq!(checksum(algorithm, &whole), digest.finalize(), "{:?} at once", algorithm);
        }
    }
}
