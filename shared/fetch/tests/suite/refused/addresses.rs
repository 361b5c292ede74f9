//! Addresses that nobody may be sent to.

use std::net::{IpAddr, Ipv4Addr};

/// The first and the last of each block, and those that are worth the most.
pub(super) const V4: [&str; 36] = [
    "0.0.0.0",
    "0.255.255.255",
    "10.0.0.0",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.0",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.0",
    "127.0.0.1",
    "127.255.255.255",
    "169.254.0.0",
    "169.254.100.1",
    "169.254.169.253",
    "169.254.169.254",
    "169.254.170.2",
    "169.254.255.255",
    "172.16.0.0",
    "172.17.0.1",
    "172.31.255.255",
    "192.0.0.0",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.0",
    "192.168.1.1",
    "192.168.255.255",
    "198.18.0.0",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "254.255.255.255",
    "255.255.255.255",
];

/// IPv6 addresses that aren't global unicast, or carry an IPv4 address.
pub(super) const V6: [&str; 42] = [
    "::",
    "::1",
    "::2",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:93.184.215.14",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::93.184.215.14",
    "64:ff9b:1::10.0.0.1",
    "64:ff9b:1:ffff::a00:1",
    "100::1",
    "100:0:0:1::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:db8::1",
    "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
    "2002:7f00:1::1",
    "2002:a9fe:a9fe::",
    "2002:5db8:d70e::1",
    "3fff::1",
    "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00::1",
    "fd00:ec2::23",
    "fd00:ec2::254",
    "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fe80::1",
    "fe80::5efe:10.0.0.1",
    "febf::1",
    "fec0::1",
    "feff::1",
    "ff02::1",
    "ff0e::1",
    "2a00:1450::5efe:10.0.0.1",
];

/// All of them.
pub(super) fn refused_addresses() -> Vec<IpAddr> {
    V4.iter().chain(&V6).map(|address| address.parse().unwrap()).collect()
}

/// Those whose every spelling is tried.
pub(super) fn worth_the_most() -> Vec<Ipv4Addr> {
    ["127.0.0.1", "169.254.169.254", "169.254.100.1", "10.0.0.1", "192.168.1.1"]
        .iter()
        .map(|address| address.parse().unwrap())
        .collect()
}
