//! What the hand-written schemas of requests and answers share. They describe to clients, in
//! docs/openapi.json, what the code beside them reads and writes; no function carries them.

mod envelope;

use schemars::transform::Transform;
use schemars::{Schema, json_schema};
use serde_json::{Value, json};

pub use envelope::{ErrorResponse, GatewayResponse};

/// The schema of an id: the prefix, then what [`crate::id`] takes after it.
pub(crate) fn id(prefix: &str) -> Schema {
    json_schema!({"type": "string", "pattern": format!("^{prefix}[A-Za-z0-9_-]{{1,64}}$")})
}

/// A pattern that takes each of these lower-case names in any case.
pub(crate) fn in_any_case<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let in_any_case = |name: &str| -> String {
        let either = |c: char| match c.to_ascii_uppercase() {
            upper if upper == c => c.to_string(),
            upper => format!("[{c}{upper}]"),
        };
        name.chars().map(either).collect()
    };
    let names: Vec<String> = names.into_iter().map(in_any_case).collect();
    format!("^({})$", names.join("|"))
}

/// Adds a condition that the whole value must meet beside all others.
pub(crate) fn also(schema: &mut Schema, condition: Value) {
    let all = schema.ensure_object().entry("allOf").or_insert_with(|| json!([]));
    if let Value::Array(all) = all {
        all.push(condition);
    }
}

/// Another name, the second, under which a field is read. Giving both is refused.
pub(crate) struct Alias(pub(crate) &'static str, pub(crate) &'static str);

impl Transform for Alias {
    fn transform(&mut self, schema: &mut Schema) {
        let Self(name, alias) = *self;
        let mut property = schema.pointer(&format!("/properties/{name}")).cloned().unwrap_or_default();
        property["description"] = format!("Another name of `{name}`.").into();
        let object = schema.ensure_object();
        object["properties"][alias] = property;
        let required = object.get_mut("required").and_then(Value::as_array_mut);
        let was_required = required.is_some_and(|names| {
            let before = names.len();
            names.retain(|known| known != name);
            names.len() < before
        });
        also(
            schema,
            if was_required {
                json!({"oneOf": [{"required": [name]}, {"required": [alias]}]})
            } else {
                json!({"not": {"required": [name, alias]}})
            },
        );
    }
}

/// The key is there, with a value that isn't null.
pub(crate) fn given(name: &str) -> Value {
    json!({"required": [name], "properties": {name: {"not": {"type": "null"}}}})
}

/// Which names the keys of a free object may not have, and how long they may be.
pub(crate) struct Names {
    /// Names that only Stowage sets.
    pub(crate) refused: &'static [&'static str],
    /// Most characters.
    pub(crate) longest: Option<usize>,
}

impl Transform for Names {
    fn transform(&mut self, schema: &mut Schema) {
        // What the schema itself describes is read, whatever the list says of other keys.
        let own = schema.pointer("/properties").and_then(Value::as_object).cloned().unwrap_or_default();
        let refused = self.refused.iter().filter(|name| !own.contains_key(**name));
        let mut names = json!({"minLength": 1, "not": {"enum": refused.collect::<Vec<_>>()}});
        if let Some(longest) = self.longest {
            names["maxLength"] = longest.into();
        }
        schema.insert("propertyNames".to_owned(), names);
    }
}
