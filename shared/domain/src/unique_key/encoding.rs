//! From a key's values to one byte string, and from there to an id that tells nothing about them.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use super::type_of;
use crate::id::{ObjectId, hex};
use crate::numbers;
use crate::schema::{BucketSchema, FieldType, parse_instant};

/// Joins each name, a tag of its type and its value. A length stands before the name and before
/// the value, so that no text within them can be taken for a boundary.
pub(super) fn canonical(values: &BTreeMap<String, Value>, schema: &BucketSchema) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, value) in values {
        let (tag, value) = canonical_value(type_of(name, schema), value);
        push_with_length(&mut bytes, name.as_bytes());
        bytes.push(tag);
        push_with_length(&mut bytes, &value);
    }
    bytes
}

fn push_with_length(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend((part.len() as u64).to_be_bytes());
    bytes.extend(part);
}

/// What a value means by its declared type. These bytes decide ids of stored objects: a change
/// would let every existing key be inserted once more.
fn canonical_value(field_type: Option<FieldType>, value: &Value) -> (u8, Vec<u8>) {
    let meaning = match (field_type, value) {
        (Some(FieldType::String), Value::String(text)) => Some((b's', text.clone())),
        (Some(FieldType::Integer), Value::Number(number)) if !number.is_f64() => {
            Some((b'i', number.to_string()))
        }
        (Some(FieldType::Number | FieldType::Float), Value::Number(number)) => {
            Some((b'n', numbers::canonical(number)))
        }
        (Some(FieldType::Boolean), Value::Bool(boolean)) => Some((b'b', boolean.to_string())),
        (Some(FieldType::Date), Value::String(text)) => Some((b'd', text.clone())),
        (Some(FieldType::Datetime), Value::String(text)) => {
            parse_instant(text).map(|nanos| (b't', nanos.to_string()))
        }
        _ => None,
    };
    // What isn't of its type is refused before it gets here; its own tag keeps it apart from all.
    let (tag, text) = meaning.unwrap_or_else(|| (b'?', value.to_string()));
    (tag, text.into_bytes())
}

/// The id of the object that has a unique key, from [`UniqueKey::canonical`](super::UniqueKey).
///
/// It is keyed by the bucket's secret: from a plain hash, whoever sees an id could guess what it
/// was made of.
pub fn derive_object_id(secret: &[u8], canonical: &[u8]) -> ObjectId {
    ObjectId::derived(&keyed_hash(secret, "unique-key", canonical))
}

/// The id of the object that was created with an idempotency key, in a bucket without a unique key.
pub fn derive_idempotent_id(secret: &[u8], idempotency_key: &str) -> ObjectId {
    let hash = keyed_hash(secret, "idempotency-key", idempotency_key.as_bytes());
    ObjectId::derived(&hash)
}

/// The name of the claim on an idempotency key, in a bucket with a unique key.
pub fn claim_id(secret: &[u8], idempotency_key: &str) -> String {
    let hash = keyed_hash(secret, "idempotency-claim", idempotency_key.as_bytes());
    hex(&hash[..16])
}

/// HMAC-SHA-256 in a domain: no domain's name holds the zero byte that ends it, so that no message
/// of one is a message of another.
fn keyed_hash(secret: &[u8], domain: &str, message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(domain.as_bytes());
    mac.update(&[0]);
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::violation::Path;
    use serde_json::json;

    #[test]
    fn the_encoding_of_a_key_never_changes() {
        let properties = json!({"a": {"type": "integer"}, "b": {"type": "string"}});
        let schema = BucketSchema::parse(&json!({ "properties": properties }), &Path::body()).unwrap();
        let values = BTreeMap::from([("b".to_owned(), json!("x")), ("a".to_owned(), json!(-1))]);
        let bytes = canonical(&values, &schema);
        let expected = b"\0\0\0\0\0\0\0\x01ai\0\0\0\0\0\0\0\x02-1\0\0\0\0\0\0\0\x01bs\0\0\0\0\0\0\0\x01x";
        assert_eq!(bytes, expected);
        assert_eq!(derive_object_id(b"secret", &bytes).as_str(), "obj_da9ba1a80e6d8f4fab146e9e4a5b350b");
    }

    #[test]
    fn secrets_and_domains_keep_ids_apart() {
        let key = "k";
        let ids = [
            derive_object_id(b"one", key.as_bytes()),
            derive_object_id(b"two", key.as_bytes()),
            derive_idempotent_id(b"one", key),
            derive_idempotent_id(b"one", "K"),
        ];
        for (position, id) in ids.iter().enumerate() {
            assert!(!ids[..position].contains(id), "{id}");
        }
        let claim = claim_id(b"one", key);
        assert_eq!(claim.len(), 32);
        assert!(!ids.iter().any(|id| id.as_str().contains(&claim)));
    }
}
