//! Ways to write an address.

use std::net::Ipv4Addr;

use stowage_fetch::Refusal;

use super::Spelling;
use super::addresses::{V4, V6, worth_the_most};

/// IPv4 addresses, as numbers and in other writing.
pub(super) fn v4() -> Vec<Spelling> {
    let mut all: Vec<Spelling> =
        V4.iter().map(|address| ("plain", format!("http://{address}/"), Refusal::Address)).collect();
    for address in worth_the_most() {
        let forms = numbers(address).into_iter().chain(writing(address));
        all.extend(
            forms.map(|(kind, host)| (kind, format!("http://{host}/latest/meta-data/"), Refusal::Address)),
        );
    }
    all
}

fn numbers(address: Ipv4Addr) -> Vec<(&'static str, String)> {
    let [a, b, c, d] = address.octets();
    let (whole, last_three, last_two) =
        (address.to_bits(), address.to_bits() & 0x00ff_ffff, address.to_bits() & 0xffff);
    vec![
        ("decimal", format!("{whole}")),
        ("octal", format!("0{whole:o}")),
        ("octal", format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}")),
        ("padded", format!("000{a:o}.000{b:o}.000{c:o}.000{d:o}")),
        ("hex", format!("0x{whole:x}")),
        ("hex", format!("0X{whole:X}")),
        ("hex", format!("0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}")),
        ("padded", format!("0x000000000{a:02x}.0x{b:08x}.0x{c:08x}.0x{d:08x}")),
        ("short", format!("{a}.{last_three}")),
        ("short", format!("{a}.{b}.{last_two}")),
        ("mixed", format!("0x{a:x}.{b}.0{c:o}.{d}")),
        ("mixed", format!("{a}.0x{last_three:x}")),
        ("mixed", format!("0{a:o}.{b}.0x{last_two:x}")),
        ("trailing dot", format!("{address}.")),
        ("trailing dot", format!("0x{whole:x}.")),
    ]
}

fn writing(address: Ipv4Addr) -> Vec<(&'static str, String)> {
    let plain = address.to_string();
    let wide = |letter: char| char::from_u32(u32::from(letter) + 0xfee0).unwrap();
    let hex = |escaped: String, byte: u8| format!("{escaped}%{byte:02x}");
    vec![
        ("fullwidth", plain.chars().map(wide).collect()),
        ("fullwidth", plain.chars().map(|c| if c == '.' { c } else { wide(c) }).collect()),
        ("fullwidth", format!("{}", address.to_bits()).chars().map(wide).collect()),
        ("other dots", plain.replace('.', "\u{3002}")),
        ("other dots", plain.replace('.', "\u{ff61}")),
        ("bold digits", plain.chars().map(bold).collect()),
        ("soft hyphen", plain.replace('.', "\u{ad}.")),
        ("percent", plain.bytes().fold(String::new(), hex)),
        ("percent", plain.replace('.', "%2e")),
        ("percent", plain.replace('.', "%E3%80%82")),
        ("tab inside", plain.replace('.', "\t.")),
        ("line inside", plain.replace('.', ".\r\n")),
    ]
}

fn bold(letter: char) -> char {
    letter.to_digit(10).and_then(|digit| char::from_u32(0x1d7ce + digit)).unwrap_or(letter)
}

/// IPv6 addresses, and IPv4 addresses within.
pub(super) fn v6() -> Vec<Spelling> {
    let mut forms: Vec<(&'static str, String)> =
        V6.iter().map(|address| ("IPv6", (*address).to_owned())).collect();
    for address in worth_the_most() {
        forms.extend(carried(address));
    }
    // Some of the plain ones are carried as well.
    forms.sort_by(|(_, one), (_, other)| one.cmp(other));
    forms.dedup_by(|(_, one), (_, other)| one == other);
    forms.into_iter().map(|(kind, host)| (kind, format!("http://[{host}]/"), Refusal::Address)).collect()
}

fn carried(address: Ipv4Addr) -> Vec<(&'static str, String)> {
    let [a, b, c, d] = address.octets();
    let hex = format!("{a:x}{b:02x}:{c:x}{d:02x}");
    let inverted = format!("{:x}:{:x}", !address.to_bits() >> 16, !address.to_bits() & 0xffff);
    vec![
        ("mapped", format!("::ffff:{address}")),
        ("mapped", format!("::ffff:{hex}")),
        ("mapped", format!("0:0:0:0:0:FFFF:{hex}")),
        ("mapped", format!("0000:0000:0000:0000:0000:ffff:{address}")),
        ("translated", format!("::ffff:0:{hex}")),
        ("compatible", format!("::{hex}")),
        ("compatible", format!("0::{address}")),
        ("NAT64", format!("64:ff9b::{hex}")),
        ("NAT64", format!("0064:FF9B:0::{address}")),
        ("NAT64", format!("64:ff9b:1::{hex}")),
        ("6to4", format!("2002:{hex}::")),
        ("6to4", format!("2002:{hex}::{hex}")),
        ("Teredo", format!("2001:0:5db8:d70e:8000:63bf:{inverted}")),
        ("ISATAP", format!("2a00:1450:4001:81b:0:5efe:{hex}")),
        ("ISATAP", format!("2a00:1450:4001:81b:200:5efe:{hex}")),
    ]
}
