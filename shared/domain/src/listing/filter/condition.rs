//! One condition: a field, an operator and a value.

use std::cmp::Ordering;
use std::slice;

use serde::Serialize;
use serde_json::Value;

use super::operator::Operator;
use crate::listing::{path, value};

/// A condition, checked: the value fits the operator.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Condition {
    /// The field; dots reach nested ones.
    pub(super) field: String,
    /// How it is compared.
    pub(super) operator: Operator,
    /// What it is compared with; in lower case unless case matters.
    pub(super) value: Value,
    /// Whether case matters.
    pub(super) case_sensitive: bool,
}

impl Condition {
    /// Whether it holds for a record. Of a field inside a list's entries, one entry is enough.
    pub(super) fn holds(&self, record: &Value) -> bool {
        let found = path::values(record, &self.field);
        match self.operator {
            Operator::Exists => found.is_empty() != self.expects(),
            Operator::IsNull => is_null(&found) == self.expects(),
            Operator::Eq => self.is_one_of(&found, slice::from_ref(&self.value)),
            Operator::Ne => !self.is_one_of(&found, slice::from_ref(&self.value)),
            Operator::In => self.is_one_of(&found, self.values()),
            Operator::Nin => !self.is_one_of(&found, self.values()),
            Operator::Gt => self.compares(&found, Ordering::is_gt),
            Operator::Gte => self.compares(&found, Ordering::is_ge),
            Operator::Lt => self.compares(&found, Ordering::is_lt),
            Operator::Lte => self.compares(&found, Ordering::is_le),
            Operator::Contains => found.iter().any(|value| self.is_in(value)),
            Operator::StartsWith => self.some_text(&found, |text, start| text.starts_with(start)),
            Operator::EndsWith => self.some_text(&found, |text, end| text.ends_with(end)),
        }
    }

    fn expects(&self) -> bool {
        self.value.as_bool().unwrap_or(true)
    }

    fn values(&self) -> &[Value] {
        self.value.as_array().map_or(&[], Vec::as_slice)
    }

    fn is_one_of(&self, found: &[&Value], wanted: &[Value]) -> bool {
        if is_null(found) && wanted.iter().any(Value::is_null) {
            return true;
        }
        let wanted = || wanted.iter().filter(|wanted| !wanted.is_null());
        let same = |value: &Value| wanted().any(|wanted| value::equal(value, wanted));
        with_entries(found).any(|value| self.folds(value, same))
    }

    fn compares(&self, found: &[&Value], wanted: fn(Ordering) -> bool) -> bool {
        let holds =
            |value: &Value| self.folds(value, |value| value::order(value, &self.value).is_some_and(wanted));
        with_entries(found).any(holds)
    }

    fn is_in(&self, value: &Value) -> bool {
        match (value, &self.value) {
            (Value::Array(entries), wanted) => {
                entries.iter().any(|entry| self.folds(entry, |entry| value::equal(entry, wanted)))
            }
            (Value::String(_), Value::String(part)) => {
                self.folds(value, |text| text.as_str().is_some_and(|text| text.contains(part.as_str())))
            }
            _ => false,
        }
    }

    fn some_text(&self, found: &[&Value], holds: fn(&str, &str) -> bool) -> bool {
        let wanted = self.value.as_str().unwrap_or_default();
        let judge =
            |value: &Value| self.folds(value, |text| text.as_str().is_some_and(|text| holds(text, wanted)));
        with_entries(found).any(judge)
    }

    /// Asks something about a value, in lower case unless case matters.
    fn folds(&self, value: &Value, ask: impl FnOnce(&Value) -> bool) -> bool {
        if self.case_sensitive { ask(value) } else { ask(&value::folded(value)) }
    }
}

/// The values, and the entries of those that are lists.
fn with_entries<'a>(found: &'a [&'a Value]) -> impl Iterator<Item = &'a Value> {
    found.iter().flat_map(|value| std::iter::once(*value).chain(value.as_array().into_iter().flatten()))
}

/// Whether there is nothing but null.
fn is_null(found: &[&Value]) -> bool {
    found.iter().all(|value| value.is_null())
}
