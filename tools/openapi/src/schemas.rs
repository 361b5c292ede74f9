//! The schemas of requests and answers, gathered from the types, and made one set of components.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// Gives a type's schema: `SchemaGenerator::subschema_for::<T>`.
pub(crate) type SchemaOf = fn(&mut SchemaGenerator) -> schemars::Schema;

const REQUESTS: &str = "#/components/requests/";
const ANSWERS: &str = "#/components/answers/";

/// Two generators: what may be left out of a request is always there in an answer.
pub(crate) struct Schemas {
    requests: SchemaGenerator,
    answers: SchemaGenerator,
}

impl Default for Schemas {
    fn default() -> Self {
        let settings = |at: &'static str| {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = at.trim_start_matches('#').into();
                settings.meta_schema = None;
            })
        };
        Self {
            requests: settings(REQUESTS).for_deserialize().into_generator(),
            answers: settings(ANSWERS).for_serialize().into_generator(),
        }
    }
}

impl Schemas {
    /// A request's schema, or where it is.
    pub(crate) fn request(&mut self, of: SchemaOf) -> Value {
        tidied(of(&mut self.requests).to_value())
    }

    /// An answer's schema, or where it is.
    pub(crate) fn answer(&mut self, of: SchemaOf) -> Value {
        tidied(of(&mut self.answers).to_value())
    }

    /// All components. `document` is what was made of the schemas: its references are put right.
    ///
    /// A type that is read and written has one schema if both are alike; if not, the request's is
    /// called `…Request`.
    pub(crate) fn finish(mut self, document: &mut Value) -> Value {
        let requests = definitions(&mut self.requests);
        let answers = definitions(&mut self.answers);
        let apart = differing(&requests, &answers);
        let name_of = |reference: &str| match reference.strip_prefix(REQUESTS) {
            Some(name) if apart.contains(name) => format!("{name}Request"),
            Some(name) => name.to_owned(),
            None => reference.trim_start_matches(ANSWERS).to_owned(),
        };
        let rename = |value: &mut Value| {
            references(value, &mut |reference| {
                if reference.starts_with(REQUESTS) || reference.starts_with(ANSWERS) {
                    *reference = format!("#/components/schemas/{}", name_of(reference));
                }
            });
        };
        let mut all = Map::new();
        for (prefix, definitions) in [(REQUESTS, requests), (ANSWERS, answers)] {
            for (name, mut schema) in definitions {
                rename(&mut schema);
                all.insert(name_of(&format!("{prefix}{name}")), schema);
            }
        }
        rename(document);
        Value::Object(all)
    }
}

fn definitions(generator: &mut SchemaGenerator) -> Map<String, Value> {
    let taken = generator.take_definitions(true);
    taken.into_iter().map(|(name, schema)| (name, tidied(schema))).collect()
}

/// The names under which requests and answers have different schemas, be it by what they refer to.
fn differing(requests: &Map<String, Value>, answers: &Map<String, Value>) -> BTreeSet<String> {
    let mut apart = BTreeSet::new();
    loop {
        let neutral = |schema: &Value| {
            let mut schema = schema.clone();
            references(&mut schema, &mut |reference| {
                let name = reference.trim_start_matches(REQUESTS).trim_start_matches(ANSWERS).to_owned();
                if !apart.contains(&name) {
                    *reference = name;
                }
            });
            schema
        };
        let both = requests.iter().filter_map(|(name, one)| Some((name, one, answers.get(name)?)));
        let found: BTreeSet<String> = both
            .filter(|(_, one, other)| neutral(one) != neutral(other))
            .map(|(name, ..)| name.clone())
            .collect();
        if found == apart {
            return apart;
        }
        apart = found;
    }
}

/// Visits every `$ref`.
fn references(value: &mut Value, visit: &mut impl FnMut(&mut String)) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(reference) if key == "$ref" => visit(reference),
                    other => references(other, visit),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| references(item, visit)),
        _ => {}
    }
}

/// A schema in the words of its readers: they know neither Rust's types nor the contract's sections.
fn tidied(mut schema: Value) -> Value {
    tidy(&mut schema);
    schema
}

fn tidy(value: &mut Value) {
    match value {
        Value::Object(schema) => {
            schema.values_mut().for_each(tidy);
            schema.retain(|key, value| match key.as_str() {
                "default" => !value.is_null(),
                "format" => !value.as_str().is_some_and(|format| format.starts_with("uint")),
                _ => true,
            });
            if let Some(Value::String(text)) = schema.get_mut("description") {
                *text = in_plain_words(text);
            }
            names_only(schema);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// Turns a choice of described names into the names, and puts what each means into the description.
fn names_only(schema: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = schema.get("oneOf") else { return };
    let name = |choice: &Value| Some((choice.get("const")?.clone(), choice.get("description").cloned()));
    let Some(names) = choices.iter().map(name).collect::<Option<Vec<_>>>() else { return };
    let mut description = schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    for (name, meaning) in &names {
        if let (Some(name), Some(meaning)) = (name.as_str(), meaning.as_ref().and_then(Value::as_str)) {
            let _ = write!(description, "\n- `{name}`: {meaning}"); // to a String
        }
    }
    let names: Vec<Value> = names.into_iter().map(|(name, _)| name).collect();
    schema.remove("oneOf");
    schema.insert("type".to_owned(), json!("string"));
    schema.insert("enum".to_owned(), Value::Array(names));
    schema.insert("description".to_owned(), Value::String(description));
}

/// Without Rust's links, its line breaks and the contract's sections.
fn in_plain_words(text: &str) -> String {
    let mut plain = text.replace("[`", "`").replace("`]", "`").replace('\n', " ");
    while let Some(start) = plain.find(" (contract section") {
        let Some(end) = plain[start..].find(')') else { break };
        plain.replace_range(start..=start + end, "");
    }
    plain
}
