//! The encoding against an independent notion of when two keys are one.

use std::collections::{BTreeMap, HashSet};

use proptest::prelude::*;
use serde_json::{Value, json};
use time::{OffsetDateTime, UtcOffset};

use super::{UniqueKey, UniqueKeyConfig};
use crate::schema::BucketSchema;
use crate::violation::Path;

/// What a value means, said without the code under test.
#[derive(Clone, Debug)]
enum Meaning {
    Text(String),
    Whole(i128),
    Real(f64),
    Truth(bool),
    Instant(i128),
}

impl PartialEq for Meaning {
    fn eq(&self, other: &Self) -> bool {
        use Meaning::{Instant, Real, Text, Truth, Whole};
        match (self, other) {
            (Text(a), Text(b)) => a == b,
            (Whole(a), Whole(b)) | (Instant(a), Instant(b)) => a == b,
            (Real(a), Real(b)) => a == b,
            (Truth(a), Truth(b)) => a == b,
            (Whole(whole), Real(real)) | (Real(real), Whole(whole)) => is_whole(*real, *whole),
            _ => false,
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "in this range, whole floats convert exactly")]
fn is_whole(real: f64, whole: i128) -> bool {
    real.fract() == 0.0 && real.abs() < 1e30 && real as i128 == whole
}

/// A value as a client might write it, with its meaning.
type Written = (Value, Meaning);

/// Few characters and short, so that equal and nearly equal texts are common; among them whatever
/// an encoding might use as a separator.
fn text() -> impl Strategy<Value = Written> {
    "[ab0:,\"\\\\\\x00\u{e9}]{1,4}".prop_map(|text| (json!(text), Meaning::Text(text)))
}

fn whole() -> impl Strategy<Value = Written> {
    let edges = [0, 1, -1, 1 << 53, (1 << 53) + 1, (1 << 53) - 1, i64::MAX, i64::MAX - 1, i64::MIN];
    let signed = prop_oneof![proptest::sample::select(edges.to_vec()), any::<i64>(), -3..3_i64];
    let unsigned = prop_oneof![Just(u64::MAX), Just(u64::MAX - 1), Just(1 << 63), any::<u64>()];
    prop_oneof![
        signed.prop_map(|n| (json!(n), Meaning::Whole(n.into()))),
        unsigned.prop_map(|n| (json!(n), Meaning::Whole(n.into()))),
    ]
}

fn real() -> impl Strategy<Value = Written> {
    let edges = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.1,
        0.5,
        1.5,
        9_007_199_254_740_992.0,
        9_007_199_254_740_994.0,
        9_223_372_036_854_775_808.0,
        -9_223_372_036_854_775_808.0,
        18_446_744_073_709_551_616.0,
        1e20,
        1e21,
        1e-130,
        9e125,
        f64::MIN_POSITIVE,
        0.1_f64.next_up(),
        1e20_f64.next_up(),
    ];
    let any_real = proptest::num::f64::NORMAL | proptest::num::f64::ZERO;
    let floats = prop_oneof![proptest::sample::select(edges.to_vec()), any_real];
    prop_oneof![whole(), floats.prop_map(|x| (json!(x), Meaning::Real(x)))]
}

fn instant() -> impl Strategy<Value = Written> {
    let nanos = prop_oneof![Just(0), -2..3_i64, Just(1_000_000_000), -(1_i64 << 61)..(1_i64 << 61)];
    (nanos, -1439..1440_i32).prop_map(|(nanos, minutes)| {
        let nanos = i128::from(nanos);
        (json!(written_at(nanos, minutes)), Meaning::Instant(nanos))
    })
}

/// An instant as a clock that many minutes east of UTC shows it.
fn written_at(nanos: i128, minutes: i32) -> String {
    let offset = UtcOffset::from_whole_seconds(minutes * 60).unwrap();
    let local = OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap().to_offset(offset);
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    let (date, hour, minute) = (local.date(), local.hour(), local.minute());
    let (second, fraction) = (local.second(), local.nanosecond());
    format!("{date}T{hour:02}:{minute:02}:{second:02}.{fraction:09}{sign}{hours:02}:{rest:02}")
}

fn truth() -> impl Strategy<Value = Written> {
    any::<bool>().prop_map(|truth| (json!(truth), Meaning::Truth(truth)))
}

/// The fields of the schema: names that run into each other, and into what follows a name.
const NAMES: [&str; 8] = ["a", "ab", "b", "as\u{1}b", "i", "n", "t", "0"];

fn schema() -> BucketSchema {
    let types = ["string", "string", "string", "string", "integer", "float", "datetime", "boolean"];
    let fields = NAMES.iter().zip(types).map(|(name, t)| ((*name).to_owned(), json!({"type": t})));
    let properties: serde_json::Map<_, _> = fields.filter(|(name, _)| name != "as\u{1}b").collect();
    let mut schema = BucketSchema::parse(&json!({ "properties": properties }), &Path::body()).unwrap();
    // A control character, which no request may bring in, but the encoding must bear.
    schema.properties.insert("as\u{1}b".into(), schema.properties["a"].clone());
    schema
}

/// A key over some of the fields.
fn key() -> impl Strategy<Value = BTreeMap<&'static str, Written>> {
    fn maybe(s: impl Strategy<Value = Written>) -> impl Strategy<Value = Option<Written>> {
        proptest::option::weighted(0.4, s)
    }
    let values = (
        [maybe(text()), maybe(text()), maybe(text()), maybe(text())],
        maybe(whole()),
        maybe(real()),
        maybe(instant()),
        maybe(truth()),
    );
    values.prop_map(|(texts, whole, real, instant, truth)| {
        let values = texts.into_iter().chain([whole, real, instant, truth]);
        NAMES.into_iter().zip(values).filter_map(|(name, v)| Some((name, v?))).collect()
    })
}

fn unique_key(written: &BTreeMap<&str, Written>) -> UniqueKey {
    let values = written.iter().map(|(name, (value, _))| ((*name).to_owned(), value.clone()));
    UniqueKey { values: values.collect() }
}

fn is_one(one: &BTreeMap<&str, Written>, other: &BTreeMap<&str, Written>) -> bool {
    let meanings = |key: &BTreeMap<&str, Written>| -> Vec<(String, Meaning)> {
        key.iter().map(|(name, (_, meaning))| ((*name).to_owned(), meaning.clone())).collect()
    };
    meanings(one) == meanings(other)
}

/// Cuts an encoding into its names, tags and values again, and into nothing else.
fn decode(mut bytes: &[u8]) -> Option<Vec<(&str, u8, &str)>> {
    fn part<'a>(bytes: &mut &'a [u8]) -> Option<&'a str> {
        let (length, rest) = bytes.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
        let (part, rest) = rest.split_at_checked(length)?;
        *bytes = rest;
        std::str::from_utf8(part).ok()
    }
    let mut parts = Vec::new();
    while !bytes.is_empty() {
        let name = part(&mut bytes)?;
        let (tag, rest) = bytes.split_first()?;
        bytes = rest;
        parts.push((name, *tag, part(&mut bytes)?));
    }
    Some(parts)
}

/// All texts of up to four of three characters, which names and tags are made of as well.
fn small_texts() -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut start = 0;
    for _ in 0..4 {
        let end = texts.len();
        for position in start..end {
            let longer = ['a', 'b', 's'].map(|c| format!("{}{c}", texts[position]));
            texts.extend(longer);
        }
        start = end;
    }
    texts
}

#[test]
fn no_two_small_keys_have_one_encoding() {
    let schema = schema();
    let values: Vec<_> = std::iter::once(None).chain(small_texts().into_iter().map(Some)).collect();
    let mut seen = HashSet::new();
    for a in &values {
        for ab in &values {
            let fields = [("a", a), ("ab", ab)].into_iter();
            let fields = fields.filter_map(|(name, v)| Some((name.to_owned(), json!(v.as_ref()?))));
            let key = UniqueKey { values: fields.collect() };
            assert!(seen.insert(key.canonical(&schema)), "{key:?}");
        }
    }
    assert_eq!(seen.len(), 122 * 122);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn keys_have_one_encoding_exactly_when_they_are_one(one in key(), other in key()) {
        let (a, b) = (unique_key(&one), unique_key(&other));
        let schema = schema();
        prop_assert_eq!(a.canonical(&schema) == b.canonical(&schema), is_one(&one, &other));
        prop_assert_eq!(a.same_as(&b.values, &schema), is_one(&one, &other));
    }

    /// What can be cut apart again was never run together.
    #[test]
    fn an_encoding_can_be_cut_into_its_parts(key in key()) {
        let key = unique_key(&key);
        let bytes = key.canonical(&schema());
        let parts = decode(&bytes).expect("the encoding has parts");
        prop_assert_eq!(parts.len(), key.values.len());
        for ((name, tag, text), (expected, value)) in parts.into_iter().zip(&key.values) {
            prop_assert_eq!(name, expected);
            let position = NAMES.iter().position(|known| *known == name).unwrap();
            prop_assert_eq!(tag, b"ssssintb"[position]);
            if let Some(expected) = value.as_str().filter(|_| tag == b's') {
                prop_assert_eq!(text, expected);
            }
        }
    }

    /// Two independent keys seldom differ in one value alone; these do.
    #[test]
    fn one_differing_value_is_enough(
        base in key(),
        a in prop_oneof![real(), whole()],
        b in prop_oneof![real(), whole()],
    ) {
        let (mut one, mut other) = (base.clone(), base);
        let is_same = a.1 == b.1;
        one.insert("n", a);
        other.insert("n", b);
        let (one, other) = (unique_key(&one), unique_key(&other));
        prop_assert_eq!(one.canonical(&schema()) == other.canonical(&schema()), is_same);
    }

    #[test]
    fn text_never_moves_across_a_boundary(a in text(), b in text(), c in text(), d in text()) {
        let one = BTreeMap::from([("a", a), ("ab", b)]);
        let other = BTreeMap::from([("a", c), ("ab", d)]);
        let is_same = is_one(&one, &other);
        let (one, other) = (unique_key(&one), unique_key(&other));
        prop_assert_eq!(one.canonical(&schema()) == other.canonical(&schema()), is_same);
    }

    #[test]
    fn a_float_without_a_fraction_is_its_integer(n in -(1_i32 << 30)..(1 << 30)) {
        let float = BTreeMap::from([("n", (json!(f64::from(n)), Meaning::Real(n.into())))]);
        let whole = BTreeMap::from([("n", (json!(n), Meaning::Whole(n.into())))]);
        prop_assert_eq!(unique_key(&float).canonical(&schema()), unique_key(&whole).canonical(&schema()));
    }

    #[test]
    fn an_instant_is_one_in_every_zone(nanos in any::<i64>(), a in -1439..1440_i32, b in -1439..1440_i32) {
        let at = |minutes| {
            let text = written_at(nanos.into(), minutes);
            UniqueKey { values: BTreeMap::from([("t".to_owned(), json!(text))]) }
        };
        prop_assert_eq!(at(a).canonical(&schema()), at(b).canonical(&schema()));
    }

    #[test]
    fn the_order_of_fields_is_irrelevant(key in key(), seed in any::<prop::sample::Index>()) {
        prop_assume!(!key.is_empty());
        let expected = unique_key(&key);
        let mut names: Vec<String> = key.keys().map(|&name| name.to_owned()).collect();
        let turn = seed.index(names.len());
        names.rotate_left(turn);
        let config = UniqueKeyConfig { fields: names, default_policy: None };
        let read = UniqueKey::read(&config, &schema(), &expected.values.clone().into_iter().collect(), &Path::body());
        prop_assert_eq!(read.unwrap().canonical(&schema()), expected.canonical(&schema()));
    }
}
