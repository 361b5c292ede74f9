//! What there is to say of an operation beyond its row in `stowage_api::Operation`.

use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;
use stowage_api::Operation;
use stowage_domain::listing::ListKind;

use crate::parameters;
use crate::schemas::SchemaOf;

/// An operation's row.
pub(crate) struct Row {
    pub(crate) operation: Operation,
    /// The body's type, and whether there must be one.
    pub(crate) body: Option<(SchemaOf, bool)>,
    /// Query parameters of its own, each a parameter object.
    pub(crate) query: Vec<Value>,
    /// The type of its 200; a 204 if it has none.
    pub(crate) answer: Option<SchemaOf>,
    /// Statuses and codes of its own, beside those that follow from its route.
    pub(crate) refusals: Vec<(u16, &'static str)>,
    /// A status that may have another body than the envelope, and that body's type.
    pub(crate) instead: Option<(u16, SchemaOf)>,
    /// The event that shows it, if not its first.
    pub(crate) example: Option<&'static str>,
}

/// A row that answers 204 and reads nothing, to begin with.
pub(crate) fn row(operation: Operation) -> Row {
    Row {
        operation,
        body: None,
        query: Vec::new(),
        answer: None,
        refusals: Vec::new(),
        instead: None,
        example: None,
    }
}

impl Row {
    /// It reads a body of this type.
    pub(crate) fn body<T: JsonSchema>(self) -> Self {
        Self { body: Some((SchemaGenerator::subschema_for::<T>, true)), ..self }
    }

    /// It reads a body of this type, or none.
    pub(crate) fn optional_body<T: JsonSchema>(self) -> Self {
        Self { body: Some((SchemaGenerator::subschema_for::<T>, false)), ..self }
    }

    /// It reads this query parameter.
    pub(crate) fn query(mut self, parameter: Value) -> Self {
        self.query.push(parameter);
        self
    }

    /// It is a list: it reads page parameters from its query.
    pub(crate) fn lists(mut self, kind: ListKind) -> Self {
        self.query.extend(parameters::of_list(kind));
        self.refuses(422, &["cursor_mismatch"])
    }

    /// It answers 200 with a body of this type.
    pub(crate) fn answer<T: JsonSchema>(self) -> Self {
        self.answer_of(SchemaGenerator::subschema_for::<T>)
    }

    /// It answers 200 with a body of this schema.
    pub(crate) fn answer_of(self, schema: SchemaOf) -> Self {
        Self { answer: Some(schema), ..self }
    }

    /// It may refuse with this status and one of these codes.
    pub(crate) fn refuses(mut self, status: u16, codes: &[&'static str]) -> Self {
        self.refusals.extend(codes.iter().map(|code| (status, *code)));
        self
    }

    /// This status may have a body of this type instead of the envelope.
    pub(crate) fn instead<T: JsonSchema>(self, status: u16) -> Self {
        Self { instead: Some((status, SchemaGenerator::subschema_for::<T>)), ..self }
    }

    /// The event of this name is its example.
    pub(crate) fn example(self, name: &'static str) -> Self {
        Self { example: Some(name), ..self }
    }
}
