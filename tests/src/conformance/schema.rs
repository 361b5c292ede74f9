//! Holds a JSON value against a schema, by those keywords of JSON Schema that docs/openapi.json uses.
//! Another keyword is a panic: nothing is passed over. (The `jsonschema` crate would bring 35 others.)

use regex_lite::Regex;
use serde_json::{Map, Value};

/// Whether an object may have keys that its schema doesn't describe, where the schema doesn't say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// It may.
    Any,
    /// It may not: nothing undescribed is answered.
    Described,
}

/// Every difference between a value and what a schema of `document` asks for.
pub fn differences(document: &Value, schema: &Value, value: &Value, keys: Keys) -> Vec<String> {
    let mut check = Check { document, keys, found: Vec::new() };
    check.value(schema, value, "body");
    check.found
}

struct Check<'a> {
    document: &'a Value,
    keys: Keys,
    found: Vec<String>,
}

/// What tells people and not programs, and what other keywords read.
const SILENT: [&str; 9] = [
    "description",
    "title",
    "default",
    "example",
    "examples",
    "format",
    "deprecated",
    "properties",
    "additionalProperties",
];

impl Check<'_> {
    fn fits(&self, schema: &Value, value: &Value) -> bool {
        differences(self.document, schema, value, self.keys).is_empty()
    }

    fn require(&mut self, holds: bool, at: &str, what: impl FnOnce() -> String) {
        if !holds {
            self.found.push(format!("{at} {}", what()));
        }
    }

    fn value(&mut self, schema: &Value, value: &Value, at: &str) {
        let schema = match schema {
            Value::Bool(allowed) => return self.require(*allowed, at, || "must not be there".to_owned()),
            schema => schema.as_object().expect("a schema is an object or a boolean"),
        };
        for (keyword, rule) in schema {
            self.keyword(keyword, rule, value, at);
        }
        if let Value::Object(entries) = value {
            self.entries(schema, entries, at);
        }
    }

    fn keyword(&mut self, keyword: &str, rule: &Value, value: &Value, at: &str) {
        let rules = || rule.as_array().expect("a list of schemas").iter();
        let count = |schemas: &Self| rules().filter(|schema| schemas.fits(schema, value)).count();
        match keyword {
            "$ref" => {
                let pointer = rule.as_str().expect("a reference is a text").trim_start_matches('#');
                let schema = self.document.pointer(pointer).unwrap_or_else(|| panic!("no {rule}"));
                self.value(schema, value, at);
            }
            "type" => self.require(is_of(rule, value), at, || format!("is {value}, not of type {rule}")),
            "const" => self.require(value == rule, at, || format!("is {value}, not {rule}")),
            "enum" => {
                let known = rule.as_array().is_some_and(|known| known.contains(value));
                self.require(known, at, || format!("is {value}, none of {rule}"));
            }
            "allOf" => rules().for_each(|schema| self.value(schema, value, at)),
            "anyOf" => {
                let fits = count(self) > 0;
                self.require(fits, at, || format!("is {value}, which fits none of {rule}"));
            }
            "oneOf" => {
                let fits = count(self);
                self.require(fits == 1, at, || format!("is {value}, which fits {fits} of {rule}"));
            }
            "not" => {
                let fits = self.fits(rule, value);
                self.require(!fits, at, || format!("is {value}, which fits {rule}"));
            }
            "required" => {
                for name in rules() {
                    let missing = value.as_object().is_some_and(|entries| !entries.contains_key(text(name)));
                    self.require(!missing, at, || format!("lacks {name}"));
                }
            }
            "items" => {
                for (position, item) in value.as_array().into_iter().flatten().enumerate() {
                    self.value(rule, item, &format!("{at}[{position}]"));
                }
            }
            "propertyNames" => {
                for name in value.as_object().into_iter().flat_map(Map::keys) {
                    self.value(rule, &Value::from(name.as_str()), &format!("{at}, the name {name}"));
                }
            }
            "pattern" => {
                let pattern = Regex::new(text(rule)).unwrap_or_else(|error| panic!("{rule}: {error}"));
                let matches = value.as_str().is_none_or(|text| pattern.is_match(text));
                self.require(matches, at, || format!("is {value}, which doesn't match {rule}"));
            }
            "uniqueItems" => {
                let items = value.as_array().map_or(&[][..], Vec::as_slice);
                let repeats = (1..items.len()).any(|end| items[..end].contains(&items[end]));
                self.require(!repeats, at, || "repeats an item".to_owned());
            }
            "minLength" | "maxLength" | "minItems" | "maxItems" | "maxProperties" | "minimum" | "maximum"
            | "exclusiveMinimum" => self.bound(keyword, rule, value, at),
            _ => {
                let silent = SILENT.contains(&keyword) || keyword.starts_with("x-");
                assert!(silent, "the check doesn't know the keyword {keyword}");
            }
        }
    }

    fn bound(&mut self, keyword: &str, rule: &Value, value: &Value, at: &str) {
        #[expect(clippy::cast_precision_loss, reason = "lengths in tests are small")]
        let length = |length: usize| length as f64;
        let amount = match keyword {
            "minLength" | "maxLength" => value.as_str().map(|text| length(text.chars().count())),
            "minItems" | "maxItems" => value.as_array().map(|items| length(items.len())),
            "maxProperties" => value.as_object().map(|entries| length(entries.len())),
            _ => value.as_f64(),
        };
        let (Some(amount), Some(limit)) = (amount, rule.as_f64()) else { return };
        let holds = match keyword {
            "exclusiveMinimum" => amount > limit,
            keyword if keyword.starts_with("min") => amount >= limit,
            _ => amount <= limit,
        };
        self.require(holds, at, || format!("is {value}: {keyword} is {rule}"));
    }

    fn entries(&mut self, schema: &Map<String, Value>, entries: &Map<String, Value>, at: &str) {
        let described = schema.get("properties").and_then(Value::as_object);
        let other = schema.get("additionalProperties");
        for (name, value) in entries {
            let at = format!("{at}.{name}");
            match (described.and_then(|described| described.get(name)), other) {
                (Some(schema), _) | (None, Some(schema)) => self.value(schema, value, &at),
                (None, None) => {
                    let open = self.keys == Keys::Any || described.is_none();
                    self.require(open, &at, || "is not described".to_owned());
                }
            }
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn is_of(types: &Value, value: &Value) -> bool {
    let is = |name: &Value| match text(name) {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("no type {other}"),
    };
    types.as_array().map_or_else(|| is(types), |types| types.iter().any(is))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fits(schema: &Value, value: &Value) -> bool {
        let document = json!({"a": {"type": "string"}});
        differences(&document, schema, value, Keys::Described).is_empty()
    }

    #[test]
    fn each_keyword_tells_what_fits_from_what_does_not() {
        for (schema, good, bad) in [
            (json!({"$ref": "#/a"}), json!("x"), json!(1)),
            (json!({"type": ["integer", "null"]}), json!(null), json!(1.0)),
            (json!({"const": false}), json!(false), json!(0)),
            (json!({"enum": ["a", null]}), json!(null), json!("b")),
            (json!({"allOf": [{"minLength": 2}, {"maxLength": 3}]}), json!("éé"), json!("abcd")),
            (json!({"anyOf": [{"type": "string"}, {"minimum": 3}]}), json!(3), json!(2)),
            (json!({"oneOf": [{"minimum": 2}, {"maximum": 4}]}), json!(5), json!(3)),
            (json!({"not": {"pattern": "^x"}}), json!("ax"), json!("xa")),
            (json!({"required": ["a"]}), json!({"a": null}), json!({"b": 1})),
            (json!({"items": {"type": "null"}}), json!([null]), json!([null, 1])),
            (json!({"minItems": 1, "maxItems": 2}), json!([1]), json!([])),
            (json!({"uniqueItems": true}), json!([1, "1"]), json!([1, 2, 1])),
            (json!({"propertyNames": {"maxLength": 1}}), json!({"a": 1}), json!({"ab": 1})),
            (json!({"maxProperties": 1}), json!({"a": 1}), json!({"a": 1, "b": 2})),
            (json!({"exclusiveMinimum": 1}), json!(1.5), json!(1)),
            (json!({"properties": {"a": {"type": "string"}}}), json!({"a": "x"}), json!({"a": 1})),
            (json!({"properties": {"a": {}}}), json!({"a": 1}), json!({"a": 1, "b": 1})),
            (
                json!({"properties": {}, "additionalProperties": {"type": "null"}}),
                json!({"b": null}),
                json!({"b": 1}),
            ),
            (json!({"additionalProperties": false}), json!({}), json!({"b": 1})),
            (json!(true), json!(1), json!(null)),
        ] {
            assert!(fits(&schema, &good), "{schema} {good}");
            assert!(!fits(&schema, &bad) || schema == true, "{schema} {bad}");
        }
    }

    #[test]
    #[should_panic(expected = "doesn't know the keyword contains")]
    fn an_unknown_keyword_is_not_passed_over() {
        fits(&json!({"contains": {}}), &json!([]));
    }
}
