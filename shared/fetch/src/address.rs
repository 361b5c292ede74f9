//! Which addresses may be connected to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Who reaches an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Everybody.
    Everybody,
    /// The network or the machine that it is in: only a host that the deployment names may have it.
    Private,
    /// Nobody, or it isn't one machine's, or what is there gives away credentials.
    Nobody,
}

impl Reach {
    /// Judges an address. An IPv6 address that carries an IPv4 address isn't anybody's: whoever
    /// means the other may say so.
    pub(crate) fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => of_v4(address),
            IpAddr::V6(address) => of_v6(address),
        }
    }
}

type V4 = (Ipv4Addr, u32);
type V6 = (Ipv6Addr, u32);

const fn v4(a: u8, b: u8, c: u8, prefix: u32) -> V4 {
    (Ipv4Addr::new(a, b, c, 0), prefix)
}

const fn v6(a: u16, b: u16, c: u16, prefix: u32) -> V6 {
    (Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

/// Where machines are that the public doesn't reach.
const PRIVATE_V4: [V4; 5] = [
    v4(10, 0, 0, 8),
    v4(100, 64, 0, 10), // carrier-grade NAT, and some clusters
    v4(127, 0, 0, 8),
    v4(172, 16, 0, 12),
    v4(192, 168, 0, 16),
];

/// What else IANA's registry of special-purpose addresses has as not globally reachable.
const NOBODYS_V4: [V4; 10] = [
    v4(0, 0, 0, 8),
    v4(169, 254, 0, 16), // link-local: EC2's and ECS's metadata, Lambda's runtime
    v4(192, 0, 0, 24),
    v4(192, 0, 2, 24),    // documentation
    v4(192, 88, 99, 24),  // relays of 6to4
    v4(198, 18, 0, 15),   // benchmarks
    v4(198, 51, 100, 24), // documentation
    v4(203, 0, 113, 24),  // documentation
    v4(224, 0, 0, 4),     // multicast
    v4(240, 0, 0, 4),     // reserved, and broadcast
];

fn of_v4(address: Ipv4Addr) -> Reach {
    let within = |&(network, prefix): &V4| (address.to_bits() ^ network.to_bits()) >> (32 - prefix) == 0;
    if NOBODYS_V4.iter().any(within) {
        Reach::Nobody
    } else if PRIVATE_V4.iter().any(within) {
        Reach::Private
    } else {
        Reach::Everybody
    }
}

/// AWS's own services on an instance: metadata, time and names.
const AWS_V6: V6 = v6(0xfd00, 0xec2, 0, 32);

/// Unique local addresses.
const PRIVATE_V6: V6 = v6(0xfc00, 0, 0, 7);

/// All that is given out as globally reachable. IPv4 in its mapped, compatible and NAT64 forms,
/// link-local and multicast addresses are outside of it.
const GLOBAL_V6: V6 = v6(0x2000, 0, 0, 3);

/// What isn't globally reachable in there, or is somebody else's IPv4 address.
const NOBODYS_V6: [V6; 4] = [
    v6(0x2001, 0, 0, 23),     // protocol assignments, Teredo, benchmarks, ORCHID
    v6(0x2001, 0xdb8, 0, 32), // documentation
    v6(0x2002, 0, 0, 16),     // 6to4
    v6(0x3fff, 0, 0, 20),     // documentation
];

fn of_v6(address: Ipv6Addr) -> Reach {
    let within = |&(network, prefix): &V6| (address.to_bits() ^ network.to_bits()) >> (128 - prefix) == 0;
    let private = address == Ipv6Addr::LOCALHOST || within(&PRIVATE_V6) && !within(&AWS_V6);
    if private {
        Reach::Private
    } else if within(&GLOBAL_V6) && !NOBODYS_V6.iter().any(within) && !is_isatap(address) {
        Reach::Everybody
    } else {
        Reach::Nobody
    }
}

/// ISATAP: a tunnel to the IPv4 address in the last 32 bits, marked by those before.
fn is_isatap(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    segments[4] & !0x0300 == 0 && segments[5] == 0x5efe
}
