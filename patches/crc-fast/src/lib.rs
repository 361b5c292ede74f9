//! The three CRCs that S3 knows, with as much of the crates.io crate's interface as the AWS SDK and s3s
//! use. That crate brings tables for 50 algorithms, which no linker can tell apart from used ones; see
//! this crate's `Cargo.toml`.

/// Which CRC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrcAlgorithm {
    /// CRC-32, S3's `CRC32`.
    Crc32IsoHdlc,
    /// CRC-32C, S3's `CRC32C`.
    Crc32Iscsi,
    /// CRC-64/NVME, S3's `CRC64NVME`.
    Crc64Nvme,
}

/// The remainders of every byte, by the bit-reversed polynomial.
const fn table(polynomial: u64) -> [u64; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut remainder = byte as u64;
        let mut bit = 0;
        while bit < 8 {
            let carry = remainder & 1 == 1;
            remainder >>= 1;
            if carry {
                remainder ^= polynomial;
            }
            bit += 1;
        }
        table[byte] = remainder;
        byte += 1;
    }
    table
}

static CRC32: [u64; 256] = table(0xEDB8_8320);
static CRC32C: [u64; 256] = table(0x82F6_3B78);
static CRC64_NVME: [u64; 256] = table(0x9A6C_9329_AC4B_C9B5);

/// A CRC of bytes that come piece by piece.
#[derive(Clone, Copy, Debug)]
pub struct Digest {
    table: &'static [u64; 256],
    /// What the state begins with, and what is added at the end: all bits of the width.
    ones: u64,
    state: u64,
}

impl Digest {
    /// The CRC of no bytes yet.
    pub fn new(algorithm: CrcAlgorithm) -> Self {
        let (table, ones) = match algorithm {
            CrcAlgorithm::Crc32IsoHdlc => (&CRC32, u64::from(u32::MAX)),
            CrcAlgorithm::Crc32Iscsi => (&CRC32C, u64::from(u32::MAX)),
            CrcAlgorithm::Crc64Nvme => (&CRC64_NVME, u64::MAX),
        };
        Self { table, ones, state: ones }
    }

    /// Adds bytes.
    pub fn update(&mut self, data: &[u8]) {
        self.state = data.iter().fold(self.state, |state, byte| {
            let [low, ..] = state.to_le_bytes();
            (state >> 8) ^ self.table[usize::from(low ^ byte)]
        });
    }

    /// The CRC of what was added; a 32-bit one is in the low half.
    pub fn finalize(&self) -> u64 {
        self.state ^ self.ones
    }
}

/// The CRC of all the bytes at once.
pub fn checksum(algorithm: CrcAlgorithm, data: &[u8]) -> u64 {
    let mut digest = Digest::new(algorithm);
    digest.update(data);
    digest.finalize()
}
