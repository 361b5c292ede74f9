//! DynamoDB's JSON form of an item, `{"name": {"S": "text"}}`, as plain JSON. Source: the DynamoDB API's
//! `AttributeValue`.

use serde_json::{Map, Value};

/// An item; `None` if it isn't one.
pub(super) fn plain_item(item: &Value) -> Option<Map<String, Value>> {
    let attributes = item.as_object()?.iter();
    attributes.map(|(name, value)| Some((name.clone(), plain(value)?))).collect()
}

/// A value. Sets become lists, and bytes stay base64: nothing that Stowage stores has either.
fn plain(attribute: &Value) -> Option<Value> {
    let (kind, value) = attribute.as_object()?.iter().next()?;
    match (kind.as_str(), value) {
        ("N", Value::String(number)) => serde_json::from_str(number).ok().filter(Value::is_number),
        ("NULL", _) => Some(Value::Null),
        ("M", _) => plain_item(value).map(Value::Object),
        ("L", Value::Array(entries)) => entries.iter().map(plain).collect::<Option<_>>().map(Value::Array),
        ("S" | "B", Value::String(_)) | ("BOOL", Value::Bool(_)) | ("SS" | "NS" | "BS", Value::Array(_)) => {
            Some(value.clone())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_type_has_its_plain_form() {
        let item = json!({
            "s": {"S": "text"}, "n": {"N": "-1.5"}, "b": {"BOOL": true}, "nothing": {"NULL": true},
            "m": {"M": {"deep": {"L": [{"N": "1"}, {"S": "two"}]}}}, "bytes": {"B": "AA=="},
            "set": {"SS": ["a", "b"]},
        });
        let plain = json!({
            "s": "text", "n": -1.5, "b": true, "nothing": null, "m": {"deep": [1, "two"]}, "bytes": "AA==",
            "set": ["a", "b"],
        });
        assert_eq!(plain_item(&item).map(Value::Object), Some(plain));
    }

    #[test]
    fn what_has_no_type_is_no_attribute() {
        for item in [json!("text"), json!({"a": "text"}), json!({"a": {}}), json!({"a": {"N": "one"}})] {
            assert_eq!(plain_item(&item), None, "{item}");
        }
    }
}
